/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of service accounts: JSON Web Tokens with the claims of a real server's.
 *
 * They are signed by HMAC, where a cluster signs with RSA: nobody but the server itself verifies
 * them here, and the same seed gives the same tokens. What a token may be bound to is not modelled.
 *
 * Imitates: Kubernetes, TokenRequest v1 authentication.k8s.io; pkg/serviceaccount/claims.go and
 * jwt.go; pkg/apis/authentication/validation. RFC 7515, 7519. */
#include "config.h"

#include "sim/kube/kinds/account-token.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/schema/causes.h"

#define ISSUER "https://kubernetes.default.svc.cluster.local"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define USUAL_SECONDS 3600
#define LEAST_SECONDS 600
#define MOST_SECONDS (G_GINT64_CONSTANT (1) << 32)
#define KEY_LENGTH 64
/* The number of a token is told since then. */
#define MINOR_WITH_NUMBERS 30

/* ---- JSON Web Signatures ---- */

static char *
base64url (const guint8 *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static guint8 *
from_base64url (const char *text, gsize *out_length)
{
  g_autofree char *copy
      = g_strdup_printf ("%s%.*s", text, (int) (3 - (strlen (text) + 3) % 4), "===");

  g_strdelimit (copy, "-", '+');
  g_strdelimit (copy, "_", '/');
  return g_base64_decode (copy, out_length);
}

static const char *
key_of (KubeApi *api)
{
  if (api->token_key == NULL)
    api->token_key = dd_random_text (api->tokens, "0123456789abcdef", KEY_LENGTH);
  return api->token_key;
}

static char *
signature_of (KubeApi *api, const char *text, gsize length)
{
  const char *key = key_of (api);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key));
  guint8 digest[32];
  gsize size = sizeof digest;

  g_hmac_update (hmac, (const guchar *) text, (gssize) length);
  g_hmac_get_digest (hmac, digest, &size);
  return base64url (digest, size);
}

static char *
sign (KubeApi *api, const DdValue *claims)
{
  g_autofree char *json = dd_value_to_text (claims);
  g_autofree char *header = base64url ((const guint8 *) HEADER, strlen (HEADER));
  g_autofree char *payload = base64url ((const guint8 *) json, strlen (json));
  g_autofree char *text = g_strconcat (header, ".", payload, NULL);
  g_autofree char *signature = signature_of (api, text, strlen (text));

  return g_strconcat (text, ".", signature, NULL);
}

/* The claims of a token that is ours; NULL: it is not. */
static DdValue *
open_token (KubeApi *api, const char *token)
{
  const char *payload = strchr (token, '.');
  const char *dot = payload != NULL ? strrchr (payload + 1, '.') : NULL;
  g_autofree char *signature = NULL, *text = NULL;
  g_autofree guint8 *json = NULL;
  gsize length = 0;

  if (dot == NULL)
    return NULL;
  signature = signature_of (api, token, (gsize) (dot - token));
  if (strcmp (signature, dot + 1) != 0)
    return NULL;
  text = g_strndup (payload + 1, (gsize) (dot - payload - 1));
  json = from_base64url (text, &length);
  return dd_value_parse ((const char *) json, length, NULL, NULL);
}

/* ---- asking for one ---- */

static gboolean
check_lifetime (gint64 seconds, GError **error)
{
  g_autoptr (KubeCauses) causes = kube_causes_new ();

  if (seconds < LEAST_SECONDS)
    kube_causes_add (causes, "FieldValueInvalid", "spec.expirationSeconds",
                     "Invalid value: %" G_GINT64_FORMAT
                     ": may not specify a duration less than 10 minutes",
                     seconds);
  else if (seconds > MOST_SECONDS)
    kube_causes_add (causes, "FieldValueInvalid", "spec.expirationSeconds",
                     "Invalid value: %" G_GINT64_FORMAT
                     ": may not specify a duration larger than 2^32 seconds",
                     seconds);
  return kube_causes_check (causes, "authentication.k8s.io", "TokenRequest", "", error);
}

static gboolean
check_binding (const DdValue *request, GError **error)
{
  const DdValue *bound = dd_value_path (request, "spec.boundObjectRef");

  if (bound == NULL || dd_value_type (bound) == DD_NULL)
    return TRUE;
  kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                  "spec.boundObjectRef of a TokenRequest is not modelled by Drydock");
  return FALSE;
}

