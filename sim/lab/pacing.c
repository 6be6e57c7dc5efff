/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time as a straight line over wall time: from an anchor (a wall instant and a virtual one)
 * it climbs with the speed's factor and bends at the wall clock, which it never overtakes: a client
 * must not be told of things that happen tomorrow. Whatever moves the world by hand sets a new
 * anchor.
 *
 * This is the only file of the simulator that reads wall time. */
#include "config.h"

#include "sim/lab/pacing.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define DEFAULT_FACTOR 60.0
#define MAX_FACTOR 1e6
#define START_BEFORE_NOW (30 * 24 * DD_HOUR)
/* The world moves in strides of virtual time until a slice of wall time is used up. */
#define STRIDE (10 * DD_SECOND)
#define SLICE (100 * DD_MILLISECOND)

struct _SimPacing
{
  SimWorld *world; /* borrowed; NULL: none */
  SimSpeed speed;
  GSource *alarm;
  gint64 anchor_wall;    /* monotonic */
  DdUsec anchor_virtual; /* the world's time then */
};

/* ---- speeds ---- */

gboolean
sim_speed_parse (const char *text, SimSpeed *out_speed, GError **error)
{
  SimSpeed speed = { .factor = DEFAULT_FACTOR };
  char *end = NULL;

  if (strcmp (text, "paused") == 0)
    speed.paused = TRUE;
  else if (strcmp (text, "max") == 0)
    speed.hasten = TRUE;
  else
    {
      speed.factor = g_ascii_strtod (text, &end);
      if (!g_ascii_isdigit (text[0]) || strcmp (end, "x") != 0 || !(speed.factor > 0.0)
          || !(speed.factor <= MAX_FACTOR))
        {
          g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                       "'%s' is no speed; say 60x, 1x, 0.5x, max or paused", text);
          return FALSE;
        }
    }
  *out_speed = speed;
  return TRUE;
}

char *
sim_speed_to_text (const SimSpeed *speed)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (speed->paused)
    return g_strdup ("paused");
  if (speed->hasten)
    return g_strdup ("max");
  g_ascii_formatd (number, sizeof number, "%.10g", speed->factor);
  return g_strconcat (number, "x", NULL);
}

DdUsec
sim_pacing_start (void)
{
  DdUsec start = g_get_real_time () - START_BEFORE_NOW;

  return start - start % DD_SECOND;
}

/* ---- the line ---- */

DdUsec
sim_pacing_limit (const SimPacing *pacing)
{
  (void) pacing;
  return g_get_real_time ();
}

static void
set_anchor (SimPacing *pacing)
{
  pacing->anchor_wall = g_get_monotonic_time ();
  pacing->anchor_virtual = sim_stage_now (pacing->world->stage);
}

static DdUsec
virtual_time_now (const SimPacing *pacing)
{
  double passed = (double) (g_get_monotonic_time () - pacing->anchor_wall);
  DdUsec instant = pacing->anchor_virtual + (DdUsec) floor (passed * pacing->speed.factor);

  return MIN (instant, g_get_real_time ());
}

/* The monotonic instant at which the line, or its bend, reaches DUE. */
static gint64
wall_time_of (const SimPacing *pacing, DdUsec due)
{
  double ahead = (double) (due - pacing->anchor_virtual) / pacing->speed.factor;
  gint64 on_line = pacing->anchor_wall + (gint64) ceil (MIN (ahead, 1e15));
  gint64 at_bend = g_get_monotonic_time () + due - g_get_real_time ();

  return MAX (on_line, at_bend);
}

static void
set_alarm (SimPacing *pacing)
{
  DdUsec due;
  gint64 ready = -1;

  if (pacing->world != NULL && !pacing->speed.paused && !pacing->world->stopped
      && sim_clock_next_due (pacing->world->stage->clock, &due))
    ready = MAX (wall_time_of (pacing, due), 0);
  g_source_set_ready_time (pacing->alarm, ready);
}

static void
follow_the_line (SimPacing *pacing)
{
  gint64 deadline = g_get_monotonic_time () + SLICE;
  DdUsec target = virtual_time_now (pacing);

  while (sim_stage_now (pacing->world->stage) < target)
    {
      DdUsec stride = MIN (sim_stage_now (pacing->world->stage) + STRIDE, target);

      if (!sim_world_run_until (pacing->world, stride))
        {
          pacing->speed.paused = TRUE; /* the limit of events is reached: nothing will follow */
          return;
        }
      if (g_get_monotonic_time () > deadline)
        {
          set_anchor (pacing);
          return;
        }
    }
}

void
sim_pacing_catch_up (SimPacing *pacing)
{
  if (pacing->world != NULL && !pacing->speed.paused)
    follow_the_line (pacing);
  set_alarm (pacing);
}

void
sim_pacing_settle (SimPacing *pacing)
{
  if (pacing->world != NULL)
    sim_world_run_until (pacing->world, sim_stage_now (pacing->world->stage));
  set_alarm (pacing);
}

void
sim_pacing_resynchronise (SimPacing *pacing)
{
  if (pacing->world != NULL)
    set_anchor (pacing);
  sim_pacing_settle (pacing);
}

/* ---- the alarm ---- */

static gboolean
alarm_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  (void) source;
  func (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
alarm_rang (gpointer data)
{
  sim_pacing_catch_up (data);
  return G_SOURCE_CONTINUE;
}

SimPacing *
sim_pacing_new (GMainContext *context, const SimSpeed *speed)
{
  static GSourceFuncs funcs = { NULL, NULL, alarm_dispatch, NULL, NULL, NULL };
  SimPacing *pacing = g_new0 (SimPacing, 1);

  pacing->speed = *speed;
  pacing->alarm = g_source_new (&funcs, sizeof (GSource));
  g_source_set_callback (pacing->alarm, alarm_rang, pacing, NULL);
  g_source_set_static_name (pacing->alarm, "pacing");
  g_source_attach (pacing->alarm, context);
  return pacing;
}

void
sim_pacing_free (SimPacing *pacing)
{
  if (pacing == NULL)
    return;
  g_source_destroy (pacing->alarm);
  g_source_unref (pacing->alarm);
  g_free (pacing);
}

void
sim_pacing_set_world (SimPacing *pacing, SimWorld *world)
{
  pacing->world = world;
  sim_pacing_resynchronise (pacing);
}

void
sim_pacing_set_speed (SimPacing *pacing, const SimSpeed *speed)
{
  sim_pacing_catch_up (pacing);
  pacing->speed = *speed;
  sim_pacing_resynchronise (pacing);
}

const SimSpeed *
sim_pacing_speed (const SimPacing *pacing)
{
  return &pacing->speed;
}
