/* SPDX-License-Identifier: Apache-2.0 */
/* Events for tests that care about some of their details: the rest of what the dictionary wants is
 * made up. */
#pragma once

#include "base/trace.h"

/* It is a mistake of the test when no event is called so. */
DdEvent event_called (const char *name);

/* Tells of the event WHAT by the first of those who do. DETAILS may be NULL, and is taken; what
 * they lack is "", 0, false or []. */
void tell_whole (DdTrace *trace, const char *what, const char *subject, DdValue *details);
