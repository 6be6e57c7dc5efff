/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/junit.c: outcomes in the words of CI systems
 *
 * JUnit's XML has no standard; this is the part that Jenkins, GitLab and the usual readers agree
 * on: testsuites, testsuite, properties, testcase, failure, error. */

#include "config.h"

#include "sim/sinks/junit.h"

#include <string.h>

/* XML 1.0 cannot hold control characters at all; they become question marks. */
static char *
escape_xml (const char *text)
{
  g_autofree char *clean = g_strdup (text);

  for (char *at = clean; *at != '\0'; at++)
    {
      if ((guchar) *at < 0x20 && strchr ("\t\n", *at) == NULL)
        *at = '?';
    }
  return g_markup_escape_text (clean, -1);
}

static void
print_attribute (const char *name, const char *text, FILE *out)
{
  g_autofree char *escaped = escape_xml (text);

  fprintf (out, " %s=\"%s\"", name, escaped);
}

static void
print_text (const char *text, FILE *out)
{
  g_autofree char *escaped = escape_xml (text);

  fputs (escaped, out);
}

static guint
count_failures (const SimOutcome *outcome)
{
  guint failures = 0;

  for (guint i = 0; i < outcome->verdicts->len; i++)
    failures += !((const SimVerdict *) g_ptr_array_index (outcome->verdicts, i))->held;
  return failures;
}

static void
print_property (const char *name, const char *value, FILE *out)
{
  fputs ("      <property", out);
  print_attribute ("name", name, out);
  print_attribute ("value", value, out);
  fputs ("/>\n", out);
}

static void
print_properties (const SimOutcome *outcome, FILE *out)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, outcome->seed);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (seconds, sizeof seconds, "%.6f", (double) outcome->virtual_time / DD_SECOND);
  fputs ("    <properties>\n", out);
  print_property ("seed", seed, out);
  print_property ("transport", outcome->transport, out);
  print_property ("virtual_seconds", seconds, out);
  print_property ("digest", outcome->digest, out);
  fputs ("    </properties>\n", out);
}

/* "the update ... failed ...", its explanation, and so on; caller frees. */
static char *
endings_text (const SimReport *report)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < sim_endings_length (report->endings); i++)
    {
      const SimEnding *ending = sim_endings_nth (report->endings, i);
      g_autofree char *line = sim_ending_text (ending);

      g_string_append_printf (text, "%s\n%s%s", line, ending->explanation,
                              *ending->explanation != '\0' ? "\n" : "");
    }
  return g_string_free (text, FALSE);
}

/* A line for each thing that objects ask for and is not modelled; caller frees. */
static char *
unmodelled_text (const SimOutcome *outcome)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < outcome->unmodelled->len; i++)
    {
      g_autofree char *line = sim_unmodelled_text (g_ptr_array_index (outcome->unmodelled, i));

      g_string_append_printf (text, "%s\n", line);
    }
  return g_string_free (text, FALSE);
}

/* Behind the cases, where the schema wants it. */
static void
print_words (const SimReport *report, FILE *out)
{
  g_autofree char *endings = endings_text (report);
  g_autofree char *unmodelled = unmodelled_text (report->outcome);

  if (*endings == '\0' && *unmodelled == '\0')
    return;
  fputs ("    <system-out>", out);
  print_text (endings, out);
  print_text (unmodelled, out);
  fputs ("</system-out>\n", out);
}

static void
print_failure (const SimReport *report, const SimVerdict *verdict, FILE *out)
{
  g_autofree char *endings = endings_text (report);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (seconds, sizeof seconds, "%.6f", (double) verdict->time / DD_SECOND);
  fputs (">\n      <failure", out);
  print_attribute ("message", verdict->text, out);
  fprintf (out, ">decided after %s virtual seconds\n", seconds);
  print_text (verdict->why != NULL ? verdict->why : "", out);
  fputs (*endings != '\0' ? "\n" : "", out);
  print_text (endings, out);
  fputs ("</failure>\n    </testcase>\n", out);
}

static void
print_case (const SimReport *report, const SimVerdict *verdict, FILE *out)
{
  fputs ("    <testcase", out);
  print_attribute ("classname", report->outcome->scenario, out);
  print_attribute ("name", verdict->text, out);
  print_attribute ("file", *verdict->place != '\0' ? verdict->place : report->place, out);
  if (verdict->held && verdict->remark != NULL)
    {
      fputs (">\n      <system-out>", out);
      print_text (verdict->remark, out);
      fputs ("</system-out>\n    </testcase>\n", out);
      return;
    }
  if (verdict->held)
    {
      fputs ("/>\n", out);
      return;
    }
  print_failure (report, verdict, out);
}

void
sim_junit_begin (FILE *out)
{
  fputs ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"drydock\">\n", out);
}

