/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply and managedFields, as clients meet them: what a real server answered, then the
 * rules one by one. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"

#define APPLY "application/apply-patch+yaml"
#define MERGE "application/merge-patch+json"
#define MAPS "/api/v1/namespaces/app/configmaps"
#define DEPLOYMENTS "/apis/apps/v1/namespaces/app/deployments"

/* ---- asking ---- */

static DdValue *
asked_as (guint status, const char *method, const char *type, const char *agent, const char *target,
          const char *body)
{
  g_autoptr (SimResponse) response
      = ask_in ((Manner) { .type = type, .agent = agent }, method, target, body);
  g_autofree char *text = text_of (response);

  ck_assert_msg (response->status == status, "%s %s: %u %s", method, target, response->status,
                 text);
  return value_of (response);
}

static DdValue *
applied (guint status, const char *target, const char *body)
{
  return asked_as (status, "PATCH", APPLY, NULL, target, body);
}

/* A config map MAP of DATA (JSON) as MANAGER applies it. */
static DdValue *
apply_map (guint status, const char *map, const char *manager, const char *data)
{
  g_autofree char *target = g_strdup_printf (MAPS "/%s?fieldManager=%s", map, manager);
  g_autofree char *body
      = g_strdup_printf ("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
                         "\"%s\"},\"data\":%s}",
                         map, data);

  return applied (status, target, body);
}

static void
assert_text (const DdValue *value, const char *path, const char *wanted)
{
  const DdValue *at = dd_value_path (value, path);
  g_autofree char *text = at != NULL ? dd_value_to_text (at) : g_strdup ("nothing");

  ck_assert_str_eq (text, wanted);
}

static void
assert_message (const DdValue *status, const char *wanted)
{
  ck_assert_str_eq (dd_value_path_string (status, "message"), wanted);
}

/* What MANAGER's entry of OBJECT says, as text; "nothing" when it has none. */
static char *
fields_of (const DdValue *object, const char *manager)
{
  const DdValue *entries = dd_value_path (object, "metadata.managedFields");

  for (gsize i = 0; i < dd_value_length (entries); i++)
    {
      const DdValue *entry = dd_value_element (entries, i);

      if (g_strcmp0 (dd_value_path_string (entry, "manager"), manager) == 0)
        return dd_value_to_text (dd_value_member (entry, "fieldsV1"));
    }
  return g_strdup ("nothing");
}

static void
assert_owns (const DdValue *object, const char *manager, const char *wanted)
{
  g_autofree char *fields = fields_of (object, manager);

  ck_assert_msg (strcmp (fields, wanted) == 0, "%s owns %s, not %s", manager, fields, wanted);
}

static const char *
revision_of (const DdValue *object)
{
  return dd_value_path_string (object, "metadata.resourceVersion");
}

/* ---- the recorded exchanges ---- */

START_TEST (recorded_applies_have_the_recorded_outcome)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("server-side-apply.txt");
  g_autofree char *revision = g_strdup ("");

  pass (9 * DD_SECOND); /* to the second in which they were recorded */
  for (guint i = 0; i < exchanges->len; i++)
    {
      const GoldenExchange *exchange = exchanges->pdata[i];
      g_autoptr (SimResponse) response = ask_as_recorded (exchange);
      g_autoptr (DdValue) got = value_of (response);
      g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);

      ck_assert_uint_eq (response->status, exchange->status);
      if (i == 1)
        ck_assert_str_eq (revision_of (got), revision);
      g_free (revision);
      revision = g_strdup (revision_of (got));
      dd_value_set (&got, "metadata.uid", NULL);
      dd_value_set (&wanted, "metadata.uid", NULL);
      dd_value_set (&got, "metadata.resourceVersion", NULL);
      dd_value_set (&wanted, "metadata.resourceVersion", NULL);
      if (i == 6) /* a new object's empty status is not kept */
        dd_value_set (&wanted, "status", NULL);
      assert_same (got, wanted, exchange->text);
    }
}
END_TEST

