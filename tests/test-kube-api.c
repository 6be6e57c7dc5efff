/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the API server: what they write, and how they refuse, compared with what a real
 * server answered. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "golden-exchange.h"
#include "kube-world.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/schema/quantity.h"

#define NODE_A_UID "261a5945-bc4e-416a-9970-f805e4d3ab1f"
#define NODE_B_UID "1082c283-3e61-4cb9-9d5a-c888fc604529"

static void
setup (void)
{
  start_world ();
  sim_object_unref (
      create (kind ("v1", "Node"), NULL, json ("{\"metadata\":{\"name\":\"node-a\"}}")));
  sim_object_unref (
      create (kind ("v1", "Node"), NULL, json ("{\"metadata\":{\"name\":\"node-b\"}}")));
  sim_object_unref (create (
      kind ("apps/v1", "Deployment"), "app",
      json (
          "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":"
          "{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":"
          "{\"containers\":[{\"name\":\"c\",\"image\":\"img:1\"}]}}}}")));
}

/* ---- replaying recorded exchanges ---- */

/* A path such as /apis/apps/v1/namespaces/app/deployments/web, taken apart. */
typedef struct
{
  const KubeKind *kind;
  char *namespace_;
  char *name;
} Address;

static Address
parse_target (const char *target)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "?"));
  g_auto (GStrv) parts = g_strsplit (path + 1, "/", -1);
  gboolean core = strcmp (parts[0], "api") == 0;
  char **rest = parts + (core ? 2 : 3);
  Address address = { NULL, NULL, NULL };

  if (strcmp (rest[0], "namespaces") == 0 && rest[1] != NULL && rest[2] != NULL)
    {
      address.namespace_ = g_strdup (rest[1]);
      rest += 2;
    }
  address.kind = core ? kube_kind_find ("", parts[1], rest[0])
                      : kube_kind_find (parts[1], parts[2], rest[0]);
  ck_assert_ptr_nonnull (address.kind);
  address.name = g_strdup (rest[1]);
  return address;
}

static SimObject *
send_delete (const Address *to, const GoldenExchange *exchange, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;

  options.uid = dd_value_path_string (exchange->sent, "preconditions.uid");
  options.resource_version = dd_value_path_string (exchange->sent, "preconditions.resourceVersion");
  options.propagation = dd_value_path_string (exchange->sent, "propagationPolicy");
  options.dry_run = strstr (exchange->target, "dryRun=All") != NULL;
  if (strstr (exchange->target, "gracePeriodSeconds=0") != NULL)
    options.grace_seconds = 0;
  return kube_delete (api, to->kind, to->namespace_, to->name, &options, error);
}

static SimObject *
send (const GoldenExchange *exchange, GError **error)
{
  Address to = parse_target (exchange->target);
  const char *query = strchr (exchange->target, '?');
  KubeWrite write = { .dry_run = query != NULL && strstr (query, "dryRun=All") != NULL };
  SimObject *object;

  if (query != NULL && strstr (query, "fieldValidation=Strict") != NULL)
    write.fields = KUBE_FIELDS_STRICT;
  if (strcmp (exchange->method, "POST") == 0)
    object = kube_create_with (api, to.kind, to.namespace_, exchange->sent, &write, error);
  else if (strcmp (exchange->method, "PUT") == 0)
    object = kube_update (api, to.kind, to.namespace_, to.name, exchange->sent, error);
  else if (strcmp (exchange->method, "PATCH") == 0)
    object = kube_merge (api, to.kind, to.namespace_, to.name, exchange->sent, error);
  else if (strcmp (exchange->method, "DELETE") == 0)
    object = send_delete (&to, exchange, error);
  else
    object = kube_get (api, to.kind, to.namespace_, to.name, error);
  g_free (to.namespace_);
  g_free (to.name);
  return object;
}

