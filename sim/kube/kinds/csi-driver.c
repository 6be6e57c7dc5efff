/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/csi-driver.c: the CSIDriver table
 *
 * Imitates: Kubernetes API Reference, CSIDriver v1 storage.k8s.io; pkg/apis/storage/v1,
 * SetDefaults_CSIDriver. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

#define NO_MOUNTS "Mounts are taken to succeed."

static const KubeField token_fields[] = {
  { "audience", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Whom the token is for.") },
  { "expirationSeconds", KUBE_INT, 2, .pointer = TRUE, KUBE_DOC ("How long it holds.") },
  { NULL },
};

static const KubeStruct token = {
  "io.k8s.api.storage.v1.TokenRequest",
  "A token of the pod's service account that a driver asks for.",
  token_fields,
};

static const KubeField spec_fields[] = {
  { "attachRequired", KUBE_BOOL, 1, .pointer = TRUE, .fallback = "true",
    KUBE_DOC ("Whether volumes must be attached to a node before they are mounted."),
    KUBE_INERT ("Volumes of the EBS driver are attached, and those of other drivers are not.") },
  { "podInfoOnMount", KUBE_BOOL, 2, .pointer = TRUE, .fallback = "false",
    KUBE_DOC ("Whether the driver is told of the pod."), KUBE_INERT (NO_MOUNTS) },
  KUBE_LIST_OF_STRINGS ("volumeLifecycleModes", 3, .set = TRUE, .fallback = "[\"Persistent\"]",
                        KUBE_DOC ("Whether its volumes outlive pods."), KUBE_INERT (NO_MOUNTS)),
  { "storageCapacity", KUBE_BOOL, 4, .pointer = TRUE, .fallback = "false",
    KUBE_DOC ("Whether the scheduler looks at what room the driver reports."),
    KUBE_NOT_MODELLED ("pods would go where the driver reports room for their volumes") },
  { "fsGroupPolicy", KUBE_STRING, 5, .pointer = TRUE, .fallback = "\"ReadWriteOnceWithFSType\"",
    .values = KUBE_VALUES ("File", "None", "ReadWriteOnceWithFSType"),
    KUBE_DOC ("Whether files of a volume are given to the group of the pod."),
    KUBE_INERT (NO_MOUNTS) },
  KUBE_LIST_OF ("tokenRequests", token, 6, KUBE_DOC ("Tokens of the pod that the driver is given."),
                KUBE_INERT (NO_MOUNTS)),
  { "requiresRepublish", KUBE_BOOL, 7, .pointer = TRUE, .fallback = "false",
    KUBE_DOC ("Whether the driver is called again and again while a pod runs."),
    KUBE_INERT (NO_MOUNTS) },
  { "seLinuxMount", KUBE_BOOL, 8, .pointer = TRUE, .fallback = "false",
    KUBE_DOC ("Whether volumes may be mounted with a label of SELinux."), KUBE_INERT (NO_MOUNTS) },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.storage.v1.CSIDriverSpec",
  "How kubelets and the scheduler treat the driver.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("How kubelets and the scheduler treat the driver."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.storage.v1.CSIDriver",
  "A driver of volumes, by the name that classes and volumes call it.",
  fields,
};

/* ---- columns; imitates: printCSIDriver of pkg/printers/internalversion ---- */

static DdValue *
join (const DdValue *list, const char *member, const char *absent)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *its = dd_value_element (list, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                              member != NULL ? dd_value_path_string (its, member)
                                             : dd_value_string (its));
    }
  return dd_string (text->len > 0 ? text->str : absent);
}

static DdValue *
tokens_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return join (dd_value_path (object->value, "spec.tokenRequests"), "audience", "<unset>");
}

static DdValue *
modes_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return join (dd_value_path (object->value, "spec.volumeLifecycleModes"), NULL, "<none>");
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "AttachRequired", "boolean", .path = "spec.attachRequired" },
  { "PodInfoOnMount", "boolean", .path = "spec.podInfoOnMount" },
  { "StorageCapacity", "boolean", .path = "spec.storageCapacity" },
  { "TokenRequests", "string", .path = "spec.tokenRequests", .cell = tokens_cell },
  { "RequiresRepublish", "boolean", .path = "spec.requiresRepublish" },
  { "Modes", "string", .path = "spec.volumeLifecycleModes", .cell = modes_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  static const char *const known[] = { "Ephemeral", "Persistent", NULL };
  const DdValue *modes = dd_value_path (object, "spec.volumeLifecycleModes");

  for (gsize i = 0; i < dd_value_length (modes); i++)
    {
      const char *mode = dd_value_string (dd_value_element (modes, i));

      if (!g_strv_contains (known, mode))
        kube_causes_add (causes, "FieldValueNotSupported", "spec.volumeLifecycleModes",
                         "Unsupported value: \"%s\": supported values: \"Ephemeral\", "
                         "\"Persistent\"",
                         mode);
    }
}

const KubeKind kube_csi_driver = {
  .group = "storage.k8s.io",
  .version = "v1",
  .kind = "CSIDriver",
  .plural = "csidrivers",
  .singular = "csidriver",
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
