/* SPDX-License-Identifier: Apache-2.0 */
/* A user entry holds a token, a file with a token that somebody renews, a client certificate, or
 * the name of a program that prints any of these. The program learns what is wanted of it from
 * KUBERNETES_EXEC_INFO and answers with an ExecCredential; what it prints is kept until the time
 * that it names, or until a server refuses it.
 *
 * Source: Kubernetes, "Authenticating", "client-go credential plugins"; client-go's
 * plugin/pkg/client/auth/exec and transport/token_source.go. */
#include "config.h"

#include "kube/credentials.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "net/program.h"
#include "base/time.h"
#include "base/value.h"

#define MAX_BYTES (1024 * 1024)
#define PATIENCE (60 * DD_SECOND)
#define TOKEN_FILE_LIFE (1 * DD_MINUTE)

gboolean
dd_kube_reply_says_expired (const DdReply *reply)
{
  return reply->status == 401;
}

/* ---- a file with a token ---- */

typedef struct
{
  DdCredentialSource interface;
  char *path;
} TokenFile;

static void
token_file_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  TokenFile *self = (TokenFile *) source;
  g_autofree char *text = NULL;
  g_autoptr (DdCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_test (self->path, G_FILE_TEST_IS_REGULAR)
      && g_file_get_contents (self->path, &text, NULL, NULL)
      && dd_credentials_is_header_text (g_strstrip (text)))
    {
      credentials = dd_credentials_new_bearer (text);
      credentials->expires = g_get_real_time () + TOKEN_FILE_LIFE;
    }
  else
    g_set_error (&error, DD_ERROR, DD_ERROR_INVALID, "tokenFile: there is no token in %s",
                 self->path);
  done (credentials, error, data);
}

static void
token_file_free (DdCredentialSource *source)
{
  g_free (((TokenFile *) source)->path);
  g_free (source);
}

static DdCredentialSource *
token_file_new (const char *path)
{
  static const DdCredentialSourceClass klass = { token_file_fetch, token_file_free };
  TokenFile *self = g_new0 (TokenFile, 1);

  self->interface.klass = &klass;
  self->path = g_strdup (path);
  return &self->interface;
}

/* ---- a program ---- */

typedef struct
{
  DdCredentialSource interface;
  char **argv, **environment;
  char *api_version, *install_hint;
  gboolean terminal;
  DdProgram *program;
  DdCredentialsDone done;
  gpointer data;
} Plugin;

static gboolean
take_certificate (DdCredentials *credentials, const DdValue *status)
{
  const char *certificate = dd_value_path_string (status, "clientCertificateData");
  const char *key = dd_value_path_string (status, "clientKeyData");

  credentials->certificate = g_strdup (certificate);
  credentials->key = g_strdup (key);
  return (certificate == NULL) == (key == NULL);
}

static gboolean
take_expiry (DdCredentials *credentials, const DdValue *status)
{
  const char *text = dd_value_path_string (status, "expirationTimestamp");

  return text == NULL || dd_time_from_iso8601 (text, &credentials->expires);
}

/* What is wrong is named without a word of what was printed. */
static DdCredentials *
credentials_from_output (const Plugin *self, GBytes *output, GError **error)
{
  g_autoptr (DdValue) document = dd_value_parse_bytes (output, NULL);
  const DdValue *status = dd_value_member (document, "status");
  const char *token = dd_value_path_string (status, "token");
  g_autoptr (DdCredentials) credentials = dd_credentials_new_bearer (token);
  const char *problem = NULL;

  if (g_strcmp0 (dd_value_path_string (document, "kind"), "ExecCredential") != 0)
    problem = "it prints no ExecCredential";
  else if (g_strcmp0 (dd_value_path_string (document, "apiVersion"), self->api_version) != 0)
    problem = "it answers in another apiVersion than it was asked in";
  else if (token != NULL && !dd_credentials_is_header_text (token))
    problem = "its token is no token";
  else if (!take_certificate (credentials, status))
    problem = "it prints a certificate without a key, or a key without a certificate";
  else if (!take_expiry (credentials, status))
    problem = "its expirationTimestamp is no time";
  else if (token == NULL && credentials->certificate == NULL)
    problem = "it prints neither a token nor a certificate";
  if (problem == NULL)
    return g_steal_pointer (&credentials);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "exec plugin %s: %s", self->argv[0], problem);
  return NULL;
}

