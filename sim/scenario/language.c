/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/language.c: every word a scenario or a world file may use
 *
 * The tables below are the language: what is not here is refused with a suggestion, and
 * `drydock run --language` prints them. */

#include "config.h"

#include "base/events.h"
#include "sim/aws/eks/ami-catalog.h"
#include "sim/aws/eks/workflow.h"
#include "sim/kube/kinds/annotations.h"
#include "sim/scenario/faults-table.h"
#include "sim/scenario/schema.h"
#include "sim/stage/latency.h"

/* ---- worlds ---- */

static const SimRow cluster_rows[] = {
  { "name", SIM_TEXT, "as the AWS APIs call it" },
  { "version", SIM_TEXT, "the Kubernetes minor of the control plane, \"1.30\"" },
  { NULL },
};

static const SimRow release_rows[] = {
  { "release", SIM_TEXT, "\"1.30.0-20240703\"", .required = TRUE },
  { "ami_type", SIM_TEXT, "the image family: AL2_x86_64 (default), AL2023_x86_64_STANDARD ..." },
  { "image", SIM_TEXT, "the image's id; drawn when left out" },
  { NULL },
};

static const SimRow taint_rows[] = {
  { "key", SIM_TEXT, "the taint's key", .required = TRUE },
  { "value", SIM_TEXT, "its value" },
  { "effect", SIM_TEXT, "NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE", .required = TRUE },
  { NULL },
};

static const char *const strategies[] = { "DEFAULT", "MINIMAL", NULL };

static const SimRow update_config_rows[] = {
  { "maxUnavailable", SIM_INTEGER, "nodes replaced at once", .min = 1, .max = 100 },
  { "maxUnavailablePercentage", SIM_INTEGER, "the same as a share", .min = 1, .max = 100 },
  { "updateStrategy", SIM_TEXT, "DEFAULT, or MINIMAL: no capacity above the desired size",
    .values = strategies },
  { NULL },
};

static const char *const architectures[] = { "x86_64", "arm64", NULL };

static const SimRow template_rows[] = {
  { "name", SIM_TEXT, "as EC2 calls it; two groups may share one" },
  { "id", SIM_TEXT, "lt-...; drawn when left out" },
  { "version", SIM_TEXT, "the one that the group runs; the first one when left out" },
  { "image", SIM_TEXT, "CUSTOM: the image in its versions up to here; made up when left out" },
  { "instance_type", SIM_TEXT, "what they say instead of the group" },
  { NULL },
};

static const SimRow image_rows[] = {
  { "id", SIM_TEXT, "ami-...", .required = TRUE },
  { "name", SIM_TEXT, "made up when left out" },
  { "version", SIM_TEXT, "the Kubernetes minor of its kubelet, \"1.30\"", .required = TRUE },
  { "architecture", SIM_TEXT, "x86_64 (default) or arm64", .values = architectures },
  { NULL },
};

static const SimRow instance_type_rows[] = {
  { "name", SIM_TEXT, "as EC2 would call it", .required = TRUE },
  { "architecture", SIM_TEXT, "x86_64 (default) or arm64", .values = architectures },
  { "cpus", SIM_INTEGER, "its vCPUs", .required = TRUE, .min = 1, .max = 4096 },
  { "memory_mib", SIM_INTEGER, "its memory", .required = TRUE, .min = 256, .max = 67108864 },
  { "interfaces", SIM_INTEGER, "network interfaces that the VPC CNI uses", .required = TRUE,
    .min = 1, .max = 64 },
  { "addresses", SIM_INTEGER, "IPv4 addresses of each", .required = TRUE, .min = 2, .max = 64 },
  { NULL },
};

static const char *const capacity_types[] = { "ON_DEMAND", "SPOT", NULL };

static const char *const healths[] = { "true", "false", "unknown", NULL };
static const char *const effects[] = { "NoSchedule", "PreferNoSchedule", "NoExecute", NULL };

static const SimRow found_taint_rows[] = {
  { "key", SIM_TEXT, "the taint's key", .required = TRUE },
  { "value", SIM_TEXT, "its value" },
  { "effect", SIM_TEXT, "NoSchedule, PreferNoSchedule or NoExecute", .required = TRUE,
    .values = effects },
  { NULL },
};

