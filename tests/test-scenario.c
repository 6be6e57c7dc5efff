/* SPDX-License-Identifier: Apache-2.0 */
/* Bad scenarios and worlds: each mistake is answered with its place, the line and a suggestion. */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "sim/scenario/scenario.h"

static char *directory;

static void
setup (void)
{
  directory = g_dir_make_tmp ("drydock-scenario-XXXXXX", NULL);
  ck_assert_ptr_nonnull (directory);
}

static void
teardown (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
  g_clear_pointer (&directory, g_free);
}

static char *
write_file (const char *name, const char *text)
{
  char *path = g_build_filename (directory, name, NULL);

  ck_assert (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The message without the directory in front of every file's name. */
static char *
without_directory (const char *message)
{
  g_autofree char *prefix = g_strconcat (directory, "/", NULL);
  g_auto (GStrv) parts = g_strsplit (message, prefix, -1);

  return g_strjoinv ("", parts);
}

static char *
complaint (const char *text)
{
  g_autofree char *path = write_file ("s.yaml", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, &error);

  ck_assert_msg (scenario == NULL, "accepted: %s", text);
  ck_assert_int_eq (error->domain, DD_ERROR);
  return without_directory (error->message);
}

#define HEAD "about: x\nworld: {}\n"

static const struct
{
  const char *yaml, *start;
} mistakes[] = {
  { "[]", "s.yaml:1:1: a scenario must be a mapping, not array" },
  { "", "s.yaml: a scenario is one YAML document; this file holds 0" },
  { "about: x\n---\nabout: y\n", "s.yaml: a scenario is one YAML document; this file holds 2" },
  { "about: x\nworld: {}\n", "s.yaml:1:1: a scenario needs the key \"expect\": what must be so" },
  { HEAD "expcet: []\n", "s.yaml:3:1: unknown key \"expcet\" in a scenario (did you mean expect?); "
                         "known are about, source, seed" },
  { HEAD "expect: []\nseed: -1\n", "s.yaml:4:7: seed must be between 0 and" },
  { HEAD "expect: [{within: 40, match: {kind: Pod}}]\n",
    "s.yaml:3:19: within: \"40\" is no duration; write 90s, 15m or 1h30m (the unit is missing)" },
  { HEAD "expect: [{within: 40m}]\n", "s.yaml:3:10: an expectation needs one of match, update" },
  { HEAD "expect: [{match: {kind: Pod}, event: {event: a}}]\n",
    "s.yaml:3:31: an expectation is about one thing, not both \"match\" and \"event\"" },
  { HEAD "expect: [{always: , never: , match: {kind: Pod}}]\n",
    "s.yaml:3:21: an expectation has one time, not both \"always\" and \"never\"" },
  { HEAD "expect: [{within: 1m, from: 2s, match: {kind: Pod}}]\n",
    "s.yaml:3:23: from goes with always and never only" },
  { HEAD "expect: [{always: , from: 2s, until: 1s, match: {kind: Pod}}]\n",
    "s.yaml:3:21: the window ends before it begins" },
  { HEAD "expect: [{match: {kind: Pood}}]\n",
    "s.yaml:3:25: kind Pood is not modelled (did you mean Pod?)" },
  { HEAD "expect: [{match: {spec: {}}}]\n", "s.yaml:3:18: a Kubernetes object needs its kind" },
  { HEAD "expect: [{update: {status: Failed}}]\n",
    "s.yaml:3:19: \"nodegroup\" says which node group is meant" },
  { HEAD "expect: [{trace: [a], count: 2}]\n", "s.yaml:3:23: count does not go with trace" },
  { HEAD "expect: [{event: {evnt: a}}]\n", "s.yaml:3:19: unknown key \"evnt\" in event (did you "
                                           "mean event?)" },
  { HEAD "expect: [{count: {min: 3, max: 2}, match: {kind: Pod}}]\n",
    "s.yaml:3:18: min is above max" },
  { HEAD "expect: []\nsteps: [{at: 1s}]\n", "s.yaml:4:9: a step needs one of eks, autoscaling" },
  { HEAD "expect: []\nsteps: [{cordon: {}}]\n", "s.yaml:4:9: a step needs either at or after" },
  { HEAD "expect: []\nsteps: [{at: 1s, whenever: {event: node.ready}, cordon: {}}]\n",
    "s.yaml:4:9: a step needs either at or after or whenever" },
  { HEAD "expect: []\nsteps: [{whenever: {event: node.raedy}, cordon: {}}]\n",
    "s.yaml:4:28: no event is called \"node.raedy\" (did you mean node.ready?)" },
  { HEAD "expect: []\nsteps: [{at: 1s, every: 1s, cordon: {}}]\n",
    "s.yaml:4:18: every needs until" },
  { HEAD "expect: []\nsteps: [{at: 1s, every: 0s, until: 1m, cordon: {}}]\n",
    "s.yaml:4:18: every: some time must pass" },
  { HEAD "expect: []\nsteps: [{whenever: {event: node.ready}, every: 1s, until: 1m, cordon: {}}]\n",
    "s.yaml:4:41: what is done whenever something happens comes again by itself" },
  { HEAD "expect: []\nsteps: [{at: 1s, until: 1m, cordon: {}}]\n",
    "s.yaml:4:18: until goes with every and whenever only" },
  { HEAD "expect: []\nsteps: [{at: 1s, for each: {kind: Nod}, cordon: {}}]\n",
    "s.yaml:4:35: kind Nod is not modelled (did you mean Node?)" },
  { HEAD
    "expect: []\nsteps: [{at: 1s, for each: {kind: Node, spec: {tiants: null}}, cordon: {}}]\n",
    "s.yaml:4:48: " },
  { HEAD "expect: []\nsteps: [{at: 1s, for each: {kind: Pod}, cordon: {}}]\n",
    "s.yaml:4:35: only a Node can be treated so" },
  { HEAD "expect: []\nsteps: [{at: 1s, for each: {kind: Node}, cordon: {pick: 1}}]\n",
    "s.yaml:4:51: for each says which objects are meant: pick has no place" },
  { HEAD "expect: []\nsteps: [{at: 1s, for each: {kind: Node}, capacity: {a: 1}}]\n",
    "s.yaml:4:18: for each goes with patch, delete" },
  { HEAD "expect: []\nsteps: [{at: 1s, delete: {kind: Pod}}]\n",
    "s.yaml:4:26: the object's name is missing" },
  { HEAD "expect: []\nsteps: [{at: 1s, taint: {key: a, effect: NoSchedul}}]\n",
    "s.yaml:4:42: effect cannot be \"NoSchedul\" (did you mean NoSchedule?)" },
  { HEAD "expect: []\nsteps: [{at: 1s, cordon: {}, uncordon: {}}]\n",
    "s.yaml:4:30: a step does one thing, not both \"cordon\" and \"uncordon\"" },
  { HEAD "expect: []\nsteps: [{at: 1s, plus: 1s, cordon: {}}]\n",
    "s.yaml:4:18: plus goes with after and whenever only" },
  { HEAD "expect: []\nsteps: [{at: 0s, eks: {operation: UpdateNodegroupVersoin}}]\n",
    "s.yaml:4:35: eks has no operation \"UpdateNodegroupVersoin\" (did you mean "
    "UpdateNodegroupVersion?)" },
  { HEAD "expect: []\nsteps: [{at: 0s, apply: nowhere.yaml}]\n",
    "s.yaml:4:25: nowhere.yaml: Failed to open file" },
  { HEAD "expect: []\nsteps: [{at: 0s, apply: {kind: Pod, metadata: {name: a}}}]\n",
    "s.yaml:4:25: a manifest needs its apiVersion" },
  { HEAD "expect: []\nsteps: [{at: 0s, apply: {apiVersion: v1, kind: Pod, metadata: {}}}]\n",
    "s.yaml:4:63: a manifest needs metadata.name" },
  { HEAD "expect: []\nfaults: [{service: ec3, error: x}]\n",
    "s.yaml:4:20: service cannot be \"ec3\" (did you mean ec2?)" },
  { HEAD "expect: []\nfaults: [{service: ec2}]\n",
    "s.yaml:4:10: a fault needs an error, a delay or lose_reply" },
  { HEAD "expect: []\nfaults: [{service: instance, operation: jion}]\n",
    "s.yaml:4:41: nothing that happens is called \"instance jion\" (did you mean instance join?)" },
  { HEAD "expect: []\nsteps: [{at: 1s, fails: InvalidParameterException, eks: {operation: "
         "DescribeCluster, input: {name: nobody, colour: red}}}]\n",
    "s.yaml:4:108: DescribeCluster has no parameter \"colour\", or it is not modelled" },
  { HEAD "expect: []\nfaults: [{service: pod}]\n",
    "s.yaml:4:10: nothing that happens is called \"pod (no operation)\"" },
  { HEAD "expect: []\nfaults: [{service: instance, operation: launch}]\n",
    "s.yaml:4:10: a fault needs an error, a delay or lose_reply: a launch needs an error" },
  { HEAD "expect: []\nfaults: [{service: ec2, error: x, probability: 1.5}]\n",
    "s.yaml:4:48: a probability is above 0 and at most 1" },
  { HEAD "expect: []\nprofile: nobody\n", "s.yaml:4:10: no profile is called \"nobody\"" },
  { HEAD "expect: []\nknobs: {wave: sideways}\n",
    "s.yaml:4:15: wave: \"sideways\" is none of batch, sliding" },
  { HEAD "expect: []\nknobs: {waev: batch}\n",
    "s.yaml:4:9: no knob is called \"waev\" (did you mean wave?)" },
  { HEAD "expect: []\nlatencies: {node.redy: 1s}\n",
    "s.yaml:4:13: no delay is called \"node.redy\" (did you mean node.ready?)" },
  { "about: x\nexpect: []\nworld: nowhere.yaml\n",
    "s.yaml:3:8: nowhere.yaml: Failed to open file" },
  { "about: x\nexpect: []\nworld: {cluster: {version: \"1.12\"}}\n",
    "s.yaml:3:28: Kubernetes 1.12 is not modelled; \"1.27\" to \"1.36\" are" },
  { "about: x\nexpect: []\nworld: {nodegroups: [{name: a, desired: 2, sise: 3}]}\n",
    "s.yaml:3:44: unknown key \"sise\" in nodegroups" },
  { "about: x\nexpect: []\nworld: {workloads: [{apiVersion: v2, kind: Pod}]}\n",
    "s.yaml:3:44: there is no kind Pod in v2; it is in v1" },
};

START_TEST (a_mistake_in_a_scenario_is_pointed_at)
{
  g_autofree char *message = complaint (mistakes[_i].yaml);

  ck_assert_msg (g_str_has_prefix (message, mistakes[_i].start), "wanted: %s\nfound:  %s",
                 mistakes[_i].start, message);
}
END_TEST

START_TEST (the_line_and_a_caret_are_shown)
{
  g_autofree char *message = complaint (HEAD "expect: []\n"
                                             "stepz: []\n");

  ck_assert_msg (g_str_has_suffix (message, "\n  stepz: []\n  ^"), "%s", message);
}
END_TEST

START_TEST (a_scenario_that_expects_nothing_is_told)
{
  g_autofree char *path = write_file ("s.yaml", HEAD "expect: []\n");
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, NULL);
  const GPtrArray *warnings = sim_scenario_warnings (scenario);
  g_autofree char *warning = without_directory (g_ptr_array_index (warnings, 0));

  ck_assert_uint_eq (warnings->len, 1);
  ck_assert_msg (g_str_has_prefix (warning, "s.yaml:3:9: nothing is expected: only the invariants"),
                 "%s", warning);
}
END_TEST

START_TEST (what_is_no_file_is_not_read)
{
  static const char *const rows[] = { "about: x\nexpect: []\nworld: /dev/zero\n",
                                      "about: x\nexpect: []\nworld: {workloads: [/dev/zero]}\n" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *message = complaint (rows[i]);

      ck_assert_msg (strstr (message, "/dev/zero: not a file or a pipe") != NULL, "%s", message);
    }
}
END_TEST

START_TEST (a_mistake_in_a_shared_file_is_pointed_at_there)
{
  g_autofree char *world G_GNUC_UNUSED
      = write_file ("w.yaml", "cluster: {version: \"1.30\"}\nworkloads: [m.yaml]\n");
  g_autofree char *manifests G_GNUC_UNUSED
      = write_file ("m.yaml", "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n"
                              "apiVersion: apps/v1\nkind: Deploymint\nmetadata: {name: a}\n");
  g_autofree char *message = complaint ("about: x\nworld: w.yaml\nexpect: []\n");

  ck_assert_msg (g_str_has_prefix (message, "m.yaml:7:7: kind apps/v1 Deploymint is not modelled "
                                            "(did you mean Deployment?)"),
                 "%s", message);
}
END_TEST

/* ---- what only the world itself can refuse ---- */

static char *
refusal (const char *text, const char *profile)
{
  g_autofree char *path = write_file ("s.yaml", text);
  SimRehearsal rehearsal = { .profile = profile };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, &error);
  g_autoptr (SimOutcome) outcome = NULL;

  ck_assert_msg (scenario != NULL, "%s", error != NULL ? error->message : "");
  outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  ck_assert_msg (outcome == NULL, "rehearsed: %s", text);
  ck_assert_int_eq (error->domain, DD_ERROR);
  return without_directory (error->message);
}

