/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/fixes.c: one small change after another, each judged by rehearsals
 *
 * What is a merge patch here is one for kubectl too: the world's own API server takes it as a step
 * of the scenario, some time before the update begins. */
#include "config.h"

#include "sim/forecast/fixes.h"

#include <string.h>

#include "sim/explore/summary.h"

#define MOST_BLOCKERS 8
/* A change that does not help mostly shows it at once. */
#define FEW_SEEDS 20u

typedef struct
{
  char *change;
  DdValue *patch; /* of a scenario's step */
} Change;

static void
change_free (Change *change)
{
  g_free (change->change);
  dd_value_unref (change->patch);
  g_free (change);
}

static const char *
text_of (const DdValue *value, const char *key)
{
  const char *text = dd_value_path_string (value, key);

  return text != NULL ? text : "";
}

/* ---- what may be tried ---- */

/* KIND of NAME, "namespace/name", gets SPEC, which is taken. */
static Change *
change_new (char *change, const char *kind, const char *name, DdValue *spec)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", 2);
  Change *self = g_new0 (Change, 1);

  self->change = change;
  self->patch = dd_object ("kind", dd_string (kind), "namespace", dd_string (parts[0]), "name",
                           dd_string (parts[1]), "merge", dd_object ("spec", spec, NULL), NULL);
  return self;
}

/* Only pods that are not healthy may leave more easily: nobody misses them. */
static Change *
allow_unhealthy (const DdValue *blocker)
{
  gint64 has = dd_value_path_int (blocker, "has", -1);

  if (has < 0 || has >= dd_value_path_int (blocker, "expected", 0))
    return NULL;
  return change_new (g_strdup ("unhealthyPodEvictionPolicy AlwaysAllow"), "PodDisruptionBudget",
                     text_of (blocker, "budget"),
                     dd_object ("unhealthyPodEvictionPolicy", dd_string ("AlwaysAllow"), NULL));
}

static Change *
one_more_replica (const DdValue *blocker)
{
  gint64 replicas = dd_value_path_int (blocker, "replicas", -1);
  g_auto (GStrv) owner = g_strsplit (text_of (blocker, "owner"), " ", 2);

  if (replicas < 0 || g_strv_length (owner) != 2)
    return NULL;
  return change_new (g_strdup_printf ("replicas %" G_GINT64_FORMAT, replicas + 1), owner[0],
                     owner[1], dd_object ("replicas", dd_int (replicas + 1), NULL));
}

static Change *
one_unavailable (const DdValue *blocker)
{
  return change_new (g_strdup ("maxUnavailable 1"), "PodDisruptionBudget",
                     text_of (blocker, "budget"),
                     dd_object ("maxUnavailable", dd_int (1), "minAvailable", dd_null (), NULL));
}

/* Where pods have no controller with a scale, a budget must name a number that is to stay. */
static Change *
one_fewer_available (const DdValue *blocker)
{
  gint64 fewer = dd_value_path_int (blocker, "needs", 0) - 1;

  if (fewer < 0)
    return NULL;
  return change_new (
      g_strdup_printf ("minAvailable %" G_GINT64_FORMAT, fewer), "PodDisruptionBudget",
      text_of (blocker, "budget"),
      dd_object ("minAvailable", dd_int (fewer), "maxUnavailable", dd_null (), NULL));
}

/* The one that gives up least comes first. */
static Change *(*const changes[]) (const DdValue *blocker)
    = { allow_unhealthy, one_more_replica, one_unavailable, one_fewer_available };

/* "kubectl patch deployment web --namespace shop --type merge --patch '{..}'"; caller frees. */
static char *
command_text (const DdValue *patch)
{
  g_autofree char *kind = g_ascii_strdown (text_of (patch, "kind"), -1);
  g_autofree char *text = dd_value_to_text (dd_value_member (patch, "merge"));
  g_autofree char *quoted = g_shell_quote (text);
  g_autofree char *name = sim_shell_word (text_of (patch, "name"));
  g_autofree char *namespace_ = sim_shell_word (text_of (patch, "namespace"));

  return g_strdup_printf ("kubectl patch %s %s --namespace %s --type merge --patch %s", kind, name,
                          namespace_, quoted);
}

/* ---- trying ---- */

typedef struct
{
  const SimForecastRunner *runner;
  SimForecastWish wish;
  DdValue *patches; /* those that are found, an array */
} Search;

static gboolean
is_same (const DdValue *a, const DdValue *b)
{
  return strcmp (text_of (a, "owner"), text_of (b, "owner")) == 0
         && strcmp (text_of (a, "budget"), text_of (b, "budget")) == 0;
}

static gboolean
is_among (const DdValue *blockers, const DdValue *blocker)
{
  for (gsize i = 0; i < dd_value_length (blockers); i++)
    if (is_same (dd_value_element (blockers, i), blocker))
      return TRUE;
  return FALSE;
}

