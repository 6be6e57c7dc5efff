/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/sts.c: who is asking. Imitates: AWS Security Token Service API Reference,
 * GetCallerIdentity. Signatures are not checked, so everybody is the account's one user. */
#include "config.h"

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/protocol/service.h"

static DdValue *
get_caller_identity (AwsCloud *cloud, const DdValue *input G_GNUC_UNUSED,
                     GError **error G_GNUC_UNUSED)
{
  const char *account = cloud->account;

  return dd_object ("Arn", dd_string_printf (AWS_CALLER_ARN_FORMAT, account), "UserId",
                    dd_string (AWS_CALLER_ID), "Account", dd_string (account), NULL);
}

static const AwsField no_input[] = { { NULL } };

static const AwsOperation operations[] = {
  { "GetCallerIdentity", NULL, NULL, no_input, get_caller_identity },
};

const AwsService aws_sts = { "sts",        "https://sts.amazonaws.com/doc/2011-06-15/",
                             "2011-06-15", AWS_QUERY,
                             operations,   G_N_ELEMENTS (operations) };
