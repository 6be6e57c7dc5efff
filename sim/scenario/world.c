/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/world.c: furnishing: clusters, releases, node groups, workloads, scarcity
 *
 * Nodes come first and workloads after they have joined, so that pods are spread as they would be
 * in a cluster that has been there for a while. Everything is made by the same functions that the
 * APIs use and by the actors; the trace begins when nothing moves any more.
 *
 * What is written down as it is, is there in the first instant, and a world that holds nothing else
 * is not waited for: its trace begins in that instant. */

#include "config.h"

#include "sim/scenario/world.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "sim/aws/ec2/machines.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kind.h"
#include "sim/scenario/creation.h"
#include "sim/scenario/found.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/source.h"
#include "sim/scenario/unmodelled.h"

#define DEFAULT_CLUSTER "eks-workshop"
#define DEFAULT_VERSION "1.30"
#define DEFAULT_REGION "us-west-2"
#define DEFAULT_ACCOUNT "123456789012"
#define DEFAULT_START "2025-11-03T09:00:00Z"
#define DEFAULT_ENDPOINT "http://127.0.0.1:4566"
#define DEFAULT_AMI_TYPE "AL2_x86_64"
#define DEFAULT_INSTANCE_TYPE "m5.large"
/* Imitates: Amazon EKS API Reference, CreateNodegroup. */
#define MAX_INSTANCE_TYPES 20
/* EC2's limit is 10,000; all of them are made. */
#define MAX_TEMPLATE_VERSION 1000
/* A world that has not come to rest by then never will: crash loops and hopeless launches go on. */
#define SETTLING_TIME (30 * DD_MINUTE)

struct _SimWorldFile
{
  DdYamlFile *file; /* NULL when the world is written into a scenario */
  const DdYaml *root;
  SimManifests *workloads;
  SimManifests *objects; /* that are there, as they are */
};

/* ---- loading ---- */

gboolean
sim_latencies_check (const DdYaml *latencies, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < SIM_N_DELAYS; i++)
    g_ptr_array_add (names, (gpointer) sim_delay_name ((SimDelay) i));
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < dd_yaml_length (latencies); i++)
    {
      const DdYaml *key = g_ptr_array_index (latencies->keys, i);
      g_autofree char *hint = NULL;
      SimDelay delay;

      if (sim_delay_from_name (key->text, &delay))
        continue;
      hint = sim_did_you_mean (key->text, (const char *const *) names->pdata);
      dd_yaml_set_error (error, key, "no delay is called \"%s\"%s", key->text, hint);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_account (const DdYaml *root, GError **error)
{
  const DdYaml *account = dd_yaml_member (root, "account");

  if (account == NULL
      || (strlen (account->text) == 12 && strspn (account->text, "0123456789") == 12))
    return TRUE;
  dd_yaml_set_error (error, account, "an account has twelve digits");
  return FALSE;
}

/* us-west-2d is a zone of us-west-2, us-west-2-lax-1a one beside it. */
static gboolean
check_zones (const DdYaml *root, GError **error)
{
  const DdYaml *region = dd_yaml_member (root, "region");
  const char *prefix = region != NULL ? region->text : DEFAULT_REGION;
  const DdYaml *zones = dd_yaml_member (root, "zones");

  for (guint i = 0; i < dd_yaml_length (zones); i++)
    {
      const DdYaml *zone = dd_yaml_element (zones, i);

      if (g_str_has_prefix (zone->text, prefix))
        continue;
      dd_yaml_set_error (error, zone, "%s is no zone of the region %s (did you mean %s%s?)",
                         zone->text, prefix, prefix,
                         *zone->text != '\0' ? zone->text + strlen (zone->text) - 1 : "");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_version (const DdYaml *root, GError **error)
{
  const DdYaml *version = dd_yaml_member (dd_yaml_member (root, "cluster"), "version");

  if (version == NULL || aws_kubernetes_minor (version->text) != 0)
    return TRUE;
  dd_yaml_set_error (error, version, "Kubernetes %s is not modelled; \"1.%d\" to \"1.%d\" are",
                     version->text, AWS_OLDEST_MINOR, AWS_NEWEST_MINOR);
  return FALSE;
}

static gboolean
add_manifests (SimManifests *manifests, const DdYaml *list, const char *base, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      if (!sim_manifests_add (manifests, dd_yaml_element (list, i), base, error))
        return FALSE;
    }
  return TRUE;
}

SimWorldFile *
sim_world_file_new (const DdYaml *node, const char *base, GError **error)
{
  g_autoptr (SimWorldFile) world = g_new0 (SimWorldFile, 1);

  world->root = node;
  world->workloads = sim_manifests_new (NULL);
  world->objects = sim_manifests_new (world->workloads);
  world->objects->are_there = TRUE;
  if (!sim_schema_check (node, sim_world_rows, "a world", error) || !check_version (node, error)
      || !check_account (node, error) || !check_zones (node, error)
      || !sim_latencies_check (dd_yaml_member (node, "latencies"), error))
    return NULL;
  if (!add_manifests (world->workloads, dd_yaml_member (node, "workloads"), base, error)
      || !add_manifests (world->objects, dd_yaml_member (node, "objects"), base, error)
      || !sim_found_check (world->objects, error))
    return NULL;
  return g_steal_pointer (&world);
}

const SimManifests *
sim_world_file_workloads (const SimWorldFile *world)
{
  return world->workloads;
}

SimWorldFile *
sim_world_file_load (const char *place, GError **error)
{
  g_autoptr (DdYamlFile) file = sim_source_read (place, error);
  SimWorldFile *world;

  if (file == NULL)
    return NULL;
  if (file->documents->len != 1)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: a world file holds one document, not %u",
                   place, file->documents->len);
      return NULL;
    }
  world = sim_world_file_new (g_ptr_array_index (file->documents, 0), place, error);
  if (world != NULL)
    world->file = g_steal_pointer (&file);
  return world;
}

