/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds' tables: that they hold together, and what their hooks make of objects. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/serve/table.h"

/* ---- every table ---- */

static gboolean
has_field (const KubeStruct *type, const char *name)
{
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    if (strcmp (field->name, name) == 0)
      return TRUE;
  return FALSE;
}

static void
check_fallback (const KubeStruct *type, const KubeField *field)
{
  g_autoptr (DdValue) value = json ("%s", field->fallback);
  gboolean allowed = field->values == NULL;

  for (guint i = 0; field->values != NULL && field->values[i] != NULL; i++)
    allowed = allowed || g_strcmp0 (dd_value_string (value), field->values[i]) == 0;
  ck_assert_msg (allowed, "%s.%s: %s is no value of it", type->name, field->name, field->fallback);
}

static void
check_field (const KubeStruct *type, const KubeField *field)
{
  gboolean holds_objects
      = field->type == KUBE_OBJECT
        || ((field->type == KUBE_LIST || field->type == KUBE_MAP) && field->element == KUBE_OBJECT);

  ck_assert_msg (field->description != NULL && field->description[0] != '\0',
                 "%s.%s has no description", type->name, field->name);
  ck_assert_msg ((field->of != NULL) == holds_objects, "%s.%s: of what?", type->name, field->name);
  ck_assert_msg (field->merge_key == NULL || has_field (field->of, field->merge_key),
                 "%s.%s: no merge key %s", type->name, field->name, field->merge_key);
  if (field->fallback != NULL)
    check_fallback (type, field);
}

/* A message that holds inline fields has a number beside the others. */
static void
check_number (const KubeStruct *type, const KubeField *field, GHashTable *numbers)
{
  guint place = field->within << 16 | field->number;
  gpointer holder = GUINT_TO_POINTER (field->within << 16);

  ck_assert_msg (field->number > 0, "%s.%s has no number: see k8s.io/api's generated.proto",
                 type->name, field->name);
  ck_assert_msg (g_hash_table_insert (numbers, GUINT_TO_POINTER (place), NULL),
                 "%s.%s: number %u stands there twice", type->name, field->name, field->number);
  ck_assert_msg (field->within == 0
                     || !g_hash_table_contains (numbers, GUINT_TO_POINTER (field->within)),
                 "%s.%s: number %u is another field's", type->name, field->name, field->within);
  if (field->within != 0)
    g_hash_table_insert (numbers, holder, NULL);
  else
    ck_assert_msg (!g_hash_table_contains (numbers, GUINT_TO_POINTER (field->number << 16)),
                   "%s.%s: number %u holds others", type->name, field->name, field->number);
}

/* NUMBERED: it goes through protobuf. */
static void
check_struct (const KubeStruct *type, gboolean numbered, GHashTable *seen)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  gboolean is_kind = has_field (type, "metadata") && has_field (type, "kind");

  if (!g_hash_table_add (seen, (gpointer) type))
    return;
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      ck_assert_msg (g_hash_table_add (names, (gpointer) field->name), "%s.%s stands there twice",
                     type->name, field->name);
      check_field (type, field);
      if (numbered && (!is_kind || !kube_schema_is_type_meta (field->name)))
        check_number (type, field, numbers);
      if (field->of != NULL)
        check_struct (field->of, numbered, seen);
    }
}

static void
check_numbers (const KubeStruct *type, GHashTable *seen)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);

  if (!g_hash_table_add (seen, (gpointer) type))
    return;
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      check_number (type, field, numbers);
      if (field->of != NULL)
        check_numbers (field->of, seen);
    }
}

START_TEST (every_message_has_its_numbers)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  check_numbers (kube_messages[_i].type, seen);
}
END_TEST

START_TEST (every_structure_holds_together)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  check_struct (kube_kinds[_i]->type, (kube_kinds[_i]->flags & KUBE_JSON_ONLY) == 0, seen);
  ck_assert (has_field (kube_kinds[_i]->type, "metadata"));
  ck_assert_int_eq (has_field (kube_kinds[_i]->type, "status"),
                    (kube_kinds[_i]->subresources & KUBE_SUB_STATUS) != 0
                        || (kube_kinds[_i]->flags & KUBE_IS_ASKED) != 0);
}
END_TEST

