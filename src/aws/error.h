/* aws/error.h: what an answer of an AWS service says went wrong, as a DD_ERROR */
#pragma once

#include "base/error.h"
#include "base/transport.h"

G_BEGIN_DECLS

/* FALSE, with ERROR set, unless REPLY is an answer with a 2xx status and a body. The message is
 * "Code: message", as the service words it. */
gboolean dd_aws_reply_check (const DdReply *reply, GError **error);

G_END_DECLS
