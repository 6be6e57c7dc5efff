/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "fake-certificates.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define DAY 86400

struct _FakeAuthority
{
  gnutls_x509_crt_t certificate;
  gnutls_x509_privkey_t key;
  char *pem;
  guint serial;
};

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (
                       key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  return key;
}

static gnutls_x509_crt_t
make_certificate (gnutls_x509_privkey_t key, const char *name, guint serial, gboolean expired)
{
  gnutls_x509_crt_t certificate;
  guint8 number[4] = { 1, 0, (guint8) (serial >> 8), (guint8) serial };

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_key (certificate, key);
  gnutls_x509_crt_set_serial (certificate, number, sizeof number);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 30 * DAY);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + (expired ? -DAY : DAY));
  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                 (unsigned int) strlen (name));
  return certificate;
}

static char *
pem_of_certificate (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t text;
  char *pem;

  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &text), ==, 0);
  pem = g_strndup ((const char *) text.data, text.size);
  gnutls_free (text.data);
  return pem;
}

static char *
pem_of_key (gnutls_x509_privkey_t key)
{
  gnutls_datum_t text;
  char *pem;

  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &text), ==, 0);
  pem = g_strndup ((const char *) text.data, text.size);
  gnutls_free (text.data);
  return pem;
}

FakeAuthority *
fake_authority_new (void)
{
  FakeAuthority *self = g_new0 (FakeAuthority, 1);

  self->key = make_key ();
  self->certificate = make_certificate (self->key, "test authority", 0, FALSE);
  gnutls_x509_crt_set_basic_constraints (self->certificate, 1, -1);
  gnutls_x509_crt_set_key_usage (self->certificate, GNUTLS_KEY_KEY_CERT_SIGN);
  g_assert_cmpint (
      gnutls_x509_crt_sign2 (self->certificate, self->certificate, self->key, GNUTLS_DIG_SHA256, 0),
      ==, 0);
  self->pem = pem_of_certificate (self->certificate);
  return self;
}

void
fake_authority_free (FakeAuthority *self)
{
  if (self == NULL)
    return;
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_privkey_deinit (self->key);
  g_free (self->pem);
  g_free (self);
}

const char *
fake_authority_pem (const FakeAuthority *self)
{
  return self->pem;
}

void
fake_authority_certify (FakeAuthority *self, const char *name, const char *address,
                        gboolean expired, char **out_certificate, char **out_key)
{
  gnutls_x509_privkey_t key = make_key ();
  gnutls_x509_crt_t certificate = make_certificate (key, name, ++self->serial, expired);
  struct in_addr ip;

  if (strchr (name, '.') != NULL)
    gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name,
                                          (unsigned int) strlen (name), GNUTLS_FSAN_APPEND);
  if (address != NULL && inet_pton (AF_INET, address, &ip) == 1)
    gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, &ip, sizeof ip,
                                          GNUTLS_FSAN_APPEND);
  g_assert_cmpint (
      gnutls_x509_crt_sign2 (certificate, self->certificate, self->key, GNUTLS_DIG_SHA256, 0), ==,
      0);
  *out_certificate = pem_of_certificate (certificate);
  *out_key = pem_of_key (key);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
}
