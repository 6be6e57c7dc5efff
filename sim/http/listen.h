/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/listen.h: addresses in words, and sockets that listen on them */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* "HOST:PORT" with a numeric host, "[::1]:PORT" or "localhost:PORT". */
GInetSocketAddress *sim_listen_parse (const char *address, GError **error);
gboolean sim_listen_is_loopback (const char *address);

/* A listening, non-blocking descriptor, or -1 with a G_IO_ERROR whose text says what to do. */
int sim_listen_tcp (const char *address, char **out_url, GError **error);
int sim_listen_unix (const char *path, GError **error);

G_END_DECLS
