/* SPDX-License-Identifier: Apache-2.0 */
/* Two files make one table: ~/.aws/config with sections "[profile NAME]", "[default]" and
 * "[services NAME]", and ~/.aws/credentials with sections "[NAME]", which wins where both say
 * something. A value may have lines of its own below it, indented: "eks =" and then
 * "  endpoint_url = http://..." is the key "eks.endpoint_url".
 *
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files", "Format of
 * the config file", "Service-specific endpoints"; botocore's configloader.py for the order. */
#include "config.h"

#include "aws/settings.h"

#include <string.h>

#include "net/endpoint.h"
#include "base/error.h"

#define MAX_BYTES (1024 * 1024)

struct _DdAwsSettings
{
  char **environment;
  char *profile;
  gboolean insists;
  GHashTable *values;   /* "profile NAME\nkey" to text; for look-up only */
  GHashTable *profiles; /* names; for look-up only */
};

/* ---- one file ---- */

typedef struct
{
  DdAwsSettings *settings;
  gboolean is_credentials; /* sections are profiles without a word in front of them */
  char *section;           /* "profile NAME" or "services NAME"; NULL: one that nobody needs */
  char *outer;             /* the key whose nested lines may come */
} Reader;

static void
put (Reader *reader, const char *key, const char *value)
{
  if (reader->section != NULL)
    g_hash_table_replace (reader->settings->values, g_strconcat (reader->section, "\n", key, NULL),
                          g_strdup (value));
}

/* The words between the brackets; quotes keep a name with blanks together. */
static gboolean
open_section (Reader *reader, const char *line, GError **error)
{
  const char *end = strchr (line, ']');
  g_autofree char *inside = end == NULL ? NULL : g_strndup (line + 1, end - line - 1);
  g_auto (GStrv) words = NULL;
  const char *name = NULL;

  g_clear_pointer (&reader->section, g_free);
  g_clear_pointer (&reader->outer, g_free);
  if (inside == NULL || !g_shell_parse_argv (inside, NULL, &words, NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "no section: %.40s", line);
      return FALSE;
    }
  if (g_strv_length (words) == 1 && (reader->is_credentials || g_str_equal (words[0], "default")))
    name = words[0];
  else if (g_strv_length (words) == 2 && g_str_equal (words[0], "profile"))
    name = words[1];
  else if (g_strv_length (words) == 2 && g_str_equal (words[0], "services"))
    reader->section = g_strconcat ("services ", words[1], NULL);
  if (name != NULL)
    {
      reader->section = g_strconcat ("profile ", name, NULL);
      g_hash_table_add (reader->settings->profiles, g_strdup (name));
    }
  return TRUE;
}

static gboolean
take_setting (Reader *reader, char *line, gboolean nested, GError **error)
{
  char *equals = strchr (line, '=');
  g_autofree char *key = NULL;

  if (nested && (reader->outer == NULL || equals == NULL))
    return TRUE; /* a value that goes on, of a setting that is none of ours */
  if (equals == NULL)
    {
      /* The line itself may be a secret in the wrong place: it is not shown. */
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "neither a section nor KEY = VALUE");
      return FALSE;
    }
  *equals = '\0';
  key = g_ascii_strdown (g_strstrip (line), -1);
  if (nested)
    {
      g_autofree char *path = g_strconcat (reader->outer, ".", key, NULL);

      put (reader, path, g_strstrip (equals + 1));
      return TRUE;
    }
  put (reader, key, g_strstrip (equals + 1));
  g_free (reader->outer);
  reader->outer = g_steal_pointer (&key);
  return TRUE;
}

static gboolean
take_line (Reader *reader, char *line, GError **error)
{
  gboolean nested = *line == ' ' || *line == '\t';

  g_strstrip (line);
  if (*line == '\0' || *line == '#' || *line == ';')
    return TRUE;
  if (*line == '[' && !nested)
    return open_section (reader, line, error);
  return take_setting (reader, line, nested, error);
}

static gboolean
read_lines (DdAwsSettings *settings, char *text, gboolean is_credentials, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Reader reader = { .settings = settings, .is_credentials = is_credentials };
  gboolean fine = TRUE;

  for (guint i = 0; fine && lines[i] != NULL; i++)
    {
      fine = take_line (&reader, lines[i], error);
      if (!fine)
        g_prefix_error (error, "line %u: ", i + 1);
    }
  g_free (reader.section);
  g_free (reader.outer);
  return fine;
}

static gboolean
read_file (DdAwsSettings *settings, const char *path, gboolean is_credentials, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) trouble = NULL;
  gsize length = 0;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (&trouble, DD_ERROR, DD_ERROR_INVALID, "not a file");
  else if (!g_file_get_contents (path, &text, &length, &trouble))
    g_clear_pointer (&text, g_free);
  else if (length > MAX_BYTES || !g_utf8_validate_len (text, length, NULL))
    g_set_error (&trouble, DD_ERROR, DD_ERROR_INVALID, "too large, or not UTF-8 text");
  else
    read_lines (settings, text, is_credentials, &trouble);
  if (trouble == NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", path, trouble->message);
  return FALSE;
}

