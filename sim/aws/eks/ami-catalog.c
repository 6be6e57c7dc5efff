/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/ami-catalog.c: the AMIs that EKS publishes
 *
 * Two tables hold the history: the families (what EKS calls an "AMI type", where its SSM parameters
 * live, how its images are named) and the releases of each Kubernetes minor. Their product is
 * entered into the cloud as images when a world begins; the SSM tree is derived from the same
 * product when somebody first asks for a parameter. A world may publish further releases at any
 * time.
 *
 * Imitates: Amazon EKS User Guide, Retrieve recommended Amazon Linux AMI IDs, Retrieve Bottlerocket
 * AMI IDs, and View Kubernetes versions for Amazon Linux AMIs. */
#include "config.h"

#include "sim/aws/eks/ami-catalog.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/protocol/error.h"

#define EKS_OWNER "602401143452"
#define BOTTLEROCKET_OWNER "092701018921"
#define WINDOWS_OWNER "801119661308"

/* How a system names its releases, its images and their parameters. */
typedef enum
{
  LINUX,
  BOTTLEROCKET,
  WINDOWS,
  N_SYSTEMS
} System;

struct _AwsAmiFamily
{
  const char *ami_type;
  const char *architecture;
  const char *path; /* below /aws/service/eks/optimized-ami/<minor>/, or Bottlerocket's variant */
  const char *image_name; /* what precedes "-1.30-v20240703", or "-1.30-2024.07.09" */
  int last_minor;         /* 0: still published */
  System system;
};

struct _AwsAmiCatalog
{
  AwsCloud *cloud;
  GPtrArray *releases; /* of AwsAmiRelease, in the order of publication within a family and minor */
  GPtrArray *parameters; /* of AwsParameter by name; NULL until somebody asks */
  GHashTable *by_name;   /* name -> AwsParameter; for look-up only */
};

static const AwsAmiFamily families[] = {
  { "AL2_x86_64", "x86_64", "amazon-linux-2", "amazon-eks-node", 32, LINUX },
  { "AL2_ARM_64", "arm64", "amazon-linux-2-arm64", "amazon-eks-arm64-node", 32, LINUX },
  { "AL2_x86_64_GPU", "x86_64", "amazon-linux-2-gpu", "amazon-eks-gpu-node", 32, LINUX },
  { "AL2023_x86_64_STANDARD", "x86_64", "amazon-linux-2023/x86_64/standard",
    "amazon-eks-node-al2023-x86_64-standard", 0, LINUX },
  { "AL2023_ARM_64_STANDARD", "arm64", "amazon-linux-2023/arm64/standard",
    "amazon-eks-node-al2023-arm64-standard", 0, LINUX },
  { "AL2023_x86_64_NVIDIA", "x86_64", "amazon-linux-2023/x86_64/nvidia",
    "amazon-eks-node-al2023-x86_64-nvidia", 0, LINUX },
  { "AL2023_ARM_64_NVIDIA", "arm64", "amazon-linux-2023/arm64/nvidia",
    "amazon-eks-node-al2023-arm64-nvidia", 0, LINUX },
  { "AL2023_x86_64_NEURON", "x86_64", "amazon-linux-2023/x86_64/neuron",
    "amazon-eks-node-al2023-x86_64-neuron", 0, LINUX },
  { "BOTTLEROCKET_x86_64", "x86_64", "", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_x86_64_NVIDIA", "x86_64", "-nvidia", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_x86_64_FIPS", "x86_64", "-fips", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_x86_64_NVIDIA_FIPS", "x86_64", "-nvidia-fips", "bottlerocket-aws-k8s", 0,
    BOTTLEROCKET },
  { "BOTTLEROCKET_ARM_64", "arm64", "", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_ARM_64_NVIDIA", "arm64", "-nvidia", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_ARM_64_FIPS", "arm64", "-fips", "bottlerocket-aws-k8s", 0, BOTTLEROCKET },
  { "BOTTLEROCKET_ARM_64_NVIDIA_FIPS", "arm64", "-nvidia-fips", "bottlerocket-aws-k8s", 0,
    BOTTLEROCKET },
  { "WINDOWS_CORE_2019_x86_64", "x86_64", "", "Windows_Server-2019-English-Core-EKS_Optimized", 0,
    WINDOWS },
  { "WINDOWS_CORE_2022_x86_64", "x86_64", "", "Windows_Server-2022-English-Core-EKS_Optimized", 0,
    WINDOWS },
  { "WINDOWS_CORE_2025_x86_64", "x86_64", "", "Windows_Server-2025-English-Core-EKS_Optimized", 0,
    WINDOWS },
  { "WINDOWS_FULL_2019_x86_64", "x86_64", "", "Windows_Server-2019-English-Full-EKS_Optimized", 0,
    WINDOWS },
  { "WINDOWS_FULL_2022_x86_64", "x86_64", "", "Windows_Server-2022-English-Full-EKS_Optimized", 0,
    WINDOWS },
  { "WINDOWS_FULL_2025_x86_64", "x86_64", "", "Windows_Server-2025-English-Full-EKS_Optimized", 0,
    WINDOWS },
};

