/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/kubelet.h"
#include "sim/kube/controllers/volumes.h"
#include "sim/kube/kinds/recorder.h"

#include <string.h>

/* Attaches the volumes of pods to their nodes. What is not to be shared is attached to one node at
 * a time: another node waits until the last pod there is gone, and the volume detached. A node that
 * is dead by then has not unmounted it, and keeps it for six minutes more. Imitates: Kubernetes,
 * Persistent Volumes, Access Modes; kube-controller-manager's attachdetach controller
 * (maxWaitForUnmountDuration).
 *
 * Not imitated: VolumeAttachment objects, and how many volumes an instance takes. */

#define COMPONENT "attachdetach-controller"

typedef struct _AttachDetach AttachDetach;

/* A volume on a node. */
typedef struct
{
  AttachDetach *self;
  char *volume, *node;
  GPtrArray *users; /* its pods there, as references */
  gboolean attached;
  guint64 event; /* it will be attached, or detached, then */
} Attachment;

struct _AttachDetach
{
  SimActors *actors;
  SimController *pods;
  GPtrArray *attachments; /* in the order they were begun */
  GPtrArray *waiting;     /* pods that another node holds up, as references */
};

static void
attachment_free (gpointer data)
{
  Attachment *attachment = data;

  g_free (attachment->volume);
  g_free (attachment->node);
  g_ptr_array_unref (attachment->users);
  g_free (attachment);
}

static const SimObject *
volume_of (SimActors *actors, const SimObject *pod, const char *claim_name)
{
  const SimObject *claim
      = sim_store_get (actors->store, &kube_persistent_volume_claim, pod->namespace_, claim_name);
  const char *name = claim != NULL ? dd_value_path_string (claim->value, "spec.volumeName") : NULL;

  if (name == NULL || g_strcmp0 (dd_value_path_string (claim->value, "status.phase"), "Bound") != 0)
    return NULL;
  return sim_store_get (actors->store, &kube_persistent_volume, "", name);
}

static gboolean
is_shared (const SimObject *volume)
{
  const DdValue *modes = dd_value_path (volume->value, "spec.accessModes");

  for (gsize i = 0; i < dd_value_length (modes); i++)
    {
      const char *mode = dd_value_string (dd_value_element (modes, i));

      if (g_strcmp0 (mode, "ReadWriteMany") == 0 || g_strcmp0 (mode, "ReadOnlyMany") == 0)
        return TRUE;
    }
  return FALSE;
}

/* NODE NULL: anywhere. */
static Attachment *
find (AttachDetach *self, const char *volume, const char *node)
{
  for (guint i = 0; i < self->attachments->len; i++)
    {
      Attachment *attachment = g_ptr_array_index (self->attachments, i);

      if (g_str_equal (attachment->volume, volume)
          && (node == NULL || g_str_equal (attachment->node, node)))
        return attachment;
    }
  return NULL;
}

gboolean
sim_volumes_are_attached (SimActors *actors, const SimObject *pod)
{
  AttachDetach *self = sim_actors_part (actors, &sim_actor_attach_detach);
  g_autoptr (GPtrArray) claims = sim_pod_claims (pod);

  for (guint i = 0; i < claims->len; i++)
    {
      const SimObject *volume = volume_of (actors, pod, g_ptr_array_index (claims, i));
      const Attachment *attachment
          = volume != NULL ? find (self, volume->name, kube_pod_view (pod)->node_name) : NULL;

      if (volume == NULL
          || (sim_volume_needs_attaching (volume) && (attachment == NULL || !attachment->attached)))
        return FALSE;
    }
  return TRUE;
}

/* ---- attaching ---- */

static void
after (Attachment *attachment, DdUsec delay, DdTimerFunc func)
{
  SimClock *clock = attachment->self->actors->stage->clock;

  sim_clock_cancel (clock, attachment->event);
  attachment->event = sim_clock_after (clock, delay, func, attachment);
}

