/* SPDX-License-Identifier: Apache-2.0 */
/* aws/error.h: what an answer of an AWS service says went wrong, as a DD_ERROR */
#pragma once

#include "base/error.h"
#include "base/transport.h"

G_BEGIN_DECLS

/* FALSE, with ERROR set, unless REPLY is an answer with a 2xx status and a body. The message is
 * "Code: message", as the service words it. */
gboolean dd_aws_reply_check (const DdReply *reply, GError **error);
/* What a person can do about an answer that dd_aws_reply_check () found wrong; NULL: no idea. */
const char *dd_aws_reply_hint (const DdReply *reply);
/* The credentials were good once: fresh ones may do. */
gboolean dd_aws_reply_says_expired (const DdReply *reply);

G_END_DECLS