/* What the recorded run called by other uids and revisions than ours. */
static const struct
{
  const char *file;
  guint position;
} refusals[] = {
  { "status-404.txt", 0 },          { "status-404.txt", 1 },
  { "status-404.txt", 2 },          { "status-404.txt", 3 },
  { "status-404.txt", 5 },          { "status-404.txt", 6 },
  { "status-404.txt", 7 },          { "status-409-alreadyexists.txt", 0 },
  { "status-409-conflict.txt", 0 }, { "status-409-conflict.txt", 1 },
  { "status-409-conflict.txt", 2 }, { "status-409-conflict.txt", 3 },
  { "status-409-conflict.txt", 4 }, { "status-422-invalid.txt", 0 },
  { "status-422-invalid.txt", 1 },  { "status-422-invalid.txt", 3 },
  { "status-422-invalid.txt", 4 },  { "status-422-invalid.txt", 6 },
  { "status-422-invalid.txt", 7 },  { "status-400.txt", 1 },
  { "status-400.txt", 3 },          { "status-400.txt", 4 },
  { "status-400.txt", 10 },         { "status-400.txt", 15 },
  { "status-400.txt", 16 },         { "namespace-delete.txt", 3 },
};

START_TEST (refusals_are_those_of_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read (refusals[_i].file);
  const GoldenExchange *exchange = exchanges->pdata[refusals[_i].position];
  const SimObject *node_a = stored (kind ("v1", "Node"), "", "node-a");
  const SimObject *node_b = stored (kind ("v1", "Node"), "", "node-b");
  g_autoptr (GString) body = g_string_new (exchange->body);
  g_autofree char *record = g_strdup_printf ("record (%" G_GUINT64_FORMAT ")", node_b->revision);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) object = NULL;

  sim_object_unref (create (kind ("v1", "ConfigMap"), "app",
                            json ("{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}")));
  g_string_replace (body, NODE_A_UID, node_a->uid, 0);
  g_string_replace (body, NODE_B_UID, node_b->uid, 0);
  g_string_replace (body, "record (304)", record, 0);
  object = send (exchange, &error);

  ck_assert_ptr_null (object);
  ck_assert_uint_eq (kube_error_http_status (error), exchange->status);
  assert_status (error, json ("%s", body->str));
}
END_TEST

/* ---- create ---- */

START_TEST (a_created_node_is_what_a_real_server_makes_of_it)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("create-node.txt");
  const GoldenExchange *exchange = exchanges->pdata[0];
  g_autoptr (DdValue) wanted = golden_body (exchange, "node-a", "node-c");
  g_autofree char *renamed = dd_value_to_text (exchange->sent);
  g_autoptr (GString) text = g_string_new (renamed);
  g_autoptr (SimObject) node = NULL;
  g_autoptr (DdValue) got = NULL;
  static const char *const ours[]
      = { "uid", "resourceVersion", "creationTimestamp", "managedFields" };
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  g_string_replace (text, "node-a", "node-c", 0);
  node = create (kind ("v1", "Node"), NULL, json ("%s", text->str));
  got = dd_value_parse_bytes (sim_object_bytes (node), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      g_autofree char *path = g_strconcat ("metadata.", ours[i], NULL);

      dd_value_set (&wanted, path, NULL);
      dd_value_set (&got, path, NULL);
    }
  left = dd_value_to_text (got);
  right = dd_value_to_text (wanted);
  ck_assert_str_eq (left, right);
}
END_TEST

