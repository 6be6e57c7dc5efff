/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/volumes.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/storage.h"

/* Imitates: Kubernetes, Persistent Volumes, Binding; kubernetes/kubernetes,
 * pkg/volume/util, FindMatchingVolume. */

#define EBS_ZONE "topology.ebs.csi.aws.com/zone"

GPtrArray *
sim_pod_claims (const SimObject *pod)
{
  const DdValue *volumes = dd_value_path (pod->value, "spec.volumes");
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (volumes); i++)
    {
      const char *name
          = dd_value_path_string (dd_value_element (volumes, i), "persistentVolumeClaim.claimName");

      if (name != NULL)
        g_ptr_array_add (names, (gpointer) name);
    }
  return names;
}

static const char *
class_name (const SimObject *object)
{
  const char *name = dd_value_path_string (object->value, "spec.storageClassName");

  return name != NULL ? name : "";
}

const SimObject *
sim_claim_class (SimActors *actors, const SimObject *claim)
{
  return sim_store_get (actors->store, &kube_storage_class, "", class_name (claim));
}

gboolean
sim_class_waits (const SimObject *class)
{
  const char *mode
      = class != NULL ? dd_value_path_string (class->value, "volumeBindingMode") : NULL;

  return g_strcmp0 (mode, "WaitForFirstConsumer") == 0;
}

gboolean
sim_class_provisions (const SimObject *class)
{
  const char *who = class != NULL ? dd_value_path_string (class->value, "provisioner") : NULL;

  return who != NULL && strcmp (who, "kubernetes.io/no-provisioner") != 0;
}

/* What is in no row is attached, and reached from everywhere. Sources: Amazon EKS User Guide, Use
 * application data storage for your cluster; CSIDriver.spec.attachRequired of the drivers' charts;
 * CSI migration of kubernetes.io/aws-ebs. */
static const struct
{
  const char *provisioner, *driver;
  gboolean zonal, attached;
} drivers[] = {
  { "ebs.csi.aws.com", "ebs.csi.aws.com", TRUE, TRUE },
  { "ebs.csi.eks.amazonaws.com", "ebs.csi.eks.amazonaws.com", TRUE, TRUE },
  { "efs.csi.aws.com", "efs.csi.aws.com", FALSE, FALSE },
  { "fsx.csi.aws.com", "fsx.csi.aws.com", FALSE, FALSE },
  { "kubernetes.io/aws-ebs", "ebs.csi.aws.com", TRUE, TRUE },
};

const char *
sim_class_driver (const SimObject *class)
{
  const char *name = dd_value_path_string (class->value, "provisioner");

  for (guint row = 0; row < G_N_ELEMENTS (drivers); row++)
    if (g_strcmp0 (drivers[row].provisioner, name) == 0)
      return drivers[row].driver;
  return name;
}

gboolean
sim_driver_is_zonal (const char *driver)
{
  for (guint row = 0; row < G_N_ELEMENTS (drivers); row++)
    if (g_strcmp0 (drivers[row].driver, driver) == 0)
      return drivers[row].zonal;
  return FALSE;
}

gboolean
sim_volume_needs_attaching (const SimObject *volume)
{
  const char *driver = dd_value_path_string (volume->value, "spec.csi.driver");

  if (driver == NULL)
    return dd_value_path (volume->value, "spec.awsElasticBlockStore") != NULL;
  for (guint row = 0; row < G_N_ELEMENTS (drivers); row++)
    if (strcmp (drivers[row].driver, driver) == 0)
      return drivers[row].attached;
  return TRUE;
}

/* LABELS of a node with the one that the EBS driver has put on it by its own name. */
static DdValue *
with_driver_label (const DdValue *labels)
{
  const DdValue *zone = dd_value_member (labels, "topology.kubernetes.io/zone");

  if (zone == NULL || dd_value_member (labels, EBS_ZONE) != NULL)
    return dd_value_ref (labels);
  return dd_value_with_member (labels, EBS_ZONE, dd_value_ref (zone));
}

static gboolean
is_among (const DdValue *values, const DdValue *value)
{
  for (gsize i = 0; value != NULL && i < dd_value_length (values); i++)
    if (dd_value_equal (dd_value_element (values, i), value))
      return TRUE;
  return FALSE;
}

static gboolean
term_holds (const DdValue *term, const DdValue *labels)
{
  const DdValue *all = dd_value_member (term, "matchLabelExpressions");

  for (gsize i = 0; i < dd_value_length (all); i++)
    {
      const DdValue *one = dd_value_element (all, i);
      const char *key = dd_value_path_string (one, "key");

      if (key == NULL || !is_among (dd_value_member (one, "values"), dd_value_member (labels, key)))
        return FALSE;
    }
  return dd_value_length (all) > 0;
}