void
sim_world_file_free (SimWorldFile *world)
{
  if (world == NULL)
    return;
  g_clear_pointer (&world->objects, sim_manifests_free);
  g_clear_pointer (&world->workloads, sim_manifests_free);
  g_clear_pointer (&world->file, dd_yaml_file_free);
  g_free (world);
}

static void
add_warnings (const DdYamlFile *file, GPtrArray *warnings)
{
  for (guint i = 0; i < file->warnings->len; i++)
    g_ptr_array_add (warnings, g_strdup (g_ptr_array_index (file->warnings, i)));
}

DdValue *
sim_world_file_document (const SimWorldFile *world)
{
  DdValue *document = dd_yaml_document (world->root);

  if (world->workloads->manifests->len > 0)
    dd_value_set (&document, "workloads", sim_manifests_value (world->workloads));
  if (world->objects->manifests->len > 0)
    dd_value_set (&document, "objects", sim_manifests_value (world->objects));
  return document;
}

void
sim_world_file_add_warnings (const SimWorldFile *world, const SimManifests *more,
                             GPtrArray *warnings)
{
  const SimManifests *const lists[] = { world->workloads, world->objects };

  if (world->file != NULL)
    add_warnings (world->file, warnings);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint j = 0; j < lists[i]->files->len; j++)
      add_warnings (g_ptr_array_index (lists[i]->files, j), warnings);
  sim_creation_add_warnings (world->workloads, world->objects, more, warnings);
}

void
sim_world_file_add_unmodelled (const SimWorldFile *world, GPtrArray *list)
{
  sim_unmodelled_add_manifests (list, world->workloads);
  sim_unmodelled_add_manifests (list, world->objects);
}

static const char *
text_or (const DdYaml *node, const char *key, const char *fallback)
{
  const char *text = sim_schema_text (dd_yaml_member (node, key));

  return text != NULL ? text : fallback;
}

const char *
sim_world_file_cluster (const SimWorldFile *world)
{
  return text_or (dd_yaml_member (world->root, "cluster"), "name", DEFAULT_CLUSTER);
}

const char *
sim_world_file_version (const SimWorldFile *world)
{
  return text_or (dd_yaml_member (world->root, "cluster"), "version", DEFAULT_VERSION);
}

const char *
sim_world_file_region (const SimWorldFile *world)
{
  return text_or (world->root, "region", DEFAULT_REGION);
}

const char *
sim_world_file_nodegroup (const SimWorldFile *world)
{
  return text_or (dd_yaml_element (dd_yaml_member (world->root, "nodegroups"), 0), "name", NULL);
}

