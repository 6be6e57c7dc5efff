/* SPDX-License-Identifier: Apache-2.0 */
/* The gate that every request goes through, and how it refuses.
 *
 * Imitates: kube-apiserver's authorization modes AlwaysAllow and RBAC (Kubernetes, Authorization),
 * the group system:masters, which is asked nothing; apiserver's
 * endpoints/handlers/responsewriters/errors.go, forbiddenMessage; endpoints/filters/
 * impersonation.go. */
#include "config.h"

#include "sim/kube/verbs/access.h"

#include <string.h>

#include "sim/kube/verbs/api.h"

#define EXTRA "Impersonate-Extra-"
#define ACCOUNT "system:serviceaccount:"

/* What anybody may see of an EKS cluster: system:public-info-viewer. */
static const char *const public_paths[]
    = { "/healthz", "/livez", "/readyz", "/version", "/version/", NULL };

gboolean
kube_may (KubeApi *api, const KubeUser *user, const KubeAccess *access, char **out_reason)
{
  if (out_reason != NULL)
    *out_reason = NULL;
  if (kube_user_has_group (user, KUBE_MASTERS))
    return TRUE;
  if (api->authorizer != NULL)
    return api->authorizer->allows (api, user, access, out_reason);
  return strcmp (user->name, KUBE_ANONYMOUS) != 0
         || (access->path != NULL && strcmp (access->verb, "get") == 0
             && g_strv_contains (public_paths, access->path));
}

/* ---- no ---- */

/* "pods/eviction" */
static char *
whole_resource (const KubeAccess *access)
{
  return access->subresource[0] != '\0'
             ? g_strconcat (access->resource, "/", access->subresource, NULL)
             : g_strdup (access->resource);
}

static void
forbid_resource (const KubeUser *user, const KubeAccess *access, GError **error)
{
  g_autofree char *resource = whole_resource (access);
  g_autofree char *place = access->namespace_[0] != '\0'
                               ? g_strdup_printf ("in the namespace \"%s\"", access->namespace_)
                               : g_strdup ("at the cluster scope");
  g_autofree char *name
      = access->name[0] != '\0' ? g_strdup_printf (" \"%s\"", access->name) : g_strdup ("");

  kube_set_error (error, KUBE_FORBIDDEN,
                  dd_object ("name", access->name[0] != '\0' ? dd_string (access->name) : NULL,
                             "group", access->group[0] != '\0' ? dd_string (access->group) : NULL,
                             "kind", dd_string (access->resource), NULL),
                  "%s%s%s%s is forbidden: User \"%s\" cannot %s resource \"%s\" in API group "
                  "\"%s\" %s",
                  access->resource, access->group[0] != '\0' ? "." : "", access->group, name,
                  user->name, access->verb, resource, access->group, place);
}

gboolean
kube_check_access (KubeApi *api, const KubeUser *user, const KubeAccess *access, GError **error)
{
  if (kube_may (api, user, access, NULL))
    return TRUE;
  if (access->path == NULL)
    forbid_resource (user, access, error);
  else
    kube_set_error (error, KUBE_FORBIDDEN, dd_object_empty (),
                    "forbidden: User \"%s\" cannot %s path \"%s\"", user->name, access->verb,
                    access->path);
  return FALSE;
}

/* ---- in somebody else's name ---- */

static const char *
plural_of_accounts (void)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (kube_kinds[i]->read_token != NULL)
      return kube_kinds[i]->plural;
  g_assert_not_reached ();
}

static gboolean
may_be (KubeApi *api, const KubeUser *user, const char *group, const char *resource,
        const char *subresource, const char *name, GError **error)
{
  const KubeAccess access = { "impersonate", NULL, group, resource, subresource, "", name };

  return kube_check_access (api, user, &access, error);
}

/* "system:serviceaccount:NAMESPACE:NAME" is asked for by its own resource. */
static gboolean
may_be_user (KubeApi *api, const KubeUser *user, const char *name, GError **error)
{
  const char *at = g_str_has_prefix (name, ACCOUNT) ? name + strlen (ACCOUNT) : NULL;
  const char *colon = at != NULL ? strchr (at, ':') : NULL;
  g_autofree char *namespace_ = NULL;

  if (colon == NULL)
    return may_be (api, user, "", "users", "", name, error);
  namespace_ = g_strndup (at, (gsize) (colon - at));
  return kube_check_access (
      api, user,
      &(KubeAccess) { "impersonate", NULL, "", plural_of_accounts (), "", namespace_, colon + 1 },
      error);
}

static gboolean
may_send (KubeApi *api, const KubeUser *user, const char *header, const char *value, GError **error)
{
  if (g_ascii_strcasecmp (header, "Impersonate-User") == 0)
    return may_be_user (api, user, value, error);
  if (g_ascii_strcasecmp (header, "Impersonate-Group") == 0)
    return may_be (api, user, "", "groups", "", value, error);
  if (g_ascii_strcasecmp (header, "Impersonate-Uid") == 0)
    return may_be (api, user, "authentication.k8s.io", "uids", "", value, error);
  if (g_ascii_strncasecmp (header, EXTRA, strlen (EXTRA)) == 0)
    {
      g_autofree char *key = g_ascii_strdown (header + strlen (EXTRA), -1);

      return may_be (api, user, "authentication.k8s.io", "userextras", key, value, error);
    }
  return TRUE;
}

gboolean
kube_may_impersonate (KubeApi *api, const KubeUser *user, const DdHeaders *headers, GError **error)
{
  const GPtrArray *pairs = headers->pairs;

  for (guint i = 0; i + 1 < pairs->len; i += 2)
    if (!may_send (api, user, pairs->pdata[i], pairs->pdata[i + 1], error))
      return FALSE;
  return TRUE;
}

/* ---- all that somebody may do ---- */

static DdValue *
star (void)
{
  return dd_array (dd_string ("*"), NULL);
}

DdValue *
kube_rules_of (KubeApi *api, const KubeUser *user, const char *namespace_)
{
  g_auto (DdBuilder) resources = dd_builder_array ();
  g_auto (DdBuilder) paths = dd_builder_array ();

  if (api->authorizer != NULL)
    api->authorizer->add_rules (api, user, namespace_, &resources, &paths);
  else
    {
      dd_builder_add (&resources, dd_object ("verbs", star (), "apiGroups", star (), "resources",
                                             star (), NULL));
      dd_builder_add (&paths, dd_object ("verbs", star (), "nonResourceURLs", star (), NULL));
    }
  return dd_object ("resourceRules", dd_builder_end (&resources), "nonResourceRules",
                    dd_builder_end (&paths), "incomplete", dd_bool (FALSE), NULL);
}
