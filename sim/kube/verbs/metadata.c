/* SPDX-License-Identifier: Apache-2.0 */
/* What the system, and only the system, writes into an object's metadata. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/verbs/rules.h"

/* In the order in which an API server writes them. */
static const struct
{
  const char *name;
  gboolean system;
} members[] = {
  { "name", TRUE },
  { "generateName", TRUE },
  { "namespace", TRUE },
  { "uid", TRUE },
  { "resourceVersion", TRUE },
  { "generation", TRUE },
  { "creationTimestamp", TRUE },
  { "deletionTimestamp", TRUE },
  { "deletionGracePeriodSeconds", TRUE },
  { "labels", FALSE },
  { "annotations", FALSE },
  { "ownerReferences", FALSE },
  { "finalizers", FALSE },
  { "managedFields", FALSE },
};

DdValue *
kube_metadata_compose (DdValue *object, const DdValue *system)
{
  const DdValue *own = dd_value_member (object, "metadata");
  g_auto (DdBuilder) builder = dd_builder_object ();
  DdValue *composed;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const DdValue *source = members[i].system ? system : own;

      dd_builder_set (&builder, members[i].name,
                      dd_value_ref (dd_value_member (source, members[i].name)));
    }
  composed = dd_value_with_member (object, "metadata", dd_builder_end (&builder));
  dd_value_unref (object);
  return composed;
}

/* Imitates: apiserver's rest.EnsureObjectNamespaceMatchesRequestNamespace. */
gboolean
kube_metadata_settle_namespace (const KubeKind *kind, const char *namespace_, DdValue **object,
                                GError **error)
{
  const char *own = dd_value_path_string (*object, "metadata.namespace");

  if (!kind->namespaced)
    {
      if (own != NULL)
        dd_value_set (object, "metadata.namespace", NULL);
      return TRUE;
    }
  if (own == NULL || own[0] == '\0')
    dd_value_set (object, "metadata.namespace", dd_string (namespace_));
  else if (strcmp (own, namespace_) != 0)
    {
      kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                      "the namespace of the provided object does not match the namespace sent on "
                      "the request");
      return FALSE;
    }
  return TRUE;
}

gsize
kube_count_finalizers (const DdValue *object)
{
  return dd_value_length (dd_value_at (object, "metadata", "finalizers", NULL));
}

gboolean
kube_is_terminating (const DdValue *object)
{
  return dd_value_at (object, "metadata", "deletionTimestamp", NULL) != NULL;
}

/* ---- conditions ---- */

static const DdValue *
find_condition (const DdValue *conditions, const char *type, gsize *out_position)
{
  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      *out_position = i;
      if (g_strcmp0 (dd_value_string (dd_value_member (condition, "type")), type) == 0)
        return condition;
    }
  *out_position = dd_value_length (conditions);
  return NULL;
}

static DdValue *
with_element_at (const DdValue *array, gsize position, DdValue *element)
{
  g_auto (DdBuilder) builder = dd_builder_array ();

  for (gsize i = 0; i < MAX (dd_value_length (array), position + 1); i++)
    dd_builder_add (&builder, i == position ? element : dd_value_ref (dd_value_element (array, i)));
  return dd_builder_end (&builder);
}

DdValue *
kube_with_condition (DdValue *object, const char *type, const char *status, const char *reason,
                     const char *message, gboolean probed, DdUsec now)
{
  const DdValue *conditions = dd_value_at (object, "status", "conditions", NULL);
  gsize position;
  const DdValue *old = find_condition (conditions, type, &position);
  DdValue *since = dd_value_ref (dd_value_member (old, "lastTransitionTime"));
  const DdValue *generation = dd_value_member (old, "observedGeneration");
  DdValue *condition, *changed;

  if (since == NULL || g_strcmp0 (dd_value_string (dd_value_member (old, "status")), status) != 0)
    {
      dd_value_unref (since);
      since = dd_string_take (dd_time_to_iso8601 (now));
    }
  condition = dd_object ("type", dd_string (type), "status", dd_string (status),
                         "observedGeneration", dd_value_ref (generation), "lastProbeTime",
                         probed ? dd_null () : NULL, "lastTransitionTime", since, "reason",
                         dd_string (reason), "message", dd_string (message), NULL);
  changed = dd_value_with (object, with_element_at (conditions, position, condition), "status",
                           "conditions", NULL);
  dd_value_unref (object);
  return changed;
}
