/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/pictures.c: one history, drawn into every file that was asked for */

#include "config.h"

#include "sim/sinks/pictures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/output.h"
#include "sim/sinks/html.h"
#include "sim/sinks/perfetto.h"

/* What an earlier rehearsal left. */
static void
forget (SimPictures *pictures)
{
  g_clear_pointer (&pictures->history, sim_history_free);
  g_clear_pointer (&pictures->updates, sim_updates_free);
  g_clear_pointer (&pictures->story, free);
}

void
sim_pictures_clear (SimPictures *pictures)
{
  g_clear_pointer (&pictures->perfetto_path, g_free);
  g_clear_pointer (&pictures->html_path, g_free);
  g_clear_pointer (&pictures->replay, g_free);
  forget (pictures);
}

void
sim_pictures_attend (SimPictures *pictures, SimWorld *world)
{
  forget (pictures);
  if (pictures->perfetto_path == NULL && pictures->html_path == NULL)
    return;
  pictures->historian = sim_historian_new (world);
  pictures->updates = sim_updates_new ();
  pictures->telling = open_memstream (&pictures->story, &pictures->story_length);
  pictures->timeline = sim_timeline_new (pictures->telling, FALSE);
  sim_trace_add_reader (world->stage->trace, sim_updates_take, pictures->updates);
  sim_trace_add_reader (world->stage->trace, sim_timeline_take, pictures->timeline);
}

void
sim_pictures_dismiss (SimPictures *pictures, SimWorld *world)
{
  if (pictures->historian == NULL)
    return;
  sim_trace_remove_reader (world->stage->trace, sim_updates_take, pictures->updates);
  sim_trace_remove_reader (world->stage->trace, sim_timeline_take, pictures->timeline);
  pictures->history = sim_historian_conclude (g_steal_pointer (&pictures->historian));
  g_clear_pointer (&pictures->timeline, sim_timeline_free);
  fclose (g_steal_pointer (&pictures->telling));
}

static char *
path_for (const SimPictures *pictures, const char *path, const char *scenario)
{
  const char *slash = strrchr (path, '/'), *dot = strrchr (path, '.');

  if (!pictures->one_of_many)
    return g_strdup (path);
  if (dot == NULL || dot == path || (slash != NULL && dot < slash + 2))
    return g_strdup_printf ("%s.%s", path, scenario);
  return g_strdup_printf ("%.*s.%s%s", (int) (dot - path), path, scenario, dot);
}

gboolean
sim_pictures_check (const SimPictures *pictures, const char *scenario, GPtrArray *claimed,
                    GError **error)
{
  g_autofree char *perfetto = pictures->perfetto_path != NULL
                                  ? path_for (pictures, pictures->perfetto_path, scenario)
                                  : NULL;
  g_autofree char *html
      = pictures->html_path != NULL ? path_for (pictures, pictures->html_path, scenario) : NULL;

  return dd_output_claim (claimed, perfetto, error) && dd_output_claim (claimed, html, error);
}

static gboolean
complain (const char *path, GError **error)
{
  g_set_error (error, DD_ERROR, DD_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

/* What could not be rehearsed, and why. */
typedef struct
{
  const char *scenario, *message;
} Failure;

static void
draw_perfetto (gconstpointer data, FILE *out)
{
  const SimPage *page = data;

  sim_perfetto_write (page->history, page->outcome->scenario, out);
}

static void
draw_html (gconstpointer data, FILE *out)
{
  sim_html_write (data, out);
}

static void
draw_failure (gconstpointer data, FILE *out)
{
  const Failure *failure = data;

  sim_html_write_error (failure->scenario, failure->message, out);
}

/* PATH may be NULL: that picture is not wanted. */
static gboolean
write_picture (const SimPictures *pictures, const char *path, const char *scenario,
               void (*draw) (gconstpointer data, FILE *out), gconstpointer data, GError **error)
{
  g_autofree char *place = NULL;
  FILE *out;
  gboolean good;

  if (path == NULL)
    return TRUE;
  place = path_for (pictures, path, scenario);
  out = dd_output_open (place, error);
  if (out == NULL)
    return FALSE;
  draw (data, out);
  good = fflush (out) == 0 && !ferror (out);
  if (!good)
    complain (place, error);
  fclose (out);
  return good;
}

gboolean
sim_pictures_write (SimPictures *pictures, const SimOutcome *outcome, const char *about,
                    GError **error)
{
  const SimPage page = { .history = pictures->history,
                         .updates = pictures->updates,
                         .outcome = outcome,
                         .about = about,
                         .story = pictures->story,
                         .replay = pictures->replay };

  if (pictures->history == NULL)
    return TRUE;
  return write_picture (pictures, pictures->perfetto_path, outcome->scenario, draw_perfetto, &page,
                        error)
         && write_picture (pictures, pictures->html_path, outcome->scenario, draw_html, &page,
                           error);
}

gboolean
sim_pictures_write_error (SimPictures *pictures, const char *scenario, const char *message,
                          GError **error)
{
  const Failure failure = { scenario, message };

  return write_picture (pictures, pictures->html_path, scenario, draw_failure, &failure, error);
}
