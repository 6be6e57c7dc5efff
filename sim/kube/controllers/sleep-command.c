/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the time that a command of a container or of its hooks sleeps. */
#include "config.h"

#include "sim/kube/controllers/sleep-command.h"

#include <string.h>

static gboolean
is_program (const char *word, const char *const *names)
{
  const char *slash = strrchr (word, '/');

  return g_strv_contains (names, slash != NULL ? slash + 1 : word);
}

/* "5", "0.5s", "2m", "1h", "1d", "infinity"; 0 when it is something else. */
static DdUsec
time_of_word (const char *word)
{
  static const struct
  {
    const char *suffix;
    DdUsec unit;
  } units[] = { { "", DD_SECOND },
                { "s", DD_SECOND },
                { "m", DD_MINUTE },
                { "h", DD_HOUR },
                { "d", 24 * DD_HOUR } };
  char *end;
  double number;

  if (strcmp (word, "infinity") == 0 || strcmp (word, "inf") == 0)
    return SIM_FOREVER;
  if (!g_ascii_isdigit (word[0]) && word[0] != '.')
    return 0;
  number = g_ascii_strtod (word, &end);
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (end, units[i].suffix) == 0)
      return number < 1e6 ? (DdUsec) (number * (double) units[i].unit) : SIM_FOREVER;
  return 0;
}

/* The sum of its operands, when WORDS are a sleep. */
static DdUsec
time_of_words (char **words)
{
  static const char *const sleep[] = { "sleep", NULL };
  static const char *const before[] = { "do", "then", "else", "exec", "time", "if", "while", NULL };
  DdUsec sum = 0;

  while (*words != NULL && is_program (*words, before))
    words++;
  if (*words == NULL || !is_program (*words, sleep))
    return 0;
  while (*++words != NULL)
    sum = MIN (sum + time_of_word (*words), SIM_FOREVER);
  return sum;
}

static DdUsec
time_of_script (const char *script)
{
  g_auto (GStrv) pieces = g_strsplit_set (script, ";&|\n(){}", -1);
  DdUsec sum = 0;

  for (char **piece = pieces; *piece != NULL; piece++)
    {
      g_auto (GStrv) words = NULL;

      if (g_shell_parse_argv (*piece, NULL, &words, NULL))
        sum = MIN (sum + time_of_words (words), SIM_FOREVER);
    }
  return sum;
}

static void
append_words (GPtrArray *words, const DdValue *list)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *word = dd_value_string (dd_value_element (list, i));

      g_ptr_array_add (words, (gpointer) (word != NULL ? word : ""));
    }
}

/* "-c", "-ec" */
static gboolean
is_script_option (const char *word)
{
  return word[0] == '-' && word[1] != '-' && g_str_has_suffix (word, "c");
}

DdUsec
sim_command_sleeps (const DdValue *command, const DdValue *args)
{
  static const char *const shells[] = { "sh", "bash", "ash", "dash", "busybox", NULL };
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  append_words (words, command);
  append_words (words, args);
  g_ptr_array_add (words, NULL);
  if (words->pdata[0] == NULL)
    return 0;
  if (!is_program (words->pdata[0], shells))
    return time_of_words ((char **) words->pdata);
  for (guint i = 1; i + 2 < words->len; i++)
    if (is_script_option (words->pdata[i]))
      return time_of_script (words->pdata[i + 1]);
  return 0;
}
