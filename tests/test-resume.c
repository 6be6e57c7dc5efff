/* SPDX-License-Identifier: Apache-2.0 */
/* An engine that is killed anywhere and another one that goes on: for each request of an update,
 * the engine dies before it reaches the world, or after it was carried out and before its answer.
 * Two minutes later another engine takes up the journal. All promises hold, and the world ends as
 * if nobody had died. `make check` tries some of the requests; DRYDOCK_SOAK=1 tries each. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/private.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/scenario/scenario.h"
#include "sim/kube/store.h"
#include "sim/world/transport.h"
#include "sim/world/world.h"

static const char *const names[] = { "ami-upgrade",
                                     "retry-after-failed-update",
                                     "pdb-blocks-drain",
                                     "zone-without-capacity",
                                     "parallel-nodes",
                                     "minimal-strategy",
                                     "failed-update-keeps-zones-even",
                                     "failed-update-lets-few-leave-at-once",
                                     "no-hook-scale-down" };

/* A sweep that kills less often has lost its aim. */
#define FEWEST_STRIKES 8

typedef struct
{
  guint64 nth; /* the request at which the engine dies; 0: it lives */
  gboolean before;
  guint64 requests;
  SimWorld *world;
  char *cluster, *nodegroup;
  DdUsec died;
  gboolean due;          /* the nth request is the engine's: somebody must die of it */
  guint killed, resumed; /* as the trace tells */
  GString *final;        /* what the world has come to */
} Murder;

typedef struct
{
  SimCarrier carrier;
  SimCarrier *inner;
  Murder *murder;
} Spy;

static void
resume (gpointer data)
{
  Murder *murder = data;

  ck_assert (sim_eks_workflow_start_engine (aws_eks_workflow (murder->world->cloud),
                                            murder->cluster, murder->nodegroup, NULL));
}

static void
kill_engine (gpointer data)
{
  Murder *murder = data;

  if (sim_eks_workflow_kill_engine (aws_eks_workflow (murder->world->cloud), murder->cluster,
                                    murder->nodegroup, NULL))
    sim_clock_after (murder->world->stage->clock, 2 * DD_MINUTE, resume, murder);
}

/* The engine asks while an update goes on, and of EKS it only reads. */
static gboolean
is_of_the_engine (const Murder *murder, const DdRequest *request)
{
  const AwsNodegroup *nodegroup
      = aws_eks_nodegroup (murder->world->cloud, murder->cluster, murder->nodegroup);

  return nodegroup->running != NULL
         && (!g_str_equal (request->service, "eks") || g_str_equal (request->method, "GET"));
}

static void
hear (const SimEvent *event, gpointer data)
{
  Murder *murder = data;

  if (g_str_equal (event->what, "engine.killed"))
    {
      murder->killed++;
      murder->died = sim_stage_now (murder->world->stage);
    }
  murder->resumed += g_str_equal (event->what, "engine.resumed");
}

/* What it had sent when it died is carried out; then there is silence until another engine comes.
 */
static void
check_silence (const Murder *murder, const DdRequest *request)
{
  gboolean dead = murder->killed > murder->resumed;

  ck_assert_msg (!dead || sim_stage_now (murder->world->stage) == murder->died
                     || !is_of_the_engine (murder, request),
                 "an engine that was killed asks: %s %s", request->method, request->target);
}

static DdReply *
spy_carry (SimCarrier *carrier, const DdRequest *request)
{
  Spy *spy = (Spy *) carrier;
  Murder *murder = spy->murder;

  check_silence (murder, request);

  if (++murder->requests != murder->nth)
    return spy->inner->klass->carry (spy->inner, request);
  murder->due = is_of_the_engine (murder, request);
  sim_clock_after (murder->world->stage->clock, 0, kill_engine, murder);
  if (murder->before && murder->due)
    return dd_reply_new_error (
        g_error_new_literal (DD_ERROR, DD_ERROR_UNAVAILABLE, "it died before it asked"));
  return spy->inner->klass->carry (spy->inner, request);
}

static void
spy_free (SimCarrier *carrier)
{
  Spy *spy = (Spy *) carrier;

  spy->inner->klass->free (spy->inner);
  g_free (spy);
}

static AwsNodegroup *
first_nodegroup (SimWorld *world)
{
  AwsCluster *cluster = g_ptr_array_index (world->eks->clusters, 0);

  return g_ptr_array_index (cluster->nodegroups, 0);
}

