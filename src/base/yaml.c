/* SPDX-License-Identifier: Apache-2.0 */
/* src/base/yaml.c: libyaml's events made into nodes
 *
 * libyaml gives events with marks and leaves the rest to us: duplicate keys, aliases (refused, so
 * there is nothing to expand), merge keys, tags, depth and size. Containers being read stand on an
 * explicit stack, so that depth is a number to compare and never the C stack. */

#include "config.h"

#include "base/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/error.h"

typedef struct
{
  DdYaml *node;
  DdYaml *key;      /* read, its value not yet */
  GHashTable *seen; /* keys, borrowed */
  DdBuilder builder;
} Frame;

typedef struct
{
  DdYamlFile *file;
  GArray *stack; /* of Frame */
  guint nodes;
} Reader;

static void
node_free (DdYaml *node)
{
  if (node == NULL)
    return;
  dd_value_unref (node->value);
  g_free (node->text);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  g_free (node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdYaml, node_free)

void
dd_yaml_file_free (DdYamlFile *file)
{
  if (file == NULL)
    return;
  g_clear_pointer (&file->documents, g_ptr_array_unref);
  g_clear_pointer (&file->warnings, g_ptr_array_unref);
  g_free (file->name);
  g_free (file->text);
  g_free (file);
}

/* ---- messages that point ---- */

/* The line's text without its end; very long lines are cut around the column. */
static char *
source_line (const DdYamlFile *file, guint line)
{
  const char *start = file->text;

  for (guint i = 1; i < line && start != NULL; i++)
    {
      start = strchr (start, '\n');
      start = start != NULL ? start + 1 : NULL;
    }
  return start != NULL ? g_strndup (start, strcspn (start, "\r\n")) : g_strdup ("");
}

char *
dd_yaml_point (const DdYamlFile *file, guint line, guint column, const char *message)
{
  g_autofree char *source = file->secret ? g_strdup ("") : source_line (file, line);
  GString *out = g_string_new (NULL);

  g_string_printf (out, "%s:%u:%u: %s", file->name, line, column, message);
  if (*source == '\0' || !g_utf8_validate (source, -1, NULL) || g_utf8_strlen (source, -1) > 160)
    return g_string_free (out, FALSE);
  g_string_append_printf (out, "\n  %s\n  ", source);
  /* Tabs are kept, so that the caret stands below its column whatever they are worth. */
  for (const char *p = source; *p != '\0' && column > 1; p = g_utf8_next_char (p), column--)
    g_string_append_c (out, *p == '\t' ? '\t' : ' ');
  g_string_append_c (out, '^');
  return g_string_free (out, FALSE);
}

void
dd_yaml_set_error (GError **error, const DdYaml *node, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *pointed = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  pointed = dd_yaml_point (node->file, node->line, node->column, message);
  g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, pointed);
}

static void
warn_at (const DdYaml *node, const char *message)
{
  g_autofree char *named = NULL;

  if (node->file->warnings->len >= DD_YAML_MAX_WARNINGS)
    return;
  named = node->file->secret ? g_strdup (message) : g_strdup_printf ("%s: %s", node->text, message);
  g_ptr_array_add (node->file->warnings,
                   dd_yaml_point (node->file, node->line, node->column, named));
}

/* ---- building ---- */

static DdYaml *
node_new (Reader *reader, const yaml_event_t *event)
{
  DdYaml *node = g_new0 (DdYaml, 1);

  node->file = reader->file;
  node->line = (guint) event->start_mark.line + 1;
  node->column = (guint) event->start_mark.column + 1;
  return node;
}

static void
frame_clear (gpointer data)
{
  Frame *frame = data;

  g_clear_pointer (&frame->node, node_free);
  g_clear_pointer (&frame->key, node_free);
  g_clear_pointer (&frame->seen, g_hash_table_unref);
  dd_builder_clear (&frame->builder);
}

