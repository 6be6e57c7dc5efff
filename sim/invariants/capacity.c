/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/capacity.c: what an update leaves a node group to run its pods on
 *
 * These judge the cloud and the cluster themselves: the Auto Scaling group, its instances and the
 * Node objects that they are. Nothing that the engine says of itself makes them hold. */
#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/aws/autoscaling/group.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

/* Amazon EKS User Guide, "Understand each phase of node updates": fifteen minutes. */
#define TIME_TO_JOIN (15 * DD_MINUTE)
#define NODEGROUP_TAG "eks:nodegroup-name"

const char *
sim_ledger_nodegroup_of (const AwsGroup *group)
{
  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    {
      const DdValue *tag = dd_value_element (group->tags, i);

      if (g_strcmp0 (dd_value_path_string (tag, "Key"), NODEGROUP_TAG) == 0)
        return dd_value_path_string (tag, "Value");
    }
  return NULL;
}

AwsGroup *
sim_ledger_group_of (const SimLedger *ledger, const char *nodegroup)
{
  const GPtrArray *groups = ledger->world->cloud->groups;

  for (guint i = 0; i < groups->len; i++)
    if (g_strcmp0 (sim_ledger_nodegroup_of (g_ptr_array_index (groups, i)), nodegroup) == 0)
      return g_ptr_array_index (groups, i);
  return NULL;
}

static gboolean
is_ready (const SimLedger *ledger, const AwsInstance *instance)
{
  const SimObject *node = sim_ledger_node_object (ledger, instance->private_dns);

  return node != NULL && kube_node_view (node)->ready;
}

/* A node that was found not to be Ready is not the engine's to answer for. */
static gboolean
was_lost (const SimLedger *ledger, const AwsInstance *instance)
{
  const SimLedgerNode *node = sim_ledger_node (ledger, instance->private_dns);

  return node != NULL && node->was_lost;
}

static gboolean
was_ready (const SimLedger *ledger, const AwsInstance *instance)
{
  const SimLedgerNode *node = sim_ledger_node (ledger, instance->private_dns);

  return node != NULL && node->was_ready;
}

/* Auto Scaling evens out its zones and does not know which instances are nodes. Where nothing but a
 * zone without capacity made them uneven no update is to blame, and who is cannot be told apart
 * here. */
static gboolean
is_rebalanced_away (const AwsInstance *instance)
{
  const AwsActivity *activity = instance->member->activity;

  return activity != NULL && strstr (activity->cause, "to balance instances") != NULL;
}

/* The Ready nodes of GROUP that stay; OR_LOST: and those that went by themselves, as a Spot
 * Instance does, or are just being taken by Auto Scaling's balancing, down to the end of the
 * machine, while another one, drained by then, leaves. */
static gint64
count_ready (const SimLedger *ledger, const AwsGroup *group, gboolean or_lost)
{
  gint64 count = 0;

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsMember *member = link->data;
      const AwsInstance *instance = member->instance;

      if (member->state >= AWS_TERMINATING)
        count += or_lost && is_rebalanced_away (instance) && was_ready (ledger, instance);
      else if (instance->state == AWS_INSTANCE_RUNNING)
        count += is_ready (ledger, instance) || (or_lost && was_lost (ledger, instance));
      else
        count += or_lost && was_ready (ledger, instance);
    }
  return count;
}

void
sim_ledger_capacity_free (gpointer data)
{
  SimLedgerCapacity *capacity = data;

  g_hash_table_unref (capacity->instances);
  g_hash_table_unref (capacity->newcomers);
  g_hash_table_unref (capacity->zones);
  g_array_unref (capacity->losses);
  g_free (capacity->wish);
  g_free (capacity->id);
  g_free (capacity);
}

static gboolean
is_uneven (const AwsGroup *group)
{
  guint most = 0, least = G_MAXUINT;

  for (guint i = 0; i < group->n_enabled_zones; i++)
    {
      const AwsGroupZone *zone = g_ptr_array_index (group->zones, i);

      most = MAX (most, zone->counted);
      least = MIN (least, zone->counted);
    }
  return group->n_enabled_zones > 0 && most > least + 1;
}

static GHashTable *
ids_of_nodes (const SimLedger *ledger, const AwsGroup *group)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsInstance *instance = ((const AwsMember *) link->data)->instance;

      if (sim_ledger_node_object (ledger, instance->private_dns) != NULL)
        g_hash_table_insert (ids, g_strdup (instance->resource.id),
                             g_strdup (sim_ledger_make_of_instance (ledger, group, instance)));
    }
  return ids;
}

