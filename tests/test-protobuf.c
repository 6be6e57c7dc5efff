/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf: what kubectl sends, what clients get, what nobody may send, and that nothing is lost on
 * the way there and back.
 *
 * tests/golden/kube/kubectl-*.bin are the bodies that kubectl 1.32.4 sends for the commands that
 * they are named after. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "json-documents.h"
#include "kube-ask.h"
#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/schema/schema.h"

static GPtrArray *scenarios; /* of paths */
static guint round_trips;
static gboolean to_the_byte; /* ours keep the order in which a map was sent, a real server sorts */

/* ---- bytes ---- */

static GBytes *
recorded (const char *name)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *file = g_strconcat ("kubectl-", name, ".bin", NULL);
  g_autofree char *path
      = g_build_filename (top != NULL ? top : ".", "tests", "golden", "kube", file, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  ck_assert_msg (g_file_get_contents (path, &data, &length, &error), "%s",
                 error != NULL ? error->message : "");
  return g_bytes_new_take (data, length);
}

static SimResponse *
ask_bytes (const char *type, const char *accept, const char *method, const char *target,
           GBytes *body)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  SimRequest request = { method, target, headers, body };

  dd_headers_add (headers, "Accept", accept);
  if (body != NULL)
    dd_headers_add (headers, "Content-Type", type);
  return kube_api_handle (api, &request);
}

