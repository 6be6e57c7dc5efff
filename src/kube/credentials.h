/* SPDX-License-Identifier: Apache-2.0 */
/* kube/credentials.h: the proof that a kubeconfig's user entry leads to */
#pragma once

#include "net/credentials.h"
#include "base/transport.h"
#include "kube/kubeconfig.h"

G_BEGIN_DECLS

/* ENVIRONMENT (in the form of g_get_environ ()) is what a plugin runs in. NULL without ERROR: the
 * entry proves nothing. */
DdCredentialSource *dd_kube_credentials_new (const DdKubeconfig *config, char **environment,
                                             GError **error);

/* An answer to one whose proof is out of date: 401. */
gboolean dd_kube_reply_says_expired (const DdReply *reply);

G_END_DECLS
