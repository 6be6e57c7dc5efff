/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/persistent-volume-claim.c: the PersistentVolumeClaim table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/storage.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/quantity.h"

/* Imitates: Kubernetes API Reference, PersistentVolumeClaim v1 core. */
static const KubeField resources_fields[] = {
  { "limits", KUBE_MAP, 1, .element = KUBE_QUANTITY, KUBE_DOC ("Most that the claim may get."),
    KUBE_INERT ("Drivers make what is requested.") },
  { "requests", KUBE_MAP, 2, .element = KUBE_QUANTITY, KUBE_DOC ("Least that it needs; storage."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct resources = {
  "io.k8s.api.core.v1.VolumeResourceRequirements",
  "How much storage a claim needs.",
  resources_fields,
};

static const KubeField data_source_fields[] = {
  { "apiGroup", KUBE_STRING, 1, .pointer = TRUE, KUBE_DOC ("Group of the kind; empty for core.") },
  { "kind", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("VolumeSnapshot or another kind.") },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("Which object to copy from.") },
  { NULL },
};

const KubeStruct kube_typed_reference = {
  "io.k8s.api.core.v1.TypedLocalObjectReference",
  "Names an object of any kind in the same namespace.",
  data_source_fields,
  .atomic = TRUE,
};

static const KubeField data_source_reference_fields[] = {
  { "apiGroup", KUBE_STRING, 1, .pointer = TRUE, KUBE_DOC ("Group of the kind; empty for core.") },
  { "kind", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Kind of the object.") },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("Which object to fill the volume from.") },
  { "namespace", KUBE_STRING, 4, .pointer = TRUE, KUBE_DOC ("Where that object lives.") },
  { NULL },
};

static const KubeStruct data_source_reference = {
  "io.k8s.api.core.v1.TypedObjectReference",
  "Names an object of any kind.",
  data_source_reference_fields,
};

static const KubeField spec_fields[] = {
  KUBE_LIST_OF_STRINGS ("accessModes", 1, .words = kube_access_modes,
                        KUBE_DOC ("How the volume is to be mounted: ReadWriteOnce, "
                                  "ReadOnlyMany, ReadWriteMany or ReadWriteOncePod."),
                        KUBE_ACTS),
  KUBE_OBJECT_OF ("selector", kube_label_selector, 4, .pointer = TRUE,
                  KUBE_DOC ("Volumes to choose from, by label; none is made then."), KUBE_ACTS),
  KUBE_OBJECT_OF ("resources", resources, 2, KUBE_DOC ("How much storage is needed."), KUBE_ACTS),
  { "volumeName", KUBE_STRING, 3, KUBE_DOC ("Volume that the claim is bound to."), KUBE_ACTS },
  { "storageClassName", KUBE_STRING, 5, .pointer = TRUE,
    KUBE_DOC ("Class of the volume; absent: the cluster's default; empty: none."), KUBE_ACTS },
  { "volumeMode", KUBE_STRING, 6, .pointer = TRUE, .fallback = "\"Filesystem\"",
    .values = KUBE_VALUES ("Block", "Filesystem"),
    KUBE_DOC ("Whether there is a file system on the volume."), KUBE_ACTS },
  { "volumeAttributesClassName", KUBE_STRING, 9, .pointer = TRUE,
    KUBE_DOC ("Class of what the volume can do."), KUBE_INERT ("Speed is not modelled.") },
  KUBE_OBJECT_OF ("dataSource", kube_typed_reference, 7, .pointer = TRUE,
                  KUBE_DOC ("Snapshot or claim to copy."),
                  KUBE_INERT ("What is on a volume is not modelled.")),
  KUBE_OBJECT_OF ("dataSourceRef", data_source_reference, 8, .pointer = TRUE,
                  KUBE_DOC ("Any object to fill the volume from."),
                  KUBE_INERT ("What is on a volume is not modelled.")),
  { NULL },
};

const KubeStruct kube_claim_spec = {
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
  "What kind of volume is wanted.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("What is judged, such as Resizing.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("The verdict.") },
  { "lastProbeTime", KUBE_TIME, 3, KUBE_DOC ("When it was last looked at.") },
  { "lastTransitionTime", KUBE_TIME, 4, KUBE_DOC ("When the verdict last changed.") },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("Why, as one word.") },
  { "message", KUBE_STRING, 6, KUBE_DOC ("Why, for people.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.core.v1.PersistentVolumeClaimCondition",
  "How far a change of a claim has come.",
  condition_fields,
};

static const KubeField change_fields[] = {
  { "targetVolumeAttributesClassName", KUBE_STRING, 1, KUBE_DOC ("Class that it changes to.") },
  { "status", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("How far it has come.") },
  { NULL },
};

static const KubeStruct change = {
  "io.k8s.api.core.v1.ModifyVolumeStatus",
  "A change of the attributes of a volume.",
  change_fields,
};

static const KubeField status_fields[] = {
  { "phase", KUBE_STRING, 1, .fallback = "\"Pending\"",
    .values = KUBE_VALUES ("Bound", "Lost", "Pending"),
    KUBE_DOC ("Pending, Bound, or Lost when the volume is gone.") },
  KUBE_LIST_OF_STRINGS ("accessModes", 2, .words = kube_access_modes,
                        KUBE_DOC ("Those of the volume.")),
  { "capacity", KUBE_MAP, 3, .element = KUBE_QUANTITY, KUBE_DOC ("What the volume has.") },
  KUBE_LIST_OF ("conditions", condition, 4, .merge_key = "type",
                KUBE_DOC ("How a resize goes on.")),
  { "allocatedResources", KUBE_MAP, 5, .element = KUBE_QUANTITY,
    KUBE_DOC ("What a resize has been promised.") },
  { "allocatedResourceStatuses", KUBE_MAP, 7, .element = KUBE_STRING,
    KUBE_DOC ("How far a resize has come.") },
  { "currentVolumeAttributesClassName", KUBE_STRING, 8, .pointer = TRUE,
    KUBE_DOC ("Class that the volume has.") },
  KUBE_OBJECT_OF ("modifyVolumeStatus", change, 9, .pointer = TRUE,
                  KUBE_DOC ("How a change of class goes on.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.PersistentVolumeClaimStatus",
  "What the claim got.",
  status_fields,
};

#define CLAIM "io.k8s.api.core.v1.PersistentVolumeClaim"
#define CLAIM_TEXT "Asks for a volume that outlives the pods that mount it."
#define CLAIM_FIELDS \
  KUBE_OBJECT_OF ("spec", kube_claim_spec, 2, .fallback = "{}", \
                  KUBE_DOC ("How large, of which class, for " \
                            "how many nodes."), \
                  KUBE_ACTS), \
      KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}", \
                      KUBE_DOC ("Whether it has a volume, and which size that is."), \
                      KUBE_INERT ("The cluster writes it."))

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  CLAIM_FIELDS,
  { NULL },
};

static const KubeStruct type = { CLAIM, CLAIM_TEXT, fields };

/* In a list an object has nobody else to say what it is. */
static const KubeField template_fields[] = {
  { "apiVersion", KUBE_STRING, .fallback = "\"v1\"", KUBE_DOC (KUBE_API_VERSION_TEXT), KUBE_ACTS },
  { "kind", KUBE_STRING, .fallback = "\"PersistentVolumeClaim\"", KUBE_DOC (KUBE_KIND_TEXT),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1,
                  KUBE_DOC ("Name of the volume in the pods, and labels of their claims."),
                  KUBE_ACTS),
  CLAIM_FIELDS,
  { NULL },
};

const KubeStruct kube_claim_template = { CLAIM, CLAIM_TEXT, template_fields };

gint64
kube_storage_size (const DdValue *amount)
{
  gint64 bytes;

  return kube_quantity_to_units (amount, &bytes) ? bytes : 0;
}

const char *const kube_access_modes[]
    = { "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", NULL };

/* Imitates: pkg/apis/core/validation, which names the list and not its element. */
void
kube_access_modes_validate (const DdValue *modes, KubeCauses *causes)
{
  for (gsize i = 0; i < dd_value_length (modes); i++)
    {
      const char *mode = dd_value_string (dd_value_element (modes, i));

      if (mode != NULL && !g_strv_contains (kube_access_modes, mode))
        kube_causes_add (causes, "FieldValueNotSupported", "spec.accessModes",
                         "Unsupported value: \"%s\": supported values: \"ReadOnlyMany\", "
                         "\"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
                         mode);
    }
}

DdValue *
kube_access_modes_cell (const DdValue *modes)
{
  static const struct
  {
    const char *mode, *text;
  } rows[] = {
    { "ReadWriteOnce", "RWO" },
    { "ReadOnlyMany", "ROX" },
    { "ReadWriteMany", "RWX" },
    { "ReadWriteOncePod", "RWOP" },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    for (gsize i = 0; i < dd_value_length (modes); i++)
      if (g_strcmp0 (dd_value_string (dd_value_element (modes, i)), rows[row].mode) == 0)
        {
          g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", rows[row].text);
          break;
        }
  return dd_string (text->str);
}

static gboolean
is_bound (const SimObject *claim)
{
  return dd_value_path_string (claim->value, "spec.volumeName") != NULL;
}

static DdValue *
status_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *phase = dd_value_path_string (object->value, "status.phase");
  gboolean leaving = dd_value_path (object->value, "metadata.deletionTimestamp") != NULL;

  return dd_string (leaving ? "Terminating" : phase != NULL ? phase : "");
}

static DdValue *
capacity_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *text = dd_value_path_string (object->value, "status.capacity.storage");

  return dd_string (is_bound (object) && text != NULL ? text : "");
}

static DdValue *
modes_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_access_modes_cell (
      is_bound (object) ? dd_value_path (object->value, "status.accessModes") : NULL);
}

/* Imitates: kubectl get persistentvolumeclaims. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Status", "string", .path = "status.phase", .cell = status_cell },
  { "Volume", "string", .path = "spec.volumeName", .absent = "" },
  { "Capacity", "string", .path = "status.capacity", .cell = capacity_cell },
  { "Access Modes", "string", .path = "status.accessModes", .cell = modes_cell },
  { "StorageClass", "string", .path = "spec.storageClassName", .absent = "" },
  { "VolumeAttributesClass", "string", .path = "spec.volumeAttributesClassName",
    .absent = "<unset>", .since = 29 },
  KUBE_AGE_COLUMN,
  { "VolumeMode", "string", .priority = 1, .path = "spec.volumeMode", .absent = "<unset>" },
  { NULL },
};

/* The newest of the classes marked so. Imitates: plugin/pkg/admission/storage, DefaultStorageClass,
 * and pkg/volume/util, GetDefaultClass. */
static const SimObject *
default_class (KubeApi *api)
{
  g_autoptr (GPtrArray) classes = sim_store_list (api->store, &kube_storage_class, NULL);
  const SimObject *best = NULL;

  for (guint i = 0; i < classes->len; i++)
    {
      const SimObject *class = g_ptr_array_index (classes, i);
      const char *made = dd_value_path_string (class->value, "metadata.creationTimestamp");

      if (g_strcmp0 (dd_value_string (dd_value_at (class->value, "metadata", "annotations",
                                                   KUBE_DEFAULT_CLASS, NULL)),
                     "true")
              == 0
          && (best == NULL
              || g_strcmp0 (made, dd_value_path_string (best->value, "metadata.creationTimestamp"))
                     > 0))
        best = class;
    }
  return best != NULL ? sim_store_get (api->store, &kube_storage_class, "", best->name) : NULL;
}

void
kube_protect (DdValue **object, const char *finalizer)
{
  const DdValue *present = dd_value_path (*object, "metadata.finalizers");
  DdBuilder all = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (present); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (present, i)), finalizer) != 0)
      dd_builder_add (&all, dd_value_ref (dd_value_element (present, i)));
  dd_builder_add (&all, dd_string (finalizer));
  dd_value_set (object, "metadata.finalizers", dd_builder_end (&all));
}

