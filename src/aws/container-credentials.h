/* SPDX-License-Identifier: Apache-2.0 */
/* aws/container-credentials.h: credentials that ECS or EKS Pod Identity hand to a container */
#pragma once

#include "aws/settings.h"
#include "net/credentials.h"

G_BEGIN_DECLS

/* The environment says that there is such an endpoint. */
gboolean dd_container_credentials_are_there (const DdAwsSettings *settings);
/* DD_ERROR_INVALID when it is one that credentials must not be asked of. */
DdCredentialSource *dd_container_credentials_new (const DdAwsSettings *settings, GError **error);

G_END_DECLS
