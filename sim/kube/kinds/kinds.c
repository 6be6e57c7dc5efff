/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/kinds.c: the one list of the kinds that are served */
#include "config.h"

#include "sim/kube/kinds/kinds.h"

/* One a line. */
/* clang-format off */
const KubeKind *const kube_kinds[] = {
  &kube_config_map,
  &kube_endpoints,
  &kube_event,
  &kube_limit_range,
  &kube_namespace,
  &kube_node,
  &kube_persistent_volume_claim,
  &kube_persistent_volume,
  &kube_pod,
  &kube_pod_template,
  &kube_resource_quota,
  &kube_secret,
  &kube_service_account,
  &kube_service,
  &kube_mutating_webhooks,
  &kube_validating_webhooks,
  &kube_custom_resource_definition,
  &kube_controller_revision,
  &kube_daemon_set,
  &kube_deployment,
  &kube_replica_set,
  &kube_stateful_set,
  &kube_self_subject_review,
  &kube_token_review,
  &kube_local_subject_access_review,
  &kube_self_subject_access_review,
  &kube_self_subject_rules_review,
  &kube_subject_access_review,
  &kube_horizontal_pod_autoscaler,
  &kube_horizontal_pod_autoscaler_v1,
  &kube_cron_job,
  &kube_job,
  &kube_lease,
  &kube_endpoint_slice,
  &kube_ingress_class,
  &kube_ingress,
  &kube_network_policy,
  &kube_pod_disruption_budget,
  &kube_cluster_role_binding,
  &kube_cluster_role,
  &kube_role_binding,
  &kube_role,
  &kube_priority_class,
  &kube_csi_driver,
  &kube_csi_node,
  &kube_csi_storage_capacity,
  &kube_storage_class,
};
/* clang-format on */

const guint kube_n_kinds = G_N_ELEMENTS (kube_kinds);
