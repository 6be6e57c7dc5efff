/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as Tables: what kubectl prints is made here, on the server, from each kind's columns.
 *
 * Imitates: Kubernetes API Concepts, Receiving resources as Tables. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/json-path.h"
#include "sim/kube/serve/reply.h"
#include "sim/kube/serve/table.h"
#include "sim/kube/verbs/age.h"

/* ---- columns ---- */

const KubeField *
kube_struct_field (const KubeStruct *type, const char *path)
{
  const KubeField *found = NULL;

  while (type != NULL && path != NULL)
    {
      gsize length = strcspn (path, ".");

      for (found = type->fields; found->name != NULL; found++)
        if (strlen (found->name) == length && strncmp (found->name, path, length) == 0)
          break;
      if (found->name == NULL)
        return NULL;
      path = path[length] == '.' ? path + length + 1 : NULL;
      type = found->of;
    }
  return path == NULL ? found : NULL;
}

static gboolean
is_shown (const KubeApi *api, const KubeColumn *column)
{
  return (column->since == 0 || api->minor >= column->since)
         && (column->until == 0 || api->minor <= column->until);
}

static const char *
description_of (const KubeKind *kind, const KubeColumn *column)
{
  const KubeField *field;

  if (column->description != NULL || column->path == NULL)
    return column->description;
  field = kube_struct_field (kind->type, column->path);
  return field != NULL ? field->description : NULL;
}

static DdValue *
column_definitions (const KubeApi *api, const KubeKind *kind)
{
  g_auto (DdBuilder) definitions = dd_builder_array ();

  for (const KubeColumn *column = kind->columns; column->name != NULL; column++)
    {
      const char *description = description_of (kind, column);

      if (is_shown (api, column))
        dd_builder_add (
            &definitions,
            dd_object ("name", dd_string (column->name), "type", dd_string (column->type), "format",
                       dd_string (column->format != NULL ? column->format : ""), "description",
                       dd_string (description != NULL ? description : ""), "priority",
                       dd_int (column->priority), NULL));
    }
  return dd_builder_end (&definitions);
}

/* ---- cells ---- */

static gboolean
is_blank (const DdValue *value)
{
  const char *text = dd_value_string (value);

  return value == NULL || dd_value_type (value) == DD_NULL || (text != NULL && text[0] == '\0');
}

/* What stands at the column's path, in the way its field's type is printed. */
static DdValue *
path_cell (KubeApi *api, const KubeColumn *column, const SimObject *object)
{
  const KubeField *field = kube_struct_field (object->kind->type, column->path);
  const DdValue *value = dd_value_path (object->value, column->path);
  KubeType type = field != NULL ? field->type : KUBE_STRING;

  if (type == KUBE_TIME || type == KUBE_MICRO_TIME)
    return dd_string_take (kube_age_text (api, value));
  if (is_blank (value) && column->absent != NULL)
    return dd_string (column->absent);
  if (is_blank (value))
    return type == KUBE_INT ? dd_int (0) : dd_string ("");
  if (type == KUBE_INT_OR_STRING && dd_value_type (value) != DD_STRING)
    return dd_string_take (dd_value_to_text (value));
  return dd_value_ref (value);
}

static char *
date_text (KubeApi *api, const DdValue *value)
{
  DdUsec instant;

  if (!dd_time_from_iso8601 (dd_value_string (value), &instant))
    return g_strdup ("<invalid>");
  return kube_age_text (api, value);
}

/* What a column of a custom resource shows of VALUE; NULL: nothing. Imitates:
 * apiextensions-apiserver's registry/customresource/tableconvertor. */
static DdValue *
custom_cell (KubeApi *api, const char *type, const DdValue *value)
{
  DdType its = dd_value_type (value);
  gboolean number = its == DD_INT || its == DD_DOUBLE;

  if (its == DD_NULL)
    return NULL;
  if (strcmp (type, "date") == 0)
    return its == DD_STRING ? dd_string_take (date_text (api, value)) : NULL;
  if (strcmp (type, "integer") == 0)
    return number ? dd_int ((gint64) dd_value_double (value, 0)) : NULL;
  if (strcmp (type, "number") == 0)
    return number ? dd_value_ref (value) : NULL;
  if (strcmp (type, "boolean") == 0)
    return its == DD_BOOL ? dd_value_ref (value) : NULL;
  return its == DD_STRING ? dd_value_ref (value) : dd_string_take (dd_value_to_text (value));
}

