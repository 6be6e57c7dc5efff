/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/caller.h: who sends a request, what he shows for it, and what he may do */
#pragma once

#include "sim/stage/message.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef struct _KubeApi KubeApi; /* sim/kube/verbs/api.h */

/* authentication.k8s.io's UserInfo. */
typedef struct _KubeUser
{
  char *name;
  char *uid;         /* NULL: none */
  GPtrArray *groups; /* of char *, none twice */
  GPtrArray *extra;  /* of char *: key, value, key, value ...; what has one key stands together */
} KubeUser;

KubeUser *kube_user_new (const char *name);
/* GROUPS are ended by NULL, or NULL. */
KubeUser *kube_user_new_with (const char *name, const char *const *groups);
void kube_user_free (KubeUser *user);
void kube_user_add_group (KubeUser *user, const char *group);
void kube_user_add_extra (KubeUser *user, const char *key, const char *value);
gboolean kube_user_has_group (const KubeUser *user, const char *group);
DdValue *kube_user_to_value (const KubeUser *user);

/* Whom the bearer of TOKEN is; a new user, or NULL: it is none that the reader SELF knows. */
typedef KubeUser *(*KubeTokenFunc) (gpointer self, KubeApi *api, const char *token);

/* What a server asks of who calls it. All zero: nothing, and who shows nothing is the lab's own
 * user, KUBE_LAB_USER. What he shows is looked at all the same. */
typedef struct
{
  gboolean asks;            /* who shows nothing and comes from outside is system:anonymous */
  GHashTable *tokens;       /* char * -> KubeUser: those of --token, for look-up only; or NULL */
  KubeTokenFunc read_token; /* tokens that somebody else issues, such as AWS; or NULL */
  gpointer reader;          /* its SELF */
} KubeDoor;

#define KUBE_LAB_USER "kubernetes-admin"
#define KUBE_ANONYMOUS "system:anonymous"
#define KUBE_MASTERS "system:masters"
#define KUBE_AUTHENTICATED "system:authenticated"

/* Whom TOKEN stands for, without the group of all who are known; NULL: nobody. */
KubeUser *kube_bearer_find (KubeApi *api, const char *token);
/* Who sends REQUEST, by its headers and, over TLS, his certificate. A new user, or NULL with
 * KUBE_UNAUTHORIZED. Who may act as somebody else, and wants to, is him. */
KubeUser *kube_caller_find (KubeApi *api, const SimRequest *request, GError **error);

/* NAME of GROUPS is known by TOKEN from now on. */
void kube_door_add_token (KubeDoor *door, const char *token, const char *name, const char *uid,
                          const char *const *groups);
void kube_door_clear (KubeDoor *door);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KubeUser, kube_user_free)

G_END_DECLS
