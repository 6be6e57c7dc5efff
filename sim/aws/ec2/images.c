/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/images.c: images and instance types, as they are described
 *
 * Imitates: Amazon EC2 API Reference, DescribeImages, DescribeInstanceTypes and
 * DescribeInstanceTypeOfferings. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include <string.h>

/* ---- images ---- */

static const char *
image_id (gconstpointer item)
{
  return ((const AwsImage *) item)->resource.id;
}

static const char *
image_name (gconstpointer item)
{
  return ((const AwsImage *) item)->name;
}

static const char *
image_architecture (gconstpointer item)
{
  return ((const AwsImage *) item)->architecture;
}

static const char *
image_owner (gconstpointer item)
{
  return ((const AwsImage *) item)->owner;
}

static const char *
image_state (gconstpointer item)
{
  (void) item;
  return "available";
}

static const char *
image_description (gconstpointer item)
{
  return ((const AwsImage *) item)->description;
}

static const AwsFilter image_filters[] = {
  { "image-id", image_id },
  { "name", image_name },
  { "description", image_description },
  { "architecture", image_architecture },
  { "owner-id", image_owner },
  { "state", image_state },
  { NULL },
};

static DdValue *
root_volume (void)
{
  return dd_array (
      dd_object ("deviceName", dd_string ("/dev/xvda"), "ebs",
                 dd_object ("deleteOnTermination", dd_bool (TRUE), "volumeSize", dd_int (20),
                            "volumeType", dd_string ("gp3"), "encrypted", dd_bool (FALSE), NULL),
                 NULL),
      NULL);
}

static DdValue *
describe_image (AwsCloud *cloud, gconstpointer item)
{
  const AwsImage *image = item;

  return dd_object (
      "platformDetails", dd_string ("Linux/UNIX"), "usageOperation", dd_string ("RunInstances"),
      "blockDeviceMapping", root_volume (), "description", dd_string (image->description),
      "enaSupport", dd_bool (TRUE), "hypervisor", dd_string ("xen"), "imageOwnerAlias",
      g_str_equal (image->owner, cloud->account) ? NULL : dd_string ("amazon"), "name",
      dd_string (image->name), "rootDeviceName", dd_string ("/dev/xvda"), "rootDeviceType",
      dd_string ("ebs"), "sriovNetSupport", dd_string ("simple"), "tagSet",
      aws_ec2_describe_tags (&image->resource), "virtualizationType", dd_string ("hvm"), "imageId",
      dd_string (image->resource.id), "imageLocation",
      dd_string_printf ("%s/%s", image->owner, image->name), "imageState", dd_string ("available"),
      "imageOwnerId", dd_string (image->owner), "creationDate", aws_ec2_time (image->created),
      "isPublic", dd_bool (!g_str_equal (image->owner, cloud->account)), "architecture",
      dd_string (image->architecture), "imageType", dd_string ("machine"), NULL);
}

static const AwsListing image_listing = {
  .kind = AWS_IMAGE,
  .ids = "ImageIds",
  .not_found = AWS_INVALID_AMI_ID_NOT_FOUND,
  .before_id = "The image id '[",
  .after_id = "]' does not exist",
  .filters = image_filters,
  .answer = "imagesSet",
  .describe = describe_image,
};

/* "self", "amazon" or an account. */
static gboolean
is_owned_by (const AwsCloud *cloud, const AwsImage *image, const DdValue *owners)
{
  gboolean own = g_str_equal (image->owner, cloud->account);

  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      const char *owner = dd_value_string (dd_value_element (owners, i));

      if (g_str_equal (owner, image->owner) || (own && g_str_equal (owner, "self"))
          || (!own && g_str_equal (owner, "amazon")))
        return TRUE;
    }
  return dd_value_length (owners) == 0;
}

static DdValue *
describe_images (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *ids = dd_value_member (input, "ImageIds");
  const DdValue *owners = dd_value_member (input, "Owners");
  g_autoptr (GPtrArray) owned = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));

      if (!g_str_has_prefix (id, "ami-"))
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_AMI_ID_MALFORMED,
                       "Invalid id: \"%s\" (expecting \"ami-...\")", id);
          return NULL;
        }
    }
  for (guint i = 0; i < cloud->images->len; i++)
    if (is_owned_by (cloud, cloud->images->pdata[i], owners))
      g_ptr_array_add (owned, cloud->images->pdata[i]);
  return aws_ec2_list (cloud, &image_listing, owned, input, error);
}

/* ---- instance types ---- */

static const char *
type_name (gconstpointer item)
{
  return ((const AwsInstanceType *) item)->name;
}

static const char *
type_architecture (gconstpointer item)
{
  return ((const AwsInstanceType *) item)->architecture;
}

static const char *
yes (gconstpointer item)
{
  (void) item;
  return "true";
}

