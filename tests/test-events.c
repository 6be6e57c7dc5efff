/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/events.h"

static gboolean
ends (const DdDetail *details, guint i)
{
  return i == DD_MOST_DETAILS || details[i] == DD_DETAIL_NONE;
}

START_TEST (every_event_has_a_row_in_the_order_of_names)
{
  for (guint i = 0; i < DD_N_EVENTS; i++)
    {
      ck_assert_ptr_nonnull (dd_events[i].name);
      ck_assert_ptr_nonnull (dd_events[i].meaning);
      ck_assert (i == 0 || strcmp (dd_events[i - 1].name, dd_events[i].name) < 0);
      ck_assert_ptr_eq (dd_event_find (dd_events[i].name), &dd_events[i]);
    }
  ck_assert_ptr_null (dd_event_find ("drain.startd"));
}
END_TEST

START_TEST (every_detail_has_a_row_in_the_order_of_names_and_an_event)
{
  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    {
      guint events = 0;

      ck_assert_ptr_nonnull (dd_details[i].name);
      ck_assert (strcmp (dd_details[i - 1].name, dd_details[i].name) < 0);
      ck_assert_int_eq (dd_detail_find (dd_details[i].name), i);
      for (guint j = 0; j < DD_N_EVENTS; j++)
        events += dd_event_has (&dd_events[j], (DdDetail) i);
      ck_assert_msg (events > 0, "no event has %s", dd_details[i].name);
    }
  ck_assert_int_eq (dd_detail_find ("tries"), DD_DETAIL_NONE);
}
END_TEST

START_TEST (no_detail_is_named_twice_in_a_row)
{
  for (guint i = 0; i < DD_N_EVENTS; i++)
    for (guint j = 0; !ends (dd_events[i].optional, j); j++)
      for (guint k = 0; !ends (dd_events[i].required, k); k++)
        ck_assert_int_ne (dd_events[i].optional[j], dd_events[i].required[k]);
}
END_TEST

START_TEST (an_actor_is_a_whole_word)
{
  const DdEventRow *row = &dd_events[DD_EVENT_POD_CREATED];

  ck_assert (dd_event_is_told_by (row, "replicaset"));
  ck_assert (dd_event_is_told_by (row, "daemonset"));
  ck_assert (!dd_event_is_told_by (row, "daemon"));
  ck_assert (!dd_event_is_told_by (row, "set"));
  ck_assert (!dd_event_is_told_by (row, ""));
}
END_TEST

static const struct
{
  DdEvent event;
  const char *actor, *details, *wrong;
} told[] = {
  { DD_EVENT_NODE_READY, "kubelet", NULL, NULL },
  { DD_EVENT_REQUEST_RETRIED, "engine",
    "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503,\"try\":2}", NULL },
  { DD_EVENT_REQUEST_RETRIED, "engine",
    "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503,\"tries\":2}",
    "it has no detail \"tries\"" },
  { DD_EVENT_REQUEST_RETRIED, "engine",
    "{\"service\":\"ec2\",\"operation\":\"o\",\"http_status\":503}",
    "its detail \"try\" is missing" },
  { DD_EVENT_REQUEST_RETRIED, "engine", NULL, "its detail \"service\" is missing" },
  { DD_EVENT_REQUEST_RETRIED, "kubelet", NULL, "kubelet does not tell of it" },
  { DD_EVENT_DRAIN_STARTED, "engine", "{\"pod_count\":\"2\"}",
    "its detail \"pod_count\" is not of the type that the table says" },
  { DD_EVENT_DRAIN_OVERDUE, "engine", "{\"pods\":[\"a/b\"]}", NULL },
  { DD_EVENT_DRAIN_OVERDUE, "engine", "{\"pods\":[1]}",
    "its detail \"pods\" is not of the type that the table says" },
  { DD_EVENT_NODE_READY, "kubelet", "{\"node\":\"n\"}", "it has no detail \"node\"" },
};

START_TEST (what_is_told_is_checked)
{
  const char *text = told[_i].details;
  g_autoptr (DdValue) details
      = text != NULL ? dd_value_parse (text, strlen (text), NULL, NULL) : NULL;
  g_autofree char *wrong = dd_event_check (told[_i].event, told[_i].actor, details);

  if (told[_i].wrong == NULL)
    ck_assert_msg (wrong == NULL, "%s", wrong);
  else
    ck_assert_str_eq (wrong, told[_i].wrong);
}
END_TEST

START_TEST (details_are_read_by_what_they_are)
{
  g_autoptr (DdValue) details = dd_object ("service", dd_string ("ec2"), "try", dd_int (3), NULL);

  ck_assert_str_eq (dd_event_text (DD_EVENT_REQUEST_RETRIED, details, DD_DETAIL_SERVICE), "ec2");
  ck_assert_ptr_null (dd_event_text (DD_EVENT_REQUEST_RETRIED, details, DD_DETAIL_OPERATION));
  ck_assert_int_eq (dd_event_int (DD_EVENT_REQUEST_RETRIED, details, DD_DETAIL_TRY, 0), 3);
  ck_assert_int_eq (dd_event_int (DD_EVENT_REQUEST_RETRIED, NULL, DD_DETAIL_TRY, 7), 7);
  ck_assert (!dd_event_bool (DD_EVENT_UPDATE_STARTED, NULL, DD_DETAIL_FORCE));
  ck_assert_ptr_null (dd_event_list (DD_EVENT_DRAIN_OVERDUE, NULL, DD_DETAIL_PODS));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("events");
  TCase *tests = tcase_create ("dictionary");
  SRunner *runner;
  int failed;

  tcase_add_test (tests, every_event_has_a_row_in_the_order_of_names);
  tcase_add_test (tests, every_detail_has_a_row_in_the_order_of_names_and_an_event);
  tcase_add_test (tests, no_detail_is_named_twice_in_a_row);
  tcase_add_test (tests, an_actor_is_a_whole_word);
  tcase_add_loop_test (tests, what_is_told_is_checked, 0, G_N_ELEMENTS (told));
  tcase_add_test (tests, details_are_read_by_what_they_are);
  suite_add_tcase (suite, tests);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
