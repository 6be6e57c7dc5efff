/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/scenario/faults-file.h"

#include <string.h>

#include "base/error.h"
#include "sim/scenario/expect.h"
#include "sim/scenario/faults-table.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/source.h"

struct _SimFaultsFile
{
  DdYamlFile *file;
  const DdYaml *list;
};

/* The rows of a scenario, of which none but `faults` has to be there. */
static GArray *
rows_of_file (void)
{
  GArray *rows = g_array_new (TRUE, FALSE, sizeof (SimRow));

  for (const SimRow *row = sim_scenario_rows; row->key != NULL; row++)
    {
      SimRow own = *row;

      own.required = strcmp (row->key, "faults") == 0;
      g_array_append_val (rows, own);
    }
  return rows;
}

static gboolean
check (const DdYaml *root, GError **error)
{
  g_autoptr (GArray) rows = rows_of_file ();

  return sim_schema_check (root, (const SimRow *) rows->data, "a file of faults", error)
         && sim_faults_check (dd_yaml_member (root, "faults"), error);
}

SimFaultsFile *
sim_faults_file_load (const char *place, GError **error)
{
  g_autoptr (SimFaultsFile) self = g_new0 (SimFaultsFile, 1);
  const DdYaml *root;

  self->file = sim_source_read (place, error);
  if (self->file == NULL)
    return NULL;
  if (self->file->documents->len != 1)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: a file of faults holds one document, not %u", place,
                   self->file->documents->len);
      return NULL;
    }
  root = g_ptr_array_index (self->file->documents, 0);
  if (!check (root, error))
    return NULL;
  self->list = dd_yaml_member (root, "faults");
  return g_steal_pointer (&self);
}

void
sim_faults_file_free (SimFaultsFile *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->file, dd_yaml_file_free);
  g_free (self);
}

void
sim_faults_file_add_warnings (const SimFaultsFile *self, GPtrArray *warnings)
{
  for (guint i = 0; i < self->file->warnings->len; i++)
    g_ptr_array_add (warnings, g_strdup (g_ptr_array_index (self->file->warnings, i)));
}

void
sim_faults_file_apply (const SimFaultsFile *self, SimWorld *world)
{
  sim_faults_add_all (world, self->list);
}

void
sim_faults_file_conclude (const SimFaultsFile *self, const SimWorld *world, GPtrArray *lines)
{
  g_autoptr (GPtrArray) verdicts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_verdict_free);

  sim_faults_conclude (world, self->list, verdicts);
  for (guint i = 0; i < verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (verdicts, i);

      g_ptr_array_add (lines,
                       g_strdup_printf ("%s: %s: %s", verdict->place, verdict->text, verdict->why));
    }
}
