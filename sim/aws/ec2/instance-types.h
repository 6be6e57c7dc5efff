/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/instance-types.h: the instance types that the world knows */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;         /* "m5.large" */
  const char *architecture; /* "x86_64" */
  gint64 cpus;
  gint64 memory_mib;
  int interfaces, addresses; /* network interfaces, IPv4 addresses of each */
} AwsInstanceType;

/* NULL for a type that is not modelled. */
const AwsInstanceType *aws_instance_type (const char *name);
/* All of them, in a fixed order. */
const AwsInstanceType *aws_instance_types (guint *out_n);
int aws_instance_type_max_pods (const AwsInstanceType *type);

G_END_DECLS