START_TEST (the_system_writes_its_part_of_the_metadata)
{
  g_autoptr (SimObject) map = create (
      kind ("v1", "ConfigMap"), "app",
      json ("{\"metadata\":{\"name\":\"a\",\"uid\":\"mine\",\"deletionTimestamp\":"
            "\"2020-01-01T00:00:00Z\",\"generation\":7},\"data\":{\"k\":\"v\"},\"nope\":1}"));
  const DdValue *metadata = dd_value_member (map->value, "metadata");

  ck_assert_str_eq (map->namespace_, "app");
  ck_assert_uint_eq (strlen (map->uid), 36);
  ck_assert_str_eq (dd_value_path_string (metadata, "creationTimestamp"), "2026-11-23T20:33:04Z");
  ck_assert_ptr_null (dd_value_member (metadata, "deletionTimestamp"));
  ck_assert_ptr_null (dd_value_member (metadata, "generation"));
  ck_assert_ptr_null (dd_value_member (map->value, "nope"));
  ck_assert_str_eq (dd_value_path_string (map->value, "data.k"), "v");
}
END_TEST

START_TEST (generated_names_are_the_base_and_five_characters)
{
  g_autofree char *base = g_strnfill (80, 'x');
  g_autoptr (SimObject) one = create (kind ("v1", "ConfigMap"), "app",
                                      json ("{\"metadata\":{\"generateName\":\"web-\"}}"));
  g_autoptr (SimObject) two = create (kind ("v1", "ConfigMap"), "app",
                                      json ("{\"metadata\":{\"generateName\":\"%s\"}}", base));

  ck_assert_uint_eq (strlen (one->name), 9);
  ck_assert_uint_eq (strspn (one->name + 4, "bcdfghjklmnpqrstvwxz2456789"), 5);
  ck_assert_uint_eq (strlen (two->name), 63);
}
END_TEST

START_TEST (a_dry_run_answers_but_writes_nothing)
{
  guint64 before = sim_store_revision (api->store);
  KubeWrite dry = { .dry_run = TRUE };
  g_autoptr (DdValue) map = json ("{\"metadata\":{\"name\":\"dry\"}}");
  g_autoptr (SimObject) made
      = kube_create_with (api, kind ("v1", "ConfigMap"), "app", map, &dry, NULL);
  KubeDelete drily = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = NULL;
  gboolean removed = FALSE;

  drily.dry_run = TRUE;
  drily.out_removed = &removed;
  deleted = kube_delete (api, kind ("v1", "Node"), NULL, "node-a", &drily, NULL);

  ck_assert_ptr_null (dd_value_path (made->value, "metadata.resourceVersion"));
  ck_assert_ptr_nonnull (dd_value_path (made->value, "metadata.uid"));
  ck_assert (removed);
  ck_assert_str_eq (deleted->name, "node-a");
  ck_assert_uint_eq (sim_store_revision (api->store), before);
  ck_assert_ptr_null (stored (kind ("v1", "ConfigMap"), "app", "dry"));
}
END_TEST

