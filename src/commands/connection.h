/* SPDX-License-Identifier: Apache-2.0 */
/* commands/connection.h: a way to the AWS account and the cluster that a command is about */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct
{
  char *endpoint, *region, *aws_profile;
  char *kubeconfig, *context;
  char *time_scale; /* NULL: as fast as the endpoint says it is */
  char *qps;        /* NULL: no limit of our own */
} DdConnectionFlags;

void dd_connection_flags_clear (DdConnectionFlags *flags);
void dd_connection_flags_add (GOptionContext *context, DdConnectionFlags *flags);

/* Whether EKS would be asked at AWS itself, not in a lab or behind another address that is not
 * AWS's. Reads configuration alone and asks nobody. */
gboolean dd_connection_flags_mean_aws (const DdConnectionFlags *flags, gboolean *out_is_aws,
                                       GError **error);

typedef struct _DdConnection DdConnection;

/* Reads what says where everything is and who asks, and asks what only the endpoints know: how
 * fast time runs there, and where the API server of CLUSTER is. Runs the default main context. */
DdConnection *dd_connection_new (const DdConnectionFlags *flags, const char *cluster,
                                 GError **error);
void dd_connection_free (DdConnection *connection);

/* All belong to the connection. */
/* The URL of the API server that is asked. */
const char *dd_connection_api_server (DdConnection *connection);
DdTransport *dd_connection_transport (DdConnection *connection);
DdClock *dd_connection_clock (DdConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdConnection, dd_connection_free)

G_END_DECLS
