/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-sinks.c: pictures and reports of a rehearsal, read back */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/value.h"
#include "sim/sinks/html.h"
#include "sim/sinks/junit.h"
#include "sim/sinks/markup.h"
#include "sim/sinks/perfetto.h"
#include "sim/sinks/pictures.h"
#include "sim/world/world.h"

/* ---- a rehearsal and its history ---- */

typedef struct
{
  SimPictures pictures;
  SimEndings *endings;
  SimScenario *scenario;
  SimOutcome *outcome;
} Rehearsed;

static void
attend (SimWorld *world, gpointer data)
{
  Rehearsed *self = data;

  sim_pictures_attend (&self->pictures, world);
  sim_trace_add_reader (world->stage->trace, sim_endings_take, self->endings);
}

static void
dismiss (SimWorld *world, gpointer data)
{
  sim_pictures_dismiss (&((Rehearsed *) data)->pictures, world);
}

static void
rehearse (Rehearsed *self, const char *name)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *place
      = g_build_filename (srcdir != NULL ? srcdir : ".", "scenarios", name, NULL);
  SimRehearsal rehearsal = { .attend = attend, .dismiss = dismiss, .attend_data = self };

  memset (self, 0, sizeof *self);
  self->pictures.html_path = g_strdup ("unused");
  self->endings = sim_endings_new ();
  self->scenario = sim_scenario_load (place, NULL);
  ck_assert_ptr_nonnull (self->scenario);
  self->outcome = sim_scenario_rehearse (self->scenario, &rehearsal, NULL);
  ck_assert_ptr_nonnull (self->outcome);
  ck_assert_ptr_nonnull (self->pictures.history);
}

static void
rehearsed_clear (Rehearsed *self)
{
  sim_pictures_clear (&self->pictures);
  sim_endings_free (self->endings);
  sim_outcome_free (self->outcome);
  sim_scenario_free (self->scenario);
}

static const SimLife *
life_with_state (const GPtrArray *lives, const char *state)
{
  for (guint i = 0; i < lives->len; i++)
    {
      const SimLife *life = g_ptr_array_index (lives, i);

      for (guint k = 0; k < life->spans->len; k++)
        {
          if (strcmp (g_array_index (life->spans, SimSpan, k).state, state) == 0)
            return life;
        }
    }
  return NULL;
}

static char *
states_of (const SimLife *life)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < life->spans->len; i++)
    {
      const SimSpan *span = &g_array_index (life->spans, SimSpan, i);

      ck_assert_int_lt (span->from, span->to);
      if (i > 0)
        ck_assert_int_eq (span->from, g_array_index (life->spans, SimSpan, i - 1).to);
      g_string_append_printf (text, "%s%s", i > 0 ? " > " : "", span->state);
    }
  return g_string_free (text, FALSE);
}

/* ---- history ---- */

START_TEST (a_replaced_node_goes_through_its_states_without_gaps)
{
  Rehearsed self;
  const SimLife *node;
  g_autofree char *states = NULL;

  rehearse (&self, "ami-upgrade.yaml");
  node = life_with_state (self.pictures.history->nodes, "draining");
  ck_assert_ptr_nonnull (node);
  states = states_of (node);
  ck_assert_msg (g_str_has_prefix (states, "ready > ") && strstr (states, "draining > ") != NULL
                     && strstr (states, "settling > terminating") != NULL,
                 "%s", states);
  ck_assert_uint_eq (self.pictures.history->nodes->len, 12); /* 3 old, 6 more, 3 replacements */
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_drain_that_was_given_up_does_not_go_on_in_the_picture)
{
  Rehearsed self;
  const SimLife *node;

  rehearse (&self, "pdb-blocks-drain.yaml");
  node = life_with_state (self.pictures.history->nodes, "draining");
  ck_assert_ptr_nonnull (node);
  ck_assert_str_ne (g_array_index (node->spans, SimSpan, node->spans->len - 1).state, "draining");
  rehearsed_clear (&self);
}
END_TEST

