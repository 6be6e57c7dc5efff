/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/http/listen.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static gboolean
split_address (const char *address, char **out_host, guint64 *out_port)
{
  const char *colon = strrchr (address, ':');
  gsize length;

  if (colon == NULL || colon == address
      || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, out_port, NULL))
    return FALSE;
  length = colon - address;
  if (address[0] == '[' && colon[-1] == ']')
    *out_host = g_strndup (address + 1, length - 2);
  else
    *out_host = g_strndup (address, length);
  return TRUE;
}

GInetSocketAddress *
sim_listen_parse (const char *address, GError **error)
{
  g_autofree char *host = NULL;
  GSocketAddress *parsed = NULL;
  guint64 port;

  if (split_address (address, &host, &port))
    parsed = g_inet_socket_address_new_from_string (
        strcmp (host, "localhost") == 0 ? "127.0.0.1" : host, (guint) port);
  if (parsed == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "'%s' is no address to listen on; it looks like 127.0.0.1:4566, [::1]:4566 or "
                 "localhost:0 (port 0 picks a free one)",
                 address);
  return (GInetSocketAddress *) parsed;
}

gboolean
sim_listen_is_loopback (const char *address)
{
  g_autoptr (GInetSocketAddress) parsed = sim_listen_parse (address, NULL);

  return parsed != NULL
         && g_inet_address_get_is_loopback (g_inet_socket_address_get_address (parsed));
}

static void
add_interfaces (GStrvBuilder *names)
{
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) != 0)
    return;
  for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
    if (one->ifa_addr != NULL
        && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6))
      {
        g_autoptr (GSocketAddress) address
            = g_socket_address_new_from_native (one->ifa_addr, sizeof (struct sockaddr_in6));
        g_autofree char *text = g_inet_address_to_string (
            g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));

        g_strv_builder_add (names, text);
      }
  freeifaddrs (all);
}

char **
sim_listen_names (const char *address)
{
  static const char *const always[] = { "localhost", "127.0.0.1", "::1", NULL };
  g_autoptr (GInetSocketAddress) parsed = sim_listen_parse (address, NULL);
  GInetAddress *host = g_inet_socket_address_get_address (parsed);
  g_autofree char *text = g_inet_address_to_string (host);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; always[i] != NULL; i++)
    g_strv_builder_add (names, always[i]);
  if (!g_strv_contains (always, text))
    g_strv_builder_add (names, text);
  if (g_inet_address_get_is_any (host))
    add_interfaces (names);
  if (!g_inet_address_get_is_loopback (host))
    g_strv_builder_add (names, g_get_host_name ());
  return g_strv_builder_end (names);
}

static int
listen_on (int family, const struct sockaddr *name, socklen_t length)
{
  int fd = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int yes = 1;

  if (fd < 0)
    return -1;
  if (family != AF_UNIX)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind (fd, name, length) == 0 && listen (fd, SOMAXCONN) == 0)
    return fd;
  yes = errno;
  close (fd);
  errno = yes;
  return -1;
}

static void
set_listen_error (GError **error, int number, const char *address)
{
  const char *advice = "";

  if (number == EADDRINUSE)
    advice = "; another program (another drydock?) listens there: stop it, choose another port, or "
             "let port 0 pick one";
  else if (number == EADDRNOTAVAIL)
    advice = "; no network interface of this machine has that address";
  else if (number == EACCES)
    advice = "; ports below 1024 belong to the administrator";
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "cannot listen on %s: %s%s",
               address, g_strerror (number), advice);
}

/* "Every address" is none that a client can go to; on this machine the loopback address is. */
static GSocketAddress *
reachable (GSocketAddress *bound)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (bound);
  GInetAddress *address = g_inet_socket_address_get_address (inet);
  g_autoptr (GInetAddress) loopback = NULL;

  if (!g_inet_address_get_is_any (address))
    return g_object_ref (bound);
  loopback = g_inet_address_new_loopback (g_inet_address_get_family (address));
  return g_inet_socket_address_new (loopback, g_inet_socket_address_get_port (inet));
}

static char *
url_of (int fd, const char *scheme)
{
  union
  {
    struct sockaddr any;
    struct sockaddr_storage room;
  } name;
  socklen_t length = sizeof name;
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocketAddress) reached = NULL;
  g_autofree char *text = NULL;

  getsockname (fd, &name.any, &length);
  bound = g_socket_address_new_from_native (&name.any, length);
  reached = reachable (bound);
  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (reached));
  return g_strconcat (scheme, "://", text, NULL);
}

int
sim_listen_tcp (const char *address, const char *scheme, char **out_url, GError **error)
{
  g_autoptr (GInetSocketAddress) parsed = sim_listen_parse (address, error);
  struct sockaddr_storage name = { 0 };
  gssize length;
  int fd;

  if (parsed == NULL)
    return -1;
  length = g_socket_address_get_native_size (G_SOCKET_ADDRESS (parsed));
  if (!g_socket_address_to_native (G_SOCKET_ADDRESS (parsed), &name, sizeof name, error))
    return -1;
  fd = listen_on (name.ss_family, (struct sockaddr *) &name, (socklen_t) length);
  if (fd < 0)
    set_listen_error (error, errno, address);
  else
    *out_url = url_of (fd, scheme);
  return fd;
}

int
sim_listen_unix (const char *path, GError **error)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int fd;

  if (strlen (path) >= sizeof name.sun_path)
    {
      set_listen_error (error, ENAMETOOLONG, path);
      return -1;
    }
  strcpy (name.sun_path, path);
  fd = listen_on (AF_UNIX, (struct sockaddr *) &name, sizeof name);
  if (fd < 0)
    set_listen_error (error, errno, path);
  return fd;
}