static void
attached (gpointer data)
{
  Attachment *attachment = data;
  SimActors *actors = attachment->self->actors;
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);

  for (guint i = 0; i < attachment->users->len; i++)
    g_ptr_array_add (users, sim_object_ref (g_ptr_array_index (attachment->users, i)));
  attachment->event = 0;
  attachment->attached = TRUE;
  for (guint i = 0; i < users->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (users, i);

      kube_record_event (actors->api, pod, COMPONENT, NULL, "Normal", "SuccessfulAttachVolume",
                         "AttachVolume.Attach succeeded for volume \"%s\"", attachment->volume);
      if (sim_volumes_are_attached (actors, pod))
        sim_kubelet_volumes_attached (actors, pod->uid);
    }
}

static gboolean
is_user (const Attachment *attachment, const SimObject *pod)
{
  for (guint i = 0; i < attachment->users->len; i++)
    if (g_str_equal (((SimObject *) g_ptr_array_index (attachment->users, i))->uid, pod->uid))
      return TRUE;
  return FALSE;
}

static void
use (AttachDetach *self, Attachment *attachment, SimObject *pod)
{
  if (is_user (attachment, pod))
    return;
  if (attachment->users->len == 0 && attachment->attached)
    {
      sim_clock_cancel (self->actors->stage->clock, attachment->event);
      attachment->event = 0;
    }
  g_ptr_array_add (attachment->users, sim_object_ref (pod));
}

static void
attach (AttachDetach *self, SimObject *pod, const char *volume)
{
  Attachment *attachment = g_new0 (Attachment, 1);

  attachment->self = self;
  attachment->volume = g_strdup (volume);
  attachment->node = g_strdup (kube_pod_view (pod)->node_name);
  attachment->users = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  g_ptr_array_add (self->attachments, attachment);
  use (self, attachment, pod);
  /* A pod that runs has its volumes: it did so before the world began. */
  attachment->attached = g_strcmp0 (kube_pod_view (pod)->phase, "Running") == 0;
  if (attachment->attached)
    return;
  after (attachment, sim_latency_draw (self->actors->stage->latency, SIM_DELAY_VOLUME_ATTACH),
         attached);
}

/* Imitates: reportMultiAttachError. */
static void
hold_up (AttachDetach *self, SimObject *pod, const Attachment *holder)
{
  g_autoptr (GString) users = g_string_new (NULL);

  for (guint i = 0; i < holder->users->len; i++)
    g_string_append_printf (users, "%s%s", i > 0 ? ", " : "",
                            ((SimObject *) g_ptr_array_index (holder->users, i))->name);
  g_ptr_array_add (self->waiting, sim_object_ref (pod));
  if (users->len > 0)
    kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "FailedAttachVolume",
                       "Multi-Attach error for volume \"%s\" Volume is already used by pod(s) %s",
                       holder->volume, users->str);
  else
    kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "FailedAttachVolume",
                       "Multi-Attach error for volume \"%s\" Volume is already exclusively "
                       "attached to one node and can't be attached to another",
                       holder->volume);
}

static void
want (AttachDetach *self, SimObject *pod, const SimObject *volume)
{
  const char *node = kube_pod_view (pod)->node_name;
  Attachment *here = find (self, volume->name, node);
  Attachment *holder = is_shared (volume) ? NULL : find (self, volume->name, NULL);

  if (here != NULL && (here->attached || here->users->len > 0))
    use (self, here, pod);
  else if (holder != NULL)
    hold_up (self, pod, holder);
  else
    attach (self, pod, volume->name);
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error G_GNUC_UNUSED)
{
  AttachDetach *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_pod, namespace_, name);
  g_autoptr (SimObject) pod = found != NULL ? sim_object_ref (found) : NULL;
  g_autoptr (GPtrArray) claims = NULL;

  if (pod == NULL || kube_pod_view (pod)->node_name == NULL || kube_pod_view (pod)->finished
      || kube_pod_view (pod)->terminating)
    return TRUE;
  claims = sim_pod_claims (pod);
  for (guint i = 0; i < claims->len; i++)
    {
      const SimObject *volume = volume_of (self->actors, pod, g_ptr_array_index (claims, i));

      if (volume != NULL && sim_volume_needs_attaching (volume))
        want (self, pod, volume);
    }
  if (claims->len > 0 && sim_volumes_are_attached (self->actors, pod))
    sim_kubelet_volumes_attached (self->actors, pod->uid);
  return TRUE;
}

