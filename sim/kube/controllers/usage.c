/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/usage.c: what metrics-server would say of the pods here
 *
 * Imitates: Kubernetes, Resource metrics pipeline: what runs is measured, and nothing else. The
 * programs here do nothing, and so they use nothing, but what annotations say: an amount for each
 * pod, and a load that the Ready pods of a workload share evenly, so that more pods use less each.
 * "unknown" is what a cluster without metrics-server says. */
#include "config.h"

#include "sim/kube/controllers/usage.h"

#include <string.h>

#include "sim/kube/kinds/annotations.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/schema/quantity.h"

static const DdValue *
annotation (const SimObject *pod, const SimObject *workload, const char *name)
{
  const DdValue *own
      = workload != NULL ? dd_value_path (workload->value, "metadata.annotations") : NULL;
  const DdValue *said = dd_value_member (own, name);

  return said != NULL ? said
                      : dd_value_member (dd_value_path (pod->value, "metadata.annotations"), name);
}

/* FALSE: it is not known. What is no quantity counts as absent. */
static gboolean
amount (const SimObject *pod, const SimObject *workload, const char *name, gint64 *out_milli)
{
  const DdValue *said = annotation (pod, workload, name);

  *out_milli = 0;
  if (g_strcmp0 (dd_value_string (said), KUBE_UNKNOWN_AMOUNT) == 0)
    return FALSE;
  if (kube_quantity_to_milli (said, out_milli))
    *out_milli = MAX (*out_milli, 0);
  return TRUE;
}

gboolean
sim_pod_usage (const SimObject *pod, const SimObject *workload, const char *resource, guint sharers,
               gint64 *out_milli)
{
  const KubePodView *view = kube_pod_view (pod);
  gboolean memory = strcmp (resource, "memory") == 0;
  gint64 own, load;

  if (g_strcmp0 (view->phase, "Running") != 0
      || !amount (pod, workload, memory ? KUBE_MEMORY_USAGE : KUBE_CPU_USAGE, &own)
      || !amount (pod, workload, memory ? KUBE_MEMORY_LOAD : KUBE_CPU_LOAD, &load))
    return FALSE;
  *out_milli = own + (view->ready && sharers > 0 ? load / sharers : 0);
  return TRUE;
}
