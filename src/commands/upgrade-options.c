/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/upgrade-options.h"

#include "base/error.h"

void
dd_upgrade_flags_clear (DdUpgradeFlags *flags)
{
  dd_connection_flags_clear (&flags->connection);
  g_free (flags->cluster);
  g_free (flags->nodegroup);
  g_free (flags->scaling_group);
  g_free (flags->image);
  g_free (flags->release);
  g_free (flags->version);
  g_free (flags->template_version);
  g_free (flags->profile);
  g_free (flags->trace);
  g_free (flags->report);
  g_free (flags->metrics);
  g_free (flags->journal);
  g_strfreev (flags->knobs);
}

/* ---- what they say ---- */

static gboolean
take_knob (DdKnobs *knobs, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);

  if (g_strv_length (parts) == 2)
    return dd_knobs_set (knobs, parts[0], parts[1], error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--knob %s: write it as NAME=VALUE", text);
  return FALSE;
}

static gboolean
take_knobs (const DdUpgradeFlags *flags, DdKnobs *knobs, GError **error)
{
  const char *profile = flags->profile == NULL ? "workshop" : flags->profile;

  if (!dd_knobs_from_profile (profile, knobs, error))
    return FALSE;
  for (guint i = 0; flags->knobs != NULL && flags->knobs[i] != NULL; i++)
    if (!take_knob (knobs, flags->knobs[i], error))
      return FALSE;
  return TRUE;
}

/* What is wrong with the choice of a group; NULL: nothing. */
static const char *
complaint_about_target (const DdUpgradeFlags *flags)
{
  gboolean own = flags->scaling_group != NULL;

  if (flags->cluster == NULL)
    return "--cluster is missing; see drydock upgrade --help";
  if (flags->nodegroup == NULL && !own)
    return "--nodegroup is missing; see drydock upgrade --help";
  if (flags->nodegroup != NULL && own)
    return "--nodegroup and --asg: name one of them";
  if (own && (flags->release != NULL || flags->version != NULL))
    return "--asg has no releases; --image-id says what its nodes shall run";
  if (own && flags->template_version != NULL)
    return "--launch-template-version goes with --nodegroup, and a group that was made with one";
  if (!own && (flags->image != NULL || flags->max_unavailable >= 0))
    return "--image-id and --max-unavailable go with --asg; a managed group has its own";
  if (flags->max_unavailable == 0 || flags->max_unavailable < -1 || flags->max_unavailable > 100)
    return "--max-unavailable takes a number from 1 to 100";
  if (flags->resume && flags->abandon)
    return "--resume and --abandon: an unfinished update goes on or is given up, not both";
  return NULL;
}

static gboolean
check_target (const DdUpgradeFlags *flags, GError **error)
{
  const char *complaint = complaint_about_target (flags);

  if (complaint != NULL)
    g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, complaint);
  return complaint == NULL;
}

/* EKS calls a managed group DEGRADED whose Auto Scaling group somebody else has repointed, and
 * updates it no more (Amazon EKS User Guide, "Troubleshoot problems with Amazon EKS clusters and
 * nodes", Ec2LaunchTemplateVersionMismatch). Whether --asg names such a group the engine will see.
 */
static gboolean
leave_managed_to_eks (const DdUpgradeFlags *flags, DdUpgradeOptions *options, GError **error)
{
  if (flags->take_over_managed)
    return TRUE;
  if (!dd_connection_flags_mean_aws (&flags->connection, &options->spares_managed, error))
    return FALSE;
  if (!options->spares_managed || flags->scaling_group != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s is a managed node group, and EKS would call it DEGRADED "
               "(Ec2LaunchTemplateVersionMismatch) and update it no more; let EKS do it: drydock "
               "watch --cluster %s --nodegroup %s --start; or, to do it all the same, "
               "--take-over-managed",
               flags->nodegroup, flags->cluster, flags->nodegroup);
  return FALSE;
}

gboolean
dd_upgrade_flags_to_options (const DdUpgradeFlags *flags, DdUpgradeOptions *out_options,
                             GError **error)
{
  DdUpgradeOptions options = {
    .cluster = flags->cluster,
    .nodegroup = flags->scaling_group != NULL ? flags->scaling_group : flags->nodegroup,
    .scaling_group = flags->scaling_group,
    .image = flags->image,
    .max_unavailable = MAX (flags->max_unavailable, 1),
    .version = flags->version,
    .release_version = flags->release,
    .template_version = flags->template_version,
    .force = flags->force,
    .alone = TRUE,
  };

  if (!check_target (flags, error))
    return FALSE;
  if (!take_knobs (flags, &options.knobs, error) || !leave_managed_to_eks (flags, &options, error))
    return FALSE;
  *out_options = options;
  return TRUE;
}

DdValue *
dd_upgrade_flags_to_target (const DdUpgradeFlags *flags, const DdUpgradeOptions *options)
{
  return dd_object (
      "api_server", dd_string (options->api_server), "cluster", dd_string (flags->cluster),
      "nodegroup", dd_string (flags->nodegroup), "asg", dd_string (flags->scaling_group), "release",
      dd_string (flags->release), "version", dd_string (flags->version), "launch_template_version",
      dd_string (flags->template_version), "image", dd_string (flags->image), "max_unavailable",
      flags->max_unavailable > 0 ? dd_int (flags->max_unavailable) : NULL, "knobs",
      dd_knobs_to_value (&options->knobs), NULL);
}

