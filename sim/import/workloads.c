/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/workloads.c: Kubernetes objects as a world file holds them
 *
 * Of each object that is written down which an upgrade has to do with, and nothing else: what a
 * program is given (environment, arguments, commands, secrets, configuration) is never among it. A
 * hook keeps the time that it sleeps, which the upgrade has to wait for. */
#include "config.h"

#include <string.h>

#include "sim/import/private.h"
#include "sim/kube/controllers/sleep-command.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/schema/schema.h"

/* ---- what is taken ---- */

static const char *const taken[] = { "CronJob",
                                     "DaemonSet",
                                     "Deployment",
                                     "HorizontalPodAutoscaler",
                                     "Job",
                                     "LimitRange",
                                     "Namespace",
                                     "PersistentVolume",
                                     "PersistentVolumeClaim",
                                     "Pod",
                                     "PodDisruptionBudget",
                                     "PriorityClass",
                                     "ReplicaSet",
                                     "ResourceQuota",
                                     "StatefulSet",
                                     "StorageClass",
                                     NULL };

/* Kinds that are told of for themselves; any other is not modelled, or decides nothing. */
static const struct
{
  const char *kind, *why;
} reasons[] = {
  { "ConfigMap", "what programs are given is not read" },
  { "ControllerRevision", "sets make their revisions" },
  { "Event", "the past" },
  { "Lease", "kubelets make theirs" },
  { "Secret", "secrets are not read" },
};

static const char *
reason_for (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i].kind, kind) == 0)
      return reasons[i].why;
  return "nothing here acts on it";
}

/* ---- picking ---- */

/* The members of OBJECT (NULL: none) that KEYS names, in its order; NULL where there are none. */
static DdValue *
pick (const DdValue *object, const char *const *keys)
{
  DdBuilder picked = dd_builder_object ();
  g_autoptr (DdValue) all = NULL;

  for (gsize i = 0; i < dd_value_length (object); i++)
    if (g_strv_contains (keys, dd_value_key (object, i)))
      dd_builder_set (&picked, dd_value_key (object, i), dd_value_ref (dd_value_nth (object, i)));
  all = dd_builder_end (&picked);
  return dd_value_length (all) > 0 ? g_steal_pointer (&all) : NULL;
}

typedef DdValue *(*Change) (const DdValue *element);

/* The list at KEY of *OBJECT, changed element by element; elements that become NULL go. */
static void
change_each (DdValue **object, const char *key, Change change)
{
  const DdValue *list = dd_value_member (*object, key);
  DdBuilder changed = dd_builder_array ();
  g_autoptr (DdValue) all = NULL;

  for (gsize i = 0; i < dd_value_length (list); i++)
    dd_builder_add (&changed, change (dd_value_element (list, i)));
  all = dd_builder_end (&changed);
  if (list != NULL)
    dd_value_set (object, key, dd_value_length (all) > 0 ? dd_value_ref (all) : NULL);
}

static void
change_member (DdValue **object, const char *key, Change change)
{
  const DdValue *member = dd_value_member (*object, key);

  if (member != NULL)
    dd_value_set (object, key, change (member));
}

/* ---- pods' specifications ---- */

static DdValue *
clean_probe (const DdValue *probe)
{
  static const char *const kept[] = { "initialDelaySeconds", "periodSeconds",    "timeoutSeconds",
                                      "successThreshold",    "failureThreshold", NULL };
  DdValue *clean = pick (probe, kept);

  if (clean == NULL)
    clean = dd_object_empty ();
  dd_value_set (&clean, "tcpSocket", dd_object ("port", dd_int (1), NULL));
  return clean;
}

