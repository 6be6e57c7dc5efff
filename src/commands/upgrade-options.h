/* SPDX-License-Identifier: Apache-2.0 */
/* commands/upgrade-options.h: what `drydock upgrade` is told on its command line */
#pragma once

#include "commands/connection.h"
#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct
{
  DdConnectionFlags connection;
  char *cluster, *nodegroup;
  char *scaling_group, *image;
  gint64 max_unavailable; /* -1: not said */
  char *release, *version, *profile;
  char *template_version;         /* of the launch template of a managed group's owner */
  char *trace, *report, *metrics; /* files */
  char *journal;                  /* a file too; NULL: in the user's state folder */
  char **knobs;
  gboolean force, dry_run, take_over_managed, resume, abandon;
  gint64 seed;
} DdUpgradeFlags;

void dd_upgrade_flags_clear (DdUpgradeFlags *flags);

/* The parser, with its help; FLAGS is borrowed and filled in by g_option_context_parse (). */
GOptionContext *dd_upgrade_flags_context (DdUpgradeFlags *flags);

/* FALSE when the flags make no sense, or mean a managed group at AWS that is not to be taken over;
 * reads the configuration of AWS to know, and asks nobody. The strings of *OUT_OPTIONS stay those
 * of FLAGS. */
gboolean dd_upgrade_flags_to_options (const DdUpgradeFlags *flags, DdUpgradeOptions *out_options,
                                      GError **error);

/* What a journal remembers of them, once OPTIONS name the API server: which group, what it is to
 * become, and how. */
DdValue *dd_upgrade_flags_to_target (const DdUpgradeFlags *flags, const DdUpgradeOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdUpgradeFlags, dd_upgrade_flags_clear)

G_END_DECLS
