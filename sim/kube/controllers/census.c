/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/census.h"

#include <string.h>

#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

/* A controller that lists its pods whenever one of them changes needs quadratic time for a large
 * workload. The census looks at each change once instead: it takes the previous state of the pod
 * out of the groups it was in and puts the new state into those it is in now. Which groups those
 * are is worked out when the pod appears or its labels change, and remembered with the pod. */

typedef struct
{
  SimGroup group; /* first: callers hold a pointer to it */
  guint refs;
  char *id;          /* "namespace selector" */
  DdValue *selector; /* NULL matches nothing */
  char *label;       /* "key=value" that every member carries; NULL: nothing so simple */
} Joined;

/* Most selectors demand some label, so a pod need only be tried with those that demand one of its
 * own, and with the few others. Arrays are of Joined, in the order they were joined. */
typedef struct
{
  GHashTable *by_label; /* "key=value" -> GPtrArray */
  GPtrArray *others;
} Namespace;

typedef struct
{
  GPtrArray *groups; /* Joined that count this pod */
} Membership;

struct _SimCensus
{
  SimStore *store;
  GHashTable *owners;     /* uid -> SimGroup */
  GHashTable *joined;     /* id -> Joined */
  GHashTable *namespaces; /* name -> Namespace */
  GHashTable *pods;       /* uid -> Membership */
  SimGroupFunc listener;
  gpointer listener_data;
};

static void
group_init (SimGroup *group)
{
  group->by_node = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  group->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  group->by_owner = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
group_clear (SimGroup *group)
{
  g_hash_table_unref (group->by_node);
  g_hash_table_unref (group->held);
  g_hash_table_unref (group->by_owner);
}

static void
owner_group_free (gpointer data)
{
  group_clear (data);
  g_free (data);
}

static void
joined_free (gpointer data)
{
  Joined *joined = data;

  group_clear (&joined->group);
  g_free (joined->id);
  dd_value_unref (joined->selector);
  g_free (joined->label);
  g_free (joined);
}

static void
namespace_free (gpointer data)
{
  Namespace *space = data;

  g_hash_table_unref (space->by_label);
  g_ptr_array_unref (space->others);
  g_free (space);
}

static void
membership_free (gpointer data)
{
  Membership *membership = data;

  g_ptr_array_unref (membership->groups);
  g_free (membership);
}

static void
bump (GHashTable *table, const char *key, int by)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (table, key)) + (guint) by;

  if (count == 0)
    g_hash_table_remove (table, key);
  else
    g_hash_table_insert (table, g_strdup (key), GUINT_TO_POINTER (count));
}

/* BY is 1 or -1. */
static void
count_pod (SimGroup *group, const SimObject *pod, int by)
{
  const KubePodView *view = kube_pod_view (pod);
  gboolean active = !view->finished && !view->terminating;

  group->total += (guint) by;
  bump (group->by_owner, view->owner_uid != NULL ? view->owner_uid : "", by);
  if (!view->finished && view->node_name != NULL)
    bump (group->held, view->node_name, by);
  if (!active)
    return;
  group->active += (guint) by;
  if (view->ready)
    group->ready += (guint) by;
  if (view->node_name != NULL)
    bump (group->by_node, view->node_name, by);
}

static void
count_for_owner (SimCensus *census, const SimObject *pod, int by)
{
  const char *uid = kube_pod_view (pod)->owner_uid;
  SimGroup *group;

  if (uid == NULL)
    return;
  group = g_hash_table_lookup (census->owners, uid);
  if (group == NULL)
    {
      group = g_new0 (SimGroup, 1);
      group_init (group);
      g_hash_table_insert (census->owners, g_strdup (uid), group);
    }
  count_pod (group, pod, by);
  if (group->total == 0)
    g_hash_table_remove (census->owners, uid);
}

static gboolean
is_member (const Joined *joined, const SimObject *pod)
{
  return joined->selector != NULL
         && kube_label_selector_matches (joined->selector, kube_pod_view (pod)->labels);
}

static void
add_matching (Membership *membership, const GPtrArray *candidates, const SimObject *pod)
{
  for (guint i = 0; candidates != NULL && i < candidates->len; i++)
    if (is_member (g_ptr_array_index (candidates, i), pod))
      g_ptr_array_add (membership->groups, g_ptr_array_index (candidates, i));
}

static Membership *
membership_new (SimCensus *census, const SimObject *pod)
{
  Membership *membership = g_new0 (Membership, 1);
  const Namespace *space = g_hash_table_lookup (census->namespaces, pod->namespace_);
  const DdValue *labels = kube_pod_view (pod)->labels;

  membership->groups = g_ptr_array_new ();
  g_hash_table_insert (census->pods, g_strdup (pod->uid), membership);
  if (space == NULL)
    return membership;
  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      g_autofree char *label = g_strconcat (dd_value_key (labels, i), "=",
                                            dd_value_string (dd_value_nth (labels, i)), NULL);

      add_matching (membership, g_hash_table_lookup (space->by_label, label), pod);
    }
  add_matching (membership, space->others, pod);
  return membership;
}

static void
count_for_selectors (SimCensus *census, const Membership *membership, const SimObject *pod, int by)
{
  for (guint i = 0; i < membership->groups->len; i++)
    {
      Joined *joined = g_ptr_array_index (membership->groups, i);

      count_pod (&joined->group, pod, by);
      if (census->listener != NULL)
        census->listener (&joined->group, census->listener_data);
    }
}

