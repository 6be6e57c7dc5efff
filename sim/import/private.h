/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/private.h: what the files of the import share */
#pragma once

#include "base/clock.h"
#include "sim/aws/eks/ami-catalog.h"
#include "sim/import/import.h"
#include "sim/kube/kind.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

struct _SimImport
{
  GPtrArray *objects;     /* of DdValue: Kubernetes' but for the nodes, each once, in order */
  GPtrArray *nodes;       /* of SimImportNode */
  GPtrArray *nodegroups;  /* of DdValue: DescribeNodegroup's */
  GPtrArray *groups;      /* of DdValue: DescribeAutoScalingGroups' */
  GPtrArray *instances;   /* of DdValue: DescribeInstances' */
  GPtrArray *subnets;     /* of DdValue: DescribeSubnets' */
  GHashTable *seen;       /* kind, namespace and name of all objects; for look-up only */
  GHashTable *node_names; /* name -> SimImportNode; for look-up only */
  GPtrArray *told[SIM_IMPORT_N_TOPICS]; /* of char * */
  DdUsec start;                         /* the last instant that anything read tells of */
  SimWorld *reference; /* for what every world knows: releases, instance types; NULL before */
};

/* ---- recognise.c ---- */

/* Sorts DOCUMENT into the above. */
gboolean sim_import_recognise (SimImport *self, const char *name, const DdValue *document,
                               GError **error);
/* Adds a sentence. */
void sim_import_tell (SimImport *self, SimImportTopic topic, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The instant at PATH of OBJECT; FALLBACK where there is none. */
DdUsec sim_import_instant (const DdValue *object, const char *path, DdUsec fallback);

/* ---- nodes.c ---- */

typedef struct
{
  const DdValue *object; /* the Node */
  const char *name;
  char *group;    /* its managed node group; NULL: none */
  char *instance; /* "i-..."; NULL: unknown */
  char *zone, *type;
  const char *image;   /* "ami-..."; NULL: unknown */
  const char *kubelet; /* "v1.30.0-eks-036c24b" */
  const char *ami_type;
  char *release; /* which it was found to run; NULL: not yet */
  DdUsec created;
} SimImportNode;

void sim_import_node_free (SimImportNode *node);
/* NULL where the node is no machine: Fargate's. */
SimImportNode *sim_import_node_new (SimImport *self, const DdValue *object);
const DdValue *sim_import_node_labels (const SimImportNode *node);
/* The label KEY; NULL where it has none. */
const char *sim_import_node_label (const SimImportNode *node, const char *key);
/* Whether the group or the machine brings the label, so that nobody has to write it down. */
gboolean sim_import_label_is_usual (const char *key);
/* A row of `nodes`; GROUP (the labels and taints of its group, as rows) may be NULL. */
DdValue *sim_import_node_row (const SimImportNode *node, const DdValue *group);
/* Its taints that no controller of the world puts on it. */
DdValue *sim_import_node_taints (const SimImportNode *node);
/* Tells of nodes that are not as they should be. */
void sim_import_look_at_nodes (SimImport *self);

/* ---- groups.c ---- */

/* The world's `nodegroups` and `nodes`, with its `releases` and `instance_types`, into WORLD. */
gboolean sim_import_add_groups (SimImport *self, DdBuilder *world, GError **error);

/* ---- workloads.c ---- */

/* The world's `objects`. */
DdValue *sim_import_objects (SimImport *self);

/* ---- write.c ---- */

/* VALUE as YAML that a person can read and compare; caller frees. */
char *sim_import_yaml (const DdValue *value);

G_END_DECLS
