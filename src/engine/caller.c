/* SPDX-License-Identifier: Apache-2.0 */
/* A call waits in the queue until a slot is free, is on the wire, and is then either finished or
 * asleep until its next try. While it sleeps others use its slot. */
#include "config.h"

#include "engine/caller.h"

#include "aws/error.h"
#include "engine/mutant.h"
#include "engine/retry.h"
#include "kube/error.h"

/* Two writers meet for a moment; whoever still meets one after that meets a busy controller. */
#define FIRST_REPEAT (100 * DD_MILLISECOND)
#define LONGEST_REPEAT (30 * DD_SECOND)

typedef struct
{
  DdCaller *caller;
  guint64 id;
  const char *operation;
  DdRequest *request;
  guint tries, max_tries;
  DdUsec give_up; /* until then it is sent again however often; 0: MAX_TRIES count */
  guint64 wire;   /* the transport's id while it is on the wire */
  guint64 sleep;  /* the clock's id while it sleeps */
  DdCallFunc func;
  gpointer data;
} Call;

struct _DdCaller
{
  DdTransport *transport;
  DdClock *clock;
  DdTrace *trace;
  DdRandom *random;
  const DdKnobs *knobs;
  char *subject;
  GHashTable *calls; /* id to Call, for cancelling only */
  GQueue waiting;    /* of Call, not owned */
  guint on_wire;
  DdUsec patience;
  guint64 last_id;
  const char *failed_service; /* interned */
  const char *failed_hint;
};

static void send_waiting (DdCaller *self);

static void
call_free (gpointer data)
{
  Call *call = data;

  dd_transport_cancel (call->caller->transport, call->wire);
  dd_clock_cancel (call->caller->clock, call->sleep);
  dd_request_free (call->request);
  g_free (call);
}

DdCaller *
dd_caller_new (DdTransport *transport, DdClock *clock, DdTrace *trace, DdRandom *random,
               const DdKnobs *knobs, const char *subject)
{
  DdCaller *self = g_new0 (DdCaller, 1);

  self->transport = transport;
  self->clock = clock;
  self->trace = trace;
  self->random = random;
  self->knobs = knobs;
  self->subject = g_strdup (subject);
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, call_free);
  g_queue_init (&self->waiting);
  return self;
}

void
dd_caller_free (DdCaller *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->calls);
  g_free (self->subject);
  g_free (self);
}

/* A transport takes the request it is given, and a call may need it again. */
static DdRequest *
copy_request (const DdRequest *request, DdUsec timeout)
{
  DdRequest *copy = dd_request_copy (request);

  copy->timeout = timeout;
  return copy;
}

static GError *
what_went_wrong (const Call *call, const DdReply *reply)
{
  GError *error = NULL;

  if (g_str_equal (call->request->service, "kubernetes"))
    dd_kube_reply_check (reply, &error);
  else
    dd_aws_reply_check (reply, &error);
  if (error != NULL)
    g_prefix_error (&error, "%s: ", call->operation);
  return error;
}

static void
wake_up (gpointer data)
{
  Call *call = data;

  call->sleep = 0;
  g_queue_push_tail (&call->caller->waiting, call);
  send_waiting (call->caller);
}

static void
sleep_until_next_try (Call *call, const DdReply *reply, DdUsec delay)
{
  DdCaller *self = call->caller;

  dd_trace (self->trace, "engine", "request.retried", self->subject,
            dd_object ("service", dd_string (call->request->service), "operation",
                       dd_string (call->operation), "status", dd_int (reply->status), "try",
                       dd_int (call->tries), NULL));
  call->sleep = dd_clock_after (self->clock, delay, wake_up, call);
}

static void
note_failure (const Call *call, const DdReply *reply)
{
  DdCaller *self = call->caller;

  self->failed_service = g_intern_string (call->request->service);
  self->failed_hint = g_str_equal (call->request->service, "kubernetes")
                          ? dd_kube_reply_hint (reply)
                          : dd_aws_reply_hint (reply);
}

/* Removes CALL before its function runs, which may cancel others or send new ones. */
static void
finish (Call *call, const DdReply *reply, const GError *error)
{
  DdCaller *self = call->caller;
  DdCallFunc func = call->func;
  gpointer data = call->data;

  if (error != NULL)
    note_failure (call, reply);
  g_hash_table_remove (self->calls, &call->id);
  send_waiting (self);
  func (reply, error, data);
}

static void
take_reply (const DdReply *reply, gpointer data)
{
  Call *call = data;
  DdCaller *self = call->caller;
  g_autoptr (GError) error = what_went_wrong (call, reply);
  guint max_tries = dd_clock_now (self->clock) < call->give_up ? G_MAXUINT : call->max_tries;
  DdUsec delay;

  call->wire = 0;
  self->on_wire--;
  if (error == NULL
      || !dd_retry_decide (error, reply, call->tries, max_tries, self->random, &delay))
    {
      finish (call, reply, error);
      return;
    }
  sleep_until_next_try (call, reply, delay);
  send_waiting (self);
}

static void
send_waiting (DdCaller *self)
{
  while (self->on_wire < self->knobs->requests_in_flight && !g_queue_is_empty (&self->waiting))
    {
      Call *call = g_queue_pop_head (&self->waiting);

      call->tries++;
      self->on_wire++;
      call->wire = dd_transport_send (self->transport,
                                      copy_request (call->request, self->knobs->request_timeout),
                                      take_reply, call);
    }
}

static guint64
send (DdCaller *self, const char *operation, DdRequest *request, guint max_tries, DdCallFunc func,
      gpointer data)
{
  Call *call = g_new0 (Call, 1);

  call->caller = self;
  call->id = ++self->last_id;
  call->operation = operation;
  call->request = request;
  call->max_tries = max_tries;
  if (self->patience > 0 && max_tries > 1)
    call->give_up = dd_clock_now (self->clock) + self->patience;
  call->func = func;
  call->data = data;
  g_hash_table_insert (self->calls, &call->id, call);
  g_queue_push_tail (&self->waiting, call);
  send_waiting (self);
  return call->id;
}

guint64
dd_caller_send (DdCaller *self, const char *operation, DdRequest *request, DdCallFunc func,
                gpointer data)
{
  return send (self, operation, request, self->knobs->request_max_tries, func, data);
}

guint64
dd_caller_send_once (DdCaller *self, const char *operation, DdRequest *request, DdCallFunc func,
                     gpointer data)
{
  return send (self, operation, request, 1, func, data);
}

void
dd_caller_set_patience (DdCaller *self, DdUsec patience)
{
  self->patience = patience;
}

gboolean
dd_caller_may_repeat (DdCaller *self, guint tries, DdUsec began, DdUsec *out_delay)
{
  gboolean patient = dd_clock_now (self->clock) < began + self->patience;

  if (DD_MUTANT (FAIL_ON_CONFLICT) || (!patient && tries >= self->knobs->request_max_tries))
    return FALSE;
  *out_delay = dd_random_between (self->random, 0,
                                  dd_retry_back_off (FIRST_REPEAT, LONGEST_REPEAT, tries));
  return TRUE;
}

void
dd_caller_cancel (DdCaller *self, guint64 id)
{
  Call *call = g_hash_table_lookup (self->calls, &id);

  if (call == NULL)
    return;
  if (call->wire != 0)
    self->on_wire--;
  g_queue_remove (&self->waiting, call);
  g_hash_table_remove (self->calls, &id);
  send_waiting (self);
}

const char *
dd_caller_failed_service (const DdCaller *self)
{
  return self->failed_service;
}

const char *
dd_caller_failed_hint (const DdCaller *self)
{
  return self->failed_hint;
}
