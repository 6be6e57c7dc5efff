/* SPDX-License-Identifier: Apache-2.0 */
/* From the outside in: requests pass the limit on their rate, wait until the proof of who asks is
 * fresh, and go out over HTTP. What is fresh, and for how long, two keepers know: one for AWS, one
 * for the cluster, whose tokens are made of the first one's credentials unless a kubeconfig says
 * otherwise. */
#include "config.h"

#include "commands/connection.h"

#include "aws/credential-chain.h"
#include "aws/eks-token.h"
#include "aws/eks.h"
#include "aws/error.h"
#include "aws/instance-metadata.h"
#include "base/error.h"
#include "net/identity.h"
#include "net/limiter.h"
#include "base/time.h"
#include "base/value.h"
#include "commands/scaled-clock.h"
#include "kube/credentials.h"

struct _DdConnection
{
  DdAwsSettings *settings;
  DdClock *wall, *clock;
  DdHttpTransport *http;
  DdIdentity *identity;
  DdKeeper *aws, *kubernetes; /* the second borrows from the first */
  DdLimiter *limiter;         /* NULL: no limit */
  double time_scale, qps;     /* as the flags say; 0: they do not */
};

void
dd_connection_flags_clear (DdConnectionFlags *flags)
{
  g_free (flags->endpoint);
  g_free (flags->region);
  g_free (flags->aws_profile);
  g_free (flags->kubeconfig);
  g_free (flags->context);
  g_free (flags->time_scale);
  g_free (flags->qps);
}

void
dd_connection_flags_add (GOptionContext *context, DdConnectionFlags *flags)
{
  const GOptionEntry entries[] = {
    { "endpoint-url", 0, 0, G_OPTION_ARG_STRING, &flags->endpoint,
      "Where all AWS APIs are (AWS_ENDPOINT_URL, else AWS)", "URL" },
    { "region", 0, 0, G_OPTION_ARG_STRING, &flags->region, "The region (AWS_REGION, the profile's)",
      "NAME" },
    { "aws-profile", 0, 0, G_OPTION_ARG_STRING, &flags->aws_profile,
      "A profile of AWS's configuration files (AWS_PROFILE)", "NAME" },
    { "kubeconfig", 0, 0, G_OPTION_ARG_FILENAME, &flags->kubeconfig,
      "Where the API server is and who asks (what EKS says, a token of our own)", "FILE" },
    { "context", 0, 0, G_OPTION_ARG_STRING, &flags->context,
      "A context of --kubeconfig, KUBECONFIG or ~/.kube/config (the current one)", "NAME" },
    { "qps", 0, 0, G_OPTION_ARG_STRING, &flags->qps,
      "Send at most N requests a second (as many as it takes)", "N" },
    { "time-scale", 0, 0, G_OPTION_ARG_STRING, &flags->time_scale,
      "Wait N times shorter (what a Drydock server says, else 1)", "N" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, arguments));
  va_end (arguments);
  return FALSE;
}

gboolean
dd_connection_flags_mean_aws (const DdConnectionFlags *flags, gboolean *out_is_aws, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (DdAwsSettings) settings
      = dd_aws_settings_load (environment, flags->aws_profile, error);
  g_autoptr (DdEndpoint) endpoint = NULL;
  const char *url = flags->endpoint;

  if (settings == NULL)
    return FALSE;
  if (url == NULL)
    url = dd_aws_settings_endpoint (settings, "eks");
  if (url != NULL && (endpoint = dd_endpoint_parse (url, error)) == NULL)
    return FALSE;
  *out_is_aws = endpoint == NULL || dd_endpoint_host_is_aws (endpoint->host);
  return TRUE;
}

/* ---- one question ---- */

typedef struct
{
  GMainLoop *loop;
  DdReply *reply;
  char *region;
  GError *error;
} Answer;

static void
keep_reply (const DdReply *reply, gpointer data)
{
  Answer *answer = data;

  if (reply->error != NULL)
    answer->reply = dd_reply_new_error (g_error_copy (reply->error));
  else
    {
      answer->reply = dd_reply_new (reply->status, NULL,
                                    reply->body == NULL ? NULL : g_bytes_ref (reply->body));
      dd_headers_unref (answer->reply->headers);
      answer->reply->headers = dd_headers_ref (reply->headers);
    }
  g_main_loop_quit (answer->loop);
}

