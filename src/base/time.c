/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/time.h"

/* The proleptic Gregorian calendar, counted from 1 March so that leap days come last; GDateTime
 * does the same at ten times the cost, and every object and event of a world carries instants. */
typedef struct
{
  int year, month, day, hour, minute, second, micros, weekday;
} CivilTime;

static CivilTime
to_civil (DdUsec instant)
{
  DdUsec in_day = instant % (24 * DD_HOUR);
  gint64 days = instant / (24 * DD_HOUR);
  gint64 era, day_of_era, year_of_era, day_of_year, month;
  CivilTime time;

  if (in_day < 0)
    {
      in_day += 24 * DD_HOUR;
      days--;
    }
  time.hour = (int) (in_day / DD_HOUR);
  time.minute = (int) (in_day / DD_MINUTE % 60);
  time.second = (int) (in_day / DD_SECOND % 60);
  time.micros = (int) (in_day % DD_SECOND);
  time.weekday = (int) (((days + 3) % 7 + 7) % 7); /* 0: Monday; day 0 was a Thursday */

  days += 719468; /* from 0000-03-01 to 1970-01-01 */
  era = (days >= 0 ? days : days - 146096) / 146097;
  day_of_era = days - era * 146097;
  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  month = (5 * day_of_year + 2) / 153;
  time.day = (int) (day_of_year - (153 * month + 2) / 5 + 1);
  time.month = (int) (month < 10 ? month + 3 : month - 9);
  time.year = (int) (year_of_era + era * 400 + (time.month <= 2));
  return time;
}

static char *
put_digits (char *at, int value, guint width)
{
  for (guint i = width; i-- > 0; value /= 10)
    at[i] = (char) ('0' + value % 10);
  return at + width;
}

static char *
put_mark (char *at, char mark)
{
  *at = mark;
  return at + 1;
}

static char *
format_time (DdUsec instant, guint digits)
{
  CivilTime time = to_civil (instant);
  char text[40], *at = text;

  at = put_mark (put_digits (at, time.year, 4), '-');
  at = put_mark (put_digits (at, time.month, 2), '-');
  at = put_mark (put_digits (at, time.day, 2), 'T');
  at = put_mark (put_digits (at, time.hour, 2), ':');
  at = put_mark (put_digits (at, time.minute, 2), ':');
  at = put_digits (at, time.second, 2);
  if (digits > 0)
    at = put_digits (put_mark (at, '.'), digits == 3 ? time.micros / 1000 : time.micros, digits);
  at = put_mark (at, 'Z');
  return g_strndup (text, (gsize) (at - text));
}

char *
dd_time_to_iso8601 (DdUsec instant)
{
  return format_time (instant, 0);
}

char *
dd_time_to_iso8601_millis (DdUsec instant)
{
  return format_time (instant, 3);
}

char *
dd_time_to_iso8601_micros (DdUsec instant)
{
  return format_time (instant, 6);
}

gboolean
dd_time_from_iso8601 (const char *text, DdUsec *out_instant)
{
  g_autoptr (GDateTime) time = NULL;

  /* Without a zone the text would mean local time somewhere; refuse it. */
  if (strlen (text) < 20 || (text[10] != 'T' && text[10] != 't'))
    return FALSE;
  time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    return FALSE;
  *out_instant = g_date_time_to_unix (time) * DD_SECOND + g_date_time_get_microsecond (time);
  return TRUE;
}

char *
dd_time_to_http_date (DdUsec instant)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[]
      = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  CivilTime time = to_civil (instant);

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT", days[time.weekday], time.day,
                          months[time.month - 1], time.year, time.hour, time.minute, time.second);
}

/* Largest first; a spelling names each at most once, in this order. */
static const struct
{
  const char *name;
  DdUsec length;
} units[] = {
  { "d", 24 * DD_HOUR }, { "h", DD_HOUR },         { "m", DD_MINUTE },
  { "s", DD_SECOND },    { "ms", DD_MILLISECOND }, { "us", 1 },
};

static gboolean
read_unit (const char **at, guint *next_unit, DdUsec *out_length)
{
  gsize letters = 0;

  while (g_ascii_isalpha ((*at)[letters]))
    letters++;
  for (guint i = *next_unit; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == letters && memcmp (*at, units[i].name, letters) == 0)
      {
        *at += letters;
        *next_unit = i + 1;
        *out_length = units[i].length;
        return TRUE;
      }
  return FALSE;
}

gboolean
dd_duration_from_text (const char *text, DdUsec *out_delay)
{
  DdUsec total = 0;
  guint next_unit = 0;

  if (*text == '\0')
    return FALSE;
  while (*text != '\0')
    {
      char *end;
      guint64 count;
      DdUsec length;

      if (!g_ascii_isdigit (*text))
        return FALSE;
      count = g_ascii_strtoull (text, &end, 10);
      text = end;
      if (!read_unit (&text, &next_unit, &length)
          || count > (guint64) ((G_MAXINT64 - total) / length))
        return FALSE;
      total += (DdUsec) count * length;
    }
  *out_delay = total;
  return TRUE;
}

char *
dd_duration_to_text (DdUsec delay)
{
  GString *text = g_string_new (delay < 0 ? "-" : NULL);
  DdUsec rest = ABS (delay);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      if (rest >= units[i].length)
        g_string_append_printf (text, "%" G_GINT64_FORMAT "%s", rest / units[i].length,
                                units[i].name);
      rest %= units[i].length;
    }
  if (delay == 0)
    g_string_append (text, "0s");
  return g_string_free (text, FALSE);
}