static gboolean
prepare_create (KubeApi *api, DdValue **object, GError **error G_GNUC_UNUSED)
{
  const SimObject *class = default_class (api);

  if (dd_value_path (*object, "spec.storageClassName") == NULL && class != NULL)
    dd_value_set (object, "spec.storageClassName", dd_string (class->name));
  kube_protect (object, KUBE_CLAIM_PROTECTION);
  dd_value_set (object, "status", dd_object ("phase", dd_word ("Pending"), NULL));
  return TRUE;
}

static const DdValue *
requested (const DdValue *claim)
{
  return dd_value_path (claim, "spec.resources.requests.storage");
}

/* A claim may grow once it has a volume, if its class says so. Imitates: plugin/pkg/admission,
 * PersistentVolumeClaimResize. */
static gboolean
prepare_update (KubeApi *api, const SimObject *old, DdValue **object, GError **error)
{
  const char *name = dd_value_path_string (old->value, "spec.storageClassName");
  const SimObject *class = name != NULL ? sim_store_get (api->store, &kube_storage_class, "", name)
                                        : NULL;

  if (kube_storage_size (requested (*object)) <= kube_storage_size (requested (old->value)))
    return TRUE;
  if (g_strcmp0 (dd_value_path_string (old->value, "status.phase"), "Bound") != 0)
    return kube_set_forbidden (error, old->kind, old->name,
                               "Only bound persistent volume claims can be expanded");
  if (class == NULL || !dd_value_path_bool (class->value, "allowVolumeExpansion", FALSE))
    return kube_set_forbidden (error, old->kind, old->name,
                               "only dynamically provisioned pvc can be resized and the "
                               "storageclass that provisions the pvc must support resize");
  return TRUE;
}

