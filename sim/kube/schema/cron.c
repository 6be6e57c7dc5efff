/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/schema/cron.h"

#include <string.h>

#include "base/time.h"

#define DAY (24 * DD_HOUR)
#define JULIAN_EPOCH 719163 /* 1970-01-01 as GDate counts days */
#define YEARS_LOOKED_AT 5
#define EVERY "@every "
#define LONGEST (G_MAXINT64 / 1000) /* what Go's nanoseconds can say */

/* ---- reading ---- */

typedef struct
{
  int least, most;
  const char *const *names; /* of LEAST and so on; NULL: there are none */
} Bounds;

static const char *const months[]
    = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const Bounds bounds[]
    = { { 0, 59, NULL }, { 0, 23, NULL }, { 1, 31, NULL }, { 1, 12, months }, { 0, 6, weekdays } };

static gboolean
refuse (char **out_problem, char *problem)
{
  *out_problem = problem;
  return FALSE;
}

/* Imitates: mustParseInt over strconv.Atoi. */
static gboolean
read_number (const char *text, gint64 *out, char **out_problem)
{
  const char *digits = text + (text[0] == '-' || text[0] == '+');
  gboolean is_number = digits[0] != '\0' && strspn (digits, "0123456789") == strlen (digits);
  gint64 value;

  if (!is_number || strlen (digits) > 18)
    return refuse (out_problem,
                   g_strdup_printf ("failed to parse int from %s: strconv.Atoi: parsing \"%s\": %s",
                                    text, text,
                                    is_number ? "value out of range" : "invalid syntax"));
  value = g_ascii_strtoll (text, NULL, 10);
  if (value < 0)
    return refuse (
        out_problem,
        g_strdup_printf ("negative number (%" G_GINT64_FORMAT ") not allowed: %s", value, text));
  *out = value;
  return TRUE;
}

static gboolean
read_number_or_name (const char *text, const Bounds *bound, gint64 *out, char **out_problem)
{
  for (int i = 0; bound->names != NULL && bound->names[i] != NULL; i++)
    if (g_ascii_strcasecmp (bound->names[i], text) == 0)
      {
        *out = bound->least + i;
        return TRUE;
      }
  return read_number (text, out, out_problem);
}

typedef struct
{
  gint64 first, last, step;
  gboolean any;
} Range;

/* "3", "1-5", "*" */
static gboolean
read_ends (const char *text, const Bounds *bound, Range *range, char **out_problem)
{
  g_auto (GStrv) ends = g_strsplit (text, "-", -1);
  guint n = g_strv_length (ends);

  if (n > 0 && (strcmp (ends[0], "*") == 0 || strcmp (ends[0], "?") == 0))
    {
      *range = (Range) { bound->least, bound->most, 1, TRUE };
      return TRUE;
    }
  if (!read_number_or_name (n > 0 ? ends[0] : "", bound, &range->first, out_problem))
    return FALSE;
  range->last = range->first;
  if (n > 2)
    return refuse (out_problem, g_strdup_printf ("too many hyphens: %s", text));
  return n < 2 || read_number_or_name (ends[1], bound, &range->last, out_problem);
}

/* TEXT is the whole range, for the message. */
static gboolean
check_range (const Range *range, const Bounds *bound, const char *text, char **out_problem)
{
  if (range->first < bound->least)
    return refuse (out_problem, g_strdup_printf ("beginning of range (%" G_GINT64_FORMAT
                                                 ") below minimum (%d): %s",
                                                 range->first, bound->least, text));
  if (range->last > bound->most)
    return refuse (out_problem,
                   g_strdup_printf ("end of range (%" G_GINT64_FORMAT ") above maximum (%d): %s",
                                    range->last, bound->most, text));
  if (range->first > range->last)
    return refuse (out_problem, g_strdup_printf ("beginning of range (%" G_GINT64_FORMAT
                                                 ") beyond end of range (%" G_GINT64_FORMAT "): %s",
                                                 range->first, range->last, text));
  if (range->step == 0)
    return refuse (out_problem,
                   g_strdup_printf ("step of range should be a positive number: %s", text));
  return TRUE;
}

/* One of a list: "1-5/2". N/STEP goes on to the end. Imitates: getRange. */
static gboolean
read_range (const char *text, const Bounds *bound, Range *range, char **out_problem)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  guint n = g_strv_length (parts);

  *range = (Range) { .step = 1 };
  if (!read_ends (n > 0 ? parts[0] : "", bound, range, out_problem))
    return FALSE;
  if (n > 2)
    return refuse (out_problem, g_strdup_printf ("too many slashes: %s", text));
  if (n == 2)
    {
      if (!read_number (parts[1], &range->step, out_problem))
        return FALSE;
      if (strchr (parts[0], '-') == NULL)
        range->last = bound->most;
      range->any = range->any && range->step <= 1;
    }
  return check_range (range, bound, text, out_problem);
}

