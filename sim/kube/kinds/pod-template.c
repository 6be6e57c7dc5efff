/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-template.c: the PodTemplate table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, 2, .fallback = "{}",
                  KUBE_DOC ("Blueprint for pods."),
                  KUBE_INERT ("No controller makes pods of it, here or in a cluster.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.PodTemplate",
  "A blueprint for pods, kept for whoever asks for it.",
  fields,
};

static DdValue *
containers_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (dd_value_path (object->value, "template.spec"), "name");
}

static DdValue *
images_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (dd_value_path (object->value, "template.spec"), "image");
}

static DdValue *
labels_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (
      kube_labels_to_text (dd_value_path (object->value, "template.metadata.labels")));
}

/* Imitates: kubectl get podtemplates. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Containers", "string", .cell = containers_cell,
    KUBE_DOC ("Names of the template's containers, joined by commas.") },
  { "Images", "string", .cell = images_cell,
    KUBE_DOC ("Images of the template's containers, in the same order.") },
  { "Pod Labels", "string", .cell = labels_cell, KUBE_DOC ("Labels of the template.") },
  { NULL },
};

static void
set_defaults (DdValue **object)
{
  g_autoptr (DdValue) spec = dd_value_ref (dd_value_path (*object, "template.spec"));

  if (spec == NULL)
    return;
  if (dd_value_path (*object, "template.metadata.creationTimestamp") == NULL)
    dd_value_set (object, "template.metadata.creationTimestamp", dd_null ());
  kube_pod_spec_set_defaults (&spec);
  dd_value_set (object, "template.spec", g_steal_pointer (&spec));
}

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  kube_pod_spec_validate (dd_value_path (object, "template.spec"), "template.spec", causes);
}

const KubeKind kube_pod_template = {
  .group = "",
  .version = "v1",
  .kind = "PodTemplate",
  .plural = "podtemplates",
  .singular = "podtemplate",
  .namespaced = TRUE,
  .flags
  = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED | KUBE_HAS_GENERATION | KUBE_IS_ALL_SPEC,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
