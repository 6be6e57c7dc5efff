/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-world.c: machines that are taken away, or that nobody hears of any more
 *
 * Such a row waits for no request: it has an instant, and machines are drawn when that comes. */

#include "config.h"

#include "sim/scenario/faults-world.h"

#include <string.h>

#include "sim/aws/ec2/machines.h"
#include "sim/aws/eks/hooks.h"
#include "sim/stage/machine.h"

/* Imitates: Amazon EC2 User Guide, Spot Instance interruption notices. */
#define SPOT_NOTICE (2 * DD_MINUTE)

typedef struct
{
  SimWorld *world;
  const char *operation; /* of the table below */
  void (*begin) (SimWorld *world, AwsInstance *instance);
  void (*end) (SimWorld *world, AwsInstance *instance);
  char *subject;
  guint times;
  DdUsec lasts;      /* 0: for ever */
  guint row;         /* its index among the faults */
  GPtrArray *struck; /* ids of instances */
} Blow;

static void
blow_free (gpointer data)
{
  Blow *blow = data;

  g_free (blow->subject);
  g_ptr_array_unref (blow->struck);
  g_free (blow);
}

/* ---- what happens ---- */

/* Imitates: Amazon EKS User Guide, Managed node group capacity types: a notice that comes before
 * the replacement is Ready starts the drain. */
static void
give_notice (SimWorld *world, AwsInstance *instance)
{
  sim_eks_empty_node (world->cloud, instance->private_dns);
}

static void
take_away (SimWorld *world, AwsInstance *instance)
{
  aws_ec2_terminate (world->cloud, instance, "Server.SpotInstanceTermination");
}

static void
vanish (SimWorld *world, AwsInstance *instance)
{
  sim_machine_stopped (world->stage, instance->resource.id);
}

static void
come_back (SimWorld *world, AwsInstance *instance)
{
  sim_machine_returned (world->stage, instance->resource.id);
}

static const struct
{
  const char *operation;
  void (*begin) (SimWorld *world, AwsInstance *instance);
  void (*end) (SimWorld *world, AwsInstance *instance);
  DdUsec lasts; /* 0: as long as the row says */
} kinds[] = {
  { "interrupt", give_notice, take_away, SPOT_NOTICE },
  { "vanish", vanish, come_back, 0 },
};

/* ---- to whom ---- */

static gboolean
is_meant (const AwsInstance *instance, const char *subject)
{
  return instance->state == AWS_INSTANCE_RUNNING
         && (subject == NULL || g_pattern_match_simple (subject, instance->resource.id)
             || g_pattern_match_simple (subject, instance->private_dns)
             || g_pattern_match_simple (subject, instance->subnet->zone->name));
}

static GPtrArray *
candidates_of (const Blow *blow)
{
  GPtrArray *candidates = g_ptr_array_new ();

  for (const GList *l = blow->world->cloud->instances.head; l != NULL; l = l->next)
    if (is_meant (l->data, blow->subject))
      g_ptr_array_add (candidates, l->data);
  return candidates;
}

static void
strike (Blow *blow, AwsInstance *instance)
{
  g_ptr_array_add (blow->struck, g_strdup (instance->resource.id));
  sim_faults_count (blow->world->stage->faults, blow->row);
  sim_stage_trace (blow->world->stage, "faults", DD_EVENT_FAULT_INJECTED, instance->private_dns,
                   dd_object ("service", dd_string ("instance"), "operation",
                              dd_string (blow->operation), "instance",
                              dd_string (instance->resource.id), "zone",
                              dd_string (instance->subnet->zone->name), NULL));
  blow->begin (blow->world, instance);
}

static void
end_blow (gpointer data)
{
  Blow *blow = data;

  for (guint i = 0; i < blow->struck->len; i++)
    {
      AwsInstance *instance
          = aws_cloud_instance (blow->world->cloud, g_ptr_array_index (blow->struck, i));

      if (instance != NULL && instance->state == AWS_INSTANCE_RUNNING)
        blow->end (blow->world, instance);
    }
}

static void
begin_blow (gpointer data)
{
  Blow *blow = data;
  g_autoptr (GPtrArray) candidates = candidates_of (blow);
  g_autoptr (DdRandom) random = dd_random_fork (blow->world->stage->random, "blows");

  for (guint i = 0; i < blow->times && candidates->len > 0; i++)
    strike (blow, g_ptr_array_steal_index (candidates, dd_random_below (random, candidates->len)));
  if (blow->lasts > 0)
    sim_clock_after (blow->world->stage->clock, blow->lasts, end_blow, blow);
}

/* ---- when ---- */

static gint
kind_of (const SimFault *row)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (row->service, "instance") == 0
        && g_strcmp0 (row->operation, kinds[i].operation) == 0)
      return (gint) i;
  return -1;
}

gboolean
sim_blow_is_known (const SimFault *row)
{
  return kind_of (row) >= 0;
}

void
sim_blow_schedule (SimWorld *world, guint index)
{
  const SimFault *row = sim_faults_row (world->stage->faults, index);
  gint kind = kind_of (row);
  Blow *blow = g_new0 (Blow, 1);

  g_assert (kind >= 0);
  blow->world = world;
  blow->row = index;
  blow->operation = kinds[kind].operation;
  blow->begin = kinds[kind].begin;
  blow->end = kinds[kind].end;
  blow->subject = g_strdup (row->subject);
  blow->times = MAX (row->times, 1);
  blow->lasts = kinds[kind].lasts > 0    ? kinds[kind].lasts
                : row->until > row->from ? row->until - row->from
                                         : 0;
  blow->struck = g_ptr_array_new_with_free_func (g_free);
  sim_faults_keep (world->stage->faults, blow, blow_free);
  sim_clock_schedule (world->stage->clock, sim_trace_origin (world->stage->trace) + row->from,
                      begin_blow, blow);
}
