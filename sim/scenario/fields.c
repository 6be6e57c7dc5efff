/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/fields.c: one walk over what is written and the kind's table
 *
 * Imitates: kubectl create --validate=strict, which is its default: an unknown field is an error.
 */

#include "config.h"

#include "sim/scenario/fields.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "sim/kube/kinds/annotations.h"
#include "sim/kube/schema/structural.h"
#include "sim/kube/schema/quantity.h"
#include "sim/scenario/pattern.h"
#include "sim/scenario/schema.h"

typedef struct
{
  const KubeKind *kind;
  gboolean pattern; /* comparisons may stand for values */
  GPtrArray *mistakes;
} Walk;

static void note (const Walk *walk, const DdYaml *node, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
note (const Walk *walk, const DdYaml *node, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (walk->mistakes, dd_yaml_point (node->file, node->line, node->column, message));
}

/* ---- annotations of our own ---- */

static void
note_unknown_annotation (const Walk *walk, const DdYaml *key)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (const KubeAnnotation *row = kube_annotations; row->name != NULL; row++)
    g_ptr_array_add (names, (gpointer) row->name);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (key->text, (const char *const *) names->pdata);
  note (walk, key, "no annotation is called \"%s\"%s", key->text, hint);
}

static void
check_annotation_value (const Walk *walk, const KubeAnnotation *row, const DdYaml *value)
{
  g_autoptr (DdValue) amount = dd_string (value->text);
  gint64 milli = 0;
  DdUsec delay;
  int code;

  switch (row->type)
    {
    case KUBE_ANNOTATION_DURATION:
      if (!dd_duration_from_text (value->text, &delay))
        note (walk, value, "%s: \"%s\" is no duration; write 90s, 15m or 1h30m", row->name,
              value->text);
      break;
    case KUBE_ANNOTATION_AMOUNT:
      if (strcmp (value->text, KUBE_UNKNOWN_AMOUNT) != 0
          && (!kube_quantity_to_milli (amount, &milli) || milli < 0))
        note (walk, value, "%s: \"%s\" is no amount; write 250m, 1.5, 64Mi or unknown", row->name,
              value->text);
      break;
    case KUBE_ANNOTATION_CODE:
      if (!kube_exit_code_from_text (value->text, &code))
        note (walk, value, "%s: \"%s\" is no exit code; write \"0\" to \"255\"", row->name,
              value->text);
      break;
    case KUBE_ANNOTATION_FLAG:
      if (strcmp (value->text, "true") != 0 && strcmp (value->text, "false") != 0)
        note (walk, value, "%s is \"true\" or \"false\", not \"%s\"", row->name, value->text);
      break;
    }
}

static void
check_annotation (const Walk *walk, const DdYaml *key, const DdYaml *value)
{
  const KubeAnnotation *row = kube_annotations;

  if (!g_str_has_prefix (key->text, KUBE_DRYDOCK_PREFIX))
    return;
  while (row->name != NULL && strcmp (row->name, key->text) != 0)
    row++;
  if (row->name == NULL)
    note_unknown_annotation (walk, key);
  else if (value->text == NULL || walk->pattern)
    return; /* the kind's table, or whoever compares, says what that is worth */
  else
    check_annotation_value (walk, row, value);
}

/* ---- fields ---- */

static void walk_struct (const Walk *walk, const DdYaml *node, const KubeStruct *type,
                         const char *path);
static void walk_value (const Walk *walk, const DdYaml *node, KubeType type, const KubeField *field,
                        const char *path);

static const KubeField *
find_field (const KubeStruct *type, const char *name)
{
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    if (strcmp (field->name, name) == 0)
      return field;
  return NULL;
}

static void
note_unknown_field (const Walk *walk, const DdYaml *key, const KubeStruct *type, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (const KubeField *field = type->fields; field->name != NULL; field++)
    g_ptr_array_add (names, (gpointer) field->name);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (key->text, (const char *const *) names->pdata);
  note (walk, key, "unknown field \"%s%s%s\" in a %s%s", path, *path != '\0' ? "." : "", key->text,
        walk->kind->kind, hint);
}

/* DD_NULL: a scalar of whatever type; what is raw has none. */
static DdType
type_of (KubeType type)
{
  switch (type)
    {
    case KUBE_OBJECT:
    case KUBE_MAP:
      return DD_OBJECT;
    case KUBE_LIST:
      return DD_ARRAY;
    case KUBE_STRING:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_BYTES:
      return DD_STRING;
    case KUBE_INT:
      return DD_INT;
    case KUBE_NUMBER:
      return DD_DOUBLE;
    case KUBE_BOOL:
      return DD_BOOL;
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
    case KUBE_RAW:
      break;
    }
  return DD_NULL;
}

static const char *
name_of_type (DdType type)
{
  static const char *const names[]
      = { [DD_NULL] = "a single value", [DD_BOOL] = "true or false", [DD_INT] = "a whole number",
          [DD_DOUBLE] = "a number",     [DD_STRING] = "a text",      [DD_ARRAY] = "a list",
          [DD_OBJECT] = "a mapping" };

  return names[type];
}

/* A mapping with one key compares, or was meant to. */
static gboolean
check_type (const Walk *walk, const DdYaml *node, DdType type, const char *path)
{
  g_autofree char *hint = NULL;

  if ((walk->pattern || sim_pattern_comparison (node) == NULL)
      && sim_pattern_can_match (node, type))
    return TRUE;
  if (walk->pattern)
    {
      hint = sim_pattern_hint (node);
      note (walk, node, "%s is %s, which this cannot match%s", path, name_of_type (type), hint);
    }
  else
    note (walk, node, "%s must be %s, not %s", path, name_of_type (type),
          name_of_type (dd_value_type (node->value)));
  return FALSE;
}

