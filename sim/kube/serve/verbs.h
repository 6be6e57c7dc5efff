/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/verbs.h: a resolved request carried out; private to the HTTP side */
#pragma once

#include "sim/kube/serve/reply.h"

G_BEGIN_DECLS

typedef SimResponse *(*KubeHandler) (KubeRequest *request);

/* One way to reach a resource: HTTP method, subresource and whether an object is named decide. */
typedef struct
{
  const char *method;
  const char *subresource; /* "" for the resource itself */
  gboolean named;
  const char *verb; /* as discovery and faults name it: "list", "create" ... */
  guint needs;      /* bits of KubeKind.subresources that the kind must have */
  guint flag;       /* bits of KubeKind.flags that it must have */
  guint without;    /* bits of KubeKind.flags that it must not have */
  KubeHandler handle;
} KubeRoute;

/* The verbs of KIND's resource (SUBRESOURCE "") or of one of its subresources, sorted; static
 * strings in a new array. */
GPtrArray *kube_verbs_of (const KubeKind *kind, const char *subresource);
/* The subresources that KIND has, sorted; static strings in a new array. */
GPtrArray *kube_subresources_of (const KubeKind *kind);

/* NULL when the kind has no such method there; *OUT_KNOWN: but others, so that it is 405, not 404.
 */
const KubeRoute *kube_route_find (const KubeRequest *request, gboolean *out_known);

/* sim/kube/serve/options.c: the parameters of a write. FALSE with the 422 that names OPTIONS_KIND
 * ("CreateOptions"). WARNINGS and DUPLICATES are borrowed by *OUT_WRITE. */
gboolean kube_write_options (KubeRequest *request, const char *options_kind, GPtrArray *duplicates,
                             KubeWrite *out_write, GError **error);
/* Whether the body is a configuration for server-side apply. */
gboolean kube_is_apply (const KubeRequest *request);
/* The options of a deletion out of BODY (may be NULL) and the query; strings are borrowed. */
gboolean kube_delete_options (const KubeRequest *request, const DdValue *body,
                              KubeDelete *out_options, GError **error);
/* dryRun was asked for, in the query or as BODY's dryRun list. */
gboolean kube_dry_run (const KubeRequest *request, const DdValue *body, const char *options_kind,
                       gboolean *out_dry_run, GError **error);

/* sim/kube/serve/object-patch.c */
SimResponse *kube_patch_handle (KubeRequest *request);
SimResponse *kube_patch_status_handle (KubeRequest *request);
/* The document that PATCH (the request's body, by its content type) makes of CURRENT. */
DdValue *kube_patch_apply (const KubeRequest *request, const KubeStruct *type,
                           const DdValue *current, GError **error);

/* sim/kube/serve/scale.c */
SimResponse *kube_scale_get_handle (KubeRequest *request);
SimResponse *kube_scale_put_handle (KubeRequest *request);
SimResponse *kube_scale_patch_handle (KubeRequest *request);

/* sim/kube/serve/actions.c: the subresources that do something rather than hold something. */
SimResponse *kube_eviction_handle (KubeRequest *request);
SimResponse *kube_binding_handle (KubeRequest *request);
SimResponse *kube_log_handle (KubeRequest *request);
SimResponse *kube_token_handle (KubeRequest *request);

/* Checks that BODY calls itself KIND of API_VERSION, or nothing. */
gboolean kube_check_type (const DdValue *body, const char *api_version, const char *kind,
                          GError **error);

G_END_DECLS
