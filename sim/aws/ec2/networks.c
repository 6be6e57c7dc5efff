/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/networks.c: VPCs, subnets, security groups, zones and regions, as they are described
 *
 * Imitates: Amazon EC2 API Reference, the Describe operations of those. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include <string.h>

/* ---- VPCs ---- */

static const char *
vpc_cidr (gconstpointer item)
{
  return ((const AwsVpc *) item)->cidr;
}

static const char *
resource_id (gconstpointer item)
{
  return ((const AwsResource *) item)->id;
}

static const char *
available (gconstpointer item)
{
  (void) item;
  return "available";
}

static DdValue *
describe_vpc (AwsCloud *cloud, gconstpointer item)
{
  const AwsVpc *vpc = item;

  return dd_object (
      "ownerId", dd_string (cloud->account), "instanceTenancy", dd_string ("default"),
      "cidrBlockAssociationSet",
      dd_array (dd_object ("associationId",
                           dd_string_printf ("vpc-cidr-assoc-%s", vpc->resource.id + 4),
                           "cidrBlock", dd_string (vpc->cidr), "cidrBlockState",
                           dd_object ("state", dd_string ("associated"), NULL), NULL),
                NULL),
      "isDefault", dd_bool (FALSE), "tagSet", aws_ec2_describe_tags (&vpc->resource), "vpcId",
      dd_string (vpc->resource.id), "state", dd_string ("available"), "cidrBlock",
      dd_string (vpc->cidr), "dhcpOptionsId", dd_string ("default"), NULL);
}

static const AwsFilter vpc_filters[] = {
  { "vpc-id", resource_id },
  { "cidr", vpc_cidr },
  { "cidr-block-association.cidr-block", vpc_cidr },
  { "state", available },
  { NULL },
};

static const AwsListing vpc_listing = {
  .kind = AWS_VPC,
  .ids = "VpcIds",
  .not_found = AWS_INVALID_VPC_ID_NOT_FOUND,
  .before_id = "The vpc ID '",
  .after_id = "' does not exist",
  .filters = vpc_filters,
  .answer = "vpcSet",
  .describe = describe_vpc,
};

static DdValue *
describe_vpcs (AwsCloud *cloud, const DdValue *input, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_ptr_array_add (all, cloud->vpc);
  return aws_ec2_list (cloud, &vpc_listing, all, input, error);
}

/* ---- subnets ---- */

static const char *
subnet_vpc (gconstpointer item)
{
  return ((const AwsSubnet *) item)->vpc->resource.id;
}

static const char *
subnet_zone (gconstpointer item)
{
  return ((const AwsSubnet *) item)->zone->name;
}

static const char *
subnet_zone_id (gconstpointer item)
{
  return ((const AwsSubnet *) item)->zone->id;
}

static const char *
subnet_cidr (gconstpointer item)
{
  return ((const AwsSubnet *) item)->cidr;
}

static DdValue *
describe_subnet (AwsCloud *cloud, gconstpointer item)
{
  const AwsSubnet *subnet = item;
  g_autofree char *rest = g_strdup_printf ("subnet/%s", subnet->resource.id);

  return dd_object (
      "availabilityZoneId", dd_string (subnet->zone->id), "mapCustomerOwnedIpOnLaunch",
      dd_bool (FALSE), "ownerId", dd_string (cloud->account), "assignIpv6AddressOnCreation",
      dd_bool (FALSE), "ipv6CidrBlockAssociationSet", dd_array_empty (), "tagSet",
      aws_ec2_describe_tags (&subnet->resource), "subnetArn",
      dd_string_take (aws_cloud_arn (cloud, "ec2", rest)), "enableDns64", dd_bool (FALSE),
      "ipv6Native", dd_bool (FALSE), "privateDnsNameOptionsOnLaunch",
      dd_object ("hostnameType", dd_string ("ip-name"), "enableResourceNameDnsARecord",
                 dd_bool (FALSE), "enableResourceNameDnsAAAARecord", dd_bool (FALSE), NULL),
      "subnetId", dd_string (subnet->resource.id), "state", dd_string ("available"), "vpcId",
      dd_string (subnet->vpc->resource.id), "cidrBlock", dd_string (subnet->cidr),
      "availableIpAddressCount", dd_int (subnet->n_free), "availabilityZone",
      dd_string (subnet->zone->name), "defaultForAz", dd_bool (FALSE), "mapPublicIpOnLaunch",
      dd_bool (FALSE), NULL);
}

static const AwsFilter subnet_filters[] = {
  { "subnet-id", resource_id },
  { "vpc-id", subnet_vpc },
  { "availability-zone", subnet_zone },
  { "availabilityZone", subnet_zone },
  { "availability-zone-id", subnet_zone_id },
  { "cidr-block", subnet_cidr },
  { "state", available },
  { NULL },
};

