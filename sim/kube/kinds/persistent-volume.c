/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/persistent-volume.c: the PersistentVolume table; of the sources those that EKS
 * clusters have */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/storage.h"
#include "sim/kube/kinds/structs.h"

static const KubeField secret_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Which Secret.") },
  { "namespace", KUBE_STRING, 2, KUBE_DOC ("Where it lives.") },
  { NULL },
};

static const KubeStruct secret = {
  "io.k8s.api.core.v1.SecretReference",
  "Names a Secret in any namespace.",
  secret_fields,
  .atomic = TRUE,
};

static const KubeField local_fields[] = {
  { "path", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Directory or device on the node.") },
  { "fsType", KUBE_STRING, 2, .pointer = TRUE, KUBE_DOC ("File system of a device.") },
  { NULL },
};

static const KubeStruct local = {
  "io.k8s.api.core.v1.LocalVolumeSource",
  "Storage that one node has.",
  local_fields,
};

static const KubeField csi_fields[] = {
  { "driver", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Driver, such as ebs.csi.aws.com.") },
  { "volumeHandle", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("What the driver calls it.") },
  { "readOnly", KUBE_BOOL, 3, KUBE_DOC ("True allows no writing; default false.") },
  { "fsType", KUBE_STRING, 4, KUBE_DOC ("File system, such as ext4.") },
  KUBE_MAP_OF_STRINGS ("volumeAttributes", 5, KUBE_DOC ("What the driver alone understands.")),
  KUBE_OBJECT_OF ("controllerPublishSecretRef", secret, 6, .pointer = TRUE,
                  KUBE_DOC ("Secret for attaching.")),
  KUBE_OBJECT_OF ("nodeStageSecretRef", secret, 7, .pointer = TRUE,
                  KUBE_DOC ("Secret for the first mount on a node.")),
  KUBE_OBJECT_OF ("nodePublishSecretRef", secret, 8, .pointer = TRUE,
                  KUBE_DOC ("Secret for each mount.")),
  KUBE_OBJECT_OF ("controllerExpandSecretRef", secret, 9, .pointer = TRUE,
                  KUBE_DOC ("Secret for growing it.")),
  KUBE_OBJECT_OF ("nodeExpandSecretRef", secret, 10, .pointer = TRUE,
                  KUBE_DOC ("Secret for growing its file system.")),
  { NULL },
};

static const KubeStruct csi = {
  "io.k8s.api.core.v1.CSIPersistentVolumeSource",
  "A volume that a CSI driver made.",
  csi_fields,
};

static const KubeField claim_reference_fields[] = {
  { "kind", KUBE_STRING, 1, KUBE_DOC ("PersistentVolumeClaim."),
    KUBE_INERT ("Nothing else has volumes.") },
  { "namespace", KUBE_STRING, 2, KUBE_DOC ("Where the claim lives."), KUBE_ACTS },
  { "name", KUBE_STRING, 3, KUBE_DOC ("What the claim is called."), KUBE_ACTS },
  { "uid", KUBE_STRING, 4, KUBE_DOC ("Tells the claim from others that bore its name."),
    KUBE_ACTS },
  { "apiVersion", KUBE_STRING, 5, KUBE_DOC ("v1."), KUBE_INERT ("Nothing else has volumes.") },
  { "resourceVersion", KUBE_STRING, 6, KUBE_DOC ("State of the claim."),
    KUBE_INERT ("The claim is meant in any state.") },
  { "fieldPath", KUBE_STRING, 7, KUBE_DOC ("Part of the claim."),
    KUBE_INERT ("The claim is meant as a whole.") },
  { NULL },
};

/* A kube_object_reference of which more matters than elsewhere. */
static const KubeStruct claim_reference = {
  "io.k8s.api.core.v1.ObjectReference",
  "Points to any object, or to a part of one, in any namespace.",
  claim_reference_fields,
};

static const KubeField affinity_fields[] = {
  KUBE_OBJECT_OF ("required", kube_node_selector, 1, .pointer = TRUE,
                  KUBE_DOC ("Nodes that can reach the volume, such as those of its zone."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct affinity = {
  "io.k8s.api.core.v1.VolumeNodeAffinity",
  "From where a volume can be reached.",
  affinity_fields,
};

static const KubeField spec_fields[] = {
  { "capacity", KUBE_MAP, 1, .element = KUBE_QUANTITY, KUBE_DOC ("How much storage it has."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("csi", csi, 22, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Volume of a CSI driver."),
                  KUBE_INERT ("Every driver is taken to find its volume.")),
  KUBE_OBJECT_OF ("nfs", kube_nfs, 5, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Directory of an NFS server."),
                  KUBE_INERT ("The server is taken to answer.")),
  KUBE_OBJECT_OF ("hostPath", kube_host_path, 3, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Directory of the node."),
                  KUBE_INERT ("What is on a node is not modelled.")),
  KUBE_OBJECT_OF ("local", local, 20, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Disk of one node, which nodeAffinity names."),
                  KUBE_INERT ("The disk is taken to be there.")),
  KUBE_OBJECT_OF ("awsElasticBlockStore", kube_elastic_block_store, 2, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("EBS volume, before CSI."),
                  KUBE_INERT ("It is handled by the CSI driver.")),
  KUBE_LIST_OF_STRINGS ("accessModes", 3, .words = kube_access_modes,
                        KUBE_DOC ("How it may be mounted."), KUBE_ACTS),
  KUBE_OBJECT_OF ("claimRef", claim_reference, 4, .pointer = TRUE,
                  KUBE_DOC ("Claim that it belongs to, or is meant for."), KUBE_ACTS),
  { "persistentVolumeReclaimPolicy", KUBE_STRING, 5, .fallback = "\"Retain\"",
    .values = KUBE_VALUES ("Delete", "Recycle", "Retain"),
    KUBE_DOC ("What becomes of it when its claim is gone."), KUBE_ACTS },
  { "storageClassName", KUBE_STRING, 6, KUBE_DOC ("Class that claims for it must name."),
    KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("mountOptions", 7, KUBE_DOC ("Options of the mount."),
                        KUBE_INERT ("Mounts are taken to succeed.")),
  { "volumeMode", KUBE_STRING, 8, .pointer = TRUE, .fallback = "\"Filesystem\"",
    .values = KUBE_VALUES ("Block", "Filesystem"),
    KUBE_DOC ("Whether there is a file system on it."), KUBE_ACTS },
  KUBE_OBJECT_OF ("nodeAffinity", affinity, 9, .pointer = TRUE,
                  KUBE_DOC ("From where it can be reached."), KUBE_ACTS),
  { "volumeAttributesClassName", KUBE_STRING, 10, .pointer = TRUE,
    KUBE_DOC ("Class of what it can do."), KUBE_INERT ("Speed is not modelled.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.PersistentVolumeSpec",
  "What the volume is, and from where it can be reached.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "phase", KUBE_STRING, 1,
    .values = KUBE_VALUES ("Available", "Bound", "Failed", "Pending", "Released"),
    KUBE_DOC ("Whether a claim has it.") },
  { "message", KUBE_STRING, 2, KUBE_DOC ("Why, for people.") },
  { "reason", KUBE_STRING, 3, KUBE_DOC ("Why, as one word.") },
  { "lastPhaseTransitionTime", KUBE_TIME, 4, .pointer = TRUE,
    KUBE_DOC ("When the phase last changed.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.PersistentVolumeStatus",
  "Whether a claim has the volume.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Its size, its source and its class."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}", KUBE_DOC ("Whether a claim has it."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.PersistentVolume",
  "Storage of the cluster, made by somebody or for a claim.",
  fields,
};

static DdValue *
capacity_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *text = dd_value_path_string (object->value, "spec.capacity.storage");

  return dd_string (text != NULL ? text : "");
}

static DdValue *
modes_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_access_modes_cell (dd_value_path (object->value, "spec.accessModes"));
}

static DdValue *
status_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *phase = dd_value_path_string (object->value, "status.phase");
  gboolean leaving = dd_value_path (object->value, "metadata.deletionTimestamp") != NULL;

  return dd_string (leaving ? "Terminating" : phase != NULL ? phase : "");
}

static DdValue *
claim_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *claim = dd_value_path (object->value, "spec.claimRef");

  return claim == NULL ? dd_string ("")
                       : dd_string_printf ("%s/%s", dd_value_path_string (claim, "namespace"),
                                           dd_value_path_string (claim, "name"));
}

/* Imitates: kubectl get persistentvolumes. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Capacity", "string", .path = "spec.capacity", .cell = capacity_cell },
  { "Access Modes", "string", .path = "spec.accessModes", .cell = modes_cell },
  { "Reclaim Policy", "string", .path = "spec.persistentVolumeReclaimPolicy", .absent = "" },
  { "Status", "string", .path = "status.phase", .cell = status_cell },
  { "Claim", "string", .path = "spec.claimRef", .cell = claim_cell },
  { "StorageClass", "string", .path = "spec.storageClassName", .absent = "" },
  { "VolumeAttributesClass", "string", .path = "spec.volumeAttributesClassName",
    .absent = "<unset>", .since = 29 },
  { "Reason", "string", .path = "status.reason", .absent = "" },
  KUBE_AGE_COLUMN,
  { "VolumeMode", "string", .priority = 1, .path = "spec.volumeMode", .absent = "<unset>" },
  { NULL },
};

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  kube_protect (object, KUBE_VOLUME_PROTECTION);
  dd_value_set (object, "status", dd_object ("phase", dd_word ("Pending"), NULL));
  return TRUE;
}

static const char *const sources[] = { "awsElasticBlockStore", "csi", "hostPath", "local", "nfs" };

static gboolean
has_source (const DdValue *volume)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (dd_value_member (volume, sources[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
has_same_source (const DdValue *left, const DdValue *right)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (!dd_value_equal (dd_value_member (left, sources[i]), dd_value_member (right, sources[i])))
      return FALSE;
  return TRUE;
}

/* Imitates: pkg/apis/core/validation, ValidatePersistentVolume and its Update. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *before = dd_value_member (old, "spec");
  const DdValue *after = dd_value_member (object, "spec");
  const DdValue *reach = dd_value_member (before, "nodeAffinity");

  kube_access_modes_validate (dd_value_member (after, "accessModes"), causes);
  if (dd_value_length (dd_value_member (after, "accessModes")) == 0)
    kube_causes_add (causes, "FieldValueRequired", "spec.accessModes", "Required value");
  if (dd_value_path (after, "capacity.storage") == NULL)
    kube_causes_add (causes, "FieldValueRequired", "spec.capacity", "Required value");
  if (!has_source (after))
    kube_causes_add (causes, "FieldValueRequired", "spec",
                     "Required value: must specify a volume type");
  if (old == NULL)
    return;
  if (!has_same_source (before, after))
    kube_causes_add (causes, "FieldValueForbidden", "spec.persistentvolumesource",
                     "Forbidden: spec.persistentvolumesource is immutable after creation");
  if (reach != NULL && !dd_value_equal (reach, dd_value_member (after, "nodeAffinity")))
    kube_causes_add (causes, "FieldValueInvalid", "spec.nodeAffinity",
                     "Invalid value: field is immutable, except for updating from beta label to "
                     "GA");
}

const KubeKind kube_persistent_volume = {
  .group = "",
  .version = "v1",
  .kind = "PersistentVolume",
  .plural = "persistentvolumes",
  .singular = "persistentvolume",
  .short_names = KUBE_VALUES ("pv"),
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .prepare_create = prepare_create,
  .validate = validate,
};
