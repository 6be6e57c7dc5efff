/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/webhooks.c: the tables of ValidatingWebhookConfiguration and
 * MutatingWebhookConfiguration, which differ in one field
 *
 * Imitates: Kubernetes API Reference, v1 admissionregistration.k8s.io;
 * pkg/apis/admissionregistration/v1, SetDefaults; its validation, validateValidatingWebhook. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

#define GROUP "admissionregistration.k8s.io"

static const KubeField service_fields[] = {
  { "namespace", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Where the service is.") },
  { "name", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Which service it is.") },
  { "path", KUBE_STRING, 3, .pointer = TRUE, KUBE_DOC ("Path that is asked for.") },
  { "port", KUBE_INT, 4, .pointer = TRUE, .fallback = "443", KUBE_DOC ("Port; default 443.") },
  { NULL },
};

static const KubeStruct service = {
  "io.k8s.api.admissionregistration.v1.ServiceReference",
  "A service that is called.",
  service_fields,
};

static const KubeField client_fields[] = {
  { "url", KUBE_STRING, 3, .pointer = TRUE, KUBE_DOC ("Address that is called.") },
  KUBE_OBJECT_OF ("service", service, 1, .pointer = TRUE, KUBE_DOC ("Service that is called.")),
  { "caBundle", KUBE_BYTES, 2, KUBE_DOC ("Authorities that its certificate may be of.") },
  { NULL },
};

static const KubeStruct client = {
  "io.k8s.api.admissionregistration.v1.WebhookClientConfig",
  "Who is called, and how he is known.",
  client_fields,
};

static const KubeField rule_fields[] = {
  KUBE_LIST_OF_STRINGS ("operations", 1, KUBE_DOC ("CREATE, UPDATE, DELETE, CONNECT, or * .")),
  KUBE_LIST_OF_STRINGS ("apiGroups", 1, .within = 2, KUBE_DOC ("Groups of the resources.")),
  KUBE_LIST_OF_STRINGS ("apiVersions", 2, .within = 2, KUBE_DOC ("Versions of the resources.")),
  KUBE_LIST_OF_STRINGS ("resources", 3, .within = 2, KUBE_DOC ("Plurals; * for all.")),
  { "scope", KUBE_STRING, 4, .within = 2, .pointer = TRUE, .fallback = "\"*\"",
    .values = KUBE_VALUES ("*", "Cluster", "Namespaced"),
    KUBE_DOC ("Whether namespaced objects are meant, others, or both (default).") },
  { NULL },
};

static const KubeStruct rule = {
  "io.k8s.api.admissionregistration.v1.RuleWithOperations",
  "What is asked about.",
  rule_fields,
};

static const KubeField condition_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Name of the condition.") },
  { "expression", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("What must hold, in CEL.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.admissionregistration.v1.MatchCondition",
  "What must hold for a webhook to be called.",
  condition_fields,
};

/* The rows of both; SELECTOR and CONDITIONS are where their numbers differ. */
#define WEBHOOK_FIELDS(selector_, conditions_) \
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Name of the webhook, as a domain.") }, \
      KUBE_OBJECT_OF ("clientConfig", client, 2, .fallback = "{}", KUBE_DOC ("Who is called.")), \
      KUBE_LIST_OF ("rules", rule, 3, KUBE_DOC ("What is asked about.")), \
      { "failurePolicy", \
        KUBE_STRING, \
        4, \
        .pointer = TRUE, \
        .fallback = "\"Fail\"", \
        .values = KUBE_VALUES ("Fail", "Ignore"), \
        KUBE_DOC ("Whether a request is refused when nobody answers.") }, \
      { "matchPolicy", \
        KUBE_STRING, \
        9, \
        .pointer = TRUE, \
        .fallback = "\"Equivalent\"", \
        .values = KUBE_VALUES ("Equivalent", "Exact"), \
        KUBE_DOC ("Whether other versions of the same object count.") }, \
      KUBE_OBJECT_OF ("namespaceSelector", kube_label_selector, 5, .pointer = TRUE, \
                      .fallback = "{}", KUBE_DOC ("Namespaces that are meant, by label.")), \
      KUBE_OBJECT_OF ("objectSelector", kube_label_selector, selector_, .pointer = TRUE, \
                      .fallback = "{}", KUBE_DOC ("Objects that are meant, by label.")), \
      { "sideEffects", KUBE_STRING, 6, .pointer = TRUE, \
        KUBE_DOC ("Whether a call changes anything: None, or NoneOnDryRun.") }, \
      { "timeoutSeconds", \
        KUBE_INT, \
        7, \
        .pointer = TRUE, \
        .fallback = "10", \
        KUBE_DOC ("How long an answer is waited for, 1 to 30; default 10.") }, \
      KUBE_LIST_OF_STRINGS ("admissionReviewVersions", 8, \
                            KUBE_DOC ("Versions of AdmissionReview that are understood.")), \
      KUBE_LIST_OF ("matchConditions", condition, conditions_, .merge_key = "name", \
                    KUBE_DOC ("What else must hold."))

static const KubeField validating_fields[] = {
  WEBHOOK_FIELDS (10, 11),
  { NULL },
};

static const KubeStruct validating = {
  "io.k8s.api.admissionregistration.v1.ValidatingWebhook",
  "Somebody who may refuse what is written.",
  validating_fields,
};

static const KubeField mutating_fields[] = {
  WEBHOOK_FIELDS (11, 12),
  { "reinvocationPolicy", KUBE_STRING, 10, .pointer = TRUE, .fallback = "\"Never\"",
    .values = KUBE_VALUES ("IfNeeded", "Never"),
    KUBE_DOC ("Whether it is called again after others have changed the object.") },
  { NULL },
};

static const KubeStruct mutating = {
  "io.k8s.api.admissionregistration.v1.MutatingWebhook",
  "Somebody who may change what is written.",
  mutating_fields,
};

static const KubeField validating_type_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_LIST_OF ("webhooks", validating, 2, .merge_key = "name", KUBE_DOC ("Who is asked."),
                KUBE_NOT_MODELLED ("they would be called, and might refuse what is written")),
  { NULL },
};

static const KubeStruct validating_type = {
  "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration",
  "Webhooks that may refuse what is written.",
  validating_type_fields,
};

static const KubeField mutating_type_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_LIST_OF ("webhooks", mutating, 2, .merge_key = "name", KUBE_DOC ("Who is asked."),
                KUBE_NOT_MODELLED ("they would be called, and might change what is written")),
  { NULL },
};

