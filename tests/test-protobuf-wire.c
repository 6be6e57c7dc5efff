/* SPDX-License-Identifier: Apache-2.0 */
/* What we write in protobuf, read by somebody who has never seen our tables: by a reader of the
 * wire format with the names and numbers of tests/golden/kube/protobuf-messages.txt, which kubectl
 * has in it. Whoever has both numbers of two fields mixed up reads back what he wrote; here he is
 * found out. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "json-documents.h"
#include "kube-ask.h"
#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/schema/schema.h"

#define META "apimachinery.pkg.apis.meta.v1."

/* ---- kubectl's messages ---- */

typedef struct
{
  char *name, *type;
  guint number;
  gboolean repeated;
} Row;

static GHashTable *messages; /* name -> GPtrArray of Row */

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->type);
  g_free (row);
}

/* "volumes=1=[]api.core.v1.Volume" */
static Row *
row_of (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 3);
  Row *row = g_new0 (Row, 1);

  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  row->name = g_strdup (parts[0]);
  row->number = (guint) g_ascii_strtoull (parts[1], NULL, 10);
  row->repeated = g_str_has_prefix (parts[2], "[]");
  row->type = g_strdup (parts[2] + (row->repeated ? strlen ("[]") : 0));
  return row;
}

static void
take_message (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);

  for (guint i = 1; words[i] != NULL; i++)
    g_ptr_array_add (rows, row_of (words[i]));
  g_hash_table_insert (messages, g_strdup (words[0]), rows);
}

static void
read_messages (void)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *path = g_build_filename (top != NULL ? top : ".", "tests", "golden", "kube",
                                            "protobuf-messages.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  messages
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("cannot read %s", path);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '#' && lines[i][0] != '\0')
      take_message (lines[i]);
}

static const GPtrArray *
rows_of (const char *message)
{
  return g_hash_table_lookup (messages, message);
}

static const Row *
row_numbered (const char *message, guint number)
{
  const GPtrArray *rows = rows_of (message);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (((const Row *) rows->pdata[i])->number == number)
      return rows->pdata[i];
  return NULL;
}

/* "api.core.v1.Pod" of "io.k8s.api.core.v1.Pod". */
static const char *
message_of_struct (const KubeStruct *type)
{
  ck_assert (g_str_has_prefix (type->name, "io.k8s."));
  return type->name + strlen ("io.k8s.");
}

/* ---- the tables against them ---- */

static gboolean
is_one_of (const char *type, const char *first, const char *second)
{
  return strcmp (type, first) == 0 || strcmp (type, second) == 0;
}

static void check_table (const KubeStruct *type, const char *message, GHashTable *seen,
                         GString *wrong);

/* Whether protobuf has for ROW what JSON has for TYPE. */
static gboolean
is_of_type (const KubeField *field, KubeType type, const Row *row, GHashTable *seen, GString *wrong)
{
  switch (type)
    {
    case KUBE_STRING:
      return strcmp (row->type, "string") == 0;
    case KUBE_INT:
      return is_one_of (row->type, "int32", "int64");
    case KUBE_BOOL:
      return strcmp (row->type, "bool") == 0;
    case KUBE_NUMBER:
      return strcmp (row->type, "double") == 0;
    case KUBE_BYTES:
      return strcmp (row->type, "bytes") == 0;
    case KUBE_INT_OR_STRING:
      return strcmp (row->type, "apimachinery.pkg.util.intstr.IntOrString") == 0;
    case KUBE_QUANTITY:
      return strcmp (row->type, "apimachinery.pkg.api.resource.Quantity") == 0;
    case KUBE_TIME:
      return strcmp (row->type, META "Time") == 0;
    case KUBE_MICRO_TIME:
      return strcmp (row->type, META "MicroTime") == 0;
    case KUBE_RAW:
      return is_one_of (row->type, META "FieldsV1", "apimachinery.pkg.runtime.RawExtension");
    case KUBE_OBJECT:
      check_table (field->of, row->type, seen, wrong);
      return TRUE;
    case KUBE_MAP:
    case KUBE_LIST:
      break;
    }
  return FALSE;
}

