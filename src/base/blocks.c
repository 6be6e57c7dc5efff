/* SPDX-License-Identifier: Apache-2.0 */
/* Freed blocks wait in a list for the next user of their size: malloc and free were a fifth of a
 * rehearsal's instructions, and are a tenth with it. Each block is malloc's own, so Valgrind still
 * finds what leaks; under AddressSanitizer nothing is kept, so that it still finds what is used
 * after it was freed. */
#include "config.h"

#include "base/blocks.h"

#define STEP 16
#define N_SIZES 32
#define MOST_KEPT 8192 /* of one size */

#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_BLOCKS FALSE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_BLOCKS FALSE
#endif
#endif
#ifndef KEEPS_BLOCKS
#define KEEPS_BLOCKS TRUE
#endif

typedef struct _Block Block;

struct _Block
{
  Block *next;
};

static struct
{
  Block *first;
  guint length;
} kept[N_SIZES];

static gsize
size_class (gsize size)
{
  return (size + STEP - 1) / STEP;
}

gpointer
dd_block_new (gsize size)
{
  gsize class = size_class (size);
  Block *block;

  if (class >= N_SIZES || kept[class].first == NULL)
    return g_malloc (class * STEP);
  block = kept[class].first;
  kept[class].first = block->next;
  kept[class].length--;
  return block;
}

void
dd_block_free (gpointer memory, gsize size)
{
  gsize class = size_class (size);
  Block *block = memory;

  if (!KEEPS_BLOCKS || class >= N_SIZES || kept[class].length == MOST_KEPT)
    {
      g_free (memory);
      return;
    }
  block->next = kept[class].first;
  kept[class].first = block;
  kept[class].length++;
}
