/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/machines.c: the life of an instance
 *
 * Launching decides at once whether there is room (capacity, addresses, image, type); what follows
 * happens by itself: pending, running, and after a termination shutting-down and terminated. The
 * kubelet on the machine and the Auto Scaling group that owns the instance are told of each change.
 */
#include "config.h"

#include "sim/aws/ec2/machines.h"

#include "sim/aws/ec2/operations.h"
#include "sim/aws/protocol/error.h"
#include "sim/stage/faults.h"
#include "sim/stage/machine.h"

#include <string.h>

/* Imitates: Amazon EC2 User Guide, Terminate your instance: it stays visible for about an hour. */
#define VISIBLE_AFTER_TERMINATION DD_HOUR

const char *
aws_instance_state_name (AwsInstanceState state)
{
  switch (state)
    {
    case AWS_INSTANCE_PENDING:
      return "pending";
    case AWS_INSTANCE_RUNNING:
      return "running";
    case AWS_INSTANCE_SHUTTING_DOWN:
      return "shutting-down";
    case AWS_INSTANCE_TERMINATED:
      return "terminated";
    }
  return NULL;
}

static const DdEvent told[] = {
  [AWS_INSTANCE_PENDING] = DD_EVENT_INSTANCE_PENDING,
  [AWS_INSTANCE_RUNNING] = DD_EVENT_INSTANCE_RUNNING,
  [AWS_INSTANCE_SHUTTING_DOWN] = DD_EVENT_INSTANCE_SHUTTING_DOWN,
  [AWS_INSTANCE_TERMINATED] = DD_EVENT_INSTANCE_TERMINATED,
};

/* Every change passes here: it is traced, and whoever owns the instance learns of it. */
static void
instance_enter (AwsCloud *cloud, AwsInstance *instance, AwsInstanceState state)
{
  g_assert (instance->state <= state);
  instance->state = state;
  sim_stage_trace (cloud->stage, "ec2", told[state], instance->resource.id,
                   dd_object ("zone", dd_string (instance->subnet->zone->name), NULL));
  if (instance->member != NULL && cloud->listener != NULL)
    cloud->listener->instance_changed (instance);
}

/* ---- running ---- */

/* User data is base64 on the wire; what is no text is of no use to a kubelet. */
static char *
decode_user_data (const DdValue *data)
{
  const char *encoded = dd_value_path_string (data, "UserData");
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (encoded == NULL)
    return g_strdup ("");
  bytes = g_base64_decode (encoded, &length);
  return g_utf8_make_valid ((const char *) bytes, (gssize) length);
}

/* Borrowed from INSTANCE and USER_DATA. */
static SimMachine
machine_of (const AwsCloud *cloud, const AwsInstance *instance, const char *user_data)
{
  return (SimMachine) {
    .instance_id = instance->resource.id,
    .private_dns = instance->private_dns,
    .private_ip = instance->private_ip,
    .region = cloud->region,
    .zone = instance->subnet->zone->name,
    .instance_type = instance->type->name,
    .architecture = instance->type->architecture,
    .ami_id = instance->image->resource.id,
    .ami_name = instance->image->name,
    .kubelet_version = instance->image->kubelet_version,
    .user_data = user_data,
    .cpu_millis = instance->type->cpus * 1000,
    .memory_bytes = instance->type->memory_mib * 1024 * 1024,
    .max_pods = aws_instance_type_max_pods (instance->type),
  };
}

static void
start_machine (AwsCloud *cloud, const AwsInstance *instance)
{
  g_autofree char *user_data = decode_user_data (instance->template_data);
  SimMachine machine = machine_of (cloud, instance, user_data);

  sim_machine_started (cloud->stage, &machine);
}

static gboolean
find_machine (AwsCloud *cloud, const AwsInstance *instance, const SimNodeState *node,
              GError **error)
{
  g_autofree char *user_data = decode_user_data (instance->template_data);
  SimMachine machine = machine_of (cloud, instance, user_data);

  return sim_machine_found (cloud->stage, &machine, node, error);
}

static void
schedule_change (AwsCloud *cloud, AwsInstance *instance, SimDelay delay, DdTimerFunc func)
{
  instance->timer = sim_clock_after (
      cloud->stage->clock, sim_latency_draw (cloud->stage->latency, delay), func, instance);
}