static gboolean
is_field (const KubeField *field, const Row *row, GHashTable *seen, GString *wrong)
{
  if (field->type == KUBE_LIST)
    return row->repeated && is_of_type (field, field->element, row, seen, wrong);
  if (field->type != KUBE_MAP)
    return !row->repeated && is_of_type (field, field->type, row, seen, wrong);
  return row->repeated && row_numbered (row->type, 1) != NULL
         && is_of_type (field, field->element, row_numbered (row->type, 2), seen, wrong);
}

static void
check_field (const char *message, const KubeField *field, GHashTable *seen, GString *wrong)
{
  const Row *holder = field->within != 0 ? row_numbered (message, field->within) : NULL;
  const Row *row = field->within == 0 ? row_numbered (message, field->number)
                   : holder != NULL   ? row_numbered (holder->type, field->number)
                                      : NULL;

  if (row == NULL)
    g_string_append_printf (wrong, "%s.%s: there is no number %u\n", message, field->name,
                            field->number);
  else if (g_ascii_strcasecmp (row->name, field->name) != 0) /* "aPIGroup" */
    g_string_append_printf (wrong, "%s.%s: number %u is %s\n", message, field->name, field->number,
                            row->name);
  else if (!is_field (field, row, seen, wrong))
    g_string_append_printf (wrong, "%s.%s: it is of type %s%s\n", message, field->name,
                            row->repeated ? "[]" : "", row->type);
}

/* Several messages may share a table. */
static void
check_table (const KubeStruct *type, const char *message, GHashTable *seen, GString *wrong)
{
  g_autofree char *pair = g_strdup_printf ("%s %s", type->name, message);

  if (!g_hash_table_add (seen, g_steal_pointer (&pair)))
    return;
  if (rows_of (message) == NULL)
    g_string_append_printf (wrong, "%s: there is no such message\n", message);
  else
    for (const KubeField *field = type->fields; field->name != NULL; field++)
      if (field->number != 0)
        check_field (message, field, seen, wrong);
}

static void
check_whole_table (const KubeStruct *type)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) wrong = g_string_new (NULL);

  check_table (type, message_of_struct (type), seen, wrong);
  ck_assert_msg (wrong->len == 0, "%s", wrong->str);
}

START_TEST (numbers_and_types_of_kinds_are_those_of_kubectl)
{
  if ((kube_kinds[_i]->flags & KUBE_JSON_ONLY) == 0)
    check_whole_table (kube_kinds[_i]->type);
}
END_TEST

START_TEST (numbers_and_types_of_messages_are_those_of_kubectl)
{
  check_whole_table (kube_messages[_i].type);
}
END_TEST

/* ---- a reader of the wire ---- */

typedef struct
{
  const guint8 *at, *end;
} Bytes;

typedef struct
{
  guint number, type;
  guint64 integer;
  Bytes bytes;
} Part;

static guint64
read_integer (Bytes *bytes)
{
  guint64 integer = 0;
  guint shift = 0;

  for (;; shift += 7)
    {
      ck_assert (bytes->at < bytes->end);
      ck_assert_uint_lt (shift, 64);
      integer |= (guint64) (*bytes->at & 0x7f) << shift;
      if ((*bytes->at++ & 0x80) == 0)
        return integer;
    }
}

static Part
read_part (Bytes *bytes)
{
  guint64 tag = read_integer (bytes);
  Part part = { .number = (guint) (tag >> 3), .type = (guint) (tag & 7) };
  guint64 length;

  if (part.type == 0)
    {
      part.integer = read_integer (bytes);
      return part;
    }
  ck_assert_uint_eq (part.type, 2); /* no table of a kind has fractions */
  length = read_integer (bytes);
  ck_assert_uint_le (length, (guint64) (bytes->end - bytes->at));
  part.bytes = (Bytes) { bytes->at, bytes->at + length };
  bytes->at += length;
  return part;
}