gboolean
sim_pod_change_counts (const SimChange *change)
{
  const KubePodView *before, *after;

  if (change->type != SIM_MODIFIED)
    return TRUE;
  before = kube_pod_view (change->previous);
  after = kube_pod_view (change->object);
  return before->ready != after->ready || before->terminating != after->terminating
         || before->finished != after->finished
         || g_strcmp0 (before->node_name, after->node_name) != 0
         || g_strcmp0 (before->owner_uid, after->owner_uid) != 0
         || !dd_value_equal (before->labels, after->labels);
}

static void
follow (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  SimCensus *census = data;
  const SimObject *before = change->type == SIM_ADDED ? NULL : change->previous;
  const SimObject *after = change->type == SIM_DELETED ? NULL : change->object;
  Membership *membership;

  if (!sim_pod_change_counts (change))
    return;
  membership = g_hash_table_lookup (census->pods, change->object->uid);
  if (before != NULL)
    {
      count_for_owner (census, before, -1);
      if (membership != NULL)
        count_for_selectors (census, membership, before, -1);
    }
  if (after == NULL)
    {
      g_hash_table_remove (census->pods, change->object->uid);
      return;
    }
  if (membership == NULL || before == NULL
      || !dd_value_equal (kube_pod_view (before)->labels, kube_pod_view (after)->labels))
    membership = membership_new (census, after);
  count_for_owner (census, after, 1);
  count_for_selectors (census, membership, after, 1);
}

SimCensus *
sim_census_new (SimStore *store)
{
  SimCensus *census = g_new0 (SimCensus, 1);

  census->store = store;
  census->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, owner_group_free);
  census->joined = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, joined_free);
  census->namespaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, namespace_free);
  census->pods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, membership_free);
  sim_store_subscribe (store, &kube_pod, follow, census);
  return census;
}

void
sim_census_free (SimCensus *census)
{
  if (census == NULL)
    return;
  sim_store_unsubscribe (census->store, follow, census);
  g_hash_table_unref (census->pods);
  g_hash_table_unref (census->namespaces);
  g_hash_table_unref (census->joined);
  g_hash_table_unref (census->owners);
  g_free (census);
}

const SimGroup *
sim_census_of_owner (SimCensus *census, const char *uid)
{
  return g_hash_table_lookup (census->owners, uid);
}

/* Those pods that are there already. */
static void
count_present (SimCensus *census, const char *namespace_, Joined *joined)
{
  g_autoptr (GPtrArray) pods = sim_store_list (census->store, &kube_pod, namespace_);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      Membership *membership = g_hash_table_lookup (census->pods, pod->uid);

      if (membership == NULL || !is_member (joined, pod))
        continue;
      g_ptr_array_add (membership->groups, joined);
      count_pod (&joined->group, pod, 1);
    }
}

static Namespace *
namespace_for (SimCensus *census, const char *name)
{
  Namespace *space = g_hash_table_lookup (census->namespaces, name);

  if (space != NULL)
    return space;
  space = g_new0 (Namespace, 1);
  space->by_label
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  space->others = g_ptr_array_new ();
  g_hash_table_insert (census->namespaces, g_strdup (name), space);
  return space;
}

/* The array of SPACE that a group with that label belongs to. */
static GPtrArray *
shelf_for (Namespace *space, const char *label)
{
  GPtrArray *shelf = label != NULL ? g_hash_table_lookup (space->by_label, label) : space->others;

  if (shelf == NULL)
    {
      shelf = g_ptr_array_new ();
      g_hash_table_insert (space->by_label, g_strdup (label), shelf);
    }
  return shelf;
}

static char *
demanded_label (const DdValue *selector)
{
  const DdValue *labels = dd_value_member (selector, "matchLabels");

  if (dd_value_length (labels) == 0)
    return NULL;
  return g_strconcat (dd_value_key (labels, 0), "=", dd_value_string (dd_value_nth (labels, 0)),
                      NULL);
}

const SimGroup *
sim_census_join (SimCensus *census, const char *namespace_, const DdValue *selector)
{
  g_autofree char *text = selector != NULL ? dd_value_to_text (selector) : g_strdup ("null");
  g_autofree char *id = g_strconcat (namespace_, " ", text, NULL);
  Joined *joined = g_hash_table_lookup (census->joined, id);

  if (joined == NULL)
    {
      joined = g_new0 (Joined, 1);
      group_init (&joined->group);
      joined->id = g_steal_pointer (&id);
      joined->selector = selector != NULL ? dd_value_ref (selector) : NULL;
      joined->label = demanded_label (selector);
      g_hash_table_insert (census->joined, joined->id, joined);
      g_ptr_array_add (shelf_for (namespace_for (census, namespace_), joined->label), joined);
      count_present (census, namespace_, joined);
    }
  joined->refs++;
  return &joined->group;
}

void
sim_census_leave (SimCensus *census, const SimGroup *group)
{
  Joined *joined = (Joined *) group;
  g_autofree char *name = NULL;
  GHashTableIter iter;
  gpointer membership;

  if (joined == NULL || --joined->refs > 0)
    return;
  name = g_strndup (joined->id, strcspn (joined->id, " "));
  g_ptr_array_remove (shelf_for (namespace_for (census, name), joined->label), joined);
  /* The order does not matter: each pod forgets the same group. */
  g_hash_table_iter_init (&iter, census->pods);
  while (g_hash_table_iter_next (&iter, NULL, &membership))
    g_ptr_array_remove (((Membership *) membership)->groups, joined);
  g_hash_table_remove (census->joined, joined->id);
}

void
sim_census_set_listener (SimCensus *census, SimGroupFunc func, gpointer data)
{
  census->listener = func;
  census->listener_data = data;
}

guint
sim_group_on_node (const SimGroup *group, const char *node)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (group->by_node, node));
}
