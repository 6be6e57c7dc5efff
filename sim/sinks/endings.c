/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/endings.c: failed updates, kept until somebody asks */

#include "config.h"

#include "sim/sinks/endings.h"

#include <string.h>

#include "sim/scenario/expect-private.h"

struct _SimEndings
{
  GPtrArray *list;    /* of SimEnding */
  GPtrArray *blocked; /* of DdValue: {"pod":..}, in the order of their first refusal */
};

static void
ending_free (SimEnding *ending)
{
  g_free (ending->nodegroup);
  g_free (ending->code);
  g_free (ending->message);
  g_free (ending->explanation);
  dd_value_unref (ending->resources);
  dd_value_unref (ending->blocked);
  g_free (ending);
}

SimEndings *
sim_endings_new (void)
{
  SimEndings *self = g_new0 (SimEndings, 1);

  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) ending_free);
  self->blocked = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  return self;
}

void
sim_endings_free (SimEndings *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_ptr_array_unref (self->blocked);
  g_free (self);
}

/* ---- pods that must stay ---- */

static void
forget_pod (SimEndings *self, const SimEvent *event)
{
  for (guint i = 0; i < self->blocked->len; i++)
    {
      if (g_strcmp0 (dd_value_path_string (g_ptr_array_index (self->blocked, i), "pod"),
                     event->subject)
          == 0)
        {
          g_ptr_array_remove_index (self->blocked, i);
          return;
        }
    }
}

static void
note_refused (SimEndings *self, const SimEvent *event)
{
  DdValue *value = event->details != NULL ? dd_value_ref (event->details) : dd_object_empty ();

  forget_pod (self, event);
  dd_value_set (&value, "pod", dd_string (event->subject));
  g_ptr_array_add (self->blocked, value);
}

static void
forget_all (SimEndings *self, G_GNUC_UNUSED const SimEvent *event)
{
  g_ptr_array_set_size (self->blocked, 0);
}

/* ---- the end ---- */

static DdValue *
blocked_value (const SimEndings *self)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < self->blocked->len; i++)
    dd_builder_add (&list, dd_value_ref (g_ptr_array_index (self->blocked, i)));
  return dd_builder_end (&list);
}

static char *
detail (const SimEvent *event, DdDetail key)
{
  const char *text = sim_event_text (event, key);

  return g_strdup (text != NULL ? text : "");
}

static void
note_failed (SimEndings *self, const SimEvent *event)
{
  const DdValue *resources = sim_event_list (event, DD_DETAIL_RESOURCES);
  SimEnding *ending = g_new0 (SimEnding, 1);

  ending->time = event->time;
  ending->nodegroup = g_strdup (event->subject);
  ending->code = detail (event, DD_DETAIL_CODE);
  ending->message = detail (event, DD_DETAIL_MESSAGE);
  ending->explanation = detail (event, DD_DETAIL_EXPLANATION);
  ending->resources = resources != NULL ? dd_value_ref (resources) : dd_array_empty ();
  ending->blocked = blocked_value (self);
  g_ptr_array_add (self->list, ending);
}

static const struct
{
  DdEvent event;
  void (*take) (SimEndings *self, const SimEvent *event);
} rows[] = {
  { DD_EVENT_UPDATE_STARTED, forget_all },
  { DD_EVENT_DRAIN_REFUSED_BY_BUDGET, note_refused },
  { DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, note_refused },
  { DD_EVENT_DRAIN_EVICTED, forget_pod },
  { DD_EVENT_DRAIN_FORCED, forget_pod },
  { DD_EVENT_POD_DELETED, forget_pod },
  { DD_EVENT_POD_STOPPED, forget_pod },
  { DD_EVENT_UPDATE_FAILED, note_failed },
};

void
sim_endings_take (const SimEvent *event, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].event == event->id)
        rows[i].take (data, event);
    }
}

guint
sim_endings_length (const SimEndings *self)
{
  return self != NULL ? self->list->len : 0;
}

const SimEnding *
sim_endings_nth (const SimEndings *self, guint index)
{
  return g_ptr_array_index (self->list, index);
}

char *
sim_ending_text (const SimEnding *ending)
{
  g_autofree char *when = sim_moment_text (ending->time);

  return g_strdup_printf ("the update of node group %s failed at %s: %s: %s", ending->nodegroup,
                          when, ending->code, ending->message);
}

DdValue *
sim_endings_value (const SimEndings *self)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < sim_endings_length (self); i++)
    {
      const SimEnding *ending = sim_endings_nth (self, i);

      dd_builder_add (&list,
                      dd_object ("nodegroup", dd_string (ending->nodegroup), "at_seconds",
                                 dd_double ((double) ending->time / DD_SECOND), "code",
                                 dd_string (ending->code), "message", dd_string (ending->message),
                                 "resources", dd_value_ref (ending->resources), "blocked",
                                 dd_value_ref (ending->blocked), "explanation",
                                 dd_string (ending->explanation), NULL));
    }
  return dd_builder_end (&list);
}
