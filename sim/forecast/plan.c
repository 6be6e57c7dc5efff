/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/plan.c: one request to EKS for each node group, one after another
 *
 * The scenario is written as JSON, which is YAML too, so that it is read like any other. A world
 * that is not changed is only named in it. */
#include "config.h"

#include "sim/forecast/plan.h"

#include <string.h>

#include "base/error.h"

/* A world that was imported has something to do at first: let it. What is patched before the update
 * has time to take effect. */
#define FIRST_UPDATE "1m"
#define FIRST_UPDATE_AFTER_PATCHES "15m"

gboolean
sim_forecast_is_max_unavailable (const char *text)
{
  gsize length = strlen (text);
  gboolean percent = length > 0 && text[length - 1] == '%';
  g_autofree char *number = g_strndup (text, percent ? length - 1 : length);

  /* Imitates: Amazon EKS API Reference, NodegroupUpdateConfig. */
  return g_ascii_string_to_unsigned (number, 10, 1, 100, NULL, NULL);
}

/* ---- the world as wished ---- */

static DdValue *
update_config (const DdValue *group, const SimForecastWish *wish)
{
  const DdValue *update = dd_value_member (group, "update");
  DdValue *config = update != NULL ? dd_value_ref (update) : dd_object_empty ();

  if (wish->max_unavailable != NULL)
    {
      gboolean percent = g_str_has_suffix (wish->max_unavailable, "%");
      gint64 number = g_ascii_strtoll (wish->max_unavailable, NULL, 10);

      dd_value_set (&config, "maxUnavailable", percent ? NULL : dd_int (number));
      dd_value_set (&config, "maxUnavailablePercentage", percent ? dd_int (number) : NULL);
    }
  if (wish->strategy != NULL)
    dd_value_set (&config, "updateStrategy", dd_string (wish->strategy));
  return config;
}

static gboolean
is_wished (const char *name, const SimForecastWish *wish)
{
  return wish->nodegroup == NULL || g_strcmp0 (name, wish->nodegroup) == 0;
}

static DdValue *
groups_as_wished (const DdValue *groups, const SimForecastWish *wish)
{
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (groups); i++)
    {
      const DdValue *group = dd_value_element (groups, i);
      gboolean wished = is_wished (dd_value_path_string (group, "name"), wish);

      dd_builder_add (&list,
                      wished ? dd_value_with_member (group, "update", update_config (group, wish))
                             : dd_value_ref (group));
    }
  return dd_builder_end (&list);
}

static DdValue *
world_as_wished (const SimForecastWorld *world, const SimForecastWish *wish)
{
  gboolean is_wish = wish->max_unavailable != NULL || wish->strategy != NULL;
  DdValue *document;

  if (!is_wish && world->changed == NULL)
    return dd_string (world->place);
  document = world->changed != NULL ? dd_value_ref (world->changed)
                                    : sim_world_file_document (world->file);
  if (is_wish)
    dd_value_set (&document, "nodegroups",
                  groups_as_wished (dd_value_member (document, "nodegroups"), wish));
  return document;
}

/* ---- the steps ---- */

static DdValue *
update_value (const SimWorldFile *file, const char *group, const char *before,
              const SimForecastWish *wish)
{
  DdValue *input
      = dd_object ("clusterName", dd_string (sim_world_file_cluster (file)), "nodegroupName",
                   dd_string (group), "releaseVersion", dd_string (wish->release), "force",
                   wish->force ? dd_bool (TRUE) : NULL, NULL);
  DdValue *after = before == NULL ? NULL
                                  : dd_object ("event", dd_string ("update.finished"), "subject",
                                               dd_string (before), NULL);
  const char *at = wish->patches != NULL ? FIRST_UPDATE_AFTER_PATCHES : FIRST_UPDATE;

  return dd_object (
      "at", before == NULL ? dd_string (at) : NULL, "after", after, "eks",
      dd_object ("operation", dd_string ("UpdateNodegroupVersion"), "input", input, NULL), NULL);
}

static void
add_patches (DdBuilder *list, const DdValue *patches)
{
  for (gsize i = 0; i < dd_value_length (patches); i++)
    dd_builder_add (list, dd_object ("at", dd_string (FIRST_UPDATE), "patch",
                                     dd_value_ref (dd_value_element (patches, i)), NULL));
}

static DdValue *
steps_value (const SimWorldFile *file, const SimForecastWish *wish, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_auto (DdBuilder) list = dd_builder_array ();
  const char *before = NULL;

  add_patches (&list, wish->patches);
  sim_world_file_add_nodegroups (file, names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (!is_wished (name, wish))
        continue;
      dd_builder_add (&list, update_value (file, name, before, wish));
      before = name;
    }
  if (before != NULL)
    return dd_builder_end (&list);
  if (wish->nodegroup != NULL)
    g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "the world has no node group %s",
                 wish->nodegroup);
  else
    g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "the world has no managed node group");
  return NULL;
}

SimScenario *
sim_forecast_plan (const SimForecastWorld *world, const SimForecastWish *wish, GError **error)
{
  DdValue *steps = steps_value (world->file, wish, error);
  g_autoptr (DdValue) scenario = NULL;
  g_autofree char *text = NULL;

  if (steps == NULL)
    return NULL;
  scenario = dd_object ("about", dd_string ("the update that is forecast"), "world",
                        world_as_wished (world, wish), "steps", steps, "expect", dd_array_empty (),
                        NULL);
  text = dd_value_to_text (scenario);
  return sim_scenario_parse ("forecast", text, strlen (text), error);
}
