/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-spec.c: the spec and status of a pod, and the template that workloads make
 * pods from */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, PodSpec v1 core. */
static const KubeField optional_reference_fields[] = {
  { "name", KUBE_STRING, 1, .within = 1, KUBE_DOC ("Which object, in the pod's own namespace.") },
  { "optional", KUBE_BOOL, 2, .pointer = TRUE,
    KUBE_DOC ("If true, a missing object does not keep the container from starting.") },
  { NULL },
};

const KubeStruct kube_optional_reference = {
  "io.k8s.api.core.v1.ConfigMapEnvSource",
  "Names a ConfigMap or Secret whose entries become environment variables.",
  optional_reference_fields,
};

static const KubeField se_linux_fields[] = {
  { "user", KUBE_STRING, 1, KUBE_DOC ("The label's user part, for example system_u.") },
  { "role", KUBE_STRING, 2, KUBE_DOC ("The label's role part, for example system_r.") },
  { "type", KUBE_STRING, 3, KUBE_DOC ("The label's type part, for example container_t.") },
  { "level", KUBE_STRING, 4,
    KUBE_DOC ("The label's sensitivity and categories, for example s0:c123,c456.") },
  { NULL },
};

const KubeStruct kube_se_linux_options = {
  "io.k8s.api.core.v1.SELinuxOptions",
  "Parts of the SELinux label that processes run under.",
  se_linux_fields,
};

static const KubeField windows_fields[] = {
  { "gmsaCredentialSpecName", KUBE_STRING, 1, .pointer = TRUE,
    KUBE_DOC ("GMSACredentialSpec object that names the domain account to run as.") },
  { "gmsaCredentialSpec", KUBE_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("That object's contents, filled in by the GMSA admission webhook.") },
  { "runAsUserName", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("Windows account of the first process; the image's user unless set.") },
  { "hostProcess", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("Runs directly on the host; the same for all the pod's containers, and needs "
              "hostNetwork.") },
  { NULL },
};

const KubeStruct kube_windows_options = {
  "io.k8s.api.core.v1.WindowsSecurityContextOptions",
  "Identity and host access of containers on Windows nodes.",
  windows_fields,
};

static const KubeField profile_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    .values = KUBE_VALUES ("Localhost", "RuntimeDefault", "Unconfined"),
    KUBE_DOC (
        "Whose profile to use: the node's (Localhost), the runtime's, or none (Unconfined).") },
  { "localhostProfile", KUBE_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("For Localhost: a file in the kubelet's seccomp folder, or a loaded AppArmor "
              "profile's name.") },
  { NULL },
};

const KubeStruct kube_profile = {
  "io.k8s.api.core.v1.SeccompProfile",
  "Chooses how seccomp or AppArmor confines processes.",
  profile_fields,
};

static const KubeField sysctl_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Kernel parameter in dotted form, such as net.core.somaxconn.") },
  { "value", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("What to set it to, written as a string even if numeric.") },
  { NULL },
};

static const KubeStruct sysctl = {
  "io.k8s.api.core.v1.Sysctl",
  "A kernel parameter, set for this pod alone.",
  sysctl_fields,
};

