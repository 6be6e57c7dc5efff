/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/record.c: outcomes made into records, and records read back from files */

#include "config.h"

#include "sim/explore/record.h"

#include <string.h>

#include "base/error.h"

/* ---- writing ---- */

/* Verdicts without a place in the file are promises and limits of the world: they always bind. What
 * a fault met depends on the seed. */
static gboolean
binds (const SimVerdict *verdict, const char *faults)
{
  if (verdict->idle_fault)
    return FALSE;
  return verdict->always_binds || *verdict->place == '\0' || strcmp (faults, "none") == 0;
}

static DdValue *
failures_value (const SimOutcome *outcome, const char *faults)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && binds (verdict, faults))
        dd_builder_add (&list, dd_object ("what", dd_string (verdict->text), "at_seconds",
                                          dd_double ((double) verdict->time / DD_SECOND), "why",
                                          dd_string (verdict->why), NULL));
    }
  return dd_builder_end (&list);
}

/* The line, and no path: records of two machines compare byte for byte. */
static DdValue *
idle_value (const SimOutcome *outcome)
{
  DdBuilder list = dd_builder_array ();
  guint count = 0;

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->idle_fault)
        continue;
      dd_builder_add (&list, dd_string_printf ("line %u: %s", verdict->line, verdict->text));
      count++;
    }
  if (count > 0)
    return dd_builder_end (&list);
  dd_value_unref (dd_builder_end (&list));
  return NULL;
}

static DdValue *
seed_value (guint64 seed)
{
  return seed <= G_MAXINT64 ? dd_int ((gint64) seed)
                            : dd_string_printf ("%" G_GUINT64_FORMAT, seed);
}

DdValue *
sim_record_of_outcome (const SimOutcome *outcome, const char *faults)
{
  DdValue *failures = failures_value (outcome, faults);
  gboolean held = dd_value_length (failures) == 0;

  return dd_object ("scenario", dd_string (outcome->scenario), "seed", seed_value (outcome->seed),
                    "faults", dd_string (faults), "strict", outcome->strict ? dd_bool (TRUE) : NULL,
                    "result", dd_string (held ? "held" : "failed"), "digest",
                    dd_string (outcome->digest), "events", dd_int ((gint64) outcome->events),
                    "struck", dd_int ((gint64) outcome->struck), "virtual_seconds",
                    dd_double ((double) outcome->virtual_time / DD_SECOND), "idle",
                    idle_value (outcome), "failures", failures, NULL);
}

DdValue *
sim_record_of_error (const char *scenario, guint64 seed, const char *faults, const char *how)
{
  DdValue *failure
      = dd_object ("what", dd_string ("the rehearsal ends"), "why", dd_string (how), NULL);

  return dd_object ("scenario", dd_string (scenario), "seed", seed_value (seed), "faults",
                    dd_string (faults), "result", dd_string ("error"), "failures",
                    dd_array (failure, NULL), NULL);
}

/* ---- reading ---- */

static gboolean
read_seed (const DdValue *record, guint64 *out_seed)
{
  const DdValue *value = dd_value_member (record, "seed");
  const char *text = dd_value_string (value);
  gint64 number = dd_value_int (value, -1);

  if (text != NULL)
    return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, out_seed, NULL);
  *out_seed = (guint64) number;
  return number >= 0;
}

static gboolean
refuse (GError **error, const char *member)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "not a record of drydock explore: `%s` is missing or makes no sense", member);
  return FALSE;
}

static gboolean
check_failures (const DdValue *record, GError **error)
{
  const DdValue *failures = dd_value_member (record, "failures");

  if (failures == NULL || dd_value_type (failures) != DD_ARRAY)
    return refuse (error, "failures");
  for (gsize i = 0; i < dd_value_length (failures); i++)
    {
      if (dd_value_path_string (dd_value_element (failures, i), "what") == NULL)
        return refuse (error, "failures.what");
    }
  return sim_record_held (record) == (dd_value_length (failures) == 0)
         || refuse (error, "failures");
}

gboolean
sim_record_check (const DdValue *value, GError **error)
{
  static const char *const results[] = { "held", "failed", "error", NULL };
  const char *result = dd_value_path_string (value, "result");
  guint64 seed;

  if (dd_value_path_string (value, "scenario") == NULL)
    return refuse (error, "scenario");
  if (!read_seed (value, &seed))
    return refuse (error, "seed");
  if (dd_value_path_string (value, "faults") == NULL)
    return refuse (error, "faults");
  if (result == NULL || !g_strv_contains (results, result))
    return refuse (error, "result");
  if (strcmp (result, "error") != 0 && dd_value_path_string (value, "digest") == NULL)
    return refuse (error, "digest");
  return check_failures (value, error);
}

gboolean
sim_record_held (const DdValue *record)
{
  return g_strcmp0 (dd_value_path_string (record, "result"), "held") == 0;
}

int
sim_record_compare (const DdValue *a, const DdValue *b)
{
  guint64 seed_a = 0, seed_b = 0;
  int order;

  read_seed (a, &seed_a);
  read_seed (b, &seed_b);
  if (seed_a != seed_b)
    return seed_a < seed_b ? -1 : 1;
  order = g_strcmp0 (dd_value_path_string (a, "scenario"), dd_value_path_string (b, "scenario"));
  if (order != 0)
    return order;
  return g_strcmp0 (dd_value_path_string (a, "faults"), dd_value_path_string (b, "faults"));
}

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
sim_record_signature (const DdValue *record)
{
  const DdValue *failures = dd_value_member (record, "failures");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (failures); i++)
    g_ptr_array_add (names,
                     (gpointer) dd_value_path_string (dd_value_element (failures, i), "what"));
  g_ptr_array_sort (names, compare_text);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}
