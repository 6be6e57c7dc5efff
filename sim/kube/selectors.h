/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/selectors.h: label and field selectors of list and watch requests */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* metav1.LabelSelector as JSON: no selector matches nothing, an empty one everything. */
gboolean kube_label_selector_matches (const DdValue *selector, const DdValue *labels);

/* "app=web,tier in (a,b)", as kubectl and .status.selector print a metav1.LabelSelector; "<none>"
 * for none; caller frees. */
char *kube_label_selector_to_text (const DdValue *selector);
/* "a=1,b=2" in key order, "<none>" when there are none; caller frees. */
char *kube_labels_to_text (const DdValue *labels);

/* A conjunction of requirements. NULL stands for "everything" throughout. */
typedef struct _KubeSelector KubeSelector;

/* "app in (a,b),!canary,tier=web": NULL and no error when TEXT is empty or NULL; KUBE_BAD_REQUEST
 * when it is not in the grammar. */
KubeSelector *kube_label_query_parse (const char *text, GError **error);
/* The same as a metav1.LabelSelector; NULL when TEXT is NULL, or says what that cannot. */
DdValue *kube_label_query_to_selector (const char *text);
gboolean kube_label_query_matches (const KubeSelector *selector, const DdValue *labels);

/* "spec.nodeName=n1,status.phase!=Running": only metadata.name, metadata.namespace and the kind's
 * selectable fields. */
KubeSelector *kube_field_query_parse (const KubeKind *kind, const char *text, GError **error);
gboolean kube_field_query_matches (const KubeSelector *selector, const SimObject *object);
/* The value that the selector demands FIELD to be equal to, or NULL: what an index can answer. */
const char *kube_field_query_wants (const KubeSelector *selector, const char *field);

void kube_selector_free (KubeSelector *selector);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KubeSelector, kube_selector_free)

G_END_DECLS
