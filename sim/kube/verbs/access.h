/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/access.h: whether somebody may do something */
#pragma once

#include "sim/kube/verbs/caller.h"

G_BEGIN_DECLS

/* What is to be done: to a resource, or to a path that is none. Strings are borrowed, and "" where
 * there is nothing to say. */
typedef struct
{
  const char *verb; /* "list", "get" */
  const char *path; /* of what is no resource; NULL: it is one */
  const char *group, *resource, *subresource, *namespace_, *name;
} KubeAccess;

/* Who decides. No decision is a no. */
typedef struct
{
  /* *OUT_REASON (may be NULL) is set where it is allowed. */
  gboolean (*allows) (KubeApi *api, const KubeUser *user, const KubeAccess *access,
                      char **out_reason);
  /* Adds what USER may do in NAMESPACE: PolicyRules about resources, and about other paths. */
  void (*add_rules) (KubeApi *api, const KubeUser *user, const char *namespace_,
                     DdBuilder *resource_rules, DdBuilder *path_rules);
} KubeAuthorizer;

/* *OUT_REASON may be NULL, is NULL where nobody gives one, and is the caller's. */
gboolean kube_may (KubeApi *api, const KubeUser *user, const KubeAccess *access, char **out_reason);
/* The same, with the KUBE_FORBIDDEN of a real server. */
gboolean kube_check_access (KubeApi *api, const KubeUser *user, const KubeAccess *access,
                            GError **error);
/* Whether USER may act as whoever HEADERS name. */
gboolean kube_may_impersonate (KubeApi *api, const KubeUser *user, const DdHeaders *headers,
                               GError **error);
/* What USER may do, as SelfSubjectRulesReview tells it: its status. */
DdValue *kube_rules_of (KubeApi *api, const KubeUser *user, const char *namespace_);

G_END_DECLS
