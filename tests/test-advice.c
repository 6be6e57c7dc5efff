/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "engine/advice.h"

#define WEB "ReplicaSet/web-5f75"

static const struct
{
  const char *owner;
  gboolean unready, exclusive;
  gint64 needs, has;
  gint64 expected; /* 0: the budget is not known */
  gboolean never;
  const char *advice;
} rows[] = {
  { WEB, FALSE, FALSE, 3, 3, 3, FALSE, "run one more replica, or relax the budget" },
  { WEB, FALSE, FALSE, 3, 3, 0, FALSE, "run one more replica, or relax the budget" },
  { WEB, FALSE, FALSE, -1, -1, 0, FALSE, "run one more replica, or relax the budget" },
  { "StatefulSet/db", FALSE, FALSE, 3, 3, 3, FALSE, "run one more replica, or relax the budget" },
  { WEB, FALSE, FALSE, 3, 3, 3, TRUE,
    "the budget allows no disruption however many replicas there are: let it allow one "
    "(maxUnavailable: 1)" },
  { WEB, FALSE, FALSE, 3, 2, 3, FALSE,
    "bring its other pods back to health, or allow the eviction of unhealthy ones "
    "(unhealthyPodEvictionPolicy: AlwaysAllow)" },
  { WEB, TRUE, FALSE, 3, 2, 3, FALSE,
    "the pod itself is not Ready: mend it, or allow the eviction of unhealthy pods "
    "(unhealthyPodEvictionPolicy: AlwaysAllow)" },
  { WEB, TRUE, FALSE, 3, 2, 3, TRUE,
    "the pod itself is not Ready: mend it, or allow the eviction of unhealthy pods "
    "(unhealthyPodEvictionPolicy: AlwaysAllow)" },
  { WEB, FALSE, FALSE, 3, 3, 4, FALSE, "bring its other pods back to health, or relax the budget" },
  { WEB, FALSE, TRUE, 3, 3, 3, FALSE,
    "its pods must not share a node, so one more replica would need one more node: relax the "
    "budget" },
  { "Job/import", FALSE, FALSE, 1, 1, 1, FALSE,
    "no controller can run one more of it: relax the budget, or delete the pod by hand: kubectl "
    "delete pod --namespace shop web-1" },
  { NULL, FALSE, FALSE, 1, 1, 1, FALSE,
    "no controller can run one more of it: relax the budget, or delete the pod by hand: kubectl "
    "delete pod --namespace shop web-1" },
  { "Shard/web", FALSE, TRUE, 1, 1, 1, FALSE,
    "no controller can run one more of it: relax the budget, or delete the pod by hand: kubectl "
    "delete pod --namespace shop web-1" },
};

START_TEST (the_advice_would_help)
{
  DdKubePod pod = { .namespace_ = (char *) "shop",
                    .name = (char *) "web-1",
                    .owner = (char *) rows[_i].owner,
                    .unready = rows[_i].unready,
                    .exclusive = rows[_i].exclusive };
  DdEviction refusal = { .budget = (char *) "web", .needs = rows[_i].needs, .has = rows[_i].has };
  DdKubeBudget budget = { .expected = rows[_i].expected, .never = rows[_i].never };
  g_autofree char *advice
      = dd_advice_against_budget (&pod, &refusal, rows[_i].expected > 0 ? &budget : NULL);

  ck_assert_str_eq (advice, rows[_i].advice);
}
END_TEST

START_TEST (a_budget_that_nobody_can_work_out_comes_first)
{
  DdKubePod pod = { .namespace_ = (char *) "shop", .name = (char *) "web-1", .unready = TRUE };
  DdEviction refusal = { .budget = (char *) "web", .needs = 2, .has = 1 };
  DdKubeBudget budget = { .unknown = TRUE, .never = TRUE };
  g_autofree char *advice = dd_advice_against_budget (&pod, &refusal, &budget);

  ck_assert_ptr_nonnull (strstr (advice, "has no scale"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("advice");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tests, the_advice_would_help, 0, G_N_ELEMENTS (rows));
  tcase_add_test (tests, a_budget_that_nobody_can_work_out_comes_first);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
