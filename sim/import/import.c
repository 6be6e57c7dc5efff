/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/import.c: from what was read to a world file, and the proof that it is one */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "base/yaml.h"
#include "sim/import/private.h"
#include "sim/scenario/world.h"

SimImport *
sim_import_new (void)
{
  SimImport *self = g_new0 (SimImport, 1);
  GPtrArray **const values[]
      = { &self->objects, &self->nodegroups, &self->groups, &self->instances, &self->subnets };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    *values[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  for (guint i = 0; i < SIM_IMPORT_N_TOPICS; i++)
    self->told[i] = g_ptr_array_new_with_free_func (g_free);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_import_node_free);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->node_names = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
sim_import_free (SimImport *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->node_names);
  g_hash_table_unref (self->seen);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->objects);
  g_ptr_array_unref (self->nodegroups);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->instances);
  g_ptr_array_unref (self->subnets);
  for (guint i = 0; i < SIM_IMPORT_N_TOPICS; i++)
    g_ptr_array_unref (self->told[i]);
  g_clear_pointer (&self->reference, sim_world_free);
  g_free (self);
}

const GPtrArray *
sim_import_told (const SimImport *self, SimImportTopic topic)
{
  return self->told[topic];
}

/* ---- the cluster ---- */

static const char *
first_label (const SimImport *self, const char *key)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const char *label = sim_import_node_label (g_ptr_array_index (self->nodes, i), key);

      if (label != NULL)
        return label;
    }
  return NULL;
}

static const char *
cluster_of (SimImport *self)
{
  const char *name
      = self->nodegroups->len > 0
            ? dd_value_path_string (g_ptr_array_index (self->nodegroups, 0), "clusterName")
            : NULL;

  if (name == NULL)
    name = first_label (self, "alpha.eksctl.io/cluster-name");
  if (name != NULL)
    return name;
  sim_import_tell (self, SIM_IMPORT_ASSUMED, "the cluster is called imported");
  return "imported";
}

/* The newest minor of a kubelet, which the control plane is not older than. */
static int
minor_of (const SimImport *self)
{
  int minor = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const char *kubelet = ((SimImportNode *) g_ptr_array_index (self->nodes, i))->kubelet;
      g_auto (GStrv) parts = g_strsplit (kubelet != NULL ? kubelet : "", ".", 3);
      g_autofree char *version
          = g_strv_length (parts) > 1 ? g_strdup_printf ("1.%s", parts[1]) : g_strdup ("");

      minor = MAX (minor, aws_kubernetes_minor (version));
    }
  return minor;
}

/* "us-west-2a" -> "us-west-2" */
static char *
region_of (const SimImport *self)
{
  const char *label = first_label (self, "topology.kubernetes.io/region");
  const char *zone = ((SimImportNode *) g_ptr_array_index (self->nodes, 0))->zone;

  if (label != NULL || zone == NULL || *zone == '\0')
    return g_strdup (label != NULL ? label : "us-west-2");
  return g_strndup (zone, strlen (zone) - 1);
}

/* Those that no world of REGION has by itself. */
static DdValue *
further_zones (const SimImport *self, const char *region)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  DdBuilder list = dd_builder_array ();
  g_autoptr (DdValue) zones = NULL;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const char *zone = ((SimImportNode *) g_ptr_array_index (self->nodes, i))->zone;
      gsize n = strlen (region);

      if (zone == NULL || !g_hash_table_add (told, (gpointer) zone)
          || (strncmp (zone, region, n) == 0 && strchr ("abc", zone[n]) != NULL && zone[n] != '\0'
              && zone[n + 1] == '\0'))
        continue;
      dd_builder_add (&list, dd_string (zone));
    }
  zones = dd_builder_end (&list);
  return dd_value_length (zones) > 0 ? g_steal_pointer (&zones) : NULL;
}

/* ---- the proof ---- */

static gboolean
prove (const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("the world", text, strlen (text), &reason);
  g_autoptr (SimWorldFile) world
      = file != NULL
            ? sim_world_file_new (g_ptr_array_index (file->documents, 0), "the world", &reason)
            : NULL;
  SimFurnish options = { .seed = 1 };
  g_autoptr (SimWorld) furnished
      = world != NULL ? sim_world_furnish (world, &options, &reason) : NULL;

  if (furnished != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "what was read makes no world: %s",
               reason->message);
  return FALSE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s", why);
  return FALSE;
}

static gboolean
has_nodes (const SimImport *self, GError **error)
{
  return self->nodes->len > 0
         || refuse (error, "no node is among what was read; add `kubectl get nodes -o yaml`");
}

char *
sim_import_world (SimImport *self, GError **error)
{
  g_auto (DdBuilder) world = dd_builder_object ();
  g_autoptr (DdValue) value = NULL;
  g_autofree char *region = NULL;
  g_autofree char *text = NULL;
  SimWorldOptions options = { .seed = 1, .account = "123456789012", .endpoint = "" };

  if (!has_nodes (self, error))
    return NULL;
  sim_import_look_at_nodes (self);
  region = region_of (self);
  options.region = region;
  options.start = self->start;
  options.kube_minor = minor_of (self);
  if (options.kube_minor == 0 || self->start == 0)
    {
      refuse (error, self->start == 0 ? "nothing that was read says when it was"
                                      : "no node has a kubelet of Kubernetes 1.27 to 1.36");
      return NULL;
    }
  self->reference = sim_world_new (&options);
  dd_builder_set (&world, "about", dd_string ("A cluster as drydock import found it."));
  dd_builder_set (&world, "cluster",
                  dd_object ("name", dd_string (cluster_of (self)), "version",
                             dd_string_printf ("1.%d", options.kube_minor), NULL));
  dd_builder_set (&world, "region", dd_string (region));
  dd_builder_set (&world, "start", dd_string_take (dd_time_to_iso8601 (self->start)));
  dd_builder_set (&world, "zones", further_zones (self, region));
  if (!sim_import_add_groups (self, &world, error))
    return NULL;
  dd_builder_set (&world, "objects", sim_import_objects (self));
  value = dd_builder_end (&world);
  text = sim_import_yaml (value);
  return prove (text, error) ? g_steal_pointer (&text) : NULL;
}
