/* SPDX-License-Identifier: Apache-2.0 */
/* What would stop an update is read before anything is written. Some of it ends the update there
 * and then, with the one thing that a person can do about it: instances that are nodes of another
 * cluster, a group that EKS looks after, a process of Auto Scaling without which no update can come
 * to an end. The rest only hinders: it is told, and the update goes on.
 *
 * An update that is taken up again is past all that: it has written, and must go on. */
#include "config.h"

#include "engine/private.h"

#include "engine/mutant.h"

#define MAX_NAMES 3

/* Nothing was written, and nothing needs to be put back. Takes EXPLANATION. */
static gboolean
refuse (DdEngine *self, const char *code, const char *message, char *explanation)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (ids, g_strdup (self->nodegroup->scaling_group));
  self->result.refused = TRUE;
  dd_engine_fail (self, code, message, ids, explanation);
  return FALSE;
}

/* "i-1, i-2, i-3 and 4 more" */
static char *
some_names (GPtrArray *names)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, MAX_NAMES); i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "" : ", ", (char *) g_ptr_array_index (names, i));
  if (names->len > MAX_NAMES)
    g_string_append_printf (out, " and %u more", names->len - MAX_NAMES);
  return g_string_free (out, FALSE);
}

/* ---- a group that EKS looks after ---- */

/* EKS API Reference, NodegroupStatus: while EKS changes a group no second one should. */
gboolean
dd_obstacles_pass_nodegroup (DdEngine *self)
{
  static const char *const busy[] = { "CREATING", "UPDATING", "DELETING", NULL };
  const char *status = self->nodegroup->status;
  g_autofree char *message = NULL;

  if (!self->options.alone || status == NULL || !g_strv_contains (busy, status))
    return TRUE;
  message = g_strdup_printf ("node group %s is %s: EKS itself is changing it",
                             self->options.nodegroup, status);
  return refuse (self, "ConfigurationConflict", message,
                 g_strdup_printf ("wait until it is ACTIVE again; drydock watch --cluster %s "
                                  "--nodegroup %s shows an update that is under way",
                                  self->options.cluster, self->options.nodegroup));
}

/* A node group that was deleted and made anew under its name was not what the journal is of. */
static gboolean
refuse_journal (DdEngine *self, const char *former)
{
  g_autofree char *message
      = g_strdup_printf ("the unfinished update is of Auto Scaling group %s, and %s has %s now",
                         former, self->options.nodegroup, self->before->name);

  return refuse (self, "ConfigurationConflict", message,
                 g_strdup ("the group has been made anew; --abandon sets the journal aside"));
}

/* Amazon EKS User Guide, "Troubleshoot problems with Amazon EKS clusters and nodes",
 * Ec2LaunchTemplateVersionMismatch. */
gboolean
dd_obstacles_pass_group (DdEngine *self)
{
  const DdScalingGroup *group = self->before;
  const char *former = dd_value_path_string (self->journal, "group");
  g_autofree char *message = NULL;

  if (former != NULL && !g_str_equal (former, group->name))
    return refuse_journal (self, former);
  if (self->journal != NULL || !self->options.spares_managed || group->nodegroup == NULL)
    return TRUE;
  message = g_strdup_printf (
      "Auto Scaling group %s belongs to the managed node group %s, which EKS would call DEGRADED "
      "(Ec2LaunchTemplateVersionMismatch) and update no more",
      group->name, group->nodegroup);
  return refuse (self, "OperationNotPermitted", message,
                 g_strdup_printf ("let EKS do it: drydock watch --cluster %s --nodegroup %s "
                                  "--start; or, to do it all the same, --take-over-managed",
                                  self->options.cluster, group->nodegroup));
}

/* ---- the right cluster ---- */

static gboolean
is_in_service (const DdGroupInstance *instance)
{
  return g_strcmp0 (instance->lifecycle, "InService") == 0;
}

/* The instances in service that are none of NODES; of char *, borrowed. */
static GPtrArray *
strangers (const DdEngine *self, GPtrArray *nodes, guint *out_in_service)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->instance != NULL)
        g_hash_table_add (known, node->instance);
    }
  *out_in_service = 0;
  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      *out_in_service += is_in_service (instance);
      if (is_in_service (instance) && !g_hash_table_contains (known, instance->id))
        g_ptr_array_add (found, instance->id);
    }
  return found;
}

