/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/kinds.h: the kinds this server serves; each is one table in a file of its own */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

extern const KubeKind kube_cluster_role;
extern const KubeKind kube_cluster_role_binding;
extern const KubeKind kube_config_map;
extern const KubeKind kube_controller_revision;
extern const KubeKind kube_cron_job;
extern const KubeKind kube_csi_driver;
extern const KubeKind kube_csi_node;
extern const KubeKind kube_csi_storage_capacity;
extern const KubeKind kube_custom_resource_definition;
extern const KubeKind kube_daemon_set;
extern const KubeKind kube_deployment;
extern const KubeKind kube_endpoint_slice;
extern const KubeKind kube_endpoints;
extern const KubeKind kube_event;
extern const KubeKind kube_job;
extern const KubeKind kube_ingress;
extern const KubeKind kube_ingress_class;
extern const KubeKind kube_horizontal_pod_autoscaler;
extern const KubeKind kube_horizontal_pod_autoscaler_v1;
extern const KubeKind kube_lease;
extern const KubeKind kube_limit_range;
extern const KubeKind kube_local_subject_access_review;
extern const KubeKind kube_mutating_webhooks;
extern const KubeKind kube_namespace;
extern const KubeKind kube_network_policy;
extern const KubeKind kube_node;
extern const KubeKind kube_persistent_volume;
extern const KubeKind kube_persistent_volume_claim;
extern const KubeKind kube_pod;
extern const KubeKind kube_pod_disruption_budget;
extern const KubeKind kube_pod_template;
extern const KubeKind kube_priority_class;
extern const KubeKind kube_replica_set;
extern const KubeKind kube_resource_quota;
extern const KubeKind kube_role;
extern const KubeKind kube_role_binding;
extern const KubeKind kube_secret;
extern const KubeKind kube_self_subject_access_review;
extern const KubeKind kube_self_subject_review;
extern const KubeKind kube_self_subject_rules_review;
extern const KubeKind kube_service;
extern const KubeKind kube_service_account;
extern const KubeKind kube_stateful_set;
extern const KubeKind kube_storage_class;
extern const KubeKind kube_subject_access_review;
extern const KubeKind kube_token_review;
extern const KubeKind kube_validating_webhooks;

G_END_DECLS
