/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's memory as a document, and the way back. What is intended is written as if it had
 * been done: a mark, a protection or a repointing that did not happen is taken back for nothing,
 * one that was forgotten would stay for ever. The size last asked for is the exception: until the
 * group has answered it is the former one, or the engine would take its own former size for
 * somebody else's. */
#include "config.h"

#include "engine/journal.h"

#include "engine/private.h"

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

/* The keys of SET, sorted: nothing that is written depends on the order of a hash table. */
static GPtrArray *
sorted_keys (GHashTable *set)
{
  GPtrArray *keys = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, key);
  g_ptr_array_sort (keys, compare_text);
  return keys;
}

static DdValue *
texts_to_value (const GPtrArray *texts)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < texts->len; i++)
    dd_builder_add (&list, dd_string (g_ptr_array_index (texts, i)));
  return dd_builder_end (&list);
}

static DdValue *
set_to_value (GHashTable *set)
{
  g_autoptr (GPtrArray) keys = sorted_keys (set);

  return texts_to_value (keys);
}

static DdValue *
nodes_to_value (const GPtrArray *nodes)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < nodes->len; i++)
    dd_builder_add (&list, dd_string (((DdKubeNode *) g_ptr_array_index (nodes, i))->name));
  return dd_builder_end (&list);
}

/* Name to what was written, and to what is about to be. */
static DdValue *
marks_to_value (const DdEngine *self)
{
  g_autoptr (GPtrArray) keys = sorted_keys (self->marked);
  g_auto (DdBuilder) marks = dd_builder_object ();

  for (guint i = 0; i < keys->len; i++)
    dd_builder_set (&marks, g_ptr_array_index (keys, i),
                    dd_int (GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, keys->pdata[i]))));
  for (guint i = 0; self->state == dd_engine_mark_state (self) && i < self->outdated->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->outdated, i);
      DdWrites missing = dd_marks_from_knobs (&self->options.knobs) & ~dd_marks_on_node (node);

      if (missing != 0)
        dd_builder_set (&marks, node->name, dd_int (missing));
    }
  for (guint i = 0; self->state == DD_STATE_CORDON_NEW && i < self->fresh->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->fresh, i);

      if (!node->unschedulable && !g_hash_table_contains (self->marked, node->name))
        dd_builder_set (&marks, node->name, dd_int (DD_WRITE_CORDON));
    }
  return dd_builder_end (&marks);
}

static DdValue *
size_to_value (const DdScalingGroup *group)
{
  return dd_object ("min", dd_int (group->min), "max", dd_int (group->max), "desired",
                    dd_int (group->desired), NULL);
}

static DdValue *
failure_to_value (const DdEngine *self)
{
  const DdUpgradeResult *result = &self->result;

  if (!self->failed)
    return NULL;
  return dd_object ("code", dd_string (result->error_code), "message",
                    dd_string (result->error_message), "resources",
                    texts_to_value (result->resource_ids), "explanation",
                    dd_string (result->explanation), "rolls_back", dd_bool (self->rolls_back),
                    "stuck", set_to_value (self->stuck), "retiring", nodes_to_value (self->fresh),
                    "keeps_new", dd_bool (self->keeps_new), "never_joined",
                    self->never_joined == NULL ? NULL : set_to_value (self->never_joined), NULL);
}

static DdValue *
snapshot (const DdEngine *self)
{
  return dd_object (
      "schema", dd_int (DD_JOURNAL_SCHEMA), "cluster", dd_string (self->options.cluster),
      "nodegroup", dd_string (self->options.nodegroup), "group", dd_string (self->before->name),
      "release", dd_string (self->release), "image", dd_string (self->image), "source_version",
      dd_source_version (self), "phase", dd_int (self->phase), "began", dd_int (self->began),
      "size", size_to_value (self->before), "template_version",
      dd_string (self->before->template_version), "former_number", dd_int (self->former_number),
      "pointed_back", dd_bool (self->pointed_back), "token", dd_string (self->token),
      "target_version", dd_int (self->target_version), "repointed",
      dd_bool (self->repointed || self->state == DD_STATE_REPOINT), "growth", dd_int (self->growth),
      "ready", dd_int (self->ready_before), "ready_floor", dd_int (self->ready_floor), "desired",
      dd_int (self->desired), "asked_max", dd_int (self->asked_max), "former_desired",
      dd_int (self->former_desired), "former_max", dd_int (self->former_max), "parallelism",
      dd_int (self->parallelism), "instances", set_to_value (self->known_instances), "nodes",
      set_to_value (self->known_nodes), "planned", texts_to_value (self->planned), "marked",
      marks_to_value (self), "protected",
      dd_bool (self->protected_any || self->state == DD_STATE_PROTECT), "failure",
      failure_to_value (self), NULL);
}

