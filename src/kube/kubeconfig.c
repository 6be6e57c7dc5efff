/* SPDX-License-Identifier: Apache-2.0 */
/* Each file is a table of paths. A context names a cluster and a user; where several files have
 * one of the same name the first wins, and files that do not exist are passed over, as kubectl does
 * it (Kubernetes, "Organizing Cluster Access Using kubeconfig Files", "Merging kubeconfig files").
 * Of what a user entry may hold, auth-provider, a password and impersonation are refused by name;
 * a server that is not verified is refused too, because what is done here cannot be undone. */
#include "config.h"

#include "kube/kubeconfig.h"

#include <string.h>

#include "base/error.h"
#include "kube/yaml-paths.h"

#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_FILES 32

typedef struct
{
  char *name; /* for messages */
  char *directory;
  GHashTable *scalars;
} File;

/* An entry of one of the lists: "users.3" of a file. */
typedef struct
{
  const File *file; /* NULL: there is none */
  char *path;
} Entry;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->name);
  g_free (file->directory);
  g_clear_pointer (&file->scalars, g_hash_table_unref);
  g_free (file);
}

static void
entry_clear (Entry *entry)
{
  g_free (entry->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entry, entry_clear)

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

/* ---- finding things ---- */

static Entry
find_entry (GPtrArray *files, const char *list, const char *name)
{
  for (guint f = 0; name != NULL && f < files->len; f++)
    for (guint i = 0;; i++)
      {
        const File *file = files->pdata[f];
        g_autofree char *path = g_strdup_printf ("%s.%u.name", list, i);
        const char *found = g_hash_table_lookup (file->scalars, path);

        if (found == NULL)
          break;
        if (g_str_equal (found, name))
          return (Entry) { file, g_strdup_printf ("%s.%u", list, i) };
      }
  return (Entry) { NULL };
}

/* NULL when it is not there or empty. */
static const char *
value_of (const Entry *entry, const char *member)
{
  g_autofree char *path = NULL;
  const char *value;

  if (entry->file == NULL)
    return NULL;
  path = g_strconcat (entry->path, ".", member, NULL);
  value = g_hash_table_lookup (entry->file->scalars, path);
  return value != NULL && *value != '\0' ? value : NULL;
}

static char *
copy_of (const Entry *entry, const char *member)
{
  return g_strdup (value_of (entry, member));
}

static gboolean
flag_of (const Entry *entry, const char *member)
{
  const char *value = value_of (entry, member);

  return value != NULL && g_ascii_strcasecmp (value, "true") == 0;
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

/* PEM text from MEMBER-data, in base64, or from the file that MEMBER names. */
static gboolean
take_pem (const Entry *entry, const char *member, char **out_pem, GError **error)
{
  g_autofree char *data_member = g_strconcat (member, "-data", NULL);
  const char *data = value_of (entry, data_member);
  const char *path = value_of (entry, member);
  g_autofree char *text = NULL;
  gsize length = 0;

  if (data == NULL && path == NULL)
    return TRUE;
  if (data != NULL)
    {
      g_autofree guchar *decoded = g_base64_decode (data, &length);

      text = g_strndup ((const char *) decoded, length);
    }
  else
    {
      g_autofree char *absolute = path_from (entry->file, path);

      if (!read_small_file (absolute, &text, &length, error))
        return FALSE;
    }
  if (strlen (text) != length || strstr (text, "-----BEGIN ") == NULL)
    return refuse (error, "%s holds no PEM text", data != NULL ? data_member : member);
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
    return refuse (error, "insecure-skip-tls-verify: a server that could be anybody is not "
                          "upgraded; give its certificate-authority-data instead");
  return take_pem (cluster, "cluster.certificate-authority", &config->ca, error);
}

static char **
exec_arguments (const Entry *user, const char *command)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  if (strchr (command, '/') != NULL)
    {
      g_autofree char *absolute = path_from (user->file, command);

      g_strv_builder_add (argv, absolute);
    }
  else
    g_strv_builder_add (argv, command);
  for (guint i = 0;; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s.user.exec.args.%u", user->path, i);
      const char *argument = g_hash_table_lookup (user->file->scalars, path);

      if (argument == NULL)
        return g_strv_builder_end (argv);
      g_strv_builder_add (argv, argument);
    }
}

static char **
exec_environment (const Entry *user)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();

  for (guint i = 0;; i++)
    {
      g_autofree char *name_member = g_strdup_printf ("user.exec.env.%u.name", i);
      g_autofree char *value_member = g_strdup_printf ("user.exec.env.%u.value", i);
      const char *name = value_of (user, name_member);
      const char *value = value_of (user, value_member);

      if (name == NULL)
        return g_strv_builder_end (pairs);
      g_strv_builder_add (pairs, name);
      g_strv_builder_add (pairs, value != NULL ? value : "");
    }
}

