/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/names.h"

/* Stands in for the controllers that nobody models: operators of custom resources, and owners that
 * were there before the world began. A pod of theirs that was running and went, by an eviction or
 * otherwise, comes back as its like: with the labels, annotations, owners and spec that it had, and
 * on any node. It has its name again, as the members of databases and brokers do, unless that ended
 * in a suffix that Kubernetes makes up; then it gets another one. One that had run to its end stays
 * away, and so does every pod whose owner was deleted. Assumed: an operator acts when the pod is
 * gone, as the name must be free, and not before. Keys are uids of the pods that went. */

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *stopping; /* uids of pods that were asked to leave while they ran; look-up only */
  GHashTable *gone;     /* uid -> DdValue, the pod as it was; for look-up only */
} Operators;

/* ---- whose pods ---- */

static gboolean
has_controller_here (const SimObject *owner)
{
  static const KubeKind *const kinds[]
      = { &kube_replica_set, &kube_stateful_set, &kube_daemon_set, &kube_job };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (owner->kind == kinds[i])
      return TRUE;
  return FALSE;
}

/* Its owner is there, or nobody can say that it is not, and nothing here acts for it. */
static gboolean
is_of_operator (Operators *self, const SimObject *pod)
{
  const DdValue *reference = sim_controller_reference (pod);
  const char *uid = dd_value_path_string (reference, "uid");
  const char *version = dd_value_path_string (reference, "apiVersion");
  const char *kind = dd_value_path_string (reference, "kind");
  const SimObject *owner = uid != NULL ? sim_store_get_by_uid (self->actors->store, uid) : NULL;

  if (uid == NULL || version == NULL || kind == NULL || kube_pod_view (pod)->mirror)
    return FALSE;
  if (owner != NULL)
    return !has_controller_here (owner) && !sim_is_terminating (owner);
  return kube_catalogue_find_by_name (self->actors->api->catalogue, version, kind) == NULL
         || kube_owner_is_presumed (self->actors->api, uid);
}

/* ---- its like ---- */

/* "web-6b7f9c5d4-x2v9k" ends in one of generateName's (k8s.io/apimachinery/pkg/util/rand). */
static gboolean
has_suffix (const char *name)
{
  const char *dash = strrchr (name, '-');

  return dash != NULL && strlen (dash + 1) == KUBE_NAME_SUFFIX
         && strspn (dash + 1, KUBE_NAME_ALPHABET) == KUBE_NAME_SUFFIX;
}

static DdValue *
metadata_of_like (const DdValue *pod)
{
  static const char *const kept[] = { "labels", "annotations", "ownerReferences" };
  const DdValue *metadata = dd_value_member (pod, "metadata");
  const char *name = dd_value_path_string (metadata, "name");
  DdValue *like = NULL;

  if (has_suffix (name))
    dd_value_set (&like, "generateName",
                  dd_string_take (g_strndup (name, strlen (name) - KUBE_NAME_SUFFIX)));
  else
    dd_value_set (&like, "name", dd_string (name));
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const DdValue *member = dd_value_member (metadata, kept[i]);

      if (member != NULL)
        dd_value_set (&like, kept[i], dd_value_ref (member));
    }
  return like;
}

static DdValue *
spec_of_like (const DdValue *pod)
{
  const DdValue *spec = dd_value_member (pod, "spec");
  g_auto (DdBuilder) like = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (spec); i++)
    if (strcmp (dd_value_key (spec, i), "nodeName") != 0)
      dd_builder_set (&like, dd_value_key (spec, i), dd_value_ref (dd_value_nth (spec, i)));
  return dd_builder_end (&like);
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *uid, GError **error)
{
  Operators *self = data;
  const DdValue *pod = g_hash_table_lookup (self->gone, uid);
  g_autoptr (DdValue) like = NULL;
  g_autoptr (SimObject) made = NULL;
  g_autoptr (GError) problem = NULL;

  if (pod == NULL)
    return TRUE;
  like = dd_object ("apiVersion", dd_string ("v1"), "kind", dd_string (kube_pod.kind), "metadata",
                    metadata_of_like (pod), "spec", spec_of_like (pod), NULL);
  made = sim_write_create (self->actors, &sim_actor_operators, &kube_pod, namespace_, like,
                           &problem);
  if (made == NULL && !g_error_matches (problem, KUBE_ERROR, KUBE_ALREADY_EXISTS)
      && !sim_namespace_is_closing (self->actors, namespace_))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  g_hash_table_remove (self->gone, uid);
  return TRUE;
}

/* ---- who goes ---- */

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Operators *self = data;
  const SimObject *pod = change->object;
  const KubePodView *view = kube_pod_view (pod);
  gboolean ran;

  if (view->owner_uid == NULL)
    return;
  if (change->type != SIM_DELETED)
    {
      if (view->terminating && !view->finished)
        g_hash_table_add (self->stopping, g_strdup (pod->uid));
      return;
    }
  ran = g_hash_table_remove (self->stopping, pod->uid) || !view->finished;
  if (!ran || !is_of_operator (self, pod))
    return;
  g_hash_table_replace (self->gone, g_strdup (pod->uid), dd_value_ref (pod->value));
  sim_controller_add (self->queue, pod->namespace_, pod->uid);
}

static gpointer
start (SimActors *actors)
{
  Operators *self = g_new0 (Operators, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->stopping = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->gone
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) dd_value_unref);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Operators *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->stopping);
  g_hash_table_unref (self->gone);
  g_free (self);
}

static const char *const writes[] = { "create pods", NULL };

const SimActorClass sim_actor_operators = { "operators", start, stop, writes };
