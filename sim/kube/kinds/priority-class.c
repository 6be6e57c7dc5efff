/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/priority-class.c: the PriorityClass table, and what a new pod gets from it */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/priority-class.h"
#include "sim/kube/kinds/structs.h"

#define MOST_FOR_USERS 1000000000
#define SYSTEM_PREFIX "system-"

/* Imitates: Kubernetes, Guaranteed Scheduling For Critical Add-On Pods. */
static const struct
{
  const char *name;
  gint64 value;
} system_classes[] = {
  { "system-cluster-critical", 2000000000 },
  { "system-node-critical", 2000001000 },
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { "value", KUBE_INT, 2, .required = TRUE, KUBE_DOC ("The priority that pods of this class get."),
    KUBE_ACTS },
  { "globalDefault", KUBE_BOOL, 3, KUBE_DOC ("True for the class of pods that name none."),
    KUBE_ACTS },
  { "description", KUBE_STRING, 4, KUBE_DOC ("When people are meant to use the class."),
    KUBE_INERT ("A note for people.") },
  { "preemptionPolicy", KUBE_STRING, 5, .pointer = TRUE, .fallback = "\"PreemptLowerPriority\"",
    .values = KUBE_VALUES ("Never", "PreemptLowerPriority"),
    KUBE_DOC ("Whether its pods may push others off a node."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.scheduling.v1.PriorityClass",
  "How much pods matter against each other, by a name.",
  fields,
};

/* Unset is false, as a boolean. */
static DdValue *
default_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_bool (dd_value_path_bool (object->value, "globalDefault", FALSE));
}

/* Imitates: kubectl get priorityclasses. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Value", "integer", .path = "value" },
  { "Global-Default", "boolean", .path = "globalDefault", .cell = default_cell },
  KUBE_AGE_COLUMN,
  { "PreemptionPolicy", "string", .path = "preemptionPolicy" },
  { NULL },
};

/* ---- its rules ---- */

/* Imitates: pkg/apis/scheduling/v1, IsKnownSystemPriorityClass. NULL: it is one; else why not. */
static char *
why_no_system_class (const DdValue *object)
{
  const char *name = dd_value_path_string (object, "metadata.name");
  gint64 value = dd_value_path_int (object, "value", 0);

  for (guint i = 0; i < G_N_ELEMENTS (system_classes); i++)
    {
      if (strcmp (name, system_classes[i].name) != 0)
        continue;
      if (value != system_classes[i].value)
        return g_strdup_printf ("value of %s PriorityClass must be %" G_GINT64_FORMAT, name,
                                system_classes[i].value);
      if (dd_value_path_bool (object, "globalDefault", FALSE))
        return g_strdup_printf ("globalDefault of %s PriorityClass must be false", name);
      return NULL;
    }
  return g_strdup_printf ("%s is not a known system priority class", name);
}

static void
validate_new (const DdValue *object, KubeCauses *causes)
{
  const char *name = dd_value_path_string (object, "metadata.name");
  g_autofree char *why = NULL;

  if (name != NULL && g_str_has_prefix (name, SYSTEM_PREFIX))
    {
      why = why_no_system_class (object);
      if (why != NULL)
        kube_causes_add (causes, "FieldValueForbidden", "metadata.name",
                         "Forbidden: priority class names with '" SYSTEM_PREFIX
                         "' prefix are reserved for system use only. error: %s",
                         why);
    }
  else if (dd_value_path_int (object, "value", 0) > MOST_FOR_USERS)
    kube_causes_add (causes, "FieldValueForbidden", "value",
                     "Forbidden: maximum allowed value of a user defined priority is %d",
                     MOST_FOR_USERS);
}

/* Imitates: pkg/apis/scheduling/validation. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const char *policy = dd_value_path_string (object, "preemptionPolicy");

  if (old == NULL)
    {
      validate_new (object, causes);
      return;
    }
  if (dd_value_path_int (old, "value", 0) != dd_value_path_int (object, "value", 0))
    kube_causes_add (causes, "FieldValueForbidden", "value",
                     "Forbidden: may not be changed in an update.");
  if (g_strcmp0 (dd_value_path_string (old, "preemptionPolicy"), policy) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "preemptionPolicy",
                     "Invalid value: \"%s\": field is immutable", policy);
}

/* Of several the least valuable one. */
static const SimObject *
default_class (KubeApi *api)
{
  g_autoptr (GPtrArray) all = sim_store_list (api->store, &kube_priority_class, NULL);
  const SimObject *least = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      const SimObject *class = g_ptr_array_index (all, i);

      if (dd_value_path_bool (class->value, "globalDefault", FALSE)
          && (least == NULL
              || dd_value_path_int (class->value, "value", 0)
                     < dd_value_path_int (least->value, "value", 0)))
        least = class;
    }
  return least != NULL ? sim_store_get (api->store, &kube_priority_class, "", least->name) : NULL;
}

