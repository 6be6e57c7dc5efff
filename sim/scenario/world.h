/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/world.h: a world file made into a furnished world */
#pragma once

#include "sim/scenario/manifest.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

#define SIM_DEFAULT_WORLD "resource:///dev/drydock/worlds/eks-workshop.yaml"

typedef struct _SimWorldFile SimWorldFile;

/* PLACE is a path or a resource URI. Everything that can be wrong with the text is found here, and
 * is pointed at. */
SimWorldFile *sim_world_file_load (const char *place, GError **error);
/* A world written into another file, which BASE names; NODE must outlive it. */
SimWorldFile *sim_world_file_new (const DdYaml *node, const char *base, GError **error);
void sim_world_file_free (SimWorldFile *file);
/* Adds what YAML reads otherwise than meant to WARNINGS (of char *). */
/* MORE (NULL: none) are a scenario's manifests beside those of the world. */
void sim_world_file_add_warnings (const SimWorldFile *file, const SimManifests *more,
                                  GPtrArray *warnings);

/* Borrowed. */
const SimManifests *sim_world_file_workloads (const SimWorldFile *world);

/* Adds what its workloads ask for and is not modelled to LIST (of SimUnmodelled). */
void sim_world_file_add_unmodelled (const SimWorldFile *file, GPtrArray *list);

/* The whole of it, its workloads written into it. A new reference. */
DdValue *sim_world_file_document (const SimWorldFile *file);

/* Borrowed; what clients must know of the world that will be made. */
const char *sim_world_file_cluster (const SimWorldFile *file);
const char *sim_world_file_version (const SimWorldFile *file);
const char *sim_world_file_region (const SimWorldFile *file);
/* The first node group; NULL when there is none. */
const char *sim_world_file_nodegroup (const SimWorldFile *file);
/* Adds the names of all its node groups (borrowed) to NAMES. */
void sim_world_file_add_nodegroups (const SimWorldFile *world, GPtrArray *names);

typedef struct
{
  guint64 seed;
  DdUsec start;          /* 0: the file's, or the default; what is as it is has its own */
  gboolean notes_actors; /* managedFields tell of what moves by itself too */
  const char *endpoint;  /* NULL: http://127.0.0.1:4566 */
  const char *certificate_authority; /* of the Kubernetes API; NULL: plain HTTP */
  const DdYaml *latencies;           /* further ones, checked against the schema; may be NULL */
  const SimManifests *workloads;     /* further ones; may be NULL */
} SimFurnish;

/* Only delays that the world has may be named; NODE may be NULL. */
gboolean sim_latencies_check (const DdYaml *node, GError **error);

/* NODE names a type that the world knows. */
gboolean sim_instance_type_check (const AwsCloud *cloud, const DdYaml *node, GError **error);

/* How many more instances can be launched (-1: no limit) in a zone, or of one type in it: WHERE is
 * "us-west-2a" or "us-west-2a/m5.large". DD_ERROR where there is no such zone or type. */
gboolean sim_capacity_set (AwsCloud *cloud, const char *where, gint64 n, GError **error);

/* Makes the world, lets it settle, and begins its trace: t = 0 is when nothing moves any more. */
SimWorld *sim_world_furnish (const SimWorldFile *file, const SimFurnish *options, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWorldFile, sim_world_file_free)

G_END_DECLS