#define FOUND_ROWS(of_group) \
  { "name", SIM_TEXT, "the node's", .required = TRUE }, \
      { "instance_id", SIM_TEXT, "i-...; drawn when left out" }, \
      { "zone", SIM_TEXT, "where it is", .required = TRUE }, \
      { "instance_type", SIM_TEXT, "its machine; " of_group }, \
      { "release", SIM_TEXT, "the release that it runs; " of_group }, \
      { "created", SIM_INSTANT, "since when it is there; a day when left out" }, \
      { "ready", SIM_TEXT, "true (default); false: its kubelet says so; unknown: it is silent", \
        .values = healths }, \
      { "unschedulable", SIM_BOOLEAN, "it is cordoned" }, \
      { "labels", SIM_NAMED, "further labels, or other ones than it would have", \
        .element = SIM_TEXT }, \
  { \
    "taints", SIM_LIST, "its taints now; when left out those with which it would register", \
        .element = SIM_MAPPING, .of = found_taint_rows \
  }

static const SimRow member_rows[] = {
  FOUND_ROWS ("the group's when left out"),
  { "launch_template_version", SIM_TEXT,
    "the version of the owner's launch template; the group's when left out" },
  { NULL },
};

static const SimRow loner_rows[] = {
  FOUND_ROWS ("a usual one when left out"),
  { "ami_type", SIM_TEXT, "the family of its release, as of a node group's" },
  { NULL },
};

static const SimRow nodegroup_rows[] = {
  { "name", SIM_TEXT, "as the EKS API calls it", .required = TRUE },
  { "desired", SIM_INTEGER, "how many nodes it begins with", .required = TRUE, .max = 5000 },
  { "min", SIM_INTEGER, "its smallest size; desired when left out", .max = 5000 },
  { "max", SIM_INTEGER, "its largest size; desired when left out", .max = 5000 },
  { "release", SIM_TEXT, "the release its nodes run at the beginning; the newest when left out" },
  { "ami_type", SIM_TEXT,
    "AL2_x86_64 (default), AL2023_x86_64_STANDARD ...; CUSTOM: its launch template names the "
    "image" },
  { "launch_template", SIM_MAPPING, "the one of its owner's that it was made with",
    .of = template_rows },
  { "instance_type", SIM_TEXT, "m5.large when left out" },
  { "instance_types", SIM_LIST, "instead: the types of its mixed instances policy, in order",
    .element = SIM_TEXT },
  { "capacity_type", SIM_TEXT, "ON_DEMAND (default) or SPOT", .values = capacity_types },
  { "zones", SIM_LIST, "where its subnets are; all zones when left out", .element = SIM_TEXT },
  { "update", SIM_MAPPING, "how many nodes may be replaced at once", .of = update_config_rows },
  { "terminate_hook", SIM_BOOLEAN,
    "false: EKS drains nobody whom Auto Scaling terminates, as in a group of one's own" },
  { "labels", SIM_NAMED, "labels for its nodes", .element = SIM_TEXT },
  { "taints", SIM_LIST, "taints for its nodes", .element = SIM_MAPPING, .of = taint_rows },
  { "nodes", SIM_LIST,
    "the nodes that it has, as they are; when left out it launches as many as it desires",
    .element = SIM_MAPPING, .of = member_rows },
  { NULL },
};

