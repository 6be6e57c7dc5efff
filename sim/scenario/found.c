/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/found.c: nodes and objects that a world begins with as they are
 *
 * A node is a row, since an instance, a member of an Auto Scaling group and a kubelet come with it;
 * everything else is a manifest with its status, as `kubectl get -o yaml` shows it. */
#include "config.h"

#include "sim/scenario/found.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/verbs/api.h"
#include "sim/scenario/creation.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/world.h"

#define USUAL_AGE (24 * DD_HOUR)

/* ---- nodes ---- */

static const char *
text_of (const DdYaml *node, const char *key)
{
  return sim_schema_text (dd_yaml_member (node, key));
}

static SimNodeHealth
health_of (const DdYaml *node)
{
  const char *ready = text_of (node, "ready");

  if (ready == NULL || strcmp (ready, "true") == 0)
    return SIM_NODE_READY;
  return strcmp (ready, "false") == 0 ? SIM_NODE_NOT_READY : SIM_NODE_SILENT;
}

/* Nothing can be older than the world that it is in is able to tell. */
static gboolean
read_age (const SimWorld *world, const DdYaml *node, DdUsec *out_created, GError **error)
{
  const DdYaml *created = dd_yaml_member (node, "created");
  DdUsec now = sim_stage_now (world->stage);

  *out_created = now - USUAL_AGE;
  if (created == NULL)
    return TRUE;
  dd_time_from_iso8601 (created->text, out_created);
  if (*out_created > 0 && *out_created <= now)
    return TRUE;
  dd_yaml_set_error (error, created, "created must not be later than the start of the world");
  return FALSE;
}

static gboolean
check_zone (const SimWorld *world, const DdYaml *node, GError **error)
{
  const DdYaml *zone = dd_yaml_member (node, "zone");

  if (aws_cloud_zone (world->cloud, zone->text) != NULL)
    return TRUE;
  dd_yaml_set_error (
      error, zone, "the world has no zone %s; `zones` of the world adds further ones", zone->text);
  return FALSE;
}

static gboolean
check_type (const SimWorld *world, const DdYaml *node, GError **error)
{
  const DdYaml *type = dd_yaml_member (node, "instance_type");

  return type == NULL || sim_instance_type_check (world->cloud, type, error);
}

static gboolean
read_node (const SimWorld *world, const DdYaml *node, AwsNodeSpec *spec, GError **error)
{
  const DdYaml *taints = dd_yaml_member (node, "taints");

  *spec = (AwsNodeSpec) {
    .name = text_of (node, "name"),
    .zone = text_of (node, "zone"),
    .instance_id = text_of (node, "instance_id"),
    .instance_type = text_of (node, "instance_type"),
    .release_version = text_of (node, "release"),
    .ami_type = text_of (node, "ami_type"),
    .source_version = text_of (node, "launch_template_version"),
    .state = { .health = health_of (node),
               .unschedulable = dd_value_path_bool (node->value, "unschedulable", FALSE),
               .taints = taints != NULL ? taints->value : NULL },
  };
  return check_zone (world, node, error) && check_type (world, node, error)
         && read_age (world, node, &spec->state.created, error);
}

static gboolean
read_nodes (const SimWorld *world, const DdYaml *list, GArray *specs, GPtrArray *labels,
            GError **error)
{
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      const DdYaml *node = dd_yaml_element (list, i);
      AwsNodeSpec spec;

      if (!read_node (world, node, &spec, error))
        return FALSE;
      g_ptr_array_add (labels, sim_schema_texts (dd_yaml_member (node, "labels")));
      spec.state.labels = g_ptr_array_index (labels, i);
      g_array_append_val (specs, spec);
    }
  return TRUE;
}

gboolean
sim_found_add_nodes (SimWorld *world, const char *cluster, const char *nodegroup,
                     const DdYaml *list, GError **error)
{
  g_autoptr (GArray) specs = g_array_new (FALSE, FALSE, sizeof (AwsNodeSpec));
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  AwsNodegroup *group
      = nodegroup != NULL ? aws_eks_nodegroup (world->cloud, cluster, nodegroup) : NULL;
  GError *reason = NULL;
  guint faulty;

  if (list == NULL)
    return TRUE;
  if (!read_nodes (world, list, specs, labels, error))
    return FALSE;
  if (aws_eks_find_nodes (world->cloud, cluster, group, (const AwsNodeSpec *) specs->data,
                          specs->len, &faulty, &reason))
    return TRUE;
  return sim_schema_refuse_at (specs->len > 0 ? dd_yaml_element (list, faulty) : list, reason,
                               error);
}

/* ---- objects ---- */

/* What cannot be put there by itself, and why; NULL: anything else. */
static const char *
hindrance (const SimManifest *manifest)
{
  if (manifest->name == NULL)
    return "what is there has a name";
  if (manifest->kind == &kube_node)
    return "a node that is there is a row of `nodes`, of its node group or of the world";
  if (manifest->kind == &kube_controller_revision)
    return "revisions are made by their sets; leave them out";
  return NULL;
}

gboolean
sim_found_check (const SimManifests *objects, GError **error)
{
  for (guint i = 0; i < objects->manifests->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (objects->manifests, i);
      const char *why = hindrance (manifest);

      if (why == NULL)
        continue;
      dd_yaml_set_error (error, manifest->node, "%s", why);
      return FALSE;
    }
  return TRUE;
}

/* Pods that are bound are bound to a node of this world. */
static gboolean
check_places (const SimWorld *world, const SimManifests *objects, GError **error)
{
  for (guint i = 0; i < objects->manifests->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (objects->manifests, i);
      const DdYaml *spec = dd_yaml_member (manifest->node, "spec");
      const char *node = dd_value_path_string (manifest->node->value, "spec.nodeName");

      if (manifest->kind != &kube_pod || node == NULL
          || sim_store_get (world->kube->store, &kube_node, "", node) != NULL)
        continue;
      dd_yaml_set_error (error, dd_yaml_member (spec, "nodeName"),
                         "pod %s is on node %s, which is not there", manifest->name, node);
      return FALSE;
    }
  return TRUE;
}

gboolean
sim_found_add_objects (SimWorld *world, const SimManifests *objects, GError **error)
{
  return check_places (world, objects, error) && sim_creation_run (world, objects, NULL, error);
}
