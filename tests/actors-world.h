/* SPDX-License-Identifier: Apache-2.0 */
/* tests/actors-world.h: a whole world without a node group: tests launch instances one by one and
 * put objects into the API server, and the actors do the rest */
#pragma once

#include <check.h>
#include <string.h>

#include "sim/world/world.h"
#include "sim/kube/controllers/actor.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/aws/ec2/machines.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"

static SimWorld *world;
static KubeApi *api;
static GString *traced; /* "actor what subject {details}\n" of every event */

static inline void
note_event (const SimEvent *event, gpointer data)
{
  g_autofree char *details = event->details != NULL ? dd_value_to_text (event->details) : NULL;

  g_string_append_printf (data, "%s %s %s %s\n", event->actor, event->what, event->subject,
                          details != NULL ? details : "");
}

static inline void
start_world_of (int minor)
{
  const SimWorldOptions options = {
    .seed = 7,
    .start = 1795465984 * DD_SECOND, /* 2026-11-23T20:33:04Z */
    .kube_minor = minor,
    .region = "us-west-2",
    .account = "123456789012",
    .endpoint = "http://127.0.0.1:4566",
  };

  world = sim_world_new (&options);
  api = world->kube;
  traced = g_string_new (NULL);
  sim_trace_begin (world->stage->trace);
  sim_trace_add_reader (world->stage->trace, note_event, traced);
  sim_world_run_for (world, 1 * DD_SECOND);
}

static inline void
start_world (void)
{
  start_world_of (32);
}

static inline void
stop_world (void)
{
  g_clear_pointer (&world, sim_world_free);
  g_string_free (g_steal_pointer (&traced), TRUE);
}

static inline void
run_for (DdUsec delay)
{
  sim_world_run_for (world, delay);
}

/* Single quotes stand for double ones. */
static inline DdValue *
json (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  DdValue *value;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (char *p = text; *p != '\0'; p++)
    if (*p == '\'')
      *p = '"';
  value = dd_value_parse (text, strlen (text), NULL, &error);
  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");
  return value;
}

/* Takes OBJECT, which says its apiVersion and kind. */
static inline void
apply (DdValue *object)
{
  const KubeKind *kind
      = kube_catalogue_find_by_name (api->catalogue, dd_value_path_string (object, "apiVersion"),
                                     dd_value_path_string (object, "kind"));
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) created = NULL;

  ck_assert_ptr_nonnull (kind);
  created = kube_create (api, kind, dd_value_path_string (object, "metadata.namespace"), object,
                         &error);
  ck_assert_msg (created != NULL, "%s", error != NULL ? error->message : "");
  dd_value_unref (object);
}

/* Defines RingSets of rings.example.com, with SUBRESOURCES: what a team may bring along. */
static inline const KubeKind *
define_ring_sets (const char *subresources)
{
  apply (
      json ("{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata'"
            ":{'name':'ringsets.rings.example.com'},'spec':{'group':'rings.example.com','scope':"
            "'Namespaced','names':{'plural':'ringsets','kind':'RingSet'},'versions':[{'name':'v1',"
            "'served':true,'storage':true,'subresources':{%s},'schema':{'openAPIV3Schema':{"
            "'type':'object','x-kubernetes-preserve-unknown-fields':true}}}]}}",
            subresources));
  return kube_catalogue_find (api->catalogue, "rings.example.com", "v1", "ringsets");
}

/* Takes PATCH. */
static inline void
merge (const KubeKind *kind, const char *namespace_, const char *name, DdValue *patch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) merged = kube_merge (api, kind, namespace_, name, patch, &error);

  ck_assert_msg (merged != NULL, "%s", error != NULL ? error->message : "");
  dd_value_unref (patch);
}

static inline void
delete_with (const KubeKind *kind, const char *namespace_, const char *name,
             const char *propagation)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) deleted = NULL;

  options.propagation = propagation;
  deleted = kube_delete (api, kind, namespace_, name, &options, &error);
  ck_assert_msg (deleted != NULL, "%s", error != NULL ? error->message : "");
}

static inline SimObject *
stored (const KubeKind *kind, const char *namespace_, const char *name)
{
  return sim_store_get (api->store, kind, namespace_, name);
}

/* An m5.large in the zone with that letter, whose kubelet is started with ARGUMENTS. */
static inline AwsInstance *
launch_with (char zone, const char *arguments)
{
  g_autofree char *zone_name = g_strdup_printf ("us-west-2%c", zone);
  g_autofree char *script = g_strdup_printf (
      "#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '%s'\n", arguments);
  g_autofree char *user_data = g_base64_encode ((const guchar *) script, strlen (script));
  const AwsAmiRelease *release
      = aws_ami_catalog_find (aws_eks_catalog (world->cloud), "AL2_x86_64", 30, NULL);
  g_autoptr (DdValue) data = dd_object ("ImageId", dd_string (release->image->resource.id),
                                        "UserData", dd_string (user_data), NULL);
  AwsLaunch options = { .subnet = aws_cloud_subnet_in_zone (world->cloud, zone_name),
                        .instance_type = "m5.large",
                        .data = data };
  g_autoptr (GError) error = NULL;
  AwsInstance *instance = aws_ec2_launch (world->cloud, &options, &error);

  ck_assert_msg (instance != NULL, "%s", error != NULL ? error->message : "");
  return instance;
}