static void
instance_running (gpointer data)
{
  AwsInstance *instance = data;
  AwsCloud *cloud = instance->cloud;

  instance->timer = 0;
  instance->running_since = sim_stage_now (cloud->stage);
  instance->checked
      = instance->running_since + sim_latency_draw (cloud->stage->latency, SIM_DELAY_STATUS_CHECK);
  if (instance->image->kubelet_version != NULL)
    start_machine (cloud, instance);
  instance_enter (cloud, instance, AWS_INSTANCE_RUNNING);
}

/* ---- terminating ---- */

static void
return_address (AwsCloud *cloud, AwsInstance *instance)
{
  if (instance->address == 0)
    return;
  aws_subnet_return_address (instance->subnet, instance->address);
  instance->address = 0;
  g_hash_table_remove (cloud->node_names, instance->private_dns);
}

static void
instance_terminated (gpointer data)
{
  AwsInstance *instance = data;
  AwsCloud *cloud = instance->cloud;

  instance->timer = 0;
  instance->terminated = sim_stage_now (cloud->stage);
  return_address (cloud, instance);
  if (instance->running_since != 0)
    sim_machine_terminated (cloud->stage, instance->resource.id);
  instance_enter (cloud, instance, AWS_INSTANCE_TERMINATED);
}

void
aws_ec2_terminate (AwsCloud *cloud, AwsInstance *instance, const char *reason)
{
  if (instance->state >= AWS_INSTANCE_SHUTTING_DOWN)
    return;
  sim_clock_cancel (cloud->stage->clock, instance->timer);
  instance->reason = reason;
  instance->stopped = sim_stage_now (cloud->stage);
  if (instance->running_since != 0)
    sim_machine_stopped (cloud->stage, instance->resource.id);
  schedule_change (cloud, instance, SIM_DELAY_INSTANCE_STOP, instance_terminated);
  instance_enter (cloud, instance, AWS_INSTANCE_SHUTTING_DOWN);
}

void
aws_instance_free (AwsCloud *cloud, AwsInstance *instance)
{
  sim_clock_cancel (cloud->stage->clock, instance->timer);
  return_address (cloud, instance);
  g_queue_unlink (&cloud->instances, &instance->link);
  aws_cloud_remove_resource (cloud, &instance->resource);
  aws_resource_clear (&instance->resource);
  g_clear_pointer (&instance->template_data, dd_value_unref);
  g_clear_pointer (&instance->security_group_ids, dd_value_unref);
  g_free (instance->template_id);
  g_free (instance->template_name);
  g_free (instance->private_ip);
  g_free (instance->private_dns);
  g_free (instance->reservation_id);
  g_free (instance->interface_id);
  g_free (instance->attachment_id);
  g_free (instance->volume_id);
  g_free (instance->mac);
  g_free (instance);
}

void
aws_ec2_forget_terminated (AwsCloud *cloud)
{
  DdUsec horizon = sim_stage_now (cloud->stage) - VISIBLE_AFTER_TERMINATION;
  GList *next;

  for (GList *l = cloud->instances.head; l != NULL; l = next)
    {
      AwsInstance *instance = l->data;

      next = l->next;
      if (instance->state == AWS_INSTANCE_TERMINATED && instance->terminated < horizon)
        aws_instance_free (cloud, instance);
    }
}

/* ---- room ---- */

static gboolean
capacity_covers (const AwsCapacity *capacity, const char *zone, const char *type)
{
  return g_str_equal (capacity->zone->name, zone)
         && (capacity->instance_type == NULL || g_str_equal (capacity->instance_type, type));
}

gint64
aws_ec2_room (const AwsCloud *cloud, const char *zone, const char *instance_type)
{
  gint64 room = G_MAXINT64;

  for (guint i = 0; i < cloud->capacities->len; i++)
    {
      const AwsCapacity *capacity = cloud->capacities->pdata[i];

      if (capacity_covers (capacity, zone, instance_type))
        room = MIN (room, capacity->left);
    }
  return room;
}

static gboolean
zone_has_room (const AwsCloud *cloud, const char *zone, const char *type)
{
  return aws_ec2_room (cloud, zone, type) > 0;
}

static void
use_capacity (AwsCloud *cloud, const char *zone, const char *type)
{
  for (guint i = 0; i < cloud->capacities->len; i++)
    {
      AwsCapacity *capacity = cloud->capacities->pdata[i];

      if (capacity_covers (capacity, zone, type))
        capacity->left--;
    }
}

