/* Setup: reads everything, decides, and only then makes a new version of the launch template and
 * points the Auto Scaling group to it (Amazon EKS User Guide, "Understand each phase of node
 * updates", setup phase). A group that a former update left there already is not changed again. */
#include "config.h"

#include "aws/ssm.h"
#include "base/error.h"
#include "engine/private.h"
#include "engine/mutant.h"
#include "engine/release.h"
#include "engine/user-data.h"

static void refuse (DdEngine *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* What the service would not have accepted in the first place. */
static void
refuse (DdEngine *self, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, arguments);
  va_end (arguments);
  dd_engine_fail_with (self, error);
}

void
dd_setup_read_cluster (DdEngine *self)
{
  dd_engine_send (self, "DescribeCluster", dd_eks_describe_cluster (self->options.cluster));
}

void
dd_setup_take_cluster (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  self->cluster = dd_cluster_from_reply (reply, &error);
  if (self->cluster == NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_READ_NODEGROUP);
}

void
dd_setup_read_nodegroup (DdEngine *self)
{
  dd_engine_send (self, "DescribeNodegroup",
                  dd_eks_describe_nodegroup (self->options.cluster, self->options.nodegroup));
}

/* The version asked for; the group's own when only a release was; else the cluster's (EKS API
 * Reference, UpdateNodegroupVersion). */
static void
choose_minor (DdEngine *self)
{
  const char *minor = self->cluster->version;

  if (self->options.version != NULL)
    minor = self->options.version;
  else if (self->options.release_version != NULL)
    minor = self->nodegroup->version;
  self->minor = g_strdup (minor);
}