/* Oldest first within a minor. Those of 1.34 and later are some that users have pinned. */
static const struct
{
  int minor, patch;
  const char *date;
} linux_releases[] = {
  { 27, 9, "20240213" }, { 27, 12, "20240329" }, { 27, 14, "20240703" }, { 28, 5, "20240213" },
  { 28, 8, "20240506" }, { 28, 11, "20240703" }, { 29, 0, "20240129" },  { 29, 3, "20240506" },
  { 29, 3, "20240531" }, { 29, 6, "20240703" },  { 30, 0, "20240514" },  { 30, 0, "20240605" },
  { 30, 0, "20240625" }, { 30, 0, "20240703" },  { 31, 0, "20240928" },  { 31, 2, "20241121" },
  { 31, 3, "20250103" }, { 32, 0, "20250123" },  { 32, 1, "20250304" },  { 32, 3, "20250519" },
  { 33, 0, "20250519" }, { 33, 0, "20250620" },  { 33, 1, "20250704" },  { 34, 1, "20251112" },
  { 34, 2, "20251120" }, { 34, 2, "20260120" },  { 34, 3, "20260209" },  { 35, 0, "20260120" },
  { 35, 0, "20260129" }, { 36, 0, "20260901" },  { 36, 0, "20260923" },
};

/* One Bottlerocket release serves every minor of its time; which patches, and the builds of those
 * since 1.49, are assumed. */
static const struct
{
  const char *release, *date;
  int first_minor, last_minor;
  const int *patches; /* the kubelet's patch, from first_minor on */
} bottlerocket_releases[] = {
  { "1.19.5-64049ba8", "20240424", 27, 29, (const int[]) { 13, 9, 4 } },
  { "1.20.3-5d9ac849", "20240626", 27, 30, (const int[]) { 14, 11, 6, 1 } },
  { "1.26.2-360b7a38", "20241115", 28, 31, (const int[]) { 13, 10, 4, 0 } },
  { "1.37.0-03aff098", "20250409", 30, 32, (const int[]) { 9, 5, 1 } },
  { "1.40.0-ed175da2", "20250527", 31, 33, (const int[]) { 7, 3, 0 } },
  { "1.49.0-713f44ce", "20251118", 32, 34, (const int[]) { 9, 5, 1 } },
  { "1.54.0-5043decc", "20260205", 33, 35, (const int[]) { 7, 3, 0 } },
  { "1.64.0-7f9a1b2c", "20260910", 34, 36, (const int[]) { 6, 3, 0 } },
};

/* Windows is patched each month, and its releases name no patch of Kubernetes; which months are
 * listed, and the patches, is assumed. */
static const struct
{
  int minor, patch;
  const char *date;
} windows_releases[] = {
  { 27, 12, "20240409" }, { 27, 14, "20240709" }, { 28, 8, "20240409" }, { 28, 11, "20240709" },
  { 29, 3, "20240409" },  { 29, 6, "20240709" },  { 30, 0, "20240611" }, { 30, 2, "20240709" },
  { 31, 2, "20241112" },  { 31, 4, "20250114" },  { 32, 1, "20250311" }, { 32, 3, "20250513" },
  { 33, 1, "20250610" },  { 33, 1, "20250708" },  { 34, 1, "20251111" }, { 34, 2, "20260113" },
  { 35, 0, "20260210" },  { 35, 0, "20260310" },  { 36, 0, "20260811" }, { 36, 0, "20260908" },
};

/* An image whose id the workshop's text shows. Imitates: the EKS Workshop, Managed node groups,
 * Upgrading AMIs. */
