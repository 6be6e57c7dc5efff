/* SPDX-License-Identifier: Apache-2.0 */
/* Requests over the network: the endpoint of the service, proof of who asks (a signature for AWS, a
 * bearer token for Kubernetes), one libcurl transfer, and the reply.
 *
 * The request line goes out exactly as the caller wrote it and exactly as it was signed: libcurl is
 * told the target apart from the URL and adds no header of its own. */
#include "config.h"

#include "net/http-transport.h"

#include <string.h>

#include "net/curl-loop.h"
#include "net/endpoint.h"
#include "base/error.h"

#define USUAL_MAX_REPLY_BYTES (64 * 1024 * 1024)
#define CONNECT_SECONDS 10L

struct _DdHttpTransport
{
  DdTransport interface;
  DdCurlLoop *loop;
  guint64 last_id;
  GHashTable *transfers; /* id -> Transfer, owns; never iterated but to free */
  GPtrArray *idle;       /* of CURL, to be used again */
  GHashTable *endpoints; /* service -> DdEndpoint; for look-up only */
  char *aws_endpoint;
  char *region;
  /* "aws" or another service -> DdTls, DdCredentials; for look-up only */
  GHashTable *tls, *credentials;
  char *user_agent, *unix_path;
  gboolean patient, direct;
  gsize max_reply_bytes;
};

typedef struct
{
  DdHttpTransport *transport;
  guint64 id;
  DdRequest *request;
  DdReplyFunc func;
  gpointer data;
  CURL *easy;
  struct curl_slist *header_lines; /* must outlive the transfer */
  GByteArray *body;
  DdHeaders *headers;
  char failure[CURL_ERROR_SIZE];
} Transfer;

static const char *
group_of (const char *service)
{
  return dd_endpoint_is_aws (service) ? "aws" : service;
}

/* ---- a transfer ---- */

static void
transfer_free (gpointer data)
{
  Transfer *transfer = data;

  if (transfer->easy != NULL)
    {
      dd_curl_loop_remove (transfer->transport->loop, transfer->easy);
      g_ptr_array_add (transfer->transport->idle, transfer->easy);
    }
  dd_curl ()->slist_free_all (transfer->header_lines);
  dd_request_free (transfer->request);
  g_clear_pointer (&transfer->body, g_byte_array_unref);
  dd_headers_unref (transfer->headers);
  g_free (transfer);
}

static size_t
take_body (char *data, size_t size, size_t count, void *user_data)
{
  Transfer *transfer = user_data;
  size_t length = size * count;

  if (transfer->body->len + length > transfer->transport->max_reply_bytes)
    return 0; /* libcurl gives up with CURLE_WRITE_ERROR */
  g_byte_array_append (transfer->body, (const guint8 *) data, (guint) length);
  return length;
}

static size_t
take_header (char *data, size_t size, size_t count, void *user_data)
{
  Transfer *transfer = user_data;
  size_t length = size * count;
  g_autofree char *line = g_strndup (data, length);
  char *colon = strchr (line, ':');

  if (g_str_has_prefix (line, "HTTP/"))
    {
      /* A status line; after "100 Continue" there is a second one. */
      dd_headers_unref (transfer->headers);
      transfer->headers = dd_headers_new ();
    }
  else if (colon != NULL)
    {
      *colon = '\0';
      dd_headers_add (transfer->headers, line, g_strstrip (colon + 1));
    }
  return length;
}

static GError *
error_of (const Transfer *transfer, CURLcode result)
{
  const DdRequest *request = transfer->request;
  const char *reason
      = transfer->failure[0] != '\0' ? transfer->failure : dd_curl ()->easy_strerror (result);
  DdError code = DD_ERROR_UNAVAILABLE;

  if (result == CURLE_OPERATION_TIMEDOUT)
    code = DD_ERROR_TIMED_OUT;
  else if (result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL)
    code = DD_ERROR_INVALID;
  else if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE
           || result == CURLE_SSL_CERTPROBLEM)
    code = DD_ERROR_REFUSED;
  else if (result == CURLE_WRITE_ERROR)
    reason = "the answer is too large";
  return g_error_new (DD_ERROR, code, "%s: %s %s: %s", request->service, request->method,
                      request->target, reason);
}

