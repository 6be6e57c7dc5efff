/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls: certificates first, then tokens, then nobody; and who speaks for somebody else.
 *
 * Imitates: kube-apiserver's chain of authenticators (Kubernetes, Authenticating): a client's
 * certificate, a bearer token, anonymous; apiserver's endpoints/filters/impersonation.go. */
#include "config.h"

#include "sim/kube/verbs/caller.h"

#include <string.h>

#include "sim/kube/verbs/api.h"

#define BEARER "Bearer "
#define EXTRA "Impersonate-Extra-"
#define ACCOUNT "system:serviceaccount:"

/* ---- users ---- */

KubeUser *
kube_user_new_with (const char *name, const char *const *groups)
{
  KubeUser *user = g_new0 (KubeUser, 1);

  user->name = g_strdup (name);
  user->groups = g_ptr_array_new_with_free_func (g_free);
  user->extra = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; groups != NULL && groups[i] != NULL; i++)
    kube_user_add_group (user, groups[i]);
  return user;
}

KubeUser *
kube_user_new (const char *name)
{
  return kube_user_new_with (name, NULL);
}

void
kube_user_free (KubeUser *user)
{
  if (user == NULL)
    return;
  g_clear_pointer (&user->groups, g_ptr_array_unref);
  g_clear_pointer (&user->extra, g_ptr_array_unref);
  g_free (user->name);
  g_free (user->uid);
  g_free (user);
}

gboolean
kube_user_has_group (const KubeUser *user, const char *group)
{
  return g_ptr_array_find_with_equal_func (user->groups, group, g_str_equal, NULL);
}

void
kube_user_add_group (KubeUser *user, const char *group)
{
  if (!kube_user_has_group (user, group))
    g_ptr_array_add (user->groups, g_strdup (group));
}

/* Behind the last value of the same key. */
void
kube_user_add_extra (KubeUser *user, const char *key, const char *value)
{
  guint at = user->extra->len;

  for (guint i = 0; i + 1 < user->extra->len; i += 2)
    if (strcmp (user->extra->pdata[i], key) == 0)
      at = i + 2;
  g_ptr_array_insert (user->extra, (gint) at, g_strdup (key));
  g_ptr_array_insert (user->extra, (gint) at + 1, g_strdup (value));
}

static KubeUser *
user_copy (const KubeUser *user)
{
  KubeUser *copy = kube_user_new (user->name);

  copy->uid = g_strdup (user->uid);
  for (guint i = 0; i < user->groups->len; i++)
    kube_user_add_group (copy, user->groups->pdata[i]);
  for (guint i = 0; i + 1 < user->extra->len; i += 2)
    kube_user_add_extra (copy, user->extra->pdata[i], user->extra->pdata[i + 1]);
  return copy;
}

static DdValue *
extra_to_value (const GPtrArray *extra)
{
  g_auto (DdBuilder) all = dd_builder_object ();

  for (guint i = 0; i < extra->len;)
    {
      const char *key = extra->pdata[i];
      g_auto (DdBuilder) values = dd_builder_array ();

      for (; i < extra->len && strcmp (extra->pdata[i], key) == 0; i += 2)
        dd_builder_add (&values, dd_string (extra->pdata[i + 1]));
      dd_builder_set (&all, key, dd_builder_end (&values));
    }
  return extra->len > 0 ? dd_builder_end (&all) : NULL;
}

DdValue *
kube_user_to_value (const KubeUser *user)
{
  g_auto (DdBuilder) groups = dd_builder_array ();

  for (guint i = 0; i < user->groups->len; i++)
    dd_builder_add (&groups, dd_string (user->groups->pdata[i]));
  return dd_object ("username", dd_string (user->name), "uid", dd_string (user->uid), "groups",
                    user->groups->len > 0 ? dd_builder_end (&groups) : NULL, "extra",
                    extra_to_value (user->extra), NULL);
}

/* ---- tokens ---- */

void
kube_door_add_token (KubeDoor *door, const char *token, const char *name, const char *uid,
                     const char *const *groups)
{
  KubeUser *user = kube_user_new_with (name, groups);

  if (door->tokens == NULL)
    door->tokens
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) kube_user_free);
  user->uid = g_strdup (uid);
  g_hash_table_replace (door->tokens, g_strdup (token), user);
}

void
kube_door_clear (KubeDoor *door)
{
  g_clear_pointer (&door->tokens, g_hash_table_unref);
}

KubeUser *
kube_bearer_find (KubeApi *api, const char *token)
{
  const KubeDoor *door = &api->door;
  const KubeUser *known = door->tokens != NULL ? g_hash_table_lookup (door->tokens, token) : NULL;
  KubeUser *user = known != NULL ? user_copy (known) : NULL;

  for (guint i = 0; user == NULL && i < kube_n_kinds; i++)
    if (kube_kinds[i]->read_token != NULL)
      user = kube_kinds[i]->read_token (api, token);
  if (user == NULL && door->read_token != NULL)
    user = door->read_token (door->reader, api, token);
  return user;
}

/* ---- callers ---- */