/* What the recording client had created, as it was read later: it owns what it sent and what was
 * defaulted, but not what others put there since. */
static const struct
{
  const char *file, *api_version, *kind, *collection;
} creations[] = {
  { "object-deployment.txt", "apps/v1", "Deployment", DEPLOYMENTS },
  { "object-statefulset.txt", "apps/v1", "StatefulSet",
    "/apis/apps/v1/namespaces/app/statefulsets" },
  { "object-pdb.txt", "policy/v1", "PodDisruptionBudget",
    "/apis/policy/v1/namespaces/app/poddisruptionbudgets" },
  { "object-daemonset.txt", "apps/v1", "DaemonSet", "/apis/apps/v1/namespaces/app/daemonsets" },
  { "object-service.txt", "v1", "Service", "/api/v1/namespaces/app/services" },
};

START_TEST (a_creation_is_noted_as_a_real_server_noted_it)
{
  static const char *const made_by_others[] = { "status",
                                                "metadata.uid",
                                                "metadata.resourceVersion",
                                                "metadata.managedFields",
                                                "metadata.annotations",
                                                "spec.clusterIP",
                                                "spec.clusterIPs",
                                                "spec.ipFamilies",
                                                "spec.ipFamilyPolicy" };
  g_autoptr (GPtrArray) exchanges = golden_read (creations[_i].file);
  g_autoptr (DdValue) golden = golden_body (exchanges->pdata[0], NULL, NULL);
  g_autofree char *fields = fields_of (golden, "golden-capture");
  g_autoptr (DdValue) sent = dd_value_ref (golden);
  g_autofree char *body = NULL;
  g_autoptr (DdValue) created = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (made_by_others); i++)
    dd_value_set (&sent, made_by_others[i], NULL);
  body = dd_value_to_text (sent);
  created = asked_as (201, "POST", NULL, "golden-capture", creations[_i].collection, body);
  assert_owns (created, "golden-capture", fields);
}
END_TEST

/* OBJECT's entries without their times, in the order of those who wrote. */
static char *
entries_of (const DdValue *object)
{
  const DdValue *entries = dd_value_path (object, "metadata.managedFields");
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (entries); i++)
    {
      g_autoptr (DdValue) entry
          = dd_value_with_member (dd_value_element (entries, i), "time", NULL);

      dd_value_write (entry, text);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

START_TEST (recorded_patches_are_noted_as_they_were)
{
  static const char *const files[] = { "patch-strategic.txt", "patch-merge-and-json.txt" };
  g_autoptr (GPtrArray) before = golden_read (files[0]);
  DdValue *deployment = golden_body (before->pdata[0], NULL, NULL);
  guint compared = 0;

  dd_value_set (&deployment, "kind", NULL);
  dd_value_set (&deployment, "apiVersion", NULL);
  sim_store_put (api->store, kind ("apps/v1", "Deployment"), deployment);
  pass (60 * DD_SECOND);
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autoptr (GPtrArray) exchanges = golden_read (files[f]);

      for (guint i = 0; i < exchanges->len; i++)
        {
          const GoldenExchange *exchange = exchanges->pdata[i];
          g_autoptr (SimResponse) response = NULL;
          g_autoptr (DdValue) body = NULL;
          g_autoptr (DdValue) golden = NULL;
          g_autofree char *got = NULL;
          g_autofree char *wanted = NULL;

          if (exchange->status != 200 || !g_str_has_prefix (exchange->target, DEPLOYMENTS "/web"))
            continue;
          response = ask_as_recorded (exchange);
          body = value_of (response);
          golden = golden_body (exchange, NULL, NULL);
          got = entries_of (body);
          wanted = entries_of (golden);
          ck_assert_msg (strcmp (got, wanted) == 0, "%s\ngot\n%s\nwanted\n%s", exchange->text, got,
                         wanted);
          compared++;
        }
    }
  ck_assert_uint_ge (compared, 7);
}
END_TEST

/* ---- conflicts ---- */