static DdValue *
message_of (const guint8 *data, gsize length)
{
  g_auto (KubeEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = NULL;
  g_auto (DdBuilder) whole = dd_builder_object ();
  const KubeStruct *type;
  gboolean opened = kube_envelope_open (data, length, &envelope, &error);

  ck_assert_msg (opened, "%s", error != NULL ? error->message : "");
  type = kube_type_find (envelope.api_version, envelope.kind);
  ck_assert_msg (type != NULL, "%s %s has no table", envelope.api_version, envelope.kind);
  value = kube_message_decode (type, envelope.raw, envelope.length, &error);
  ck_assert_msg (value != NULL, "%s", error != NULL ? error->message : "");
  dd_builder_set (&whole, "kind", dd_string (envelope.kind));
  dd_builder_set (&whole, "apiVersion", dd_string (envelope.api_version));
  for (gsize i = 0; i < dd_value_length (value); i++)
    dd_builder_set (&whole, dd_value_key (value, i), dd_value_ref (dd_value_nth (value, i)));
  return dd_builder_end (&whole);
}

static DdValue *
message_of_bytes (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  return message_of (data, length);
}

/* The answer's object; its status must be STATUS and its form protobuf. */
static DdValue *
answered (guint status, const SimResponse *response)
{
  ck_assert_uint_eq (response->status, status);
  ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"), KUBE_PROTOBUF);
  return message_of_bytes (response->body);
}

/* ---- what kubectl sends ---- */

static const struct
{
  const char *name, *target, *json;
} sent[] = {
  { "create-namespace", "/api/v1/namespaces",
    "{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'y'}}" },
  { "create-deployment", "/apis/apps/v1/namespaces/y/deployments",
    "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'web','namespace':'y',"
    "'labels':{'app':'web'}},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
    "'template':{'metadata':{'labels':{'app':'web'}},'spec':{'containers':[{'name':'nginx',"
    "'image':'nginx:1.27','ports':[{'containerPort':80}]}]}}}}" },
  { "create-poddisruptionbudget", "/apis/policy/v1/namespaces/y/poddisruptionbudgets",
    "{'kind':'PodDisruptionBudget','apiVersion':'policy/v1','metadata':{'name':'web',"
    "'namespace':'y'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'web'}}}}" },
  { "create-serviceaccount", "/api/v1/namespaces/y/serviceaccounts",
    "{'kind':'ServiceAccount','apiVersion':'v1','metadata':{'name':'robot','namespace':'y'}}" },
  { "create-configmap", "/api/v1/namespaces/y/configmaps",
    "{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'c','namespace':'y'},"
    "'data':{'a':'b'}}" },
  { "create-service", "/api/v1/namespaces/y/services",
    "{'kind':'Service','apiVersion':'v1','metadata':{'name':'web','namespace':'y',"
    "'labels':{'app':'web'}},'spec':{'ports':[{'name':'80-8080','protocol':'TCP','port':80,"
    "'targetPort':8080}],'selector':{'app':'web'},'type':'ClusterIP'}}" },
  { "create-priorityclass", "/apis/scheduling.k8s.io/v1/priorityclasses",
    "{'kind':'PriorityClass','apiVersion':'scheduling.k8s.io/v1','metadata':{'name':'higher'},"
    "'value':1000,'description':'people','preemptionPolicy':'PreemptLowerPriority'}" },
  { "drain-delete-options", NULL, "{'kind':'DeleteOptions','apiVersion':'v1'}" },
};

static DdValue *
json_of (const char *with_apostrophes)
{
  g_autofree char *text = g_strdup (with_apostrophes);

  g_strdelimit (text, "'", '"');
  return json ("%s", text);
}

START_TEST (what_kubectl_sends_is_read)
{
  g_autoptr (GBytes) bytes = recorded (sent[_i].name);
  g_autoptr (DdValue) got = message_of_bytes (bytes);
  g_autoptr (DdValue) wanted = json_of (sent[_i].json);

  assert_same (got, wanted, sent[_i].name);
}
END_TEST

/* Go writes what this says, zeros and all. */
START_TEST (what_kubectl_sends_is_written_byte_for_byte)
{
  g_autoptr (GBytes) bytes = recorded (sent[_i].name);
  g_autoptr (DdValue) value = json_of (sent[_i].json);
  g_autoptr (GBytes) again = kube_envelope_write (value);

  ck_assert_msg (g_bytes_equal (again, bytes), "%s: %" G_GSIZE_FORMAT " bytes for %" G_GSIZE_FORMAT,
                 sent[_i].name, g_bytes_get_size (again), g_bytes_get_size (bytes));
}
END_TEST

START_TEST (what_kubectl_creates_is_the_same_as_from_json)
{
  for (guint i = 0; i < G_N_ELEMENTS (sent) && sent[i].target != NULL; i++)
    {
      g_autoptr (GBytes) bytes = recorded (sent[i].name);
      g_autofree char *dry = g_strconcat (sent[i].target, "?dryRun=All", NULL);
      g_autoptr (DdValue) plain = json_of (sent[i].json);
      g_autofree char *text = dd_value_to_text (plain);
      g_autoptr (DdValue) wanted = asked (201, "POST", dry, text);
      g_autoptr (SimResponse) response
          = ask_bytes (KUBE_PROTOBUF, "application/json", "POST", sent[i].target, bytes);
      g_autoptr (DdValue) got = value_of (response);
      g_autoptr (DdValue) left = comparable (got);
      g_autoptr (DdValue) right = comparable (wanted);

      ck_assert_uint_eq (response->status, 201);
      dd_value_set (&left, "spec.clusterIP", NULL);
      dd_value_set (&left, "spec.clusterIPs", NULL);
      dd_value_set (&right, "spec.clusterIP", NULL);
      dd_value_set (&right, "spec.clusterIPs", NULL);
      assert_same (left, right, sent[i].name);
    }
}
END_TEST

START_TEST (options_of_a_deletion_may_be_protobuf)
{
  g_autoptr (DdValue) options
      = json ("{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],"
              "\"gracePeriodSeconds\":0}");
  g_autoptr (GBytes) body = kube_envelope_write (options);
  g_autoptr (SimObject) pod G_GNUC_UNUSED = create_pod ("web-1", "web", NULL);
  g_autoptr (SimResponse) response = ask_bytes (KUBE_PROTOBUF, KUBE_PROTOBUF, "DELETE",
                                                "/api/v1/namespaces/app/pods/web-1", body);
  g_autoptr (DdValue) deleted = answered (200, response);
  const SimObject *left = stored (kind ("v1", "Pod"), "app", "web-1");

  ck_assert_str_eq (dd_value_path_string (deleted, "metadata.name"), "web-1");
  ck_assert_ptr_nonnull (left);
}
END_TEST

START_TEST (pods_are_evicted_and_bound_by_protobuf)
{
  static const char *const rows[][2] = {
    { "binding", "{\"kind\":\"Binding\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web-1\"},"
                 "\"target\":{\"kind\":\"Node\",\"name\":\"n1\"}}" },
    { "eviction", "{\"kind\":\"Eviction\",\"apiVersion\":\"policy/v1\",\"metadata\":{\"name\":"
                  "\"web-1\",\"namespace\":\"app\"},\"deleteOptions\":{}}" },
  };
  g_autoptr (SimObject) pod G_GNUC_UNUSED = create_pod ("web-1", "web", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) value = json ("%s", rows[i][1]);
      g_autoptr (GBytes) body = kube_envelope_write (value);
      g_autofree char *target
          = g_strconcat ("/api/v1/namespaces/app/pods/web-1/", rows[i][0], NULL);
      g_autoptr (SimResponse) response
          = ask_bytes (KUBE_PROTOBUF, KUBE_PROTOBUF, "POST", target, body);
      g_autoptr (DdValue) status = answered (201, response);

      ck_assert_str_eq (dd_value_path_string (status, "status"), "Success");
    }
}
END_TEST

