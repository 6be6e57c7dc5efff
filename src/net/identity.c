/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "net/identity.h"

#include "base/error.h"

typedef struct
{
  const char *service; /* interned */
  DdKeeper *keeper;
  DdSaysExpired says_expired;
} Proof;

struct _DdIdentity
{
  DdTransport interface;
  DdHttpTransport *inner;
  GMainContext *context;
  GArray *proofs;      /* of Proof; two at most */
  GHashTable *pending; /* id to Pending, owns; for look-up only */
  guint64 last_id;
};

typedef struct
{
  DdIdentity *identity;
  guint64 id;
  DdRequest *request;
  const Proof *proof; /* NULL: the service wants none */
  DdReplyFunc func;
  gpointer data;
  guint64 waiting, wire;
  DdCredentials *used;
  gboolean asked_again;
  GSource *failure; /* brings REASON at the next turn */
  GError *reason;
} Pending;

static void
pending_free (gpointer data)
{
  Pending *self = data;

  if (self->proof != NULL)
    dd_keeper_forget (self->proof->keeper, self->waiting);
  dd_transport_cancel (dd_http_transport_interface (self->identity->inner), self->wire);
  if (self->failure != NULL)
    g_source_destroy (self->failure);
  g_clear_pointer (&self->failure, g_source_unref);
  g_clear_error (&self->reason);
  dd_credentials_free (self->used);
  dd_request_free (self->request);
  g_free (self);
}

/* Nothing is touched after the function: it may have freed everything. */
static void
answer (Pending *self, const DdReply *reply)
{
  DdReplyFunc func = self->func;
  gpointer data = self->data;

  self->wire = 0;
  g_hash_table_remove (self->identity->pending, &self->id);
  func (reply, data);
}

static gboolean
bring_failure (gpointer data)
{
  Pending *self = data;
  g_autoptr (DdReply) reply = dd_reply_new_error (g_steal_pointer (&self->reason));

  answer (self, reply);
  return G_SOURCE_REMOVE;
}

/* A reply never comes from within send (). */
static void
fail_later (Pending *self, const GError *error)
{
  self->reason = error->domain == DD_ERROR
                     ? g_error_copy (error)
                     : g_error_new_literal (DD_ERROR, DD_ERROR_INVALID, error->message);
  self->failure = g_idle_source_new ();
  g_source_set_priority (self->failure, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->failure, bring_failure, self, NULL);
  g_source_attach (self->failure, self->identity->context);
}

static void ask_with_proof (Pending *self);

static void
take_reply (const DdReply *reply, gpointer data)
{
  Pending *self = data;

  self->wire = 0;
  if (self->proof == NULL || self->asked_again || reply->error != NULL
      || !self->proof->says_expired (reply))
    {
      answer (self, reply);
      return;
    }
  self->asked_again = TRUE;
  dd_keeper_refuse (self->proof->keeper, self->used);
  ask_with_proof (self);
}

static void
go_out (Pending *self)
{
  self->wire = dd_transport_send (dd_http_transport_interface (self->identity->inner),
                                  dd_request_copy (self->request), take_reply, self);
}

static void
note_credentials (DdCredentials *credentials, const GError *error, gpointer data)
{
  Pending *self = data;

  self->waiting = 0;
  if (error != NULL)
    {
      fail_later (self, error);
      return;
    }
  g_clear_pointer (&self->used, dd_credentials_free);
  self->used = dd_credentials_ref (credentials);
  dd_http_transport_set_credentials (self->identity->inner, self->proof->service, credentials);
  go_out (self);
}

static void
ask_with_proof (Pending *self)
{
  dd_keeper_get (self->proof->keeper, &self->waiting, note_credentials, self);
}

static const Proof *
find_proof (const DdIdentity *self, const char *service)
{
  const char *group = dd_endpoint_is_aws (service) ? "aws" : service;

  for (guint i = 0; i < self->proofs->len; i++)
    if (g_str_equal (g_array_index (self->proofs, Proof, i).service, group))
      return &g_array_index (self->proofs, Proof, i);
  return NULL;
}

static guint64
identity_send (DdTransport *interface, DdRequest *request, DdReplyFunc func, gpointer data)
{
  DdIdentity *self = (DdIdentity *) interface;
  Pending *pending = g_new0 (Pending, 1);
  guint64 id = ++self->last_id;

  pending->identity = self;
  pending->id = id;
  pending->request = request;
  pending->proof = find_proof (self, request->service);
  pending->func = func;
  pending->data = data;
  g_hash_table_insert (self->pending, &pending->id, pending);
  if (pending->proof == NULL)
    go_out (pending);
  else
    ask_with_proof (pending);
  return id;
}

static void
identity_cancel (DdTransport *interface, guint64 id)
{
  g_hash_table_remove (((DdIdentity *) interface)->pending, &id);
}

DdIdentity *
dd_identity_new (DdHttpTransport *inner, GMainContext *context)
{
  static const DdTransportClass klass = { identity_send, identity_cancel };
  DdIdentity *self = g_new0 (DdIdentity, 1);

  self->interface.klass = &klass;
  self->inner = inner;
  self->context = context;
  self->proofs = g_array_new (FALSE, FALSE, sizeof (Proof));
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, pending_free);
  return self;
}

void
dd_identity_free (DdIdentity *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->pending);
  g_array_unref (self->proofs);
  g_free (self);
}

DdTransport *
dd_identity_interface (DdIdentity *self)
{
  return &self->interface;
}

void
dd_identity_prove (DdIdentity *self, const char *service, DdKeeper *keeper,
                   DdSaysExpired says_expired)
{
  Proof proof = { g_intern_string (service), keeper, says_expired };

  g_assert (g_hash_table_size (self->pending) == 0); /* requests point into the list */
  g_array_append_val (self->proofs, proof);
}