const SimRow sim_world_rows[] = {
  { "about", SIM_TEXT, "what this world is" },
  { "cluster", SIM_MAPPING, "the EKS cluster", .of = cluster_rows },
  { "region", SIM_TEXT, "us-west-2 when left out" },
  { "account", SIM_TEXT, "twelve digits" },
  { "start", SIM_INSTANT, "the instant at which the world begins" },
  { "zones", SIM_LIST, "zones beyond the region's first three", .element = SIM_TEXT },
  { "releases", SIM_LIST, "published releases beyond the built-in ones", .element = SIM_MAPPING,
    .of = release_rows },
  { "images", SIM_LIST,
    "the images of the owner's; where none is listed, any that a template names is taken to fit",
    .element = SIM_MAPPING, .of = image_rows },
  { "capacity", SIM_NAMED,
    "how many more instances a zone can take, or of one type (us-west-2a/m5.large); -1: no limit",
    .element = SIM_INTEGER, .min = -1, .max = G_MAXINT },
  { "instance_types", SIM_LIST, "machines that no table knows", .element = SIM_MAPPING,
    .of = instance_type_rows },
  { "latencies", SIM_NAMED, "how long things take", .element = SIM_RANGE },
  { "nodegroups", SIM_LIST, "managed node groups", .element = SIM_MAPPING, .of = nodegroup_rows },
  { "nodes", SIM_LIST, "nodes of no managed group, as they are: no update touches them",
    .element = SIM_MAPPING, .of = loner_rows },
  { "workloads", SIM_LIST, "files of manifests, or manifests", .element = SIM_TEXT_OR_MAPPING },
  { "objects", SIM_LIST,
    "files of manifests, or manifests, of what is there as it is, with its status: pods that run",
    .element = SIM_TEXT_OR_MAPPING },
  { NULL },
};

/* ---- events of the trace ---- */

static const SimRow event_rows[] = {
  { "event", SIM_TEXT, "what happened: drain.started, node.joined ...; \"*\": anything",
    .required = TRUE },
  { "actor", SIM_TEXT, "who did or saw it: engine, eks, autoscaling ..." },
  { "subject", SIM_TEXT, "to whom; * stands for any text" },
  { "details", SIM_MAPPING, "what must match in its details, which drydock run --events lists" },
  { NULL },
};

/* ---- steps ---- */

static const SimRow request_rows[] = {
  { "operation", SIM_TEXT, "the API's operation, as its reference spells it", .required = TRUE },
  { "input", SIM_MAPPING,
    "its parameters, as the AWS CLI's JSON input spells them; CreateNodegroup has every subnet and "
    "a nodeRole when they are left out" },
  { "nodegroup", SIM_TEXT, "fills in AutoScalingGroupName with this node group's" },
  { NULL },
};

static const SimRow object_rows[] = {
  { "kind", SIM_TEXT, "Pod, PodDisruptionBudget, Node ...; `for each` says it instead" },
  { "apiVersion", SIM_TEXT, "needed only where the kind is ambiguous" },
  { "name", SIM_TEXT, "the object's name; whenever: the event's subject when left out" },
  { "namespace", SIM_TEXT, "default when left out" },
  { NULL },
};

static const SimRow patch_rows[] = {
  { "kind", SIM_TEXT, "Pod, PodDisruptionBudget, Node ...; `for each` says it instead" },
  { "apiVersion", SIM_TEXT, "needed only where the kind is ambiguous" },
  { "name", SIM_TEXT, "the object's name; whenever: the event's subject when left out" },
  { "namespace", SIM_TEXT, "default when left out" },
  { "merge", SIM_MAPPING, "a merge patch (RFC 7386)", .required = TRUE },
  { NULL },
};

static const SimRow node_choice_rows[] = {
  { "match", SIM_MAPPING, "what the node is like; all nodes when left out" },
  { "pick", SIM_INTEGER, "which of them in order of name, from 1", .min = 1, .max = 5000 },
  { NULL },
};

static const SimRow node_taint_rows[] = {
  { "key", SIM_TEXT, "the taint's key", .required = TRUE },
  { "value", SIM_TEXT, "its value" },
  { "effect", SIM_TEXT, "NoSchedule, PreferNoSchedule or NoExecute", .required = TRUE,
    .values = effects },
  { "match", SIM_MAPPING, "what the node is like; all nodes when left out" },
  { "pick", SIM_INTEGER, "which of them in order of name, from 1", .min = 1, .max = 5000 },
  { NULL },
};

static const SimRow node_untaint_rows[] = {
  { "key", SIM_TEXT, "the taint's key", .required = TRUE },
  { "effect", SIM_TEXT, "its effect; whatever it is when left out", .values = effects },
  { "match", SIM_MAPPING, "what the node is like; all nodes when left out" },
  { "pick", SIM_INTEGER, "which of them in order of name, from 1", .min = 1, .max = 5000 },
  { NULL },
};

