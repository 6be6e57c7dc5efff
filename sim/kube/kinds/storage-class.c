/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/storage-class.c: the StorageClass table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/storage.h"
#include "sim/kube/kinds/structs.h"

static const KubeField requirement_fields[] = {
  { "key", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Label of the nodes."), KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("values", 2, .required = TRUE, KUBE_DOC ("Any of which it may have."),
                        KUBE_ACTS),
  { NULL },
};

static const KubeStruct requirement = {
  "io.k8s.api.core.v1.TopologySelectorLabelRequirement",
  "Asks for one of several values of a label.",
  requirement_fields,
};

static const KubeField topology_fields[] = {
  KUBE_LIST_OF ("matchLabelExpressions", requirement, 1, KUBE_DOC ("All of which must hold."),
                KUBE_ACTS),
  { NULL },
};

static const KubeStruct topology = {
  "io.k8s.api.core.v1.TopologySelectorTerm",
  "Part of the cluster, by labels of its nodes.",
  topology_fields,
  .atomic = TRUE,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { "provisioner", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Who makes volumes of the class, such as ebs.csi.aws.com."), KUBE_ACTS },
  KUBE_MAP_OF_STRINGS ("parameters", 3, KUBE_DOC ("What the provisioner alone understands."),
                       KUBE_INERT ("Speed and encryption are not modelled.")),
  { "reclaimPolicy", KUBE_STRING, 4, .pointer = TRUE, .fallback = "\"Delete\"",
    .values = KUBE_VALUES ("Delete", "Retain"),
    KUBE_DOC ("What becomes of its volumes when their claim is gone."), KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("mountOptions", 5, KUBE_DOC ("Options of the mounts."),
                        KUBE_INERT ("Mounts are taken to succeed.")),
  { "allowVolumeExpansion", KUBE_BOOL, 6, .pointer = TRUE, KUBE_DOC ("Whether claims may grow."),
    KUBE_ACTS },
  { "volumeBindingMode", KUBE_STRING, 7, .pointer = TRUE, .fallback = "\"Immediate\"",
    .values = KUBE_VALUES ("Immediate", "WaitForFirstConsumer"),
    KUBE_DOC ("Whether a volume is made for the claim, or when its first pod has a node."),
    KUBE_ACTS },
  KUBE_LIST_OF ("allowedTopologies", topology, 8, KUBE_DOC ("Zones in which volumes may be made."),
                KUBE_ACTS),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.storage.v1.StorageClass",
  "A sort of volumes, by a name that claims may ask for.",
  fields,
};

static DdValue *
name_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *is_default = dd_value_string (
      dd_value_at (object->value, "metadata", "annotations", KUBE_DEFAULT_CLASS, NULL));

  return dd_string_printf ("%s%s", object->name,
                           g_strcmp0 (is_default, "true") == 0 ? " (default)" : "");
}

static DdValue *
expansion_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_bool (dd_value_path_bool (object->value, "allowVolumeExpansion", FALSE));
}

/* Imitates: kubectl get storageclasses. */
static const KubeColumn columns[] = {
  { "Name", "string", "name", .path = "metadata.name", .cell = name_cell },
  { "Provisioner", "string", .path = "provisioner" },
  { "ReclaimPolicy", "string", .path = "reclaimPolicy" },
  { "VolumeBindingMode", "string", .path = "volumeBindingMode" },
  { "AllowVolumeExpansion", "string", .path = "allowVolumeExpansion", .cell = expansion_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* Imitates: pkg/apis/storage/validation, ValidateStorageClassUpdate. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  static const char *const fixed[] = { "parameters", "provisioner", "reclaimPolicy" };
  const char *mode = dd_value_path_string (object, "volumeBindingMode");

  if (old == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (!dd_value_equal (dd_value_member (old, fixed[i]), dd_value_member (object, fixed[i])))
      kube_causes_add (causes, "FieldValueForbidden", fixed[i],
                       "Forbidden: updates to %s are forbidden.", fixed[i]);
  if (g_strcmp0 (dd_value_path_string (old, "volumeBindingMode"), mode) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "volumeBindingMode",
                     "Invalid value: \"%s\": field is immutable", mode);
}

/* EKS makes gp2 with each cluster. It is the default class of clusters that began before 1.30,
 * which is assumed here; the EBS CSI driver, assumed to be installed, makes its volumes. Imitates:
 * Amazon EKS User Guide, Store Kubernetes volumes with Amazon EBS. */
#define GP2 \
  "{\"metadata\":{\"name\":\"gp2\",\"annotations\":{\"" KUBE_DEFAULT_CLASS "\":\"true\"}}," \
  "\"provisioner\":\"kubernetes.io/aws-ebs\",\"parameters\":{\"type\":\"gp2\",\"fsType\":" \
  "\"ext4\"},\"volumeBindingMode\":\"WaitForFirstConsumer\"}"

const KubeKind kube_storage_class = {
  .group = "storage.k8s.io",
  .version = "v1",
  .kind = "StorageClass",
  .plural = "storageclasses",
  .singular = "storageclass",
  .short_names = KUBE_VALUES ("sc"),
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .validate = validate,
  .initial = KUBE_VALUES (GP2),
};
