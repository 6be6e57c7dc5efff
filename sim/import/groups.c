/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/groups.c: node groups, as AWS describes them or as their nodes let guess
 *
 * DescribeNodegroup's answer is taken where there is one, then the Auto Scaling group's sizes; what
 * is left is told by the nodes: labels and taints that all of them have are the group's, its zones
 * and instance types are theirs, and its size is their number.
 *
 * Nodes tell the id of their image and the version of their kubelet, but not their release. A
 * release of the same kubelet is found for each image, a newer one for a newer image; where no
 * known one is left, one is published under the date of the oldest node that runs it. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/import/private.h"

typedef struct
{
  const char *name;
  const DdValue *answer; /* DescribeNodegroup's; NULL: there is none */
  const DdValue *group;  /* DescribeAutoScalingGroups'; NULL: there is none */
  GPtrArray *nodes;      /* of SimImportNode, borrowed */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->nodes);
  g_free (group);
}

/* ---- which there are ---- */

static Group *
find_group (GPtrArray *groups, const char *name)
{
  for (guint i = 0; i < groups->len; i++)
    if (strcmp (((Group *) g_ptr_array_index (groups, i))->name, name) == 0)
      return g_ptr_array_index (groups, i);
  return NULL;
}

static Group *
make_group (GPtrArray *groups, const char *name)
{
  Group *group = find_group (groups, name);

  if (group != NULL)
    return group;
  group = g_new0 (Group, 1);
  group->name = name;
  group->nodes = g_ptr_array_new ();
  g_ptr_array_add (groups, group);
  return group;
}

static const DdValue *
scaling_group_of (const SimImport *self, const DdValue *answer)
{
  const char *name = dd_value_path_string (answer, "resources.autoScalingGroups.0.name");

  for (guint i = 0; name != NULL && i < self->groups->len; i++)
    if (g_strcmp0 (
            dd_value_path_string (g_ptr_array_index (self->groups, i), "AutoScalingGroupName"),
            name)
        == 0)
      return g_ptr_array_index (self->groups, i);
  return NULL;
}

/* In the order in which AWS's answers and then nodes name them. */
static GPtrArray *
all_groups (SimImport *self)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);

  for (guint i = 0; i < self->nodegroups->len; i++)
    {
      const DdValue *answer = g_ptr_array_index (self->nodegroups, i);
      Group *group = make_group (groups, dd_value_path_string (answer, "nodegroupName"));

      group->answer = answer;
      group->group = scaling_group_of (self, answer);
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      SimImportNode *node = g_ptr_array_index (self->nodes, i);

      if (node->group != NULL)
        g_ptr_array_add (make_group (groups, node->group)->nodes, node);
    }
  return groups;
}

/* ---- releases ---- */

static int
minor_of_kubelet (const char *kubelet)
{
  g_auto (GStrv) parts = g_strsplit (kubelet != NULL ? kubelet : "", ".", 3);
  g_autofree char *version
      = g_strv_length (parts) > 1 ? g_strdup_printf ("1.%s", parts[1]) : g_strdup ("");

  return aws_kubernetes_minor (version);
}

/* Both "v1.30.0-eks-036c24b", or one "v1.30.0" and the other more of it. */
static gboolean
is_of_kubelet (const AwsAmiRelease *release, const char *kubelet)
{
  const char *its = release->image->kubelet_version;
  gsize n = kubelet != NULL ? strcspn (kubelet, "-") : 0;

  return its != NULL && n > 0 && strcspn (its, "-") == n && strncmp (its, kubelet, n) == 0;
}

static gboolean
is_used (const GPtrArray *used, const char *release)
{
  for (guint i = 0; i < used->len; i++)
    if (strcmp (g_ptr_array_index (used, i), release) == 0)
      return TRUE;
  return FALSE;
}

/* The newest release that a node like NODE may run, and that is none of USED; NULL: there is none.
 */