static const struct
{
  const char *yaml, *start;
} refusals[] = {
  { "about: x\nexpect: []\nworld: {nodegroups: [{name: a, desired: 2, release: "
    "1.30.0-19990101}]}\n",
    "s.yaml:3:22: " },
  { "about: x\nexpect: []\nworld: {nodegroups: [{name: a, desired: 2, max: 1}]}\n",
    "s.yaml:3:22: " },
  { "about: x\nexpect: []\nworld: {nodegroups: [{name: a, desired: 1}, {name: a, desired: 1}]}\n",
    "s.yaml:3:45: " },
  { "about: x\nexpect: []\nworld: {capacity: {us-west-2x: 1}}\n",
    "s.yaml:3:20: the world has no zone us-west-2x" },
  { "about: x\nexpect: []\nworld: {workloads: [{apiVersion: v1, kind: Pod, metadata: {name: "
    "A_B}}]}\n",
    "s.yaml:3:21: " },
};

START_TEST (what_the_world_refuses_is_pointed_at)
{
  g_autofree char *message = refusal (refusals[_i].yaml, NULL);

  ck_assert_msg (g_str_has_prefix (message, refusals[_i].start), "wanted: %s\nfound:  %s",
                 refusals[_i].start, message);
}
END_TEST

START_TEST (an_unknown_profile_of_the_command_line_is_refused)
{
  g_autofree char *message = refusal (HEAD "expect: []\n", "nobody");

  ck_assert_ptr_nonnull (strstr (message, "nobody"));
}
END_TEST

