/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/aws/ec2/operations.h"

/* Imitates: Amazon EC2 API Reference, Actions. */
static const AwsOperation *const tables[]
    = { aws_ec2_template_operations, aws_ec2_instance_operations, aws_ec2_network_operations,
        aws_ec2_image_operations,    aws_ec2_tag_operations,      NULL };

const AwsService aws_ec2 = {
  .name = "ec2",
  .namespace_ = "http://ec2.amazonaws.com/doc/2016-11-15/",
  .version = "2016-11-15",
  .protocol = AWS_EC2,
  .tables = tables,
};
