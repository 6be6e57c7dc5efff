/* SPDX-License-Identifier: Apache-2.0 */
/* A token is a URL with a signature in it: "who am I?", asked of STS with the name of the cluster
 * as a signed header. The API server asks STS and so learns who made it, but nothing that it could
 * use elsewhere. The URL may be asked for one minute; the server takes the token for fifteen
 * minutes from its date, and one less is counted on.
 *
 * Imitates: `aws eks get-token` (AWS CLI, customizations/eks/get_token.py) and
 * kubernetes-sigs/aws-iam-authenticator, pkg/token. */
#include "config.h"

#include "aws/eks-token.h"

#include <string.h>

#include "net/sigv4.h"

#define PREFIX "k8s-aws-v1."
#define QUESTION "/?Action=GetCallerIdentity&Version=2011-06-15"
#define URL_LIFE (60 * DD_SECOND)
#define TOKEN_LIFE (14 * DD_MINUTE)

/* Base64 for URLs, without padding (RFC 4648, section 5). */
static char *
base64_for_url (const char *text)
{
  g_autofree char *plain = g_base64_encode ((const guchar *) text, strlen (text));

  g_strdelimit (plain, "+", '-');
  g_strdelimit (plain, "/", '_');
  return g_strndup (plain, strcspn (plain, "="));
}

char *
dd_eks_token (const DdCredentials *credentials, const char *cluster, const char *region,
              const DdEndpoint *sts, DdUsec instant)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autofree char *question = g_strconcat (sts->prefix, QUESTION, NULL);
  DdSigned what = {
    .service = "sts", .region = region, .method = "GET", .target = question, .headers = headers
  };
  g_autofree char *target = NULL;
  g_autofree char *url = NULL;
  g_autofree char *encoded = NULL;

  dd_headers_add (headers, "Host", sts->authority);
  dd_headers_add (headers, "x-k8s-aws-id", cluster);
  target = dd_sigv4_presign (&what, credentials, instant, URL_LIFE);
  url = g_strconcat (sts->url, target, NULL);
  encoded = base64_for_url (url);
  return g_strconcat (PREFIX, encoded, NULL);
}

/* ---- as a source ---- */

typedef struct
{
  DdCredentialSource interface;
  DdCredentialSource *source;
  DdClock *clock;
  char *cluster, *region;
  DdEndpoint *sts;
  DdCredentialsDone done;
  gpointer data;
} TokenSource;

static void
note_credentials (DdCredentials *credentials, const GError *error, gpointer data)
{
  TokenSource *self = data;
  DdUsec now = dd_clock_now (self->clock);
  g_autoptr (DdCredentials) proof = NULL;
  g_autofree char *token = NULL;

  if (credentials != NULL)
    {
      token = dd_eks_token (credentials, self->cluster, self->region, self->sts, now);
      proof = dd_credentials_new_bearer (token);
      proof->expires = now + TOKEN_LIFE;
      if (credentials->expires != 0)
        proof->expires = MIN (proof->expires, credentials->expires);
    }
  self->done (proof, error, self->data);
}

static void
token_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  TokenSource *self = (TokenSource *) source;

  self->done = done;
  self->data = data;
  dd_credential_source_fetch (self->source, note_credentials, self);
}

static void
token_free (DdCredentialSource *source)
{
  TokenSource *self = (TokenSource *) source;

  dd_credential_source_free (self->source);
  dd_endpoint_free (self->sts);
  g_free (self->cluster);
  g_free (self->region);
  g_free (self);
}

DdCredentialSource *
dd_eks_token_source_new (DdCredentialSource *source, DdClock *clock, const char *cluster,
                         const char *region, const DdEndpoint *sts)
{
  static const DdCredentialSourceClass klass = { token_fetch, token_free };
  TokenSource *self = g_new0 (TokenSource, 1);
  g_autofree char *url = g_strconcat (sts->url, sts->prefix, NULL);

  self->interface.klass = &klass;
  self->source = source;
  self->clock = clock;
  self->cluster = g_strdup (cluster);
  self->region = g_strdup (region);
  self->sts = dd_endpoint_parse (url, NULL);
  return &self->interface;
}
