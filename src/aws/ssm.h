/* SPDX-License-Identifier: Apache-2.0 */
/* aws/ssm.h: public parameters of the Systems Manager, several at once */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

/* NAMES is NULL-terminated and has at most ten. */
DdRequest *dd_ssm_get_parameters (const char *const *names);

/* Name to value, both strings. Names that do not exist are simply not in it. */
GHashTable *dd_parameters_from_reply (const DdReply *reply, GError **error);

G_END_DECLS