static inline AwsInstance *
launch (char zone)
{
  return launch_with (zone, "--node-labels=eks.amazonaws.com/nodegroup=default");
}

/* Nodes in zones a, b, c, a, b ...; all of them Ready when it returns. */
static inline void
launch_ready (guint n)
{
  for (guint i = 0; i < n; i++)
    launch ((char) ('a' + i % 3));
  run_for (3 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_node), n);
}

static inline SimObject *
node_of (const AwsInstance *instance)
{
  return stored (&kube_node, "", instance->private_dns);
}

/* A Deployment of pods labelled app=NAME; EXTRA is put into the pod template's spec, as JSON with a
 * comma behind it. */
static inline void
deploy_with (const char *name, int replicas, const char *extra, const char *annotations)
{
  apply (json ("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'%s',"
               "'namespace':'default'},'spec':{'replicas':%d,'selector':{'matchLabels':{'app':"
               "'%s'}},'template':{'metadata':{'labels':{'app':'%s'},'annotations':{%s}},'spec':{"
               "%s'containers':[{'name':'c','image':'img:1','resources':{'requests':{'cpu':'100m',"
               "'memory':'64Mi'}}}]}}}}",
               name, replicas, name, name, annotations, extra));
}

static inline void
deploy (const char *name, int replicas)
{
  deploy_with (name, replicas, "", "");
}

static inline void
budget (const char *name, const char *rule)
{
  apply (json ("{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'%s',"
               "'namespace':'default'},'spec':{%s,'selector':{'matchLabels':{'app':'%s'}}}}",
               name, rule, name));
}

/* The pods labelled app=NAME, as references. */
static inline GPtrArray *
pods_of (const char *name)
{
  g_autoptr (GPtrArray) all = sim_store_list (api->store, &kube_pod, NULL);
  GPtrArray *pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *pod = g_ptr_array_index (all, i);

      if (g_strcmp0 (dd_value_string (dd_value_member (kube_pod_view (pod)->labels, "app")), name)
          == 0)
        g_ptr_array_add (pods, sim_object_ref (pod));
    }
  return pods;
}

static inline guint
count_ready (const char *name)
{
  g_autoptr (GPtrArray) pods = pods_of (name);
  guint ready = 0;

  for (guint i = 0; i < pods->len; i++)
    ready += kube_pod_view (g_ptr_array_index (pods, i))->ready
             && !kube_pod_view (g_ptr_array_index (pods, i))->terminating;
  return ready;
}

static inline const SimObject *
first_pod (const char *name)
{
  g_autoptr (GPtrArray) pods = pods_of (name);

  ck_assert_uint_gt (pods->len, 0);
  return stored (&kube_pod, ((SimObject *) g_ptr_array_index (pods, 0))->namespace_,
                 ((SimObject *) g_ptr_array_index (pods, 0))->name);
}

/* The message of the newest event with that reason about the object of that name; NULL when there
 * is none. */
static inline const char *
event_about (const char *object, const char *reason)
{
  g_autoptr (GPtrArray) events = sim_store_list (api->store, &kube_event, NULL);
  const SimObject *newest = NULL;

  for (guint i = 0; i < events->len; i++)
    {
      const SimObject *event = g_ptr_array_index (events, i);

      if (g_strcmp0 (dd_value_path_string (event->value, "involvedObject.name"), object) == 0
          && g_strcmp0 (dd_value_path_string (event->value, "reason"), reason) == 0
          && (newest == NULL || newest->revision < event->revision))
        newest = event;
    }
  return newest != NULL ? dd_value_path_string (newest->value, "message") : NULL;
}

static inline const DdValue *
find_taint (const SimObject *node, const char *key, const char *effect)
{
  const DdValue *taints = kube_node_view (node)->taints;

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      if (g_strcmp0 (dd_value_path_string (taint, "key"), key) == 0
          && g_strcmp0 (dd_value_path_string (taint, "effect"), effect) == 0)
        return taint;
    }
  return NULL;
}

/* How often TEXT is in the trace. */
static inline guint
count_traced (const char *text)
{
  guint count = 0;

  for (const char *at = strstr (traced->str, text); at != NULL; at = strstr (at + 1, text))
    count++;
  return count;
}

static inline int
run_cases (TCase *cases, const char *name)
{
  Suite *suite = suite_create (name);
  SRunner *runner;
  int failed;

  suite_add_tcase (suite, cases);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
