/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/summary.c: records counted and grouped by what they have in common */

#include "config.h"

#include "sim/explore/summary.h"

#include <string.h>

#include "sim/explore/record.h"
#include "sim/sinks/ink.h"

typedef struct
{
  char *signature;
  guint64 count;
  DdValue *first; /* the least of them, in the order of records */
} Way;

/* A scenario whose faults did not all strike under every seed. */
typedef struct
{
  char *name;
  guint64 count;   /* rehearsals of it */
  GPtrArray *idle; /* of char *: the faults that struck under none of them */
} Play;

struct _SimSummary
{
  guint64 count, failed;
  guint64 struck, struck_in; /* faults, and rehearsals that met any */
  GPtrArray *ways;           /* of Way, in the order they were met */
  GHashTable *by_name;       /* signature -> Way, borrowed; for look-up only */
  GPtrArray *plays;          /* of Play, in the order they were met */
  GHashTable *play_of;       /* name -> Play, borrowed; for look-up only */
};

static void
way_free (Way *way)
{
  g_free (way->signature);
  dd_value_unref (way->first);
  g_free (way);
}

static void
play_free (Play *play)
{
  g_free (play->name);
  g_ptr_array_unref (play->idle);
  g_free (play);
}

SimSummary *
sim_summary_new (void)
{
  SimSummary *summary = g_new0 (SimSummary, 1);

  summary->ways = g_ptr_array_new_with_free_func ((GDestroyNotify) way_free);
  summary->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  summary->plays = g_ptr_array_new_with_free_func ((GDestroyNotify) play_free);
  summary->play_of = g_hash_table_new (g_str_hash, g_str_equal);
  return summary;
}

void
sim_summary_free (SimSummary *summary)
{
  if (summary == NULL)
    return;
  g_hash_table_unref (summary->by_name);
  g_hash_table_unref (summary->play_of);
  g_ptr_array_unref (summary->plays);
  g_ptr_array_unref (summary->ways);
  g_free (summary);
}

static Way *
way_of (SimSummary *summary, const DdValue *record)
{
  g_autofree char *signature = sim_record_signature (record);
  Way *way = g_hash_table_lookup (summary->by_name, signature);

  if (way != NULL)
    return way;
  way = g_new0 (Way, 1);
  way->signature = g_steal_pointer (&signature);
  g_ptr_array_add (summary->ways, way);
  g_hash_table_insert (summary->by_name, way->signature, way);
  return way;
}

/* ---- faults that no seed met ---- */

static gboolean
is_among (const DdValue *list, const char *text)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (list, i)), text) == 0)
      return TRUE;
  return FALSE;
}

static Play *
play_new (SimSummary *summary, const char *name, const DdValue *idle)
{
  Play *play = g_new0 (Play, 1);

  play->name = g_strdup (name);
  play->idle = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < dd_value_length (idle); i++)
    g_ptr_array_add (play->idle, g_strdup (dd_value_string (dd_value_element (idle, i))));
  g_ptr_array_add (summary->plays, play);
  g_hash_table_insert (summary->play_of, play->name, play);
  return play;
}

/* What is left is what every rehearsal so far had idle; one that never ended says nothing. */
static void
note_idle (SimSummary *summary, const DdValue *record)
{
  const char *name = dd_value_path_string (record, "scenario");
  const DdValue *idle = dd_value_member (record, "idle");
  Play *play = g_hash_table_lookup (summary->play_of, name);

  if (dd_value_member (record, "digest") == NULL)
    return;
  if (play == NULL)
    play = play_new (summary, name, idle);
  play->count++;
  for (guint i = play->idle->len; i > 0; i--)
    if (!is_among (idle, g_ptr_array_index (play->idle, i - 1)))
      g_ptr_array_remove_index (play->idle, i - 1);
}

void
sim_summary_add (SimSummary *summary, const DdValue *record)
{
  Way *way;
  gint64 struck = dd_value_path_int (record, "struck", 0);

  summary->count++;
  note_idle (summary, record);
  summary->struck += (guint64) struck;
  summary->struck_in += struck > 0;
  if (sim_record_held (record))
    return;
  summary->failed++;
  way = way_of (summary, record);
  way->count++;
  if (way->first == NULL || sim_record_compare (record, way->first) < 0)
    {
      dd_value_unref (way->first);
      way->first = dd_value_ref (record);
    }
}

guint64
sim_summary_count (const SimSummary *summary)
{
  return summary->count;
}

guint64
sim_summary_failed (const SimSummary *summary)
{
  return summary->failed;
}

guint
sim_summary_ways (const SimSummary *summary)
{
  return summary->ways->len;
}

/* ---- printing ---- */

static gint
most_frequent_first (gconstpointer a, gconstpointer b)
{
  const Way *first = *(const Way *const *) a, *second = *(const Way *const *) b;

  if (first->count != second->count)
    return first->count > second->count ? -1 : 1;
  return strcmp (first->signature, second->signature);
}