START_TEST (curves_count_ready_pods_and_keep_the_budgets_floor)
{
  Rehearsed self;
  guint seen = 0;

  rehearse (&self, "ami-upgrade.yaml");
  for (guint i = 0; i < self.pictures.history->budgets->len; i++)
    {
      const SimCurve *curve = g_ptr_array_index (self.pictures.history->budgets, i);

      for (guint k = 0; k < curve->points->len; k++, seen++)
        {
          const SimPoint *point = &g_array_index (curve->points, SimPoint, k);

          ck_assert_int_ge (point->value, point->floor);
        }
    }
  ck_assert_uint_gt (seen, 10);
  for (guint i = 0; i < self.pictures.history->workloads->len; i++)
    {
      const SimCurve *curve = g_ptr_array_index (self.pictures.history->workloads, i);

      ck_assert_int_gt (g_array_index (curve->points, SimPoint, 0).value, 0);
      ck_assert_int_gt (sim_curve_last (curve).wanted, 0);
    }
  rehearsed_clear (&self);
}
END_TEST

/* ---- files ---- */

typedef void (*Write) (const Rehearsed *self, FILE *out);

static char *
written (const Rehearsed *self, Write write)
{
  char *made = NULL, *text;
  size_t size;
  FILE *out = open_memstream (&made, &size);

  write (self, out);
  fclose (out);
  text = g_strndup (made, size);
  free (made);
  return text;
}

static void
write_perfetto (const Rehearsed *self, FILE *out)
{
  sim_perfetto_write (self->pictures.history, "title", out);
}

static void
write_html (const Rehearsed *self, FILE *out)
{
  const SimPage page = { .history = self->pictures.history,
                         .updates = self->pictures.updates,
                         .outcome = self->outcome,
                         .about = "a < b & \"c\"",
                         .story = self->pictures.story,
                         .replay = "drydock run x.yaml" };

  sim_html_write (&page, out);
}

static void
write_junit (const Rehearsed *self, FILE *out)
{
  SimReport report = {
    .outcome = self->outcome, .place = "x.yaml", .real_seconds = 0.25, .endings = self->endings
  };

  sim_junit_begin (out);
  sim_junit_suite (&report, out);
  sim_junit_error ("broken.yaml", "broken.yaml:3:1: what is <this>?", out);
  sim_junit_end (out);
}

static void
write_github (const Rehearsed *self, FILE *out)
{
  SimReport report = { .outcome = self->outcome, .place = "x.yaml", .endings = self->endings };

  sim_github_report (&report, out);
}

static void
write_human (const Rehearsed *self, FILE *out)
{
  SimReport report = { .outcome = self->outcome, .place = "x.yaml", .endings = self->endings };

  sim_report_human (&report, FALSE, out);
}

static void
write_tap (const Rehearsed *self, FILE *out)
{
  SimReport report = { .outcome = self->outcome, .place = "x.yaml", .endings = self->endings };

  sim_report_tap (&report, out);
}

static void
write_json (const Rehearsed *self, FILE *out)
{
  SimReport report = { .outcome = self->outcome, .place = "x.yaml", .endings = self->endings };

  sim_report_json (&report, out);
}

static guint
count_phase (const DdValue *events, const char *phase)
{
  guint count = 0;

  for (gsize i = 0; i < dd_value_length (events); i++)
    {
      const DdValue *event = dd_value_element (events, i);

      count += g_strcmp0 (dd_value_path_string (event, "ph"), phase) == 0;
      ck_assert_int_ge (dd_value_path_int (event, "dur", 0), 0);
      ck_assert_int_ge (dd_value_path_int (event, "pid", -1), 1);
    }
  return count;
}

START_TEST (a_perfetto_trace_is_json_with_an_arrow_for_each_moved_pod)
{
  Rehearsed self;
  g_autofree char *text = NULL;
  g_autoptr (DdValue) trace = NULL;
  const DdValue *events;
  guint arrows;

  rehearse (&self, "ami-upgrade.yaml");
  text = written (&self, write_perfetto);
  trace = dd_value_parse (text, strlen (text), NULL, NULL);
  ck_assert_ptr_nonnull (trace);
  events = dd_value_member (trace, "traceEvents");
  arrows = count_phase (events, "s");
  ck_assert_uint_ge (arrows, 12);
  ck_assert_uint_eq (arrows, count_phase (events, "f"));
  ck_assert_uint_ge (count_phase (events, "C"), 20);
  ck_assert_uint_ge (count_phase (events, "X"), 4 + 12);
  rehearsed_clear (&self);
}
END_TEST

typedef struct
{
  const char *wanted;
  guint count;
} Elements;

static void
count_element (GMarkupParseContext *context, const char *name, const char **keys,
               const char **values, gpointer data, GError **error)
{
  Elements *elements = data;

  elements->count += strcmp (name, elements->wanted) == 0;
}

