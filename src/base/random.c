/* SPDX-License-Identifier: Apache-2.0 */
/* SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): one
 * 64-bit word of state, equal on every machine and compiler. */
#include "config.h"

#include <string.h>

#include "base/random.h"

struct _DdRandom
{
  guint64 seed;
  guint64 state;
};

static guint64
mix (guint64 word)
{
  word = (word ^ (word >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  word = (word ^ (word >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return word ^ (word >> 31);
}

DdRandom *
dd_random_new (guint64 seed)
{
  DdRandom *random = g_new (DdRandom, 1);

  random->seed = seed;
  random->state = mix (seed + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  return random;
}

void
dd_random_free (DdRandom *random)
{
  g_free (random);
}

DdRandom *
dd_random_fork (const DdRandom *random, const char *name)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325); /* FNV-1a */

  for (const char *at = name; *at != '\0'; at++)
    hash = (hash ^ (guint8) *at) * G_GUINT64_CONSTANT (0x100000001b3);
  return dd_random_new (mix (random->seed) ^ hash);
}

guint64
dd_random_next (DdRandom *random)
{
  random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return mix (random->state);
}

guint64
dd_random_below (DdRandom *random, guint64 bound)
{
  guint64 limit, word;

  g_assert (bound > 0);
  limit = G_MAXUINT64 - G_MAXUINT64 % bound; /* a multiple of bound: no bias below it */
  do
    word = dd_random_next (random);
  while (word >= limit);
  return word % bound;
}

gint64
dd_random_between (DdRandom *random, gint64 low, gint64 high)
{
  g_assert (low <= high);
  return low + (gint64) dd_random_below (random, (guint64) high - (guint64) low + 1);
}

double
dd_random_unit (DdRandom *random)
{
  return (double) (dd_random_next (random) >> 11) * 0x1.0p-53;
}

void
dd_random_shuffle (DdRandom *random, GPtrArray *items)
{
  for (guint i = items->len; i > 1; i--)
    {
      guint j = (guint) dd_random_below (random, i);
      gpointer item = items->pdata[i - 1];

      items->pdata[i - 1] = items->pdata[j];
      items->pdata[j] = item;
    }
}

char *
dd_random_text (DdRandom *random, const char *alphabet, gsize length)
{
  gsize letters = strlen (alphabet);
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = alphabet[dd_random_below (random, letters)];
  text[length] = '\0';
  return text;
}

/* RFC 9562, section 5.4. */
static void
put_hex (char *at, guint64 value, guint width)
{
  for (guint i = width; i-- > 0; value >>= 4)
    at[i] = "0123456789abcdef"[value & 15];
}

char *
dd_random_uuid (DdRandom *random)
{
  char text[] = "........-....-....-....-............";
  guint64 high = dd_random_next (random), low = dd_random_next (random);

  high = (high & ~G_GUINT64_CONSTANT (0xf000)) | 0x4000;
  low = (low & ~(G_GUINT64_CONSTANT (3) << 62)) | (G_GUINT64_CONSTANT (2) << 62);
  put_hex (text, high >> 32, 8);
  put_hex (text + 9, high >> 16, 4);
  put_hex (text + 14, high, 4);
  put_hex (text + 19, low >> 48, 4);
  put_hex (text + 24, low, 12);
  return g_strdup (text);
}
