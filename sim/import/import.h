/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/import.h: what kubectl and the aws CLI show of a cluster, made into a world file */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _SimImport SimImport;

SimImport *sim_import_new (void);
void sim_import_free (SimImport *self);

/* Reads TEXT, of which NAME says where it is from: kubectl's objects and lists in YAML or JSON, or
 * one of the aws CLI's answers. DD_ERROR_INVALID for what is neither, or is malformed. */
gboolean sim_import_read (SimImport *self, const char *name, const char *text, gsize length,
                          GError **error);

/* The world file, which has been read back and furnished once; caller frees. DD_ERROR_INVALID where
 * what was read makes no world. Once, and after everything was read. */
char *sim_import_world (SimImport *self, GError **error);

/* What is told of it, after the world was made. */
typedef enum
{
  SIM_IMPORT_TOOK,
  SIM_IMPORT_LEFT_OUT,
  SIM_IMPORT_ASSUMED,
  SIM_IMPORT_ODD, /* as it is already, before any update */
  SIM_IMPORT_N_TOPICS
} SimImportTopic;

/* Of char *, in order; borrowed. */
const GPtrArray *sim_import_told (const SimImport *self, SimImportTopic topic);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimImport, sim_import_free)

G_END_DECLS
