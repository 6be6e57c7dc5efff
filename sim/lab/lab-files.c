/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/lab/lab-files.h"

#include <string.h>

static void
append_export (GString *out, const char *name, const char *value)
{
  g_autofree char *quoted = g_shell_quote (value);
  gboolean plain = g_regex_match_simple ("^[A-Za-z0-9_./:@-]+$", value, 0, 0);

  g_string_append_printf (out, "export %s=%s\n", name, plain ? value : quoted);
}

char *
sim_lab_exports (const SimLab *lab, const char *kubeconfig, const char *authority)
{
  const char *cluster = sim_world_file_cluster (lab->file);
  const char *region = sim_world_file_region (lab->file);
  const struct
  {
    const char *name, *value;
  } exports[] = {
    { "AWS_ENDPOINT_URL", sim_server_url (lab->server) },
    { "AWS_CA_BUNDLE", authority },
    { "AWS_ACCESS_KEY_ID", "drydock" },
    { "AWS_SECRET_ACCESS_KEY", "drydock" },
    { "AWS_REGION", region },
    { "AWS_DEFAULT_REGION", region },
    { "EKS_CLUSTER_NAME", cluster },
    { "EKS_DEFAULT_MNG_NAME", sim_world_file_nodegroup (lab->file) },
    { "EKS_VERSION", sim_world_file_version (lab->file) },
    { "KUBECONFIG", kubeconfig },
  };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (exports); i++)
    if (exports[i].value != NULL)
      append_export (out, exports[i].name, exports[i].value);
  if (kubeconfig == NULL)
    g_string_append_printf (out, "aws eks update-kubeconfig --name %s\n", cluster);
  return g_string_free (out, FALSE);
}

static DdValue *
base64 (const char *text)
{
  return text != NULL ? dd_string_take (g_base64_encode ((const guchar *) text, strlen (text)))
                      : NULL;
}

char *
sim_lab_kubeconfig (const SimLab *lab)
{
  const char *name = sim_world_file_cluster (lab->file);
  DdValue *cluster
      = dd_object ("server", dd_string (sim_server_url (lab->server)), "certificate-authority-data",
                   lab->tls ? dd_string (lab->authority_data) : NULL, NULL);
  DdValue *user = dd_object ("client-certificate-data", base64 (lab->admin.certificate),
                             "client-key-data", base64 (lab->admin.key), NULL);
  DdValue *context = dd_object ("cluster", dd_string (name), "user", dd_string (name), NULL);
  g_autoptr (DdValue) config = dd_object (
      "apiVersion", dd_string ("v1"), "kind", dd_string ("Config"), "clusters",
      dd_array (dd_object ("name", dd_string (name), "cluster", cluster, NULL), NULL), "users",
      dd_array (dd_object ("name", dd_string (name), "user", user, NULL), NULL), "contexts",
      dd_array (dd_object ("name", dd_string (name), "context", context, NULL), NULL),
      "current-context", dd_string (name), NULL);

  return dd_value_to_pretty_text (config);
}
