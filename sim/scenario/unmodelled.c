/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/unmodelled.c: fields that are not modelled, found, joined and put into words */

#include "config.h"

#include "sim/scenario/unmodelled.h"

#include <string.h>

#include "sim/kube/parts.h"

static void
unmodelled_free (gpointer data)
{
  SimUnmodelled *self = data;

  g_free (self->file);
  g_free (self->object);
  g_free (self->field);
  g_free (self->what);
  g_free (self->last);
  g_free (self);
}

GPtrArray *
sim_unmodelled_new (void)
{
  return g_ptr_array_new_with_free_func (unmodelled_free);
}

/* ---- finding ---- */

typedef struct
{
  GPtrArray *list;
  const KubeKind *kind;
  const char *object;
  const DdYaml *node;      /* NULL: it came by the API */
  const DdValue *previous; /* what was told before; NULL: nothing */
} Look;

/* The words of a path: "spec", "volumes", "0", "csi". Between "]" and "." there is an empty one. */
static char **
words_of (const char *path)
{
  return g_strsplit_set (path, ".[]", -1);
}

static gboolean
is_position (const char *word)
{
  return g_ascii_isdigit (*word);
}

static guint
position (const char *word)
{
  return (guint) g_ascii_strtoull (word, NULL, 10);
}

/* The key at the end of PATH. */
static const DdYaml *
place_of (const DdYaml *node, const char *path)
{
  g_auto (GStrv) words = words_of (path);
  const DdYaml *place = node;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      place = is_position (words[i]) ? node : dd_yaml_key (node, words[i]);
      node = is_position (words[i]) ? dd_yaml_element (node, position (words[i]))
                                    : dd_yaml_member (node, words[i]);
    }
  return place;
}

/* Which of several volumes it is makes no difference to a reader. */
static char *
without_positions (const KubeKind *kind, const char *path)
{
  g_auto (GStrv) words = words_of (path);
  GString *text = g_string_new (kind->kind);

  for (guint i = 0; words[i] != NULL; i++)
    if (!is_position (words[i]))
      g_string_append_printf (text, ".%s", words[i]);
  return g_string_free (text, FALSE);
}

static SimUnmodelled *
find (const GPtrArray *list, const char *what)
{
  for (guint i = 0; i < list->len; i++)
    {
      SimUnmodelled *self = g_ptr_array_index (list, i);

      if (strcmp (self->what, what) == 0)
        return self;
    }
  return NULL;
}

/* Two volumes of one object are one object. */
static void
count_object (SimUnmodelled *self, const char *object)
{
  if (strcmp (self->last, object) == 0)
    return;
  g_free (self->last);
  self->last = g_strdup (object);
  self->more++;
}

static void
note (const KubeField *field, const char *path, gpointer data)
{
  const Look *look = data;
  g_autofree char *what = without_positions (look->kind, path);
  SimUnmodelled *self = find (look->list, what);

  if (self != NULL)
    {
      count_object (self, look->object);
      return;
    }
  self = g_new0 (SimUnmodelled, 1);
  self->object = g_strdup (look->object);
  self->field = g_strdup (path);
  self->effect = field->because;
  self->what = g_steal_pointer (&what);
  self->last = g_strdup (look->object);
  if (look->node != NULL)
    {
      const DdYaml *place = place_of (look->node, path);

      self->file = g_strdup (place->file->name);
      self->line = place->line;
      self->column = place->column;
    }
  g_ptr_array_add (look->list, self);
}

void
sim_unmodelled_add (GPtrArray *list, const DdYaml *node, const KubeKind *kind, const char *object)
{
  Look look = { .list = list, .kind = kind, .object = object, .node = node };

  kube_unmodelled_each (kind, node->value, note, &look);
}

static char *
name_of (const char *kind, const char *namespace_, const char *name)
{
  return g_strdup_printf ("%s %s%s%s", kind, namespace_, *namespace_ != '\0' ? "/" : "", name);
}

