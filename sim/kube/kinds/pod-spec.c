/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-spec.c: the spec and status of a pod, and the template that workloads make
 * pods from */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, PodSpec v1 core. */
static const KubeField optional_reference_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  { "optional", KUBE_BOOL, KUBE_DOC ("Specify whether the referent must be defined") },
  { NULL },
};

const KubeStruct kube_optional_reference = {
  "io.k8s.api.core.v1.ConfigMapEnvSource",
  "Selects a ConfigMap or Secret to populate the environment variables with.",
  optional_reference_fields,
};

static const KubeField se_linux_fields[] = {
  { "user", KUBE_STRING, KUBE_DOC ("User is a SELinux user label that applies to the container.") },
  { "role", KUBE_STRING, KUBE_DOC ("Role is a SELinux role label that applies to the container.") },
  { "type", KUBE_STRING, KUBE_DOC ("Type is a SELinux type label that applies to the container.") },
  { "level", KUBE_STRING,
    KUBE_DOC ("Level is SELinux level label that applies to the container.") },
  { NULL },
};

const KubeStruct kube_se_linux_options = {
  "io.k8s.api.core.v1.SELinuxOptions",
  "SELinuxOptions are the labels to be applied to the container",
  se_linux_fields,
};

static const KubeField windows_fields[] = {
  { "gmsaCredentialSpecName", KUBE_STRING,
    KUBE_DOC ("GMSACredentialSpecName is the name of the GMSA credential spec to use.") },
  { "gmsaCredentialSpec", KUBE_STRING,
    KUBE_DOC ("GMSACredentialSpec is where the GMSA admission webhook inlines the contents of the "
              "GMSA credential spec.") },
  { "runAsUserName", KUBE_STRING,
    KUBE_DOC ("The UserName in Windows to run the entrypoint of the container process.") },
  { "hostProcess", KUBE_BOOL,
    KUBE_DOC (
        "HostProcess determines if a container should be run as a 'Host Process' container.") },
  { NULL },
};

const KubeStruct kube_windows_options = {
  "io.k8s.api.core.v1.WindowsSecurityContextOptions",
  "WindowsSecurityContextOptions contain Windows-specific options and credentials.",
  windows_fields,
};

static const KubeField profile_fields[] = {
  { "type", KUBE_STRING, .required = TRUE,
    .values = KUBE_VALUES ("Localhost", "RuntimeDefault", "Unconfined"),
    KUBE_DOC ("type indicates which kind of profile will be applied.") },
  { "localhostProfile", KUBE_STRING,
    KUBE_DOC (
        "localhostProfile indicates a profile defined in a file on the node should be used.") },
  { NULL },
};

const KubeStruct kube_profile = {
  "io.k8s.api.core.v1.SeccompProfile",
  "A seccomp or AppArmor profile of a pod or container.",
  profile_fields,
};

static const KubeField sysctl_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Name of a property to set") },
  { "value", KUBE_STRING, .required = TRUE, KUBE_DOC ("Value of a property to set") },
  { NULL },
};

static const KubeStruct sysctl = {
  "io.k8s.api.core.v1.Sysctl",
  "Sysctl defines a kernel parameter to be set",
  sysctl_fields,
};

