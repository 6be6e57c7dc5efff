/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/found.c: nodes that were there before the world began
 *
 * A group whose nodes run several images has launched them from several versions of its launch
 * template: older images from older versions, as Auto Scaling lets those go first. The version that
 * the group points to is the one of its own release. A node without a group is an instance that
 * nobody launches again. */
#include "config.h"

#include <string.h>

#include "sim/aws/autoscaling/scaling.h"
#include "sim/aws/ec2/machines.h"
#include "sim/aws/eks/node-labels.h"
#include "sim/aws/eks/private.h"

#define USUAL_TYPE "m5.large"

/* An image and where it comes from, and the version of the group's template that launches it. */
typedef struct
{
  char *image;
  const char *source_version; /* of the owner's template; NULL without one */
  DdUsec since;               /* the oldest node that runs it */
  gint64 version;             /* 0: not yet */
} Origin;

static void
origin_free (gpointer data)
{
  Origin *origin = data;

  g_free (origin->image);
  g_free (origin);
}

static const AwsTemplateVersion *
own_version (const AwsNodegroup *nodegroup)
{
  AwsTemplate *template
      = aws_cloud_template (nodegroup->cluster->eks->cloud, nodegroup->template_id, NULL);

  return aws_template_version (template, nodegroup->template_version);
}

static const char *
own_image (const AwsNodegroup *nodegroup)
{
  return dd_value_path_string (own_version (nodegroup)->data, "ImageId");
}

/* ---- images ---- */

/* The minor that a release names, else that of the cluster. */
static int
minor_of (const AwsCluster *cluster, const char *release)
{
  g_auto (GStrv) parts = release != NULL ? g_strsplit (release, ".", 3) : NULL;
  g_autofree char *minor = parts != NULL && g_strv_length (parts) > 1
                               ? g_strdup_printf ("%s.%.2s", parts[0], parts[1])
                               : NULL;
  int named = minor != NULL ? aws_kubernetes_minor (minor) : 0;

  return named != 0 ? named : aws_kubernetes_minor (cluster->version);
}

static const char *
image_of_release (const AwsCluster *cluster, const char *ami_type, const char *release,
                  GError **error)
{
  const AwsAmiRelease *found = aws_ami_catalog_find (cluster->eks->catalog, ami_type,
                                                     minor_of (cluster, release), release);

  if (found != NULL)
    return found->image->resource.id;
  aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "there is no release %s of %s",
                 release != NULL ? release : "(newest)", ami_type);
  return NULL;
}

/* The data of that version of its owner's template; NULL with an error where there is none. */
static const DdValue *
data_of_source (const AwsNodegroup *nodegroup, const char *version, GError **error)
{
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  AwsTemplate *template = nodegroup->source.id != NULL
                              ? aws_cloud_template (cloud, nodegroup->source.id, NULL)
                              : NULL;
  const AwsTemplateVersion *found
      = template != NULL ? aws_template_version (template, version) : NULL;

  if (found != NULL)
    return found->data;
  aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                 "the group has no launch template with a version %s", version);
  return NULL;
}

static const char *
image_of_member (const AwsNodegroup *nodegroup, const AwsNodeSpec *node, GError **error)
{
  gboolean custom = aws_ami_type_is_custom (nodegroup->ami_type);
  const DdValue *data = NULL;

  if (node->source_version != NULL)
    {
      data = data_of_source (nodegroup, node->source_version, error);
      if (data == NULL)
        return NULL;
    }
  if (custom && node->release_version != NULL)
    return node->release_version;
  if (custom && data != NULL)
    return dd_value_path_string (data, "ImageId");
  if (node->release_version == NULL)
    return own_image (nodegroup);
  return image_of_release (nodegroup->cluster, nodegroup->ami_type, node->release_version, error);
}

/* ---- versions of the group's template ---- */

static Origin *
find_origin (GPtrArray *origins, const char *image, const char *source_version)
{
  for (guint i = 0; i < origins->len; i++)
    {
      Origin *origin = g_ptr_array_index (origins, i);

      if (g_str_equal (origin->image, image)
          && g_strcmp0 (origin->source_version, source_version) == 0)
        return origin;
    }
  return NULL;
}