static guint
count_elements (const char *text, const char *name)
{
  const GMarkupParser parser = { .start_element = count_element };
  Elements elements = { name, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GMarkupParseContext) context
      = g_markup_parse_context_new (&parser, 0, &elements, NULL);

  ck_assert_msg (g_markup_parse_context_parse (context, text, -1, &error)
                     && g_markup_parse_context_end_parse (context, &error),
                 "%s", error->message);
  return elements.count;
}

/* ---- the page ---- */

/* TEXT without its tags, with entities as they are: what a reader sees. */
static char *
seen_of (const char *text)
{
  GString *seen = g_string_new (NULL);
  const char *body = strstr (text, "<body>");

  ck_assert_ptr_nonnull (body);
  for (gboolean inside = FALSE; *body != '\0'; body++)
    {
      if (*body == '<' || *body == '>')
        inside = *body == '<';
      else if (!inside)
        g_string_append_c (seen, *body);
    }
  return g_string_free (seen, FALSE);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The classes of what is drawn between FROM and TO in TEXT, sorted, each once. */
static GPtrArray *
signs_between (const char *text, const char *from, const char *to)
{
  GPtrArray *signs = g_ptr_array_new_with_free_func (g_free);
  const char *begin = strstr (text, from);
  const char *end = begin != NULL ? strstr (begin, to) : NULL;

  ck_assert_msg (end != NULL, "nothing from %s to %s", from, to);
  for (const char *at = strstr (begin, "class=\"s-"); at != NULL && at < end;
       at = strstr (at + 1, "class=\"s-"))
    {
      const char *name = at + strlen ("class=\"");
      g_autofree char *sign = g_strndup (name, strcspn (name, "\""));

      if (!g_str_has_prefix (sign, "s-phase")
          && !g_ptr_array_find_with_equal_func (signs, sign, g_str_equal, NULL))
        g_ptr_array_add (signs, g_steal_pointer (&sign));
    }
  g_ptr_array_sort (signs, compare_texts);
  return signs;
}

static char *
joined (const GPtrArray *texts)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (all, "%s ", (const char *) g_ptr_array_index (texts, i));
  return g_string_free (all, FALSE);
}

static guint
count_texts (const char *text, const char *wanted)
{
  g_auto (GStrv) parts = g_strsplit (text, wanted, -1);

  return g_strv_length (parts) - 1;
}

/* Whether all of WANTED, ended by NULL, stand in TEXT, one after another. */
static void
check_order (const char *text, const char *const *wanted)
{
  const char *at = text;

  for (guint i = 0; wanted[i] != NULL; i++)
    {
      at = strstr (at, wanted[i]);
      ck_assert_msg (at != NULL, "no '%s', in order", wanted[i]);
    }
}

static const char *const shown[]
    = { "pdb-blocks-drain.yaml", "ami-upgrade.yaml", "nothing-to-do.yaml",   "parallel-nodes.yaml",
        "engine-killed.yaml",    "pdb-forced.yaml",  "boot-never-joins.yaml" };

START_TEST (a_page_is_well_formed_and_shows_every_refusal)
{
  Rehearsed self;
  g_autofree char *text = NULL;

  rehearse (&self, "pdb-blocks-drain.yaml");
  text = written (&self, write_html);
  ck_assert_uint_eq (count_elements (text, "html"), 1);
  ck_assert_uint_eq (count_texts (strstr (text, "<div class=\"chart\">"), "\"s-refused\""), 20);
  ck_assert_ptr_nonnull (strstr (text, "a &lt; b &amp; &quot;c&quot;"));
  ck_assert_ptr_nonnull (strstr (text, "budget web needs 3 healthy pods and has 3"));
  rehearsed_clear (&self);
}
END_TEST

