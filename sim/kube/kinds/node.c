/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/node.c: the Node table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/kinds/views.h"

/* ---- fields ---- */

static const KubeField taint_fields[] = {
  { "key", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Name of the taint, such as node.kubernetes.io/unschedulable."), KUBE_ACTS },
  { "value", KUBE_STRING, 2,
    KUBE_DOC ("Compared with a toleration's value under operator Equal; often empty."), KUBE_ACTS },
  /* Its values are checked below: the server reports them at metadata.taints. */
  { "effect", KUBE_STRING, 3, .required = TRUE,
    .words = KUBE_VALUES ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    KUBE_DOC ("NoSchedule turns new pods away, PreferNoSchedule tries to, NoExecute also evicts "
              "running ones."),
    KUBE_ACTS },
  { "timeAdded", KUBE_TIME, 4, .pointer = TRUE,
    KUBE_DOC ("When the taint was put on, if whoever did so recorded it."),
    KUBE_INERT ("A pod's time on a tainted node begins when the taint is seen.") },
  { NULL },
};

static const KubeStruct taint = {
  "io.k8s.api.core.v1.Taint",
  "Keeps pods without a matching toleration off a node.",
  taint_fields,
};

static const KubeField spec_fields[] = {
  { "podCIDR", KUBE_STRING, 1,
    KUBE_DOC ("Address range for the node's pods: the first of podCIDRs."),
    KUBE_INERT ("Addresses of pods come from the VPC.") },
  KUBE_LIST_OF_STRINGS ("podCIDRs", 7, .merge = TRUE,
                        KUBE_DOC ("At most one range of pod addresses for each of IPv4 and IPv6."),
                        KUBE_INERT ("Addresses of pods come from the VPC.")),
  { "providerID", KUBE_STRING, 3,
    KUBE_DOC ("Machine behind the node in the cloud, such as aws:///eu-west-1a/i-0a1b2c3d."),
    KUBE_ACTS },
  { "unschedulable", KUBE_BOOL, 4,
    KUBE_DOC ("True while cordoned: the scheduler sends no new pods."), KUBE_ACTS },
  KUBE_LIST_OF ("taints", taint, 5,
                KUBE_DOC ("Marks that repel pods without a matching toleration."), KUBE_ACTS),
  { "externalID", KUBE_STRING, 2, KUBE_DOC ("Obsolete predecessor of providerID; usually empty."),
    KUBE_INERT ("Obsolete.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.NodeSpec",
  "Identity of the machine, and which pods it takes.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable."),
    KUBE_ACTS },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("True, False, or Unknown when the node has fallen silent."), KUBE_ACTS },
  { "lastHeartbeatTime", KUBE_TIME, 3, .fallback = "null",
    KUBE_DOC ("When the kubelet last reported on it, changed or not."),
    KUBE_INERT ("Leases are the heartbeats.") },
  { "lastTransitionTime", KUBE_TIME, 4, .fallback = "null",
    KUBE_DOC ("Since when status has had its value."), KUBE_ACTS },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("Cause as one CamelCase word, such as KubeletReady."),
    KUBE_INERT ("A note for people.") },
  { "message", KUBE_STRING, 6, KUBE_DOC ("Cause in a sentence for people."),
    KUBE_INERT ("A note for people.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.core.v1.NodeCondition",
  "One aspect of the node's health.",
  condition_fields,
};

static const KubeField address_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS.") },
  { "address", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("IP address or host name, according to type.") },
  { NULL },
};

static const KubeStruct address = {
  "io.k8s.api.core.v1.NodeAddress",
  "One way to reach the node.",
  address_fields,
};

static const KubeField daemon_endpoint_fields[] = {
  { "Port", KUBE_INT, 1, .fallback = "0",
    KUBE_DOC ("TCP port it listens on; normally 10250 for the kubelet.") },
  { NULL },
};

