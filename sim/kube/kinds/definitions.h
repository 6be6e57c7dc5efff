/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/definitions.h: definitions of custom resources at work: whose names are free, what
 * is served, and what goes with a definition that is deleted */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

#define KUBE_APPROVED_ANNOTATION "api-approved.kubernetes.io"
#define KUBE_DEFINITION_FINALIZER "customresourcecleanup.apiextensions.k8s.io"

/* Whether the condition TYPE of DEFINITION is True. */
gboolean kube_definition_is (const DdValue *definition, const char *type);

/* Traces what DEFINITION asks for and is not modelled. */
void kube_definition_tell (KubeApi *api, const DdValue *definition);

/* Accepts the names of the definition NAME, serves what it defines, and clears it away with all its
 * objects when it is being deleted. */
void kube_definition_settle (KubeApi *api, const KubeKind *kind, const char *name);

/* sim/kube/kinds/custom-resource-definition.c: MANIFEST, which no server has seen, as one would
 * keep it. A new reference, or NULL with what a server would say. */
DdValue *kube_definition_read (const DdValue *manifest, GError **error);

/* sim/kube/kinds/custom-resource.c: puts into CATALOGUE what a server will serve once it has got
 * MANIFEST. These tables say what objects may hold; no server keeps any by them. */
gboolean kube_custom_resources_foretell (KubeCatalogue *catalogue, const DdValue *manifest,
                                         GError **error);
/* The catalogue as DEFINITION has it, of which nothing is served
 * unless it is established. */
void kube_custom_resources_offer (KubeApi *api, const DdValue *definition);

G_END_DECLS