/* Imitates: getField. */
static gboolean
read_field (const char *text, const Bounds *bound, guint64 *set, gboolean *any, char **out_problem)
{
  g_auto (GStrv) list = g_strsplit (text, ",", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      Range range;

      if (list[i][0] == '\0')
        continue;
      if (!read_range (list[i], bound, &range, out_problem))
        return FALSE;
      *any = *any || range.any;
      for (gint64 value = range.first; value <= range.last; value += range.step)
        *set |= G_GUINT64_CONSTANT (1) << value;
    }
  return TRUE;
}

/* As Go prints a slice of strings. */
static char *
fields_in_brackets (const GPtrArray *fields)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < fields->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) fields->pdata[i]);
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static gboolean
read_fields (char **words, KubeCron *cron, char **out_problem)
{
  guint64 *const sets[]
      = { &cron->minutes, &cron->hours, &cron->days, &cron->months, &cron->weekdays };
  gboolean ignored = FALSE;
  gboolean *const any[] = { &ignored, &ignored, &cron->any_day, &ignored, &cron->any_weekday };
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  g_autofree char *shown = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_ptr_array_add (fields, words[i]);
  if (fields->len != G_N_ELEMENTS (bounds))
    {
      shown = fields_in_brackets (fields);
      return refuse (out_problem,
                     g_strdup_printf ("expected exactly %d fields, found %u: %s",
                                      (int) G_N_ELEMENTS (bounds), fields->len, shown));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    if (!read_field (fields->pdata[i], &bounds[i], sets[i], any[i], out_problem))
      return FALSE;
  return TRUE;
}

/* Imitates: parseDescriptor, Every. Go's durations with fractions are not understood. */
static gboolean
read_descriptor (const char *text, KubeCron *cron, char **out_problem)
{
  static const struct
  {
    const char *name, *fields;
  } rows[] = {
    { "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" },
    { "@weekly", "0 0 * * 0" }, { "@daily", "0 0 * * *" },    { "@midnight", "0 0 * * *" },
    { "@hourly", "0 * * * *" },
  };
  DdUsec every;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, text) == 0)
      return kube_cron_parse (rows[i].fields, cron, out_problem);
  if (!g_str_has_prefix (text, EVERY))
    return refuse (out_problem, g_strdup_printf ("unrecognized descriptor: %s", text));
  if (!dd_duration_from_text (text + strlen (EVERY), &every) || every > LONGEST)
    return refuse (out_problem,
                   g_strdup_printf ("failed to parse duration %s: time: invalid duration \"%s\"",
                                    text, text + strlen (EVERY)));
  cron->every = MAX (every - every % DD_SECOND, DD_SECOND);
  return TRUE;
}

gboolean
kube_cron_parse (const char *text, KubeCron *out_cron, char **out_problem)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n\v\f\r", -1);
  KubeCron cron = { 0 };
  gboolean ok;

  if (text[0] == '\0')
    return refuse (out_problem, g_strdup ("empty spec string"));
  ok = text[0] == '@' ? read_descriptor (text, &cron, out_problem)
                      : read_fields (words, &cron, out_problem);
  if (ok)
    *out_cron = cron;
  return ok;
}

/* ---- the next time ---- */

static gboolean
has (guint64 set, guint value)
{
  return (set >> value & 1) != 0;
}

/* With both a day of the month and of the week, either will do. Imitates: dayMatches. */
static gboolean
day_matches (const KubeCron *cron, gint64 day)
{
  GDate date;
  gboolean by_month, by_week;

  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (day + JULIAN_EPOCH));
  if (!has (cron->months, g_date_get_month (&date)))
    return FALSE;
  by_month = has (cron->days, g_date_get_day (&date));
  by_week = has (cron->weekdays, g_date_get_weekday (&date) % 7);
  return cron->any_day || cron->any_weekday ? by_month && by_week : by_month || by_week;
}

/* The first minute of a day that is not before FROM; 24 hours' worth: there is none. */
static guint
minute_of_day (const KubeCron *cron, guint from)
{
  guint minute = from;

  while (minute < 24 * 60 && !(has (cron->hours, minute / 60) && has (cron->minutes, minute % 60)))
    minute++;
  return minute;
}

gboolean
kube_cron_next (const KubeCron *cron, DdUsec after, DdUsec *out_next)
{
  DdUsec from = after - after % DD_MINUTE + DD_MINUTE;
  gint64 day = from / DAY;
  guint minute = (guint) (from % DAY / DD_MINUTE);

  if (cron->every > 0)
    {
      *out_next = after - after % DD_SECOND + cron->every;
      return TRUE;
    }
  for (gint64 last = day + YEARS_LOOKED_AT * 366; day <= last; day++, minute = 0)
    {
      if (!day_matches (cron, day))
        continue;
      minute = minute_of_day (cron, minute);
      if (minute == 24 * 60)
        continue;
      *out_next = day * DAY + minute * DD_MINUTE;
      return TRUE;
    }
  return FALSE;
}