static char *
text_of_bytes (Bytes bytes)
{
  return g_strndup ((const char *) bytes.at, (gsize) (bytes.end - bytes.at));
}

static DdValue *read_message (const char *message, Bytes bytes);

/* ---- messages that are one value in JSON ---- */

static DdValue *
time_of (const DdValue *read, gboolean micro)
{
  g_autoptr (GDateTime) instant = NULL;
  g_autofree char *text = NULL;

  if (dd_value_length (read) == 0)
    return dd_null ();
  instant = g_date_time_new_from_unix_utc (dd_value_path_int (read, "seconds", 0));
  text = g_date_time_format (instant, "%Y-%m-%dT%H:%M:%S");
  if (micro)
    return dd_string_printf ("%s.%06dZ", text, (int) dd_value_path_int (read, "nanos", 0) / 1000);
  return dd_string_printf ("%sZ", text);
}

static DdValue *
json_of_bytes (const DdValue *encoded)
{
  gsize length = 0;
  g_autofree guchar *bytes
      = encoded != NULL ? g_base64_decode (dd_value_string (encoded), &length) : NULL;

  return length > 0 ? dd_value_parse ((const char *) bytes, length, NULL, NULL) : dd_null ();
}

/* Takes READ. */
static DdValue *
as_json (const char *message, DdValue *read)
{
  g_autoptr (DdValue) taken = read;

  if (is_one_of (message, META "Time", META "MicroTime"))
    return time_of (taken, strcmp (message, META "MicroTime") == 0);
  if (strcmp (message, "apimachinery.pkg.api.resource.Quantity") == 0)
    return dd_value_ref (dd_value_member (taken, "string"));
  if (strcmp (message, "apimachinery.pkg.util.intstr.IntOrString") == 0)
    return dd_value_ref (
        dd_value_member (taken, dd_value_path_int (taken, "type", 0) == 0 ? "intVal" : "strVal"));
  if (strcmp (message, META "FieldsV1") == 0)
    return json_of_bytes (dd_value_member (taken, "Raw"));
  if (strcmp (message, "apimachinery.pkg.runtime.RawExtension") == 0)
    return json_of_bytes (dd_value_member (taken, "raw"));
  return g_steal_pointer (&taken);
}

/* ---- any message ---- */

static DdValue *
read_value (const Row *row, const Part *part)
{
  gsize length = (gsize) (part->bytes.end - part->bytes.at);

  if (strcmp (row->type, "bool") == 0)
    return dd_bool (part->integer != 0);
  if (is_one_of (row->type, "int32", "int64"))
    return dd_int ((gint64) part->integer);
  ck_assert_msg (part->type == 2, "%s", row->name);
  if (strcmp (row->type, "string") == 0)
    return dd_string_take (text_of_bytes (part->bytes));
  if (strcmp (row->type, "bytes") == 0)
    return dd_string_take (g_base64_encode (part->bytes.at, length));
  return as_json (row->type, read_message (row->type, part->bytes));
}

/* Protobuf has a map as pairs, and JSON has inline what Go embeds. */
static gboolean
is_map (const char *message)
{
  const GPtrArray *rows = rows_of (message);

  return rows != NULL && rows->len == 2 && strcmp (row_numbered (message, 1)->name, "key") == 0
         && row_numbered (message, 2) != NULL
         && strcmp (row_numbered (message, 2)->name, "value") == 0;
}

