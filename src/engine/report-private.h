/* SPDX-License-Identifier: Apache-2.0 */
/* engine/report-private.h: what the two writers of a report read */
#pragma once

#include "engine/report.h"

G_BEGIN_DECLS

/* Things of one sort in the order they were first seen, each an object. */
typedef struct
{
  GPtrArray *values; /* of DdValue */
  GHashTable *index; /* key to position + 1; for look-up only */
} DdReportList;

struct _DdReport
{
  gboolean begun;
  DdUsec origin;
  DdReportList updates, nodes, blocked, retried, events;
  gint64 accepted, refused, forced;
  gint64 drains;
  double drain_seconds;
};

G_END_DECLS
