/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trace.h"

void
dd_trace (DdTrace *trace, const char *actor, const char *what, const char *subject,
          DdValue *details)
{
  g_autoptr (DdValue) owned = details;

  trace->klass->emit (trace, actor, what, subject, owned);
}
