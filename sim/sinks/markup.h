/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/markup.h: the small change of a page: escaped text, moments, the page's one clock */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* TEXT with everything escaped that means something to HTML. */
void sim_markup_text (const char *text, GString *out);
/* "0:02:05", as the story counts: since the world's beginning. */
void sim_markup_moment (DdUsec time, GString *out);
/* "1m46s"; whole seconds. */
void sim_markup_duration (DdUsec span, GString *out);
/* "12.34%" of END, for a coordinate. */
void sim_markup_percent (DdUsec time, DdUsec end, GString *out);

/* TEXT with every "since 09:05:33" or "at 09:05:33", the time of day as the engine counts, turned
 * into the page's "since 0:04:12". ORIGIN is the world's beginning since 1970; none of them is
 * later than LATEST, which is counted from there. Caller frees. */
char *sim_markup_one_clock (const char *text, DdUsec origin, DdUsec latest);

G_END_DECLS
