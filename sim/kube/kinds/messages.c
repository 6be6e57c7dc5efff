/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/messages.c: what is sent and never stored. These tables only give protobuf its
 * numbers; who reads and writes the messages knows them by name. */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: k8s.io/apimachinery, pkg/apis/meta/v1/generated.proto. */
static const KubeField cause_fields[] = {
  { "reason", KUBE_STRING, 1 },
  { "message", KUBE_STRING, 2 },
  { "field", KUBE_STRING, 3 },
  { NULL },
};

static const KubeStruct cause
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause", NULL, cause_fields };

static const KubeField details_fields[] = {
  { "name", KUBE_STRING, 1 },
  { "group", KUBE_STRING, 2 },
  { "kind", KUBE_STRING, 3 },
  { "uid", KUBE_STRING, 6 },
  KUBE_LIST_OF ("causes", cause, 4),
  { "retryAfterSeconds", KUBE_INT, 5 },
  { NULL },
};

static const KubeStruct details
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails", NULL, details_fields };

static const KubeField status_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_list_meta, 1, .required = TRUE),
  { "status", KUBE_STRING, 2 },
  { "message", KUBE_STRING, 3 },
  { "reason", KUBE_STRING, 4 },
  KUBE_OBJECT_OF ("details", details, 5, .pointer = TRUE),
  { "code", KUBE_INT, 6 },
  { NULL },
};

static const KubeStruct status
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.Status", NULL, status_fields };

static const KubeField preconditions_fields[] = {
  { "uid", KUBE_STRING, 1, .pointer = TRUE },
  { "resourceVersion", KUBE_STRING, 2, .pointer = TRUE },
  { NULL },
};

static const KubeStruct preconditions
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", NULL, preconditions_fields };

static const KubeField delete_options_fields[] = {
  { "gracePeriodSeconds", KUBE_INT, 1, .pointer = TRUE },
  KUBE_OBJECT_OF ("preconditions", preconditions, 2, .pointer = TRUE),
  { "orphanDependents", KUBE_BOOL, 3, .pointer = TRUE },
  { "propagationPolicy", KUBE_STRING, 4, .pointer = TRUE },
  KUBE_LIST_OF_STRINGS ("dryRun", 5),
  { "ignoreStoreReadErrorWithClusterBreakingPotential", KUBE_BOOL, 6, .pointer = TRUE },
  { NULL },
};

static const KubeStruct delete_options
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", NULL, delete_options_fields };

static const KubeField partial_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1),
  { NULL },
};

static const KubeStruct partial
    = { "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata", NULL, partial_fields };

/* Imitates: k8s.io/api, policy/v1, core/v1 and autoscaling/v1. */
static const KubeField eviction_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1),
  KUBE_OBJECT_OF ("deleteOptions", delete_options, 2, .pointer = TRUE),
  { NULL },
};

static const KubeStruct eviction = { "io.k8s.api.policy.v1.Eviction", NULL, eviction_fields };

static const KubeField binding_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1),
  KUBE_OBJECT_OF ("target", kube_object_reference, 2, .required = TRUE),
  { NULL },
};

static const KubeStruct binding = { "io.k8s.api.core.v1.Binding", NULL, binding_fields };

static const KubeField scale_spec_fields[] = {
  { "replicas", KUBE_INT, 1 },
  { NULL },
};

static const KubeStruct scale_spec
    = { "io.k8s.api.autoscaling.v1.ScaleSpec", NULL, scale_spec_fields };

static const KubeField scale_status_fields[] = {
  { "replicas", KUBE_INT, 1, .required = TRUE },
  { "selector", KUBE_STRING, 2 },
  { NULL },
};

static const KubeStruct scale_status
    = { "io.k8s.api.autoscaling.v1.ScaleStatus", NULL, scale_status_fields };

static const KubeField scale_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1),
  KUBE_OBJECT_OF ("spec", scale_spec, 2),
  KUBE_OBJECT_OF ("status", scale_status, 3),
  { NULL },
};

static const KubeStruct scale = { "io.k8s.api.autoscaling.v1.Scale", NULL, scale_fields };

/* Imitates: k8s.io/api, authentication/v1. */
static const KubeField bound_fields[] = {
  { "kind", KUBE_STRING, 1 },
  { "apiVersion", KUBE_STRING, 2 },
  { "name", KUBE_STRING, 3 },
  { "uid", KUBE_STRING, 4 },
  { NULL },
};

static const KubeStruct bound
    = { "io.k8s.api.authentication.v1.BoundObjectReference", NULL, bound_fields };

static const KubeField token_spec_fields[] = {
  KUBE_LIST_OF_STRINGS ("audiences", 1),
  { "expirationSeconds", KUBE_INT, 4, .pointer = TRUE },
  KUBE_OBJECT_OF ("boundObjectRef", bound, 3, .pointer = TRUE),
  { NULL },
};

static const KubeStruct token_spec
    = { "io.k8s.api.authentication.v1.TokenRequestSpec", NULL, token_spec_fields };

static const KubeField token_status_fields[] = {
  { "token", KUBE_STRING, 1, .required = TRUE },
  { "expirationTimestamp", KUBE_TIME, 2, .required = TRUE },
  { NULL },
};

static const KubeStruct token_status
    = { "io.k8s.api.authentication.v1.TokenRequestStatus", NULL, token_status_fields };

static const KubeField token_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1),
  KUBE_OBJECT_OF ("spec", token_spec, 2, .required = TRUE),
  KUBE_OBJECT_OF ("status", token_status, 3),
  { NULL },
};

static const KubeStruct token = { "io.k8s.api.authentication.v1.TokenRequest", NULL, token_fields };

const KubeMessage kube_messages[] = {
  { "Binding", &binding },    { "DeleteOptions", &delete_options },
  { "Eviction", &eviction },  { "PartialObjectMetadata", &partial },
  { "Scale", &scale },        { "Status", &status },
  { "TokenRequest", &token },
};

const guint kube_n_messages = G_N_ELEMENTS (kube_messages);