static const char *
known_release (SimImport *self, const SimImportNode *node, const char *ami_type,
               const GPtrArray *used)
{
  AwsCloud *cloud = self->reference->cloud;
  const AwsImage *its = node->image != NULL ? aws_cloud_image (cloud, node->image) : NULL;
  int minor = minor_of_kubelet (node->kubelet);
  const AwsAmiRelease *best = NULL;

  if (its != NULL && its->release_version != NULL)
    return its->release_version;

  for (guint i = 0; i < cloud->images->len; i++)
    {
      const AwsImage *image = cloud->images->pdata[i];
      const AwsAmiRelease *release = image->release_version != NULL && minor != 0
                                         ? aws_ami_catalog_find (aws_eks_catalog (cloud), ami_type,
                                                                 minor, image->release_version)
                                         : NULL;

      if (release == NULL || release->image != image || !is_of_kubelet (release, node->kubelet)
          || is_used (used, release->release_version)
          || release->published > node->created + 24 * DD_HOUR)
        continue;
      if (best == NULL || release->published >= best->published)
        best = release;
    }
  return best != NULL ? best->release_version : NULL;
}

/* "1.30.2-20240711", after the kubelet and the day NODE was made. */
static char *
dated_release (const SimImportNode *node)
{
  g_autofree char *version = g_strndup (node->kubelet + 1, strcspn (node->kubelet + 1, "-+"));
  g_autofree char *day = dd_time_to_iso8601 (node->created);

  return g_strdup_printf ("%s-%.4s%.2s%.2s", version, day, day + 5, day + 8);
}

/* A release that no catalogue knows, published for this world. NULL: the family has no such names.
 */
static char *
publish (SimImport *self, const SimImportNode *node, const char *ami_type, DdBuilder *releases)
{
  g_autofree char *release = NULL;

  if (node->kubelet == NULL || *node->kubelet != 'v' || node->created == 0)
    return NULL;
  release = dated_release (node);
  if (aws_ami_catalog_publish (aws_eks_catalog (self->reference->cloud), ami_type, release, NULL,
                               NULL)
      == NULL)
    return NULL;
  dd_builder_add (
      releases, dd_object ("release", dd_string (release), "ami_type", dd_string (ami_type), NULL));
  return g_steal_pointer (&release);
}

/* Newest first. */
static int
compare_ages (gconstpointer a, gconstpointer b)
{
  const SimImportNode *left = *(SimImportNode *const *) a, *right = *(SimImportNode *const *) b;

  if (left->created != right->created)
    return left->created > right->created ? -1 : 1;
  return strcmp (left->name, right->name);
}

static gboolean
run_the_same (const SimImportNode *a, const SimImportNode *b)
{
  if (a->image != NULL && b->image != NULL)
    return strcmp (a->image, b->image) == 0;
  return g_strcmp0 (a->kubelet, b->kubelet) == 0 && strcmp (a->ami_type, b->ami_type) == 0;
}

/* Of a node that runs the same and has one already. */
static const char *
release_of_like (const GPtrArray *nodes, const SimImportNode *node)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const SimImportNode *other = g_ptr_array_index (nodes, i);

      if (other->release != NULL && run_the_same (other, node))
        return other->release;
    }
  return NULL;
}

static gboolean
refuse_kubelet (const SimImportNode *node, GError **error)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "node %s: no release of %s with the kubelet %s is known, and none can be made up",
               node->name, node->ami_type, node->kubelet != NULL ? node->kubelet : "(none)");
  return FALSE;
}

/* Gives every one of NODES its release. AMI_TYPE NULL: each has its own. TOLD is what EKS says of
 * the group, or NULL: an update that broke off leaves that at the release of the older nodes. */