START_TEST (warnings_name_duplicate_and_unknown_fields)
{
  g_autoptr (GPtrArray) duplicates = g_ptr_array_new ();
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  KubeWrite warn = { TRUE, KUBE_FIELDS_WARN, duplicates, warnings };
  g_autoptr (DdValue) pod
      = json ("{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":[{\"name\":"
              "\"c\",\"image\":\"i\",\"nope\":1}]}}");
  g_autoptr (SimObject) made = NULL;

  g_ptr_array_add (duplicates, (char *) "metadata.name");
  made = kube_create_with (api, kind ("v1", "Pod"), "app", pod, &warn, NULL);

  ck_assert_ptr_nonnull (made);
  ck_assert_uint_eq (warnings->len, 2);
  ck_assert_str_eq (warnings->pdata[0], "duplicate field \"metadata.name\"");
  ck_assert_str_eq (warnings->pdata[1], "unknown field \"spec.containers[0].nope\"");
}
END_TEST

/* ---- update ---- */

START_TEST (a_write_that_changes_nothing_keeps_the_revision)
{
  const SimObject *node = stored (kind ("v1", "Node"), "", "node-a");
  g_autoptr (DdValue) empty = json ("{}");
  g_autoptr (DdValue) label = json ("{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
  g_autoptr (SimObject) same = kube_merge (api, kind ("v1", "Node"), NULL, "node-a", empty, NULL);
  g_autoptr (SimObject) labelled = NULL;
  g_autoptr (SimObject) again = NULL;
  g_autoptr (SimObject) put = NULL;

  ck_assert_ptr_eq (same, node);
  labelled = kube_merge (api, kind ("v1", "Node"), NULL, "node-a", label, NULL);
  ck_assert_uint_gt (labelled->revision, node->revision);
  again = kube_merge (api, kind ("v1", "Node"), NULL, "node-a", label, NULL);
  ck_assert_ptr_eq (again, labelled);
  put = kube_update (api, kind ("v1", "Node"), NULL, "node-a", labelled->value, NULL);
  ck_assert_ptr_eq (put, labelled);
}
END_TEST

START_TEST (generation_counts_changes_of_spec_only)
{
  const KubeKind *deployments = kind ("apps/v1", "Deployment");
  g_autoptr (DdValue) label = json ("{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
  g_autoptr (DdValue) scale = json ("{\"spec\":{\"replicas\":4},\"status\":{\"replicas\":9}}");
  g_autoptr (SimObject) first = sim_object_ref (stored (deployments, "app", "web"));
  g_autoptr (SimObject) labelled = kube_merge (api, deployments, "app", "web", label, NULL);
  g_autoptr (SimObject) scaled = kube_merge (api, deployments, "app", "web", scale, NULL);
  g_autoptr (SimObject) reported
      = kube_set_status (api, scaled, json ("{\"replicas\":4,\"observedGeneration\":2}"));

  ck_assert_int_eq (dd_value_path_int (first->value, "metadata.generation", 0), 1);
  ck_assert_int_eq (dd_value_path_int (labelled->value, "metadata.generation", 0), 1);
  ck_assert_int_eq (dd_value_path_int (scaled->value, "metadata.generation", 0), 2);
  ck_assert_int_eq (dd_value_path_int (scaled->value, "status.replicas", 0), 0);
  ck_assert_int_eq (dd_value_path_int (reported->value, "metadata.generation", 0), 2);
  ck_assert_int_eq (dd_value_path_int (reported->value, "status.replicas", 0), 4);
}
END_TEST

START_TEST (a_status_write_leaves_spec_and_owners_alone)
{
  g_autoptr (SimObject) pod = create_pod ("p", "web", "node-a");
  g_autoptr (DdValue) changed = json (
      "{\"metadata\":{\"name\":\"p\",\"resourceVersion\":\"%s\",\"labels\":{\"app\":\"other\"},"
      "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"K\",\"name\":\"n\",\"uid\":\"u\"}]},"
      "\"spec\":{\"nodeName\":\"node-b\",\"containers\":[]},\"status\":{\"phase\":\"Running\"}}",
      dd_value_path_string (pod->value, "metadata.resourceVersion"));
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) written = kube_update_status (api, pod->kind, "app", "p", changed, &error);

  ck_assert_msg (written != NULL, "%s", error != NULL ? error->message : "");
  ck_assert_str_eq (dd_value_path_string (written->value, "spec.nodeName"), "node-a");
  ck_assert_str_eq (dd_value_path_string (written->value, "status.phase"), "Running");
  ck_assert_str_eq (dd_value_path_string (written->value, "metadata.labels.app"), "other");
  ck_assert_ptr_null (dd_value_path (written->value, "metadata.ownerReferences"));
}
END_TEST

START_TEST (some_kinds_refuse_an_update_without_a_revision)
{
  const KubeKind *budgets = kind ("policy/v1", "PodDisruptionBudget");
  g_autoptr (SimObject) budget G_GNUC_UNUSED = create (
      budgets, "app", json ("{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":1}}"));
  g_autoptr (DdValue) bare = json ("{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":2}}");
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (kube_update (api, budgets, "app", "b", bare, &error));
  ck_assert_str_eq (
      error->message,
      "PodDisruptionBudget.policy \"b\" is invalid: metadata.resourceVersion: Invalid "
      "value: 0x0: must be specified for an update");
}
END_TEST

/* ---- delete ---- */

static SimObject *
delete_with_grace (const char *name, gint64 grace)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;

  options.grace_seconds = grace;
  return kube_delete (api, kind ("v1", "Pod"), "app", name, &options, NULL);
}

START_TEST (a_bound_pod_is_given_its_grace_and_a_second_delete_shortens_it)
{
  g_autoptr (SimObject) pod G_GNUC_UNUSED = create_pod ("grace", "solo", "node-b");
  g_autoptr (SimObject) first = delete_with_grace ("grace", -1);
  g_autoptr (SimObject) again = delete_with_grace ("grace", -1);
  g_autoptr (SimObject) shorter = NULL;
  g_autoptr (SimObject) last = NULL;

  ck_assert_str_eq (dd_value_path_string (first->value, "metadata.deletionTimestamp"),
                    "2026-11-23T20:33:34Z");
  ck_assert_int_eq (dd_value_path_int (first->value, "metadata.deletionGracePeriodSeconds", -1),
                    30);
  ck_assert_ptr_eq (again, first);
  pass (2 * DD_SECOND);
  shorter = delete_with_grace ("grace", 5);
  ck_assert_str_eq (dd_value_path_string (shorter->value, "metadata.deletionTimestamp"),
                    "2026-11-23T20:33:09Z");
  last = delete_with_grace ("grace", 0);
  ck_assert_int_eq (dd_value_path_int (last->value, "metadata.deletionGracePeriodSeconds", -1), 0);
  ck_assert_uint_eq (last->revision, shorter->revision + 2);
  ck_assert_ptr_null (stored (kind ("v1", "Pod"), "app", "grace"));
}
END_TEST

START_TEST (an_unbound_pod_goes_at_once)
{
  g_autoptr (SimObject) pod G_GNUC_UNUSED = create_pod ("pend", "solo", NULL);
  g_autoptr (SimObject) gone G_GNUC_UNUSED = delete_with_grace ("pend", -1);

  ck_assert_ptr_null (stored (kind ("v1", "Pod"), "app", "pend"));
}
END_TEST

START_TEST (finalizers_hold_an_object_until_the_last_is_taken_off)
{
  const KubeKind *maps = kind ("v1", "ConfigMap");
  g_autoptr (SimObject) map G_GNUC_UNUSED = create (
      maps, "app", json ("{\"metadata\":{\"name\":\"fin\",\"finalizers\":[\"x.example/f\"]}}"));
  gboolean removed = TRUE;
  KubeDelete options = { .grace_seconds = -1, .out_removed = &removed };
  g_autoptr (SimObject) marked = kube_delete (api, maps, "app", "fin", &options, NULL);
  g_autoptr (SimObject) again = kube_delete (api, maps, "app", "fin", &options, NULL);
  g_autoptr (DdValue) another
      = json ("{\"metadata\":{\"finalizers\":[\"x.example/f\",\"x.example/g\"]}}");
  g_autoptr (DdValue) none = json ("{\"metadata\":{\"finalizers\":null}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) last = NULL;

  ck_assert (!removed);
  ck_assert_ptr_eq (again, marked);
  ck_assert_int_eq (dd_value_path_int (marked->value, "metadata.deletionGracePeriodSeconds", -1),
                    0);
  ck_assert_ptr_null (kube_merge (api, maps, "app", "fin", another, &error));
  ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_INVALID));
  last = kube_merge (api, maps, "app", "fin", none, NULL);
  ck_assert_uint_eq (last->revision, marked->revision);
  ck_assert_ptr_null (dd_value_path (last->value, "metadata.finalizers"));
  ck_assert_ptr_null (stored (maps, "app", "fin"));
}
END_TEST

