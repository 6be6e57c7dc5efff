/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/operations.h: what the files of the EC2 operations share; private to sim/aws/ec2*.c
 */
#pragma once

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/protocol/service.h"

G_BEGIN_DECLS

/* ---- rows that many operations have ---- */

extern const AwsField aws_ec2_tag_fields[];               /* Key, Value */
extern const AwsField aws_ec2_tag_specification_fields[]; /* ResourceType, Tags */
extern const AwsField aws_ec2_filter_fields[];            /* Name, Values */
extern const AwsField aws_ec2_template_data_fields[];

#define AWS_EC2_DRY_RUN \
  { \
    "DryRun", .type = AWS_BOOLEAN \
  }
#define AWS_EC2_FILTERS \
  { \
    "Filters", .type = AWS_LIST, .members = aws_ec2_filter_fields, .wire_name = "Filter" \
  }
#define AWS_EC2_STRINGS(field, wire) \
  { \
    field, .type = AWS_LIST, .element = AWS_STRING, .wire_name = wire \
  }
#define AWS_EC2_NEXT_TOKEN \
  { \
    "NextToken", .type = AWS_STRING \
  }
#define AWS_EC2_MAX_RESULTS(low, high) \
  { \
    "MaxResults", .type = AWS_INTEGER, .min = low, .max = high \
  }

/* Data that was taken by FIELDS, as it is described again: members under their answer_name. */
DdValue *aws_ec2_describe_data (const AwsField *fields, const DdValue *data);
/* [{"key","value"}...], sorted as they were set; NULL when there is none. */
DdValue *aws_ec2_describe_tags (const AwsResource *resource);
/* "2026-01-31T09:30:00.000Z"; NULL for 0. */
DdValue *aws_ec2_time (DdUsec instant);
/* Puts the tags of TagSpecifications that are for TYPE ("launch-template") on RESOURCE. */
void aws_ec2_tag_as_specified (AwsResource *resource, const DdValue *specifications,
                               const char *type);

/* ---- lists: ids, filters, pages (sim/aws/ec2/list.c) ---- */

/* One filter: what an item has to be compared with. VALUES is for items with several. */
typedef struct
{
  const char *name;
  const char *(*value) (gconstpointer item);
  const DdValue *(*values) (gconstpointer item); /* an array of strings */
} AwsFilter;

typedef struct
{
  AwsResourceKind kind;
  const char *ids; /* the input member with ids: "SubnetIds" */
  AwsErrorCode not_found;
  const char *before_id, *after_id; /* "The subnet ID '", "' does not exist" */
  const AwsFilter *filters;
  const char *answer; /* "subnetSet" */
  DdValue *(*describe) (AwsCloud *cloud, gconstpointer item);
} AwsListing;

/* Refuses filters that TABLE does not have; for items without tags. */
gboolean aws_ec2_filters_known (const DdValue *filters, const AwsFilter *table, GError **error);
/* All FILTERS are known. TAGGED is NULL for what has no tags. */
gboolean aws_ec2_filters_match (const DdValue *filters, const AwsFilter *table, gconstpointer item,
                                const AwsResource *tagged);
/* Those of ALL (borrowed AwsResource, in their order) that INPUT asks for by ids, filters and page;
 * *out_token is for the next page, NULL on the last. */
GPtrArray *aws_ec2_select (AwsCloud *cloud, const AwsListing *listing, GPtrArray *all,
                           const DdValue *input, char **out_token, GError **error);
/* The same as the operation's whole answer. */
DdValue *aws_ec2_list (AwsCloud *cloud, const AwsListing *listing, GPtrArray *all,
                       const DdValue *input, GError **error);
/* A new array of all instances that are still visible, oldest first. */
GPtrArray *aws_ec2_visible_instances (AwsCloud *cloud);
/* The named template, else the error EC2 answers; both NULL is an error too. */
AwsTemplate *aws_ec2_find_template (AwsCloud *cloud, const char *id, const char *name,
                                    GError **error);
AwsTemplateVersion *aws_ec2_find_version (AwsTemplate *template, const char *version,
                                          GError **error);

/* ---- the operations, by file; NULL-named row at the end ---- */

extern const AwsOperation aws_ec2_template_operations[];
extern const AwsOperation aws_ec2_instance_operations[];
extern const AwsOperation aws_ec2_network_operations[];
extern const AwsOperation aws_ec2_image_operations[];
extern const AwsOperation aws_ec2_tag_operations[];

G_END_DECLS
