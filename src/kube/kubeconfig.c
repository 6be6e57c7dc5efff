/* SPDX-License-Identifier: Apache-2.0 */
/* A context names a cluster and a user; where several files have one of the same name the first
 * wins, and files that do not exist are passed over, as kubectl does it (Kubernetes, "Organizing
 * Cluster Access Using kubeconfig Files", "Merging kubeconfig files"). Of several documents in one
 * file the first counts, as with kubectl. Aliases and tags are refused, and so is a key that is
 * given twice, of which kubectl takes the last. Of what a user entry may hold, auth-provider, a
 * password and impersonation are refused by name; a server that is not verified is refused too,
 * because what is done here cannot be undone. */
#include "config.h"

#include "kube/kubeconfig.h"

#include <string.h>

#include "base/error.h"
#include "base/yaml.h"

#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_FILES 32

typedef struct
{
  char *directory;
  DdYamlFile *yaml;
  const DdYaml *root; /* NULL: it is empty */
} File;

/* An element of one of the lists. */
typedef struct
{
  const File *file; /* NULL: there is none */
  const DdYaml *node;
} Entry;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->directory);
  dd_yaml_file_free (file->yaml);
  g_free (file);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, arguments));
  va_end (arguments);
  return FALSE;
}

static gboolean refuse_at (GError **error, const DdYaml *node, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse_at (GError **error, const DdYaml *node, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  dd_yaml_set_error (error, node, "%s", message);
  return FALSE;
}

/* ---- finding things ---- */

/* NULL when NODE is NULL, null, a list or a mapping. */
static const char *
text_of (const DdYaml *node)
{
  return node != NULL && dd_value_type (node->value) != DD_NULL ? node->text : NULL;
}

/* A mapping where a list belongs is none. */
static guint
list_length (const DdYaml *node)
{
  return node != NULL && node->keys == NULL ? dd_yaml_length (node) : 0;
}

static Entry
find_entry (GPtrArray *files, const char *list, const char *name)
{
  for (guint f = 0; name != NULL && f < files->len; f++)
    {
      const File *file = files->pdata[f];
      const DdYaml *entries = dd_yaml_member (file->root, list);

      for (guint i = 0; i < list_length (entries); i++)
        {
          const DdYaml *entry = dd_yaml_element (entries, i);

          if (g_strcmp0 (text_of (dd_yaml_member (entry, "name")), name) == 0)
            return (Entry) { file, entry };
        }
    }
  return (Entry) { NULL };
}

/* PATH is dotted. */
static const DdYaml *
node_of (const Entry *entry, const char *path)
{
  g_auto (GStrv) keys = g_strsplit (path, ".", -1);
  const DdYaml *node = entry->node;

  for (guint i = 0; keys[i] != NULL; i++)
    node = dd_yaml_member (node, keys[i]);
  return node;
}

/* NULL when it is not there or empty. */
static const char *
value_of (const Entry *entry, const char *path)
{
  const char *value = text_of (node_of (entry, path));

  return value != NULL && *value != '\0' ? value : NULL;
}

static char *
copy_of (const Entry *entry, const char *path)
{
  return g_strdup (value_of (entry, path));
}

static gboolean
flag_of (const Entry *entry, const char *path)
{
  const DdYaml *node = node_of (entry, path);
  const char *text = text_of (node);

  return text != NULL
         && (dd_value_bool (node->value, FALSE) || g_ascii_strcasecmp (text, "true") == 0);
}

static char *
path_from (const File *file, const char *path)
{
  return g_path_is_absolute (path) ? g_strdup (path)
                                   : g_build_filename (file->directory, path, NULL);
}

static gboolean
read_small_file (const char *path, char **out_text, gsize *out_length, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) trouble = NULL;
  gsize length;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return refuse (error, "%s: there is no such file", path);
  if (!g_file_get_contents (path, &text, &length, &trouble))
    return refuse (error, "%s", trouble->message);
  if (length > MAX_BYTES)
    return refuse (error, "%s: %" G_GSIZE_FORMAT " bytes are too many", path, length);
  *out_text = g_steal_pointer (&text);
  *out_length = length;
  return TRUE;
}

static gboolean
read_named_file (const Entry *entry, const char *member, char **out_text, gsize *out_length,
                 GError **error)
{
  g_autofree char *path = path_from (entry->file, value_of (entry, member));
  g_autoptr (GError) trouble = NULL;

  return read_small_file (path, out_text, out_length, &trouble)
         || refuse_at (error, node_of (entry, member), "%s: %s", member, trouble->message);
}

/* PEM text from MEMBER-data, in base64, or from the file that MEMBER names. */
static gboolean
take_pem (const Entry *entry, const char *member, char **out_pem, GError **error)
{
  g_autofree char *data_member = g_strconcat (member, "-data", NULL);
  const char *data = value_of (entry, data_member);
  const char *named = data != NULL ? data_member : member;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (value_of (entry, named) == NULL)
    return TRUE;
  if (data != NULL)
    {
      g_autofree guchar *decoded = g_base64_decode (data, &length);

      text = g_strndup ((const char *) decoded, length);
    }
  else if (!read_named_file (entry, member, &text, &length, error))
    return FALSE;
  if (strlen (text) != length || strstr (text, "-----BEGIN ") == NULL)
    return refuse_at (error, node_of (entry, named), "%s holds no PEM text", named);
  *out_pem = g_steal_pointer (&text);
  return TRUE;
}

