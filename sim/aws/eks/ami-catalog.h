/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/ami-catalog.h: the AMIs that EKS publishes: releases per family and Kubernetes minor,
 * as EC2 images and as public SSM parameters */
#pragma once

#include "sim/aws/ec2/cloud.h"

G_BEGIN_DECLS

typedef struct _AwsAmiCatalog AwsAmiCatalog;
typedef struct _AwsAmiFamily AwsAmiFamily;

typedef struct
{
  const AwsAmiFamily *family;
  int minor;
  char *release_version; /* "1.30.0-20240703", Bottlerocket "1.20.3-5d9ac849", Windows
                          * "1.30-2024.07.09" */
  AwsImage *image;       /* the cloud's */
  DdUsec published;
} AwsAmiRelease;

typedef struct
{
  char *name; /* "/aws/service/eks/optimized-ami/1.30/amazon-linux-2/recommended/image_id" */
  char *value;
  gint64 version; /* grows with each publication */
  DdUsec modified;
} AwsParameter;

/* Enters every image of the built-in history into CLOUD. */
AwsAmiCatalog *aws_ami_catalog_new (AwsCloud *cloud);
void aws_ami_catalog_free (AwsAmiCatalog *catalog);

/* The built-in history, a family and a minor a line; caller frees. */
char *aws_ami_releases_text (void);

gboolean aws_ami_type_is_known (const char *ami_type);
const char *aws_ami_type_architecture (const char *ami_type);
/* The Kubernetes minors of which there are releases. */
#define AWS_OLDEST_MINOR 27
#define AWS_NEWEST_MINOR 36
/* "1.27" ... "1.36" -> 27 ... 36; 0 for any other text. */
int aws_kubernetes_minor (const char *version);

/* AMI_TYPE as EKS names it: "AL2_x86_64", "AL2023_ARM_64_STANDARD" ... RELEASE_VERSION NULL: the
 * newest. NULL when nothing like it was published. */
const AwsAmiRelease *aws_ami_catalog_find (const AwsAmiCatalog *catalog, const char *ami_type,
                                           int minor, const char *release_version);
/* Publishes a further release, "1.30.4-20240807"; IMAGE_ID NULL: one that follows from its name.
 * AWS_ERROR for an unknown family or a release that is malformed or exists. */
const AwsAmiRelease *aws_ami_catalog_publish (AwsAmiCatalog *catalog, const char *ami_type,
                                              const char *release_version, const char *image_id,
                                              GError **error);

/* NULL when there is none; borrowed until the next publication. */
const AwsParameter *aws_ami_catalog_parameter (AwsAmiCatalog *catalog, const char *name);
/* All of them by name; of AwsParameter, borrowed likewise. */
GPtrArray *aws_ami_catalog_parameters (AwsAmiCatalog *catalog);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AwsAmiCatalog, aws_ami_catalog_free)

G_END_DECLS
