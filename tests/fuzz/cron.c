/* SPDX-License-Identifier: Apache-2.0 */
/* A schedule that is understood is due later than it was, and one that is not says why. */
#include "config.h"

#include "fuzz.h"
#include "sim/kube/schema/cron.h"

int
fuzz_cron (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *text = fuzz_text (&input);
  g_autofree char *problem = NULL;
  DdUsec at = 1795465984 * DD_SECOND, next;
  KubeCron cron;

  if (!kube_cron_parse (text, &cron, &problem))
    {
      g_assert (problem != NULL);
      return 0;
    }
  g_assert (problem == NULL);
  for (guint i = 0; i < 3 && kube_cron_next (&cron, at, &next); i++, at = next)
    g_assert (next > at);
  return 0;
}
