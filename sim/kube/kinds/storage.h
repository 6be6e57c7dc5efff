/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/storage.h: what claims, volumes and their classes have in common */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* Annotations: "true" on the class of claims that name none; the node that a claim's first pod was
 * given, on the claim. */
#define KUBE_DEFAULT_CLASS "storageclass.kubernetes.io/is-default-class"
#define KUBE_SELECTED_NODE "volume.kubernetes.io/selected-node"

/* The finalizers of a claim that a pod may be using, and of a volume that a claim may have. */
#define KUBE_CLAIM_PROTECTION "kubernetes.io/pvc-protection"
#define KUBE_VOLUME_PROTECTION "kubernetes.io/pv-protection"
/* Adds FINALIZER. Imitates: plugin/pkg/admission/storage/storageobjectinuseprotection. */
void kube_protect (DdValue **object, const char *finalizer);

/* What a StatefulSet's volumeClaimTemplates hold: a PersistentVolumeClaim that says what it is. */
extern const KubeStruct kube_claim_template;
/* What claims ask for. */
extern const KubeStruct kube_claim_spec;

/* Bytes of an amount of storage; what is none counts as 0. */
gint64 kube_storage_size (const DdValue *amount);

/* All access modes, ended by NULL, and those of MODES that are none told. */
extern const char *const kube_access_modes[];
void kube_access_modes_validate (const DdValue *modes, KubeCauses *causes);
/* "RWO,ROX", as kubectl get shows the access modes. */
DdValue *kube_access_modes_cell (const DdValue *modes);

G_END_DECLS