/* ---- what becomes of a run ---- */

static SimOutcome *
rehearse (const char *text)
{
  g_autofree char *path = write_file ("s.yaml", text);
  SimRehearsal rehearsal = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, &error);
  SimOutcome *outcome;

  ck_assert_msg (scenario != NULL, "%s", error != NULL ? error->message : "");
  outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  ck_assert_msg (outcome != NULL, "%s", error != NULL ? error->message : "");
  return outcome;
}

static const SimVerdict *
only_verdict (const SimOutcome *outcome)
{
  ck_assert_int_eq (outcome->verdicts->len, 1);
  return g_ptr_array_index (outcome->verdicts, 0);
}

START_TEST (a_step_that_is_refused_fails_the_scenario)
{
  g_autoptr (SimOutcome) outcome = rehearse (
      HEAD
      "expect: []\nsteps: [{at: 1s, eks: {operation: DescribeCluster, input: {name: nobody}}}]\n");

  ck_assert (!outcome->held);
  ck_assert_str_eq (only_verdict (outcome)->why,
                    "refused: ResourceNotFoundException: No cluster found for name: nobody.");
}
END_TEST

#define SHOP_FAULT(fault) \
  "about: x\nworld: {}\nfor: 1h\nexpect: []\n" \
  "steps: [{at: 1s, eks: {operation: ListClusters}}]\n" \
  "faults:\n  - {service: eks, delay: 1s, times: 1}\n  - {" fault "}\n"

