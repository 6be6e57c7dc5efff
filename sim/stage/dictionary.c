/* SPDX-License-Identifier: Apache-2.0 */
/* What stands here of a line's members must be what sim_event_write () writes; all else is derived
 * from the table. */
#include "config.h"

#include "sim/stage/dictionary.h"

static const struct
{
  const char *name, *type, *meaning;
  gint64 minimum; /* of an integer */
} members[] = {
  { "t", "integer", "microseconds since the beginning, of the world's time in a rehearsal", 0 },
  { "n", "integer", "the number of the event, from 1", 1 },
  { "actor", "string", "who tells of it", 0 },
  { "event", "string", "what happened", 0 },
  { "subject", "string", "to what it happened; empty: to nothing that has a name", 0 },
  { "details", "object", "what there is to say of it; absent: nothing", 0 },
};

static const struct
{
  const char *type, *name;
} types[] = {
  [DD_BOOL] = { "boolean", "boolean" },
  [DD_INT] = { "integer", "integer" },
  [DD_STRING] = { "string", "text" },
  [DD_ARRAY] = { "array", "list of texts" },
};

const char *
sim_dictionary_type_name (DdType type)
{
  return types[type].name;
}

/* ---- text ---- */

static void
append_details (GString *out, const DdDetail *details, const char *format)
{
  for (guint i = 0; i < DD_MOST_DETAILS && details[i] != DD_DETAIL_NONE; i++)
    {
      if (out->len > 0)
        g_string_append (out, ", ");
      g_string_append_printf (out, format, dd_details[details[i]].name);
    }
}

static void
append_event (GString *out, const DdEventRow *row)
{
  g_autoptr (GString) details = g_string_new (NULL);

  append_details (details, row->required, "%s");
  append_details (details, row->optional, "[%s]");
  g_string_append_printf (out, "  %s\n      %s\n      subject: %s; told by: %s\n", row->name,
                          row->meaning, row->subject, row->actors);
  if (details->len > 0)
    g_string_append_printf (out, "      details: %s\n", details->str);
}

static void
append_detail (GString *out, const DdDetailRow *row)
{
  g_autofree char *words = row->words != NULL ? g_strjoinv (", ", (char **) row->words) : NULL;

  g_string_append_printf (out, "  %-14s %-14s %s%s%s\n", row->name, types[row->type].name,
                          row->meaning, words != NULL ? ": " : "", words != NULL ? words : "");
}

char *
sim_dictionary_text (void)
{
  GString *out = g_string_new ("A line of the trace is a JSON object:\n\n");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_string_append_printf (out, "  %-14s %-14s %s\n", members[i].name, members[i].type,
                            members[i].meaning);
  g_string_append (out, "\nEvents; a detail in [] may be absent:\n\n");
  for (guint i = 0; i < DD_N_EVENTS; i++)
    append_event (out, &dd_events[i]);
  g_string_append (out, "\nDetails, each of one type and one meaning in all events:\n\n");
  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    append_detail (out, &dd_details[i]);
  return g_string_free (out, FALSE);
}

/* ---- schema ---- */

static DdValue *
schema_of_members (void)
{
  DdBuilder all = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    dd_builder_set (
        &all, members[i].name,
        dd_object ("type", dd_string (members[i].type), "minimum",
                   g_str_equal (members[i].type, "integer") ? dd_int (members[i].minimum) : NULL,
                   "description", dd_string (members[i].meaning), NULL));
  return dd_builder_end (&all);
}

static DdValue *
schema_of_words (const char *const *words)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; words[i] != NULL; i++)
    dd_builder_add (&list, dd_string (words[i]));
  return dd_builder_end (&list);
}

static DdValue *
schema_of_detail (const DdDetailRow *row)
{
  return dd_object ("type", dd_string (types[row->type].type), "items",
                    row->type == DD_ARRAY ? dd_object ("type", dd_string ("string"), NULL) : NULL,
                    "enum", row->words != NULL ? schema_of_words (row->words) : NULL, "description",
                    dd_string (row->meaning), NULL);
}

static DdValue *
definitions (void)
{
  DdBuilder all = dd_builder_object ();

  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    dd_builder_set (&all, dd_details[i].name, schema_of_detail (&dd_details[i]));
  return dd_builder_end (&all);
}

static void
add_references (DdBuilder *properties, DdBuilder *names, const DdDetail *details)
{
  for (guint i = 0; i < DD_MOST_DETAILS && details[i] != DD_DETAIL_NONE; i++)
    {
      const char *name = dd_details[details[i]].name;

      dd_builder_set (properties, name,
                      dd_object ("$ref", dd_string_printf ("#/$defs/%s", name), NULL));
      if (names != NULL)
        dd_builder_add (names, dd_string (name));
    }
}

static DdValue *
schema_of_details (const DdEventRow *row)
{
  DdBuilder properties = dd_builder_object ();
  DdBuilder required = dd_builder_array ();

  add_references (&properties, &required, row->required);
  add_references (&properties, NULL, row->optional);
  return dd_object ("properties", dd_builder_end (&properties), "required",
                    dd_builder_end (&required), "additionalProperties", dd_bool (FALSE), NULL);
}

static DdValue *
list_of_words (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return schema_of_words ((const char *const *) words);
}

static DdValue *
schema_of_event (const DdEventRow *row)
{
  gboolean has_required = row->required[0] != DD_DETAIL_NONE;

  return dd_object ("title", dd_string (row->name), "description", dd_string (row->meaning),
                    "properties",
                    dd_object ("event", dd_object ("const", dd_string (row->name), NULL), "actor",
                               dd_object ("enum", list_of_words (row->actors), NULL), "subject",
                               dd_object ("description", dd_string (row->subject), NULL), "details",
                               schema_of_details (row), NULL),
                    "required", has_required ? dd_array (dd_string ("details"), NULL) : NULL, NULL);
}

DdValue *
sim_dictionary_schema (void)
{
  DdBuilder events = dd_builder_array ();

  for (guint i = 0; i < DD_N_EVENTS; i++)
    dd_builder_add (&events, schema_of_event (&dd_events[i]));
  return dd_object ("$schema", dd_string ("https://json-schema.org/draft/2020-12/schema"), "title",
                    dd_string ("A line of Drydock's trace"), "type", dd_string ("object"),
                    "required", list_of_words ("t n actor event subject"), "properties",
                    schema_of_members (), "additionalProperties", dd_bool (FALSE), "oneOf",
                    dd_builder_end (&events), "$defs", definitions (), NULL);
}
