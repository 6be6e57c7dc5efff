/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/kubelet-private.h"

/* The Node that a kubelet registers on an EC2 instance. Imitates: Kubernetes, Well-Known Labels;
 * kubelet's --node-labels and --register-with-taints as EKS's bootstrap passes them; the resources
 * that the EKS optimized AMIs keep for the system. */

#define MIB ((gint64) 1024 * 1024)

/* The text after FLAG up to a blank or a quote; NULL when the user data has no such flag. */
static char *
flag_value (const char *user_data, const char *flag)
{
  const char *found = user_data != NULL ? strstr (user_data, flag) : NULL;

  if (found == NULL)
    return NULL;
  found += strlen (flag);
  return g_strndup (found, strcspn (found, " \t\r\n'\""));
}

/* A table of Bottlerocket's settings: `"a" = "b"` in each line below "[NAME]", as "a=b,..". NULL
 * when the user data has no such table. */
static char *
settings_table (const char *user_data, const char *name)
{
  g_autofree char *head = g_strdup_printf ("[%s]\n", name);
  const char *found = user_data != NULL ? strstr (user_data, head) : NULL;
  g_auto (GStrv) lines = found != NULL ? g_strsplit (found + strlen (head), "\n", -1) : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines != NULL && lines[i] != NULL && *lines[i] != '['; i++)
    {
      g_auto (GStrv) quoted = g_strsplit (lines[i], "\"", 5);

      if (g_strv_length (quoted) == 5)
        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "," : "", quoted[1], quoted[3]);
    }
  return g_string_free (text, found == NULL);
}

/* ---- systems ---- */

/* What the AMI families call themselves. */
typedef struct
{
  const char *in_name; /* part of the AMI's name */
  const char *os_image, *kernel, *runtime;
  gboolean windows;
} System;

static const System systems[] = {
  { "al2023", "Amazon Linux 2023.6.20250203", "6.1.127-135.201.amzn2023", "containerd://1.7.25" },
  { "bottlerocket", "Bottlerocket OS 1.32.0 (aws-k8s)", "6.1.124",
    "containerd://1.7.25+bottlerocket" },
  { "Windows_Server-2019", "Windows Server 2019 Datacenter", "10.0.17763.6054",
    "containerd://1.7.14", TRUE },
  { "Windows_Server-2022", "Windows Server 2022 Datacenter", "10.0.20348.2582",
    "containerd://1.7.14", TRUE },
  { "Windows_Server-2025", "Windows Server 2025 Datacenter", "10.0.26100.1742",
    "containerd://1.7.14", TRUE },
  { "", "Amazon Linux 2", "5.10.233-223.887.amzn2", "containerd://1.7.25" },
};

static const System *
system_of (const SimMachine *machine)
{
  const System *system = systems;

  while (strstr (machine->ami_name != NULL ? machine->ami_name : "", system->in_name) == NULL)
    system++;
  return system;
}

gboolean
sim_machine_is_windows (const SimMachine *machine)
{
  return system_of (machine)->windows;
}

/* "10.0.20348.2582" -> "10.0.20348" */
static char *
windows_build (const System *system)
{
  return g_strndup (system->kernel, (gsize) (strrchr (system->kernel, '.') - system->kernel));
}

/* ---- labels ---- */

/* What EC2 calls x86_64 is amd64 to Kubernetes, which speaks Go. */
static const char *
architecture (const SimMachine *machine)
{
  return g_strcmp0 (machine->architecture, "arm64") == 0 ? "arm64" : "amd64";
}

static int
compare_keys (gconstpointer left, gconstpointer right, gpointer data G_GNUC_UNUSED)
{
  return strcmp (left, right);
}

/* "a=b,c=d" into TREE. */
static void
add_node_labels (GTree *tree, const char *text)
{
  g_auto (GStrv) pairs = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      char *equals = strchr (pairs[i], '=');

      if (equals == NULL || equals == pairs[i])
        continue;
      *equals = '\0';
      g_tree_replace (tree, g_strdup (pairs[i]), g_strdup (equals + 1));
    }
}

static gboolean
add_label (gpointer key, gpointer value, gpointer labels)
{
  dd_builder_set (labels, key, dd_string (value));
  return FALSE;
}

