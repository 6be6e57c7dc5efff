/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kube/node.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "kube/list.h"

static void
node_clear (gpointer data)
{
  DdKubeNode *node = data;

  g_free (node->name);
  g_free (node->resource_version);
  g_free (node->zone);
  g_free (node->image);
  g_free (node->instance);
  g_free (node->not_ready);
  dd_value_unref (node->taints);
}

DdKubeNode *
dd_kube_node_ref (DdKubeNode *node)
{
  return g_rc_box_acquire (node);
}

void
dd_kube_node_unref (DdKubeNode *node)
{
  if (node != NULL)
    g_rc_box_release_full (node, node_clear);
}

static char *
label (const DdValue *node, const char *key)
{
  const char *value = dd_value_string (dd_value_at (node, "metadata", "labels", key, NULL));

  return g_strdup (value == NULL ? "" : value);
}

/* "aws:///us-west-2a/i-0123456789abcdef0" */
static char *
instance_from_provider_id (const char *provider_id)
{
  const char *slash = provider_id == NULL ? NULL : strrchr (provider_id, '/');

  return slash == NULL || !g_str_has_prefix (slash + 1, "i-") ? NULL : g_strdup (slash + 1);
}

/* NULL: the node is Ready. */
static char *
why_not_ready (const DdValue *node)
{
  const DdValue *conditions = dd_value_at (node, "status", "conditions", NULL);

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);
      const char *message = dd_value_path_string (condition, "message");

      if (g_strcmp0 (dd_value_path_string (condition, "type"), "Ready") != 0)
        continue;
      if (g_strcmp0 (dd_value_path_string (condition, "status"), "True") == 0)
        return NULL;
      return g_strdup (message == NULL ? "it is not Ready" : message);
    }
  return g_strdup ("its kubelet has not reported yet");
}

static DdKubeNode *
node_from_value (const DdValue *value, GError **error)
{
  const char *name = dd_value_path_string (value, "metadata.name");
  const char *created = dd_value_path_string (value, "metadata.creationTimestamp");
  const DdValue *taints = dd_value_path (value, "spec.taints");
  DdKubeNode *node;

  if (name == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "a node without a name");
      return NULL;
    }
  node = g_rc_box_new0 (DdKubeNode);
  node->name = g_strdup (name);
  node->resource_version = g_strdup (dd_value_path_string (value, "metadata.resourceVersion"));
  node->zone = label (value, DD_LABEL_ZONE);
  node->image = label (value, DD_LABEL_IMAGE);
  node->instance = instance_from_provider_id (dd_value_path_string (value, "spec.providerID"));
  node->not_ready = why_not_ready (value);
  if (created != NULL)
    dd_time_from_iso8601 (created, &node->created);
  node->taints = taints == NULL ? NULL : dd_value_ref (taints);
  node->unschedulable = dd_value_path_bool (value, "spec.unschedulable", FALSE);
  node->no_load_balancer
      = dd_value_at (value, "metadata", "labels", DD_LABEL_NO_LOAD_BALANCER, NULL) != NULL;
  node->protected_ = g_strcmp0 (dd_value_string (dd_value_at (value, "metadata", "annotations",
                                                              DD_ANNOTATION_PROTECTED, NULL)),
                                "true")
                     == 0;
  return node;
}

DdKubeNode *
dd_kube_node_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);

  return body == NULL ? NULL : node_from_value (body, error);
}

gboolean
dd_kube_node_has_taint (const DdKubeNode *node, const char *key, const char *effect)
{
  for (gsize i = 0; i < dd_value_length (node->taints); i++)
    {
      const DdValue *taint = dd_value_element (node->taints, i);

      if (g_strcmp0 (dd_value_path_string (taint, "key"), key) == 0
          && g_strcmp0 (dd_value_path_string (taint, "effect"), effect) == 0)
        return TRUE;
    }
  return FALSE;
}

DdRequest *
dd_kube_list_nodes (const char *selector, const char *token)
{
  return dd_kube_list_request ("/api/v1/nodes", "labelSelector", selector, token);
}

gboolean
dd_kube_nodes_from_reply (const DdReply *reply, GPtrArray *nodes, char **out_token, GError **error)
{
  g_autofree char *token = NULL;
  g_autoptr (DdValue) list = dd_kube_list_from_reply (reply, &token, error);
  const DdValue *items = dd_value_member (list, "items");

  if (list == NULL)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (items); i++)
    {
      DdKubeNode *node = node_from_value (dd_value_element (items, i), error);

      if (node == NULL)
        return FALSE;
      g_ptr_array_add (nodes, node);
    }
  *out_token = g_steal_pointer (&token);
  return TRUE;
}

static char *
node_target (const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  return g_strdup_printf ("/api/v1/nodes/%s", escaped);
}

DdRequest *
dd_kube_get_node (const char *name)
{
  g_autofree char *target = node_target (name);

  return dd_request_new ("kubernetes", "GET", target);
}

DdRequest *
dd_kube_patch_node (const char *name, const DdValue *patch)
{
  g_autofree char *target = node_target (name);
  DdRequest *request = dd_request_new ("kubernetes", "PATCH", target);

  dd_headers_add (request->headers, "Content-Type", "application/merge-patch+json");
  request->body = dd_value_to_bytes (patch);
  return request;
}