static const struct
{
  const char *image_name, *id;
} known_images[] = {
  { "amazon-eks-node-1.30-v20240703", "ami-0fcd72f3118e0dd88" },
};

/* ---- names ---- */

/* LENGTH hexadecimal digits that depend on TEXT alone. */
static char *
digits_of (const char *text, gsize length)
{
  char *digits = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  digits[length] = '\0';
  return digits;
}

static char *
image_id_of (const char *image_name)
{
  g_autofree char *digits = digits_of (image_name, 16);

  for (guint i = 0; i < G_N_ELEMENTS (known_images); i++)
    if (strcmp (known_images[i].image_name, image_name) == 0)
      return g_strdup (known_images[i].id);
  return g_strconcat ("ami-0", digits, NULL);
}

static void
append_linux_releases (GString *out)
{
  int minor = 0;

  for (guint i = 0; i < G_N_ELEMENTS (linux_releases); i++)
    {
      if (linux_releases[i].minor != minor)
        g_string_append_printf (out, "%s  1.%d ", i > 0 ? "\n" : "", linux_releases[i].minor);
      minor = linux_releases[i].minor;
      g_string_append_printf (out, " 1.%d.%d-%s", minor, linux_releases[i].patch,
                              linux_releases[i].date);
    }
  g_string_append_c (out, '\n');
}

/* "1.30-2024.07.09" */
static char *
windows_release (guint i)
{
  const char *date = windows_releases[i].date;

  return g_strdup_printf ("1.%d-%.4s.%.2s.%.2s", windows_releases[i].minor, date, date + 4,
                          date + 6);
}

static void
append_windows_releases (GString *out)
{
  int minor = 0;

  for (guint i = 0; i < G_N_ELEMENTS (windows_releases); i++)
    {
      g_autofree char *release = windows_release (i);

      if (windows_releases[i].minor != minor)
        g_string_append_printf (out, "%s  1.%d ", i > 0 ? "\n" : "", windows_releases[i].minor);
      minor = windows_releases[i].minor;
      g_string_append_printf (out, " %s", release);
    }
  g_string_append_c (out, '\n');
}

static void
append_families (System system, GString *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      if (families[i].system != system)
        continue;
      g_string_append_printf (out, "  %s", families[i].ami_type);
      if (families[i].last_minor > 0)
        g_string_append_printf (out, ", up to 1.%d", families[i].last_minor);
      g_string_append_c (out, '\n');
    }
}

char *
aws_ami_releases_text (void)
{
  GString *out = g_string_new (NULL);

  append_families (LINUX, out);
  append_linux_releases (out);
  append_families (BOTTLEROCKET, out);
  for (guint i = 0; i < G_N_ELEMENTS (bottlerocket_releases); i++)
    g_string_append_printf (out, "  1.%d to 1.%d  %s\n", bottlerocket_releases[i].first_minor,
                            bottlerocket_releases[i].last_minor, bottlerocket_releases[i].release);
  append_families (WINDOWS, out);
  append_windows_releases (out);
  return g_string_free (out, FALSE);
}

static const AwsAmiFamily *
family_of (const char *ami_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_strcmp0 (families[i].ami_type, ami_type) == 0)
      return &families[i];
  return NULL;
}

gboolean
aws_ami_type_is_known (const char *ami_type)
{
  return family_of (ami_type) != NULL;
}

const char *
aws_ami_type_architecture (const char *ami_type)
{
  const AwsAmiFamily *family = family_of (ami_type);

  return family != NULL ? family->architecture : NULL;
}

int
aws_kubernetes_minor (const char *version)
{
  guint64 minor;

  if (version == NULL || !g_str_has_prefix (version, "1.") || strlen (version) != 4
      || !g_ascii_string_to_unsigned (version + 2, 10, AWS_OLDEST_MINOR, AWS_NEWEST_MINOR, &minor,
                                      NULL))
    return 0;
  return (int) minor;
}

/* The dates of the tables, and of releases whose text was checked. */
static DdUsec
date_to_instant (const char *date)
{
  g_autofree char *text = g_strdup_printf ("%.4s-%.2s-%.2sT18:00:00Z", date, date + 4, date + 6);
  DdUsec instant = 0;

  dd_time_from_iso8601 (text, &instant);
  return instant;
}

/* ---- publishing ---- */

static void
release_free (gpointer data)
{
  AwsAmiRelease *release = data;

  g_free (release->release_version);
  g_free (release);
}

