/* SPDX-License-Identifier: Apache-2.0 */
/* The targets by name, and how they take their input apart. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

const FuzzTarget fuzz_targets[] = {
#define FUZZ_ROW(name) { #name, fuzz_##name },
  FUZZ_TARGETS (FUZZ_ROW)
#undef FUZZ_ROW
};

const guint fuzz_n_targets = G_N_ELEMENTS (fuzz_targets);

static char *
take (FuzzInput *input, gsize length, gsize skipped)
{
  char *text = g_strndup ((const char *) input->data, length);

  input->data += length + skipped;
  input->size -= length + skipped;
  return text;
}

char *
fuzz_line (FuzzInput *input)
{
  const guint8 *end = input->size > 0 ? memchr (input->data, '\n', input->size) : NULL;

  return end != NULL ? take (input, end - input->data, 1) : take (input, input->size, 0);
}

char *
fuzz_text (FuzzInput *input)
{
  return take (input, input->size, 0);
}
