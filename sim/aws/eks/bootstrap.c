/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/bootstrap.c: the user data that joins an instance to its cluster
 *
 * Imitates: the derived launch templates of EKS managed node groups: amazon-eks-ami's bootstrap.sh
 * on Amazon Linux 2, nodeadm's NodeConfig on Amazon Linux 2023, settings on Bottlerocket,
 * Start-EKSBootstrap.ps1 on Windows. Kubelets read their labels and
 * taints out of this text; an upgrade rewrites the image's id in it. */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"

#define CLUSTER_DNS "172.20.0.10"
#define SERVICE_CIDR "172.20.0.0/16"

static char *
node_labels (const AwsNodegroup *nodegroup, const char *image_id)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "eks.amazonaws.com/nodegroup-image=%s,eks.amazonaws.com/capacityType=%s,",
                   image_id, nodegroup->capacity_type);
  if (nodegroup->source.id != NULL)
    g_string_append_printf (text, "eks.amazonaws.com/sourceLaunchTemplateVersion=%s,",
                            nodegroup->source.version);
  g_string_append_printf (text, "eks.amazonaws.com/nodegroup=%s", nodegroup->name);
  if (nodegroup->source.id != NULL)
    g_string_append_printf (text, ",eks.amazonaws.com/sourceLaunchTemplateId=%s",
                            nodegroup->source.id);
  for (gsize i = 0; i < dd_value_length (nodegroup->labels); i++)
    g_string_append_printf (text, ",%s=%s", dd_value_key (nodegroup->labels, i),
                            dd_value_string (dd_value_nth (nodegroup->labels, i)));
  return g_string_free (text, FALSE);
}

/* "NO_SCHEDULE" -> "NoSchedule" */
static char *
effect_to_kubernetes (const char *effect)
{
  GString *text = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const char *p = effect; p != NULL && *p != '\0'; p++)
    {
      if (*p != '_')
        g_string_append_c (text, upper ? *p : g_ascii_tolower (*p));
      upper = *p == '_';
    }
  return g_string_free (text, FALSE);
}

/* " --register-with-taints=k=v:NoSchedule,..", or nothing. */
static char *
register_with_taints (const AwsNodegroup *nodegroup)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (nodegroup->taints); i++)
    {
      const DdValue *taint = dd_value_element (nodegroup->taints, i);
      const char *value = dd_value_path_string (taint, "value");
      g_autofree char *effect = effect_to_kubernetes (dd_value_path_string (taint, "effect"));

      g_string_append_printf (text, "%s%s=%s:%s", i == 0 ? " --register-with-taints=" : ",",
                              dd_value_path_string (taint, "key"), value != NULL ? value : "",
                              effect);
    }
  return g_string_free (text, FALSE);
}

static char *
bootstrap_script (const AwsCluster *cluster, const char *labels, const char *taints)
{
  const char *authority = cluster->certificate_authority;
  const char *endpoint = cluster->eks->endpoint;

  return g_strdup_printf ("MIME-Version: 1.0\n"
                          "Content-Type: multipart/mixed; boundary=\"//\"\n\n"
                          "--//\n"
                          "Content-Type: text/x-shellscript; charset=\"us-ascii\"\n\n"
                          "#!/bin/bash\n"
                          "set -ex\n"
                          "B64_CLUSTER_CA=%s\n"
                          "API_SERVER_URL=%s\n"
                          "K8S_CLUSTER_DNS_IP=" CLUSTER_DNS "\n"
                          "/etc/eks/bootstrap.sh %s --kubelet-extra-args '--node-labels=%s%s' "
                          "--b64-cluster-ca $B64_CLUSTER_CA --apiserver-endpoint $API_SERVER_URL "
                          "--dns-cluster-ip $K8S_CLUSTER_DNS_IP --use-max-pods false\n\n"
                          "--//--\n",
                          authority != NULL ? authority : "", endpoint != NULL ? endpoint : "",
                          cluster->name, labels, taints);
}