static const char *const engine_actions[] = { "kill", "start", NULL };

static const SimRow engine_rows[] = {
  { "action", SIM_TEXT, "kill: it dies between two requests; start: another one takes over",
    .required = TRUE, .values = engine_actions },
  { "nodegroup", SIM_TEXT, "whose update it carries out", .required = TRUE },
  { NULL },
};

static const SimRow step_rows[] = {
  { "about", SIM_TEXT, "why this step is taken" },
  { "at", SIM_DURATION, "when, counted from the world's beginning" },
  { "after", SIM_MAPPING, "instead of at: when this first happens", .of = event_rows },
  { "whenever", SIM_MAPPING, "instead of at: each time that this happens", .of = event_rows },
  { "plus", SIM_DURATION, "so much later than `after` or `whenever`" },
  { "every", SIM_DURATION, "at and after: again each time that this has passed" },
  { "until", SIM_DURATION, "every and whenever: not after this moment" },
  { "for each", SIM_MAPPING,
    "patch, delete and what is done to nodes: to every object like this, in order of namespace and "
    "name; none is an error, with every and whenever if there never is one" },
  { "eks", SIM_MAPPING, "a request to EKS", .of = request_rows },
  { "autoscaling", SIM_MAPPING, "a request to EC2 Auto Scaling", .of = request_rows },
  { "ec2", SIM_MAPPING, "a request to EC2", .of = request_rows },
  { "ssm", SIM_MAPPING, "a request to Systems Manager", .of = request_rows },
  { "sts", SIM_MAPPING, "a request to STS", .of = request_rows },
  { "apply", SIM_TEXT_OR_MAPPING, "a manifest, or a file of them, created or merged into" },
  { "patch", SIM_MAPPING, "changes one Kubernetes object", .of = patch_rows },
  { "delete", SIM_MAPPING, "deletes one Kubernetes object", .of = object_rows },
  { "cordon", SIM_MAPPING, "makes one node unschedulable", .of = node_choice_rows },
  { "uncordon", SIM_MAPPING, "makes it schedulable again", .of = node_choice_rows },
  { "taint", SIM_MAPPING, "puts a taint on one node", .of = node_taint_rows },
  { "untaint", SIM_MAPPING, "takes one off it", .of = node_untaint_rows },
  { "capacity", SIM_NAMED,
    "how many more instances a zone can take, or of one type (us-west-2a/m5.large); -1: no limit",
    .element = SIM_INTEGER, .min = -1, .max = G_MAXINT },
  { "engine", SIM_MAPPING, "what happens to the engine of an update", .of = engine_rows },
  { "fails", SIM_TEXT, "the error code the request must be refused with" },
  { NULL },
};

/* ---- faults ---- */

static const char *const services[]
    = { "kubernetes", "eks", "autoscaling", "ec2", "ssm", "sts", "instance", "pod", "hook", NULL };

static const SimRow fault_rows[] = {
  { "service", SIM_TEXT, "whose requests fail; or what goes wrong without one", .required = TRUE,
    .values = services },
  { "operation", SIM_TEXT,
    "DescribeInstances, \"list pods\", \"create pods/eviction\"; any. instance: launch, join, "
    "interrupt, vanish; pod: pull, start, ready; hook: complete" },
  { "subject", SIM_TEXT,
    "only what concerns this name: pod, workload (web, shop/web, Deployment/web: all its pods), "
    "node, zone, image, group; * stands for any text, ? for a character" },
  { "by", SIM_TEXT,
    "kubernetes: only what one of the world's own asks (replicaset, daemonset, kubelet ...), or "
    "client: what comes as a request, from the engine, the steps, kubectl; whoever asks" },
  { "error", SIM_TEXT, "the wire code or Kubernetes reason they fail with" },
  { "message", SIM_TEXT, "the error's text" },
  { "status", SIM_INTEGER, "the HTTP status, where it is not the code's own", .min = 400,
    .max = 599 },
  { "retry_after", SIM_INTEGER, "the Retry-After header, in seconds", .min = 0, .max = 3600 },
  { "delay", SIM_DURATION, "answers come so much later" },
  { "lose_reply", SIM_BOOLEAN, "carried out, but the answer never arrives" },
  { "half_closed", SIM_BOOLEAN, "carried out, but the connection breaks before the answer" },
  { "unreachable", SIM_BOOLEAN, "not carried out: nobody takes the connection" },
  { "from", SIM_DURATION, "since when; from the beginning when left out" },
  { "for", SIM_DURATION, "how long; without end when left out" },
  { "times", SIM_INTEGER, "how often at most", .min = 1, .max = 1000000 },
  { "nth", SIM_INTEGER, "only the nth request it would apply to", .min = 1, .max = 1000000 },
  { "probability", SIM_NUMBER, "how likely each time, above 0 and up to 1" },
  { "may not strike", SIM_BOOLEAN,
    "no failure when it never does; `explore` asks that some seed meets it" },
  { NULL },
};

