/* SPDX-License-Identifier: Apache-2.0 */
/* A call waits in the queue until a slot is free, is on the wire, and is then either finished or
 * asleep until its next try. While it sleeps others use its slot.
 *
 * What fails for a reason that may pass is asked again until the caller's patience with it ends. A
 * refusal is final, unless the same was allowed before: a restarting API server refuses what it
 * will allow as soon as it has read its roles, and credentials that ended may be renewed. An API
 * that is away for long is told of once while it is, and once when it answers again. */
#include "config.h"

#include "engine/caller.h"

#include <string.h>

#include "aws/error.h"
#include "base/error.h"
#include "base/time.h"
#include "engine/mutant.h"
#include "engine/retry.h"
#include "kube/error.h"

/* Two writers meet for a moment; whoever still meets one after that meets a busy controller. */
#define FIRST_REPEAT (100 * DD_MILLISECOND)
#define LONGEST_REPEAT (30 * DD_SECOND)

/* How long an API may be away before a word is said. */
#define SILENCE (30 * DD_SECOND)

/* A service that has left calls without a good answer. */
typedef struct
{
  const char *name; /* interned */
  guint failing;    /* calls that are being tried again */
  gboolean told;
  DdUsec since;     /* of what was told */
  gboolean answers; /* it knew us, once */
} Service;

typedef struct
{
  DdCaller *caller;
  guint64 id;
  const char *operation;
  DdRequest *request;
  Service *service;
  guint tries, max_tries;
  DdUsec give_up;       /* until then it is sent again however often; 0: MAX_TRIES count */
  DdUsec since;         /* its first failure; 0: none yet */
  DdUsec refused_since; /* the same of a refusal that may pass */
  char *first_error;    /* of SINCE */
  guint64 wire;         /* the transport's id while it is on the wire */
  guint64 sleep;        /* the clock's id while it sleeps */
  void (*before_again) (gpointer data); /* NULL: it is sent again as it is */
  DdCallFunc func;
  gpointer data;
} Call;

struct _DdCallerFailure
{
  const char *service; /* interned; NULL: none has failed */
  const char *hint;    /* static */
  char *story;
};

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
  GPtrArray *services; /* of Service, a handful */
  GHashTable *allowed; /* operations that were answered once; for look-ups only */
  DdUsec patience;
  gboolean outlasts; /* patience goes beyond a call's own deadline */
  guint64 last_id;
  DdCallerFailure failed; /* the latest */
};

static void send_waiting (DdCaller *self);

static DdUsec
now (const DdCaller *self)
{
  return dd_clock_now (self->clock);
}

/* ---- services that are away ---- */

static Service *
service_of (DdCaller *self, const char *name)
{
  Service *service;

  for (guint i = 0; i < self->services->len; i++)
    {
      service = g_ptr_array_index (self->services, i);
      if (g_str_equal (service->name, name))
        return service;
    }
  service = g_new0 (Service, 1);
  service->name = g_intern_string (name);
  g_ptr_array_add (self->services, service);
  return service;
}

/* "GET /api/v1/nodes" */
static char *
endpoint_of (const Call *call)
{
  const char *target = call->request->target;

  return g_strdup_printf ("%s %.*s", call->request->method, (int) strcspn (target, "?"), target);
}

static char *
clock_time (DdUsec instant)
{
  g_autofree char *text = dd_time_to_iso8601 (instant);

  return g_strndup (text + strlen ("2026-01-31T"), strlen ("09:30:00"));
}

static void
tell_away (const Call *call, const GError *error)
{
  DdCaller *self = call->caller;
  g_autofree char *endpoint = endpoint_of (call);
  g_autofree char *since = clock_time (call->since);

  call->service->told = TRUE;
  call->service->since = call->since;
  dd_trace (self->trace, "engine", DD_EVENT_API_AWAY, self->subject,
            dd_object ("service", dd_string (call->service->name), "operation",
                       dd_string (call->operation), "endpoint", dd_string (endpoint), "since",
                       dd_string (since), "message", dd_string (error->message), NULL));
}

static void
note_trouble (Call *call, const GError *error)
{
  if (call->since == 0)
    {
      call->since = now (call->caller);
      call->first_error = g_strdup (error->message);
      call->service->failing++;
    }
  if (!call->service->told && now (call->caller) - call->since >= SILENCE)
    tell_away (call, error);
}

