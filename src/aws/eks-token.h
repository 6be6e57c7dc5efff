/* SPDX-License-Identifier: Apache-2.0 */
/* aws/eks-token.h: the tokens by which an EKS cluster knows AWS identities */
#pragma once

#include "net/credentials.h"
#include "net/endpoint.h"

G_BEGIN_DECLS

/* The token of CREDENTIALS for CLUSTER, made at INSTANT: STS is STS in REGION. Caller frees. */
char *dd_eks_token (const DdCredentials *credentials, const char *cluster, const char *region,
                    const DdEndpoint *sts, DdUsec instant);

/* Tokens made of what SOURCE has, which is taken. STS is copied. CLOCK tells the true time. */
DdCredentialSource *dd_eks_token_source_new (DdCredentialSource *source, DdClock *clock,
                                             const char *cluster, const char *region,
                                             const DdEndpoint *sts);

G_END_DECLS