static Frame *
top (Reader *reader)
{
  return reader->stack->len > 0 ? &g_array_index (reader->stack, Frame, reader->stack->len - 1)
                                : NULL;
}

/* A mapping's key is text whatever it looks like; kubectl does the same. */
static gboolean
take_key (Frame *frame, DdYaml *node, GError **error)
{
  g_autoptr (DdYaml) key = node;
  const DdYaml *first;

  if (key->text == NULL)
    {
      dd_yaml_set_error (error, key, "a key must be a word, not a list or a mapping");
      return FALSE;
    }
  if (strcmp (key->text, "<<") == 0 && !key->quoted)
    {
      dd_yaml_set_error (error, key, "merge keys (<<) are not supported; write the members out");
      return FALSE;
    }
  if (frame->node->keys->len >= DD_YAML_MAX_KEYS)
    {
      dd_yaml_set_error (error, key, "more than %d keys in one mapping", DD_YAML_MAX_KEYS);
      return FALSE;
    }
  first = g_hash_table_lookup (frame->seen, key->text);
  if (first != NULL)
    {
      dd_yaml_set_error (error, key, "duplicate key \"%s\", first given in line %u", key->text,
                         first->line);
      return FALSE;
    }
  g_hash_table_insert (frame->seen, key->text, key);
  frame->key = g_steal_pointer (&key);
  return TRUE;
}

/* Puts a finished node where it belongs: a document, an element, a key or a value. */
static gboolean
place (Reader *reader, DdYaml *node, GError **error)
{
  Frame *frame = top (reader);

  if (frame == NULL)
    {
      g_ptr_array_add (reader->file->documents, node);
      return TRUE;
    }
  if (frame->node->keys != NULL && frame->key == NULL)
    return take_key (frame, node, error);

  if (frame->node->keys != NULL)
    {
      dd_builder_set (&frame->builder, frame->key->text, dd_value_ref (node->value));
      g_ptr_array_add (frame->node->keys, g_steal_pointer (&frame->key));
    }
  else
    dd_builder_add (&frame->builder, dd_value_ref (node->value));
  g_ptr_array_add (frame->node->children, node);
  return TRUE;
}

/* A password that begins with "!" or "*" is a tag or an alias to YAML. */
static void
refuse_tag (GError **error, const DdYaml *node, const yaml_char_t *tag)
{
  if (node->file->secret)
    dd_yaml_set_error (error, node, "tags (!) are not supported; quote what is meant as text");
  else
    dd_yaml_set_error (error, node, "tag %s is not supported", tag);
}

static void
refuse_alias (GError **error, const DdYaml *node, const yaml_char_t *anchor)
{
  if (node->file->secret)
    dd_yaml_set_error (error, node, "aliases (*) are not supported; write the text again");
  else
    dd_yaml_set_error (error, node, "aliases (*%s) are not supported; write the text again",
                       anchor);
}

static gboolean
tag_is_plain (const yaml_char_t *tag)
{
  return tag == NULL || strcmp ((const char *) tag, "!") == 0
         || strcmp ((const char *) tag, YAML_STR_TAG) == 0;
}

static gboolean
read_scalar (Reader *reader, const yaml_event_t *event, GError **error)
{
  g_autoptr (DdYaml) node = node_new (reader, event);
  const char *text = (const char *) event->data.scalar.value;
  const char *warning = NULL;
  Frame *frame = top (reader);
  gboolean is_key = frame != NULL && frame->node->keys != NULL && frame->key == NULL;

  if (!tag_is_plain (event->data.scalar.tag))
    {
      refuse_tag (error, node, event->data.scalar.tag);
      return FALSE;
    }
  if (strlen (text) != event->data.scalar.length)
    {
      dd_yaml_set_error (error, node, "text must not contain the character U+0000");
      return FALSE;
    }
  node->text = g_strdup (text);
  node->quoted
      = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || event->data.scalar.tag != NULL;
  node->value = node->quoted || is_key ? dd_string (text) : dd_yaml_scalar (text, &warning);
  if (warning != NULL)
    warn_at (node, warning);
  return place (reader, g_steal_pointer (&node), error);
}

