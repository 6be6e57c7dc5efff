/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/listen.h: addresses in words, and sockets that listen on them */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* "HOST:PORT" with a numeric host, "[::1]:PORT" or "localhost:PORT". */
GInetSocketAddress *sim_listen_parse (const char *address, GError **error);
gboolean sim_listen_is_loopback (const char *address);

/* Every name that clients on this machine and on others can call a server by that listens on
 * ADDRESS, which is well-formed: numeric addresses and host names. Free with g_strfreev (). */
char **sim_listen_names (const char *address);

/* A listening, non-blocking descriptor, or -1 with a G_IO_ERROR whose text says what to do. SCHEME
 * ("http") begins the URL. */
int sim_listen_tcp (const char *address, const char *scheme, char **out_url, GError **error);
int sim_listen_unix (const char *path, GError **error);

G_END_DECLS
