/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/markup.c: text for a page; whole numbers keep it the same everywhere */

#include "config.h"

#include "sim/sinks/markup.h"

#include <stdlib.h>

#include "base/time.h"

#define DAY (24 * DD_HOUR)

void
sim_markup_text (const char *text, GString *out)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (out, escaped);
}

void
sim_markup_moment (DdUsec time, GString *out)
{
  gint64 seconds = time / DD_SECOND;

  g_string_append_printf (out, "%d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60),
                          (int) (seconds % 60));
}

void
sim_markup_duration (DdUsec span, GString *out)
{
  g_autofree char *text = dd_duration_to_text (span / DD_SECOND * DD_SECOND);

  g_string_append (out, text);
}

/* Hundredths of a percent are finer than any screen. */
void
sim_markup_percent (DdUsec time, DdUsec end, GString *out)
{
  int hundredths = (int) (CLAMP (time, 0, end) * 10000 / MAX (end, 1));

  g_string_append_printf (out, "%d.%02d%%", hundredths / 100, hundredths % 100);
}

typedef struct
{
  DdUsec origin, latest;
} Clock;

/* The last moment up to LATEST at which it was that time of day. */
static gboolean
add_moment_of_day (const GMatchInfo *match, GString *out, gpointer data)
{
  const Clock *clock = data;
  g_autofree char *word = g_match_info_fetch (match, 1);
  DdUsec day = 0;

  for (gint i = 2; i <= 4; i++)
    {
      g_autofree char *part = g_match_info_fetch (match, i);

      day = day * 60 + atoi (part);
    }
  day = day * DD_SECOND - clock->origin % DAY;
  day += (clock->latest - day) / DAY * DAY;
  if (day > clock->latest)
    day -= DAY;
  g_string_append_printf (out, "%s ", word);
  sim_markup_moment (MAX (day, 0), out);
  return FALSE;
}

char *
sim_markup_one_clock (const char *text, DdUsec origin, DdUsec latest)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("\\b(since|at) ([0-2][0-9]):([0-5][0-9]):([0-5][0-9])\\b", 0, 0, NULL);
  Clock clock = { origin, latest };

  return g_regex_replace_eval (regex, text, -1, 0, 0, add_moment_of_day, &clock, NULL);
}