static const KubeField security_context_fields[] = {
  KUBE_OBJECT_OF ("seLinuxOptions", kube_se_linux_options, 1, .pointer = TRUE,
                  KUBE_DOC ("SELinux label of every container that sets none itself.")),
  KUBE_OBJECT_OF (
      "windowsOptions", kube_windows_options, 8, .pointer = TRUE,
      KUBE_DOC ("Identity and host access on Windows, for containers that set none themselves.")),
  { "runAsUser", KUBE_INT, 2, .pointer = TRUE,
    KUBE_DOC ("UID for containers that choose none; the image's user if this is unset too.") },
  { "runAsGroup", KUBE_INT, 6, .pointer = TRUE,
    KUBE_DOC ("Primary GID for containers that choose none; the runtime's default if unset too.") },
  { "runAsNonRoot", KUBE_BOOL, 3, .pointer = TRUE,
    KUBE_DOC ("Has the kubelet refuse containers that would run as UID 0.") },
  { "supplementalGroups", KUBE_LIST, 4, .element = KUBE_INT,
    KUBE_DOC ("Further GIDs that each container's first process belongs to.") },
  { "supplementalGroupsPolicy", KUBE_STRING, 12, .pointer = TRUE,
    .values = KUBE_VALUES ("Merge", "Strict"),
    KUBE_DOC (
        "Merge, the default, adds groups from the image's /etc/group; Strict leaves them out.") },
  { "fsGroup", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("GID that every container gets, and that owns those volumes which support it.") },
  KUBE_LIST_OF (
      "sysctls", sysctl, 7,
      KUBE_DOC ("Kernel parameters to change; unsafe ones need the kubelet's permission.")),
  { "fsGroupChangePolicy", KUBE_STRING, 9, .pointer = TRUE,
    .values = KUBE_VALUES ("Always", "OnRootMismatch"),
    KUBE_DOC ("Always, the default, re-owns volumes at each mount; OnRootMismatch only where the "
              "root differs.") },
  KUBE_OBJECT_OF ("seccompProfile", kube_profile, 10, .pointer = TRUE,
                  KUBE_DOC ("System call filter of containers that bring none of their own.")),
  KUBE_OBJECT_OF ("appArmorProfile", kube_profile, 11, .pointer = TRUE,
                  KUBE_DOC ("AppArmor confinement of containers that bring none of their own.")),
  { "seLinuxChangePolicy", KUBE_STRING, 13, .pointer = TRUE,
    KUBE_DOC (
        "MountOption labels a whole volume as it is mounted; Recursive relabels file by file.") },
  { NULL },
};

static const KubeStruct security_context = {
  "io.k8s.api.core.v1.PodSecurityContext",
  "Security settings of the pod as a whole, and defaults for its containers.",
  security_context_fields,
};

static const KubeField host_alias_fields[] = {
  { "ip", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Address that the names stand for.") },
  KUBE_LIST_OF_STRINGS ("hostnames", 2, KUBE_DOC ("Names that resolve to the address.")),
  { NULL },
};

static const KubeStruct host_alias = {
  "io.k8s.api.core.v1.HostAlias",
  "A line that the kubelet adds to the pod's /etc/hosts.",
  host_alias_fields,
};

static const KubeField dns_option_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Resolver option, for example ndots; needed.") },
  { "value", KUBE_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("Its setting, such as 5; left out for options that are mere switches.") },
  { NULL },
};

static const KubeStruct dns_option = {
  "io.k8s.api.core.v1.PodDNSConfigOption",
  "One of the options in the pod's resolv.conf.",
  dns_option_fields,
};

static const KubeField dns_config_fields[] = {
  KUBE_LIST_OF_STRINGS (
      "nameservers", 1,
      KUBE_DOC ("IPs of servers to ask after those from dnsPolicy; no more than 3.")),
  KUBE_LIST_OF_STRINGS ("searches", 2,
                        KUBE_DOC ("Domains tried for short names, after those from dnsPolicy.")),
  KUBE_LIST_OF ("options", dns_option, 3,
                KUBE_DOC ("Resolver options; they win over those from dnsPolicy.")),
  { NULL },
};

static const KubeStruct dns_config = {
  "io.k8s.api.core.v1.PodDNSConfig",
  "Additions to the resolv.conf that dnsPolicy produces.",
  dns_config_fields,
};

static const KubeField readiness_gate_fields[] = {
  { "conditionType", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Type of the condition that has to be True."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct readiness_gate = {
  "io.k8s.api.core.v1.PodReadinessGate",
  "A condition, set by some outside controller, that the pod needs to be Ready.",
  readiness_gate_fields,
};

static const KubeField scheduling_gate_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Identifies the gate; no other gate of the pod may share it."),
    KUBE_INERT ("One gate holds a pod back as well as another.") },
  { NULL },
};

static const KubeStruct scheduling_gate = {
  "io.k8s.api.core.v1.PodSchedulingGate",
  "Keeps the scheduler from placing the pod until it is removed.",
  scheduling_gate_fields,
};

