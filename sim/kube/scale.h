/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/scale.h: the numbers of what can be scaled, wherever its kind has them */
#pragma once

#include "sim/kube/error.h"
#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* How many are wanted of OBJECT; FALLBACK when it does not say. */
gint64 kube_scale_wanted (const SimObject *object, gint64 fallback);
/* How many there are. */
gint64 kube_scale_current (const SimObject *object);
/* Which pods are its own, as a metav1.LabelSelector; a new reference, NULL when it does not say. */
DdValue *kube_scale_selector (const SimObject *object);
/* Whether OBJECT has a scale to be read: a custom resource may lack the number. KUBE_INTERNAL_ERROR
 * in the words of its server. */
gboolean kube_scale_check (const SimObject *object, GError **error);
/* The value of OBJECT with another number wanted; a new reference. */
DdValue *kube_scale_with (const SimObject *object, gint64 wanted);

G_END_DECLS
