/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters as EKS shows them. Imitates: Amazon EKS API Reference, DescribeCluster, ListClusters. */
#include "config.h"

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/private.h"
#include "sim/aws/protocol/page.h"

#define DEFAULT_PAGE 100

void
aws_cluster_free (AwsCluster *cluster)
{
  if (cluster == NULL)
    return;
  g_clear_pointer (&cluster->nodegroups, g_ptr_array_unref);
  g_clear_pointer (&cluster->updates, g_ptr_array_unref);
  g_free (cluster->name);
  g_free (cluster->arn);
  g_free (cluster->version);
  g_free (cluster->certificate_authority);
  g_free (cluster->oidc_id);
  g_free (cluster->security_group_id);
  g_free (cluster);
}

static DdValue *
vpc_config (const AwsCluster *cluster, const AwsCloud *cloud)
{
  g_auto (DdBuilder) subnets = dd_builder_array ();

  for (guint i = 0; i < cloud->subnets->len; i++)
    dd_builder_add (&subnets, dd_string (((AwsSubnet *) cloud->subnets->pdata[i])->resource.id));
  return dd_object ("subnetIds", dd_builder_end (&subnets), "securityGroupIds", dd_array_empty (),
                    "clusterSecurityGroupId", dd_string (cluster->security_group_id), "vpcId",
                    dd_string (cloud->vpc->resource.id), "endpointPublicAccess", dd_bool (TRUE),
                    "endpointPrivateAccess", dd_bool (TRUE), "publicAccessCidrs",
                    dd_array (dd_string ("0.0.0.0/0"), NULL), NULL);
}

static DdValue *
log_types_disabled (void)
{
  return dd_object (
      "clusterLogging",
      dd_array (
          dd_object ("types",
                     dd_array (dd_string ("api"), dd_string ("audit"), dd_string ("authenticator"),
                               dd_string ("controllerManager"), dd_string ("scheduler"), NULL),
                     "enabled", dd_bool (FALSE), NULL),
          NULL),
      NULL);
}

static DdValue *
cluster_to_value (const AwsCluster *cluster)
{
  const AwsCloud *cloud = cluster->eks->cloud;
  g_auto (DdBuilder) value = dd_builder_object ();

  dd_builder_set (&value, "name", dd_string (cluster->name));
  dd_builder_set (&value, "arn", dd_string (cluster->arn));
  dd_builder_set (&value, "createdAt", aws_epoch (cluster->created));
  dd_builder_set (&value, "version", dd_string (cluster->version));
  dd_builder_set (&value, "endpoint", dd_string (cluster->eks->endpoint));
  dd_builder_set (
      &value, "roleArn",
      dd_string_printf ("arn:aws:iam::%s:role/%s-cluster", cloud->account, cluster->name));
  dd_builder_set (&value, "resourcesVpcConfig", vpc_config (cluster, cloud));
  dd_builder_set (&value, "kubernetesNetworkConfig",
                  dd_object ("serviceIpv4Cidr", dd_string ("172.20.0.0/16"), "ipFamily",
                             dd_string ("ipv4"), NULL));
  dd_builder_set (&value, "logging", log_types_disabled ());
  dd_builder_set (&value, "identity",
                  dd_object ("oidc",
                             dd_object ("issuer",
                                        dd_string_printf ("https://oidc.eks.%s.amazonaws.com/id/%s",
                                                          cloud->region, cluster->oidc_id),
                                        NULL),
                             NULL));
  dd_builder_set (&value, "status", dd_string (cluster->running != NULL ? "UPDATING" : "ACTIVE"));
  dd_builder_set (&value, "certificateAuthority",
                  dd_object ("data", dd_string (cluster->certificate_authority), NULL));
  dd_builder_set (&value, "platformVersion", dd_string ("eks.1"));
  dd_builder_set (&value, "tags", dd_object_empty ());
  dd_builder_set (&value, "health", dd_object ("issues", dd_array_empty (), NULL));
  return dd_builder_end (&value);
}

DdValue *
aws_eks_describe_cluster (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsCluster *cluster = aws_eks_require_cluster (cloud, input, error);

  return cluster != NULL ? dd_object ("cluster", cluster_to_value (cluster), NULL) : NULL;
}

DdValue *
aws_eks_list_page (const char *list, const DdValue *input, GPtrArray *items,
                   const char *(*name_of) (gconstpointer item), GError **error)
{
  const char *token = dd_value_path_string (input, "nextToken");
  gint64 limit = dd_value_path_int (input, "maxResults", DEFAULT_PAGE);
  g_auto (AwsPage) page = { 0 };
  g_auto (DdBuilder) names = dd_builder_array ();

  if (!aws_page_cut (list, token, (guint) limit, items->len, &page))
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "The nextToken %s is not valid.", token);
      return NULL;
    }
  for (guint i = page.first; i < page.end; i++)
    dd_builder_add (&names, dd_string (name_of (items->pdata[i])));
  return dd_object (list, dd_builder_end (&names), "nextToken", dd_string (page.next_token), NULL);
}

static const char *
cluster_name (gconstpointer item)
{
  return ((const AwsCluster *) item)->name;
}

DdValue *
aws_eks_list_clusters (AwsCloud *cloud, const DdValue *input, GError **error)
{
  return aws_eks_list_page ("clusters", input, cloud->eks->clusters, cluster_name, error);
}