static gboolean
refuse_cluster (DdEngine *self, GPtrArray *instances)
{
  g_autofree char *names = some_names (instances);
  const char *server = self->options.api_server;
  const char *endpoint = self->cluster->endpoint == NULL ? "?" : self->cluster->endpoint;
  g_autofree char *message = NULL;

  if (server == NULL)
    server = endpoint;
  message = g_strdup_printf ("none of the instances in service in Auto Scaling group %s (%s) is a "
                             "node of group %s at the API server that was asked, %s",
                             self->before->name, names, self->options.nodegroup, server);
  return refuse (self, "K8sResourceNotFound", message,
                 g_strdup_printf (
                     "EKS says that cluster %s is at %s; name its API server by another --context "
                     "or --kubeconfig, or leave both out. Where it is the right one, the "
                     "instances have not joined it: look at their user data, their role and "
                     "their way to the API server",
                     self->options.cluster, endpoint));
}

/* ---- nobody to replace ---- */

static gboolean
none_is_ready (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    if (((const DdKubeNode *) g_ptr_array_index (nodes, i))->not_ready == NULL)
      return FALSE;
  return TRUE;
}

/* With no node to replace an update would be a success at once. EKS calls its groups DEGRADED when
 * their instances do not join, and updates them no more; of a group of one's own nobody else says
 * it. */
static gboolean
lacks_its_nodes (const DdEngine *self, GPtrArray *nodes)
{
  return self->options.scaling_group != NULL && self->outdated->len == 0
         && self->before->desired > 0 && none_is_ready (nodes);
}

static gboolean
refuse_without_nodes (DdEngine *self)
{
  const char *group = self->before->name;
  g_autofree char *message = g_strdup_printf ("Auto Scaling group %s wants %" G_GINT64_FORMAT
                                              " nodes and has none that is Ready, so there "
                                              "is nothing to replace",
                                              group, self->before->desired);

  return refuse (self, "NodeCreationFailure", message,
                 g_strdup_printf ("see why its instances do not become nodes: aws autoscaling "
                                  "describe-scaling-activities --auto-scaling-group-name %s, then "
                                  "kubectl get nodes; start the update when one is Ready",
                                  group));
}

/* ---- what only hinders ---- */

static void warn (DdEngine *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (DdEngine *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
warn_of_strangers (DdEngine *self, GPtrArray *instances)
{
  g_autofree char *names = some_names (instances);

  if (instances->len > 0)
    warn (self,
          "in service in Auto Scaling group %s and no node of the cluster: %s; not replaced unless "
          "they join meanwhile",
          self->before->name, names);
}

/* Amazon EC2 Auto Scaling User Guide, "Suspend and resume processes": without AZRebalance zones
 * that have become uneven stay so; new instances still go where the fewest are. */
static void
warn_of_rebalance (DdEngine *self)
{
  if (dd_scaling_group_suspends (self->before, "AZRebalance"))
    warn (self,
          "process AZRebalance of Auto Scaling group %s is suspended: its zones may be uneven "
          "afterwards",
          self->before->name);
}

/* Termination by name, as of outdated nodes, does not ask for protection from scale-in; whatever is
 * new leaves by scale-in, which does (Amazon EC2 Auto Scaling User Guide, "Use instance scale-in
 * protection"). */
static void
warn_of_protection (DdEngine *self)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new ();
  g_autofree char *names = NULL;

  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      if (instance->protected_ && dd_group_instance_counts (instance))
        g_ptr_array_add (instances, instance->id);
    }
  names = some_names (instances);
  if (self->before->protects_new && self->growth > 0)
    warn (self,
          "Auto Scaling group %s protects new instances from scale-in: those that the update adds "
          "would stay; aws autoscaling update-auto-scaling-group --auto-scaling-group-name %s "
          "--no-new-instances-protected-from-scale-in",
          self->before->name, self->before->name);
  if (instances->len > 0)
    warn (self, "protected from scale-in in Auto Scaling group %s: %s; replaced all the same",
          self->before->name, names);
}

/* Amazon EC2 Auto Scaling User Guide, "Temporarily remove instances from your Auto Scaling group".
 */
static void
warn_of_standby (DdEngine *self)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new ();
  g_autofree char *names = NULL;

  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      if (g_strcmp0 (instance->lifecycle, "Standby") == 0
          || g_strcmp0 (instance->lifecycle, "EnteringStandby") == 0)
        g_ptr_array_add (instances, instance->id);
    }
  names = some_names (instances);
  if (instances->len > 0)
    warn (self, "on standby in Auto Scaling group %s: %s; let them go back into service first",
          self->before->name, names);
}

