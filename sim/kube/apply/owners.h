/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/owners.h: the entries of managedFields, one by one; private to server-side apply
 */
#pragma once

#include "sim/kube/apply/field-set.h"

G_BEGIN_DECLS

/* A manager, how it writes, and what it has set. */
typedef struct
{
  char *id; /* as JSON, which sorts and tells owners apart */
  char *manager, *api_version, *subresource;
  char *time; /* NULL: unknown */
  gboolean applied;
  DdValue *set; /* NULL: it owns nothing any more */
} KubeOwner;

/* SET is taken; SUBRESOURCE and TIME may be NULL. */
KubeOwner *kube_owner_new (const char *manager, gboolean applied, const char *api_version,
                           const char *subresource, const char *time, DdValue *set);
/* Takes SET. */
void kube_owner_set_fields (KubeOwner *owner, DdValue *set);
/* The order of entries, for pointers to pointers: appliers first, then by time, then by name. */
int kube_owner_compare (gconstpointer a, gconstpointer b);

/* Owners are kept in an array that frees them. */
GPtrArray *kube_owners_new (void);
KubeOwner *kube_owners_find (const GPtrArray *owners, const char *id);
/* Takes OWNER, in place of the one that was noted under the same name. */
void kube_owners_put (GPtrArray *owners, KubeOwner *owner);
/* Those who own nothing go. */
void kube_owners_drop_idle (GPtrArray *owners);

/* OBJECT's managedFields, borrowed; NULL when it has none. */
const DdValue *kube_owners_entries (const DdValue *object);
/* NULL when ENTRIES (may be NULL: nobody) make no sense, with a text. */
GPtrArray *kube_owners_read (const DdValue *entries, GError **error);
/* OBJECT (taken) with what OWNERS own as its managedFields. */
DdValue *kube_owners_write (GPtrArray *owners, DdValue *object);

/* The text at NAME of OBJECT; "" where there is none. */
const char *kube_text_member (const DdValue *object, const char *name);

/* sim/kube/apply/conflicts.c: whom but SELF what is CHANGED belongs to, ALLOWED fields aside. */
GPtrArray *kube_conflicts_find (const GPtrArray *owners, const KubeOwner *self,
                                const DdValue *changed, const DdValue *allowed);
/* The KUBE_CONFLICT that tells of them; there is at least one. */
void kube_conflicts_set_error (const GPtrArray *conflicts, GError **error);

G_END_DECLS
