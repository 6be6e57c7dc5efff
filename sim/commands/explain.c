/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/explain.c: `drydock explain`: the tables of the kinds, for those who write objects
 *
 * As `kubectl explain`, with a column more: what part a field has in an upgrade. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "sim/commands/commands.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/serve/table.h"
#include "sim/scenario/schema.h"

#define DEEPEST 32

static int
complain (const char *message)
{
  g_printerr ("drydock explain: %s\n", message);
  return DD_EXIT_BAD_INPUT;
}

/* ---- where a path leads ---- */

static gboolean
is_called (const KubeKind *kind, const char *name)
{
  gboolean called = g_ascii_strcasecmp (kind->plural, name) == 0
                    || g_ascii_strcasecmp (kind->singular, name) == 0;

  for (guint i = 0; kind->short_names != NULL && kind->short_names[i] != NULL; i++)
    called = called || g_ascii_strcasecmp (kind->short_names[i], name) == 0;
  return called;
}

static const KubeKind *
find_kind (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;
  g_autofree char *message = NULL;

  for (guint i = 0; i < kube_n_kinds; i++)
    {
      if (is_called (kube_kinds[i], name))
        return kube_kinds[i];
      g_ptr_array_add (names, (gpointer) kube_kinds[i]->singular);
    }
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (name, (const char *const *) names->pdata);
  message = g_strdup_printf ("there is no kind '%s'%s", name, hint);
  complain (message);
  return NULL;
}

static const KubeField *
find_field (const KubeStruct *type, const char *name, const char *path)
{
  const KubeField *found = kube_struct_field (type, name);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;
  g_autofree char *message = NULL;

  if (found != NULL)
    return found;
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    g_ptr_array_add (names, (gpointer) field->name);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (name, (const char *const *) names->pdata);
  message = g_strdup_printf ("%s has no field '%s'%s", path, name, hint);
  complain (message);
  return NULL;
}

/* ---- one field in words ---- */

/* "io.k8s.api.core.v1.PodSpec" is PodSpec to people. */
static const char *
struct_name (const KubeStruct *type)
{
  const char *dot = strrchr (type->name, '.');

  return dot != NULL ? dot + 1 : type->name;
}

static const char *
word_of (KubeType type, const KubeField *field)
{
  switch (type)
    {
    case KUBE_STRING:
      return "string";
    case KUBE_INT:
      return "integer";
    case KUBE_BOOL:
      return "boolean";
    case KUBE_NUMBER:
      return "number";
    case KUBE_INT_OR_STRING:
      return "IntOrString";
    case KUBE_QUANTITY:
      return "Quantity";
    case KUBE_TIME:
      return "Time";
    case KUBE_MICRO_TIME:
      return "MicroTime";
    case KUBE_BYTES:
      return "bytes";
    case KUBE_OBJECT:
      return field->of != NULL ? struct_name (field->of) : "Object";
    case KUBE_RAW:
    case KUBE_MAP:
    case KUBE_LIST:
      break;
    }
  return "Object";
}

static char *
type_text (const KubeField *field)
{
  const char *element = word_of (field->element, field);

  if (field->type == KUBE_LIST)
    return g_strdup_printf ("<[]%s>", element);
  if (field->type == KUBE_MAP)
    return g_strdup_printf ("<map[string]%s>", element);
  return g_strdup_printf ("<%s>", word_of (field->type, field));
}

static const char *
part_word (const KubeField *field)
{
  switch (field->part)
    {
    case KUBE_FIELD_ACTS:
      return "acts";
    case KUBE_FIELD_INERT:
      return "inert";
    case KUBE_FIELD_NOT_MODELLED:
      return "not modelled";
    case KUBE_FIELD_UNSAID:
      break;
    }
  g_assert_not_reached ();
}

/* What is said of FIELD beneath one that accounts for it, which is INHERITED; NULL: its own. */
static const KubeField *
speaker_of (const KubeField *field, const KubeField *inherited)
{
  return inherited != NULL ? inherited : field;
}

static char *
part_text (const KubeField *speaker)
{
  switch (speaker->part)
    {
    case KUBE_FIELD_INERT:
      return g_strdup_printf ("inert: %s", speaker->because);
    case KUBE_FIELD_NOT_MODELLED:
      return g_strdup_printf ("not modelled: in a cluster, %s.", speaker->because);
    case KUBE_FIELD_ACTS:
    case KUBE_FIELD_UNSAID:
      break;
    }
  return g_strdup (part_word (speaker));
}

static void
print_field (const KubeField *field, const KubeField *inherited)
{
  g_autofree char *type = type_text (field);
  g_autofree char *part = part_text (speaker_of (field, inherited));
  g_autofree char *values
      = field->values != NULL ? g_strjoinv (", ", (char **) field->values) : NULL;

  printf ("  %s %s%s", field->name, type, field->required ? " required" : "");
  if (field->fallback != NULL)
    printf (" default %s", field->fallback);
  printf ("\n    %s\n", part);
  if (values != NULL)
    printf ("    one of: %s\n", values);
  if (field->description != NULL)
    printf ("    %s\n", field->description);
  putchar ('\n');
}

/* A field that does not act accounts for all beneath it, which need not be listed. OPEN: the types
 * on the way here, as a schema contains schemas. */
