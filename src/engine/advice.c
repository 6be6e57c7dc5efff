/* SPDX-License-Identifier: Apache-2.0 */
/* The first row that fits is the advice. One more replica is the kindest of them, and helps only
 * where a controller can run one, where a node may take it, and where the budget does not grow with
 * it. (Kubernetes, Specifying a Disruption Budget for your Application.) */
#include "config.h"

#include "engine/advice.h"

#include "engine/mutant.h"

typedef struct
{
  const DdKubePod *pod;
  const DdEviction *refusal;
  const DdKubeBudget *budget;
} Case;

/* Whose pods belong to a controller without a scale (Kubernetes, the disruption controller's
 * getExpectedScale). */
static gboolean
cannot_be_worked_out (const Case *it)
{
  return it->budget != NULL && it->budget->unknown;
}

static gboolean
lacks_health (const Case *it)
{
  return it->refusal->needs >= 0 && it->refusal->has < it->refusal->needs;
}

/* A pod that is not Ready may always leave under AlwaysAllow, whatever the others are like. */
static gboolean
is_unhealthy_itself (const Case *it)
{
  return lacks_health (it) && it->pod->unready;
}

static gboolean
allows_nothing_ever (const Case *it)
{
  return it->budget != NULL && it->budget->never;
}

static gboolean
others_are_unhealthy (const Case *it)
{
  return it->budget != NULL && it->refusal->has >= 0 && it->budget->expected > it->refusal->has;
}

static gboolean
has_no_scale (const Case *it)
{
  static const char *const scalable[] = { "ReplicaSet/", "StatefulSet/", "ReplicationController/" };

  for (guint i = 0; i < G_N_ELEMENTS (scalable); i++)
    if (it->pod->owner != NULL && g_str_has_prefix (it->pod->owner, scalable[i]))
      return FALSE;
  return TRUE;
}

static gboolean
wants_a_node_alone (const Case *it)
{
  return it->pod->exclusive;
}

static gboolean
always (G_GNUC_UNUSED const Case *it)
{
  return TRUE;
}

static const struct
{
  gboolean (*fits) (const Case *it);
  const char *advice;
  gboolean names_pod; /* namespace and name follow */
} rows[] = {
  { cannot_be_worked_out,
    "Kubernetes cannot work the budget out (SyncFailed), as it does where a controller of its pods "
    "has no scale: let it select no such pods, or say minAvailable as a whole number" },
  { is_unhealthy_itself, "the pod itself is not Ready: mend it, or allow the eviction of unhealthy "
                         "pods (unhealthyPodEvictionPolicy: AlwaysAllow)" },
  { allows_nothing_ever, "the budget allows no disruption however many replicas there are: let it "
                         "allow one (maxUnavailable: 1)" },
  { lacks_health, "bring its other pods back to health, or allow the eviction of unhealthy ones "
                  "(unhealthyPodEvictionPolicy: AlwaysAllow)" },
  { others_are_unhealthy, "bring its other pods back to health, or relax the budget" },
  { has_no_scale,
    "no controller can run one more of it: relax the budget, or delete the pod by hand: kubectl "
    "delete pod --namespace",
    TRUE },
  { wants_a_node_alone, "its pods must not share a node, so one more replica would need one more "
                        "node: relax the budget" },
  { always, "run one more replica, or relax the budget" },
};

char *
dd_advice_against_budget (const DdKubePod *pod, const DdEviction *refusal,
                          const DdKubeBudget *budget)
{
  Case it = { pod, refusal, budget };
  guint i = DD_MUTANT (ADVISE_ONE_MORE) ? G_N_ELEMENTS (rows) - 1 : 0;

  while (!rows[i].fits (&it))
    i++;
  return rows[i].names_pod
             ? g_strdup_printf ("%s %s %s", rows[i].advice, pod->namespace_, pod->name)
             : g_strdup (rows[i].advice);
}
