/* SPDX-License-Identifier: Apache-2.0 */
/* net/identity.h: a DdTransport that has the proof of who asks at hand when a request goes out */
#pragma once

#include "net/http-transport.h"
#include "net/keeper.h"

G_BEGIN_DECLS

typedef struct _DdIdentity DdIdentity;

/* Both are borrowed. */
DdIdentity *dd_identity_new (DdHttpTransport *inner, GMainContext *context);
void dd_identity_free (DdIdentity *identity);
DdTransport *dd_identity_interface (DdIdentity *identity);

/* Whether an answer says that the proof is out of date and another one might do. */
typedef gboolean (*DdSaysExpired) (const DdReply *reply);

/* Requests to SERVICE ("kubernetes", or "aws" for all of its services) go out in the name of what
 * KEEPER, which is borrowed, has; they wait for it where need be, and one that is answered with
 * "expired" is asked once more with what KEEPER fetches then. */
void dd_identity_prove (DdIdentity *identity, const char *service, DdKeeper *keeper,
                        DdSaysExpired says_expired);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdIdentity, dd_identity_free)

G_END_DECLS