START_TEST (every_conflict_is_told_by_its_owner)
{
  g_autoptr (DdValue) first = apply_map (201, "m", "b", "{\"x\":\"1\",\"y\":\"1\",\"z\":\"1\"}");
  g_autoptr (DdValue) second
      = asked_as (200, "PATCH", MERGE, "tool/v1 (linux)", MAPS "/m", "{\"data\":{\"z\":\"2\"}}");
  g_autoptr (DdValue) refused
      = apply_map (409, "m", "c", "{\"x\":\"3\",\"y\":\"3\",\"z\":\"3\",\"n\":\"3\"}");
  g_autoptr (DdValue) agreed = apply_map (200, "m", "c", "{\"x\":\"1\",\"n\":\"3\"}");

  assert_owns (first, "b", "{\"f:data\":{\"f:x\":{},\"f:y\":{},\"f:z\":{}}}");
  assert_owns (second, "tool", "{\"f:data\":{\"f:z\":{}}}");
  assert_owns (second, "b", "{\"f:data\":{\"f:x\":{},\"f:y\":{}}}");
  assert_message (refused, "Apply failed with 3 conflicts: conflicts with \"b\":\n- .data.x\n- "
                           ".data.y\nconflicts with \"tool\" using v1:\n- .data.z");
  assert_text (
      refused, "details.causes.2",
      "{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"tool\\\" using "
      "v1\",\"field\":\".data.z\"}");
  assert_owns (agreed, "b", "{\"f:data\":{\"f:x\":{},\"f:y\":{}}}");
  assert_owns (agreed, "c", "{\"f:data\":{\"f:n\":{},\"f:x\":{}}}");
}
END_TEST

START_TEST (what_two_apply_stays_when_one_lets_go)
{
  g_autoptr (DdValue) first = apply_map (201, "m", "a", "{\"x\":\"1\",\"y\":\"1\"}");
  g_autoptr (DdValue) second = apply_map (200, "m", "b", "{\"x\":\"1\"}");
  g_autoptr (DdValue) less = apply_map (200, "m", "a", "{}");
  g_autoptr (DdValue) nothing = apply_map (200, "m", "b", "{}");

  ck_assert_str_ne (revision_of (first), revision_of (second));
  assert_text (less, "data", "{\"x\":\"1\"}");
  assert_owns (less, "a", "{\"f:data\":{}}");
  assert_owns (less, "b", "{\"f:data\":{\"f:x\":{}}}");
  assert_text (nothing, "data.x", "nothing");
}
END_TEST

/* ---- lists ---- */

#define DEPLOYMENT(containers_) \
  "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{" \
  "\"template\":{\"spec\":{\"containers\":" containers_ "}}}}"

static DdValue *
create_deployment (void)
{
  return asked_as (
      201, "POST", NULL, "kubectl-create/1.32", DEPLOYMENTS "?fieldManager=maker",
      "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},"
      "\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{"
      "\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"
      "\"i:1\"}]}}}}");
}

START_TEST (items_of_lists_are_found_by_their_keys)
{
  g_autoptr (DdValue) created = create_deployment ();
  g_autofree char *made = fields_of (created, "maker");
  g_autoptr (DdValue) more = applied (
      200, DEPLOYMENTS "/web?fieldManager=mesh",
      DEPLOYMENT ("[{\"name\":\"proxy\",\"image\":\"p:1\",\"ports\":[{\"containerPort\":80},"
                  "{\"containerPort\":80,\"protocol\":\"UDP\"}]}]"));
  g_autoptr (DdValue) fewer = applied (
      200, DEPLOYMENTS "/web?fieldManager=mesh",
      DEPLOYMENT ("[{\"name\":\"proxy\",\"image\":\"p:1\",\"ports\":[{\"containerPort\":80}]}]"));
  g_autoptr (DdValue) none = applied (200, DEPLOYMENTS "/web?fieldManager=mesh", DEPLOYMENT ("[]"));

  assert_text (created, "spec.template.spec.containers.1", "nothing");
  ck_assert_msg (strstr (made, "\"f:imagePullPolicy\":{}") != NULL, "a default is not noted: %s",
                 made);
  assert_text (more, "spec.template.spec.containers.0.name", "\"c\"");
  assert_text (more, "spec.template.spec.containers.1.ports",
               "[{\"containerPort\":80,\"protocol\":\"TCP\"},{\"containerPort\":80,\"protocol\":"
               "\"UDP\"}]");
  assert_text (fewer, "spec.template.spec.containers.1.ports",
               "[{\"containerPort\":80,\"protocol\":\"TCP\"}]");
  assert_text (none, "spec.template.spec.containers.1", "nothing");
  assert_text (none, "spec.template.spec.containers.0.image", "\"i:1\"");
  assert_owns (none, "mesh", "nothing");
}
END_TEST

