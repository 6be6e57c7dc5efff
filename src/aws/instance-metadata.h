/* SPDX-License-Identifier: Apache-2.0 */
/* aws/instance-metadata.h: credentials of the role of the EC2 instance the program runs on */
#pragma once

#include "aws/settings.h"
#include "net/credentials.h"

G_BEGIN_DECLS

/* NULL with DD_ERROR_NOT_FOUND where AWS_EC2_METADATA_DISABLED is set, DD_ERROR_INVALID where its
 * endpoint is nonsense. */
DdCredentialSource *dd_instance_metadata_new (const DdAwsSettings *settings, GError **error);

/* Asks it for the region, instead of credentials. REGION or ERROR: one is NULL, both are borrowed.
 * The source lives until DONE has run. */
typedef void (*DdRegionDone) (const char *region, const GError *error, gpointer data);
void dd_instance_metadata_ask_region (DdCredentialSource *metadata, DdRegionDone done,
                                      gpointer data);

G_END_DECLS