/* The same words as everywhere, but for the time of day. */
START_TEST (a_page_opens_with_how_the_update_ended_and_why)
{
  Rehearsed self;
  g_autofree char *text = NULL, *seen = NULL, *line = NULL;
  const SimEnding *ending;

  rehearse (&self, "pdb-blocks-drain.yaml");
  text = written (&self, write_html);
  seen = seen_of (text);
  ending = sim_endings_nth (self.endings, 0);
  line = g_strndup (ending->explanation, strcspn (ending->explanation, ",;\n"));
  check_order (seen, (const char *const[]) {
                         "The update of node group default is Failed: PodEvictionFailure",
                         ending->message, line, "refused 20 times since 0:03:46 (15m)",
                         "What helps: run one more replica, or relax the budget",
                         "asked for at 0:01:00, over at 0:32:35, after 31m35s",
                         "drydock run x.yaml", "Phases and nodes", NULL });
  ck_assert_ptr_null (strstr (seen, "since 09:"));
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_page_names_phases_zones_and_users_workloads_in_order)
{
  static const char *const wanted[] = { "Phases and nodes",
                                        "0:00:00",
                                        "0:05:00",
                                        "update of node group default",
                                        "setup",
                                        "scale up",
                                        "upgrade",
                                        "scale down",
                                        "us-west-2a",
                                        "us-west-2b",
                                        "us-west-2c",
                                        "Deployment carts/carts",
                                        "Deployment ui/ui",
                                        "kube-system",
                                        "The story",
                                        "Pods",
                                        NULL };
  Rehearsed self;
  g_autofree char *text = NULL, *seen = NULL;

  rehearse (&self, "ami-upgrade.yaml");
  text = written (&self, write_html);
  seen = seen_of (text);
  check_order (seen, wanted);
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_legend_explains_what_is_drawn_and_nothing_else)
{
  Rehearsed self;
  g_autofree char *text = NULL, *explained = NULL, *drawn = NULL;
  g_autoptr (GPtrArray) legend = NULL, chart = NULL;

  rehearse (&self, shown[_i]);
  text = written (&self, write_html);
  legend = signs_between (text, "<ul class=\"legend\">", "</ul>");
  chart = signs_between (text, "<div class=\"chart\">", "<details");
  explained = joined (legend);
  drawn = joined (chart);
  ck_assert_str_eq (explained, drawn);
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_page_needs_nothing_from_elsewhere_and_runs_nothing)
{
  static const char *const forbidden[]
      = { "<script", "http://", "https://", "src=", "@import", "url(http", "<link", "<img" };
  Rehearsed self;
  g_autofree char *text = NULL, *again = NULL;

  rehearse (&self, shown[_i]);
  text = written (&self, write_html);
  again = written (&self, write_html);
  ck_assert_uint_eq (count_elements (text, "svg") > 0, 1);
  ck_assert_ptr_nonnull (strstr (text, "content=\"default-src 'none'; style-src 'sha256-"));
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    ck_assert_msg (strstr (text, forbidden[i]) == NULL, "%s", forbidden[i]);
  ck_assert_str_eq (text, again);
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_page_of_several_updates_tells_of_each)
{
  static const char *const wanted[]
      = { "retry-after-failed-update: 2 updates, 1 Successful",
          "The update of node group default is Failed: ",
          "The update of node group default is Successful: ", "Phases and nodes", NULL };
  Rehearsed self;
  g_autofree char *text = NULL;

  rehearse (&self, "retry-after-failed-update.yaml");
  text = written (&self, write_html);
  check_order (text, wanted);
  rehearsed_clear (&self);
}
END_TEST

START_TEST (a_page_of_no_update_says_so)
{
  Rehearsed self;
  g_autofree char *text = NULL;

  rehearse (&self, "ami-upgrade.yaml");
  g_ptr_array_set_size (self.pictures.updates->list, 0);
  text = written (&self, write_html);
  ck_assert_uint_eq (count_elements (text, "html"), 1);
  ck_assert_ptr_nonnull (strstr (text, "No update took place"));
  rehearsed_clear (&self);
}
END_TEST

/* Names are text, wherever they come from. */
START_TEST (a_page_escapes_what_others_named)
{
  Rehearsed self;
  g_autofree char *text = NULL;
  SimLife *node;

  rehearse (&self, "ami-upgrade.yaml");
  node = g_ptr_array_index (self.pictures.history->nodes, 0);
  g_free (node->name);
  g_free (node->zone);
  node->name = g_strdup ("<script>alert(1)</script>");
  node->zone = g_strdup ("\"><b onclick='x'>");
  text = written (&self, write_html);
  ck_assert_uint_eq (count_elements (text, "script"), 0);
  ck_assert_ptr_nonnull (strstr (text, "&lt;script&gt;"));
  ck_assert_ptr_null (strstr (text, "<b onclick"));
  rehearsed_clear (&self);
}
END_TEST

START_TEST (what_did_not_hold_stands_before_the_charts)
{
  Rehearsed self;
  g_autofree char *text = NULL;
  SimVerdict *verdict;

  rehearse (&self, "ami-upgrade.yaml");
  verdict = g_ptr_array_index (self.outcome->verdicts, 0);
  verdict->held = FALSE;
  verdict->why = g_strdup ("it rained");
  self.outcome->held = FALSE;
  text = written (&self, write_html);
  check_order (
      text, (const char *const[]) { "What did not hold", "it rained", "Phases and nodes", NULL });
  rehearsed_clear (&self);
}
END_TEST

