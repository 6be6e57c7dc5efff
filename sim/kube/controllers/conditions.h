/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/conditions.h: the condition lists of statuses, and other shapes that
 * controllers share
 */
#pragma once

#include "sim/kube/kind.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

/* The condition of that type in STATUS.conditions; NULL when there is none. */
const DdValue *sim_condition_find (const DdValue *status, const char *type);
/* Its "status": "True", "False", "Unknown"; NULL when there is none. */
const char *sim_condition_status (const DdValue *status, const char *type);

/* A copy of STATUS with CONDITION (taken) in its list, in the place of the one of the same type.
 * lastTransitionTime stays while the status does; a condition that differs in nothing but when it
 * was looked at is kept as it is. */
DdValue *sim_status_with_condition (const DdValue *status, DdValue *condition);

/* What follows STATUS's condition of the same type: CONDITION (taken), by the same rules. */
DdValue *sim_condition_successor (const DdValue *status, DdValue *condition);

/* metav1.Time of now. */
DdValue *sim_now_value (SimStage *stage);

/* A one-element ownerReferences list: OWNER as controller. */
DdValue *sim_owner_references (const SimObject *owner);
/* The controller's reference in METADATA.ownerReferences; NULL when there is none. */
const DdValue *sim_controller_reference (const SimObject *object);

/* deletionTimestamp is set. */
gboolean sim_is_terminating (const SimObject *object);

/* Of metadata.finalizers. */
gboolean sim_has_finalizer (const SimObject *object, const char *name);
DdValue *sim_finalizers_without (const SimObject *object, const char *name);

/* FNV-1a over the canonical text of TEMPLATE, spelled like the hashes of Kubernetes: at most ten
 * characters of KUBE_NAME_ALPHABET; caller frees. */
char *sim_template_hash (const DdValue *template, gint64 collisions);

/* An int or a percentage of TOTAL ("25%"), as intstr.GetScaledValueFromIntOrPercent; FALLBACK when
 * VALUE is absent or malformed. */
gint64 sim_scaled_value (const DdValue *value, gint64 total, gboolean round_up, gint64 fallback);

G_END_DECLS
