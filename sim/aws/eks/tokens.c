/* SPDX-License-Identifier: Apache-2.0 */
/* Who a bearer of `aws eks get-token` is: what such a token says is checked, and not whether AWS
 * signed it, for nobody here has secrets. So the cluster's name, which the signature alone vouches
 * for, cannot be compared; that it is signed can.
 *
 * Imitates: aws-iam-authenticator's pkg/token/token.go, Verify; the creator of a cluster, who is
 * its administrator. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/private.h"
#include "sim/aws/protocol/protocol.h"

#define PREFIX "k8s-aws-v1."
#define MAX_LENGTH 4096
#define MAX_EXPIRES_SECONDS 900
#define LIFETIME (15 * DD_MINUTE)
#define MAX_SKEW (5 * DD_MINUTE)

enum
{
  ACTION,
  CREDENTIAL,
  DATE,
  EXPIRES,
  SIGNATURE,
  SIGNED_HEADERS,
  VERSION,
  ALGORITHM,
  SECURITY_TOKEN,
  USER_AGENT,
  N_PARAMETERS
};

/* Others are refused, and so is one that comes twice. */
static const struct
{
  const char *name;
  gboolean required;
} parameters[N_PARAMETERS] = {
  [ACTION] = { "action", TRUE },
  [CREDENTIAL] = { "x-amz-credential", TRUE },
  [DATE] = { "x-amz-date", TRUE },
  [EXPIRES] = { "x-amz-expires", TRUE },
  [SIGNATURE] = { "x-amz-signature", TRUE },
  [SIGNED_HEADERS] = { "x-amz-signedheaders", TRUE },
  [VERSION] = { "version", FALSE },
  [ALGORITHM] = { "x-amz-algorithm", FALSE },
  [SECURITY_TOKEN] = { "x-amz-security-token", FALSE },
  [USER_AGENT] = { "x-amz-user-agent", FALSE },
};

typedef struct
{
  char *values[N_PARAMETERS];
} Presigned;

static void
presigned_clear (Presigned *presigned)
{
  for (guint i = 0; i < N_PARAMETERS; i++)
    g_free (presigned->values[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Presigned, presigned_clear)

static gboolean
take_parameter (const char *name, const char *value, gpointer data)
{
  Presigned *presigned = data;

  for (guint i = 0; i < N_PARAMETERS; i++)
    if (g_ascii_strcasecmp (parameters[i].name, name) == 0 && presigned->values[i] == NULL)
      {
        presigned->values[i] = g_strdup (value);
        return TRUE;
      }
  return FALSE;
}

/* The URL that TOKEN stands for; NULL when it is none of ours. */
static char *
url_of_token (const char *token)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_str_has_prefix (token, PREFIX) || strlen (token) > MAX_LENGTH)
    return NULL;
  text = g_strconcat (token + strlen (PREFIX), "===", NULL);
  text[(strlen (token) - strlen (PREFIX) + 3) / 4 * 4] = '\0';
  g_strdelimit (text, "-", '+');
  g_strdelimit (text, "_", '/');
  g_base64_decode_inplace (text, &length);
  return g_utf8_validate_len (text, length, NULL) && memchr (text, '\0', length) == NULL
             ? g_strndup (text, length)
             : NULL;
}

/* STS of any region, or the endpoint that the client was told. */
static gboolean
is_sts (const AwsEks *eks, const char *origin)
{
  g_autofree char *regional = g_strdup_printf ("https://sts.%s.amazonaws.com", eks->cloud->region);

  return strcmp (origin, regional) == 0 || strcmp (origin, "https://sts.amazonaws.com") == 0
         || g_strcmp0 (origin, eks->endpoint) == 0;
}