START_TEST (columns_and_indexes_lead_to_fields)
{
  const KubeKind *its = kube_kinds[_i];

  if (its->to_stored != NULL)
    its = kube_kind_stored (its); /* which is printed */
  for (const KubeColumn *column = its->columns; column->name != NULL; column++)
    {
      ck_assert_msg (column->path == NULL || kube_struct_field (its->type, column->path) != NULL,
                     "%s, %s: no field %s", its->kind, column->name, column->path);
      ck_assert_msg (column->path != NULL || column->cell != NULL, "%s, %s: no cell", its->kind,
                     column->name);
    }
  for (guint i = 0; its->indexes != NULL && its->indexes[i] != NULL; i++)
    ck_assert_ptr_nonnull (kube_struct_field (its->type, its->indexes[i]));
}
END_TEST

START_TEST (kinds_stand_in_order)
{
  for (guint i = 1; i < kube_n_kinds; i++)
    {
      int order = strcmp (kube_kinds[i - 1]->group, kube_kinds[i]->group);

      if (order == 0)
        order = kube_version_compare (kube_kinds[i - 1]->version, kube_kinds[i]->version);
      if (order == 0)
        order = strcmp (kube_kinds[i - 1]->plural, kube_kinds[i]->plural);
      ck_assert_int_lt (order, 0);
    }
}
END_TEST

/* ---- defaults, against a real server's ---- */

/* The parts of an object that its creator did not send, and the server filled in. */
static const struct
{
  const char *file, *api_version, *kind, *sent;
} defaulted[] = {
  { "object-deployment.txt", "apps/v1", "Deployment",
    "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":"
    "{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":"
    "{\"containers\":[{\"name\":\"c\",\"image\":\"img:1\",\"ports\":[{\"name\":\"http\","
    "\"containerPort\":8080}],\"env\":[{\"name\":\"A\",\"value\":\"1\"},"
    "{\"name\":\"B\",\"value\":\"2\"}]}]}}}}" },
  { "object-daemonset.txt", "apps/v1", "DaemonSet",
    "{\"metadata\":{\"name\":\"ds\"},\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"ds\"}},"
    "\"template\":{\"metadata\":{\"labels\":{\"app\":\"ds\"}},\"spec\":{\"containers\":"
    "[{\"name\":\"c\",\"image\":\"img:1\"}]}}}}" },
  { "object-pdb.txt", "policy/v1", "PodDisruptionBudget",
    "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"minAvailable\":3,\"selector\":"
    "{\"matchLabels\":{\"app\":\"web\"}}}}" },
  { "object-service.txt", "v1", "Service",
    "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":\"web\"},"
    "\"ports\":[{\"port\":80,\"targetPort\":\"http\"}]}}" },
};

static DdValue *
spec_without_addresses (const DdValue *object)
{
  DdValue *spec = dd_value_ref (dd_value_member (object, "spec"));

  dd_value_set (&spec, "clusterIP", NULL);
  dd_value_set (&spec, "clusterIPs", NULL);
  return spec;
}

START_TEST (specs_are_filled_in_as_by_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read (defaulted[_i].file);
  g_autoptr (DdValue) golden = golden_body (exchanges->pdata[0], NULL, NULL);
  g_autoptr (SimObject) object = create (kind (defaulted[_i].api_version, defaulted[_i].kind),
                                         "app", json ("%s", defaulted[_i].sent));
  g_autoptr (DdValue) got = spec_without_addresses (object->value);
  g_autoptr (DdValue) wanted = spec_without_addresses (golden);

  assert_same (got, wanted, defaulted[_i].kind);
}
END_TEST

/* The recorded pod without what it was given later: a node, a name for the token's volume. */
static DdValue *
pod_spec_of (const DdValue *pod)
{
  DdValue *spec = dd_value_ref (dd_value_member (pod, "spec"));
  const char *volume = dd_value_path_string (spec, "volumes.0.name");
  g_autofree char *text = dd_value_to_text (spec);
  g_autoptr (GString) renamed = g_string_new (text);

  ck_assert (g_str_has_prefix (volume, "kube-api-access-"));
  ck_assert_uint_eq (strlen (volume), strlen ("kube-api-access-") + 5);
  g_string_replace (renamed, volume, "TOKEN", 0);
  dd_value_unref (spec);
  spec = json ("%s", renamed->str);
  dd_value_set (&spec, "nodeName", NULL);
  return spec;
}

