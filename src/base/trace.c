/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trace.h"

void
dd_trace (DdTrace *trace, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  g_autoptr (DdValue) owned = details;
  g_autofree char *wrong = dd_event_check (what, actor, details);

  if (wrong != NULL)
    g_log (G_LOG_DOMAIN, trace->klass->is_strict ? G_LOG_LEVEL_ERROR : G_LOG_LEVEL_CRITICAL,
           "%s tells of %s: %s", actor, dd_events[what].name, wrong);
  trace->klass->emit (trace, actor, what, subject, owned);
}