static gboolean
is_embedded (const char *name)
{
  static const char *const embedded[]
      = { "ephemeralContainerCommon", "handler", "ingressRuleValue", "localObjectReference",
          "persistentVolumeSource",   "rule",    "volumeSource" };

  for (guint i = 0; i < G_N_ELEMENTS (embedded); i++)
    if (strcmp (name, embedded[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
set_member (DdValue **whole, const char *name, DdValue *value)
{
  DdValue *changed = dd_value_with_member (*whole, name, value);

  dd_value_unref (*whole);
  *whole = changed;
}

static void
take_part (DdValue **whole, const Row *row, const Part *part)
{
  g_autoptr (DdValue) value = read_value (row, part);
  const DdValue *before = dd_value_member (*whole, row->name);

  if (is_embedded (row->name))
    for (gsize i = 0; i < dd_value_length (value); i++)
      set_member (whole, dd_value_key (value, i), dd_value_ref (dd_value_nth (value, i)));
  else if (row->repeated && is_map (row->type))
    set_member (whole, row->name,
                dd_value_with_member (before, dd_value_path_string (value, "key"),
                                      dd_value_ref (dd_value_member (value, "value"))));
  else if (row->repeated)
    set_member (whole, row->name, dd_value_with_element (before, g_steal_pointer (&value)));
  else
    set_member (whole, row->name, g_steal_pointer (&value));
}

static DdValue *
read_message (const char *message, Bytes bytes)
{
  g_autoptr (DdValue) whole = dd_object_empty ();

  ck_assert_msg (rows_of (message) != NULL, "there is no message %s", message);
  while (bytes.at < bytes.end)
    {
      Part part = read_part (&bytes);
      const Row *row = row_numbered (message, part.number);

      ck_assert_msg (row != NULL, "%s has no number %u", message, part.number);
      take_part (&whole, row, &part);
    }
  return g_steal_pointer (&whole);
}

/* ---- objects, written by us and read by it ---- */

static guint n_read;

/* Without what means nothing: Go writes zeros that JSON leaves out. */
static DdValue *
pruned (const DdValue *value)
{
  g_auto (DdBuilder) array = dd_builder_array ();
  g_auto (DdBuilder) object = dd_builder_object ();

  switch (dd_value_type (value))
    {
    case DD_NULL:
      return NULL;
    case DD_BOOL:
      return dd_value_bool (value, FALSE) ? dd_value_ref (value) : NULL;
    case DD_INT:
    case DD_DOUBLE:
      return dd_value_double (value, 0) != 0 ? dd_value_ref (value) : NULL;
    case DD_STRING:
      return dd_value_string (value)[0] != '\0' ? dd_value_ref (value) : NULL;
    case DD_ARRAY:
      for (gsize i = 0; i < dd_value_length (value); i++)
        {
          DdValue *element = pruned (dd_value_element (value, i));

          dd_builder_add (&array, element != NULL ? element : dd_null ());
        }
      return dd_value_length (value) > 0 ? dd_builder_end (&array) : NULL;
    case DD_OBJECT:
      for (gsize i = 0; i < dd_value_length (value); i++)
        dd_builder_set (&object, dd_value_key (value, i), pruned (dd_value_nth (value, i)));
      break;
    }
  return object.items->len > 0 ? dd_builder_end (&object) : NULL;
}

/* "api.core.v1.PodList": lists lie beside what they are of. */
static char *
message_named (const KubeStruct *type, const char *kind)
{
  const char *message = message_of_struct (type);

  return g_strdup_printf ("%.*s%s", (int) (strrchr (message, '.') + 1 - message), message, kind);
}

/* VALUE as it is in the envelope; with its type in it. */
static DdValue *
read_envelope (const KubeStruct *type, const DdValue *value)
{
  g_autofree char *message = message_named (type, dd_value_path_string (value, "kind"));
  g_autoptr (GBytes) written = kube_envelope_write (value);
  g_autoptr (DdValue) unknown = NULL;
  g_autoptr (DdValue) read = NULL;
  g_autofree guchar *raw = NULL;
  gsize length;
  const guint8 *data = g_bytes_get_data (written, &length);

  ck_assert_mem_eq (data, "k8s", 4);
  unknown = read_message ("apimachinery.pkg.runtime.Unknown", (Bytes) { data + 4, data + length });
  raw = g_base64_decode (dd_value_path_string (unknown, "raw"), &length);
  read = read_message (message, (Bytes) { raw, raw + length });
  return dd_value_merge (dd_value_member (unknown, "typeMeta"), read);
}

static void
check_read (const KubeStruct *type, const DdValue *value)
{
  g_autoptr (DdValue) read = read_envelope (type, value);
  g_autoptr (DdValue) got = pruned (read);
  g_autoptr (DdValue) wanted = pruned (value);

  assert_same (got, wanted, type->name);
  n_read++;
}

/* What a typed server keeps of a body; NULL when it refuses it. */
static DdValue *
kept_of (const KubeKind *kind, const DdValue *value)
{
  g_autoptr (DdValue) bare = dd_value_with_member (value, "kind", NULL);

  dd_value_set (&bare, "apiVersion", NULL);
  return kube_schema_decode (kind, bare, NULL, NULL, NULL);
}

static void
check_object (const KubeKind *kind, const DdValue *value)
{
  g_autoptr (DdValue) kept = kept_of (kind, value);

  if (kept == NULL)
    return;
  dd_value_set (&kept, "kind", dd_string (kind->kind));
  dd_value_set (&kept, "apiVersion", dd_string_take (kube_kind_api_version (kind)));
  check_read (kind->type, kept);
}

static void
check_list (const KubeKind *kind, const DdValue *value)
{
  const DdValue *items = dd_value_member (value, "items");
  g_autoptr (DdValue) list = dd_value_with_member (value, "items", NULL);
  g_auto (DdBuilder) kept = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (items); i++)
    dd_builder_add (&kept, kept_of (kind, dd_value_element (items, i)));
  n_read += kept.items->len;
  dd_value_set (&list, "items", dd_builder_end (&kept));
  check_read (kind->type, list);
}

static void
take_document (JsonSource source G_GNUC_UNUSED, const char *text, gsize length)
{
  static const DdJsonLimits roomy = { .max_bytes = 64 * 1024 * 1024 };
  g_autoptr (DdValue) value = dd_value_parse (text, length, &roomy, NULL);
  const char *api_version = value != NULL ? dd_value_path_string (value, "apiVersion") : NULL;
  const char *name = value != NULL ? dd_value_path_string (value, "kind") : NULL;
  g_autofree char *element = NULL;
  const KubeKind *kind;

  if (api_version == NULL || name == NULL)
    return;
  element = g_str_has_suffix (name, "List") ? g_strndup (name, strlen (name) - strlen ("List"))
                                            : g_strdup (name);
  kind = kube_kind_find_by_name (api_version, element);
  if (kind != NULL && (kind->flags & KUBE_JSON_ONLY))
    return;
  if (kind != NULL && dd_value_member (value, "items") == NULL)
    check_object (kind, value);
  else if (kind != NULL)
    check_list (kind, value);
  else if (strcmp (name, "Status") == 0)
    check_read (kube_type_find (api_version, name), value);
}

START_TEST (recorded_objects_are_read_by_another_reader)
{
  json_documents_go_to (take_document);
  json_golden_exchanges ();
  ck_assert_uint_ge (n_read, 80);
}
END_TEST

START_TEST (a_served_world_is_read_by_another_reader)
{
  json_documents_go_to (take_document);
  json_served_world ();
  ck_assert_uint_ge (n_read, 30);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("protobuf-wire");
  TCase *tcase = tcase_create ("another reader");

  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, numbers_and_types_of_kinds_are_those_of_kubectl, 0,
                       (int) kube_n_kinds);
  tcase_add_loop_test (tcase, numbers_and_types_of_messages_are_those_of_kubectl, 0,
                       (int) kube_n_messages);
  tcase_add_test (tcase, recorded_objects_are_read_by_another_reader);
  tcase_add_test (tcase, a_served_world_is_read_by_another_reader);
  suite_add_tcase (suite, tcase);
  return suite;
}

int
main (void)
{
  SRunner *runner;
  int failed;

  read_messages ();
  runner = srunner_create (make_suite ());
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  g_hash_table_unref (messages);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
