/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/authority.h: the certificate authority of a lab, made when it starts and gone with it */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

typedef struct _SimAuthority SimAuthority;

/* A certificate and its key, both PEM. */
typedef struct
{
  char *certificate, *key;
} SimCredential;

/* What it certifies is valid from FROM, and itself too, for ten years. A G_IO_ERROR tells what
 * GnuTLS could not do. */
SimAuthority *sim_authority_new (DdUsec from, GError **error);
void sim_authority_free (SimAuthority *authority);
/* Its own certificate, PEM. */
const char *sim_authority_pem (const SimAuthority *authority);

/* For a server that is reached by NAMES, host names or numeric addresses; ended by NULL. */
gboolean sim_authority_certify_server (const SimAuthority *authority, const char *const *names,
                                       SimCredential *out_credential, GError **error);
/* For a client: USER is the common name, GROUPS (ended by NULL) the organizations, as an API server
 * reads them. */
gboolean sim_authority_certify_client (const SimAuthority *authority, const char *user,
                                       const char *const *groups, SimCredential *out_credential,
                                       GError **error);
void sim_credential_clear (SimCredential *credential);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimAuthority, sim_authority_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimCredential, sim_credential_clear)

G_END_DECLS
