/* SPDX-License-Identifier: Apache-2.0 */
/* engine/engine.h: the upgrade of one managed node group: setup, scale up, upgrade, scale down */
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/trace.h"
#include "base/transport.h"
#include "engine/journal.h"
#include "engine/knobs.h"

G_BEGIN_DECLS

typedef struct _DdEngine DdEngine;

/* What the engine may touch: nothing else reaches the network, time or chance. All borrowed. */
typedef struct
{
  DdTransport *transport;
  DdClock *clock;
  DdRandom *random; /* the engine's own stream */
  DdTrace *trace;
  DdJournal *journal; /* NULL: the update is not remembered */
} DdEngineContext;

typedef struct
{
  const char *cluster;
  const char *nodegroup;        /* a managed group; of a group of one's own, how it is spoken of */
  const char *scaling_group;    /* a group of one's own, by its Auto Scaling group; NULL: managed */
  const char *image;            /* of such a group; NULL: that of its template's latest version */
  gint64 max_unavailable;       /* of such a group: how many are replaced at once */
  const char *version;          /* target Kubernetes minor, "1.30"; NULL: the cluster's */
  const char *release_version;  /* "1.30.0-20240703"; NULL: the newest of that minor */
  const char *template_version; /* of the launch template that a managed group was made with; NULL:
                                 * the one that it runs */
  gboolean force;
  gboolean alone;          /* not for EKS: refuses a managed group that EKS is busy with, and looks
                            * for what EKS finds by itself */
  gboolean spares_managed; /* refuses a SCALING_GROUP that belongs to a managed group */
  const char *token;       /* by which EC2 knows a repeated request; NULL: one is drawn */
  const char *api_server;  /* how the API server is spoken of, its URL; NULL: as EKS names it */
  DdKnobs knobs;
  const DdValue *resume; /* what a journal holds of an update to go on with; NULL: a new one */
} DdUpgradeOptions;

/* How an update ends; the strings are those of EKS. */
typedef struct
{
  gboolean succeeded;
  gboolean refused;        /* nothing was written: what was asked for fits not what is there */
  char *error_code;        /* "PodEvictionFailure"; NULL when it succeeded */
  char *error_message;     /* as on AWS */
  GPtrArray *resource_ids; /* as on AWS: node names, instance ids; may be empty */
  char *explanation;       /* ours: which pod, which budget, what it needs and has, since when */
  char *release_version;   /* what the group runs now when it succeeded */
  guint replaced;          /* nodes terminated and replaced */
} DdUpgradeResult;

typedef void (*DdEngineDone) (DdEngine *engine, const DdUpgradeResult *result, gpointer data);

/* Copies OPTIONS. Nothing is sent before dd_engine_start (). DONE runs once, from a timer or a
 * reply, never from within dd_engine_start (). */
DdEngine *dd_engine_new (const DdEngineContext *context, const DdUpgradeOptions *options,
                         DdEngineDone done, gpointer data);
void dd_engine_start (DdEngine *engine);
/* Safe at any time, also half-way: cancels every request and timer. */
void dd_engine_free (DdEngine *engine);

/* Reads and decides as dd_engine_start () would, changes nothing, and passes the plan as an object:
 * {"release":..,"image":..,"parallelism":..,"zones":[{"zone":..,"nodes":[..]}],"mark":[..],
 *  "size":{"desired":..,"max":..,"peak_desired":..,"peak_max":..}}; ERROR is set when it cannot,
 * DD_ERROR_REFUSED where an update would be refused. "warnings" (of strings) is there when
 * something would hinder the update. */
typedef void (*DdPlanDone) (const DdValue *plan, const GError *error, gpointer data);
void dd_engine_plan (DdEngine *engine, DdPlanDone done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdEngine, dd_engine_free)

G_END_DECLS
