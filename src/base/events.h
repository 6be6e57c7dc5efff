/* SPDX-License-Identifier: Apache-2.0 */
/* base/events.h: the dictionary of the trace: every event and every detail that it may hold
 *
 * Who tells of an event and who reads it name it by its id, so that neither is left behind when the
 * other changes. A detail has one type and one meaning, whichever event it is of. */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* In the order of their names. */
typedef enum
{
  DD_EVENT_API_AWAY,
  DD_EVENT_API_BACK,
  DD_EVENT_AUTOSCALER_SCALED,
  DD_EVENT_CLUSTER_UPDATE_ACCEPTED,
  DD_EVENT_CLUSTER_UPDATE_FINISHED,
  DD_EVENT_DRAIN_EVICTED,
  DD_EVENT_DRAIN_EVICTION_FAILED,
  DD_EVENT_DRAIN_FINISHED,
  DD_EVENT_DRAIN_FORCED,
  DD_EVENT_DRAIN_OVERDUE,
  DD_EVENT_DRAIN_REFUSED_BY_BUDGET,
  DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS,
  DD_EVENT_DRAIN_STARTED,
  DD_EVENT_ENGINE_KILLED,
  DD_EVENT_ENGINE_RESUMED,
  DD_EVENT_EVICTION_ACCEPTED,
  DD_EVENT_EVICTION_REFUSED,
  DD_EVENT_EXPECTATION_FAILED,
  DD_EVENT_EXPECTATION_HELD,
  DD_EVENT_FAULT_INJECTED,
  DD_EVENT_GROUP_REPOINTED,
  DD_EVENT_GROUP_UPDATED,
  DD_EVENT_HOOK_DRAIN_OVERDUE,
  DD_EVENT_IMAGE_ASSUMED,
  DD_EVENT_INSTANCE_IN_SERVICE,
  DD_EVENT_INSTANCE_LAUNCHING,
  DD_EVENT_INSTANCE_PENDING,
  DD_EVENT_INSTANCE_RUNNING,
  DD_EVENT_INSTANCE_SHUTTING_DOWN,
  DD_EVENT_INSTANCE_TERMINATED,
  DD_EVENT_INSTANCE_TERMINATING,
  DD_EVENT_JOB_COMPLETED,
  DD_EVENT_JOB_CREATED,
  DD_EVENT_JOB_DELETED,
  DD_EVENT_JOB_EXPIRED,
  DD_EVENT_JOB_FAILED,
  DD_EVENT_JOB_POD_FAILED,
  DD_EVENT_JOB_POD_IGNORED,
  DD_EVENT_JOB_SKIPPED,
  DD_EVENT_JOB_WAITING,
  DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED,
  DD_EVENT_LAUNCH_TEMPLATE_VERSION_DELETED,
  DD_EVENT_LAUNCH_FAILED,
  DD_EVENT_MACHINE_ENTERED,
  DD_EVENT_MAXIMUM_ADOPTED,
  DD_EVENT_MINIMUM_ADOPTED,
  DD_EVENT_NODE_CORDON_SEEN,
  DD_EVENT_NODE_CORDONED,
  DD_EVENT_NODE_DELETED,
  DD_EVENT_NODE_JOINED,
  DD_EVENT_NODE_LABELLED,
  DD_EVENT_NODE_MARKED,
  DD_EVENT_NODE_NOT_READY,
  DD_EVENT_NODE_READY,
  DD_EVENT_NODE_REGISTERED,
  DD_EVENT_NODE_SETTLED,
  DD_EVENT_NODE_TERMINATED,
  DD_EVENT_NODE_TERMINATING,
  DD_EVENT_NODE_UNMARKED,
  DD_EVENT_NODE_VANISHED,
  DD_EVENT_NODEGROUP_STATUS,
  DD_EVENT_NOT_MODELLED,
  DD_EVENT_PHASE_ENTERED,
  DD_EVENT_POD_BOUND,
  DD_EVENT_POD_COLLECTED,
  DD_EVENT_POD_CREATED,
  DD_EVENT_POD_DELETED,
  DD_EVENT_POD_ENDED,
  DD_EVENT_POD_EVICTED,
  DD_EVENT_POD_PREEMPTED,
  DD_EVENT_POD_READY,
  DD_EVENT_POD_RUNNING,
  DD_EVENT_POD_STOPPED,
  DD_EVENT_POD_UNSCHEDULABLE,
  DD_EVENT_REFILL_AWAITED,
  DD_EVENT_REPLICAS_SCALED,
  DD_EVENT_REQUEST_RETRIED,
  DD_EVENT_SCALE_DOWN_CHOSEN,
  DD_EVENT_SCALE_DOWN_STEP,
  DD_EVENT_SCALE_DOWN_STOPPED,
  DD_EVENT_SCALE_UP_REQUESTED,
  DD_EVENT_SCALE_UP_SATISFIED,
  DD_EVENT_SIZE_ADOPTED,
  DD_EVENT_STEP_STARTED,
  DD_EVENT_UPDATE_ACCEPTED,
  DD_EVENT_UPDATE_FAILED,
  DD_EVENT_UPDATE_FINISHED,
  DD_EVENT_UPDATE_RESUMED,
  DD_EVENT_UPDATE_STARTED,
  DD_EVENT_UPDATE_SUCCEEDED,
  DD_EVENT_UPDATE_WAITS,
  DD_EVENT_UPDATE_WARNED,
  DD_EVENT_UPDATE_WATCHED,
  DD_EVENT_WAVE_STARTED,
  DD_N_EVENTS,
  DD_EVENT_ANY = DD_N_EVENTS, /* these two in tables of readers */
  DD_EVENT_NONE,
} DdEvent;