static const KubeStruct daemon_endpoint = {
  "io.k8s.api.core.v1.DaemonEndpoint",
  "Where a system service of the node listens.",
  daemon_endpoint_fields,
};

static const KubeField daemon_endpoints_fields[] = {
  KUBE_OBJECT_OF ("kubeletEndpoint", daemon_endpoint, 1, .fallback = "{}",
                  KUBE_DOC ("Where the API server reaches the kubelet, for logs and exec.")),
  { NULL },
};

static const KubeStruct daemon_endpoints = {
  "io.k8s.api.core.v1.NodeDaemonEndpoints",
  "Ports of the node's own services.",
  daemon_endpoints_fields,
};

static const KubeField info_fields[] = {
  { "machineID", KUBE_STRING, 1, .fallback = "\"\"",
    KUBE_DOC ("Content of the node's /etc/machine-id.") },
  { "systemUUID", KUBE_STRING, 2, .fallback = "\"\"",
    KUBE_DOC ("UUID of the hardware or virtual machine, as its firmware gives it.") },
  { "bootID", KUBE_STRING, 3, .fallback = "\"\"",
    KUBE_DOC ("Random ID from the kernel, new at each boot.") },
  { "kernelVersion", KUBE_STRING, 4, .fallback = "\"\"",
    KUBE_DOC ("Release of the running kernel, as uname -r prints it.") },
  { "osImage", KUBE_STRING, 5, .fallback = "\"\"",
    KUBE_DOC ("Name of the operating system, from PRETTY_NAME in /etc/os-release.") },
  { "containerRuntimeVersion", KUBE_STRING, 6, .fallback = "\"\"",
    KUBE_DOC ("Container runtime and its version, such as containerd://1.7.27.") },
  { "kubeletVersion", KUBE_STRING, 7, .fallback = "\"\"",
    KUBE_DOC ("Version of the kubelet, such as v1.32.3.") },
  { "kubeProxyVersion", KUBE_STRING, 8, .fallback = "\"\"",
    KUBE_DOC ("Obsolete: at best a copy of the kubelet's version.") },
  { "operatingSystem", KUBE_STRING, 9, .fallback = "\"\"", KUBE_DOC ("Either linux or windows.") },
  { "architecture", KUBE_STRING, 10, .fallback = "\"\"",
    KUBE_DOC ("Processor family as Go calls it, such as amd64 or arm64.") },
  { NULL },
};

static const KubeStruct info = {
  "io.k8s.api.core.v1.NodeSystemInfo",
  "Machine IDs and software versions, as the kubelet finds them.",
  info_fields,
};

static const KubeField image_fields[] = {
  KUBE_LIST_OF_STRINGS ("names", 1, KUBE_DOC ("Tags and digests that refer to it.")),
  { "sizeBytes", KUBE_INT, 2, KUBE_DOC ("Space it takes up, in bytes.") },
  { NULL },
};

static const KubeStruct image = {
  "io.k8s.api.core.v1.ContainerImage",
  "An image in the local store of a node.",
  image_fields,
};

static const KubeField attached_volume_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Unique name made of plugin and volume ID.") },
  { "devicePath", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Device file on the node; may be empty.") },
  { NULL },
};

static const KubeStruct attached_volume = {
  "io.k8s.api.core.v1.AttachedVolume",
  "A volume that the controller has attached to the machine.",
  attached_volume_fields,
};