/* ---- what clients get ---- */

START_TEST (objects_lists_and_errors_are_answered_in_protobuf)
{
  g_autoptr (SimResponse) one
      = ask_bytes (NULL, KUBE_PROTOBUF, "GET", "/api/v1/namespaces/app", NULL);
  g_autoptr (SimResponse) none
      = ask_bytes (NULL, KUBE_PROTOBUF, "GET", "/api/v1/namespaces/none", NULL);
  g_autoptr (DdValue) object = answered (200, one);
  g_autoptr (DdValue) wanted = asked (200, "GET", "/api/v1/namespaces/app", NULL);
  g_autoptr (DdValue) status = answered (404, none);
  g_autoptr (DdValue) refusal = asked (404, "GET", "/api/v1/namespaces/none", NULL);

  assert_same (object, wanted, "GET");
  assert_same (status, refusal, "404");
}
END_TEST

/* {1: metadata {2: resourceVersion}, 2: items} */
START_TEST (a_list_is_its_metadata_and_its_items)
{
  g_autoptr (SimResponse) response = ask_bytes (
      NULL, KUBE_PROTOBUF, "GET", "/api/v1/namespaces?fieldSelector=metadata.name%3Dapp", NULL);
  g_autoptr (SimResponse) one
      = ask_bytes (NULL, KUBE_PROTOBUF, "GET", "/api/v1/namespaces/app", NULL);
  g_auto (KubeEnvelope) list = { 0 }, item = { 0 };
  gsize length;
  const guint8 *data = g_bytes_get_data (response->body, &length);
  gsize first;

  ck_assert (kube_envelope_open (data, length, &list, NULL));
  ck_assert_str_eq (list.kind, "NamespaceList");
  data = g_bytes_get_data (one->body, &length);
  ck_assert (kube_envelope_open (data, length, &item, NULL));
  ck_assert_uint_eq (list.raw[0], 1 << 3 | 2);
  first = 2 + (gsize) list.raw[1];
  ck_assert_uint_eq (list.raw[first], 2 << 3 | 2);
  ck_assert_uint_ge (list.length, item.length);
  ck_assert_mem_eq (list.raw + list.length - item.length, item.raw, item.length);
}
END_TEST