/* ---- what a context comes to ---- */

static gboolean
take_cluster (DdKubeconfig *config, const Entry *cluster, GError **error)
{
  config->server = copy_of (cluster, "cluster.server");
  config->server_name = copy_of (cluster, "cluster.tls-server-name");
  config->proxy = copy_of (cluster, "cluster.proxy-url");
  if (flag_of (cluster, "cluster.insecure-skip-tls-verify"))
    return refuse_at (error, node_of (cluster, "cluster.insecure-skip-tls-verify"),
                      "insecure-skip-tls-verify: a server that could be anybody is not upgraded; "
                      "give its certificate-authority-data instead");
  return take_pem (cluster, "cluster.certificate-authority", &config->ca, error);
}

/* Null is the empty text, as kubectl reads it. NULL, with an error, for a list or a mapping. */
static const char *
text_or_refuse (const DdYaml *node, const char *what, GError **error)
{
  const char *text = text_of (node);

  if (node == NULL || node->children == NULL)
    return text != NULL ? text : "";
  refuse_at (error, node, "%s must be text", what);
  return NULL;
}

static char **
exec_arguments (const Entry *user, const char *command, GError **error)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  const DdYaml *arguments = node_of (user, "user.exec.args");

  if (strchr (command, '/') != NULL)
    {
      g_autofree char *absolute = path_from (user->file, command);

      g_strv_builder_add (argv, absolute);
    }
  else
    g_strv_builder_add (argv, command);
  for (guint i = 0; i < list_length (arguments); i++)
    {
      const DdYaml *node = dd_yaml_element (arguments, i);
      const char *argument = text_or_refuse (node, "exec: an argument", error);

      if (argument == NULL)
        return NULL;
      g_strv_builder_add (argv, argument);
    }
  return g_strv_builder_end (argv);
}

static char **
exec_environment (const Entry *user, GError **error)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();
  const DdYaml *variables = node_of (user, "user.exec.env");

  for (guint i = 0; i < list_length (variables); i++)
    {
      const DdYaml *variable = dd_yaml_element (variables, i);
      const char *name = text_of (dd_yaml_member (variable, "name"));
      const char *value
          = text_or_refuse (dd_yaml_member (variable, "value"), "exec: a variable's value", error);

      if (value == NULL)
        return NULL;
      if (name == NULL || *name == '\0')
        {
          refuse_at (error, variable, "exec: a variable of env has no name");
          return NULL;
        }
      g_strv_builder_add (pairs, name);
      g_strv_builder_add (pairs, value);
    }
  return g_strv_builder_end (pairs);
}

static gboolean
check_plugin (const DdExecPlugin *exec, const Entry *user, GError **error)
{
  const DdYaml *version = node_of (user, "user.exec.apiVersion");
  static const char *const versions[]
      = { "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", NULL };
  static const char *const modes[] = { "Never", "IfAvailable", "Always", NULL };

  if (exec->api_version == NULL || !g_strv_contains (versions, exec->api_version))
    return refuse_at (error, version != NULL ? version : node_of (user, "user.exec"),
                      "exec: apiVersion %s is not supported; %s and %s are",
                      exec->api_version == NULL ? "(none)" : exec->api_version, versions[0],
                      versions[1]);
  if (!g_strv_contains (modes, exec->interactive_mode))
    return refuse_at (error, node_of (user, "user.exec.interactiveMode"),
                      "exec: interactiveMode %s is none of Never, IfAvailable and Always",
                      exec->interactive_mode);
  return TRUE;
}

static gboolean
take_plugin (DdKubeconfig *config, const Entry *user, GError **error)
{
  const char *command = value_of (user, "user.exec.command");
  DdExecPlugin *exec;

  if (command == NULL)
    return TRUE;
  exec = config->exec = g_new0 (DdExecPlugin, 1);
  exec->api_version = copy_of (user, "user.exec.apiVersion");
  exec->argv = exec_arguments (user, command, error);
  if (exec->argv == NULL)
    return FALSE;
  exec->environment = exec_environment (user, error);
  if (exec->environment == NULL)
    return FALSE;
  exec->interactive_mode = copy_of (user, "user.exec.interactiveMode");
  exec->install_hint = copy_of (user, "user.exec.installHint");
  exec->wants_cluster = flag_of (user, "user.exec.provideClusterInfo");
  if (exec->interactive_mode == NULL)
    exec->interactive_mode = g_strdup ("IfAvailable");
  return check_plugin (exec, user, error);
}

