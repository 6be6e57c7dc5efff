/* SPDX-License-Identifier: Apache-2.0 */
/* kube/list.h: what every list of a Kubernetes API has: pages and items */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

/* The answer as a value, with *OUT_TOKEN set to its continue token, or to NULL at the end. */
DdValue *dd_kube_list_from_reply (const DdReply *reply, char **out_token, GError **error);

/* PATH with its query; a NULL parameter is left out. */
DdRequest *dd_kube_list_request (const char *path, const char *selector_parameter,
                                 const char *selector, const char *token);

G_END_DECLS
