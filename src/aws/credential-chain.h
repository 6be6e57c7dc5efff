/* SPDX-License-Identifier: Apache-2.0 */
/* aws/credential-chain.h: which of the standard sources of credentials is meant */
#pragma once

#include "aws/settings.h"
#include "net/credentials.h"

G_BEGIN_DECLS

/* Chooses by what SETTINGS say and asks nobody. Role providers speak to STS in REGION. NULL with
 * ERROR when what they say makes no sense, or needs what is left out. */
DdCredentialSource *dd_credential_chain_choose (const DdAwsSettings *settings, const char *region,
                                                GError **error);

G_END_DECLS
