/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of one cluster.
 *
 * Each kind has a table: a tree ordered as etcd orders its keys, a hash from name to object, one of
 * small trees for every indexed field, and a watch log. Two indexes go across kinds: uid to object,
 * and owner's uid to dependents. A write replaces an immutable object by another and touches
 * nothing else; everything that held the old one keeps it.
 *
 * The hash tables here are only ever asked for one key; whatever is iterated is a tree or an array.
 */
#include "config.h"

#include <string.h>

#include "sim/kube/kind.h"
#include "sim/kube/store.h"

/* A log is cut to half of this when it is full, so that forgetting costs nothing per write. */
#define LOG_LIMIT 8192

typedef struct
{
  GArray *changes;   /* of SimChange */
  guint64 first;     /* the cursor of changes[0] */
  guint64 forgotten; /* the revision of the newest change that was cut off */
} Log;

typedef struct
{
  const KubeKind *kind;
  GTree *objects;      /* SimObject -> itself, for lists */
  GHashTable *by_name; /* the same, for one object: of 100,000 pods the tree is 17 deep */
  guint n_indexes;
  GHashTable **indexes; /* one for each of KubeKind.indexes: value -> GTree of SimObject */
  Log log;
} Table;

typedef struct
{
  const KubeKind *kind; /* NULL: every kind */
  SimStoreFunc func;
  gpointer data;
} Subscriber;

struct _SimStore
{
  guint64 revision;
  GHashTable *tables;     /* KubeKind -> Table */
  GHashTable *by_uid;     /* uid -> SimObject */
  GHashTable *dependents; /* owner's uid -> GTree of SimObject */
  GArray *subscribers;
};

/* ---- objects ---- */

static const char *
text_or_empty (const DdValue *value)
{
  const char *text = dd_value_string (value);

  return text != NULL ? text : "";
}

SimObject *
sim_object_new (const KubeKind *kind, DdValue *value, guint64 revision)
{
  SimObject *object = g_new0 (SimObject, 1);
  const DdValue *metadata = dd_value_member (value, "metadata");

  object->refs = 1;
  object->kind = kind;
  object->namespace_ = text_or_empty (dd_value_member (metadata, "namespace"));
  object->name = text_or_empty (dd_value_member (metadata, "name"));
  object->uid = text_or_empty (dd_value_member (metadata, "uid"));
  object->revision = revision;
  object->value = value;
  if (kind->view_new != NULL)
    object->view = kind->view_new (value);
  return object;
}

SimObject *
sim_object_ref (SimObject *object)
{
  object->refs++;
  return object;
}

void
sim_object_unref (SimObject *object)
{
  if (object == NULL || --object->refs > 0)
    return;
  if (object->view != NULL && object->kind->view_free != NULL)
    object->kind->view_free (object->view);
  g_clear_pointer (&object->bytes, g_bytes_unref);
  dd_value_unref (object->value);
  g_free (object);
}

SimObject *
sim_object_as (SimObject *object, const KubeKind *kind)
{
  if (object->kind == kind)
    return sim_object_ref (object);
  return sim_object_new (kind,
                         kind->from_stored != NULL ? kind->from_stored (object->value)
                                                   : dd_value_ref (object->value),
                         object->revision);
}

/* {"kind":"Pod","apiVersion":"v1" */
static void
append_head (const KubeKind *kind, GString *out)
{
  g_string_append_printf (out, "{\"kind\":\"%s\",\"apiVersion\":\"%s%s%s\"", kind->kind,
                          kind->group, kind->group[0] != '\0' ? "/" : "", kind->version);
}

/* A text's buffer may be twice as long as the text, and a large world keeps many of them. */
static GBytes *
exact_bytes (GString *text)
{
  gsize length = text->len;

  return g_bytes_new_take (g_realloc (g_string_free (text, FALSE), length), length);
}

static void
write_typed (const SimObject *object, GString *text)
{
  gsize head;

  append_head (object->kind, text);
  head = text->len;
  dd_value_write (object->value, text);
  if (dd_value_length (object->value) > 0)
    text->str[head] = ',';
  else
    g_string_erase (text, (gssize) head, 1);
}

