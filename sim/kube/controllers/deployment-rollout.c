/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/deployment.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"

/* One step of a Deployment towards its present template and size. Imitates: Kubernetes,
 * Deployments, strategies RollingUpdate and Recreate. Not imitated: proportional scaling, the
 * sharing out of a new size between ReplicaSets in the middle of a rollout. */

#define COMPONENT "deployment-controller"

/* Since 1.32 the text always says from which size to which; before, a set that was just made had
 * no size to come from. */
static void
announce_scaling (SimRollout *rollout, const SimObject *set, gint64 from, gint64 to,
                  gboolean created)
{
  SimActors *actors = rollout->self->actors;
  const char *direction = to > from ? "up" : "down";
  g_autofree char *subject = sim_object_subject (set);
  g_autofree char *sizes = NULL;

  if (actors->api->minor >= 32)
    sizes = g_strdup_printf ("from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, from, to);
  else if (created)
    sizes = g_strdup_printf ("to %" G_GINT64_FORMAT, to);
  else
    sizes = g_strdup_printf ("to %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT, to, from);
  kube_record_event (actors->api, rollout->deployment, COMPONENT, NULL, "Normal",
                     "ScalingReplicaSet", "Scaled %s replica set %s %s", direction, set->name,
                     sizes);
  sim_stage_trace (actors->stage, "deployment", DD_EVENT_REPLICAS_SCALED, subject,
                   dd_object ("from_replicas", dd_int (from), "replicas", dd_int (to), NULL));
}

/* What a ReplicaSet remembers of the Deployment that sized it. */
static DdValue *
size_annotations (const SimRollout *rollout)
{
  return dd_object ("deployment.kubernetes.io/desired-replicas",
                    dd_string_printf ("%" G_GINT64_FORMAT, rollout->wanted),
                    "deployment.kubernetes.io/max-replicas",
                    dd_string_printf ("%" G_GINT64_FORMAT, rollout->wanted + rollout->surge), NULL);
}

/* *HOLDER is replaced by the scaled ReplicaSet. */
static gboolean
scale (SimRollout *rollout, SimObject **holder, gint64 to, gboolean *out_changed, GError **error)
{
  gint64 from = sim_replicas_wanted (*holder);
  g_autoptr (DdValue) patch = NULL;
  SimObject *scaled;

  if (from == to)
    return TRUE;
  patch = dd_object ("metadata", dd_object ("annotations", size_annotations (rollout), NULL),
                     "spec", dd_object ("replicas", dd_int (to), NULL), NULL);
  scaled = sim_write_merge (rollout->self->actors, &sim_actor_deployment, "update", *holder, patch,
                            error);
  if (scaled == NULL)
    return FALSE;
  sim_object_unref (*holder);
  *holder = scaled;
  announce_scaling (rollout, scaled, from, to, FALSE);
  *out_changed = TRUE;
  return TRUE;
}

static gint64
revision_of (const SimObject *object)
{
  const DdValue *annotations = dd_value_path (object->value, "metadata.annotations");
  const char *text
      = dd_value_string (dd_value_member (annotations, "deployment.kubernetes.io/revision"));

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

static gint64
next_revision (const SimRollout *rollout)
{
  gint64 highest = 0;

  for (guint i = 0; i < rollout->old->len; i++)
    highest = MAX (highest, revision_of (g_ptr_array_index (rollout->old, i)));
  return highest + 1;
}

static gboolean
set_revision (SimRollout *rollout, SimObject *object, gint64 revision, GError **error)
{
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) written = NULL;

  if (revision_of (object) >= revision)
    return TRUE;
  patch = dd_object ("metadata",
                     dd_object ("annotations",
                                dd_object ("deployment.kubernetes.io/revision",
                                           dd_string_printf ("%" G_GINT64_FORMAT, revision), NULL),
                                NULL),
                     NULL);
  written = sim_write_merge (rollout->self->actors, &sim_actor_deployment, "update", object, patch,
                             error);
  return written != NULL;
}

static DdValue *
labelled (const DdValue *holder, const char *path, const char *hash)
{
  g_autofree char *labels = g_strconcat (path, ".pod-template-hash", NULL);

  return dd_value_with_path (holder, labels, dd_string (hash));
}

static DdValue *
replica_set_for (SimRollout *rollout, gint64 replicas)
{
  const SimObject *deployment = rollout->deployment;
  const DdValue *spec = dd_value_member (deployment->value, "spec");
  const DdValue *seconds = dd_value_member (spec, "minReadySeconds");
  DdValue *template
      = labelled (dd_value_member (spec, "template"), "metadata.labels", rollout->hash);
  const DdValue *labels = dd_value_path (template, "metadata.labels");

  return dd_object (
      "metadata",
      dd_object ("name", dd_string_printf ("%s-%s", deployment->name, rollout->hash), "labels",
                 dd_value_ref (labels), "annotations", size_annotations (rollout),
                 "ownerReferences", sim_owner_references (deployment), NULL),
      "spec",
      dd_object ("replicas", dd_int (replicas), "minReadySeconds",
                 seconds != NULL ? dd_value_ref (seconds) : NULL, "selector",
                 labelled (dd_value_member (spec, "selector"), "matchLabels", rollout->hash),
                 "template", template, NULL),
      NULL);
}

/* As many as fit under wanted + surge beside the old ones. */
static gint64
newest_size (const SimRollout *rollout)
{
  gint64 others = 0, own = rollout->newest != NULL ? sim_replicas_wanted (rollout->newest) : 0;
  const char *strategy = dd_value_path_string (rollout->deployment->value, "spec.strategy.type");

  for (guint i = 0; i < rollout->old->len; i++)
    others += sim_replicas_wanted (g_ptr_array_index (rollout->old, i));
  if (g_strcmp0 (strategy, "Recreate") == 0 || own > rollout->wanted)
    return rollout->wanted;
  return CLAMP (rollout->wanted + rollout->surge - others, own, rollout->wanted);
}

static gboolean
create_newest (SimRollout *rollout, gboolean *out_changed, GError **error)
{
  gint64 replicas = newest_size (rollout);
  g_autoptr (DdValue) value = replica_set_for (rollout, replicas);

  rollout->newest
      = sim_write_create (rollout->self->actors, &sim_actor_deployment, &kube_replica_set,
                          rollout->deployment->namespace_, value, error);
  rollout->refused = rollout->newest == NULL;
  if (rollout->refused)
    return FALSE;
  if (replicas > 0)
    announce_scaling (rollout, rollout->newest, 0, replicas, TRUE);
  *out_changed = TRUE;
  return TRUE;
}

/* Takes up to LIMIT pods away from the old sets, oldest set first: with UNHEALTHY only those that
 * serve nobody anyhow. */
static gboolean
shrink_old (SimRollout *rollout, gint64 limit, gboolean unhealthy, gboolean *out_changed,
            GError **error)
{
  for (guint i = 0; i < rollout->old->len && limit > 0; i++)
    {
      SimObject **set = (SimObject **) &g_ptr_array_index (rollout->old, i);
      gint64 size = sim_replicas_wanted (*set);
      gint64 spare = unhealthy ? size - sim_replicas_available (*set) : size;
      gint64 step = CLAMP (spare, 0, limit);

      if (!scale (rollout, set, size - step, out_changed, error))
        return FALSE;
      limit -= step;
    }
  return TRUE;
}

static gboolean
roll (SimRollout *rollout, gboolean *out_changed, GError **error)
{
  gint64 least = rollout->wanted - rollout->unavailable;
  gint64 all, missing, available;

  if (!scale (rollout, &rollout->newest, newest_size (rollout), out_changed, error))
    return FALSE;
  if (*out_changed)
    return TRUE;
  all = sim_rollout_sum (rollout, "spec.replicas");
  missing = sim_replicas_wanted (rollout->newest) - sim_replicas_available (rollout->newest);
  if (!shrink_old (rollout, all - least - missing, TRUE, out_changed, error))
    return FALSE;
  available = sim_rollout_sum (rollout, "status.availableReplicas");
  return shrink_old (rollout, available - least, FALSE, out_changed, error);
}

static gboolean
old_pods_are_gone (const SimRollout *rollout)
{
  for (guint i = 0; i < rollout->old->len; i++)
    {
      const SimObject *set = g_ptr_array_index (rollout->old, i);

      if (sim_census_of_owner (rollout->self->actors->census, set->uid) != NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
recreate (SimRollout *rollout, gboolean *out_changed, GError **error)
{
  if (!shrink_old (rollout, G_MAXINT64, FALSE, out_changed, error))
    return FALSE;
  if (*out_changed || !old_pods_are_gone (rollout))
    return TRUE;
  if (rollout->newest == NULL && !create_newest (rollout, out_changed, error))
    return FALSE;
  return scale (rollout, &rollout->newest, rollout->wanted, out_changed, error);
}

/* Keeps spec.revisionHistoryLimit empty sets to go back to. */
static gboolean
forget_history (SimRollout *rollout, GError **error)
{
  gint64 limit = dd_value_path_int (rollout->deployment->value, "spec.revisionHistoryLimit", 10);
  gint64 excess = (gint64) rollout->old->len - limit;
  KubeDelete options = KUBE_DELETE_DEFAULT;

  for (guint i = 0; i < rollout->old->len && excess > 0; i++)
    {
      const SimObject *set = g_ptr_array_index (rollout->old, i);
      g_autoptr (SimObject) deleted = NULL;

      if (sim_replicas_wanted (set) > 0 || sim_is_terminating (set)
          || dd_value_path_int (set->value, "status.replicas", 0) > 0)
        continue;
      deleted
          = sim_write_delete (rollout->self->actors, &sim_actor_deployment, set, &options, error);
      if (deleted == NULL)
        return FALSE;
      excess--;
    }
  return TRUE;
}

/* A paused Deployment rolls nothing out but still keeps its size. */
static gboolean
keep_size (SimRollout *rollout, gboolean *out_changed, GError **error)
{
  guint n = rollout->old->len;

  if (rollout->newest != NULL)
    return scale (rollout, &rollout->newest, newest_size (rollout), out_changed, error);
  if (n == 0)
    return TRUE;
  return scale (rollout, (SimObject **) &g_ptr_array_index (rollout->old, n - 1), rollout->wanted,
                out_changed, error);
}

gboolean
sim_rollout_step (SimRollout *rollout, gboolean *out_changed, GError **error)
{
  const DdValue *spec = dd_value_member (rollout->deployment->value, "spec");
  gboolean recreates = g_strcmp0 (dd_value_path_string (spec, "strategy.type"), "Recreate") == 0;
  gint64 revision = next_revision (rollout);

  if (dd_value_path_bool (spec, "paused", FALSE))
    return keep_size (rollout, out_changed, error);
  if (recreates ? !recreate (rollout, out_changed, error)
                : (rollout->newest == NULL ? !create_newest (rollout, out_changed, error)
                                           : !roll (rollout, out_changed, error)))
    return FALSE;
  if (rollout->newest != NULL
      && (!set_revision (rollout, rollout->newest, revision, error)
          || !set_revision (rollout, rollout->deployment, revision, error)))
    return FALSE;
  return !sim_rollout_is_complete (rollout) || forget_history (rollout, error);
}
