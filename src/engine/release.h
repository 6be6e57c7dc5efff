/* SPDX-License-Identifier: Apache-2.0 */
/* engine/release.h: which image a release of an EKS optimized AMI is, as Systems Manager knows it
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *image_parameter, *release_parameter; /* names of public parameters */
  gboolean newest_alone; /* they are those of the newest release, which the pinned one must be */
} DdReleaseNames;

/* Where to look up the newest release for Kubernetes MINOR ("1.30") of AMI_TYPE, or, with PINNED
 * ("1.30.0-20240703"), that one. DD_ERROR_INVALID for a type that has no public parameters, and for
 * a pinned release that is malformed or of another minor. */
gboolean dd_release_names (const char *ami_type, const char *minor, const char *pinned,
                           DdReleaseNames *out_names, GError **error);
void dd_release_names_clear (DdReleaseNames *names);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdReleaseNames, dd_release_names_clear)

G_END_DECLS