/* ---- both of them ---- */

static char *
path_of (const DdAwsSettings *settings, const char *variable, const char *name)
{
  const char *chosen = dd_aws_settings_variable (settings, variable);
  const char *home = dd_aws_settings_variable (settings, "HOME");

  if (chosen != NULL && g_str_has_prefix (chosen, "~/") && home != NULL)
    return g_build_filename (home, chosen + 2, NULL);
  if (chosen != NULL)
    return g_strdup (chosen);
  return g_build_filename (home != NULL ? home : g_get_home_dir (), ".aws", name, NULL);
}

static gboolean
choose_profile (DdAwsSettings *settings, const char *profile, GError **error)
{
  const char *chosen = profile;

  if (chosen == NULL)
    chosen = dd_aws_settings_variable (settings, "AWS_PROFILE");
  if (chosen == NULL)
    chosen = dd_aws_settings_variable (settings, "AWS_DEFAULT_PROFILE");
  settings->insists = profile != NULL;
  settings->profile = g_strdup (chosen != NULL ? chosen : "default");
  if (chosen == NULL || dd_aws_settings_has_profile (settings, chosen))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "the shared configuration files of AWS have no profile '%s'", chosen);
  return FALSE;
}

DdAwsSettings *
dd_aws_settings_load (char **environment, const char *profile, GError **error)
{
  g_autoptr (DdAwsSettings) settings = g_new0 (DdAwsSettings, 1);
  g_autofree char *config = NULL;
  g_autofree char *credentials = NULL;

  settings->environment = g_strdupv (environment);
  settings->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  settings->profiles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  config = path_of (settings, "AWS_CONFIG_FILE", "config");
  credentials = path_of (settings, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  if (!read_file (settings, config, FALSE, error) || !read_file (settings, credentials, TRUE, error)
      || !choose_profile (settings, profile, error))
    return NULL;
  return g_steal_pointer (&settings);
}

void
dd_aws_settings_free (DdAwsSettings *settings)
{
  if (settings == NULL)
    return;
  g_strfreev (settings->environment);
  g_free (settings->profile);
  g_clear_pointer (&settings->values, g_hash_table_unref);
  g_clear_pointer (&settings->profiles, g_hash_table_unref);
  g_free (settings);
}

char **
dd_aws_settings_environment (const DdAwsSettings *settings)
{
  return settings->environment;
}

const char *
dd_aws_settings_profile (const DdAwsSettings *settings)
{
  return settings->profile;
}

gboolean
dd_aws_settings_insists (const DdAwsSettings *settings)
{
  return settings->insists;
}

gboolean
dd_aws_settings_has_profile (const DdAwsSettings *settings, const char *profile)
{
  return g_hash_table_contains (settings->profiles, profile);
}

static const char *
unless_empty (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

const char *
dd_aws_settings_variable (const DdAwsSettings *settings, const char *name)
{
  return unless_empty (g_environ_getenv (settings->environment, name));
}

static const char *
look_up (const DdAwsSettings *settings, const char *kind, const char *name, const char *key)
{
  g_autofree char *path = g_strconcat (kind, " ", name, "\n", key, NULL);

  return unless_empty (g_hash_table_lookup (settings->values, path));
}

const char *
dd_aws_settings_value (const DdAwsSettings *settings, const char *profile, const char *key)
{
  return look_up (settings, "profile", profile, key);
}

static const char *
endpoint_of_services (const DdAwsSettings *settings, const char *setting)
{
  const char *section = dd_aws_settings_value (settings, settings->profile, "services");
  g_autofree char *key = g_strconcat (setting, ".endpoint_url", NULL);

  return section == NULL ? NULL : look_up (settings, "services", section, key);
}

const char *
dd_aws_settings_endpoint (const DdAwsSettings *settings, const char *service)
{
  const char *ignore = dd_aws_settings_variable (settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  const DdAwsService *row = dd_aws_services;
  const char *places[4] = { NULL };

  while (row->name != NULL && strcmp (row->name, service) != 0)
    row++;
  if (row->name == NULL || (ignore != NULL && g_ascii_strcasecmp (ignore, "true") == 0))
    return NULL;
  places[0] = dd_aws_settings_variable (settings, row->variable);
  places[1] = dd_aws_settings_variable (settings, "AWS_ENDPOINT_URL");
  places[2] = endpoint_of_services (settings, row->setting);
  places[3] = dd_aws_settings_value (settings, settings->profile, "endpoint_url");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i] != NULL)
      return places[i];
  return NULL;
}

const char *
dd_aws_settings_ca_bundle (const DdAwsSettings *settings)
{
  const char *file = dd_aws_settings_variable (settings, "AWS_CA_BUNDLE");

  return file != NULL ? file : dd_aws_settings_value (settings, settings->profile, "ca_bundle");
}

const char *
dd_aws_settings_region (const DdAwsSettings *settings)
{
  const char *region = dd_aws_settings_variable (settings, "AWS_REGION");

  if (region == NULL)
    region = dd_aws_settings_variable (settings, "AWS_DEFAULT_REGION");
  return region != NULL ? region : dd_aws_settings_value (settings, settings->profile, "region");
}
