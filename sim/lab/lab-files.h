/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lab/lab-files.h: what a shell and kubectl need to find a running lab */
#pragma once

#include "sim/lab/lab.h"

G_BEGIN_DECLS

/* Lines for a POSIX shell; KUBECONFIG (a path) may be NULL: then the last line makes one with the
 * AWS CLI. AUTHORITY: the path of the certificate that AWS clients have to trust; NULL: none.
 * Caller frees. */
char *sim_lab_exports (const SimLab *lab, const char *kubeconfig, const char *authority);
/* The kubeconfig of the world's cluster, as JSON, which YAML readers read; caller frees. */
char *sim_lab_kubeconfig (const SimLab *lab);

G_END_DECLS