/* Imitates: pkg/apis/core/validation, ValidatePersistentVolumeClaimUpdate. */
static void
validate_fixed (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  g_autoptr (DdValue) before = dd_value_ref (dd_value_member (old, "spec"));
  g_autoptr (DdValue) after = dd_value_ref (dd_value_member (object, "spec"));
  const DdValue *size = requested (old);

  dd_value_set (&before, "volumeAttributesClassName", NULL);
  dd_value_set (&after, "volumeAttributesClassName", NULL);
  if (dd_value_member (before, "volumeName") == NULL)
    dd_value_set (&after, "volumeName", NULL);
  if (size != NULL && g_strcmp0 (dd_value_path_string (old, "status.phase"), "Bound") == 0)
    dd_value_set (&after, "resources.requests.storage", dd_value_ref (size));
  if (!dd_value_equal (before, after))
    kube_causes_add (causes, "FieldValueForbidden", "spec",
                     "Forbidden: spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims");
  if (kube_storage_size (requested (object)) < kube_storage_size (size)
      && kube_storage_size (requested (object))
             <= kube_storage_size (dd_value_path (old, "status.capacity.storage")))
    kube_causes_add (causes, "FieldValueForbidden", "spec.resources.requests.storage",
                     "Forbidden: field can not be less than status.capacity");
}

