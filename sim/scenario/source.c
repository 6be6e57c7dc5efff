/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/source.c: names into places, places into YAML */

#include "config.h"

#include "sim/scenario/source.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "base/error.h"

static gboolean
is_resource (const char *place)
{
  return g_str_has_prefix (place, "resource://");
}

static gboolean
exists (const char *place)
{
  if (is_resource (place))
    return g_resources_get_info (place + strlen ("resource://"), G_RESOURCE_LOOKUP_FLAGS_NONE, NULL,
                                 NULL, NULL);
  return g_file_test (place, G_FILE_TEST_EXISTS);
}

static char *
beside (const char *name, const char *base)
{
  g_autofree char *directory = NULL;
  g_autofree char *path = NULL;

  if (base == NULL || g_path_is_absolute (name) || is_resource (name))
    return g_strdup (name);
  if (!is_resource (base))
    {
      directory = g_path_get_dirname (base);
      return g_strcmp0 (directory, ".") == 0 ? g_strdup (name)
                                             : g_build_filename (directory, name, NULL);
    }
  directory = g_path_get_dirname (base + strlen ("resource://"));
  path = g_canonicalize_filename (name, directory);
  return g_strconcat ("resource://", path, NULL);
}

char *
sim_source_resolve (const char *name, const char *base)
{
  g_autofree char *place = beside (name, base);
  g_autofree char *built_in = g_strconcat (SIM_BUILT_IN, name, NULL);

  return !exists (place) && exists (built_in) ? g_steal_pointer (&built_in)
                                              : g_steal_pointer (&place);
}

/* The built-in worlds and workloads: resources.c, made by glib-compile-resources. */
GResource *drydock_get_resource (void);

static gboolean
is_pipe (const char *place)
{
  GStatBuf status;

  return g_stat (place, &status) == 0 && S_ISFIFO (status.st_mode);
}

/* A device may have no end. What is not there is told by who opens it. */
static gboolean
is_plain (const char *place, GError **error)
{
  if (!exists (place) || g_file_test (place, G_FILE_TEST_IS_DIR | G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "not a file or a pipe");
  return FALSE;
}

/* What a shell writes into `<(...)`; whoever writes it may never end, so it is read up to a limit
 * that the reader of YAML then complains of. */
static GBytes *
read_pipe (const char *place, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (place);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree char *text = NULL;
  gsize length = 0;

  if (stream == NULL)
    return NULL;
  text = g_malloc (DD_YAML_MAX_BYTES + 1);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), text, DD_YAML_MAX_BYTES + 1, &length, NULL,
                                error))
    return NULL;
  return g_bytes_new (text, length);
}

static GBytes *
read_bytes (const char *place, GError **error)
{
  char *text;
  gsize length;

  if (is_resource (place))
    return g_resource_lookup_data (drydock_get_resource (), place + strlen ("resource://"),
                                   G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (is_pipe (place))
    return read_pipe (place, error);
  if (!is_plain (place, error) || !g_file_get_contents (place, &text, &length, error))
    return NULL;
  return g_bytes_new_take (text, length);
}

DdYamlFile *
sim_source_read (const char *place, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GBytes) bytes = read_bytes (place, &reason);
  const char *text;
  gsize length;

  if (bytes == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "%s: %s", place, reason->message);
      return NULL;
    }
  text = g_bytes_get_data (bytes, &length);
  return dd_yaml_parse (place, text != NULL ? text : "", length, error);
}