static DdReply *
reply_of (Transfer *transfer, CURLcode result)
{
  DdReply *reply;
  long status = 0;

  if (result != CURLE_OK)
    return dd_reply_new_error (error_of (transfer, result));
  dd_curl ()->easy_getinfo (transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  reply = dd_reply_new ((guint) status, NULL,
                        g_byte_array_free_to_bytes (g_steal_pointer (&transfer->body)));
  dd_headers_unref (reply->headers);
  reply->headers = g_steal_pointer (&transfer->headers);
  return reply;
}

/* Nothing of the transport is touched after FUNC: it may have freed it. */
static void
transfer_done (CURL *easy, CURLcode result, gpointer data)
{
  DdHttpTransport *transport = data;
  g_autoptr (DdReply) reply = NULL;
  Transfer *transfer = NULL;
  DdReplyFunc func;
  gpointer func_data;

  dd_curl ()->easy_getinfo (easy, CURLINFO_PRIVATE, (char **) &transfer);
  reply = reply_of (transfer, result);
  func = transfer->func;
  func_data = transfer->data;
  g_hash_table_remove (transport->transfers, &transfer->id);
  func (reply, func_data);
}

/* ---- what is sent ---- */

static void
sign (const DdHttpTransport *transport, DdRequest *request, const char *target,
      const DdCredentials *credentials)
{
  const DdSigned what = { request->service, transport->region, request->method,
                          target,           request->headers,  request->body };
  g_autofree char *date = dd_sigv4_date (g_get_real_time ());
  g_autofree char *authorization = NULL;

  dd_headers_add (request->headers, "X-Amz-Date", date);
  if (credentials->session_token != NULL)
    dd_headers_add (request->headers, "X-Amz-Security-Token", credentials->session_token);
  authorization = dd_sigv4_authorization (&what, credentials);
  dd_headers_add (request->headers, "Authorization", authorization);
}

static void
prove_identity (const DdHttpTransport *transport, DdRequest *request, const char *target,
                const DdCredentials *credentials)
{
  if (credentials == NULL)
    return;
  if (credentials->access_key != NULL)
    sign (transport, request, target, credentials);
  else if (credentials->bearer != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", credentials->bearer, NULL);

      dd_headers_add (request->headers, "Authorization", bearer);
    }
}

/* libcurl's own Accept, Content-Type and Expect are taken back where the request has none. */
static struct curl_slist *
header_lines_of (const DdHeaders *headers)
{
  static const char *const unwanted[] = { "Accept", "Content-Type", "Expect" };
  struct curl_slist *lines = NULL;

  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    {
      const char *value = headers->pairs->pdata[i + 1];
      g_autofree char *line
          = g_strconcat (headers->pairs->pdata[i], *value != '\0' ? ": " : ";", value, NULL);

      lines = dd_curl ()->slist_append (lines, line);
    }
  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    if (dd_headers_get (headers, unwanted[i]) == NULL)
      {
        g_autofree char *line = g_strconcat (unwanted[i], ":", NULL);

        lines = dd_curl ()->slist_append (lines, line);
      }
  return lines;
}

static void
set_method_and_body (CURL *easy, const DdRequest *request)
{
  gboolean takes_body = strcmp (request->method, "GET") != 0;
  gsize length = 0;
  const char *data = "";

  if (strcmp (request->method, "HEAD") == 0)
    {
      dd_curl ()->easy_setopt (easy, CURLOPT_NOBODY, 1L);
      return;
    }
  if (request->body != NULL)
    data = g_bytes_get_data (request->body, &length);
  if (takes_body || length > 0)
    {
      dd_curl ()->easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) length);
      dd_curl ()->easy_setopt (easy, CURLOPT_POSTFIELDS, data != NULL ? data : "");
    }
  dd_curl ()->easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_wire (const Transfer *transfer, const DdEndpoint *endpoint)
{
  const DdHttpTransport *transport = transfer->transport;
  CURL *easy = transfer->easy;

  dd_curl ()->easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  dd_curl ()->easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  dd_curl ()->easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (transport->unix_path != NULL)
    dd_curl ()->easy_setopt (easy, CURLOPT_UNIX_SOCKET_PATH, transport->unix_path);
  if (transport->unix_path != NULL || endpoint == NULL || endpoint->loopback || transport->direct)
    dd_curl ()->easy_setopt (easy, CURLOPT_PROXY, "");
  if (transport->patient)
    return;
  dd_curl ()->easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  dd_curl ()->easy_setopt (easy, CURLOPT_TIMEOUT_MS,
                           (long) MAX (transfer->request->timeout / DD_MILLISECOND, 1));
}