/* ---- how they are written; one group of entries for one subject ---- */

static void
add_target (GOptionContext *context, DdUpgradeFlags *flags)
{
  const GOptionEntry entries[] = {
    { "cluster", 0, 0, G_OPTION_ARG_STRING, &flags->cluster, "The EKS cluster", "NAME" },
    { "nodegroup", 0, 0, G_OPTION_ARG_STRING, &flags->nodegroup, "The managed node group", "NAME" },
    { "asg", 0, 0, G_OPTION_ARG_STRING, &flags->scaling_group,
      "Instead: a group of one's own, by its Auto Scaling group", "NAME" },
    { "image-id", 0, 0, G_OPTION_ARG_STRING, &flags->image,
      "With --asg: the AMI (that of the launch template's latest version)", "AMI" },
    { "max-unavailable", 0, 0, G_OPTION_ARG_INT64, &flags->max_unavailable,
      "With --asg: how many nodes are replaced at once (1)", "N" },
    { "release-version", 0, 0, G_OPTION_ARG_STRING, &flags->release,
      "The AMI release (the newest of the Kubernetes version)", "R" },
    { "kubernetes-version", 0, 0, G_OPTION_ARG_STRING, &flags->version,
      "The Kubernetes version (the cluster's)", "V" },
    { "launch-template-version", 0, 0, G_OPTION_ARG_STRING, &flags->template_version,
      "Of the launch template that the group was made with (the one it runs)", "N" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_manner (GOptionContext *context, DdUpgradeFlags *flags)
{
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &flags->force,
      "Delete pods that could not be evicted in time", NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &flags->dry_run, "Print the plan and change nothing",
      NULL },
    { "take-over-managed", 0, 0, G_OPTION_ARG_NONE, &flags->take_over_managed,
      "At AWS: update a managed group too, which EKS then calls DEGRADED", NULL },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &flags->profile,
      "Whose behaviour: workshop, documented or observed (workshop)", "P" },
    { "knob", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->knobs, "Change one detail of the profile",
      "NAME=VALUE" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &flags->seed, "The seed of every random choice (1)", "N" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_journal (GOptionContext *context, DdUpgradeFlags *flags)
{
  const GOptionEntry entries[] = {
    { "journal", 0, 0, G_OPTION_ARG_FILENAME, &flags->journal,
      "Where the update is remembered until it is over (a file of the group's own in "
      "$XDG_STATE_HOME/drydock)",
      "FILE" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &flags->resume,
      "Only go on with an unfinished update; begin none", NULL },
    { "abandon", 0, 0, G_OPTION_ARG_NONE, &flags->abandon,
      "Begin anew: set the journal of an unfinished update aside", NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_output (GOptionContext *context, DdUpgradeFlags *flags)
{
  const GOptionEntry entries[] = {
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &flags->trace, "Write every event as a line of JSON",
      "FILE" },
    { "report", 0, 0, G_OPTION_ARG_FILENAME, &flags->report, "Write what the run came to, as JSON",
      "FILE" },
    { "metrics-file", 0, 0, G_OPTION_ARG_FILENAME, &flags->metrics,
      "Keep OpenMetrics text here while it goes on", "FILE" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static const char description[]
    = "Knobs (--knob NAME=VALUE), as the profile workshop sets them:\n%s\n"
      "Examples:\n"
      "  drydock upgrade --cluster eks-workshop --nodegroup default \\\n"
      "                  --endpoint-url http://127.0.0.1:4566 --dry-run\n"
      "  drydock upgrade --cluster eks-workshop --nodegroup default \\\n"
      "                  --endpoint-url http://127.0.0.1:4566 --knob drain_budget=5m --force\n"
      "  drydock upgrade --cluster shop --asg shop-nodes --image-id ami-0123456789abcdef0 \\\n"
      "                  --aws-profile shop --qps 10\n"
      "\n"
      "An update that was interrupted or killed goes on with the same command: it is remembered "
      "in\n"
      "the journal, which goes when the update is over. While one drydock upgrade is at work on a\n"
      "group, a second one with the same journal is refused. On another machine, or with another\n"
      "journal, nothing stops it: see to it that nobody else updates the group.\n"
      "\n"
      "Exit status: 0 updated (or planned), 1 the update failed or was interrupted,\n"
      "2 bad input, or refused before anything was written, 3 a fault of drydock's own.\n";

GOptionContext *
dd_upgrade_flags_context (DdUpgradeFlags *flags)
{
  GOptionContext *context = g_option_context_new ("- update a managed node group");
  g_autofree char *knobs = NULL;
  g_autofree char *text = NULL;
  DdKnobs workshop;

  dd_knobs_from_profile ("workshop", &workshop, NULL);
  knobs = dd_knobs_describe (&workshop);
  text = g_strdup_printf (description, knobs);
  add_target (context, flags);
  add_manner (context, flags);
  add_journal (context, flags);
  dd_connection_flags_add (context, &flags->connection);
  add_output (context, flags);
  g_option_context_set_description (context, text);
  return context;
}
