/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/timeline.c: the trace as a story for people
 *
 * One row per kind of event that a person wants to hear of; what has no row is not told. A pod that
 * a budget holds back is told of once, and again when it leaves or is given up; pods that move
 * about are counted and summed up before the next thing worth telling. */

#include "config.h"

#include "sim/sinks/timeline.h"

#include <string.h>

#include "sim/sinks/ink.h"

#define LONGEST_MESSAGE 120
#define MOST_RETRIES_TOLD 6

struct _SimTimeline
{
  FILE *out;
  gboolean colour;
  GHashTable *zones;   /* node -> zone; for look-up only */
  GHashTable *refused; /* "ns/pod" -> how often, GUINT_TO_POINTER; for look-up only */
  GHashTable *moving; /* "ns/pod" made by a controller that may put it anywhere; for look-up only */
  GHashTable *pods;   /* node -> how many were on it when its drain began; for look-up only */
  GHashTable *told;   /* what repeats itself in this phase -> how often; for look-up only */
  guint placed;       /* of these, bound since the last line */
  DdUsec placed_at;
};

static void
print_line (SimTimeline *self, DdUsec time, SimInk ink, const char *text)
{
  gint64 seconds = time / DD_SECOND;

  fprintf (self->out, "%s%3d:%02d:%02d%s  %s%s%s\n", sim_ink_on (self->colour, SIM_INK_FAINT),
           (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60),
           sim_ink_off (self->colour), sim_ink_on (self->colour, ink), text,
           sim_ink_off (self->colour));
}

static void
tell_of_placed (SimTimeline *self)
{
  g_autofree char *text = NULL;

  if (self->placed == 0)
    return;
  text = g_strdup_printf ("     %u pod%s found a new place", self->placed,
                          self->placed == 1 ? "" : "s");
  print_line (self, self->placed_at, SIM_INK_FAINT, text);
  self->placed = 0;
}

static void tell (SimTimeline *self, const SimEvent *event, SimInk ink, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
tell (SimTimeline *self, const SimEvent *event, SimInk ink, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  tell_of_placed (self);
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  print_line (self, event->time, ink, text);
}

/* ---- reading details ---- */

static const char *
detail (const SimEvent *event, DdDetail key)
{
  const char *text = sim_event_text (event, key);

  return text != NULL ? text : "";
}

static gint64
number (const SimEvent *event, DdDetail key)
{
  return sim_event_int (event, key, 0);
}

static const char *
plural (gint64 count)
{
  return count == 1 ? "" : "s";
}

static void
learn_zone (SimTimeline *self, const SimEvent *event)
{
  const char *zone = sim_event_text (event, DD_DETAIL_ZONE);

  if (zone != NULL)
    g_hash_table_replace (self->zones, g_strdup (event->subject), g_strdup (zone));
}

/* "ip-10-42-96-17 (us-west-2a)": the first label of a node's name is enough to know it by. */
static char *
node_text (const SimTimeline *self, const char *node)
{
  const char *zone = g_hash_table_lookup (self->zones, node);
  g_autofree char *brief = g_strndup (node, strcspn (node, "."));

  return zone != NULL ? g_strdup_printf ("%s (%s)", brief, zone) : g_steal_pointer (&brief);
}

static char *
list_text (const DdValue *list)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *name = dd_value_string (dd_value_element (list, i));

      if (name != NULL)
        g_string_append_printf (text, "%s%.*s", i > 0 ? ", " : "", (int) strcspn (name, "."), name);
    }
  return g_string_free (text, FALSE);
}

/* "shop/web-cb549d94d" of "shop/web-cb549d94d-sscnc": pods of one controller tell one story. */
static char *
controller_of (const char *pod)
{
  const char *dash = strrchr (pod, '-');

  return dash != NULL ? g_strndup (pod, dash - pod) : g_strdup (pod);
}

/* How often this was told in this phase about KEY, this time included. Takes KEY. */
static guint
count_told (SimTimeline *self, char *key)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->told, key)) + 1;

  g_hash_table_replace (self->told, key, GUINT_TO_POINTER (count));
  return count;
}

/* ---- the scenario and EKS ---- */

static void
tell_step (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION, ">> %s", detail (event, DD_DETAIL_STEP));
}