static void
set_callbacks (Transfer *transfer)
{
  CURL *easy = transfer->easy;

  dd_curl ()->easy_setopt (easy, CURLOPT_PRIVATE, transfer);
  dd_curl ()->easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->failure);
  dd_curl ()->easy_setopt (easy, CURLOPT_WRITEFUNCTION, take_body);
  dd_curl ()->easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
  dd_curl ()->easy_setopt (easy, CURLOPT_HEADERFUNCTION, take_header);
  dd_curl ()->easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
}

static void
set_url (const Transfer *transfer, const DdEndpoint *endpoint, const char *target,
         DdCredentials *credentials)
{
  GHashTable *tls = transfer->transport->tls;
  DdTls *own = g_hash_table_lookup (tls, group_of (transfer->request->service));

  dd_curl ()->easy_setopt (transfer->easy, CURLOPT_URL, endpoint->url);
  dd_curl ()->easy_setopt (transfer->easy, CURLOPT_REQUEST_TARGET, target);
  if (endpoint->secure && own != NULL && !dd_tls_apply (own, transfer->easy, endpoint, credentials))
    dd_curl ()->easy_setopt (transfer->easy, CURLOPT_URL, NULL);
}

/* Whoever asks may ask again with the same ones, and a signature is good for one request. */
static void
own_headers (DdRequest *request)
{
  DdHeaders *shared = request->headers;

  request->headers = dd_headers_copy (shared);
  dd_headers_unref (shared);
}

/* Without an endpoint the URL stays unset and libcurl ends the transfer, later, with
 * CURLE_URL_MALFORMAT. */
static void
prepare (Transfer *transfer, const DdEndpoint *endpoint)
{
  DdHttpTransport *transport = transfer->transport;
  DdRequest *request = transfer->request;
  DdCredentials *credentials
      = g_hash_table_lookup (transport->credentials, group_of (request->service));
  g_autofree char *target = NULL;

  set_callbacks (transfer);
  set_wire (transfer, endpoint);
  set_method_and_body (transfer->easy, request);
  if (endpoint == NULL)
    return;
  target = g_strconcat (endpoint->prefix, request->target, NULL);
  own_headers (request);
  dd_headers_add (request->headers, "Host", endpoint->authority);
  if (transport->user_agent != NULL && dd_headers_get (request->headers, "User-Agent") == NULL)
    dd_headers_add (request->headers, "User-Agent", transport->user_agent);
  prove_identity (transport, request, target, credentials);
  transfer->header_lines = header_lines_of (request->headers);
  dd_curl ()->easy_setopt (transfer->easy, CURLOPT_HTTPHEADER, transfer->header_lines);
  set_url (transfer, endpoint, target, credentials);
}

static CURL *
take_handle (DdHttpTransport *transport)
{
  CURL *easy;

  if (transport->idle->len == 0)
    return dd_curl ()->easy_init ();
  easy = g_ptr_array_steal_index_fast (transport->idle, transport->idle->len - 1);
  dd_curl ()->easy_reset (easy);
  return easy;
}

/* ---- the interface ---- */

static guint64
http_send (DdTransport *self, DdRequest *request, DdReplyFunc func, gpointer data)
{
  DdHttpTransport *transport = (DdHttpTransport *) self;
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->transport = transport;
  transfer->id = ++transport->last_id;
  transfer->request = request;
  transfer->func = func;
  transfer->data = data;
  transfer->body = g_byte_array_new ();
  transfer->headers = dd_headers_new ();
  transfer->easy = take_handle (transport);
  prepare (transfer, dd_http_transport_get_endpoint (transport, request->service));
  g_hash_table_insert (transport->transfers, &transfer->id, transfer);
  dd_curl_loop_add (transport->loop, transfer->easy);
  return transfer->id;
}

static void
http_cancel (DdTransport *self, guint64 id)
{
  g_hash_table_remove (((DdHttpTransport *) self)->transfers, &id);
}

static void
handle_free (gpointer easy)
{
  dd_curl ()->easy_cleanup (easy);
}

