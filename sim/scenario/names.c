/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/names.c: a name that nothing has makes an expectation that nothing can break
 *
 * So what is spelled wrong is found while the scenario is read. */

#include "config.h"

#include "sim/scenario/names.h"

#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "base/time.h"
#include "sim/aws/eks/workflow.h"
#include "sim/scenario/answers.h"
#include "sim/scenario/pattern.h"
#include "sim/scenario/schema.h"
#include "sim/stage/dictionary.h"

typedef struct
{
  const DdYaml *root;
  GPtrArray *nodegroups; /* of char *, borrowed; ended by NULL */
  DdUsec limit;          /* when the scenario ends at the latest */
} Names;

static gboolean
refuse_word (const DdYaml *node, const char *what, const char *const *words, GError **error)
{
  g_autofree char *hint = sim_did_you_mean (node->text, words);
  g_autofree char *all = g_strjoinv (", ", (char **) words);

  dd_yaml_set_error (error, node, "%s \"%s\"%s; there %s %s", what, node->text, hint,
                     words[0] != NULL && words[1] == NULL ? "is" : "are",
                     *all != '\0' ? all : "none");
  return FALSE;
}

/* A text with a * is a pattern, and what is no text compares. */
static gboolean
is_plain (const DdYaml *node)
{
  return node != NULL && node->text != NULL && strchr (node->text, '*') == NULL;
}

static gboolean
check_word (const DdYaml *node, const char *what, const char *const *words, GError **error)
{
  return !is_plain (node) || g_strv_contains (words, node->text)
         || refuse_word (node, what, words, error);
}

/* ---- events ---- */

static char *
nearest_event (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < DD_N_EVENTS; i++)
    g_ptr_array_add (names, (gpointer) dd_events[i].name);
  g_ptr_array_add (names, NULL);
  return sim_did_you_mean (name, (const char *const *) names->pdata);
}

gboolean
sim_names_check_event (const char *name, const char *actor, GError **error)
{
  const DdEventRow *row = dd_event_find (name);
  g_auto (GStrv) actors = NULL;
  g_autofree char *hint = NULL;

  if (row != NULL && (actor == NULL || dd_event_is_told_by (row, actor)))
    return TRUE;
  if (row == NULL)
    {
      hint = nearest_event (name);
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "no event is called \"%s\"%s; drydock run --events lists them", name, hint);
      return FALSE;
    }
  actors = g_strsplit (row->actors, " ", -1);
  hint = sim_did_you_mean (actor, (const char *const *) actors);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "nobody called \"%s\" tells of %s%s", actor, name,
               hint);
  return FALSE;
}

/* ROW NULL: of any event. */
static GPtrArray *
names_of_details (const DdEventRow *row)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    if (row == NULL || dd_event_has (row, (DdDetail) i))
      g_ptr_array_add (names, (gpointer) dd_details[i].name);
  g_ptr_array_add (names, NULL);
  return names;
}

/* A list of details holds texts. */
static gboolean
can_match (const DdYaml *node, DdType type)
{
  if (!sim_pattern_can_match (node, type))
    return FALSE;
  for (guint i = 0; dd_value_type (node->value) == DD_ARRAY && i < dd_yaml_length (node); i++)
    if (!can_match (dd_yaml_element (node, i), DD_STRING))
      return FALSE;
  return TRUE;
}

/* Where the dictionary has all the words of a detail, another one is never told. */
static gboolean
check_told (const DdYaml *value, const DdDetailRow *detail, GError **error)
{
  g_autofree char *what = g_strdup_printf ("the detail \"%s\" is never", detail->name);

  if (g_strcmp0 (sim_pattern_comparison (value), "is not") == 0)
    return check_told (dd_yaml_element (value, 0), detail, error);
  return detail->words == NULL || dd_value_string (value->value) == NULL
         || check_word (value, what, detail->words, error);
}