static gboolean
is_burstable (const AwsInstanceType *type)
{
  return g_ascii_isdigit (type->name[1]) && type->name[0] == 't';
}

static const char *
type_burstable (gconstpointer item)
{
  return is_burstable (item) ? "true" : "false";
}

static const AwsFilter type_filters[] = {
  { "instance-type", type_name },
  { "processor-info.supported-architecture", type_architecture },
  { "burstable-performance-supported", type_burstable },
  { "current-generation", yes },
  { NULL },
};

static DdValue *
describe_card (const AwsInstanceType *type, int index)
{
  return dd_object ("networkCardIndex", dd_int (index), "networkPerformance",
                    dd_string ("Up to 10 Gigabit"), "maximumNetworkInterfaces",
                    dd_int (type->interfaces), NULL);
}

static DdValue *
describe_network (const AwsInstanceType *type)
{
  int cards = MAX (type->cards, 1);
  int interfaces = type->all_interfaces > 0 ? type->all_interfaces : type->interfaces;
  g_auto (DdBuilder) list = dd_builder_array ();

  for (int i = 0; i < cards; i++)
    dd_builder_add (&list, describe_card (type, i));
  return dd_object ("networkPerformance", dd_string ("Up to 10 Gigabit"),
                    "maximumNetworkInterfaces", dd_int (interfaces), "maximumNetworkCards",
                    dd_int (cards), "defaultNetworkCardIndex", dd_int (0), "networkCards",
                    dd_builder_end (&list), "ipv4AddressesPerInterface", dd_int (type->addresses),
                    "ipv6AddressesPerInterface", dd_int (type->addresses), "ipv6Supported",
                    dd_bool (TRUE), "enaSupport", dd_string ("required"), "efaSupported",
                    dd_bool (FALSE), NULL);
}

static DdValue *
hypervisor (const AwsInstanceType *type)
{
  return type->metal ? NULL : dd_string (type->xen ? "xen" : "nitro");
}

static DdValue *
describe_type (const AwsInstanceType *type)
{
  return dd_object (
      "instanceType", dd_string (type->name), "currentGeneration", dd_bool (TRUE),
      "freeTierEligible", dd_bool (g_str_equal (type->name, "t3.micro")), "supportedUsageClasses",
      dd_array (dd_string ("on-demand"), dd_string ("spot"), NULL), "supportedRootDeviceTypes",
      dd_array (dd_string ("ebs"), NULL), "supportedVirtualizationTypes",
      dd_array (dd_string ("hvm"), NULL), "bareMetal", dd_bool (type->metal), "hypervisor",
      hypervisor (type), "processorInfo",
      dd_object ("supportedArchitectures", dd_array (dd_string (type->architecture), NULL), NULL),
      "vCpuInfo",
      dd_object ("defaultVCpus", dd_int (type->cpus), "defaultCores",
                 dd_int (type->cpus / type->threads), "defaultThreadsPerCore",
                 dd_int (type->threads), NULL),
      "memoryInfo", dd_object ("sizeInMiB", dd_int (type->memory_mib), NULL),
      "instanceStorageSupported", dd_bool (FALSE), "ebsInfo",
      dd_object ("ebsOptimizedSupport", dd_string ("default"), "encryptionSupport",
                 dd_string ("supported"), "nvmeSupport", dd_string ("required"), NULL),
      "networkInfo", describe_network (type), "hibernationSupported", dd_bool (TRUE),
      "burstablePerformanceSupported", dd_bool (is_burstable (type)), "dedicatedHostsSupported",
      dd_bool (!is_burstable (type)), "autoRecoverySupported", dd_bool (TRUE), "supportedBootModes",
      dd_array (dd_string ("legacy-bios"), dd_string ("uefi"), NULL), NULL);
}

static gboolean
types_exist (const AwsCloud *cloud, const DdValue *names, GError **error)
{
  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));

      if (aws_cloud_instance_type (cloud, name) == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_INSTANCE_TYPE,
                       "The following supplied instance types do not exist: [%s]", name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
type_is_named (const DdValue *names, const char *name)
{
  for (gsize i = 0; i < dd_value_length (names); i++)
    if (g_str_equal (dd_value_string (dd_value_element (names, i)), name))
      return TRUE;
  return dd_value_length (names) == 0;
}

/* Tables do not change, so a page's token is simply the index where the next begins. */
static gboolean
page_start (const DdValue *input, guint *out_start, GError **error)
{
  const char *token = dd_value_path_string (input, "NextToken");
  guint64 start = 0;

  if (token != NULL && !g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT32, &start, NULL))
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_NEXT_TOKEN, "The token '%s' is invalid", token);
      return FALSE;
    }
  *out_start = (guint) start;
  return TRUE;
}

