/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/tally.c: records grouped by what they name, and their numbers put in order
 *
 * Pods are made anew, and their names are others under each seed; a group is therefore known by its
 * owner and its budget, and the first record lends it its names. */
#include "config.h"

#include "sim/forecast/tally.h"

#include <string.h>

struct _SimForecastTally
{
  GPtrArray *records; /* of DdValue */
  guint failed;
};

SimForecastTally *
sim_forecast_tally_new (void)
{
  SimForecastTally *tally = g_new0 (SimForecastTally, 1);

  tally->records = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  return tally;
}

void
sim_forecast_tally_free (SimForecastTally *tally)
{
  if (tally == NULL)
    return;
  g_ptr_array_unref (tally->records);
  g_free (tally);
}

static gboolean
has_passed (const DdValue *record)
{
  return g_strcmp0 (dd_value_path_string (record, "result"), "passed") == 0;
}

void
sim_forecast_tally_add (SimForecastTally *tally, const DdValue *record)
{
  g_ptr_array_add (tally->records, dd_value_ref (record));
  tally->failed += !has_passed (record);
}

guint
sim_forecast_tally_count (const SimForecastTally *tally)
{
  return tally->records->len;
}

guint
sim_forecast_tally_failed (const SimForecastTally *tally)
{
  return tally->failed;
}

double
sim_forecast_tally_failed_percent (const SimForecastTally *tally)
{
  return tally->records->len > 0 ? 100.0 * tally->failed / tally->records->len : 0;
}

/* ---- numbers ---- */

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* NUMBERS (of double) in order; nearest rank. */
static double
percentile (const GArray *numbers, guint percent)
{
  guint rank = (percent * numbers->len + 99) / 100;

  return g_array_index (numbers, double, MAX (rank, 1) - 1);
}

/* {"p50", "p95", "worst"}; NULL when there are none. Puts NUMBERS in order. */
static DdValue *
spread_value (GArray *numbers)
{
  if (numbers->len == 0)
    return NULL;
  g_array_sort (numbers, compare_doubles);
  return dd_object ("p50", dd_double (percentile (numbers, 50)), "p95",
                    dd_double (percentile (numbers, 95)), "worst",
                    dd_double (g_array_index (numbers, double, numbers->len - 1)), NULL);
}

static void
add_number (GArray *numbers, const DdValue *value)
{
  double number = dd_value_double (value, 0);

  if (value != NULL)
    g_array_append_val (numbers, number);
}

/* ---- groups of what records list ---- */

typedef struct
{
  char *key;
  const DdValue *first; /* borrowed from its record */
  gint64 seed;          /* of that record */
  guint count;          /* in how many records it is */
  guint last;           /* the latest of them, from 1 */
  GArray *numbers;
  GPtrArray *all; /* of DdValue, borrowed */
} Group;

static void
group_free (Group *group)
{
  g_free (group->key);
  g_array_unref (group->numbers);
  g_ptr_array_unref (group->all);
  g_free (group);
}

typedef char *(*KeyFunc) (const DdValue *item);

static Group *
group_of (GPtrArray *groups, GHashTable *by_key, KeyFunc key_of, const DdValue *item)
{
  g_autofree char *key = key_of (item);
  Group *group = g_hash_table_lookup (by_key, key);

  if (group != NULL)
    return group;
  group = g_new0 (Group, 1);
  group->key = g_steal_pointer (&key);
  group->first = item;
  group->numbers = g_array_new (FALSE, FALSE, sizeof (double));
  group->all = g_ptr_array_new ();
  g_hash_table_insert (by_key, group->key, group);
  g_ptr_array_add (groups, group);
  return group;
}

static void
add_to_group (Group *group, const DdValue *item, const DdValue *record, guint nth,
              const char *number)
{
  if (group->count == 0)
    group->seed = dd_value_path_int (record, "seed", 0);
  if (group->last != nth)
    group->count++;
  group->last = nth;
  if (number != NULL)
    add_number (group->numbers, dd_value_member (item, number));
  g_ptr_array_add (group->all, (gpointer) item);
}

static gint
most_frequent_first (gconstpointer a, gconstpointer b)
{
  const Group *first = *(const Group *const *) a, *second = *(const Group *const *) b;

  if (first->count != second->count)
    return first->count > second->count ? -1 : 1;
  return strcmp (first->key, second->key);
}

/* What is listed as LIST in the records, those that KEY_OF says the same of together; the most
 * frequent first. LIST NULL: the records themselves, where they did not pass. */
