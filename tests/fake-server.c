/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "fake-server.h"

#include <string.h>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>

struct _FakeServer
{
  FakeServerOptions options;
  struct MHD_Daemon *daemon;
  char *url;
  guint port;
  GMutex lock;
  GPtrArray *calls; /* of FakeCall; under the lock */
};

typedef struct
{
  char *target;
  GString *body;
} Exchange;

static void
call_free (gpointer data)
{
  FakeCall *call = data;

  g_free (call->method);
  g_free (call->target);
  g_free (call->body);
  g_free (call->client);
  dd_headers_unref (call->headers);
  g_free (call);
}

static enum MHD_Result
take_header (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void) kind;
  dd_headers_add (data, name, value != NULL ? value : "");
  return MHD_YES;
}

static char *
client_name (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info
      = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  const gnutls_datum_t *chain;
  unsigned int length = 0;
  unsigned int status = 0;
  gnutls_x509_crt_t certificate;
  char name[128];
  size_t size = sizeof name;

  if (info == NULL || gnutls_certificate_verify_peers2 (info->tls_session, &status) != 0
      || status != 0 || (chain = gnutls_certificate_get_peers (info->tls_session, &length)) == NULL)
    return NULL;
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_import (certificate, chain, GNUTLS_X509_FMT_DER);
  if (gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size)
      != 0)
    size = 0;
  gnutls_x509_crt_deinit (certificate);
  return g_strndup (name, size);
}

static enum MHD_Result
respond (FakeServer *self, struct MHD_Connection *connection, const FakeCall *call)
{
  guint status = 200;
  const char *type = "application/json";
  g_autofree char *body = self->options.answer (call, &status, &type, self->options.data);
  struct MHD_Response *response
      = MHD_create_response_from_buffer (strlen (body), body, MHD_RESPMEM_MUST_COPY);
  enum MHD_Result result;

  MHD_add_response_header (response, "Content-Type", type);
  result = MHD_queue_response (connection, status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
handle (void *data, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *upload, size_t *upload_size, void **state)
{
  FakeServer *self = data;
  Exchange *exchange = *state;
  FakeCall *call;

  (void) url;
  (void) version;
  if (exchange->body == NULL)
    {
      exchange->body = g_string_new (NULL);
      return MHD_YES;
    }
  if (*upload_size > 0)
    {
      g_string_append_len (exchange->body, upload, (gssize) *upload_size);
      *upload_size = 0;
      return MHD_YES;
    }
  call = g_new0 (FakeCall, 1);
  call->method = g_strdup (method);
  call->target = g_strdup (exchange->target);
  call->body = g_strdup (exchange->body->str);
  call->headers = dd_headers_new ();
  call->client = self->options.client_ca == NULL ? NULL : client_name (connection);
  MHD_get_connection_values (connection, MHD_HEADER_KIND, take_header, call->headers);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->calls, call);
  g_mutex_unlock (&self->lock);
  return respond (self, connection, call);
}

static void *
begin (void *data, const char *uri, struct MHD_Connection *connection)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  (void) data;
  (void) connection;
  exchange->target = g_strdup (uri);
  return exchange;
}

static void
end (void *data, struct MHD_Connection *connection, void **state,
     enum MHD_RequestTerminationCode code)
{
  Exchange *exchange = *state;

  (void) data;
  (void) connection;
  (void) code;
  if (exchange == NULL)
    return;
  g_free (exchange->target);
  if (exchange->body != NULL)
    g_string_free (exchange->body, TRUE);
  g_free (exchange);
}

FakeServer *
fake_server_new (const FakeServerOptions *options)
{
  FakeServer *self = g_new0 (FakeServer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };
  guint flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
  guint n = 0;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->options = *options;
  self->calls = g_ptr_array_new_with_free_func (call_free);
  g_mutex_init (&self->lock);
  if (options->certificate != NULL)
    {
      flags |= MHD_USE_TLS;
      tls[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_MEM_CERT, 0,
                                           (gpointer) options->certificate };
      tls[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_MEM_KEY, 0, (gpointer) options->key };
      if (options->client_ca != NULL)
        tls[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_MEM_TRUST, 0,
                                             (gpointer) options->client_ca };
      tls[n] = (struct MHD_OptionItem) { MHD_OPTION_END, 0, NULL };
    }
  self->daemon
      = MHD_start_daemon (flags, 0, NULL, NULL, handle, self, MHD_OPTION_SOCK_ADDR, &address,
                          MHD_OPTION_URI_LOG_CALLBACK, begin, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                          end, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
  g_assert_nonnull (self->daemon);
  self->port = MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  self->url = g_strdup_printf ("http%s://127.0.0.1:%u", options->certificate != NULL ? "s" : "",
                               self->port);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  if (self == NULL)
    return;
  MHD_stop_daemon (self->daemon);
  g_ptr_array_unref (self->calls);
  g_mutex_clear (&self->lock);
  g_free (self->url);
  g_free (self);
}

const char *
fake_server_url (const FakeServer *self)
{
  return self->url;
}

guint
fake_server_port (const FakeServer *self)
{
  return self->port;
}

guint
fake_server_count (FakeServer *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->calls->len;
  g_mutex_unlock (&self->lock);
  return count;
}

const FakeCall *
fake_server_call (FakeServer *self, guint index)
{
  const FakeCall *call;

  g_assert_cmpuint (index, <, fake_server_count (self));
  g_mutex_lock (&self->lock);
  call = self->calls->pdata[index];
  g_mutex_unlock (&self->lock);
  return call;
}
