/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/service-account.c: the ServiceAccount table */
#include "config.h"

#include "sim/kube/kinds/account-token.h"
#include "sim/kube/kinds/structs.h"

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_LIST_OF ("secrets", kube_object_reference, 2, .merge_key = "name",
                KUBE_DOC ("Secrets meant for its pods; binding only with annotation "
                          "kubernetes.io/enforce-mountable-secrets."),
                KUBE_INERT ("Nothing is refused for want of a secret.")),
  KUBE_LIST_OF ("imagePullSecrets", kube_local_object_reference, 3,
                KUBE_DOC ("Registry credentials given to its pods that name none themselves."),
                KUBE_INERT ("Registries ask nobody who he is.")),
  { "automountServiceAccountToken", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("Whether its pods get an API token mounted, true by default; a pod's own setting "
              "comes first."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.ServiceAccount",
  "Identity under which pods talk to the API server.",
  fields,
};

static DdValue *
secrets_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) dd_value_length (dd_value_member (object->value, "secrets")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Secrets", "string", .path = "secrets", .cell = secrets_cell, .until = 33 },
  KUBE_AGE_COLUMN,
  { NULL },
};

const KubeKind kube_service_account = {
  .group = "",
  .version = "v1",
  .kind = "ServiceAccount",
  .plural = "serviceaccounts",
  .singular = "serviceaccount",
  .short_names = KUBE_VALUES ("sa"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_TOKEN,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .issue_token = kube_account_token_issue,
  .read_token = kube_account_token_read,
};