START_TEST (accept_says_whether_an_answer_is_protobuf)
{
  static const struct
  {
    const char *accept, *type, *kind;
  } rows[] = {
    { KUBE_PROTOBUF ",application/json", KUBE_PROTOBUF, "Namespace" },
    { "application/json," KUBE_PROTOBUF, "application/json", NULL },
    { KUBE_PROTOBUF ";q=0.5,application/json", "application/json", NULL },
    { "application/cbor," KUBE_PROTOBUF, KUBE_PROTOBUF, "Namespace" },
    { "*/*", "application/json", NULL },
    { KUBE_PROTOBUF ";as=Table;g=meta.k8s.io;v=v1,application/json", "application/json", NULL },
    { KUBE_PROTOBUF ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1", KUBE_PROTOBUF,
      "PartialObjectMetadata" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimResponse) response
          = ask_bytes (NULL, rows[i].accept, "GET", "/api/v1/namespaces/app", NULL);

      ck_assert_uint_eq (response->status, 200);
      ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"), rows[i].type);
      if (rows[i].kind != NULL)
        {
          g_autoptr (DdValue) got = message_of_bytes (response->body);

          ck_assert_str_eq (dd_value_path_string (got, "kind"), rows[i].kind);
          ck_assert_str_eq (dd_value_path_string (got, "metadata.name"), "app");
        }
    }
}
END_TEST

/* A length of four bytes, then metav1.WatchEvent {1: type, 2: object {1: an envelope}}. */
START_TEST (a_watch_is_frames)
{
  g_autoptr (SimResponse) response
      = ask_bytes (NULL, KUBE_PROTOBUF ",application/json", "GET",
                   "/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3Dapp", NULL);
  g_autoptr (SimResponse) one
      = ask_bytes (NULL, KUBE_PROTOBUF, "GET", "/api/v1/namespaces/app", NULL);
  guint8 buffer[4096];
  gssize count = response->stream->klass->read (response->stream, (char *) buffer, sizeof buffer);
  gsize object_length;
  const guint8 *object = g_bytes_get_data (one->body, &object_length);

  ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"),
                    KUBE_PROTOBUF ";stream=watch");
  ck_assert_int_gt (count, 4);
  ck_assert_uint_eq ((guint) buffer[2] << 8 | buffer[3], (guint) count - 4);
  ck_assert_mem_eq (buffer + 4,
                    "\x0a\x05"
                    "ADDED\x12",
                    8);
  ck_assert_mem_eq (buffer + count - object_length, object, object_length);
}
END_TEST

/* ---- what nobody may send ---- */

#define ENVELOPE "k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12"
#define BYTES(text) text, sizeof (text) - 1