char *
sim_shell_word (const char *text)
{
  static const char harmless[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._-+:,@%=";

  if (*text != '\0' && strspn (text, harmless) == strlen (text))
    return g_strdup (text);
  return g_shell_quote (text);
}

/* The command that plays RECORD again; caller frees. */
static char *
replay_text (const DdValue *record, const char *place)
{
  const char *faults = dd_value_path_string (record, "faults");
  const DdValue *seed = dd_value_member (record, "seed");
  g_autofree char *number = dd_value_string (seed) != NULL ? g_strdup (dd_value_string (seed))
                                                           : dd_value_to_text (seed);
  g_autofree char *word = sim_shell_word (place);

  return g_strdup_printf ("drydock run --transport direct --seed %s%s%s%s %s", number,
                          strcmp (faults, "none") == 0 ? "" : " --faults ",
                          strcmp (faults, "none") == 0 ? "" : faults,
                          dd_value_path_bool (record, "strict", FALSE) ? " --strict" : "", word);
}

static const char *
place_of_way (const Way *way, SimPlaceOf place_of, gpointer data)
{
  const char *scenario = dd_value_path_string (way->first, "scenario");
  const char *place = place_of != NULL ? place_of (scenario, data) : NULL;

  return place != NULL ? place : scenario;
}

static void
print_failures (const DdValue *record, FILE *out)
{
  const DdValue *failures = dd_value_member (record, "failures");

  for (gsize i = 0; i < dd_value_length (failures); i++)
    {
      const DdValue *failure = dd_value_element (failures, i);
      const char *why = dd_value_path_string (failure, "why");

      fprintf (out, "    %s\n", dd_value_path_string (failure, "what"));
      if (why != NULL)
        {
          g_auto (GStrv) lines = g_strsplit (why, "\n", -1);

          for (guint line = 0; lines[line] != NULL; line++)
            fprintf (out, "      %s\n", lines[line]);
        }
    }
}

static void
print_way (const Way *way, SimPlaceOf place_of, gpointer data, gboolean colour, FILE *out)
{
  g_autofree char *replay = replay_text (way->first, place_of_way (way, place_of, data));

  fprintf (out, "%s%" G_GUINT64_FORMAT " times%s  %s\n  first: %s\n",
           sim_ink_on (colour, SIM_INK_BAD), way->count, sim_ink_off (colour), way->signature,
           dd_value_path_string (way->first, "scenario"));
  print_failures (way->first, out);
  fprintf (out, "    replay: %s\n", replay);
}

static void
print_idle (const SimSummary *summary, FILE *out)
{
  for (guint i = 0; i < summary->plays->len; i++)
    {
      const Play *play = g_ptr_array_index (summary->plays, i);

      for (guint fault = 0; fault < play->idle->len; fault++)
        fprintf (out, "%s, %s: struck in none of %" G_GUINT64_FORMAT " rehearsals\n", play->name,
                 (const char *) g_ptr_array_index (play->idle, fault), play->count);
    }
}

static GPtrArray *
sorted_ways (const SimSummary *summary)
{
  GPtrArray *ways = g_ptr_array_new ();

  for (guint i = 0; i < summary->ways->len; i++)
    g_ptr_array_add (ways, g_ptr_array_index (summary->ways, i));
  g_ptr_array_sort (ways, most_frequent_first);
  return ways;
}

void
sim_summary_print (const SimSummary *summary, SimPlaceOf place_of, gpointer data, gboolean colour,
                   FILE *out)
{
  g_autoptr (GPtrArray) ways = sorted_ways (summary);

  for (guint i = 0; i < ways->len; i++)
    print_way (g_ptr_array_index (ways, i), place_of, data, colour, out);
  print_idle (summary, out);
  fprintf (out,
           "%s%" G_GUINT64_FORMAT " rehearsals: %" G_GUINT64_FORMAT " held, %" G_GUINT64_FORMAT
           " failed",
           ways->len > 0 ? "\n" : "", summary->count, summary->count - summary->failed,
           summary->failed);
  if (ways->len > 0)
    fprintf (out, " in %u way%s", ways->len, ways->len == 1 ? "" : "s");
  if (summary->struck > 0)
    fprintf (out, "; %" G_GUINT64_FORMAT " faults struck, in %" G_GUINT64_FORMAT " of them",
             summary->struck, summary->struck_in);
  fputc ('\n', out);
}

/* ---- the same for programs ---- */

static DdValue *
ways_value (const SimSummary *summary, SimPlaceOf place_of, gpointer data)
{
  g_autoptr (GPtrArray) ways = sorted_ways (summary);
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < ways->len; i++)
    {
      const Way *way = g_ptr_array_index (ways, i);
      g_autofree char *replay = replay_text (way->first, place_of_way (way, place_of, data));

      dd_builder_add (&list,
                      dd_object ("count", dd_int ((gint64) way->count), "signature",
                                 dd_string (way->signature), "first", dd_value_ref (way->first),
                                 "replay", dd_string (replay), NULL));
    }
  return dd_builder_end (&list);
}

static DdValue *
idle_value (const SimSummary *summary)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < summary->plays->len; i++)
    {
      const Play *play = g_ptr_array_index (summary->plays, i);

      for (guint fault = 0; fault < play->idle->len; fault++)
        dd_builder_add (&list, dd_object ("scenario", dd_string (play->name), "fault",
                                          dd_string (g_ptr_array_index (play->idle, fault)),
                                          "rehearsals", dd_int ((gint64) play->count), NULL));
    }
  return dd_builder_end (&list);
}

DdValue *
sim_summary_value (const SimSummary *summary, SimPlaceOf place_of, gpointer data)
{
  return dd_object ("rehearsals", dd_int ((gint64) summary->count), "held",
                    dd_int ((gint64) (summary->count - summary->failed)), "failed",
                    dd_int ((gint64) summary->failed), "struck", dd_int ((gint64) summary->struck),
                    "ways", ways_value (summary, place_of, data), "idle", idle_value (summary),
                    NULL);
}