/* ---- expectations ---- */

static const SimRow gap_rows[] = {
  { "from", SIM_MAPPING, "the first event", .required = TRUE, .of = event_rows },
  { "to", SIM_MAPPING, "the next of these with the same subject", .required = TRUE,
    .of = event_rows },
  { "at least", SIM_DURATION, "the shortest time between them" },
  { "at most", SIM_DURATION, "the longest time between them" },
  { NULL },
};

static const SimRow expectation_rows[] = {
  { "about", SIM_TEXT, "why this must be so" },
  { "within", SIM_DURATION, "becomes true at some moment up to here" },
  { "always", SIM_FLAG, "true after every event" },
  { "never", SIM_FLAG, "true after no event" },
  { "at", SIM_DURATION, "true at this moment" },
  { "at end", SIM_FLAG, "true when nothing is left to happen" },
  { "from", SIM_DURATION,
    "always and never: not before this moment; never: nor does what happened before count" },
  { "after", SIM_MAPPING, "always and never: the same, from when this first happens",
    .of = event_rows },
  { "until", SIM_DURATION, "always and never: not after this moment" },
  { "match", SIM_MAPPING, "Kubernetes objects that look like this exist" },
  { "count", SIM_COUNT, "so many of them, or of these events" },
  { "update", SIM_MAPPING, "the last update of a node group (`nodegroup`) looks like this" },
  { "nodegroup", SIM_MAPPING, "the node group (`nodegroupName`) looks like this" },
  { "group", SIM_MAPPING, "the Auto Scaling group of a node group (`nodegroup`) looks like this" },
  { "event", SIM_MAPPING, "such an event is in the trace", .of = event_rows },
  { "trace", SIM_LIST, "these events happen in this order, others between them",
    .element = SIM_TEXT_OR_MAPPING, .of = event_rows },
  { "gap", SIM_MAPPING, "the time between two events about the same subject", .of = gap_rows },
  { NULL },
};

/* ---- scenarios ---- */

const SimRow sim_scenario_rows[] = {
  { "about", SIM_TEXT, "the scenario in one sentence", .required = TRUE },
  { "source", SIM_ANY, "where the behaviour is described: a text or a list" },
  { "seed", SIM_INTEGER, "what chance depends on; 1 when left out", .min = 0, .max = G_MAXINT64 },
  { "profile", SIM_TEXT, "the set of knobs of the upgrade; workshop when left out" },
  { "knobs", SIM_NAMED, "single knobs that differ from the profile's", .element = SIM_TEXT },
  { "for", SIM_DURATION, "the virtual time after which it ends; when nothing is left to happen" },
  { "max_events", SIM_INTEGER, "more events than this are a failure", .min = 1, .max = 1000000000 },
  { "world", SIM_TEXT_OR_MAPPING, "a world file, or a world", .required = TRUE,
    .of = sim_world_rows },
  { "latencies", SIM_NAMED, "how long things take in this scenario", .element = SIM_RANGE },
  { "workloads", SIM_LIST, "files of manifests, or manifests, beside the world's",
    .element = SIM_TEXT_OR_MAPPING },
  { "steps", SIM_LIST, "what is done, in order", .element = SIM_MAPPING, .of = step_rows },
  { "faults", SIM_LIST, "requests that go wrong", .element = SIM_MAPPING, .of = fault_rows },
  { "expect", SIM_LIST, "what must be so", .required = TRUE, .element = SIM_MAPPING,
    .of = expectation_rows },
  { NULL },
};

