/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/instances.c: instances, as they are described and terminated
 *
 * Imitates: Amazon EC2 API Reference, DescribeInstances, DescribeInstanceStatus and
 * TerminateInstances. A terminated instance stays in the list for an hour, without its network. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include "base/time.h"
#include "sim/aws/ec2/machines.h"

#include <string.h>

GPtrArray *
aws_ec2_visible_instances (AwsCloud *cloud)
{
  GPtrArray *all = g_ptr_array_new ();

  aws_ec2_forget_terminated (cloud);
  for (GList *l = cloud->instances.head; l != NULL; l = l->next)
    g_ptr_array_add (all, l->data);
  return all;
}

/* ---- parts of an instance ---- */

static DdValue *
describe_state (AwsInstanceState state)
{
  return dd_object ("code", dd_int (state), "name", dd_string (aws_instance_state_name (state)),
                    NULL);
}

static DdValue *
describe_security_groups (const AwsCloud *cloud, const AwsInstance *instance)
{
  g_auto (DdBuilder) groups = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (instance->security_group_ids); i++)
    {
      const DdValue *id = dd_value_element (instance->security_group_ids, i);
      const AwsSecurityGroup *group = (const AwsSecurityGroup *) aws_cloud_resource (
          cloud, AWS_SECURITY_GROUP, dd_value_string (id));

      dd_builder_add (&groups, dd_object ("groupId", dd_value_ref (id), "groupName",
                                          dd_string (group != NULL ? group->name : NULL), NULL));
    }
  return dd_builder_end (&groups);
}

/* The template's own devices, or the image's one root volume. */
static const char *
root_device (const AwsInstance *instance)
{
  const char *name
      = dd_value_path_string (instance->template_data, "BlockDeviceMappings.0.DeviceName");

  return name != NULL ? name : "/dev/xvda";
}

static DdValue *
describe_volumes (const AwsInstance *instance)
{
  return dd_array (
      dd_object ("deviceName", dd_string (root_device (instance)), "ebs",
                 dd_object ("attachTime", aws_ec2_time (instance->launched), "deleteOnTermination",
                            dd_bool (TRUE), "status",
                            dd_string (instance->running_since != 0 ? "attached" : "attaching"),
                            "volumeId", dd_string (instance->volume_id), NULL),
                 NULL),
      NULL);
}

static DdValue *
describe_attachment (const AwsInstance *instance)
{
  return dd_object ("attachTime", aws_ec2_time (instance->launched), "attachmentId",
                    dd_string (instance->attachment_id), "deleteOnTermination", dd_bool (TRUE),
                    "deviceIndex", dd_int (0), "status", dd_string ("attached"), "networkCardIndex",
                    dd_int (0), NULL);
}

static DdValue *
describe_interfaces (const AwsCloud *cloud, const AwsInstance *instance)
{
  DdValue *addresses = dd_array (dd_object ("primary", dd_bool (TRUE), "privateDnsName",
                                            dd_string (instance->private_dns), "privateIpAddress",
                                            dd_string (instance->private_ip), NULL),
                                 NULL);

  return dd_array (
      dd_object ("attachment", describe_attachment (instance), "description", dd_string (""),
                 "groupSet", describe_security_groups (cloud, instance), "ipv6AddressesSet",
                 dd_array_empty (), "macAddress", dd_string (instance->mac), "networkInterfaceId",
                 dd_string (instance->interface_id), "ownerId", dd_string (cloud->account),
                 "privateDnsName", dd_string (instance->private_dns), "privateIpAddress",
                 dd_string (instance->private_ip), "privateIpAddressesSet", addresses,
                 "sourceDestCheck", dd_bool (TRUE), "status", dd_string ("in-use"), "subnetId",
                 dd_string (instance->subnet->resource.id), "vpcId",
                 dd_string (instance->subnet->vpc->resource.id), "interfaceType",
                 dd_string ("interface"), NULL),
      NULL);
}

static DdValue *
describe_profile (const AwsCloud *cloud, const AwsInstance *instance)
{
  const char *arn = dd_value_path_string (instance->template_data, "IamInstanceProfile.Arn");
  const char *name = dd_value_path_string (instance->template_data, "IamInstanceProfile.Name");

  if (arn != NULL)
    return dd_object ("arn", dd_string (arn), NULL);
  if (name == NULL)
    return NULL;
  return dd_object (
      "arn", dd_string_printf ("arn:aws:iam::%s:instance-profile/%s", cloud->account, name), NULL);
}

