/* SPDX-License-Identifier: Apache-2.0 */
/* engine/user-data.h: the user data of a launch template version, made to announce another image */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A copy of USER_DATA (base64) in which every node label eks.amazonaws.com/nodegroup-image names
 * IMAGE: kubelet arguments ("...nodegroup-image=ami-1,...") of a shell script or of nodeadm, and
 * Bottlerocket's TOML (`"...nodegroup-image" = "ami-1"`). NULL with ERROR when there is none: nodes
 * made from it would never be known as updated. */
char *dd_user_data_retarget (const char *user_data, const char *image, GError **error);
/* The same of the label eks.amazonaws.com/sourceLaunchTemplateVersion, which nodes have whose group
 * was made with a launch template of its owner's. */
char *dd_user_data_set_source_version (const char *user_data, const char *version, GError **error);

G_END_DECLS