static const KubeField security_context_fields[] = {
  KUBE_OBJECT_OF ("seLinuxOptions", kube_se_linux_options,
                  KUBE_DOC ("The SELinux context to be applied to all containers.")),
  KUBE_OBJECT_OF ("windowsOptions", kube_windows_options,
                  KUBE_DOC ("The Windows specific settings applied to all containers.")),
  { "runAsUser", KUBE_INT, KUBE_DOC ("The UID to run the entrypoint of the container process.") },
  { "runAsGroup", KUBE_INT, KUBE_DOC ("The GID to run the entrypoint of the container process.") },
  { "runAsNonRoot", KUBE_BOOL,
    KUBE_DOC ("Indicates that the container must run as a non-root user.") },
  { "supplementalGroups", KUBE_LIST, .element = KUBE_INT,
    KUBE_DOC ("A list of groups applied to the first process run in each container, in addition to "
              "the container's primary GID.") },
  { "supplementalGroupsPolicy", KUBE_STRING, .values = KUBE_VALUES ("Merge", "Strict"),
    KUBE_DOC ("Defines how supplemental groups of the first container processes are calculated.") },
  { "fsGroup", KUBE_INT,
    KUBE_DOC ("A special supplemental group that applies to all containers in a pod.") },
  KUBE_LIST_OF ("sysctls", sysctl,
                KUBE_DOC ("Sysctls hold a list of namespaced sysctls used for the pod.")),
  { "fsGroupChangePolicy", KUBE_STRING, .values = KUBE_VALUES ("Always", "OnRootMismatch"),
    KUBE_DOC ("fsGroupChangePolicy defines behavior of changing ownership and permission of the "
              "volume before being exposed inside Pod.") },
  KUBE_OBJECT_OF ("seccompProfile", kube_profile,
                  KUBE_DOC ("The seccomp options to use by the containers in this pod.")),
  KUBE_OBJECT_OF (
      "appArmorProfile", kube_profile,
      KUBE_DOC ("appArmorProfile is the AppArmor options to use by the containers in this pod.")),
  { "seLinuxChangePolicy", KUBE_STRING,
    KUBE_DOC ("seLinuxChangePolicy defines how the container's SELinux label is applied to all "
              "volumes used by the Pod.") },
  { NULL },
};

static const KubeStruct security_context = {
  "io.k8s.api.core.v1.PodSecurityContext",
  "PodSecurityContext holds pod-level security attributes and common container settings.",
  security_context_fields,
};

static const KubeField host_alias_fields[] = {
  { "ip", KUBE_STRING, .required = TRUE, KUBE_DOC ("IP address of the host file entry.") },
  KUBE_LIST_OF_STRINGS ("hostnames", KUBE_DOC ("Hostnames for the above IP address.")),
  { NULL },
};

static const KubeStruct host_alias = {
  "io.k8s.api.core.v1.HostAlias",
  "HostAlias holds the mapping between IP and hostnames that will be injected as an entry in the "
  "pod's hosts file.",
  host_alias_fields,
};

static const KubeField dns_option_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name is this DNS resolver option's name. Required.") },
  { "value", KUBE_STRING, KUBE_DOC ("Value is this DNS resolver option's value.") },
  { NULL },
};

static const KubeStruct dns_option = {
  "io.k8s.api.core.v1.PodDNSConfigOption",
  "PodDNSConfigOption defines DNS resolver options of a pod.",
  dns_option_fields,
};

static const KubeField dns_config_fields[] = {
  KUBE_LIST_OF_STRINGS ("nameservers", KUBE_DOC ("A list of DNS name server IP addresses.")),
  KUBE_LIST_OF_STRINGS ("searches",
                        KUBE_DOC ("A list of DNS search domains for host-name lookup.")),
  KUBE_LIST_OF ("options", dns_option, KUBE_DOC ("A list of DNS resolver options.")),
  { NULL },
};

static const KubeStruct dns_config = {
  "io.k8s.api.core.v1.PodDNSConfig",
  "PodDNSConfig defines the DNS parameters of a pod in addition to those generated from DNSPolicy.",
  dns_config_fields,
};

static const KubeField readiness_gate_fields[] = {
  { "conditionType", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "ConditionType refers to a condition in the pod's condition list with matching type.") },
  { NULL },
};

static const KubeStruct readiness_gate = {
  "io.k8s.api.core.v1.PodReadinessGate",
  "PodReadinessGate contains the reference to a pod condition",
  readiness_gate_fields,
};

static const KubeField scheduling_gate_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name of the scheduling gate. Each scheduling gate must have a unique name field.") },
  { NULL },
};

