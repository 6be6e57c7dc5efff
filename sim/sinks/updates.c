/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/updates.c: updates, from what EKS and the engine say of each */

#include "config.h"

#include "sim/sinks/updates.h"

#include <string.h>

static void
update_free (SimUpdate *update)
{
  g_free (update->nodegroup);
  g_free (update->type);
  g_free (update->status);
  g_free (update);
}

SimUpdates *
sim_updates_new (void)
{
  SimUpdates *self = g_new0 (SimUpdates, 1);

  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) update_free);
  self->endings = sim_endings_new ();
  return self;
}

void
sim_updates_free (SimUpdates *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  sim_endings_free (self->endings);
  g_free (self);
}

static char *
detail (const SimEvent *event, DdDetail key)
{
  const char *text = sim_event_text (event, key);

  return g_strdup (text != NULL ? text : "");
}

static void
note_accepted (SimUpdates *self, SimUpdate *unfinished, const SimEvent *event)
{
  SimUpdate *update = g_new0 (SimUpdate, 1);

  update->nodegroup = g_strdup (event->subject);
  update->type = detail (event, DD_DETAIL_TYPE);
  update->status = g_strdup ("");
  update->asked = event->time;
  update->replaced = -1;
  update->ending = -1;
  g_ptr_array_add (self->list, update);
}

static void
note_succeeded (SimUpdates *self, SimUpdate *update, const SimEvent *event)
{
  if (update != NULL)
    update->replaced = sim_event_int (event, DD_DETAIL_REPLACED, -1);
}

static void
note_failed (SimUpdates *self, SimUpdate *update, const SimEvent *event)
{
  if (update != NULL)
    update->ending = (gint) sim_endings_length (self->endings) - 1;
}

static void
note_finished (SimUpdates *self, SimUpdate *update, const SimEvent *event)
{
  if (update == NULL)
    return;
  g_free (update->status);
  update->status = detail (event, DD_DETAIL_STATUS);
  update->ended = event->time;
}

static void
note_death (SimUpdates *self, SimUpdate *update, const SimEvent *event)
{
  if (update != NULL)
    update->deaths++;
}

/* The one of that node group that still goes on: EKS lets a group have one at a time. */
static SimUpdate *
unfinished (const SimUpdates *self, const char *nodegroup)
{
  for (guint i = self->list->len; i > 0; i--)
    {
      SimUpdate *update = g_ptr_array_index (self->list, i - 1);

      if (*update->status == '\0' && strcmp (update->nodegroup, nodegroup) == 0)
        return update;
    }
  return NULL;
}

static const struct
{
  DdEvent event;
  void (*note) (SimUpdates *self, SimUpdate *unfinished, const SimEvent *event);
} rows[] = {
  { DD_EVENT_UPDATE_ACCEPTED, note_accepted }, { DD_EVENT_UPDATE_SUCCEEDED, note_succeeded },
  { DD_EVENT_UPDATE_FAILED, note_failed },     { DD_EVENT_UPDATE_FINISHED, note_finished },
  { DD_EVENT_ENGINE_KILLED, note_death },
};

void
sim_updates_take (const SimEvent *event, gpointer data)
{
  SimUpdates *self = data;

  sim_endings_take (event, self->endings);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].event == event->id)
        rows[i].note (self, unfinished (self, event->subject), event);
    }
}
