/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/aws/ec2/instance-types.h"

#include <string.h>

/* Imitates: Amazon EC2 User Guide, Instance types: name, architecture, vCPUs, MiB, network
 * interfaces, addresses of each. */
static const AwsInstanceType types[] = {
  { "t3.nano", "x86_64", 2, 512, 2, 2 },
  { "t3.micro", "x86_64", 2, 1024, 2, 2 },
  { "t3.small", "x86_64", 2, 2048, 3, 4 },
  { "t3.medium", "x86_64", 2, 4096, 3, 6 },
  { "t3.large", "x86_64", 2, 8192, 3, 12 },
  { "t3.xlarge", "x86_64", 4, 16384, 4, 15 },
  { "t3.2xlarge", "x86_64", 8, 32768, 4, 15 },
  { "m5.large", "x86_64", 2, 8192, 3, 10 },
  { "m5.xlarge", "x86_64", 4, 16384, 4, 15 },
  { "m5.2xlarge", "x86_64", 8, 32768, 4, 15 },
  { "m5.4xlarge", "x86_64", 16, 65536, 8, 30 },
  { "m5.8xlarge", "x86_64", 32, 131072, 8, 30 },
  { "m5.12xlarge", "x86_64", 48, 196608, 8, 30 },
  { "m5.16xlarge", "x86_64", 64, 262144, 15, 50 },
  { "m5.24xlarge", "x86_64", 96, 393216, 15, 50 },
  { "m5a.large", "x86_64", 2, 8192, 3, 10 },
  { "m5a.xlarge", "x86_64", 4, 16384, 4, 15 },
  { "m5a.2xlarge", "x86_64", 8, 32768, 4, 15 },
  { "m5a.4xlarge", "x86_64", 16, 65536, 8, 30 },
  { "m5a.8xlarge", "x86_64", 32, 131072, 8, 30 },
  { "m5a.12xlarge", "x86_64", 48, 196608, 8, 30 },
  { "m5a.16xlarge", "x86_64", 64, 262144, 15, 50 },
  { "m5a.24xlarge", "x86_64", 96, 393216, 15, 50 },
  { "m6i.large", "x86_64", 2, 8192, 3, 10 },
  { "m6i.xlarge", "x86_64", 4, 16384, 4, 15 },
  { "m6i.2xlarge", "x86_64", 8, 32768, 4, 15 },
  { "m6i.4xlarge", "x86_64", 16, 65536, 8, 30 },
  { "m6i.8xlarge", "x86_64", 32, 131072, 8, 30 },
  { "m6i.12xlarge", "x86_64", 48, 196608, 8, 30 },
  { "m6i.16xlarge", "x86_64", 64, 262144, 15, 50 },
  { "m6i.24xlarge", "x86_64", 96, 393216, 15, 50 },
  { "m6i.32xlarge", "x86_64", 128, 524288, 15, 50 },
  { "c5.large", "x86_64", 2, 4096, 3, 10 },
  { "c5.xlarge", "x86_64", 4, 8192, 4, 15 },
  { "c5.2xlarge", "x86_64", 8, 16384, 4, 15 },
  { "c5.4xlarge", "x86_64", 16, 32768, 8, 30 },
  { "c5.9xlarge", "x86_64", 36, 73728, 8, 30 },
  { "c5.12xlarge", "x86_64", 48, 98304, 8, 30 },
  { "c5.18xlarge", "x86_64", 72, 147456, 15, 50 },
  { "c5.24xlarge", "x86_64", 96, 196608, 15, 50 },
  { "r5.large", "x86_64", 2, 16384, 3, 10 },
  { "r5.xlarge", "x86_64", 4, 32768, 4, 15 },
  { "r5.2xlarge", "x86_64", 8, 65536, 4, 15 },
  { "r5.4xlarge", "x86_64", 16, 131072, 8, 30 },
  { "r5.8xlarge", "x86_64", 32, 262144, 8, 30 },
  { "r5.12xlarge", "x86_64", 48, 393216, 8, 30 },
  { "r5.16xlarge", "x86_64", 64, 524288, 15, 50 },
  { "r5.24xlarge", "x86_64", 96, 786432, 15, 50 },
};

const AwsInstanceType *
aws_instance_type (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, name) == 0)
      return &types[i];
  return NULL;
}

const AwsInstanceType *
aws_instance_types (guint *out_n)
{
  *out_n = G_N_ELEMENTS (types);
  return types;
}

/* Imitates: eni-max-pods.txt of the Amazon EKS AMI: each interface keeps its first address, and two
 * pods use the host's network. */
int
aws_instance_type_max_pods (const AwsInstanceType *type)
{
  return type->interfaces * (type->addresses - 1) + 2;
}
