/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/csi-storage-capacity.c: the CSIStorageCapacity table
 *
 * Imitates: Kubernetes API Reference, CSIStorageCapacity v1 storage.k8s.io; kubernetes/kubernetes
 * 1.32, pkg/apis/storage/validation, ValidateCSIStorageCapacity. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

#define LIMITS KUBE_NOT_MODELLED ("it would limit where a volume of the class can be made")

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("nodeTopology", kube_label_selector, 2, .pointer = TRUE,
                  KUBE_DOC ("Nodes that reach the storage; none if absent. Fixed at creation."),
                  LIMITS),
  { "storageClassName", KUBE_STRING, 3, .required = TRUE,
    KUBE_DOC ("Class that the figures are of. Fixed at creation."), LIMITS },
  { "capacity", KUBE_QUANTITY, 4, .pointer = TRUE, KUBE_DOC ("Storage that is left."), LIMITS },
  { "maximumVolumeSize", KUBE_QUANTITY, 5, .pointer = TRUE,
    KUBE_DOC ("The largest volume that can be made."), LIMITS },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.storage.v1.CSIStorageCapacity",
  "How much storage a driver has left for some nodes.",
  fields,
};

/* Imitates: printCSIStorageCapacity of pkg/printers/internalversion. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "StorageClassName", "string", .path = "storageClassName" },
  { "Capacity", "string", .path = "capacity", .absent = "<unset>" },
  { NULL },
};

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  static const char *const fixed[] = { "nodeTopology", "storageClassName" };

  kube_label_selector_validate (dd_value_member (object, "nodeTopology"), "nodeTopology", causes);
  for (guint i = 0; i < G_N_ELEMENTS (fixed) && old != NULL; i++)
    {
      const DdValue *after = dd_value_member (object, fixed[i]);
      g_autofree char *text = after != NULL ? dd_value_to_text (after) : g_strdup ("null");

      if (!dd_value_equal (dd_value_member (old, fixed[i]), after))
        kube_causes_add (causes, "FieldValueInvalid", fixed[i],
                         "Invalid value: %s: field is immutable", text);
    }
}

const KubeKind kube_csi_storage_capacity = {
  .group = "storage.k8s.io",
  .version = "v1",
  .kind = "CSIStorageCapacity",
  .plural = "csistoragecapacities",
  .singular = "csistoragecapacity",
  .namespaced = TRUE,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