START_TEST (propagation_policies_become_finalizers)
{
  const KubeKind *deployments = kind ("apps/v1", "Deployment");
  KubeDelete options = { .grace_seconds = -1, .propagation = "Foreground" };
  g_autoptr (SimObject) marked = kube_delete (api, deployments, "app", "web", &options, NULL);
  g_autoptr (SimObject) gone = NULL;

  ck_assert_str_eq (dd_value_path_string (marked->value, "metadata.finalizers.0"),
                    "foregroundDeletion");
  ck_assert_int_eq (dd_value_path_int (marked->value, "metadata.generation", 0), 2);
  options.propagation = "Background";
  gone = kube_delete (api, deployments, "app", "web", &options, NULL);
  ck_assert_ptr_nonnull (gone);
  ck_assert_ptr_null (stored (deployments, "app", "web"));
}
END_TEST

START_TEST (a_namespace_ends_when_it_is_finalized)
{
  const KubeKind *namespaces = kind ("v1", "Namespace");
  g_autoptr (GPtrArray) exchanges = golden_read ("namespace-delete.txt");
  const GoldenExchange *late = exchanges->pdata[1];
  g_autoptr (SimObject) marked
      = kube_delete (api, namespaces, NULL, "app", &KUBE_DELETE_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) finished = NULL;

  ck_assert_str_eq (dd_value_path_string (marked->value, "status.phase"), "Terminating");
  ck_assert_ptr_null (dd_value_path (marked->value, "metadata.deletionGracePeriodSeconds"));
  ck_assert_ptr_null (send (late, &error));
  assert_status (error, golden_body (late, NULL, NULL));
  finished = kube_finalize (api, marked, NULL);
  ck_assert_ptr_nonnull (finished);
  ck_assert_ptr_null (stored (namespaces, "", "app"));
}
END_TEST

