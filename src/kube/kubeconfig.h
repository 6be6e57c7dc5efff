/* SPDX-License-Identifier: Apache-2.0 */
/* kube/kubeconfig.h: where kubeconfig files say an API server is, and how they prove who asks */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A program that prints credentials. */
typedef struct
{
  char *api_version;
  char **argv;            /* a path in it is absolute */
  char **environment;     /* pairs of name and value */
  char *interactive_mode; /* "Never", "IfAvailable" or "Always" */
  char *install_hint;
  gboolean wants_cluster;
} DdExecPlugin;

/* What one context comes to. Strings are NULL where the files say nothing. */
typedef struct
{
  char *context;
  char *server;
  char *server_name; /* what its certificate is made out to, if not to its host */
  char *proxy;
  char *ca; /* PEM */
  char *token, *token_file;
  char *certificate, *key; /* PEM; both or neither */
  DdExecPlugin *exec;
} DdKubeconfig;

/* PATHS is a list as KUBECONFIG has it, separated by colons. The first file that has a cluster, a
 * context or a user of some name, or a current context, is the one that counts. CONTEXT NULL: the
 * current one. DD_ERROR_INVALID, with the file and the reason, when they are malformed, do not lead
 * to a server, or want what is not supported. */
DdKubeconfig *dd_kubeconfig_load (const char *paths, const char *context, GError **error);
/* The same from one TEXT; NAME stands for it in messages, and paths in it begin at DIRECTORY. */
DdKubeconfig *dd_kubeconfig_parse (const char *text, gsize length, const char *name,
                                   const char *directory, const char *context, GError **error);
void dd_kubeconfig_free (DdKubeconfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdKubeconfig, dd_kubeconfig_free)

G_END_DECLS
