/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fake-group.h: the smallest node group an engine can be tried on: tables that a test fills
 */
#pragma once

#include "fake-transport.h"

G_BEGIN_DECLS

#define OLD_IMAGE "ami-0000000000000001"
#define NEW_IMAGE "ami-0000000000000002"

/* Without an answer: the request was not carried out, or it was and nobody hears of it. */
#define FAKE_NOT_DONE 0
#define FAKE_LOST (-1)

typedef struct
{
  char *name, *instance, *zone, *image;
  DdUsec born;    /* when its instance was launched */
  DdUsec leaving; /* when it was told to terminate; 0: never */
  gboolean standby, tainted, cordoned, excluded, protected_;
  GPtrArray *pods; /* of char *: names in namespace "shop" */
} FakeNode;

typedef struct
{
  FakeClock *clock;
  DdUsec made;
  GPtrArray *nodes; /* of FakeNode, also those that have gone */
  guint zones;      /* of the group */
  gint64 min, max, desired;
  gint64 peak_desired, peak_max;
  int version; /* of the launch template the group points to */
  gboolean made_version;
  const char *update_config; /* JSON */
  gboolean no_hook;          /* EKS's termination hook is not there */

  /* what goes wrong */
  int dead_zone;         /* -1: none; else no instance can be launched there */
  gboolean never_ready;  /* new nodes stay NotReady */
  const char *stuck_pod; /* its evictions are refused ... */
  const char *budgets;   /* JSON: the list of them; NULL: an empty one */
  gboolean two_budgets;  /* ... because two budgets select it */
  const char *failing;   /* requests with this in target or body fail ... */
  guint failures;        /* ... so many times */
  int failure_status;    /* ... with this; FAKE_NOT_DONE or FAKE_LOST: no answer */
  const char *failure_body;
  const char *retry_after; /* of a failure */
  gboolean elsewhere;      /* the cluster that is asked knows none of its nodes */
  const char *status;      /* of the managed group; NULL: ACTIVE */
  const char *suspended;   /* a process of the Auto Scaling group; NULL: none */
  int free_addresses;      /* of its one subnet; 0: it has none to name, -1: nobody may ask */
  gboolean managed;        /* its Auto Scaling group carries the tag of EKS */
  DdUsec outside_raise;    /* when somebody raises desired by one; 0: never */

  guint last_number;
  guint evictions, deletions, repoints, resizes;
  GString *log; /* one line per request: METHOD TARGET BODY */
} FakeGroup;

/* COUNT old nodes, spread over ZONES. */
FakeGroup *fake_group_new (FakeClock *clock, guint count, guint zones);
void fake_group_free (FakeGroup *group);
DdReply *fake_group_handle (const DdRequest *request, gpointer group);

/* Of the nodes that are still there: all, with this image, tainted. */
guint fake_group_count (const FakeGroup *group, const char *image);
guint fake_group_tainted (const FakeGroup *group);
FakeNode *fake_group_node (const FakeGroup *group, guint n);

G_END_DECLS
