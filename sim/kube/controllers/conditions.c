/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/names.h"

/* Members that say when, not what. A new lastUpdateTime is news: its writer means it. */
static gboolean
is_time (const char *key)
{
  static const char *const times[] = { "lastTransitionTime", "lastHeartbeatTime", "lastProbeTime" };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (g_str_equal (key, times[i]))
      return TRUE;
  return FALSE;
}

/* Every member of A that is no time is the same in B. */
static gboolean
says_no_more_than (const DdValue *a, const DdValue *b)
{
  for (gsize i = 0; i < dd_value_length (a); i++)
    {
      const char *key = dd_value_key (a, i);

      if (!is_time (key) && !dd_value_equal (dd_value_nth (a, i), dd_value_member (b, key)))
        return FALSE;
    }
  return TRUE;
}

const DdValue *
sim_condition_find (const DdValue *status, const char *type)
{
  const DdValue *conditions = dd_value_member (status, "conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (condition, "type"), type) == 0)
        return condition;
    }
  return NULL;
}

const char *
sim_condition_status (const DdValue *status, const char *type)
{
  return dd_value_path_string (sim_condition_find (status, type), "status");
}

/* What stands in the list when CONDITION (taken) follows OLD. */
static DdValue *
succeed (const DdValue *old, DdValue *condition)
{
  const DdValue *since = dd_value_member (old, "lastTransitionTime");

  if (old == NULL)
    return condition;
  if (says_no_more_than (old, condition) && says_no_more_than (condition, old))
    {
      dd_value_unref (condition);
      return dd_value_ref (old);
    }
  if (since != NULL
      && dd_value_equal (dd_value_member (old, "status"), dd_value_member (condition, "status")))
    dd_value_set (&condition, "lastTransitionTime", dd_value_ref (since));
  return condition;
}

DdValue *
sim_condition_successor (const DdValue *status, DdValue *condition)
{
  return succeed (sim_condition_find (status, dd_value_path_string (condition, "type")), condition);
}

DdValue *
sim_status_with_condition (const DdValue *status, DdValue *condition)
{
  const char *type = dd_value_path_string (condition, "type");
  const DdValue *conditions = dd_value_member (status, "conditions");
  const DdValue *old = sim_condition_find (status, type);
  DdValue *successor = succeed (old, condition);
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *element = dd_value_element (conditions, i);

      dd_builder_add (&list, dd_value_ref (element == old ? successor : element));
    }
  if (old == NULL)
    dd_builder_add (&list, dd_value_ref (successor));
  dd_value_unref (successor);
  return dd_value_with_member (status, "conditions", dd_builder_end (&list));
}

DdValue *
sim_now_value (SimStage *stage)
{
  static DdUsec instant = -1;
  static DdValue *text = NULL; /* of that instant: much is said in one */

  if (instant != sim_stage_now (stage))
    {
      instant = sim_stage_now (stage);
      dd_value_unref (text);
      text = dd_string_take (dd_time_to_iso8601 (instant));
    }
  return dd_value_ref (text);
}

DdValue *
sim_owner_references (const SimObject *owner)
{
  return dd_array (dd_object ("apiVersion", dd_string_take (kube_kind_api_version (owner->kind)),
                              "kind", dd_string (owner->kind->kind), "name",
                              dd_string (owner->name), "uid", dd_string (owner->uid), "controller",
                              dd_bool (TRUE), "blockOwnerDeletion", dd_bool (TRUE), NULL),
                   NULL);
}

const DdValue *
sim_controller_reference (const SimObject *object)
{
  const DdValue *references = dd_value_path (object->value, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const DdValue *reference = dd_value_element (references, i);

      if (dd_value_path_bool (reference, "controller", FALSE))
        return reference;
    }
  return NULL;
}

gboolean
sim_is_terminating (const SimObject *object)
{
  return dd_value_path (object->value, "metadata.deletionTimestamp") != NULL;
}

/* FNV-1a. */
static guint32
hash_of_text (const DdValue *value)
{
  g_autofree char *text = dd_value_to_text (value);
  guint32 hash = 2166136261u;

  for (const char *p = text; *p != '\0'; p++)
    hash = (hash ^ (guint8) *p) * 16777619u;
  return hash;
}

/* A template is asked for its hash at every look at its owner and hardly ever changes, so those of
 * late are remembered, by the value that they are. */
static guint32
hash_of_template (const DdValue *template)
{
  static struct
  {
    DdValue *template;
    guint32 hash;
  } slots[64], *slot;

  slot = &slots[((guintptr) template >> 4) % G_N_ELEMENTS (slots)];
  if (slot->template != template)
    {
      dd_value_unref (slot->template);
      slot->template = dd_value_ref (template);
      slot->hash = hash_of_text (template);
    }
  return slot->hash;
}

gboolean
sim_has_finalizer (const SimObject *object, const char *name)
{
  const DdValue *finalizers = dd_value_path (object->value, "metadata.finalizers");

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), name) == 0)
      return TRUE;
  return FALSE;
}

DdValue *
sim_finalizers_without (const SimObject *object, const char *name)
{
  const DdValue *finalizers = dd_value_path (object->value, "metadata.finalizers");
  DdBuilder rest = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), name) != 0)
      dd_builder_add (&rest, dd_value_ref (dd_value_element (finalizers, i)));
  return dd_builder_end (&rest);
}

char *
sim_template_hash (const DdValue *template, gint64 collisions)
{
  static const char alphabet[] = KUBE_NAME_ALPHABET;
  g_autofree char *digits = NULL;
  guint32 hash = (hash_of_template (template) ^ (guint32) collisions) * 16777619u;

  digits = g_strdup_printf ("%u", hash);
  /* apimachinery's rand.SafeEncodeString: each digit, as a character, modulo the alphabet. */
  for (char *p = digits; *p != '\0'; p++)
    *p = alphabet[(guint8) *p % (sizeof alphabet - 1)];
  return g_steal_pointer (&digits);
}

gint64
sim_scaled_value (const DdValue *value, gint64 total, gboolean round_up, gint64 fallback)
{
  const char *text = dd_value_string (value);
  char *end = NULL;
  gint64 percent;

  if (text == NULL)
    return dd_value_int (value, fallback);
  percent = g_ascii_strtoll (text, &end, 10);
  if (end == text || strcmp (end, "%") != 0 || percent < 0 || percent > G_MAXINT32)
    return fallback;
  return (percent * total + (round_up ? 99 : 0)) / 100;
}
