/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-validate.c: what a table cannot say of a pod
 *
 * Imitates: Kubernetes' pkg/apis/core/validation: names and images of containers, requests within
 * limits, and the few fields of a pod's spec that an update may change. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/schema/quantity.h"

static void
validate_label (const char *name, const char *field, KubeCauses *causes)
{
  const char *problem;

  if (name == NULL || name[0] == '\0')
    return; /* a missing name is the table's business */
  problem = kube_name_check (KUBE_NAME_LABEL, name);
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", name,
                     problem);
}

static void
validate_requests (const DdValue *container, const char *field, KubeCauses *causes)
{
  const DdValue *requests = dd_value_path (container, "resources.requests");
  g_autofree char *place = g_strconcat (field, ".resources.requests", NULL);

  for (gsize i = 0; i < dd_value_length (requests); i++)
    {
      const char *resource = dd_value_key (requests, i);
      const DdValue *limit = dd_value_at (container, "resources", "limits", resource, NULL);
      const DdValue *request = dd_value_nth (requests, i);
      gint64 wanted, allowed;

      if (limit == NULL || !kube_quantity_to_milli (request, &wanted)
          || !kube_quantity_to_milli (limit, &allowed) || wanted <= allowed)
        continue;
      kube_causes_add (causes, "FieldValueInvalid", place,
                       "Invalid value: \"%s\": must be less than or equal to %s limit of %s",
                       dd_value_string (request), resource, dd_value_string (limit));
    }
}

/* Imitates: IsStandardContainerResourceName of pkg/apis/core/helper. */
static gboolean
is_standard_resource (const char *name)
{
  static const char *const names[] = { "cpu", "memory", "ephemeral-storage", NULL };

  return g_strv_contains (names, name) || g_str_has_prefix (name, "hugepages-");
}

/* A name without a domain is one of Kubernetes' own: `cup` asks for nothing that a node has.
 * Imitates: validateContainerResourceName, which says the same twice. */
static void
validate_resource_names (const DdValue *container, const char *list, const char *field,
                         KubeCauses *causes)
{
  const DdValue *amounts = dd_value_at (container, "resources", list, NULL);

  for (gsize i = 0; i < dd_value_length (amounts); i++)
    {
      const char *name = dd_value_key (amounts, i);
      g_autofree char *place = g_strdup_printf ("%s.resources.%s[%s]", field, list, name);

      if (strchr (name, '/') != NULL || is_standard_resource (name))
        continue;
      kube_causes_add (causes, "FieldValueInvalid", place,
                       "Invalid value: \"%s\": must be a standard resource type or fully qualified",
                       name);
      kube_causes_add (causes, "FieldValueInvalid", place,
                       "Invalid value: \"%s\": must be a standard resource for containers", name);
    }
}

/* Imitates: validateHandler: one way to act, in this order. */
static void
validate_handler (const DdValue *handler, const char *place, KubeCauses *causes)
{
  static const char *const ways[] = { "exec", "httpGet", "tcpSocket", "grpc", "sleep" };
  guint met = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *way = g_strconcat (place, ".", ways[i], NULL);

      if (dd_value_member (handler, ways[i]) != NULL && met++ > 0)
        kube_causes_add (causes, "FieldValueForbidden", way,
                         "Forbidden: may not specify more than 1 handler type");
    }
  if (met == 0)
    kube_causes_add (causes, "FieldValueRequired", place,
                     "Required value: must specify a handler type");
}

