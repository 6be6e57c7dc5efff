/* SPDX-License-Identifier: Apache-2.0 */
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

/* EKS knows nothing of a group of one's own, and no release either: its image is the one that was
 * asked for, or whatever the latest version of its launch template names. */
static void
skip_to_group (DdEngine *self)
{
  self->nodegroup = dd_nodegroup_new_self_managed (
      self->options.scaling_group, self->cluster->version, self->options.max_unavailable);
  self->minor = g_strdup (self->cluster->version);
  self->image = g_strdup (self->options.image);
  self->release = g_strdup (self->options.image);
  dd_engine_enter (self, DD_STATE_READ_GROUP);
}

void
dd_setup_take_cluster (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  self->cluster = dd_cluster_from_reply (reply, &error);
  if (self->cluster == NULL)
    dd_engine_fail_with (self, error);
  else if (self->options.scaling_group != NULL)
    skip_to_group (self);
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

/* Amazon EKS User Guide, "Understand each phase of node updates", minimal strategy: no capacity
 * above what is configured, all nodes cordoned at the very start, an old node is terminated before
 * its replacement exists. */
static void
note_strategy (DdEngine *self)
{
  self->minimal = g_str_equal (self->nodegroup->strategy, "MINIMAL");
  if (self->minimal && self->options.knobs.mark_outdated == DD_MARK_TAINT)
    self->options.knobs.mark_outdated = DD_MARK_CORDON;
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
  note_strategy (self);
  if (!g_str_equal (self->minor, self->cluster->version)
      && !g_str_equal (self->minor, self->nodegroup->version))
    refuse (self,
            "Nodegroup Kubernetes version should be equal to Cluster kubernetes version %s or "
            "NodeGroup kubernetes version %s",
            self->cluster->version, self->nodegroup->version);
  else if (!g_str_equal (self->nodegroup->strategy, "DEFAULT") && !self->minimal)
    refuse (self, "update strategy %s is not known, only DEFAULT and MINIMAL",
            self->nodegroup->strategy);
  else if (self->options.template_version != NULL && !dd_source_is_there (self))
    refuse (self,
            "node group %s was made without a launch template, so it has no version %s of one",
            self->options.nodegroup, self->options.template_version);
  else if (dd_obstacles_pass_nodegroup (self))
    dd_engine_enter (self,
                     dd_source_is_there (self) ? DD_STATE_READ_SOURCE : DD_STATE_READ_RELEASE);
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

/* A release that came out meanwhile does not divert an update that is taken up again. */
static void
pin_release (DdEngine *self)
{
  if (self->journal == NULL)
    return;
  g_free (self->image);
  g_free (self->release);
  self->image = g_strdup (dd_value_path_string (self->journal, "image"));
  self->release = g_strdup (dd_value_path_string (self->journal, "release"));
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
  if (names.newest_alone && g_strcmp0 (self->release, self->options.release_version) != 0)
    {
      refuse (self,
              "Systems Manager knows the newest Windows release alone, which is %s and not %s",
              self->release, self->options.release_version);
      return;
    }
  if (self->options.release_version != NULL)
    {
      g_free (self->release);
      self->release = g_strdup (self->options.release_version);
    }
  pin_release (self);
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

static void
read_group_again (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  g_clear_pointer (&self->before, dd_scaling_group_free);
  dd_engine_enter (self, DD_STATE_READ_GROUP);
}

/* A roll-back goes on when whoever was told to leave has left: no more leave at once than may. */
static gboolean
somebody_leaves (const DdEngine *self)
{
  if (dd_value_member (self->journal, "failure") == NULL)
    return FALSE;
  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      if (g_str_has_prefix (instance->lifecycle, "Terminating"))
        return TRUE;
    }
  return FALSE;
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
  if (!dd_obstacles_pass_group (self))
    return;
  if (somebody_leaves (self))
    {
      dd_engine_wait (self, self->options.knobs.poll_interval, read_group_again);
      return;
    }
  group = self->before;
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      g_hash_table_add (self->known_instances, g_strdup (instance->id));
    }
  self->desired = group->desired;
  self->asked_max = group->max;
  dd_size_note_granted (self);
  self->parallelism
      = dd_plan_parallelism (self->nodegroup, group->desired, self->options.knobs.percent_rounding);
  dd_journal_recall (self);
  dd_engine_enter (self, DD_STATE_READ_TEMPLATE);
}

void
dd_setup_read_template (DdEngine *self)
{
  dd_engine_send (self, "DescribeLaunchTemplateVersions",
                  dd_ec2_describe_template_version (
                      self->before->template_id,
                      self->image == NULL ? "$Latest" : self->before->template_version));
}

static gboolean
take_image_of_template (DdEngine *self)
{
  if (self->template_->image == NULL)
    {
      refuse (self, "version %" G_GINT64_FORMAT " of launch template %s names no image",
              self->template_->number, self->template_->template_id);
      return FALSE;
    }
  self->image = g_strdup (self->template_->image);
  self->release = g_strdup (self->template_->image);
  return TRUE;
}

/* The version that the group points to needs no other beside it. */
static gboolean
is_what_is_wanted (const DdEngine *self)
{
  if (self->source != NULL && !DD_MUTANT (TRUST_THE_IMAGE))
    return dd_value_equal (self->template_->data, self->copy);
  return g_strcmp0 (self->template_->image, self->image) == 0;
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
  if (self->former_number == 0)
    self->former_number = self->template_->number;
  if (self->image == NULL && !take_image_of_template (self))
    return;
  if (self->source != NULL && !dd_source_copy (self, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  if (is_what_is_wanted (self))
    self->target_version = self->template_->number;
  dd_engine_enter (self, DD_STATE_READ_NODES);
}

/* What an engine before this one decided stays decided. */
static void
keep_former_plan (DdEngine *self, const GPtrArray *nodes)
{
  if (self->journal == NULL)
    return;
  dd_journal_keep_order (self);
  dd_journal_count_replaced (self, nodes);
  self->growth = dd_value_path_int (self->journal, "growth", self->growth);
}

/* A node that is not Ready serves nobody: where no capacity is added it goes before the others, so
 * that it does not count towards those that may be unavailable for long. */
static void
put_unready_first (GPtrArray *nodes)
{
  guint place = 0;

  for (guint i = 0; i < nodes->len; i++)
    if (((const DdKubeNode *) g_ptr_array_index (nodes, i))->not_ready != NULL)
      g_ptr_array_insert (nodes, (int) place++, g_ptr_array_steal_index (nodes, i));
}

static void
sort_out_nodes (DdEngine *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (self->journal == NULL)
        g_hash_table_add (self->known_nodes, g_strdup (node->name));
      if (!g_str_equal (node->image, self->image) || DD_MUTANT (REPLACE_UPDATED))
        g_ptr_array_add (self->outdated, dd_kube_node_ref (node));
    }
  dd_plan_order (self->outdated, self->options.knobs.node_choice, self->choice);
  self->growth = dd_plan_first_growth (self->options.knobs.scale_up, self->before->zones->len,
                                       self->parallelism, self->outdated, self->before->desired);
  dd_journal_plan (self);
  if (self->minimal)
    {
      self->growth = 0;
      put_unready_first (self->outdated);
    }
  if (DD_MUTANT (RAISE_BY_ONE))
    self->growth = 1;
}

static void
trace_start (DdEngine *self)
{
  g_auto (DdBuilder) zones = dd_builder_array ();

  for (guint i = 0; i < self->before->zones->len; i++)
    dd_builder_add (&zones, dd_string (g_ptr_array_index (self->before->zones, i)));
  dd_engine_trace (self, DD_EVENT_UPDATE_STARTED,
                   dd_object ("profile", dd_string (self->options.knobs.profile), "force",
                              dd_bool (self->options.force), "release", dd_string (self->release),
                              "image", dd_string (self->image), "parallelism",
                              dd_int (self->parallelism), "zones", dd_builder_end (&zones),
                              "strategy", self->minimal ? dd_string ("MINIMAL") : NULL,
                              "source_version", dd_source_version (self), NULL));
}

/* Nothing is to be replaced, and still the group is not what the update is to make of it: it waits
 * for what is missing, as at the end of any other. */
static gboolean
is_short (const DdEngine *self)
{
  return self->ready_before < self->before->desired && !DD_MUTANT (CALL_IT_DONE);
}

/* What follows when the group points to where it should. */
static DdState
state_after_pointing (const DdEngine *self)
{
  if (self->journal != NULL && self->told > DD_PHASE_SETUP)
    return dd_journal_state (self);
  if (self->outdated->len > 0)
    return dd_engine_first_state (self);
  return is_short (self) ? DD_STATE_READ_SIZE : dd_reference_last_state (self);
}

static DdState
state_after_reading (const DdEngine *self)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);
  const char *points_to
      = self->points_to != NULL ? self->points_to : self->before->template_version;

  if (self->plan_done != NULL)
    return DD_STATE_PLANNED;
  if (self->failed)
    return dd_journal_state (self);
  if (self->target_version == 0)
    return DD_STATE_MAKE_TEMPLATE_VERSION;
  if (!g_str_equal (points_to, number))
    return DD_STATE_REPOINT; /* "$Latest" would change under our feet */
  return state_after_pointing (self);
}