/* How long it takes, as far as its text tells. */
static DdValue *
clean_hook (const DdValue *hook)
{
  DdUsec sleeps = sim_command_sleeps (dd_value_path (hook, "exec.command"), NULL);
  gint64 seconds = dd_value_path_int (hook, "sleep.seconds", 0);

  if (seconds == 0 && sleeps < SIM_FOREVER)
    seconds = sleeps / DD_SECOND;
  return dd_object (
      "exec",
      dd_object ("command",
                 dd_array (dd_string ("sleep"),
                           sleeps >= SIM_FOREVER ? dd_string ("infinity")
                                                 : dd_string_printf ("%" G_GINT64_FORMAT, seconds),
                           NULL),
                 NULL),
      NULL);
}

static DdValue *
clean_lifecycle (const DdValue *lifecycle)
{
  static const char *const kept[] = { "preStop", "postStart", NULL };
  DdValue *clean = pick (lifecycle, kept);

  for (guint i = 0; clean != NULL && kept[i] != NULL; i++)
    change_member (&clean, kept[i], clean_hook);
  return clean;
}

/* Only what no two pods of a node may have. */
static DdValue *
clean_port (const DdValue *port)
{
  static const char *const kept[] = { "containerPort", "hostPort", "hostIP", "protocol", NULL };

  return dd_value_path_int (port, "hostPort", 0) > 0 ? pick (port, kept) : NULL;
}

static DdValue *
clean_container (const DdValue *container)
{
  static const char *const kept[]
      = { "name",           "image",     "resources",     "ports", "startupProbe",
          "readinessProbe", "lifecycle", "restartPolicy", NULL };
  DdValue *clean = pick (container, kept);

  if (clean == NULL)
    return NULL;
  change_each (&clean, "ports", clean_port);
  change_member (&clean, "startupProbe", clean_probe);
  change_member (&clean, "readinessProbe", clean_probe);
  change_member (&clean, "lifecycle", clean_lifecycle);
  return clean;
}

static DdValue *
clean_volume (const DdValue *volume)
{
  static const char *const kept[] = { "name", "persistentVolumeClaim", NULL };

  return dd_value_member (volume, "persistentVolumeClaim") != NULL ? pick (volume, kept) : NULL;
}

/* Without serviceAccountName, since accounts are not taken: an account decides nothing here. */
static DdValue *
clean_pod_spec (const DdValue *spec)
{
  static const char *const kept[] = { "activeDeadlineSeconds",
                                      "affinity",
                                      "containers",
                                      "hostNetwork",
                                      "initContainers",
                                      "nodeName",
                                      "nodeSelector",
                                      "overhead",
                                      "preemptionPolicy",
                                      "priority",
                                      "priorityClassName",
                                      "readinessGates",
                                      "restartPolicy",
                                      "schedulingGates",
                                      "terminationGracePeriodSeconds",
                                      "tolerations",
                                      "topologySpreadConstraints",
                                      "volumes",
                                      NULL };
  DdValue *clean = pick (spec, kept);

  if (clean == NULL)
    return NULL;
  change_each (&clean, "containers", clean_container);
  change_each (&clean, "initContainers", clean_container);
  change_each (&clean, "volumes", clean_volume);
  return clean;
}

/* ---- metadata ---- */

/* Annotations that controllers go by; all others are somebody's notes. */
static gboolean
annotation_counts (const char *key)
{
  static const char *const prefixes[] = { "drydock.dev/",
                                          "deployment.kubernetes.io/",
                                          "deprecated.daemonset.template.generation",
                                          "kubernetes.io/config.",
                                          "pv.kubernetes.io/",
                                          "volume.kubernetes.io/",
                                          "volume.beta.kubernetes.io/",
                                          "storageclass.",
                                          "cluster-autoscaler.kubernetes.io/",
                                          "karpenter.sh/do-not-disrupt",
                                          "controller.kubernetes.io/pod-deletion-cost",
                                          "batch.kubernetes.io/" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (key, prefixes[i]))
      return TRUE;
  return FALSE;
}

