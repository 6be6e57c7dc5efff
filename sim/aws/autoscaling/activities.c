/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/activities.c: the history of a group, in Auto Scaling's own words */
#include "config.h"

#include "sim/aws/autoscaling/private.h"

#include "base/time.h"

char *
aws_group_now_text (const AwsGroup *group)
{
  return dd_time_to_iso8601 (sim_stage_now (group->cloud->stage));
}

char *
aws_group_cause (const AwsGroup *group, const char *sentence)
{
  return group->wish != NULL ? g_strdup_printf ("%s  %s", group->wish, sentence)
                             : g_strdup (sentence);
}

AwsActivity *
aws_activity_begin (AwsGroup *group, const char *description, const char *cause, AwsZone *zone,
                    const AwsSubnet *subnet)
{
  AwsActivity *activity = g_new0 (AwsActivity, 1);

  activity->id = dd_random_uuid (group->cloud->ids);
  activity->description = g_strdup (description);
  activity->cause = g_strdup (cause);
  activity->start = sim_stage_now (group->cloud->stage);
  activity->status = "InProgress";
  activity->zone = zone;
  activity->subnet_id = subnet != NULL ? g_strdup (subnet->resource.id) : NULL;
  g_ptr_array_add (group->activities, activity);
  return activity;
}

void
aws_activity_end (AwsGroup *group, AwsActivity *activity, const char *status, const char *message)
{
  activity->end = sim_stage_now (group->cloud->stage);
  activity->status = status;
  activity->status_message = g_strdup (message);
  activity->progress = 100;
}