static const KubeField pod_os_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, .values = KUBE_VALUES ("linux", "windows"),
    KUBE_DOC ("Either linux or windows.") },
  { NULL },
};

static const KubeStruct pod_os = {
  "io.k8s.api.core.v1.PodOS",
  "Operating system that a pod's images are made for.",
  pod_os_fields,
};

static const KubeField pod_resource_claim_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("DNS label by which the pod's containers refer to the claim.") },
  { "resourceClaimName", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("Existing ResourceClaim to use, which pods may share; excludes a template.") },
  { "resourceClaimTemplateName", KUBE_STRING, 4, .pointer = TRUE,
    KUBE_DOC ("Template for a claim that is made for this pod alone and deleted with it.") },
  { NULL },
};

static const KubeStruct pod_resource_claim = {
  "io.k8s.api.core.v1.PodResourceClaim",
  "A claim on devices, either existing or made from a template.",
  pod_resource_claim_fields,
};

static const KubeField pod_spec_fields[] = {
  KUBE_LIST_OF (
      "volumes", kube_volume, 1, .merge_key = "name", .retain_keys = TRUE,
      KUBE_DOC ("Storage that the pod's containers may mount, each under a name of its own."),
      KUBE_ACTS),
  KUBE_LIST_OF (
      "initContainers", kube_container, 20, .merge_key = "name",
      KUBE_DOC ("Run to completion one by one before the rest; sidecars among them keep running."),
      KUBE_ACTS),
  KUBE_LIST_OF ("containers", kube_container, 2, .merge_key = "name", .required = TRUE,
                KUBE_DOC ("What the pod runs: at least one, none added or removed after creation."),
                KUBE_ACTS),
  KUBE_LIST_OF ("ephemeralContainers", kube_ephemeral_container, 34, .merge_key = "name",
                KUBE_DOC ("Debugging containers, added only after the pod has been created."),
                KUBE_INERT ("They hold nothing up.")),
  { "restartPolicy", KUBE_STRING, 3, .fallback = "\"Always\"",
    .values = KUBE_VALUES ("Always", "OnFailure", "Never"),
    KUBE_DOC ("Whether ended containers start again: Always (the default), OnFailure or Never."),
    KUBE_ACTS },
  { "terminationGracePeriodSeconds", KUBE_INT, 4, .pointer = TRUE, .fallback = "30",
    KUBE_DOC (
        "Seconds that shutdown may take, preStop hook included, before the kill; 30 by default."),
    KUBE_ACTS },
  { "activeDeadlineSeconds", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("Seconds after startTime at which the pod is failed and its containers stopped."),
    KUBE_ACTS },
  { "dnsPolicy", KUBE_STRING, 6, .fallback = "\"ClusterFirst\"",
    .values = KUBE_VALUES ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
    KUBE_DOC ("Source of resolv.conf: ClusterFirst unless set; Default copies the node's, None "
              "leaves it to dnsConfig."),
    KUBE_INERT ("No program looks up names.") },
  KUBE_MAP_OF_STRINGS ("nodeSelector", 7, .atomic = TRUE,
                       KUBE_DOC ("Labels, with their values, that a node must carry to be chosen."),
                       KUBE_ACTS),
  { "serviceAccountName", KUBE_STRING, 8,
    KUBE_DOC ("ServiceAccount the pod acts as; the namespace's default one unless set."),
    KUBE_ACTS },
  { "serviceAccount", KUBE_STRING, 9,
    KUBE_DOC ("Outdated twin of serviceAccountName, which should be set instead."), KUBE_ACTS },
  { "automountServiceAccountToken", KUBE_BOOL, 21, .pointer = TRUE,
    KUBE_DOC ("Whether containers find an API token mounted; overrides the ServiceAccount's own "
              "choice."),
    KUBE_ACTS },
  { "nodeName", KUBE_STRING, 10,
    KUBE_DOC ("Node the pod is bound to, filled in by the scheduler; to steer it, use affinity."),
    KUBE_ACTS },
  { "hostNetwork", KUBE_BOOL, 11,
    KUBE_DOC ("Uses the node's network and IP in place of its own; off by default."), KUBE_ACTS },
  { "hostPID", KUBE_BOOL, 12,
    KUBE_DOC ("Lets containers see the node's processes; off by default."),
    KUBE_INERT ("No program looks at others.") },
  { "hostIPC", KUBE_BOOL, 13,
    KUBE_DOC (
        "Lets containers share memory and semaphores with the node's processes; off by default."),
    KUBE_INERT ("No program talks to others.") },
  { "shareProcessNamespace", KUBE_BOOL, 27, .pointer = TRUE,
    KUBE_DOC ("Lets containers see and signal one another's processes; off by default, excludes "
              "hostPID."),
    KUBE_INERT ("No program looks at others.") },
  KUBE_OBJECT_OF (
      "securityContext", security_context, 14, .pointer = TRUE, .fallback = "{}",
      KUBE_DOC ("Users, groups and confinement, for containers that do not set their own."),
      KUBE_INERT ("Every container may run as it asks to.")),
  KUBE_LIST_OF ("imagePullSecrets", kube_local_object_reference, 15, .merge_key = "name",
                KUBE_DOC ("Secrets in the pod's namespace that hold logins for image registries."),
                KUBE_INERT ("Registries ask nobody who he is.")),
  { "hostname", KUBE_STRING, 16,
    KUBE_DOC ("Name the pod knows itself by; its object's name unless set."),
    KUBE_INERT ("No program looks up names.") },
  { "subdomain", KUBE_STRING, 17,
    KUBE_DOC ("DNS domain within the namespace that the hostname belongs to, named after a "
              "headless Service."),
    KUBE_INERT ("No program looks up names.") },
  KUBE_OBJECT_OF ("affinity", kube_affinity, 18, .pointer = TRUE,
                  KUBE_DOC ("Demands and wishes on which nodes, or near which pods, to run."),
                  KUBE_ACTS),
  { "schedulerName", KUBE_STRING, 19, .fallback = "\"default-scheduler\"",
    KUBE_DOC ("Who picks the node; default-scheduler unless set."),
    KUBE_NOT_MODELLED ("another scheduler would place the pod; here it stays Pending") },
  KUBE_LIST_OF ("tolerations", kube_toleration, 22,
                KUBE_DOC ("Node taints that do not keep this pod off."), KUBE_ACTS),
  KUBE_LIST_OF ("hostAliases", host_alias, 23, .merge_key = "ip",
                KUBE_DOC ("Names to make known in the pod's /etc/hosts."),
                KUBE_INERT ("No program looks up names.")),
  { "priorityClassName", KUBE_STRING, 24,
    KUBE_DOC ("PriorityClass that gives the priority; if empty, the cluster's default class or 0."),
    KUBE_ACTS },
  { "priority", KUBE_INT, 25, .pointer = TRUE,
    KUBE_DOC ("Higher goes first and may preempt lower; worked out from priorityClassName at "
              "admission."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("dnsConfig", dns_config, 26, .pointer = TRUE,
                  KUBE_DOC ("Servers, domains and options to add to what dnsPolicy yields."),
                  KUBE_INERT ("No program looks up names.")),
  KUBE_LIST_OF (
      "readinessGates", readiness_gate, 28,
      KUBE_DOC ("Conditions that must be True, besides ready containers, for the pod to be Ready."),
      KUBE_ACTS),
  { "runtimeClassName", KUBE_STRING, 29, .pointer = TRUE,
    KUBE_DOC ("RuntimeClass that selects how containers are run; the node's usual way if empty."),
    KUBE_NOT_MODELLED (
        "the RuntimeClass would add its overhead and its node selector to the pod") },
  { "enableServiceLinks", KUBE_BOOL, 30, .pointer = TRUE,
    KUBE_DOC ("Whether variables like WEB_SERVICE_HOST tell of the namespace's Services; true by "
              "default."),
    KUBE_INERT ("No program reads its environment.") },
  { "preemptionPolicy", KUBE_STRING, 31, .pointer = TRUE,
    .values = KUBE_VALUES ("Never", "PreemptLowerPriority"),
    KUBE_DOC ("Never makes the pod wait its turn; PreemptLowerPriority, the default, may evict "
              "others."),
    KUBE_ACTS },
  { "overhead", KUBE_MAP, 32, .element = KUBE_QUANTITY,
    KUBE_DOC ("What the sandbox consumes on top of the containers; taken from the RuntimeClass."),
    KUBE_ACTS },
  KUBE_LIST_OF (
      "topologySpreadConstraints", kube_topology_spread_constraint, 33, .merge_key = "topologyKey",
      .list_key = "whenUnsatisfiable",
      KUBE_DOC ("How evenly to distribute matching pods over zones, nodes or other domains."),
      KUBE_ACTS),
  { "setHostnameAsFQDN", KUBE_BOOL, 35, .pointer = TRUE,
    KUBE_DOC ("Makes the pod's fully qualified name its hostname; off by default."),
    KUBE_INERT ("No program looks up names.") },
  KUBE_OBJECT_OF (
      "os", pod_os, 36, .pointer = TRUE,
      KUBE_DOC ("Operating system the pod is meant for; fields of the other one must stay unset."),
      KUBE_INERT ("Every node runs Linux, and the scheduler does not look.")),
  { "hostUsers", KUBE_BOOL, 37, .pointer = TRUE,
    KUBE_DOC ("Unless false, a UID in the pod is the same UID on the node."),
    KUBE_INERT ("No program asks for its user.") },
  KUBE_LIST_OF (
      "schedulingGates", scheduling_gate, 38, .merge_key = "name",
      KUBE_DOC (
          "While any is left the pod is not scheduled; after creation they can only be removed."),
      KUBE_ACTS),
  KUBE_LIST_OF ("resourceClaims", pod_resource_claim, 39, .merge_key = "name", .retain_keys = TRUE,
                KUBE_DOC ("Claims on devices that must be met before the pod can start."),
                KUBE_NOT_MODELLED (
                    "the pod would wait for the devices that it claims, and go where they are")),
  KUBE_OBJECT_OF ("resources", kube_resource_requirements, 40, .pointer = TRUE,
                  KUBE_DOC ("CPU and memory for all of the containers together."),
                  KUBE_INERT ("An alpha feature: clusters of EKS drop the field.")),
  { NULL },
};

const KubeStruct kube_pod_spec = {
  "io.k8s.api.core.v1.PodSpec",
  "What to run, with which storage and privileges, and where.",
  pod_spec_fields,
};

static const KubeField template_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1, .fallback = "{}",
                  KUBE_DOC ("Labels, annotations and so on that the pods are made with."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("spec", kube_pod_spec, 2, .required = TRUE,
                  KUBE_DOC ("What each of the pods is to run."), KUBE_ACTS),
  { NULL },
};

const KubeStruct kube_pod_template_spec = {
  "io.k8s.api.core.v1.PodTemplateSpec",
  "The mold from which a workload makes its pods.",
  template_fields,
};

static const KubeField pod_condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is judged, for example Ready or PodScheduled.") },
  { "observedGeneration", KUBE_INT, 7,
    KUBE_DOC ("The pod's metadata.generation at the time of the verdict.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("The verdict: True, False or Unknown.") },
  { "lastProbeTime", KUBE_TIME, 3, .fallback = "null",
    KUBE_DOC ("When the matter was last looked into; usually null.") },
  { "lastTransitionTime", KUBE_TIME, 4, .fallback = "null",
    KUBE_DOC ("When status last took another value.") },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("One CamelCase word for why status last changed.") },
  { "message", KUBE_STRING, 6,
    KUBE_DOC ("Tells people more about the last change than reason does.") },
  { NULL },
};

static const KubeStruct pod_condition = {
  "io.k8s.api.core.v1.PodCondition",
  "One aspect of a pod's state, and when and why it changed.",
  pod_condition_fields,
};

static const KubeField ip_fields[] = {
  { "ip", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("An IPv4 or IPv6 address.") },
  { NULL },
};

static const KubeStruct host_ip
    = { "io.k8s.api.core.v1.HostIP", "One of the addresses of the pod's node.", ip_fields };
static const KubeStruct pod_ip
    = { "io.k8s.api.core.v1.PodIP",
        "One of the pod's addresses, of which there is one per IP family at most.", ip_fields };

static const KubeField resource_claim_status_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Entry of spec.resourceClaims that this is about.") },
  { "resourceClaimName", KUBE_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("ResourceClaim made for the pod; absent where none turned out to be needed.") },
  { NULL },
};

static const KubeStruct resource_claim_status = {
  "io.k8s.api.core.v1.PodResourceClaimStatus",
  "Which claim was made for the pod from a template.",
  resource_claim_status_fields,
};

static const KubeField pod_status_fields[] = {
  { "observedGeneration", KUBE_INT, 17,
    KUBE_DOC ("The metadata.generation of the spec that this status reflects.") },
  { "phase", KUBE_STRING, 1,
    .words = KUBE_VALUES ("Pending", "Running", "Succeeded", "Failed", "Unknown"),
    KUBE_DOC ("Coarse summary of the whole pod: Pending, Running, Succeeded, Failed or Unknown.") },
  KUBE_LIST_OF (
      "conditions", pod_condition, 2, .merge_key = "type",
      KUBE_DOC ("Verdicts such as PodScheduled, Initialized, ContainersReady and Ready.")),
  { "message", KUBE_STRING, 3, KUBE_DOC ("Explains in prose why the pod is as it is.") },
  { "reason", KUBE_STRING, 4, KUBE_DOC ("One CamelCase word for that, such as Evicted.") },
  { "nominatedNodeName", KUBE_STRING, 11,
    KUBE_DOC (
        "Node where the scheduler evicts others to make room; the pod may still land elsewhere.") },
  { "hostIP", KUBE_STRING, 5,
    KUBE_DOC ("Main address of the pod's node; empty until the kubelet reports it.") },
  KUBE_LIST_OF ("hostIPs", host_ip, 16, .merge_key = "ip", .atomic = TRUE,
                KUBE_DOC ("All addresses of that node, hostIP first.")),
  { "podIP", KUBE_STRING, 6,
    KUBE_DOC ("Main address of the pod, reachable throughout the cluster; empty until assigned.") },
  KUBE_LIST_OF ("podIPs", pod_ip, 12, .merge_key = "ip",
                KUBE_DOC ("At most one IPv4 and one IPv6 address, podIP first.")),
  { "startTime", KUBE_TIME, 7, .pointer = TRUE,
    KUBE_DOC ("When the kubelet accepted the pod, before it pulled any image.") },
  KUBE_LIST_OF ("initContainerStatuses", kube_container_status, 10,
                KUBE_DOC ("What became of each init container.")),
  KUBE_LIST_OF ("containerStatuses", kube_container_status, 8,
                KUBE_DOC ("How each of the containers is doing.")),
  { "qosClass", KUBE_STRING, 9,
    KUBE_DOC ("Guaranteed, Burstable or BestEffort, as follows from the containers' requests and "
              "limits.") },
  KUBE_LIST_OF ("ephemeralContainerStatuses", kube_container_status, 13,
                KUBE_DOC ("How debugging containers are doing, or have ended.")),
  { "resize", KUBE_STRING, 14,
    KUBE_DOC ("How far a resize in place has come, such as InProgress, Deferred or Infeasible.") },
  KUBE_LIST_OF ("resourceClaimStatuses", resource_claim_status, 15, .merge_key = "name",
                .retain_keys = TRUE,
                KUBE_DOC ("Claims that were made from templates for this pod.")),
  { NULL },
};

const KubeStruct kube_pod_status = {
  "io.k8s.api.core.v1.PodStatus",
  "What was last observed of a pod; out of date while its node is cut off.",
  pod_status_fields,
};
