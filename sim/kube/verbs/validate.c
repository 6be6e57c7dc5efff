/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that must hold before an object is written.
 *
 * Three sources of causes: the metadata that every kind has, the kind's table, and the kind's own
 * function for what a table cannot say. The last two are merged in the order of the table, since
 * the real validation walks an object in that order.
 *
 * Imitates: apimachinery's api/validation, ValidateObjectMeta and ValidateObjectMetaUpdate. */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/causes.h"
#include "sim/kube/names.h"
#include "sim/kube/verbs/rules.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/schema/structural.h"

#define MAX_ANNOTATIONS_BYTES (256 * 1024)

static void
validate_name (const KubeKind *kind, const DdValue *metadata, KubeCauses *causes)
{
  const char *name = dd_value_string (dd_value_member (metadata, "name"));
  const char *problem;

  if (name == NULL || name[0] == '\0')
    {
      kube_causes_add (causes, "FieldValueRequired", "metadata.name",
                       "Required value: name or generateName is required");
      return;
    }
  problem = kube_name_check (kind->name_rule, name);
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", "metadata.name", "Invalid value: \"%s\": %s",
                     name, problem);
}

static void
validate_labels (const DdValue *labels, KubeCauses *causes)
{
  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      const char *key = dd_value_key (labels, i);
      const char *value = dd_value_string (dd_value_nth (labels, i));
      const char *problem = kube_name_check_qualified (key);

      if (problem != NULL)
        kube_causes_add (causes, "FieldValueInvalid", "metadata.labels",
                         "Invalid value: \"%s\": %s", key, problem);
      problem = kube_name_check_label_value (value);
      if (problem != NULL)
        kube_causes_add (causes, "FieldValueInvalid", "metadata.labels",
                         "Invalid value: \"%s\": %s", value, problem);
    }
}

/* Keys are compared in lower case, so annotation keys may be written in any. */
static void
validate_annotations (const DdValue *annotations, KubeCauses *causes)
{
  gsize size = 0;

  for (gsize i = 0; i < dd_value_length (annotations); i++)
    {
      const char *key = dd_value_key (annotations, i);
      g_autofree char *lower = g_ascii_strdown (key, -1);
      const char *problem = kube_name_check_qualified (lower);

      size += strlen (key) + strlen (dd_value_string (dd_value_nth (annotations, i)));
      if (problem != NULL)
        kube_causes_add (causes, "FieldValueInvalid", "metadata.annotations",
                         "Invalid value: \"%s\": %s", key, problem);
    }
  if (size > MAX_ANNOTATIONS_BYTES)
    kube_causes_add (causes, "FieldValueTooLong", "metadata.annotations",
                     "Too long: may not be more than %d bytes", MAX_ANNOTATIONS_BYTES);
}

static void
validate_owners (const DdValue *owners, KubeCauses *causes)
{
  const char *controller = NULL;

  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      const DdValue *owner = dd_value_element (owners, i);
      const char *name = dd_value_string (dd_value_member (owner, "name"));

      if (!dd_value_bool (dd_value_member (owner, "controller"), FALSE))
        continue;
      if (controller != NULL)
        {
          g_autofree char *text = dd_value_to_text (owners);

          kube_causes_add (causes, "FieldValueInvalid", "metadata.ownerReferences",
                           "Invalid value: %s: Only one reference can have Controller set to "
                           "true. Found \"true\" in references for %s and %s",
                           text, controller, name);
          return;
        }
      controller = name != NULL ? name : "";
    }
}

static void
validate_finalizers (const DdValue *finalizers, KubeCauses *causes)
{
  static const char *const standard[] = { "kubernetes", "orphan", "foregroundDeletion", NULL };

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    {
      const char *name = dd_value_string (dd_value_element (finalizers, i));
      const char *problem = kube_name_check_qualified (name);

      if (problem == NULL && strchr (name, '/') == NULL && !g_strv_contains (standard, name))
        problem = "name is neither a standard finalizer name nor is it fully qualified";
      if (problem != NULL)
        kube_causes_add (causes, "FieldValueInvalid", "metadata.finalizers",
                         "Invalid value: \"%s\": %s", name, problem);
    }
}

static gboolean
contains (const DdValue *array, const DdValue *element)
{
  for (gsize i = 0; i < dd_value_length (array); i++)
    if (dd_value_equal (dd_value_element (array, i), element))
      return TRUE;
  return FALSE;
}

static void
validate_new_finalizers (const DdValue *old, const DdValue *metadata, KubeCauses *causes)
{
  const DdValue *before = dd_value_member (old, "finalizers");
  const DdValue *after = dd_value_member (metadata, "finalizers");
  g_autoptr (GString) added = g_string_new (NULL);

  if (dd_value_member (old, "deletionTimestamp") == NULL)
    return;
  for (gsize i = 0; i < dd_value_length (after); i++)
    if (!contains (before, dd_value_element (after, i)))
      g_string_append_printf (added, "%s\"%s\"", added->len > 0 ? ", " : "",
                              dd_value_string (dd_value_element (after, i)));
  if (added->len > 0)
    kube_causes_add (causes, "FieldValueForbidden", "metadata.finalizers",
                     "Forbidden: no new finalizers can be added if the object is being deleted, "
                     "found new finalizers []string{%s}",
                     added->str);
}

static void
validate_metadata (const KubeKind *kind, const DdValue *old, const DdValue *metadata,
                   KubeCauses *causes)
{
  if (metadata == old)
    return;
  if (old == NULL)
    validate_name (kind, metadata, causes);
  validate_labels (dd_value_member (metadata, "labels"), causes);
  validate_annotations (dd_value_member (metadata, "annotations"), causes);
  validate_owners (dd_value_member (metadata, "ownerReferences"), causes);
  validate_finalizers (dd_value_member (metadata, "finalizers"), causes);
  if (old != NULL)
    validate_new_finalizers (old, metadata, causes);
}

gboolean
kube_validate (const KubeKind *kind, const DdValue *old, const DdValue *object, GError **error)
{
  g_autoptr (KubeCauses) causes = kube_causes_new ();
  g_autoptr (KubeCauses) table = kube_causes_new ();
  g_autoptr (KubeCauses) own = kube_causes_new ();
  const char *name = dd_value_path_string (object, "metadata.name");

  validate_metadata (kind, dd_value_member (old, "metadata"), dd_value_member (object, "metadata"),
                     causes);
  if (kind->schema != NULL)
    {
      kube_structural_validate (kind->schema, (kind->flags & KUBE_RATCHETS) ? old : NULL, object,
                                causes);
      return kube_causes_check (causes, kind->group, kind->kind, name != NULL ? name : "", error);
    }
  kube_schema_validate (kind, old, object, table);
  if (kind->validate != NULL)
    kind->validate (old, object, own);
  kube_causes_merge (causes, kind->type, table, own);
  return kube_causes_check (causes, kind->group, kind->kind, name != NULL ? name : "", error);
}