static void
attend (SimWorld *world, gpointer data)
{
  static const SimCarrierClass klass = { "spy", spy_carry, spy_free };
  Murder *murder = data;
  Spy *spy = g_new0 (Spy, 1);
  const AwsNodegroup *nodegroup = first_nodegroup (world);

  spy->carrier.klass = &klass;
  spy->inner = sim_carrier_new_direct (world);
  spy->murder = murder;
  murder->world = world;
  murder->nodegroup = g_strdup (nodegroup->name);
  murder->cluster = g_strdup (nodegroup->cluster->name);
  sim_trace_add_reader (world->stage->trace, hear, murder);
  sim_transport_set_carrier (world->transport, &spy->carrier);
}

static void
describe_end (SimWorld *world, gpointer data)
{
  Murder *murder = data;
  const AwsNodegroup *nodegroup = first_nodegroup (world);
  g_autoptr (GPtrArray) nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  const AwsGroup *group = aws_nodegroup_group (nodegroup);

  g_string_printf (murder->final,
                   "min %" G_GINT64_FORMAT ", max %" G_GINT64_FORMAT ", desired %" G_GINT64_FORMAT
                   ", %u nodes, template version %s, updates",
                   (gint64) group->min, (gint64) group->max, (gint64) group->desired, nodes->len,
                   nodegroup->template_version);
  for (guint i = 0; i < nodegroup->updates->len; i++)
    g_string_append_printf (murder->final, " %s",
                            ((AwsUpdate *) nodegroup->updates->pdata[i])->status);
}

/* What must not fail whoever dies: promises and limits; times and counts are the scenario's. */
static void
check_promises (const SimOutcome *outcome, const Murder *murder)
{
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && *verdict->place == '\0')
        g_printerr ("%s, killed %s request %" G_GUINT64_FORMAT ": %s: %s\n", outcome->scenario,
                    murder->before ? "before" : "after", murder->nth, verdict->text, verdict->why);
      ck_assert (verdict->held || *verdict->place != '\0');
    }
}

/* A request that is not the engine's, such as the one that begins the update, kills nobody. */
static guint64
rehearse (const SimScenario *scenario, guint64 nth, gboolean before, GString *final,
          gboolean *out_killed)
{
  Murder murder = { .nth = nth, .before = before, .final = final };
  SimRehearsal rehearsal = { .attend = attend, .dismiss = describe_end, .attend_data = &murder };
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);

  ck_assert_ptr_nonnull (outcome);
  ck_assert_uint_eq (murder.killed, murder.due ? 1 : 0);
  ck_assert_uint_eq (murder.resumed, murder.killed);
  if (murder.due)
    check_promises (outcome, &murder);
  *out_killed = murder.due;
  g_free (murder.cluster);
  g_free (murder.nodegroup);
  return murder.requests;
}

static guint64
stride_for (guint64 requests)
{
  const char *soak = g_getenv ("DRYDOCK_SOAK");

  return soak != NULL && *soak == '1' ? 1 : MAX (requests / 12, 1);
}

START_TEST (an_engine_that_is_killed_anywhere_is_taken_up_by_another)
{
  g_autofree char *path = g_strdup_printf (
      "%s/scenarios/%s.yaml", g_getenv ("srcdir") ? g_getenv ("srcdir") : ".", names[_i / 2]);
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, NULL);
  g_autoptr (GString) undisturbed = g_string_new (NULL), final = g_string_new (NULL);
  gboolean before = _i % 2 == 0, killed = FALSE;
  guint64 requests, stride;
  guint tries = 0, strikes = 0;

  ck_assert_ptr_nonnull (scenario);
  requests = rehearse (scenario, 0, FALSE, undisturbed, &killed);
  stride = stride_for (requests);
  for (guint64 n = 1; n <= requests; n += stride)
    {
      rehearse (scenario, n, before, final, &killed);
      tries++;
      strikes += killed;
      if (killed && strcmp (undisturbed->str, final->str) != 0)
        ck_abort_msg ("%s, killed %s request %" G_GUINT64_FORMAT ": %s; else %s", names[_i / 2],
                      before ? "before" : "after", n, final->str, undisturbed->str);
    }
  g_print ("# %s: killed %s %u of %u requests that were tried\n", names[_i / 2],
           before ? "before" : "after", strikes, tries);
  ck_assert_uint_ge (strikes, FEWEST_STRIKES);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("resume");
  TCase *tcase = tcase_create ("killed");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (tcase, 600);
  tcase_add_loop_test (tcase, an_engine_that_is_killed_anywhere_is_taken_up_by_another, 0,
                       2 * (int) G_N_ELEMENTS (names));
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
