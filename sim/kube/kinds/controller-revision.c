/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/controller-revision.c: the ControllerRevision table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/owners.h"

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { "data", KUBE_RAW, 2, KUBE_DOC ("What the owner looked like, as a patch of it."), KUBE_ACTS },
  { "revision", KUBE_INT, 3, .required = TRUE,
    KUBE_DOC ("Place among the revisions of the same owner; the newest has the highest."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.ControllerRevision",
  "A former or present state of a StatefulSet or DaemonSet.",
  fields,
};

/* "statefulset.apps/ring". */
static DdValue *
controller_cell (KubeApi *api, const SimObject *object)
{
  const SimObject *owner = kube_owner_of (api->store, object);

  return owner != NULL
             ? dd_string_printf ("%s.%s/%s", owner->kind->singular, owner->kind->group, owner->name)
             : dd_string ("<none>");
}

/* Imitates: kubectl get controllerrevisions. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Controller", "string", .cell = controller_cell,
    KUBE_DOC ("Kind and name of the object that it is a state of.") },
  { "Revision", "string", .path = "revision" },
  KUBE_AGE_COLUMN,
  { NULL },
};

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  gint64 revision = dd_value_path_int (object, "revision", 0);

  if (revision < 0)
    kube_causes_add (causes, "FieldValueInvalid", "revision",
                     "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                     revision);
  if (old != NULL
      && !dd_value_equal (dd_value_member (old, "data"), dd_value_member (object, "data")))
    kube_causes_add (causes, "FieldValueInvalid", "data", "Invalid value: field is immutable");
}

const KubeKind kube_controller_revision = {
  .group = "apps",
  .version = "v1",
  .kind = "ControllerRevision",
  .plural = "controllerrevisions",
  .singular = "controllerrevision",
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