static gboolean
is_for_one_pod_and_more (const DdValue *modes)
{
  for (gsize i = 0; dd_value_length (modes) > 1 && i < dd_value_length (modes); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (modes, i)), "ReadWriteOncePod") == 0)
      return TRUE;
  return FALSE;
}

/* Imitates: pkg/apis/core/validation, ValidatePersistentVolumeClaimSpec. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  if (old != NULL)
    {
      validate_fixed (old, object, causes);
      return;
    }
  kube_access_modes_validate (dd_value_path (object, "spec.accessModes"), causes);
  if (is_for_one_pod_and_more (dd_value_path (object, "spec.accessModes")))
    kube_causes_add (causes, "FieldValueForbidden", "spec.accessModes",
                     "Forbidden: may not use ReadWriteOncePod with other access modes");
  if (dd_value_length (dd_value_path (object, "spec.accessModes")) == 0)
    kube_causes_add (causes, "FieldValueRequired", "spec.accessModes",
                     "Required value: at least 1 access mode is required");
  if (requested (object) == NULL)
    kube_causes_add (causes, "FieldValueRequired", "spec.resources[storage]", "Required value");
}

const KubeKind kube_persistent_volume_claim = {
  .group = "",
  .version = "v1",
  .kind = "PersistentVolumeClaim",
  .plural = "persistentvolumeclaims",
  .singular = "persistentvolumeclaim",
  .short_names = KUBE_VALUES ("pvc"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
};
