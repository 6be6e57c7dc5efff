/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/network.c: the VPC, its zones, subnets, addresses and security groups
 *
 * The layout is that of the EKS workshop: 10.42.0.0/16 with one private /19 for each zone. */
#include "config.h"

#include "sim/aws/ec2/cloud.h"

#include <string.h>

#define VPC_CIDR "10.42.0.0/16"
#define SUBNET_BITS 19
#define FIRST_SUBNET_OCTET 96 /* of zone "a" */
#define SUBNET_OCTETS 32
/* Imitates: Amazon VPC User Guide, Subnet CIDR blocks: the first four and the last are reserved. */
#define RESERVED_FRONT 4
#define RESERVED_BACK 1

static void
zone_free (gpointer data)
{
  AwsZone *zone = data;

  g_free (zone->name);
  g_free (zone->id);
  g_free (zone);
}

static void
subnet_free (gpointer data)
{
  AwsSubnet *subnet = data;

  aws_resource_clear (&subnet->resource);
  g_free (subnet->cidr);
  g_free (subnet->used);
  g_free (subnet);
}

static void
security_group_free (gpointer data)
{
  AwsSecurityGroup *group = data;

  aws_resource_clear (&group->resource);
  g_free (group->name);
  g_free (group->description);
  g_free (group);
}

static AwsVpc *
vpc_new (AwsCloud *cloud)
{
  AwsVpc *vpc = g_new0 (AwsVpc, 1);

  aws_cloud_enter_resource (cloud, &vpc->resource, AWS_VPC, NULL);
  vpc->cidr = g_strdup (VPC_CIDR);
  return vpc;
}

void
aws_network_init (AwsCloud *cloud)
{
  cloud->zones = g_ptr_array_new_with_free_func (zone_free);
  cloud->subnets = g_ptr_array_new_with_free_func (subnet_free);
  cloud->security_groups = g_ptr_array_new_with_free_func (security_group_free);
  cloud->vpc = vpc_new (cloud);
  aws_cloud_add_security_group (cloud, "default", "default VPC security group");
  for (char letter = 'a'; letter <= 'c'; letter++)
    {
      g_autofree char *name = g_strdup_printf ("%s%c", cloud->region, letter);

      aws_cloud_add_zone (cloud, name);
    }
}

void
aws_network_clear (AwsCloud *cloud)
{
  g_clear_pointer (&cloud->subnets, g_ptr_array_unref);
  g_clear_pointer (&cloud->security_groups, g_ptr_array_unref);
  g_clear_pointer (&cloud->zones, g_ptr_array_unref);
  if (cloud->vpc == NULL)
    return;
  aws_resource_clear (&cloud->vpc->resource);
  g_free (cloud->vpc->cidr);
  g_clear_pointer (&cloud->vpc, g_free);
}

/* ---- zones ---- */

/* "us-west-2" -> "usw2", "ap-southeast-1" -> "apse1": the first word, the initials of the compass
 * points in the second, the number. */
static char *
region_abbreviation (const char *region)
{
  static const char *const points[] = { "north", "south", "east", "west", "central" };
  g_auto (GStrv) words = g_strsplit (region, "-", -1);
  g_autoptr (GString) text = g_string_new (words[0]);
  const char *middle = g_strv_length (words) > 2 ? words[g_strv_length (words) - 2] : "";

  while (*middle != '\0')
    {
      gsize step = 1;

      for (guint i = 0; i < G_N_ELEMENTS (points); i++)
        if (g_str_has_prefix (middle, points[i]))
          {
            g_string_append_c (text, *middle);
            step = strlen (points[i]);
          }
      middle += step;
    }
  g_string_append (text, words[g_strv_length (words) - 1]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
zone_number (const char *name)
{
  return name[strlen (name) - 1] - 'a';
}

static AwsSubnet *
subnet_new (AwsCloud *cloud, AwsZone *zone)
{
  AwsSubnet *subnet = g_new0 (AwsSubnet, 1);
  guint octet = (FIRST_SUBNET_OCTET + SUBNET_OCTETS * (guint) zone_number (zone->name)) % 256;
  g_autofree char *letters = g_ascii_strup (zone->name, -1);
  g_autofree char *tag = NULL;

  aws_cloud_enter_resource (cloud, &subnet->resource, AWS_SUBNET, NULL);
  subnet->vpc = cloud->vpc;
  subnet->zone = zone;
  subnet->cidr = g_strdup_printf ("10.42.%u.0/%d", octet, SUBNET_BITS);
  subnet->first_address = (10u << 24) | (42u << 16) | (octet << 8);
  subnet->n_addresses = 1u << (32 - SUBNET_BITS);
  subnet->n_free = subnet->n_addresses - RESERVED_FRONT - RESERVED_BACK;
  subnet->used = g_new0 (guint8, subnet->n_addresses / 8);
  g_strdelimit (letters, "-", '_');
  tag = g_strdup_printf ("SubnetPrivate%s", letters);
  aws_resource_tag (&subnet->resource, "Name", tag);
  aws_resource_tag (&subnet->resource, "kubernetes.io/role/internal-elb", "1");
  g_ptr_array_add (cloud->subnets, subnet);
  return subnet;
}

static int
compare_zones (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(AwsZone *const *) a)->name, (*(AwsZone *const *) b)->name);
}

