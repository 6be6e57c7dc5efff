/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/pictures.c: one history, drawn into every file that was asked for */

#include "config.h"

#include "sim/sinks/pictures.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/output.h"
#include "sim/sinks/html.h"
#include "sim/sinks/perfetto.h"

void
sim_pictures_clear (SimPictures *pictures)
{
  g_clear_pointer (&pictures->perfetto_path, g_free);
  g_clear_pointer (&pictures->html_path, g_free);
  g_clear_pointer (&pictures->history, sim_history_free);
}

void
sim_pictures_attend (SimPictures *pictures, SimWorld *world)
{
  g_clear_pointer (&pictures->history, sim_history_free);
  if (pictures->perfetto_path != NULL || pictures->html_path != NULL)
    pictures->historian = sim_historian_new (world);
}

void
sim_pictures_dismiss (SimPictures *pictures)
{
  if (pictures->historian != NULL)
    pictures->history = sim_historian_conclude (g_steal_pointer (&pictures->historian));
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
sim_pictures_check (const SimPictures *pictures, const char *scenario, GError **error)
{
  g_autofree char *perfetto = pictures->perfetto_path != NULL
                                  ? path_for (pictures, pictures->perfetto_path, scenario)
                                  : NULL;
  g_autofree char *html
      = pictures->html_path != NULL ? path_for (pictures, pictures->html_path, scenario) : NULL;

  return dd_output_check (perfetto, error) && dd_output_check (html, error);
}

static gboolean
complain (const char *path, GError **error)
{
  g_set_error (error, DD_ERROR, DD_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

typedef struct
{
  const SimHistory *history;
  const SimOutcome *outcome;
  const char *about;
} Subject;

static void
draw_perfetto (const Subject *subject, FILE *out)
{
  sim_perfetto_write (subject->history, subject->outcome->scenario, out);
}

static void
draw_html (const Subject *subject, FILE *out)
{
  sim_html_write (subject->history, subject->outcome, subject->about, out);
}

static gboolean
write_picture (const SimPictures *pictures, const char *path, const Subject *subject,
               void (*draw) (const Subject *subject, FILE *out), GError **error)
{
  g_autofree char *place = NULL;
  FILE *out;
  gboolean good;

  if (path == NULL)
    return TRUE;
  place = path_for (pictures, path, subject->outcome->scenario);
  out = dd_output_open (place, error);
  if (out == NULL)
    return FALSE;
  draw (subject, out);
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
  const Subject subject = { pictures->history, outcome, about };

  if (pictures->history == NULL)
    return TRUE;
  return write_picture (pictures, pictures->perfetto_path, &subject, draw_perfetto, error)
         && write_picture (pictures, pictures->html_path, &subject, draw_html, error);
}