static void
print_tree (const KubeStruct *type, const KubeField *inherited, guint depth, GPtrArray *open)
{
  if (g_ptr_array_find (open, type, NULL))
    return;
  g_ptr_array_add (open, (gpointer) type);
  for (const KubeField *field = type->fields; field->name != NULL && depth < DEEPEST; field++)
    {
      const KubeField *speaker = speaker_of (field, inherited);
      g_autofree char *words = type_text (field);
      g_autofree char *left = g_strdup_printf ("%*s%s %s", (int) depth * 2, "", field->name, words);

      printf ("%-70s %s\n", left, part_word (speaker));
      if (field->of != NULL && speaker->part == KUBE_FIELD_ACTS)
        print_tree (field->of, inherited, depth + 1, open);
    }
  g_ptr_array_set_size (open, (gint) open->len - 1);
}

/* ---- the answer ---- */

static void
print_kinds (void)
{
  printf ("%-24s %-8s %-26s %s\n", "NAME", "SHORT", "VERSION", "KIND");
  for (guint i = 0; i < kube_n_kinds; i++)
    {
      const KubeKind *kind = kube_kinds[i];
      g_autofree char *version = kube_kind_api_version (kind);
      g_autofree char *names
          = kind->short_names != NULL ? g_strjoinv (",", (char **) kind->short_names) : NULL;

      printf ("%-24s %-8s %-26s %s\n", kind->plural, names != NULL ? names : "", version,
              kind->kind);
    }
}

/* What was asked for: a kind, or FIELD of it. */
typedef struct
{
  const KubeKind *kind;
  const KubeField *field;     /* NULL: the kind itself */
  const KubeField *inherited; /* what accounts for FIELD; NULL: itself */
  const KubeStruct *type;     /* what is below */
} Topic;

static const KubeField no_fields[] = { { NULL } };
static const KubeStruct leaf = { "", "", no_fields };

static gboolean
find_topic (char **words, Topic *topic)
{
  g_autoptr (GString) path = g_string_new (words[0]);

  topic->kind = find_kind (words[0]);
  if (topic->kind == NULL)
    return FALSE;
  topic->type = topic->kind->type;
  for (guint i = 1; words[i] != NULL; i++)
    {
      if (topic->field != NULL && topic->inherited == NULL && topic->field->part != KUBE_FIELD_ACTS)
        topic->inherited = topic->field;
      topic->field = find_field (topic->type, words[i], path->str);
      if (topic->field == NULL)
        return FALSE;
      topic->type = topic->field->of != NULL ? topic->field->of : &leaf;
      g_string_append_printf (path, ".%s", words[i]);
    }
  return TRUE;
}

static void
print_head (const Topic *topic)
{
  g_autofree char *version = kube_kind_api_version (topic->kind);
  const KubeField *field = topic->field;

  printf ("KIND:     %s\nVERSION:  %s\n\n", topic->kind->kind, version);
  if (field == NULL)
    {
      printf ("%s\n\n", topic->type->description);
      return;
    }
  puts ("FIELD:");
  print_field (field, topic->inherited);
}

static void
print_topic (const Topic *topic, gboolean recursive)
{
  const KubeField *inherited = topic->inherited;
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  print_head (topic);
  if (topic->type == &leaf)
    return;
  if (inherited == NULL && topic->field != NULL && topic->field->part != KUBE_FIELD_ACTS)
    inherited = topic->field;
  puts ("FIELDS:");
  if (recursive)
    print_tree (topic->type, inherited, 1, open);
  else
    for (const KubeField *field = topic->type->fields; field->name != NULL; field++)
      print_field (field, inherited);
}

static int
explain_command (int argc, char **argv)
{
  gboolean recursive = FALSE;
  const GOptionEntry entries[] = {
    { "recursive", 'R', 0, G_OPTION_ARG_NONE, &recursive,
      "All that is below, a line for each field", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[KIND[.FIELD...]]");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  Topic topic = { NULL };

  g_option_context_set_summary (
      context,
      "Explains the fields of the Kubernetes objects that are modelled, and what part each "
      "has in an\nupgrade: it acts, it is inert (with the reason), or it is not modelled "
      "(with what a cluster would do).\nWithout an argument it lists the kinds.");
  g_option_context_set_description (
      context, "Examples:\n"
               "  drydock explain\n"
               "  drydock explain pod.spec\n"
               "  drydock explain deploy.spec.template.spec.containers --recursive\n"
               "\n"
               "Exit status: 0 explained, 2 there is no such kind or field.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain (error->message);
  if (argc > 2)
    return complain ("one kind or field at a time; see drydock explain --help");
  if (argc == 1)
    {
      print_kinds ();
      return DD_EXIT_OK;
    }
  words = g_strsplit (*argv[1] != '\0' ? argv[1] : ".", ".", DEEPEST); /* "" has no first word */
  if (!find_topic (words, &topic))
    return DD_EXIT_BAD_INPUT;
  print_topic (&topic, recursive);
  return DD_EXIT_OK;
}

const DdCommand dd_command_explain = {
  .name = "explain",
  .summary = "explain the fields of objects, and which of them act here",
  .run = explain_command,
  .switches = (const char *const[]) { "recursive", NULL },
};