static DdValue *
clean_annotations (const DdValue *annotations)
{
  DdBuilder kept = dd_builder_object ();
  g_autoptr (DdValue) all = NULL;

  for (gsize i = 0; i < dd_value_length (annotations); i++)
    if (annotation_counts (dd_value_key (annotations, i)))
      dd_builder_set (&kept, dd_value_key (annotations, i),
                      dd_value_ref (dd_value_nth (annotations, i)));
  all = dd_builder_end (&kept);
  return dd_value_length (all) > 0 ? g_steal_pointer (&all) : NULL;
}

static DdValue *
clean_metadata (const DdValue *metadata)
{
  static const char *const kept[] = { "name",
                                      "namespace",
                                      "uid",
                                      "generation",
                                      "creationTimestamp",
                                      "deletionTimestamp",
                                      "labels",
                                      "annotations",
                                      "ownerReferences",
                                      "finalizers",
                                      "deletionGracePeriodSeconds",
                                      NULL };
  DdValue *clean = pick (metadata, kept);

  if (clean != NULL)
    change_member (&clean, "annotations", clean_annotations);
  return clean;
}

static DdValue *
clean_template (const DdValue *template)
{
  static const char *const kept[] = { "metadata", "spec", NULL };
  DdValue *clean = pick (template, kept);

  if (clean == NULL)
    return NULL;
  change_member (&clean, "metadata", clean_metadata);
  change_member (&clean, "spec", clean_pod_spec);
  return clean;
}

/* ---- status ---- */

static DdValue *
clean_condition (const DdValue *condition)
{
  static const char *const kept[] = { "type", "status", "reason", "lastTransitionTime", NULL };

  return pick (condition, kept);
}

static DdValue *
clean_container_status (const DdValue *status)
{
  static const char *const kept[]
      = { "name", "ready", "restartCount", "image", "imageID", "state", "started", NULL };
  DdValue *clean = pick (status, kept);
  const char *waits = dd_value_path_string (status, "state.waiting.reason");
  const char *since = dd_value_path_string (status, "state.running.startedAt");

  if (clean == NULL)
    return NULL;
  dd_value_set (&clean, "state",
                waits != NULL
                    ? dd_object ("waiting", dd_object ("reason", dd_string (waits), NULL), NULL)
                : since != NULL
                    ? dd_object ("running", dd_object ("startedAt", dd_string (since), NULL), NULL)
                    : NULL);
  return clean;
}

/* Nothing has to be said of its containers: they run, are ready, and never did otherwise. */
static gboolean
is_well (const DdValue *status)
{
  const DdValue *containers = dd_value_member (status, "containerStatuses");
  const DdValue *conditions = dd_value_member (status, "conditions");

  if (g_strcmp0 (dd_value_path_string (status, "phase"), "Running") != 0)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (containers); i++)
    if (!dd_value_path_bool (dd_value_element (containers, i), "ready", FALSE)
        || dd_value_path_int (dd_value_element (containers, i), "restartCount", 0) > 0)
      return FALSE;
  for (gsize i = 0; i < dd_value_length (conditions); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (conditions, i), "status"), "True") != 0)
      return FALSE;
  return TRUE;
}

static DdValue *
clean_pod_status (const DdValue *status)
{
  static const char *const all[] = { "phase", "reason",   "conditions",        "startTime",
                                     "podIP", "qosClass", "containerStatuses", NULL };
  static const char *const well[] = { "phase", "startTime", "podIP", "qosClass", NULL };
  DdValue *clean = pick (status, is_well (status) ? well : all);

  if (clean == NULL)
    return NULL;
  change_each (&clean, "conditions", clean_condition);
  change_each (&clean, "containerStatuses", clean_container_status);
  return clean;
}

/* ---- objects ---- */

static DdValue *
clean_job_spec (const DdValue *spec)
{
  DdValue *clean = dd_value_ref (spec);

  change_member (&clean, "template", clean_template);
  return clean;
}

