/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-swarm.c: a table of what services do on a bad day, and a draw from it
 *
 * The codes are those of the services' API references, "Common Errors", and of the Kubernetes API
 * conventions, "Response Status Kind". */

#include "config.h"

#include "sim/scenario/faults-swarm.h"

#define MOST_ROWS_OF_A_KIND 2

static const struct
{
  const char *service, *operation, *error;
  gboolean slow, loses; /* instead of an error */
  gint64 retry_after_seconds;
  gboolean breaks, refuses; /* the connection */
} kinds[] = {
  { "kubernetes", NULL, "InternalError", 0, 0, 0 },
  { "kubernetes", NULL, "ServiceUnavailable", 0, 0, 1 },
  { "kubernetes", NULL, "TooManyRequests", 0, 0, 1 },
  { "kubernetes", "list nodes", "InternalError", 0, 0, 0 },
  { "kubernetes", "list pods", "InternalError", 0, 0, 0 },
  { "kubernetes", "patch nodes", "InternalError", 0, 0, 0 },
  { "kubernetes", "patch nodes", "Conflict", 0, 0, 0 },
  { "kubernetes", "create pods/eviction", "InternalError", 0, 0, 0 },
  { "kubernetes", "create pods/eviction", "TooManyRequests", 0, 0, 10 },
  { "kubernetes", "create pods/eviction", NULL, FALSE, TRUE, 0 },
  { "kubernetes", "patch nodes", NULL, FALSE, TRUE, 0 },
  { "kubernetes", NULL, NULL, FALSE, TRUE, 0 },
  { "kubernetes", NULL, NULL, TRUE, FALSE, 0 },
  { "autoscaling", NULL, "Throttling", 0, 0, 0 },
  { "autoscaling", NULL, "ServiceUnavailable", 0, 0, 0 },
  { "autoscaling", "UpdateAutoScalingGroup", "ScalingActivityInProgress", 0, 0, 0 },
  { "autoscaling", "UpdateAutoScalingGroup", NULL, FALSE, TRUE, 0 },
  { "autoscaling", "TerminateInstanceInAutoScalingGroup", NULL, FALSE, TRUE, 0 },
  { "autoscaling", NULL, NULL, FALSE, TRUE, 0 },
  { "autoscaling", NULL, NULL, TRUE, FALSE, 0 },
  { "ec2", NULL, "RequestLimitExceeded", 0, 0, 0 },
  { "ec2", NULL, "InternalError", 0, 0, 0 },
  { "ec2", "CreateLaunchTemplateVersion", NULL, FALSE, TRUE, 0 },
  { "ec2", NULL, NULL, FALSE, TRUE, 0 },
  { "ec2", NULL, NULL, TRUE, FALSE, 0 },
  { "eks", "DescribeNodegroup", "ThrottlingException", 0, 0, 0 },
  { "eks", "DescribeCluster", "ServerException", 0, 0, 0 },
  { "ssm", NULL, "ThrottlingException", 0, 0, 0 },
  { "ssm", NULL, "InternalServerError", 0, 0, 0 },
  { "kubernetes", NULL, NULL, 0, 0, 0, .breaks = TRUE },
  { "kubernetes", NULL, NULL, 0, 0, 0, .refuses = TRUE },
  { "autoscaling", NULL, NULL, 0, 0, 0, .breaks = TRUE },
  { "autoscaling", NULL, NULL, 0, 0, 0, .refuses = TRUE },
  { "ec2", NULL, NULL, 0, 0, 0, .breaks = TRUE },
  { "ec2", NULL, NULL, 0, 0, 0, .refuses = TRUE },
  { "instance", "launch", "InsufficientInstanceCapacity", 0, 0, 0 },
  { "instance", "launch", "VcpuLimitExceeded", 0, 0, 0 },
  { "instance", "join", NULL, 0, 0, 0 },
  { "pod", "pull", NULL, 0, 0, 0 },
  { "hook", "complete", NULL, 0, 0, 0 },
};

static DdUsec
draw_seconds (DdRandom *random, gint64 least, gint64 most)
{
  return dd_random_between (random, least, most) * DD_SECOND;
}

static void
add_row (SimFaults *faults, guint kind, DdRandom *random)
{
  DdUsec from = draw_seconds (random, 0, (SIM_SWARM_END - DD_MINUTE) / DD_SECOND);
  DdUsec until = from + draw_seconds (random, 1, 10 * 60);
  SimFault row = {
    .service = (char *) kinds[kind].service,
    .operation = (char *) kinds[kind].operation,
    .by = strcmp (kinds[kind].service, "kubernetes") == 0 ? (char *) SIM_FAULT_CLIENT : NULL,
    .error = (char *) kinds[kind].error,
    .lose_reply = kinds[kind].loses,
    .half_closed = kinds[kind].breaks,
    .unreachable = kinds[kind].refuses,
    .delay = kinds[kind].slow ? draw_seconds (random, 1, 90) : 0,
    .retry_after_seconds = kinds[kind].retry_after_seconds,
    .from = from,
    .until = MIN (until, SIM_SWARM_END),
    .times = (guint) dd_random_between (random, 0, 5), /* 0: as often as it is met */
    .probability = (double) dd_random_between (random, 5, 100) / 100,
  };

  row.drawn = TRUE;
  sim_faults_add (faults, &row);
}

void
sim_faults_add_swarm (SimFaults *faults, DdRandom *random)
{
  gint64 likelihood = dd_random_between (random, 2, 40); /* of a kind, in percent */

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      gint64 rows = dd_random_between (random, 1, MOST_ROWS_OF_A_KIND);

      if (dd_random_between (random, 1, 100) > likelihood)
        continue;
      for (gint64 i = 0; i < rows; i++)
        add_row (faults, kind, random);
    }
}
