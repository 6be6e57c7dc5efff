/* SPDX-License-Identifier: Apache-2.0 */
/* Imitates: Go's crypto/x509 as kube-apiserver uses it for clients: a chain to the authority, of
 * today, for the purpose of clients; the common name is the user and the organizations his groups.
 */
#include "config.h"

#include "sim/http/peer.h"

#include <gnutls/x509.h>

void
sim_peer_free (SimPeer *peer)
{
  if (peer == NULL)
    return;
  g_free (peer->name);
  g_strfreev (peer->groups);
  g_free (peer);
}

static gboolean
is_trusted (gnutls_session_t session)
{
  gnutls_typed_vdata_st purpose
      = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (guint8 *) GNUTLS_KP_TLS_WWW_CLIENT };
  unsigned int faults = 0;

  return gnutls_certificate_verify_peers (session, &purpose, 1, &faults) == GNUTLS_E_SUCCESS
         && faults == 0;
}

/* The INDEX-th text of OID in the subject; NULL: there are fewer, or it is no text. */
static char *
subject_part (gnutls_x509_crt_t certificate, const char *oid, unsigned int index)
{
  char text[1024];
  size_t size = sizeof text;

  if (gnutls_x509_crt_get_dn_by_oid (certificate, oid, index, 0, text, &size) != GNUTLS_E_SUCCESS
      || !g_utf8_validate_len (text, size, NULL))
    return NULL;
  return g_strndup (text, size);
}

static void
take_subject (SimPeer *peer, gnutls_x509_crt_t certificate)
{
  g_autoptr (GStrvBuilder) groups = g_strv_builder_new ();
  char *group;

  for (unsigned int i = 0;
       (group = subject_part (certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, i)) != NULL; i++)
    {
      g_strv_builder_add (groups, group);
      g_free (group);
    }
  peer->name = subject_part (certificate, GNUTLS_OID_X520_COMMON_NAME, 0);
  peer->groups = g_strv_builder_end (groups);
}

SimPeer *
sim_peer_of_session (gnutls_session_t session)
{
  unsigned int length = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (session, &length);
  g_autoptr (SimPeer) peer = NULL;
  gnutls_x509_crt_t certificate;

  if (chain == NULL || length == 0)
    return NULL;
  peer = g_new0 (SimPeer, 1);
  peer->trusted = is_trusted (session);
  gnutls_x509_crt_init (&certificate);
  if (gnutls_x509_crt_import (certificate, chain, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS)
    take_subject (peer, certificate);
  gnutls_x509_crt_deinit (certificate);
  if (peer->name == NULL)
    peer->name = g_strdup ("");
  return g_steal_pointer (&peer);
}