void
sim_junit_suite (const SimReport *report, FILE *out)
{
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (seconds, sizeof seconds, "%.6f", report->real_seconds);
  fputs ("  <testsuite", out);
  print_attribute ("name", report->outcome->scenario, out);
  fprintf (out, " tests=\"%u\" failures=\"%u\" errors=\"0\" time=\"%s\">\n",
           report->outcome->verdicts->len, count_failures (report->outcome), seconds);
  print_properties (report->outcome, out);
  for (guint i = 0; i < report->outcome->verdicts->len; i++)
    print_case (report, g_ptr_array_index (report->outcome->verdicts, i), out);
  print_words (report, out);
  fputs ("  </testsuite>\n", out);
}

void
sim_junit_error (const char *place, const char *message, FILE *out)
{
  fputs ("  <testsuite", out);
  print_attribute ("name", place, out);
  fputs (" tests=\"1\" failures=\"0\" errors=\"1\">\n    <testcase", out);
  print_attribute ("name", "the scenario can be rehearsed", out);
  fputs (">\n      <error", out);
  print_attribute ("message", "it cannot", out);
  fputs (">", out);
  print_text (message, out);
  fputs ("</error>\n    </testcase>\n  </testsuite>\n", out);
}

void
sim_junit_end (FILE *out)
{
  fputs ("</testsuites>\n", out);
}

/* ---- GitHub Actions ---- */

/* Properties of a workflow command may hold no comma or colon; its message no line break. */
static char *
escape_command (const char *text, gboolean is_property)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    {
      if (strchr ("%\r\n", *at) != NULL || (is_property && strchr (":,", *at) != NULL))
        g_string_append_printf (out, "%%%02X", (guint) *at);
      else
        g_string_append_c (out, *at);
    }
  return g_string_free (out, FALSE);
}

/* Cuts the number behind the last colon off PLACE; NULL: there is none. Borrowed from it. */
static const char *
cut_number (char *place)
{
  char *colon = strrchr (place, ':');

  if (colon == NULL || colon[1] == '\0' || strspn (colon + 1, "0123456789") != strlen (colon + 1))
    return NULL;
  *colon = '\0';
  return colon + 1;
}

/* LEVEL is error or warning, PLACE is a file, "file:line" or "file:line:column". */
static void
print_annotation (const char *level, const char *place, const char *title, const char *message,
                  FILE *out)
{
  g_autofree char *file = g_strdup (place);
  const char *last = cut_number (file);
  const char *first = last != NULL ? cut_number (file) : NULL;
  const char *line = first != NULL ? first : last;
  g_autofree char *column = first != NULL ? g_strconcat (",col=", last, NULL) : g_strdup ("");
  g_autofree char *safe_file = escape_command (file, TRUE);
  g_autofree char *safe_title = escape_command (title, TRUE);
  g_autofree char *safe_message = escape_command (message, FALSE);

  fprintf (out, "::%s file=%s,line=%s%s,title=%s::%s\n", level, safe_file,
           line != NULL ? line : "1", column, safe_title, safe_message);
}

/* Where a scenario first fails, or its file. */
static const char *
place_of_failure (const SimReport *report)
{
  for (guint i = 0; i < report->outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (report->outcome->verdicts, i);

      if (!verdict->held && *verdict->place != '\0')
        return verdict->place;
    }
  return report->place;
}

static void
annotate_endings (const SimReport *report, FILE *out)
{
  for (guint i = 0; i < sim_endings_length (report->endings); i++)
    {
      const SimEnding *ending = sim_endings_nth (report->endings, i);
      g_autofree char *title = g_strdup_printf ("the update of node group %s failed: %s",
                                                ending->nodegroup, ending->code);
      g_autofree char *text = sim_ending_text (ending);
      g_autofree char *message
          = g_strconcat (text, *ending->explanation != '\0' ? "\n" : "", ending->explanation, NULL);

      print_annotation ("error", place_of_failure (report), title, message, out);
    }
}

static void
annotate_unmodelled (const SimOutcome *outcome, FILE *out)
{
  for (guint i = 0; i < outcome->unmodelled->len; i++)
    {
      const SimUnmodelled *one = g_ptr_array_index (outcome->unmodelled, i);
      g_autofree char *place = sim_unmodelled_point (one);
      g_autofree char *title = sim_unmodelled_title (one);
      g_autofree char *effect = sim_unmodelled_effect (one);

      print_annotation ("warning", place, title, effect, out);
    }
}

void
sim_github_report (const SimReport *report, FILE *out)
{
  if (!report->outcome->strict) /* else they are verdicts */
    annotate_unmodelled (report->outcome, out);
  if (!report->outcome->held)
    annotate_endings (report, out);
  for (guint i = 0; i < report->outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (report->outcome->verdicts, i);

      if (!verdict->held)
        print_annotation ("error", *verdict->place != '\0' ? verdict->place : report->place,
                          verdict->text, verdict->why != NULL ? verdict->why : "it did not hold",
                          out);
      else if (verdict->remark != NULL)
        print_annotation ("warning", verdict->place, verdict->text, verdict->remark, out);
    }
}

void
sim_github_error (const char *place, const char *message, FILE *out)
{
  print_annotation ("error", place, "the scenario cannot be rehearsed", message, out);
}
