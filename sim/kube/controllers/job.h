/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/job.h: the decisions about a Job's pods, apart from the store */
#pragma once

#include "base/clock.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

/* What holds a Job's pod until it is counted. */
#define SIM_JOB_FINALIZER "batch.kubernetes.io/job-tracking"

typedef enum
{
  SIM_JOB_COUNTS,  /* towards spec.backoffLimit */
  SIM_JOB_IGNORES, /* the pod is replaced as if nothing had been */
  SIM_JOB_FAILS,   /* the whole Job does */
} SimJobVerdict;

/* What the failure of POD comes to under POLICY, a spec.podFailurePolicy or NULL. *OUT_MESSAGE says
 * why for SIM_JOB_FAILS; it may be NULL, and the caller frees it. */
SimJobVerdict sim_job_judge (const DdValue *policy, const SimObject *pod, char **out_message);

/* How long after the last of FAILURES in a row the next pod is made. */
DdUsec sim_job_back_off (guint failures);

/* A pod that is being deleted is replaced, and counts, only when it has ended. */
gboolean sim_job_waits_for_end (const DdValue *job);
gboolean sim_job_pod_failed (const DdValue *job, const SimObject *pod);
gboolean sim_job_pod_succeeded (const SimObject *pod);
/* When a pod that has ended, or is about to, did. */
DdUsec sim_job_pod_end (const SimObject *pod);
/* The restarts of containers of the PODS that have not ended. */
gint64 sim_job_restarts (const GPtrArray *pods);

/* POD carries the finalizer. */
gboolean sim_job_holds (const SimObject *pod);
/* Its completion index; -1: it has none. */
gint64 sim_job_index (const SimObject *pod);

/* Sets of indexes: one byte each, 1 for those that are in. "1,3-5,7" */
char *sim_indexes_to_text (const GByteArray *set);
/* What lies beyond SET is left out. TEXT may be NULL. */
void sim_indexes_add_text (GByteArray *set, const char *text);
guint sim_indexes_count (const GByteArray *set);

/* Of PODS, those that go first if N are too many, and all whose index is another's or beyond
 * COMPLETIONS (-1: no indexes); a new array. */
GPtrArray *sim_job_surplus (const GPtrArray *pods, gint64 n, gint64 completions);

G_END_DECLS