/* CALL is no longer tried again; its service ANSWERS when it got what it asked for. */
static void
end_trouble (const Call *call, gboolean answers)
{
  DdCaller *self = call->caller;
  Service *service = call->service;

  if (call->since == 0 || --service->failing > 0)
    return;
  if (service->told && answers)
    dd_trace (self->trace, "engine", DD_EVENT_API_BACK, self->subject,
              dd_object ("service", dd_string (service->name), "seconds",
                         dd_int ((now (self) - service->since) / DD_SECOND), NULL));
  service->told = FALSE;
}

/* ---- calls ---- */

static void
call_free (gpointer data)
{
  Call *call = data;

  dd_transport_cancel (call->caller->transport, call->wire);
  dd_clock_cancel (call->caller->clock, call->sleep);
  dd_request_free (call->request);
  g_free (call->first_error);
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
  self->services = g_ptr_array_new_with_free_func (g_free);
  self->allowed = g_hash_table_new (g_str_hash, g_str_equal);
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
  g_hash_table_unref (self->allowed);
  g_ptr_array_unref (self->services);
  g_free (self->failed.story);
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
wait_for_the_wire (Call *call)
{
  g_queue_push_tail (&call->caller->waiting, call);
  send_waiting (call->caller);
}

static void
wake_up (gpointer data)
{
  Call *call = data;

  call->sleep = 0;
  if (call->before_again != NULL)
    call->before_again (call->data);
  else
    wait_for_the_wire (call);
}

static void
sleep_until_next_try (Call *call, const DdReply *reply, DdUsec delay)
{
  DdCaller *self = call->caller;

  dd_trace (self->trace, "engine", DD_EVENT_REQUEST_RETRIED, self->subject,
            dd_object ("service", dd_string (call->request->service), "operation",
                       dd_string (call->operation), "http_status", dd_int (reply->status), "try",
                       dd_int (call->tries), NULL));
  call->sleep = dd_clock_after (self->clock, delay, wake_up, call);
}

/* What was tried in vain, since when and how often; NULL: it was tried once. */
static char *
story_of (const Call *call, const GError *error)
{
  g_autofree char *endpoint = endpoint_of (call);
  g_autofree char *since = clock_time (call->since);
  g_autofree char *span = NULL;

  if (call->since == 0)
    return NULL;
  span = dd_duration_to_text ((now (call->caller) - call->since) / DD_SECOND * DD_SECOND);
  return g_strdup_printf ("%s (%s) was asked %u times since %s (%s); first: %s; last: %s",
                          call->service->name, endpoint, call->tries, since, span,
                          call->first_error, error->message);
}

static void
note_failure (const Call *call, const DdReply *reply, const GError *error)
{
  DdCaller *self = call->caller;

  self->failed.service = call->service->name;
  self->failed.hint = g_str_equal (call->request->service, "kubernetes")
                          ? dd_kube_reply_hint (reply)
                          : dd_aws_reply_hint (reply);
  g_free (self->failed.story);
  self->failed.story = story_of (call, error);
}

/* Removes CALL before its function runs, which may cancel others or send new ones. */
static void
finish (Call *call, const DdReply *reply, const GError *error)
{
  DdCaller *self = call->caller;
  DdCallFunc func = call->func;
  gpointer data = call->data;

  if (error != NULL)
    note_failure (call, reply, error);
  end_trouble (call, error == NULL);
  g_hash_table_remove (self->calls, &call->id);
  send_waiting (self);
  func (reply, error, data);
}

/* ---- what may pass ---- */

/* Access control said no, not a disruption budget. */
static gboolean
is_refusal (const DdReply *reply, const GError *error)
{
  return g_error_matches (error, DD_ERROR, DD_ERROR_REFUSED)
         && (reply->status == 400 || reply->status == 401 || reply->status == 403);
}

/* Whoever is answered like this was let in. */
static gboolean
was_let_in (const DdReply *reply, const GError *error)
{
  return error == NULL || g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND)
         || g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT)
         || (g_error_matches (error, DD_ERROR, DD_ERROR_REFUSED) && !is_refusal (reply, error));
}

static void
note_let_in (Call *call, const DdReply *reply, const GError *error)
{
  if (!was_let_in (reply, error))
    return;
  call->service->answers = TRUE;
  g_hash_table_add (call->caller->allowed, (gpointer) call->operation);
}

/* 401 says that the one who asks is not known; 403, that this is not for him. */
gboolean
dd_caller_may_be_let_in_again (DdCaller *self, const char *service, const char *operation,
                               const DdReply *reply, DdUsec since)
{
  gboolean before = g_hash_table_contains (self->allowed, operation)
                    || (reply->status == 401 && service_of (self, service)->answers);

  if (DD_MUTANT (OBEY_ANY_REFUSAL))
    return FALSE;
  return before && now (self) < since + self->knobs->refusal_patience;
}

