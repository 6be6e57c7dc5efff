/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/faults.c: the list of what goes wrong on purpose
 *
 * Rows are tried in the order they were added. Chance is drawn only for a row that otherwise
 * applies, from a stream of its own, so that adding a fault changes nothing else in the world. */

#include "config.h"

#include "sim/stage/faults.h"

#include <string.h>

#include "base/time.h"

typedef struct
{
  SimFault fault;
  guint met; /* how often it would have applied */
  guint used;
} Row;

typedef struct
{
  guint64 n; /* 0: none */
  SimNthKind kind;
  gboolean for_good;
  guint64 struck;
} Nth;

typedef struct
{
  gpointer data;
  GDestroyNotify free;
} Kept;

struct _SimFaults
{
  SimStage *stage;
  DdRandom *random;
  GPtrArray *rows;       /* of Row */
  GPtrArray *kept;       /* of Kept */
  SimReplyEffect effect; /* what the answer in the making must suffer */
  guint64 requests;      /* that the transport carried since the beginning */
  Nth nth;
};

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->fault.service);
  g_free (row->fault.operation);
  g_free (row->fault.subject);
  g_free (row->fault.by);
  g_free (row->fault.error);
  g_free (row->fault.message);
  g_free (row);
}

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  kept->free (kept->data);
  g_free (kept);
}

SimFaults *
sim_faults_new (SimStage *stage)
{
  SimFaults *faults = g_new0 (SimFaults, 1);

  faults->stage = stage;
  faults->random = dd_random_fork (stage->random, "faults");
  faults->rows = g_ptr_array_new_with_free_func (row_free);
  faults->kept = g_ptr_array_new_with_free_func (kept_free);
  return faults;
}

void
sim_faults_free (SimFaults *faults)
{
  if (faults == NULL)
    return;
  g_ptr_array_unref (faults->rows);
  g_ptr_array_unref (faults->kept);
  dd_random_free (faults->random);
  g_free (faults);
}

/* A service that cannot be reached must not carry the request out; nobody reads its refusal. */
static const char *
refusal_of (const SimFault *fault)
{
  return fault->error == NULL && fault->unreachable ? "ServiceUnavailable" : fault->error;
}

guint
sim_faults_add (SimFaults *faults, const SimFault *given)
{
  Row *row = g_new0 (Row, 1);

  row->fault = *given;
  row->fault.service = g_strdup (given->service);
  row->fault.operation = g_strdup (given->operation);
  row->fault.subject = g_strdup (given->subject);
  row->fault.by = g_strdup (given->by);
  row->fault.error = g_strdup (refusal_of (given));
  row->fault.message = g_strdup (given->message);
  g_ptr_array_add (faults->rows, row);
  return faults->rows->len - 1;
}

void
sim_faults_keep (SimFaults *faults, gpointer data, GDestroyNotify free)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->data = data;
  kept->free = free;
  g_ptr_array_add (faults->kept, kept);
}

guint
sim_faults_length (const SimFaults *faults)
{
  return faults->rows->len;
}

const SimFault *
sim_faults_row (const SimFaults *faults, guint index)
{
  return &((const Row *) g_ptr_array_index (faults->rows, index))->fault;
}

guint
sim_faults_met (const SimFaults *faults, guint index)
{
  return ((const Row *) g_ptr_array_index (faults->rows, index))->met;
}

guint
sim_faults_used (const SimFaults *faults, guint index)
{
  return ((const Row *) g_ptr_array_index (faults->rows, index))->used;
}

void
sim_faults_count (SimFaults *faults, guint index)
{
  Row *row = g_ptr_array_index (faults->rows, index);

  row->met++;
  row->used++;
}

static gboolean
is_due (const Row *row, DdUsec now)
{
  const SimFault *fault = &row->fault;

  return now >= fault->from && (fault->until == 0 || now < fault->until)
         && (fault->times == 0 || row->used < fault->times);
}