/* ---- subresources ---- */

#define STATUS(replicas_) \
  "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{" \
  "\"replicas\":9},\"status\":{\"replicas\":" replicas_ "}}"

START_TEST (the_status_has_owners_of_its_own)
{
  g_autoptr (DdValue) missing
      = applied (404, DEPLOYMENTS "/web/status?fieldManager=a", STATUS ("1"));
  g_autoptr (DdValue) created = create_deployment ();
  g_autoptr (DdValue) first = applied (200, DEPLOYMENTS "/web/status?fieldManager=a", STATUS ("1"));
  g_autoptr (DdValue) second
      = asked_as (200, "PATCH", MERGE, NULL, DEPLOYMENTS "/web/status?fieldManager=b",
                  "{\"status\":{\"readyReplicas\":1}}");
  g_autoptr (DdValue) refused
      = applied (409, DEPLOYMENTS "/web/status?fieldManager=c", STATUS ("2"));
  g_autoptr (DdValue) scaled
      = asked_as (200, "PATCH", MERGE, NULL, DEPLOYMENTS "/web/scale?fieldManager=s",
                  "{\"spec\":{\"replicas\":5}}");
  g_autoptr (DdValue) after = asked (200, "GET", DEPLOYMENTS "/web", NULL);

  assert_text (missing, "reason", "\"NotFound\"");
  assert_text (created, "spec.replicas", "2");
  assert_text (first, "spec.replicas", "2");
  assert_text (scaled, "spec.replicas", "5");
  assert_owns (first, "a", "{\"f:status\":{\"f:replicas\":{}}}");
  assert_owns (second, "b", "{\"f:status\":{\"f:readyReplicas\":{}}}");
  assert_message (refused, "Apply failed with 1 conflict: conflict with \"a\" with subresource "
                           "\"status\": .status.replicas");
  assert_owns (after, "s", "{\"f:spec\":{\"f:replicas\":{}}}");
  assert_text (after, "metadata.managedFields.1.subresource", "\"status\"");
  assert_text (after, "metadata.managedFields.3.subresource", "\"scale\"");
}
END_TEST

/* ---- custom resources ---- */

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define WIDGETS "/apis/example.com/v1/namespaces/app/widgets"

START_TEST (a_definition_and_its_resource_are_noted_as_a_real_server_noted_them)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("crd.txt");
  const GoldenExchange *definition = exchanges->pdata[0], *widget = exchanges->pdata[2];
  g_autoptr (SimResponse) defined = ask_as_recorded (definition);
  g_autoptr (SimResponse) made = ask_as_recorded (widget);
  const GoldenExchange *both[] = { definition, widget };
  const SimResponse *answers[] = { defined, made };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autoptr (DdValue) got = value_of (answers[i]);
      g_autoptr (DdValue) golden = golden_body (both[i], NULL, NULL);
      g_autofree char *fields = fields_of (golden, "golden-capture");

      ck_assert_uint_eq (answers[i]->status, 201);
      assert_owns (got, "golden-capture", fields);
    }
}
END_TEST

