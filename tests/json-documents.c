/* SPDX-License-Identifier: Apache-2.0 */
/* Each source hands over its documents as they lie on the wire or in a file, in an order that is
 * the same every time. */
#include "config.h"

#include "json-documents.h"

#include <check.h>
#include <string.h>

#include "engine/report.h"
#include "sim/explore/record.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/lab/control.h"
#include "sim/scenario/scenario.h"
#include "sim/world/transport.h"

const char *const json_source_names[N_SOURCES]
    = { "golden", "trace", "report", "record", "control", "aws", "kubernetes" };

static JsonTake take;

void
json_documents_go_to (JsonTake taker)
{
  take = taker;
}

static void
take_text (JsonSource source, const char *text)
{
  take (source, text, strlen (text));
}

/* ---- golden files ---- */

static char *
golden_path (const char *folder, const char *name)
{
  const char *top = g_getenv ("srcdir");

  return g_build_filename (top != NULL ? top : ".", "tests", "golden", folder, name, NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
names_in (const char *path, const char *suffix)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  if (dir == NULL)
    g_error ("cannot read %s", path);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static char *
read_file (const char *path)
{
  char *text = NULL;

  ck_assert_msg (g_file_get_contents (path, &text, NULL, NULL), "cannot read %s", path);
  return text;
}

void
json_golden_documents (void)
{
  g_autofree char *folder = golden_path ("", NULL);
  g_autoptr (GPtrArray) paths = names_in (folder, ".json");

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *text = read_file (paths->pdata[i]);

      take_text (GOLDEN, text);
    }
}

/* What a client sent may be malformed on purpose: then nobody reads it. */
static void
take_sent (const char *text)
{
  g_autoptr (DdValue) ours = dd_value_parse (text, strlen (text), NULL, NULL);

  if (ours != NULL)
    take_text (GOLDEN, text);
}

/* An answer is one line, or lines between "{" and "}". */
static void
take_exchange_line (const char *line, GString *open)
{
  if (g_str_has_prefix (line, "> {") || g_str_has_prefix (line, "> ["))
    take_sent (line + 2);
  else if (open->len > 0 || strcmp (line, "{") == 0)
    g_string_append_printf (open, "%s\n", line);
  else if (line[0] == '{')
    take_text (GOLDEN, line);
  if (open->len > 0 && strcmp (line, "}") == 0)
    {
      take_text (GOLDEN, open->str);
      g_string_truncate (open, 0);
    }
}

void
json_golden_exchanges (void)
{
  g_autofree char *folder = golden_path ("kube", NULL);
  g_autoptr (GPtrArray) paths = names_in (folder, ".txt");

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *text = read_file (paths->pdata[i]);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
      g_autoptr (GString) open = g_string_new (NULL);

      for (guint j = 0; lines[j] != NULL; j++)
        take_exchange_line (lines[j], open);
      ck_assert_uint_eq (open->len, 0);
    }
}

/* ---- rehearsals ---- */

/* Listens to what the world answers its engine. */
typedef struct
{
  SimCarrier carrier;
  SimCarrier *inner;
} Tap;

static void
take_answer (JsonSource source, const DdHeaders *headers, GBytes *body)
{
  const char *type = dd_headers_get (headers, "Content-Type");
  g_autofree char *text = NULL;
  gsize length;
  const char *data;

  if (body == NULL || type == NULL || strstr (type, "json") == NULL)
    return;
  data = g_bytes_get_data (body, &length);
  text = g_strndup (data, length);
  take (source, text, length);
}

static DdReply *
tap_carry (SimCarrier *self, const DdRequest *request)
{
  SimCarrier *inner = ((Tap *) self)->inner;
  DdReply *reply = inner->klass->carry (inner, request);

  take_answer (strcmp (request->service, "kubernetes") == 0 ? KUBERNETES : AWS, reply->headers,
               reply->body);
  return reply;
}

static void
tap_free (SimCarrier *self)
{
  SimCarrier *inner = ((Tap *) self)->inner;

  inner->klass->free (inner);
  g_free (self);
}

static void
listen_in (SimWorld *world)
{
  static const SimCarrierClass klass = { "tap", tap_carry, tap_free };
  Tap *tap = g_new0 (Tap, 1);

  tap->carrier.klass = &klass;
  tap->inner = sim_carrier_new_direct (world);
  sim_transport_set_carrier (world->transport, &tap->carrier);
}

static void
take_event (const SimEvent *event, gpointer data)
{
  g_autoptr (GString) line = g_string_new (NULL);

  sim_event_write (event, line);
  take (TRACE, line->str, line->len);
  dd_report_note (data, event->time, event->actor, event->id, event->subject, event->details);
}