static DdValue *
claims_of (KubeApi *api, const SimObject *account, DdValue *audiences, gint64 now, gint64 seconds)
{
  return dd_object (
      "aud", audiences, "exp", dd_int (now + seconds), "iat", dd_int (now), "iss",
      dd_string (ISSUER), "jti",
      api->minor >= MINOR_WITH_NUMBERS ? dd_string_take (dd_random_uuid (api->tokens)) : NULL,
      "kubernetes.io",
      dd_object (
          "namespace", dd_string (account->namespace_), "serviceaccount",
          dd_object ("name", dd_string (account->name), "uid", dd_string (account->uid), NULL),
          NULL),
      "nbf", dd_int (now), "sub",
      dd_string_printf ("system:serviceaccount:%s:%s", account->namespace_, account->name), NULL);
}

DdValue *
kube_account_token_issue (KubeApi *api, const SimObject *account, const DdValue *request,
                          GError **error)
{
  DdUsec instant = sim_stage_now (api->stage);
  gint64 seconds = dd_value_path_int (request, "spec.expirationSeconds", USUAL_SECONDS);
  const DdValue *asked = dd_value_path (request, "spec.audiences");
  g_autoptr (DdValue) audiences = NULL;
  g_autoptr (DdValue) claims = NULL;

  if (!check_lifetime (seconds, error) || !check_binding (request, error))
    return NULL;
  audiences
      = dd_value_length (asked) > 0 ? dd_value_ref (asked) : dd_array (dd_string (ISSUER), NULL);
  claims = claims_of (api, account, dd_value_ref (audiences), instant / DD_SECOND, seconds);
  return dd_object (
      "kind", dd_string ("TokenRequest"), "apiVersion", dd_string ("authentication.k8s.io/v1"),
      "metadata",
      dd_object ("name", dd_string (account->name), "namespace", dd_string (account->namespace_),
                 "creationTimestamp", dd_string_take (dd_time_to_iso8601 (instant)), NULL),
      "spec",
      dd_object ("audiences", dd_value_ref (audiences), "expirationSeconds", dd_int (seconds),
                 "boundObjectRef", dd_null (), NULL),
      "status",
      dd_object ("token", dd_string_take (sign (api, claims)), "expirationTimestamp",
                 dd_string_take (dd_time_to_iso8601 (instant + seconds * DD_SECOND)), NULL),
      NULL);
}

/* ---- showing it ---- */

static gboolean
is_for_us (const DdValue *audiences)
{
  for (gsize i = 0; i < dd_value_length (audiences); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (audiences, i)), ISSUER) == 0)
      return TRUE;
  return FALSE;
}

static SimObject *
account_of (KubeApi *api, const DdValue *claims)
{
  const DdValue *its = dd_value_member (claims, "kubernetes.io");
  const char *namespace_ = dd_value_path_string (its, "namespace");
  const char *name = dd_value_path_string (its, "serviceaccount.name");
  SimObject *account = namespace_ != NULL && name != NULL
                           ? sim_store_get (api->store, &kube_service_account, namespace_, name)
                           : NULL;

  return account != NULL
                 && g_strcmp0 (account->uid, dd_value_path_string (its, "serviceaccount.uid")) == 0
             ? account
             : NULL;
}

KubeUser *
kube_account_token_read (KubeApi *api, const char *token)
{
  g_autoptr (DdValue) claims = open_token (api, token);
  const SimObject *account = claims != NULL ? account_of (api, claims) : NULL;
  const char *number = dd_value_path_string (claims, "jti");
  g_autofree char *group = NULL;
  KubeUser *user;

  if (account == NULL || !is_for_us (dd_value_member (claims, "aud"))
      || dd_value_path_int (claims, "exp", 0) <= sim_stage_now (api->stage) / DD_SECOND)
    return NULL;
  group = g_strdup_printf ("system:serviceaccounts:%s", account->namespace_);
  user = kube_user_new_with (dd_value_path_string (claims, "sub"),
                             (const char *const[]) { "system:serviceaccounts", group, NULL });
  user->uid = g_strdup (account->uid);
  if (number != NULL)
    {
      g_autofree char *credential = g_strconcat ("JTI=", number, NULL);

      kube_user_add_extra (user, "authentication.kubernetes.io/credential-id", credential);
    }
  return user;
}