static gboolean
check_plugin (const DdExecPlugin *exec, GError **error)
{
  static const char *const versions[]
      = { "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", NULL };
  static const char *const modes[] = { "Never", "IfAvailable", "Always", NULL };

  if (exec->api_version == NULL || !g_strv_contains (versions, exec->api_version))
    return refuse (error, "exec: apiVersion %s is not supported; %s and %s are",
                   exec->api_version == NULL ? "(none)" : exec->api_version, versions[0],
                   versions[1]);
  if (!g_strv_contains (modes, exec->interactive_mode))
    return refuse (error, "exec: interactiveMode %s is none of Never, IfAvailable and Always",
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
  exec->argv = exec_arguments (user, command);
  exec->environment = exec_environment (user);
  exec->interactive_mode = copy_of (user, "user.exec.interactiveMode");
  exec->install_hint = copy_of (user, "user.exec.installHint");
  exec->wants_cluster = flag_of (user, "user.exec.provideClusterInfo");
  if (exec->interactive_mode == NULL)
    exec->interactive_mode = g_strdup ("IfAvailable");
  return check_plugin (exec, error);
}

static gboolean
refuse_unsupported (const Entry *user, GError **error)
{
  static const char *const members[]
      = { "user.auth-provider.name", "user.username", "user.password", "user.as" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (value_of (user, members[i]) != NULL)
      return refuse (error, "%s is not supported", members[i]);
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
         || refuse (error, "client-certificate and client-key: one is there without the other");
}

static const char *
current_context (GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = files->pdata[i];
      const char *name = g_hash_table_lookup (file->scalars, "current-context");

      if (name != NULL && *name != '\0')
        return name;
    }
  return NULL;
}

static gboolean
resolve (DdKubeconfig *config, GPtrArray *files, const char *context, GError **error)
{
  g_auto (Entry) chosen = find_entry (files, "contexts", context);
  g_auto (Entry) cluster = find_entry (files, "clusters", value_of (&chosen, "context.cluster"));
  g_auto (Entry) user = find_entry (files, "users", value_of (&chosen, "context.user"));

  config->context = g_strdup (context);
  if (value_of (&cluster, "cluster.server") == NULL)
    return refuse (error, "%s context (%s) does not lead to a cluster with a server",
                   context == current_context (files) ? "its current" : "the",
                   context == NULL ? "none" : context);
  if (take_cluster (config, &cluster, error) && take_user (config, &user, error))
    return TRUE;
  g_prefix_error (error, "context %s: ", context);
  return FALSE;
}

/* NAMES is what messages begin with. */
static DdKubeconfig *
config_from_files (GPtrArray *files, const char *names, const char *context, GError **error)
{
  g_autoptr (DdKubeconfig) config = g_new0 (DdKubeconfig, 1);

  if (resolve (config, files, context != NULL ? context : current_context (files), error))
    return g_steal_pointer (&config);
  g_prefix_error (error, "%s: ", names);
  return NULL;
}

static gboolean
add_file (GPtrArray *files, const char *text, gsize length, const char *name, const char *directory,
          GError **error)
{
  GHashTable *scalars = dd_yaml_paths_read (text, length, error);
  File *file;

  if (scalars == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  file = g_new0 (File, 1);
  file->name = g_strdup (name);
  file->directory = g_strdup (directory);
  file->scalars = scalars;
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
