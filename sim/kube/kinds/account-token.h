/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/account-token.h: the tokens of service accounts */
#pragma once

#include "sim/kube/kinds/kinds.h"

G_BEGIN_DECLS

/* The TokenRequest REQUEST, answered for ACCOUNT. */
DdValue *kube_account_token_issue (KubeApi *api, const SimObject *account, const DdValue *request,
                                   GError **error);
/* Whose TOKEN is, if it is one of ours, of an account that is still there, and of today. */
KubeUser *kube_account_token_read (KubeApi *api, const char *token);

G_END_DECLS
