/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig that is understood leads to a server. */
#include "config.h"

#include "fuzz.h"
#include "kube/kubeconfig.h"

int
fuzz_kubeconfig (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdKubeconfig) config
      = dd_kubeconfig_parse ((const char *) data, size, "input", "/nowhere", NULL, &error);

  g_assert ((config == NULL) == (error != NULL));
  if (config == NULL)
    return 0;
  g_assert (config->server != NULL);
  g_assert ((config->certificate == NULL) == (config->key == NULL));
  g_assert (config->exec == NULL || config->exec->argv[0] != NULL);
  return 0;
}