static void
note_output (GBytes *output, const GError *error, gpointer data)
{
  Plugin *self = data;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (DdCredentials) credentials = NULL;

  g_clear_pointer (&self->program, dd_program_free);
  if (output == NULL)
    {
      trouble = g_error_copy (error);
      g_prefix_error (&trouble, "exec plugin ");
    }
  else
    credentials = credentials_from_output (self, output, &trouble);
  self->done (credentials, trouble, self->data);
}

static void
plugin_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  Plugin *self = (Plugin *) source;
  DdProgramOptions options = { .argv = (const char *const *) self->argv,
                               .environment = self->environment,
                               .patience = PATIENCE,
                               .max_bytes = MAX_BYTES,
                               .terminal = self->terminal };
  g_autoptr (GError) error = NULL;

  self->done = done;
  self->data = data;
  g_clear_pointer (&self->program, dd_program_free);
  self->program = dd_program_run (&options, note_output, self, &error);
  if (self->program != NULL)
    return;
  if (self->install_hint != NULL)
    g_prefix_error (&error, "%s\n", self->install_hint);
  done (NULL, error, data);
}

static void
plugin_free (DdCredentialSource *source)
{
  Plugin *self = (Plugin *) source;

  dd_program_free (self->program);
  g_strfreev (self->argv);
  g_strfreev (self->environment);
  g_free (self->api_version);
  g_free (self->install_hint);
  g_free (self);
}

static DdValue *
cluster_info (const DdKubeconfig *config)
{
  g_autofree char *ca = NULL;

  if (!config->exec->wants_cluster)
    return NULL;
  if (config->ca != NULL)
    ca = g_base64_encode ((const guchar *) config->ca, strlen (config->ca));
  return dd_object ("server", dd_string (config->server), "tls-server-name",
                    dd_string (config->server_name), "certificate-authority-data", dd_string (ca),
                    "proxy-url", dd_string (config->proxy), NULL);
}

static char **
plugin_environment (const DdKubeconfig *config, char **environment, gboolean terminal)
{
  const DdExecPlugin *exec = config->exec;
  g_autoptr (DdValue) info = dd_object (
      "apiVersion", dd_string (exec->api_version), "kind", dd_string ("ExecCredential"), "spec",
      dd_object ("cluster", cluster_info (config), "interactive", dd_bool (terminal), NULL), NULL);
  g_autofree char *text = dd_value_to_text (info);
  char **result = g_strdupv (environment);

  for (guint i = 0; exec->environment[i] != NULL; i += 2)
    result = g_environ_setenv (result, exec->environment[i], exec->environment[i + 1], TRUE);
  return g_environ_setenv (result, "KUBERNETES_EXEC_INFO", text, TRUE);
}

static DdCredentialSource *
plugin_new (const DdKubeconfig *config, char **environment, GError **error)
{
  static const DdCredentialSourceClass klass = { plugin_fetch, plugin_free };
  const DdExecPlugin *exec = config->exec;
  gboolean terminal = !g_str_equal (exec->interactive_mode, "Never") && isatty (STDIN_FILENO) != 0;
  Plugin *self;

  if (!terminal && g_str_equal (exec->interactive_mode, "Always"))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "exec plugin %s: it must ask at a terminal, and there is none", exec->argv[0]);
      return NULL;
    }
  self = g_new0 (Plugin, 1);
  self->interface.klass = &klass;
  self->argv = g_strdupv (exec->argv);
  self->environment = plugin_environment (config, environment, terminal);
  self->api_version = g_strdup (exec->api_version);
  self->install_hint = g_strdup (exec->install_hint);
  self->terminal = terminal;
  return &self->interface;
}

/* ---- which of them ---- */

static gboolean
is_encrypted (const DdKubeconfig *config)
{
  return g_ascii_strncasecmp (config->server, "https://", 8) == 0;
}

/* Like kubectl, nothing is proven to a server that is reached in the clear: whoever listens could
 * use it. */
DdCredentialSource *
dd_kube_credentials_new (const DdKubeconfig *config, char **environment, GError **error)
{
  g_autoptr (DdCredentials) credentials = NULL;

  if (!is_encrypted (config))
    return NULL;
  if (config->exec != NULL)
    return plugin_new (config, environment, error);
  if (config->token_file != NULL)
    return token_file_new (config->token_file);
  if (config->token == NULL && config->certificate == NULL)
    return NULL;
  if (config->token != NULL && !dd_credentials_is_header_text (config->token))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "context %s: its token is no token",
                   config->context);
      return NULL;
    }
  credentials = dd_credentials_new_bearer (config->token);
  credentials->certificate = g_strdup (config->certificate);
  credentials->key = g_strdup (config->key);
  return dd_credential_source_new_fixed (credentials);
}
