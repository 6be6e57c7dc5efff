/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/affinity.c: where a pod may run: affinities, tolerations, topology spread */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, Affinity v1 core. */
static const KubeField node_selector_requirement_fields[] = {
  { "key", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Name of the label to test or, under matchFields, of the field."), KUBE_ACTS },
  { "operator", KUBE_STRING, 2, .required = TRUE,
    .values = KUBE_VALUES ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    KUBE_DOC ("How the node's value is tested; Gt and Lt compare integers."), KUBE_ACTS },
  KUBE_LIST_OF_STRINGS (
      "values", 3,
      KUBE_DOC ("Candidates for In and NotIn, one integer for Gt and Lt, otherwise nothing."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct node_selector_requirement = {
  "io.k8s.api.core.v1.NodeSelectorRequirement",
  "One test of a node's label or field.",
  node_selector_requirement_fields,
};

static const KubeField node_selector_term_fields[] = {
  KUBE_LIST_OF ("matchExpressions", node_selector_requirement, 1,
                KUBE_DOC ("Tests on the node's labels, all of which must pass."), KUBE_ACTS),
  KUBE_LIST_OF ("matchFields", node_selector_requirement, 2,
                KUBE_DOC ("Tests on the node's fields; only metadata.name is supported."),
                KUBE_ACTS),
  { NULL },
};

static const KubeStruct node_selector_term = {
  "io.k8s.api.core.v1.NodeSelectorTerm",
  "Matches nodes that pass every test in it; without any test, it matches none.",
  node_selector_term_fields,
  .atomic = TRUE,
};

static const KubeField node_selector_fields[] = {
  KUBE_LIST_OF ("nodeSelectorTerms", node_selector_term, 1, .required = TRUE,
                KUBE_DOC ("Alternatives, of which one match is enough."), KUBE_ACTS),
  { NULL },
};

const KubeStruct kube_node_selector = {
  "io.k8s.api.core.v1.NodeSelector",
  "Chooses nodes that match at least one of several terms.",
  node_selector_fields,
  .atomic = TRUE,
};

static const KubeField preferred_scheduling_term_fields[] = {
  { "weight", KUBE_INT, 1, .required = TRUE,
    KUBE_DOC ("Points that a matching node earns, from 1 to 100."), KUBE_ACTS },
  KUBE_OBJECT_OF ("preference", node_selector_term, 2, .required = TRUE,
                  KUBE_DOC ("Which nodes earn the points."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct preferred_scheduling_term = {
  "io.k8s.api.core.v1.PreferredSchedulingTerm",
  "A wish for certain nodes; an empty one has no effect.",
  preferred_scheduling_term_fields,
};

static const KubeField node_affinity_fields[] = {
  KUBE_OBJECT_OF (
      "requiredDuringSchedulingIgnoredDuringExecution", kube_node_selector, 1, .pointer = TRUE,
      KUBE_DOC ("Demand on the node at placement; a pod already running there is left alone."),
      KUBE_ACTS),
  KUBE_LIST_OF ("preferredDuringSchedulingIgnoredDuringExecution", preferred_scheduling_term, 2,
                KUBE_DOC ("Wishes whose points add up, in favor of nodes with a high total."),
                KUBE_ACTS),
  { NULL },
};

static const KubeStruct node_affinity = {
  "io.k8s.api.core.v1.NodeAffinity",
  "Which nodes a pod must or should run on.",
  node_affinity_fields,
};

static const KubeField pod_affinity_term_fields[] = {
  KUBE_OBJECT_OF ("labelSelector", kube_label_selector, 1, .pointer = TRUE,
                  KUBE_DOC ("Which pods to look for; none at all when absent."), KUBE_ACTS),
  KUBE_LIST_OF_STRINGS ("namespaces", 2,
                        KUBE_DOC ("Where to look for pods; without this and "
                                  "namespaceSelector, in the pod's own namespace."),
                        KUBE_ACTS),
  { "topologyKey", KUBE_STRING, 3, .required = TRUE,
    KUBE_DOC ("Nodes with the same value of this label count as one place, for example a zone."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("namespaceSelector", kube_label_selector, 4, .pointer = TRUE,
                  KUBE_DOC ("Adds namespaces by their labels; an empty selector adds all of them."),
                  KUBE_ACTS),
  KUBE_LIST_OF_STRINGS (
      "matchLabelKeys", 5,
      KUBE_DOC ("Narrows the search to pods with this pod's values of these labels."), KUBE_ACTS),
  KUBE_LIST_OF_STRINGS (
      "mismatchLabelKeys", 6,
      KUBE_DOC ("Narrows the search to pods whose values of these labels are not this pod's."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct pod_affinity_term = {
  "io.k8s.api.core.v1.PodAffinityTerm",
  "Which pods to keep close to or away from, and what counts as close.",
  pod_affinity_term_fields,
};

static const KubeField weighted_pod_affinity_term_fields[] = {
  { "weight", KUBE_INT, 1, .required = TRUE,
    KUBE_DOC ("How much the wish counts in the choice of a node, from 1 to 100."), KUBE_ACTS },
  KUBE_OBJECT_OF ("podAffinityTerm", pod_affinity_term, 2, .required = TRUE,
                  KUBE_DOC ("Which pods the wish is about, and what counts as close."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct weighted_pod_affinity_term = {
  "io.k8s.api.core.v1.WeightedPodAffinityTerm",
  "A wish about other pods nearby; the weights of all wishes add up per node.",
  weighted_pod_affinity_term_fields,
};

static const KubeField pod_affinity_fields[] = {
  KUBE_LIST_OF (
      "requiredDuringSchedulingIgnoredDuringExecution", pod_affinity_term, 1,
      KUBE_DOC ("Demands that must all hold at placement; later changes do not move the pod."),
      KUBE_ACTS),
  KUBE_LIST_OF (
      "preferredDuringSchedulingIgnoredDuringExecution", weighted_pod_affinity_term, 2,
      KUBE_DOC ("Wishes that favor some nodes over others, but never keep the pod from running."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct pod_affinity = {
  "io.k8s.api.core.v1.PodAffinity",
  "Other pods that a pod must or should run near.",
  pod_affinity_fields,
};

static const KubeStruct pod_anti_affinity = {
  "io.k8s.api.core.v1.PodAntiAffinity",
  "Other pods that a pod must or should keep away from.",
  pod_affinity_fields,
};

static const KubeField affinity_fields[] = {
  KUBE_OBJECT_OF ("nodeAffinity", node_affinity, 1, .pointer = TRUE,
                  KUBE_DOC ("Demands and wishes about the node itself."), KUBE_ACTS),
  KUBE_OBJECT_OF ("podAffinity", pod_affinity, 2, .pointer = TRUE,
                  KUBE_DOC ("Pods with which to share a node, a zone or the like."), KUBE_ACTS),
  KUBE_OBJECT_OF ("podAntiAffinity", pod_anti_affinity, 3, .pointer = TRUE,
                  KUBE_DOC ("Pods with which not to share a node, a zone or the like."), KUBE_ACTS),
  { NULL },
};

const KubeStruct kube_affinity = {
  "io.k8s.api.core.v1.Affinity",
  "What draws a pod to certain nodes and other pods, or keeps it off.",
  affinity_fields,
};

static const KubeField toleration_fields[] = {
  { "key", KUBE_STRING, 1, KUBE_DOC ("Taint to tolerate; if empty, which requires Exists, any."),
    KUBE_ACTS },
  { "operator", KUBE_STRING, 2, .values = KUBE_VALUES ("Equal", "Exists"),
    KUBE_DOC ("Equal, the default, compares value as well; Exists ignores it."), KUBE_ACTS },
  { "value", KUBE_STRING, 3, KUBE_DOC ("What the taint's value has to be; left empty with Exists."),
    KUBE_ACTS },
  { "effect", KUBE_STRING, 4, .values = KUBE_VALUES ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    KUBE_DOC ("NoSchedule, PreferNoSchedule or NoExecute; if empty, a taint may have any of them."),
    KUBE_ACTS },
  { "tolerationSeconds", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("Seconds to stay on a node tainted NoExecute; forever if absent, none if 0 or less."),
    KUBE_ACTS },
  { NULL },
};

const KubeStruct kube_toleration = {
  "io.k8s.api.core.v1.Toleration",
  "Lets a pod run on nodes that carry a matching taint.",
  toleration_fields,
};

static const KubeField topology_spread_constraint_fields[] = {
  { "maxSkew", KUBE_INT, 1, .required = TRUE,
    KUBE_DOC ("Most pods that a domain may have beyond the emptiest one; at least 1."), KUBE_ACTS },
  { "topologyKey", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC (
        "Node label whose every value makes a domain, for example topology.kubernetes.io/zone."),
    KUBE_ACTS },
  { "whenUnsatisfiable", KUBE_STRING, 3, .required = TRUE,
    .values = KUBE_VALUES ("DoNotSchedule", "ScheduleAnyway"),
    KUBE_DOC ("DoNotSchedule leaves the pod pending; ScheduleAnyway just favors nodes that even "
              "things out."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("labelSelector", kube_label_selector, 4, .pointer = TRUE,
                  KUBE_DOC ("Which pods of the namespace are counted."), KUBE_ACTS),
  { "minDomains", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("With fewer domains than this, the emptiest counts as 0; for DoNotSchedule only."),
    KUBE_ACTS },
  { "nodeAffinityPolicy", KUBE_STRING, 6, .pointer = TRUE,
    .values = KUBE_VALUES ("Honor", "Ignore"),
    KUBE_DOC ("Honor, the default, leaves out nodes that nodeSelector and affinity rule out; "
              "Ignore does not."),
    KUBE_ACTS },
  { "nodeTaintsPolicy", KUBE_STRING, 7, .pointer = TRUE, .values = KUBE_VALUES ("Honor", "Ignore"),
    KUBE_DOC ("Honor leaves out nodes whose taints the pod does not tolerate; Ignore, the default, "
              "does not."),
    KUBE_ACTS },
  KUBE_LIST_OF_STRINGS (
      "matchLabelKeys", 8,
      KUBE_DOC ("Counts only pods with this pod's values of these labels, say of one ReplicaSet."),
      KUBE_ACTS),
  { NULL },
};

const KubeStruct kube_topology_spread_constraint = {
  "io.k8s.api.core.v1.TopologySpreadConstraint",
  "Keeps matching pods evenly distributed over the values of a node label.",
  topology_spread_constraint_fields,
};