static KubeUser *
who_shows_nothing (const KubeApi *api, gboolean outside)
{
  static const char *const strangers[] = { "system:unauthenticated", NULL };
  static const char *const administrators[] = { KUBE_MASTERS, KUBE_AUTHENTICATED, NULL };

  return api->door.asks && outside ? kube_user_new_with (KUBE_ANONYMOUS, strangers)
                                   : kube_user_new_with (KUBE_LAB_USER, administrators);
}

/* A certificate that nobody vouches for is as bad as a token that nobody knows; one of a name that
 * is empty too. */
static KubeUser *
who_shows_something (KubeApi *api, const SimPeer *peer, const char *token)
{
  KubeUser *user = NULL;

  if (peer != NULL && peer->trusted && peer->name[0] != '\0')
    user = kube_user_new_with (peer->name, (const char *const *) peer->groups);
  else if (token != NULL)
    user = kube_bearer_find (api, token);
  if (user != NULL)
    kube_user_add_group (user, KUBE_AUTHENTICATED);
  return user;
}

static const char *
bearer_token (const DdHeaders *headers)
{
  const char *proof = dd_headers_get (headers, "Authorization");

  return proof != NULL && g_ascii_strncasecmp (proof, BEARER, strlen (BEARER)) == 0
             ? proof + strlen (BEARER)
             : NULL;
}

/* ---- in somebody else's name ---- */

static gboolean
refuse_impersonation (GError **error, const char *text)
{
  kube_set_error (error, KUBE_INTERNAL_ERROR, NULL, "Internal error occurred: %s", text);
  return FALSE;
}

/* Service accounts are members of their groups without saying so. */
static void
add_own_groups (KubeUser *user)
{
  if (g_str_has_prefix (user->name, ACCOUNT) && strchr (user->name + strlen (ACCOUNT), ':') != NULL)
    {
      const char *at = user->name + strlen (ACCOUNT);
      g_autofree char *namespace_ = g_strndup (at, strcspn (at, ":"));
      g_autofree char *group = g_strconcat ("system:serviceaccounts:", namespace_, NULL);

      kube_user_add_group (user, "system:serviceaccounts");
      kube_user_add_group (user, group);
    }
}

static void
take_impersonation (KubeUser *user, const DdHeaders *headers)
{
  const GPtrArray *pairs = headers->pairs;

  for (guint i = 0; i + 1 < pairs->len; i += 2)
    if (g_ascii_strcasecmp (pairs->pdata[i], "Impersonate-Group") == 0)
      kube_user_add_group (user, pairs->pdata[i + 1]);
    else if (g_ascii_strncasecmp (pairs->pdata[i], EXTRA, strlen (EXTRA)) == 0)
      {
        g_autofree char *raw
            = g_ascii_strdown ((const char *) pairs->pdata[i] + strlen (EXTRA), -1);
        g_autofree char *key = g_uri_unescape_string (raw, NULL);

        kube_user_add_extra (user, key != NULL ? key : raw, pairs->pdata[i + 1]);
      }
}

static gboolean
wants_to_be_somebody (const DdHeaders *headers)
{
  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    if (g_ascii_strncasecmp (headers->pairs->pdata[i], "Impersonate-", strlen ("Impersonate-"))
        == 0)
      return TRUE;
  return FALSE;
}

/* Everybody is one of those who are known, or of those who are not, and of no more than is said
 * where something is said. */
static KubeUser *
impersonated (const DdHeaders *headers, GError **error)
{
  const char *name = dd_headers_get (headers, "Impersonate-User");
  g_autoptr (KubeUser) user = NULL;

  if (name == NULL || name[0] == '\0')
    {
      refuse_impersonation (error, "requested impersonation of groups, a uid or extra values "
                                   "without impersonating a user");
      return NULL;
    }
  user = kube_user_new (name);
  user->uid = g_strdup (dd_headers_get (headers, "Impersonate-Uid"));
  take_impersonation (user, headers);
  if (user->groups->len == 0)
    add_own_groups (user);
  if (strcmp (name, KUBE_ANONYMOUS) == 0)
    kube_user_add_group (user, "system:unauthenticated");
  else if (!kube_user_has_group (user, "system:unauthenticated"))
    kube_user_add_group (user, KUBE_AUTHENTICATED);
  return g_steal_pointer (&user);
}

KubeUser *
kube_caller_find (KubeApi *api, const SimRequest *request, GError **error)
{
  const DdHeaders *headers = request->headers;
  const SimPeer *peer = request->peer;
  const char *token = bearer_token (headers);
  g_autoptr (KubeUser) user = NULL;

  if (peer == NULL && token == NULL)
    user = who_shows_nothing (api, request->outside);
  else
    user = who_shows_something (api, peer, token);
  if (user == NULL)
    {
      kube_set_error (error, KUBE_UNAUTHORIZED, NULL, "Unauthorized");
      return NULL;
    }
  if (!wants_to_be_somebody (headers))
    return g_steal_pointer (&user);
  if (!kube_may_impersonate (api, user, headers, error))
    return NULL;
  return impersonated (headers, error);
}