/* ---- the reference ---- */

static const char *
shape_name (SimShape shape)
{
  switch (shape)
    {
    case SIM_ANY:
      return "anything";
    case SIM_FLAG:
      return "(empty)";
    case SIM_TEXT:
      return "text";
    case SIM_INTEGER:
      return "integer";
    case SIM_NUMBER:
      return "number";
    case SIM_BOOLEAN:
      return "true|false";
    case SIM_DURATION:
      return "duration";
    case SIM_INSTANT:
      return "instant";
    case SIM_RANGE:
      return "duration|[low, high]";
    case SIM_COUNT:
      return "integer|{min, max}";
    case SIM_MAPPING:
      return "mapping";
    case SIM_NAMED:
      return "name: ";
    case SIM_LIST:
      return "list of ";
    case SIM_TEXT_OR_MAPPING:
      return "text|mapping";
    }
  return "";
}

static void
print_rows (const SimRow *rows, int indent, GString *out)
{
  for (const SimRow *row = rows; row->key != NULL; row++)
    {
      gboolean holds_others = row->shape == SIM_LIST || row->shape == SIM_NAMED;
      g_autofree char *shape = g_strconcat (shape_name (row->shape),
                                            holds_others ? shape_name (row->element) : NULL, NULL);

      g_string_append_printf (out, "%*s%-*s %-22s %s%s\n", indent, "", MAX (26 - indent, 1),
                              row->key, shape, row->required ? "(required) " : "", row->help);
      if (row->of != NULL)
        print_rows (row->of, indent + 2, out);
    }
}

static void
print_events (GString *out)
{
  g_string_append (out, "\nEvents, and who tells of them:\n\n");
  for (guint i = 0; i < DD_N_EVENTS; i++)
    g_string_append_printf (out, "  %-32s %-22s %s\n", dd_events[i].name, dd_events[i].actors,
                            dd_events[i].meaning);
}

static void
print_annotations (GString *out)
{
  static const char *const types[] = {
    [KUBE_ANNOTATION_FLAG] = "\"true\"|\"false\"",
    [KUBE_ANNOTATION_DURATION] = "duration",
    [KUBE_ANNOTATION_CODE] = "\"0\" to \"255\"",
    [KUBE_ANNOTATION_AMOUNT] = "quantity|unknown",
  };

  g_string_append (out, "\nAnnotations of pods, which say what their programs do:\n\n");
  for (const KubeAnnotation *row = kube_annotations; row->name != NULL; row++)
    g_string_append_printf (out, "  %-32s %-22s %s\n", row->name, types[row->type], row->meaning);
}

static void
print_knobs (GString *out)
{
  g_autofree char *text = sim_eks_knobs_text ();

  g_string_append_printf (out, "\nKnobs, and what they are in the profile workshop:\n\n%s", text);
}

static void
print_delays (GString *out)
{
  g_string_append (out, "\nDelays, for latencies:\n\n");
  for (guint i = 0; i < SIM_N_DELAYS; i++)
    g_string_append_printf (out, "  %s\n", sim_delay_name ((SimDelay) i));
}

static void
print_releases (GString *out)
{
  g_autofree char *text = aws_ami_releases_text ();

  g_string_append_printf (out, "\nReleases that are published, by family and minor:\n\n%s", text);
}

static void
print_faults (GString *out)
{
  g_autofree char *text = sim_faults_reference ();

  g_string_append_printf (out, "\nOperations of faults, by service:\n\n%s", text);
}

static const char manners[]
    = "\nA name that nothing has is refused. A fault that never strikes fails `drydock run` unless "
      "it may\nnot strike; `drydock explore` tells once of one that struck under none of its "
      "seeds, and fails for none.\n";

char *
sim_language_reference (void)
{
  GString *out = g_string_new ("A scenario file:\n\n");

  print_rows (sim_scenario_rows, 2, out);
  g_string_append (out, manners);
  print_events (out);
  print_annotations (out);
  print_knobs (out);
  print_delays (out);
  print_releases (out);
  print_faults (out);
  return g_string_free (out, FALSE);
}
