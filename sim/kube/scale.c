/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of what can be scaled. Imitates: apiextensions-apiserver, registry/customresource,
 * for those of custom resources. */
#include "config.h"

#include "sim/kube/scale.h"

#include "sim/kube/selectors.h"

/* Where Kubernetes' own kinds have them. */
static const KubeScalePaths usual = { "spec.replicas", "status.replicas", NULL };

static const KubeScalePaths *
paths_of (const SimObject *object)
{
  return object->kind->scale != NULL ? object->kind->scale : &usual;
}

gint64
kube_scale_wanted (const SimObject *object, gint64 fallback)
{
  return dd_value_path_int (object->value, paths_of (object)->wanted, fallback);
}

gint64
kube_scale_current (const SimObject *object)
{
  return dd_value_path_int (object->value, paths_of (object)->current, 0);
}

DdValue *
kube_scale_selector (const SimObject *object)
{
  const KubeScalePaths *paths = object->kind->scale;

  if (paths == NULL)
    return dd_value_ref (dd_value_path (object->value, "spec.selector"));
  return paths->selector != NULL
             ? kube_label_query_to_selector (dd_value_path_string (object->value, paths->selector))
             : NULL;
}

gboolean
kube_scale_check (const SimObject *object, GError **error)
{
  const KubeScalePaths *paths = object->kind->scale;

  if (paths == NULL || dd_value_path (object->value, paths->wanted) != NULL)
    return TRUE;
  g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
               "Internal error occurred: the spec replicas field \".%s\" does not exist",
               paths->wanted);
  return FALSE;
}

DdValue *
kube_scale_with (const SimObject *object, gint64 wanted)
{
  return dd_value_with_path (object->value, paths_of (object)->wanted, dd_int (wanted));
}
