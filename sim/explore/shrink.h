/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/shrink.h: the smallest document that still shows what a large one showed */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* Whether DOCUMENT, smaller than what was known, still shows it. One that makes no sense does not.
 */
typedef gboolean (*SimShrinkTest) (const DdValue *document, gpointer data);

typedef struct
{
  const char *const *kept; /* keys of the root that are left alone; NULL-terminated */
  const char *const *ends; /* keys of what ends something: lowered, but neither left out nor made
                              nothing, which would be no end at all; NULL-terminated, or NULL */
  guint most_tests;        /* then it is as small as it is */
  SimShrinkTest test;
  gpointer data;
} SimShrink;

/* Leaves out members, elements and runs of elements, lowers numbers and shortens durations, again
 * and again, until nothing can go (delta debugging, A. Zeller, "Yesterday, my program worked").
 * DOCUMENT itself must show it. The number of tests goes to OUT_TESTS, which may be NULL. */
DdValue *sim_shrink (const SimShrink *shrink, const DdValue *document, guint *out_tests);

G_END_DECLS