static const AwsListing subnet_listing = {
  .kind = AWS_SUBNET,
  .ids = "SubnetIds",
  .not_found = AWS_INVALID_SUBNET_ID_NOT_FOUND,
  .before_id = "The subnet ID '",
  .after_id = "' does not exist",
  .filters = subnet_filters,
  .answer = "subnetSet",
  .describe = describe_subnet,
};

static DdValue *
describe_subnets (AwsCloud *cloud, const DdValue *input, GError **error)
{
  return aws_ec2_list (cloud, &subnet_listing, cloud->subnets, input, error);
}

/* ---- security groups ---- */

static const char *
security_group_vpc (gconstpointer item)
{
  return ((const AwsSecurityGroup *) item)->vpc->resource.id;
}

static const char *
security_group_name (gconstpointer item)
{
  return ((const AwsSecurityGroup *) item)->name;
}

static const char *
security_group_description (gconstpointer item)
{
  return ((const AwsSecurityGroup *) item)->description;
}

/* A rule for all traffic: to anywhere, or from the group itself. */
static DdValue *
all_traffic (DdValue *groups, DdValue *ranges)
{
  return dd_object ("ipProtocol", dd_string ("-1"), "groups", groups, "ipRanges", ranges,
                    "ipv6Ranges", dd_array_empty (), "prefixListIds", dd_array_empty (), NULL);
}

static DdValue *
describe_security_group (AwsCloud *cloud, gconstpointer item)
{
  const AwsSecurityGroup *group = item;
  g_autofree char *rest = g_strdup_printf ("security-group/%s", group->resource.id);
  DdValue *self = dd_array (dd_object ("userId", dd_string (cloud->account), "groupId",
                                       dd_string (group->resource.id), NULL),
                            NULL);
  DdValue *anywhere = dd_array (dd_object ("cidrIp", dd_string ("0.0.0.0/0"), NULL), NULL);

  return dd_object ("groupId", dd_string (group->resource.id), "ipPermissionsEgress",
                    dd_array (all_traffic (dd_array_empty (), anywhere), NULL), "tagSet",
                    aws_ec2_describe_tags (&group->resource), "vpcId",
                    dd_string (group->vpc->resource.id), "securityGroupArn",
                    dd_string_take (aws_cloud_arn (cloud, "ec2", rest)), "ownerId",
                    dd_string (cloud->account), "groupName", dd_string (group->name),
                    "groupDescription", dd_string (group->description), "ipPermissions",
                    dd_array (all_traffic (self, dd_array_empty ()), NULL), NULL);
}

static const AwsFilter security_group_filters[] = {
  { "group-id", resource_id },
  { "group-name", security_group_name },
  { "description", security_group_description },
  { "vpc-id", security_group_vpc },
  { NULL },
};

static const AwsListing security_group_listing = {
  .kind = AWS_SECURITY_GROUP,
  .ids = "GroupIds",
  .not_found = AWS_INVALID_GROUP_NOT_FOUND,
  .before_id = "The security group '",
  .after_id = "' does not exist",
  .filters = security_group_filters,
  .answer = "securityGroupInfo",
  .describe = describe_security_group,
};

static DdValue *
describe_security_groups (AwsCloud *cloud, const DdValue *input, GError **error)
{
  return aws_ec2_list (cloud, &security_group_listing, cloud->security_groups, input, error);
}

/* ---- zones ---- */

static const char *
zone_name (gconstpointer item)
{
  return ((const AwsZone *) item)->name;
}

static const char *
zone_id (gconstpointer item)
{
  return ((const AwsZone *) item)->id;
}

static const char *
zone_type (gconstpointer item)
{
  (void) item;
  return "availability-zone";
}

static const char *
zone_opt_in (gconstpointer item)
{
  (void) item;
  return "opt-in-not-required";
}

static const AwsFilter zone_filters[] = {
  { "zone-name", zone_name }, { "zone-id", zone_id },           { "zone-type", zone_type },
  { "state", available },     { "opt-in-status", zone_opt_in }, { NULL },
};

static DdValue *
describe_zone (const AwsCloud *cloud, const AwsZone *zone)
{
  return dd_object ("optInStatus", dd_string ("opt-in-not-required"), "messageSet",
                    dd_array_empty (), "regionName", dd_string (cloud->region), "zoneName",
                    dd_string (zone->name), "zoneId", dd_string (zone->id), "groupName",
                    dd_string_printf ("%s-zg-1", cloud->region), "networkBorderGroup",
                    dd_string (cloud->region), "zoneType", dd_string ("availability-zone"),
                    "zoneState", dd_string ("available"), NULL);
}

static gboolean
list_holds (const DdValue *list, const char *text)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    if (g_str_equal (dd_value_string (dd_value_element (list, i)), text))
      return TRUE;
  return FALSE;
}

static gboolean
zones_exist (const AwsCloud *cloud, const DdValue *names, GError **error)
{
  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));

      if (aws_cloud_zone (cloud, name) == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE,
                       "Invalid availability zone: [%s]", name);
          return FALSE;
        }
    }
  return TRUE;
}

