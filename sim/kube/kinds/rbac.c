/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what by roles and bindings: everything that some rule allows, and nothing else.
 *
 * Imitates: Kubernetes, Using RBAC Authorization; pkg/apis/rbac/v1/evaluation_helpers.go and
 * plugin/pkg/auth/authorizer/rbac, whose reasons are these; the cluster role aggregation
 * controller, which is the server itself here. */
#include "config.h"

#include "sim/kube/kinds/rbac.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/selectors.h"

/* ---- one rule ---- */

static gboolean
holds (const DdValue *list, const char *text)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *its = dd_value_string (dd_value_element (list, i));

      if (strcmp (its, "*") == 0 || strcmp (its, text) == 0)
        return TRUE;
    }
  return FALSE;
}

/* "pods/eviction" must be said so, or "*", or for any resource "*" and its subresource. */
static gboolean
names_resource (const DdValue *list, const KubeAccess *access)
{
  gboolean sub = access->subresource[0] != '\0';
  g_autofree char *whole
      = g_strconcat (access->resource, sub ? "/" : "", access->subresource, NULL);
  g_autofree char *any = g_strconcat ("*/", access->subresource, NULL);

  return holds (list, whole) || holds (list, any);
}

static gboolean
names_path (const DdValue *list, const char *path)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *its = dd_value_string (dd_value_element (list, i));
      gsize length = strlen (its);

      if (strcmp (its, path) == 0
          || (length > 0 && its[length - 1] == '*' && strncmp (its, path, length - 1) == 0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
rule_allows (const DdValue *rule, const KubeAccess *access)
{
  const DdValue *names = dd_value_member (rule, "resourceNames");

  if (!holds (dd_value_member (rule, "verbs"), access->verb))
    return FALSE;
  if (access->path != NULL)
    return names_path (dd_value_member (rule, "nonResourceURLs"), access->path);
  if (!holds (dd_value_member (rule, "apiGroups"), access->group)
      || !names_resource (dd_value_member (rule, "resources"), access))
    return FALSE;
  for (gsize i = 0; i < dd_value_length (names); i++)
    if (strcmp (dd_value_string (dd_value_element (names, i)), access->name) == 0)
      return TRUE;
  return dd_value_length (names) == 0;
}

/* ---- bindings ---- */

static const char *
text_at (const DdValue *value, const char *path)
{
  const char *text = dd_value_path_string (value, path);

  return text != NULL ? text : "";
}

/* A service account that is said without a namespace is of the binding's. */
static gboolean
is_account (const DdValue *subject, const char *namespace_, const KubeUser *user)
{
  const char *said = text_at (subject, "namespace");
  g_autofree char *name
      = g_strdup_printf ("system:serviceaccount:%s:%s", said[0] != '\0' ? said : namespace_,
                         text_at (subject, "name"));

  return strcmp (name, user->name) == 0;
}

static gboolean
is_subject (const DdValue *subject, const char *namespace_, const KubeUser *user)
{
  const char *its = text_at (subject, "kind"), *name = text_at (subject, "name");

  if (strcmp (its, "User") == 0)
    return strcmp (name, user->name) == 0;
  if (strcmp (its, "Group") == 0)
    return kube_user_has_group (user, name);
  return is_account (subject, namespace_, user);
}

/* The subject of BINDING that USER is; NULL: none. */
static const DdValue *
subject_of (const SimObject *binding, const KubeUser *user)
{
  const DdValue *subjects = dd_value_member (binding->value, "subjects");

  for (gsize i = 0; i < dd_value_length (subjects); i++)
    if (is_subject (dd_value_element (subjects, i), binding->namespace_, user))
      return dd_value_element (subjects, i);
  return NULL;
}

static const SimObject *
role_of (KubeApi *api, const SimObject *binding)
{
  gboolean cluster = strcmp (text_at (binding->value, "roleRef.kind"), kube_cluster_role.kind) == 0;

  return sim_store_get (api->store, cluster ? &kube_cluster_role : &kube_role,
                        cluster ? "" : binding->namespace_,
                        text_at (binding->value, "roleRef.name"));
}

/* FUNC is called for every rule that USER has by a binding, until it says TRUE, which is returned:
 * those of the cluster first, then those of NAMESPACE ("": none). */
typedef gboolean (*RuleFunc) (const DdValue *rule, const SimObject *binding, const DdValue *subject,
                              gpointer data);

static gboolean
visit (KubeApi *api, const KubeKind *bindings, const char *namespace_, const KubeUser *user,
       RuleFunc func, gpointer data)
{
  g_autoptr (GPtrArray) all = sim_store_list (api->store, bindings, namespace_);

  for (guint i = 0; i < all->len; i++)
    {
      const SimObject *binding = all->pdata[i];
      const DdValue *subject = subject_of (binding, user);
      const SimObject *role = subject != NULL ? role_of (api, binding) : NULL;
      const DdValue *rules = role != NULL ? dd_value_member (role->value, "rules") : NULL;

      for (gsize r = 0; r < dd_value_length (rules); r++)
        if (func (dd_value_element (rules, r), binding, subject, data))
          return TRUE;
    }
  return FALSE;
}

static gboolean
visit_rules (KubeApi *api, const KubeUser *user, const char *namespace_, RuleFunc func,
             gpointer data)
{
  return visit (api, &kube_cluster_role_binding, NULL, user, func, data)
         || (namespace_[0] != '\0'
             && visit (api, &kube_role_binding, namespace_, user, func, data));
}

/* ---- may he? ---- */

typedef struct
{
  const KubeAccess *access;
  char *reason;
} Question;

static char *
reason_of (const SimObject *binding, const DdValue *subject)
{
  gboolean cluster = binding->kind == &kube_cluster_role_binding;
  gboolean account = text_at (subject, "namespace")[0] != '\0';

  return g_strdup_printf (
      "RBAC: allowed by %s \"%s%s%s\" of %s \"%s\" to %s \"%s%s%s\"", binding->kind->kind,
      binding->name, cluster ? "" : "/", cluster ? "" : binding->namespace_,
      text_at (binding->value, "roleRef.kind"), text_at (binding->value, "roleRef.name"),
      text_at (subject, "kind"), text_at (subject, "name"), account ? "/" : "",
      text_at (subject, "namespace"));
}

static gboolean
answers (const DdValue *rule, const SimObject *binding, const DdValue *subject, gpointer data)
{
  Question *question = data;

  if (!rule_allows (rule, question->access))
    return FALSE;
  question->reason = reason_of (binding, subject);
  return TRUE;
}

static gboolean
allows (KubeApi *api, const KubeUser *user, const KubeAccess *access, char **out_reason)
{
  Question question = { access, NULL };
  gboolean allowed = visit_rules (api, user, access->namespace_, answers, &question);

  if (out_reason != NULL)
    *out_reason = g_steal_pointer (&question.reason);
  g_free (question.reason);
  return allowed;
}

/* ---- what may he? ---- */

typedef struct
{
  DdBuilder *resources, *paths;
} Rules;

static gboolean
add_rule (const DdValue *rule, const SimObject *binding G_GNUC_UNUSED,
          const DdValue *subject G_GNUC_UNUSED, gpointer data)
{
  Rules *all = data;
  const DdValue *paths = dd_value_member (rule, "nonResourceURLs");
  const DdValue *verbs = dd_value_member (rule, "verbs");

  if (dd_value_length (paths) > 0)
    dd_builder_add (all->paths, dd_object ("verbs", dd_value_ref (verbs), "nonResourceURLs",
                                           dd_value_ref (paths), NULL));
  else
    dd_builder_add (all->resources,
                    dd_object ("verbs", dd_value_ref (verbs), "apiGroups",
                               dd_value_ref (dd_value_member (rule, "apiGroups")), "resources",
                               dd_value_ref (dd_value_member (rule, "resources")), "resourceNames",
                               dd_value_ref (dd_value_member (rule, "resourceNames")), NULL));
  return FALSE;
}

static void
add_rules (KubeApi *api, const KubeUser *user, const char *namespace_, DdBuilder *resource_rules,
           DdBuilder *path_rules)
{
  Rules all = { resource_rules, path_rules };

  visit_rules (api, user, namespace_, add_rule, &all);
}

void
kube_rbac_enforce (KubeApi *api)
{
  static const KubeAuthorizer rbac = { allows, add_rules };

  kube_rbac_create_defaults (api);
  api->authorizer = &rbac;
}

/* ---- aggregation ---- */

static gboolean
is_selected (const DdValue *selectors, const SimObject *role)
{
  const DdValue *labels = dd_value_path (role->value, "metadata.labels");

  for (gsize i = 0; i < dd_value_length (selectors); i++)
    if (kube_label_selector_matches (dd_value_element (selectors, i), labels))
      return TRUE;
  return FALSE;
}

static gboolean
is_there (const GPtrArray *rules, const DdValue *rule)
{
  for (guint i = 0; i < rules->len; i++)
    if (dd_value_equal (rules->pdata[i], rule))
      return TRUE;
  return FALSE;
}

/* The rules of all that SELECTORS select, by name, none twice. */
static DdValue *
gathered (const GPtrArray *roles, const SimObject *into, const DdValue *selectors)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_auto (DdBuilder) rules = dd_builder_array ();

  for (guint i = 0; i < roles->len; i++)
    {
      const SimObject *role = roles->pdata[i];
      const DdValue *its = dd_value_member (role->value, "rules");

      for (gsize r = 0; role != into && is_selected (selectors, role) && r < dd_value_length (its);
           r++)
        if (!is_there (found, dd_value_element (its, r)))
          g_ptr_array_add (found, (gpointer) dd_value_element (its, r));
    }
  for (guint i = 0; i < found->len; i++)
    dd_builder_add (&rules, dd_value_ref (found->pdata[i]));
  return dd_builder_end (&rules);
}

/* A write here settles in turn, until nothing changes any more. */
void
kube_rbac_aggregate (KubeApi *api, const KubeKind *kind, const char *name G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) roles = sim_store_list (api->store, kind, NULL);

  for (guint i = 0; i < roles->len; i++)
    {
      const SimObject *role = roles->pdata[i];
      const DdValue *selectors
          = dd_value_path (role->value, "aggregationRule.clusterRoleSelectors");
      g_autoptr (DdValue) rules = selectors != NULL ? gathered (roles, role, selectors) : NULL;
      g_autoptr (DdValue) patch = NULL;
      g_autoptr (SimObject) written = NULL;

      if (rules == NULL || dd_value_equal (dd_value_member (role->value, "rules"), rules)
          || (dd_value_length (rules) == 0
              && dd_value_length (dd_value_member (role->value, "rules")) == 0))
        continue;
      patch = dd_object ("rules", dd_value_ref (rules), NULL);
      written = kube_merge (api, kind, NULL, role->name, patch, NULL);
      return;
    }
}
