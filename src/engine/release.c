/* SPDX-License-Identifier: Apache-2.0 */
/* A parameter is PREFIX MINOR SUFFIX SEGMENT KEY. The segment is "recommended" or "latest", or for
 * a pinned release the name of its image, which has the release's date but not its patch version.
 * Sources: Amazon EKS User Guide, "Retrieve recommended Amazon Linux AMI IDs", "... Bottlerocket
 * AMI IDs", "... Microsoft Windows AMI IDs". */
#include "config.h"

#include "engine/release.h"

#include <string.h>

#include "base/error.h"

#define AMAZON_LINUX "/aws/service/eks/optimized-ami/"
#define BOTTLEROCKET "/aws/service/bottlerocket/aws-k8s-"
#define WINDOWS "/aws/service/ami-windows-latest/Windows_Server-"

typedef struct
{
  const char *ami_type;
  const char *prefix, *suffix;
  const char *newest;      /* "" : there is no segment */
  const char *release_key; /* how the family calls a release */
  const char *image_stem;  /* what names of images begin with; NULL: pinned in another way */
} Family;

static const Family families[] = {
  { "AL2_x86_64", AMAZON_LINUX, "/amazon-linux-2/", "recommended/", "release_version",
    "amazon-eks-node-" },
  { "AL2_x86_64_GPU", AMAZON_LINUX, "/amazon-linux-2-gpu/", "recommended/", "release_version",
    "amazon-eks-gpu-node-" },
  { "AL2_ARM_64", AMAZON_LINUX, "/amazon-linux-2-arm64/", "recommended/", "release_version",
    "amazon-eks-arm64-node-" },
  { "AL2023_x86_64_STANDARD", AMAZON_LINUX, "/amazon-linux-2023/x86_64/standard/", "recommended/",
    "release_version", "amazon-eks-node-al2023-x86_64-standard-" },
  { "AL2023_ARM_64_STANDARD", AMAZON_LINUX, "/amazon-linux-2023/arm64/standard/", "recommended/",
    "release_version", "amazon-eks-node-al2023-arm64-standard-" },
  { "AL2023_x86_64_NEURON", AMAZON_LINUX, "/amazon-linux-2023/x86_64/neuron/", "recommended/",
    "release_version", "amazon-eks-node-al2023-x86_64-neuron-" },
  { "AL2023_x86_64_NVIDIA", AMAZON_LINUX, "/amazon-linux-2023/x86_64/nvidia/", "recommended/",
    "release_version", "amazon-eks-node-al2023-x86_64-nvidia-" },
  { "AL2023_ARM_64_NVIDIA", AMAZON_LINUX, "/amazon-linux-2023/arm64/nvidia/", "recommended/",
    "release_version", "amazon-eks-node-al2023-arm64-nvidia-" },
  { "BOTTLEROCKET_x86_64", BOTTLEROCKET, "/x86_64/", "latest/", "image_version", NULL },
  { "BOTTLEROCKET_ARM_64", BOTTLEROCKET, "/arm64/", "latest/", "image_version", NULL },
  { "BOTTLEROCKET_x86_64_NVIDIA", BOTTLEROCKET, "-nvidia/x86_64/", "latest/", "image_version",
    NULL },
  { "BOTTLEROCKET_ARM_64_NVIDIA", BOTTLEROCKET, "-nvidia/arm64/", "latest/", "image_version",
    NULL },
  { "BOTTLEROCKET_x86_64_FIPS", BOTTLEROCKET, "-fips/x86_64/", "latest/", "image_version", NULL },
  { "BOTTLEROCKET_ARM_64_FIPS", BOTTLEROCKET, "-fips/arm64/", "latest/", "image_version", NULL },
  { "BOTTLEROCKET_x86_64_NVIDIA_FIPS", BOTTLEROCKET, "-nvidia-fips/x86_64/", "latest/",
    "image_version", NULL },
  { "BOTTLEROCKET_ARM_64_NVIDIA_FIPS", BOTTLEROCKET, "-nvidia-fips/arm64/", "latest/",
    "image_version", NULL },
  { "WINDOWS_CORE_2019_x86_64", WINDOWS "2019-English-Core-EKS_Optimized-", "/", "",
    "release_version", NULL },
  { "WINDOWS_FULL_2019_x86_64", WINDOWS "2019-English-Full-EKS_Optimized-", "/", "",
    "release_version", NULL },
  { "WINDOWS_CORE_2022_x86_64", WINDOWS "2022-English-Core-EKS_Optimized-", "/", "",
    "release_version", NULL },
  { "WINDOWS_FULL_2022_x86_64", WINDOWS "2022-English-Full-EKS_Optimized-", "/", "",
    "release_version", NULL },
  { "WINDOWS_CORE_2025_x86_64", WINDOWS "2025-English-Core-EKS_Optimized-", "/", "",
    "release_version", NULL },
  { "WINDOWS_FULL_2025_x86_64", WINDOWS "2025-English-Full-EKS_Optimized-", "/", "",
    "release_version", NULL },
};

static const Family *
family_of (const char *ami_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_str_equal (families[i].ami_type, ami_type))
      return &families[i];
  return NULL;
}

/* The last part of "1.30.0-20240703", or NULL when it is not a release of MINOR. */
static const char *
date_of_release (const char *release, const char *minor)
{
  gsize length = strlen (minor);
  const char *dash = strchr (release, '-');

  if (strncmp (release, minor, length) != 0 || release[length] != '.' || dash == NULL
      || strlen (dash + 1) != 8 || strspn (dash + 1, "0123456789") != 8)
    return NULL;
  return dash + 1;
}

/* "1.30-2024.07.09" is a Windows release of 1.30; of these the newest alone has parameters. */
static gboolean
is_windows_release (const Family *family, const char *minor, const char *pinned)
{
  gsize length = strlen (minor);

  return g_str_has_prefix (family->prefix, WINDOWS) && strncmp (pinned, minor, length) == 0
         && pinned[length] == '-';
}

static char *
segment_of (const Family *family, const char *minor, const char *pinned, GError **error)
{
  const char *date;

  if (pinned == NULL || is_windows_release (family, minor, pinned))
    return g_strdup (family->newest);
  if (family->image_stem == NULL && g_str_equal (family->prefix, BOTTLEROCKET))
    return g_strdup_printf ("%.*s/", (int) strcspn (pinned, "-"), pinned);
  date = date_of_release (pinned, minor);
  if (date == NULL || family->image_stem == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "Requested release version %s is not valid for kubernetes version %s.", pinned,
                   minor);
      return NULL;
    }
  return g_strdup_printf ("%s%s-v%s/", family->image_stem, minor, date);
}

gboolean
dd_release_names (const char *ami_type, const char *minor, const char *pinned,
                  DdReleaseNames *out_names, GError **error)
{
  const Family *family = family_of (ami_type);
  g_autofree char *segment = NULL;

  if (family == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "AMI type %s has no published releases that the group could be updated to",
                   ami_type);
      return FALSE;
    }
  segment = segment_of (family, minor, pinned, error);
  if (segment == NULL)
    return FALSE;
  out_names->image_parameter
      = g_strconcat (family->prefix, minor, family->suffix, segment, "image_id", NULL);
  out_names->release_parameter
      = g_strconcat (family->prefix, minor, family->suffix, segment, family->release_key, NULL);
  out_names->newest_alone = pinned != NULL && g_str_equal (segment, family->newest);
  return TRUE;
}

void
dd_release_names_clear (DdReleaseNames *names)
{
  g_clear_pointer (&names->image_parameter, g_free);
  g_clear_pointer (&names->release_parameter, g_free);
}
