/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/other-kinds.h: kinds that a cluster knows and this world has no table of */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a cluster does with an object of such a kind; NULL: there is no such kind. Of a group that
 * is not Kubernetes' own nobody can tell, so that every kind of one is taken. */
const char *sim_other_kind_effect (const char *api_version, const char *kind);
/* "policy/v1", the version in which KIND is served today; NULL: none is. Caller frees. */
char *sim_other_kind_version (const char *kind);

G_END_DECLS