static void
define_widgets (void)
{
  dd_value_unref (asked (
      201, "POST", DEFINITIONS,
      "{\"metadata\":{\"name\":\"widgets.example.com\"},\"spec\":{\"group\":\"example.com\","
      "\"scope\":"
      "\"Namespaced\",\"names\":{\"plural\":\"widgets\",\"kind\":\"Widget\"},\"versions\":[{"
      "\"name\":"
      "\"v1\",\"served\":true,\"storage\":true,\"subresources\":{\"status\":{}},\"schema\":{"
      "\"openAPIV3Schema\":{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\","
      "\"properties\":{\"size\":{\"type\":\"integer\"},\"doors\":{\"type\":\"array\","
      "\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":[\"side\",\"floor\"],"
      "\"items\":{"
      "\"type\":\"object\",\"required\":[\"side\"],\"properties\":{\"side\":{\"type\":\"string\"},"
      "\"floor\":"
      "{\"type\":\"integer\",\"default\":0},\"wide\":{\"type\":\"boolean\"}}}},\"tags\":{\"type\":"
      "\"array\",\"x-kubernetes-list-type\":\"set\",\"items\":{\"type\":\"string\"}},\"plain\":{"
      "\"type\":"
      "\"array\",\"items\":{\"type\":\"string\"}},\"colours\":{\"type\":\"object\","
      "\"additionalProperties\":{\"type\":\"string\"}},\"free\":{\"type\":\"object\","
      "\"x-kubernetes-preserve-unknown-fields\":true}}},\"status\":{\"type\":\"object\","
      "\"properties\":{\"size\":{\"type\":\"integer\"}}}}}}}]}}"));
}

#define WIDGET(rest_) "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, " rest_ "}"

START_TEST (a_custom_resource_is_applied_by_its_schema)
{
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autoptr (DdValue) less = NULL;
  g_autoptr (DdValue) refused = NULL;
  g_autoptr (DdValue) wrong = NULL;

  define_widgets ();
  first = applied (
      201, WIDGETS "/w?fieldManager=a",
      WIDGET ("spec: {size: 1, doors: [{side: left}], tags: [x, z], plain: [p], colours: "
              "{red: deep}, free: {a: {b: [1]}}}, status: {size: 9}"));
  second = applied (
      200, WIDGETS "/w?fieldManager=b",
      WIDGET ("spec: {doors: [{side: right, wide: true}], tags: [c], free: {a: {c: 1}}}"));
  less = applied (200, WIDGETS "/w?fieldManager=a", WIDGET ("spec: {size: 1, tags: [z]}"));
  refused = applied (409, WIDGETS "/w?fieldManager=b", WIDGET ("spec: {size: 2}"));
  wrong = applied (500, WIDGETS "/w?fieldManager=b", WIDGET ("spec: {size: big, nope: 1}"));
  assert_owns (
      first, "a",
      "{\"f:spec\":{\"f:colours\":{\"f:red\":{}},\"f:doors\":{\"k:{\\\"floor\\\":0,"
      "\\\"side\\\":\\\"left\\\"}\":{\".\":{},\"f:side\":{}}},\"f:free\":{\"f:a\":{\".\":{},\"f:"
      "b\":"
      "{}}},\"f:plain\":{},\"f:size\":{},\"f:tags\":{\"v:\\\"x\\\"\":{},\"v:\\\"z\\\"\":{}}}}");
  assert_text (second, "spec.doors",
               "[{\"floor\":0,\"side\":\"left\"},{\"floor\":0,\"side\":\"right\",\"wide\":true}]");
  assert_text (second, "spec.free", "{\"a\":{\"b\":[1],\"c\":1}}");
  assert_text (
      less, "spec",
      "{\"doors\":[{\"floor\":0,\"side\":\"right\",\"wide\":true}],\"free\":{\"a\":{\"c\":1}},"
      "\"size\":1,\"tags\":[\"z\",\"c\"]}");
  assert_message (refused, "Apply failed with 1 conflict: conflict with \"a\": .spec.size");
  assert_message (wrong,
                  "failed to create typed patch object (/w; example.com/v1, Kind=Widget): errors:\n"
                  "  .spec.size: expected numeric (int or float), got string\n"
                  "  .spec.nope: field not declared in schema");
}
END_TEST

/* ---- before the first apply, and from client-side apply ---- */

START_TEST (what_nobody_was_noted_for_belonged_to_somebody_before)
{
  g_autoptr (DdValue) refused = NULL;
  g_autoptr (DdValue) taken = NULL;

  sim_store_put (api->store, kind ("v1", "ConfigMap"),
                 json ("{\"metadata\":{\"name\":\"old\",\"namespace\":\"app\",\"uid\":\"u\"},"
                       "\"data\":{\"x\":\"1\"}}"));
  refused = apply_map (409, "old", "me", "{\"x\":\"2\"}");
  taken = apply_map (200, "old", "me", "{\"x\":\"1\",\"y\":\"2\"}");
  assert_message (refused, "Apply failed with 1 conflict: conflict with \"before-first-apply\" "
                           "using v1: .data.x");
  assert_owns (taken, "before-first-apply", "{\"f:data\":{\".\":{},\"f:x\":{}}}");
  assert_owns (taken, "me", "{\"f:data\":{\"f:x\":{},\"f:y\":{}}}");
}
END_TEST

START_TEST (kubectl_takes_over_what_its_client_side_apply_made)
{
  static const char *const manifest
      = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\","
        "\"annotations\":"
        "{\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"apiVersion\\\":\\\"v1\\\","
        "\\\"kind\\\":\\\"ConfigMap\\\",\\\"metadata\\\":{\\\"name\\\":\\\"m\\\"},\\\"data\\\":{"
        "\\\"x\\\":\\\"1\\\",\\\"y\\\":\\\"1\\\"}}\\n\"}},\"data\":{\"x\":\"1\",\"y\":\"1\"}}";
  g_autoptr (DdValue) created = asked_as (201, "POST", NULL, NULL,
                                          MAPS "?fieldManager=kubectl-client-side-apply", manifest);
  g_autoptr (DdValue) changed = asked_as (200, "PATCH", MERGE, NULL, MAPS "/m?fieldManager=edit",
                                          "{\"data\":{\"y\":\"2\"}}");
  g_autoptr (DdValue) stranger = apply_map (409, "m", "other", "{\"x\":\"<2>\"}");
  g_autoptr (DdValue) refused = apply_map (409, "m", "kubectl", "{\"x\":\"2\",\"y\":\"3\"}");
  g_autoptr (DdValue) taken = apply_map (200, "m", "kubectl", "{\"x\":\"<2>\"}");

  assert_owns (created, "kubectl-client-side-apply",
               "{\"f:data\":{\".\":{},\"f:x\":{},\"f:y\":{}},\"f:metadata\":{\"f:annotations\":{"
               "\".\":{},\"f:kubectl.kubernetes.io/last-applied-configuration\":{}}}}");
  assert_owns (changed, "edit", "{\"f:data\":{\"f:y\":{}}}");
  assert_message (stranger, "Apply failed with 1 conflict: conflict with "
                            "\"kubectl-client-side-apply\" using v1: .data.x");
  assert_message (refused,
                  "Apply failed with 1 conflict: conflict with \"edit\" using v1: .data.y");
  assert_text (taken, "data", "{\"x\":\"<2>\",\"y\":\"2\"}");
  assert_owns (taken, "kubectl", "{\"f:data\":{\"f:x\":{}}}");
  ck_assert_str_eq (
      dd_value_string (dd_value_at (taken, "metadata", "annotations",
                                    "kubectl.kubernetes.io/last-applied-configuration", NULL)),
      "{\"apiVersion\":\"v1\",\"data\":{\"x\":\"\\u003c2\\u003e\"},\"kind\":\"ConfigMap\","
      "\"metadata\":{\"name\":\"m\"}}\n");
}
END_TEST

/* What kubectl sends after that: the entries put together, by a JSON patch. */
START_TEST (managed_fields_can_be_written_and_cleared)
{
  g_autoptr (DdValue) created = apply_map (201, "m", "a", "{\"x\":\"1\"}");
  g_autoptr (DdValue) given = asked_as (
      200, "PATCH", "application/json-patch+json", NULL, MAPS "/m",
      "[{\"op\":\"replace\",\"path\":\"/metadata/managedFields\",\"value\":[{\"manager\":\"z\","
      "\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{"
      "\"f:data\":{\"f:y\":{},\"f:x\":{}}}}]}]");
  g_autoptr (DdValue) odd = asked_as (
      200, "PATCH", MERGE, NULL, MAPS "/m",
      "{\"metadata\":{\"managedFields\":[{\"manager\":\"q\",\"operation\":\"Guess\"}]}}");
  g_autoptr (DdValue) cleared
      = asked_as (200, "PATCH", MERGE, NULL, MAPS "/m", "{\"metadata\":{\"managedFields\":[{}]}}");
  g_autoptr (DdValue) later
      = asked_as (200, "PATCH", MERGE, NULL, MAPS "/m", "{\"data\":{\"w\":\"1\"}}");
  g_autoptr (DdValue) again = apply_map (200, "m", "a", "{\"x\":\"1\"}");
  g_autoptr (DdValue) emptied
      = asked_as (200, "PATCH", MERGE, NULL, MAPS "/m", "{\"metadata\":{\"managedFields\":[]}}");

  assert_owns (created, "a", "{\"f:data\":{\"f:x\":{}}}");
  assert_owns (given, "a", "nothing");
  assert_owns (given, "z", "{\"f:data\":{\"f:x\":{},\"f:y\":{}}}");
  assert_owns (odd, "z", "{\"f:data\":{\"f:x\":{},\"f:y\":{}}}");
  assert_text (cleared, "metadata.managedFields", "nothing");
  assert_text (later, "metadata.managedFields", "nothing");
  assert_owns (again, "before-first-apply", "{\"f:data\":{\".\":{},\"f:w\":{},\"f:x\":{}}}");
  assert_text (emptied, "metadata.managedFields", "nothing");
}
END_TEST

/* ---- many owners, and no change ---- */

START_TEST (of_many_updaters_the_oldest_become_one)
{
  g_autoptr (DdValue) last = NULL;

  dd_value_unref (apply_map (201, "m", "a", "{\"x\":\"1\"}"));
  for (guint i = 0; i < 13; i++)
    {
      g_autofree char *target = g_strdup_printf (MAPS "/m?fieldManager=u%02u", i);
      g_autofree char *body = g_strdup_printf ("{\"data\":{\"k%02u\":\"1\"}}", i);

      pass (DD_SECOND);
      g_clear_pointer (&last, dd_value_unref);
      last = asked_as (200, "PATCH", MERGE, NULL, target, body);
    }
  ck_assert_uint_eq (dd_value_length (dd_value_path (last, "metadata.managedFields")), 11);
  assert_owns (last, "ancient-changes",
               "{\"f:data\":{\"f:k00\":{},\"f:k01\":{},\"f:k02\":{},\"f:k03\":{}}}");
  assert_owns (last, "u04", "{\"f:data\":{\"f:k04\":{}}}");
}
END_TEST

START_TEST (an_apply_that_changes_nothing_writes_nothing)
{
  g_autoptr (DdValue) first = apply_map (201, "m", "a", "{\"x\":\"1\"}");
  g_autoptr (DdValue) dry = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autoptr (DdValue) third = NULL;

  pass (60 * DD_SECOND);
  dry = applied (200, MAPS "/m?fieldManager=a&dryRun=All",
                 "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {x: '2'}}");
  second = apply_map (200, "m", "a", "{\"x\":\"1\"}");
  third
      = asked_as (200, "PATCH", MERGE, NULL, MAPS "/m?fieldManager=b", "{\"data\":{\"x\":\"1\"}}");
  assert_text (dry, "data.x", "\"2\"");
  assert_same (second, first, "applied again");
  assert_same (third, first, "patched with the same");
}
END_TEST

START_TEST (a_dry_run_creates_nothing)
{
  g_autoptr (DdValue) dry = applied (201, MAPS "/m?fieldManager=a&dryRun=All",
                                     "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}");
  g_autoptr (DdValue) missing = asked (404, "GET", MAPS "/m", NULL);

  assert_text (dry, "metadata.name", "\"m\"");
  assert_text (missing, "reason", "\"NotFound\"");
}
END_TEST

/* ---- refusals ---- */

#define LONG_NAME \
  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123" \
  "45678901234567890123456789012345678"

static const struct
{
  guint status;
  const char *query, *body, *message;
} refusals[] = {
  { 400, "fieldManager=a", "[]",
    "error decoding YAML: json: cannot unmarshal array into Go value of type map[string]interface "
    "{}" },
  { 400, "fieldManager=a", "{apiVersion: v1, kind: Secret, metadata: {name: m}}",
    "invalid object type: /v1, Kind=Secret" },
  { 400, "fieldManager=a", "{apiVersion: apps/v1, kind: ConfigMap, metadata: {name: m}}",
    "invalid object type: apps/v1, Kind=ConfigMap" },
  { 400, "fieldManager=a", "{apiVersion: v1, kind: ConfigMap, metadata: {name: o}}",
    "the name of the object (o) does not match the name on the URL (m)" },
  { 409, "fieldManager=a", "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, uid: u}}",
    "Operation cannot be fulfilled on configmaps \"m\": uid mismatch: the provided object "
    "specified uid u, and no existing object was found" },
  { 500, "fieldManager=a", "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: 1}}",
    "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .data.a: expected string, got "
    "&value.valueUnstructured{Value:1}" },
  { 422, "fieldManager=a%09b", "{}",
    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\tb\": invalid "
    "character U+0009 (at position 1)" },
  { 422, "fieldManager=" LONG_NAME, "{}",
    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 "
    "bytes" },
  { 400, "fieldManager=a&fieldValidation=Strict",
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":"
    "\"1\",\"a\":\"2\"}}",
    "error strict decoding YAML: duplicate field \"data.a\"" },
};

START_TEST (what_cannot_be_applied_is_refused)
{
  g_autofree char *target = g_strdup_printf (MAPS "/m?%s", refusals[_i].query);
  g_autoptr (DdValue) status = applied (refusals[_i].status, target, refusals[_i].body);

  assert_message (status, refusals[_i].message);
}
END_TEST

START_TEST (what_is_no_yaml_is_refused)
{
  g_autoptr (DdValue) status = applied (400, MAPS "/m?fieldManager=a", "a: [");

  ck_assert (g_str_has_prefix (dd_value_path_string (status, "message"), "error decoding YAML: "));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("apply");
  TCase *cases = tcase_create ("apply");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, recorded_applies_have_the_recorded_outcome);
  tcase_add_loop_test (cases, a_creation_is_noted_as_a_real_server_noted_it, 0,
                       G_N_ELEMENTS (creations));
  tcase_add_test (cases, recorded_patches_are_noted_as_they_were);
  tcase_add_test (cases, every_conflict_is_told_by_its_owner);
  tcase_add_test (cases, what_two_apply_stays_when_one_lets_go);
  tcase_add_test (cases, items_of_lists_are_found_by_their_keys);
  tcase_add_test (cases, the_status_has_owners_of_its_own);
  tcase_add_test (cases, a_definition_and_its_resource_are_noted_as_a_real_server_noted_them);
  tcase_add_test (cases, a_custom_resource_is_applied_by_its_schema);
  tcase_add_test (cases, what_nobody_was_noted_for_belonged_to_somebody_before);
  tcase_add_test (cases, kubectl_takes_over_what_its_client_side_apply_made);
  tcase_add_test (cases, managed_fields_can_be_written_and_cleared);
  tcase_add_test (cases, of_many_updaters_the_oldest_become_one);
  tcase_add_test (cases, an_apply_that_changes_nothing_writes_nothing);
  tcase_add_test (cases, a_dry_run_creates_nothing);
  tcase_add_loop_test (cases, what_cannot_be_applied_is_refused, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (cases, what_is_no_yaml_is_refused);
  suite_add_tcase (suite, cases);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
