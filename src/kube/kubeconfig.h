/* kube/kubeconfig.h: where a kubeconfig file says the API server is */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The server URL of the cluster of the current context. DD_ERROR_INVALID, with the file and the
 * reason, when the file is malformed, names none, or needs what is not supported (credentials of
 * its own, as an https server does). */
char *dd_kubeconfig_read_server (const char *path, GError **error);
/* The same from TEXT; NAME stands for it in messages. */
char *dd_kubeconfig_server (const char *text, gsize length, const char *name, GError **error);

G_END_DECLS
