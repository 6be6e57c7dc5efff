/* SPDX-License-Identifier: Apache-2.0 */
/* One API server: its store, its streams, and the objects it starts with. */
#include "config.h"

#include "sim/kube/kind.h"
#include "sim/kube/verbs/rules.h"

/* What the tables say a new server has. */
static void
create_initial_objects (KubeApi *api, const KubeKind *kind)
{
  for (const char *const *text = kind->initial; text != NULL && *text != NULL; text++)
    {
      g_autoptr (DdValue) object = dd_value_parse (*text, strlen (*text), NULL, NULL);
      g_autoptr (SimObject) created = kube_create (api, kind, NULL, object, NULL);

      g_assert (created != NULL);
    }
}

KubeApi *
kube_api_new (SimStage *stage, int minor)
{
  KubeApi *api = g_new0 (KubeApi, 1);

  api->stage = stage;
  api->minor = minor;
  api->store = sim_store_new ();
  api->catalogue = kube_catalogue_new ();
  api->names = dd_random_fork (stage->random, "kubernetes.names");
  api->uids = dd_random_fork (stage->random, "kubernetes.uids");
  api->audits = dd_random_fork (stage->random, "kubernetes.audits");
  api->tokens = dd_random_fork (stage->random, "kubernetes.tokens");
  api->refreshes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  api->presumed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < kube_n_kinds; i++)
    create_initial_objects (api, kube_kinds[i]);
  return api;
}

void
kube_api_free (KubeApi *api)
{
  if (api == NULL)
    return;
  if (api->recorder != NULL)
    api->recorder_free (api->recorder);
  g_clear_pointer (&api->refreshes, g_hash_table_unref);
  g_clear_pointer (&api->presumed, g_hash_table_unref);
  g_clear_pointer (&api->store, sim_store_free);
  g_clear_pointer (&api->catalogue, kube_catalogue_free);
  g_clear_pointer (&api->audits, dd_random_free);
  g_clear_pointer (&api->tokens, dd_random_free);
  kube_door_clear (&api->door);
  g_free (api->token_key);
  g_clear_pointer (&api->uids, dd_random_free);
  g_clear_pointer (&api->names, dd_random_free);
  g_free (api);
}

void
kube_draw_other_uids (KubeApi *api)
{
  dd_random_free (api->uids);
  api->uids = dd_random_fork (api->stage->random, "kubernetes.other-uids");
}

void
kube_presume_owner (KubeApi *api, const char *uid)
{
  g_hash_table_add (api->presumed, g_strdup (uid));
}

gboolean
kube_owner_is_presumed (const KubeApi *api, const char *uid)
{
  return g_hash_table_contains (api->presumed, uid);
}

/* ---- what changes by itself ---- */

typedef struct
{
  KubeRefreshFunc func;
  gpointer self;
} Refresh;

void
kube_set_refresh (KubeApi *api, const KubeKind *kind, KubeRefreshFunc func, gpointer self)
{
  Refresh *refresh;

  if (func == NULL)
    {
      g_hash_table_remove (api->refreshes, kind);
      return;
    }
  refresh = g_new (Refresh, 1);
  refresh->func = func;
  refresh->self = self;
  g_hash_table_insert (api->refreshes, (gpointer) kind, refresh);
}

gboolean
kube_is_refreshed (const KubeApi *api, const KubeKind *kind)
{
  return g_hash_table_contains (api->refreshes, kind);
}

void
kube_refresh (KubeApi *api, SimObject *object)
{
  const Refresh *refresh = g_hash_table_lookup (api->refreshes, object->kind);

  if (refresh != NULL)
    refresh->func (refresh->self, object);
}

void
kube_settle (KubeApi *api, const KubeKind *kind, const char *name)
{
  g_autofree char *its = NULL;

  if (kind->settle == NULL)
    return;
  its = g_strdup (name); /* what is settled may go */
  kind->settle (api, kind, its);
}

/* ---- reading ---- */

SimObject *
kube_get (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
          GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  SimObject *object = sim_store_get (api->store, kind, scope, name);

  if (object != NULL && kube_is_refreshed (api, kind))
    {
      kube_refresh (api, object);
      object = sim_store_get (api->store, kind, scope, name);
    }
  if (object == NULL)
    {
      kube_set_not_found (error, kind, name);
      return NULL;
    }
  return sim_object_ref (object);
}
