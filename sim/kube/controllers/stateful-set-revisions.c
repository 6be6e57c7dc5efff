/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/stateful-set.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/writes.h"

/* A StatefulSet's template as it was and is, one ControllerRevision each, numbered as they came. A
 * template that comes back gets its old revision with a new number. Imitates:
 * kubernetes/kubernetes, pkg/controller/history, and getStatefulSetRevisions. */

const DdValue *
sim_revision_template (const SimObject *revision)
{
  return dd_value_path (revision->value, "data.spec.template");
}

const char *
sim_revision_of_pod (const SimObject *pod)
{
  return dd_value_string (
      dd_value_member (kube_pod_view (pod)->labels, "controller-revision-hash"));
}

static gint64
number_of (const SimObject *revision)
{
  return dd_value_path_int (revision->value, "revision", 0);
}

static int
compare_numbers (gconstpointer left, gconstpointer right)
{
  const SimObject *a = *(SimObject *const *) left, *b = *(SimObject *const *) right;

  if (number_of (a) != number_of (b))
    return number_of (a) < number_of (b) ? -1 : 1;
  return g_strcmp0 (a->name, b->name);
}

/* The oldest first; references. */
static GPtrArray *
revisions_of (SimActors *actors, const SimObject *set)
{
  g_autoptr (GPtrArray) all = sim_store_dependents (actors->store, set->uid);
  GPtrArray *revisions = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);

  for (guint i = 0; i < all->len; i++)
    if (((SimObject *) g_ptr_array_index (all, i))->kind == &kube_controller_revision)
      g_ptr_array_add (revisions, sim_object_ref (g_ptr_array_index (all, i)));
  g_ptr_array_sort (revisions, compare_numbers);
  return revisions;
}

/* The template as a patch of the set that puts it back. */
static DdValue *
data_of (const SimObject *set)
{
  return dd_object ("spec",
                    dd_object ("template",
                               dd_value_with_member (dd_value_path (set->value, "spec.template"),
                                                     "$patch", dd_string ("replace")),
                               NULL),
                    NULL);
}

static SimObject *
make_revision (SimActors *actors, const SimObject *set, const DdValue *data, gint64 number,
               GError **error)
{
  g_autofree char *hash = sim_template_hash (dd_value_path (set->value, "spec.template"), 0);
  const DdValue *labels = dd_value_path (set->value, "spec.template.metadata.labels");
  g_autoptr (DdValue) value = dd_object (
      "metadata",
      dd_object ("name", dd_string_printf ("%s-%s", set->name, hash), "labels",
                 dd_value_with_member (labels, "controller.kubernetes.io/hash", dd_string (hash)),
                 "ownerReferences", sim_owner_references (set), NULL),
      "data", dd_value_ref (data), "revision", dd_int (number), NULL);

  return sim_write_create (actors, &sim_actor_stateful_set, &kube_controller_revision,
                           set->namespace_, value, error);
}

static SimObject *
renumber (SimActors *actors, const SimObject *revision, gint64 number, GError **error)
{
  g_autoptr (DdValue) patch = dd_object ("revision", dd_int (number), NULL);

  return sim_write_merge (actors, &sim_actor_stateful_set, "update", revision, patch, error);
}

/* The revision of the present template, as a reference. */
static SimObject *
update_revision (SimActors *actors, const SimObject *set, const GPtrArray *all, GError **error)
{
  g_autoptr (DdValue) data = data_of (set);
  gint64 newest = all->len > 0 ? number_of (g_ptr_array_index (all, all->len - 1)) : 0;

  for (guint i = all->len; i-- > 0;)
    {
      SimObject *revision = g_ptr_array_index (all, i);

      if (dd_value_equal (dd_value_member (revision->value, "data"), data))
        return number_of (revision) == newest ? sim_object_ref (revision)
                                              : renumber (actors, revision, newest + 1, error);
    }
  return make_revision (actors, set, data, newest + 1, error);
}

gboolean
sim_revisions_find (SimActors *actors, const SimObject *set, SimRevisions *revisions,
                    GError **error)
{
  g_autoptr (GPtrArray) all = revisions_of (actors, set);
  const char *current = dd_value_path_string (set->value, "status.currentRevision");
  SimObject *update = update_revision (actors, set, all, error);

  if (update == NULL)
    return FALSE;
  revisions->update = update;
  revisions->current = sim_object_ref (update);
  for (guint i = 0; i < all->len; i++)
    {
      SimObject *revision = g_ptr_array_index (all, i);

      if (g_strcmp0 (revision->name, current) != 0 || g_str_equal (revision->name, update->name))
        continue;
      sim_object_unref (revisions->current);
      revisions->current = sim_object_ref (revision);
    }
  return TRUE;
}

void
sim_revisions_clear (SimRevisions *revisions)
{
  g_clear_pointer (&revisions->current, sim_object_unref);
  g_clear_pointer (&revisions->update, sim_object_unref);
}

static gboolean
is_live (const SimObject *revision, const SimRevisions *revisions, const GPtrArray *pods)
{
  if (g_str_equal (revision->name, revisions->current->name)
      || g_str_equal (revision->name, revisions->update->name))
    return TRUE;
  for (guint i = 0; i < pods->len; i++)
    if (g_strcmp0 (sim_revision_of_pod (g_ptr_array_index (pods, i)), revision->name) == 0)
      return TRUE;
  return FALSE;
}

gboolean
sim_revisions_trim (SimActors *actors, const SimObject *set, const SimRevisions *revisions,
                    const GPtrArray *pods, GError **error)
{
  g_autoptr (GPtrArray) history = revisions_of (actors, set);
  gint64 limit = dd_value_path_int (set->value, "spec.revisionHistoryLimit", 10);

  for (guint i = history->len; i-- > 0;)
    if (is_live (g_ptr_array_index (history, i), revisions, pods))
      g_ptr_array_remove_index (history, i);
  for (guint i = 0; (gint64) i + limit < (gint64) history->len; i++)
    {
      const KubeDelete options = KUBE_DELETE_DEFAULT;
      g_autoptr (SimObject) deleted = sim_write_delete (
          actors, &sim_actor_stateful_set, g_ptr_array_index (history, i), &options, error);

      if (deleted == NULL)
        return FALSE;
    }
  return TRUE;
}