static void
note_origin (GPtrArray *origins, const char *image, const char *source_version, DdUsec since)
{
  Origin *origin = find_origin (origins, image, source_version);

  if (origin == NULL)
    {
      origin = g_new0 (Origin, 1);
      origin->image = g_strdup (image);
      origin->source_version = source_version;
      origin->since = since;
      g_ptr_array_add (origins, origin);
    }
  origin->since = MIN (origin->since, since);
}

static int
compare_origins (gconstpointer a, gconstpointer b)
{
  const Origin *left = *(Origin *const *) a, *right = *(Origin *const *) b;

  return left->since < right->since ? -1 : left->since > right->since;
}

static const char *
source_version_of (const AwsNodegroup *nodegroup, const AwsNodeSpec *node)
{
  return node->source_version != NULL ? node->source_version : nodegroup->source.version;
}

/* Of the nodes, and of the group itself; the oldest first. NULL with an error. */
static GPtrArray *
origins_of (const AwsNodegroup *nodegroup, const AwsNodeSpec *nodes, guint n, guint *out_faulty,
            GError **error)
{
  g_autoptr (GPtrArray) origins = g_ptr_array_new_with_free_func (origin_free);

  for (guint i = 0; i < n; i++)
    {
      const char *image = image_of_member (nodegroup, &nodes[i], error);

      if (image == NULL)
        {
          *out_faulty = i;
          return NULL;
        }
      note_origin (origins, image, source_version_of (nodegroup, &nodes[i]),
                   nodes[i].state.created);
    }
  note_origin (origins, own_image (nodegroup), nodegroup->source.version, G_MAXINT64);
  g_ptr_array_sort (origins, compare_origins);
  return g_steal_pointer (&origins);
}

/* What the group would launch with that image. */
static DdValue *
data_of_origin (const AwsNodegroup *nodegroup, const Origin *origin)
{
  g_autofree char *user_data = aws_nodegroup_user_data (nodegroup, origin->image);
  const DdValue *owners = origin->source_version != NULL
                              ? data_of_source (nodegroup, origin->source_version, NULL)
                              : NULL;
  DdValue *data;

  if (owners != NULL)
    return aws_nodegroup_copy_of_source (nodegroup, owners, origin->image);
  data = dd_value_ref (own_version (nodegroup)->data);
  dd_value_set (&data, "ImageId", dd_string (origin->image));
  if (user_data != NULL)
    dd_value_set (&data, "UserData", dd_string (user_data));
  return data;
}

static void
add_version (AwsNodegroup *nodegroup, Origin *origin)
{
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  AwsTemplate *template = aws_cloud_template (cloud, nodegroup->template_id, NULL);
  g_autofree char *number = NULL;

  origin->version
      = aws_template_add_version (cloud, template, data_of_origin (nodegroup, origin), NULL)
            ->number;
  number = g_strdup_printf ("%" G_GINT64_FORMAT, origin->version);
  aws_nodegroup_note_copy (nodegroup, number, origin->source_version);
}

/* The version with which the group was made is the first one; it is enough for one image. */
static gboolean
add_versions (AwsNodegroup *nodegroup, GPtrArray *origins, GError **error)
{
  const Origin *own = find_origin (origins, own_image (nodegroup), nodegroup->source.version);

  for (guint i = 0; i < origins->len; i++)
    {
      Origin *origin = g_ptr_array_index (origins, i);

      if (i == 0 && origin == own)
        origin->version = own_version (nodegroup)->number;
      else
        add_version (nodegroup, origin);
    }
  if (own->version == own_version (nodegroup)->number)
    return TRUE;
  g_free (nodegroup->template_version);
  nodegroup->template_version = g_strdup_printf ("%" G_GINT64_FORMAT, own->version);
  return aws_nodegroup_use_template (nodegroup, nodegroup->template_version, error);
}

/* ---- members ---- */