static DdValue *
node_labels (const SimMachine *machine)
{
  const char *arch = architecture (machine);
  const System *system = system_of (machine);
  const char *os = system->windows ? "windows" : "linux";
  const char *const rows[][2] = {
    { "beta.kubernetes.io/arch", arch },
    { "beta.kubernetes.io/instance-type", machine->instance_type },
    { "beta.kubernetes.io/os", os },
    { "failure-domain.beta.kubernetes.io/region", machine->region },
    { "failure-domain.beta.kubernetes.io/zone", machine->zone },
    { "kubernetes.io/arch", arch },
    { "kubernetes.io/hostname", machine->private_dns },
    { "kubernetes.io/os", os },
    { "node.kubernetes.io/instance-type", machine->instance_type },
    { "topology.kubernetes.io/region", machine->region },
    { "topology.kubernetes.io/zone", machine->zone },
  };
  g_autoptr (GTree) tree = g_tree_new_full (compare_keys, NULL, g_free, g_free);
  g_autofree char *own = flag_value (machine->user_data, "--node-labels=");
  g_autofree char *set = settings_table (machine->user_data, "settings.kubernetes.node-labels");
  DdBuilder labels = dd_builder_object ();

  add_node_labels (tree, own);
  add_node_labels (tree, set);
  if (system->windows)
    g_tree_replace (tree, g_strdup ("node.kubernetes.io/windows-build"), windows_build (system));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_tree_replace (tree, g_strdup (rows[i][0]), g_strdup (rows[i][1]));
  g_tree_foreach (tree, add_label, &labels);
  return dd_builder_end (&labels);
}

/* ---- taints ---- */

/* "key=value:Effect"; NULL when it is malformed, which a real kubelet would refuse to start with.
 */
static DdValue *
taint_from_text (const char *text)
{
  const char *colon = strrchr (text, ':');
  const char *equals = strchr (text, '=');
  const char *key_end = equals != NULL && equals < colon ? equals : colon;

  if (colon == NULL || key_end == text)
    return NULL;
  return dd_object ("key", dd_string_len (text, (gsize) (key_end - text)), "value",
                    key_end == equals ? dd_string_len (equals + 1, (gsize) (colon - equals - 1))
                                      : NULL,
                    "effect", dd_string (colon + 1), NULL);
}

static DdValue *
node_taints (const SimMachine *machine)
{
  g_autofree char *flag = flag_value (machine->user_data, "--register-with-taints=");
  g_autofree char *set = settings_table (machine->user_data, "settings.kubernetes.node-taints");
  const char *text = flag != NULL ? flag : set;
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ",", -1) : NULL;
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    dd_builder_add (&list, taint_from_text (parts[i]));
  return list.items->len > 0 ? dd_builder_end (&list) : NULL;
}

/* ---- resources ---- */

/* 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the others. */
static gint64
reserved_cpu_millis (gint64 cpu_millis)
{
  static const gint64 per_ten_thousand[] = { 600, 100, 50, 50 };
  gint64 reserved = 0; /* in tens of thousands of a millicore */

  for (gint64 core = 0; core * 1000 < cpu_millis; core++)
    reserved += 1000 * (core < 4 ? per_ten_thousand[core] : 25);
  return reserved / 10000;
}

/* 255 MiB and 11 MiB for each possible pod, and 100 MiB before eviction begins. */
static gint64
reserved_memory_bytes (int max_pods)
{
  return (355 + 11 * (gint64) max_pods) * MIB;
}

static DdValue *
resources (gint64 cpu_millis, gint64 memory_bytes, int max_pods)
{
  return dd_object ("cpu",
                    cpu_millis % 1000 == 0
                        ? dd_string_printf ("%" G_GINT64_FORMAT, cpu_millis / 1000)
                        : dd_string_printf ("%" G_GINT64_FORMAT "m", cpu_millis),
                    "ephemeral-storage", dd_string ("83873772Ki"), "hugepages-1Gi", dd_string ("0"),
                    "hugepages-2Mi", dd_string ("0"), "memory",
                    dd_string_printf ("%" G_GINT64_FORMAT "Ki", memory_bytes / 1024), "pods",
                    dd_string_printf ("%d", max_pods), NULL);
}

/* ---- status ---- */