static gboolean
may_try_again (Call *call, const DdReply *reply, const GError *error, DdUsec *out_delay)
{
  DdCaller *self = call->caller;
  guint max_tries = now (self) < call->give_up ? G_MAXUINT : call->max_tries;

  if (call->max_tries > 1 && is_refusal (reply, error))
    {
      if (call->refused_since == 0)
        call->refused_since = now (self);
      *out_delay = dd_random_between (self->random, 0,
                                      dd_retry_back_off (DD_SECOND, LONGEST_REPEAT, call->tries));
      return dd_caller_may_be_let_in_again (self, call->service->name, call->operation, reply,
                                            call->refused_since);
    }
  call->refused_since = 0;
  if (!dd_retry_decide (error, reply, call->tries, max_tries, self->random, out_delay))
    return FALSE;
  if (now (self) < call->give_up)
    *out_delay = MIN (*out_delay, call->give_up - now (self));
  return TRUE;
}

static void
take_reply (const DdReply *reply, gpointer data)
{
  Call *call = data;
  DdCaller *self = call->caller;
  g_autoptr (GError) error = what_went_wrong (call, reply);
  DdUsec delay;

  call->wire = 0;
  self->on_wire--;
  note_let_in (call, reply, error);
  if (error == NULL || !may_try_again (call, reply, error, &delay))
    {
      finish (call, reply, error);
      return;
    }
  note_trouble (call, error);
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

/* Takes REQUEST. Beyond GIVE_UP, MAX_TRIES count. */
static guint64
send (DdCaller *self, const char *operation, DdRequest *request, guint max_tries, DdUsec give_up,
      DdCallFunc func, gpointer data)
{
  Call *call = g_new0 (Call, 1);

  call->caller = self;
  call->id = ++self->last_id;
  call->operation = operation;
  call->request = request;
  call->service = service_of (self, request->service);
  call->max_tries = max_tries;
  call->give_up = give_up;
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
  DdUsec give_up = self->patience > 0 ? now (self) + self->patience : 0;

  return send (self, operation, request, self->knobs->request_max_tries, give_up, func, data);
}

guint64
dd_caller_send_watched (DdCaller *self, const char *operation, DdRequest *request,
                        void (*before_again) (gpointer data), DdCallFunc func, gpointer data)
{
  guint64 id = dd_caller_send (self, operation, request, func, data);
  Call *call = g_hash_table_lookup (self->calls, &id);

  call->before_again = before_again;
  return id;
}

void
dd_caller_go_on (DdCaller *self, guint64 id)
{
  wait_for_the_wire (g_hash_table_lookup (self->calls, &id));
}

guint64
dd_caller_send_until (DdCaller *self, const char *operation, DdRequest *request, DdUsec deadline,
                      DdCallFunc func, gpointer data)
{
  DdUsec patience = now (self) + self->patience;
  DdUsec give_up = self->outlasts ? MAX (deadline, patience) : MIN (deadline, patience);

  return send (self, operation, request, self->knobs->request_max_tries, give_up, func, data);
}

guint64
dd_caller_send_once (DdCaller *self, const char *operation, DdRequest *request, DdCallFunc func,
                     gpointer data)
{
  return send (self, operation, request, 1, 0, func, data);
}

void
dd_caller_set_patience (DdCaller *self, DdUsec patience, gboolean outlasts)
{
  self->patience = patience;
  self->outlasts = outlasts;
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
  end_trouble (call, FALSE);
  g_hash_table_remove (self->calls, &id);
  send_waiting (self);
}

DdCallerFailure *
dd_caller_failure (const DdCaller *self)
{
  DdCallerFailure *failure = g_new (DdCallerFailure, 1);

  *failure = self->failed;
  failure->story = g_strdup (self->failed.story);
  return failure;
}

void
dd_caller_recall (DdCaller *self, DdCallerFailure *failure)
{
  g_free (self->failed.story);
  self->failed = *failure;
  g_free (failure);
}

void
dd_caller_failure_free (DdCallerFailure *failure)
{
  if (failure == NULL)
    return;
  g_free (failure->story);
  g_free (failure);
}

const char *
dd_caller_failed_service (const DdCaller *self)
{
  return self->failed.service;
}

const char *
dd_caller_failed_hint (const DdCaller *self)
{
  return self->failed.hint;
}

const char *
dd_caller_failed_story (const DdCaller *self)
{
  return self->failed.story;
}