START_TEST (a_pod_is_admitted_as_by_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-pods-of-deployment.txt");
  g_autoptr (DdValue) list = golden_body (exchanges->pdata[0], NULL, NULL);
  g_autoptr (SimObject) pod
      = create (kind ("v1", "Pod"), "app",
                json ("{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\","
                      "\"image\":\"img:1\",\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],"
                      "\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"2\"}]}"
                      "]}}"));
  g_autoptr (DdValue) got = pod_spec_of (pod->value);
  g_autoptr (DdValue) wanted = pod_spec_of (dd_value_path (list, "items.0"));
  g_autoptr (DdValue) status = json ("{\"phase\":\"Pending\",\"qosClass\":\"BestEffort\"}");

  assert_same (got, wanted, "spec");
  assert_same (dd_value_member (pod->value, "status"), status, "status");
}
END_TEST

static SimObject *
pod_with (const char *spec, GError **error)
{
  g_autoptr (DdValue) object
      = json ("{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\","
              "\"image\":\"img:1\"}]%s}}",
              spec);

  return kube_create (api, kind ("v1", "Pod"), "app", object, error);
}

START_TEST (an_image_without_a_fixed_tag_is_always_pulled)
{
  static const struct
  {
    const char *image, *policy;
  } rows[] = {
    { "nginx", "Always" },
    { "nginx:latest", "Always" },
    { "nginx:1.27", "IfNotPresent" },
    { "registry:5000/nginx", "Always" },
    { "registry:5000/nginx:1", "IfNotPresent" },
    { "nginx@sha256:0123", "IfNotPresent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimObject) pod
          = create (kind ("v1", "Pod"), "app",
                    json ("{\"metadata\":{\"name\":\"p%u\"},\"spec\":{\"containers\":"
                          "[{\"name\":\"c\",\"image\":\"%s\"}]}}",
                          i, rows[i].image));

      ck_assert_str_eq (dd_value_path_string (pod->value, "spec.containers.0.imagePullPolicy"),
                        rows[i].policy);
    }
}
END_TEST

START_TEST (resources_decide_the_quality_of_service)
{
  static const struct
  {
    const char *resources, *quality;
  } rows[] = {
    { "{}", "BestEffort" },
    { "{\"requests\":{\"cpu\":\"1\"}}", "Burstable" },
    { "{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}", "Guaranteed" },
    { "{\"limits\":{\"cpu\":\"1\"}}", "Burstable" },
    { "{\"requests\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"},"
      "\"limits\":{\"cpu\":\"0.5\",\"memory\":\"1024Mi\"}}",
      "Guaranteed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimObject) pod
          = create (kind ("v1", "Pod"), "app",
                    json ("{\"metadata\":{\"name\":\"p%u\"},\"spec\":{\"containers\":"
                          "[{\"name\":\"c\",\"image\":\"i:1\",\"resources\":%s}]}}",
                          i, rows[i].resources));

      ck_assert_str_eq (dd_value_path_string (pod->value, "status.qosClass"), rows[i].quality);
    }
}
END_TEST

START_TEST (tolerations_that_are_there_are_not_added_again)
{
  g_autoptr (SimObject) pod = pod_with (",\"tolerations\":[{\"operator\":\"Exists\"}]", NULL);

  ck_assert_uint_eq (dd_value_length (dd_value_path (pod->value, "spec.tolerations")), 1);
}
END_TEST

/* Sources: plugin/pkg/admission/priority, admitPod; pkg/apis/scheduling/v1. */
START_TEST (priority_comes_from_the_class)
{
  static const struct
  {
    const char *spec;
    gint64 priority;
    const char *policy, *refusal;
  } rows[] = {
    { ",\"priorityClassName\":\"system-node-critical\"", 2000001000, "PreemptLowerPriority", NULL },
    { ",\"priorityClassName\":\"patient\"", 50, "Never", NULL },
    { "", 7, "PreemptLowerPriority", NULL },
    { ",\"priorityClassName\":\"high\"", 0, NULL, "no PriorityClass with name high was found" },
    { ",\"priority\":9", 0, NULL,
      "the integer value of priority (9) must not be provided in pod spec; priority admission "
      "controller computed 7 from the given PriorityClass name" },
    { ",\"preemptionPolicy\":\"Never\"", 0, NULL,
      "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority "
      "admission controller computed PreemptLowerPriority from the given PriorityClass name" },
  };
  const KubeKind *class = kind ("scheduling.k8s.io/v1", "PriorityClass");

  sim_object_unref (create (class, NULL,
                            json ("{\"metadata\":{\"name\":\"patient\"},\"value\":50,"
                                  "\"preemptionPolicy\":\"Never\"}")));
  sim_object_unref (create (class, NULL,
                            json ("{\"metadata\":{\"name\":\"usual\"},\"value\":7,"
                                  "\"globalDefault\":true}")));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) pod = pod_with (rows[i].spec, &error);
      g_autofree char *message = g_strconcat ("pods \"p\" is forbidden: ", rows[i].refusal, NULL);

      if (rows[i].refusal != NULL)
        {
          ck_assert_ptr_null (pod);
          ck_assert_str_eq (error->message, message);
          continue;
        }
      ck_assert_msg (pod != NULL, "row %u: %s", i, error != NULL ? error->message : "");
      ck_assert_int_eq (dd_value_path_int (pod->value, "spec.priority", 0), rows[i].priority);
      ck_assert_str_eq (dd_value_path_string (pod->value, "spec.preemptionPolicy"), rows[i].policy);
      sim_store_remove (api->store, pod);
    }
}
END_TEST

