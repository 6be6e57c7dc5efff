/* SPDX-License-Identifier: Apache-2.0 */
/* One API server: its store, its streams, and the objects it starts with. */
#include "config.h"

#include "sim/kube/verbs/events.h"
#include "sim/kube/kind.h"

/* Imitates: Kubernetes, Namespaces, Initial namespaces. */
static const char *const initial_namespaces[]
    = { "default", "kube-node-lease", "kube-public", "kube-system" };

static void
create_initial_namespaces (KubeApi *api)
{
  const KubeKind *kind = kube_kind_find ("", "v1", "namespaces");

  for (guint i = 0; i < G_N_ELEMENTS (initial_namespaces); i++)
    {
      g_autoptr (DdValue) object = dd_object (
          "metadata", dd_object ("name", dd_string (initial_namespaces[i]), NULL), NULL);
      g_autoptr (SimObject) created = kube_create (api, kind, NULL, object, NULL);

      g_assert (created != NULL);
    }
}

KubeApi *
kube_api_new (SimWorld *world, int minor)
{
  KubeApi *api = g_new0 (KubeApi, 1);

  api->world = world;
  api->minor = minor;
  api->store = sim_store_new ();
  api->names = dd_random_fork (world->random, "kubernetes.names");
  api->uids = dd_random_fork (world->random, "kubernetes.uids");
  api->audits = dd_random_fork (world->random, "kubernetes.audits");
  kube_events_start (api);
  create_initial_namespaces (api);
  return api;
}

void
kube_api_free (KubeApi *api)
{
  if (api == NULL)
    return;
  kube_events_stop (api);
  g_clear_pointer (&api->store, sim_store_free);
  g_clear_pointer (&api->audits, dd_random_free);
  g_clear_pointer (&api->uids, dd_random_free);
  g_clear_pointer (&api->names, dd_random_free);
  g_free (api);
}

SimObject *
kube_get (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
          GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  SimObject *object = sim_store_get (api->store, kind, scope, name);

  if (object != NULL && kind->refresh != NULL)
    {
      kind->refresh (api, object);
      object = sim_store_get (api->store, kind, scope, name);
    }
  if (object == NULL)
    {
      kube_set_not_found (error, kind, name);
      return NULL;
    }
  return sim_object_ref (object);
}
