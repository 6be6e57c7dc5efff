/* SPDX-License-Identifier: Apache-2.0 */
/* Immutable JSON values.
 *
 * A value is one allocation: a header, then the text of a string, the elements of an array or the
 * members of an object. Keys are interned and counted, so that equal keys are equal pointers and a
 * thousand pods hold the word "metadata" once. Objects with more than SMALL_OBJECT members get a
 * hash index at their first look-up; smaller ones are searched in order.
 *
 * Reading and writing text is in json-text.c.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/blocks.h"
#include "base/value-private.h"

#define SMALL_OBJECT 16

/* Singletons are never freed and never counted. */
#define IMMORTAL G_MAXUINT

static DdValue null_value = { .refs = IMMORTAL, .type = DD_NULL };
static DdValue true_value = { .refs = IMMORTAL, .type = DD_BOOL, .as.integer = TRUE };
static DdValue false_value = { .refs = IMMORTAL, .type = DD_BOOL, .as.integer = FALSE };
static DdValue empty_array = { .refs = IMMORTAL, .type = DD_ARRAY };
static DdValue empty_object = { .refs = IMMORTAL, .type = DD_OBJECT };

/* ---- keys ---- */

static guint
key_hash (gconstpointer data)
{
  return ((const DdKey *) data)->hash;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const DdKey *left = a, *right = b;

  return left->length == right->length && memcmp (left->text, right->text, left->length) == 0;
}

/* FNV-1a. */
static guint
hash_text (const char *text, gsize length)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * 16777619u;
  return hash;
}

static GHashTable *
key_table (void)
{
  static GHashTable *keys = NULL;

  if (keys == NULL)
    keys = g_hash_table_new (key_hash, key_equal);
  return keys;
}

DdKey *
dd_key_intern (const char *text, gsize length)
{
  DdKey probe
      = { .hash = hash_text (text, length), .length = (guint) length, .text = (char *) text };
  DdKey *key = g_hash_table_lookup (key_table (), &probe);

  if (key != NULL)
    {
      key->refs++;
      return key;
    }
  key = g_malloc (sizeof (DdKey) + length + 1);
  key->refs = 1;
  key->hash = probe.hash;
  key->length = (guint) length;
  key->text = (char *) (key + 1);
  memcpy (key->text, text, length);
  key->text[length] = '\0';
  g_hash_table_add (key_table (), key);
  return key;
}

static DdKey *
key_ref (DdKey *key)
{
  key->refs++;
  return key;
}

void
dd_key_unref (DdKey *key)
{
  if (--key->refs > 0)
    return;
  g_hash_table_remove (key_table (), key);
  g_free (key);
}

/* Nearly every key is a literal of the program, and its address tells which key it is. A slot is
 * believed only after a look at the text, for memory may be used again. */
static DdKey *
intern_literal (const char *text)
{
  static struct
  {
    const char *address;
    DdKey *key;
  } slots[2048], *slot;
  guintptr address = (guintptr) text;

  slot = &slots[(address ^ (address >> 11)) % G_N_ELEMENTS (slots)];
  if (slot->address != text || strcmp (slot->key->text, text) != 0)
    {
      if (slot->key != NULL)
        dd_key_unref (slot->key);
      slot->key = dd_key_intern (text, strlen (text));
      slot->address = text;
    }
  return key_ref (slot->key);
}

/* ---- life ---- */

DdValue *
dd_value_ref (const DdValue *value)
{
  DdValue *self = (DdValue *) value;

  if (self != NULL && self->refs != IMMORTAL)
    self->refs++;
  return self;
}

/* The bytes after the header. */
static gsize
room_of (const DdValue *value)
{
  switch (value->type)
    {
    case DD_STRING:
      return (gsize) value->length + 1;
    case DD_ARRAY:
      return value->length * sizeof (DdValue *);
    case DD_OBJECT:
      return value->length * sizeof (DdMember);
    case DD_NULL:
    case DD_BOOL:
    case DD_INT:
    case DD_DOUBLE:
      break;
    }
  return 0;
}

static void
value_free (DdValue *value)
{
  if (value->type == DD_ARRAY)
    for (guint i = 0; i < value->length; i++)
      dd_value_unref (dd_value_elements (value)[i]);
  if (value->type == DD_OBJECT)
    {
      for (guint i = 0; i < value->length; i++)
        {
          dd_key_unref (dd_value_members (value)[i].key);
          dd_value_unref (dd_value_members (value)[i].value);
        }
      g_free (value->as.index);
    }
  dd_block_free (value, sizeof (DdValue) + room_of (value));
}