/* What is neither refused nor delayed just does not go well. */
static const char *
harm_of (const SimEvent *event)
{
  const char *error = detail (event, DD_DETAIL_ERROR);
  const char *connection = detail (event, DD_DETAIL_CONNECTION);

  if (strcmp (connection, "refused") == 0)
    return "nobody takes the connection";
  if (strcmp (connection, "broken") == 0)
    return "the connection breaks";
  if (*error != '\0')
    return error;
  return *detail (event, DD_DETAIL_DELAY) != '\0' || sim_event_bool (event, DD_DETAIL_LOST)
             ? "late or no answer"
             : "it goes wrong";
}

static void
tell_fault (SimTimeline *self, const SimEvent *event)
{
  const char *by = detail (event, DD_DETAIL_BY);

  tell (self, event, SIM_INK_CAUTION, "   !! %s %s%s%s fails on purpose: %s",
        detail (event, DD_DETAIL_SERVICE), detail (event, DD_DETAIL_OPERATION),
        *by != '\0' ? " by " : "", by, harm_of (event));
}

static void
tell_accepted (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN, "   EKS accepts %s of node group %s",
        detail (event, DD_DETAIL_TYPE), event->subject);
}

static void
tell_cluster_accepted (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN, "   EKS moves the control plane of %s to %s", event->subject,
        detail (event, DD_DETAIL_KUBERNETES_VERSION));
}

static void
tell_cluster_finished (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_GOOD, "   EKS: the control plane of %s runs %s", event->subject,
        detail (event, DD_DETAIL_KUBERNETES_VERSION));
}

static void
tell_killed (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_BAD, "!! the engine dies");
}

static void
tell_resumed (SimTimeline *self, const SimEvent *event)
{
  gint64 outdated = number (event, DD_DETAIL_OUTDATED);

  tell (self, event, SIM_INK_CAUTION,
        "another engine takes over: %" G_GINT64_FORMAT " node%s still outdated", outdated,
        plural (outdated));
}

static void
tell_finished (SimTimeline *self, const SimEvent *event)
{
  const char *status = detail (event, DD_DETAIL_STATUS);
  gboolean good = strcmp (status, "Successful") == 0;

  tell (self, event, good ? SIM_INK_GOOD : SIM_INK_BAD, "   EKS: the update of node group %s is %s",
        event->subject, status);
}

static void
tell_not_modelled (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_BAD, "   not modelled: %s %s", detail (event, DD_DETAIL_SERVICE),
        detail (event, DD_DETAIL_OPERATION));
}

/* ---- phases ---- */

static const struct
{
  const char *phase;
  const char *heading;
} headings[] = {
  { "setup", "SETUP" },           { "scale-up", "SCALE UP" },   { "upgrade", "UPGRADE" },
  { "scale-down", "SCALE DOWN" }, { "roll-back", "ROLL BACK" }, { "clean-up", "CLEAN UP" },
};

static void
tell_phase (SimTimeline *self, const SimEvent *event)
{
  const char *phase = detail (event, DD_DETAIL_PHASE);

  g_hash_table_remove_all (self->told);
  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    {
      if (strcmp (headings[i].phase, phase) == 0)
        tell (self, event, SIM_INK_HEADING, "-- %s", headings[i].heading);
    }
}

static void
tell_started (SimTimeline *self, const SimEvent *event)
{
  gint64 parallelism = number (event, DD_DETAIL_PARALLELISM);
  const char *source = sim_event_text (event, DD_DETAIL_SOURCE_VERSION);
  g_autofree char *of_template
      = source != NULL ? g_strdup_printf ("version %s of its launch template, ", source)
                       : g_strdup ("");

  tell (self, event, SIM_INK_PLAIN,
        "   %s goes to %s%s (%s), %" G_GINT64_FORMAT " node%s at a time%s; profile %s",
        event->subject, of_template, detail (event, DD_DETAIL_RELEASE),
        detail (event, DD_DETAIL_IMAGE), parallelism, plural (parallelism),
        sim_event_bool (event, DD_DETAIL_FORCE) ? ", by force" : "",
        detail (event, DD_DETAIL_PROFILE));
}

static void
tell_template (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN, "   launch template version %s with %s",
        detail (event, DD_DETAIL_VERSION), detail (event, DD_DETAIL_IMAGE));
}