static DdValue *
describe_types (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *names = dd_value_member (input, "InstanceTypes");
  const DdValue *filters = dd_value_member (input, "Filters");
  gint64 limit = dd_value_path_int (input, "MaxResults", 100);
  g_autoptr (DdValue) token = NULL;
  g_auto (DdBuilder) answer = dd_builder_array ();
  guint n = aws_cloud_n_instance_types (cloud), start;

  if (!types_exist (cloud, names, error) || !aws_ec2_filters_known (filters, type_filters, error)
      || !page_start (input, &start, error))
    return NULL;
  for (guint i = start; i < n && token == NULL; i++)
    {
      const AwsInstanceType *type = aws_cloud_nth_instance_type (cloud, i);

      if (!type_is_named (names, type->name)
          || !aws_ec2_filters_match (filters, type_filters, type, NULL))
        continue;
      if (limit-- > 0)
        dd_builder_add (&answer, describe_type (type));
      else
        token = dd_string_printf ("%u", i);
    }
  return dd_object ("instanceTypeSet", dd_builder_end (&answer), "nextToken",
                    g_steal_pointer (&token), NULL);
}

/* ---- offerings ---- */

typedef struct
{
  const AwsInstanceType *type;
  const char *location;
} Offering;

static const char *
offering_type (gconstpointer item)
{
  return ((const Offering *) item)->type->name;
}

static const char *
offering_location (gconstpointer item)
{
  return ((const Offering *) item)->location;
}

static const AwsFilter offering_filters[] = {
  { "instance-type", offering_type },
  { "location", offering_location },
  { NULL },
};

/* The places of one kind: the region, or the zones by name or id. */
static GPtrArray *
locations_of (const AwsCloud *cloud, const char *location_type)
{
  GPtrArray *locations = g_ptr_array_new ();

  if (g_str_equal (location_type, "region"))
    {
      g_ptr_array_add (locations, cloud->region);
      return locations;
    }
  for (guint i = 0; i < cloud->zones->len; i++)
    {
      const AwsZone *zone = cloud->zones->pdata[i];

      g_ptr_array_add (locations,
                       g_str_equal (location_type, "availability-zone") ? zone->name : zone->id);
    }
  return locations;
}

static DdValue *
describe_offerings (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *asked = dd_value_path_string (input, "LocationType");
  const char *location_type = asked != NULL ? asked : "region";
  const DdValue *filters = dd_value_member (input, "Filters");
  gint64 limit = dd_value_path_int (input, "MaxResults", 1000);
  g_autoptr (GPtrArray) locations = locations_of (cloud, location_type);
  g_autoptr (DdValue) token = NULL;
  g_auto (DdBuilder) answer = dd_builder_array ();
  guint n = aws_cloud_n_instance_types (cloud), start;

  if (!aws_ec2_filters_known (filters, offering_filters, error)
      || !page_start (input, &start, error))
    return NULL;
  for (guint i = start; i < n * locations->len && token == NULL; i++)
    {
      Offering offering = { aws_cloud_nth_instance_type (cloud, i / locations->len),
                            locations->pdata[i % locations->len] };

      if (!aws_ec2_filters_match (filters, offering_filters, &offering, NULL))
        continue;
      if (limit-- > 0)
        dd_builder_add (&answer, dd_object ("instanceType", dd_string (offering.type->name),
                                            "locationType", dd_string (location_type), "location",
                                            dd_string (offering.location), NULL));
      else
        token = dd_string_printf ("%u", i);
    }
  return dd_object ("instanceTypeOfferingSet", dd_builder_end (&answer), "nextToken",
                    g_steal_pointer (&token), NULL);
}

/* ---- rows ---- */

static const AwsField images_input[] = {
  AWS_EC2_DRY_RUN,
  AWS_EC2_STRINGS ("ExecutableUsers", "ExecutableBy"),
  AWS_EC2_STRINGS ("ImageIds", "ImageId"),
  AWS_EC2_STRINGS ("Owners", "Owner"),
  { "IncludeDeprecated", .type = AWS_BOOLEAN },
  { "IncludeDisabled", .type = AWS_BOOLEAN },
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (1, 1000),
  { NULL },
};

static const AwsField types_input[] = {
  AWS_EC2_DRY_RUN,
  { "InstanceTypes", .type = AWS_LIST, .element = AWS_STRING, .wire_name = "InstanceType", .min = 0,
    .max = 100 },
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (5, 100),
  { NULL },
};

static const char *const location_types[]
    = { "region", "availability-zone", "availability-zone-id", NULL };

static const AwsField offerings_input[] = {
  AWS_EC2_DRY_RUN,
  { "LocationType", .type = AWS_STRING, .values = location_types },
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (5, 1000),
  { NULL },
};

const AwsOperation aws_ec2_image_operations[] = {
  { "DescribeImages", .input = images_input, .handler = describe_images },
  { "DescribeInstanceTypes", .input = types_input, .handler = describe_types },
  { "DescribeInstanceTypeOfferings", .input = offerings_input, .handler = describe_offerings },
  { NULL },
};