void
aws_ec2_set_capacity (AwsCloud *cloud, const char *zone, const char *instance_type, gint64 n)
{
  AwsCapacity *capacity;

  for (guint i = 0; i < cloud->capacities->len; i++)
    {
      capacity = cloud->capacities->pdata[i];
      if (g_str_equal (capacity->zone->name, zone)
          && g_strcmp0 (capacity->instance_type, instance_type) == 0)
        {
          g_ptr_array_remove_index (cloud->capacities, i);
          break;
        }
    }
  if (n < 0)
    return;
  capacity = g_new0 (AwsCapacity, 1);
  capacity->zone = aws_cloud_add_zone (cloud, zone);
  capacity->instance_type = g_strdup (instance_type);
  capacity->left = n;
  g_ptr_array_add (cloud->capacities, capacity);
}

/* Imitates: Amazon EC2 Auto Scaling User Guide, Troubleshoot: instance launch failure. */
static void
refuse_capacity (const AwsCloud *cloud, const char *zone, const char *type, GError **error)
{
  g_autoptr (GString) others = g_string_new (NULL);

  for (guint i = 0; i < cloud->zones->len; i++)
    {
      const AwsZone *other = cloud->zones->pdata[i];

      if (!g_str_equal (other->name, zone) && zone_has_room (cloud, other->name, type))
        g_string_append_printf (others, "%s%s", others->len > 0 ? ", " : "", other->name);
    }
  g_set_error (error, AWS_ERROR, AWS_INSUFFICIENT_CAPACITY,
               "We currently do not have sufficient %s capacity in the Availability Zone you "
               "requested (%s). Our system will be working on provisioning additional capacity. "
               "You can currently get %s capacity by not specifying an Availability Zone in your "
               "request%s%s.",
               type, zone, type, others->len > 0 ? " or choosing " : "", others->str);
}

/* Imitates: Amazon EC2 API Reference, Error codes. */
static const struct
{
  AwsErrorCode code;
  const char *message;
} refusals[] = {
  { AWS_VCPU_LIMIT_EXCEEDED,
    "You have requested more vCPU capacity than your current vCPU limit allows for the instance "
    "bucket that the specified instance type belongs to. Please visit "
    "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit." },
  { AWS_INSUFFICIENT_ADDRESSES,
    "There are not enough free addresses in the subnet to satisfy the requested number of "
    "instances." },
  { AWS_MAX_SPOT_COUNT_EXCEEDED, "Max spot instance count exceeded" },
};

static void
refuse_as (AwsCloud *cloud, const AwsLaunch *launch, const SimFault *fault, GError **error)
{
  AwsErrorCode code = AWS_INTERNAL_ERROR;
  const char *message = fault->message;

  aws_error_code_from_name (fault->error, &code);
  if (code == AWS_INSUFFICIENT_CAPACITY && message == NULL)
    {
      refuse_capacity (cloud, launch->subnet->zone->name, launch->instance_type, error);
      return;
    }
  for (guint i = 0; message == NULL && i < G_N_ELEMENTS (refusals); i++)
    if (refusals[i].code == code)
      message = refusals[i].message;
  g_set_error (error, AWS_ERROR, code, "%s",
               message != NULL ? message : "An internal error has occurred");
}

/* What a scenario lets fail on purpose: for a zone, a type or a subnet. */
static gboolean
is_struck (AwsCloud *cloud, const AwsLaunch *launch, GError **error)
{
  const char *const concerned[]
      = { launch->subnet->zone->name, launch->instance_type, launch->subnet->resource.id, NULL };
  const SimFault *fault = sim_faults_strike (cloud->stage->faults, "instance", "launch", concerned);

  if (fault != NULL && fault->error != NULL)
    refuse_as (cloud, launch, fault, error);
  return fault != NULL && fault->error != NULL;
}

/* ---- launching ---- */

static gboolean
has_image (AwsCloud *cloud, const AwsLaunch *launch, const char *image)
{
  const AwsInstanceType *type = aws_cloud_instance_type (cloud, launch->instance_type);

  if (aws_cloud_image (cloud, image) == NULL && cloud->image_missing != NULL && type != NULL
      && launch->template != NULL)
    cloud->image_missing (cloud, image, launch->template, type);
  return aws_cloud_image (cloud, image) != NULL;
}