static gboolean
find_releases (SimImport *self, GPtrArray *nodes, const char *ami_type, const char *told,
               DdBuilder *releases, GError **error)
{
  g_autoptr (GPtrArray) used = g_ptr_array_new ();

  g_ptr_array_sort (nodes, compare_ages);
  if (told != NULL && nodes->len > 0)
    {
      ((SimImportNode *) g_ptr_array_index (nodes, nodes->len - 1))->release = g_strdup (told);
      g_ptr_array_add (used, (gpointer) told);
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      SimImportNode *node = g_ptr_array_index (nodes, i);
      const char *family = ami_type != NULL ? ami_type : node->ami_type;
      const char *known = release_of_like (nodes, node);

      if (node->release != NULL)
        continue;
      if (known == NULL)
        known = known_release (self, node, family, used);
      node->release = known != NULL ? g_strdup (known) : publish (self, node, family, releases);
      if (node->release == NULL)
        return refuse_kubelet (node, error);
      if (is_used (used, node->release))
        continue;
      g_ptr_array_add (used, node->release);
      sim_import_tell (self, SIM_IMPORT_ASSUMED, "image %s of %s (kubelet %s) is release %s",
                       node->image != NULL ? node->image : "(unknown)", node->name, node->kubelet,
                       node->release);
    }
  if (used->len > 1 && ami_type != NULL)
    sim_import_tell (self, SIM_IMPORT_ODD, "node group %s runs %u releases at once",
                     ((SimImportNode *) g_ptr_array_index (nodes, 0))->group, used->len);
  return TRUE;
}

/* The one that EKS says, published if this world has none such. */
static gboolean
take_release (SimImport *self, const char *ami_type, const char *release, DdBuilder *releases,
              GError **error)
{
  AwsAmiCatalog *catalog = aws_eks_catalog (self->reference->cloud);

  for (int minor = AWS_OLDEST_MINOR; minor <= AWS_NEWEST_MINOR; minor++)
    if (aws_ami_catalog_find (catalog, ami_type, minor, release) != NULL)
      return TRUE;
  if (aws_ami_catalog_publish (catalog, ami_type, release, NULL, error) == NULL)
    return FALSE;
  dd_builder_add (
      releases, dd_object ("release", dd_string (release), "ami_type", dd_string (ami_type), NULL));
  return TRUE;
}

/* ---- what the nodes have in common ---- */

static DdValue *
common_labels (const Group *group)
{
  const SimImportNode *first = g_ptr_array_index (group->nodes, 0);
  const DdValue *labels = sim_import_node_labels (first);
  DdBuilder common = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      const char *key = dd_value_key (labels, i);
      const DdValue *value = dd_value_nth (labels, i);
      gboolean shared = !sim_import_label_is_usual (key);

      for (guint j = 1; shared && j < group->nodes->len; j++)
        shared = dd_value_equal (
            dd_value_member (sim_import_node_labels (g_ptr_array_index (group->nodes, j)), key),
            value);
      if (shared)
        dd_builder_set (&common, key, dd_value_ref (value));
    }
  return dd_builder_end (&common);
}

/* "NoSchedule" -> "NO_SCHEDULE" and back are tables, as AWS and Kubernetes spell them. */
static const char *const effects[][2] = { { "NoSchedule", "NO_SCHEDULE" },
                                          { "NoExecute", "NO_EXECUTE" },
                                          { "PreferNoSchedule", "PREFER_NO_SCHEDULE" } };

static DdValue *
with_effects (const DdValue *taints, guint from)
{
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);
      const char *effect = dd_value_path_string (taint, "effect");

      for (guint j = 0; j < G_N_ELEMENTS (effects); j++)
        if (g_strcmp0 (effect, effects[j][from]) == 0)
          dd_builder_add (&list,
                          dd_object ("key", dd_value_ref (dd_value_member (taint, "key")), "value",
                                     dd_value_ref (dd_value_member (taint, "value")), "effect",
                                     dd_string (effects[j][1 - from]), NULL));
    }
  return dd_builder_end (&list);
}

/* As nodes have them; none where the nodes do not agree. */
static DdValue *
common_taints (const Group *group)
{
  DdValue *taints = sim_import_node_taints (g_ptr_array_index (group->nodes, 0));

  for (guint i = 1; i < group->nodes->len; i++)
    {
      g_autoptr (DdValue) others = sim_import_node_taints (g_ptr_array_index (group->nodes, i));

      if (dd_value_equal (taints, others))
        continue;
      dd_value_unref (taints);
      return dd_array_empty ();
    }
  return taints;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* A sorted list of the different ones of one member of all nodes. */
static DdValue *
different (const Group *group, gsize offset)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < group->nodes->len; i++)
    {
      const char *text = G_STRUCT_MEMBER (char *, g_ptr_array_index (group->nodes, i), offset);

      if (text != NULL && !is_used (texts, text))
        g_ptr_array_add (texts, (gpointer) text);
    }
  g_ptr_array_sort (texts, compare_texts);
  for (guint i = 0; i < texts->len; i++)
    dd_builder_add (&list, dd_string (g_ptr_array_index (texts, i)));
  return dd_builder_end (&list);
}

