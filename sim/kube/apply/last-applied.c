/* SPDX-License-Identifier: Apache-2.0 */
/* From client-side to server-side apply, and back.
 *
 * Imitates: apimachinery's util/managedfields, the managers lastAppliedManager and
 * lastAppliedUpdater. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/last-applied.h"
#include "sim/kube/apply/typed.h"

#define KUBECTL "kubectl"
#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define MOST_ANNOTATION_BYTES (256 * 1024)

static const char *
last_applied_text (const DdValue *object)
{
  const char *text
      = dd_value_string (dd_value_at (object, "metadata", "annotations", LAST_APPLIED, NULL));

  return text != NULL && text[0] != '\0' ? text : NULL;
}

DdValue *
kube_last_applied_fields (const KubeWriter *writer, const DdValue *live)
{
  const KubeKind *kind = writer->kind;
  const char *text = last_applied_text (live);
  g_autofree char *api_version = kube_kind_api_version (writer->kind);
  g_autoptr (DdValue) last = NULL;
  g_autoptr (DdValue) fields = NULL;
  g_autoptr (DdValue) unchanged = NULL;
  g_autoptr (DdValue) known = NULL;
  g_auto (KubeComparison) since = { 0 };

  if (text == NULL || strcmp (kube_writer_manager (writer), KUBECTL) != 0)
    return NULL;
  last = dd_value_parse (text, strlen (text), NULL, NULL);
  if (last == NULL || g_strcmp0 (dd_value_path_string (last, "apiVersion"), api_version) != 0
      || !kube_typed_check (kind, last, NULL))
    return NULL;
  fields = kube_typed_fields (kind, last);
  kube_typed_compare (kind, last, live, &since);
  unchanged = kube_field_set_difference (fields, since.modified);
  known = kube_field_set_difference (unchanged, since.added);
  return kube_field_set_difference (known, since.removed);
}

/* CONFIG as kubectl notes it: sorted, without the note itself, with Go's care for HTML. */
static char *
last_applied_of (const DdValue *config)
{
  g_autoptr (DdValue) bare
      = dd_value_at (config, "metadata", "annotations", LAST_APPLIED, NULL) != NULL
            ? dd_value_with (config, NULL, "metadata", "annotations", LAST_APPLIED, NULL)
            : dd_value_ref (config);
  g_autoptr (DdValue) ordered = kube_sorted (bare);
  GString *text = g_string_new (NULL);

  dd_value_write (ordered, text);
  g_string_replace (text, "&", "\\u0026", 0);
  g_string_replace (text, "<", "\\u003c", 0);
  g_string_replace (text, ">", "\\u003e", 0);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

static gsize
annotation_bytes (const DdValue *object)
{
  const DdValue *annotations = dd_value_at (object, "metadata", "annotations", NULL);
  gsize bytes = 0;

  for (gsize i = 0; i < dd_value_length (annotations); i++)
    {
      const char *text = dd_value_string (dd_value_nth (annotations, i));

      bytes += strlen (dd_value_key (annotations, i)) + (text != NULL ? strlen (text) : 0);
    }
  return bytes;
}

DdValue *
kube_last_applied_keep (const KubeWriter *writer, const DdValue *config, DdValue *object)
{
  g_autoptr (DdValue) taken = object;
  g_autofree char *text = NULL;
  g_autoptr (DdValue) noted = NULL;

  if (strcmp (kube_writer_manager (writer), KUBECTL) != 0 || last_applied_text (taken) == NULL)
    return g_steal_pointer (&taken);
  text = last_applied_of (config);
  noted = dd_value_with (taken, dd_string (text), "metadata", "annotations", LAST_APPLIED, NULL);
  if (annotation_bytes (noted) <= MOST_ANNOTATION_BYTES)
    return g_steal_pointer (&noted);
  return dd_value_with (taken, NULL, "metadata", "annotations", LAST_APPLIED, NULL);
}