static void
tell_scale_up (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN,
        "   desired %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT ", maximum %" G_GINT64_FORMAT
        " -> %" G_GINT64_FORMAT,
        number (event, DD_DETAIL_FROM_DESIRED), number (event, DD_DETAIL_DESIRED),
        number (event, DD_DETAIL_FROM_MAX), number (event, DD_DETAIL_MAX));
}

/* The group tries again and again; once a phase is enough. */
static void
tell_launch_failed (SimTimeline *self, const SimEvent *event)
{
  const char *zone = detail (event, DD_DETAIL_ZONE);
  const char *message = detail (event, DD_DETAIL_MESSAGE);

  if (count_told (self, g_strdup_printf ("launch %s", zone)) == 1)
    tell (self, event, SIM_INK_BAD, "   no instance in %s: %.*s%s", zone, LONGEST_MESSAGE, message,
          strlen (message) > LONGEST_MESSAGE ? "..." : "");
}

static void
tell_vanished (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_BAD, "   %s has left, and not by this update", node);
}

static void
tell_joined (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = NULL;

  learn_zone (self, event);
  node = node_text (self, event->subject);
  tell (self, event, SIM_INK_GOOD, "   + %s joined", node);
}

static void
tell_satisfied (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN,
        "   every zone is covered: %" G_GINT64_FORMAT " new nodes are Ready",
        number (event, DD_DETAIL_NODE_COUNT));
}

static void
tell_marked (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = NULL;

  learn_zone (self, event);
  node = node_text (self, event->subject);
  tell (self, event, SIM_INK_PLAIN, "   %s is outdated: %s", node, detail (event, DD_DETAIL_MARK));
}

static void
tell_unmarked (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_PLAIN, "   %s loses its mark: %s", node,
        detail (event, DD_DETAIL_MARK));
}

static void
tell_wave (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *nodes = list_text (sim_event_list (event, DD_DETAIL_NODES));

  tell (self, event, SIM_INK_HEADING, "   wave %" G_GINT64_FORMAT ": %s",
        number (event, DD_DETAIL_WAVE), nodes);
}

static void
tell_shrink (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN,
        "   desired -> %" G_GINT64_FORMAT ", maximum -> %" G_GINT64_FORMAT,
        number (event, DD_DETAIL_DESIRED), number (event, DD_DETAIL_MAX));
}

static void
tell_stopped (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION, "   scale down stops: %s", detail (event, DD_DETAIL_REASON));
}

static void
tell_deleted_version (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN, "   launch template version %s is deleted",
        detail (event, DD_DETAIL_VERSION));
}

static void
tell_adopted (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION,
        "   somebody asked for %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT
        " instances meanwhile: %" G_GINT64_FORMAT " are left",
        number (event, DD_DETAIL_ASKED), number (event, DD_DETAIL_INSTEAD_OF),
        number (event, DD_DETAIL_DESIRED));
}

static void
tell_max_adopted (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION,
        "   somebody set the maximum to %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT
        " meanwhile: it ends at %" G_GINT64_FORMAT,
        number (event, DD_DETAIL_ASKED), number (event, DD_DETAIL_INSTEAD_OF),
        number (event, DD_DETAIL_MAX));
}

static void
tell_min_adopted (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION,
        "   somebody raised the minimum to %" G_GINT64_FORMAT " meanwhile: %" G_GINT64_FORMAT
        " instances are left instead of %" G_GINT64_FORMAT,
        number (event, DD_DETAIL_MIN), number (event, DD_DETAIL_DESIRED),
        number (event, DD_DETAIL_INSTEAD_OF));
}

static void
tell_warned (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION, "   warning: %s", detail (event, DD_DETAIL_REASON));
}

static void
tell_succeeded (SimTimeline *self, const SimEvent *event)
{
  gint64 replaced = number (event, DD_DETAIL_REPLACED);

  tell (self, event, SIM_INK_GOOD, "   done: %" G_GINT64_FORMAT " node%s replaced", replaced,
        plural (replaced));
}

