/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/namespace.c: the Namespace table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  KUBE_LIST_OF_STRINGS (
      "finalizers", 1,
      KUBE_DOC ("Who must clean up first; \"kubernetes\" goes once the contents are deleted."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.NamespaceSpec",
  "What has to happen before the namespace may go.",
  spec_fields,
};

/* Not metav1.Condition: it does not say which generation was judged. */
static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is judged, such as NamespaceContentRemaining.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .values = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("The verdict: True, False or Unknown.") },
  { "lastTransitionTime", KUBE_TIME, 4, KUBE_DOC ("When the verdict last changed.") },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("Why, as one CamelCase word that programs can compare.") },
  { "message", KUBE_STRING, 6, KUBE_DOC ("Why, in a sentence for people; may be empty.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.core.v1.NamespaceCondition",
  "One question about a namespace that is being deleted.",
  condition_fields,
};

static const KubeField status_fields[] = {
  { "phase", KUBE_STRING, 1, .words = KUBE_VALUES ("Active", "Terminating"),
    KUBE_DOC ("Active, or Terminating from the delete request on.") },
  KUBE_LIST_OF (
      "conditions", condition, 2, .merge_key = "type",
      KUBE_DOC ("What keeps a deletion from finishing, such as NamespaceContentRemaining.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.NamespaceStatus",
  "Whether the namespace is in use or on its way out.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}", KUBE_DOC ("Finalizers, set by the server."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Phase and obstacles to deletion, set by the namespace controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Namespace",
  "A compartment of the cluster: names in it are independent of those elsewhere.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Status", "string", .path = "status.phase", .absent = "" },
  KUBE_AGE_COLUMN,
  { NULL },
};

static void
set_name_label (DdValue **object)
{
  const DdValue *name = dd_value_path (*object, "metadata.name");
  DdValue *changed;

  if (name == NULL)
    return;
  changed = dd_value_with (*object, dd_value_ref (name), "metadata", "labels",
                           "kubernetes.io/metadata.name", NULL);
  dd_value_unref (*object);
  *object = changed;
}

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  const DdValue *finalizers = dd_value_path (*object, "spec.finalizers");

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), "kubernetes") == 0)
      finalizers = NULL;
  if (finalizers != NULL || dd_value_path (*object, "spec.finalizers") == NULL)
    dd_value_set (object, "spec.finalizers",
                  dd_value_with_element (finalizers, dd_string ("kubernetes")));
  dd_value_set (object, "status", dd_object ("phase", dd_string ("Active"), NULL));
  return TRUE;
}

/* Imitates: the NamespaceLifecycle admission plugin's immortal namespaces. */
static gboolean
prepare_delete (KubeApi *api G_GNUC_UNUSED, const SimObject *object, GError **error)
{
  static const char *const immortal[] = { "default", "kube-system", "kube-public" };

  for (guint i = 0; i < G_N_ELEMENTS (immortal); i++)
    if (strcmp (object->name, immortal[i]) == 0)
      return kube_set_forbidden (error, object->kind, object->name,
                                 "this namespace may not be deleted");
  return TRUE;
}

/* Imitates: Kubernetes, Namespaces, Initial namespaces. */
#define NAMED(name_) "{\"metadata\":{\"name\":\"" name_ "\"}}"

const KubeKind kube_namespace = {
  .group = "",
  .version = "v1",
  .kind = "Namespace",
  .plural = "namespaces",
  .singular = "namespace",
  .short_names = KUBE_VALUES ("ns"),
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED | KUBE_SPEC_FINALIZERS
           | KUBE_NO_DELETE_COLLECTION | KUBE_IS_SCOPE,
  .name_rule = KUBE_NAME_LABEL,
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("status.phase"),
  .set_defaults = set_name_label,
  .prepare_create = prepare_create,
  .prepare_delete = prepare_delete,
  .initial = KUBE_VALUES (NAMED ("default"), NAMED ("kube-node-lease"), NAMED ("kube-public"),
                          NAMED ("kube-system")),
};