/* In the order of their names. */
typedef enum
{
  DD_DETAIL_NONE,
  DD_DETAIL_ALLOWED,
  DD_DETAIL_ASKED,
  DD_DETAIL_BUDGET,
  DD_DETAIL_BY,
  DD_DETAIL_CAUSE,
  DD_DETAIL_CODE,
  DD_DETAIL_CONNECTION,
  DD_DETAIL_DELAY,
  DD_DETAIL_DESIRED,
  DD_DETAIL_ENDPOINT,
  DD_DETAIL_ERROR,
  DD_DETAIL_EXPLANATION,
  DD_DETAIL_FAILED,
  DD_DETAIL_FORCE,
  DD_DETAIL_FROM,
  DD_DETAIL_FROM_DESIRED,
  DD_DETAIL_FROM_MAX,
  DD_DETAIL_FROM_REPLICAS,
  DD_DETAIL_GROUP,
  DD_DETAIL_HAS,
  DD_DETAIL_HTTP_STATUS,
  DD_DETAIL_ID,
  DD_DETAIL_IMAGE,
  DD_DETAIL_INSTANCE,
  DD_DETAIL_INSTEAD_OF,
  DD_DETAIL_KUBERNETES_VERSION,
  DD_DETAIL_LOST,
  DD_DETAIL_MACHINE,
  DD_DETAIL_MARK,
  DD_DETAIL_MAX,
  DD_DETAIL_MESSAGE,
  DD_DETAIL_MIN,
  DD_DETAIL_NEEDED,
  DD_DETAIL_NEEDS,
  DD_DETAIL_NODE,
  DD_DETAIL_NODE_COUNT,
  DD_DETAIL_NODES,
  DD_DETAIL_OPERATION,
  DD_DETAIL_OUTDATED,
  DD_DETAIL_OWNER,
  DD_DETAIL_PARALLELISM,
  DD_DETAIL_PHASE,
  DD_DETAIL_POD_COUNT,
  DD_DETAIL_PODS,
  DD_DETAIL_PREEMPTOR,
  DD_DETAIL_PROFILE,
  DD_DETAIL_READY,
  DD_DETAIL_REASON,
  DD_DETAIL_RELEASE,
  DD_DETAIL_REPLACED,
  DD_DETAIL_REPLICAS,
  DD_DETAIL_RESOURCES,
  DD_DETAIL_SECONDS,
  DD_DETAIL_SERVICE,
  DD_DETAIL_SINCE,
  DD_DETAIL_SOURCE_VERSION,
  DD_DETAIL_STATUS,
  DD_DETAIL_STEP,
  DD_DETAIL_STRATEGY,
  DD_DETAIL_TEMPLATE,
  DD_DETAIL_TO,
  DD_DETAIL_TRY,
  DD_DETAIL_TYPE,
  DD_DETAIL_VERSION,
  DD_DETAIL_WAVE,
  DD_DETAIL_WHY,
  DD_DETAIL_ZONE,
  DD_DETAIL_ZONES,
  DD_N_DETAILS,
} DdDetail;

typedef struct
{
  const char *name;
  DdType type; /* an array holds strings */
  const char *meaning;
  const char *const *words; /* all that a text may be, ended by NULL; NULL: anything */
} DdDetailRow;

#define DD_MOST_DETAILS 8

typedef struct
{
  const char *name;    /* "drain.started" */
  const char *actors;  /* who tells of it: "engine", "ec2 autoscaling" */
  const char *subject; /* what it is told of; "none": of nothing */
  const char *meaning; /* one sentence */
  DdDetail required[DD_MOST_DETAILS], optional[DD_MOST_DETAILS]; /* ended by DD_DETAIL_NONE */
} DdEventRow;

extern const DdEventRow dd_events[DD_N_EVENTS];
extern const DdDetailRow dd_details[DD_N_DETAILS];
/* The codes that an error of an EKS update may have; ended by NULL. */
extern const char *const dd_update_error_codes[];

/* NULL when no event is called so. */
const DdEventRow *dd_event_find (const char *name);
/* Whether ACTOR is one of those who tell of it. */
gboolean dd_event_is_told_by (const DdEventRow *event, const char *actor);
gboolean dd_event_has (const DdEventRow *event, DdDetail detail);

/* DD_DETAIL_NONE when no detail is called so. */
DdDetail dd_detail_find (const char *name);

/* NULL when ACTOR may tell of EVENT with DETAILS (an object or NULL); else what is wrong with it,
 * which the caller frees. */
char *dd_event_check (DdEvent event, const char *actor, const DdValue *details);

/* What DETAILS of EVENT say of DETAIL, or the fallback when they do not. It is a bug to ask for
 * what the event does not have, or has by another type. */
const char *dd_event_text (DdEvent event, const DdValue *details, DdDetail detail); /* NULL */
gint64 dd_event_int (DdEvent event, const DdValue *details, DdDetail detail, gint64 fallback);
gboolean dd_event_bool (DdEvent event, const DdValue *details, DdDetail detail);       /* FALSE */
const DdValue *dd_event_list (DdEvent event, const DdValue *details, DdDetail detail); /* NULL */

G_END_DECLS
