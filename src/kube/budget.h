/* SPDX-License-Identifier: Apache-2.0 */
/* kube/budget.h: disruption budgets, and which pods they speak for */
#pragma once

#include "base/transport.h"
#include "base/value.h"
#include "kube/pod.h"

G_BEGIN_DECLS

typedef struct
{
  char *namespace_, *name;
  DdValue *selector;
  gint64 needs, has; /* healthy pods */
  gint64 allowed;    /* disruptions, now */
  gint64 expected;   /* pods that it counts */
  gboolean unknown;  /* the disruption controller could not work it out, so none is allowed */
  gboolean never;    /* by its spec it allows none, however many pods there are */
} DdKubeBudget;

void dd_kube_budget_free (DdKubeBudget *budget);

DdRequest *dd_kube_list_budgets (const char *token);
/* Adds to BUDGETS (of DdKubeBudget *); *OUT_TOKEN is NULL after the last page. */
gboolean dd_kube_budgets_from_reply (const DdReply *reply, GPtrArray *budgets, char **out_token,
                                     GError **error);
gboolean dd_kube_budget_covers (const DdKubeBudget *budget, const DdKubePod *pod);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdKubeBudget, dd_kube_budget_free)

G_END_DECLS