static DdValue *
describe_metadata (const AwsInstance *instance)
{
  const char *tokens = dd_value_path_string (instance->template_data, "MetadataOptions.HttpTokens");

  return dd_object ("state", dd_string ("applied"), "httpTokens",
                    dd_string (tokens != NULL ? tokens : "optional"), "httpPutResponseHopLimit",
                    dd_int (dd_value_path_int (instance->template_data,
                                               "MetadataOptions.HttpPutResponseHopLimit", 1)),
                    "httpEndpoint", dd_string ("enabled"), "httpProtocolIpv6",
                    dd_string ("disabled"), "instanceMetadataTags", dd_string ("disabled"), NULL);
}

/* "User initiated (2026-01-31 09:30:00 GMT)" */
static DdValue *
describe_transition (const AwsInstance *instance)
{
  g_autofree char *when = NULL;

  if (instance->reason == NULL)
    return dd_string ("");
  when = dd_time_to_iso8601 (instance->stopped);
  return dd_string_printf ("%s (%.10s %.8s GMT)", instance->reason, when, when + 11);
}

static DdValue *
describe_reason (const AwsInstance *instance)
{
  if (instance->reason == NULL)
    return NULL;
  return dd_object ("code", dd_string ("Client.UserInitiatedShutdown"), "message",
                    dd_string ("Client.UserInitiatedShutdown: User initiated shutdown"), NULL);
}

static DdValue *
describe_placement (const AwsInstance *instance)
{
  return dd_object ("availabilityZone", dd_string (instance->subnet->zone->name),
                    "availabilityZoneId", dd_string (instance->subnet->zone->id), "groupName",
                    dd_string (""), "tenancy", dd_string ("default"), NULL);
}

/* What is gone with the network of a terminated instance. */
static void
add_network (const AwsCloud *cloud, const AwsInstance *instance, DdBuilder *answer)
{
  gboolean gone = instance->state == AWS_INSTANCE_TERMINATED;

  dd_builder_set (answer, "privateDnsName", dd_string (gone ? "" : instance->private_dns));
  dd_builder_set (answer, "dnsName", dd_string (""));
  if (gone)
    return;
  dd_builder_set (answer, "networkInterfaceSet", describe_interfaces (cloud, instance));
  dd_builder_set (answer, "groupSet", describe_security_groups (cloud, instance));
  dd_builder_set (answer, "sourceDestCheck", dd_bool (TRUE));
  dd_builder_set (answer, "subnetId", dd_string (instance->subnet->resource.id));
  dd_builder_set (answer, "vpcId", dd_string (instance->subnet->vpc->resource.id));
  dd_builder_set (answer, "privateIpAddress", dd_string (instance->private_ip));
  dd_builder_set (answer, "privateDnsNameOptions",
                  dd_object ("hostnameType", dd_string ("ip-name"), "enableResourceNameDnsARecord",
                             dd_bool (FALSE), "enableResourceNameDnsAAAARecord", dd_bool (FALSE),
                             NULL));
  dd_builder_set (answer, "blockDeviceMapping", describe_volumes (instance));
}

static void
add_hardware (const AwsInstance *instance, DdBuilder *answer)
{
  dd_builder_set (answer, "architecture", dd_string (instance->image->architecture));
  dd_builder_set (answer, "ebsOptimized", dd_bool (FALSE));
  dd_builder_set (answer, "enaSupport", dd_bool (TRUE));
  dd_builder_set (answer, "hypervisor", dd_string ("xen"));
  dd_builder_set (answer, "rootDeviceName", dd_string (root_device (instance)));
  dd_builder_set (answer, "rootDeviceType", dd_string ("ebs"));
  dd_builder_set (answer, "virtualizationType", dd_string ("hvm"));
  dd_builder_set (answer, "cpuOptions",
                  dd_object ("coreCount", dd_int (instance->type->cpus / 2), "threadsPerCore",
                             dd_int (2), NULL));
  dd_builder_set (answer, "platformDetails", dd_string ("Linux/UNIX"));
  dd_builder_set (answer, "usageOperation", dd_string ("RunInstances"));
  dd_builder_set (answer, "usageOperationUpdateTime", aws_ec2_time (instance->launched));
}

