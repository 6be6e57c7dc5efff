/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/peer.h: the certificate that a client has shown; private to sim/http */
#pragma once

#include <gnutls/gnutls.h>

#include "sim/stage/message.h"

G_BEGIN_DECLS

/* NULL: he has shown none. */
SimPeer *sim_peer_of_session (gnutls_session_t session);
void sim_peer_free (SimPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimPeer, sim_peer_free)

G_END_DECLS
