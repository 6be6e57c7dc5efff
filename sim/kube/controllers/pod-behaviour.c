/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/pod-behaviour.h"

#include "base/time.h"
#include "sim/kube/controllers/sleep-command.h"
#include "sim/kube/kinds/annotations.h"

static const char *
annotation (const SimObject *pod, const char *name)
{
  return dd_value_string (
      dd_value_member (dd_value_path (pod->value, "metadata.annotations"), name));
}

static gboolean
is_set (const SimObject *pod, const char *name)
{
  return g_strcmp0 (annotation (pod, name), "true") == 0;
}

/* A text that is no duration counts as absent. */
static DdUsec
duration (const SimObject *pod, const char *name)
{
  const char *text = annotation (pod, name);
  DdUsec delay = -1;

  if (text != NULL)
    dd_duration_from_text (text, &delay);
  return delay;
}

static int
exit_code (const SimObject *pod, const char *name, int fallback)
{
  const char *text = annotation (pod, name);
  int code = fallback;

  if (text != NULL)
    kube_exit_code_from_text (text, &code);
  return code;
}

/* A pod that is not started again ends when the commands of all its containers have: as far as
 * their texts tell. */
static void
learn_from_commands (const DdValue *containers, SimPodBehaviour *behaviour)
{
  DdUsec longest = -1;

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      int code = 0;
      DdUsec runs = sim_command_runs (dd_value_member (container, "command"),
                                      dd_value_member (container, "args"), &code);

      if (runs < 0)
        return;
      longest = MAX (longest, runs);
      behaviour->exit_code = MAX (behaviour->exit_code, code);
    }
  behaviour->exit_after = longest < SIM_FOREVER ? longest : -1;
}

/* Programs that know nothing of SIGTERM die of it, 128 + 15, and those that do mostly say that all
 * is well. The former is what matters where the exit code decides what becomes of the pod's work.
 */
#define STOPPED 143

static void
learn_codes (const SimObject *pod, SimPodBehaviour *behaviour)
{
  behaviour->exit_code = exit_code (pod, KUBE_EXIT_CODE, behaviour->exit_code);
  if (behaviour->crash_loop && behaviour->exit_code == 0)
    behaviour->exit_code = 1;
  behaviour->stop_code = exit_code (pod, KUBE_STOP_CODE, behaviour->restarts ? 0 : STOPPED);
}

/* How long after its start CONTAINER is first asked, by whichever of the two probes is later: what
 * has not started is not Ready. -1: it has neither. Imitates: Kubernetes, Configure Liveness,
 * Readiness and Startup Probes. */
static DdUsec
probe_delay (const DdValue *container)
{
  static const char *const probes[] = { "startupProbe", "readinessProbe" };
  DdUsec delay = -1;

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      const DdValue *probe = dd_value_member (container, probes[i]);

      if (probe != NULL)
        delay = MAX (delay, dd_value_path_int (probe, "initialDelaySeconds", 0) * DD_SECOND);
    }
  return delay;
}

/* HOOK is lifecycle.preStop or .postStart. A request to the program itself, httpGet, takes what the
 * annotation says, and so does a command whose text does not tell. Imitates: Kubernetes, Container
 * Lifecycle Hooks, Hook handler implementations. */
static DdUsec
hook_time (const SimObject *pod, const DdValue *hook, const char *name)
{
  DdUsec told = duration (pod, name);

  if (hook == NULL)
    return 0;
  if (told >= 0)
    return told;
  return MAX (dd_value_path_int (hook, "sleep.seconds", 0) * DD_SECOND,
              sim_command_sleeps (dd_value_path (hook, "exec.command"), NULL));
}

DdUsec
sim_container_holds (const SimObject *pod, const DdValue *container, gboolean init)
{
  gboolean sidecar = g_strcmp0 (dd_value_path_string (container, "restartPolicy"), "Always") == 0;

  if (init && !sidecar)
    return sim_command_sleeps (dd_value_member (container, "command"),
                               dd_value_member (container, "args"));
  return hook_time (pod, dd_value_path (container, "lifecycle.postStart"), KUBE_POST_START);
}

SimPodBehaviour
sim_pod_behaviour (const SimObject *pod)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.containers");
  const char *policy = dd_value_path_string (pod->value, "spec.restartPolicy");
  SimPodBehaviour behaviour = {
    .ready_after = duration (pod, KUBE_READY_AFTER),
    .stop_after = duration (pod, KUBE_STOP_AFTER),
    .exit_after = duration (pod, KUBE_EXIT_AFTER),
    .never_ready = is_set (pod, KUBE_NEVER_READY),
    .ignores_sigterm = is_set (pod, KUBE_IGNORES_SIGTERM),
    .crash_loop = is_set (pod, KUBE_CRASH_LOOP),
    .restarts = g_strcmp0 (policy, "Always") == 0,
    .fails = g_strcmp0 (policy, "Never") == 0,
  };

  if (!behaviour.restarts && behaviour.exit_after < 0)
    learn_from_commands (containers, &behaviour);
  learn_codes (pod, &behaviour);

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      DdUsec delay = probe_delay (container);
      DdUsec hook = hook_time (pod, dd_value_path (container, "lifecycle.preStop"), KUBE_PRE_STOP);

      behaviour.probed |= delay >= 0;
      behaviour.probe_delay = MAX (behaviour.probe_delay, delay);
      behaviour.pre_stop = MAX (behaviour.pre_stop, hook);
    }
  return behaviour;
}