static const struct
{
  const char *fault, *text, *why; /* NULL: the run holds */
} idle_faults[] = {
  { "service: ec2, operation: DescribeSubnets, subject: a*, error: InternalError",
    "fault ec2 DescribeSubnets of a*", "it never struck: nothing that happened in its time" },
  { "service: eks, delay: 1s, from: 2h", "fault eks", "it never struck: all was over before 2h;" },
  { "service: eks, delay: 1s, nth: 2", "fault eks", "it never struck: nothing that happened" },
  { "service: instance, operation: vanish, from: 1m", "fault instance vanish",
    "it never struck: nothing that happened" },
  { "service: ec2, error: InternalError, may not strike: true", NULL, NULL },
};

START_TEST (a_fault_that_never_strikes_fails_the_scenario_unless_it_may)
{
  g_autofree char *text = g_strdup_printf (SHOP_FAULT ("%s"), idle_faults[_i].fault);
  g_autoptr (SimOutcome) outcome = rehearse (text);

  ck_assert_int_eq (outcome->held, idle_faults[_i].text == NULL);
  if (outcome->held)
    return;
  ck_assert_str_eq (only_verdict (outcome)->text, idle_faults[_i].text);
  ck_assert (g_str_has_suffix (only_verdict (outcome)->place, "s.yaml:8"));
  ck_assert_msg (g_str_has_prefix (only_verdict (outcome)->why, idle_faults[_i].why), "%s",
                 only_verdict (outcome)->why);
}
END_TEST

