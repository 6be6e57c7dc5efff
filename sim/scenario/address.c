/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/address.c: by name, by place, by what it is like, or by the event about it */

#include "config.h"

#include "sim/scenario/address.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/manifest.h"
#include "sim/scenario/match.h"
#include "sim/scenario/schema.h"

/* ---- reading ---- */

/* `for each` has said whom the step means. */
static gboolean
check_says_nothing_more (const DdYaml *pattern, GError **error)
{
  static const char *const others[]
      = { "kind", "apiVersion", "namespace", "name", "match", "pick" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (dd_yaml_member (pattern, others[i]) != NULL)
      {
        dd_yaml_set_error (error, dd_yaml_key (pattern, others[i]),
                           "for each says which objects are meant: %s has no place beside it",
                           others[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_each (const DdYaml *each, const SimManifests *workloads, SimAddress *address, GError **error)
{
  g_autoptr (DdValue) untyped = NULL;

  address->kind = sim_manifest_kind (workloads, each, error);
  if (address->kind == NULL || !sim_fields_check_pattern (each, address->kind, error)
      || !check_says_nothing_more (address->pattern, error))
    return FALSE;
  if (address->how == SIM_ADDRESS_NODE && address->kind != &kube_node)
    {
      dd_yaml_set_error (error, dd_yaml_member (each, "kind"), "only a Node can be treated so");
      return FALSE;
    }
  untyped = dd_value_with_member (each->value, "kind", NULL);
  address->each = dd_value_with_member (untyped, "apiVersion", NULL);
  return TRUE;
}

static gboolean
read_object (SimAddress *address, const SimManifests *workloads, gboolean answers, GError **error)
{
  const DdYaml *pattern = address->pattern;

  address->by_subject = answers && dd_yaml_member (pattern, "name") == NULL;
  address->kind = sim_manifest_kind (workloads, pattern, error);
  if (address->kind == NULL || address->by_subject || dd_yaml_member (pattern, "name") != NULL)
    return address->kind != NULL;
  dd_yaml_set_error (error, pattern,
                     "the object's name is missing: a step that has neither for each nor whenever "
                     "needs it");
  return FALSE;
}

static gboolean
read_node (SimAddress *address, gboolean answers, GError **error)
{
  const DdYaml *match = dd_yaml_member (address->pattern, "match");

  address->kind = &kube_node;
  address->by_subject
      = answers && match == NULL && dd_yaml_member (address->pattern, "pick") == NULL;
  return match == NULL || sim_fields_check_pattern (match, &kube_node, error);
}

gboolean
sim_address_read (const DdYaml *step, const DdYaml *pattern, SimAddressing how,
                  const SimManifests *workloads, SimAddress *out_address, GError **error)
{
  const DdYaml *each = dd_yaml_member (step, "for each");
  gboolean answers = dd_yaml_member (step, "whenever") != NULL;

  *out_address = (SimAddress) { .how = how, .pattern = pattern };
  if (each != NULL && how == SIM_ADDRESS_NOBODY)
    {
      dd_yaml_set_error (error, dd_yaml_key (step, "for each"),
                         "for each goes with patch, delete, cordon, uncordon, taint, untaint");
      return FALSE;
    }
  if (each != NULL)
    return read_each (each, workloads, out_address, error);
  switch (how)
    {
    case SIM_ADDRESS_NOBODY:
      return TRUE;
    case SIM_ADDRESS_OBJECT:
      return read_object (out_address, workloads, answers, error);
    case SIM_ADDRESS_NODE:
      return read_node (out_address, answers, error);
    }
  return TRUE;
}

void
sim_address_clear (SimAddress *address)
{
  g_clear_pointer (&address->each, dd_value_unref);
}

/* ---- whom it means ---- */

static void
target_free (gpointer data)
{
  SimTarget *target = data;

  g_free (target->namespace_);
  g_free (target->name);
  g_free (target);
}

static void
add_target (GPtrArray *targets, const KubeKind *kind, const char *namespace_, const char *name)
{
  SimTarget *target = g_new0 (SimTarget, 1);

  target->kind = kind;
  target->namespace_ = g_strdup (namespace_);
  target->name = g_strdup (name);
  g_ptr_array_add (targets, target);
}

static void
add_each (const SimAddress *address, const KubeApi *api, GPtrArray *targets)
{
  const KubeKind *kind = sim_kind_served (address->kind, api->catalogue);
  g_autoptr (GPtrArray) objects
      = kind != NULL ? sim_store_list (api->store, kind, NULL) : g_ptr_array_new ();

  for (guint i = 0; i < objects->len; i++)
    {
      const SimObject *object = g_ptr_array_index (objects, i);

      if (sim_match (address->each, object->value))
        add_target (targets, address->kind, object->namespace_, object->name);
    }
}

/* "namespace/name", or a name alone. */
static void
add_subject (const SimAddress *address, const char *subject, GPtrArray *targets)
{
  const char *slash = strchr (subject, '/');
  g_autofree char *namespace_
      = slash != NULL ? g_strndup (subject, (gsize) (slash - subject)) : g_strdup ("");

  add_target (targets, address->kind, namespace_, slash != NULL ? slash + 1 : subject);
}

/* Nodes have names that nobody knows before they join; a step says what its node is like. */
static void
add_node (const SimAddress *address, SimStore *store, GPtrArray *targets)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (store, &kube_node, NULL);
  const DdYaml *pattern = dd_yaml_member (address->pattern, "match");
  gint64 left = dd_value_path_int (address->pattern->value, "pick", 1);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if ((pattern == NULL || sim_match (pattern->value, node->value)) && --left == 0)
        add_target (targets, &kube_node, "", node->name);
    }
}

static void
add_named (const SimAddress *address, GPtrArray *targets)
{
  const char *namespace_ = sim_schema_text (dd_yaml_member (address->pattern, "namespace"));

  add_target (targets, address->kind, namespace_ != NULL ? namespace_ : "default",
              sim_schema_text (dd_yaml_member (address->pattern, "name")));
}

GPtrArray *
sim_address_targets (const SimAddress *address, const KubeApi *api, const char *subject)
{
  GPtrArray *targets = g_ptr_array_new_with_free_func (target_free);

  if (address->how == SIM_ADDRESS_NOBODY)
    add_target (targets, NULL, NULL, NULL);
  else if (address->each != NULL)
    add_each (address, api, targets);
  else if (address->by_subject && subject != NULL)
    add_subject (address, subject, targets);
  else if (address->by_subject)
    return targets;
  else if (address->how == SIM_ADDRESS_NODE)
    add_node (address, api->store, targets);
  else
    add_named (address, targets);
  return targets;
}
