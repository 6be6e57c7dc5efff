/* SPDX-License-Identifier: Apache-2.0 */
/* commands/connection.h: a way to the AWS account and the cluster that a command is about */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct
{
  char *endpoint, *region, *aws_profile;
  char *kubeconfig, *context;
  double time_scale; /* 0: as fast as the endpoint says it is */
  double qps;        /* 0: no limit of our own */
} DdConnectionFlags;

void dd_connection_flags_clear (DdConnectionFlags *flags);
void dd_connection_flags_add (GOptionContext *context, DdConnectionFlags *flags);

typedef struct _DdConnection DdConnection;

/* Reads what says where everything is and who asks, and asks what only the endpoints know: how
 * fast time runs there, and where the API server of CLUSTER is. Runs the default main context. */
DdConnection *dd_connection_new (const DdConnectionFlags *flags, const char *cluster,
                                 GError **error);
void dd_connection_free (DdConnection *connection);

/* Both belong to the connection. */
DdTransport *dd_connection_transport (DdConnection *connection);
DdClock *dd_connection_clock (DdConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdConnection, dd_connection_free)

G_END_DECLS