void
dd_value_unref (DdValue *value)
{
  if (value == NULL || value->refs == IMMORTAL)
    return;
  g_assert (value->refs > 0);
  if (--value->refs == 0)
    value_free (value);
}

DdType
dd_value_type (const DdValue *value)
{
  return value->type;
}

const char *
dd_type_name (DdType type)
{
  static const char *const names[]
      = { "null", "boolean", "integer", "number", "string", "array", "object" };

  return names[type];
}

/* ---- making ---- */

static DdValue *
value_new (DdType type, guint length, gsize room)
{
  DdValue *value = dd_block_new (sizeof (DdValue) + room);

  value->refs = 1;
  value->type = type;
  value->length = length;
  value->as.integer = 0;
  if (type == DD_OBJECT)
    value->as.index = NULL;
  return value;
}

DdValue *
dd_null (void)
{
  return &null_value;
}

DdValue *
dd_bool (gboolean value)
{
  return value ? &true_value : &false_value;
}

DdValue *
dd_int (gint64 value)
{
  DdValue *self = value_new (DD_INT, 0, 0);

  self->as.integer = value;
  return self;
}

DdValue *
dd_double (double value)
{
  DdValue *self = value_new (DD_DOUBLE, 0, 0);

  g_assert (isfinite (value));
  self->as.number = value;
  return self;
}

DdValue *
dd_string_len (const char *text, gsize length)
{
  DdValue *self = value_new (DD_STRING, (guint) length, length + 1);
  char *copy = (char *) (self + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return self;
}

DdValue *
dd_string (const char *text)
{
  return text != NULL ? dd_string_len (text, strlen (text)) : NULL;
}

DdValue *
dd_word (const char *literal)
{
  static struct
  {
    const char *address;
    DdValue *value;
  } slots[512], *slot;
  guintptr address = (guintptr) literal;

  if (literal == NULL)
    return NULL;
  slot = &slots[(address ^ (address >> 9)) % G_N_ELEMENTS (slots)];
  if (slot->address != literal || strcmp (dd_value_text (slot->value), literal) != 0)
    {
      dd_value_unref (slot->value);
      slot->value = dd_string (literal);
      slot->address = literal;
    }
  return dd_value_ref (slot->value);
}

DdValue *
dd_string_take (char *text)
{
  DdValue *self = dd_string (text);

  g_free (text);
  return self;
}

DdValue *
dd_string_printf (const char *format, ...)
{
  va_list args;
  char *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return dd_string_take (text);
}

DdValue *
dd_object_empty (void)
{
  return &empty_object;
}

DdValue *
dd_array_empty (void)
{
  return &empty_array;
}

DdValue *
dd_object_from_pairs (gpointer *pairs, guint n_members)
{
  DdValue *object;

  if (n_members == 0)
    return &empty_object;
  object = value_new (DD_OBJECT, n_members, n_members * sizeof (DdMember));
  memcpy (dd_value_members (object), pairs, n_members * sizeof (DdMember));
  return object;
}

DdValue *
dd_array_from_items (gpointer *items, guint n_items)
{
  DdValue *array;

  if (n_items == 0)
    return &empty_array;
  array = value_new (DD_ARRAY, n_items, n_items * sizeof (DdValue *));
  memcpy (dd_value_elements (array), items, n_items * sizeof (DdValue *));
  return array;
}

static guint
count_given (const char *first_key, va_list args)
{
  guint given = 0;

  for (const char *key = first_key; key != NULL; key = va_arg (args, const char *))
    given += va_arg (args, DdValue *) != NULL;
  return given;
}

static void
set_given (DdMember *members, const char *first_key, va_list args)
{
  guint given = 0;

  for (const char *key = first_key; key != NULL; key = va_arg (args, const char *))
    {
      DdValue *value = va_arg (args, DdValue *);

      if (value == NULL)
        continue;
      members[given] = (DdMember) { intern_literal (key), value };
      for (guint i = 0; i < given; i++)
        g_assert (members[i].key != members[given].key);
      given++;
    }
}

DdValue *
dd_object (const char *first_key, ...)
{
  DdValue *object;
  guint length;
  va_list args;

  va_start (args, first_key);
  length = count_given (first_key, args);
  va_end (args);
  if (length == 0)
    return &empty_object;
  object = value_new (DD_OBJECT, length, length * sizeof (DdMember));
  va_start (args, first_key);
  set_given (dd_value_members (object), first_key, args);
  va_end (args);
  return object;
}

DdValue *
dd_array (DdValue *first, ...)
{
  g_auto (DdBuilder) builder = dd_builder_array ();
  va_list args;

  va_start (args, first);
  for (DdValue *value = first; value != NULL; value = va_arg (args, DdValue *))
    dd_builder_add (&builder, value);
  va_end (args);
  return dd_builder_end (&builder);
}

/* ---- builders ---- */

/* Arrays of builders that have ended, grown already. */
static GPtrArray *spare_items[16];
static guint n_spare_items;

static GPtrArray *
items_new (void)
{
  return n_spare_items > 0 ? spare_items[--n_spare_items] : g_ptr_array_new ();
}

static void
items_free (GPtrArray *items)
{
  if (n_spare_items == G_N_ELEMENTS (spare_items) || items->len > 256)
    {
      g_ptr_array_unref (items);
      return;
    }
  g_ptr_array_set_size (items, 0);
  spare_items[n_spare_items++] = items;
}

DdBuilder
dd_builder_object (void)
{
  return (DdBuilder) { .type = DD_OBJECT, .items = items_new () };
}

DdBuilder
dd_builder_array (void)
{
  return (DdBuilder) { .type = DD_ARRAY, .items = items_new () };
}

static void
builder_index (DdBuilder *builder)
{
  builder->index = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < builder->items->len; i += 2)
    g_hash_table_insert (builder->index, builder->items->pdata[i], GUINT_TO_POINTER (i + 1));
}

