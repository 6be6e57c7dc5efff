/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates of one run of a lab. They are the one thing of it that no seed decides:
 * nothing in the world reads them but what tells clients of them.
 *
 * Imitates: the authority of an EKS cluster, which is called kubernetes and lives for ten years;
 * RFC 5280, sections 4.2.1.1 to 4.2.1.3, whose identifiers and usages strict clients ask for. */
#include "config.h"

#include "sim/http/authority.h"

#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define LIFETIME_SECONDS (10 * 365 * (time_t) 86400)
/* A positive number of at most 20 octets (RFC 5280, section 4.1.2.2), and another for each key. */
#define SERIAL_BYTES 16

struct _SimAuthority
{
  DdUsec from;
  gnutls_x509_crt_t certificate;
  gnutls_x509_privkey_t key;
  char *pem;
};

/* What goes into a certificate beside its key. */
typedef struct
{
  const char *common_name;
  const char *const *names;  /* what a server is called; NULL: nothing */
  const char *const *groups; /* whom a client belongs to; NULL: nobody */
  guint usage;               /* bits of GNUTLS_KEY */
  const char *purpose;       /* an OID; NULL: it is an authority's */
} Contents;

static gboolean
succeeded (int code, const char *what, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot %s: %s", what, gnutls_strerror (code));
  return FALSE;
}

static char *
take_text (gnutls_datum_t *text)
{
  char *copy = g_strndup ((const char *) text->data, text->size);

  gnutls_free (text->data);
  return copy;
}

static char *
certificate_to_pem (gnutls_x509_crt_t certificate, GError **error)
{
  gnutls_datum_t text = { NULL, 0 };

  return succeeded (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &text),
                    "write a certificate", error)
             ? take_text (&text)
             : NULL;
}

static char *
key_to_pem (gnutls_x509_privkey_t key, GError **error)
{
  gnutls_datum_t text = { NULL, 0 };

  return succeeded (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &text), "write a key",
                    error)
             ? take_text (&text)
             : NULL;
}

static gboolean
generate_key (gnutls_x509_privkey_t key, GError **error)
{
  return succeeded (gnutls_x509_privkey_generate (
                        key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                    "make a key", error);
}

/* ---- what a certificate says ---- */

static int
add_name (gnutls_x509_crt_t certificate, const char *name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  if (address == NULL)
    return gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name,
                                                 (unsigned int) strlen (name), GNUTLS_FSAN_APPEND);
  return gnutls_x509_crt_set_subject_alt_name (
      certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
      (unsigned int) g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND);
}

static int
set_identifiers (gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
  guint8 own[64], theirs[64];
  size_t own_size = sizeof own, theirs_size = sizeof theirs;
  int code = gnutls_x509_crt_get_key_id (certificate, 0, own, &own_size);

  if (code >= 0)
    code = gnutls_x509_crt_get_key_id (issuer, 0, theirs, &theirs_size);
  if (code >= 0)
    code = gnutls_x509_crt_set_subject_key_id (certificate, own, own_size);
  if (code >= 0)
    code = gnutls_x509_crt_set_authority_key_id (certificate, theirs, theirs_size);
  own[0] &= 0x7f;
  return code >= 0 ? gnutls_x509_crt_set_serial (certificate, own, SERIAL_BYTES) : code;
}

static int
set_validity (gnutls_x509_crt_t certificate, DdUsec from)
{
  time_t begin = (time_t) (from / DD_SECOND);
  int code = gnutls_x509_crt_set_activation_time (certificate, begin);

  return code >= 0 ? gnutls_x509_crt_set_expiration_time (certificate, begin + LIFETIME_SECONDS)
                   : code;
}

static int
set_purpose (gnutls_x509_crt_t certificate, const Contents *contents)
{
  int code = gnutls_x509_crt_set_key_usage (certificate, contents->usage);

  if (code >= 0)
    code = gnutls_x509_crt_set_basic_constraints (certificate, contents->purpose == NULL, -1);
  return code >= 0 && contents->purpose != NULL
             ? gnutls_x509_crt_set_key_purpose_oid (certificate, contents->purpose, 0)
             : code;
}