static const KubeStruct scheduling_gate = {
  "io.k8s.api.core.v1.PodSchedulingGate",
  "PodSchedulingGate is associated to a Pod to guard its scheduling.",
  scheduling_gate_fields,
};

static const KubeField pod_os_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, .values = KUBE_VALUES ("linux", "windows"),
    KUBE_DOC ("Name is the name of the operating system. The currently supported values are linux "
              "and windows.") },
  { NULL },
};

static const KubeStruct pod_os = {
  "io.k8s.api.core.v1.PodOS",
  "PodOS defines the OS parameters of a pod.",
  pod_os_fields,
};

static const KubeField pod_resource_claim_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "Name uniquely identifies this resource claim inside the pod. This must be a DNS_LABEL.") },
  { "resourceClaimName", KUBE_STRING,
    KUBE_DOC ("ResourceClaimName is the name of a ResourceClaim object in the same namespace as "
              "this pod.") },
  { "resourceClaimTemplateName", KUBE_STRING,
    KUBE_DOC ("ResourceClaimTemplateName is the name of a ResourceClaimTemplate object in the same "
              "namespace as this pod.") },
  { NULL },
};

static const KubeStruct pod_resource_claim = {
  "io.k8s.api.core.v1.PodResourceClaim",
  "PodResourceClaim references exactly one ResourceClaim.",
  pod_resource_claim_fields,
};

