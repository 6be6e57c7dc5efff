/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/request.h: one HTTP request to the API server, taken apart; private to the HTTP
 * side */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* In which form the client wants objects. */
typedef enum
{
  KUBE_SHAPE_OBJECT,
  KUBE_SHAPE_TABLE,    /* meta.k8s.io Table: what kubectl prints */
  KUBE_SHAPE_METADATA, /* meta.k8s.io PartialObjectMetadata */
} KubeShape;

typedef struct
{
  KubeApi *api;
  const SimRequest *wire;
  char *path;          /* decoded, without the query */
  GPtrArray *segments; /* of char *: the path's parts, decoded; "" where slashes meet */
  GPtrArray *query;    /* of char *: name, value, name, value ... decoded */

  /* What a path below /api/v1 or /apis/GROUP/VERSION names; "" or NULL: not there. */
  const KubeKind *kind;
  char *namespace_;
  char *name;
  char *subresource;
  KubeUser *user;     /* who asks; set by who lets him in */
  KubeAccess access;  /* what he asks for */
  char *verb, *named; /* private: of ACCESS */
  char *manager;  /* who asks, for managedFields: fieldManager, or the User-Agent's first word */
  gboolean watch; /* asked for by ?watch or by the old /watch/ path */

  /* What the client accepts. */
  KubeShape shape;
  const char *shape_version; /* "v1" or "v1beta1" of meta.k8s.io */
  gboolean yaml;
  gboolean protobuf;
  gboolean pretty;

  GPtrArray *warnings; /* of char *: texts for Warning headers */
} KubeRequest;

/* Never fails: a path or query that cannot be decoded is one that nothing matches. */
KubeRequest *kube_request_new (KubeApi *api, const SimRequest *wire);
void kube_request_free (KubeRequest *request);

/* The first value of a query parameter, NULL when it was not given. */
const char *kube_request_query (const KubeRequest *request, const char *name);
/* A boolean parameter as Go reads it: "", "1" and "true" (in any case) mean yes. */
gboolean kube_request_flag (const KubeRequest *request, const char *name);
/* FALSE and a KUBE_BAD_REQUEST when NAME is given and no integer; *OUT_VALUE is then untouched. */
gboolean kube_request_integer (const KubeRequest *request, const char *name, gint64 *out_value,
                               GError **error);

/* Reads the Accept header for a reply about objects; KUBE_NOT_ACCEPTABLE when nothing in it can be
 * met. */
gboolean kube_request_negotiate (KubeRequest *request, GError **error);
/* The Accept header asks for the media type application/json with g=GROUP, as=AS; its v parameter
 * is returned (static text out of VERSIONS, which is ended by NULL), or NULL. */
const char *kube_request_accepts_as (const KubeRequest *request, const char *group, const char *as,
                                     const char *const *versions);

/* sim/kube/serve/access.c: fills in ACCESS. */
void kube_request_take_access (KubeRequest *request);

/* Finds the kind, namespace, name and subresource that the path means. FALSE when there is no such
 * resource; *OUT_UNKNOWN_GROUP says that not even its group is served. */
gboolean kube_request_resolve (KubeRequest *request, gboolean *out_unknown_group);

/* The body as a value: JSON, YAML or protobuf, by its Content-Type. WANTED is the kind that error
 * texts name. Duplicate keys go to DUPLICATES (may be NULL). NULL with KUBE_UNSUPPORTED_MEDIA_TYPE
 * or KUBE_BAD_REQUEST. */
DdValue *kube_request_body (const KubeRequest *request, const char *wanted, GPtrArray *duplicates,
                            GError **error);
/* What is wrong with TEXT, which PROBLEM says is no JSON, in Go's words where they are known. */
const char *kube_json_problem (const char *text, gsize length, const GError *problem);
/* The media type of the body without parameters, in lower case, "" when none is given; caller
 * frees. */
char *kube_request_content_type (const KubeRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KubeRequest, kube_request_free)

G_END_DECLS
