/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-file.h: the faults of a world that is served: the `faults` of a file */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimFaultsFile SimFaultsFile;

/* PLACE is a file with `faults`, which may be a whole scenario: all of it must be spelled as in
 * one, and nothing but its faults is used. */
SimFaultsFile *sim_faults_file_load (const char *place, GError **error);
void sim_faults_file_free (SimFaultsFile *file);
/* Adds what YAML reads otherwise than meant to WARNINGS (of char *). */
void sim_faults_file_add_warnings (const SimFaultsFile *file, GPtrArray *warnings);

/* Adds them to WORLD, whose trace has begun and which has no faults yet. FILE must outlive it. */
void sim_faults_file_apply (const SimFaultsFile *file, SimWorld *world);
/* Adds a line (char *) to LINES for each that never struck in WORLD, unless it says that it may
 * not. */
void sim_faults_file_conclude (const SimFaultsFile *file, const SimWorld *world, GPtrArray *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimFaultsFile, sim_faults_file_free)

G_END_DECLS