AwsZone *
aws_cloud_add_zone (AwsCloud *cloud, const char *name)
{
  AwsZone *zone = aws_cloud_zone (cloud, name);
  g_autofree char *abbreviation = NULL;

  if (zone != NULL)
    return zone;
  abbreviation = region_abbreviation (cloud->region);
  zone = g_new0 (AwsZone, 1);
  zone->name = g_strdup (name);
  zone->id = g_strdup_printf ("%s-az%d", abbreviation, zone_number (name) + 1);
  g_ptr_array_add (cloud->zones, zone);
  g_ptr_array_sort (cloud->zones, compare_zones);
  subnet_new (cloud, zone);
  return zone;
}

AwsZone *
aws_cloud_zone (const AwsCloud *cloud, const char *name)
{
  for (guint i = 0; i < cloud->zones->len; i++)
    {
      AwsZone *zone = cloud->zones->pdata[i];

      if (g_strcmp0 (zone->name, name) == 0)
        return zone;
    }
  return NULL;
}

AwsSubnet *
aws_cloud_subnet_in_zone (const AwsCloud *cloud, const char *zone)
{
  for (guint i = 0; i < cloud->subnets->len; i++)
    {
      AwsSubnet *subnet = cloud->subnets->pdata[i];

      if (g_strcmp0 (subnet->zone->name, zone) == 0)
        return subnet;
    }
  return NULL;
}

/* ---- addresses ---- */

static gboolean
is_used (const AwsSubnet *subnet, guint32 index)
{
  return (subnet->used[index / 8] >> (index % 8)) & 1;
}

static void
use (AwsSubnet *subnet, guint32 offset)
{
  subnet->used[offset / 8] |= (guint8) (1u << (offset % 8));
  subnet->n_free--;
}

/* AWS hands out addresses without an order that anyone can see: a random place, and from there the
 * next free one. */
guint32
aws_subnet_take_address (AwsCloud *cloud, AwsSubnet *subnet)
{
  guint32 usable = subnet->n_addresses - RESERVED_FRONT - RESERVED_BACK;
  guint32 offset;

  if (subnet->n_free == 0)
    return 0;
  offset = (guint32) dd_random_below (cloud->choices, usable);
  while (is_used (subnet, RESERVED_FRONT + offset))
    offset = (offset + 1) % usable;
  offset += RESERVED_FRONT;
  use (subnet, offset);
  return subnet->first_address + offset;
}

gboolean
aws_subnet_claim_address (AwsSubnet *subnet, guint32 address)
{
  guint32 offset = address - subnet->first_address;

  if (address < subnet->first_address || offset < RESERVED_FRONT
      || offset >= subnet->n_addresses - RESERVED_BACK || is_used (subnet, offset))
    return FALSE;
  use (subnet, offset);
  return TRUE;
}

void
aws_subnet_return_address (AwsSubnet *subnet, guint32 address)
{
  guint32 offset = address - subnet->first_address;

  g_assert (is_used (subnet, offset));
  subnet->used[offset / 8] &= (guint8) ~(1u << (offset % 8));
  subnet->n_free++;
}

/* ---- security groups ---- */

AwsSecurityGroup *
aws_cloud_add_security_group (AwsCloud *cloud, const char *name, const char *description)
{
  AwsSecurityGroup *group = g_new0 (AwsSecurityGroup, 1);

  aws_cloud_enter_resource (cloud, &group->resource, AWS_SECURITY_GROUP, NULL);
  group->vpc = cloud->vpc;
  group->name = g_strdup (name);
  group->description = g_strdup (description);
  g_ptr_array_add (cloud->security_groups, group);
  return group;
}