/* Imitates: validateProbe. */
static void
validate_probe (const DdValue *probe, const char *place, KubeCauses *causes)
{
  static const char *const numbers[] = { "initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                                         "successThreshold", "failureThreshold" };

  validate_handler (probe, place, causes);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 number = dd_value_path_int (probe, numbers[i], 0);
      g_autofree char *field = g_strconcat (place, ".", numbers[i], NULL);

      if (number < 0)
        kube_causes_add (causes, "FieldValueInvalid", field,
                         "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                         number);
    }
}

static void
validate_programs (const DdValue *container, const char *field, KubeCauses *causes)
{
  static const char *const probes[] = { "livenessProbe", "readinessProbe", "startupProbe" };
  static const char *const hooks[] = { "postStart", "preStop" };

  for (guint i = 0; i < G_N_ELEMENTS (hooks); i++)
    {
      const DdValue *hook = dd_value_at (container, "lifecycle", hooks[i], NULL);
      g_autofree char *place = g_strconcat (field, ".lifecycle.", hooks[i], NULL);

      if (hook != NULL)
        validate_handler (hook, place, causes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      const DdValue *probe = dd_value_member (container, probes[i]);
      g_autofree char *place = g_strconcat (field, ".", probes[i], NULL);

      if (probe != NULL)
        validate_probe (probe, place, causes);
    }
}

static void
validate_ports (const DdValue *container, const char *field, KubeCauses *causes)
{
  const DdValue *ports = dd_value_member (container, "ports");

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      const DdValue *port = dd_value_member (dd_value_element (ports, i), "containerPort");
      gint64 number = dd_value_int (port, 0);
      g_autofree char *place
          = g_strdup_printf ("%s.ports[%" G_GSIZE_FORMAT "].containerPort", field, i);

      if (port != NULL && (number < 1 || number > 65535))
        kube_causes_add (
            causes, "FieldValueInvalid", place,
            "Invalid value: %" G_GINT64_FORMAT ": must be between 1 and 65535, inclusive", number);
    }
}

static void
validate_mounts (const DdValue *container, const DdValue *volumes, const char *field,
                 KubeCauses *causes)
{
  const DdValue *mounts = dd_value_member (container, "volumeMounts");

  for (gsize i = 0; i < dd_value_length (mounts); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (mounts, i), "name");
      g_autofree char *place
          = g_strdup_printf ("%s.volumeMounts[%" G_GSIZE_FORMAT "].name", field, i);
      gboolean found = FALSE;

      for (gsize v = 0; v < dd_value_length (volumes) && !found; v++)
        found = g_strcmp0 (dd_value_path_string (dd_value_element (volumes, v), "name"), name) == 0;
      if (!found && name != NULL)
        kube_causes_add (causes, "FieldValueNotFound", place, "Not found: \"%s\"", name);
    }
}

static void
validate_container (const DdValue *container, const DdValue *volumes, const char *field,
                    KubeCauses *causes)
{
  const char *image = dd_value_path_string (container, "image");
  g_autofree char *name_field = g_strconcat (field, ".name", NULL);
  g_autofree char *image_field = g_strconcat (field, ".image", NULL);

  validate_label (dd_value_path_string (container, "name"), name_field, causes);
  if (image == NULL || image[0] == '\0')
    kube_causes_add (causes, "FieldValueRequired", image_field, "Required value");
  validate_ports (container, field, causes);
  validate_mounts (container, volumes, field, causes);
  validate_resource_names (container, "limits", field, causes);
  validate_resource_names (container, "requests", field, causes);
  validate_requests (container, field, causes);
  validate_programs (container, field, causes);
}

static void
validate_containers (const DdValue *spec, const char *list, const char *field, KubeCauses *causes)
{
  const DdValue *containers = dd_value_member (spec, list);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      const char *name = dd_value_path_string (container, "name");
      g_autofree char *place = g_strdup_printf ("%s.%s[%" G_GSIZE_FORMAT "]", field, list, i);
      g_autofree char *name_field = g_strconcat (place, ".name", NULL);

      validate_container (container, dd_value_member (spec, "volumes"), place, causes);
      if (name != NULL && !g_hash_table_add (names, (gpointer) name))
        kube_causes_add (causes, "FieldValueDuplicate", name_field, "Duplicate value: \"%s\"",
                         name);
    }
}