/* Who knows no type keeps maps, and Go writes those in the order of their keys. */
static void
write_custom (const SimObject *object, GString *text)
{
  const KubeKind *kind = object->kind;
  g_autoptr (DdValue) typed = dd_value_with_member (object->value, "kind", dd_string (kind->kind));
  g_autoptr (DdValue) sorted = NULL;

  dd_value_set (&typed, "apiVersion", dd_string_take (kube_kind_api_version (kind)));
  sorted = dd_value_sorted (typed);
  dd_value_write (sorted, text);
}

GBytes *
sim_object_bytes (SimObject *object)
{
  if (object->bytes == NULL)
    {
      GString *text = g_string_sized_new (2048);

      if (object->kind->schema != NULL)
        write_custom (object, text);
      else
        write_typed (object, text);
      object->bytes = exact_bytes (text);
    }
  return object->bytes;
}

void
sim_object_write_item (SimObject *object, GString *out)
{
  gsize size;
  const char *bytes = g_bytes_get_data (sim_object_bytes (object), &size);
  const KubeKind *kind = object->kind;
  gsize head = strlen ("{\"kind\":\"\",\"apiVersion\":\"\"") + strlen (kind->kind)
               + strlen (kind->group) + (kind->group[0] != '\0') + strlen (kind->version);

  g_string_append_c (out, '{');
  head += bytes[head] == ',';
  g_string_append_len (out, bytes + head, (gssize) (size - head));
}

/* ---- order ---- */

/* etcd's keys are "<namespace>/<name>", so the end of a namespace counts as a slash: "app-2"
 * comes before "app". */
static int
compare_namespaces (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  if (*a == *b)
    return 0;
  return (int) (guchar) (*a != '\0' ? *a : '/') - (int) (guchar) (*b != '\0' ? *b : '/');
}

static int
compare_kinds (const KubeKind *a, const KubeKind *b)
{
  int order = strcmp (a->group, b->group);

  if (order == 0)
    order = strcmp (a->version, b->version);
  return order != 0 ? order : strcmp (a->plural, b->plural);
}

static int
compare_objects (gconstpointer left, gconstpointer right, G_GNUC_UNUSED gpointer data)
{
  const SimObject *a = left, *b = right;
  int order = a->kind == b->kind ? 0 : compare_kinds (a->kind, b->kind);

  if (order == 0)
    order = compare_namespaces (a->namespace_, b->namespace_);
  return order != 0 ? order : strcmp (a->name, b->name);
}

static GTree *
tree_new (GDestroyNotify release)
{
  return g_tree_new_full (compare_objects, NULL, NULL, release);
}

static void
unref_object (gpointer object)
{
  sim_object_unref (object);
}

static GPtrArray *
array_new (guint size)
{
  return g_ptr_array_new_full (size, unref_object);
}

static guint
hash_name (gconstpointer data)
{
  const SimObject *object = data;

  return g_str_hash (object->name) * 31 + g_str_hash (object->namespace_);
}

static gboolean
have_same_name (gconstpointer left, gconstpointer right)
{
  const SimObject *a = left, *b = right;

  return strcmp (a->name, b->name) == 0 && strcmp (a->namespace_, b->namespace_) == 0;
}

/* ---- indexes ---- */

static GHashTable *
index_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_tree_unref);
}

static void
index_add (GHashTable *index, const char *value, SimObject *object)
{
  GTree *bucket = g_hash_table_lookup (index, value);

  if (bucket == NULL)
    {
      bucket = tree_new (NULL);
      g_hash_table_insert (index, g_strdup (value), bucket);
    }
  g_tree_replace (bucket, object, object);
}

static void
index_remove (GHashTable *index, const char *value, SimObject *object)
{
  GTree *bucket = g_hash_table_lookup (index, value);

  g_tree_remove (bucket, object);
  if (g_tree_nnodes (bucket) == 0)
    g_hash_table_remove (index, value);
}