static DdValue *
json_path_cell (KubeApi *api, const KubeColumn *column, const SimObject *object)
{
  g_autoptr (GPtrArray) found = kube_json_path_find (object->value, column->json_path);
  DdValue *cell = found != NULL && found->len > 0
                      ? custom_cell (api, column->type, g_ptr_array_index (found, 0))
                      : NULL;

  return cell != NULL ? cell : dd_null ();
}

static DdValue *
cell_of (KubeApi *api, const KubeColumn *column, const SimObject *object)
{
  if (column->cell != NULL)
    return column->cell (api, object);
  return column->json_path != NULL ? json_path_cell (api, column, object)
                                   : path_cell (api, column, object);
}

static DdValue *
row_cells (KubeApi *api, const SimObject *object)
{
  g_auto (DdBuilder) cells = dd_builder_array ();

  for (const KubeColumn *column = object->kind->columns; column->name != NULL; column++)
    if (is_shown (api, column))
      dd_builder_add (&cells, cell_of (api, column, object));
  return dd_builder_end (&cells);
}

DdValue *
kube_partial_metadata (const SimObject *object, const char *version)
{
  return dd_object ("kind", dd_string ("PartialObjectMetadata"), "apiVersion",
                    dd_string_printf ("meta.k8s.io/%s", version), "metadata",
                    dd_value_ref (dd_value_member (object->value, "metadata")), NULL);
}

/* ---- rows and tables ---- */

/* A real server prints its own form of an object, whichever version is asked for. */
static const KubeKind *
printed_kind (const KubeKind *kind)
{
  return kind->to_stored != NULL ? kube_kind_stored (kind) : kind;
}

static SimObject *
as_printed (SimObject *object)
{
  const KubeKind *kind = object->kind;

  return kind->to_stored != NULL ? sim_object_new (
             printed_kind (kind), kind->to_stored (object->value), object->revision)
                                 : sim_object_ref (object);
}

static const char *
included_object (const KubeRequest *request)
{
  const char *include = kube_request_query (request, "includeObject");

  return include != NULL && include[0] != '\0' ? include : "Metadata";
}

gboolean
kube_table_check (const KubeRequest *request, GError **error)
{
  const char *include = included_object (request);

  if (request->shape != KUBE_SHAPE_TABLE || strcmp (include, "Metadata") == 0
      || strcmp (include, "Object") == 0 || strcmp (include, "None") == 0)
    return TRUE;
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST, "unrecognized includeObject value: \"%s\"",
               include);
  return FALSE;
}

static DdValue *
row_object (const KubeRequest *request, const SimObject *object)
{
  const char *include = included_object (request);

  if (strcmp (include, "None") == 0)
    return NULL;
  if (strcmp (include, "Object") == 0)
    return kube_object_to_value (object);
  return kube_partial_metadata (object, request->shape_version);
}

static DdValue *
table_row (const KubeRequest *request, SimObject *stored)
{
  g_autoptr (SimObject) object = sim_object_as (stored, request->kind);
  g_autoptr (SimObject) printed = as_printed (object);
  const KubeKind *kind = printed->kind;

  return dd_object ("cells", row_cells (request->api, printed), "conditions",
                    kind->row_conditions != NULL ? kind->row_conditions (printed) : NULL, "object",
                    row_object (request, object), NULL);
}

DdValue *
kube_table_new (const KubeRequest *request, const GPtrArray *objects, DdValue *metadata,
                gboolean with_columns)
{
  g_auto (DdBuilder) rows = dd_builder_array ();

  for (guint i = 0; i < objects->len; i++)
    dd_builder_add (&rows, table_row (request, objects->pdata[i]));
  return dd_object ("kind", dd_string ("Table"), "apiVersion",
                    dd_string_printf ("meta.k8s.io/%s", request->shape_version), "metadata",
                    metadata, "columnDefinitions",
                    with_columns ? column_definitions (request->api, printed_kind (request->kind))
                                 : dd_null (),
                    "rows", dd_builder_end (&rows), NULL);
}

DdValue *
kube_table_of_object (const KubeRequest *request, SimObject *object)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  const DdValue *revision = dd_value_path (object->value, "metadata.resourceVersion");

  g_ptr_array_add (one, object);
  return kube_table_new (request, one, dd_object ("resourceVersion", dd_value_ref (revision), NULL),
                         TRUE);
}