/* By what a cluster would do with them, so that all those that decide nothing are one line. */
static void
add_kept (GPtrArray *list, const SimKept *kept)
{
  g_autofree char *object = name_of (kept->kind, kept->namespace_, kept->name);
  g_autofree char *what = g_strconcat ("kept: ", kept->effect, NULL);
  SimUnmodelled *self = find (list, what);

  if (self != NULL)
    {
      count_object (self, object);
      return;
    }
  self = g_new0 (SimUnmodelled, 1);
  self->file = g_strdup (kept->node->file->name);
  self->line = kept->node->line;
  self->column = kept->node->column;
  self->object = g_strdup (object);
  self->field = g_strdup ("kind");
  self->effect = kept->effect;
  self->what = g_steal_pointer (&what);
  self->last = g_steal_pointer (&object);
  g_ptr_array_add (list, self);
}

void
sim_unmodelled_add_manifests (GPtrArray *list, const SimManifests *manifests)
{
  for (guint i = 0; i < manifests->kept->len; i++)
    add_kept (list, g_ptr_array_index (manifests->kept, i));
  for (guint i = 0; i < manifests->manifests->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (manifests->manifests, i);
      const char *name = manifest->name;
      g_autofree char *object = NULL;

      if (name == NULL)
        name = dd_value_path_string (manifest->node->value, "metadata.generateName");
      object = name_of (manifest->kind->kind, manifest->namespace_, name);
      sim_unmodelled_add (list, manifest->node, manifest->kind, object);
    }
}

/* Notes what the revision before did not have. */
static void
note_news (const KubeField *field, const char *path, gpointer data)
{
  const Look *look = data;
  g_auto (GStrv) words = words_of (path);
  const DdValue *before = look->previous;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      before = is_position (words[i]) ? dd_value_element (before, position (words[i]))
                                      : dd_value_member (before, words[i]);
  if (before == NULL)
    note (field, path, data);
}

void
sim_unmodelled_add_object (GPtrArray *list, const SimObject *object, const SimObject *previous)
{
  g_autofree char *name = name_of (object->kind->kind, object->namespace_, object->name);
  Look look = { .list = list,
                .kind = object->kind,
                .object = name,
                .previous = previous != NULL ? previous->value : NULL };

  kube_unmodelled_each (object->kind, object->value, note_news, &look);
}

/* ---- words ---- */

char *
sim_unmodelled_place (const SimUnmodelled *self)
{
  return self->file != NULL ? g_strdup_printf ("%s:%u", self->file, self->line) : g_strdup ("");
}

char *
sim_unmodelled_point (const SimUnmodelled *self)
{
  return self->file != NULL ? g_strdup_printf ("%s:%u:%u", self->file, self->line, self->column)
                            : g_strdup ("");
}

char *
sim_unmodelled_title (const SimUnmodelled *self)
{
  g_autofree char *more
      = self->more > 0 ? g_strdup_printf (" and %u more", self->more) : g_strdup ("");

  return g_strdup_printf ("%s%s: %s is not modelled", self->object, more, self->field);
}

char *
sim_unmodelled_effect (const SimUnmodelled *self)
{
  return g_strdup_printf ("in a cluster, %s", self->effect);
}

char *
sim_unmodelled_text (const SimUnmodelled *self)
{
  g_autofree char *title = sim_unmodelled_title (self);
  g_autofree char *effect = sim_unmodelled_effect (self);
  g_autofree char *point = sim_unmodelled_point (self);

  return g_strdup_printf ("%s%s%s: %s", point, *point != '\0' ? ": " : "", title, effect);
}

DdValue *
sim_unmodelled_value (const GPtrArray *list)
{
  DdBuilder all = dd_builder_array ();

  for (guint i = 0; i < list->len; i++)
    {
      const SimUnmodelled *self = g_ptr_array_index (list, i);

      dd_builder_add (&all, dd_object ("file", dd_string (self->file), "line", dd_int (self->line),
                                       "column", dd_int (self->column), "object",
                                       dd_string (self->object), "more", dd_int (self->more),
                                       "field", dd_string (self->field), "effect",
                                       dd_string (self->effect), NULL));
    }
  return dd_builder_end (&all);
}