static GHashTable *
zones_of_ready_nodes (const SimLedger *ledger, const AwsGroup *group)
{
  GHashTable *zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsInstance *instance = ((const AwsMember *) link->data)->instance;
      const SimObject *node = sim_ledger_node_object (ledger, instance->private_dns);

      if (node != NULL && kube_node_view (node)->ready && kube_node_view (node)->zone != NULL)
        g_hash_table_add (zones, g_strdup (kube_node_view (node)->zone));
    }
  return zones;
}

void
sim_ledger_note_capacity (SimLedger *ledger, const SimEvent *event)
{
  const AwsGroup *group = sim_ledger_group_of (ledger, event->subject);
  SimLedgerCapacity *capacity;

  if (group == NULL || g_strcmp0 (sim_event_text (event, DD_DETAIL_TYPE), "VersionUpdate") != 0)
    return;
  capacity = g_new0 (SimLedgerCapacity, 1);
  capacity->id = g_strdup (sim_event_text (event, DD_DETAIL_ID));
  capacity->begun = sim_stage_now (ledger->world->stage);
  capacity->told_replaced = -1;
  capacity->force = sim_event_bool (event, DD_DETAIL_FORCE);
  capacity->minimal = g_strcmp0 (sim_event_text (event, DD_DETAIL_STRATEGY), "MINIMAL") == 0;
  capacity->was_uneven = is_uneven (group);
  capacity->instances = ids_of_nodes (ledger, group);
  capacity->zones = zones_of_ready_nodes (ledger, group);
  capacity->newcomers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  capacity->losses = g_array_new (FALSE, FALSE, sizeof (DdUsec));
  capacity->desired = group->desired;
  capacity->ready = count_ready (ledger, group, FALSE);
  g_hash_table_replace (ledger->capacities, g_strdup (event->subject), capacity);
}

void
sim_ledger_note_loss (SimLedger *ledger, const SimEvent *event)
{
  const char *cause = sim_event_text (event, DD_DETAIL_CAUSE);
  const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, event->subject);
  const char *nodegroup = instance != NULL && instance->member != NULL
                              ? sim_ledger_nodegroup_of (instance->member->group)
                              : NULL;
  SimLedgerCapacity *capacity
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;

  if (capacity != NULL && cause != NULL && strstr (cause, "health check") != NULL)
    g_array_append_val (capacity->losses, ledger->now);
}

/* Those that may not have been made up for yet. */
static gint64
count_recent_losses (const SimLedger *ledger, const SimLedgerCapacity *capacity)
{
  gint64 count = 0;

  for (guint i = 0; i < capacity->losses->len; i++)
    count += ledger->now - g_array_index (capacity->losses, DdUsec, i) <= TIME_TO_JOIN;
  return count;
}

/* What nodes are made of that GROUP launches; NULL: it cannot be told. */
static const char *
image_of_group (const SimLedger *ledger, const AwsGroup *group)
{
  const AwsTemplateVersion *version
      = group->template != NULL ? aws_template_version (group->template, group->template_version)
                                : NULL;

  return version != NULL ? sim_ledger_make (
             dd_value_path_string (version->data, "ImageId"),
             aws_eks_source_version (ledger->world->cloud, group->name, group->template_version))
                         : NULL;
}

const char *
sim_ledger_image_of_nodegroup (const SimLedger *ledger, const char *nodegroup)
{
  const AwsGroup *group = sim_ledger_group_of (ledger, nodegroup);

  return group != NULL ? image_of_group (ledger, group) : NULL;
}

static gint64
count_ready_with_image (const SimLedger *ledger, const AwsGroup *group)
{
  const char *image = image_of_group (ledger, group);
  gint64 count = count_ready (ledger, group, TRUE);

  for (const GList *link = group->members.head; image != NULL && link != NULL; link = link->next)
    {
      const AwsMember *member = link->data;

      count -= member->state < AWS_TERMINATING && member->instance->state == AWS_INSTANCE_RUNNING
               && (is_ready (ledger, member->instance) || was_lost (ledger, member->instance))
               && g_strcmp0 (sim_ledger_make_of_instance (ledger, group, member->instance), image)
                      != 0;
    }
  return count;
}

