/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/list.h: what LIST and WATCH select: selectors, versions, pages; private to the
 * HTTP side
 */
#pragma once

#include "sim/kube/serve/reply.h"
#include "sim/kube/selectors.h"

G_BEGIN_DECLS

/* The parameters that lists, watches and deletions of collections share. */
typedef struct
{
  KubeSelector *labels, *fields; /* NULL: everything */
  gint64 limit;                  /* 0: all */
  gint64 timeout_seconds;        /* 0: not given */
  const char *revision_text;     /* NULL or "": not given */
  guint64 revision;
  const char *match;     /* resourceVersionMatch, or NULL */
  const char *continue_; /* NULL: the first page */
} KubeListOptions;

/* FALSE with the error that the API server gives for parameters that make no sense. */
gboolean kube_list_options_parse (const KubeRequest *request, KubeListOptions *out_options,
                                  GError **error);
void kube_list_options_clear (KubeListOptions *options);

/* REVISION lies in the future: KUBE_TIMEOUT, as after having waited for it. */
gboolean kube_check_revision (const KubeApi *api, guint64 revision, GError **error);

/* The objects of the request's kind and namespace that OPTIONS select, as they are now; a new array
 * of references. */
GPtrArray *kube_select_objects (const KubeRequest *request, const KubeListOptions *options);
gboolean kube_selects (const KubeRequest *request, const KubeListOptions *options,
                       const SimObject *object);

SimResponse *kube_list_handle (KubeRequest *request);
/* A list of OBJECTS, at REVISION, in the shape asked for. */
SimResponse *kube_reply_list (const KubeRequest *request, const GPtrArray *objects,
                              DdValue *metadata);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KubeListOptions, kube_list_options_clear)

G_END_DECLS