static DdValue *
describe_zones (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *names = dd_value_member (input, "ZoneNames");
  const DdValue *ids = dd_value_member (input, "ZoneIds");
  const DdValue *filters = dd_value_member (input, "Filters");
  g_auto (DdBuilder) zones = dd_builder_array ();

  if (!zones_exist (cloud, names, error) || !aws_ec2_filters_known (filters, zone_filters, error))
    return NULL;
  for (guint i = 0; i < cloud->zones->len; i++)
    {
      const AwsZone *zone = cloud->zones->pdata[i];

      if ((names == NULL || list_holds (names, zone->name))
          && (ids == NULL || list_holds (ids, zone->id))
          && aws_ec2_filters_match (filters, zone_filters, zone, NULL))
        dd_builder_add (&zones, describe_zone (cloud, zone));
    }
  return dd_object ("availabilityZoneInfo", dd_builder_end (&zones), NULL);
}

/* ---- regions ---- */

/* Those that every account has without opting in. Imitates: AWS Regions reference. */
static const char *const regions[] = { "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
                                       "ap-south-1",     "ap-southeast-1", "ap-southeast-2",
                                       "ca-central-1",   "eu-central-1",   "eu-north-1",
                                       "eu-west-1",      "eu-west-2",      "eu-west-3",
                                       "sa-east-1",      "us-east-1",      "us-east-2",
                                       "us-west-1",      "us-west-2",      NULL };

static const char *
region_name (gconstpointer item)
{
  return item;
}

static const AwsFilter region_filters[] = {
  { "region-name", region_name },
  { "opt-in-status", zone_opt_in },
  { NULL },
};

static DdValue *
describe_regions (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *names = dd_value_member (input, "RegionNames");
  const DdValue *filters = dd_value_member (input, "Filters");
  g_auto (DdBuilder) answer = dd_builder_array ();

  (void) cloud;
  if (!aws_ec2_filters_known (filters, region_filters, error))
    return NULL;
  for (gsize i = 0; i < dd_value_length (names); i++)
    if (!g_strv_contains (regions, dd_value_string (dd_value_element (names, i))))
      {
        g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE, "Invalid region provided: [%s]",
                     dd_value_string (dd_value_element (names, i)));
        return NULL;
      }
  for (guint i = 0; regions[i] != NULL; i++)
    if ((names == NULL || list_holds (names, regions[i]))
        && aws_ec2_filters_match (filters, region_filters, regions[i], NULL))
      dd_builder_add (&answer,
                      dd_object ("optInStatus", dd_string ("opt-in-not-required"), "regionName",
                                 dd_string (regions[i]), "regionEndpoint",
                                 dd_string_printf ("ec2.%s.amazonaws.com", regions[i]), NULL));
  return dd_object ("regionInfo", dd_builder_end (&answer), NULL);
}

/* ---- rows ---- */

static const AwsField vpcs_input[]
    = { AWS_EC2_DRY_RUN,    AWS_EC2_STRINGS ("VpcIds", "VpcId"), AWS_EC2_FILTERS,
        AWS_EC2_NEXT_TOKEN, AWS_EC2_MAX_RESULTS (5, 1000),       { NULL } };

static const AwsField subnets_input[] = { AWS_EC2_DRY_RUN,
                                          AWS_EC2_STRINGS ("SubnetIds", "SubnetId"),
                                          AWS_EC2_FILTERS,
                                          AWS_EC2_NEXT_TOKEN,
                                          AWS_EC2_MAX_RESULTS (5, 1000),
                                          { NULL } };

static const AwsField security_groups_input[]
    = { AWS_EC2_DRY_RUN,    AWS_EC2_STRINGS ("GroupIds", "GroupId"), AWS_EC2_FILTERS,
        AWS_EC2_NEXT_TOKEN, AWS_EC2_MAX_RESULTS (5, 1000),           { NULL } };

static const AwsField zones_input[] = {
  AWS_EC2_DRY_RUN,
  AWS_EC2_STRINGS ("ZoneNames", "ZoneName"),
  AWS_EC2_STRINGS ("ZoneIds", "ZoneId"),
  { "AllAvailabilityZones", .type = AWS_BOOLEAN },
  AWS_EC2_FILTERS,
  { NULL },
};

static const AwsField regions_input[] = {
  AWS_EC2_DRY_RUN,
  AWS_EC2_STRINGS ("RegionNames", "RegionName"),
  { "AllRegions", .type = AWS_BOOLEAN },
  AWS_EC2_FILTERS,
  { NULL },
};

const AwsOperation aws_ec2_network_operations[] = {
  { "DescribeVpcs", .input = vpcs_input, .handler = describe_vpcs },
  { "DescribeSubnets", .input = subnets_input, .handler = describe_subnets },
  { "DescribeSecurityGroups", .input = security_groups_input, .handler = describe_security_groups },
  { "DescribeAvailabilityZones", .input = zones_input, .handler = describe_zones },
  { "DescribeRegions", .input = regions_input, .handler = describe_regions },
  { NULL },
};