/* ---- what AWS says ---- */

static DdValue *
non_empty (DdValue *value)
{
  g_autoptr (DdValue) its = value;

  return dd_value_length (its) > 0 ? g_steal_pointer (&its) : NULL;
}

static const char *
zone_of_subnet (const SimImport *self, const char *id)
{
  for (guint i = 0; i < self->subnets->len; i++)
    if (g_strcmp0 (dd_value_path_string (g_ptr_array_index (self->subnets, i), "SubnetId"), id)
        == 0)
      return dd_value_path_string (g_ptr_array_index (self->subnets, i), "AvailabilityZone");
  return NULL;
}

/* Those of its subnets, else of its Auto Scaling group, else of its nodes. */
static DdValue *
zones_of (const SimImport *self, const Group *group)
{
  const DdValue *subnets = dd_value_member (group->answer, "subnets");
  const DdValue *of_group = dd_value_member (group->group, "AvailabilityZones");
  g_autoptr (GPtrArray) zones = g_ptr_array_new ();
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (subnets); i++)
    {
      const char *zone = zone_of_subnet (self, dd_value_string (dd_value_element (subnets, i)));

      if (zone != NULL && !is_used (zones, zone))
        {
          g_ptr_array_add (zones, (gpointer) zone);
          dd_builder_add (&list, dd_string (zone));
        }
    }
  if (zones->len > 0)
    return dd_builder_end (&list);
  if (dd_value_length (of_group) > 0)
    return dd_value_ref (of_group);
  return different (group, G_STRUCT_OFFSET (SimImportNode, zone));
}

static gint64
size_of (const Group *group, const char *of_nodegroup, const char *of_group, gint64 fallback)
{
  gint64 size = dd_value_path_int (group->answer, of_nodegroup, fallback);

  return dd_value_path_int (group->group, of_group, size);
}

static void
tell_of_answer (SimImport *self, const Group *group)
{
  const char *status = dd_value_path_string (group->answer, "status");
  const DdValue *issues = dd_value_path (group->answer, "health.issues");
  const DdValue *suspended = dd_value_member (group->group, "SuspendedProcesses");

  if (group->answer == NULL)
    sim_import_tell (self, SIM_IMPORT_ASSUMED,
                     "node group %s: its size stays %u, and one node is updated at once; "
                     "aws eks describe-nodegroup knows",
                     group->name, group->nodes->len);
  else if (g_strcmp0 (status, "ACTIVE") != 0)
    sim_import_tell (self, SIM_IMPORT_ODD, "node group %s is %s", group->name,
                     status != NULL ? status : "of no status");
  for (gsize i = 0; i < dd_value_length (issues); i++)
    sim_import_tell (self, SIM_IMPORT_ODD, "node group %s: %s", group->name,
                     dd_value_path_string (dd_value_element (issues, i), "code"));
  for (gsize i = 0; i < dd_value_length (suspended); i++)
    sim_import_tell (self, SIM_IMPORT_LEFT_OUT, "node group %s: that its group has suspended %s",
                     group->name,
                     dd_value_path_string (dd_value_element (suspended, i), "ProcessName"));
}

/* ---- rows ---- */

static DdValue *
update_of (const Group *group)
{
  const DdValue *config = dd_value_member (group->answer, "updateConfig");
  static const char *const known[]
      = { "maxUnavailable", "maxUnavailablePercentage", "updateStrategy" };
  DdBuilder update = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    dd_builder_set (&update, known[i], dd_value_ref (dd_value_member (config, known[i])));
  return non_empty (dd_builder_end (&update));
}

static const char *
capacity_of (const Group *group)
{
  const char *told = dd_value_path_string (group->answer, "capacityType");

  if (told == NULL && group->nodes->len > 0)
    told = sim_import_node_label (g_ptr_array_index (group->nodes, 0),
                                  "eks.amazonaws.com/capacityType");
  return g_strcmp0 (told, "SPOT") == 0 ? "SPOT" : NULL;
}

