/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/what-if.c: every combination of a few settings, one after another */
#include "config.h"

#include "sim/forecast/what-if.h"

#include <string.h>

#include "base/error.h"
#include "sim/scenario/schema.h"

#define MOST_COMBINATIONS 64

struct _SimWhatIf
{
  char **max_unavailable, **strategies; /* NULL: as the group has it */
  gboolean force;                       /* without and with */
};

void
sim_what_if_free (SimWhatIf *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->max_unavailable);
  g_strfreev (self->strategies);
  g_free (self);
}

/* ---- reading ---- */

static gboolean
is_strategy (const char *text)
{
  static const char *const strategies[] = { "DEFAULT", "MINIMAL", NULL };

  return g_strv_contains (strategies, text);
}

static gboolean
read_list (const char *word, const char *values, gboolean (*is_one) (const char *text),
           const char *takes, char ***holder, GError **error)
{
  if (*holder != NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--what-if %s: say all values in one list",
                   word);
      return FALSE;
    }
  *holder = g_strsplit (values, ",", -1);
  for (guint i = 0; (*holder)[i] != NULL; i++)
    if (!is_one ((*holder)[i]))
      {
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--what-if %s takes %s, not '%s'", word,
                     takes, (*holder)[i]);
        return FALSE;
      }
  if ((*holder)[0] != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--what-if %s takes %s", word, takes);
  return FALSE;
}

static gboolean
read_word (SimWhatIf *self, const char *word, GError **error)
{
  static const char *const words[] = { "maxUnavailable", "strategy", "force", NULL };
  const char *equals = strchr (word, '=');
  g_autofree char *name = equals != NULL ? g_strndup (word, equals - word) : g_strdup (word);
  g_autofree char *hint = sim_did_you_mean (name, words);

  if (strcmp (name, "maxUnavailable") == 0 && equals != NULL)
    return read_list (name, equals + 1, sim_forecast_is_max_unavailable,
                      "numbers or shares from 1 to 100, such as 1,3,10%", &self->max_unavailable,
                      error);
  if (strcmp (name, "strategy") == 0 && equals != NULL)
    return read_list (name, equals + 1, is_strategy, "DEFAULT and MINIMAL", &self->strategies,
                      error);
  if (strcmp (word, "force") == 0)
    return self->force = TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "--what-if takes maxUnavailable=.., strategy=.. or force, not '%s'%s", word,
               g_strv_contains (words, name) ? "" : hint);
  return FALSE;
}

static guint
length_of (char **list)
{
  return list != NULL ? g_strv_length (list) : 1;
}

SimWhatIf *
sim_what_if_new (char **words, GError **error)
{
  g_autoptr (SimWhatIf) self = g_new0 (SimWhatIf, 1);

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (!read_word (self, words[i], error))
      return NULL;
  if (length_of (self->max_unavailable) * length_of (self->strategies) * (self->force ? 2 : 1)
      <= MOST_COMBINATIONS)
    return g_steal_pointer (&self);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--what-if: more than %d combinations",
               MOST_COMBINATIONS);
  return NULL;
}

/* ---- trying ---- */

/* "maxUnavailable 3, MINIMAL, force"; caller frees. */
static char *
title_of (const SimForecastWish *wish, gboolean forced_too)
{
  GString *title = g_string_new (NULL);

  if (wish->max_unavailable != NULL)
    g_string_append_printf (title, "maxUnavailable %s", wish->max_unavailable);
  if (wish->strategy != NULL)
    g_string_append_printf (title, "%s%s", title->len > 0 ? ", " : "", wish->strategy);
  if (forced_too)
    g_string_append_printf (title, "%s%s", title->len > 0 ? ", " : "",
                            wish->force ? "force" : "no force");
  return g_string_free (title, FALSE);
}

static DdValue *
member (const DdValue *value, const char *key)
{
  return dd_value_ref (dd_value_member (value, key));
}

static DdValue *
row_value (const SimForecastRunner *runner, const SimForecastWish *wish, const char *title,
           GError **error)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_run (runner, wish, runner->seeds, title, error);
  g_autoptr (DdValue) value = tally != NULL ? sim_forecast_tally_value (tally) : NULL;

  if (value == NULL)
    return NULL;
  return dd_object ("if", dd_string (title), "rehearsals", member (value, "rehearsals"), "failed",
                    member (value, "failed"), "time", member (value, "time"), "size",
                    member (value, "size"), "pods", member (value, "pods"), NULL);
}

DdValue *
sim_what_if_value (const SimWhatIf *self, const SimForecastRunner *runner,
                   const SimForecastWish *wish, GError **error)
{
  guint n_max = length_of (self->max_unavailable), n_strategies = length_of (self->strategies);
  guint n = n_max * n_strategies * (self->force ? 2 : 1);
  g_auto (DdBuilder) list = dd_builder_array ();

  if (self->max_unavailable == NULL && self->strategies == NULL && !self->force)
    return dd_array_empty ();
  for (guint i = 0; i < n; i++)
    {
      SimForecastWish one = *wish;
      g_autofree char *title = NULL;
      DdValue *row;

      if (self->max_unavailable != NULL)
        one.max_unavailable = self->max_unavailable[i % n_max];
      if (self->strategies != NULL)
        one.strategy = self->strategies[i / n_max % n_strategies];
      one.force = i / n_max / n_strategies == 1;
      title = title_of (&one, self->force);
      row = row_value (runner, &one, title, error);
      if (row == NULL)
        return NULL;
      dd_builder_add (&list, row);
    }
  return dd_builder_end (&list);
}