static gboolean
refuse_unsupported (const Entry *user, GError **error)
{
  static const char *const members[]
      = { "user.auth-provider.name", "user.username", "user.password", "user.as" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (value_of (user, members[i]) != NULL)
      return refuse_at (error, node_of (user, members[i]), "%s is not supported", members[i]);
  return TRUE;
}

static gboolean
take_user (DdKubeconfig *config, const Entry *user, GError **error)
{
  const char *token_file = value_of (user, "user.tokenFile");

  if (user->file == NULL)
    return TRUE;
  config->token = copy_of (user, "user.token");
  if (token_file != NULL)
    config->token_file = path_from (user->file, token_file);
  if (!refuse_unsupported (user, error) || !take_plugin (config, user, error)
      || !take_pem (user, "user.client-certificate", &config->certificate, error)
      || !take_pem (user, "user.client-key", &config->key, error))
    return FALSE;
  return (config->certificate == NULL) == (config->key == NULL)
         || refuse_at (error, node_of (user, "user"),
                       "client-certificate and client-key: one is there without the other");
}

static const char *
current_context (GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = files->pdata[i];
      const char *name = text_of (dd_yaml_member (file->root, "current-context"));

      if (name != NULL && *name != '\0')
        return name;
    }
  return NULL;
}

/* Points at the CHOSEN context where there is one; NAMES are the files it was looked for in. */
static gboolean
refuse_context (GPtrArray *files, const char *names, const char *context, const Entry *chosen,
                GError **error)
{
  g_autofree char *message
      = g_strdup_printf ("%s context (%s) does not lead to a cluster with a server",
                         context == current_context (files) ? "its current" : "the",
                         context == NULL ? "none" : context);

  if (chosen->node != NULL)
    return refuse_at (error, chosen->node, "%s", message);
  return refuse (error, "%s: %s", names, message);
}

static gboolean
resolve (DdKubeconfig *config, GPtrArray *files, const char *names, const char *context,
         GError **error)
{
  const Entry chosen = find_entry (files, "contexts", context);
  const Entry cluster = find_entry (files, "clusters", value_of (&chosen, "context.cluster"));
  const Entry user = find_entry (files, "users", value_of (&chosen, "context.user"));

  config->context = g_strdup (context);
  if (value_of (&cluster, "cluster.server") == NULL)
    return refuse_context (files, names, context, &chosen, error);
  if (take_cluster (config, &cluster, error) && take_user (config, &user, error))
    return TRUE;
  g_prefix_error (error, "context %s: ", context);
  return FALSE;
}

static DdKubeconfig *
config_from_files (GPtrArray *files, const char *names, const char *context, GError **error)
{
  g_autoptr (DdKubeconfig) config = g_new0 (DdKubeconfig, 1);

  if (context == NULL)
    context = current_context (files);
  return resolve (config, files, names, context, error) ? g_steal_pointer (&config) : NULL;
}

static gboolean
add_file (GPtrArray *files, const char *text, gsize length, const char *name, const char *directory,
          GError **error)
{
  DdYamlFile *yaml = dd_yaml_parse_secret (name, text, length, error);
  File *file;

  if (yaml == NULL)
    return FALSE;
  file = g_new0 (File, 1);
  file->directory = g_strdup (directory);
  file->yaml = yaml;
  file->root = yaml->documents->len > 0 ? g_ptr_array_index (yaml->documents, 0) : NULL;
  g_ptr_array_add (files, file);
  return TRUE;
}

DdKubeconfig *
dd_kubeconfig_parse (const char *text, gsize length, const char *name, const char *directory,
                     const char *context, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);

  if (!add_file (files, text, length, name, directory, error))
    return NULL;
  return config_from_files (files, name, context, error);
}

static gboolean
add_path (GPtrArray *files, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *directory = g_path_get_dirname (absolute);
  gsize length = 0;

  return read_small_file (path, &text, &length, error)
         && add_file (files, text, length, path, directory, error);
}

DdKubeconfig *
dd_kubeconfig_load (const char *paths, const char *context, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  g_auto (GStrv) parts = g_strsplit (paths, G_SEARCHPATH_SEPARATOR_S, MAX_FILES);
  gboolean alone = g_strv_length (parts) == 1;

  for (guint i = 0; parts[i] != NULL; i++)
    if ((alone || (*parts[i] != '\0' && g_file_test (parts[i], G_FILE_TEST_EXISTS)))
        && !add_path (files, parts[i], error))
      return NULL;
  return config_from_files (files, paths, context, error);
}

static void
plugin_free (DdExecPlugin *exec)
{
  g_free (exec->api_version);
  g_strfreev (exec->argv);
  g_strfreev (exec->environment);
  g_free (exec->interactive_mode);
  g_free (exec->install_hint);
  g_free (exec);
}

void
dd_kubeconfig_free (DdKubeconfig *config)
{
  if (config == NULL)
    return;
  g_free (config->context);
  g_free (config->server);
  g_free (config->server_name);
  g_free (config->proxy);
  g_free (config->ca);
  g_free (config->token);
  g_free (config->token_file);
  g_free (config->certificate);
  g_free (config->key);
  g_clear_pointer (&config->exec, plugin_free);
  g_free (config);
}
