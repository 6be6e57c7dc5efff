/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/custom-images.c: images that their owner has built for its nodes
 *
 * A world may list them, and knows all there are then: any other is one that EC2 does not find when
 * an instance is to be launched from it. Where none is listed, an image that a group's launch
 * template names is taken to be fit for the cluster as soon as an instance is launched from it,
 * which is told: it has the kubelet of the newest release that EKS publishes for the control
 * plane's minor.
 */
#include "config.h"

#include "sim/aws/eks/private.h"

#include <string.h>

/* Amazon Linux 2 ends where the newest minor has no release of it. */
static const char *
family_like (const char *architecture)
{
  return g_strcmp0 (architecture, "arm64") == 0 ? "AL2023_ARM_64_STANDARD"
                                                : "AL2023_x86_64_STANDARD";
}

static const char *
kubelet_of_minor (const AwsEks *eks, int minor, const char *architecture)
{
  const AwsAmiRelease *release
      = aws_ami_catalog_find (eks->catalog, family_like (architecture), minor, NULL);

  return release != NULL ? release->image->kubelet_version : NULL;
}

static void
enter (AwsCloud *cloud, const char *id, const char *name, const char *architecture,
       const char *kubelet)
{
  AwsImageOptions options = {
    .id = id,
    .name = name,
    .description = "EKS Kubernetes Worker AMI of its owner's",
    .architecture = architecture,
    .kubelet_version = kubelet,
    .created = sim_stage_now (cloud->stage),
  };

  aws_cloud_add_image (cloud, &options);
}

gboolean
aws_eks_add_custom_image (AwsCloud *cloud, const AwsCustomImageSpec *spec, GError **error)
{
  int minor = aws_kubernetes_minor (spec->version);
  g_autofree char *name = g_strdup_printf ("custom-al2023-%s", spec->id);

  if (!g_str_has_prefix (spec->id, "ami-"))
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                   "%s is no id of an image, such as ami-0123456789abcdef0", spec->id);
  else if (aws_cloud_image (cloud, spec->id) != NULL)
    aws_set_error (error, AWS_RESOURCE_IN_USE, NULL, "there is an image %s already", spec->id);
  else if (minor == 0)
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "unsupported Kubernetes version");
  else
    {
      enter (cloud, spec->id, spec->name != NULL ? spec->name : name, spec->architecture,
             kubelet_of_minor (cloud->eks, minor, spec->architecture));
      cloud->eks->images_are_listed = TRUE;
      return TRUE;
    }
  return FALSE;
}

/* The group of an owner's images that launches from TEMPLATE; NULL: none. */
static const AwsNodegroup *
custom_group_of (const AwsEks *eks, const AwsTemplate *template)
{
  for (guint i = 0; i < eks->clusters->len; i++)
    {
      const AwsCluster *cluster = eks->clusters->pdata[i];

      for (guint j = 0; j < cluster->nodegroups->len; j++)
        {
          const AwsNodegroup *nodegroup = cluster->nodegroups->pdata[j];

          if (strcmp (nodegroup->template_id, template->resource.id) == 0
              && aws_ami_type_is_custom (nodegroup->ami_type))
            return nodegroup;
        }
    }
  return NULL;
}

void
aws_eks_assume_image (AwsCloud *cloud, const char *image, const AwsTemplate *template,
                      const AwsInstanceType *type)
{
  const AwsNodegroup *nodegroup = custom_group_of (cloud->eks, template);
  g_autofree char *name = g_strdup_printf ("custom-al2023-%s", image);
  const char *version;

  if (nodegroup == NULL || cloud->eks->images_are_listed)
    return;
  version = nodegroup->cluster->version;
  enter (cloud, image, name, type->architecture,
         kubelet_of_minor (cloud->eks, aws_kubernetes_minor (version), type->architecture));
  sim_stage_trace (cloud->stage, "eks", DD_EVENT_IMAGE_ASSUMED, image,
                   dd_object ("kubernetes_version", dd_string (version), NULL));
}