static void
attend (SimWorld *world, gpointer data)
{
  sim_trace_add_reader (world->stage->trace, take_event, data);
  listen_in (world);
}

static void
take_value (JsonSource source, const DdValue *value)
{
  g_autofree char *text = dd_value_to_pretty_text (value);

  take_text (source, text);
}

guint64
json_rehearsal (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, &error);
  g_autoptr (DdReport) report = dd_report_new ();
  SimRehearsal rehearsal = { .attend = attend, .attend_data = report };
  g_autoptr (SimOutcome) outcome
      = scenario != NULL ? sim_scenario_rehearse (scenario, &rehearsal, &error) : NULL;
  g_autoptr (DdValue) document = dd_report_document (report);
  g_autoptr (DdValue) record = NULL;
  g_autoptr (DdValue) broken = sim_record_of_error (path, G_MAXUINT64, "swarm", "signal 9\n");

  ck_assert_msg (outcome != NULL, "%s: %s", path, error != NULL ? error->message : "");
  record = sim_record_of_outcome (outcome, "none");
  take_value (REPORT, document);
  take_value (RECORD, record);
  take_value (RECORD, broken);
  return outcome->events;
}

/* ---- a served world ---- */

static SimLab *
make_lab (void)
{
  g_autoptr (GError) error = NULL;
  const char *top = g_getenv ("srcdir");
  g_autofree char *path
      = g_build_filename (top != NULL ? top : ".", "scenarios/worlds/eks-workshop.yaml", NULL);
  SimLabOptions options
      = { .world_place = path, .address = "127.0.0.1:0", .seed = 3, .profile = "workshop" };
  SimLab *lab;

  ck_assert (sim_speed_parse ("paused", &options.speed, NULL));
  lab = sim_lab_new (&options, &error);
  ck_assert_msg (lab != NULL, "%s", error != NULL ? error->message : "");
  return lab;
}

typedef struct
{
  JsonSource source;
  const char *method, *target, *body;
  const char *accept;     /* NULL: application/json */
  const char *amz_target; /* X-Amz-Target; NULL: none */
} Question;