START_TEST (a_step_that_must_fail_does)
{
  g_autoptr (SimOutcome) outcome
      = rehearse (HEAD "expect: []\nsteps: [{at: 1s, fails: ResourceNotFoundException, eks: "
                       "{operation: DescribeCluster, input: {name: nobody}}}]\n");

  ck_assert (outcome->held);
  ck_assert (only_verdict (outcome)->held);
}
END_TEST

START_TEST (a_step_that_must_fail_and_does_not_is_a_failure)
{
  g_autoptr (SimOutcome) outcome
      = rehearse (HEAD "expect: []\nsteps: [{at: 1s, fails: X, sts: {operation: "
                       "GetCallerIdentity}}]\n");

  ck_assert_str_eq (only_verdict (outcome)->why, "wanted it refused with X, but it was accepted");
}
END_TEST

START_TEST (a_step_whose_cause_never_comes_is_a_failure)
{
  g_autoptr (SimOutcome) outcome
      = rehearse (HEAD "expect: []\nsteps: [{after: {event: engine.killed}, sts: {operation: "
                       "GetCallerIdentity}}]\n");

  ck_assert_str_eq (only_verdict (outcome)->why, "the run ended before this step was due");
}
END_TEST

START_TEST (objects_are_applied_patched_and_deleted)
{
  g_autoptr (SimOutcome) outcome = rehearse (
      HEAD
      "steps:\n"
      "  - {at: 1s, apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: "
      "one}}}\n"
      "  - {at: 2s, apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {l: "
      "two}}}\n"
      "  - {at: 3s, patch: {kind: ConfigMap, name: a, merge: {data: {k: three}}}}\n"
      "  - {at: 5s, delete: {kind: ConfigMap, name: a}}\n"
      "expect:\n"
      "  - {at: 4s, count: 1, match: {kind: ConfigMap, metadata: {name: a, namespace: default}, "
      "data: {k: three, l: two}}}\n"
      "  - {at end: , count: 0, match: {kind: ConfigMap, metadata: {name: a}}}\n");

  ck_assert (outcome->held);
}
END_TEST

#define MAP(at, name, data) \
  "  - {at: " at ", apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: " name \
  ", labels: {of: us}}, data: {k: " data "}}}\n"

START_TEST (a_step_may_be_done_to_each_object_again_and_again)
{
  g_autoptr (SimOutcome) outcome = rehearse (
      HEAD "steps:\n" MAP ("1s", "a", "old") MAP ("1s", "b", "old") MAP ("1s", "c", "new")
          MAP ("25s", "d", "old")
              MAP ("55s", "e",
                   "old") "  - at: 10s\n"
                          "    every: 20s\n"
                          "    until: 50s\n"
                          "    for each: {kind: ConfigMap, metadata: {labels: {of: us}}, data: {k: "
                          "old}}\n"
                          "    patch: {merge: {data: {k: done}}}\n"
                          "  - {at: 70s, for each: {kind: ConfigMap, metadata: {labels: {of: us}}, "
                          "data: {k: done}}, "
                          "delete: {}}\n"
                          "expect:\n"
                          "  - {at: 9s, count: 0, match: {kind: ConfigMap, data: {k: done}}}\n"
                          "  - {at: 29s, count: 2, match: {kind: ConfigMap, data: {k: done}}}\n"
                          "  - {at: 69s, count: 3, match: {kind: ConfigMap, data: {k: done}}}\n"
                          "  - {at end: , count: 2, match: {kind: ConfigMap, metadata: {labels: "
                          "{of: us}}}}\n"
                          "  - {event: {event: step.started, details: {step: patch each "
                          "ConfigMap}}, count: 2}\n");

  ck_assert_msg (outcome->held, "%s",
                 ((const SimVerdict *) g_ptr_array_index (outcome->verdicts, 0))->why);
}
END_TEST