/* Sources: pkg/apis/scheduling/validation, validatePriorityClass, the storage's Delete. */
START_TEST (priority_classes_have_rules_of_their_own)
{
  static const struct
  {
    const char *method, *name, *body;
    guint status;
    const char *says;
  } rows[] = {
    { "POST", "", "{\"metadata\":{\"name\":\"usual\"},\"value\":7,\"globalDefault\":true}", 201,
      NULL },
    { "POST", "", "{\"metadata\":{\"name\":\"more\"},\"value\":8,\"globalDefault\":true}", 403,
      "PriorityClass usual is already marked as default. Only one default can exist" },
    { "POST", "", "{\"metadata\":{\"name\":\"top\"},\"value\":1000000001}", 422,
      "value: Forbidden: maximum allowed value of a user defined priority is 1000000000" },
    { "POST", "", "{\"metadata\":{\"name\":\"system-mine\"},\"value\":1}", 422,
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for "
      "system use only. error: system-mine is not a known system priority class" },
    { "PATCH", "/usual", "{\"value\":8}", 422,
      "value: Forbidden: may not be changed in an update." },
    { "PATCH", "/usual", "{\"preemptionPolicy\":\"Never\"}", 422,
      "preemptionPolicy: Invalid value: \"Never\": field is immutable" },
    { "PATCH", "/usual", "{\"description\":\"of most\"}", 200, NULL },
    { "DELETE", "/system-node-critical", NULL, 403,
      "this is a system priority class and cannot be deleted" },
    { "DELETE", "/usual", NULL, 200, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *target
          = g_strconcat ("/apis/scheduling.k8s.io/v1/priorityclasses", rows[i].name, NULL);
      Manner manner
          = { .type
              = g_str_equal (rows[i].method, "PATCH") ? "application/merge-patch+json" : NULL };
      g_autoptr (SimResponse) response = ask_in (manner, rows[i].method, target, rows[i].body);
      g_autofree char *text = text_of (response);
      g_autoptr (DdValue) value = value_of (response);
      const char *message = dd_value_path_string (value, "message");

      ck_assert_msg (response->status == rows[i].status, "row %u: %s", i, text);
      if (rows[i].says != NULL)
        ck_assert_msg (strstr (message, rows[i].says) != NULL, "row %u: %s", i, message);
    }
}
END_TEST

START_TEST (a_pod_without_its_account_is_refused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) pod = pod_with (",\"serviceAccountName\":\"ghost\"", &error);

  ck_assert_ptr_null (pod);
  ck_assert_str_eq (error->message,
                    "pods \"p\" is forbidden: error looking up service account app/ghost: "
                    "serviceaccount \"ghost\" not found");
}
END_TEST

