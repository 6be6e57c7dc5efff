/* SPDX-License-Identifier: Apache-2.0 */
/* aws/assume-role.h: credentials of a role that STS gives to whoever may assume it */
#pragma once

#include "net/credentials.h"

G_BEGIN_DECLS

/* Strings are copied; those that are NULL keep the meaning in the comment. */
typedef struct
{
  const char *role;
  const char *session;  /* "drydock-" and the time */
  const char *region;   /* required */
  const char *endpoint; /* STS of the region */
  const char *ca_file;  /* the system's authorities */
  gint64 duration;      /* seconds; 0: STS decides */
  const char *external_id;
  const char *token_file; /* then it is the identity that is shown, and SOURCE is not asked */
} DdRoleOptions;

/* Takes SOURCE, whose credentials ask for the role; NULL with token_file. */
DdCredentialSource *dd_assume_role_new (const DdRoleOptions *options, DdCredentialSource *source,
                                        GError **error);

G_END_DECLS