/* The position of KEY's value in the items, or 0. */
static guint
builder_find (DdBuilder *builder, const DdKey *key)
{
  if (builder->index == NULL && builder->items->len > 2 * SMALL_OBJECT)
    builder_index (builder);
  if (builder->index != NULL)
    return GPOINTER_TO_UINT (g_hash_table_lookup (builder->index, key));
  for (guint i = 0; i < builder->items->len; i += 2)
    if (builder->items->pdata[i] == key)
      return i + 1;
  return 0;
}

static void
builder_set_key (DdBuilder *builder, DdKey *key, DdValue *value)
{
  guint position = builder_find (builder, key);

  if (position != 0)
    {
      dd_value_unref (builder->items->pdata[position]);
      builder->items->pdata[position] = value;
      dd_key_unref (key);
      return;
    }
  if (builder->index != NULL)
    g_hash_table_insert (builder->index, key, GUINT_TO_POINTER (builder->items->len + 1));
  g_ptr_array_add (builder->items, key);
  g_ptr_array_add (builder->items, value);
}

void
dd_builder_set (DdBuilder *builder, const char *key, DdValue *value)
{
  g_assert (builder->type == DD_OBJECT);
  if (value != NULL)
    builder_set_key (builder, intern_literal (key), value);
}

void
dd_builder_add (DdBuilder *builder, DdValue *value)
{
  g_assert (builder->type == DD_ARRAY);
  if (value != NULL)
    g_ptr_array_add (builder->items, value);
}

DdValue *
dd_builder_end (DdBuilder *builder)
{
  GPtrArray *items = builder->items;
  DdValue *value = builder->type == DD_OBJECT ? dd_object_from_pairs (items->pdata, items->len / 2)
                                              : dd_array_from_items (items->pdata, items->len);

  g_clear_pointer (&builder->index, g_hash_table_unref);
  g_clear_pointer (&builder->items, items_free);
  return value;
}

DdValue *
dd_builder_end_like (DdBuilder *builder, const DdValue *like)
{
  gboolean object = builder->type == DD_OBJECT;
  gsize room = like->length * (object ? sizeof (DdMember) : sizeof (DdValue *));

  /* Members and elements lie in a value as they lie in the builder. */
  if (like->type != builder->type || builder->items->len * sizeof (gpointer) != room
      || (room > 0 && memcmp (like + 1, builder->items->pdata, room) != 0))
    return dd_builder_end (builder);
  dd_builder_clear (builder);
  return dd_value_ref (like);
}

