/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/headline.h: what a page opens with: how each update ended, why, and what did not hold
 */
#pragma once

#include "sim/sinks/html.h"

G_BEGIN_DECLS

void sim_headline_write (const SimPage *page, GString *out);
/* "default is Failed: PodEvictionFailure", or of several how many went well; for the title. */
void sim_headline_title (const SimPage *page, GString *out);

G_END_DECLS
