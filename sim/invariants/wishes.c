/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/wishes.c: what others ask of a group while it is updated is what it ends with
 *
 * An update borrows desired and maximum. Whoever writes them meanwhile, such as the Cluster
 * Autoscaler or a configuration tool, is played by the scenario's steps, and the group itself shows
 * afterwards whether that was kept; what the engine says of it does not count. */
#include "config.h"

#include "sim/invariants/private.h"

/* What is -1 nobody has asked for. */
struct _SimLedgerWish
{
  gint64 desired, min, max;
  gboolean fewer; /* the last who wrote desired wanted fewer */
};

gboolean
sim_ledger_resizes (const DdValue *request)
{
  static const char *const sizes[] = { "MinSize", "MaxSize", "DesiredCapacity", "scalingConfig" };
  const DdValue *input = dd_value_member (request, "input");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (dd_value_member (input, sizes[i]) != NULL)
      return TRUE;
  return FALSE;
}

static SimLedgerWish *
own_wish (SimLedgerCapacity *capacity)
{
  if (capacity->wish == NULL)
    {
      capacity->wish = g_new (SimLedgerWish, 1);
      *capacity->wish = (SimLedgerWish) { -1, -1, -1, FALSE };
    }
  return capacity->wish;
}

/* So many more than the group had grown to, so many more than it had before; fewer are meant as
 * they are written. */
static void
note_desired (SimLedgerWish *wish, gint64 before_update, gint64 from, gint64 to)
{
  if (to == from)
    return;
  wish->fewer = to < from;
  wish->desired
      = wish->fewer ? to : (wish->desired < 0 ? before_update : wish->desired) + to - from;
}

void
sim_ledger_note_wish (SimLedger *ledger, const SimEvent *event)
{
  const SimLedgerGroup *before = sim_ledger_group (ledger, event->subject);
  const AwsGroup *group = aws_cloud_group (ledger->world->cloud, event->subject);
  const char *nodegroup = group != NULL ? sim_ledger_nodegroup_of (group) : NULL;
  SimLedgerCapacity *capacity
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;
  gint64 min = sim_event_int (event, DD_DETAIL_MIN, 0);
  gint64 max = sim_event_int (event, DD_DETAIL_MAX, 0);
  SimLedgerWish *wish;

  if (!ledger->step_resizes || before == NULL || capacity == NULL)
    return;
  ledger->step_resizes = FALSE;
  if (!sim_ledger_may_come_of (ledger, ledger->last_cloud_step))
    return;
  wish = own_wish (capacity);
  note_desired (wish, capacity->desired, before->desired,
                sim_event_int (event, DD_DETAIL_DESIRED, 0));
  if (min != before->min)
    wish->min = min;
  if (max != before->max)
    wish->max = max;
}

static gboolean
is_granted (const SimLedgerWish *wish, const AwsGroup *group, gboolean succeeded)
{
  if (wish->min >= 0 && group->min != wish->min)
    return FALSE;
  if (succeeded && wish->max >= 0 && group->max != MAX (wish->max, group->desired))
    return FALSE;
  if (wish->desired < 0)
    return TRUE;
  if (!wish->fewer)
    return group->desired >= wish->desired;
  return !succeeded || group->desired == MAX (wish->desired, group->min);
}

static void
append_size (GString *text, const char *name, gint64 wanted, gint64 is)
{
  if (wanted >= 0)
    g_string_append_printf (text, "%s %s %" G_GINT64_FORMAT " (it is %" G_GINT64_FORMAT ")",
                            text->len == 0 ? "" : ",", name, wanted, is);
}

/* A failed update may leave a group larger: its instances could not leave. */
gboolean
sim_promise_wishes_kept (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, event->subject);
  const SimLedgerWish *wish = capacity != NULL ? capacity->wish : NULL;
  const AwsGroup *group = wish != NULL ? sim_ledger_group_of (ledger, event->subject) : NULL;
  const char *status = sim_event_text (event, DD_DETAIL_STATUS);
  g_autoptr (GString) sizes = g_string_new (NULL);

  if (group == NULL || g_strcmp0 (sim_event_text (event, DD_DETAIL_ID), capacity->id) != 0
      || is_granted (wish, group, g_strcmp0 (status, "Successful") == 0))
    return TRUE;
  append_size (sizes, "desired", wish->desired, group->desired);
  append_size (sizes, "minimum", wish->min, group->min);
  append_size (sizes, "maximum", wish->max, group->max);
  g_string_printf (why, "while node group %s was updated somebody asked for%s", event->subject,
                   sizes->str);
  return FALSE;
}
