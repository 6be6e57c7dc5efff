/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/lease.c: the Lease table */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "holderIdentity", KUBE_STRING, 1, .pointer = TRUE,
    KUBE_DOC ("Who holds the lease, such as a node's name; empty if nobody does."),
    KUBE_INERT ("A node's lease is known by its name.") },
  { "leaseDurationSeconds", KUBE_INT, 2, .pointer = TRUE,
    KUBE_DOC ("Seconds after renewTime until others may take over the lease."),
    KUBE_INERT ("The node controller has a patience of its own.") },
  { "acquireTime", KUBE_MICRO_TIME, 3, .pointer = TRUE,
    KUBE_DOC ("Since when the present holder has had the lease."),
    KUBE_INERT ("Nobody here is elected.") },
  { "renewTime", KUBE_MICRO_TIME, 4, .pointer = TRUE,
    KUBE_DOC ("Last sign of life from the holder; kubelets give one every ten seconds."),
    KUBE_ACTS },
  { "leaseTransitions", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("How often the lease has changed hands."), KUBE_INERT ("Nobody here is elected.") },
  { "strategy", KUBE_STRING, 6, .pointer = TRUE,
    KUBE_DOC ("Rule for choosing among LeaseCandidates, such as OldestEmulationVersion."),
    KUBE_INERT ("Nobody here is elected.") },
  { "preferredHolder", KUBE_STRING, 7, .pointer = TRUE,
    KUBE_DOC ("Better candidate, for whom the holder should step down."),
    KUBE_INERT ("Nobody here is elected.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.coordination.v1.LeaseSpec",
  "Who holds the lease, since when and for how long.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("The holder and the times of its claim."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.coordination.v1.Lease",
  "A claim that must be renewed: node heartbeats and leader election rest on it.",
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
