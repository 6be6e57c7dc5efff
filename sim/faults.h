/* sim/faults.h: what goes wrong on purpose: rows that match requests and say how they fail */
#pragma once

#include "sim/world.h"

G_BEGIN_DECLS

typedef struct
{
  char *service;   /* "kubernetes", "eks", "autoscaling", "ec2", "ssm", "sts" */
  char *operation; /* "DescribeInstances"; Kubernetes: "list pods", "create pods/eviction"; NULL:
                      any */
  char *subject;   /* NULL: any; else a name the request concerns (pod, node, group) */
  char *error;     /* wire code ("Throttling", "RequestLimitExceeded") or a Kubernetes reason
                    * ("InternalError", "TooManyRequests", "ServiceUnavailable"); NULL: no error */
  char *message;   /* NULL: the service's usual text */
  guint status;    /* 0: the code's usual HTTP status */
  gint64 retry_after_seconds; /* 0: none */
  DdUsec delay;               /* added to the reply's latency */
  gboolean lose_reply;        /* carried out, but the answer never arrives */
  DdUsec from, until;         /* since the world's beginning; until 0: for ever */
  guint times;                /* 0: without limit */
  double probability;         /* 0 counts as 1 */
} SimFault;

SimFaults *sim_faults_new (SimWorld *world);
void sim_faults_free (SimFaults *faults);
/* Copies ROW. */
void sim_faults_add (SimFaults *faults, const SimFault *row);
/* Rows in the order they were added; borrowed. */
guint sim_faults_count (const SimFaults *faults);
const SimFault *sim_faults_row (const SimFaults *faults, guint index);
/* The first row that applies now, counted as used and traced "fault.injected"; NULL: none. The
 * services ask this before they execute an operation and answer row->error in their own shape. */
const SimFault *sim_faults_match (SimFaults *faults, const char *service, const char *operation,
                                  const char *subject);
/* Delay and loss that the answer just given must suffer; the transport takes and clears it. */
void sim_faults_take_reply_effect (SimFaults *faults, DdUsec *out_delay, gboolean *out_lost);

G_END_DECLS