START_TEST (of_a_pods_spec_only_a_little_may_change)
{
  static const struct
  {
    const char *patch;
    guint status;
  } rows[] = {
    { "{\"spec\":{\"nodeName\":\"n\"}}", 422 },
    { "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"img:2\"}]}}", 200 },
    { "{\"spec\":{\"containers\":[{\"name\":\"d\"}]}}", 422 },
    { "{\"spec\":{\"activeDeadlineSeconds\":5}}", 200 },
    { "{\"spec\":{\"tolerations\":[]}}", 422 },
    { "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", 200 },
  };

  sim_object_unref (pod_with ("", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimResponse) response
          = ask_in ((Manner) { .type = "application/strategic-merge-patch+json" }, "PATCH",
                    "/api/v1/namespaces/app/pods/p", rows[i].patch);

      ck_assert_msg (response->status == rows[i].status, "%s: %u", rows[i].patch, response->status);
    }
}
END_TEST

START_TEST (a_cluster_holds_as_many_pods_as_are_modelled)
{
  g_autoptr (DdValue) object
      = json ("{\"metadata\":{\"generateName\":\"p-\"},\"spec\":{\"containers\":"
              "[{\"name\":\"c\",\"image\":\"i\"}]}}");
  g_autoptr (GError) error = NULL;

  for (guint i = sim_store_count (api->store, &kube_pod); i < KUBE_MAX_PODS; i++)
    {
      g_autoptr (SimObject) pod = kube_create (api, &kube_pod, "app", object, NULL);

      ck_assert_ptr_nonnull (pod);
    }
  ck_assert_ptr_null (kube_create (api, &kube_pod, "app", object, &error));
  ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_FORBIDDEN));
  ck_assert_ptr_nonnull (strstr (error->message, "used: pods=20000, limited: pods=20000"));
}
END_TEST

/* ---- other kinds ---- */

