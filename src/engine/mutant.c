/* SPDX-License-Identifier: Apache-2.0 */
/* engine/mutant.c: which mistake is switched on; there is nothing here in the program itself */
#include "config.h"

#include "engine/mutant.h"

#ifdef DRYDOCK_MUTANTS

DdMutant dd_mutant = DD_MUTANT_NONE;

static const struct
{
  const char *name, *mistake;
} rows[] = { [DD_MUTANT_NONE] = { "none", "nothing is wrong" },
#define X(id, name, mistake) [DD_MUTANT_##id] = { name, mistake },
             DD_MUTANTS (X)
#undef X
};

const char *
dd_mutant_name (DdMutant mutant)
{
  return rows[mutant].name;
}

const char *
dd_mutant_mistake (DdMutant mutant)
{
  return rows[mutant].mistake;
}

#endif