/* ---- detaching ---- */

static void
detached (gpointer data)
{
  AttachDetach *self = ((Attachment *) data)->self;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  g_ptr_array_remove (self->attachments, data);
  for (guint i = 0; i < waiting->len; i++)
    sim_controller_add_object (self->pods, g_ptr_array_index (waiting, i));
}

static void
leave (AttachDetach *self, Attachment *attachment, const SimObject *pod)
{
  SimLatency *latency = self->actors->stage->latency;
  DdUsec delay;

  for (guint i = 0; i < attachment->users->len; i++)
    if (g_str_equal (((SimObject *) g_ptr_array_index (attachment->users, i))->uid, pod->uid))
      {
        g_ptr_array_remove_index (attachment->users, i);
        break;
      }
  if (attachment->users->len > 0)
    return;
  delay = sim_latency_draw (latency, SIM_DELAY_VOLUME_DETACH);
  if (!sim_kubelet_is_alive (self->actors, attachment->node))
    delay += sim_latency_draw (latency, SIM_DELAY_VOLUME_FORCE_DETACH);
  after (attachment, delay, detached);
}

static gboolean
has_claims (const SimObject *pod)
{
  g_autoptr (GPtrArray) claims = sim_pod_claims (pod);

  return claims->len > 0;
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  AttachDetach *self = data;
  SimObject *pod = change->object;
  const KubePodView *view = kube_pod_view (pod);

  if (view->node_name == NULL || !has_claims (pod))
    return;
  if (change->type != SIM_DELETED && !view->finished)
    {
      if (change->type == SIM_ADDED || kube_pod_view (change->previous)->node_name == NULL)
        sim_controller_add_object (self->pods, pod);
      return;
    }
  for (guint i = self->attachments->len; i-- > 0;)
    {
      Attachment *attachment = g_ptr_array_index (self->attachments, i);

      if (is_user (attachment, pod))
        leave (self, attachment, pod);
    }
}

/* Pods that wait for the claim to be bound. */
static void
claim_changed (SimStore *store, const SimChange *change, gpointer data)
{
  AttachDetach *self = data;
  g_autoptr (GPtrArray) pods = NULL;

  if (change->type == SIM_DELETED
      || g_strcmp0 (dd_value_path_string (change->object->value, "status.phase"), "Bound") != 0)
    return;
  pods = sim_store_list (store, &kube_pod, change->object->namespace_);
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      g_autoptr (GPtrArray) claims = sim_pod_claims (pod);

      if (g_ptr_array_find_with_equal_func (claims, change->object->name, g_str_equal, NULL))
        sim_controller_add_object (self->pods, pod);
    }
}

static gpointer
start (SimActors *actors)
{
  AttachDetach *self = g_new0 (AttachDetach, 1);

  self->actors = actors;
  self->pods = sim_controller_new (actors->stage, reconcile, self);
  self->attachments = g_ptr_array_new_with_free_func (attachment_free);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  sim_store_subscribe (actors->store, &kube_persistent_volume_claim, claim_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  AttachDetach *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_store_unsubscribe (self->actors->store, claim_changed, self);
  for (guint i = 0; i < self->attachments->len; i++)
    sim_clock_cancel (self->actors->stage->clock,
                      ((Attachment *) g_ptr_array_index (self->attachments, i))->event);
  g_ptr_array_unref (self->attachments);
  g_ptr_array_unref (self->waiting);
  sim_controller_free (self->pods);
  g_free (self);
}

const SimActorClass sim_actor_attach_detach = { "attach-detach", start, stop };