static void
parameter_free (gpointer data)
{
  AwsParameter *parameter = data;

  g_free (parameter->name);
  g_free (parameter->value);
  g_free (parameter);
}

typedef struct
{
  const AwsAmiFamily *family;
  int minor, patch;
  const char *release_version;
  const char *date;     /* "20240703" */
  const char *image_id; /* NULL: follows from the name */
} Publication;

static char *
image_name_of (const Publication *publication)
{
  const AwsAmiFamily *family = publication->family;

  switch (family->system)
    {
    case LINUX:
      return g_strdup_printf ("%s-1.%d-v%s", family->image_name, publication->minor,
                              publication->date);
    case BOTTLEROCKET:
      return g_strdup_printf ("%s-1.%d%s-%s-v%s", family->image_name, publication->minor,
                              family->path,
                              strcmp (family->architecture, "arm64") == 0 ? "aarch64" : "x86_64",
                              publication->release_version);
    case WINDOWS:
      return g_strdup_printf ("%s-%s", family->image_name, publication->release_version);
    case N_SYSTEMS:
      break;
    }
  g_assert_not_reached ();
}

static const char *const owners[N_SYSTEMS] = {
  [LINUX] = EKS_OWNER,
  [BOTTLEROCKET] = BOTTLEROCKET_OWNER,
  [WINDOWS] = WINDOWS_OWNER,
};

static AwsAmiRelease *
publish (AwsAmiCatalog *catalog, const Publication *publication)
{
  const AwsAmiFamily *family = publication->family;
  AwsAmiRelease *release = g_new0 (AwsAmiRelease, 1);
  g_autofree char *name = image_name_of (publication);
  g_autofree char *id
      = publication->image_id != NULL ? g_strdup (publication->image_id) : image_id_of (name);
  g_autofree char *patch = g_strdup_printf ("1.%d.%d", publication->minor, publication->patch);
  g_autofree char *build = digits_of (patch, 7);
  g_autofree char *kubelet = g_strdup_printf ("v%s-eks-%s", patch, build);
  g_autofree char *description
      = g_strdup_printf ("EKS Kubernetes Worker AMI (k8s: %s, %s)", patch, family->ami_type);
  AwsImageOptions options = {
    .id = id,
    .name = name,
    .description = description,
    .architecture = family->architecture,
    .kubelet_version = kubelet,
    .release_version = publication->release_version,
    .owner = owners[family->system],
    .created = date_to_instant (publication->date),
  };

  release->family = family;
  release->minor = publication->minor;
  release->release_version = g_strdup (publication->release_version);
  release->published = options.created;
  release->image = aws_cloud_add_image (catalog->cloud, &options);
  g_ptr_array_add (catalog->releases, release);
  return release;
}

static void
publish_linux (AwsAmiCatalog *catalog, const AwsAmiFamily *family)
{
  for (guint i = 0; i < G_N_ELEMENTS (linux_releases); i++)
    {
      int minor = linux_releases[i].minor;
      g_autofree char *version
          = g_strdup_printf ("1.%d.%d-%s", minor, linux_releases[i].patch, linux_releases[i].date);
      Publication publication = { .family = family,
                                  .minor = minor,
                                  .patch = linux_releases[i].patch,
                                  .release_version = version,
                                  .date = linux_releases[i].date };

      if (family->last_minor == 0 || minor <= family->last_minor)
        publish (catalog, &publication);
    }
}

static void
publish_bottlerocket (AwsAmiCatalog *catalog, const AwsAmiFamily *family)
{
  for (guint i = 0; i < G_N_ELEMENTS (bottlerocket_releases); i++)
    for (int minor = bottlerocket_releases[i].first_minor;
         minor <= bottlerocket_releases[i].last_minor; minor++)
      {
        Publication publication = {
          .family = family,
          .minor = minor,
          .patch = bottlerocket_releases[i].patches[minor - bottlerocket_releases[i].first_minor],
          .release_version = bottlerocket_releases[i].release,
          .date = bottlerocket_releases[i].date,
        };

        publish (catalog, &publication);
      }
}

static void
publish_windows (AwsAmiCatalog *catalog, const AwsAmiFamily *family)
{
  for (guint i = 0; i < G_N_ELEMENTS (windows_releases); i++)
    {
      g_autofree char *version = windows_release (i);
      Publication publication = { .family = family,
                                  .minor = windows_releases[i].minor,
                                  .patch = windows_releases[i].patch,
                                  .release_version = version,
                                  .date = windows_releases[i].date };

      publish (catalog, &publication);
    }
}