/* 09:05:33 may have been yesterday, or the world's first day. */
START_TEST (times_of_day_become_the_pages_own)
{
  DdUsec origin = 1762160507 * DD_SECOND; /* 2025-11-03T09:01:47Z */
  g_autofree char *same = sim_markup_one_clock ("x since 09:05:33 (15m)", origin, DD_HOUR);
  g_autofree char *night
      = sim_markup_one_clock ("since 08:00:00, at 23:00:00", origin, 30 * DD_HOUR);
  g_autofree char *other = sim_markup_one_clock ("since v1.30", origin, DD_HOUR);

  ck_assert_str_eq (same, "x since 0:03:46 (15m)");
  ck_assert_str_eq (night, "since 22:58:13, at 13:58:13");
  ck_assert_str_eq (other, "since v1.30");
}
END_TEST

START_TEST (a_launch_without_a_node_is_in_the_picture)
{
  Rehearsed self;
  const SimLife *node;

  rehearse (&self, "boot-never-joins.yaml");
  node = life_with_state (self.pictures.history->nodes, "launching");
  ck_assert_ptr_nonnull (node);
  ck_assert_str_ne (node->zone, "");
  rehearsed_clear (&self);
}
END_TEST

/* ---- reports ---- */

START_TEST (junit_counts_cases_failures_and_errors)
{
  Rehearsed self;
  g_autofree char *text = NULL;
  SimVerdict *verdict;

  rehearse (&self, "ami-upgrade.yaml");
  verdict = g_ptr_array_index (self.outcome->verdicts, 0);
  verdict->held = FALSE;
  verdict->why = g_strdup ("a \001 b\n<c>");
  text = written (&self, write_junit);
  ck_assert_uint_eq (count_elements (text, "testsuite"), 2);
  ck_assert_uint_eq (count_elements (text, "testcase"), self.outcome->verdicts->len + 1);
  ck_assert_uint_eq (count_elements (text, "failure"), 1);
  ck_assert_uint_eq (count_elements (text, "error"), 1);
  ck_assert_ptr_nonnull (strstr (text, "failures=\"1\" errors=\"0\" time=\"0.250000\""));
  ck_assert_ptr_nonnull (strstr (text, "a ? b\n&lt;c&gt;"));
  rehearsed_clear (&self);
}
END_TEST

START_TEST (github_is_told_the_line_and_only_of_what_failed)
{
  Rehearsed self;
  g_autofree char *quiet = NULL, *text = NULL;
  SimVerdict *verdict;

  rehearse (&self, "ami-upgrade.yaml");
  quiet = written (&self, write_github);
  ck_assert_str_eq (quiet, "");
  verdict = g_ptr_array_index (self.outcome->verdicts, 0);
  verdict->held = FALSE;
  g_free (verdict->text);
  g_free (verdict->place);
  verdict->text = g_strdup ("at end: 100%");
  verdict->place = g_strdup ("scenarios/x.yaml:12");
  verdict->why = g_strdup ("one\ntwo: three");
  text = written (&self, write_github);
  ck_assert_str_eq (text, "::error file=scenarios/x.yaml,line=12,title=at end%3A 100%25::"
                          "one%0Atwo: three\n");
  rehearsed_clear (&self);
}
END_TEST

static const Write reports[] = { write_human, write_tap, write_json, write_junit, write_github };

/* The code, the pod, its budget, and what to do. */
START_TEST (every_report_says_why_an_update_failed)
{
  static const char *const wanted[]
      = { "PodEvictionFailure", "shop/web-", "budget web needs 3 healthy pods and has 3",
          "relax the budget" };
  Rehearsed self;
  g_autofree char *text = NULL;
  SimVerdict *verdict;

  rehearse (&self, "pdb-blocks-drain.yaml");
  verdict = g_ptr_array_index (self.outcome->verdicts, 0);
  verdict->held = FALSE;
  verdict->why = g_strdup ("x");
  self.outcome->held = FALSE;
  text = written (&self, reports[_i]);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    ck_assert_msg (strstr (text, wanted[i]) != NULL, "no '%s' in %s", wanted[i], text);
  rehearsed_clear (&self);
}
END_TEST

