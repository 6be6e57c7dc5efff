/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/xml.h"

#include "base/error.h"

#define MAX_DEPTH 32
#define MAX_BYTES (32 * 1024 * 1024)

/* An element that is open. */
typedef struct
{
  DdBuilder children;
  gboolean has_children, is_list;
  gboolean is_group_set;
  GString *text;
} Element;

typedef struct
{
  Element stack[MAX_DEPTH];
  guint depth;
  DdValue *root;
} Reader;

/* The security groups of a network interface in a launch template are a list whose items have a
 * name of their own; in instances there are items with members of that name. */
static gboolean
is_item_of (const Element *parent, const char *name)
{
  return g_str_equal (name, "member") || g_str_equal (name, "item")
         || (parent != NULL && parent->is_group_set && g_str_equal (name, "groupId"));
}

static void
start_element (G_GNUC_UNUSED GMarkupParseContext *context, const char *name,
               G_GNUC_UNUSED const char **attribute_names,
               G_GNUC_UNUSED const char **attribute_values, gpointer data, GError **error)
{
  Reader *self = data;
  Element *parent = self->depth == 0 ? NULL : &self->stack[self->depth - 1];
  gboolean is_item = is_item_of (parent, name);

  if (self->depth == MAX_DEPTH)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "XML is nested deeper than %d", MAX_DEPTH);
      return;
    }
  if (self->root != NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "XML has a second root, <%s>", name);
      return;
    }
  if (parent != NULL && !parent->has_children)
    {
      parent->has_children = TRUE;
      parent->is_list = is_item;
      parent->children = is_item ? dd_builder_array () : dd_builder_object ();
    }
  else if (parent != NULL && parent->is_list != is_item)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "XML mixes a list and members at <%s>", name);
      return;
    }
  self->stack[self->depth++]
      = (Element) { .text = g_string_new (NULL), .is_group_set = g_str_equal (name, "groupSet") };
}

static DdValue *
element_end (Element *element)
{
  DdValue *value = element->has_children ? dd_builder_end (&element->children)
                                         : dd_string_len (element->text->str, element->text->len);

  g_string_free (g_steal_pointer (&element->text), TRUE);
  return value;
}

static void
end_element (G_GNUC_UNUSED GMarkupParseContext *context, const char *name, gpointer data,
             G_GNUC_UNUSED GError **error)
{
  Reader *self = data;
  DdValue *value = element_end (&self->stack[--self->depth]);
  Element *parent = self->depth == 0 ? NULL : &self->stack[self->depth - 1];

  if (parent == NULL)
    self->root = value;
  else if (parent->is_list)
    dd_builder_add (&parent->children, value);
  else
    dd_builder_set (&parent->children, name, value);
}

static void
take_text (G_GNUC_UNUSED GMarkupParseContext *context, const char *text, gsize length,
           gpointer data, G_GNUC_UNUSED GError **error)
{
  Reader *self = data;

  if (self->depth > 0)
    g_string_append_len (self->stack[self->depth - 1].text, text, (gssize) length);
}

static void
reader_clear (Reader *self)
{
  while (self->depth > 0)
    {
      Element *element = &self->stack[--self->depth];

      if (element->has_children)
        dd_builder_clear (&element->children);
      g_string_free (element->text, TRUE);
    }
  g_clear_pointer (&self->root, dd_value_unref);
}

static const GMarkupParser parser = {
  .start_element = start_element,
  .end_element = end_element,
  .text = take_text,
};

DdValue *
dd_xml_parse (GBytes *body, GError **error)
{
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) problem = NULL;
  Reader reader = { 0 };
  DdValue *root = NULL;
  gsize size = 0;
  const char *text = body == NULL ? NULL : g_bytes_get_data (body, &size);

  if (size > MAX_BYTES)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "XML of %" G_GSIZE_FORMAT " bytes is too large", size);
      return NULL;
    }
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  if (text != NULL && g_markup_parse_context_parse (context, text, (gssize) size, &problem)
      && g_markup_parse_context_end_parse (context, &problem))
    root = g_steal_pointer (&reader.root);
  if (root == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "malformed XML: %s",
                 problem == NULL ? "nothing there" : problem->message);

  g_clear_pointer (&context, g_markup_parse_context_free);
  reader_clear (&reader);
  return root;
}

gint64
dd_xml_int (const DdValue *object, const char *key, gint64 fallback)
{
  const char *text = dd_value_string (dd_value_member (object, key));
  gint64 number;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return fallback;
  return number;
}