static const KubeField pod_spec_fields[] = {
  KUBE_LIST_OF ("volumes", kube_volume, .merge_key = "name", .retain_keys = TRUE,
                KUBE_DOC ("List of volumes that can be mounted by containers belonging to the pod. "
                          "More info: https://kubernetes.io/docs/concepts/storage/volumes")),
  KUBE_LIST_OF ("initContainers", kube_container, .merge_key = "name",
                KUBE_DOC ("List of initialization containers belonging to the pod. Init containers "
                          "are executed in order prior to containers being started.")),
  KUBE_LIST_OF (
      "containers", kube_container, .merge_key = "name", .required = TRUE,
      KUBE_DOC ("List of containers belonging to the pod. Containers cannot currently be added or "
                "removed. There must be at least one container in a Pod. Cannot be updated.")),
  KUBE_LIST_OF ("ephemeralContainers", kube_ephemeral_container, .merge_key = "name",
                KUBE_DOC ("List of ephemeral containers run in this pod.")),
  { "restartPolicy", KUBE_STRING, .fallback = "\"Always\"",
    .values = KUBE_VALUES ("Always", "OnFailure", "Never"),
    KUBE_DOC ("Restart policy for all containers within the pod. One of Always, OnFailure, Never. "
              "Default to Always.") },
  { "terminationGracePeriodSeconds", KUBE_INT, .fallback = "30",
    KUBE_DOC ("Optional duration in seconds the pod needs to terminate gracefully. Defaults to 30 "
              "seconds.") },
  { "activeDeadlineSeconds", KUBE_INT,
    KUBE_DOC (
        "Optional duration in seconds the pod may be active on the node relative to StartTime "
        "before the system will actively try to mark it failed and kill associated containers.") },
  { "dnsPolicy", KUBE_STRING, .fallback = "\"ClusterFirst\"",
    .values = KUBE_VALUES ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
    KUBE_DOC ("Set DNS policy for the pod. Defaults to \"ClusterFirst\".") },
  KUBE_MAP_OF_STRINGS (
      "nodeSelector",
      KUBE_DOC (
          "NodeSelector is a selector which must be true for the pod to fit on a node. "
          "Selector which must match a node's labels for the pod to be scheduled on that node. "
          "More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/")),
  { "serviceAccountName", KUBE_STRING,
    KUBE_DOC ("ServiceAccountName is the name of the ServiceAccount to use to run this pod.") },
  { "serviceAccount", KUBE_STRING,
    KUBE_DOC ("DeprecatedServiceAccount is a deprecated alias for ServiceAccountName.") },
  { "automountServiceAccountToken", KUBE_BOOL,
    KUBE_DOC ("AutomountServiceAccountToken indicates whether a service account token should be "
              "automatically mounted.") },
  { "nodeName", KUBE_STRING,
    KUBE_DOC (
        "NodeName indicates in which node this pod is scheduled. If empty, this pod is a "
        "candidate for scheduling by the scheduler defined in schedulerName. Once this field "
        "is set, the kubelet for this node becomes responsible for the lifecycle of this "
        "pod. This field should not be used to express a desire for the pod to be scheduled "
        "on a specific node. "
        "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename") },
  { "hostNetwork", KUBE_BOOL,
    KUBE_DOC ("Host networking requested for this pod. Use the host's network namespace. Default "
              "to false.") },
  { "hostPID", KUBE_BOOL, KUBE_DOC ("Use the host's pid namespace. Optional: Default to false.") },
  { "hostIPC", KUBE_BOOL, KUBE_DOC ("Use the host's ipc namespace. Optional: Default to false.") },
  { "shareProcessNamespace", KUBE_BOOL,
    KUBE_DOC ("Share a single process namespace between all of the containers in a pod.") },
  KUBE_OBJECT_OF ("securityContext", security_context, .fallback = "{}",
                  KUBE_DOC ("SecurityContext holds pod-level security attributes and common "
                            "container settings. Defaults to empty.")),
  KUBE_LIST_OF (
      "imagePullSecrets", kube_local_object_reference, .merge_key = "name",
      KUBE_DOC ("ImagePullSecrets is an optional list of references to secrets in the same "
                "namespace to use for pulling any of the images used by this PodSpec.")),
  { "hostname", KUBE_STRING,
    KUBE_DOC ("Specifies the hostname of the Pod. If not specified, the pod's hostname will be set "
              "to a system-defined value.") },
  { "subdomain", KUBE_STRING,
    KUBE_DOC ("If specified, the fully qualified Pod hostname will be "
              "\"<hostname>.<subdomain>.<pod namespace>.svc.<cluster domain>\".") },
  KUBE_OBJECT_OF ("affinity", kube_affinity,
                  KUBE_DOC ("If specified, the pod's scheduling constraints")),
  { "schedulerName", KUBE_STRING, .fallback = "\"default-scheduler\"",
    KUBE_DOC ("If specified, the pod will be dispatched by specified scheduler.") },
  KUBE_LIST_OF ("tolerations", kube_toleration, KUBE_DOC ("If specified, the pod's tolerations.")),
  KUBE_LIST_OF ("hostAliases", host_alias, .merge_key = "ip",
                KUBE_DOC ("HostAliases is an optional list of hosts and IPs that will be injected "
                          "into the pod's hosts file if specified.")),
  { "priorityClassName", KUBE_STRING, KUBE_DOC ("If specified, indicates the pod's priority.") },
  { "priority", KUBE_INT,
    KUBE_DOC ("The priority value. Various system components use this field to find the priority "
              "of the pod.") },
  KUBE_OBJECT_OF ("dnsConfig", dns_config, KUBE_DOC ("Specifies the DNS parameters of a pod.")),
  KUBE_LIST_OF (
      "readinessGates", readiness_gate,
      KUBE_DOC ("If specified, all readiness gates will be evaluated for pod readiness. A pod is "
                "ready when all its containers are ready AND all conditions specified in the "
                "readiness gates have status equal to \"True\" More info: "
                "https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates")),
  { "runtimeClassName", KUBE_STRING,
    KUBE_DOC ("RuntimeClassName refers to a RuntimeClass object in the node.k8s.io group, which "
              "should be used to run this pod.") },
  { "enableServiceLinks", KUBE_BOOL,
    KUBE_DOC ("EnableServiceLinks indicates whether information about services should be injected "
              "into pod's environment variables.") },
  { "preemptionPolicy", KUBE_STRING, .values = KUBE_VALUES ("Never", "PreemptLowerPriority"),
    KUBE_DOC ("PreemptionPolicy is the Policy for preempting pods with lower priority.") },
  { "overhead", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("Overhead represents the resource overhead associated with running a pod for a given "
              "RuntimeClass.") },
  KUBE_LIST_OF ("topologySpreadConstraints", kube_topology_spread_constraint,
                .merge_key = "topologyKey",
                KUBE_DOC ("TopologySpreadConstraints describes how a group of pods ought to spread "
                          "across topology domains.")),
  { "setHostnameAsFQDN", KUBE_BOOL,
    KUBE_DOC ("If true the pod's hostname will be configured as the pod's FQDN, rather than the "
              "leaf name (the default).") },
  KUBE_OBJECT_OF ("os", pod_os, KUBE_DOC ("Specifies the OS of the containers in the pod.")),
  { "hostUsers", KUBE_BOOL,
    KUBE_DOC ("Use the host's user namespace. Optional: Default to true.") },
  KUBE_LIST_OF ("schedulingGates", scheduling_gate, .merge_key = "name",
                KUBE_DOC ("SchedulingGates is an opaque list of values that if specified will "
                          "block scheduling the pod.")),
  KUBE_LIST_OF ("resourceClaims", pod_resource_claim, .merge_key = "name", .retain_keys = TRUE,
                KUBE_DOC ("ResourceClaims defines which ResourceClaims must be allocated and "
                          "reserved before the Pod is allowed to start.")),
  KUBE_OBJECT_OF ("resources", kube_resource_requirements,
                  KUBE_DOC ("Resources is the total amount of CPU and Memory resources required by "
                            "all containers in the pod.")),
  { NULL },
};