void
sim_world_file_add_nodegroups (const SimWorldFile *world, GPtrArray *names)
{
  const DdYaml *groups = dd_yaml_member (world->root, "nodegroups");

  for (guint i = 0; i < dd_yaml_length (groups); i++)
    g_ptr_array_add (names, (gpointer) text_or (dd_yaml_element (groups, i), "name", NULL));
}

/* ---- furnishing ---- */

/* Something in the world is older than it, and says when it was made. */
static gboolean
has_ages (const SimWorldFile *file)
{
  const DdYaml *groups = dd_yaml_member (file->root, "nodegroups");

  for (guint i = 0; i < dd_yaml_length (groups); i++)
    if (dd_yaml_member (dd_yaml_element (groups, i), "nodes") != NULL)
      return TRUE;
  return dd_yaml_member (file->root, "nodes") != NULL;
}

static DdUsec
start_of (const SimWorldFile *file, const SimFurnish *options)
{
  DdUsec start = options->start;

  if (start == 0 || has_ages (file))
    dd_time_from_iso8601 (text_or (file->root, "start", DEFAULT_START), &start);
  return start;
}

static void
set_latencies (SimWorld *world, const DdYaml *latencies)
{
  for (guint i = 0; i < dd_yaml_length (latencies); i++)
    {
      const DdYaml *key = g_ptr_array_index (latencies->keys, i);
      DdUsec low, high;
      SimDelay delay;

      if (!sim_delay_from_name (key->text, &delay))
        continue;
      sim_schema_range (dd_yaml_element (latencies, i), &low, &high);
      sim_latency_set (world->stage->latency, delay, low, high);
    }
}

static void
add_zones (SimWorld *world, const DdYaml *zones)
{
  for (guint i = 0; i < dd_yaml_length (zones); i++)
    aws_cloud_add_zone (world->cloud, dd_yaml_element (zones, i)->text);
}

static gboolean
publish_releases (SimWorld *world, const DdYaml *releases, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (releases); i++)
    {
      const DdYaml *release = dd_yaml_element (releases, i);
      GError *reason = NULL;

      if (aws_ami_catalog_publish (
              aws_eks_catalog (world->cloud), text_or (release, "ami_type", DEFAULT_AMI_TYPE),
              text_or (release, "release", NULL), text_or (release, "image", NULL), &reason)
          == NULL)
        return sim_schema_refuse_at (release, reason, error);
    }
  return TRUE;
}

/* The texts of a checked list, as the C functions want them; NULL for a missing one. */
static const char **
words_of (const DdYaml *list)
{
  const char **words = list != NULL ? g_new0 (const char *, dd_yaml_length (list) + 1) : NULL;

  for (guint i = 0; i < dd_yaml_length (list); i++)
    words[i] = dd_yaml_element (list, i)->text;
  return words;
}

/* "1.29.6-20240703" -> "1.29"; NULL, which means the cluster's, when there is no release or it
 * names no Kubernetes minor (Bottlerocket's do not). */
static char *
minor_of_release (const char *release)
{
  const char *dot = release != NULL ? strchr (release, '.') : NULL;
  g_autofree char *minor
      = dot != NULL ? g_strndup (release, dot - release + 1 + strcspn (dot + 1, ".")) : NULL;

  return minor != NULL && aws_kubernetes_minor (minor) != 0 ? g_steal_pointer (&minor) : NULL;
}

static gboolean
add_images (SimWorld *world, const DdYaml *images, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (images); i++)
    {
      const DdYaml *image = dd_yaml_element (images, i);
      AwsCustomImageSpec spec = {
        .id = text_or (image, "id", NULL),
        .name = text_or (image, "name", NULL),
        .version = text_or (image, "version", NULL),
        .architecture = text_or (image, "architecture", NULL),
      };
      GError *reason = NULL;

      if (!aws_eks_add_custom_image (world->cloud, &spec, &reason))
        return sim_schema_refuse_at (image, reason, error);
    }
  return TRUE;
}

/* An id that depends on the template alone. */
static char *
made_up_image (const char *template, gint64 version)
{
  g_autofree char *text = g_strdup_printf ("%s:%" G_GINT64_FORMAT, template, version);
  g_autofree char *digits = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("ami-0%.16s", digits);
}