void
dd_builder_clear (DdBuilder *builder)
{
  g_clear_pointer (&builder->index, g_hash_table_unref);
  if (builder->items == NULL)
    return;
  for (guint i = 0; i < builder->items->len; i++)
    if (builder->type == DD_OBJECT && i % 2 == 0)
      dd_key_unref (builder->items->pdata[i]);
    else
      dd_value_unref (builder->items->pdata[i]);
  g_clear_pointer (&builder->items, items_free);
}

/* ---- reading ---- */

gsize
dd_value_length (const DdValue *value)
{
  return value != NULL && (value->type == DD_ARRAY || value->type == DD_OBJECT) ? value->length : 0;
}

const DdValue *
dd_value_element (const DdValue *array, gsize index)
{
  if (array == NULL || array->type != DD_ARRAY || index >= array->length)
    return NULL;
  return dd_value_elements (array)[index];
}

const char *
dd_value_key (const DdValue *object, gsize index)
{
  if (object == NULL || object->type != DD_OBJECT || index >= object->length)
    return NULL;
  return dd_value_members (object)[index].key->text;
}

const DdValue *
dd_value_nth (const DdValue *object, gsize index)
{
  if (object == NULL || object->type != DD_OBJECT || index >= object->length)
    return NULL;
  return dd_value_members (object)[index].value;
}

/* Open addressing; slots hold a position + 1, 0 is empty. */
static void
object_index (DdValue *object)
{
  guint slots = 32;

  while (slots < 2 * object->length)
    slots *= 2;
  object->as.index = g_new0 (guint, slots + 1);
  object->as.index[0] = slots - 1;
  for (guint i = 0; i < object->length; i++)
    {
      guint slot = dd_value_members (object)[i].key->hash & (slots - 1);

      while (object->as.index[slot + 1] != 0)
        slot = (slot + 1) & (slots - 1);
      object->as.index[slot + 1] = i + 1;
    }
}

static const DdMember *
find_indexed (const DdValue *object, const char *key, gsize length)
{
  guint hash = hash_text (key, length);
  DdKey probe = { .hash = hash, .length = (guint) length, .text = (char *) key };
  guint mask;

  if (object->as.index == NULL)
    object_index ((DdValue *) object);
  mask = object->as.index[0];
  for (guint slot = hash & mask; object->as.index[slot + 1] != 0; slot = (slot + 1) & mask)
    {
      const DdMember *member = &dd_value_members (object)[object->as.index[slot + 1] - 1];

      if (member->key->hash == hash && key_equal (member->key, &probe))
        return member;
    }
  return NULL;
}

/* The first byte tells most keys of one length apart. */
static inline gboolean
is_key (const DdKey *key, const char *text, gsize length)
{
  return key->length == length && (length == 0 || key->text[0] == text[0])
         && memcmp (key->text, text, length) == 0;
}

static const DdMember *
find_member (const DdValue *object, const char *key, gsize length)
{
  const DdMember *members;

  if (object == NULL || object->type != DD_OBJECT)
    return NULL;
  if (object->length > SMALL_OBJECT)
    return find_indexed (object, key, length);
  members = dd_value_members (object);
  for (guint i = 0; i < object->length; i++)
    if (is_key (members[i].key, key, length))
      return &members[i];
  return NULL;
}

const DdValue *
dd_value_member (const DdValue *value, const char *key)
{
  const DdMember *member = find_member (value, key, strlen (key));

  return member != NULL ? member->value : NULL;
}

const DdValue *
dd_value_at (const DdValue *value, ...)
{
  va_list args;
  const char *key;

  va_start (args, value);
  while (value != NULL && (key = va_arg (args, const char *)) != NULL)
    value = dd_value_member (value, key);
  va_end (args);
  return value;
}

/* One step of a dotted path: a member's key, or an array's index. */
static const DdValue *
step_into (const DdValue *value, const char *key, gsize length)
{
  if (value->type == DD_ARRAY)
    {
      gsize index = 0;

      for (gsize i = 0; i < length; i++)
        {
          if (!g_ascii_isdigit (key[i]) || i > 8)
            return NULL;
          index = index * 10 + (gsize) (key[i] - '0');
        }
      return length > 0 ? dd_value_element (value, index) : NULL;
    }
  else
    {
      const DdMember *member = find_member (value, key, length);

      return member != NULL ? member->value : NULL;
    }
}

const DdValue *
dd_value_path (const DdValue *value, const char *dotted)
{
  while (value != NULL && *dotted != '\0')
    {
      gsize length = 0;

      while (dotted[length] != '\0' && dotted[length] != '.')
        length++;
      value = step_into (value, dotted, length);
      dotted += length + (dotted[length] == '.');
    }
  return value;
}