static GPtrArray *
groups_of (const SimForecastTally *tally, const char *list, KeyFunc key_of, const char *number)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < tally->records->len; i++)
    {
      const DdValue *record = g_ptr_array_index (tally->records, i);
      const DdValue *items = list != NULL ? dd_value_member (record, list) : NULL;

      if (list == NULL && !has_passed (record))
        add_to_group (group_of (groups, by_key, key_of, record), record, record, i + 1, number);
      for (gsize j = 0; j < dd_value_length (items); j++)
        {
          const DdValue *item = dd_value_element (items, j);

          add_to_group (group_of (groups, by_key, key_of, item), item, record, i + 1, number);
        }
    }
  g_ptr_array_sort (groups, most_frequent_first);
  return groups;
}

static const char *
text_of (const DdValue *item, const char *key)
{
  const char *text = dd_value_path_string (item, key);

  return text != NULL ? text : "";
}

/* The owner; a pod of none is itself. */
static const char *
whose (const DdValue *item)
{
  const char *owner = text_of (item, "owner");

  return *owner != '\0' ? owner : text_of (item, "pod");
}

static char *
key_of_blocker (const DdValue *item)
{
  return g_strdup_printf ("%s\n%s", whose (item), text_of (item, "budget"));
}

static char *
key_of_owner (const DdValue *item)
{
  return g_strdup (whose (item));
}

static char *
key_of_code (const DdValue *item)
{
  return g_strdup (text_of (item, "code"));
}

static char *
key_of_budget (const DdValue *item)
{
  return g_strdup (text_of (item, "budget"));
}

static char *
key_of_name (const DdValue *item)
{
  return g_strdup (text_of (item, "name"));
}

static char *
key_of_what (const DdValue *item)
{
  return g_strdup (text_of (item, "what"));
}

/* ---- the parts of a forecast ---- */

static DdValue *
copy (const DdValue *value)
{
  return value != NULL ? dd_value_ref (value) : NULL;
}

static DdValue *
with_count (const Group *group, const DdValue *item)
{
  DdValue *value = dd_value_with_member (item, "rehearsals", dd_int (group->count));

  dd_value_set (&value, "first_seed", dd_int (group->seed));
  return value;
}

/* The first of each group, with how often it was met, and the number NAMED as a spread. */
static DdValue *
groups_value (GPtrArray *groups, const char *named)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = g_ptr_array_index (groups, i);
      DdValue *value = with_count (group, group->first);

      if (named != NULL)
        dd_value_set (&value, named, spread_value (group->numbers));
      dd_builder_add (&list, value);
    }
  return dd_builder_end (&list);
}

static DdValue *
codes_value (const SimForecastTally *tally)
{
  g_autoptr (GPtrArray) groups = groups_of (tally, NULL, key_of_code, NULL);
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = g_ptr_array_index (groups, i);
      g_autoptr (DdValue) code = dd_object (
          "code", dd_string (group->key), "why", copy (dd_value_member (group->first, "why")),
          "refused",
          strcmp (text_of (group->first, "result"), "refused") == 0 ? dd_bool (TRUE) : NULL, NULL);

      dd_builder_add (&list, with_count (group, code));
    }
  return dd_builder_end (&list);
}

static DdValue *
listed_value (const SimForecastTally *tally, const char *list, KeyFunc key_of, const char *number)
{
  g_autoptr (GPtrArray) groups = groups_of (tally, list, key_of, number);

  return groups_value (groups, number);
}

static DdValue *
column_value (const SimForecastTally *tally, const char *path)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < tally->records->len; i++)
    add_number (numbers, dd_value_path (g_ptr_array_index (tally->records, i), path));
  return spread_value (numbers);
}

static guint
count_above (const SimForecastTally *tally, const char *path, double limit)
{
  guint count = 0;

  for (guint i = 0; i < tally->records->len; i++)
    {
      const DdValue *record = g_ptr_array_index (tally->records, i);

      count += dd_value_double (dd_value_path (record, path), 0) > limit;
    }
  return count;
}

static DdValue *
phases_value (const SimForecastTally *tally)
{
  static const char *const phases[]
      = { "setup", "scale-up", "upgrade", "scale-down", "roll-back", "clean-up" };
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      g_autofree char *path = g_strdup_printf ("phases.%s", phases[i]);
      DdValue *spread = column_value (tally, path);

      if (spread != NULL)
        dd_builder_add (&list, dd_object ("phase", dd_string (phases[i]), "seconds", spread, NULL));
    }
  return dd_builder_end (&list);
}

/* How long clients wait. Imitates: AWS CLI Command Reference, eks wait nodegroup-active (80 polls,
 * 30 seconds apart); Terraform's AWS provider, aws_eks_node_group, Timeouts. */
static const struct
{
  const char *client;
  double seconds;
} clients[] = { { "aws eks wait nodegroup-active", 2400 }, { "Terraform", 3600 } };

