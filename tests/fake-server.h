/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fake-server.h: an HTTP server on loopback that notes what it is asked and answers as told
 */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct
{
  char *method, *target, *body;
  DdHeaders *headers;
  char *client; /* the name in the client's certificate; NULL: none was shown, or a false one */
} FakeCall;

/* Runs in the server's thread, one call at a time. Fills in *OUT_STATUS (200) and *OUT_TYPE
 * ("application/json") where it likes; returns the body, which is freed. */
typedef char *(*FakeAnswer) (const FakeCall *call, guint *out_status, const char **out_type,
                             gpointer data);

typedef struct
{
  FakeAnswer answer;
  gpointer data;
  const char *certificate, *key; /* PEM; NULL: plain HTTP */
  const char *client_ca;         /* PEM; NULL: clients show nothing */
} FakeServerOptions;

typedef struct _FakeServer FakeServer;

FakeServer *fake_server_new (const FakeServerOptions *options);
void fake_server_free (FakeServer *server);
/* "https://127.0.0.1:PORT" */
const char *fake_server_url (const FakeServer *server);
guint fake_server_port (const FakeServer *server);
guint fake_server_count (FakeServer *server);
/* The call of this number, from 0; fails the test when there is none. */
const FakeCall *fake_server_call (FakeServer *server, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

G_END_DECLS
