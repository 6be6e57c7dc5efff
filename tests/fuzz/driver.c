/* SPDX-License-Identifier: Apache-2.0 */
/* Gives the target that FUZZ_TARGET names to libFuzzer, which brings main () along. */
#include "config.h"

#include "fuzz.h"

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static FuzzFunc target;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  for (guint i = 0; i < fuzz_n_targets; i++)
    if (g_strcmp0 (fuzz_targets[i].name, g_getenv ("FUZZ_TARGET")) == 0)
      target = fuzz_targets[i].func;
  if (target == NULL)
    g_error ("FUZZ_TARGET must name a target of tests/fuzz/fuzz.h");
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return target (data, size);
}
