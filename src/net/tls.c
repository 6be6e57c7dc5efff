/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl built with GnuTLS takes certificates and keys as files and in no other way. They come out
 * of a kubeconfig, out of an answer or out of a plugin, so they are put into files that exist in
 * memory alone: nobody else can open them and nothing is left behind when the program dies. A
 * file lives as long as the transport, because libcurl tells connections apart by its name. */
#include "config.h"

#include "net/tls.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

#define CERTIFICATE_MARK "-----BEGIN CERTIFICATE-----"

struct _DdTls
{
  char *ca_file, *server_name, *proxy;
  GArray *files; /* of int: descriptors */
  struct curl_slist *connect_to;
  DdCredentials *shown; /* whose certificate the two files hold; NULL: none yet */
  char *certificate_file, *key_file;
};

/* The name under which a file with CONTENT can be opened; NULL with errno set. */
static char *
make_file (DdTls *tls, const char *content)
{
  int fd = memfd_create ("drydock", MFD_CLOEXEC);
  gsize length = strlen (content);

  if (fd < 0)
    return NULL;
  g_array_append_val (tls->files, fd);
  if (write (fd, content, length) != (gssize) length)
    return NULL;
  return g_strdup_printf ("/proc/self/fd/%d", fd);
}

static gboolean
take_authorities (DdTls *tls, const DdTlsOptions *options, GError **error)
{
  g_autofree char *read = NULL;
  const char *ca = options->ca;

  if (ca == NULL && options->ca_file != NULL)
    {
      if (!g_file_get_contents (options->ca_file, &read, NULL, error))
        return FALSE;
      ca = read;
    }
  if (ca == NULL)
    return TRUE;
  if (strstr (ca, CERTIFICATE_MARK) == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: no PEM certificate in it",
                 options->ca_file != NULL ? options->ca_file : "certificate authority data");
  else if ((tls->ca_file = make_file (tls, ca)) == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "cannot keep a certificate in memory: %s",
                 g_strerror (errno));
  return tls->ca_file != NULL;
}

DdTls *
dd_tls_new (const DdTlsOptions *options, GError **error)
{
  g_autoptr (DdTls) tls = g_new0 (DdTls, 1);

  tls->files = g_array_new (FALSE, FALSE, sizeof (int));
  tls->server_name = g_strdup (options->server_name);
  tls->proxy = g_strdup (options->proxy);
  return take_authorities (tls, options, error) ? g_steal_pointer (&tls) : NULL;
}

void
dd_tls_free (DdTls *tls)
{
  if (tls == NULL)
    return;
  for (guint i = 0; i < tls->files->len; i++)
    close (g_array_index (tls->files, int, i));
  g_array_unref (tls->files);
  dd_curl ()->slist_free_all (tls->connect_to);
  dd_credentials_free (tls->shown);
  g_free (tls->ca_file);
  g_free (tls->server_name);
  g_free (tls->proxy);
  g_free (tls->certificate_file);
  g_free (tls->key_file);
  g_free (tls);
}

/* ---- a transfer ---- */

static gboolean
show_certificate (DdTls *tls, CURL *easy, DdCredentials *credentials)
{
  if (tls->shown != credentials)
    {
      g_clear_pointer (&tls->shown, dd_credentials_free);
      g_clear_pointer (&tls->certificate_file, g_free);
      g_clear_pointer (&tls->key_file, g_free);
      tls->certificate_file = make_file (tls, credentials->certificate);
      tls->key_file = make_file (tls, credentials->key);
      tls->shown = dd_credentials_ref (credentials);
    }
  if (tls->certificate_file == NULL || tls->key_file == NULL)
    return FALSE;
  dd_curl ()->easy_setopt (easy, CURLOPT_SSLCERT, tls->certificate_file);
  dd_curl ()->easy_setopt (easy, CURLOPT_SSLKEY, tls->key_file);
  return TRUE;
}

/* libcurl checks the certificate against the host of the URL, so that one becomes the expected
 * name, and where the connection really goes is said apart. */
static void
expect_name (DdTls *tls, CURL *easy, const DdEndpoint *endpoint)
{
  g_autofree char *url = g_strdup_printf ("https://%s:%d", tls->server_name, endpoint->port);

  if (tls->connect_to == NULL)
    {
      gboolean is_ipv6 = strchr (endpoint->host, ':') != NULL;
      g_autofree char *line = g_strdup_printf ("%s:%d:%s%s%s:%d", tls->server_name, endpoint->port,
                                               is_ipv6 ? "[" : "", endpoint->host,
                                               is_ipv6 ? "]" : "", endpoint->port);

      tls->connect_to = dd_curl ()->slist_append (NULL, line);
    }
  dd_curl ()->easy_setopt (easy, CURLOPT_URL, url);
  dd_curl ()->easy_setopt (easy, CURLOPT_CONNECT_TO, tls->connect_to);
}

gboolean
dd_tls_apply (DdTls *tls, CURL *easy, const DdEndpoint *endpoint, DdCredentials *credentials)
{
  if (tls->ca_file != NULL)
    {
      dd_curl ()->easy_setopt (easy, CURLOPT_CAINFO, tls->ca_file);
      dd_curl ()->easy_setopt (easy, CURLOPT_CAPATH,
                               NULL); /* the default one would be believed as well */
    }
  if (tls->proxy != NULL)
    dd_curl ()->easy_setopt (easy, CURLOPT_PROXY, tls->proxy);
  if (tls->server_name != NULL)
    expect_name (tls, easy, endpoint);
  return credentials == NULL || credentials->certificate == NULL
         || show_certificate (tls, easy, credentials);
}
