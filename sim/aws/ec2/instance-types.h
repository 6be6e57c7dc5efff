/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/instance-types.h: the instance types that the world knows: those of a table, and
 * those that it was given besides */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _AwsCloud AwsCloud; /* sim/aws/ec2/cloud.h */

typedef struct
{
  const char *name;         /* "m5.large" */
  const char *architecture; /* "x86_64", "arm64" */
  gint64 cpus;
  int threads; /* of each core */
  gint64 memory_mib;
  int interfaces;            /* of its default network card, the only one that the VPC CNI uses */
  int addresses;             /* IPv4, of each interface */
  int cards, all_interfaces; /* 0: there is one card, and all interfaces are its */
  gboolean metal, xen;       /* without a hypervisor, or with an old one; else Nitro */
} AwsInstanceType;

/* NULL for a type that CLOUD does not know. */
const AwsInstanceType *aws_cloud_instance_type (const AwsCloud *cloud, const char *name);
/* All of them, in a fixed order. */
guint aws_cloud_n_instance_types (const AwsCloud *cloud);
const AwsInstanceType *aws_cloud_nth_instance_type (const AwsCloud *cloud, guint n);
/* Copies TYPE, which no table knows. AWS_ERROR when there is one of the name. */
gboolean aws_cloud_add_instance_type (AwsCloud *cloud, const AwsInstanceType *type, GError **error);
int aws_instance_type_max_pods (const AwsInstanceType *type);

/* For cloud.c: a GDestroyNotify of those that were added. */
void aws_instance_type_free (gpointer type);

G_END_DECLS