/* Replaces OLD (filed under OLD_VALUE) by NEW (to be filed under NEW_VALUE); each may be absent. */
static void
index_move (GHashTable *index, const char *old_value, SimObject *old, const char *new_value,
            SimObject *new)
{
  if (old_value != NULL && g_strcmp0 (old_value, new_value) != 0)
    index_remove (index, old_value, old);
  if (new_value != NULL)
    index_add (index, new_value, new);
}

static GPtrArray *
index_list (GHashTable *index, const char *value)
{
  GTree *bucket = g_hash_table_lookup (index, value);
  GPtrArray *list = array_new (bucket != NULL ? (guint) g_tree_nnodes (bucket) : 0);

  if (bucket != NULL)
    for (GTreeNode *node = g_tree_node_first (bucket); node != NULL; node = g_tree_node_next (node))
      g_ptr_array_add (list, sim_object_ref (g_tree_node_value (node)));
  return list;
}

static const char *
owner_at (const SimObject *object, gsize position)
{
  const DdValue *owners = dd_value_at (object->value, "metadata", "ownerReferences", NULL);

  return dd_value_string (dd_value_member (dd_value_element (owners, position), "uid"));
}

static gsize
count_owners (const SimObject *object)
{
  return object != NULL
             ? dd_value_length (dd_value_at (object->value, "metadata", "ownerReferences", NULL))
             : 0;
}

static gboolean
is_owned_by (const SimObject *object, const char *uid)
{
  for (gsize i = 0; i < count_owners (object); i++)
    if (g_strcmp0 (owner_at (object, i), uid) == 0)
      return TRUE;
  return FALSE;
}

/* An owner may be named twice; the bucket holds the dependent once. */
static void
move_dependents (SimStore *store, SimObject *old, SimObject *new)
{
  for (gsize i = 0; i < count_owners (old); i++)
    {
      const char *uid = owner_at (old, i);

      if (uid != NULL && (new == NULL || !is_owned_by (new, uid))
          && g_hash_table_contains (store->dependents, uid))
        index_remove (store->dependents, uid, old);
    }
  for (gsize i = 0; i < count_owners (new); i++)
    if (owner_at (new, i) != NULL)
      index_add (store->dependents, owner_at (new, i), new);
}

static void
move_uid (SimStore *store, SimObject *old, SimObject *new)
{
  if (old != NULL && (new == NULL || strcmp (old->uid, new->uid) != 0))
    g_hash_table_remove (store->by_uid, old->uid);
  if (new != NULL &&new->uid[0] != '\0')
    g_hash_table_replace (store->by_uid, (gpointer) new->uid, new);
}

static void
move_in_indexes (SimStore *store, Table *table, SimObject *old, SimObject *new)
{
  for (guint i = 0; i < table->n_indexes; i++)
    {
      const char *field = table->kind->indexes[i];

      index_move (table->indexes[i], old != NULL ? dd_value_path_string (old->value, field) : NULL,
                  old, new != NULL ? dd_value_path_string (new->value, field) : NULL, new);
    }
  move_dependents (store, old, new);
  move_uid (store, old, new);
}

/* ---- the watch log ---- */

static void
clear_change (gpointer data)
{
  SimChange *change = data;

  sim_object_unref (change->object);
  sim_object_unref (change->previous);
}

static void
log_append (Log *log, const SimChange *change)
{
  if (log->changes->len == LOG_LIMIT)
    {
      guint cut = LOG_LIMIT / 2;

      log->forgotten = g_array_index (log->changes, SimChange, cut - 1).revision;
      log->first += cut;
      g_array_remove_range (log->changes, 0, cut);
    }
  sim_object_ref (change->object);
  if (change->previous != NULL)
    sim_object_ref (change->previous);
  g_array_append_val (log->changes, *change);
}

/* ---- tables ---- */

