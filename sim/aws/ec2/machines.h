/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/machines.h: instances over time: pending, running, shutting down, terminated */
#pragma once

#include "sim/aws/ec2/cloud.h"
#include "sim/stage/machine.h"

G_BEGIN_DECLS

typedef struct
{
  AwsSubnet *subnet;
  const char *instance_type;
  AwsTemplate *template; /* may be NULL */
  gint64 template_version;
  const DdValue *data; /* launch template data: image, user data, security groups, tags */
  const DdValue *tags; /* further tags, an object; may be NULL */
  gboolean spot;
} AwsLaunch;

/* Makes an instance, pending; it changes state by itself from now on. NULL with the error EC2 would
 * answer when there is no capacity, no address, no such image or type. */
AwsInstance *aws_ec2_launch (AwsCloud *cloud, const AwsLaunch *launch, GError **error);

/* An instance that was there before the world began. */
typedef struct
{
  const char *instance_id; /* "i-0123456789abcdef0"; NULL: one is drawn */
  const char *private_dns; /* the name of its node */
  DdUsec launched;
  const SimNodeState *node;
} AwsFound;

/* Makes an instance that has been running since then, with its node. It takes an address of its
 * subnet, its own if that is one. NULL with EC2's error where it could not have been launched, and
 * for an id or a name that is taken. */
AwsInstance *aws_ec2_find (AwsCloud *cloud, const AwsLaunch *launch, const AwsFound *found,
                           GError **error);

/* Begins to shut it down; no-op when that was done before. REASON is static text:
 * "User initiated". */
void aws_ec2_terminate (AwsCloud *cloud, AwsInstance *instance, const char *reason);

/* How many more instances of INSTANCE_TYPE (NULL: each type) can be launched in ZONE; -1: no
 * limit, which is how a world begins. What terminates does not come back. */
void aws_ec2_set_capacity (AwsCloud *cloud, const char *zone, const char *instance_type, gint64 n);

/* How many can still be launched: G_MAXINT64 where nothing limits it. */
gint64 aws_ec2_room (const AwsCloud *cloud, const char *zone, const char *instance_type);

/* Forgets what was terminated more than an hour ago. */
void aws_ec2_forget_terminated (AwsCloud *cloud);
/* A SimMachineStateFunc over an AwsCloud. */
SimMachineState aws_ec2_machine_state (gpointer cloud, const char *instance_id);
/* For the end of a world. */
void aws_instance_free (AwsCloud *cloud, AwsInstance *instance);
const char *aws_instance_state_name (AwsInstanceState state);

G_END_DECLS
