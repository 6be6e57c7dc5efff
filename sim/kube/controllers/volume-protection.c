/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/volumes.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/storage.h"

#include <string.h>

/* Keeps a deleted claim until no pod on a node names it, and a deleted volume until no claim is
 * bound to it; each is made with the finalizer that is taken off here. Imitates: Kubernetes,
 * Persistent Volumes, Storage Object in Use Protection; the controllers
 * persistentvolumeclaim-protection and persistentvolume-protection. */

typedef struct
{
  SimActors *actors;
  SimController *claims;
  SimController *volumes;
} Protection;

static gboolean
let_go (Protection *self, const SimObject *object, const char *finalizer, GError **error)
{
  g_autoptr (DdValue) patch = dd_value_with_path (NULL, "metadata.finalizers",
                                                  sim_finalizers_without (object, finalizer));
  g_autoptr (SimObject) written = sim_write_merge (self->actors, &sim_actor_volume_protection,
                                                   "update", object, patch, error);

  return written != NULL;
}

/* A pod that has no node yet will not be given one. */
static gboolean
is_used (Protection *self, const SimObject *claim)
{
  g_autoptr (GPtrArray) pods = sim_store_list (self->actors->store, &kube_pod, claim->namespace_);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      g_autoptr (GPtrArray) claims = sim_pod_claims (pod);

      if (kube_pod_view (pod)->node_name != NULL
          && g_ptr_array_find_with_equal_func (claims, claim->name, g_str_equal, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
reconcile_claim (gpointer data, const char *namespace_, const char *name, GError **error)
{
  Protection *self = data;
  SimObject *found
      = sim_store_get (self->actors->store, &kube_persistent_volume_claim, namespace_, name);
  g_autoptr (SimObject) claim = found != NULL ? sim_object_ref (found) : NULL;

  if (claim == NULL || !sim_is_terminating (claim)
      || !sim_has_finalizer (claim, KUBE_CLAIM_PROTECTION) || is_used (self, claim))
    return TRUE;
  return let_go (self, claim, KUBE_CLAIM_PROTECTION, error);
}

static gboolean
reconcile_volume (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *name,
                  GError **error)
{
  Protection *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_persistent_volume, "", name);
  g_autoptr (SimObject) volume = found != NULL ? sim_object_ref (found) : NULL;

  if (volume == NULL || !sim_is_terminating (volume)
      || !sim_has_finalizer (volume, KUBE_VOLUME_PROTECTION)
      || g_strcmp0 (dd_value_path_string (volume->value, "status.phase"), "Bound") == 0)
    return TRUE;
  return let_go (self, volume, KUBE_VOLUME_PROTECTION, error);
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Protection *self = data;
  g_autoptr (GPtrArray) claims = NULL;

  if (change->type != SIM_DELETED)
    return;
  claims = sim_pod_claims (change->object);
  for (guint i = 0; i < claims->len; i++)
    sim_controller_add (self->claims, change->object->namespace_, g_ptr_array_index (claims, i));
}

static gpointer
start (SimActors *actors)
{
  Protection *self = g_new0 (Protection, 1);

  self->actors = actors;
  self->claims = sim_controller_new (actors->stage, reconcile_claim, self);
  self->volumes = sim_controller_new (actors->stage, reconcile_volume, self);
  sim_controller_watch (self->claims, actors->store, &kube_persistent_volume_claim);
  sim_controller_watch (self->volumes, actors->store, &kube_persistent_volume);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Protection *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->claims);
  sim_controller_free (self->volumes);
  g_free (self);
}

static const char *const writes[]
    = { "update persistentvolumeclaims", "update persistentvolumes", NULL };

const SimActorClass sim_actor_volume_protection = { "volume-protection", start, stop, writes };
