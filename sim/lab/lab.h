/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lab/lab.h: a world that outside clients talk to: its description, its pace, its front door
 */
#pragma once

#include "sim/lab/pacing.h"
#include "sim/http/authority.h"
#include "sim/http/server.h"
#include "sim/scenario/faults-file.h"
#include "sim/scenario/unmodelled.h"
#include "sim/scenario/world.h"

G_BEGIN_DECLS

typedef struct
{
  SimWorldFile *file;
  SimFurnish furnish;    /* seed and start stay the same through a reset */
  SimFaultsFile *faults; /* NULL: nothing goes wrong on purpose */
  char *profile;
  char **tokens;
  gboolean rbac;
  SimWorld *world;
  SimPacing *pacing;
  SimServer *server;
  SimAuthority *authority;                  /* who vouches for the server, where it speaks TLS */
  char *authority_data;                     /* its certificate in base64, as kubeconfigs have it */
  void (*tell) (const SimUnmodelled *what); /* NULL: nobody wants to know */
  GPtrArray *unmodelled; /* of SimUnmodelled: what clients asked for, and is not modelled */
  SimCredential admin;   /* what the kubeconfig's user shows, over TLS */
  gboolean tls;
  gboolean local_only; /* it listens on this machine's own addresses */
} SimLab;

typedef struct
{
  const char *world_place;  /* a path or a resource URI */
  const char *faults_place; /* the same, of sim/scenario/faults-file.h; NULL: none */
  const char *address;
  gboolean tls;              /* clients have to speak TLS */
  gboolean rbac;             /* who has a name may do what roles allow, and not everything */
  const char *const *tokens; /* "TOKEN=USER[,GROUP...]", ended by NULL; NULL: none */
  guint64 seed;
  const char *profile; /* of the EKS workflow: "workshop", "documented" */
  SimSpeed speed;
  guint idle_seconds;
  /* Called for the first object made or changed by a client that asks for something which is not
   * modelled; further ones are counted (SimLab.unmodelled). May be NULL. */
  void (*tell) (const SimUnmodelled *what);
} SimLabOptions;

/* Opens the front door, makes the world and lets its time run. Everything happens on the default
 * main context. */
SimLab *sim_lab_new (const SimLabOptions *options, GError **error);
void sim_lab_free (SimLab *lab);

/* A new world from the same description, faults and seed. On failure the old one stays. */
gboolean sim_lab_reset (SimLab *lab, GError **error);

/* Whether TEXT is "TOKEN=USER[,GROUP...]"; else a G_OPTION_ERROR that says so, without the token.
 */
gboolean sim_lab_token_check (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimLab, sim_lab_free)

G_END_DECLS