/* The version that the group runs, or a later one that a node of its runs. */
static gboolean
last_version (const DdYaml *group, gint64 *out_version)
{
  const DdYaml *nodes = dd_yaml_member (group, "nodes");
  const char *own = text_or (dd_yaml_member (group, "launch_template"), "version", "1");
  gint64 version;

  if (!g_ascii_string_to_signed (own, 10, 1, MAX_TEMPLATE_VERSION, out_version, NULL))
    return FALSE;
  for (guint i = 0; i < dd_yaml_length (nodes); i++)
    {
      const char *its = text_or (dd_yaml_element (nodes, i), "launch_template_version", own);

      if (!g_ascii_string_to_signed (its, 10, 1, MAX_TEMPLATE_VERSION, &version, NULL))
        return FALSE;
      *out_version = MAX (*out_version, version);
    }
  return TRUE;
}

/* Makes the template that GROUP names up to the version that it runs. *OUT_SPEC stays NULL for a
 * group without one. */
static gboolean
add_template (SimWorld *world, const DdYaml *group, DdValue **out_spec, GError **error)
{
  const DdYaml *node = dd_yaml_member (group, "launch_template");
  const char *name = text_or (node, "name", text_or (node, "id", NULL));
  const char *number = text_or (node, "version", "1");
  gboolean custom = g_strcmp0 (text_or (group, "ami_type", NULL), "CUSTOM") == 0;
  g_autofree char *image = NULL;
  AwsTemplateSpec spec = {
    .id = text_or (node, "id", NULL),
    .name = name,
    .instance_type = text_or (node, "instance_type", NULL),
  };
  GError *reason = NULL;

  if (node == NULL)
    return TRUE;
  if (name == NULL || !last_version (group, &spec.version))
    {
      dd_yaml_set_error (error, node,
                         "a launch template has a name or an id, and a version between 1 and %d",
                         MAX_TEMPLATE_VERSION);
      return FALSE;
    }
  if (custom)
    image = made_up_image (name, spec.version);
  spec.image = text_or (node, "image", image);
  if (!aws_eks_add_template (world->cloud, &spec, &reason))
    return sim_schema_refuse_at (node, reason, error);
  *out_spec = dd_object (spec.id != NULL ? "id" : "name", dd_string (name), "version",
                         dd_string (number), NULL);
  return TRUE;
}

/* NULL where the template of the group says it. */
static const char **
instance_types_of (const DdYaml *group)
{
  const DdYaml *list = dd_yaml_member (group, "instance_types");
  gboolean in_template
      = dd_yaml_member (dd_yaml_member (group, "launch_template"), "instance_type") != NULL;
  const char *one = text_or (group, "instance_type", in_template ? NULL : DEFAULT_INSTANCE_TYPE);
  const char **types;

  if (list != NULL)
    return words_of (list);
  if (one == NULL)
    return NULL;
  types = g_new0 (const char *, 2);
  types[0] = one;
  return types;
}

gboolean
sim_instance_type_check (const AwsCloud *cloud, const DdYaml *node, GError **error)
{
  guint n = aws_cloud_n_instance_types (cloud);
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  if (aws_cloud_instance_type (cloud, node->text) != NULL)
    return TRUE;
  names = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, (gpointer) aws_cloud_nth_instance_type (cloud, i)->name);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (node->text, (const char *const *) names->pdata);
  dd_yaml_set_error (
      error, node,
      "no instance type is known as \"%s\"%s; `instance_types` of the world says what "
      "a further one is",
      node->text, hint);
  return FALSE;
}

static gboolean
check_instance_types (const SimWorld *world, const DdYaml *group, GError **error)
{
  const DdYaml *list = dd_yaml_member (group, "instance_types");
  const DdYaml *one = dd_yaml_member (group, "instance_type");

  for (guint i = 0; i < dd_yaml_length (list); i++)
    if (!sim_instance_type_check (world->cloud, dd_yaml_element (list, i), error))
      return FALSE;
  if (list == NULL)
    return one == NULL || sim_instance_type_check (world->cloud, one, error);
  if (one != NULL)
    dd_yaml_set_error (error, list, "instance_type and instance_types exclude each other");
  else if (dd_yaml_length (list) == 0 || dd_yaml_length (list) > MAX_INSTANCE_TYPES)
    dd_yaml_set_error (error, list, "instance_types lists between 1 and %d types",
                       MAX_INSTANCE_TYPES);
  else
    return TRUE;
  return FALSE;
}