/* Imitates: component-helpers, MatchTopologySelectorTerms: any term, all of its labels. */
gboolean
sim_class_allows (const SimObject *class, const DdValue *labels)
{
  const DdValue *terms = dd_value_member (class->value, "allowedTopologies");
  g_autoptr (DdValue) known = with_driver_label (labels);

  for (gsize i = 0; i < dd_value_length (terms); i++)
    if (term_holds (dd_value_element (terms, i), known))
      return TRUE;
  return dd_value_length (terms) == 0;
}

gboolean
sim_volume_reaches (const SimObject *volume, const char *node, const DdValue *labels)
{
  const DdValue *required = dd_value_path (volume->value, "spec.nodeAffinity.required");
  g_autoptr (DdValue) spec = NULL, known = NULL;

  if (required == NULL)
    return TRUE;
  known = with_driver_label (labels);
  spec = dd_value_with_path (NULL,
                             "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
                             dd_value_ref (required));
  return sim_node_affinity_matches (spec, node, known);
}

gboolean
sim_volume_is_of (const SimObject *volume, const SimObject *claim)
{
  const DdValue *reference = dd_value_path (volume->value, "spec.claimRef");
  const char *uid = dd_value_path_string (reference, "uid");

  return reference != NULL
         && g_strcmp0 (dd_value_path_string (reference, "namespace"), claim->namespace_) == 0
         && g_strcmp0 (dd_value_path_string (reference, "name"), claim->name) == 0
         && (uid == NULL || strcmp (uid, claim->uid) == 0);
}

static gboolean
has_modes (const DdValue *volume, const DdValue *claim)
{
  for (gsize i = 0; i < dd_value_length (claim); i++)
    {
      gboolean found = FALSE;

      for (gsize j = 0; j < dd_value_length (volume); j++)
        found |= dd_value_equal (dd_value_element (claim, i), dd_value_element (volume, j));
      if (!found)
        return FALSE;
    }
  return TRUE;
}

static gboolean
serves (const SimObject *volume, const SimObject *claim)
{
  const DdValue *selector = dd_value_path (claim->value, "spec.selector");

  if (sim_is_terminating (volume))
    return FALSE;
  if (dd_value_path (volume->value, "spec.claimRef") != NULL)
    return sim_volume_is_of (volume, claim);
  return g_strcmp0 (class_name (volume), class_name (claim)) == 0
         && g_strcmp0 (dd_value_path_string (volume->value, "spec.volumeMode"),
                       dd_value_path_string (claim->value, "spec.volumeMode"))
                == 0
         && has_modes (dd_value_path (volume->value, "spec.accessModes"),
                       dd_value_path (claim->value, "spec.accessModes"))
         && kube_storage_size (dd_value_path (volume->value, "spec.capacity.storage"))
                >= kube_storage_size (
                    dd_value_path (claim->value, "spec.resources.requests.storage"))
         && (selector == NULL
             || kube_label_selector_matches (selector,
                                             dd_value_path (volume->value, "metadata.labels")));
}

SimObject *
sim_volume_for (SimActors *actors, const SimObject *claim, const SimObject *node)
{
  g_autoptr (GPtrArray) all = sim_store_list (actors->store, &kube_persistent_volume, NULL);
  SimObject *best = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *volume = g_ptr_array_index (all, i);

      if (serves (volume, claim)
          && (node == NULL
              || sim_volume_reaches (volume, node->name, kube_node_view (node)->labels))
          && (best == NULL
              || kube_storage_size (dd_value_path (volume->value, "spec.capacity.storage"))
                     < kube_storage_size (dd_value_path (best->value, "spec.capacity.storage"))))
        best = volume;
    }
  return best != NULL ? sim_store_get (actors->store, &kube_persistent_volume, "", best->name)
                      : NULL;
}

gboolean
sim_volume_promise (SimActors *actors, const SimActorClass *who, const SimObject *volume,
                    const SimObject *claim, GError **error)
{
  g_autoptr (DdValue) patch = dd_value_with_path (
      NULL, "spec.claimRef",
      dd_object ("kind", dd_string ("PersistentVolumeClaim"), "namespace",
                 dd_string (claim->namespace_), "name", dd_string (claim->name), "uid",
                 dd_string (claim->uid), "apiVersion", dd_string ("v1"), NULL));
  g_autoptr (SimObject) written = sim_write_merge (actors, who, "update", volume, patch, error);

  return written != NULL;
}