/* Imitates: plugin/pkg/admission/priority, validatePriorityClass. */
static gboolean
admit_class (KubeApi *api, const SimObject *old, const DdValue *object, GError **error)
{
  const SimObject *present
      = dd_value_path_bool (object, "globalDefault", FALSE) ? default_class (api) : NULL;
  const char *name = dd_value_path_string (object, "metadata.name");

  if (present == NULL || (old != NULL && strcmp (present->name, old->name) == 0))
    return TRUE;
  return kube_set_forbidden (
      error, &kube_priority_class, name != NULL ? name : "",
      "PriorityClass %s is already marked as default. Only one default can exist", present->name);
}

static gboolean
prepare_create (KubeApi *api, DdValue **object, GError **error)
{
  return admit_class (api, NULL, *object, error);
}

static gboolean
prepare_update (KubeApi *api, const SimObject *old, DdValue **object, GError **error)
{
  return admit_class (api, old, *object, error);
}

static gboolean
prepare_delete (KubeApi *api G_GNUC_UNUSED, const SimObject *object, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (system_classes); i++)
    if (strcmp (object->name, system_classes[i].name) == 0)
      return kube_set_forbidden (error, object->kind, object->name,
                                 "this is a system priority class and cannot be deleted");
  return TRUE;
}

/* ---- what a pod gets ---- */

static const char *
name_of (const DdValue *pod)
{
  const char *name = dd_value_path_string (pod, "metadata.name");

  return name != NULL ? name : "";
}

/* FALSE: the pod names a class that is not there. *OUT_CLASS NULL: none is named, and none is the
 * default. */
static gboolean
find_class (KubeApi *api, const DdValue *pod, const SimObject **out_class, GError **error)
{
  const char *name = dd_value_path_string (pod, "spec.priorityClassName");

  if (name == NULL || name[0] == '\0')
    {
      *out_class = default_class (api);
      return TRUE;
    }
  *out_class = sim_store_get (api->store, &kube_priority_class, "", name);
  if (*out_class != NULL)
    return TRUE;
  return kube_set_forbidden (error, &kube_pod, name_of (pod),
                             "no PriorityClass with name %s was found", name);
}

gboolean
kube_priority_admit (KubeApi *api, DdValue **pod, GError **error)
{
  const DdValue *given = dd_value_path (*pod, "spec.priority");
  const char *own_policy = dd_value_path_string (*pod, "spec.preemptionPolicy");
  const SimObject *class = NULL;
  const char *policy;
  gint64 priority;

  if (!find_class (api, *pod, &class, error))
    return FALSE;
  priority = class != NULL ? dd_value_path_int (class->value, "value", 0) : 0;
  policy = class != NULL ? dd_value_path_string (class->value, "preemptionPolicy") : NULL;
  policy = policy != NULL ? policy : "PreemptLowerPriority";
  if (given != NULL && dd_value_int (given, 0) != priority)
    return kube_set_forbidden (error, &kube_pod, name_of (*pod),
                               "the integer value of priority (%" G_GINT64_FORMAT
                               ") must not be provided in pod spec; priority admission controller "
                               "computed %" G_GINT64_FORMAT " from the given PriorityClass name",
                               dd_value_int (given, 0), priority);
  if (own_policy != NULL && strcmp (own_policy, policy) != 0)
    return kube_set_forbidden (error, &kube_pod, name_of (*pod),
                               "the string value of PreemptionPolicy (%s) must not be provided in "
                               "pod spec; priority admission controller computed %s from the given "
                               "PriorityClass name",
                               own_policy, policy);
  if (class != NULL)
    dd_value_set (pod, "spec.priorityClassName", dd_string (class->name));
  dd_value_set (pod, "spec.priority", dd_int (priority));
  dd_value_set (pod, "spec.preemptionPolicy", dd_string (policy));
  return TRUE;
}

const KubeKind kube_priority_class = {
  .group = "scheduling.k8s.io",
  .version = "v1",
  .kind = "PriorityClass",
  .plural = "priorityclasses",
  .singular = "priorityclass",
  .short_names = KUBE_VALUES ("pc"),
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .prepare_delete = prepare_delete,
  .validate = validate,
  .initial = KUBE_VALUES (
      "{\"metadata\":{\"name\":\"system-cluster-critical\"},\"value\":2000000000,\"description\":"
      "\"Used for system critical pods that must run in the cluster, but can be moved to another "
      "node if necessary.\"}",
      "{\"metadata\":{\"name\":\"system-node-critical\"},\"value\":2000001000,\"description\":"
      "\"Used for system critical pods that must not be moved from their current node.\"}"),
};