/* An explanation may have several lines, one for each pod that stayed. */
static void
tell_failed (SimTimeline *self, const SimEvent *event)
{
  const char *explanation = detail (event, DD_DETAIL_EXPLANATION);
  g_auto (GStrv) lines = g_strsplit (explanation, "\n", -1);

  tell (self, event, SIM_INK_BAD, "   FAILED: %s: %s", detail (event, DD_DETAIL_CODE),
        detail (event, DD_DETAIL_MESSAGE));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0')
        tell (self, event, SIM_INK_BAD, "     %s", lines[i]);
    }
}

/* ---- nodes and pods ---- */

static void
tell_drain (SimTimeline *self, const SimEvent *event)
{
  gint64 pods = number (event, DD_DETAIL_POD_COUNT);
  g_autofree char *node = NULL;

  learn_zone (self, event);
  g_hash_table_replace (self->pods, g_strdup (event->subject), GUINT_TO_POINTER ((guint) pods));
  node = node_text (self, event->subject);
  tell (self, event, SIM_INK_PLAIN, "   draining %s: %" G_GINT64_FORMAT " pod%s", node, pods,
        plural (pods));
}

static void
tell_evicted (SimTimeline *self, const SimEvent *event)
{
  guint refusals = GPOINTER_TO_UINT (g_hash_table_lookup (self->refused, event->subject));
  g_autofree char *controller = controller_of (event->subject);
  guint count
      = count_told (self, g_strdup_printf ("%s %s", detail (event, DD_DETAIL_NODE), controller));

  guint there = GPOINTER_TO_UINT (g_hash_table_lookup (self->pods, detail (event, DD_DETAIL_NODE)));

  /* More than there were can only be pods that came back. */
  if (count == there + 1)
    tell (self, event, SIM_INK_CAUTION, "     and so on: pods of %s keep coming back", controller);
  if (count > there)
    return;
  if (refusals > 0)
    tell (self, event, SIM_INK_PLAIN, "     evicted %s, after %u refusal%s", event->subject,
          refusals, plural (refusals));
  else
    tell (self, event, SIM_INK_PLAIN, "     evicted %s", event->subject);
  g_hash_table_remove (self->refused, event->subject);
}

/* Counts a refusal; TRUE for the first one of this pod. */
static gboolean
is_news (SimTimeline *self, const SimEvent *event)
{
  guint refusals = GPOINTER_TO_UINT (g_hash_table_lookup (self->refused, event->subject));

  g_hash_table_replace (self->refused, g_strdup (event->subject), GUINT_TO_POINTER (refusals + 1));
  return refusals == 0;
}

static void
tell_refused (SimTimeline *self, const SimEvent *event)
{
  if (!is_news (self, event))
    return;
  tell (self, event, SIM_INK_CAUTION,
        "     %s must stay: budget %s needs %" G_GINT64_FORMAT
        " healthy pods and has %" G_GINT64_FORMAT,
        event->subject, detail (event, DD_DETAIL_BUDGET), number (event, DD_DETAIL_NEEDS),
        number (event, DD_DETAIL_HAS));
}

static void
tell_refused_by_two (SimTimeline *self, const SimEvent *event)
{
  if (is_news (self, event))
    tell (self, event, SIM_INK_BAD,
          "     %s must stay: more than one budget selects it, which eviction cannot do",
          event->subject);
}

static void
tell_forced (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION, "     deleted %s by force", event->subject);
}

static void
tell_overdue (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);
  g_autofree char *pods = list_text (sim_event_list (event, DD_DETAIL_PODS));

  tell (self, event, SIM_INK_BAD, "   %s is still not empty: %s", node, pods);
}

static void
tell_hook_overdue (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);
  g_autofree char *pods = list_text (sim_event_list (event, DD_DETAIL_PODS));

  tell (self, event, SIM_INK_BAD,
        "!! EKS's hook lets %s go down with %s, which could not be evicted", node, pods);
}

static void
tell_drained (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_PLAIN, "   %s is empty, after %" G_GINT64_FORMAT " s", node,
        number (event, DD_DETAIL_SECONDS));
}

static void
tell_surplus (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, detail (event, DD_DETAIL_NODE));

  tell (self, event, SIM_INK_PLAIN, "   no hook drains here: %s is to leave", node);
}

static void
tell_cordoned (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_PLAIN, "   %s is cordoned", node);
}

static void
tell_terminating (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_PLAIN, "   %s is terminated (%s)", node,
        detail (event, DD_DETAIL_INSTANCE));
}

