/* SPDX-License-Identifier: Apache-2.0 */
/* base/value.h: immutable, reference-counted JSON values that share their unchanged branches */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one representation of JSON in the program: Kubernetes objects, AWS documents, traces and
 * reports. A value never changes after it is made, so it may be kept, shared and compared freely;
 * a "change" makes a new root that shares every branch that stayed. Not thread-safe on purpose:
 * one thread owns the world. */
typedef struct _DdValue DdValue;

typedef enum
{
  DD_NULL,
  DD_BOOL,
  DD_INT,    /* fits gint64 */
  DD_DOUBLE, /* every other JSON number */
  DD_STRING,
  DD_ARRAY,
  DD_OBJECT, /* members keep their order; keys are unique */
} DdType;

DdValue *dd_value_ref (const DdValue *value);
void dd_value_unref (DdValue *value); /* NULL is accepted */
DdType dd_value_type (const DdValue *value);
const char *dd_type_name (DdType type);

/* ---- making; every function returns a new reference ---- */

DdValue *dd_null (void);
DdValue *dd_bool (gboolean value);
DdValue *dd_int (gint64 value);
DdValue *dd_double (double value); /* must be finite */
/* NULL gives NULL, which dd_object () and dd_array () leave out. TEXT must be valid UTF-8. */
DdValue *dd_string (const char *text);
/* The same for a word that is said again and again, such as "True": one value, which all share. */
DdValue *dd_word (const char *literal);
DdValue *dd_string_len (const char *text, gsize length);
DdValue *dd_string_take (char *text);
DdValue *dd_string_printf (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* dd_object ("kind", dd_string ("Pod"), "spec", spec, NULL): takes each value; a member whose value
 * is NULL is left out; a repeated key is a programmer error. */
DdValue *dd_object (const char *first_key, ...) G_GNUC_NULL_TERMINATED;
DdValue *dd_object_empty (void);
/* Takes each value; ends at the first NULL. */
DdValue *dd_array (DdValue *first, ...) G_GNUC_NULL_TERMINATED;
DdValue *dd_array_empty (void);

/* For loops. A builder is on the stack: `DdBuilder b = dd_builder_object ();`, then add, then
 * dd_builder_end (&b), which returns the value and leaves the builder empty. */
typedef struct
{
  DdType type;
  GPtrArray *items;  /* object: key, value, key, value ... (private) */
  GHashTable *index; /* key -> position, once an object grows large (private) */
} DdBuilder;

DdBuilder dd_builder_object (void);
DdBuilder dd_builder_array (void);
/* Both take VALUE; NULL: no-op. An existing key gets the new value in its old place. */
void dd_builder_set (DdBuilder *builder, const char *key, DdValue *value);
void dd_builder_add (DdBuilder *builder, DdValue *value);
DdValue *dd_builder_end (DdBuilder *builder);
/* The same, but LIKE itself (a new reference) when it holds the very same values. */
DdValue *dd_builder_end_like (DdBuilder *builder, const DdValue *like);
void dd_builder_clear (DdBuilder *builder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdBuilder, dd_builder_clear)

/* ---- reading; results are borrowed and live as long as the root ---- */

gsize dd_value_length (const DdValue *value); /* members or elements; 0 for scalars and NULL */
const DdValue *dd_value_element (const DdValue *array, gsize index);
const char *dd_value_key (const DdValue *object, gsize index);
const DdValue *dd_value_nth (const DdValue *object, gsize index);

/* NULL when VALUE is NULL, no object, or has no such member. */
const DdValue *dd_value_member (const DdValue *value, const char *key);
/* dd_value_at (pod, "metadata", "labels", "app", NULL) */
const DdValue *dd_value_at (const DdValue *value, ...) G_GNUC_NULL_TERMINATED;
/* dd_value_path (pod, "spec.nodeName"): keys without dots only; "a.0.b" indexes arrays. */
const DdValue *dd_value_path (const DdValue *value, const char *dotted);

/* The scalar itself, or the fallback when VALUE is NULL or of another type. */
const char *dd_value_string (const DdValue *value);          /* NULL as fallback */
gint64 dd_value_int (const DdValue *value, gint64 fallback); /* a whole DOUBLE counts */
double dd_value_double (const DdValue *value, double fallback);
gboolean dd_value_bool (const DdValue *value, gboolean fallback);

/* Shorthands for the dotted path. */
const char *dd_value_path_string (const DdValue *value, const char *dotted);
gint64 dd_value_path_int (const DdValue *value, const char *dotted, gint64 fallback);
gboolean dd_value_path_bool (const DdValue *value, const char *dotted, gboolean fallback);

/* Numbers compare by value, objects without regard to the order of members. NULL equals NULL. */
gboolean dd_value_equal (const DdValue *a, const DdValue *b);

/* ---- changing: a new root, everything untouched is shared ---- */

/* A copy of OBJECT (NULL counts as {}) with the member set, or removed when VALUE is NULL. Takes
 * VALUE, not OBJECT. */
DdValue *dd_value_with_member (const DdValue *object, const char *key, DdValue *value);
/* dd_value_with (pod, dd_string ("n1"), "spec", "nodeName", NULL): makes the objects on the way,
 * replaces scalars on the way. Takes LEAF; NULL removes. */
DdValue *dd_value_with (const DdValue *value, DdValue *leaf, ...) G_GNUC_NULL_TERMINATED;
DdValue *dd_value_with_path (const DdValue *value, const char *dotted, DdValue *leaf);
/* *HOLDER is replaced by the changed value and the old root released. */
void dd_value_set (DdValue **holder, const char *dotted, DdValue *leaf);
/* A copy of ARRAY (NULL counts as []) with ELEMENT (taken) at the end. */
DdValue *dd_value_with_element (const DdValue *array, DdValue *element);
/* VALUE with the members of every object in it in the order of their keys' bytes; a new reference.
 */
DdValue *dd_value_sorted (const DdValue *value);
/* RFC 7386. */
DdValue *dd_value_merge (const DdValue *target, const DdValue *patch);

/* ---- text ---- */

typedef struct
{
  gsize max_bytes;               /* 0: DD_JSON_MAX_BYTES */
  guint max_depth;               /* 0: DD_JSON_MAX_DEPTH */
  gboolean allow_duplicate_keys; /* the last one wins, reported through out_duplicates */
} DdJsonLimits;

#define DD_JSON_MAX_BYTES (3 * 1024 * 1024)
#define DD_JSON_MAX_DEPTH 64

/* Strict RFC 8259: UTF-8, no comments, no trailing text, no duplicate keys, no NaN. Linear time.
 * DD_ERROR_INVALID with the byte offset in the message. LIMITS may be NULL. */
DdValue *dd_value_parse (const char *text, gsize length, const DdJsonLimits *limits,
                         GError **error);
DdValue *dd_value_parse_bytes (GBytes *bytes, GError **error);
/* The same, and the dotted paths of duplicate keys (in order) when they are allowed. */
DdValue *dd_value_parse_with_duplicates (const char *text, gsize length, const DdJsonLimits *limits,
                                         GPtrArray *out_duplicates, GError **error);

/* Compact, no white space, `<`, `>` and `&` unescaped, U+2028/9 escaped, shortest round-trip
 * numbers, never locale-dependent. */
void dd_value_write (const DdValue *value, GString *out);
/* What dd_value_write () writes for a string and for an integer, without a value. */
void dd_append_string (GString *out, const char *text);
void dd_append_int (GString *out, gint64 integer);
char *dd_value_to_text (const DdValue *value);
GBytes *dd_value_to_bytes (const DdValue *value);
/* Two spaces per level. */
char *dd_value_to_pretty_text (const DdValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdValue, dd_value_unref)

G_END_DECLS