static DdReply *
ask (DdConnection *self, DdRequest *request)
{
  Answer answer = { .loop = g_main_loop_new (NULL, FALSE) };

  dd_transport_send (dd_identity_interface (self->identity), request, keep_reply, &answer);
  g_main_loop_run (answer.loop);
  g_main_loop_unref (answer.loop);
  return answer.reply;
}

static void
keep_region (const char *region, const GError *error, gpointer data)
{
  Answer *answer = data;

  answer->region = g_strdup (region);
  answer->error = error == NULL ? NULL : g_error_copy (error);
  g_main_loop_quit (answer->loop);
}

static char *
ask_for_region (DdConnection *self, GError **error)
{
  Answer answer = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autoptr (DdCredentialSource) metadata = dd_instance_metadata_new (self->settings, error);

  if (metadata != NULL)
    {
      dd_instance_metadata_ask_region (metadata, keep_region, &answer);
      g_main_loop_run (answer.loop);
    }
  g_main_loop_unref (answer.loop);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.region;
}

/* ---- AWS ---- */

/* A rehearsal on this machine accepts any credentials and has any region. */
static gboolean
is_rehearsal (const DdConnectionFlags *flags)
{
  g_autoptr (DdEndpoint) endpoint
      = flags->endpoint == NULL ? NULL : dd_endpoint_parse (flags->endpoint, NULL);

  return endpoint != NULL && endpoint->loopback;
}

static char *
find_region (DdConnection *self, const DdConnectionFlags *flags, GError **error)
{
  const char *region = flags->region;
  g_autoptr (GError) trouble = NULL;
  g_autofree char *found = NULL;

  if (region == NULL)
    region = dd_aws_settings_region (self->settings);
  if (region == NULL && is_rehearsal (flags))
    region = "us-west-2";
  if (region == NULL)
    region = found = ask_for_region (self, &trouble);
  if (region != NULL && dd_endpoint_is_region (region))
    return g_strdup (region);
  if (region != NULL)
    refuse (error, "'%s' is no region", region);
  else
    refuse (error, "which region? --region, AWS_REGION or the profile says it");
  return NULL;
}

static DdCredentialSource *
find_credentials (DdConnection *self, const DdConnectionFlags *flags, const char *region,
                  GError **error)
{
  g_autoptr (DdCredentials) credentials = NULL;

  if (!is_rehearsal (flags) || flags->aws_profile != NULL)
    return dd_credential_chain_choose (self->settings, region, error);
  credentials
      = dd_credentials_from_environment (dd_aws_settings_environment (self->settings), NULL);
  if (credentials == NULL)
    credentials = dd_credentials_new ("drydock", "drydock", NULL);
  return dd_credential_source_new_fixed (credentials);
}

/* Other host names, which no rule derives. */
static gboolean
refuse_variants (DdConnection *self, GError **error)
{
  static const char *const variables[]
      = { "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", NULL };
  static const char *const keys[] = { "use_fips_endpoint", "use_dualstack_endpoint", NULL };
  const char *profile = dd_aws_settings_profile (self->settings);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *value = dd_aws_settings_variable (self->settings, variables[i]);

      if (value == NULL)
        value = dd_aws_settings_value (self->settings, profile, keys[i]);
      if (value != NULL && g_ascii_strcasecmp (value, "true") == 0)
        return refuse (error,
                       "%s: these endpoints are not known here; name each by AWS_ENDPOINT_URL_EKS, "
                       "AWS_ENDPOINT_URL_EC2 ..., and unset it",
                       variables[i]);
    }
  return TRUE;
}