static gboolean
add_instance_types (SimWorld *world, const DdYaml *types, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (types); i++)
    {
      const DdYaml *node = dd_yaml_element (types, i);
      AwsInstanceType type = {
        .name = text_or (node, "name", NULL),
        .architecture = text_or (node, "architecture", "x86_64"),
        .cpus = dd_value_path_int (node->value, "cpus", 0),
        .threads = 1,
        .memory_mib = dd_value_path_int (node->value, "memory_mib", 0),
        .interfaces = (int) dd_value_path_int (node->value, "interfaces", 0),
        .addresses = (int) dd_value_path_int (node->value, "addresses", 0),
      };
      GError *reason = NULL;

      if (!aws_cloud_add_instance_type (world->cloud, &type, &reason))
        return sim_schema_refuse_at (node, reason, error);
    }
  return TRUE;
}

static gboolean
add_nodegroup (SimWorld *world, const SimWorldFile *file, const DdYaml *node, GError **error)
{
  g_autofree const char **instance_types = instance_types_of (node);
  g_autofree const char **zones = words_of (dd_yaml_member (node, "zones"));
  g_autoptr (DdValue) labels = sim_schema_texts (dd_yaml_member (node, "labels"));
  const DdYaml *taints = dd_yaml_member (node, "taints");
  g_autofree char *version = minor_of_release (text_or (node, "release", NULL));
  gint64 desired = dd_value_path_int (node->value, "desired", 0);
  g_autoptr (DdValue) launch_template = NULL;
  AwsNodegroupSpec spec = {
    .cluster = sim_world_file_cluster (file),
    .name = text_or (node, "name", NULL),
    .version = version,
    .release_version = text_or (node, "release", NULL),
    .ami_type = text_or (node, "ami_type", NULL),
    .capacity_type = text_or (node, "capacity_type", NULL),
    .instance_types = instance_types,
    .zones = zones,
    .min = dd_value_path_int (node->value, "min", desired),
    .max = dd_value_path_int (node->value, "max", MAX (desired, 1)),
    .desired = desired,
    .max_unavailable = dd_value_path_int (node->value, "update.maxUnavailable", 0),
    .max_unavailable_percentage
    = dd_value_path_int (node->value, "update.maxUnavailablePercentage", 0),
    .update_strategy = dd_value_path_string (node->value, "update.updateStrategy"),
    .no_terminate_hook = !dd_value_path_bool (node->value, "terminate_hook", TRUE),
    .labels = labels,
    .taints = taints != NULL ? taints->value : NULL,
  };
  GError *reason = NULL;

  if (!check_instance_types (world, node, error)
      || !add_template (world, node, &launch_template, error))
    return FALSE;
  spec.launch_template = launch_template;
  if (aws_eks_add_nodegroup (world->cloud, &spec, &reason) == NULL)
    return sim_schema_refuse_at (node, reason, error);
  return TRUE;
}

static gboolean
add_cluster (SimWorld *world, const SimWorldFile *file, const char *certificate_authority,
             GError **error)
{
  AwsClusterSpec cluster
      = { .name = sim_world_file_cluster (file), .certificate_authority = certificate_authority };
  GError *reason = NULL;

  if (aws_eks_add_cluster (world->cloud, &cluster, &reason) == NULL)
    return sim_schema_refuse_at (file->root, reason, error);
  return TRUE;
}

static gboolean
is_found (const DdYaml *group)
{
  return dd_yaml_member (group, "nodes") != NULL;
}

static gboolean
add_nodegroups (SimWorld *world, const SimWorldFile *file, GError **error)
{
  const DdYaml *groups = dd_yaml_member (file->root, "nodegroups");
  const char *cluster = sim_world_file_cluster (file);

  for (guint i = 0; i < dd_yaml_length (groups); i++)
    {
      const DdYaml *group = dd_yaml_element (groups, i);

      if (!add_nodegroup (world, file, group, error)
          || (is_found (group)
              && !sim_found_add_nodes (world, cluster, text_or (group, "name", NULL),
                                       dd_yaml_member (group, "nodes"), error)))
        return FALSE;
    }
  return sim_found_add_nodes (world, cluster, NULL, dd_yaml_member (file->root, "nodes"), error);
}