/* Only what is new is told: a journal has heard how the update began. */
static void
begin (DdEngine *self)
{
  if (self->plan_done != NULL)
    return;
  if (self->journal == NULL)
    trace_start (self);
  else
    dd_engine_trace (self, DD_EVENT_UPDATE_RESUMED,
                     dd_object ("outdated", dd_int (self->outdated->len), "replaced",
                                dd_int (self->replaced), "failed", dd_bool (self->failed), NULL));
  dd_journal_note (self);
}

void
dd_setup_go_on (DdEngine *self)
{
  begin (self);
  dd_obstacles_tell (self);
  dd_engine_enter (self, state_after_reading (self));
}

static gint64
count_ready (const GPtrArray *nodes)
{
  gint64 count = 0;

  for (guint i = 0; i < nodes->len; i++)
    count += ((const DdKubeNode *) g_ptr_array_index (nodes, i))->not_ready == NULL;
  return count;
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
  if (self->journal == NULL)
    self->ready_before = count_ready (nodes);
  else
    dd_vanished_forget (self, nodes);
  sort_out_nodes (self, nodes);
  keep_former_plan (self, nodes);
  if (!dd_obstacles_pass (self, nodes))
    return;
  if (dd_obstacles_want_subnets (self))
    dd_engine_enter (self, DD_STATE_READ_SUBNETS);
  else
    dd_setup_go_on (self);
}