/* "bottlerocket-aws-k8s-1.34-nvidia-aarch64-v1.64.0-7f9a1b2c" ->
 * "Bottlerocket OS 1.64.0 (aws-k8s-1.34-nvidia)" */
static char *
os_image (const SimMachine *machine, const System *system)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("^bottlerocket-(aws-k8s-.+)-(?:x86_64|aarch64)-v([0-9.]+)-", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *variant = NULL, *version = NULL;

  if (machine->ami_name == NULL || !g_regex_match (regex, machine->ami_name, 0, &match))
    return g_strdup (system->os_image);
  variant = g_match_info_fetch (match, 1);
  version = g_match_info_fetch (match, 2);
  return g_strdup_printf ("Bottlerocket OS %s (%s)", version, variant);
}

static DdValue *
node_info (const SimMachine *machine)
{
  const System *system = system_of (machine);
  const char *suffix = system->windows                                 ? ""
                       : g_str_equal (architecture (machine), "arm64") ? ".aarch64"
                                                                       : ".x86_64";
  g_autofree char *digest
      = g_compute_checksum_for_string (G_CHECKSUM_SHA256, machine->instance_id, -1);

  return dd_object ("machineID", dd_string_printf ("ec2%.29s", digest), "systemUUID",
                    dd_string_printf ("ec2%.5s-%.4s-%.4s-%.4s-%.12s", digest, digest + 5,
                                      digest + 9, digest + 13, digest + 17),
                    "bootID",
                    dd_string_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", digest + 32, digest + 40,
                                      digest + 44, digest + 48, digest + 52),
                    "kernelVersion", dd_string_printf ("%s%s", system->kernel, suffix), "osImage",
                    dd_string_take (os_image (machine, system)), "containerRuntimeVersion",
                    dd_string (system->runtime), "kubeletVersion",
                    dd_string (machine->kubelet_version), "kubeProxyVersion",
                    dd_string (machine->kubelet_version), "operatingSystem",
                    dd_string (system->windows ? "windows" : "linux"), "architecture",
                    dd_string (architecture (machine)), NULL);
}

static DdValue *
condition (const SimHost *host, const char *type, const char *status, const char *reason,
           const char *message)
{
  SimStage *stage = host->kubelets->actors->stage;

  return dd_object ("type", dd_string (type), "status", dd_string (status), "lastHeartbeatTime",
                    sim_now_value (stage), "lastTransitionTime", sim_now_value (stage), "reason",
                    dd_string (reason), "message", dd_string (message), NULL);
}

DdValue *
sim_host_ready_condition (const SimHost *host, gboolean ready)
{
  if (ready)
    return condition (host, "Ready", "True", "KubeletReady", "kubelet is posting ready status");
  return condition (host, "Ready", "False", "KubeletNotReady",
                    "container runtime network not ready: NetworkReady=false "
                    "reason:NetworkPluginNotReady message:Network plugin returns error: cni "
                    "plugin not initialized");
}

static DdValue *
conditions (const SimHost *host)
{
  return dd_array (condition (host, "MemoryPressure", "False", "KubeletHasSufficientMemory",
                              "kubelet has sufficient memory available"),
                   condition (host, "DiskPressure", "False", "KubeletHasNoDiskPressure",
                              "kubelet has no disk pressure"),
                   condition (host, "PIDPressure", "False", "KubeletHasSufficientPID",
                              "kubelet has sufficient PID available"),
                   sim_host_ready_condition (host, FALSE), NULL);
}

static DdValue *
address (const char *type, const char *text)
{
  return dd_object ("type", dd_string (type), "address", dd_string (text), NULL);
}

static DdValue *
node_status (const SimHost *host)
{
  const SimMachine *machine = &host->machine;

  return dd_object (
      "capacity", resources (machine->cpu_millis, machine->memory_bytes, machine->max_pods),
      "allocatable",
      resources (machine->cpu_millis - reserved_cpu_millis (machine->cpu_millis),
                 MAX (machine->memory_bytes - reserved_memory_bytes (machine->max_pods), 0),
                 machine->max_pods),
      "conditions", conditions (host), "addresses",
      dd_array (address ("InternalIP", machine->private_ip),
                address ("InternalDNS", machine->private_dns),
                address ("Hostname", machine->private_dns), NULL),
      "daemonEndpoints",
      dd_object ("kubeletEndpoint", dd_object ("Port", dd_int (10250), NULL), NULL), "nodeInfo",
      node_info (machine), NULL);
}