START_TEST (mistakes_are_named_field_by_field)
{
  static const struct
  {
    const char *api_version, *kind, *object, *field;
  } rows[] = {
    { "v1", "Pod", "\"spec\":{\"containers\":[{\"name\":\"C\",\"image\":\"i\"}]}",
      "spec.containers[0].name" },
    { "v1", "Pod", "\"spec\":{\"containers\":[{\"name\":\"c\"}]}", "spec.containers[0].image" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"},{\"name\":\"c\",\"image\":\"i\"}]"
      "}",
      "spec.containers[1].name" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"volumeMounts\":"
      "[{\"name\":\"v\",\"mountPath\":\"/v\"}]}]}",
      "spec.containers[0].volumeMounts[0].name" },
    { "policy/v1", "PodDisruptionBudget", "\"spec\":{\"minAvailable\":1,\"maxUnavailable\":1}",
      "spec" },
    { "policy/v1", "PodDisruptionBudget", "\"spec\":{\"minAvailable\":-1}", "spec.minAvailable" },
    { "policy/v1", "PodDisruptionBudget", "\"spec\":{\"maxUnavailable\":\"101%\"}",
      "spec.maxUnavailable" },
    { "policy/v1", "PodDisruptionBudget", "\"spec\":{\"maxUnavailable\":\"few\"}",
      "spec.maxUnavailable" },
    { "v1", "Service", "\"spec\":{}", "spec.ports" },
    { "v1", "Node", "\"spec\":{\"taints\":[{\"key\":\"k\",\"effect\":\"Bad\"}]}",
      "metadata.taints[0].effect" },
    { "apps/v1", "Deployment",
      "\"spec\":{\"replicas\":-1,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":"
      "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\","
      "\"image\":\"i\"}]}}}",
      "spec.replicas" },
    { "apps/v1", "Deployment",
      "\"spec\":{\"replicas\":2147483647,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
      "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":"
      "[{\"name\":\"c\",\"image\":\"i\"}]}}}",
      "spec.replicas" },
    { "apps/v1", "Deployment",
      "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"strategy\":{\"rollingUpdate\":"
      "{\"maxUnavailable\":0,\"maxSurge\":\"0%\"}},\"template\":{\"metadata\":{\"labels\":"
      "{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}",
      "spec.strategy.rollingUpdate.maxUnavailable" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":{\"requests\":{"
      "\"cup\":\"1\"}}}]}",
      "spec.containers[0].resources.requests[cup]" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"lifecycle\":{\"preStop\":{}}}]}",
      "spec.containers[0].lifecycle.preStop" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"lifecycle\":{\"preStop\":{"
      "\"exec\":{\"command\":[\"a\"]},\"sleep\":{\"seconds\":1}}}}]}",
      "spec.containers[0].lifecycle.preStop.sleep" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"readinessProbe\":{"
      "\"periodSeconds\":3}}]}",
      "spec.containers[0].readinessProbe" },
    { "v1", "Pod",
      "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"readinessProbe\":{\"tcpSocket\":"
      "{\"port\":1},\"periodSeconds\":-1}}]}",
      "spec.containers[0].readinessProbe.periodSeconds" },
    { "policy/v1", "PodDisruptionBudget",
      "\"spec\":{\"selector\":{\"matchLabels\":{\"a b\":\"c\"}}}", "spec.selector.matchLabels" },
    { "policy/v1", "PodDisruptionBudget",
      "\"spec\":{\"selector\":{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}}",
      "spec.selector.matchExpressions[0].values" },
    { "v1", "PersistentVolumeClaim",
      "\"spec\":{\"accessModes\":[\"ReadWriteOnec\"],\"resources\":{\"requests\":{\"storage\":"
      "\"1Gi\"}}}",
      "spec.accessModes" },
    { "apps/v1", "Deployment",
      "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"strategy\":{\"rollingUpdate\":{"
      "\"maxSurge\":\"25p\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{"
      "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}",
      "spec.strategy.rollingUpdate.maxSurge" },
    { "apps/v1", "DaemonSet",
      "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"updateStrategy\":{"
      "\"rollingUpdate\":{\"maxUnavailable\":0,\"maxSurge\":\"101%\"}},\"template\":{\"metadata\":{"
      "\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}",
      "spec.updateStrategy.rollingUpdate.maxSurge" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const KubeKind *its = kind (rows[i].api_version, rows[i].kind);
      g_autoptr (DdValue) object = json ("{\"metadata\":{\"name\":\"x\"},%s}", rows[i].object);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) made
          = kube_create (api, its, its->namespaced ? "app" : NULL, object, &error);

      ck_assert_msg (made == NULL, "%s was accepted", rows[i].object);
      ck_assert_str_eq (dd_value_path_string (kube_error_details (error), "causes.0.field"),
                        rows[i].field);
    }
}
END_TEST

START_TEST (services_have_addresses_of_their_own)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (SimObject) service
          = create (kind ("v1", "Service"), "app",
                    json ("{\"metadata\":{\"name\":\"s%u\"},\"spec\":{\"type\":\"NodePort\","
                          "\"ports\":[{\"port\":80}]}}",
                          i));
      g_autofree char *port = g_strdup_printf (
          "%" G_GINT64_FORMAT, dd_value_path_int (service->value, "spec.ports.0.nodePort", 0));

      ck_assert (g_hash_table_add (
          seen, g_strdup (dd_value_path_string (service->value, "spec.clusterIP"))));
      ck_assert (g_hash_table_add (seen, g_steal_pointer (&port)));
      ck_assert_int_eq (dd_value_path_int (service->value, "spec.ports.0.targetPort", 0), 80);
    }
}
END_TEST