static DdValue *
labels_of (const Group *group)
{
  const DdValue *told = dd_value_member (group->answer, "labels");

  if (group->answer != NULL)
    return told != NULL ? dd_value_ref (told) : dd_object_empty ();
  return common_labels (group);
}

static DdValue *
taints_of (const Group *group)
{
  if (group->answer != NULL)
    return with_effects (dd_value_member (group->answer, "taints"), 1);
  return common_taints (group);
}

static const char *
ami_type_of (const Group *group)
{
  const char *told = dd_value_path_string (group->answer, "amiType");

  if (told == NULL && group->nodes->len > 0)
    told = ((SimImportNode *) g_ptr_array_index (group->nodes, 0))->ami_type;
  return told != NULL ? told : "AL2023_x86_64_STANDARD";
}

static DdValue *
rows_of (const Group *group, const DdValue *usual)
{
  DdBuilder rows = dd_builder_array ();

  for (guint i = 0; i < group->nodes->len; i++)
    dd_builder_add (&rows, sim_import_node_row (g_ptr_array_index (group->nodes, i), usual));
  return dd_builder_end (&rows);
}

static DdValue *
types_of (const Group *group)
{
  const DdValue *told = dd_value_member (group->answer, "instanceTypes");

  return dd_value_length (told) > 0 ? dd_value_ref (told)
                                    : different (group, G_STRUCT_OFFSET (SimImportNode, type));
}

/* The release of most use: EKS's word, else that of the newest node. */
static const char *
release_of (const Group *group)
{
  const char *told = dd_value_path_string (group->answer, "releaseVersion");

  if (told == NULL && group->nodes->len > 0)
    told = ((SimImportNode *) g_ptr_array_index (group->nodes, 0))->release;
  return told;
}

static DdValue *
group_row (SimImport *self, const Group *group)
{
  gint64 n = group->nodes->len;
  gint64 desired = size_of (group, "scalingConfig.desiredSize", "DesiredCapacity", n);
  g_autoptr (DdValue) labels = labels_of (group);
  g_autoptr (DdValue) taints = taints_of (group);
  g_autoptr (DdValue) usual
      = dd_object ("labels", dd_value_ref (labels), "taints", dd_value_ref (taints), NULL);

  if (desired != n)
    sim_import_tell (self, SIM_IMPORT_ODD,
                     "node group %s wants %" G_GINT64_FORMAT " nodes and has %" G_GINT64_FORMAT,
                     group->name, desired, n);
  return dd_object ("name", dd_string (group->name), "desired", dd_int (desired), "min",
                    dd_int (size_of (group, "scalingConfig.minSize", "MinSize", desired)), "max",
                    dd_int (size_of (group, "scalingConfig.maxSize", "MaxSize", MAX (desired, 1))),
                    "release", dd_string (release_of (group)), "ami_type",
                    dd_string (ami_type_of (group)), "instance_types", non_empty (types_of (group)),
                    "capacity_type", dd_string (capacity_of (group)), "zones",
                    non_empty (zones_of (self, group)), "update", update_of (group), "labels",
                    non_empty (dd_value_ref (labels)), "taints",
                    non_empty (with_effects (taints, 0)), "nodes", rows_of (group, usual), NULL);
}

/* ---- what the world must know besides ---- */

/* "4", "3920m", "16Gi", "15896972Ki" in units of UNIT. */
static gint64
quantity (const DdValue *node, const char *path, gint64 unit)
{
  const char *text = dd_value_path_string (node, path);
  char *end = NULL;
  gdouble number = text != NULL ? g_ascii_strtod (text, &end) : 0;

  if (end == NULL || end == text || number < 0)
    return 0;
  if (*end == 'm')
    number /= 1000;
  else if (strcmp (end, "Ki") == 0)
    number *= 1024;
  else if (strcmp (end, "Mi") == 0)
    number *= 1024 * 1024;
  else if (strcmp (end, "Gi") == 0)
    number *= 1024.0 * 1024 * 1024;
  return (gint64) MIN (number / unit, 1e9);
}