const KubeStruct kube_pod_spec = {
  "io.k8s.api.core.v1.PodSpec",
  "PodSpec is a description of a pod.",
  pod_spec_fields,
};

static const KubeField template_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, .fallback = "{}",
                  KUBE_DOC ("Standard object's metadata.")),
  KUBE_OBJECT_OF ("spec", kube_pod_spec, .required = TRUE,
                  KUBE_DOC ("Specification of the desired behavior of the pod.")),
  { NULL },
};

const KubeStruct kube_pod_template_spec = {
  "io.k8s.api.core.v1.PodTemplateSpec",
  "PodTemplateSpec describes the data a pod should have when created from a template",
  template_fields,
};

static const KubeField pod_condition_fields[] = {
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("Type is the type of the condition.") },
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("If set, this represents the .metadata.generation that the pod condition was set "
              "based upon.") },
  { "status", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Status is the status of the condition. Can be True, False, Unknown.") },
  { "lastProbeTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("Last time we probed the condition.") },
  { "lastTransitionTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("Last time the condition transitioned from one status to another.") },
  { "reason", KUBE_STRING,
    KUBE_DOC ("Unique, one-word, CamelCase reason for the condition's last transition.") },
  { "message", KUBE_STRING,
    KUBE_DOC ("Human-readable message indicating details about last transition.") },
  { NULL },
};

static const KubeStruct pod_condition = {
  "io.k8s.api.core.v1.PodCondition",
  "PodCondition contains details for the current condition of this pod.",
  pod_condition_fields,
};

static const KubeField ip_fields[] = {
  { "ip", KUBE_STRING, .required = TRUE, KUBE_DOC ("IP is the IP address") },
  { NULL },
};

static const KubeStruct host_ip
    = { "io.k8s.api.core.v1.HostIP", "HostIP represents a single IP address allocated to the host.",
        ip_fields };
static const KubeStruct pod_ip
    = { "io.k8s.api.core.v1.PodIP", "PodIP represents a single IP address allocated to the pod.",
        ip_fields };

static const KubeField resource_claim_status_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name uniquely identifies this resource claim inside the pod.") },
  { "resourceClaimName", KUBE_STRING,
    KUBE_DOC ("ResourceClaimName is the name of the ResourceClaim that was generated for the Pod "
              "in the namespace of the Pod.") },
  { NULL },
};

static const KubeStruct resource_claim_status = {
  "io.k8s.api.core.v1.PodResourceClaimStatus",
  "PodResourceClaimStatus is stored in the PodStatus for each PodResourceClaim which references a "
  "ResourceClaimTemplate.",
  resource_claim_status_fields,
};

static const KubeField pod_status_fields[] = {
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("If set, this represents the .metadata.generation that the pod status was set based "
              "upon.") },
  { "phase", KUBE_STRING,
    KUBE_DOC ("The phase of a Pod is a simple, high-level summary of where the Pod is in its "
              "lifecycle: Pending, Running, Succeeded, Failed or Unknown.") },
  KUBE_LIST_OF ("conditions", pod_condition, .merge_key = "type",
                KUBE_DOC ("Current service state of pod.")),
  { "message", KUBE_STRING,
    KUBE_DOC (
        "A human readable message indicating details about why the pod is in this condition.") },
  { "reason", KUBE_STRING,
    KUBE_DOC ("A brief CamelCase message indicating details about why the pod is in this state. "
              "e.g. 'Evicted'") },
  { "nominatedNodeName", KUBE_STRING,
    KUBE_DOC ("nominatedNodeName is set only when this pod preempts other pods on the node, but it "
              "cannot be scheduled right away as preemption victims receive their graceful "
              "termination periods. This field does not guarantee that the pod will be scheduled "
              "on this node. Scheduler may decide to place the pod elsewhere if other nodes become "
              "available sooner. Scheduler may also decide to give the resources on this node to a "
              "higher priority pod that is created after preemption. As a result, this field may "
              "be different than PodSpec.nodeName when the pod is scheduled.") },
  { "hostIP", KUBE_STRING,
    KUBE_DOC ("hostIP holds the IP address of the host to which the pod is assigned.") },
  KUBE_LIST_OF ("hostIPs", host_ip, .merge_key = "ip",
                KUBE_DOC ("hostIPs holds the IP addresses allocated to the host.")),
  { "podIP", KUBE_STRING,
    KUBE_DOC ("podIP address allocated to the pod. Routable at least within the cluster. Empty if "
              "not yet allocated.") },
  KUBE_LIST_OF ("podIPs", pod_ip, .merge_key = "ip",
                KUBE_DOC ("podIPs holds the IP addresses allocated to the pod.")),
  { "startTime", KUBE_TIME,
    KUBE_DOC ("RFC 3339 date and time at which the object was acknowledged by the Kubelet.") },
  KUBE_LIST_OF ("initContainerStatuses", kube_container_status,
                KUBE_DOC ("Statuses of init containers in this pod.")),
  KUBE_LIST_OF ("containerStatuses", kube_container_status,
                KUBE_DOC ("Statuses of containers in this pod.")),
  { "qosClass", KUBE_STRING,
    KUBE_DOC ("The Quality of Service (QOS) classification assigned to the pod based on resource "
              "requirements.") },
  KUBE_LIST_OF ("ephemeralContainerStatuses", kube_container_status,
                KUBE_DOC ("Statuses for any ephemeral containers that have run in this pod.")),
  { "resize", KUBE_STRING, KUBE_DOC ("Status of resources resize desired for pod's containers.") },
  KUBE_LIST_OF ("resourceClaimStatuses", resource_claim_status, .merge_key = "name",
                .retain_keys = TRUE, KUBE_DOC ("Status of resource claims.")),
  { NULL },
};

const KubeStruct kube_pod_status = {
  "io.k8s.api.core.v1.PodStatus",
  "PodStatus represents information about the status of a pod. Status may trail the actual state "
  "of a system, especially if the node that hosts the pod cannot contact the control plane.",
  pod_status_fields,
};
