/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json-schema.h"
#include "sim/stage/dictionary.h"

#define HEAD "{\"t\":1,\"n\":1,\"actor\":\"engine\","
#define RETRIED HEAD "\"event\":\"request.retried\",\"subject\":\"blue\",\"details\":"

/* That what is told fits, tests/test-scenarios.c sees. */
static const struct
{
  const char *line, *wrong; /* NULL: nothing */
} lines[] = {
  { HEAD "\"event\":\"node.settled\",\"subject\":\"n1\"}", NULL },
  { HEAD "\"event\":\"node.setled\",\"subject\":\"n1\"}", "it is as 0 of them say" },
  { HEAD "\"event\":\"node.settled\"}", "there is no subject" },
  { HEAD "\"event\":\"node.settled\",\"subject\":\"n1\",\"why\":1}", "there is a why" },
  { HEAD "\"event\":\"node.ready\",\"subject\":\"n1\"}", "actor: it is none of the values" },
  { RETRIED "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503,\"try\":1}}", NULL },
  { RETRIED "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503,\"try\":\"1\"}}",
    "details: try: it is of type string" },
  { RETRIED "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503}}",
    "details: there is no try" },
  { RETRIED "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503,\"try\":1,\"tries\":1}}",
    "details: there is a tries" },
  { HEAD "\"event\":\"request.retried\",\"subject\":\"blue\"}", "there is no details" },
  { HEAD "\"event\":\"drain.overdue\",\"subject\":\"n1\",\"details\":{\"pods\":[1]}}",
    "pods: it is of type integer" },
};

START_TEST (the_schema_takes_what_the_dictionary_allows)
{
  g_autoptr (DdValue) schema = sim_dictionary_schema ();
  g_autoptr (DdValue) line = dd_value_parse (lines[_i].line, strlen (lines[_i].line), NULL, NULL);
  g_autofree char *wrong = NULL;

  ck_assert_ptr_nonnull (line);
  wrong = json_schema_check (schema, line);
  if (lines[_i].wrong == NULL)
    ck_assert_msg (wrong == NULL, "%s", wrong);
  else
    ck_assert_msg (wrong != NULL && strstr (wrong, lines[_i].wrong) != NULL, "%s", wrong);
}
END_TEST

START_TEST (the_text_names_every_event_and_every_detail)
{
  g_autofree char *text = sim_dictionary_text ();

  for (guint i = 0; i < DD_N_EVENTS; i++)
    {
      g_autofree char *line
          = g_strdup_printf ("\n  %s\n      %s\n", dd_events[i].name, dd_events[i].meaning);

      ck_assert_ptr_nonnull (strstr (text, line));
    }
  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    {
      g_autofree char *line = g_strdup_printf ("\n  %s ", dd_details[i].name);

      ck_assert_ptr_nonnull (strstr (text, line));
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dictionary");
  TCase *tests = tcase_create ("all");
  SRunner *runner;
  int failed;

  tcase_add_loop_test (tests, the_schema_takes_what_the_dictionary_allows, 0, G_N_ELEMENTS (lines));
  tcase_add_test (tests, the_text_names_every_event_and_every_detail);
  suite_add_tcase (suite, tests);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
