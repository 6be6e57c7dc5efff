/* SPDX-License-Identifier: Apache-2.0 */
/* An amount that is understood is the same amount when it is said in plain thousandths or units. */
#include "config.h"

#include "fuzz.h"
#include "sim/kube/schema/quantity.h"

static void
check (const DdValue *quantity)
{
  g_autoptr (DdValue) in_milli = NULL;
  g_autoptr (DdValue) in_units = NULL;
  gint64 milli, units, again;
  gboolean understood = kube_quantity_to_milli (quantity, &milli);

  g_assert (kube_quantity_to_units (quantity, &units) == understood);
  if (!understood)
    return;
  in_milli = dd_string_printf ("%" G_GINT64_FORMAT "m", milli);
  in_units = dd_int (units);
  g_assert (kube_quantity_to_milli (in_milli, &again));
  g_assert (again == milli);
  g_assert (kube_quantity_to_units (in_units, &again));
  g_assert (again == units);
}

int
fuzz_quantity (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *text = fuzz_text (&input);
  g_autoptr (DdValue) number = dd_value_parse ((const char *) data, size, NULL, NULL);

  if (g_utf8_validate (text, -1, NULL))
    {
      g_autoptr (DdValue) quantity = dd_string (text);

      check (quantity);
    }
  check (number);
  return 0;
}