static gboolean
check_details (const DdYaml *details, const DdEventRow *row, GError **error)
{
  g_autoptr (GPtrArray) names = names_of_details (row);
  g_autofree char *what = row == NULL ? g_strdup ("no event has the detail")
                                      : g_strdup_printf ("%s has no detail", row->name);

  for (guint i = 0; i < dd_yaml_length (details); i++)
    {
      const DdYaml *key = g_ptr_array_index (details->keys, i);
      const DdYaml *value = dd_yaml_element (details, i);
      const DdDetailRow *detail;
      g_autofree char *hint = NULL;

      if (!g_strv_contains ((const char *const *) names->pdata, key->text))
        return refuse_word (key, what, (const char *const *) names->pdata, error);
      detail = &dd_details[dd_detail_find (key->text)];
      if (can_match (value, detail->type))
        {
          if (!check_told (value, detail, error))
            return FALSE;
          continue;
        }
      hint = sim_pattern_hint (value);
      dd_yaml_set_error (error, value,
                         "the detail \"%s\" is of the type %s, which this cannot match%s",
                         key->text, sim_dictionary_type_name (detail->type), hint);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_event (const DdYaml *pattern, GError **error)
{
  const DdYaml *details = dd_yaml_member (pattern, "details");
  const DdYaml *name = pattern->keys == NULL ? pattern : dd_yaml_member (pattern, "event");
  const DdYaml *actor = dd_yaml_member (pattern, "actor");
  g_autoptr (GError) reason = NULL;

  if (!is_plain (actor))
    actor = NULL;
  if (details != NULL && g_strcmp0 (sim_pattern_comparison (details), "is not") == 0)
    details = dd_yaml_element (details, 0);
  if (g_strcmp0 (name->text, "*") == 0)
    return check_details (details, NULL, error);
  if (sim_names_check_event (name->text, NULL, &reason)
      && sim_names_check_event (name->text, actor != NULL ? actor->text : NULL, &reason))
    return check_details (details, dd_event_find (name->text), error);
  dd_yaml_set_error (error, dd_event_find (name->text) != NULL ? actor : name, "%s",
                     reason->message);
  return FALSE;
}

static gboolean
check_events (const DdYaml *row, GError **error)
{
  const DdYaml *after = dd_yaml_member (row, "after");
  const DdYaml *event = dd_yaml_member (row, "event");
  const DdYaml *trace = dd_yaml_member (row, "trace");
  const DdYaml *gap = dd_yaml_member (row, "gap");

  if ((after != NULL && !check_event (after, error))
      || (event != NULL && !check_event (event, error))
      || (gap != NULL
          && (!check_event (dd_yaml_member (gap, "from"), error)
              || !check_event (dd_yaml_member (gap, "to"), error))))
    return FALSE;
  for (guint i = 0; i < dd_yaml_length (trace); i++)
    if (!check_event (dd_yaml_element (trace, i), error))
      return FALSE;
  return TRUE;
}

/* ---- node groups and what becomes of them ---- */

static gboolean
check_nodegroup (const Names *names, const DdYaml *name, GError **error)
{
  return check_word (name, "no node group is called",
                     (const char *const *) names->nodegroups->pdata, error);
}

static gboolean
check_resources (const Names *names, const DdYaml *row, GError **error)
{
  const DdYaml *update = dd_yaml_member (row, "update");
  const DdYaml *nodegroup = dd_yaml_member (row, "nodegroup");
  const DdYaml *group = dd_yaml_member (row, "group");

  return check_nodegroup (names, dd_yaml_member (update, "nodegroup"), error)
         && check_nodegroup (names, dd_yaml_member (nodegroup, "nodegroupName"), error)
         && check_nodegroup (names, dd_yaml_member (group, "nodegroup"), error)
         && sim_answers_check (update, sim_answer_update, "an update", error)
         && sim_answers_check (nodegroup, sim_answer_nodegroup, "a node group", error)
         && sim_answers_check (group, sim_answer_group, "an Auto Scaling group", error);
}

/* ---- how the engine behaves ---- */

static const char *const profiles[] = { "workshop", "documented", "observed", NULL };

/* The first words of the lines that describe the knobs; ended by NULL. */
static GPtrArray *
knob_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = sim_eks_knobs_text ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *word = g_strchug (lines[i]);

      if (*word != '\0')
        g_ptr_array_add (names, g_strndup (word, strcspn (word, " ")));
    }
  g_ptr_array_add (names, NULL);
  return names;
}

static gboolean
check_knob (const DdYaml *key, const DdYaml *value, const GPtrArray *names, GError **error)
{
  const char *const *known = (const char *const *) names->pdata;
  g_autoptr (GError) reason = NULL;

  if (!g_strv_contains (known, key->text))
    return refuse_word (key, "no knob is called", known, error);
  if (sim_eks_knob_check (key->text, value->text, &reason))
    return TRUE;
  dd_yaml_set_error (error, value, "%s", reason->message);
  return FALSE;
}

