/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz.h: what reads untrusted text, each as one function of some bytes
 *
 * A target is a file that is named after it and a row here, with a folder of inputs in corpus/.
 * libFuzzer feeds it by `make fuzz`, the corpora by tests/test-fuzz-corpora. What must hold beyond
 * "it comes back" is a g_assert (). */
#pragma once

#include <glib.h>

#define FUZZ_TARGETS(X) \
  X (cron) \
  X (field_set) \
  X (form) \
  X (json) \
  X (kubeconfig) \
  X (page_token) \
  X (patch) \
  X (protobuf) \
  X (protocol) \
  X (quantity) \
  X (router) \
  X (scenario) \
  X (selector) \
  X (settings) \
  X (xml) \
  X (yaml)

/* Always 0, as libFuzzer wants it. */
typedef int (*FuzzFunc) (const guint8 *data, gsize size);

#define FUZZ_DECLARE(name) int fuzz_##name (const guint8 *data, gsize size);
FUZZ_TARGETS (FUZZ_DECLARE)
#undef FUZZ_DECLARE

typedef struct
{
  const char *name;
  FuzzFunc func;
} FuzzTarget;

extern const FuzzTarget fuzz_targets[];
extern const guint fuzz_n_targets;

/* The bytes that a target takes apart. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzInput;

/* What is left up to the next line's end, which is taken away too; up to the first NUL in it. */
char *fuzz_line (FuzzInput *input);
/* All that is left, up to the first NUL in it. */
char *fuzz_text (FuzzInput *input);