static Table *
table_new (const KubeKind *kind)
{
  Table *table = g_new0 (Table, 1);

  table->kind = kind;
  table->objects = tree_new (unref_object);
  table->by_name = g_hash_table_new (hash_name, have_same_name);
  while (kind->indexes != NULL && kind->indexes[table->n_indexes] != NULL)
    table->n_indexes++;
  table->indexes = g_new (GHashTable *, table->n_indexes);
  for (guint i = 0; i < table->n_indexes; i++)
    table->indexes[i] = index_new ();
  table->log.changes = g_array_new (FALSE, FALSE, sizeof (SimChange));
  g_array_set_clear_func (table->log.changes, clear_change);
  return table;
}

static void
table_free (gpointer data)
{
  Table *table = data;

  for (guint i = 0; i < table->n_indexes; i++)
    g_hash_table_unref (table->indexes[i]);
  g_free (table->indexes);
  g_hash_table_unref (table->by_name);
  g_tree_unref (table->objects);
  g_array_unref (table->log.changes);
  g_free (table);
}

static Table *
get_table (SimStore *store, const KubeKind *asked)
{
  const KubeKind *kind = kube_kind_stored (asked);
  Table *table = g_hash_table_lookup (store->tables, kind);

  if (table == NULL)
    {
      table = table_new (kind);
      g_hash_table_insert (store->tables, (gpointer) kind, table);
    }
  return table;
}

SimStore *
sim_store_new (void)
{
  SimStore *store = g_new0 (SimStore, 1);

  store->tables = g_hash_table_new_full (NULL, NULL, NULL, table_free);
  store->by_uid = g_hash_table_new (g_str_hash, g_str_equal);
  store->dependents = index_new ();
  store->subscribers = g_array_new (FALSE, FALSE, sizeof (Subscriber));
  return store;
}

void
sim_store_free (SimStore *store)
{
  if (store == NULL)
    return;
  g_array_unref (store->subscribers);
  g_hash_table_unref (store->dependents);
  g_hash_table_unref (store->by_uid);
  g_hash_table_unref (store->tables);
  g_free (store);
}

/* ---- reading ---- */

guint64
sim_store_revision (const SimStore *store)
{
  return store->revision;
}

SimObject *
sim_store_get (SimStore *store, const KubeKind *kind, const char *namespace_, const char *name)
{
  SimObject probe = { .kind = kube_kind_stored (kind), .namespace_ = namespace_, .name = name };

  return g_hash_table_lookup (get_table (store, kind)->by_name, &probe);
}

SimObject *
sim_store_get_by_uid (SimStore *store, const char *uid)
{
  return g_hash_table_lookup (store->by_uid, uid);
}

GPtrArray *
sim_store_list (SimStore *store, const KubeKind *kind, const char *namespace_)
{
  Table *table = get_table (store, kind);
  SimObject first = { .kind = table->kind, .namespace_ = namespace_, .name = "" };
  GTreeNode *node = namespace_ != NULL ? g_tree_lower_bound (table->objects, &first)
                                       : g_tree_node_first (table->objects);
  GPtrArray *list = array_new (namespace_ == NULL ? (guint) g_tree_nnodes (table->objects) : 16);

  for (; node != NULL; node = g_tree_node_next (node))
    {
      SimObject *object = g_tree_node_value (node);

      if (namespace_ != NULL && strcmp (object->namespace_, namespace_) != 0)
        break;
      g_ptr_array_add (list, sim_object_ref (object));
    }
  return list;
}

GPtrArray *
sim_store_list_by (SimStore *store, const KubeKind *kind, const char *field, const char *value)
{
  Table *table = get_table (store, kind);
  guint i = 0;

  while (i < table->n_indexes && strcmp (kind->indexes[i], field) != 0)
    i++;
  g_assert (i < table->n_indexes);
  return index_list (table->indexes[i], value);
}

GPtrArray *
sim_store_dependents (SimStore *store, const char *uid)
{
  return index_list (store->dependents, uid);
}

guint
sim_store_count (SimStore *store, const KubeKind *kind)
{
  return (guint) g_tree_nnodes (get_table (store, kind)->objects);
}

/* ---- writing ---- */