/* ---- binding and events ---- */

START_TEST (a_pod_is_bound_once)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("subresources.txt");
  g_autoptr (SimObject) pod = create_pod ("bindme", "solo", NULL);
  g_autoptr (GError) error = NULL;
  const SimObject *bound;

  ck_assert (kube_bind (api, "app", "bindme", "node-a", NULL));
  bound = stored (pod->kind, "app", "bindme");
  ck_assert_str_eq (dd_value_path_string (bound->value, "spec.nodeName"), "node-a");
  ck_assert_str_eq (dd_value_path_string (bound->value, "status.conditions.0.type"),
                    "PodScheduled");
  ck_assert (!kube_bind (api, "app", "bindme", "node-a", &error));
  assert_status (error, golden_body (exchanges->pdata[1], NULL, NULL));
}
END_TEST

START_TEST (the_same_event_again_raises_its_count)
{
  const KubeKind *events = kind ("v1", "Event");
  const SimObject *node = stored (kind ("v1", "Node"), "", "node-a");
  g_autoptr (GPtrArray) list = NULL;
  const SimObject *first;

  kube_record_event (api, node, "node-controller", NULL, "Normal", "RegisteredNode", "Node %s",
                     "a");
  pass (10 * DD_SECOND);
  kube_record_event (api, node, "node-controller", NULL, "Normal", "RegisteredNode", "Node %s",
                     "a");
  kube_record_event (api, node, "node-controller", NULL, "Normal", "RegisteredNode", "Node %s",
                     "b");
  list = sim_store_list (api->store, events, "default");

  ck_assert_uint_eq (list->len, 2);
  first = list->pdata[0];
  ck_assert_int_eq (dd_value_path_int (first->value, "count", 0), 2);
  ck_assert_str_eq (dd_value_path_string (first->value, "firstTimestamp"), "2026-11-23T20:33:04Z");
  ck_assert_str_eq (dd_value_path_string (first->value, "lastTimestamp"), "2026-11-23T20:33:14Z");
  ck_assert_str_eq (dd_value_path_string (first->value, "involvedObject.uid"), node->uid);
}
END_TEST

