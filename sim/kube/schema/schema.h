/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/schema.h: what a kind's table says about an object: decoding, defaults,
 * enumerations */
#pragma once

#include "sim/kube/error.h"
#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* What is done about fields that the kind does not have. */
typedef enum
{
  KUBE_FIELDS_IGNORE,
  KUBE_FIELDS_WARN,
  KUBE_FIELDS_STRICT,
} KubeFieldValidation;

/* How an HTTP request differs from an actor's plain call; all zero, or NULL, is the plain call. */
typedef struct
{
  gboolean dry_run; /* everything but the write; the object that would have been */
  KubeFieldValidation fields;
  const GPtrArray *duplicates; /* paths that dd_value_parse_with_duplicates () found, or NULL */
  GPtrArray *out_warnings;     /* of char *: texts for Warning headers, or NULL */
  const char *manager;         /* who is noted in managedFields; NULL: nobody, the fields stay whose
                                * they are */
  const char *subresource;     /* through which it writes; NULL or "": the object itself */
  gboolean force;              /* server-side apply takes fields from their owners */
  gboolean owned;              /* the object's managedFields are as they are to be */
} KubeWrite;

/* Turns JSON from a client into the object that a typed server would have decoded: members in the
 * table's order, nulls and unknown fields gone, defaults filled in, every type checked. OLD may be
 * the stored object: branches that VALUE shares with it are taken as they are, so that the cost is
 * that of what changed. Type errors, and unknown and duplicate fields under KUBE_FIELDS_STRICT,
 * are KUBE_BAD_REQUEST; under KUBE_FIELDS_WARN they are added to OPTIONS->out_warnings. OPTIONS
 * may be NULL. Returns a new reference. */
DdValue *kube_schema_decode (const KubeKind *kind, const DdValue *value, const DdValue *old,
                             const KubeWrite *options, GError **error);

/* Adds a cause for each required field that is missing and each value outside its enumeration.
 * Neither .status nor what VALUE shares with OLD (the stored object, or NULL) is looked at. */
void kube_schema_validate (const KubeKind *kind, const DdValue *old, const DdValue *value,
                           KubeCauses *causes);

/* "kind" and "apiVersion" stand in every table but are not kept in the store. */
gboolean kube_schema_is_type_meta (const char *name);

G_END_DECLS