/* A machine that no table knows is as large as a node on it says. */
static DdValue *
unknown_types (SimImport *self)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new ();
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SimImportNode *node = g_ptr_array_index (self->nodes, i);
      const char *arch = dd_value_path_string (node->object, "status.nodeInfo.architecture");

      if (node->type == NULL || is_used (told, node->type)
          || aws_cloud_instance_type (self->reference->cloud, node->type) != NULL)
        continue;
      g_ptr_array_add (told, node->type);
      dd_builder_add (
          &list,
          dd_object (
              "name", dd_string (node->type), "architecture",
              dd_string (g_strcmp0 (arch, "arm64") == 0 ? "arm64" : "x86_64"), "cpus",
              dd_int (MAX (quantity (node->object, "status.capacity.cpu", 1), 1)), "memory_mib",
              dd_int (MAX (quantity (node->object, "status.capacity.memory", 1024 * 1024), 256)),
              "interfaces", dd_int (4), "addresses", dd_int (15), NULL));
      sim_import_tell (self, SIM_IMPORT_ASSUMED,
                       "instance type %s is as large as node %s, and takes 58 pods", node->type,
                       node->name);
    }
  return non_empty (dd_builder_end (&list));
}

static gboolean
find_all_releases (SimImport *self, GPtrArray *groups, GPtrArray *loners, DdBuilder *releases,
                   GError **error)
{
  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = g_ptr_array_index (groups, i);
      const char *ami_type = ami_type_of (group);
      const char *told = dd_value_path_string (group->answer, "releaseVersion");

      if (strcmp (ami_type, "CUSTOM") == 0)
        {
          g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                       "node group %s: groups with images of their owner's are not imported yet",
                       group->name);
          return FALSE;
        }
      if (told != NULL && !take_release (self, ami_type, told, releases, error))
        return FALSE;
      if (!find_releases (self, group->nodes, ami_type, told, releases, error))
        return FALSE;
    }
  return find_releases (self, loners, NULL, NULL, releases, error);
}

static gboolean
check_zones (SimImport *self, GError **error)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SimImportNode *node = g_ptr_array_index (self->nodes, i);

      if (node->zone != NULL)
        continue;
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "node %s: it has no label topology.kubernetes.io/zone; aws ec2 "
                   "describe-instances would tell its zone",
                   node->name);
      return FALSE;
    }
  return TRUE;
}

gboolean
sim_import_add_groups (SimImport *self, DdBuilder *world, GError **error)
{
  g_autoptr (GPtrArray) groups = all_groups (self);
  g_autoptr (GPtrArray) loners = g_ptr_array_new ();
  g_auto (DdBuilder) releases = dd_builder_array ();
  g_auto (DdBuilder) rows = dd_builder_array ();
  g_auto (DdBuilder) others = dd_builder_array ();

  for (guint i = 0; i < self->nodes->len; i++)
    if (((SimImportNode *) g_ptr_array_index (self->nodes, i))->group == NULL)
      g_ptr_array_add (loners, g_ptr_array_index (self->nodes, i));
  if (!check_zones (self, error) || !find_all_releases (self, groups, loners, &releases, error))
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = g_ptr_array_index (groups, i);

      tell_of_answer (self, group);
      dd_builder_add (&rows, group_row (self, group));
      sim_import_tell (self, SIM_IMPORT_TOOK, "node group %s: %u node%s", group->name,
                       group->nodes->len, group->nodes->len == 1 ? "" : "s");
    }
  for (guint i = 0; i < loners->len; i++)
    dd_builder_add (&others, sim_import_node_row (g_ptr_array_index (loners, i), NULL));
  if (loners->len > 0)
    sim_import_tell (self, SIM_IMPORT_TOOK, "nodes of no managed group: %u", loners->len);
  dd_builder_set (world, "releases", non_empty (dd_builder_end (&releases)));
  dd_builder_set (world, "instance_types", unknown_types (self));
  dd_builder_set (world, "nodegroups", non_empty (dd_builder_end (&rows)));
  dd_builder_set (world, "nodes", non_empty (dd_builder_end (&others)));
  return TRUE;
}