static void
tell_gone (SimTimeline *self, const SimEvent *event)
{
  g_autofree char *node = node_text (self, event->subject);

  tell (self, event, SIM_INK_FAINT, "   - %s is gone", node);
}

/* Of Jobs only what they do about disruptions and their own end is news. */
static void
tell_job_failure (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION, "     Job %s counts %s as failed",
        detail (event, DD_DETAIL_OWNER), event->subject);
}

static void
tell_job_pardon (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_FAINT, "     Job %s ignores how %s ended",
        detail (event, DD_DETAIL_OWNER), event->subject);
}

static void
tell_job_wait (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_FAINT,
        "     Job %s makes the next pod in %" G_GINT64_FORMAT " s, as it has failures behind it",
        event->subject, number (event, DD_DETAIL_SECONDS));
}

static void
tell_job_done (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_PLAIN, "     Job %s is complete", event->subject);
}

static void
tell_job_failed (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_BAD, "     Job %s has failed: %s (%s)", event->subject,
        detail (event, DD_DETAIL_MESSAGE), detail (event, DD_DETAIL_REASON));
}

/* Once a phase for each controller; what could be preempted is left to the trace. */
static void
tell_unschedulable (SimTimeline *self, const SimEvent *event)
{
  const char *message = detail (event, DD_DETAIL_MESSAGE);
  const char *preemption = strstr (message, ". preemption:");
  gsize length = preemption != NULL ? (gsize) (preemption - message) : strlen (message);
  g_autofree char *controller = controller_of (event->subject);

  if (count_told (self, g_strdup_printf ("unschedulable %s", controller)) == 1)
    tell (self, event, SIM_INK_CAUTION, "     no place for %s: %.*s", event->subject, (int) length,
          message);
}

static void
note_created (SimTimeline *self, const SimEvent *event)
{
  if (strcmp (event->actor, "daemonset") != 0)
    g_hash_table_add (self->moving, g_strdup (event->subject));
}

static void
count_placed (SimTimeline *self, const SimEvent *event)
{
  if (!g_hash_table_remove (self->moving, event->subject))
    return;
  self->placed++;
  self->placed_at = event->time;
}

static void
tell_assumed (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_CAUTION,
        "   %s is taken for an image that fits Kubernetes %s; `images` of the world says which "
        "there are",
        event->subject, detail (event, DD_DETAIL_KUBERNETES_VERSION));
}

static void
tell_away (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_BAD, "   %s gives no good answer since %s: %s",
        detail (event, DD_DETAIL_SERVICE), detail (event, DD_DETAIL_SINCE),
        detail (event, DD_DETAIL_MESSAGE));
}

static void
tell_back (SimTimeline *self, const SimEvent *event)
{
  tell (self, event, SIM_INK_GOOD, "   %s answers again, after %" G_GINT64_FORMAT " s",
        detail (event, DD_DETAIL_SERVICE), number (event, DD_DETAIL_SECONDS));
}

/* Once it takes long, that it is away is told instead. */
static void
tell_retried (SimTimeline *self, const SimEvent *event)
{
  if (number (event, DD_DETAIL_TRY) > MOST_RETRIES_TOLD)
    return;
  tell (self, event, SIM_INK_FAINT,
        "   %s %s is tried again (answer %" G_GINT64_FORMAT ", try %" G_GINT64_FORMAT ")",
        detail (event, DD_DETAIL_SERVICE), detail (event, DD_DETAIL_OPERATION),
        number (event, DD_DETAIL_HTTP_STATUS), number (event, DD_DETAIL_TRY));
}

