/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/message.h: one request to the world and its answer, whatever wire it came by */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

/* Who has shown a certificate, over TLS. */
typedef struct
{
  gboolean trusted; /* an authority that we trust vouches for it; the rest is only good if so */
  char *name;       /* the common name, "" when there is none */
  char **groups;    /* the organizations */
} SimPeer;

typedef struct
{
  const char *method;
  const char *target; /* raw path and query, as sent */
  const DdHeaders *headers;
  GBytes *body;        /* may be NULL */
  const SimPeer *peer; /* NULL: he has shown none */
  gboolean outside;    /* it comes in by the front door, and not from within the world */
} SimRequest;

/* A body that goes on: a watch. READ copies up to MAX bytes and returns how many; 0: nothing now,
 * `wake` will be called when there is; -1: the end. */
typedef struct _SimStream SimStream;
typedef struct
{
  gssize (*read) (SimStream *self, char *buffer, gsize max);
  void (*free) (SimStream *self);
} SimStreamClass;
struct _SimStream
{
  const SimStreamClass *klass;
  void (*wake) (gpointer data); /* set by the front door before the first read */
  gpointer wake_data;
};

typedef struct
{
  guint status;
  DdHeaders *headers; /* Content-Type and what else the service says; no Date, no Content-Length */
  GBytes *body;       /* NULL when STREAM is set */
  SimStream *stream;
} SimResponse;

SimResponse *sim_response_new (guint status, const char *content_type,
                               GBytes *body); /* takes BODY */
void sim_response_free (SimResponse *response);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimResponse, sim_response_free)

G_END_DECLS