static gboolean
is_like_one_of (const char *pattern, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_pattern_match_simple (pattern, names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
concerns (const SimFault *fault, const char *service, const char *operation,
          const char *const *subjects)
{
  return (fault->service == NULL || g_strcmp0 (fault->service, service) == 0)
         && (fault->operation == NULL || g_strcmp0 (fault->operation, operation) == 0)
         && (fault->subject == NULL || is_like_one_of (fault->subject, subjects));
}

static gboolean
reaches (const SimFault *fault, const char *asker)
{
  if (fault->by != NULL && g_strcmp0 (fault->by, asker) != 0)
    return FALSE;
  return asker == NULL || strcmp (asker, SIM_FAULT_CLIENT) == 0
         || (fault->error != NULL && !fault->unreachable);
}

static gboolean
is_the_nth (Row *row)
{
  row->met++;
  return row->fault.nth == 0 || row->met == row->fault.nth;
}

static gboolean
chance_says_yes (SimFaults *faults, double probability)
{
  return probability <= 0 || probability >= 1 || dd_random_unit (faults->random) < probability;
}

static const char *
connection_of (const SimFault *fault)
{
  return fault->unreachable ? "refused" : fault->half_closed ? "broken" : NULL;
}

static void
trace_row (SimFaults *faults, const SimFault *fault, const char *service, const char *operation,
           const char *asker, const char *subject)
{
  gboolean inside = asker != NULL && strcmp (asker, SIM_FAULT_CLIENT) != 0;
  g_autofree char *delay = fault->delay > 0 ? dd_duration_to_text (fault->delay) : NULL;
  sim_stage_trace (faults->stage, "faults", DD_EVENT_FAULT_INJECTED, subject,
                   dd_object ("service", dd_string (service), "operation", dd_string (operation),
                              "by", inside ? dd_string (asker) : NULL, "error",
                              dd_string (fault->error), "delay", dd_string (delay), "lost",
                              fault->lose_reply ? dd_bool (TRUE) : NULL, "connection",
                              dd_string (connection_of (fault)), NULL));
}

/* The first row that applies now; it counts as used. */
static const SimFault *
find_row (SimFaults *faults, const char *service, const char *operation, const char *asker,
          const char *const *subjects)
{
  DdUsec now;

  if (faults->rows->len == 0 || !sim_trace_has_begun (faults->stage->trace))
    return NULL;
  now = sim_stage_now (faults->stage) - sim_trace_origin (faults->stage->trace);
  for (guint i = 0; i < faults->rows->len; i++)
    {
      Row *row = g_ptr_array_index (faults->rows, i);

      if (!is_due (row, now) || !reaches (&row->fault, asker)
          || !concerns (&row->fault, service, operation, subjects) || !is_the_nth (row)
          || !chance_says_yes (faults, row->fault.probability))
        continue;
      row->used++;
      trace_row (faults, &row->fault, service, operation, asker, subjects[0]);
      return &row->fault;
    }
  return NULL;
}

/* The worse of two fates counts, and one that breaks at once is not waited for. */
static void
suffer (SimFaults *faults, const SimFault *fault)
{
  faults->effect.delay += fault->delay;
  if (fault->unreachable || fault->half_closed)
    faults->effect.fate = SIM_REPLY_BROKEN;
  else if (fault->lose_reply)
    faults->effect.fate = SIM_REPLY_LOST;
}

const SimFault *
sim_faults_match (SimFaults *faults, const char *service, const char *operation,
                  const char *subject)
{
  const char *const subjects[] = { subject, NULL };

  return sim_faults_match_any (faults, service, operation, subjects);
}

gboolean
sim_faults_ask_for_names (const SimFaults *faults)
{
  for (guint i = 0; faults != NULL && i < faults->rows->len; i++)
    if (((const Row *) g_ptr_array_index (faults->rows, i))->fault.subject != NULL)
      return TRUE;
  return FALSE;
}

const SimFault *
sim_faults_match_any (SimFaults *faults, const char *service, const char *operation,
                      const char *const *concerned)
{
  const SimFault *fault = find_row (faults, service, operation, SIM_FAULT_CLIENT, concerned);

  if (fault != NULL)
    suffer (faults, fault);
  return fault;
}

const SimFault *
sim_faults_refuse (SimFaults *faults, const char *service, const char *operation, const char *by,
                   const char *const *concerned)
{
  return faults != NULL ? find_row (faults, service, operation, by, concerned) : NULL;
}

const SimFault *
sim_faults_strike (SimFaults *faults, const char *service, const char *operation,
                   const char *const *concerned)
{
  return faults != NULL ? find_row (faults, service, operation, NULL, concerned) : NULL;
}

SimReplyEffect
sim_faults_take_reply_effect (SimFaults *faults)
{
  SimReplyEffect effect = faults->effect;

  faults->effect = (SimReplyEffect) { 0 };
  return effect;
}

guint64
sim_faults_struck (const SimFaults *faults, gboolean drawn)
{
  guint64 struck = 0;

  for (guint i = 0; i < faults->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (faults->rows, i);

      if (row->fault.drawn == drawn)
        struck += row->used;
    }
  return struck;
}

/* ---- the nth request ---- */

void
sim_faults_inject_nth (SimFaults *faults, guint64 n, SimNthKind kind, gboolean for_good)
{
  faults->nth = (Nth) { .n = n, .kind = kind, .for_good = for_good };
}

guint64
sim_faults_requests (const SimFaults *faults)
{
  return faults->requests;
}

guint64
sim_faults_nth_struck (const SimFaults *faults)
{
  return faults->nth.struck;
}

static gboolean
nth_applies (const SimFaults *faults)
{
  return faults->nth.n != 0
         && (faults->requests == faults->nth.n
             || (faults->nth.for_good && faults->requests > faults->nth.n));
}

gboolean
sim_faults_stop_request (SimFaults *faults, const DdRequest *request)
{
  static const SimFault kinds[SIM_N_NTH_KINDS] = {
    [SIM_NTH_FAILS_BEFORE] = { .unreachable = TRUE },
    [SIM_NTH_FAILS_AFTER] = { .half_closed = TRUE },
    [SIM_NTH_SLOW] = { .delay = SIM_NTH_DELAY },
  };
  g_autofree char *what = NULL;

  if (!sim_trace_has_begun (faults->stage->trace))
    return FALSE;
  faults->requests++;
  if (!nth_applies (faults))
    return FALSE;
  what = g_strdup_printf ("%s %s", request->method, request->target);
  faults->nth.struck++;
  trace_row (faults, &kinds[faults->nth.kind], request->service, what, SIM_FAULT_CLIENT, NULL);
  suffer (faults, &kinds[faults->nth.kind]);
  return faults->nth.kind == SIM_NTH_FAILS_BEFORE;
}