START_TEST (events_are_forgotten_after_an_hour)
{
  const KubeKind *events = kind ("v1", "Event");
  const SimObject *node = stored (kind ("v1", "Node"), "", "node-a");

  kube_record_event (api, node, "kubelet", "node-a", "Normal", "NodeReady", "one");
  pass (61 * DD_MINUTE);
  kube_record_event (api, node, "kubelet", "node-a", "Normal", "NodeReady", "two");

  ck_assert_uint_eq (sim_store_count (api->store, events), 1);
}
END_TEST

/* ---- decoding and quantities ---- */

START_TEST (quantities_are_read_as_documented)
{
  static const struct
  {
    const char *json;
    gint64 milli, units;
  } rows[] = {
    { "\"500m\"", 500, 1 },
    { "2", 2000, 2 },
    { "\"2\"", 2000, 2 },
    { "0.1", 100, 1 },
    { "\"1Ki\"", 1024000, 1024 },
    { "\"1.5Gi\"", 1610612736000, 1610612736 },
    { "\"1e3\"", 1000000, 1000 },
    { "\"2k\"", 2000000, 2000 },
    { "\"1n\"", 1, 1 },
    { "\"-1\"", -1000, -1 },
    { "\"8Ei\"", G_MAXINT64, G_MAXINT64 },
    { "\"1e900\"", G_MAXINT64, G_MAXINT64 },
    { "\"1e-900\"", 1, 1 },
    { "\"0.0000000000000000000001\"", 1, 1 },
    { "\"123456789012345678901234567890\"", G_MAXINT64, G_MAXINT64 },
    { "\"9223372036854775807m\"", G_MAXINT64, 9223372036854776 },
    { "9223372036854775805", G_MAXINT64, 9223372036854775805 },
    { "\"1.0000000000000000000000001\"", 1001, 2 },
    { "\"+.5\"", 500, 1 },
    { "\"5.\"", 5000, 5 },
    { "0", 0, 0 },
  };
  static const char *const wrong[]
      = { "\"\"",      "\"x\"", "\"1 Gi\"", "\"1KB\"", "\"1e\"", "\"0x10\"",
          "\"1.2.3\"", "true",  "{}",       "\"inf\"", "\"m\"",  "\".\"" };
  gint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) quantity = json ("%s", rows[i].json);

      ck_assert_msg (kube_quantity_to_milli (quantity, &number), "%s", rows[i].json);
      ck_assert_int_eq (number, rows[i].milli);
      ck_assert (kube_quantity_to_units (quantity, &number));
      ck_assert_int_eq (number, rows[i].units);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (DdValue) quantity = json ("%s", wrong[i]);

      ck_assert_msg (!kube_quantity_to_milli (quantity, &number), "%s", wrong[i]);
    }
  ck_assert (!kube_quantity_to_milli (NULL, &number));
}
END_TEST

START_TEST (a_pods_view_counts_init_containers_and_sidecars)
{
  g_autoptr (SimObject) pod = create (
      kind ("v1", "Pod"), "app",
      json ("{\"metadata\":{\"name\":\"p\"},\"spec\":{\"initContainers\":["
            "{\"name\":\"side\",\"image\":\"i\",\"restartPolicy\":\"Always\",\"resources\":"
            "{\"requests\":{\"cpu\":\"100m\"}}},"
            "{\"name\":\"init\",\"image\":\"i\",\"resources\":{\"requests\":{\"cpu\":\"1\","
            "\"memory\":\"1Mi\"}}}],"
            "\"containers\":[{\"name\":\"a\",\"image\":\"i\",\"resources\":{\"requests\":"
            "{\"cpu\":\"200m\",\"memory\":\"1Gi\"}}}]}}"));
  const KubePodView *view = kube_pod_view (pod);

  ck_assert_int_eq (view->cpu_millis, 1100);
  ck_assert_int_eq (view->memory_bytes, 1073741824);
  ck_assert_str_eq (view->phase, "Pending");
  ck_assert_ptr_null (view->node_name);
  ck_assert (!view->ready);
}
END_TEST