const char *
dd_value_string (const DdValue *value)
{
  return value != NULL && value->type == DD_STRING ? dd_value_text (value) : NULL;
}

gint64
dd_value_int (const DdValue *value, gint64 fallback)
{
  if (value != NULL && value->type == DD_INT)
    return value->as.integer;
  if (value != NULL && value->type == DD_DOUBLE && value->as.number == floor (value->as.number)
      && fabs (value->as.number) < 9.0e18)
    return (gint64) value->as.number;
  return fallback;
}

double
dd_value_double (const DdValue *value, double fallback)
{
  if (value != NULL && value->type == DD_DOUBLE)
    return value->as.number;
  if (value != NULL && value->type == DD_INT)
    return (double) value->as.integer;
  return fallback;
}

gboolean
dd_value_bool (const DdValue *value, gboolean fallback)
{
  return value != NULL && value->type == DD_BOOL ? value->as.integer != 0 : fallback;
}

const char *
dd_value_path_string (const DdValue *value, const char *dotted)
{
  return dd_value_string (dd_value_path (value, dotted));
}

gint64
dd_value_path_int (const DdValue *value, const char *dotted, gint64 fallback)
{
  return dd_value_int (dd_value_path (value, dotted), fallback);
}

gboolean
dd_value_path_bool (const DdValue *value, const char *dotted, gboolean fallback)
{
  return dd_value_bool (dd_value_path (value, dotted), fallback);
}