static DdValue *
clients_value (const SimForecastTally *tally)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    dd_builder_add (&list,
                    dd_object ("client", dd_string (clients[i].client), "gives_up_after_seconds",
                               dd_double (clients[i].seconds), "rehearsals_longer",
                               dd_int (count_above (tally, "longest_seconds", clients[i].seconds)),
                               NULL));
  return dd_builder_end (&list);
}

static DdValue *
time_value (const SimForecastTally *tally)
{
  return dd_object ("all", column_value (tally, "seconds"), "longest_update",
                    column_value (tally, "longest_seconds"), "phases", phases_value (tally),
                    "clients", clients_value (tally), NULL);
}

static DdValue *
size_value (const SimForecastTally *tally)
{
  return dd_object ("nodes", column_value (tally, "size.nodes"), "peak_nodes",
                    column_value (tally, "size.peak_nodes"), "vcpus",
                    column_value (tally, "size.vcpus"), "peak_vcpus",
                    column_value (tally, "size.peak_vcpus"), NULL);
}

/* What all workloads notice together. */
static DdValue *
pods_value (const SimForecastTally *tally)
{
  return dd_object ("evictions", column_value (tally, "pods.evictions"), "again",
                    column_value (tally, "pods.again"), "deleted",
                    column_value (tally, "pods.deleted"), "down_seconds",
                    column_value (tally, "pods.down_seconds"), NULL);
}

/* ---- workloads ---- */

/* Of those that were not met in a record, nothing happened there: 0. */
static DdValue *
member_spread (const SimForecastTally *tally, const Group *group, const char *key)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  double nothing = 0;

  for (guint i = 0; i < group->all->len; i++)
    add_number (numbers, dd_value_member (g_ptr_array_index (group->all, i), key));
  while (numbers->len < tally->records->len)
    g_array_append_val (numbers, nothing);
  return spread_value (numbers);
}

static const DdValue *
worst_moment (const Group *group)
{
  const DdValue *worst = group->first;

  for (guint i = 1; i < group->all->len; i++)
    {
      const DdValue *one = g_ptr_array_index (group->all, i);

      if (dd_value_path_int (one, "least_ready", 0) < dd_value_path_int (worst, "least_ready", 0))
        worst = one;
    }
  return worst;
}

static guint
count_true (const Group *group, const char *key)
{
  guint count = 0;

  for (guint i = 0; i < group->all->len; i++)
    count += dd_value_path_bool (g_ptr_array_index (group->all, i), key, FALSE);
  return count;
}

static DdValue *
workload_value (const SimForecastTally *tally, const Group *group)
{
  const DdValue *worst = worst_moment (group);

  return dd_object ("name", dd_string (group->key), "rehearsals", dd_int (group->count),
                    "evictions", member_spread (tally, group, "evictions"), "again",
                    member_spread (tally, group, "again"), "deleted",
                    member_spread (tally, group, "deleted"), "wanted",
                    copy (dd_value_member (worst, "wanted")), "least_ready",
                    copy (dd_value_member (worst, "least_ready")), "down_seconds",
                    member_spread (tally, group, "down_seconds"), "was_down",
                    dd_int (count_true (group, "was_down")), "ends_down",
                    dd_int (count_true (group, "ends_down")), NULL);
}

static DdValue *
workloads_value (const SimForecastTally *tally)
{
  g_autoptr (GPtrArray) groups = groups_of (tally, "workloads", key_of_name, NULL);
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < groups->len; i++)
    dd_builder_add (&list, workload_value (tally, g_ptr_array_index (groups, i)));
  return dd_builder_end (&list);
}

/* ---- all of it ---- */

static DdValue *
bound_value (const SimForecastTally *tally)
{
  if (tally->failed > 0 || tally->records->len == 0)
    return NULL;
  return dd_double (MIN (100.0, 300.0 / tally->records->len));
}

DdValue *
sim_forecast_tally_value (const SimForecastTally *tally)
{
  return dd_object ("rehearsals", dd_int (tally->records->len), "failed", dd_int (tally->failed),
                    "failed_percent", dd_double (sim_forecast_tally_failed_percent (tally)),
                    "fails_below_percent", bound_value (tally), "codes", codes_value (tally),
                    "blockers", listed_value (tally, "blockers", key_of_blocker, "since_seconds"),
                    "held_up", listed_value (tally, "held_up", key_of_budget, "seconds"), "time",
                    time_value (tally), "size", size_value (tally), "workloads",
                    workloads_value (tally), "pods", pods_value (tally), "pending",
                    listed_value (tally, "pending", key_of_owner, NULL), "broken",
                    listed_value (tally, "broken", key_of_what, NULL), NULL);
}