void
dd_journal_note (DdEngine *self)
{
  DdJournal *journal = self->context.journal;
  g_autoptr (DdValue) document = NULL;

  if (journal == NULL || self->plan_done != NULL || self->before == NULL)
    return;
  document = snapshot (self);
  journal->klass->record (journal, document);
}

/* ---- the way back ---- */

static void
read_set (GHashTable *set, const DdValue *list)
{
  g_hash_table_remove_all (set);
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *text = dd_value_string (dd_value_element (list, i));

      if (text != NULL)
        g_hash_table_add (set, g_strdup (text));
    }
}

static void
read_texts (GPtrArray *texts, const DdValue *list)
{
  g_ptr_array_set_size (texts, 0);
  for (gsize i = 0; i < dd_value_length (list); i++)
    g_ptr_array_add (texts, g_strdup (dd_value_string (dd_value_element (list, i))));
}

static void
read_marks (DdEngine *self, const DdValue *marks)
{
  for (gsize i = 0; i < dd_value_length (marks); i++)
    g_hash_table_replace (self->marked, g_strdup (dd_value_key (marks, i)),
                          GUINT_TO_POINTER ((guint) dd_value_int (dd_value_nth (marks, i), 0)));
}

/* New nodes that the engine before this one could not empty. */
static void
try_again (DdEngine *self)
{
  for (guint i = 0; i < self->retiring->len; i++)
    if (g_hash_table_remove (self->stuck, g_ptr_array_index (self->retiring, i)))
      self->some_are_kept = TRUE;
}

static void
read_failure (DdEngine *self, const DdValue *failure)
{
  if (failure == NULL)
    return;
  self->failed = TRUE;
  self->rolls_back = dd_value_path_bool (failure, "rolls_back", FALSE);
  self->keeps_new = dd_value_path_bool (failure, "keeps_new", FALSE);
  if (dd_value_member (failure, "never_joined") != NULL)
    {
      self->never_joined = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      read_set (self->never_joined, dd_value_member (failure, "never_joined"));
    }
  self->result.error_code = g_strdup (dd_value_path_string (failure, "code"));
  self->result.error_message = g_strdup (dd_value_path_string (failure, "message"));
  self->result.explanation = g_strdup (dd_value_path_string (failure, "explanation"));
  read_texts (self->result.resource_ids, dd_value_member (failure, "resources"));
  read_set (self->stuck, dd_value_member (failure, "stuck"));
  read_texts (self->retiring, dd_value_member (failure, "retiring"));
  try_again (self);
}

/* The group as it was, where it has changed since by our doing. */
static void
read_size (DdScalingGroup *group, const DdValue *document)
{
  const char *version = dd_value_path_string (document, "template_version");

  group->min = dd_value_path_int (document, "size.min", group->min);
  group->max = dd_value_path_int (document, "size.max", group->max);
  group->desired = dd_value_path_int (document, "size.desired", group->desired);
  if (version != NULL)
    {
      g_free (group->template_version);
      group->template_version = g_strdup (version);
    }
}

/* The instances of the group that are on their way out already. */
static void
note_leaving (DdEngine *self)
{
  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      if (g_str_has_prefix (instance->lifecycle, "Terminating"))
        g_hash_table_add (self->leaving, g_strdup (instance->id));
    }
}

static void
note_gone (DdEngine *self, const char *instance)
{
  for (guint i = 0; i < self->before->instances->len; i++)
    if (g_strcmp0 (((DdGroupInstance *) self->before->instances->pdata[i])->id, instance) == 0)
      return;
  g_hash_table_add (self->leaving, g_strdup (instance));
}

/* The instances that the group had, and that have left it: of one whose node is still there nothing
 * is to be drained, and no other node waits its turn for it. */
static void
note_all_gone (DdEngine *self)
{
  GHashTableIter iter;
  gpointer instance;

  g_hash_table_iter_init (&iter, self->known_instances);
  while (g_hash_table_iter_next (&iter, &instance, NULL))
    note_gone (self, instance);
}

