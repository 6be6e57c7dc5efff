/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/eks.h"

#include <string.h>

#include "base/error.h"
#include "base/value.h"

DdRequest *
dd_eks_describe_cluster (const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *target = g_strdup_printf ("/clusters/%s", escaped);

  return dd_request_new ("eks", "GET", target);
}

static gboolean
take_string (const DdValue *value, const char *path, char **out, GError **error)
{
  const char *text = dd_value_path_string (value, path);

  if (text == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "the answer has no %s", path);
  else
    *out = g_strdup (text);
  return text != NULL;
}

/* PEM in base64; what is no text is as good as absent. */
static char *
take_authority (const char *data)
{
  gsize length = 0;
  g_autofree guchar *decoded = data == NULL ? NULL : g_base64_decode (data, &length);

  return length == 0 || memchr (decoded, '\0', length) != NULL
             ? NULL
             : g_strndup ((const char *) decoded, length);
}

DdCluster *
dd_cluster_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);
  g_autoptr (DdCluster) cluster = g_new0 (DdCluster, 1);

  if (body == NULL || !take_string (body, "cluster.name", &cluster->name, error)
      || !take_string (body, "cluster.version", &cluster->version, error))
    {
      g_prefix_error (error, "cluster: ");
      return NULL;
    }
  cluster->endpoint = g_strdup (dd_value_path_string (body, "cluster.endpoint"));
  cluster->security_group
      = g_strdup (dd_value_path_string (body, "cluster.resourcesVpcConfig.clusterSecurityGroupId"));
  cluster->ca = take_authority (dd_value_path_string (body, "cluster.certificateAuthority.data"));
  return g_steal_pointer (&cluster);
}

void
dd_cluster_free (DdCluster *cluster)
{
  if (cluster == NULL)
    return;
  g_free (cluster->name);
  g_free (cluster->version);
  g_free (cluster->endpoint);
  g_free (cluster->security_group);
  g_free (cluster->ca);
  g_free (cluster);
}

DdRequest *
dd_eks_describe_nodegroup (const char *cluster, const char *name)
{
  g_autofree char *escaped_cluster = g_uri_escape_string (cluster, NULL, FALSE);
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *target
      = g_strdup_printf ("/clusters/%s/node-groups/%s", escaped_cluster, escaped_name);

  return dd_request_new ("eks", "GET", target);
}

/* Exactly one of the two is set; a group that says neither has maxUnavailable 1 (EKS API Reference,
 * NodegroupUpdateConfig). */
static void
take_update_config (const DdValue *body, DdNodegroup *group)
{
  const char *strategy = dd_value_path_string (body, "nodegroup.updateConfig.updateStrategy");

  group->strategy = g_strdup (strategy == NULL ? "DEFAULT" : strategy);
  group->max_unavailable_percentage
      = dd_value_path_int (body, "nodegroup.updateConfig.maxUnavailablePercentage", 0);
  group->max_unavailable = dd_value_path_int (body, "nodegroup.updateConfig.maxUnavailable",
                                              group->max_unavailable_percentage > 0 ? 0 : 1);
}

DdNodegroup *
dd_nodegroup_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);
  g_autoptr (DdNodegroup) group = g_new0 (DdNodegroup, 1);

  if (body == NULL || !take_string (body, "nodegroup.nodegroupName", &group->name, error)
      || !take_string (body, "nodegroup.version", &group->version, error)
      || !take_string (body, "nodegroup.releaseVersion", &group->release_version, error)
      || !take_string (body, "nodegroup.amiType", &group->ami_type, error)
      || !take_string (body, "nodegroup.resources.autoScalingGroups.0.name", &group->scaling_group,
                       error))
    {
      g_prefix_error (error, "node group: ");
      return NULL;
    }
  group->status = g_strdup (dd_value_path_string (body, "nodegroup.status"));
  group->source_id = g_strdup (dd_value_path_string (body, "nodegroup.launchTemplate.id"));
  group->source_version
      = g_strdup (dd_value_path_string (body, "nodegroup.launchTemplate.version"));
  take_update_config (body, group);
  return g_steal_pointer (&group);
}

DdNodegroup *
dd_nodegroup_new_self_managed (const char *scaling_group, const char *version,
                               gint64 max_unavailable)
{
  DdNodegroup *group = g_new0 (DdNodegroup, 1);

  group->name = g_strdup (scaling_group);
  group->version = g_strdup (version);
  group->release_version = g_strdup ("");
  group->ami_type = g_strdup ("CUSTOM");
  group->scaling_group = g_strdup (scaling_group);
  group->strategy = g_strdup ("DEFAULT");
  group->max_unavailable = max_unavailable;
  return group;
}

void
dd_nodegroup_free (DdNodegroup *group)
{
  if (group == NULL)
    return;
  g_free (group->name);
  g_free (group->version);
  g_free (group->release_version);
  g_free (group->status);
  g_free (group->ami_type);
  g_free (group->scaling_group);
  g_free (group->strategy);
  g_free (group->source_id);
  g_free (group->source_version);
  g_free (group);
}
