/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/request.h: requests to the world's front door, spelled from the services' own tables
 */
#pragma once

#include "base/transport.h"
#include "sim/aws/protocol/service.h"
#include "sim/kube/kind.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* NULL when the world has no such service. */
const AwsService *sim_aws_service (const char *name);
/* Their names, in order; of const char *, ended by NULL. */
GPtrArray *sim_aws_operation_names (const AwsService *service);

/* Of a table that a row without a name ends, or NULL; NULL when it has no such parameter. */
const AwsField *sim_aws_parameter (const AwsField *fields, const char *name);

/* INPUT as the AWS CLI's JSON input spells it; members without a row are sent as well, so that the
 * service refuses them by name. */
DdRequest *sim_aws_request (SimWorld *world, const AwsService *service,
                            const AwsOperation *operation, const DdValue *input);

/* NAME NULL: the collection. BODY may be NULL. */
DdRequest *sim_kube_request (const KubeKind *kind, const char *namespace_, const char *name,
                             const char *method, const char *content_type, const DdValue *body);

/* The wire code of an error ("ResourceInUseException", "AlreadyExists"), NULL when REPLY is none;
 * *OUT_MESSAGE is what it says. Caller frees both. */
char *sim_reply_error (const DdReply *reply, char **out_message);

G_END_DECLS