static gboolean
open_container (Reader *reader, const yaml_event_t *event, gboolean mapping, GError **error)
{
  g_autoptr (DdYaml) node = node_new (reader, event);
  const yaml_char_t *tag = mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
  Frame frame = { 0 };

  if (tag != NULL)
    {
      refuse_tag (error, node, tag);
      return FALSE;
    }
  if (reader->stack->len >= DD_YAML_MAX_DEPTH)
    {
      dd_yaml_set_error (error, node, "nested deeper than %d levels", DD_YAML_MAX_DEPTH);
      return FALSE;
    }
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  if (mapping)
    {
      node->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
      frame.seen = g_hash_table_new (g_str_hash, g_str_equal);
    }
  frame.builder = mapping ? dd_builder_object () : dd_builder_array ();
  frame.node = g_steal_pointer (&node);
  g_array_append_val (reader->stack, frame);
  return TRUE;
}

static gboolean
close_container (Reader *reader, GError **error)
{
  Frame *frame = top (reader);
  DdYaml *node = g_steal_pointer (&frame->node);

  node->value = dd_builder_end (&frame->builder);
  g_array_set_size (reader->stack, reader->stack->len - 1);
  return place (reader, node, error);
}

static gboolean
take_event (Reader *reader, const yaml_event_t *event, GError **error)
{
  g_autoptr (DdYaml) here = NULL;

  if (++reader->nodes > DD_YAML_MAX_NODES)
    {
      here = node_new (reader, event);
      dd_yaml_set_error (error, here, "more than %d nodes in one file", DD_YAML_MAX_NODES);
      return FALSE;
    }
  switch (event->type)
    {
    case YAML_SCALAR_EVENT:
      return read_scalar (reader, event, error);
    case YAML_SEQUENCE_START_EVENT:
      return open_container (reader, event, FALSE, error);
    case YAML_MAPPING_START_EVENT:
      return open_container (reader, event, TRUE, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close_container (reader, error);
    case YAML_ALIAS_EVENT:
      here = node_new (reader, event);
      refuse_alias (error, here, event->data.alias.anchor);
      return FALSE;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      return TRUE;
    }
  return TRUE;
}

static void
set_syntax_error (Reader *reader, const yaml_parser_t *parser, GError **error)
{
  g_autoptr (GString) message = g_string_new (parser->problem);
  g_autofree char *pointed = NULL;

  if (parser->context != NULL)
    g_string_append_printf (message, " %s (begun in line %" G_GSIZE_FORMAT ")", parser->context,
                            parser->context_mark.line + 1);
  pointed = dd_yaml_point (reader->file, (guint) parser->problem_mark.line + 1,
                           (guint) parser->problem_mark.column + 1, message->str);
  g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, pointed);
}

static gboolean
read_events (Reader *reader, yaml_parser_t *parser, GError **error)
{
  for (gboolean more = TRUE; more;)
    {
      yaml_event_t event;
      gboolean taken;

      if (!yaml_parser_parse (parser, &event))
        {
          set_syntax_error (reader, parser, error);
          return FALSE;
        }
      more = event.type != YAML_STREAM_END_EVENT;
      taken = take_event (reader, &event, error);
      yaml_event_delete (&event);
      if (!taken)
        return FALSE;
    }
  return TRUE;
}

/* "---" with nothing but a comment is an empty document: no document at all to kubectl. */
static void
drop_empty_documents (DdYamlFile *file)
{
  for (guint i = file->documents->len; i > 0; i--)
    {
      const DdYaml *document = g_ptr_array_index (file->documents, i - 1);

      if (dd_value_type (document->value) == DD_NULL)
        g_ptr_array_remove_index (file->documents, i - 1);
    }
}