static gboolean
objects_equal (const DdValue *a, const DdValue *b)
{
  for (guint i = 0; i < a->length; i++)
    {
      const DdMember *left = &dd_value_members (a)[i];
      const DdMember *right = find_member (b, left->key->text, left->key->length);

      if (right == NULL || !dd_value_equal (left->value, right->value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
arrays_equal (const DdValue *a, const DdValue *b)
{
  for (guint i = 0; i < a->length; i++)
    if (!dd_value_equal (dd_value_elements (a)[i], dd_value_elements (b)[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_number (const DdValue *value)
{
  return value->type == DD_INT || value->type == DD_DOUBLE;
}

gboolean
dd_value_equal (const DdValue *a, const DdValue *b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL)
    return FALSE;
  if (a->type != b->type)
    return is_number (a) && is_number (b) && dd_value_double (a, 0) == dd_value_double (b, 0);
  switch (a->type)
    {
    case DD_NULL:
      return TRUE;
    case DD_BOOL:
    case DD_INT:
      return a->as.integer == b->as.integer;
    case DD_DOUBLE:
      return a->as.number == b->as.number;
    case DD_STRING:
      return a->length == b->length
             && memcmp (dd_value_text (a), dd_value_text (b), a->length) == 0;
    case DD_ARRAY:
      return a->length == b->length && arrays_equal (a, b);
    case DD_OBJECT:
      return a->length == b->length && objects_equal (a, b);
    }
  g_assert_not_reached ();
}

/* ---- changing ---- */

DdValue *
dd_value_with_member (const DdValue *object, const char *key, DdValue *value)
{
  gsize key_length = strlen (key);
  const DdMember *existing = find_member (object, key, key_length);
  guint old = object != NULL && object->type == DD_OBJECT ? object->length : 0;
  guint length = old + (existing == NULL && value != NULL) - (existing != NULL && value == NULL);
  DdValue *copy;
  guint at = 0;

  if (existing == NULL && value == NULL)
    return old > 0 ? dd_value_ref (object) : dd_object_empty ();
  if (length == 0)
    return dd_object_empty ();
  copy = value_new (DD_OBJECT, length, length * sizeof (DdMember));
  for (guint i = 0; i < old; i++)
    {
      const DdMember *member = &dd_value_members (object)[i];

      if (member == existing && value == NULL)
        continue;
      dd_value_members (copy)[at].key = key_ref (member->key);
      dd_value_members (copy)[at++].value
          = member == existing ? value : dd_value_ref (member->value);
    }
  if (existing == NULL)
    dd_value_members (copy)[at] = (DdMember) { dd_key_intern (key, key_length), value };
  return copy;
}

static DdValue *
with_keys (const DdValue *value, DdValue *leaf, const char *const *keys, guint n_keys)
{
  const DdValue *base = value != NULL && value->type == DD_OBJECT ? value : &empty_object;
  const DdValue *child = dd_value_member (base, keys[0]);

  if (n_keys == 1)
    return dd_value_with_member (base, keys[0], leaf);
  if (leaf == NULL && (child == NULL || child->type != DD_OBJECT))
    return dd_value_ref (base);
  return dd_value_with_member (base, keys[0], with_keys (child, leaf, keys + 1, n_keys - 1));
}

DdValue *
dd_value_with (const DdValue *value, DdValue *leaf, ...)
{
  const char *keys[DD_JSON_MAX_DEPTH];
  guint n_keys = 0;
  va_list args;
  const char *key;

  va_start (args, leaf);
  while ((key = va_arg (args, const char *)) != NULL)
    {
      g_assert (n_keys < G_N_ELEMENTS (keys));
      keys[n_keys++] = key;
    }
  va_end (args);
  g_assert (n_keys > 0);
  return with_keys (value, leaf, keys, n_keys);
}

DdValue *
dd_value_with_path (const DdValue *value, const char *dotted, DdValue *leaf)
{
  g_auto (GStrv) keys = g_strsplit (dotted, ".", -1);

  return with_keys (value, leaf, (const char *const *) keys, g_strv_length (keys));
}

void
dd_value_set (DdValue **holder, const char *dotted, DdValue *leaf)
{
  DdValue *changed = dd_value_with_path (*holder, dotted, leaf);

  dd_value_unref (*holder);
  *holder = changed;
}

DdValue *
dd_value_with_element (const DdValue *array, DdValue *element)
{
  guint old = (guint) dd_value_length (array);
  DdValue *copy = value_new (DD_ARRAY, old + 1, (old + 1) * sizeof (DdValue *));

  for (guint i = 0; i < old; i++)
    dd_value_elements (copy)[i] = dd_value_ref (dd_value_elements (array)[i]);
  dd_value_elements (copy)[old] = element;
  return copy;
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const DdMember *const *left = a, *const *right = b;

  return strcmp ((*left)->key->text, (*right)->key->text);
}

static DdValue *
sorted_object (const DdValue *value)
{
  g_autoptr (GPtrArray) members = g_ptr_array_sized_new ((guint) value->length);
  g_auto (DdBuilder) builder = dd_builder_object ();

  for (gsize i = 0; i < value->length; i++)
    g_ptr_array_add (members, (gpointer) &dd_value_members (value)[i]);
  g_ptr_array_sort (members, compare_members);
  for (guint i = 0; i < members->len; i++)
    {
      const DdMember *member = g_ptr_array_index (members, i);

      builder_set_key (&builder, key_ref (member->key), dd_value_sorted (member->value));
    }
  return dd_builder_end_like (&builder, value);
}

DdValue *
dd_value_sorted (const DdValue *value)
{
  g_auto (DdBuilder) builder = { 0 };

  if (value == NULL || (value->type != DD_OBJECT && value->type != DD_ARRAY))
    return dd_value_ref (value);
  if (value->type == DD_OBJECT)
    return sorted_object (value);
  builder = dd_builder_array ();
  for (gsize i = 0; i < value->length; i++)
    dd_builder_add (&builder, dd_value_sorted (dd_value_element (value, i)));
  return dd_builder_end_like (&builder, value);
}

/* RFC 7386, section 2: MergePatch. */
DdValue *
dd_value_merge (const DdValue *target, const DdValue *patch)
{
  g_auto (DdBuilder) builder = { 0 };

  if (patch->type != DD_OBJECT)
    return dd_value_ref (patch);
  builder = dd_builder_object ();
  for (gsize i = 0; target != NULL && target->type == DD_OBJECT && i < target->length; i++)
    {
      const DdMember *member = &dd_value_members (target)[i];
      const DdValue *change = dd_value_member (patch, member->key->text);

      if (change == NULL)
        builder_set_key (&builder, key_ref (member->key), dd_value_ref (member->value));
      else if (change->type != DD_NULL)
        builder_set_key (&builder, key_ref (member->key), dd_value_merge (member->value, change));
    }
  for (gsize i = 0; i < patch->length; i++)
    {
      const DdMember *member = &dd_value_members (patch)[i];

      if (member->value->type != DD_NULL && dd_value_member (target, member->key->text) == NULL)
        builder_set_key (&builder, key_ref (member->key), dd_value_merge (NULL, member->value));
    }
  return dd_builder_end (&builder);
}
