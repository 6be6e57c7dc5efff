/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/role.c: the tables of Role and ClusterRole, which differ in their reach alone
 *
 * Imitates: Kubernetes API Reference, Role and ClusterRole v1 rbac.authorization.k8s.io;
 * pkg/apis/rbac/validation, ValidateRole and ValidateClusterRole. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/rbac.h"
#include "sim/kube/kinds/structs.h"

/* ---- the tables ---- */

static const KubeField rule_fields[] = {
  KUBE_LIST_OF_STRINGS ("verbs", 1, KUBE_DOC ("What may be done, such as get; * for all."),
                        KUBE_INERT (KUBE_NOT_ENFORCED)),
  KUBE_LIST_OF_STRINGS ("apiGroups", 2,
                        KUBE_DOC ("Groups of the resources; the core group is the empty text."),
                        KUBE_INERT (KUBE_NOT_ENFORCED)),
  KUBE_LIST_OF_STRINGS ("resources", 3,
                        KUBE_DOC ("Plurals, with a subresource as pods/eviction; * for all."),
                        KUBE_INERT (KUBE_NOT_ENFORCED)),
  KUBE_LIST_OF_STRINGS ("resourceNames", 4,
                        KUBE_DOC ("Objects that the rule is limited to; empty for all."),
                        KUBE_INERT (KUBE_NOT_ENFORCED)),
  KUBE_LIST_OF_STRINGS ("nonResourceURLs", 5,
                        KUBE_DOC ("Paths such as /healthz, instead of resources."),
                        KUBE_INERT (KUBE_NOT_ENFORCED)),
  { NULL },
};

static const KubeStruct rule = {
  "io.k8s.api.rbac.v1.PolicyRule",
  "What may be done, and to what.",
  rule_fields,
};

/* A server answers with null where there are no rules. */
#define RULES \
  KUBE_LIST_OF ("rules", rule, 2, .fallback = "null", \
                KUBE_DOC ("What those who are bound to the role may do."), \
                KUBE_INERT (KUBE_NOT_ENFORCED))

static const KubeField role_fields[] = {
  KUBE_TYPE_FIELDS,
  RULES,
  { NULL },
};

static const KubeStruct role = {
  "io.k8s.api.rbac.v1.Role",
  "What may be done within a namespace.",
  role_fields,
};

static const KubeField aggregation_fields[] = {
  KUBE_LIST_OF ("clusterRoleSelectors", kube_label_selector, 1,
                KUBE_DOC ("Cluster roles whose rules are taken, by label; any of them."),
                KUBE_INERT (KUBE_NOT_ENFORCED)),
  { NULL },
};

static const KubeStruct aggregation = {
  "io.k8s.api.rbac.v1.AggregationRule",
  "Where the rules of an aggregated role come from.",
  aggregation_fields,
};

static const KubeField cluster_role_fields[] = {
  KUBE_TYPE_FIELDS,
  RULES,
  KUBE_OBJECT_OF ("aggregationRule", aggregation, 3, .pointer = TRUE,
                  KUBE_DOC ("Other cluster roles, whose rules a controller writes into this one."),
                  KUBE_INERT (KUBE_NOT_ENFORCED)),
  { NULL },
};

static const KubeStruct cluster_role = {
  "io.k8s.api.rbac.v1.ClusterRole",
  "What may be done everywhere, or within any namespace where it is bound.",
  cluster_role_fields,
};

/* Imitates: kubectl get roles. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  KUBE_CREATED_COLUMN,
  { NULL },
};

/* ---- their rules ---- */

static gboolean
has_any (const DdValue *its, const char *member)
{
  return dd_value_length (dd_value_member (its, member)) > 0;
}

static void
require (const DdValue *its, const char *member, const char *path, const char *why,
         KubeCauses *causes)
{
  g_autofree char *field = g_strdup_printf ("%s.%s", path, member);

  if (!has_any (its, member))
    kube_causes_add (causes, "FieldValueRequired", field, "Required value: %s", why);
}

/* []string{"/healthz"}, as Go prints it. */
static char *
go_strings (const DdValue *list)
{
  GString *text = g_string_new ("[]string{");

  for (gsize i = 0; i < dd_value_length (list); i++)
    g_string_append_printf (text, "%s\"%s\"", i > 0 ? ", " : "",
                            dd_value_string (dd_value_element (list, i)));
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
validate_urls (const DdValue *its, const char *path, gboolean namespaced, KubeCauses *causes)
{
  g_autofree char *field = g_strdup_printf ("%s.nonResourceURLs", path);
  g_autofree char *urls = go_strings (dd_value_member (its, "nonResourceURLs"));

  if (namespaced)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: %s: namespaced rules cannot apply to non-resource URLs", urls);
  if (has_any (its, "apiGroups") || has_any (its, "resources") || has_any (its, "resourceNames"))
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: %s: rules cannot apply to both regular resources and "
                     "non-resource URLs",
                     urls);
}

static void
validate_rules (const DdValue *object, gboolean namespaced, KubeCauses *causes)
{
  const DdValue *rules = dd_value_member (object, "rules");

  for (gsize i = 0; i < dd_value_length (rules); i++)
    {
      const DdValue *its = dd_value_element (rules, i);
      g_autofree char *path = g_strdup_printf ("rules[%" G_GSIZE_FORMAT "]", i);

      require (its, "verbs", path, "verbs must contain at least one value", causes);
      if (has_any (its, "nonResourceURLs"))
        {
          validate_urls (its, path, namespaced, causes);
          continue;
        }
      require (its, "apiGroups", path, "resource rules must supply at least one api group", causes);
      require (its, "resources", path, "resource rules must supply at least one resource", causes);
    }
}

static void
validate_role (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  validate_rules (object, TRUE, causes);
}

static void
validate_cluster_role (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  const DdValue *aggregated = dd_value_member (object, "aggregationRule");

  validate_rules (object, FALSE, causes);
  if (aggregated != NULL)
    require (aggregated, "clusterRoleSelectors", "aggregationRule",
             "at least one clusterRoleSelector required if aggregationRule is non-nil", causes);
}

const KubeKind kube_role = {
  .group = KUBE_RBAC,
  .version = "v1",
  .kind = "Role",
  .plural = "roles",
  .singular = "role",
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .name_rule = KUBE_NAME_PATH_SEGMENT,
  .type = &role,
  .columns = columns,
  .validate = validate_role,
};

const KubeKind kube_cluster_role = {
  .group = KUBE_RBAC,
  .version = "v1",
  .kind = "ClusterRole",
  .plural = "clusterroles",
  .singular = "clusterrole",
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .name_rule = KUBE_NAME_PATH_SEGMENT,
  .type = &cluster_role,
  .columns = columns,
  .settle = kube_rbac_aggregate,
  .validate = validate_cluster_role,
};