/* TRUE when NODE is {at least: 2} or the like in place of a value. */
static gboolean
is_comparison (const Walk *walk, const DdYaml *node, KubeType type, const KubeField *field,
               const char *path)
{
  const char *comparison = walk->pattern ? sim_pattern_comparison (node) : NULL;

  if (g_strcmp0 (comparison, "is not") == 0)
    walk_value (walk, dd_yaml_element (node, 0), type, field, path);
  return comparison != NULL;
}

/* Where the kind's table has all the words, another one can be no value. */
static void
check_choice (const Walk *walk, const DdYaml *node, const KubeField *field, const char *path)
{
  const char *const *words = field->values != NULL ? field->values : field->words;
  g_autofree char *hint = NULL;
  g_autofree char *all = NULL;

  if (node->text == NULL || words == NULL || dd_value_string (node->value) == NULL
      || (walk->pattern && strchr (node->text, '*') != NULL) || g_strv_contains (words, node->text))
    return;
  hint = sim_did_you_mean (node->text, words);
  all = g_strjoinv (", ", (char **) words);
  note (walk, node, "%s cannot be \"%s\"%s; it is one of %s", path, node->text, hint, all);
}

static void
walk_map (const Walk *walk, const DdYaml *node, const KubeField *field, const char *path)
{
  for (guint i = 0; node->keys != NULL && i < node->keys->len; i++)
    {
      const DdYaml *key = g_ptr_array_index (node->keys, i);
      g_autofree char *below = g_strdup_printf ("%s.%s", path, key->text);

      if (strcmp (field->name, "annotations") == 0)
        check_annotation (walk, key, dd_yaml_element (node, i));
      walk_value (walk, dd_yaml_element (node, i), field->element, field, below);
    }
}

static void
walk_value (const Walk *walk, const DdYaml *node, KubeType type, const KubeField *field,
            const char *path)
{
  if ((type != KUBE_RAW && !check_type (walk, node, type_of (type), path))
      || is_comparison (walk, node, type, field, path))
    return;
  switch (type)
    {
    case KUBE_OBJECT:
      if (field->of != NULL)
        walk_struct (walk, node, field->of, path);
      break;
    case KUBE_MAP:
      walk_map (walk, node, field, path);
      break;
    case KUBE_LIST:
      for (guint i = 0; node->keys == NULL && i < dd_yaml_length (node); i++)
        walk_value (walk, dd_yaml_element (node, i), field->element, field, path);
      break;
    case KUBE_RAW:
      break;
    case KUBE_STRING:
      check_choice (walk, node, field, path);
      break;
    case KUBE_INT:
    case KUBE_BOOL:
    case KUBE_NUMBER:
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_BYTES:
      break;
    }
}

static gboolean
is_bool_instead (const KubeField *field, const DdYaml *node)
{
  return field->or_bool && dd_value_type (node->value) == DD_BOOL;
}

static void
walk_struct (const Walk *walk, const DdYaml *node, const KubeStruct *type, const char *path)
{
  for (guint i = 0; node->keys != NULL && i < node->keys->len; i++)
    {
      const DdYaml *key = g_ptr_array_index (node->keys, i);
      const KubeField *field = find_field (type, key->text);
      g_autofree char *below
          = *path != '\0' ? g_strdup_printf ("%s.%s", path, key->text) : g_strdup (key->text);

      if (field == NULL)
        note_unknown_field (walk, key, type, path);
      else if (!is_bool_instead (field, dd_yaml_element (node, i)))
        walk_value (walk, dd_yaml_element (node, i), field->type, field, below);
    }
}

/* What the schema of a custom resource does not know; its table knows metadata alone. */
static void
check_custom (const Walk *walk, const DdYaml *node)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  const DdYaml *metadata = dd_yaml_member (node, "metadata");

  if (metadata != NULL)
    walk_struct (walk, metadata, &kube_object_meta, "metadata");
  kube_structural_find_unknown (walk->kind->schema, node->value, problems);
  for (guint i = 0; i < problems->len; i++)
    note (walk, node, "%s in a %s", (const char *) g_ptr_array_index (problems, i),
          walk->kind->kind);
}

void
sim_fields_check (const DdYaml *node, const KubeKind *kind, GPtrArray *mistakes)
{
  const Walk walk = { .kind = kind, .mistakes = mistakes };

  if (kind->schema != NULL)
    {
      check_custom (&walk, node);
      return;
    }
  walk_struct (&walk, node, kind->type, "");
}

gboolean
sim_fields_check_pattern (const DdYaml *node, const KubeKind *kind, GError **error)
{
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  const Walk walk = { .kind = kind, .pattern = TRUE, .mistakes = mistakes };
  const DdYaml *metadata = dd_yaml_member (node, "metadata");

  if (kind->schema == NULL)
    walk_struct (&walk, node, kind->type, "");
  else if (metadata != NULL)
    walk_struct (&walk, metadata, &kube_object_meta, "metadata");
  return sim_fields_conclude (mistakes, error);
}

gboolean
sim_fields_conclude (const GPtrArray *mistakes, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < mistakes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            (const char *) g_ptr_array_index (mistakes, i));
  if (mistakes->len > 0)
    g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, text->str);
  return mistakes->len == 0;
}
