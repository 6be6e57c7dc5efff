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

/* Command and arguments, ended by NULL. */
static GPtrArray *
words_of (const DdValue *command, const DdValue *args)
{
  GPtrArray *words = g_ptr_array_new ();

  append_words (words, command);
  append_words (words, args);
  g_ptr_array_add (words, NULL);
  return words;
}

/* What a shell is told to do; NULL when WORDS are something else. */
static const char *
script_of (const GPtrArray *words)
{
  static const char *const shells[] = { "sh", "bash", "ash", "dash", "busybox", NULL };

  if (words->pdata[0] == NULL || !is_program (words->pdata[0], shells))
    return NULL;
  for (guint i = 1; i + 2 < words->len; i++)
    if (is_script_option (words->pdata[i]))
      return words->pdata[i + 1];
  return NULL;
}

DdUsec
sim_command_sleeps (const DdValue *command, const DdValue *args)
{
  g_autoptr (GPtrArray) words = words_of (command, args);
  const char *script = script_of (words);

  return script != NULL ? time_of_script (script) : time_of_words ((char **) words->pdata);
}

static gboolean
has_loop (const char *script)
{
  return g_regex_match_simple ("\\b(while|until|for)\\b", script, 0, 0);
}

/* "exit 3" at its end. */
static int
exit_code_of (const char *script)
{
  const char *last = g_strrstr (script, "exit ");
  char *end;
  guint64 code;

  if (last == NULL)
    return 0;
  code = g_ascii_strtoull (last + strlen ("exit "), &end, 10);
  return end[strspn (end, " ;\n")] == '\0' && code < 256 ? (int) code : 0;
}

DdUsec
sim_command_runs (const DdValue *command, const DdValue *args, int *out_code)
{
  g_autoptr (GPtrArray) words = words_of (command, args);
  const char *script = script_of (words);
  DdUsec sleeps = script != NULL ? time_of_script (script) : time_of_words ((char **) words->pdata);

  if (sleeps == 0 || (script != NULL && has_loop (script)))
    return -1;
  *out_code = script != NULL ? exit_code_of (script) : 0;
  return sleeps;
}