static gboolean
launch_is_possible (AwsCloud *cloud, const AwsLaunch *launch, GError **error)
{
  const char *image = dd_value_path_string (launch->data, "ImageId");
  const char *zone = launch->subnet->zone->name;

  if (image == NULL)
    g_set_error (error, AWS_ERROR, AWS_MISSING_PARAMETER,
                 "The request must contain the parameter ImageId");
  else if (!has_image (cloud, launch, image))
    g_set_error (error, AWS_ERROR, AWS_INVALID_AMI_ID_NOT_FOUND,
                 "The image id '[%s]' does not exist", image);
  else if (aws_cloud_instance_type (cloud, launch->instance_type) == NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE,
                 "Invalid value '%s' for InstanceType.",
                 launch->instance_type != NULL ? launch->instance_type : "");
  else if (!zone_has_room (cloud, zone, launch->instance_type))
    refuse_capacity (cloud, zone, launch->instance_type, error);
  else if (launch->subnet->n_free == 0)
    g_set_error (error, AWS_ERROR, AWS_INSUFFICIENT_ADDRESSES,
                 "There are not enough free addresses in subnet '%s' to satisfy the requested "
                 "number of instances.",
                 launch->subnet->resource.id);
  else
    return !is_struck (cloud, launch, error);
  return FALSE;
}

static char *
address_text (guint32 a)
{
  return g_strdup_printf ("%u.%u.%u.%u", a >> 24, (a >> 16) & 255, (a >> 8) & 255, a & 255);
}

/* Imitates: Amazon EC2 User Guide, Instance hostname types: IP names, us-east-1's shorter domain.
 */
static void
name_instance (AwsCloud *cloud, AwsInstance *instance)
{
  guint32 a = aws_subnet_take_address (cloud, instance->subnet);
  g_autofree char *domain = g_str_equal (cloud->region, "us-east-1")
                                ? g_strdup ("ec2.internal")
                                : g_strdup_printf ("%s.compute.internal", cloud->region);

  instance->address = a;
  instance->private_ip = address_text (a);
  instance->private_dns = g_strdup_printf ("ip-%u-%u-%u-%u.%s", a >> 24, (a >> 16) & 255,
                                           (a >> 8) & 255, a & 255, domain);
  g_hash_table_insert (cloud->node_names, instance->private_dns, instance);
}

/* The address that an IP name tells, in host order; 0: it tells none. */
static guint32
address_in_name (const char *name)
{
  guint32 address = 0;
  const char *p = name;

  if (!g_str_has_prefix (name, "ip-"))
    return 0;
  p += strlen ("ip-");
  for (guint i = 0; i < 4; i++)
    {
      char *end;
      guint64 octet = g_ascii_strtoull (p, &end, 10);

      if (end == p || octet > 255 || *end != (i < 3 ? '-' : '.'))
        return 0;
      address = address << 8 | (guint32) octet;
      p = end + 1;
    }
  return address;
}

/* An address from beyond the subnet stays what the node is known by, and some address of the
 * subnet is taken for it. */
static void
keep_name (AwsCloud *cloud, AwsInstance *instance, const char *name)
{
  guint32 known = address_in_name (name);

  instance->address = aws_subnet_claim_address (instance->subnet, known)
                          ? known
                          : aws_subnet_take_address (cloud, instance->subnet);
  instance->private_ip = address_text (known != 0 ? known : instance->address);
  instance->private_dns = g_strdup (name);
  g_hash_table_insert (cloud->node_names, instance->private_dns, instance);
}

static DdValue *
security_groups_of (const AwsCloud *cloud, const DdValue *data)
{
  const DdValue *ids = dd_value_member (data, "SecurityGroupIds");
  const DdValue *interface_ids = dd_value_path (data, "NetworkInterfaces.0.Groups");
  const AwsSecurityGroup *fallback = cloud->security_groups->pdata[0];

  if (dd_value_length (ids) > 0)
    return dd_value_ref (ids);
  if (dd_value_length (interface_ids) > 0)
    return dd_value_ref (interface_ids);
  return dd_array (dd_string (fallback->resource.id), NULL);
}

static void
tag_instance (AwsInstance *instance, const AwsLaunch *launch)
{
  aws_ec2_tag_as_specified (&instance->resource,
                            dd_value_member (launch->data, "TagSpecifications"), "instance");
  for (gsize i = 0; i < dd_value_length (launch->tags); i++)
    aws_resource_tag (&instance->resource, dd_value_key (launch->tags, i),
                      dd_value_string (dd_value_nth (launch->tags, i)));
  if (launch->template != NULL)
    {
      g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, launch->template_version);

      aws_resource_tag (&instance->resource, "aws:ec2launchtemplate:id",
                        launch->template->resource.id);
      aws_resource_tag (&instance->resource, "aws:ec2launchtemplate:version", version);
    }
}