static DdValue *
describe_instance (AwsCloud *cloud, const AwsInstance *instance)
{
  g_auto (DdBuilder) answer = dd_builder_object ();

  dd_builder_set (&answer, "instanceId", dd_string (instance->resource.id));
  dd_builder_set (&answer, "imageId", dd_string (instance->image->resource.id));
  dd_builder_set (&answer, "instanceState", describe_state (instance->state));
  dd_builder_set (&answer, "reason", describe_transition (instance));
  dd_builder_set (&answer, "stateReason", describe_reason (instance));
  dd_builder_set (&answer, "keyName",
                  dd_string (dd_value_path_string (instance->template_data, "KeyName")));
  dd_builder_set (&answer, "instanceLifecycle", dd_string (instance->spot ? "spot" : NULL));
  dd_builder_set (&answer, "amiLaunchIndex", dd_int (0));
  dd_builder_set (&answer, "productCodes", dd_array_empty ());
  dd_builder_set (&answer, "instanceType", dd_string (instance->type->name));
  dd_builder_set (&answer, "launchTime", aws_ec2_time (instance->launched));
  dd_builder_set (&answer, "placement", describe_placement (instance));
  dd_builder_set (&answer, "monitoring", dd_object ("state", dd_string ("disabled"), NULL));
  dd_builder_set (&answer, "iamInstanceProfile", describe_profile (cloud, instance));
  dd_builder_set (&answer, "metadataOptions", describe_metadata (instance));
  dd_builder_set (&answer, "tagSet", aws_ec2_describe_tags (&instance->resource));
  add_hardware (instance, &answer);
  add_network (cloud, instance, &answer);
  return dd_builder_end (&answer);
}

static DdValue *
describe_reservation (AwsCloud *cloud, gconstpointer item)
{
  const AwsInstance *instance = item;
  const char *requester = instance->member != NULL ? "autoscaling.amazonaws.com" : NULL;

  return dd_object ("reservationId", dd_string (instance->reservation_id), "ownerId",
                    dd_string (cloud->account), "requesterId", dd_string (requester), "groupSet",
                    dd_array_empty (), "instancesSet",
                    dd_array (describe_instance (cloud, instance), NULL), NULL);
}

/* ---- filters ---- */

static const char *
instance_id (gconstpointer item)
{
  return ((const AwsInstance *) item)->resource.id;
}

static const char *
instance_state (gconstpointer item)
{
  return aws_instance_state_name (((const AwsInstance *) item)->state);
}

static const char *
instance_state_code (gconstpointer item)
{
  switch (((const AwsInstance *) item)->state)
    {
    case AWS_INSTANCE_PENDING:
      return "0";
    case AWS_INSTANCE_RUNNING:
      return "16";
    case AWS_INSTANCE_SHUTTING_DOWN:
      return "32";
    case AWS_INSTANCE_TERMINATED:
      return "48";
    }
  return NULL;
}

static const char *
instance_type (gconstpointer item)
{
  return ((const AwsInstance *) item)->type->name;
}

static const char *
instance_image (gconstpointer item)
{
  return ((const AwsInstance *) item)->image->resource.id;
}

static const char *
instance_dns (gconstpointer item)
{
  const AwsInstance *instance = item;

  return instance->state != AWS_INSTANCE_TERMINATED ? instance->private_dns : NULL;
}

static const char *
instance_ip (gconstpointer item)
{
  const AwsInstance *instance = item;

  return instance->state != AWS_INSTANCE_TERMINATED ? instance->private_ip : NULL;
}

static const char *
instance_subnet (gconstpointer item)
{
  return ((const AwsInstance *) item)->subnet->resource.id;
}

static const char *
instance_vpc (gconstpointer item)
{
  return ((const AwsInstance *) item)->subnet->vpc->resource.id;
}

static const char *
instance_zone (gconstpointer item)
{
  return ((const AwsInstance *) item)->subnet->zone->name;
}

static const char *
instance_reservation (gconstpointer item)
{
  return ((const AwsInstance *) item)->reservation_id;
}

static const char *
instance_architecture (gconstpointer item)
{
  return ((const AwsInstance *) item)->image->architecture;
}

