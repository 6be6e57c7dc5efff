/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/reviews.h: what the questions about who somebody is, and what he may do, share */
#pragma once

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/causes.h"

G_BEGIN_DECLS

#define KUBE_REVIEWED "It is a question to the API server, and no part of an upgrade."
#define KUBE_ASKED KUBE_INERT (KUBE_REVIEWED)

extern const KubeStruct kube_user_info;
extern const KubeColumn kube_no_columns[];

/* BODY's metadata without a time, SPEC and STATUS (both taken), as an answer. */
DdValue *kube_review_answer (const DdValue *body, DdValue *spec, DdValue *status);

G_END_DECLS
