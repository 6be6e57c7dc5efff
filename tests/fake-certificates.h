/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fake-certificates.h: an authority of a test's own, and what it certifies */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FakeAuthority FakeAuthority;

FakeAuthority *fake_authority_new (void);
void fake_authority_free (FakeAuthority *authority);
/* Its own certificate, in PEM. */
const char *fake_authority_pem (const FakeAuthority *authority);

/* A certificate for NAME (also a DNS name when it has a dot) and, when ADDRESS is not NULL, for
 * that IPv4 address; both are PEM, and the caller's. An expired one ended yesterday. */
void fake_authority_certify (FakeAuthority *authority, const char *name, const char *address,
                             gboolean expired, char **out_certificate, char **out_key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeAuthority, fake_authority_free)

G_END_DECLS
