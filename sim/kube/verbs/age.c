/* SPDX-License-Identifier: Apache-2.0 */
/* How old things are, in the words of kubectl.
 *
 * Imitates: apimachinery's util/duration.HumanDuration, on the virtual clock. */
#include "config.h"

#include "sim/kube/verbs/age.h"

#include "base/time.h"

#define DAY (24 * DD_HOUR)
#define YEAR (365 * DAY)

/* Below LIMIT an age is a number of units and, where a smaller unit is named and not zero, of
 * those. */
static const struct
{
  DdUsec limit;
  DdUsec unit;
  const char *letter;
  DdUsec smaller;
  const char *smaller_letter;
} age_forms[] = {
  { 2 * DD_MINUTE, DD_SECOND, "s", 0, NULL },
  { 10 * DD_MINUTE, DD_MINUTE, "m", DD_SECOND, "s" },
  { 3 * DD_HOUR, DD_MINUTE, "m", 0, NULL },
  { 8 * DD_HOUR, DD_HOUR, "h", DD_MINUTE, "m" },
  { 2 * DAY, DD_HOUR, "h", 0, NULL },
  { 8 * DAY, DAY, "d", DD_HOUR, "h" },
  { 2 * YEAR, DAY, "d", 0, NULL },
  { 8 * YEAR, YEAR, "y", DAY, "d" },
  { G_MAXINT64, YEAR, "y", 0, NULL },
};

char *
kube_human_duration (DdUsec delay)
{
  guint form = 0;
  gint64 rest;

  /* Clocks that differ by less than two seconds are as good as equal. */
  if (delay <= -2 * DD_SECOND)
    return g_strdup ("<invalid>");
  delay = MAX (delay, 0);
  while (delay >= age_forms[form].limit)
    form++;
  rest = age_forms[form].smaller > 0 ? delay % age_forms[form].unit / age_forms[form].smaller : 0;
  if (rest == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT "%s", delay / age_forms[form].unit,
                            age_forms[form].letter);
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s%" G_GINT64_FORMAT "%s",
                          delay / age_forms[form].unit, age_forms[form].letter, rest,
                          age_forms[form].smaller_letter);
}

char *
kube_age_text (KubeApi *api, const DdValue *instant)
{
  const char *text = dd_value_string (instant);
  DdUsec when;

  if (text == NULL || !dd_time_from_iso8601 (text, &when))
    return g_strdup ("<unknown>");
  return kube_human_duration (sim_stage_now (api->stage) - when);
}