static const KubeField status_fields[] = {
  { "capacity", KUBE_MAP, 1, .element = KUBE_QUANTITY,
    KUBE_DOC ("All that the machine has of each resource: cpu, memory, pods and so on."),
    KUBE_INERT ("The kubelet writes it, and nothing but clients read it.") },
  { "allocatable", KUBE_MAP, 2, .element = KUBE_QUANTITY,
    KUBE_DOC ("What pods may request in total: capacity less reserves of the system."), KUBE_ACTS },
  { "phase", KUBE_STRING, 3, KUBE_DOC ("Obsolete, never set; see conditions."),
    KUBE_INERT ("The kubelet writes it, and nothing but clients read it.") },
  KUBE_LIST_OF ("conditions", condition, 4, .merge_key = "type",
                KUBE_DOC ("Health of the node, one entry for each type of trouble and Ready."),
                KUBE_ACTS),
  KUBE_LIST_OF (
      "addresses", address, 5, .merge_key = "type",
      KUBE_DOC ("The node's IP addresses and host names, from the cloud where there is one."),
      KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  KUBE_OBJECT_OF ("daemonEndpoints", daemon_endpoints, 6, .fallback = "{}",
                  KUBE_DOC ("Ports of system services, set by the kubelet."),
                  KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  KUBE_OBJECT_OF ("nodeInfo", info, 7, .fallback = "{}",
                  KUBE_DOC ("Machine IDs and software versions, set by the kubelet."),
                  KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  KUBE_LIST_OF (
      "images", image, 8,
      KUBE_DOC ("Images held locally, largest first; kubelets list 50 unless told otherwise."),
      KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  KUBE_LIST_OF_STRINGS (
      "volumesInUse", 9,
      KUBE_DOC ("Mounted volumes, which must not be detached yet; set by the kubelet."),
      KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  KUBE_LIST_OF (
      "volumesAttached", attached_volume, 10,
      KUBE_DOC ("Volumes attached to the machine; set by the attach and detach controller."),
      KUBE_INERT ("The kubelet writes it, and nothing but clients read it.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.NodeStatus",
  "Resources, health and facts that the node reports.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Cordon, taints and identity of the node."), KUBE_ACTS),
  KUBE_OBJECT_OF (
      "status", status, 3, .fallback = "{}",
      KUBE_DOC ("Reported by the kubelet, in part by controllers; not for users to write."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Node",
  "A machine that runs pods.",
  fields,
};

/* ---- columns ---- */

static DdValue *
status_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *conditions = dd_value_path (object->value, "status.conditions");
  const char *text = "Unknown";

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *its = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (its, "type"), "Ready") == 0)
        text = g_strcmp0 (dd_value_path_string (its, "status"), "True") == 0 ? "Ready" : "NotReady";
    }
  if (dd_value_path_bool (object->value, "spec.unschedulable", FALSE))
    return dd_string_printf ("%s,SchedulingDisabled", text);
  return dd_string (text);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Labels node-role.kubernetes.io/ROLE and kubernetes.io/role=ROLE, as a sorted set. */
static DdValue *
roles_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  static const char prefix[] = "node-role.kubernetes.io/";
  const DdValue *labels = dd_value_path (object->value, "metadata.labels");
  g_autoptr (GPtrArray) roles = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      const char *key = dd_value_key (labels, i);
      const char *value = dd_value_string (dd_value_nth (labels, i));
      const char *role = g_str_has_prefix (key, prefix)            ? key + strlen (prefix)
                         : strcmp (key, "kubernetes.io/role") == 0 ? value
                                                                   : NULL;

      if (role != NULL && role[0] != '\0'
          && !g_ptr_array_find_with_equal_func (roles, role, g_str_equal, NULL))
        g_ptr_array_add (roles, (gpointer) role);
    }
  if (roles->len == 0)
    return dd_string ("<none>");
  g_ptr_array_sort (roles, compare_texts);
  g_ptr_array_add (roles, NULL);
  text = g_strjoinv (",", (char **) roles->pdata);
  return dd_string (text);
}

static DdValue *
address_of (const SimObject *object, const char *wanted)
{
  const DdValue *addresses = dd_value_path (object->value, "status.addresses");

  for (gsize i = 0; i < dd_value_length (addresses); i++)
    {
      const DdValue *its = dd_value_element (addresses, i);

      if (g_strcmp0 (dd_value_path_string (its, "type"), wanted) == 0)
        return dd_string (dd_value_path_string (its, "address"));
    }
  return dd_string ("<none>");
}

static DdValue *
internal_ip_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return address_of (object, "InternalIP");
}

static DdValue *
external_ip_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return address_of (object, "ExternalIP");
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Status", "string", .cell = status_cell,
    KUBE_DOC ("Condition Ready in one word, with SchedulingDisabled added while cordoned.") },
  { "Roles", "string", .cell = roles_cell,
    KUBE_DOC ("Roles given by labels such as node-role.kubernetes.io/control-plane.") },
  KUBE_AGE_COLUMN,
  { "Version", "string", .path = "status.nodeInfo.kubeletVersion", .absent = "" },
  { "Internal-IP", "string", .priority = 1, .path = "status.addresses", .cell = internal_ip_cell },
  { "External-IP", "string", .priority = 1, .path = "status.addresses", .cell = external_ip_cell },
  { "OS-Image", "string", .priority = 1, .path = "status.nodeInfo.osImage", .absent = "<unknown>" },
  { "Kernel-Version", "string", .priority = 1, .path = "status.nodeInfo.kernelVersion",
    .absent = "<unknown>" },
  { "Container-Runtime", "string", .priority = 1, .path = "status.nodeInfo.containerRuntimeVersion",
    .absent = "<unknown>" },
  { NULL },
};

