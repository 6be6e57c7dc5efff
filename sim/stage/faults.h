/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/faults.h: what goes wrong on purpose: rows that match requests and say how they fail */
#pragma once

#include "base/transport.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

/* Who sends requests: the engine, the steps of a scenario, kubectl. */
#define SIM_FAULT_CLIENT "client"

typedef struct
{
  char *service;   /* "kubernetes", "eks", "autoscaling", "ec2", "ssm", "sts"; what happens without
                    * a request: "instance", "pod", "hook" */
  char *operation; /* "DescribeInstances"; Kubernetes: "list pods", "create pods/eviction"; NULL:
                      any. instance: "launch", "join"; pod: "pull", "start",
                    * "ready"; hook: "complete" */
  char *subject;   /* NULL: any; else a name that it concerns (pod, workload, node, group), in
                    * which * stands for any text and ? for any character */
  char *by;        /* kubernetes: NULL: whoever asks; else the actor of the world that does
                    * ("replicaset"), or SIM_FAULT_CLIENT for all who send requests */
  char *error;     /* wire code ("Throttling", "RequestLimitExceeded") or a Kubernetes reason
                    * ("InternalError", "TooManyRequests", "ServiceUnavailable"); NULL: no error */
  char *message;   /* NULL: the service's usual text */
  guint status;    /* 0: the code's usual HTTP status */
  gint64 retry_after_seconds; /* 0: none */
  DdUsec delay;               /* added to the reply's latency */
  gboolean lose_reply;        /* carried out, but the answer never arrives */
  gboolean half_closed;       /* carried out, but the connection breaks before the answer */
  gboolean unreachable;       /* not carried out: nobody answers the door */
  DdUsec from, until;         /* since the world's beginning; until 0: for ever */
  guint times;                /* 0: without limit */
  guint nth;                  /* only the nth request that it would apply to; 0: every one */
  double probability;         /* 0 counts as 1 */
  gboolean may_not_strike;    /* nobody minds when it never does */
  gboolean drawn;             /* from the seed; else somebody asked for it */
} SimFault;

SimFaults *sim_faults_new (SimStage *stage);
void sim_faults_free (SimFaults *faults);
/* Copies ROW; returns its index. */
guint sim_faults_add (SimFaults *faults, const SimFault *row);
/* Rows in the order they were added; borrowed. */
guint sim_faults_length (const SimFaults *faults);
const SimFault *sim_faults_row (const SimFaults *faults, guint index);
/* How often a row applied, and how often it struck: less where it is one of many, or a chance. */
guint sim_faults_met (const SimFaults *faults, guint index);
guint sim_faults_used (const SimFaults *faults, guint index);
/* Counts a row as used that nobody asks for here: it strikes by itself, at an instant. */
void sim_faults_count (SimFaults *faults, guint index);
/* The first row that applies now, counted as used and traced "fault.injected"; NULL: none. The
 * services ask this before they execute an operation and answer row->error in their own shape. */
const SimFault *sim_faults_match (SimFaults *faults, const char *service, const char *operation,
                                  const char *subject);
/* The same for a request that is known by any of the names in CONCERNED, ended by NULL: the first
 * one is traced. */
const SimFault *sim_faults_match_any (SimFaults *faults, const char *service, const char *operation,
                                      const char *const *concerned);
/* The same for what BY, one of the world's own, asks of a service without a request: the first row
 * that refuses it. What happens to a connection or to an answer on its way is a client's matter. */
const SimFault *sim_faults_refuse (SimFaults *faults, const char *service, const char *operation,
                                   const char *by, const char *const *concerned);
/* Whether some row asks for a name: else nobody need collect them. */
gboolean sim_faults_ask_for_names (const SimFaults *faults);
/* The same for what happens in the world without a request. CONCERNED, ended by NULL, are the names
 * by which a row's subject may know it: the first one is traced. */
const SimFault *sim_faults_strike (SimFaults *faults, const char *service, const char *operation,
                                   const char *const *concerned);

/* How often the rows that were DRAWN, or those that were not, have struck. */
guint64 sim_faults_struck (const SimFaults *faults, gboolean drawn);

/* Frees DATA with the faults. */
void sim_faults_keep (SimFaults *faults, gpointer data, GDestroyNotify free);

/* ---- for the transport ---- */

typedef enum
{
  SIM_REPLY_ARRIVES,
  SIM_REPLY_LOST,   /* silence until the caller's patience ends */
  SIM_REPLY_BROKEN, /* the connection is closed instead */
} SimReplyFate;

typedef struct
{
  DdUsec delay;
  SimReplyFate fate;
} SimReplyEffect;

/* Counts a request that is about to be carried; TRUE: it must not arrive. */
gboolean sim_faults_stop_request (SimFaults *faults, const DdRequest *request);
/* What the answer in the making must suffer; the transport takes and clears it. */
SimReplyEffect sim_faults_take_reply_effect (SimFaults *faults);

/* ---- sweeps: the same rehearsal with its 1st, 2nd, 3rd ... request going wrong ---- */

typedef enum
{
  SIM_NTH_FAILS_BEFORE, /* the connection is refused */
  SIM_NTH_FAILS_AFTER,  /* carried out, and the connection breaks */
  SIM_NTH_SLOW,         /* answered SIM_NTH_DELAY later than usual */
  SIM_N_NTH_KINDS
} SimNthKind;

#define SIM_NTH_DELAY (20 * DD_SECOND)

/* The Nth request (from 1) that passes the transport after the world's beginning goes wrong, or
 * FOR_GOOD: it and all that follow. */
void sim_faults_inject_nth (SimFaults *faults, guint64 n, SimNthKind kind, gboolean for_good);
/* How many passed so far; a sweep ends when N is above that at the end of its rehearsal. */
guint64 sim_faults_requests (const SimFaults *faults);
/* How often it went wrong so; 0: the aim was beyond the end. */
guint64 sim_faults_nth_struck (const SimFaults *faults);

G_END_DECLS