START_TEST (programs_are_told_which_pods_a_budget_held_back)
{
  Rehearsed self;
  g_autofree char *text = NULL;
  g_autoptr (DdValue) report = NULL;
  const DdValue *blocked;

  rehearse (&self, "pdb-blocks-drain.yaml");
  text = written (&self, write_json);
  report = dd_value_parse (text, strlen (text), NULL, NULL);
  ck_assert_uint_eq (dd_value_length (dd_value_member (report, "updates_failed")), 1);
  blocked = dd_value_member (dd_value_element (dd_value_member (report, "updates_failed"), 0),
                             "blocked");
  ck_assert_uint_eq (dd_value_length (blocked), 1);
  blocked = dd_value_element (blocked, 0);
  ck_assert_str_eq (dd_value_path_string (blocked, "budget"), "web");
  ck_assert (g_str_has_prefix (dd_value_path_string (blocked, "pod"), "shop/web-"));
  rehearsed_clear (&self);
}
END_TEST

START_TEST (files_of_several_scenarios_carry_their_names)
{
  Rehearsed self;
  g_autofree char *folder = g_dir_make_tmp ("drydock-sinks-XXXXXX", NULL);
  g_autofree char *wanted = g_build_filename (folder, "out.html", NULL);
  g_autofree char *made = g_build_filename (folder, "out.ami-upgrade.html", NULL);
  g_autoptr (GError) error = NULL;

  rehearse (&self, "ami-upgrade.yaml");
  g_free (self.pictures.html_path);
  self.pictures.html_path = g_strdup (wanted);
  self.pictures.one_of_many = TRUE;
  ck_assert (sim_pictures_write (&self.pictures, self.outcome, "about", NULL));
  ck_assert_int_eq (unlink (made), 0);
  self.pictures.one_of_many = FALSE;
  ck_assert (sim_pictures_write (&self.pictures, self.outcome, "about", NULL));
  ck_assert_int_eq (unlink (wanted), 0);
  ck_assert_int_eq (rmdir (folder), 0);
  ck_assert (!sim_pictures_write (&self.pictures, self.outcome, "about", &error));
  ck_assert_ptr_nonnull (strstr (error->message, wanted));
  rehearsed_clear (&self);
}
END_TEST

static Suite *
sinks_suite (void)
{
  Suite *suite = suite_create ("sinks");
  TCase *tests = tcase_create ("sinks");

  tcase_add_test (tests, a_replaced_node_goes_through_its_states_without_gaps);
  tcase_add_test (tests, a_drain_that_was_given_up_does_not_go_on_in_the_picture);
  tcase_add_test (tests, curves_count_ready_pods_and_keep_the_budgets_floor);
  tcase_add_test (tests, a_perfetto_trace_is_json_with_an_arrow_for_each_moved_pod);
  tcase_add_test (tests, a_page_is_well_formed_and_shows_every_refusal);
  tcase_add_test (tests, a_page_opens_with_how_the_update_ended_and_why);
  tcase_add_test (tests, a_page_names_phases_zones_and_users_workloads_in_order);
  tcase_add_loop_test (tests, a_legend_explains_what_is_drawn_and_nothing_else, 0,
                       G_N_ELEMENTS (shown));
  tcase_add_loop_test (tests, a_page_needs_nothing_from_elsewhere_and_runs_nothing, 0,
                       G_N_ELEMENTS (shown));
  tcase_add_test (tests, a_page_of_several_updates_tells_of_each);
  tcase_add_test (tests, a_page_of_no_update_says_so);
  tcase_add_test (tests, a_page_escapes_what_others_named);
  tcase_add_test (tests, what_did_not_hold_stands_before_the_charts);
  tcase_add_test (tests, times_of_day_become_the_pages_own);
  tcase_add_test (tests, a_launch_without_a_node_is_in_the_picture);
  tcase_add_test (tests, junit_counts_cases_failures_and_errors);
  tcase_add_test (tests, github_is_told_the_line_and_only_of_what_failed);
  tcase_add_loop_test (tests, every_report_says_why_an_update_failed, 0, G_N_ELEMENTS (reports));
  tcase_add_test (tests, programs_are_told_which_pods_a_budget_held_back);
  tcase_add_test (tests, files_of_several_scenarios_carry_their_names);
  tcase_set_timeout (tests, 120);
  suite_add_tcase (suite, tests);
  return suite;
}

int
main (void)
{
  SRunner *runner = srunner_create (sinks_suite ());
  int failed;

  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
