/* SPDX-License-Identifier: Apache-2.0 */
/* The scale subresource: one number of a workload, in the same shape for all of them.
 *
 * Imitates: Kubernetes API Reference, Scale v1 autoscaling. */
#include "config.h"

#include <string.h>

#include "sim/kube/scale.h"
#include "sim/kube/serve/verbs.h"

/* What a custom resource says is told as it says it; "" when it says nothing. */
static char *
selector_text (const SimObject *object, const DdValue *pods)
{
  const KubeScalePaths *paths = object->kind->scale;
  const char *own;

  if (paths == NULL)
    return kube_label_selector_to_text (pods);
  own = paths->selector != NULL ? dd_value_path_string (object->value, paths->selector) : NULL;
  return g_strdup (own != NULL ? own : "");
}

static DdValue *
scale_of (const SimObject *object)
{
  const DdValue *metadata = dd_value_member (object->value, "metadata");
  g_autoptr (DdValue) pods = kube_scale_selector (object);
  g_autofree char *selector = selector_text (object, pods);

  return dd_object (
      "kind", dd_string ("Scale"), "apiVersion", dd_string ("autoscaling/v1"), "metadata",
      dd_object ("name", dd_string (object->name), "namespace", dd_string (object->namespace_),
                 "uid", dd_string (object->uid), "resourceVersion",
                 dd_value_ref (dd_value_member (metadata, "resourceVersion")), "creationTimestamp",
                 dd_value_ref (dd_value_member (metadata, "creationTimestamp")), NULL),
      "spec", dd_object ("replicas", dd_int (kube_scale_wanted (object, 0)), NULL), "status",
      dd_object ("replicas", dd_int (kube_scale_current (object)), "selector", dd_string (selector),
                 NULL),
      NULL);
}

/* Writes SCALE's number back; its resourceVersion, when it has one, must still hold. */
static SimObject *
write_scale (KubeRequest *request, const SimObject *old, const DdValue *scale, GError **error)
{
  const char *revision = dd_value_path_string (scale, "metadata.resourceVersion");
  gint64 replicas = dd_value_path_int (scale, "spec.replicas", 0);
  g_autoptr (DdValue) scaled = NULL;
  KubeWrite write;

  if (!kube_check_type (scale, "autoscaling/v1", "Scale", error)
      || !kube_write_options (request, "UpdateOptions", NULL, &write, error))
    return NULL;
  if (replicas < 0)
    {
      g_autofree char *why = g_strdup_printf (
          "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0", replicas);
      DdValue *causes
          = dd_array (dd_object ("reason", dd_string ("FieldValueInvalid"), "message",
                                 dd_string (why), "field", dd_string ("spec.replicas"), NULL),
                      NULL);

      kube_set_error (error, KUBE_INVALID,
                      dd_object ("name", dd_string (old->name), "group", dd_string ("autoscaling"),
                                 "kind", dd_string ("Scale"), "causes", causes, NULL),
                      "Scale.autoscaling \"%s\" is invalid: spec.replicas: %s", old->name, why);
      return NULL;
    }
  scaled = kube_scale_with (old, replicas);
  if (revision != NULL && revision[0] != '\0')
    dd_value_set (&scaled, "metadata.resourceVersion", dd_string (revision));
  return kube_update_with (request->api, request->kind, request->namespace_, request->name,
                           KUBE_PART_MAIN, scaled, &write, error);
}

static SimResponse *
reply_scale (KubeRequest *request, SimObject *object, GError *error)
{
  return object != NULL ? kube_reply_value (request, 200, scale_of (object))
                        : kube_reply_error (request, error);
}

SimResponse *
kube_scale_get_handle (KubeRequest *request)
{
  GError *error = NULL;
  g_autoptr (SimObject) object
      = kube_get (request->api, request->kind, request->namespace_, request->name, &error);

  if (object != NULL && !kube_scale_check (object, &error))
    g_clear_pointer (&object, sim_object_unref);
  return reply_scale (request, object, error);
}

SimResponse *
kube_scale_put_handle (KubeRequest *request)
{
  GError *error = NULL;
  g_autoptr (DdValue) scale = kube_request_body (request, "Scale", NULL, &error);
  g_autoptr (SimObject) old = NULL;
  g_autoptr (SimObject) scaled = NULL;

  if (scale != NULL)
    old = kube_get (request->api, request->kind, request->namespace_, request->name, &error);
  if (old != NULL)
    scaled = write_scale (request, old, scale, &error);
  return reply_scale (request, scaled, error);
}

SimResponse *
kube_scale_patch_handle (KubeRequest *request)
{
  GError *error = NULL;
  g_autoptr (SimObject) old
      = kube_get (request->api, request->kind, request->namespace_, request->name, &error);
  g_autoptr (DdValue) scale = NULL;
  g_autoptr (DdValue) patched = NULL;
  g_autoptr (SimObject) scaled = NULL;

  if (old != NULL)
    {
      scale = scale_of (old);
      patched = kube_patch_apply (request, NULL, scale, &error);
    }
  if (patched != NULL)
    scaled = write_scale (request, old, patched, &error);
  return reply_scale (request, scaled, error);
}
