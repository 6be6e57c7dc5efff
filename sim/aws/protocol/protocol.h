/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/protocol.h: how each AWS wire protocol is read and written; private to the
 * generic side
 */
#pragma once

#include "sim/aws/protocol/error.h"
#include "sim/aws/protocol/service.h"

G_BEGIN_DECLS

/* One request, as far as it was understood. */
typedef struct
{
  const AwsService *service;
  const AwsOperation *operation; /* NULL: no row has this name */
  char *name;                    /* what was asked for: "DescribeInstances", "GET /clusters" */
  DdValue *input;
  gboolean not_modelled; /* a field without a row was sent */
} AwsCall;

void aws_call_clear (AwsCall *call);

typedef struct
{
  const char *code;
  guint status;
  const char *message;
  const DdValue *details;     /* further members of the error's shape; may be NULL */
  gint64 retry_after_seconds; /* 0: none */
} AwsRefusal;

typedef struct
{
  /* Fills the call's operation, name and input. FALSE, with an AWS_ERROR, for what cannot be read;
   * an unknown operation is no failure here. */
  gboolean (*read) (AwsCall *call, const SimRequest *request, GError **error);
  SimResponse *(*answer) (const AwsCall *call, const DdValue *output, const char *request_id);
  SimResponse *(*refuse) (const AwsService *service, const AwsRefusal *refusal,
                          const char *request_id);
} AwsProtocolClass;

extern const AwsProtocolClass aws_protocol_rest_json;
extern const AwsProtocolClass aws_protocol_json;
extern const AwsProtocolClass aws_protocol_query;
extern const AwsProtocolClass aws_protocol_ec2;
const AwsProtocolClass *aws_protocol_of (const AwsService *service);

const AwsOperation *aws_service_operation (const AwsService *service, const char *name);

/* ---- sim/aws/protocol/input.c: the checks that the rows ask for, with each protocol's own
 * complaints ----
 */

gboolean aws_input_check (AwsCall *call, GError **error);
/* A scalar as text, from a form, a path or a query string. */
DdValue *aws_scalar_from_text (AwsCall *call, AwsType type, const char *text, const char *path,
                               GError **error);
/* "The parameter X is not recognized", and the call counts as not modelled. */
void aws_refuse_field (AwsCall *call, const char *path, GError **error);

/* ---- sim/aws/protocol/json.c, for both JSON protocols ---- */

/* The body as an object without nulls; an empty body is {}. */
DdValue *aws_json_body (const SimRequest *request, GError **error);
SimResponse *aws_json_refuse (const AwsRefusal *refusal, const char *request_id,
                              const char *content_type, DdValue *body);

/* ---- sim/aws/protocol/query.c ---- */

/* Reads both dialects; sim/aws/protocol/xml.c writes them. */
gboolean aws_query_read (AwsCall *call, const SimRequest *request, GError **error);

/* "a=1&b=2": calls FUNC with each decoded pair until it says FALSE. FALSE then, and for a malformed
 * escape or text that is no UTF-8. */
typedef gboolean (*AwsPairFunc) (const char *name, const char *value, gpointer data);
gboolean aws_form_parse (const char *text, gsize length, AwsPairFunc func, gpointer data);
/* What aws_form_parse () finds under NAME in the target's query or the body; NULL when absent. */
char *aws_form_parameter (const SimRequest *request, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AwsCall, aws_call_clear)

G_END_DECLS