static const struct
{
  const char *body;
  gsize length;
  const char *message;
} refused[] = {
  { BYTES (""), "(must be of type Namespace): empty data (<empty>)" },
  { BYTES ("{\"kind\":\"Namespace\"}"),
    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] "
    "({\"kind\":\"Namespace\"})" },
  { BYTES ("k8s\0"), "(must be of type Namespace): empty body (6b387300)" },
  { BYTES ("k8s\0\x0a\x7f"), "unexpected EOF" },
  { BYTES ("k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "proto: integer overflow" },
  { BYTES ("k8s\0\x0c"), "proto: Unknown: wiretype end group for non-group" },
  { BYTES ("k8s\0\x10\x01"), "proto: wrong wireType = 0 for field Raw" },
  { BYTES (ENVELOPE "\x02\x0a\x05"),
    "Namespace in version \"v1\" cannot be handled as a Namespace: unexpected EOF" },
  { BYTES (ENVELOPE "\x02\x08\x01"), "proto: wrong wireType = 0 for field Metadata" },
  { BYTES (ENVELOPE "\x01\x0f"), "proto: illegal wireType 7" },
  { BYTES (ENVELOPE "\x02\x02\x00"), "proto: Namespace: illegal tag 0 (wire type 2)" },
  { BYTES (ENVELOPE "\x0b\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    "proto: negative length found during unmarshaling" },
  { BYTES (ENVELOPE "\x02\x0b\x0b"), "unexpected EOF" },
  { BYTES ("k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12\x00"),
    "Pod in version \"v1\" cannot be handled as a Namespace: converting (v1.Pod) to "
    "(core.Namespace): unknown conversion" },
  { BYTES ("k8s\0\x0a\x0a\x0a\x02v1\x12\x04Nope\x12\x00"), "Nope in version \"v1\"" },
};

START_TEST (bytes_that_make_no_sense_are_clear_answers)
{
  g_autoptr (GBytes) body = g_bytes_new_static (refused[_i].body, refused[_i].length);
  g_autoptr (SimResponse) response
      = ask_bytes (KUBE_PROTOBUF, "application/json", "POST", "/api/v1/namespaces", body);
  g_autoptr (DdValue) status = value_of (response);
  const char *message = dd_value_path_string (status, "message");

  ck_assert_uint_eq (response->status, 400);
  ck_assert_msg (strstr (message, refused[_i].message) != NULL, "%s", message);
}
END_TEST

/* A group in a group in a group, a million times. */
START_TEST (nesting_without_end_is_refused)
{
  g_autoptr (GString) nested = g_string_new_len (BYTES (ENVELOPE "\xc0\x84\x3d")); /* 1,000,000 */
  g_autoptr (GBytes) body = NULL;
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) status = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (nested, 0x0b);
  body = g_bytes_new (nested->str, nested->len);
  response = ask_bytes (KUBE_PROTOBUF, "application/json", "POST", "/api/v1/namespaces", body);
  status = value_of (response);
  ck_assert_uint_eq (response->status, 400);
  ck_assert_ptr_nonnull (strstr (dd_value_path_string (status, "message"),
                                 "cannot be handled as a Namespace: unexpected EOF"));
}
END_TEST

/* Unknown fields, groups among them, are skipped; what is no UTF-8 is what JSON would show; what
 * does not say its type is of the type that is asked for. */
START_TEST (what_is_strange_and_allowed_is_taken)
{
  static const char bytes[] = "k8s\0\x12\x18"                    /* raw */
                              "\x9b\x06\x08\x01\x13\x14\x9c\x06" /* group 99, with one in it */
                              "\x0a\x0e"                         /* metadata */
                              "\x0a\x02zz"                       /* name */
                              "\x62\x08\x0a\x01k\x12\x03"
                              "a\xff"
                              "b"; /* annotation */
  g_autoptr (GBytes) body = g_bytes_new_static (bytes, sizeof bytes - 1);
  g_autoptr (SimResponse) response
      = ask_bytes (KUBE_PROTOBUF, "application/json", "POST", "/api/v1/namespaces", body);
  g_autoptr (DdValue) object = value_of (response);

  ck_assert_msg (response->status == 201, "%s", dd_value_path_string (object, "message"));
  ck_assert_str_eq (dd_value_path_string (object, "metadata.name"), "zz");
  ck_assert_str_eq (dd_value_path_string (object, "metadata.annotations.k"), "a\xef\xbf\xbd"
                                                                             "b");
}
END_TEST

START_TEST (cbor_is_refused)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("\xd9\xd9\xf7\xa0", 4);
  g_autoptr (SimResponse) response
      = ask_bytes ("application/cbor", "application/json", "POST", "/api/v1/namespaces", body);
  g_autoptr (SimResponse) get
      = ask_bytes (NULL, "application/cbor", "GET", "/api/v1/namespaces", NULL);
  g_autoptr (DdValue) status = value_of (response);

  ck_assert_uint_eq (response->status, 415);
  ck_assert_str_eq (dd_value_path_string (status, "message"),
                    "the body of the request was in an unknown format - accepted media types "
                    "include: application/json, application/yaml, " KUBE_PROTOBUF);
  ck_assert_uint_eq (get->status, 406);
}
END_TEST

/* ---- what has no table ---- */

#define SECRET "k8s\0\x0a\x0c\x0a\x02v1\x12\x06Secret\x12\x0a\x0a\x08\x0a\x06secret"
#define JSON "application/json"

/* Nobody gets bytes that he cannot read: JSON says that it is JSON. */
static const struct
{
  const char *method, *target;
  guint status;
  const char *type;
  const char *message; /* of the Status; NULL: none */
} untabled[] = {
  { "GET", "/api", 200, JSON, NULL },
  { "GET", "/apis", 200, JSON, NULL },
  { "GET", "/apis/apps/v1", 200, JSON, NULL },
  { "GET", "/version", 200, JSON, NULL },
  { "GET", "/openapi/v3", 200, JSON, NULL },
  { "GET", "/api/v1/namespaces/app/replicationcontrollers", 404, JSON,
    "could not find the requested resource" },
  { "POST", "/api/v1/namespaces/app/replicationcontrollers", 404, JSON,
    "could not find the requested resource" },
  { "POST", "/api/v1/componentstatuses", 404, JSON, "could not find the requested" },
  { "POST", "/api/v1/namespaces/app/configmaps", 400, KUBE_PROTOBUF,
    "Secret in version \"v1\" cannot be handled as a ConfigMap" },
  { "PATCH", "/api/v1/namespaces/app", 415, KUBE_PROTOBUF, "Unsupported Media Type" },
};

START_TEST (what_has_no_table_is_answered_in_a_form_that_it_has)
{
  g_autoptr (GBytes) body = g_bytes_new_static (BYTES (SECRET));
  g_autoptr (SimResponse) response
      = ask_bytes (KUBE_PROTOBUF, KUBE_PROTOBUF, untabled[_i].method, untabled[_i].target,
                   strcmp (untabled[_i].method, "GET") == 0 ? NULL : body);
  const char *type = dd_headers_get (response->headers, "Content-Type");
  g_autoptr (DdValue) value = NULL;

  ck_assert_uint_eq (response->status, untabled[_i].status);
  ck_assert_str_eq (type, untabled[_i].type);
  if (strcmp (type, JSON) == 0)
    value = value_of (response);
  else if (strcmp (type, KUBE_PROTOBUF) == 0)
    value = message_of_bytes (response->body);
  if (untabled[_i].message != NULL)
    ck_assert_ptr_nonnull (strstr (dd_value_path_string (value, "message"), untabled[_i].message));
}
END_TEST

/* ---- there and back ---- */

static DdValue *
without_type (const DdValue *value)
{
  DdValue *bare = dd_value_with_member (value, "kind", NULL);

  dd_value_set (&bare, "apiVersion", NULL);
  return bare;
}

static void
assert_came_back (const DdValue *got, const DdValue *wanted, const char *what)
{
  g_autofree char *left = dd_value_to_text (got);
  g_autofree char *right = dd_value_to_text (wanted);

  ck_assert_msg (to_the_byte ? strcmp (left, right) == 0 : dd_value_equal (got, wanted),
                 "%s\ngot    %.1000s\nwanted %.1000s", what, left, right);
}

/* What may be lost is what a typed server has no use for: all that it keeps must come back, but for
 * metadata that says nothing, which protobuf has in every object. */
static void
check_round_trip (const KubeStruct *type, const KubeKind *of, const DdValue *value)
{
  g_autoptr (DdValue) bare = without_type (value);
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) kept = NULL;
  g_autoptr (DdValue) back = NULL;

  kept = of != NULL ? kube_schema_decode (of, bare, NULL, NULL, &error) : dd_value_ref (bare);
  if (kept == NULL)
    return; /* a body that was refused */
  if (of != NULL && (of->flags & KUBE_IS_ASKED) != 0 && dd_value_member (kept, "status") == NULL)
    return; /* a question, which comes back with an answer that says no: Go sends that too */
  if (of != NULL && dd_value_length (dd_value_member (kept, "metadata")) == 0)
    dd_value_set (&kept, "metadata", NULL);
  kube_message_encode (type, kept, bytes);
  back = kube_message_decode (type, (const guint8 *) bytes->str, bytes->len, &error);
  ck_assert_msg (back != NULL, "%s: %s", type->name, error != NULL ? error->message : "");
  if (of != NULL)
    {
      g_autoptr (DdValue) typed = kube_schema_decode (of, back, NULL, NULL, &error);

      ck_assert_msg (typed != NULL, "%s: %s", type->name, error != NULL ? error->message : "");
      assert_came_back (typed, kept, type->name);
    }
  else
    assert_same (back, kept, type->name);
  round_trips++;
}