DdValue *
sim_host_node_value (const SimHost *host)
{
  const SimMachine *machine = &host->machine;
  DdValue *annotations = dd_object (
      "alpha.kubernetes.io/provided-node-ip", dd_string (machine->private_ip),
      "node.alpha.kubernetes.io/ttl", dd_string ("0"),
      "volumes.kubernetes.io/controller-managed-attach-detach", dd_string ("true"), NULL);

  return dd_object (
      "metadata",
      dd_object ("name", dd_string (machine->private_dns), "labels", node_labels (machine),
                 "annotations", annotations, NULL),
      "spec",
      dd_object ("providerID",
                 dd_string_printf ("aws:///%s/%s", machine->zone, machine->instance_id), "taints",
                 node_taints (machine), NULL),
      "status", node_status (host), NULL);
}

/* ---- as it was found ---- */

static const struct
{
  const char *status, *reason, *message; /* of Ready; message NULL: as at the registration */
} health[] = {
  [SIM_NODE_READY] = { "True", "KubeletReady", "kubelet is posting ready status" },
  [SIM_NODE_NOT_READY] = { "False", "KubeletNotReady", NULL },
  [SIM_NODE_SILENT] = { "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status." },
};

/* One of the conditions at the registration, which has been so ever since; or unknown since the
 * kubelet fell silent. */
static DdValue *
found_condition (const SimHost *host, const SimNodeState *node, const DdValue *fresh)
{
  gboolean is_ready = g_strcmp0 (dd_value_path_string (fresh, "type"), "Ready") == 0;
  DdUsec since = node->health == SIM_NODE_SILENT ? host->last_heartbeat : node->created;
  DdValue *its = dd_value_ref (fresh);

  dd_value_set (&its, "lastTransitionTime", dd_string_take (dd_time_to_iso8601 (since)));
  if (node->health == SIM_NODE_SILENT)
    dd_value_set (&its, "lastHeartbeatTime", dd_string_take (dd_time_to_iso8601 (since)));
  if (!is_ready && node->health != SIM_NODE_SILENT)
    return its;
  dd_value_set (&its, "status", dd_word (health[node->health].status));
  dd_value_set (&its, "reason", dd_word (health[node->health].reason));
  if (health[node->health].message != NULL)
    dd_value_set (&its, "message", dd_word (health[node->health].message));
  return its;
}

static DdValue *
found_conditions (const SimHost *host, const SimNodeState *node)
{
  g_autoptr (DdValue) fresh = conditions (host);
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (fresh); i++)
    dd_builder_add (&list, found_condition (host, node, dd_value_element (fresh, i)));
  return dd_builder_end (&list);
}

/* The taint that goes with spec.unschedulable is the node lifecycle controller's. */
static DdValue *
found_taints (const DdValue *registered, const SimNodeState *node)
{
  const DdValue *taints = node->taints != NULL ? node->taints : registered;

  if (node->unschedulable)
    return dd_value_with_element (taints,
                                  dd_object ("key", dd_word ("node.kubernetes.io/unschedulable"),
                                             "effect", dd_word ("NoSchedule"), NULL));
  return dd_value_length (taints) > 0 ? dd_value_ref (taints) : NULL;
}

DdValue *
sim_host_found_value (const SimHost *host, const SimNodeState *node)
{
  DdValue *value = sim_host_node_value (host);
  const DdValue *labels = dd_value_path (value, "metadata.labels");

  dd_value_set (&value, "metadata.labels",
                node->labels != NULL ? dd_value_merge (labels, node->labels)
                                     : dd_value_ref (labels));
  dd_value_set (&value, "metadata.creationTimestamp",
                dd_string_take (dd_time_to_iso8601 (node->created)));
  dd_value_set (&value, "spec.taints", found_taints (dd_value_path (value, "spec.taints"), node));
  if (node->unschedulable)
    dd_value_set (&value, "spec.unschedulable", dd_bool (TRUE));
  dd_value_set (&value, "status.conditions", found_conditions (host, node));
  return value;
}