START_TEST (wrong_types_are_named_as_a_go_server_names_them)
{
  static const struct
  {
    const char *spec, *why;
  } rows[] = {
    { "{\"containers\":[{\"name\":1}]}",
      "json: cannot unmarshal number into Go struct field Container.spec.containers.name of type "
      "string" },
    { "{\"terminationGracePeriodSeconds\":1.5}",
      "json: cannot unmarshal number 1.5 into Go struct field "
      "PodSpec.spec.terminationGracePeriodSeconds of type int32" },
    { "{\"nodeSelector\":{\"a\":true}}",
      "json: cannot unmarshal bool into Go struct field PodSpec.spec.nodeSelector of type string" },
    { "{\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"much\"}}}]}",
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) pod = json ("{\"metadata\":{\"name\":\"p\"},\"spec\":%s}", rows[i].spec);
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (kube_create (api, kind ("v1", "Pod"), "app", pod, &error));
      ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_BAD_REQUEST));
      ck_assert_ptr_nonnull (strstr (error->message, rows[i].why));
    }
}
END_TEST

START_TEST (decoding_keeps_what_an_update_did_not_touch)
{
  const KubeKind *deployments = kind ("apps/v1", "Deployment");
  const SimObject *web = stored (deployments, "app", "web");
  g_autoptr (DdValue) changed = dd_value_with_path (web->value, "spec.replicas", dd_int (5));
  g_autoptr (DdValue) decoded = kube_schema_decode (deployments, changed, web->value, NULL, NULL);

  ck_assert_ptr_eq (dd_value_path (decoded, "spec.template"),
                    dd_value_path (web->value, "spec.template"));
  ck_assert_ptr_eq (dd_value_path (decoded, "metadata"), dd_value_path (web->value, "metadata"));
  ck_assert_int_eq (dd_value_path_int (decoded, "spec.replicas", 0), 5);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("kube-api");
  TCase *tests = tcase_create ("verbs");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, stop_world);
  tcase_add_loop_test (tests, refusals_are_those_of_a_real_server, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (tests, a_created_node_is_what_a_real_server_makes_of_it);
  tcase_add_test (tests, the_system_writes_its_part_of_the_metadata);
  tcase_add_test (tests, generated_names_are_the_base_and_five_characters);
  tcase_add_test (tests, a_dry_run_answers_but_writes_nothing);
  tcase_add_test (tests, warnings_name_duplicate_and_unknown_fields);
  tcase_add_test (tests, a_write_that_changes_nothing_keeps_the_revision);
  tcase_add_test (tests, generation_counts_changes_of_spec_only);
  tcase_add_test (tests, a_status_write_leaves_spec_and_owners_alone);
  tcase_add_test (tests, some_kinds_refuse_an_update_without_a_revision);
  tcase_add_test (tests, a_bound_pod_is_given_its_grace_and_a_second_delete_shortens_it);
  tcase_add_test (tests, an_unbound_pod_goes_at_once);
  tcase_add_test (tests, finalizers_hold_an_object_until_the_last_is_taken_off);
  tcase_add_test (tests, propagation_policies_become_finalizers);
  tcase_add_test (tests, a_namespace_ends_when_it_is_finalized);
  tcase_add_test (tests, a_pod_is_bound_once);
  tcase_add_test (tests, the_same_event_again_raises_its_count);
  tcase_add_test (tests, events_are_forgotten_after_an_hour);
  tcase_add_test (tests, quantities_are_read_as_documented);
  tcase_add_test (tests, a_pods_view_counts_init_containers_and_sidecars);
  tcase_add_test (tests, wrong_types_are_named_as_a_go_server_names_them);
  tcase_add_test (tests, decoding_keeps_what_an_update_did_not_touch);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