static const char *
instance_key (gconstpointer item)
{
  return dd_value_path_string (((const AwsInstance *) item)->template_data, "KeyName");
}

static const DdValue *
instance_groups (gconstpointer item)
{
  return ((const AwsInstance *) item)->security_group_ids;
}

static const AwsFilter instance_filters[] = {
  { "instance-id", instance_id },
  { "instance-state-name", instance_state },
  { "instance-state-code", instance_state_code },
  { "instance-type", instance_type },
  { "image-id", instance_image },
  { "private-dns-name", instance_dns },
  { "private-ip-address", instance_ip },
  { "network-interface.addresses.private-ip-address", instance_ip },
  { "subnet-id", instance_subnet },
  { "vpc-id", instance_vpc },
  { "availability-zone", instance_zone },
  { "reservation-id", instance_reservation },
  { "architecture", instance_architecture },
  { "key-name", instance_key },
  { "instance.group-id", .values = instance_groups },
  { NULL },
};

/* ---- DescribeInstances ---- */

static const AwsListing instance_listing = {
  .kind = AWS_INSTANCE,
  .ids = "InstanceIds",
  .not_found = AWS_INVALID_INSTANCE_ID_NOT_FOUND,
  .before_id = "The instance ID '",
  .after_id = "' does not exist",
  .filters = instance_filters,
  .answer = "reservationSet",
  .describe = describe_reservation,
};

static gboolean
ids_are_well_formed (const DdValue *ids, GError **error)
{
  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));

      if (!g_str_has_prefix (id, "i-") || strspn (id + 2, "0123456789abcdef") != strlen (id + 2)
          || (strlen (id) != 10 && strlen (id) != 19))
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_INSTANCE_ID_MALFORMED, "Invalid id: \"%s\"",
                       id);
          return FALSE;
        }
    }
  return TRUE;
}

/* The ids of the whole request that are unknown are named together. */
static gboolean
ids_exist (const AwsCloud *cloud, const DdValue *ids, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);
  guint n = 0;

  if (!ids_are_well_formed (ids, error))
    return FALSE;
  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));

      if (aws_cloud_instance (cloud, id) == NULL)
        g_string_append_printf (missing, "%s%s", n++ > 0 ? ", " : "", id);
    }
  if (n == 0)
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_INVALID_INSTANCE_ID_NOT_FOUND,
               "The instance ID%s '%s' do%s not exist", n > 1 ? "s" : "", missing->str,
               n > 1 ? "" : "es");
  return FALSE;
}

static DdValue *
describe_instances (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *ids = dd_value_member (input, "InstanceIds");
  g_autoptr (GPtrArray) all = aws_ec2_visible_instances (cloud);

  if (dd_value_length (ids) > 0 && dd_value_member (input, "MaxResults") != NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_COMBINATION,
                   "The parameter instancesSet cannot be used with the parameter maxResults");
      return NULL;
    }
  if (!ids_exist (cloud, ids, error))
    return NULL;
  return aws_ec2_list (cloud, &instance_listing, all, input, error);
}

/* ---- DescribeInstanceStatus ---- */

/* Imitates: Amazon EC2 User Guide, Status checks: "initializing" for some minutes, then "ok". */
static DdValue *
describe_check (const AwsCloud *cloud, const AwsInstance *instance)
{
  gboolean running = instance->state == AWS_INSTANCE_RUNNING;
  gboolean passed = running && sim_stage_now (cloud->stage) >= instance->checked;
  const char *status = passed ? "ok" : running ? "initializing" : "not-applicable";
  DdValue *details
      = running ? dd_array (dd_object ("name", dd_string ("reachability"), "status",
                                       dd_string (passed ? "passed" : "initializing"), NULL),
                            NULL)
                : NULL;

  return dd_object ("status", dd_string (status), "details", details, NULL);
}

static DdValue *
describe_status (AwsCloud *cloud, gconstpointer item)
{
  const AwsInstance *instance = item;

  return dd_object (
      "availabilityZone", dd_string (instance->subnet->zone->name), "availabilityZoneId",
      dd_string (instance->subnet->zone->id), "instanceId", dd_string (instance->resource.id),
      "instanceState", describe_state (instance->state), "instanceStatus",
      describe_check (cloud, instance), "systemStatus", describe_check (cloud, instance), NULL);
}