static DdValue *
clean_job_template (const DdValue *template)
{
  static const char *const kept[] = { "metadata", "spec", NULL };
  DdValue *clean = pick (template, kept);

  if (clean == NULL)
    return NULL;
  change_member (&clean, "metadata", clean_metadata);
  change_member (&clean, "spec", clean_job_spec);
  return clean;
}

static DdValue *
clean_object (const DdValue *object, const KubeKind *kind)
{
  DdValue *clean = dd_value_ref (object);

  dd_value_set (&clean, "metadata", clean_metadata (dd_value_member (object, "metadata")));
  if (dd_value_path (clean, "spec.template") != NULL)
    dd_value_set (&clean, "spec.template", clean_template (dd_value_path (clean, "spec.template")));
  if (dd_value_path (clean, "spec.jobTemplate") != NULL)
    dd_value_set (&clean, "spec.jobTemplate",
                  clean_job_template (dd_value_path (clean, "spec.jobTemplate")));
  if (kind == &kube_pod)
    {
      dd_value_set (&clean, "spec", clean_pod_spec (dd_value_member (object, "spec")));
      dd_value_set (&clean, "status", clean_pod_status (dd_value_member (object, "status")));
    }
  return clean;
}

/* What was decoded has no name of its type. Takes DECODED. */
static DdValue *
with_type (DdValue *decoded, const DdValue *object)
{
  g_autoptr (DdValue) its = decoded;
  DdBuilder typed = dd_builder_object ();

  dd_builder_set (&typed, "apiVersion", dd_value_ref (dd_value_member (object, "apiVersion")));
  dd_builder_set (&typed, "kind", dd_value_ref (dd_value_member (object, "kind")));
  for (gsize i = 0; i < dd_value_length (its); i++)
    dd_builder_set (&typed, dd_value_key (its, i), dd_value_ref (dd_value_nth (its, i)));
  return dd_builder_end (&typed);
}

/* A value of the types that the world's own table has, which drops what it does not know. */
static DdValue *
decode (SimImport *self, const DdValue *object, const KubeKind *kind)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (DdValue) known = kube_schema_decode (kind, object, NULL, NULL, &reason);

  if (known != NULL)
    return with_type (clean_object (known, kind), object);
  sim_import_tell (self, SIM_IMPORT_LEFT_OUT, "%s %s: %s", kind->kind,
                   dd_value_path_string (object, "metadata.name"), reason->message);
  return NULL;
}

static gboolean
is_former_replica_set (const DdValue *object, const KubeKind *kind)
{
  return kind == &kube_replica_set && dd_value_path_int (object, "spec.replicas", 1) == 0
         && dd_value_path_int (object, "status.replicas", 0) == 0;
}

/* NULL: nowhere that the world could have it. */
static const char *
place_of_pod (SimImport *self, const DdValue *pod)
{
  const char *node = dd_value_path_string (pod, "spec.nodeName");

  if (node == NULL || g_hash_table_contains (self->node_names, node))
    return "";
  sim_import_tell (self, SIM_IMPORT_LEFT_OUT, "pod %s: its node %s is not there",
                   dd_value_path_string (pod, "metadata.name"), node);
  return NULL;
}

/* What stands out before anything is updated. */
static void
look_at (SimImport *self, const DdValue *object, const KubeKind *kind)
{
  const char *name = dd_value_path_string (object, "metadata.name");
  const char *namespace_ = dd_value_path_string (object, "metadata.namespace");
  const char *phase = dd_value_path_string (object, "status.phase");

  if (kind == &kube_pod && g_strcmp0 (phase, "Pending") == 0)
    sim_import_tell (self, SIM_IMPORT_ODD, "pod %s/%s is Pending", namespace_, name);
  else if (kind == &kube_pod_disruption_budget
           && dd_value_path_int (object, "status.expectedPods", 0) > 0
           && dd_value_path_int (object, "status.disruptionsAllowed", 0) == 0)
    sim_import_tell (self, SIM_IMPORT_ODD, "budget %s/%s allows no eviction now", namespace_, name);
}

/* ---- counting ---- */

