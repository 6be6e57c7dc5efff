/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Amazon EKS API Reference, UpdateNodegroupVersion, DescribeUpdate, ListUpdates. */
#include "config.h"

#include "aws/eks-update.h"

#include "base/error.h"
#include "base/value.h"

static char *
escaped (const char *text)
{
  return g_uri_escape_string (text, NULL, FALSE);
}

DdRequest *
dd_eks_update_nodegroup_version (const char *cluster, const char *nodegroup,
                                 const DdEksUpdateOptions *options)
{
  g_autofree char *cluster_part = escaped (cluster);
  g_autofree char *group_part = escaped (nodegroup);
  g_autofree char *target
      = g_strdup_printf ("/clusters/%s/node-groups/%s/update-version", cluster_part, group_part);
  DdRequest *request = dd_request_new ("eks", "POST", target);
  g_autoptr (DdValue) body = dd_object ("clientRequestToken", dd_string (options->token), "force",
                                        options->force ? dd_bool (TRUE) : NULL, "releaseVersion",
                                        dd_string (options->release_version), "version",
                                        dd_string (options->version), NULL);

  dd_headers_add (request->headers, "Content-Type", "application/json");
  request->body = dd_value_to_bytes (body);
  return request;
}

DdRequest *
dd_eks_describe_update (const char *cluster, const char *nodegroup, const char *id)
{
  g_autofree char *cluster_part = escaped (cluster);
  g_autofree char *group_part = escaped (nodegroup);
  g_autofree char *id_part = escaped (id);
  g_autofree char *target = g_strdup_printf ("/clusters/%s/updates/%s?nodegroupName=%s",
                                             cluster_part, id_part, group_part);

  return dd_request_new ("eks", "GET", target);
}

DdRequest *
dd_eks_list_updates (const char *cluster, const char *nodegroup)
{
  g_autofree char *cluster_part = escaped (cluster);
  g_autofree char *group_part = escaped (nodegroup);
  g_autofree char *target
      = g_strdup_printf ("/clusters/%s/updates?nodegroupName=%s", cluster_part, group_part);

  return dd_request_new ("eks", "GET", target);
}

static void
take_errors (const DdValue *errors, DdEksUpdate *update)
{
  const DdValue *first = dd_value_element (errors, 0);

  update->error_code = g_strdup (dd_value_path_string (first, "errorCode"));
  update->error_message = g_strdup (dd_value_path_string (first, "errorMessage"));
  for (gsize i = 0; i < dd_value_length (errors); i++)
    {
      const DdValue *ids = dd_value_member (dd_value_element (errors, i), "resourceIds");

      for (gsize j = 0; j < dd_value_length (ids); j++)
        {
          const char *id = dd_value_string (dd_value_element (ids, j));

          if (id != NULL)
            g_ptr_array_add (update->resource_ids, g_strdup (id));
        }
    }
}

static const char *
parameter (const DdValue *params, const char *type)
{
  for (gsize i = 0; i < dd_value_length (params); i++)
    {
      const DdValue *each = dd_value_element (params, i);

      if (g_strcmp0 (dd_value_path_string (each, "type"), type) == 0)
        return dd_value_path_string (each, "value");
    }
  return NULL;
}

/* Seconds since 1970, with a fraction. */
static DdUsec
instant_of (const DdValue *value)
{
  double seconds = dd_value_double (value, 0);

  return seconds > 0 && seconds < 1e11 ? (DdUsec) (seconds * DD_SECOND) : 0;
}

DdEksUpdate *
dd_eks_update_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);
  const DdValue *value = dd_value_member (body, "update");
  g_autoptr (DdEksUpdate) update = g_new0 (DdEksUpdate, 1);

  update->resource_ids = g_ptr_array_new_with_free_func (g_free);
  update->id = g_strdup (dd_value_path_string (value, "id"));
  update->status = g_strdup (dd_value_path_string (value, "status"));
  update->type = g_strdup (dd_value_path_string (value, "type"));
  update->created = instant_of (dd_value_member (value, "createdAt"));
  update->release_version
      = g_strdup (parameter (dd_value_member (value, "params"), "ReleaseVersion"));
  take_errors (dd_value_member (value, "errors"), update);
  if (update->id != NULL && update->status != NULL)
    return g_steal_pointer (&update);
  if (body != NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "the answer holds no update");
  return NULL;
}

void
dd_eks_update_free (DdEksUpdate *update)
{
  if (update == NULL)
    return;
  g_free (update->id);
  g_free (update->status);
  g_free (update->type);
  g_free (update->release_version);
  g_free (update->error_code);
  g_free (update->error_message);
  g_clear_pointer (&update->resource_ids, g_ptr_array_unref);
  g_free (update);
}

GPtrArray *
dd_eks_update_ids_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);
  const DdValue *list = dd_value_member (body, "updateIds");
  GPtrArray *ids;

  if (body == NULL)
    return NULL;
  ids = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *id = dd_value_string (dd_value_element (list, i));

      if (id != NULL)
        g_ptr_array_add (ids, g_strdup (id));
    }
  return ids;
}