static gboolean
set_endpoints (DdConnection *self, const DdConnectionFlags *flags, GError **error)
{
  for (const DdAwsService *each = dd_aws_services; each->name != NULL; each++)
    {
      const char *url = flags->endpoint != NULL
                            ? flags->endpoint
                            : dd_aws_settings_endpoint (self->settings, each->name);

      if (url != NULL && !dd_http_transport_set_endpoint (self->http, each->name, url, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_authorities (DdConnection *self, GError **error)
{
  const char *file = dd_aws_settings_ca_bundle (self->settings);

  return file == NULL
         || dd_http_transport_set_tls (self->http, "aws", &(DdTlsOptions) { .ca_file = file },
                                       error);
}

static gboolean
connect_to_aws (DdConnection *self, const DdConnectionFlags *flags, GError **error)
{
  g_autofree char *region = find_region (self, flags, error);
  DdCredentialSource *source
      = region == NULL ? NULL : find_credentials (self, flags, region, error);

  if (source == NULL)
    return FALSE;
  self->aws = dd_keeper_new (source, self->wall);
  self->http = dd_http_transport_new (
      &(DdHttpOptions) { .region = region, .user_agent = "drydock/" PACKAGE_VERSION });
  self->identity = dd_identity_new (self->http, NULL);
  dd_identity_prove (self->identity, "aws", self->aws, dd_aws_reply_says_expired);
  return set_endpoints (self, flags, error) && set_authorities (self, error);
}

/* A Drydock server says what time it is there and how fast it runs; nobody else is asked. */
static DdValue *
time_at_endpoint (DdConnection *self, const DdConnectionFlags *flags)
{
  const DdEndpoint *eks = dd_http_transport_get_endpoint (self->http, "eks");
  g_autoptr (DdReply) reply = NULL;

  if ((flags->endpoint == NULL && !eks->loopback)
      || !dd_http_transport_set_endpoint (self->http, "drydock", eks->url, NULL))
    return NULL;
  reply = ask (self, dd_request_new ("drydock", "GET", "/_drydock/status"));
  return reply->status == 200 && reply->body != NULL ? dd_value_parse_bytes (reply->body, NULL)
                                                     : NULL;
}

static double
scale_from_status (const DdValue *status)
{
  const char *speed = dd_value_path_string (status, "speed");
  double factor = 0;

  if (speed != NULL)
    factor = g_str_equal (speed, "max") ? 60 : g_ascii_strtod (speed, NULL);
  return factor > 0 ? factor : 1;
}

/* What is waited for, and what is told of it, goes by the time of the endpoint. */
static DdClock *
clock_of_endpoint (DdConnection *self, const DdConnectionFlags *flags)
{
  g_autoptr (DdValue) status = time_at_endpoint (self, flags);
  const char *time = dd_value_path_string (status, "time");
  DdUsec start = 0;

  if (time != NULL && !dd_time_from_iso8601 (time, &start))
    start = 0;
  return dd_scaled_clock_new (
      self->wall, self->time_scale > 0 ? self->time_scale : scale_from_status (status), start);
}

/* ---- the cluster ---- */

static gboolean
connect_to_server (DdConnection *self, const char *server, const DdTlsOptions *tls,
                   DdCredentialSource *source, GError **error)
{
  if (source != NULL)
    {
      self->kubernetes = dd_keeper_new (source, self->wall);
      dd_identity_prove (self->identity, "kubernetes", self->kubernetes,
                         dd_kube_reply_says_expired);
    }
  if (!dd_http_transport_set_endpoint (self->http, "kubernetes", server, error))
    return FALSE;
  return !dd_http_transport_get_endpoint (self->http, "kubernetes")->secure
         || dd_http_transport_set_tls (self->http, "kubernetes", tls, error);
}

static char *
kubeconfig_paths (const DdConnection *self, const DdConnectionFlags *flags)
{
  const char *variable = dd_aws_settings_variable (self->settings, "KUBECONFIG");

  if (flags->kubeconfig != NULL)
    return g_strdup (flags->kubeconfig);
  return variable != NULL ? g_strdup (variable)
                          : g_build_filename (g_get_home_dir (), ".kube", "config", NULL);
}

static gboolean
connect_by_kubeconfig (DdConnection *self, const DdConnectionFlags *flags, GError **error)
{
  g_autofree char *paths = kubeconfig_paths (self, flags);
  g_autoptr (DdKubeconfig) config = dd_kubeconfig_load (paths, flags->context, error);
  g_autoptr (GError) trouble = NULL;
  DdTlsOptions tls = { 0 };
  DdCredentialSource *source;

  if (config == NULL)
    return FALSE;
  source = dd_kube_credentials_new (config, dd_aws_settings_environment (self->settings), &trouble);
  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
  tls = (DdTlsOptions) { .ca = config->ca,
                         .server_name = config->server_name,
                         .proxy = config->proxy };
  return connect_to_server (self, config->server, &tls, source, error);
}

/* As with a kubeconfig, nothing is proven to a server that is reached in the clear. */
static DdCredentialSource *
own_tokens (DdConnection *self, const DdCluster *cluster)
{
  if (!g_str_has_prefix (cluster->endpoint, "https://"))
    return NULL;
  return dd_eks_token_source_new (dd_keeper_as_source (self->aws), self->wall, cluster->name,
                                  dd_http_transport_get_region (self->http),
                                  dd_http_transport_get_endpoint (self->http, "sts"));
}

static gboolean
connect_by_description (DdConnection *self, const char *name, GError **error)
{
  g_autoptr (DdReply) reply = ask (self, dd_eks_describe_cluster (name));
  g_autoptr (DdCluster) cluster = NULL;
  DdTlsOptions tls = { 0 };

  if (!dd_aws_reply_check (reply, error))
    {
      const char *hint = dd_aws_reply_hint (reply);

      g_prefix_error (error, "DescribeCluster %s%s%s: ", name, hint != NULL ? ", " : "",
                      hint != NULL ? hint : "");
      return FALSE;
    }
  if ((cluster = dd_cluster_from_reply (reply, error)) == NULL)
    return FALSE;
  if (cluster->endpoint == NULL)
    return refuse (error, "cluster %s has no endpoint yet", cluster->name);
  tls.ca = cluster->ca;
  return connect_to_server (self, cluster->endpoint, &tls, own_tokens (self, cluster), error);
}

/* ---- life ---- */

/* Within what arithmetic in microseconds can bear. */
static gboolean
read_factor (const char *option, const char *text, double *out_factor, GError **error)
{
  char *end = NULL;
  double factor;

  if (text == NULL)
    return TRUE;
  factor = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !(factor >= 0.001 && factor <= 1e6))
    return refuse (error, "%s takes a number from 0.001 to 1000000, not '%s'", option, text);
  *out_factor = factor;
  return TRUE;
}

static gboolean
open_connection (DdConnection *self, const DdConnectionFlags *flags, const char *cluster,
                 GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();

  self->wall = dd_real_clock_new ();
  self->settings = dd_aws_settings_load (environment, flags->aws_profile, error);
  if (self->settings == NULL || !refuse_variants (self, error)
      || !connect_to_aws (self, flags, error))
    return FALSE;
  self->clock = clock_of_endpoint (self, flags);
  if (self->qps > 0)
    self->limiter = dd_limiter_new (dd_identity_interface (self->identity), self->clock, self->qps);
  if (flags->kubeconfig != NULL || flags->context != NULL)
    return connect_by_kubeconfig (self, flags, error);
  return connect_by_description (self, cluster, error);
}

DdConnection *
dd_connection_new (const DdConnectionFlags *flags, const char *cluster, GError **error)
{
  g_autoptr (DdConnection) self = g_new0 (DdConnection, 1);

  if (!read_factor ("--time-scale", flags->time_scale, &self->time_scale, error)
      || !read_factor ("--qps", flags->qps, &self->qps, error)
      || !open_connection (self, flags, cluster, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
dd_connection_free (DdConnection *self)
{
  if (self == NULL)
    return;
  dd_limiter_free (self->limiter);
  dd_identity_free (self->identity);
  dd_keeper_free (self->kubernetes);
  dd_keeper_free (self->aws);
  dd_http_transport_free (self->http);
  g_clear_pointer (&self->clock, dd_scaled_clock_free);
  g_clear_pointer (&self->wall, dd_real_clock_free);
  dd_aws_settings_free (self->settings);
  g_free (self);
}

DdTransport *
dd_connection_transport (DdConnection *self)
{
  return self->limiter != NULL ? dd_limiter_interface (self->limiter)
                               : dd_identity_interface (self->identity);
}

const char *
dd_connection_api_server (DdConnection *self)
{
  const DdEndpoint *endpoint = dd_http_transport_get_endpoint (self->http, "kubernetes");

  return endpoint == NULL ? NULL : endpoint->url;
}

DdClock *
dd_connection_clock (DdConnection *self)
{
  return self->clock;
}