static void
endpoint_free (gpointer endpoint)
{
  dd_endpoint_free (endpoint);
}

static void
tls_free (gpointer tls)
{
  dd_tls_free (tls);
}

static void
credentials_free (gpointer credentials)
{
  dd_credentials_free (credentials);
}

static const char *
region_of (const DdHttpOptions *options)
{
  const char *const places[]
      = { options->region, g_getenv ("AWS_REGION"), g_getenv ("AWS_DEFAULT_REGION") };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i] != NULL && *places[i] != '\0')
      return places[i];
  return "us-west-2";
}

DdHttpTransport *
dd_http_transport_new (const DdHttpOptions *options)
{
  static const DdTransportClass klass = { http_send, http_cancel };
  DdHttpTransport *transport = g_new0 (DdHttpTransport, 1);

  transport->interface.klass = &klass;
  transport->loop = dd_curl_loop_new (options->context, transfer_done, transport);
  transport->transfers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, transfer_free);
  transport->idle = g_ptr_array_new_with_free_func (handle_free);
  transport->endpoints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, endpoint_free);
  transport->aws_endpoint = g_strdup (options->aws_endpoint);
  transport->region = g_strdup (region_of (options));
  transport->tls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tls_free);
  transport->credentials
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, credentials_free);
  transport->max_reply_bytes
      = options->max_reply_bytes > 0 ? options->max_reply_bytes : USUAL_MAX_REPLY_BYTES;
  transport->user_agent = g_strdup (options->user_agent);
  transport->unix_path = g_strdup (options->unix_path);
  transport->patient = options->patient;
  transport->direct = options->direct;
  dd_http_transport_set_credentials (transport, "aws", options->credentials);
  if (options->kubernetes_endpoint != NULL)
    dd_http_transport_set_endpoint (transport, "kubernetes", options->kubernetes_endpoint, NULL);
  return transport;
}

void
dd_http_transport_free (DdHttpTransport *transport)
{
  if (transport == NULL)
    return;
  g_hash_table_unref (transport->transfers);
  g_ptr_array_unref (transport->idle);
  dd_curl_loop_free (transport->loop);
  g_hash_table_unref (transport->endpoints);
  g_hash_table_unref (transport->tls);
  g_hash_table_unref (transport->credentials);
  g_free (transport->aws_endpoint);
  g_free (transport->region);
  g_free (transport->user_agent);
  g_free (transport->unix_path);
  g_free (transport);
}

DdTransport *
dd_http_transport_interface (DdHttpTransport *transport)
{
  return &transport->interface;
}

gboolean
dd_http_transport_set_endpoint (DdHttpTransport *transport, const char *service, const char *url,
                                GError **error)
{
  DdEndpoint *endpoint = dd_endpoint_parse (url, error);

  if (endpoint != NULL)
    g_hash_table_replace (transport->endpoints, g_strdup (service), endpoint);
  return endpoint != NULL;
}

const DdEndpoint *
dd_http_transport_get_endpoint (DdHttpTransport *transport, const char *service)
{
  const DdEndpoint *known = g_hash_table_lookup (transport->endpoints, service);
  g_autofree char *url = NULL;

  if (known != NULL || !dd_endpoint_is_aws (service))
    return known;
  if (transport->aws_endpoint != NULL)
    url = g_strdup (transport->aws_endpoint);
  else
    url = dd_endpoint_of_aws (service, transport->region);
  dd_http_transport_set_endpoint (transport, service, url, NULL);
  return g_hash_table_lookup (transport->endpoints, service);
}

const char *
dd_http_transport_get_region (const DdHttpTransport *transport)
{
  return transport->region;
}

gboolean
dd_http_transport_set_tls (DdHttpTransport *transport, const char *service,
                           const DdTlsOptions *options, GError **error)
{
  DdTls *tls = dd_tls_new (options, error);

  if (tls != NULL)
    g_hash_table_replace (transport->tls, g_strdup (service), tls);
  return tls != NULL;
}

void
dd_http_transport_set_credentials (DdHttpTransport *transport, const char *service,
                                   DdCredentials *credentials)
{
  if (credentials == NULL)
    g_hash_table_remove (transport->credentials, service);
  else
    g_hash_table_replace (transport->credentials, g_strdup (service),
                          dd_credentials_ref (credentials));
}
