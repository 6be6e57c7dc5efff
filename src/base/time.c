#include "config.h"

#include <string.h>

#include "base/time.h"

static GDateTime *
to_date_time (DdUsec instant)
{
  g_autoptr (GDateTime) epoch = g_date_time_new_from_unix_utc (0);

  return g_date_time_add (epoch, instant);
}

static char *
format_time (DdUsec instant, guint digits)
{
  g_autoptr (GDateTime) time = to_date_time (instant);
  int micros = g_date_time_get_microsecond (time);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "%04d-%02d-%02dT%02d:%02d:%02d", g_date_time_get_year (time),
                   g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                   g_date_time_get_hour (time), g_date_time_get_minute (time),
                   g_date_time_get_second (time));
  if (digits == 3)
    g_string_append_printf (text, ".%03d", micros / 1000);
  if (digits == 6)
    g_string_append_printf (text, ".%06d", micros);
  g_string_append_c (text, 'Z');
  return g_string_free (g_steal_pointer (&text), FALSE);
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
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = to_date_time (instant);

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT",
                          days[g_date_time_get_day_of_week (time) - 1],
                          g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
}

/* Largest first; a spelling names each at most once, in this order. */
static const struct
{
  const char *name;
  DdUsec length;
} units[] = {
  { "d", 24 * DD_HOUR }, { "h", DD_HOUR },          { "m", DD_MINUTE },
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