void
dd_journal_recall (DdEngine *self)
{
  const DdValue *document = self->journal;
  gint64 desired = self->before->desired, max = self->before->max;

  if (document == NULL)
    return;
  note_leaving (self);
  self->points_to = g_strdup (self->before->template_version);
  read_size (self->before, document);
  self->began = MIN (dd_value_path_int (document, "began", self->began), self->began);
  self->token = g_strdup (dd_value_path_string (document, "token"));
  self->target_version = dd_value_path_int (document, "target_version", 0);
  self->former_number = dd_value_path_int (document, "former_number", 0);
  self->pointed_back = dd_value_path_bool (document, "pointed_back", FALSE);
  self->repointed = dd_value_path_bool (document, "repointed", FALSE);
  self->growth = dd_value_path_int (document, "growth", 0);
  self->ready_before = dd_value_path_int (document, "ready", self->before->desired);
  self->ready_floor = dd_value_path_int (document, "ready_floor", -1);
  self->desired = dd_value_path_int (document, "desired", self->before->desired);
  self->asked_max = dd_value_path_int (document, "asked_max", self->before->max);
  self->former_desired = dd_value_path_int (document, "former_desired", self->desired);
  self->former_max = dd_value_path_int (document, "former_max", self->asked_max);
  self->parallelism = (guint) dd_value_path_int (document, "parallelism", 1);
  self->protected_any = dd_value_path_bool (document, "protected", FALSE);
  read_set (self->known_instances, dd_value_member (document, "instances"));
  note_all_gone (self);
  read_set (self->known_nodes, dd_value_member (document, "nodes"));
  read_texts (self->planned, dd_value_member (document, "planned"));
  read_marks (self, dd_value_member (document, "marked"));
  read_failure (self, dd_value_member (document, "failure"));
  if (self->told <= DD_PHASE_SCALE_UP && !self->failed)
    dd_size_adopt_found (self, desired, max);
}

/* Where NODE stands in the plan; those that came later stand behind. */
static guint
place_of (const DdEngine *self, const DdKubeNode *node)
{
  guint place = self->planned->len;

  g_ptr_array_find_with_equal_func (self->planned, node->name, g_str_equal, &place);
  return place;
}

static int
compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  const DdEngine *self = data;
  const DdKubeNode *left = *(DdKubeNode *const *) a;
  const DdKubeNode *right = *(DdKubeNode *const *) b;
  gboolean left_leaves = dd_engine_leaves_already (self, left);
  gboolean right_leaves = dd_engine_leaves_already (self, right);
  guint left_place = place_of (self, left), right_place = place_of (self, right);

  if (left_leaves != right_leaves)
    return left_leaves ? -1 : 1;
  return left_place < right_place ? -1 : left_place > right_place;
}

/* The same nodes first as before: no more are on their way out at once than may be. */
void
dd_journal_keep_order (DdEngine *self)
{
  if (self->journal != NULL)
    g_ptr_array_sort_with_data (self->outdated, compare_places, self);
}

/* Whoever was planned and is no longer there was replaced. So was, once the group shrinks again,
 * one whose instance has left before its node: until then that is waited for, and counted there. */
void
dd_journal_count_replaced (DdEngine *self, const GPtrArray *nodes)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (self->told < DD_PHASE_SCALE_DOWN || !dd_engine_leaves_already (self, node))
        g_hash_table_add (there, node->name);
    }
  for (guint i = 0; i < self->planned->len; i++)
    self->replaced += !g_hash_table_contains (there, g_ptr_array_index (self->planned, i));
}

void
dd_journal_plan (DdEngine *self)
{
  for (guint i = 0; i < self->outdated->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->outdated, i);

      if (!g_ptr_array_find_with_equal_func (self->planned, node->name, g_str_equal, NULL))
        g_ptr_array_add (self->planned, g_strdup (node->name));
    }
}

DdState
dd_journal_state (const DdEngine *self)
{
  if (self->told == DD_PHASE_END)
    return DD_STATE_LIST_PROTECTED;
  if (self->failed)
    return DD_STATE_SURVEY_GROUP;
  if (self->told == DD_PHASE_SCALE_DOWN || self->outdated->len == 0)
    return DD_STATE_READ_SIZE;
  return self->told == DD_PHASE_UPGRADE ? DD_STATE_LOOK_AGAIN : dd_engine_first_state (self);
}