/* What comes of CHANGE beside those that are found; NULL with ERROR. */
static DdValue *
rehearse_with (const Search *self, const Change *change, guint seeds, GError **error)
{
  g_autoptr (DdValue) patches = dd_value_with_element (self->patches, dd_value_ref (change->patch));
  SimForecastWish wish = self->wish;
  g_autoptr (SimForecastTally) tally = NULL;

  wish.patches = patches;
  tally = sim_forecast_run (self->runner, &wish, seeds, change->change, error);
  return tally != NULL ? sim_forecast_tally_value (tally) : NULL;
}

/* A patch that the API server refuses leaves no blocker either, and no update. */
static gboolean
clears (const DdValue *outcome, const DdValue *blocker)
{
  const DdValue *codes = dd_value_member (outcome, "codes");

  for (gsize i = 0; i < dd_value_length (codes); i++)
    if (dd_value_path_bool (dd_value_element (codes, i), "refused", FALSE))
      return FALSE;
  return !is_among (dd_value_member (outcome, "blockers"), blocker);
}

/* The outcome with CHANGE under all seeds if it clears BLOCKER, else under those that were enough
 * to see that it does not; NULL with ERROR. */
static DdValue *
try_change (const Search *self, const Change *change, const DdValue *blocker, GError **error)
{
  guint all = self->runner->seeds, few = MIN (FEW_SEEDS, all);
  g_autoptr (DdValue) outcome = rehearse_with (self, change, few, error);

  if (outcome == NULL || few == all || !clears (outcome, blocker))
    return g_steal_pointer (&outcome);
  return rehearse_with (self, change, all, error);
}

static DdValue *
fix_value (const Change *change, const DdValue *outcome)
{
  g_autofree char *command = command_text (change->patch);

  return dd_object ("change", dd_string (change->change), "command", dd_string (command),
                    "rehearsals", dd_int (dd_value_path_int (outcome, "rehearsals", 0)), "failed",
                    dd_int (dd_value_path_int (outcome, "failed", 0)), NULL);
}

/* The fix for BLOCKER; NULL with ERROR. *OUT_OUTCOME is what comes of it, where there is one. */
static DdValue *
find_fix (Search *self, const DdValue *blocker, DdValue **out_outcome, GError **error)
{
  g_autoptr (GString) tried = g_string_new (NULL);
  gboolean is_one = *text_of (blocker, "budget") != '\0';

  for (guint i = 0; is_one && i < G_N_ELEMENTS (changes); i++)
    {
      Change *change = changes[i](blocker);
      g_autoptr (DdValue) outcome = NULL, fix = NULL;

      if (change == NULL)
        continue;
      g_string_append_printf (tried, "%s%s", tried->len > 0 ? ", " : "", change->change);
      outcome = try_change (self, change, blocker, error);
      if (outcome != NULL && clears (outcome, blocker))
        {
          DdValue *patches = dd_value_with_element (self->patches, dd_value_ref (change->patch));

          dd_value_unref (self->patches);
          self->patches = patches;
          fix = fix_value (change, outcome);
          *out_outcome = dd_value_ref (outcome);
        }
      change_free (change);
      if (outcome == NULL || fix != NULL)
        return g_steal_pointer (&fix);
    }
  return dd_object ("tried", dd_string (tried->str), NULL);
}

/* Adds those of MORE that LIST has not; they show only once others are cleared. */
static void
add_behind (GPtrArray *list, const DdValue *more)
{
  for (gsize i = 0; i < dd_value_length (more); i++)
    {
      const DdValue *blocker = dd_value_element (more, i);
      gboolean is_known = FALSE;

      for (guint j = 0; j < list->len; j++)
        is_known = is_known || is_same (g_ptr_array_index (list, j), blocker);
      if (!is_known)
        g_ptr_array_add (list, dd_value_with_member (blocker, "behind", dd_bool (TRUE)));
    }
}

DdValue *
sim_forecast_fixes (const SimForecastRunner *runner, const SimForecastWish *wish,
                    const DdValue *forecast, GError **error)
{
  const DdValue *blockers = dd_value_member (forecast, "blockers");
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  Search search = { runner, *wish, dd_array_empty () };
  g_auto (DdBuilder) value = dd_builder_array ();
  gboolean done = TRUE;

  for (gsize i = 0; i < dd_value_length (blockers); i++)
    g_ptr_array_add (list, dd_value_ref (dd_value_element (blockers, i)));
  for (guint i = 0; done && i < list->len; i++)
    {
      const DdValue *blocker = g_ptr_array_index (list, i);
      g_autoptr (DdValue) outcome = NULL;
      DdValue *fix = i < MOST_BLOCKERS ? find_fix (&search, blocker, &outcome, error) : NULL;

      done = fix != NULL || i >= MOST_BLOCKERS;
      dd_builder_add (&value, fix != NULL ? dd_value_with_member (blocker, "fix", fix)
                                          : dd_value_ref (blocker));
      add_behind (list, dd_value_member (outcome, "blockers"));
    }
  dd_value_unref (search.patches);
  return done ? dd_builder_end (&value) : NULL;
}
