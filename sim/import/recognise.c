/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/recognise.c: which of kubectl's lists and the aws CLI's answers a document is
 *
 * Files are known by what they hold, whatever they are called. What stands twice, as where two
 * files overlap, is taken once. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "base/yaml.h"
#include "sim/import/private.h"

/* A dump of JSON is as large as the cluster; this is one of some ten thousand pods. */
static const DdJsonLimits limits = { .max_bytes = 256 * 1024 * 1024 };

static gboolean
is_list (const DdValue *value)
{
  return value != NULL && dd_value_type (value) == DD_ARRAY;
}

void
sim_import_tell (SimImport *self, SimImportTopic topic, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->told[topic], g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

DdUsec
sim_import_instant (const DdValue *object, const char *path, DdUsec fallback)
{
  const char *text = dd_value_path_string (object, path);
  DdUsec instant;

  return text != NULL && dd_time_from_iso8601 (text, &instant) ? instant : fallback;
}

/* ---- Kubernetes ---- */

/* The world begins when the last thing happened that the files know of. */
static void
note_time (SimImport *self, const DdValue *object)
{
  static const char *const paths[]
      = { "metadata.creationTimestamp", "status.startTime", "spec.renewTime" };
  const DdValue *conditions = dd_value_path (object, "status.conditions");

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    self->start = MAX (self->start, sim_import_instant (object, paths[i], 0));
  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      self->start = MAX (self->start, sim_import_instant (condition, "lastHeartbeatTime", 0));
      self->start = MAX (self->start, sim_import_instant (condition, "lastTransitionTime", 0));
    }
}

static void
take_node (SimImport *self, const DdValue *object)
{
  SimImportNode *node = sim_import_node_new (self, object);

  if (node == NULL)
    return;
  g_ptr_array_add (self->nodes, node);
  g_hash_table_insert (self->node_names, (gpointer) node->name, node);
}

static gboolean
take_object (SimImport *self, const char *name, const DdValue *object, GError **error)
{
  const char *version = dd_value_path_string (object, "apiVersion");
  const char *kind = dd_value_path_string (object, "kind");
  const char *namespace_ = dd_value_path_string (object, "metadata.namespace");
  const char *its = dd_value_path_string (object, "metadata.name");
  g_autofree char *key = NULL;

  if (version == NULL || kind == NULL || its == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: an object without apiVersion, kind or metadata.name", name);
      return FALSE;
    }
  note_time (self, object);
  key = g_strdup_printf ("%s %s/%s", kind, namespace_ != NULL ? namespace_ : "", its);
  if (g_hash_table_contains (self->seen, key))
    {
      sim_import_tell (self, SIM_IMPORT_LEFT_OUT, "%s: %s is there already", name, key);
      return TRUE;
    }
  g_hash_table_add (self->seen, g_steal_pointer (&key));
  if (strcmp (kind, "Node") == 0)
    take_node (self, object);
  else
    g_ptr_array_add (self->objects, dd_value_ref (object));
  return TRUE;
}

static gboolean
take_objects (SimImport *self, const char *name, const DdValue *items, GError **error)
{
  for (gsize i = 0; i < dd_value_length (items); i++)
    if (!take_object (self, name, dd_value_element (items, i), error))
      return FALSE;
  return TRUE;
}

/* ---- AWS ---- */

static void
take_all (GPtrArray *list, const DdValue *array)
{
  for (gsize i = 0; i < dd_value_length (array); i++)
    g_ptr_array_add (list, dd_value_ref (dd_value_element (array, i)));
}

static gboolean
take_answer (SimImport *self, const DdValue *document)
{
  const DdValue *nodegroup = dd_value_member (document, "nodegroup");
  const DdValue *groups = dd_value_member (document, "AutoScalingGroups");
  const DdValue *reservations = dd_value_member (document, "Reservations");
  const DdValue *subnets = dd_value_member (document, "Subnets");

  if (dd_value_path_string (nodegroup, "nodegroupName") != NULL)
    g_ptr_array_add (self->nodegroups, dd_value_ref (nodegroup));
  else if (is_list (groups))
    take_all (self->groups, groups);
  else if (is_list (subnets))
    take_all (self->subnets, subnets);
  else if (is_list (reservations))
    for (gsize i = 0; i < dd_value_length (reservations); i++)
      take_all (self->instances, dd_value_member (dd_value_element (reservations, i), "Instances"));
  else
    return FALSE;
  return TRUE;
}

gboolean
sim_import_recognise (SimImport *self, const char *name, const DdValue *document, GError **error)
{
  const char *kind = dd_value_path_string (document, "kind");
  const DdValue *items = dd_value_member (document, "items");

  if (kind != NULL && g_str_has_suffix (kind, "List") && is_list (items))
    return take_objects (self, name, items, error);
  if (kind != NULL)
    return take_object (self, name, document, error);
  if (take_answer (self, document))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s: neither objects as kubectl shows them nor an answer of the aws CLI to "
               "describe-nodegroup, describe-auto-scaling-groups, describe-instances or "
               "describe-subnets",
               name);
  return FALSE;
}

/* ---- texts ---- */

static gboolean
read_json (SimImport *self, const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (DdValue) document = dd_value_parse (text, length, &limits, &reason);

  if (document != NULL)
    return sim_import_recognise (self, name, document, error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", name, reason->message);
  return FALSE;
}

static gboolean
read_yaml (SimImport *self, const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (DdYamlFile) file = NULL;

  if (length > DD_YAML_MAX_BYTES)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: YAML of more than %d MiB; ask kubectl for -o json", name,
                   DD_YAML_MAX_BYTES / 1024 / 1024);
      return FALSE;
    }
  file = dd_yaml_parse_secret (name, text, length, error);
  if (file == NULL)
    return FALSE;
  if (file->documents->len == 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: nothing is in it", name);
      return FALSE;
    }
  for (guint i = 0; i < file->documents->len; i++)
    {
      g_autoptr (DdValue) document = dd_yaml_document (g_ptr_array_index (file->documents, i));

      if (!sim_import_recognise (self, name, document, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sim_import_read (SimImport *self, const char *name, const char *text, gsize length, GError **error)
{
  gsize first = 0;

  while (first < length && g_ascii_isspace (text[first]))
    first++;
  return first < length && text[first] == '{' ? read_json (self, name, text, length, error)
                                              : read_yaml (self, name, text, length, error);
}