void
dd_setup_take_nodegroup (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  self->nodegroup = dd_nodegroup_from_reply (reply, &error);
  if (self->nodegroup == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  choose_minor (self);
  if (!g_str_equal (self->minor, self->cluster->version)
      && !g_str_equal (self->minor, self->nodegroup->version))
    refuse (self,
            "Nodegroup Kubernetes version should be equal to Cluster kubernetes version %s or "
            "NodeGroup kubernetes version %s",
            self->cluster->version, self->nodegroup->version);
  else if (!g_str_equal (self->nodegroup->strategy, "DEFAULT"))
    refuse (self, "update strategy %s is not supported, only DEFAULT", self->nodegroup->strategy);
  else
    dd_engine_enter (self, DD_STATE_READ_RELEASE);
}

static gboolean
release_names (DdEngine *self, DdReleaseNames *names, GError **error)
{
  return dd_release_names (self->nodegroup->ami_type, self->minor, self->options.release_version,
                           names, error);
}

void
dd_setup_read_release (DdEngine *self)
{
  g_auto (DdReleaseNames) names = { NULL };
  g_autoptr (GError) error = NULL;

  if (!release_names (self, &names, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  dd_engine_send (self, "GetParameters",
                  dd_ssm_get_parameters (
                      (const char *[]) { names.image_parameter, names.release_parameter, NULL }));
}

void
dd_setup_take_release (DdEngine *self, const DdReply *reply)
{
  g_auto (DdReleaseNames) names = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) values = dd_parameters_from_reply (reply, &error);

  if (values == NULL || !release_names (self, &names, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  self->image = g_strdup (g_hash_table_lookup (values, names.image_parameter));
  self->release = g_strdup (g_hash_table_lookup (values, names.release_parameter));
  if (self->options.release_version != NULL)
    {
      g_free (self->release);
      self->release = g_strdup (self->options.release_version);
    }
  if (self->image == NULL || self->release == NULL)
    refuse (self, "Systems Manager has no parameter %s",
            self->image == NULL ? names.image_parameter : names.release_parameter);
  else
    dd_engine_enter (self, DD_STATE_READ_GROUP);
}

void
dd_setup_read_group (DdEngine *self)
{
  dd_engine_send (self, "DescribeAutoScalingGroups",
                  dd_autoscaling_describe_group (self->nodegroup->scaling_group, TRUE));
}

void
dd_setup_take_group (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  const DdScalingGroup *group;

  self->before = dd_scaling_group_from_reply (reply, self->nodegroup->scaling_group, &error);
  if (self->before == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  group = self->before;
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      g_hash_table_add (self->known_instances, g_strdup (instance->id));
    }
  self->desired = group->desired;
  self->parallelism
      = dd_plan_parallelism (self->nodegroup, group->desired, self->options.knobs.percent_rounding);
  dd_engine_enter (self, DD_STATE_READ_TEMPLATE);
}

void
dd_setup_read_template (DdEngine *self)
{
  dd_engine_send (
      self, "DescribeLaunchTemplateVersions",
      dd_ec2_describe_template_version (self->before->template_id, self->before->template_version));
}

void
dd_setup_take_template (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  self->template_ = dd_template_version_from_reply (reply, &error);
  if (self->template_ == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  if (g_strcmp0 (self->template_->image, self->image) == 0)
    self->target_version = self->template_->number;
  dd_engine_enter (self, DD_STATE_READ_NODES);
}

static void
sort_out_nodes (DdEngine *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      g_hash_table_add (self->known_nodes, g_strdup (node->name));
      if (!g_str_equal (node->image, self->image) || DD_MUTANT (REPLACE_UPDATED))
        g_ptr_array_add (self->outdated, dd_kube_node_ref (node));
    }
  dd_plan_order (self->outdated, self->options.knobs.node_choice, self->choice);
  self->growth = dd_plan_first_growth (self->options.knobs.scale_up, self->before->zones->len,
                                       self->parallelism, self->outdated, self->before->desired);
  if (DD_MUTANT (RAISE_BY_ONE))
    self->growth = 1;
}

static void
trace_start (DdEngine *self)
{
  g_auto (DdBuilder) zones = dd_builder_array ();

  for (guint i = 0; i < self->before->zones->len; i++)
    dd_builder_add (&zones, dd_string (g_ptr_array_index (self->before->zones, i)));
  dd_engine_trace (self, "update.started",
                   dd_object ("profile", dd_string (self->options.knobs.profile), "force",
                              dd_bool (self->options.force), "release", dd_string (self->release),
                              "image", dd_string (self->image), "parallelism",
                              dd_int (self->parallelism), "zones", dd_builder_end (&zones), NULL));
}

static DdState
state_after_reading (const DdEngine *self)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, self->template_->number);

  if (self->plan_done != NULL)
    return DD_STATE_PLANNED;
  if (self->target_version == 0)
    return DD_STATE_MAKE_TEMPLATE_VERSION;
  if (!g_str_equal (self->before->template_version, number))
    return DD_STATE_REPOINT; /* "$Latest" would change under our feet */
  return self->outdated->len == 0 ? DD_STATE_SUCCEEDED : DD_STATE_RAISE;
}

static void
take_nodes (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  sort_out_nodes (self, nodes);
  if (self->plan_done == NULL)
    trace_start (self);
  dd_engine_enter (self, state_after_reading (self));
}

void
dd_setup_read_nodes (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_ALL, take_nodes);
}

void
dd_setup_make_template_version (DdEngine *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = dd_random_uuid (self->names);
  g_autofree char *user_data
      = dd_user_data_retarget (self->template_->user_data, self->image, &error);

  if (user_data == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  dd_engine_send (self, "CreateLaunchTemplateVersion",
                  dd_ec2_create_template_version (self->template_, self->image, user_data,
                                                  self->release, token));
}

void
dd_setup_take_template_version (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  if (!dd_template_version_number_from_reply (reply, &self->target_version, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  dd_engine_trace (self, "launch-template.version-created",
                   dd_object ("id", dd_string (self->template_->template_id), "version",
                              dd_int (self->target_version), "image", dd_string (self->image),
                              NULL));
  dd_engine_enter (self, DD_STATE_REPOINT);
}

void
dd_setup_repoint (DdEngine *self)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);

  self->repointed = TRUE;
  if (DD_MUTANT (KEEP_TEMPLATE))
    {
      dd_engine_enter (self, DD_STATE_RAISE);
      return;
    }
  dd_engine_send (self, "UpdateAutoScalingGroup", dd_autoscaling_repoint (self->before, version));
}

void
dd_setup_take_repointed (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  dd_engine_trace (self, "group.repointed",
                   dd_object ("group", dd_string (self->before->name), "version",
                              dd_int (self->target_version), NULL));
  dd_engine_enter (self, self->outdated->len == 0 ? DD_STATE_SUCCEEDED : DD_STATE_RAISE);
}