static void (*const publishers[N_SYSTEMS]) (AwsAmiCatalog *catalog, const AwsAmiFamily *family) = {
  [LINUX] = publish_linux,
  [BOTTLEROCKET] = publish_bottlerocket,
  [WINDOWS] = publish_windows,
};

AwsAmiCatalog *
aws_ami_catalog_new (AwsCloud *cloud)
{
  AwsAmiCatalog *catalog = g_new0 (AwsAmiCatalog, 1);

  catalog->cloud = cloud;
  catalog->releases = g_ptr_array_new_with_free_func (release_free);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    publishers[families[i].system](catalog, &families[i]);
  return catalog;
}

static void
forget_parameters (AwsAmiCatalog *catalog)
{
  g_clear_pointer (&catalog->by_name, g_hash_table_unref);
  g_clear_pointer (&catalog->parameters, g_ptr_array_unref);
}

void
aws_ami_catalog_free (AwsAmiCatalog *catalog)
{
  if (catalog == NULL)
    return;
  forget_parameters (catalog);
  g_ptr_array_unref (catalog->releases);
  g_free (catalog);
}

/* "1.30.4-20240807" -> 30, 4, "20240807", which points into TEXT. */
static gboolean
parse_release (const char *text, int *out_minor, int *out_patch, const char **out_date)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(1\\.[0-9]{2})\\.([0-9]{1,2})-([0-9]{8})$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *version = NULL, *patch = NULL;

  if (!g_regex_match (regex, text, 0, &match))
    return FALSE;
  version = g_match_info_fetch (match, 1);
  patch = g_match_info_fetch (match, 2);
  *out_minor = aws_kubernetes_minor (version);
  *out_patch = atoi (patch);
  *out_date = text + strlen (text) - 8;
  return *out_minor != 0 && date_to_instant (*out_date) != 0;
}

const AwsAmiRelease *
aws_ami_catalog_publish (AwsAmiCatalog *catalog, const char *ami_type, const char *release_version,
                         const char *image_id, GError **error)
{
  Publication publication = { .family = family_of (ami_type),
                              .release_version = release_version,
                              .image_id = image_id };

  if (publication.family == NULL || publication.family->system != LINUX)
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER,
                   "releases of the AMI type %s cannot be added", ami_type);
      return NULL;
    }
  if (!parse_release (release_version, &publication.minor, &publication.patch, &publication.date))
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER,
                   "%s is no release version such as 1.30.4-20240807", release_version);
      return NULL;
    }
  if (aws_ami_catalog_find (catalog, ami_type, publication.minor, release_version) != NULL
      || (image_id != NULL && aws_cloud_image (catalog->cloud, image_id) != NULL))
    {
      g_set_error (error, AWS_ERROR, AWS_RESOURCE_IN_USE, "release %s of %s, or its image, exists",
                   release_version, ami_type);
      return NULL;
    }
  forget_parameters (catalog);
  return publish (catalog, &publication);
}

const AwsAmiRelease *
aws_ami_catalog_find (const AwsAmiCatalog *catalog, const char *ami_type, int minor,
                      const char *release_version)
{
  const AwsAmiFamily *family = family_of (ami_type);
  const AwsAmiRelease *found = NULL;

  for (guint i = 0; i < catalog->releases->len; i++)
    {
      const AwsAmiRelease *release = catalog->releases->pdata[i];

      if (release->minor != minor || release->family != family)
        continue;
      if (release_version != NULL && strcmp (release->release_version, release_version) == 0)
        return release;
      if (release_version == NULL && (found == NULL || release->published >= found->published))
        found = release;
    }
  return found;
}

/* ---- the SSM tree ---- */

static void
add_parameter (GPtrArray *parameters, const AwsAmiRelease *release, gint64 version,
               const char *folder, const char *name, const char *value)
{
  AwsParameter *parameter = g_new0 (AwsParameter, 1);

  parameter->name = g_strconcat (folder, name, NULL);
  parameter->value = g_strdup (value);
  parameter->version = version;
  parameter->modified = release->published;
  g_ptr_array_add (parameters, parameter);
}