static gboolean
check_behaviour (const DdYaml *root, GError **error)
{
  const DdYaml *profile = dd_yaml_member (root, "profile");
  const DdYaml *knobs = dd_yaml_member (root, "knobs");
  g_autoptr (GPtrArray) names = knob_names ();

  if (profile != NULL && !sim_eks_profile_check (profile->text, NULL))
    return refuse_word (profile, "no profile is called", profiles, error);
  for (guint i = 0; i < dd_yaml_length (knobs); i++)
    if (!check_knob (g_ptr_array_index (knobs->keys, i), dd_yaml_element (knobs, i), names, error))
      return FALSE;
  return TRUE;
}

/* ---- moments ---- */

static gboolean
check_moment (const DdYaml *row, const char *key, DdUsec limit, GError **error)
{
  const DdYaml *node = dd_yaml_member (row, key);
  g_autofree char *end = dd_duration_to_text (limit);

  if (sim_schema_duration (node, 0) <= limit)
    return TRUE;
  dd_yaml_set_error (error, node, "%s: that never comes, as the scenario ends after %s", key, end);
  return FALSE;
}

static gboolean
check_moments (const Names *names, const DdYaml *row, GError **error)
{
  return check_moment (row, "at", names->limit, error)
         && check_moment (row, "from", names->limit, error)
         && check_moment (row, "within", SIM_LONGEST_RUN, error)
         && check_moment (row, "until", SIM_LONGEST_RUN, error);
}

/* ---- the whole ---- */

static gboolean
check_step (const Names *names, const DdYaml *step, GError **error)
{
  const DdYaml *after = dd_yaml_member (step, "after");
  const DdYaml *whenever = dd_yaml_member (step, "whenever");

  if ((after != NULL && !check_event (after, error))
      || (whenever != NULL && !check_event (whenever, error))
      || !check_moments (names, step, error))
    return FALSE;
  for (guint i = 0; i < dd_yaml_length (step); i++)
    {
      const char *key = ((const DdYaml *) g_ptr_array_index (step->keys, i))->text;
      const DdYaml *action = dd_yaml_element (step, i);

      if ((strcmp (key, "engine") == 0 || strcmp (key, "autoscaling") == 0)
          && !check_nodegroup (names, dd_yaml_member (action, "nodegroup"), error))
        return FALSE;
    }
  return TRUE;
}

/* Node groups that a step makes count as well. */
static void
add_made_nodegroups (const Names *names)
{
  const DdYaml *steps = dd_yaml_member (names->root, "steps");

  for (guint i = 0; i < dd_yaml_length (steps); i++)
    {
      const DdYaml *request = dd_yaml_member (dd_yaml_element (steps, i), "eks");
      const DdYaml *name = dd_yaml_member (dd_yaml_member (request, "input"), "nodegroupName");

      if (g_strcmp0 (sim_schema_text (dd_yaml_member (request, "operation")), "CreateNodegroup")
              == 0
          && name != NULL && name->text != NULL)
        g_ptr_array_add (names->nodegroups, name->text);
    }
}

static gboolean
check_all (const Names *names, GError **error)
{
  const DdYaml *steps = dd_yaml_member (names->root, "steps");
  const DdYaml *expect = dd_yaml_member (names->root, "expect");

  for (guint i = 0; i < dd_yaml_length (steps); i++)
    if (!check_step (names, dd_yaml_element (steps, i), error))
      return FALSE;
  for (guint i = 0; i < dd_yaml_length (expect); i++)
    {
      const DdYaml *row = dd_yaml_element (expect, i);

      if (!check_events (row, error) || !check_resources (names, row, error)
          || !check_moments (names, row, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sim_names_check (const DdYaml *root, const SimWorldFile *world, GError **error)
{
  g_autoptr (GPtrArray) nodegroups = g_ptr_array_new ();
  const Names names = {
    .root = root,
    .nodegroups = nodegroups,
    .limit = sim_schema_duration (dd_yaml_member (root, "for"), SIM_LONGEST_RUN),
  };

  sim_world_file_add_nodegroups (world, nodegroups);
  add_made_nodegroups (&names);
  g_ptr_array_add (nodegroups, NULL);
  return check_behaviour (root, error) && check_all (&names, error);
}
