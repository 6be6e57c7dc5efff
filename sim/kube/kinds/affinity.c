/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/affinity.c: where a pod may run: affinities, tolerations, topology spread */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, Affinity v1 core. */
static const KubeField node_selector_requirement_fields[] = {
  { "key", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("The label key that the selector applies to.") },
  { "operator", KUBE_STRING, .required = TRUE,
    .values = KUBE_VALUES ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    KUBE_DOC ("Represents a key's relationship to a set of values.") },
  KUBE_LIST_OF_STRINGS ("values", KUBE_DOC ("An array of string values.")),
  { NULL },
};

static const KubeStruct node_selector_requirement = {
  "io.k8s.api.core.v1.NodeSelectorRequirement",
  "A node selector requirement is a selector that contains values, a key, and an operator that "
  "relates the key and values.",
  node_selector_requirement_fields,
};

static const KubeField node_selector_term_fields[] = {
  KUBE_LIST_OF ("matchExpressions", node_selector_requirement,
                KUBE_DOC ("A list of node selector requirements by node's labels.")),
  KUBE_LIST_OF ("matchFields", node_selector_requirement,
                KUBE_DOC ("A list of node selector requirements by node's fields.")),
  { NULL },
};

static const KubeStruct node_selector_term = {
  "io.k8s.api.core.v1.NodeSelectorTerm",
  "A null or empty node selector term matches no objects. The requirements of them are ANDed.",
  node_selector_term_fields,
};

static const KubeField node_selector_fields[] = {
  KUBE_LIST_OF ("nodeSelectorTerms", node_selector_term, .required = TRUE,
                KUBE_DOC ("A list of node selector terms. The terms are ORed.")),
  { NULL },
};

static const KubeStruct node_selector = {
  "io.k8s.api.core.v1.NodeSelector",
  "A node selector represents the union of the results of one or more label queries over a set of "
  "nodes.",
  node_selector_fields,
};

static const KubeField preferred_scheduling_term_fields[] = {
  { "weight", KUBE_INT, .required = TRUE,
    KUBE_DOC ("Weight associated with matching the corresponding nodeSelectorTerm, in the range "
              "1-100.") },
  KUBE_OBJECT_OF ("preference", node_selector_term, .required = TRUE,
                  KUBE_DOC ("A node selector term, associated with the corresponding weight.")),
  { NULL },
};

static const KubeStruct preferred_scheduling_term = {
  "io.k8s.api.core.v1.PreferredSchedulingTerm",
  "An empty preferred scheduling term matches all objects with implicit weight 0.",
  preferred_scheduling_term_fields,
};

static const KubeField node_affinity_fields[] = {
  KUBE_OBJECT_OF ("requiredDuringSchedulingIgnoredDuringExecution", node_selector,
                  KUBE_DOC ("If the affinity requirements specified by this field are not met at "
                            "scheduling time, the pod will not be scheduled onto the node.")),
  KUBE_LIST_OF ("preferredDuringSchedulingIgnoredDuringExecution", preferred_scheduling_term,
                KUBE_DOC ("The scheduler will prefer to schedule pods to nodes that satisfy the "
                          "affinity expressions specified by this field.")),
  { NULL },
};

static const KubeStruct node_affinity = {
  "io.k8s.api.core.v1.NodeAffinity",
  "Node affinity is a group of node affinity scheduling rules.",
  node_affinity_fields,
};

static const KubeField pod_affinity_term_fields[] = {
  KUBE_OBJECT_OF ("labelSelector", kube_label_selector,
                  KUBE_DOC ("A label query over a set of resources, in this case pods.")),
  KUBE_LIST_OF_STRINGS (
      "namespaces",
      KUBE_DOC ("namespaces specifies a static list of namespace names that the term applies to.")),
  { "topologyKey", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("This pod should be co-located (affinity) or not co-located (anti-affinity) with the "
              "pods matching the labelSelector, where co-located is defined as running on a node "
              "whose value of the label with key topologyKey matches that of any node on which any "
              "of the selected pods is running.") },
  KUBE_OBJECT_OF ("namespaceSelector", kube_label_selector,
                  KUBE_DOC ("A label query over the set of namespaces that the term applies to.")),
  KUBE_LIST_OF_STRINGS ("matchLabelKeys",
                        KUBE_DOC ("MatchLabelKeys is a set of pod label keys to select which pods "
                                  "will be taken into consideration.")),
  KUBE_LIST_OF_STRINGS ("mismatchLabelKeys",
                        KUBE_DOC ("MismatchLabelKeys is a set of pod label keys to select which "
                                  "pods will be taken into consideration.")),
  { NULL },
};

static const KubeStruct pod_affinity_term = {
  "io.k8s.api.core.v1.PodAffinityTerm",
  "Defines a set of pods that this pod should be co-located (affinity) or not co-located "
  "(anti-affinity) with.",
  pod_affinity_term_fields,
};

static const KubeField weighted_pod_affinity_term_fields[] = {
  { "weight", KUBE_INT, .required = TRUE,
    KUBE_DOC (
        "weight associated with matching the corresponding podAffinityTerm, in the range 1-100.") },
  KUBE_OBJECT_OF (
      "podAffinityTerm", pod_affinity_term, .required = TRUE,
      KUBE_DOC ("Required. A pod affinity term, associated with the corresponding weight.")),
  { NULL },
};

