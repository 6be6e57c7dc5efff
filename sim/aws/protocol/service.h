/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/service.h: AWS operations as rows; one reader and one writer per protocol */
#pragma once

#include "base/value.h"
#include "sim/stage/message.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

typedef struct _AwsCloud AwsCloud; /* what handlers work on: sim/aws/ec2/cloud.h */

typedef enum
{
  AWS_REST_JSON, /* eks */
  AWS_JSON_1_1,  /* ssm */
  AWS_QUERY,     /* autoscaling, sts */
  AWS_EC2,       /* ec2 */
} AwsProtocol;

typedef enum
{
  AWS_STRING,
  AWS_INTEGER,
  AWS_BOOLEAN,
  AWS_TIMESTAMP,
  AWS_LIST,      /* of `members` (a structure) or of scalars of type `element` */
  AWS_STRUCTURE, /* with `members` */
  AWS_MAP,       /* of strings */
} AwsType;

typedef enum
{
  AWS_IN_BODY, /* JSON member, or form parameter of the query protocols */
  AWS_IN_PATH,
  AWS_IN_QUERY,
} AwsPlace;

typedef struct _AwsField AwsField;
struct _AwsField
{
  const char *name; /* as the API spells it: "nodegroupName", "AutoScalingGroupNames" */
  AwsPlace place;
  AwsType type;
  gboolean required;
  AwsType element;           /* of a list of scalars */
  const AwsField *members;   /* of a structure, or of a list of structures */
  const char *wire_name;     /* EC2: "InstanceId" for member InstanceIds; NULL: the same as name */
  const char *const *values; /* enum, NULL-terminated; NULL: any */
  gint64 min, max;         /* of an integer, or the length of a string or list; both 0: unchecked */
  const char *answer_name; /* EC2, where input is stored and described again: "imageId",
                            * "blockDeviceMappingSet"; NULL: never described */
};

/* A handler sees validated input (an object with exactly the fields the row allows) and the cloud,
 * and answers with the output as the wire spells its members (JSON names; query: "member" lists and
 * ec2: "item" lists are both plain arrays), or NULL with an AWS_ERROR. It never sees a socket, a
 * protocol or a signature. */
typedef DdValue *(*AwsHandler) (AwsCloud *cloud, const DdValue *input, GError **error);

typedef struct
{
  const char *name;   /* "DescribeNodegroup" */
  const char *method; /* rest-json only */
  const char *path;   /* rest-json only: "/clusters/{name}/node-groups/{nodegroupName}" */
  const AwsField *input;
  AwsHandler handler;
} AwsOperation;

typedef struct
{
  const char *name;       /* signing name: "eks" */
  const char *namespace_; /* XML namespace, query protocols only */
  const char *version;    /* "2011-01-01" */
  AwsProtocol protocol;
  const AwsOperation *operations;
  guint n_operations;
  const AwsOperation *const *tables; /* or several tables, each ended by a row without a name; the
                                      * list ends with NULL. Not for REST-JSON */
} AwsService;

/* Where requests come in: whom handlers work for, and what every answer needs. Plain; borrowed. */
typedef struct
{
  AwsCloud *cloud;
  SimStage *stage;
  DdRandom *request_ids;
} AwsDoor;

/* Answers a request that the router found to be for SERVICE. An operation without a row is refused
 * by name, in the service's error shape, and traced "not-modelled". */
SimResponse *aws_service_handle (const AwsService *service, const AwsDoor *door,
                                 const SimRequest *request);

/* The same operation as a function call, for services that use each other (EKS makes launch
 * templates and Auto Scaling groups): INPUT has the shape of the row and is checked as if it came
 * by the wire. No fault is injected, no latency passes. */
DdValue *aws_service_call (const AwsService *service, const AwsDoor *door, const char *operation,
                           const DdValue *input, GError **error);

extern const AwsService aws_autoscaling;
extern const AwsService aws_ec2;
extern const AwsService aws_eks;
extern const AwsService aws_ssm;
extern const AwsService aws_sts;

G_END_DECLS