static int
set_subject (gnutls_x509_crt_t certificate, const Contents *contents)
{
  int code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                            contents->common_name,
                                            (unsigned int) strlen (contents->common_name));

  for (guint i = 0; code >= 0 && contents->groups != NULL && contents->groups[i] != NULL; i++)
    code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, 0,
                                          contents->groups[i],
                                          (unsigned int) strlen (contents->groups[i]));
  for (guint i = 0; code >= 0 && contents->names != NULL && contents->names[i] != NULL; i++)
    code = add_name (certificate, contents->names[i]);
  return code;
}

/* ISSUER and SIGNER are CERTIFICATE and KEY themselves for one that is its own authority. */
static gboolean
fill_in (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const Contents *contents,
         DdUsec from, gnutls_x509_crt_t issuer, gnutls_x509_privkey_t signer, GError **error)
{
  int code = gnutls_x509_crt_set_version (certificate, 3);

  if (code >= 0)
    code = gnutls_x509_crt_set_key (certificate, key);
  if (code >= 0)
    code = set_validity (certificate, from);
  if (code >= 0)
    code = set_subject (certificate, contents);
  if (code >= 0)
    code = set_purpose (certificate, contents);
  if (code >= 0)
    code = set_identifiers (certificate, issuer);
  if (code >= 0)
    code = gnutls_x509_crt_sign2 (certificate, issuer, signer, GNUTLS_DIG_SHA256, 0);
  return succeeded (code, "make a certificate", error);
}

/* ---- the authority ---- */

SimAuthority *
sim_authority_new (DdUsec from, GError **error)
{
  static const Contents contents
      = { .common_name = "kubernetes", .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN };
  g_autoptr (SimAuthority) authority = g_new0 (SimAuthority, 1);

  authority->from = from;
  gnutls_x509_crt_init (&authority->certificate);
  gnutls_x509_privkey_init (&authority->key);
  if (!generate_key (authority->key, error)
      || !fill_in (authority->certificate, authority->key, &contents, from, authority->certificate,
                   authority->key, error))
    return NULL;
  authority->pem = certificate_to_pem (authority->certificate, error);
  return authority->pem != NULL ? g_steal_pointer (&authority) : NULL;
}

void
sim_authority_free (SimAuthority *authority)
{
  if (authority == NULL)
    return;
  gnutls_x509_crt_deinit (authority->certificate);
  gnutls_x509_privkey_deinit (authority->key);
  g_free (authority->pem);
  g_free (authority);
}

const char *
sim_authority_pem (const SimAuthority *authority)
{
  return authority->pem;
}

static gboolean
certify (const SimAuthority *authority, const Contents *contents, SimCredential *out_credential,
         GError **error)
{
  g_auto (SimCredential) made = { NULL };
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_crt_init (&certificate);
  if (generate_key (key, error)
      && fill_in (certificate, key, contents, authority->from, authority->certificate,
                  authority->key, error))
    {
      made.certificate = certificate_to_pem (certificate, error);
      made.key = made.certificate != NULL ? key_to_pem (key, error) : NULL;
    }
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  if (made.key == NULL)
    return FALSE;
  out_credential->certificate = g_steal_pointer (&made.certificate);
  out_credential->key = g_steal_pointer (&made.key);
  return TRUE;
}

gboolean
sim_authority_certify_server (const SimAuthority *authority, const char *const *names,
                              SimCredential *out_credential, GError **error)
{
  const Contents contents
      = { "kube-apiserver", names, NULL, GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KP_TLS_WWW_SERVER };

  return certify (authority, &contents, out_credential, error);
}

gboolean
sim_authority_certify_client (const SimAuthority *authority, const char *user,
                              const char *const *groups, SimCredential *out_credential,
                              GError **error)
{
  const Contents contents
      = { user, NULL, groups, GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KP_TLS_WWW_CLIENT };

  return certify (authority, &contents, out_credential, error);
}

void
sim_credential_clear (SimCredential *credential)
{
  g_clear_pointer (&credential->certificate, g_free);
  g_clear_pointer (&credential->key, g_free);
}
