/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/cloud.c: the account's books: ids, resources and their tags, images */
#include "config.h"

#include "sim/aws/ec2/cloud.h"

#include "sim/aws/ec2/machines.h"

#define ID_DIGITS 17

/* Imitates: Amazon EC2 User Guide, Resource IDs. */
static const char *const id_prefixes[AWS_N_RESOURCE_KINDS] = {
  [AWS_VPC] = "vpc",   [AWS_SUBNET] = "subnet", [AWS_SECURITY_GROUP] = "sg",
  [AWS_IMAGE] = "ami", [AWS_TEMPLATE] = "lt",   [AWS_INSTANCE] = "i",
};

static void
image_free (gpointer data)
{
  AwsImage *image = data;

  aws_resource_clear (&image->resource);
  g_free (image->name);
  g_free (image->description);
  g_free (image->architecture);
  g_free (image->kubelet_version);
  g_free (image->release_version);
  g_free (image->owner);
  g_free (image);
}

static void
capacity_free (gpointer data)
{
  AwsCapacity *capacity = data;

  g_free (capacity->instance_type);
  g_free (capacity);
}

AwsCloud *
aws_cloud_new (SimStage *stage, const char *region, const char *account)
{
  AwsCloud *cloud = g_new0 (AwsCloud, 1);

  cloud->stage = stage;
  cloud->region = g_strdup (region);
  cloud->account = g_strdup (account);
  cloud->ids = dd_random_fork (stage->random, "aws.ids");
  cloud->request_ids = dd_random_fork (stage->random, "aws.request-ids");
  cloud->choices = dd_random_fork (stage->random, "aws.choices");
  cloud->door = (AwsDoor) { cloud, stage, cloud->request_ids };
  cloud->images = g_ptr_array_new_with_free_func (image_free);
  cloud->templates = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_template_free);
  cloud->capacities = g_ptr_array_new_with_free_func (capacity_free);
  cloud->own_types = g_ptr_array_new_with_free_func (aws_instance_type_free);
  cloud->resources = g_hash_table_new (g_str_hash, g_str_equal);
  cloud->template_names = g_hash_table_new (g_str_hash, g_str_equal);
  cloud->node_names = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&cloud->instances);
  aws_network_init (cloud);
  sim_machines_set_cloud (stage, aws_ec2_machine_state, cloud);
  return cloud;
}

/* Instances point at everything else. */
void
aws_cloud_free (AwsCloud *cloud)
{
  if (cloud == NULL)
    return;
  sim_machines_set_cloud (cloud->stage, NULL, NULL);
  while (cloud->instances.head != NULL)
    aws_instance_free (cloud, cloud->instances.head->data);
  g_clear_pointer (&cloud->templates, g_ptr_array_unref);
  g_clear_pointer (&cloud->images, g_ptr_array_unref);
  aws_network_clear (cloud);
  g_clear_pointer (&cloud->capacities, g_ptr_array_unref);
  g_clear_pointer (&cloud->own_types, g_ptr_array_unref);
  g_clear_pointer (&cloud->resources, g_hash_table_unref);
  g_clear_pointer (&cloud->template_names, g_hash_table_unref);
  g_clear_pointer (&cloud->node_names, g_hash_table_unref);
  g_clear_pointer (&cloud->ids, dd_random_free);
  g_clear_pointer (&cloud->request_ids, dd_random_free);
  g_clear_pointer (&cloud->choices, dd_random_free);
  g_free (cloud->region);
  g_free (cloud->account);
  g_free (cloud);
}

const AwsDoor *
aws_cloud_door (const AwsCloud *cloud)
{
  return &cloud->door;
}

char *
aws_cloud_new_id (AwsCloud *cloud, const char *prefix)
{
  char *id = NULL;

  /* Not one that came from elsewhere. */
  do
    {
      g_autofree char *digits = dd_random_text (cloud->ids, "0123456789abcdef", ID_DIGITS);

      g_free (id);
      id = g_strdup_printf ("%s-%s", prefix, digits);
    }
  while (g_hash_table_contains (cloud->resources, id));
  return id;
}

char *
aws_cloud_arn (const AwsCloud *cloud, const char *service, const char *rest)
{
  return g_strdup_printf ("arn:aws:%s:%s:%s:%s", service, cloud->region, cloud->account, rest);
}

/* ---- resources ---- */

void
aws_cloud_enter_resource (AwsCloud *cloud, AwsResource *resource, AwsResourceKind kind, char *id)
{
  resource->kind = kind;
  resource->order = ++cloud->n_resources;
  resource->id = id != NULL ? id : aws_cloud_new_id (cloud, id_prefixes[kind]);
  resource->tags = dd_object_empty ();
  g_hash_table_insert (cloud->resources, resource->id, resource);
}

void
aws_cloud_remove_resource (AwsCloud *cloud, AwsResource *resource)
{
  g_hash_table_remove (cloud->resources, resource->id);
}

void
aws_resource_clear (AwsResource *resource)
{
  g_clear_pointer (&resource->id, g_free);
  g_clear_pointer (&resource->tags, dd_value_unref);
}

void
aws_resource_tag (AwsResource *resource, const char *key, const char *value)
{
  DdValue *tags = dd_value_with_member (resource->tags, key, dd_string (value));

  dd_value_unref (resource->tags);
  resource->tags = tags;
}

AwsResource *
aws_cloud_resource (const AwsCloud *cloud, AwsResourceKind kind, const char *id)
{
  AwsResource *resource = id != NULL ? g_hash_table_lookup (cloud->resources, id) : NULL;

  return resource != NULL && resource->kind == kind ? resource : NULL;
}

AwsSubnet *
aws_cloud_subnet (const AwsCloud *cloud, const char *id)
{
  return (AwsSubnet *) aws_cloud_resource (cloud, AWS_SUBNET, id);
}

AwsImage *
aws_cloud_image (const AwsCloud *cloud, const char *id)
{
  return (AwsImage *) aws_cloud_resource (cloud, AWS_IMAGE, id);
}

AwsInstance *
aws_cloud_instance (const AwsCloud *cloud, const char *id)
{
  return (AwsInstance *) aws_cloud_resource (cloud, AWS_INSTANCE, id);
}

AwsInstance *
aws_cloud_instance_of_node (const AwsCloud *cloud, const char *node_name)
{
  return node_name != NULL ? g_hash_table_lookup (cloud->node_names, node_name) : NULL;
}

AwsImage *
aws_cloud_add_image (AwsCloud *cloud, const AwsImageOptions *options)
{
  AwsImage *image = g_new0 (AwsImage, 1);

  aws_cloud_enter_resource (cloud, &image->resource, AWS_IMAGE, g_strdup (options->id));
  image->name = g_strdup (options->name);
  image->description = g_strdup (options->description);
  image->architecture = g_strdup (options->architecture != NULL ? options->architecture : "x86_64");
  image->kubelet_version = g_strdup (options->kubelet_version);
  image->release_version = g_strdup (options->release_version);
  image->owner = g_strdup (options->owner != NULL ? options->owner : cloud->account);
  image->created = options->created;
  g_ptr_array_add (cloud->images, image);
  return image;
}