/* Fewer only where somebody else wants fewer; more that somebody else wants may still be coming. */
gboolean
sim_promise_group_full (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, event->subject);
  const AwsGroup *group = sim_ledger_group_of (ledger, event->subject);
  gint64 wanted, ready;

  if (capacity == NULL || group == NULL
      || g_strcmp0 (sim_event_text (event, DD_DETAIL_ID), capacity->id) != 0
      || g_strcmp0 (sim_event_text (event, DD_DETAIL_STATUS), "Successful") != 0)
    return TRUE;
  wanted = MIN (capacity->desired, group->desired);
  ready = count_ready_with_image (ledger, group);
  if (ready >= wanted)
    return TRUE;
  g_string_printf (why,
                   "the update of node group %s succeeded; it wants %" G_GINT64_FORMAT
                   " nodes and has %" G_GINT64_FORMAT " that are Ready with the image it launches",
                   event->subject, wanted, ready);
  return FALSE;
}

/* Whether the group is smaller without MEMBER: nobody comes in its place. */
static gboolean
takes_its_place_along (const AwsMember *member)
{
  return member->activity != NULL
         && strstr (member->activity->cause, "shrinking the capacity") != NULL;
}

/* How many nodes fewer than wanted may be Ready once MEMBER leaves: what went by itself meanwhile,
 * and as many as may be unavailable. A group that had grown has no excuse for being too small for
 * good. */
static gint64
count_may_be_missing (const SimLedger *ledger, const SimLedgerCapacity *capacity,
                      const AwsMember *member)
{
  const SimLedgerUpdate *update
      = sim_ledger_update (ledger, sim_ledger_nodegroup_of (member->group));

  gint64 lost = count_recent_losses (ledger, capacity);

  if (!capacity->minimal && takes_its_place_along (member))
    return lost;
  return lost + (update != NULL ? update->parallelism : 1);
}

/* Imitates: Amazon EKS API Reference, NodegroupUpdateConfig: maxUnavailable is held against what
 * was there when the update began, whatever the strategy. What takes an instance away by itself,
 * and nodes that served nobody, do not count. */
gboolean
sim_promise_capacity_kept (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, event->subject);
  const AwsGroup *group
      = instance != NULL && instance->member != NULL ? instance->member->group : NULL;
  const char *nodegroup = group != NULL ? sim_ledger_nodegroup_of (group) : NULL;
  const SimLedgerCapacity *capacity
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;
  gint64 floor, ready;

  if (capacity == NULL || !is_ready (ledger, instance)
      || instance->state != AWS_INSTANCE_RUNNING /* it went by itself */
      || is_rebalanced_away (instance) || sim_ledger_was_called_off (ledger, event->subject)
      || g_strcmp0 (g_hash_table_lookup (ledger->statuses, nodegroup), "UPDATING") != 0)
    return TRUE;
  floor = MIN (MIN (capacity->desired, capacity->ready), group->desired)
          - count_may_be_missing (ledger, capacity, instance->member);
  ready = count_ready (ledger, group, TRUE);
  if (ready >= floor)
    return TRUE;
  g_string_printf (why,
                   "%s of node group %s is taken away while only %" G_GINT64_FORMAT
                   " others are Ready; at least %" G_GINT64_FORMAT " must be",
                   instance->private_dns, nodegroup, ready, floor);
  return FALSE;
}

/* ---- what may stay ---- */

static gint64
count_in_zone (const AwsGroup *group, guint zone, const AwsMember *except)
{
  gint64 count = 0;

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsMember *member = link->data;

      count += member != except && member->state < AWS_TERMINATING && member->zone_index == zone;
    }
  return count;
}

/* Whether some zone would have two instances more than the one that MEMBER leaves. */
static gboolean
leaves_its_zone_behind (const AwsGroup *group, const AwsMember *member)
{
  gint64 left = count_in_zone (group, member->zone_index, member);

  for (guint zone = 0; zone < group->zones->len; zone++)
    if (count_in_zone (group, zone, member) >= left + 2)
      return TRUE;
  return FALSE;
}

/* After a failure a group may keep an instance too many that never joined, where Auto Scaling would
 * take a node to even out the zones without it. Every other one too many is one too many. */
gboolean
sim_ledger_keeps_zones_even (const SimLedger *ledger, const char *nodegroup, gint64 wanted)
{
  const AwsGroup *group = sim_ledger_group_of (ledger, nodegroup);

  if (group == NULL || count_ready (ledger, group, FALSE) > wanted)
    return FALSE;
  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsMember *member = link->data;

      if (member->state < AWS_TERMINATING && !is_ready (ledger, member->instance)
          && !leaves_its_zone_behind (group, member))
        return FALSE;
    }
  return TRUE;
}
