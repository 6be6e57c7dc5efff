/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/lease.c: the Lease table */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "holderIdentity", KUBE_STRING,
    KUBE_DOC ("holderIdentity contains the identity of the holder of a current lease. If "
              "Coordinated Leader Election is used, the holder identity must be equal to the "
              "elected LeaseCandidate.metadata.name field.") },
  { "leaseDurationSeconds", KUBE_INT,
    KUBE_DOC ("leaseDurationSeconds is a duration that candidates for a lease need to wait to "
              "force acquire it. This is measured against the time of last observed renewTime.") },
  { "acquireTime", KUBE_MICRO_TIME,
    KUBE_DOC ("acquireTime is a time when the current lease was acquired.") },
  { "renewTime", KUBE_MICRO_TIME,
    KUBE_DOC (
        "renewTime is a time when the current holder of a lease has last updated the lease.") },
  { "leaseTransitions", KUBE_INT,
    KUBE_DOC ("leaseTransitions is the number of transitions of a lease between holders.") },
  { "strategy", KUBE_STRING,
    KUBE_DOC ("Strategy indicates the strategy for picking the leader for coordinated leader "
              "election.") },
  { "preferredHolder", KUBE_STRING,
    KUBE_DOC ("PreferredHolder signals to a lease holder that the lease has a more optimal holder "
              "and should be given up.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.coordination.v1.LeaseSpec",
  "LeaseSpec is a specification of a Lease.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .fallback = "{}",
                  KUBE_DOC ("spec contains the specification of the Lease.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.coordination.v1.Lease",
  "Lease defines a lease concept.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Holder", "string", .path = "spec.holderIdentity", .absent = "" },
  KUBE_AGE_COLUMN,
  { NULL },
};

const KubeKind kube_lease = {
  .group = "coordination.k8s.io",
  .version = "v1",
  .kind = "Lease",
  .plural = "leases",
  .singular = "lease",
  .namespaced = TRUE,
  .type = &type,
  .columns = columns,
};
