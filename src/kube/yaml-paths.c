/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML is taken as a stream of events that fills one flat table of paths; aliases are refused,
 * nesting is bounded, and what is null is not there. */
#include "config.h"

#include "kube/yaml-paths.h"

#include <string.h>
#include <yaml.h>

#include "base/error.h"

#define MAX_DEPTH 16

typedef struct
{
  gboolean is_list;
  guint index;    /* of a list: the element that comes */
  char *key;      /* of a mapping: the key whose value comes; NULL: a key comes */
  gsize path_end; /* how much of the path belongs to what is outside */
} Level;

typedef struct
{
  GHashTable *scalars; /* path to text */
  GString *path;
  Level levels[MAX_DEPTH];
  guint depth;
} Reader;

/* Appends to the path where the value that comes now stands. */
static void
open_value (Reader *self)
{
  Level *level = self->depth == 0 ? NULL : &self->levels[self->depth - 1];

  if (level == NULL)
    return;
  g_string_truncate (self->path, level->path_end);
  if (self->path->len > 0)
    g_string_append_c (self->path, '.');
  if (level->is_list)
    g_string_append_printf (self->path, "%u", level->index++);
  else
    g_string_append (self->path, level->key == NULL ? "" : level->key);
  g_clear_pointer (&level->key, g_free);
}

static gboolean
is_null (const yaml_event_t *event)
{
  static const char *const spellings[] = { "", "~", "null", "Null", "NULL", NULL };

  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
         && g_strv_contains (spellings, (const char *) event->data.scalar.value);
}

static void
take_scalar (Reader *self, const yaml_event_t *event)
{
  const char *text = (const char *) event->data.scalar.value;
  Level *level = self->depth == 0 ? NULL : &self->levels[self->depth - 1];

  if (level != NULL && !level->is_list && level->key == NULL)
    {
      level->key = g_strdup (text);
      return;
    }
  open_value (self);
  if (!is_null (event))
    g_hash_table_replace (self->scalars, g_strdup (self->path->str), g_strdup (text));
}

static gboolean
open_level (Reader *self, gboolean is_list)
{
  if (self->depth == MAX_DEPTH)
    return FALSE;
  open_value (self);
  self->levels[self->depth++] = (Level) { .is_list = is_list, .path_end = self->path->len };
  return TRUE;
}

static void
close_level (Reader *self)
{
  g_clear_pointer (&self->levels[--self->depth].key, g_free);
}

/* FALSE for what a kubeconfig has no use for. */
static gboolean
take_event (Reader *self, const yaml_event_t *event)
{
  switch ((int) event->type)
    {
    case YAML_SCALAR_EVENT:
      take_scalar (self, event);
      return TRUE;
    case YAML_MAPPING_START_EVENT:
      return open_level (self, FALSE);
    case YAML_SEQUENCE_START_EVENT:
      return open_level (self, TRUE);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
      close_level (self);
      return TRUE;
    case YAML_ALIAS_EVENT:
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
read_events (Reader *self, yaml_parser_t *parser, GError **error)
{
  gboolean done = FALSE;
  gboolean fine = TRUE;

  while (fine && !done)
    {
      yaml_event_t event;

      if (!yaml_parser_parse (parser, &event))
        {
          g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "line %" G_GSIZE_FORMAT ": %s",
                       parser->problem_mark.line + 1,
                       parser->problem == NULL ? "not UTF-8 text" : parser->problem);
          return FALSE;
        }
      fine = take_event (self, &event);
      done = event.type == YAML_STREAM_END_EVENT;
      if (!fine)
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                     "line %" G_GSIZE_FORMAT ": aliases and nesting this deep have no place here",
                     event.start_mark.line + 1);
      yaml_event_delete (&event);
    }
  return fine;
}

GHashTable *
dd_yaml_paths_read (const char *text, gsize length, GError **error)
{
  g_autoptr (GHashTable) scalars = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Reader reader = { .scalars = scalars, .path = g_string_new (NULL) };
  yaml_parser_t parser;
  gboolean fine;

  yaml_parser_initialize (&parser);
  yaml_parser_set_input_string (&parser, (const unsigned char *) text, length);
  fine = read_events (&reader, &parser, error);
  yaml_parser_delete (&parser);

  while (reader.depth > 0)
    close_level (&reader);
  g_string_free (reader.path, TRUE);
  return fine ? g_steal_pointer (&scalars) : NULL;
}