static void
take_document (JsonSource source G_GNUC_UNUSED, const char *text, gsize length)
{
  static const DdJsonLimits roomy = { .max_bytes = 64 * 1024 * 1024 };
  g_autoptr (DdValue) value = dd_value_parse (text, length, &roomy, NULL);
  const DdValue *items = value != NULL ? dd_value_member (value, "items") : NULL;
  const char *api_version = value != NULL ? dd_value_path_string (value, "apiVersion") : NULL;
  const char *name = value != NULL ? dd_value_path_string (value, "kind") : NULL;
  g_autofree char *element = NULL;
  const KubeKind *of;

  if (api_version == NULL || name == NULL)
    return;
  element = g_str_has_suffix (name, "List") ? g_strndup (name, strlen (name) - strlen ("List"))
                                            : g_strdup (name);
  of = kube_kind_find_by_name (api_version, element);
  if (of != NULL && (of->flags & KUBE_JSON_ONLY))
    return;
  if (of != NULL && items == NULL)
    check_round_trip (of->type, of, value);
  for (gsize i = 0; of != NULL && i < dd_value_length (items); i++)
    check_round_trip (of->type, of, dd_value_element (items, i));
  if (of == NULL && items == NULL && strcmp (name, "Status") == 0)
    check_round_trip (kube_type_find (api_version, name), NULL, value);
}

