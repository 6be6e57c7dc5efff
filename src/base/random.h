/* SPDX-License-Identifier: Apache-2.0 */
/* base/random.h: seeded pseudo-random streams, forked by name so that each subsystem has its own */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdRandom DdRandom;

DdRandom *dd_random_new (guint64 seed);
void dd_random_free (DdRandom *random);

/* A stream that depends on the seed of RANDOM and on NAME alone, not on what was drawn before. */
DdRandom *dd_random_fork (const DdRandom *random, const char *name);

guint64 dd_random_next (DdRandom *random);
/* Uniform in [0, bound); bound > 0. No modulo bias. */
guint64 dd_random_below (DdRandom *random, guint64 bound);
/* Uniform in [low, high], both included. */
gint64 dd_random_between (DdRandom *random, gint64 low, gint64 high);
/* Uniform in [0, 1), with 53 bits. */
double dd_random_unit (DdRandom *random);
/* Fisher-Yates. */
void dd_random_shuffle (DdRandom *random, GPtrArray *items);
/* LENGTH characters drawn from ALPHABET; caller frees. */
char *dd_random_text (DdRandom *random, const char *alphabet, gsize length);
/* A version 4 UUID in lower case. */
char *dd_random_uuid (DdRandom *random);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdRandom, dd_random_free)

G_END_DECLS
