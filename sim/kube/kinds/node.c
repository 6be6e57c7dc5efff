/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/node.c: the Node table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/kinds/views.h"

/* ---- fields ---- */

static const KubeField taint_fields[] = {
  { "key", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Required. The taint key to be applied to a node.") },
  { "value", KUBE_STRING, KUBE_DOC ("The taint value corresponding to the taint key.") },
  /* Its values are checked below: the server reports them at metadata.taints. */
  { "effect", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Required. The effect of the taint on pods that do not tolerate the taint. Valid "
              "effects are NoSchedule, PreferNoSchedule and NoExecute.") },
  { "timeAdded", KUBE_TIME,
    KUBE_DOC ("TimeAdded represents the time at which the taint was added. It is only written for "
              "NoExecute taints.") },
  { NULL },
};

static const KubeStruct taint = {
  "io.k8s.api.core.v1.Taint",
  "The node this Taint is attached to has the \"effect\" on any pod that does not tolerate the "
  "Taint.",
  taint_fields,
};

static const KubeField spec_fields[] = {
  { "podCIDR", KUBE_STRING,
    KUBE_DOC ("PodCIDR represents the pod IP range assigned to the node.") },
  KUBE_LIST_OF_STRINGS ("podCIDRs", .merge = TRUE,
                        KUBE_DOC ("podCIDRs represents the IP ranges assigned to the node for "
                                  "usage by Pods on that node.")),
  { "providerID", KUBE_STRING,
    KUBE_DOC ("ID of the node assigned by the cloud provider in the format: "
              "<ProviderName>://<ProviderSpecificNodeID>") },
  { "unschedulable", KUBE_BOOL,
    KUBE_DOC (
        "Unschedulable controls node schedulability of new pods. By default, node is schedulable. "
        "More info: https://kubernetes.io/docs/concepts/nodes/node/#manual-node-administration") },
  KUBE_LIST_OF ("taints", taint, KUBE_DOC ("If specified, the node's taints.")),
  { "externalID", KUBE_STRING, KUBE_DOC ("Deprecated. Not all kubelets will set this field.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.NodeSpec",
  "NodeSpec describes the attributes that a node is created with.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("Type of node condition.") },
  { "status", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Status of the condition, one of True, False, Unknown.") },
  { "lastHeartbeatTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("Last time we got an update on a given condition.") },
  { "lastTransitionTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("Last time the condition transit from one status to another.") },
  { "reason", KUBE_STRING, KUBE_DOC ("(brief) reason for the condition's last transition.") },
  { "message", KUBE_STRING,
    KUBE_DOC ("Human readable message indicating details about last transition.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.core.v1.NodeCondition",
  "NodeCondition contains condition information for a node.",
  condition_fields,
};

static const KubeField address_fields[] = {
  { "type", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Node address type, one of Hostname, ExternalIP or InternalIP.") },
  { "address", KUBE_STRING, .required = TRUE, KUBE_DOC ("The node address.") },
  { NULL },
};

static const KubeStruct address = {
  "io.k8s.api.core.v1.NodeAddress",
  "NodeAddress contains information for the node's address.",
  address_fields,
};

static const KubeField daemon_endpoint_fields[] = {
  { "Port", KUBE_INT, .fallback = "0", KUBE_DOC ("Port number of the given endpoint.") },
  { NULL },
};

static const KubeStruct daemon_endpoint = {
  "io.k8s.api.core.v1.DaemonEndpoint",
  "DaemonEndpoint contains information about a single Daemon endpoint.",
  daemon_endpoint_fields,
};

static const KubeField daemon_endpoints_fields[] = {
  KUBE_OBJECT_OF ("kubeletEndpoint", daemon_endpoint, .fallback = "{}",
                  KUBE_DOC ("Endpoint on which Kubelet is listening.")),
  { NULL },
};

static const KubeStruct daemon_endpoints = {
  "io.k8s.api.core.v1.NodeDaemonEndpoints",
  "NodeDaemonEndpoints lists ports opened by daemons running on the Node.",
  daemon_endpoints_fields,
};

static const KubeField info_fields[] = {
  { "machineID", KUBE_STRING, .fallback = "\"\"", KUBE_DOC ("MachineID reported by the node.") },
  { "systemUUID", KUBE_STRING, .fallback = "\"\"", KUBE_DOC ("SystemUUID reported by the node.") },
  { "bootID", KUBE_STRING, .fallback = "\"\"", KUBE_DOC ("Boot ID reported by the node.") },
  { "kernelVersion", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).") },
  { "osImage", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 "
              "(wheezy)).") },
  { "containerRuntimeVersion", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("ContainerRuntime Version reported by the node through runtime remote API (e.g. "
              "containerd://1.4.2).") },
  { "kubeletVersion", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("Kubelet Version reported by the node.") },
  { "kubeProxyVersion", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("Deprecated: KubeProxy Version reported by the node.") },
  { "operatingSystem", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("The Operating System reported by the node") },
  { "architecture", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("The Architecture reported by the node") },
  { NULL },
};

static const KubeStruct info = {
  "io.k8s.api.core.v1.NodeSystemInfo",
  "NodeSystemInfo is a set of ids/uuids to uniquely identify the node.",
  info_fields,
};

static const KubeField image_fields[] = {
  KUBE_LIST_OF_STRINGS ("names", KUBE_DOC ("Names by which this image is known.")),
  { "sizeBytes", KUBE_INT, KUBE_DOC ("The size of the image in bytes.") },
  { NULL },
};

static const KubeStruct image = {
  "io.k8s.api.core.v1.ContainerImage",
  "Describe a container image",
  image_fields,
};

static const KubeField attached_volume_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Name of the attached volume") },
  { "devicePath", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("DevicePath represents the device path where the volume should be available") },
  { NULL },
};

static const KubeStruct attached_volume = {
  "io.k8s.api.core.v1.AttachedVolume",
  "AttachedVolume describes a volume attached to a node",
  attached_volume_fields,
};

static const KubeField status_fields[] = {
  { "capacity", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("Capacity represents the total resources of a node.") },
  { "allocatable", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("Allocatable represents the resources of a node that are available for scheduling. "
              "Defaults to Capacity.") },
  { "phase", KUBE_STRING,
    KUBE_DOC ("NodePhase is the recently observed lifecycle phase of the node. The field is never "
              "populated, and now is deprecated.") },
  KUBE_LIST_OF ("conditions", condition, .merge_key = "type",
                KUBE_DOC ("Conditions is an array of current observed node conditions.")),
  KUBE_LIST_OF (
      "addresses", address, .merge_key = "type",
      KUBE_DOC (
          "List of addresses reachable to the node. Queried from cloud provider, if available. "
          "More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: "
          "This field is declared as mergeable, but the merge key is not sufficiently unique, "
          "which can cause data corruption when it is merged. Callers should instead use a "
          "full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers "
          "should assume that addresses can change during the lifetime of a Node. However, "
          "there are some exceptions where this may not be possible, such as Pods that inherit "
          "a Node's address in its own status or consumers of the downward API (status.hostIP).")),
  KUBE_OBJECT_OF ("daemonEndpoints", daemon_endpoints, .fallback = "{}",
                  KUBE_DOC ("Endpoints of daemons running on the Node.")),
  KUBE_OBJECT_OF ("nodeInfo", info, .fallback = "{}",
                  KUBE_DOC ("Set of ids/uuids to uniquely identify the node.")),
  KUBE_LIST_OF ("images", image, KUBE_DOC ("List of container images on this node")),
  KUBE_LIST_OF_STRINGS ("volumesInUse",
                        KUBE_DOC ("List of attachable volumes in use (mounted) by the node.")),
  KUBE_LIST_OF ("volumesAttached", attached_volume,
                KUBE_DOC ("List of volumes that are attached to the node.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.NodeStatus",
  "NodeStatus is information about the current status of a node.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .fallback = "{}",
                  KUBE_DOC ("Spec defines the behavior of a node.")),
  KUBE_OBJECT_OF (
      "status", status, .fallback = "{}",
      KUBE_DOC ("Most recently observed status of the node. Populated by the system. Read-only.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Node",
  "Node is a worker node in Kubernetes. Each node will have a unique identifier in the cache (i.e. "
  "in etcd).",
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
  { "Status", "string", .cell = status_cell, KUBE_DOC ("The status of the node") },
  { "Roles", "string", .cell = roles_cell, KUBE_DOC ("The roles of the node") },
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
