/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/catalogue.h: the kinds that one server serves: those of the tables, and those that were
 * defined while it ran */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *kinds; /* of const KubeKind *: those of one group, and of one version, stand together;
                     * a group's first version is the preferred one */
  GPtrArray *kept;  /* private */
} KubeCatalogue;

KubeCatalogue *kube_catalogue_new (void);
void kube_catalogue_free (KubeCatalogue *self);

/* Negative when version A is preferred to B: "v2" to "v1", that to "v2beta1". */
int kube_version_compare (const char *a, const char *b);

/* NULL when there is no such kind. */
const KubeKind *kube_catalogue_find (const KubeCatalogue *self, const char *group,
                                     const char *version, const char *plural);
const KubeKind *kube_catalogue_find_by_name (const KubeCatalogue *self, const char *api_version,
                                             const char *kind);
gboolean kube_catalogue_has_group (const KubeCatalogue *self, const char *group);

/* Serves KIND, which is kept to the end: objects, watches and requests know kinds by address. Takes
 * KIND and frees it with FREE_FUNC. */
void kube_catalogue_offer (KubeCatalogue *self, KubeKind *kind, GDestroyNotify free_func);
/* Keeps KIND without serving it. */
void kube_catalogue_keep (KubeCatalogue *self, KubeKind *kind, GDestroyNotify free_func);
/* Serves no version any more of what STORED keeps. */
void kube_catalogue_withdraw (KubeCatalogue *self, const KubeKind *stored);
/* The same, and kube_catalogue_find_stored () does not find it again. */
void kube_catalogue_end (KubeCatalogue *self, const KubeKind *stored);
/* What keeps the objects of GROUP's PLURAL, be it served or not; NULL: nothing does. */
KubeKind *kube_catalogue_find_stored (const KubeCatalogue *self, const char *group,
                                      const char *plural);

G_END_DECLS
