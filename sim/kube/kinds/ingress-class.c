/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/ingress-class.c: the IngressClass table
 *
 * Imitates: Kubernetes API Reference, IngressClass v1 networking.k8s.io;
 * pkg/apis/networking/validation, ValidateIngressClass. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/networking.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"

#define MAX_CONTROLLER 250

static const KubeField parameters_fields[] = {
  { "apiGroup", KUBE_STRING, 1, .pointer = TRUE, KUBE_DOC ("Group of the kind; empty for core.") },
  { "kind", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Kind of the object.") },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("Which object it is.") },
  { "scope", KUBE_STRING, 4, .pointer = TRUE, .fallback = "\"Cluster\"",
    .values = KUBE_VALUES ("Cluster", "Namespace"),
    KUBE_DOC ("Whether it lives in a namespace; Cluster (default) if not.") },
  { "namespace", KUBE_STRING, 5, .pointer = TRUE,
    KUBE_DOC ("Where it lives; with scope Namespace only.") },
  { NULL },
};

static const KubeStruct parameters = {
  "io.k8s.api.networking.v1.IngressClassParametersReference",
  "An object with settings that the controller understands.",
  parameters_fields,
};

static const KubeField spec_fields[] = {
  { "controller", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Who serves the class, such as k8s.io/ingress-nginx; fixed at creation."),
    KUBE_INERT (KUBE_NO_TRAFFIC) },
  KUBE_OBJECT_OF ("parameters", parameters, 2, .pointer = TRUE,
                  KUBE_DOC ("Where the controller finds settings of the class."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.networking.v1.IngressClassSpec",
  "Who serves the class, and how.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}", KUBE_DOC ("Who serves the class, and how."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.networking.v1.IngressClass",
  "A sort of ingresses, by a name that they may ask for.",
  fields,
};

static DdValue *
parameters_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *its = dd_value_path (object->value, "spec.parameters");
  const char *group = dd_value_path_string (its, "apiGroup");

  if (its == NULL)
    return dd_string ("<none>");
  return dd_string_printf ("%s%s%s/%s", dd_value_path_string (its, "kind"),
                           group != NULL ? "." : "", group != NULL ? group : "",
                           dd_value_path_string (its, "name"));
}

/* Imitates: kubectl get ingressclasses. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Controller", "string", .path = "spec.controller" },
  { "Parameters", "string", .path = "spec.parameters", .cell = parameters_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- its rules ---- */

/* example.com/anything; imitates apimachinery's IsDomainPrefixedPath. */
static void
validate_controller (const char *controller, KubeCauses *causes)
{
  static const char field[] = "spec.controller";
  g_auto (GStrv) parts = g_strsplit (controller, "/", 2);
  const char *problem;

  if (strlen (controller) > MAX_CONTROLLER)
    kube_causes_add (causes, "FieldValueTooLong", field, "Too long: may not be more than %d bytes",
                     MAX_CONTROLLER);
  if (parts[0] == NULL || parts[1] == NULL || parts[0][0] == '\0' || parts[1][0] == '\0')
    {
      kube_causes_add (causes, "FieldValueInvalid", field,
                       "Invalid value: \"%s\": must be a domain-prefixed path (such as "
                       "\"acme.io/foo\")",
                       controller);
      return;
    }
  problem = kube_name_check (KUBE_NAME_SUBDOMAIN, parts[0]);
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", parts[0],
                     problem);
}

static void
validate_scope (const DdValue *its, KubeCauses *causes)
{
  static const char field[] = "spec.parameters.namespace";
  gboolean placed = dd_value_member (its, "namespace") != NULL;
  const char *scope = dd_value_path_string (its, "scope");

  if (g_strcmp0 (scope, "Namespace") == 0 && !placed)
    kube_causes_add (causes, "FieldValueRequired", field,
                     "Required value: `parameters.scope` is set to 'Namespace'");
  else if (g_strcmp0 (scope, "Cluster") == 0 && placed)
    kube_causes_add (causes, "FieldValueForbidden", field,
                     "Forbidden: `parameters.scope` is set to 'Cluster'");
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const char *before = dd_value_path_string (old, "spec.controller");
  const char *controller = dd_value_path_string (object, "spec.controller");

  if (before != NULL && g_strcmp0 (before, controller) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec.controller",
                     "Invalid value: \"%s\": field is immutable",
                     controller != NULL ? controller : "");
  if (controller != NULL)
    validate_controller (controller, causes);
  validate_scope (dd_value_path (object, "spec.parameters"), causes);
}

const KubeKind kube_ingress_class = {
  .group = KUBE_NETWORKING,
  .version = "v1",
  .kind = "IngressClass",
  .plural = "ingressclasses",
  .singular = "ingressclass",
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