static DdValue *
with_revision (DdValue *value, guint64 revision)
{
  char text[24];
  DdValue *changed;

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, revision);
  changed = dd_value_with (value, dd_string (text), "metadata", "resourceVersion", NULL);
  dd_value_unref (value);
  return changed;
}

/* Subscribers may come and go while they are told, but not write. */
static void
publish (SimStore *store, Table *table, SimChange change)
{
  log_append (&table->log, &change);
  for (guint i = 0; i < store->subscribers->len; i++)
    {
      Subscriber subscriber = g_array_index (store->subscribers, Subscriber, i);

      if (subscriber.kind == NULL || subscriber.kind == table->kind)
        subscriber.func (store, &change, subscriber.data);
      g_assert (store->revision == change.revision);
    }
}

SimObject *
sim_store_put (SimStore *store, const KubeKind *kind, DdValue *value)
{
  guint64 revision = store->revision + 1;
  Table *table = get_table (store, kind);
  SimObject *object = sim_object_new (table->kind, with_revision (value, revision), revision);
  g_autoptr (SimObject) old = g_hash_table_lookup (table->by_name, object);

  if (old != NULL)
    sim_object_ref (old);
  store->revision = revision;
  move_in_indexes (store, table, old, object);
  g_hash_table_replace (table->by_name, object, object);
  g_tree_replace (table->objects, object, object);
  publish (store, table,
           (SimChange) { .type = old != NULL ? SIM_MODIFIED : SIM_ADDED,
                         .revision = revision,
                         .object = object,
                         .previous = old });
  return object;
}

SimObject *
sim_store_remove (SimStore *store, SimObject *object)
{
  Table *table = get_table (store, object->kind);
  g_autoptr (SimObject) stored = g_hash_table_lookup (table->by_name, object);
  g_autoptr (SimObject) last = NULL;

  if (stored == NULL)
    return NULL;
  sim_object_ref (stored);
  store->revision++;
  last = sim_object_new (
      stored->kind, with_revision (dd_value_ref (stored->value), store->revision), store->revision);
  move_in_indexes (store, table, stored, NULL);
  g_hash_table_remove (table->by_name, stored);
  g_tree_remove (table->objects, stored);
  publish (
      store, table,
      (SimChange) {
          .type = SIM_DELETED, .revision = store->revision, .object = last, .previous = stored });
  return last;
}

void
sim_store_subscribe (SimStore *store, const KubeKind *kind, SimStoreFunc func, gpointer data)
{
  Subscriber subscriber = { kind != NULL ? kube_kind_stored (kind) : NULL, func, data };

  g_array_append_val (store->subscribers, subscriber);
}

void
sim_store_unsubscribe (SimStore *store, SimStoreFunc func, gpointer data)
{
  for (guint i = store->subscribers->len; i-- > 0;)
    {
      const Subscriber *subscriber = &g_array_index (store->subscribers, Subscriber, i);

      if (subscriber->func == func && subscriber->data == data)
        g_array_remove_index (store->subscribers, i);
    }
}

/* ---- watching ---- */

gboolean
sim_store_log_seek (SimStore *store, const KubeKind *kind, guint64 revision, guint64 *out_cursor,
                    guint64 *out_oldest_revision)
{
  const Log *log = &get_table (store, kind)->log;
  guint low = 0, high = log->changes->len;

  if (revision < log->forgotten)
    {
      *out_oldest_revision = log->forgotten;
      return FALSE;
    }
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (log->changes, SimChange, middle).revision > revision)
        high = middle;
      else
        low = middle + 1;
    }
  *out_cursor = log->first + low;
  return TRUE;
}

const SimChange *
sim_store_log_next (SimStore *store, const KubeKind *kind, guint64 *cursor, gboolean *out_expired)
{
  const Log *log = &get_table (store, kind)->log;

  *out_expired = *cursor < log->first;
  if (*out_expired || *cursor - log->first >= log->changes->len)
    return NULL;
  return &g_array_index (log->changes, SimChange, (*cursor)++ - log->first);
}