/* The events that a watch begins with, a line each. */
static void
take_stream (SimStream *stream)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  char buffer[65536];
  gssize length;

  while ((length = stream->klass->read (stream, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, length);
  lines = g_strsplit (text->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      take_text (KUBERNETES, lines[i]);
}

static void
ask (SimLab *lab, const Question *question)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autoptr (GBytes) body = g_bytes_new (question->body, strlen (question->body));
  SimRequest request = { question->method, question->target, headers, body };
  g_autoptr (SimResponse) response = NULL;

  dd_headers_add (headers, "Accept",
                  question->accept != NULL ? question->accept : "application/json");
  dd_headers_add (headers, "Content-Type", "application/json");
  dd_headers_add (headers, SIM_CONTROL_HEADER, "1");
  if (question->amz_target != NULL)
    dd_headers_add (headers, "X-Amz-Target", question->amz_target);
  response = sim_control_is_for (&request) ? sim_control_handle (lab, &request)
                                           : sim_router_handle (lab->world, &request);
  if (response->stream != NULL)
    take_stream (response->stream);
  else
    take_answer (question->source, response->headers, response->body);
}

static const Question control_questions[] = {
  { CONTROL, "GET", "/_drydock/status", "" },
  { CONTROL, "POST", "/_drydock/pause", "" },
  { CONTROL, "POST", "/_drydock/resume", "" },
  { CONTROL, "POST", "/_drydock/speed", "{\"speed\":\"paused\"}" },
  { CONTROL, "POST", "/_drydock/skip", "{\"for\":\"1h30m\"}" },
  { CONTROL, "POST", "/_drydock/until", "{\"condition\":\"nodegroup-active\"}" },
  { CONTROL, "POST", "/_drydock/until", "{\"condition\":\"node-ready no-such-node\"}" },
  { CONTROL, "POST", "/_drydock/until", "{\"condition\":\"\\u0007\\\"\\ud83d\\udea2\\u2028\"}" },
  { CONTROL, "POST", "/_drydock/skip", "{\"for\":\"\\\"\"}" },
  { CONTROL, "POST", "/_drydock/skip", "{" },
  { CONTROL, "POST", "/_drydock/nonsense", "" },
  { CONTROL, "POST", "/_drydock/reset", "" },
};

#define CLUSTER "/clusters/eks-workshop"

static const Question aws_questions[] = {
  { AWS, "POST", CLUSTER "/node-groups/default/update-version", "{}" },
  { CONTROL, "POST", "/_drydock/until", "{\"condition\":\"event drain.started\"}" },
  { AWS, "GET", CLUSTER "/node-groups/default", "" },
  { AWS, "GET", "/clusters", "" },
  { AWS, "GET", CLUSTER, "" },
  { AWS, "GET", CLUSTER "/node-groups", "" },
  { AWS, "GET", CLUSTER "/updates?nodegroupName=default", "" },
  { AWS, "GET", CLUSTER "/updates/none?nodegroupName=default", "" },
  { AWS, "GET", "/clusters/%22%5C%07%E2%80%A8", "" },
  { AWS, "POST", CLUSTER "/node-groups/default/update-version", "{\"force\":\"\\\"\\u0001\"}" },
  { AWS, "POST", CLUSTER "/node-groups/default/update-config", "{\"updateConfig\":1}" },
  { AWS, "POST", "/", "{\"Path\":\"/aws/service/eks\",\"Recursive\":true}", NULL,
    "AmazonSSM.GetParametersByPath" },
  { AWS, "POST", "/", "{\"Names\":[\"/n\\u0001\\\"\"]}", NULL, "AmazonSSM.GetParameters" },
  { AWS, "POST", "/", "{\"Name\":7}", NULL, "AmazonSSM.GetParameter" },
  { AWS, "POST", "/", "{}", NULL, "AmazonSSM.PutParameter" },
  { CONTROL, "POST", "/_drydock/until", "{\"condition\":\"nodegroup-active\"}" },
};

#define TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
#define METADATA "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
#define AGGREGATED "application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList"

static const Question kube_questions[] = {
  { KUBERNETES, "GET", "/", "" },
  { KUBERNETES, "GET", "/version", "" },
  { KUBERNETES, "GET", "/api", "" },
  { KUBERNETES, "GET", "/api", "", AGGREGATED },
  { KUBERNETES, "GET", "/apis", "" },
  { KUBERNETES, "GET", "/apis", "", AGGREGATED },
  { KUBERNETES, "GET", "/api/v1", "" },
  { KUBERNETES, "GET", "/apis/apps/v1", "" },
  { KUBERNETES, "GET", "/openapi/v2", "" },
  { KUBERNETES, "GET", "/openapi/v3", "" },
  { KUBERNETES, "GET", "/openapi/v3/api/v1", "" },
  { KUBERNETES, "GET", "/openapi/v3/apis/apps/v1", "" },
  { KUBERNETES, "GET", "/api/v1/namespaces/default/pods/%22%5C%01%E2%80%A9", "" },
  { KUBERNETES, "POST", "/api/v1/namespaces/default/configmaps",
    "{\"metadata\":{\"name\":\"words\"},\"data\":{\"a\":\"\\u0001\\u001f\\u007f\\\\\\/"
    "\\ud83d\\udea2"
    "\\u2028\\ufffe\\u00e9\"}}" },
  { KUBERNETES, "POST", "/api/v1/namespaces/default/configmaps", "{\"metadata\":{" },
  { KUBERNETES, "POST", "/api/v1/namespaces/default/pods", "{\"spec\":{\"containers\":\"no\"}}" },
  { KUBERNETES, "DELETE", "/api/v1/nodes", "" },
};

static void
ask_all (SimLab *lab, const Question *questions, guint n_questions)
{
  for (guint i = 0; i < n_questions; i++)
    ask (lab, &questions[i]);
}

/* Lists, tables, metadata alone, and the beginning of a watch. */
static void
ask_of_kind (SimLab *lab, const KubeKind *kind)
{
  static const char *const forms[] = { NULL, TABLE, METADATA };
  g_autofree char *version = kube_kind_api_version (kind);
  g_autofree char *list = g_strdup_printf ("/%s/%s/%s", strchr (version, '/') ? "apis" : "api",
                                           version, kind->plural);
  g_autofree char *watch = g_strconcat (list, "?watch=true&allowWatchBookmarks=true", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    ask (lab, &(Question) { KUBERNETES, "GET", list, "", forms[i] });
  ask (lab, &(Question) { KUBERNETES, "GET", watch, "" });
}

/* AWS first, so that there is an update to tell of. */
void
json_served_world (void)
{
  g_autoptr (SimLab) lab = make_lab ();

  ask_all (lab, aws_questions, G_N_ELEMENTS (aws_questions));
  ask_all (lab, kube_questions, G_N_ELEMENTS (kube_questions));
  for (guint i = 0; i < kube_n_kinds; i++)
    ask_of_kind (lab, kube_kinds[i]);
  ask_all (lab, control_questions, G_N_ELEMENTS (control_questions));
}

GPtrArray *
json_scenarios (void)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *folder = g_build_filename (top != NULL ? top : ".", "scenarios", NULL);

  return names_in (folder, ".yaml");
}