static char *
node_config (const AwsCluster *cluster, const char *labels, const char *taints)
{
  const char *authority = cluster->certificate_authority;
  const char *endpoint = cluster->eks->endpoint;
  g_autofree char *taint_flag
      = *taints != '\0' ? g_strdup_printf ("      - \"%s\"\n", taints + 1) : g_strdup ("");

  return g_strdup_printf ("MIME-Version: 1.0\n"
                          "Content-Type: multipart/mixed; boundary=\"//\"\n\n"
                          "--//\n"
                          "Content-Type: application/node.eks.aws\n\n"
                          "---\n"
                          "apiVersion: node.eks.aws/v1alpha1\n"
                          "kind: NodeConfig\n"
                          "spec:\n"
                          "  cluster:\n"
                          "    apiServerEndpoint: %s\n"
                          "    certificateAuthority: %s\n"
                          "    cidr: " SERVICE_CIDR "\n"
                          "    name: %s\n"
                          "  kubelet:\n"
                          "    config:\n"
                          "      clusterDNS:\n"
                          "      - " CLUSTER_DNS "\n"
                          "    flags:\n"
                          "      - \"--node-labels=%s\"\n"
                          "%s\n"
                          "--//--\n",
                          endpoint != NULL ? endpoint : "", authority != NULL ? authority : "",
                          cluster->name, labels, taint_flag);
}

/* Imitates: Bottlerocket, Settings, kubernetes. */
static char *
bottlerocket_settings (const AwsNodegroup *nodegroup, const char *labels)
{
  const AwsCluster *cluster = nodegroup->cluster;
  const char *authority = cluster->certificate_authority;
  const char *endpoint = cluster->eks->endpoint;
  g_auto (GStrv) pairs = g_strsplit (labels, ",", -1);
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "[settings.kubernetes]\n"
                   "\"api-server\" = \"%s\"\n"
                   "\"cluster-certificate\" = \"%s\"\n"
                   "\"cluster-dns-ip\" = \"" CLUSTER_DNS "\"\n"
                   "\"cluster-name\" = \"%s\"\n\n"
                   "[settings.kubernetes.node-labels]\n",
                   endpoint != NULL ? endpoint : "", authority != NULL ? authority : "",
                   cluster->name);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      g_string_append_printf (text, "\"%s\" = \"%s\"\n", pair[0], pair[1]);
    }
  if (dd_value_length (nodegroup->taints) > 0)
    g_string_append (text, "\n[settings.kubernetes.node-taints]\n");
  for (gsize i = 0; i < dd_value_length (nodegroup->taints); i++)
    {
      const DdValue *taint = dd_value_element (nodegroup->taints, i);
      const char *value = dd_value_path_string (taint, "value");
      g_autofree char *effect = effect_to_kubernetes (dd_value_path_string (taint, "effect"));

      g_string_append_printf (text, "\"%s\" = [\"%s:%s\"]\n", dd_value_path_string (taint, "key"),
                              value != NULL ? value : "", effect);
    }
  return g_string_free (text, FALSE);
}

static char *
windows_script (const AwsCluster *cluster, const char *labels, const char *taints)
{
  const char *authority = cluster->certificate_authority;
  const char *endpoint = cluster->eks->endpoint;

  return g_strdup_printf ("<powershell>\n"
                          "[string]$EKSBootstrapScriptFile = "
                          "\"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n"
                          "& $EKSBootstrapScriptFile -EKSClusterName \"%s\" -APIServerEndpoint "
                          "\"%s\" -Base64ClusterCA \"%s\" -DNSClusterIP \"" CLUSTER_DNS "\" "
                          "-KubeletExtraArgs \"--node-labels=%s%s\"\n"
                          "</powershell>\n",
                          cluster->name, endpoint != NULL ? endpoint : "",
                          authority != NULL ? authority : "", labels, taints);
}

char *
aws_nodegroup_user_data (const AwsNodegroup *nodegroup, const char *image_id)
{
  g_autofree char *labels = node_labels (nodegroup, image_id);
  g_autofree char *taints = register_with_taints (nodegroup);
  g_autofree char *text = NULL;

  if (g_str_has_prefix (nodegroup->ami_type, "AL2_"))
    text = bootstrap_script (nodegroup->cluster, labels, taints);
  else if (g_str_has_prefix (nodegroup->ami_type, "AL2023_"))
    text = node_config (nodegroup->cluster, labels, taints);
  else if (g_str_has_prefix (nodegroup->ami_type, "BOTTLEROCKET_"))
    text = bottlerocket_settings (nodegroup, labels);
  else if (g_str_has_prefix (nodegroup->ami_type, "WINDOWS_"))
    text = windows_script (nodegroup->cluster, labels, taints);
  else
    return NULL;
  return g_base64_encode ((const guchar *) text, strlen (text));
}
