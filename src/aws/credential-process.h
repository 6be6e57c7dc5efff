/* SPDX-License-Identifier: Apache-2.0 */
/* aws/credential-process.h: credentials that another program prints */
#pragma once

#include "net/credentials.h"

G_BEGIN_DECLS

/* COMMAND is split into words as a shell would, and run without one. */
DdCredentialSource *dd_credential_process_new (const char *command, GError **error);

G_END_DECLS
