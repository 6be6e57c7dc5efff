/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/csi-node.c: the CSINode table
 *
 * Imitates: Kubernetes API Reference, CSINode v1 storage.k8s.io; kubernetes/kubernetes 1.32,
 * pkg/apis/storage/validation, ValidateCSINode. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField resources_fields[] = {
  { "count", KUBE_INT, 1, .pointer = TRUE,
    KUBE_DOC ("Volumes of the driver that the node can have at a time; any number if absent.") },
  { NULL },
};

static const KubeStruct resources = {
  "io.k8s.api.storage.v1.VolumeNodeResources",
  "How much of a driver a node can bear.",
  resources_fields,
};

static const KubeField driver_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Driver, as its CSIDriver is called.") },
  { "nodeID", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("What the driver calls the node.") },
  KUBE_LIST_OF_STRINGS ("topologyKeys", 3, .atomic = TRUE, .fallback = "null",
                        KUBE_DOC ("Labels of the node that say where its volumes can be.")),
  KUBE_OBJECT_OF ("allocatable", resources, 4, .pointer = TRUE,
                  KUBE_DOC ("How many volumes the node can have.")),
  { NULL },
};

static const KubeStruct driver = {
  "io.k8s.api.storage.v1.CSINodeDriver",
  "A driver that has registered with the node's kubelet.",
  driver_fields,
};

static const KubeField spec_fields[] = {
  KUBE_LIST_OF ("drivers", driver, 1, .required = TRUE, .merge_key = "name", .fallback = "null",
                KUBE_DOC ("Drivers that run on the node.")),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.storage.v1.CSINodeSpec",
  "Which drivers run on the node.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}", KUBE_DOC ("Which drivers run on the node."),
                  KUBE_NOT_MODELLED ("it would limit how many volumes of a driver the node takes; "
                                     "here the instance type alone does")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.storage.v1.CSINode",
  "The drivers of volumes on the node of the same name.",
  fields,
};

/* Imitates: printCSINode of pkg/printers/internalversion. */
static DdValue *
drivers_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) dd_value_length (dd_value_path (object->value, "spec.drivers")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Drivers", "integer", .cell = drivers_cell,
    KUBE_DOC ("How many drivers have registered on the node.") },
  KUBE_AGE_COLUMN,
  { NULL },
};

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  const DdValue *drivers = dd_value_path (object, "spec.drivers");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < dd_value_length (drivers); i++)
    {
      const DdValue *one = dd_value_element (drivers, i);
      const char *name = dd_value_path_string (one, "name");
      const DdValue *count = dd_value_path (one, "allocatable.count");
      g_autofree char *field = g_strdup_printf ("spec.drivers[%" G_GSIZE_FORMAT "]", i);
      g_autofree char *name_field = g_strconcat (field, ".name", NULL);
      g_autofree char *count_field = g_strconcat (field, ".allocatable.count", NULL);

      if (name != NULL && !g_hash_table_add (seen, (gpointer) name))
        kube_causes_add (causes, "FieldValueDuplicate", name_field, "Duplicate value: \"%s\"",
                         name);
      if (dd_value_int (count, 0) < 0)
        kube_causes_add (causes, "FieldValueInvalid", count_field,
                         "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                         dd_value_int (count, 0));
    }
}

const KubeKind kube_csi_node = {
  .group = "storage.k8s.io",
  .version = "v1",
  .kind = "CSINode",
  .plural = "csinodes",
  .singular = "csinode",
  .flags = KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
