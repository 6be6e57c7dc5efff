/* SPDX-License-Identifier: Apache-2.0 */
/* engine/zones.h: how many instances an Auto Scaling group has in each of its zones
 *
 * Auto Scaling evens out zones that differ by two or more, and takes a node for it (Amazon EC2 Auto
 * Scaling User Guide, "Availability Zone rebalancing"); so whoever lets instances go counts as it
 * does. The counts are to be looked up and compared; their order is that of the names. */
#pragma once

#include "aws/autoscaling.h"

G_BEGIN_DECLS

/* Zone -> instances of GROUP that count towards its size; its zones without one as well. Borrows
 * from GROUP; free it with g_hash_table_unref (). */
GHashTable *dd_zones_count (const DdScalingGroup *group);
guint dd_zones_in (GHashTable *counts, const char *zone);
/* One instance more, or fewer, in ZONE, which is borrowed; never fewer than none. */
void dd_zones_gain (GHashTable *counts, const char *zone);
void dd_zones_lose (GHashTable *counts, const char *zone);
/* The zone with the most, or the fewest, instances, the first by name among equals; not EXCEPT,
 * which may be NULL. NULL when there is none. */
const char *dd_zones_fullest (GHashTable *counts, const char *except);
const char *dd_zones_emptiest (GHashTable *counts);
/* By how many instances two zones differ at most. */
guint dd_zones_spread (GHashTable *counts);

G_END_DECLS