static void
validate_volumes (const DdValue *spec, const char *field, KubeCauses *causes)
{
  const DdValue *volumes = dd_value_member (spec, "volumes");

  for (gsize i = 0; i < dd_value_length (volumes); i++)
    {
      const DdValue *volume = dd_value_element (volumes, i);
      g_autofree char *place = g_strdup_printf ("%s.volumes[%" G_GSIZE_FORMAT "]", field, i);
      g_autofree char *name_field = g_strconcat (place, ".name", NULL);

      validate_label (dd_value_path_string (volume, "name"), name_field, causes);
    }
}

void
kube_pod_spec_validate (const DdValue *spec, const char *field, KubeCauses *causes)
{
  validate_volumes (spec, field, causes);
  validate_containers (spec, "initContainers", field, causes);
  validate_containers (spec, "containers", field, causes);
}

/* ---- updates ---- */

/* SPEC with what an update may change taken from OLD, so that any difference left is forbidden. */
static DdValue *
with_images_of (const DdValue *spec, const DdValue *old, const char *list)
{
  const DdValue *containers = dd_value_member (spec, list);
  const DdValue *before = dd_value_member (old, list);
  g_auto (DdBuilder) same = dd_builder_array ();

  if (dd_value_length (containers) != dd_value_length (before) || containers == before)
    return dd_value_ref (spec);
  for (gsize i = 0; i < dd_value_length (containers); i++)
    dd_builder_add (&same, dd_value_with_member (dd_value_element (containers, i), "image",
                                                 dd_value_ref (dd_value_member (
                                                     dd_value_element (before, i), "image"))));
  return dd_value_with_member (spec, list, dd_builder_end (&same));
}

/* Tolerations may only be added. */
static gboolean
keeps_tolerations (const DdValue *old, const DdValue *now)
{
  for (gsize i = 0; i < dd_value_length (old); i++)
    {
      gboolean found = FALSE;

      for (gsize j = 0; j < dd_value_length (now) && !found; j++)
        found = dd_value_equal (dd_value_element (old, i), dd_value_element (now, j));
      if (!found)
        return FALSE;
    }
  return TRUE;
}

static DdValue *
neutral_spec (const DdValue *spec, const DdValue *old)
{
  static const char *const free_members[]
      = { "activeDeadlineSeconds", "tolerations", "ephemeralContainers", "schedulingGates" };
  g_autoptr (DdValue) first = with_images_of (spec, old, "initContainers");
  DdValue *neutral = with_images_of (first, old, "containers");

  for (guint i = 0; i < G_N_ELEMENTS (free_members); i++)
    dd_value_set (&neutral, free_members[i], dd_value_ref (dd_value_member (old, free_members[i])));
  if (dd_value_path_int (old, "terminationGracePeriodSeconds", 0) < 0
      && dd_value_path_int (spec, "terminationGracePeriodSeconds", 0) == 1)
    dd_value_set (&neutral, "terminationGracePeriodSeconds",
                  dd_value_ref (dd_value_member (old, "terminationGracePeriodSeconds")));
  return neutral;
}

static void
validate_update (const DdValue *old, const DdValue *spec, KubeCauses *causes)
{
  g_autoptr (DdValue) neutral = neutral_spec (spec, old);

  if (dd_value_equal (neutral, old)
      && keeps_tolerations (dd_value_member (old, "tolerations"),
                            dd_value_member (spec, "tolerations")))
    return;
  kube_causes_add (causes, "FieldValueForbidden", "spec",
                   "Forbidden: pod updates may not change fields other than "
                   "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                   "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
                   "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if "
                   "it was previously negative)");
}

void
kube_pod_validate (const DdValue *old, const DdValue *pod, KubeCauses *causes)
{
  const DdValue *spec = dd_value_member (pod, "spec");
  const DdValue *before = dd_value_member (old, "spec");

  kube_pod_spec_validate (spec, "spec", causes);
  if (before != NULL && before != spec)
    validate_update (before, spec, causes);
}