static gboolean
text_is_acceptable (const char *name, const char *text, gsize length, GError **error)
{
  const char *bad = NULL;

  if (length > DD_YAML_MAX_BYTES)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: %" G_GSIZE_FORMAT " bytes are more than the %d that are read", name, length,
                   DD_YAML_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate_len (text, length, &bad))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: not UTF-8 text (byte %ld)", name,
                   (long) (bad - text));
      return FALSE;
    }
  return TRUE;
}

static DdYamlFile *
parse (const char *name, const char *text, gsize length, gboolean secret, GError **error)
{
  g_autoptr (DdYamlFile) file = NULL;
  g_autoptr (GArray) stack = NULL;
  yaml_parser_t parser;
  gboolean read;
  Reader reader = { 0 };

  if (!text_is_acceptable (name, text, length, error))
    return NULL;
  file = g_new0 (DdYamlFile, 1);
  file->name = g_strdup (name);
  file->text = g_strndup (text, length);
  file->secret = secret;
  file->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  file->warnings = g_ptr_array_new_with_free_func (g_free);
  stack = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_set_clear_func (stack, frame_clear);
  reader.file = file;
  reader.stack = stack;

  yaml_parser_initialize (&parser);
  yaml_parser_set_encoding (&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&parser, (const unsigned char *) file->text, strlen (file->text));
  read = read_events (&reader, &parser, error);
  yaml_parser_delete (&parser);
  if (!read)
    return NULL;
  drop_empty_documents (file);
  return g_steal_pointer (&file);
}

DdYamlFile *
dd_yaml_parse (const char *name, const char *text, gsize length, GError **error)
{
  return parse (name, text, length, FALSE, error);
}

DdYamlFile *
dd_yaml_parse_secret (const char *name, const char *text, gsize length, GError **error)
{
  return parse (name, text, length, TRUE, error);
}

/* ---- reading ---- */

static gboolean
find_key (const DdYaml *node, const char *key, guint *out_index)
{
  if (node == NULL || node->keys == NULL)
    return FALSE;
  for (guint i = 0; i < node->keys->len; i++)
    {
      const DdYaml *candidate = g_ptr_array_index (node->keys, i);

      if (strcmp (candidate->text, key) == 0)
        {
          *out_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

const DdYaml *
dd_yaml_member (const DdYaml *node, const char *key)
{
  guint index;

  return find_key (node, key, &index) ? g_ptr_array_index (node->children, index) : NULL;
}

const DdYaml *
dd_yaml_key (const DdYaml *node, const char *key)
{
  guint index;

  return find_key (node, key, &index) ? g_ptr_array_index (node->keys, index) : NULL;
}

guint
dd_yaml_length (const DdYaml *node)
{
  return node != NULL && node->children != NULL ? node->children->len : 0;
}

const DdYaml *
dd_yaml_element (const DdYaml *node, guint index)
{
  return index < dd_yaml_length (node) ? g_ptr_array_index (node->children, index) : NULL;
}

/* ---- back into values ---- */

static DdValue *
scalar_document (const DdYaml *node)
{
  g_autofree char *text = NULL;

  if (dd_value_type (node->value) != DD_DOUBLE || node->text == NULL)
    return dd_value_ref (node->value);
  text = dd_value_to_text (node->value);
  return g_str_equal (text, node->text) ? dd_value_ref (node->value) : dd_string (node->text);
}

DdValue *
dd_yaml_document (const DdYaml *node)
{
  DdBuilder builder;

  if (node->children == NULL)
    return scalar_document (node);
  builder = node->keys != NULL ? dd_builder_object () : dd_builder_array ();
  for (guint i = 0; i < node->children->len; i++)
    {
      DdValue *part = dd_yaml_document (g_ptr_array_index (node->children, i));

      if (node->keys != NULL)
        dd_builder_set (&builder, ((const DdYaml *) g_ptr_array_index (node->keys, i))->text, part);
      else
        dd_builder_add (&builder, part);
    }
  return dd_builder_end (&builder);
}