START_TEST (a_daemon_sets_template_is_counted)
{
  g_autoptr (SimObject) made
      = create (kind ("apps/v1", "DaemonSet"), "app", json ("%s", defaulted[1].sent));
  g_autoptr (DdValue) labels = json ("{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
  g_autoptr (DdValue) image = json ("{\"spec\":{\"template\":{\"spec\":{\"containers\":"
                                    "[{\"name\":\"c\",\"image\":\"img:2\"}]}}}}");
  g_autoptr (SimObject) labelled = kube_merge (api, made->kind, "app", "ds", labels, NULL);
  g_autoptr (SimObject) changed = kube_merge (api, made->kind, "app", "ds", image, NULL);
  static const char key[] = "deprecated.daemonset.template.generation";

  ck_assert_str_eq (
      dd_value_string (dd_value_at (labelled->value, "metadata", "annotations", key, NULL)), "1");
  ck_assert_str_eq (
      dd_value_string (dd_value_at (changed->value, "metadata", "annotations", key, NULL)), "2");
}
END_TEST

START_TEST (namespaces_are_labelled_and_some_are_immortal)
{
  const SimObject *app = stored (kind ("v1", "Namespace"), "", "app");
  g_autoptr (DdValue) status = asked (403, "DELETE", "/api/v1/namespaces/kube-system", NULL);

  ck_assert_str_eq (dd_value_string (dd_value_at (app->value, "metadata", "labels",
                                                  "kubernetes.io/metadata.name", NULL)),
                    "app");
  ck_assert_str_eq (dd_value_path_string (app->value, "spec.finalizers.0"), "kubernetes");
  ck_assert_str_eq (dd_value_path_string (app->value, "status.phase"), "Active");
  ck_assert_str_eq (dd_value_path_string (status, "message"),
                    "namespaces \"kube-system\" is forbidden: this namespace may not be deleted");
}
END_TEST

START_TEST (selectors_are_written_as_kubectl_writes_them)
{
  static const struct
  {
    const char *selector, *text;
  } rows[] = {
    { "{}", "<none>" },
    { "{\"matchLabels\":{\"b\":\"2\",\"a\":\"1\"}}", "a=1,b=2" },
    { "{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"In\",\"values\":[\"y\",\"x\"]},"
      "{\"key\":\"c\",\"operator\":\"DoesNotExist\"}]}",
      "!c,t in (x,y)" },
    { "{\"matchExpressions\":[{\"operator\":\"Exists\"},{\"key\":\"c\",\"operator\":\"Exists\"}]}",
      ",c" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) selector = json ("%s", rows[i].selector);
      g_autofree char *text = kube_label_selector_to_text (selector);

      ck_assert_str_eq (text, rows[i].text);
    }
}
END_TEST

static void
add_pods (TCase *tcase)
{
  tcase_add_test (tcase, a_pod_is_admitted_as_by_a_real_server);
  tcase_add_test (tcase, an_image_without_a_fixed_tag_is_always_pulled);
  tcase_add_test (tcase, resources_decide_the_quality_of_service);
  tcase_add_test (tcase, tolerations_that_are_there_are_not_added_again);
  tcase_add_test (tcase, priority_comes_from_the_class);
  tcase_add_test (tcase, priority_classes_have_rules_of_their_own);
  tcase_add_test (tcase, a_pod_without_its_account_is_refused);
  tcase_add_test (tcase, of_a_pods_spec_only_a_little_may_change);
}

int
main (void)
{
  Suite *suite = suite_create ("kube-kinds");
  TCase *tcase = tcase_create ("kube-kinds");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_loop_test (tcase, every_structure_holds_together, 0, (int) kube_n_kinds);
  tcase_add_loop_test (tcase, every_message_has_its_numbers, 0, (int) kube_n_messages);
  tcase_add_loop_test (tcase, columns_and_indexes_lead_to_fields, 0, (int) kube_n_kinds);
  tcase_add_test (tcase, kinds_stand_in_order);
  tcase_add_loop_test (tcase, specs_are_filled_in_as_by_a_real_server, 0, G_N_ELEMENTS (defaulted));
  add_pods (tcase);
  tcase_add_test (tcase, a_cluster_holds_as_many_pods_as_are_modelled);
  tcase_add_test (tcase, mistakes_are_named_field_by_field);
  tcase_add_test (tcase, services_have_addresses_of_their_own);
  tcase_add_test (tcase, a_daemon_sets_template_is_counted);
  tcase_add_test (tcase, namespaces_are_labelled_and_some_are_immortal);
  tcase_add_test (tcase, selectors_are_written_as_kubectl_writes_them);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
