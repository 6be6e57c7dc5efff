/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario that loads is still one when it is written out as a document that needs no other
 * file. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/source.h"

int
fuzz_scenario (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario
      = sim_scenario_parse (SIM_BUILT_IN "input.yaml", (const char *) data, size, &error);
  g_autoptr (SimScenario) again = NULL;
  g_autoptr (DdValue) document = NULL;
  g_autofree char *text = NULL;

  g_assert ((scenario == NULL) == (error != NULL));
  if (scenario == NULL)
    return 0;
  document = sim_scenario_document (scenario);
  text = dd_value_to_text (document);
  again = sim_scenario_parse (SIM_BUILT_IN "again.yaml", text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert (again != NULL);
  return 0;
}