static const struct
{
  DdEvent event;
  void (*tell) (SimTimeline *self, const SimEvent *event);
} rows[] = {
  { DD_EVENT_STEP_STARTED, tell_step },
  { DD_EVENT_FAULT_INJECTED, tell_fault },
  { DD_EVENT_NOT_MODELLED, tell_not_modelled },
  { DD_EVENT_CLUSTER_UPDATE_ACCEPTED, tell_cluster_accepted },
  { DD_EVENT_CLUSTER_UPDATE_FINISHED, tell_cluster_finished },
  { DD_EVENT_UPDATE_ACCEPTED, tell_accepted },
  { DD_EVENT_IMAGE_ASSUMED, tell_assumed },
  { DD_EVENT_UPDATE_STARTED, tell_started },
  { DD_EVENT_PHASE_ENTERED, tell_phase },
  { DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED, tell_template },
  { DD_EVENT_LAUNCH_TEMPLATE_VERSION_DELETED, tell_deleted_version },
  { DD_EVENT_SCALE_UP_REQUESTED, tell_scale_up },
  { DD_EVENT_LAUNCH_FAILED, tell_launch_failed },
  { DD_EVENT_NODE_REGISTERED, learn_zone },
  { DD_EVENT_NODE_JOINED, tell_joined },
  { DD_EVENT_NODE_VANISHED, tell_vanished },
  { DD_EVENT_SCALE_UP_SATISFIED, tell_satisfied },
  { DD_EVENT_NODE_MARKED, tell_marked },
  { DD_EVENT_NODE_UNMARKED, tell_unmarked },
  { DD_EVENT_WAVE_STARTED, tell_wave },
  { DD_EVENT_DRAIN_STARTED, tell_drain },
  { DD_EVENT_DRAIN_EVICTED, tell_evicted },
  { DD_EVENT_DRAIN_REFUSED_BY_BUDGET, tell_refused },
  { DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, tell_refused_by_two },
  { DD_EVENT_DRAIN_FORCED, tell_forced },
  { DD_EVENT_DRAIN_OVERDUE, tell_overdue },
  { DD_EVENT_DRAIN_FINISHED, tell_drained },
  { DD_EVENT_HOOK_DRAIN_OVERDUE, tell_hook_overdue },
  { DD_EVENT_NODE_CORDONED, tell_cordoned },
  { DD_EVENT_NODE_TERMINATING, tell_terminating },
  { DD_EVENT_NODE_DELETED, tell_gone },
  { DD_EVENT_POD_CREATED, note_created },
  { DD_EVENT_POD_BOUND, count_placed },
  { DD_EVENT_JOB_POD_FAILED, tell_job_failure },
  { DD_EVENT_JOB_POD_IGNORED, tell_job_pardon },
  { DD_EVENT_JOB_WAITING, tell_job_wait },
  { DD_EVENT_JOB_COMPLETED, tell_job_done },
  { DD_EVENT_JOB_FAILED, tell_job_failed },
  { DD_EVENT_POD_UNSCHEDULABLE, tell_unschedulable },
  { DD_EVENT_SCALE_DOWN_CHOSEN, tell_surplus },
  { DD_EVENT_SCALE_DOWN_STEP, tell_shrink },
  { DD_EVENT_SCALE_DOWN_STOPPED, tell_stopped },
  { DD_EVENT_SIZE_ADOPTED, tell_adopted },
  { DD_EVENT_MAXIMUM_ADOPTED, tell_max_adopted },
  { DD_EVENT_MINIMUM_ADOPTED, tell_min_adopted },
  { DD_EVENT_UPDATE_WARNED, tell_warned },
  { DD_EVENT_REQUEST_RETRIED, tell_retried },
  { DD_EVENT_API_AWAY, tell_away },
  { DD_EVENT_API_BACK, tell_back },
  { DD_EVENT_UPDATE_SUCCEEDED, tell_succeeded },
  { DD_EVENT_UPDATE_FAILED, tell_failed },
  { DD_EVENT_UPDATE_FINISHED, tell_finished },
  { DD_EVENT_ENGINE_KILLED, tell_killed },
  { DD_EVENT_UPDATE_RESUMED, tell_resumed },
};

SimTimeline *
sim_timeline_new (FILE *out, gboolean colour)
{
  SimTimeline *self = g_new0 (SimTimeline, 1);

  self->out = out;
  self->colour = colour;
  self->zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->pods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->moving = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
sim_timeline_free (SimTimeline *self)
{
  if (self == NULL)
    return;
  tell_of_placed (self);
  g_hash_table_unref (self->zones);
  g_hash_table_unref (self->refused);
  g_hash_table_unref (self->moving);
  g_hash_table_unref (self->told);
  g_hash_table_unref (self->pods);
  g_free (self);
}

void
sim_timeline_take (const SimEvent *event, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].event == event->id)
        rows[i].tell (data, event);
    }
}
