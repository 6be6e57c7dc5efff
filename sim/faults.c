/* sim/faults.c: the list of what goes wrong on purpose
 *
 * Rows are tried in the order they were added. Chance is drawn only for a row that otherwise
 * applies, from a stream of its own, so that adding a fault changes nothing else in the world. */

#include "config.h"

#include "sim/faults.h"

#include "base/time.h"

typedef struct
{
  SimFault fault;
  guint used;
} Row;

struct _SimFaults
{
  SimWorld *world;
  DdRandom *random;
  GPtrArray *rows; /* of Row */
  DdUsec delay;    /* what the answer in the making must suffer */
  gboolean lost;
};

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->fault.service);
  g_free (row->fault.operation);
  g_free (row->fault.subject);
  g_free (row->fault.error);
  g_free (row->fault.message);
  g_free (row);
}

SimFaults *
sim_faults_new (SimWorld *world)
{
  SimFaults *faults = g_new0 (SimFaults, 1);

  faults->world = world;
  faults->random = dd_random_fork (world->random, "faults");
  faults->rows = g_ptr_array_new_with_free_func (row_free);
  return faults;
}

void
sim_faults_free (SimFaults *faults)
{
  if (faults == NULL)
    return;
  g_ptr_array_unref (faults->rows);
  dd_random_free (faults->random);
  g_free (faults);
}

void
sim_faults_add (SimFaults *faults, const SimFault *given)
{
  Row *row = g_new0 (Row, 1);

  row->fault = *given;
  row->fault.service = g_strdup (given->service);
  row->fault.operation = g_strdup (given->operation);
  row->fault.subject = g_strdup (given->subject);
  row->fault.error = g_strdup (given->error);
  row->fault.message = g_strdup (given->message);
  g_ptr_array_add (faults->rows, row);
}

guint
sim_faults_count (const SimFaults *faults)
{
  return faults->rows->len;
}

const SimFault *
sim_faults_row (const SimFaults *faults, guint index)
{
  return &((const Row *) g_ptr_array_index (faults->rows, index))->fault;
}

static gboolean
is_due (const Row *row, DdUsec now)
{
  const SimFault *fault = &row->fault;

  return now >= fault->from && (fault->until == 0 || now < fault->until)
         && (fault->times == 0 || row->used < fault->times);
}

static gboolean
concerns (const SimFault *fault, const char *service, const char *operation, const char *subject)
{
  return (fault->service == NULL || g_strcmp0 (fault->service, service) == 0)
         && (fault->operation == NULL || g_strcmp0 (fault->operation, operation) == 0)
         && (fault->subject == NULL || g_strcmp0 (fault->subject, subject) == 0);
}

static gboolean
chance_says_yes (SimFaults *faults, double probability)
{
  return probability <= 0 || probability >= 1 || dd_random_unit (faults->random) < probability;
}

static void
inject (SimFaults *faults, Row *row, const char *service, const char *operation,
        const char *subject)
{
  const SimFault *fault = &row->fault;
  g_autofree char *delay = fault->delay > 0 ? dd_duration_to_text (fault->delay) : NULL;

  row->used++;
  faults->delay += fault->delay;
  faults->lost = faults->lost || fault->lose_reply;
  sim_world_trace (faults->world, "faults", "fault.injected", subject,
                   dd_object ("service", dd_string (service), "operation", dd_string (operation),
                              "error", dd_string (fault->error), "delay", dd_string (delay), "lost",
                              fault->lose_reply ? dd_bool (TRUE) : NULL, NULL));
}

const SimFault *
sim_faults_match (SimFaults *faults, const char *service, const char *operation,
                  const char *subject)
{
  DdUsec now;

  if (faults->rows->len == 0 || !sim_trace_has_begun (faults->world->trace))
    return NULL;
  now = sim_world_now (faults->world) - sim_trace_origin (faults->world->trace);
  for (guint i = 0; i < faults->rows->len; i++)
    {
      Row *row = g_ptr_array_index (faults->rows, i);

      if (!is_due (row, now) || !concerns (&row->fault, service, operation, subject)
          || !chance_says_yes (faults, row->fault.probability))
        continue;
      inject (faults, row, service, operation, subject);
      return &row->fault;
    }
  return NULL;
}

void
sim_faults_take_reply_effect (SimFaults *faults, DdUsec *out_delay, gboolean *out_lost)
{
  *out_delay = faults->delay;
  *out_lost = faults->lost;
  faults->delay = 0;
  faults->lost = FALSE;
}
