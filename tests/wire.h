/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wire.h: a raw HTTP client for tests that run the server on their own thread */
#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <glib.h>

/* How long a test waits for the server before it fails. */
#define WIRE_PATIENCE (10 * G_USEC_PER_SEC)

/* A connected, non-blocking socket to "http://127.0.0.1:PORT". */
static inline int
wire_connect (const char *url)
{
  struct sockaddr_in name = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  name.sin_port = htons ((guint16) atoi (strrchr (url, ':') + 1));
  name.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (connect (fd, (struct sockaddr *) &name, sizeof name), 0);
  return fd;
}

static inline void
wire_turn (void)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (200);
}

/* Sends what the server will take; a server that has hung up takes nothing more. */
static inline void
wire_send (int fd, const char *data, gsize length)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (length > 0)
    {
      ssize_t sent = send (fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (sent < 0 && errno != EAGAIN)
        return;
      if (sent > 0)
        {
          data += sent;
          length -= (gsize) sent;
        }
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "the server reads no more");
    }
}

/* Adds what has come to SEEN; FALSE when the server has closed. */
static inline gboolean
wire_receive (int fd, GString *seen)
{
  char buffer[65536];
  ssize_t length;

  wire_turn ();
  length = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (length > 0)
    g_string_append_len (seen, buffer, length);
  return length > 0 || (length < 0 && errno == EAGAIN);
}

/* Everything up to and with TEXT, or up to the end of the connection. */
static inline gboolean
wire_wait_for (int fd, GString *seen, const char *text)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (strstr (seen->str, text) == NULL)
    {
      if (!wire_receive (fd, seen))
        return strstr (seen->str, text) != NULL;
      ck_assert_msg (g_get_monotonic_time () < deadline, "no '%s' in '%s'", text, seen->str);
    }
  return TRUE;
}

static inline void
wire_wait_for_end (int fd, GString *seen)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (wire_receive (fd, seen))
    ck_assert_msg (g_get_monotonic_time () < deadline, "the connection stays open after '%s'",
                   seen->str);
}

/* The whole answer to REQUEST on a connection of its own, which both ends close. */
static inline char *
wire_ask_bytes (const char *url, const char *request, gsize length)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  int fd = wire_connect (url);

  wire_send (fd, request, length);
  shutdown (fd, SHUT_WR);
  wire_wait_for_end (fd, seen);
  close (fd);
  return g_string_free (g_steal_pointer (&seen), FALSE);
}

static inline char *
wire_ask (const char *url, const char *request)
{
  return wire_ask_bytes (url, request, strlen (request));
}

static inline int
wire_status (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.") ? atoi (answer + strlen ("HTTP/1.1 ")) : 0;
}

static inline const char *
wire_body (const char *answer)
{
  const char *blank = strstr (answer, "\r\n\r\n");

  return blank != NULL ? blank + 4 : "";
}