START_TEST (recorded_objects_come_back_to_the_byte)
{
  to_the_byte = TRUE;
  json_documents_go_to (take_document);
  json_golden_exchanges ();
  ck_assert_uint_ge (round_trips, 80);
}
END_TEST

START_TEST (objects_of_a_rehearsal_come_back_the_same)
{
  to_the_byte = FALSE;
  json_documents_go_to (take_document);
  json_rehearsal (g_ptr_array_index (scenarios, _i));
}
END_TEST

START_TEST (objects_of_a_served_world_come_back_the_same)
{
  to_the_byte = FALSE;
  json_documents_go_to (take_document);
  json_served_world ();
  ck_assert_uint_ge (round_trips, 100);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("protobuf");
  TCase *tcase = tcase_create ("server");
  TCase *trips = tcase_create ("there and back");

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_loop_test (tcase, what_kubectl_sends_is_read, 0, G_N_ELEMENTS (sent));
  tcase_add_loop_test (tcase, what_kubectl_sends_is_written_byte_for_byte, 0, G_N_ELEMENTS (sent));
  tcase_add_test (tcase, what_kubectl_creates_is_the_same_as_from_json);
  tcase_add_test (tcase, options_of_a_deletion_may_be_protobuf);
  tcase_add_test (tcase, pods_are_evicted_and_bound_by_protobuf);
  tcase_add_test (tcase, objects_lists_and_errors_are_answered_in_protobuf);
  tcase_add_test (tcase, a_list_is_its_metadata_and_its_items);
  tcase_add_test (tcase, accept_says_whether_an_answer_is_protobuf);
  tcase_add_test (tcase, a_watch_is_frames);
  tcase_add_loop_test (tcase, bytes_that_make_no_sense_are_clear_answers, 0,
                       G_N_ELEMENTS (refused));
  tcase_add_test (tcase, nesting_without_end_is_refused);
  tcase_add_test (tcase, what_is_strange_and_allowed_is_taken);
  tcase_add_test (tcase, cbor_is_refused);
  tcase_add_loop_test (tcase, what_has_no_table_is_answered_in_a_form_that_it_has, 0,
                       G_N_ELEMENTS (untabled));
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (trips, 120);
  tcase_add_test (trips, recorded_objects_come_back_to_the_byte);
  tcase_add_loop_test (trips, objects_of_a_rehearsal_come_back_the_same, 0, (int) scenarios->len);
  tcase_add_test (trips, objects_of_a_served_world_come_back_the_same);
  suite_add_tcase (suite, trips);
  return suite;
}

int
main (void)
{
  SRunner *runner;
  int failed;

  scenarios = json_scenarios ();
  runner = srunner_create (make_suite ());
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  g_ptr_array_unref (scenarios);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