static void
add_linux_parameters (GPtrArray *parameters, const AwsAmiRelease *release, gint64 version,
                      const char *leaf)
{
  g_autofree char *folder = g_strdup_printf ("/aws/service/eks/optimized-ami/1.%d/%s/%s",
                                             release->minor, release->family->path, leaf);
  g_autoptr (DdValue) all = dd_object ("schema_version", dd_string ("2"), "image_id",
                                       dd_string (release->image->resource.id), "image_name",
                                       dd_string (release->image->name), "release_version",
                                       dd_string (release->release_version), NULL);
  g_autofree char *text = dd_value_to_text (all);

  add_parameter (parameters, release, version, folder, "", text);
  add_parameter (parameters, release, version, folder, "/image_id", release->image->resource.id);
  add_parameter (parameters, release, version, folder, "/image_name", release->image->name);
  add_parameter (parameters, release, version, folder, "/release_version",
                 release->release_version);
}

static void
add_bottlerocket_parameters (GPtrArray *parameters, const AwsAmiRelease *release, gint64 version,
                             const char *leaf)
{
  g_autofree char *folder
      = g_strdup_printf ("/aws/service/bottlerocket/aws-k8s-1.%d%s/%s/%s", release->minor,
                         release->family->path, release->family->architecture, leaf);

  add_parameter (parameters, release, version, folder, "/image_id", release->image->resource.id);
  add_parameter (parameters, release, version, folder, "/image_version", release->release_version);
}

/* Of Windows the newest release alone has parameters. */
static void
add_windows_parameters (GPtrArray *parameters, const AwsAmiRelease *release, gint64 version)
{
  g_autofree char *folder = g_strdup_printf ("/aws/service/ami-windows-latest/%s-1.%d",
                                             release->family->image_name, release->minor);

  add_parameter (parameters, release, version, folder, "/image_id", release->image->resource.id);
  add_parameter (parameters, release, version, folder, "/release_version",
                 release->release_version);
}

/* A release is pinned by its image's name, or Bottlerocket's version without the build. */
static void
add_parameters (GPtrArray *parameters, const AwsAmiRelease *release, gint64 version,
                gboolean newest)
{
  g_auto (GStrv) parts = NULL;

  switch (release->family->system)
    {
    case LINUX:
      add_linux_parameters (parameters, release, 1, release->image->name);
      if (newest)
        add_linux_parameters (parameters, release, version, "recommended");
      return;
    case BOTTLEROCKET:
      parts = g_strsplit (release->release_version, "-", 2);
      add_bottlerocket_parameters (parameters, release, version, parts[0]);
      if (newest)
        add_bottlerocket_parameters (parameters, release, version, "latest");
      return;
    case WINDOWS:
      if (newest)
        add_windows_parameters (parameters, release, version);
      return;
    case N_SYSTEMS:
      return;
    }
}

static gint
compare_parameters (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const AwsParameter *const *) a)->name,
                 (*(const AwsParameter *const *) b)->name);
}

/* How many releases of the same family and minor came out up to this one. */
static gint64
count_publications (const AwsAmiCatalog *catalog, const AwsAmiRelease *release)
{
  gint64 n = 0;

  for (guint i = 0; i < catalog->releases->len; i++)
    {
      const AwsAmiRelease *other = catalog->releases->pdata[i];

      if (other->family == release->family && other->minor == release->minor
          && other->published <= release->published)
        n++;
    }
  return n;
}

GPtrArray *
aws_ami_catalog_parameters (AwsAmiCatalog *catalog)
{
  if (catalog->parameters != NULL)
    return catalog->parameters;
  catalog->parameters = g_ptr_array_new_with_free_func (parameter_free);
  catalog->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < catalog->releases->len; i++)
    {
      const AwsAmiRelease *release = catalog->releases->pdata[i];

      add_parameters (
          catalog->parameters, release, count_publications (catalog, release),
          aws_ami_catalog_find (catalog, release->family->ami_type, release->minor, NULL)
              == release);
    }
  g_ptr_array_sort (catalog->parameters, compare_parameters);
  for (guint i = 0; i < catalog->parameters->len; i++)
    {
      AwsParameter *parameter = catalog->parameters->pdata[i];

      g_hash_table_insert (catalog->by_name, parameter->name, parameter);
    }
  return catalog->parameters;
}

const AwsParameter *
aws_ami_catalog_parameter (AwsAmiCatalog *catalog, const char *name)
{
  aws_ami_catalog_parameters (catalog);
  return g_hash_table_lookup (catalog->by_name, name);
}