/* EKS writes the labels of a group with its owner's image on the Node, not the node itself. */
static DdValue *
labels_of_member (const AwsNodegroup *nodegroup, const AwsNodeSpec *node, const Origin *origin)
{
  g_autoptr (DdValue) given = NULL;
  g_autoptr (DdValue) labels = NULL;

  if (!aws_ami_type_is_custom (nodegroup->ami_type))
    return node->state.labels != NULL ? dd_value_ref (node->state.labels) : NULL;
  labels = aws_eks_node_labels (nodegroup, origin->image, origin->source_version);
  given = node->state.labels != NULL ? dd_value_ref (node->state.labels) : dd_object_empty ();
  return dd_value_merge (labels, given);
}

static const char *
type_of_member (const AwsNodegroup *nodegroup, const AwsNodeSpec *node)
{
  const char *listed = dd_value_string (dd_value_element (nodegroup->instance_types, 0));
  const char *in_template = dd_value_path_string (own_version (nodegroup)->data, "InstanceType");

  if (node->instance_type != NULL)
    return node->instance_type;
  return listed != NULL ? listed : in_template;
}

static gboolean
find_member (AwsNodegroup *nodegroup, const AwsNodeSpec *node, GPtrArray *origins, GError **error)
{
  const Origin *origin = find_origin (origins, image_of_member (nodegroup, node, NULL),
                                      source_version_of (nodegroup, node));
  g_autoptr (DdValue) labels = labels_of_member (nodegroup, node, origin);
  SimNodeState state = node->state;
  AwsFoundMember member = {
    .zone = node->zone,
    .instance_type = type_of_member (nodegroup, node),
    .template_version = origin->version,
    .found = { .instance_id = node->instance_id,
               .private_dns = node->name,
               .launched = node->state.created,
               .node = &state },
  };

  state.labels = labels;
  return aws_group_find_member (aws_nodegroup_group (nodegroup), &member, error) != NULL;
}

static gboolean
find_members (AwsNodegroup *nodegroup, const AwsNodeSpec *nodes, guint n, guint *out_faulty,
              GError **error)
{
  g_autoptr (GPtrArray) origins = origins_of (nodegroup, nodes, n, out_faulty, error);

  if (origins == NULL || !add_versions (nodegroup, origins, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!find_member (nodegroup, &nodes[i], origins, error))
      {
        *out_faulty = i;
        return FALSE;
      }
  aws_group_rest (aws_nodegroup_group (nodegroup));
  return TRUE;
}

/* ---- nodes without a group ---- */

static const char *
usual_family (const AwsInstanceType *type)
{
  return strcmp (type->architecture, "arm64") == 0 ? "AL2023_ARM_64_STANDARD"
                                                   : "AL2023_x86_64_STANDARD";
}

static gboolean
find_loner (AwsCluster *cluster, const AwsNodeSpec *node, GError **error)
{
  AwsCloud *cloud = cluster->eks->cloud;
  const char *name = node->instance_type != NULL ? node->instance_type : USUAL_TYPE;
  const AwsInstanceType *type = aws_cloud_instance_type (cloud, name);
  AwsSubnet *subnet = aws_cloud_subnet_in_zone (cloud, node->zone);
  const char *image;
  g_autoptr (DdValue) data = NULL;
  AwsLaunch launch = { .subnet = subnet, .instance_type = name };
  AwsFound found = { .instance_id = node->instance_id,
                     .private_dns = node->name,
                     .launched = node->state.created,
                     .node = &node->state };

  if (subnet == NULL || type == NULL)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "there is no zone %s with a subnet",
                     node->zone);
      return FALSE;
    }
  image = image_of_release (cluster, node->ami_type != NULL ? node->ami_type : usual_family (type),
                            node->release_version, error);
  if (image == NULL)
    return FALSE;
  data = dd_object ("ImageId", dd_string (image), NULL);
  launch.data = data;
  return aws_ec2_find (cloud, &launch, &found, error) != NULL;
}

gboolean
aws_eks_find_nodes (AwsCloud *cloud, const char *cluster, AwsNodegroup *nodegroup,
                    const AwsNodeSpec *nodes, guint n, guint *out_faulty, GError **error)
{
  *out_faulty = 0;
  if (nodegroup != NULL)
    return find_members (nodegroup, nodes, n, out_faulty, error);
  for (guint i = 0; i < n; i++)
    if (!find_loner (aws_eks_cluster (cloud, cluster), &nodes[i], error))
      {
        *out_faulty = i;
        return FALSE;
      }
  return TRUE;
}