static const KubeStruct mutating_type = {
  "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration",
  "Webhooks that may change what is written.",
  mutating_type_fields,
};

static DdValue *
webhooks_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) dd_value_length (dd_value_member (object->value, "webhooks")));
}

/* Imitates: kubectl get validatingwebhookconfigurations. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Webhooks", "integer", .path = "webhooks", .cell = webhooks_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- their rules ---- */

static gboolean
has_three_segments (const char *name)
{
  const char *dot = strchr (name, '.');

  return dot != NULL && strchr (dot + 1, '.') != NULL;
}

static void
validate_webhook (const DdValue *its, gsize at, KubeCauses *causes)
{
  g_autofree char *field = g_strdup_printf ("webhooks[%" G_GSIZE_FORMAT "]", at);
  g_autofree char *name_field = g_strconcat (field, ".name", NULL);
  g_autofree char *versions_field = g_strconcat (field, ".admissionReviewVersions", NULL);
  g_autofree char *effects_field = g_strconcat (field, ".sideEffects", NULL);
  g_autofree char *client_field = g_strconcat (field, ".clientConfig", NULL);
  const char *name = dd_value_path_string (its, "name");
  const char *effects = dd_value_path_string (its, "sideEffects");
  gboolean has_url = dd_value_path (its, "clientConfig.url") != NULL;
  gboolean has_service = dd_value_path (its, "clientConfig.service") != NULL;

  if (name != NULL && !has_three_segments (name))
    kube_causes_add (causes, "FieldValueInvalid", name_field,
                     "Invalid value: \"%s\": should be a domain with at least three segments "
                     "separated by dots",
                     name);
  if (has_url == has_service)
    kube_causes_add (causes, "FieldValueRequired", client_field,
                     "Required value: exactly one of url or service is required");
  if (effects == NULL)
    kube_causes_add (causes, "FieldValueRequired", effects_field,
                     "Required value: must specify one of None, NoneOnDryRun");
  else if (strcmp (effects, "None") != 0 && strcmp (effects, "NoneOnDryRun") != 0)
    kube_causes_add (causes, "FieldValueNotSupported", effects_field,
                     "Unsupported value: \"%s\": supported values: \"None\", \"NoneOnDryRun\"",
                     effects);
  if (dd_value_member (its, "admissionReviewVersions") == NULL)
    kube_causes_add (causes, "FieldValueRequired", versions_field,
                     "Required value: must specify one of v1, v1beta1");
}

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  const DdValue *list = dd_value_member (object, "webhooks");

  for (gsize i = 0; i < dd_value_length (list); i++)
    validate_webhook (dd_value_element (list, i), i, causes);
}

const KubeKind kube_validating_webhooks = {
  .group = GROUP,
  .version = "v1",
  .kind = "ValidatingWebhookConfiguration",
  .plural = "validatingwebhookconfigurations",
  .singular = "validatingwebhookconfiguration",
  .categories = KUBE_VALUES ("api-extensions"),
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION | KUBE_IS_ALL_SPEC,
  .type = &validating_type,
  .columns = columns,
  .validate = validate,
};

const KubeKind kube_mutating_webhooks = {
  .group = GROUP,
  .version = "v1",
  .kind = "MutatingWebhookConfiguration",
  .plural = "mutatingwebhookconfigurations",
  .singular = "mutatingwebhookconfiguration",
  .categories = KUBE_VALUES ("api-extensions"),
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION | KUBE_IS_ALL_SPEC,
  .type = &mutating_type,
  .columns = columns,
  .validate = validate,
};