static void
warn_of_latest (DdEngine *self)
{
  if (dd_reference_moves_at_once (self) && self->outdated->len > 0)
    warn (self,
          "Auto Scaling group %s refers to $Latest of launch template %s: the version that the "
          "update makes is what every group that refers so launches from at once",
          self->before->name, self->before->template_id);
}

/* ---- subnets ---- */

gboolean
dd_obstacles_want_subnets (const DdEngine *self)
{
  return self->options.alone && self->journal == NULL && self->outdated->len > 0
         && self->before->subnets->len > 0;
}

/* As many instances as may be launched in one zone before the first one has left. */
static gint64
launches_in_a_zone (const DdEngine *self)
{
  gint64 zones = MAX (self->before->zones->len, 1);

  return (self->growth + self->parallelism + zones - 1) / zones;
}

/* A node takes one network interface full of addresses for its pods (amazon-vpc-cni-k8s,
 * docs/eni-and-ip-target.md); ten are those of a large instance. */
#define ADDRESSES_OF_A_NODE 10

static void
warn_of_subnets (DdEngine *self, GPtrArray *subnets)
{
  gint64 needed = launches_in_a_zone (self) * ADDRESSES_OF_A_NODE;

  for (guint i = 0; i < subnets->len; i++)
    {
      const DdSubnet *subnet = g_ptr_array_index (subnets, i);

      if (subnet->free_addresses < needed)
        warn (self,
              "subnet %s in %s has %" G_GINT64_FORMAT " free addresses, and the update may launch "
              "%" G_GINT64_FORMAT " instances there, each of which takes some for its pods",
              subnet->id, subnet->zone, subnet->free_addresses, launches_in_a_zone (self));
    }
}

/* Who may not read subnets can update all the same. */
static void
take_subnets (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (GError) trouble = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (GPtrArray) subnets = error == NULL ? dd_subnets_from_reply (reply, &trouble) : NULL;

  self->call = 0;
  if (subnets != NULL)
    warn_of_subnets (self, subnets);
  else
    warn (self, "whether its subnets have free addresses is not known: %s", trouble->message);
  dd_setup_go_on (self);
}

void
dd_obstacles_read_subnets (DdEngine *self)
{
  self->call = dd_caller_send (self->caller, "DescribeSubnets",
                               dd_ec2_describe_subnets (self->before->subnets), take_subnets, self);
}

/* ---- what no update gets past ---- */

static gboolean
refuse_suspended (DdEngine *self, const char *process, const char *code, const char *effect)
{
  const char *group = self->before->name;
  g_autofree char *message = g_strdup_printf (
      "process %s of Auto Scaling group %s is suspended, so %s", process, group, effect);

  return refuse (self, code, message,
                 g_strdup_printf ("process %s is suspended; resume it: aws autoscaling "
                                  "resume-processes --auto-scaling-group-name %s "
                                  "--scaling-processes %s",
                                  process, group, process));
}

static gboolean
processes_run (DdEngine *self)
{
  if (self->outdated->len == 0 || DD_MUTANT (TRUST_THE_PROCESSES))
    return TRUE;
  if (dd_scaling_group_suspends (self->before, "Launch"))
    return refuse_suspended (self, "Launch", "NodeCreationFailure", "no new node would come");
  if (dd_scaling_group_suspends (self->before, "Terminate") && self->growth > 0)
    return refuse_suspended (self, "Terminate", "ConfigurationConflict",
                             "the nodes that the update adds would stay");
  return TRUE;
}

gboolean
dd_obstacles_pass (DdEngine *self, GPtrArray *nodes)
{
  guint in_service;
  g_autoptr (GPtrArray) absent = strangers (self, nodes, &in_service);

  for (guint i = 0; i < absent->len; i++)
    g_hash_table_add (self->strangers, g_strdup (g_ptr_array_index (absent, i)));
  if (self->journal != NULL)
    return TRUE;
  if (in_service > 0 && absent->len == in_service && !DD_MUTANT (TRUST_THE_CLUSTER))
    return refuse_cluster (self, absent);
  if (lacks_its_nodes (self, nodes))
    return refuse_without_nodes (self);
  if (!processes_run (self))
    return FALSE;
  warn_of_strangers (self, absent);
  warn_of_rebalance (self);
  warn_of_protection (self);
  warn_of_standby (self);
  warn_of_latest (self);
  return TRUE;
}

void
dd_obstacles_tell (DdEngine *self)
{
  for (guint i = 0; self->plan_done == NULL && i < self->warnings->len; i++)
    dd_engine_trace (self, DD_EVENT_UPDATE_WARNED,
                     dd_object ("reason", dd_string (g_ptr_array_index (self->warnings, i)), NULL));
}