/* Nothing in the world has to be made, and to come to rest. */
static gboolean
is_all_found (const SimWorldFile *file, const SimManifests *of_scenario)
{
  const DdYaml *groups = dd_yaml_member (file->root, "nodegroups");
  gboolean found = dd_yaml_member (file->root, "nodes") != NULL;

  for (guint i = 0; i < dd_yaml_length (groups); i++)
    {
      if (!is_found (dd_yaml_element (groups, i)))
        return FALSE;
      found = TRUE;
    }
  return found && file->workloads->manifests->len == 0
         && (of_scenario == NULL || of_scenario->manifests->len == 0);
}

/* Runs until nothing is left to happen, or SETTLING_TIME is over. */
static void
settle (SimWorld *world)
{
  DdUsec limit = sim_stage_now (world->stage) + SETTLING_TIME;
  DdUsec due;

  while (sim_world_step (world) && sim_clock_next_due (world->stage->clock, &due) && due <= limit
         && !sim_clock_is_at_rest (world->stage->clock))
    ;
}

gboolean
sim_capacity_set (AwsCloud *cloud, const char *where, gint64 n, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (where, "/", 2);
  const char *type = parts[0] != NULL ? parts[1] : NULL;

  if (parts[0] == NULL || aws_cloud_zone (cloud, parts[0]) == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "the world has no zone %s", where);
  else if (type != NULL && aws_cloud_instance_type (cloud, type) == NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "the world knows no instance type %s", type);
  else
    {
      aws_ec2_set_capacity (cloud, parts[0], type, n);
      return TRUE;
    }
  return FALSE;
}

static gboolean
set_capacity (SimWorld *world, const DdYaml *capacity, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (capacity); i++)
    {
      const DdYaml *where = g_ptr_array_index (capacity->keys, i);
      GError *reason = NULL;

      if (!sim_capacity_set (world->cloud, where->text,
                             dd_value_int (dd_yaml_element (capacity, i)->value, -1), &reason))
        return sim_schema_refuse_at (where, reason, error);
    }
  return TRUE;
}

static gboolean
furnish (SimWorld *world, const SimWorldFile *file, const SimFurnish *options, GError **error)
{
  set_latencies (world, dd_yaml_member (file->root, "latencies"));
  set_latencies (world, options->latencies);
  add_zones (world, dd_yaml_member (file->root, "zones"));
  if (!publish_releases (world, dd_yaml_member (file->root, "releases"), error)
      || !add_images (world, dd_yaml_member (file->root, "images"), error)
      || !add_instance_types (world, dd_yaml_member (file->root, "instance_types"), error)
      || !add_cluster (world, file, options->certificate_authority, error)
      || !add_nodegroups (world, file, error)
      || !sim_found_add_objects (world, file->objects, error))
    return FALSE;
  if (!is_all_found (file, options->workloads))
    {
      settle (world);
      if (!sim_creation_run (world, file->workloads, options->workloads, error))
        return FALSE;
      settle (world);
    }
  return set_capacity (world, dd_yaml_member (file->root, "capacity"), error);
}

SimWorld *
sim_world_furnish (const SimWorldFile *file, const SimFurnish *options, GError **error)
{
  SimWorldOptions world_options = {
    .seed = options->seed,
    .start = start_of (file, options),
    .kube_minor = aws_kubernetes_minor (sim_world_file_version (file)),
    .region = sim_world_file_region (file),
    .account = text_or (file->root, "account", DEFAULT_ACCOUNT),
    .notes_actors = options->notes_actors,
    .endpoint = options->endpoint != NULL ? options->endpoint : DEFAULT_ENDPOINT,
  };
  g_autoptr (SimWorld) world = sim_world_new (&world_options);

  if (has_ages (file))
    kube_draw_other_uids (world->kube);
  if (!furnish (world, file, options, error))
    return NULL;
  sim_trace_begin (world->stage->trace);
  return g_steal_pointer (&world);
}