START_TEST (a_step_may_answer_each_event_about_its_subject)
{
  g_autoptr (SimOutcome) outcome = rehearse (
      "about: x\nworld: {nodegroups: [{name: default, desired: 3}]}\n"
      "steps:\n"
      "  - {at: 1s, for each: {kind: Node}, taint: {key: a, value: b, effect: NoSchedule}}\n"
      "  - {at: 2s, for each: {kind: Node}, taint: {key: a, value: c, effect: NoSchedule}}\n"
      "  - {at: 3s, cordon: {pick: 2}}\n"
      "  - {whenever: {event: node.cordon-seen}, plus: 5s, untaint: {key: a}}\n"
      "expect:\n"
      "  - {at: 3s, count: 3, match: {kind: Node, spec: {taints: [{key: a, value: c}]}}}\n"
      "  - {at: 3s, count: 0, match: {kind: Node, spec: {taints: [{key: a, value: b}]}}}\n"
      "  - {at end: , count: 2, match: {kind: Node, spec: {taints: [{key: a}], unschedulable: "
      "null}}}\n"
      "  - {at end: , count: 1, match: {kind: Node, spec: {taints: {is not: [{key: a}]}, "
      "unschedulable: true}}}\n");

  ck_assert_msg (outcome->held, "%s",
                 ((const SimVerdict *) g_ptr_array_index (outcome->verdicts, 0))->why);
}
END_TEST

static const struct
{
  const char *step, *why;
} lonely[] = {
  { "{at: 1s, for each: {kind: Pod, metadata: {name: nobody}}, delete: {}}",
    "refused: no such object: no object is like that" },
  { "{at: 1s, every: 1m, until: 5m, for each: {kind: Node}, untaint: {key: a}}",
    "refused: no such node: no node is like that" },
  { "{whenever: {event: node.ready}, uncordon: {}}", "the run ended before this step was due" },
};

START_TEST (a_step_that_finds_nobody_fails_the_scenario)
{
  g_autofree char *text = g_strdup_printf (HEAD "expect: []\nsteps:\n  - %s\n", lonely[_i].step);
  g_autoptr (SimOutcome) outcome = rehearse (text);

  ck_assert (!outcome->held);
  ck_assert_str_eq (only_verdict (outcome)->why, lonely[_i].why);
}
END_TEST

START_TEST (reaching_the_limit_of_events_is_a_result)
{
  g_autoptr (SimOutcome) outcome
      = rehearse (HEAD "expect: []\nmax_events: 1\nsteps:\n"
                       "  - {at: 1s, sts: {operation: GetCallerIdentity}}\n"
                       "  - {at: 2s, sts: {operation: GetCallerIdentity}}\n");
  const SimVerdict *last = g_ptr_array_index (outcome->verdicts, outcome->verdicts->len - 1);

  ck_assert (!outcome->held);
  ck_assert_str_eq (last->why, "it reached its limit of events (max_events)");
}
END_TEST

START_TEST (the_time_of_a_scenario_ends_it)
{
  g_autoptr (SimOutcome) outcome
      = rehearse (HEAD "for: 5s\nexpect: []\nsteps: [{at: 1s, sts: {operation: "
                       "GetCallerIdentity}}, {after: {event: step.started}, plus: 1h, sts: "
                       "{operation: GetCallerIdentity}}]\n");

  ck_assert_int_le (outcome->virtual_time, 5 * DD_SECOND);
  ck_assert_str_eq (only_verdict (outcome)->why, "the run ended before this step was due");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    the_line_and_a_caret_are_shown,
    a_scenario_that_expects_nothing_is_told,
    what_is_no_file_is_not_read,
    a_mistake_in_a_shared_file_is_pointed_at_there,
    an_unknown_profile_of_the_command_line_is_refused,
    a_step_that_is_refused_fails_the_scenario,
    a_step_that_must_fail_does,
    a_step_that_must_fail_and_does_not_is_a_failure,
    a_step_whose_cause_never_comes_is_a_failure,
    objects_are_applied_patched_and_deleted,
    a_step_may_be_done_to_each_object_again_and_again,
    a_step_may_answer_each_event_about_its_subject,
    reaching_the_limit_of_events_is_a_result,
    the_time_of_a_scenario_ends_it,
  };
  Suite *suite = suite_create ("scenario");
  TCase *tcase = tcase_create ("scenario");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_loop_test (tcase, a_step_that_finds_nobody_fails_the_scenario, 0,
                       G_N_ELEMENTS (lonely));
  tcase_add_loop_test (tcase, a_mistake_in_a_scenario_is_pointed_at, 0, G_N_ELEMENTS (mistakes));
  tcase_add_loop_test (tcase, what_the_world_refuses_is_pointed_at, 0, G_N_ELEMENTS (refusals));
  tcase_add_loop_test (tcase, a_fault_that_never_strikes_fails_the_scenario_unless_it_may, 0,
                       G_N_ELEMENTS (idle_faults));
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tcase_add_test (tcase, tests[i]);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