static const KubeStruct weighted_pod_affinity_term = {
  "io.k8s.api.core.v1.WeightedPodAffinityTerm",
  "The weights of all of the matched WeightedPodAffinityTerm fields are added per-node to find the "
  "most preferred node(s).",
  weighted_pod_affinity_term_fields,
};

static const KubeField pod_affinity_fields[] = {
  KUBE_LIST_OF ("requiredDuringSchedulingIgnoredDuringExecution", pod_affinity_term,
                KUBE_DOC ("If the requirements specified by this field are not met at scheduling "
                          "time, the pod will not be scheduled onto the node.")),
  KUBE_LIST_OF ("preferredDuringSchedulingIgnoredDuringExecution", weighted_pod_affinity_term,
                KUBE_DOC ("The scheduler will prefer to schedule pods to nodes that satisfy the "
                          "expressions specified by this field.")),
  { NULL },
};

static const KubeStruct pod_affinity = {
  "io.k8s.api.core.v1.PodAffinity",
  "Pod affinity is a group of inter pod affinity scheduling rules.",
  pod_affinity_fields,
};

static const KubeStruct pod_anti_affinity = {
  "io.k8s.api.core.v1.PodAntiAffinity",
  "Pod anti affinity is a group of inter pod anti affinity scheduling rules.",
  pod_affinity_fields,
};

static const KubeField affinity_fields[] = {
  KUBE_OBJECT_OF ("nodeAffinity", node_affinity,
                  KUBE_DOC ("Describes node affinity scheduling rules for the pod.")),
  KUBE_OBJECT_OF ("podAffinity", pod_affinity,
                  KUBE_DOC ("Describes pod affinity scheduling rules (e.g. co-locate this pod in "
                            "the same node, zone, etc. as some other pod(s)).")),
  KUBE_OBJECT_OF ("podAntiAffinity", pod_anti_affinity,
                  KUBE_DOC ("Describes pod anti-affinity scheduling rules (e.g. avoid putting this "
                            "pod in the same node, zone, etc. as some other pod(s)).")),
  { NULL },
};

const KubeStruct kube_affinity = {
  "io.k8s.api.core.v1.Affinity",
  "Affinity is a group of affinity scheduling rules.",
  affinity_fields,
};

static const KubeField toleration_fields[] = {
  { "key", KUBE_STRING,
    KUBE_DOC (
        "Key is the taint key that the toleration applies to. Empty means match all taint keys.") },
  { "operator", KUBE_STRING, .values = KUBE_VALUES ("Equal", "Exists"),
    KUBE_DOC ("Operator represents a key's relationship to the value. Valid operators are Exists "
              "and Equal. Defaults to Equal.") },
  { "value", KUBE_STRING, KUBE_DOC ("Value is the taint value the toleration matches to.") },
  { "effect", KUBE_STRING, .values = KUBE_VALUES ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    KUBE_DOC ("Effect indicates the taint effect to match. Empty means match all taint effects.") },
  { "tolerationSeconds", KUBE_INT,
    KUBE_DOC ("TolerationSeconds represents the period of time the toleration (which must be of "
              "effect NoExecute, otherwise this field is ignored) tolerates the taint. By default, "
              "it is not set, which means tolerate the taint forever (do not evict).") },
  { NULL },
};

const KubeStruct kube_toleration = {
  "io.k8s.api.core.v1.Toleration",
  "The pod this Toleration is attached to tolerates any taint that matches the triple "
  "<key,value,effect> using the matching operator <operator>.",
  toleration_fields,
};

static const KubeField topology_spread_constraint_fields[] = {
  { "maxSkew", KUBE_INT, .required = TRUE,
    KUBE_DOC ("MaxSkew describes the degree to which pods may be unevenly distributed.") },
  { "topologyKey", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("TopologyKey is the key of node labels.") },
  { "whenUnsatisfiable", KUBE_STRING, .required = TRUE,
    .values = KUBE_VALUES ("DoNotSchedule", "ScheduleAnyway"),
    KUBE_DOC ("WhenUnsatisfiable indicates how to deal with a pod if it doesn't satisfy the spread "
              "constraint.") },
  KUBE_OBJECT_OF ("labelSelector", kube_label_selector,
                  KUBE_DOC ("LabelSelector is used to find matching pods.")),
  { "minDomains", KUBE_INT,
    KUBE_DOC ("MinDomains indicates a minimum number of eligible domains.") },
  { "nodeAffinityPolicy", KUBE_STRING, .values = KUBE_VALUES ("Honor", "Ignore"),
    KUBE_DOC ("NodeAffinityPolicy indicates how we will treat Pod's nodeAffinity/nodeSelector when "
              "calculating pod topology spread skew.") },
  { "nodeTaintsPolicy", KUBE_STRING, .values = KUBE_VALUES ("Honor", "Ignore"),
    KUBE_DOC ("NodeTaintsPolicy indicates how we will treat node taints when calculating pod "
              "topology spread skew.") },
  KUBE_LIST_OF_STRINGS ("matchLabelKeys",
                        KUBE_DOC ("MatchLabelKeys is a set of pod label keys to select the pods "
                                  "over which spreading will be calculated.")),
  { NULL },
};

const KubeStruct kube_topology_spread_constraint = {
  "io.k8s.api.core.v1.TopologySpreadConstraint",
  "TopologySpreadConstraint specifies how to spread matching pods among the given topology.",
  topology_spread_constraint_fields,
};
