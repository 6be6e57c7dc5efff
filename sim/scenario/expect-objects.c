/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect-objects.c: "match": Kubernetes objects that look like this exist
 *
 * The number of objects that match is kept up to date by the store's changes, one comparison each;
 * only a failure looks at all of them, for the one that came closest. */

#include "config.h"

#include "sim/kube/verbs/api.h"
#include "sim/kube/kind.h"
#include "sim/scenario/expect-private.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/manifest.h"
#include "sim/scenario/match.h"

#define SHOWN_DIFFERENCES 4

typedef struct
{
  const KubeKind *kind;
  gint64 matching;
  const DdValue *which; /* the pattern's metadata: which objects are meant; NULL: all of the kind */
  gboolean met;         /* there was one */
  const char *absent;   /* the first label or annotation to be another that the last one lacks */
  gboolean all_there;   /* one lacked none */
  gboolean watching;
} Objects;

static gboolean
prepare (SimExpectation *self, GError **error)
{
  const KubeKind *kind = sim_manifest_kind (self->workloads, self->pattern, error);
  Objects *objects;

  if (kind == NULL || !sim_fields_check_pattern (self->pattern, kind, error))
    return FALSE;
  objects = g_new0 (Objects, 1);
  objects->kind = kind;
  objects->which = dd_value_member (self->pattern->value, "metadata");
  self->state = objects;
  dd_value_set (&self->wanted, "kind", NULL);
  dd_value_set (&self->wanted, "apiVersion", NULL);
  return TRUE;
}

static gboolean
is_wanted (const SimExpectation *self, const SimObject *object)
{
  return sim_match (self->wanted, object->value);
}

/* What is absent is no {is not: x} either, so that this holds of a misspelt name as well. Of names
 * that are free; all others are in the kind's table. */
static const char *
absent_name (const DdValue *wanted, const DdValue *actual)
{
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    {
      const DdValue *other = dd_value_member (dd_value_nth (wanted, i), "is not");

      if (other != NULL && dd_value_type (other) != DD_NULL
          && dd_value_member (actual, dd_value_key (wanted, i)) == NULL)
        return dd_value_key (wanted, i);
    }
  return NULL;
}

static void
note_names (Objects *objects, const SimObject *object)
{
  const DdValue *metadata = dd_value_member (object->value, "metadata");
  const DdValue *which = objects->which;

  if (objects->all_there)
    return;
  objects->absent
      = absent_name (dd_value_member (which, "labels"), dd_value_member (metadata, "labels"));
  if (objects->absent == NULL)
    objects->absent = absent_name (dd_value_member (which, "annotations"),
                                   dd_value_member (metadata, "annotations"));
  objects->all_there = objects->absent == NULL;
}

static void
note_met (Objects *objects, const SimObject *object)
{
  note_names (objects, object);
  objects->met = objects->met || objects->which == NULL
                 || sim_match (objects->which, dd_value_member (object->value, "metadata"));
}

static void
take_change (SimStore *store, const SimChange *change, gpointer data)
{
  SimExpectation *self = data;
  Objects *objects = self->state;
  gboolean before
      = change->type == SIM_ADDED ? FALSE
        : change->type == SIM_DELETED
            ? is_wanted (self, change->previous != NULL ? change->previous : change->object)
            : is_wanted (self, change->previous);
  gboolean after = change->type != SIM_DELETED && is_wanted (self, change->object);

  (void) store;
  note_met (objects, change->object);
  objects->matching += (gint64) after - (gint64) before;
  self->dirty = self->dirty || before != after;
}

static void
watch (SimExpectation *self)
{
  Objects *objects = self->state;
  SimStore *store = self->world->kube->store;
  const KubeKind *served = sim_kind_served (objects->kind, self->world->kube->catalogue);
  g_autoptr (GPtrArray) all = NULL;

  if (served == NULL)
    return; /* there are none, and none can come */
  objects->kind = served;
  all = sim_store_list (store, served, NULL);
  for (guint i = 0; i < all->len; i++)
    {
      objects->matching += is_wanted (self, g_ptr_array_index (all, i));
      note_met (objects, g_ptr_array_index (all, i));
    }
  sim_store_subscribe (store, objects->kind, take_change, self);
  objects->watching = TRUE;
}

static gboolean
truth (SimExpectation *self)
{
  const Objects *objects = self->state;

  return objects->matching >= self->min && objects->matching <= self->max;
}

static const SimObject *
find_closest (const SimExpectation *self, const GPtrArray *all)
{
  const SimObject *closest = NULL;
  guint best = G_MAXUINT;

  for (guint i = 0; i < all->len; i++)
    {
      const SimObject *object = g_ptr_array_index (all, i);
      guint distance = sim_match_distance (self->wanted, object->value, "", NULL);

      if (distance > 0 && distance < best)
        {
          closest = object;
          best = distance;
        }
    }
  return closest;
}

static void
append_name (const SimObject *object, GString *out)
{
  if (*object->namespace_ != '\0')
    g_string_append_printf (out, "%s/", object->namespace_);
  g_string_append (out, object->name);
}

static void
append_matching (const SimExpectation *self, const GPtrArray *all, GString *out)
{
  guint shown = 0;

  for (guint i = 0; i < all->len && shown < SHOWN_DIFFERENCES; i++)
    {
      const SimObject *object = g_ptr_array_index (all, i);

      if (!is_wanted (self, object))
        continue;
      g_string_append (out, shown++ == 0 ? ": " : ", ");
      append_name (object, out);
    }
}

static void
append_closest (const SimExpectation *self, const GPtrArray *all, GString *out)
{
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (g_free);
  const SimObject *closest = find_closest (self, all);

  if (closest == NULL)
    return;
  g_string_append (out, "\n  closest: ");
  append_name (closest, out);
  sim_match_distance (self->wanted, closest->value, "", differences);
  for (guint i = 0; i < differences->len && i < SHOWN_DIFFERENCES; i++)
    g_string_append_printf (out, "\n    %s", (char *) g_ptr_array_index (differences, i));
}

static void
explain (SimExpectation *self, GString *out)
{
  const Objects *objects = self->state;
  g_autoptr (GPtrArray) all = sim_store_list (self->world->kube->store, objects->kind, NULL);

  g_string_append_printf (out, "%" G_GINT64_FORMAT " of %u %s match", objects->matching, all->len,
                          objects->kind->plural);
  append_matching (self, all, out);
  if (objects->matching < self->min)
    append_closest (self, all, out);
}

/* A kind that has no objects may be what is meant; objects of which none is ever there are not. */
static void
doubt (SimExpectation *self, GString *out)
{
  const Objects *objects = self->state;
  g_autofree char *which = NULL;

  if (objects->met || objects->which == NULL)
    return;
  which = dd_value_to_text (objects->which);
  g_string_append_printf (out, "there never was a %s with metadata %s, so nothing could break this",
                          objects->kind->kind, which);
}

static void
idle (SimExpectation *self, GString *out)
{
  const Objects *objects = self->state;

  if (objects->all_there || objects->absent == NULL)
    return;
  g_string_append_printf (out, "there never was a %s with \"%s\", which is to be another",
                          objects->kind->kind, objects->absent);
}

static void
clear (SimExpectation *self)
{
  Objects *objects = self->state;

  if (objects != NULL && objects->watching)
    sim_store_unsubscribe (self->world->kube->store, take_change, self);
  g_free (objects);
}

const SimSubject sim_subject_match = {
  .key = "match",
  .prepare = prepare,
  .watch = watch,
  .truth = truth,
  .explain = explain,
  .doubt = doubt,
  .idle = idle,
  .clear = clear,
};