typedef struct
{
  const char *what;
  guint n;
} Count;

static void
count (GArray *counts, const char *what)
{
  for (guint i = 0; i < counts->len; i++)
    if (strcmp (g_array_index (counts, Count, i).what, what) == 0)
      {
        g_array_index (counts, Count, i).n++;
        return;
      }
  g_array_append_vals (counts, &(Count) { what, 1 }, 1);
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Count *) a)->what, ((const Count *) b)->what);
}

static void
tell_counts (SimImport *self, GArray *owners, GArray *kinds, GArray *left)
{
  g_array_sort (owners, compare_counts);
  g_array_sort (kinds, compare_counts);
  g_array_sort (left, compare_counts);
  for (guint i = 0; i < owners->len; i++)
    sim_import_tell (self, SIM_IMPORT_TOOK, "pods of %s: %u", g_array_index (owners, Count, i).what,
                     g_array_index (owners, Count, i).n);
  for (guint i = 0; i < kinds->len; i++)
    sim_import_tell (self, SIM_IMPORT_TOOK, "%s: %u", g_array_index (kinds, Count, i).what,
                     g_array_index (kinds, Count, i).n);
  for (guint i = 0; i < left->len; i++)
    {
      const Count *one = &g_array_index (left, Count, i);

      sim_import_tell (self, SIM_IMPORT_LEFT_OUT, "%u of kind %s: %s", one->n, one->what,
                       reason_for (one->what));
    }
}

static const char *
owner_of (const DdValue *pod)
{
  const char *kind = dd_value_path_string (pod, "metadata.ownerReferences.0.kind");

  return kind != NULL ? kind : "nobody";
}

/* A priority class that nobody showed is what every pod that comes again asks for. */
static void
add_class (SimImport *self, DdBuilder *objects, const DdValue *pod)
{
  const char *name = dd_value_path_string (pod, "spec.priorityClassName");
  g_autofree char *key = NULL;

  if (name == NULL || g_str_has_prefix (name, "system-"))
    return;
  key = g_strdup_printf ("PriorityClass /%s", name);
  if (g_hash_table_contains (self->seen, key))
    return;
  g_hash_table_add (self->seen, g_steal_pointer (&key));
  dd_builder_add (objects, dd_object ("apiVersion", dd_string ("scheduling.k8s.io/v1"), "kind",
                                      dd_string ("PriorityClass"), "metadata",
                                      dd_object ("name", dd_string (name), NULL), "value",
                                      dd_int (dd_value_path_int (pod, "spec.priority", 0)), NULL));
  sim_import_tell (self, SIM_IMPORT_ASSUMED, "PriorityClass %s is as its pods say", name);
}

DdValue *
sim_import_objects (SimImport *self)
{
  g_autoptr (GArray) owners = g_array_new (FALSE, FALSE, sizeof (Count));
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (Count));
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (Count));
  DdBuilder objects = dd_builder_array ();

  for (guint i = 0; i < self->objects->len; i++)
    {
      const DdValue *object = g_ptr_array_index (self->objects, i);
      const char *name = dd_value_path_string (object, "kind");
      const char *version = dd_value_path_string (object, "apiVersion");
      const KubeKind *kind = kube_kind_find_by_name (version, name);
      DdValue *decoded;

      if (kind == NULL || !g_strv_contains (taken, name))
        {
          count (left, name);
          continue;
        }
      if (is_former_replica_set (object, kind)
          || (kind == &kube_pod && place_of_pod (self, object) == NULL))
        continue;
      decoded = decode (self, object, kind);
      if (decoded == NULL)
        continue;
      if (kind == &kube_pod)
        {
          add_class (self, &objects, decoded);
          count (owners, owner_of (object));
        }
      else
        count (kinds, name);
      look_at (self, object, kind);
      dd_builder_add (&objects, decoded);
    }
  tell_counts (self, owners, kinds, left);
  return dd_builder_end (&objects);
}