static gboolean
read_presigned (const AwsEks *eks, const char *url, Presigned *out_presigned)
{
  const char *query = strchr (url, '?');
  g_autofree char *origin = query != NULL ? g_strndup (url, (gsize) (query - url)) : g_strdup ("");
  gsize length = strlen (origin);

  if (length > 0 && origin[length - 1] == '/')
    origin[length - 1] = '\0';
  if (!is_sts (eks, origin)
      || !aws_form_parse (query + 1, strlen (query + 1), take_parameter, out_presigned))
    return FALSE;
  for (guint i = 0; i < N_PARAMETERS; i++)
    if (parameters[i].required && out_presigned->values[i] == NULL)
      return FALSE;
  return TRUE;
}

/* "20260131T093000Z" */
static gboolean
read_date (const char *text, DdUsec *out_instant)
{
  g_autofree char *iso = NULL;

  if (strlen (text) != strlen ("20260131T093000Z"))
    return FALSE;
  iso = g_strdup_printf ("%.4s-%.2s-%.5s:%.2s:%s", text, text + 4, text + 6, text + 11, text + 13);
  return dd_time_from_iso8601 (iso, out_instant);
}

static gboolean
is_of_today (const AwsEks *eks, const Presigned *presigned)
{
  guint64 expires;
  DdUsec date, now = eks->client_time (eks->client_clock);

  return g_ascii_string_to_unsigned (presigned->values[EXPIRES], 10, 0, MAX_EXPIRES_SECONDS,
                                     &expires, NULL)
         && read_date (presigned->values[DATE], &date) && now < date + LIFETIME
         && now > date - MAX_SKEW;
}

static gboolean
signs_the_cluster (const Presigned *presigned)
{
  g_auto (GStrv) names = g_strsplit (presigned->values[SIGNED_HEADERS], ";", -1);

  return g_strv_contains ((const char *const *) names, "x-k8s-aws-id");
}

/* "AKIDEXAMPLE/20260131/us-west-2/sts/aws4_request" -> "AKIDEXAMPLE" */
static char *
access_key_of (const Presigned *presigned)
{
  g_auto (GStrv) parts = g_strsplit (presigned->values[CREDENTIAL], "/", -1);

  return g_strv_length (parts) == 5 && parts[0][0] != '\0' && strcmp (parts[3], "sts") == 0
                 && strcmp (parts[4], "aws4_request") == 0
             ? g_strdup (parts[0])
             : NULL;
}

static KubeUser *
user_of_key (const AwsEks *eks, const char *access_key)
{
  KubeUser *user = kube_user_new_with (KUBE_LAB_USER, (const char *const[]) { KUBE_MASTERS, NULL });
  g_autofree char *arn = g_strdup_printf (AWS_CALLER_ARN_FORMAT, eks->cloud->account);

  user->uid = g_strdup_printf ("aws-iam-authenticator:%s:%s", eks->cloud->account, AWS_CALLER_ID);
  kube_user_add_extra (user, "accessKeyId", access_key);
  kube_user_add_extra (user, "arn", arn);
  kube_user_add_extra (user, "canonicalArn", arn);
  kube_user_add_extra (user, "principalId", AWS_CALLER_ID);
  kube_user_add_extra (user, "sessionName", "");
  return user;
}

static KubeUser *
read_token (gpointer self, KubeApi *api G_GNUC_UNUSED, const char *token)
{
  const AwsEks *eks = self;
  g_autofree char *url = url_of_token (token);
  g_auto (Presigned) presigned = { { NULL } };
  g_autofree char *access_key = NULL;

  if (url == NULL || !read_presigned (eks, url, &presigned)
      || strcmp (presigned.values[ACTION], "GetCallerIdentity") != 0
      || !signs_the_cluster (&presigned) || !is_of_today (eks, &presigned))
    return NULL;
  access_key = access_key_of (&presigned);
  return access_key != NULL ? user_of_key (eks, access_key) : NULL;
}

void
aws_eks_trust_tokens (AwsCloud *cloud, DdUsec (*client_time) (gpointer data), gpointer data)
{
  AwsEks *eks = cloud->eks;

  eks->client_time = client_time;
  eks->client_clock = data;
  eks->kube->door.read_token = read_token;
  eks->kube->door.reader = eks;
}
