/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/manifest.h: ordinary Kubernetes manifests, from files or written into a scenario */
#pragma once

#include "base/yaml.h"
#include "sim/kube/catalogue.h"

G_BEGIN_DECLS

/* One object and where it stands. */
typedef struct
{
  const DdYaml *node;
  const KubeKind *kind;
  const char *namespace_; /* "" for cluster-scoped kinds */
  const char *name;       /* NULL with generateName */
  gboolean is_there;      /* it is, and as it says: it is not to be created */
} SimManifest;

/* One that is kept aside: nothing here acts on its kind. */
typedef struct
{
  const DdYaml *node;
  const char *kind, *namespace_, *name; /* "" and "?" where it has none */
  const char *effect;                   /* what a cluster would do with it */
} SimKept;

typedef struct _SimManifests SimManifests;

struct _SimManifests
{
  gboolean are_there;         /* what is added from here on is taken with its status */
  const SimManifests *before; /* whose definitions hold here, too; NULL: none */
  KubeCatalogue *catalogue;   /* the kinds of Kubernetes, and those defined here */
  GPtrArray *manifests;       /* of SimManifest, in order */
  GPtrArray *kept;            /* of SimKept, in order */
  GPtrArray *files;           /* of DdYamlFile: what was read for them */
};

/* BEFORE (may be NULL) is what a cluster gets first, and must outlive them. */
SimManifests *sim_manifests_new (const SimManifests *before);
void sim_manifests_free (SimManifests *manifests);

/* Adds what NODE says: a manifest, or the name of a file of them, which BASE mentions. A List is
 * taken apart. A kind that nothing here acts on, and that no manifest before it defines, is kept
 * aside, unless a cluster would not know it either. NODE must outlive MANIFESTS. */
gboolean sim_manifests_add (SimManifests *manifests, const DdYaml *node, const char *base,
                            GError **error);
/* All of them as a list of objects. A new reference. */
DdValue *sim_manifests_value (const SimManifests *manifests);
/* MANIFEST without what only a server sets, as `kubectl get -o yaml` shows it; of one that is there
 * all is left. A new reference. */
DdValue *sim_manifest_to_create (const SimManifest *manifest);
/* The kind that a node's apiVersion (may be missing) and kind name, be it of Kubernetes or defined
 * by MANIFESTS (may be NULL); points at what it cannot find. */
const KubeKind *sim_manifest_kind (const SimManifests *manifests, const DdYaml *node,
                                   GError **error);
/* What the server of CATALOGUE has as KIND, which manifests may have defined; NULL: it serves none
 * such. */
const KubeKind *sim_kind_served (const KubeKind *kind, const KubeCatalogue *catalogue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimManifests, sim_manifests_free)

G_END_DECLS