static void
draw_ids (AwsCloud *cloud, AwsInstance *instance)
{
  guint64 bits = dd_random_next (cloud->ids);

  instance->reservation_id = aws_cloud_new_id (cloud, "r");
  instance->interface_id = aws_cloud_new_id (cloud, "eni");
  instance->attachment_id = aws_cloud_new_id (cloud, "eni-attach");
  instance->volume_id = aws_cloud_new_id (cloud, "vol");
  instance->mac = g_strdup_printf ("02:%02x:%02x:%02x:%02x:%02x", (guint) (bits & 255),
                                   (guint) (bits >> 8 & 255), (guint) (bits >> 16 & 255),
                                   (guint) (bits >> 24 & 255), (guint) (bits >> 32 & 255));
}

/* Without a name, an address and tags yet. ID NULL: one is drawn. */
static AwsInstance *
instance_new (AwsCloud *cloud, const AwsLaunch *launch, const char *id)
{
  AwsInstance *instance = g_new0 (AwsInstance, 1);

  instance->cloud = cloud;
  aws_cloud_enter_resource (cloud, &instance->resource, AWS_INSTANCE, g_strdup (id));
  instance->type = aws_cloud_instance_type (cloud, launch->instance_type);
  instance->image = aws_cloud_image (cloud, dd_value_path_string (launch->data, "ImageId"));
  instance->subnet = launch->subnet;
  instance->spot = launch->spot;
  instance->template_data = dd_value_ref (launch->data);
  if (launch->template != NULL)
    {
      instance->template_id = g_strdup (launch->template->resource.id);
      instance->template_name = g_strdup (launch->template->name);
      instance->template_version = launch->template_version;
    }
  instance->security_group_ids = security_groups_of (cloud, launch->data);
  instance->launched = sim_stage_now (cloud->stage);
  draw_ids (cloud, instance);
  instance->link.data = instance;
  g_queue_push_tail_link (&cloud->instances, &instance->link);
  return instance;
}

AwsInstance *
aws_ec2_launch (AwsCloud *cloud, const AwsLaunch *launch, GError **error)
{
  AwsInstance *instance;

  if (!launch_is_possible (cloud, launch, error))
    return NULL;
  instance = instance_new (cloud, launch, NULL);
  name_instance (cloud, instance);
  tag_instance (instance, launch);
  use_capacity (cloud, launch->subnet->zone->name, launch->instance_type);
  schedule_change (cloud, instance, SIM_DELAY_INSTANCE_START, instance_running);
  instance_enter (cloud, instance, AWS_INSTANCE_PENDING);
  return instance;
}

static gboolean
may_be_found (AwsCloud *cloud, const AwsFound *found, GError **error)
{
  const char *id = found->instance_id;

  if (id != NULL && (!g_str_has_prefix (id, "i-") || strlen (id) == strlen ("i-")))
    g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE,
                 "%s is no id of an instance, such as i-0123456789abcdef0", id);
  else if (id != NULL && aws_cloud_instance (cloud, id) != NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE, "there is an instance %s already",
                 id);
  else if (aws_cloud_instance_of_node (cloud, found->private_dns) != NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE, "there is a node %s already",
                 found->private_dns);
  else
    return TRUE;
  return FALSE;
}

/* What has no kubelet has no node. */
static gboolean
has_kubelet (const AwsInstance *instance, GError **error)
{
  if (instance->image->kubelet_version != NULL)
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE, "image %s has no kubelet",
               instance->image->resource.id);
  return FALSE;
}

AwsInstance *
aws_ec2_find (AwsCloud *cloud, const AwsLaunch *launch, const AwsFound *found, GError **error)
{
  AwsInstance *instance;

  if (!may_be_found (cloud, found, error) || !launch_is_possible (cloud, launch, error))
    return NULL;
  instance = instance_new (cloud, launch, found->instance_id);
  keep_name (cloud, instance, found->private_dns);
  tag_instance (instance, launch);
  instance->launched = instance->running_since = instance->checked = found->launched;
  if (!has_kubelet (instance, error) || !find_machine (cloud, instance, found->node, error))
    {
      aws_instance_free (cloud, instance);
      return NULL;
    }
  instance_enter (cloud, instance, AWS_INSTANCE_RUNNING);
  return instance;
}

/* ---- for Kubernetes ---- */

/* Imitates: cloud-provider-aws, InstanceExists: only what is terminated is gone. */
SimMachineState
aws_ec2_machine_state (gpointer cloud, const char *instance_id)
{
  const AwsInstance *instance = aws_cloud_instance (cloud, instance_id);

  if (instance == NULL || instance->state == AWS_INSTANCE_TERMINATED)
    return SIM_MACHINE_GONE;
  return instance->state == AWS_INSTANCE_SHUTTING_DOWN ? SIM_MACHINE_STOPPED : SIM_MACHINE_RUNNING;
}