static const AwsFilter status_filters[] = {
  { "availability-zone", instance_zone },
  { "instance-state-name", instance_state },
  { "instance-state-code", instance_state_code },
  { NULL },
};

static const AwsListing status_listing = {
  .kind = AWS_INSTANCE,
  .ids = "InstanceIds",
  .not_found = AWS_INVALID_INSTANCE_ID_NOT_FOUND,
  .before_id = "The instance ID '",
  .after_id = "' does not exist",
  .filters = status_filters,
  .answer = "instanceStatusSet",
  .describe = describe_status,
};

/* The instances that the request names, or all; without IncludeAllInstances only those running. */
static DdValue *
describe_instance_status (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *ids = dd_value_member (input, "InstanceIds");
  gboolean everything = dd_value_path_bool (input, "IncludeAllInstances", FALSE);
  g_autoptr (GPtrArray) all = aws_ec2_visible_instances (cloud);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (DdValue) rest = dd_value_with_member (input, "InstanceIds", NULL);

  if (!ids_exist (cloud, ids, error))
    return NULL;
  for (gsize i = 0; i < dd_value_length (ids); i++)
    g_ptr_array_add (wanted,
                     aws_cloud_instance (cloud, dd_value_string (dd_value_element (ids, i))));
  if (dd_value_length (ids) == 0)
    g_ptr_array_extend (wanted, all, NULL, NULL);
  for (guint i = wanted->len; !everything && i > 0; i--)
    if (((AwsInstance *) wanted->pdata[i - 1])->state != AWS_INSTANCE_RUNNING)
      g_ptr_array_remove_index (wanted, i - 1);
  return aws_ec2_list (cloud, &status_listing, wanted, rest, error);
}

/* ---- TerminateInstances ---- */

static gboolean
may_be_terminated (const AwsCloud *cloud, const DdValue *ids, GError **error)
{
  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));
      const AwsInstance *instance = aws_cloud_instance (cloud, id);

      if (dd_value_path_bool (instance->template_data, "DisableApiTermination", FALSE))
        {
          g_set_error (error, AWS_ERROR, AWS_OPERATION_NOT_PERMITTED,
                       "The instance '%s' may not be terminated. Modify its "
                       "'disableApiTermination' instance attribute and try again.",
                       id);
          return FALSE;
        }
    }
  return TRUE;
}

static DdValue *
terminate_instances (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *ids = dd_value_member (input, "InstanceIds");
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (!ids_exist (cloud, ids, error) || !may_be_terminated (cloud, ids, error))
    return NULL;
  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      AwsInstance *instance
          = aws_cloud_instance (cloud, dd_value_string (dd_value_element (ids, i)));
      AwsInstanceState before = instance->state;

      aws_ec2_terminate (cloud, instance, "User initiated");
      dd_builder_add (&answer, dd_object ("instanceId", dd_string (instance->resource.id),
                                          "currentState", describe_state (instance->state),
                                          "previousState", describe_state (before), NULL));
    }
  return dd_object ("instancesSet", dd_builder_end (&answer), NULL);
}

/* ---- rows ---- */

static const AwsField describe_input[] = { AWS_EC2_DRY_RUN,
                                           AWS_EC2_STRINGS ("InstanceIds", "InstanceId"),
                                           AWS_EC2_FILTERS,
                                           AWS_EC2_NEXT_TOKEN,
                                           AWS_EC2_MAX_RESULTS (5, 1000),
                                           { NULL } };

static const AwsField status_input[] = {
  AWS_EC2_DRY_RUN,
  AWS_EC2_STRINGS ("InstanceIds", "InstanceId"),
  { "IncludeAllInstances", .type = AWS_BOOLEAN },
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (5, 1000),
  { NULL },
};

static const AwsField terminate_input[] = {
  AWS_EC2_DRY_RUN,
  { "InstanceIds", .type = AWS_LIST, .required = TRUE, .element = AWS_STRING,
    .wire_name = "InstanceId", .min = 1, .max = 1000 },
  { NULL },
};

const AwsOperation aws_ec2_instance_operations[] = {
  { "DescribeInstances", .input = describe_input, .handler = describe_instances },
  { "DescribeInstanceStatus", .input = status_input, .handler = describe_instance_status },
  { "TerminateInstances", .input = terminate_input, .handler = terminate_instances },
  { NULL },
};
