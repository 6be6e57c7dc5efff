/* SPDX-License-Identifier: Apache-2.0 */
/* sim/world/world.h: everything that exists in one rehearsal, and the loop that makes it go on */
#pragma once

#include "base/transport.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

typedef struct _KubeApi KubeApi;           /* sim/kube/verbs/api.h */
typedef struct _SimActors SimActors;       /* sim/kube/controllers/actors.h */
typedef struct _AwsCloud AwsCloud;         /* sim/aws/ec2/cloud.h */
typedef struct _AwsEks AwsEks;             /* sim/aws/eks/eks.h */
typedef struct _SimTransport SimTransport; /* sim/world/transport.h */

typedef struct _SimWorld SimWorld;

/* Plain parts, in the order they are made; each is owned by the world. */
struct _SimWorld
{
  SimStage *stage;
  AwsCloud *cloud;
  KubeApi *kube; /* the API server of the world's cluster */
  SimActors *actors;
  SimTransport
      *transport; /* the way in-world clients (the EKS workflow's engine) reach the front door */
  AwsEks *eks;
  guint64 max_events; /* a limit that is reported, not a hang */
  gboolean stopped;   /* an observer asked for the end */
  GPtrArray *observers;
};

typedef struct
{
  guint64 seed;
  DdUsec start;          /* the instant of the world's beginning (furnishing starts there) */
  int kube_minor;        /* 27..36 */
  const char *region;    /* "us-west-2" */
  const char *account;   /* "123456789012" */
  gboolean notes_actors; /* managedFields tell of controllers and kubelets too */
  const char *endpoint;  /* "http://127.0.0.1:4566": what describe-cluster tells clients */
} SimWorldOptions;

SimWorld *sim_world_new (const SimWorldOptions *options);
void sim_world_free (SimWorld *world);

/* Runs the requests that are waiting, then the earliest event, then the observers. FALSE when
 * nothing is left to happen, the event limit is reached, or an observer stopped the world. */
gboolean sim_world_step (SimWorld *world);
/* Steps until the next event is later than INSTANT, then moves the clock there. FALSE when the
 * event limit was reached or an observer stopped the world before. */
gboolean sim_world_run_until (SimWorld *world, DdUsec instant);
gboolean sim_world_run_for (SimWorld *world, DdUsec delay);

typedef void (*SimObserver) (SimWorld *world, gpointer data);
/* Runs after every event, in the order added. */
void sim_world_add_observer (SimWorld *world, SimObserver observer, gpointer data);
void sim_world_stop (SimWorld *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWorld, sim_world_free)

G_END_DECLS