/* ---- hooks ---- */

/* Imitates: the TaintNodesByCondition admission plugin: a node is not ready until the node
 * lifecycle controller has seen that it is. */
static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **node, GError **error G_GNUC_UNUSED)
{
  const DdValue *taints = dd_value_path (*node, "spec.taints");

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *its = dd_value_element (taints, i);

      if (g_strcmp0 (dd_value_path_string (its, "key"), "node.kubernetes.io/not-ready") == 0
          && g_strcmp0 (dd_value_path_string (its, "effect"), "NoSchedule") == 0)
        return TRUE;
    }
  dd_value_set (
      node, "spec.taints",
      dd_value_with_element (taints, dd_object ("key", dd_string ("node.kubernetes.io/not-ready"),
                                                "effect", dd_string ("NoSchedule"), NULL)));
  return TRUE;
}

/* The server reports a taint's effect twice, at metadata.taints: a quirk that clients print. */
static void
validate_effect (const DdValue *its, gsize index, KubeCauses *causes)
{
  const char *effect = dd_value_path_string (its, "effect");
  g_autofree char *field = g_strdup_printf ("metadata.taints[%" G_GSIZE_FORMAT "].effect", index);

  if (effect == NULL || effect[0] == '\0' || strcmp (effect, "NoSchedule") == 0
      || strcmp (effect, "PreferNoSchedule") == 0 || strcmp (effect, "NoExecute") == 0)
    return; /* a missing effect is the table's business */
  for (int i = 0; i < 2; i++)
    kube_causes_add (causes, "FieldValueNotSupported", field,
                     "Unsupported value: \"%s\": supported values: \"NoSchedule\", "
                     "\"PreferNoSchedule\", \"NoExecute\"",
                     effect);
}

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *node, KubeCauses *causes)
{
  const DdValue *taints = dd_value_path (node, "spec.taints");

  for (gsize i = 0; i < dd_value_length (taints); i++)
    validate_effect (dd_value_element (taints, i), i, causes);
}

static char *
field_value (const SimObject *object, const char *field)
{
  return g_strdup (dd_value_path_bool (object->value, field, FALSE) ? "true" : "false");
}

const KubeKind kube_node = {
  .group = "",
  .version = "v1",
  .kind = "Node",
  .plural = "nodes",
  .singular = "node",
  .short_names = KUBE_VALUES ("no"),
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_KEEPS_STATUS_ON_CREATE,
  .storage = "minions",
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("spec.unschedulable"),
  .prepare_create = prepare_create,
  .validate = validate,
  .field_value = field_value,
  .view_new = kube_node_view_new,
  .view_free = kube_node_view_free,
};