void
dd_setup_read_nodes (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_ALL, take_nodes);
}

static DdRequest *
new_template_version (const DdEngine *self, const char *user_data)
{
  if (self->source != NULL)
    return dd_ec2_create_template_version_of (self->template_->template_id, self->copy,
                                              self->release, self->token);
  return dd_ec2_create_template_version (self->template_, self->image, user_data, self->release,
                                         self->token);
}

void
dd_setup_make_template_version (DdEngine *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *user_data = NULL;

  if (self->source == NULL && self->options.scaling_group == NULL)
    user_data = dd_user_data_retarget (self->template_->user_data, self->image, &error);
  if (error != NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  if (self->token == NULL)
    self->token = self->options.token != NULL ? g_strdup (self->options.token)
                                              : dd_random_uuid (self->names);
  dd_journal_note (self);
  dd_engine_send (self, "CreateLaunchTemplateVersion", new_template_version (self, user_data));
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
  dd_engine_trace (self, DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED,
                   dd_object ("template", dd_string (self->template_->template_id), "version",
                              dd_string_printf ("%" G_GINT64_FORMAT, self->target_version), "image",
                              dd_string (self->image), NULL));
  dd_engine_enter (self, DD_STATE_REPOINT);
}

void
dd_setup_repoint (DdEngine *self)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);

  self->repointed = TRUE;
  if (DD_MUTANT (KEEP_TEMPLATE))
    {
      dd_engine_enter (self, dd_engine_first_state (self));
      return;
    }
  dd_engine_send (self, "UpdateAutoScalingGroup", dd_autoscaling_repoint (self->before, version));
}

void
dd_setup_take_repointed (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  dd_engine_trace (self, DD_EVENT_GROUP_REPOINTED,
                   dd_object ("group", dd_string (self->before->name), "version",
                              dd_string_printf ("%" G_GINT64_FORMAT, self->target_version), NULL));
  dd_engine_enter (self, state_after_pointing (self));
}
