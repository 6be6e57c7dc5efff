/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/definitions.c: definitions of custom resources at work
 *
 * A real server has controllers for this, which take some hundredths of a second. Here it is done
 * with the write: the answer shows the definition as it was written, and whoever reads it next sees
 * what became of it.
 *
 * Imitates: apiextensions-apiserver's controllers for naming, establishing, API approval and
 * finalizing. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/definitions.h"
#include "sim/kube/kinds/json-schema.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/verbs/rules.h"

gboolean
kube_definition_is (const DdValue *definition, const char *type)
{
  const DdValue *conditions = dd_value_path (definition, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *its = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (its, "type"), type) == 0)
        return g_strcmp0 (dd_value_path_string (its, "status"), "True") == 0;
    }
  return FALSE;
}

/* ---- what is not modelled ---- */

static void
tell (KubeApi *api, const char *name, const char *what)
{
  sim_stage_trace (
      api->stage, "kube-apiserver", DD_EVENT_NOT_MODELLED, name,
      dd_object ("service", dd_string ("kubernetes"), "operation", dd_string (what), NULL));
}

void
kube_definition_tell (KubeApi *api, const DdValue *definition)
{
  const char *name = dd_value_path_string (definition, "metadata.name");

  if (name == NULL)
    return;
  if (kube_json_schema_has_rules (dd_value_path (definition, "spec.versions")))
    tell (api, name, "x-kubernetes-validations");
  if (g_strcmp0 (dd_value_path_string (definition, "spec.conversion.strategy"), "Webhook") == 0)
    tell (api, name, "conversion webhook");
}

/* ---- names ---- */

/* What other definitions of the group are already served as: names in paths, and names of kinds. */
typedef struct
{
  GHashTable *resources, *kinds; /* of borrowed texts; for look-up only */
} Taken;

static void
take (GHashTable *names, const DdValue *name)
{
  if (dd_value_string (name) != NULL)
    g_hash_table_add (names, (gpointer) dd_value_string (name));
}

static void
take_names (Taken *taken, const DdValue *names)
{
  const DdValue *short_names = dd_value_member (names, "shortNames");

  take (taken->resources, dd_value_member (names, "plural"));
  take (taken->resources, dd_value_member (names, "singular"));
  for (gsize i = 0; i < dd_value_length (short_names); i++)
    take (taken->resources, dd_value_element (short_names, i));
  take (taken->kinds, dd_value_member (names, "kind"));
  take (taken->kinds, dd_value_member (names, "listKind"));
}

/* The definitions of DEFINITION's group but itself; a new array of references. */
static GPtrArray *
others_of_group (KubeApi *api, const char *group, const char *name)
{
  GPtrArray *list = sim_store_list (api->store, &kube_custom_resource_definition, NULL);

  for (guint i = list->len; i-- > 0;)
    {
      const SimObject *other = g_ptr_array_index (list, i);

      if (strcmp (other->name, name) == 0
          || g_strcmp0 (dd_value_path_string (other->value, "spec.group"), group) != 0)
        g_ptr_array_remove_index (list, i);
    }
  return list;
}

/* The first of WANTED that is taken; NULL: none is. */
static const char *
find_taken (GHashTable *names, const DdValue *wanted)
{
  const char *text = dd_value_string (wanted);

  if (text != NULL)
    return g_hash_table_contains (names, text) ? text : NULL;
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    {
      text = dd_value_string (dd_value_element (wanted, i));
      if (text != NULL && g_hash_table_contains (names, text))
        return text;
    }
  return NULL;
}

/* The names that are free, or were accepted before, and the last reason for which one is not. */
static DdValue *
acceptable_names (const Taken *taken, const DdValue *definition, const char **out_reason,
                  char **out_message)
{
  static const struct
  {
    const char *member, *reason;
    gboolean is_kind;
  } rows[] = {
    { "plural", "PluralConflict", FALSE },         { "singular", "SingularConflict", FALSE },
    { "shortNames", "ShortNamesConflict", FALSE }, { "kind", "KindConflict", TRUE },
    { "listKind", "ListKindConflict", TRUE },
  };
  const DdValue *wanted = dd_value_path (definition, "spec.names");
  const DdValue *before = dd_value_path (definition, "status.acceptedNames");
  g_auto (DdBuilder) accepted = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const DdValue *name = dd_value_member (wanted, rows[i].member);
      const char *clash = find_taken (rows[i].is_kind ? taken->kinds : taken->resources, name);

      dd_builder_set (
          &accepted, rows[i].member,
          dd_value_ref (clash == NULL ? name : dd_value_member (before, rows[i].member)));
      if (clash == NULL)
        continue;
      *out_reason = rows[i].reason;
      g_free (*out_message);
      *out_message = g_strdup_printf ("\"%s\" is already in use", clash);
    }
  dd_builder_set (&accepted, "categories", dd_value_ref (dd_value_member (wanted, "categories")));
  return dd_builder_end (&accepted);
}

static DdValue *
with_condition (KubeApi *api, DdValue *definition, const char *type, gboolean holds,
                const char *reason, const char *message)
{
  return kube_with_condition (definition, type, holds ? "True" : "False", reason, message, FALSE,
                              sim_stage_now (api->stage));
}

static DdValue *
with_approval (KubeApi *api, DdValue *definition)
{
  const DdValue *annotations = dd_value_path (definition, "metadata.annotations");
  const char *approval = dd_value_string (dd_value_member (annotations, KUBE_APPROVED_ANNOTATION));
  const char *group = dd_value_path_string (definition, "spec.group");
  gboolean refused = approval != NULL && g_str_has_prefix (approval, "unapproved");
  g_autofree char *message = NULL;

  if (approval == NULL || group == NULL
      || !(g_str_has_suffix (group, ".k8s.io") || g_str_has_suffix (group, ".kubernetes.io")))
    return definition;
  message = refused ? g_strdup_printf ("not approved: \"%s\"", approval)
                    : g_strdup_printf ("approved in %s", approval);
  return with_condition (api, definition, "KubernetesAPIApprovalPolicyConformant", !refused,
                         refused ? "UnapprovedAnnotation" : "ApprovedAnnotation", message);
}

/* DEFINITION with its names accepted, as far as they are free. Takes it. */
static DdValue *
with_names (KubeApi *api, DdValue *definition)
{
  const char *group = dd_value_path_string (definition, "spec.group");
  const char *name = dd_value_path_string (definition, "metadata.name");
  g_autoptr (GPtrArray) others = others_of_group (api, group, name);
  g_autoptr (GHashTable) resources = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) kinds = g_hash_table_new (g_str_hash, g_str_equal);
  Taken taken = { resources, kinds };
  const char *reason = NULL;
  g_autofree char *message = NULL;
  DdValue *accepted;

  for (guint i = 0; i < others->len; i++)
    take_names (&taken,
                dd_value_path (((SimObject *) others->pdata[i])->value, "status.acceptedNames"));
  accepted = acceptable_names (&taken, definition, &reason, &message);
  dd_value_set (&definition, "status.acceptedNames", accepted);
  definition = with_condition (api, definition, "NamesAccepted", reason == NULL,
                               reason != NULL ? reason : "NoConflicts",
                               message != NULL ? message : "no conflicts found");
  if (kube_definition_is (definition, "Established"))
    return definition;
  if (reason != NULL)
    return with_condition (api, definition, "Established", FALSE, "NotAccepted",
                           "not all names are accepted");
  return with_condition (api, definition, "Established", TRUE, "InitialNamesAccepted",
                         "the initial names have been accepted");
}

/* ---- the end ---- */

static const char *
reason_of_end (gboolean done)
{
  return done ? "InstanceDeletionCompleted" : "InstanceDeletionInProgress";
}

static void
set_ending (KubeApi *api, SimObject *definition, gboolean done)
{
  g_autoptr (DdValue) ending = with_condition (
      api, dd_value_ref (definition->value), "Terminating", !done, reason_of_end (done),
      done ? "removed all instances" : "CustomResource deletion is in progress");
  SimObject *written
      = kube_set_status (api, definition, dd_value_ref (dd_value_member (ending, "status")));

  if (written != NULL)
    sim_object_unref (written);
}

static void
delete_objects (KubeApi *api, const KubeKind *stored)
{
  g_autoptr (GPtrArray) objects = sim_store_list (api->store, stored, NULL);

  for (guint i = 0; i < objects->len; i++)
    {
      const SimObject *object = g_ptr_array_index (objects, i);
      const KubeDelete options = KUBE_DELETE_DEFAULT;
      g_autoptr (SimObject) deleted = NULL;

      if (!kube_is_terminating (object->value))
        deleted = kube_delete (api, stored, object->namespace_, object->name, &options, NULL);
    }
}

static gboolean
is_ours (const DdValue *finalizer)
{
  return g_strcmp0 (dd_value_string (finalizer), KUBE_DEFINITION_FINALIZER) == 0;
}

/* Takes off the finalizer, with which DEFINITION goes unless others have put theirs there. */
static void
let_go (KubeApi *api, const SimObject *definition)
{
  const DdValue *finalizers = dd_value_path (definition->value, "metadata.finalizers");
  g_auto (DdBuilder) rest = dd_builder_array ();
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) written = NULL;
  gboolean found = FALSE;

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    {
      const DdValue *finalizer = dd_value_element (finalizers, i);

      found = found || is_ours (finalizer);
      if (!is_ours (finalizer))
        dd_builder_add (&rest, dd_value_ref (finalizer));
    }
  if (!found)
    return;
  patch = dd_object ("metadata", dd_object ("finalizers", dd_builder_end (&rest), NULL), NULL);
  written = kube_merge (api, definition->kind, NULL, definition->name, patch, NULL);
}

/* The objects first, then the definition; each of them may wait for finalizers. */
static void
clear_away (KubeApi *api, const SimObject *definition)
{
  const KubeKind *kind = definition->kind;
  const KubeKind *stored = kube_catalogue_find_stored (
      api->catalogue, dd_value_path_string (definition->value, "spec.group"),
      dd_value_path_string (definition->value, "spec.names.plural"));
  g_autofree char *name = g_strdup (definition->name);
  SimObject *left;

  if (stored != NULL)
    delete_objects (api, stored);
  left = sim_store_get (api->store, kind, "", name);
  if (left == NULL)
    return; /* it went with the last of them */
  if (stored != NULL && sim_store_count (api->store, stored) > 0)
    {
      set_ending (api, left, FALSE);
      return;
    }
  set_ending (api, left, TRUE);
  left = sim_store_get (api->store, kind, "", name);
  let_go (api, left);
}

/* ---- settling ---- */

static void
settle (KubeApi *api, SimObject *definition)
{
  g_autoptr (DdValue) settled
      = with_approval (api, with_names (api, dd_value_ref (definition->value)));
  g_autoptr (SimObject) written
      = kube_set_status (api, definition, dd_value_ref (dd_value_member (settled, "status")));

  kube_custom_resources_offer (api, written->value);
  if (kube_is_terminating (written->value))
    clear_away (api, written);
}

/* NAME has left: its objects can be reached no more, and its names are free. */
static void
withdraw (KubeApi *api, const char *name)
{
  const char *dot = strchr (name, '.');
  g_autofree char *plural = g_strndup (name, (gsize) (dot - name));
  const KubeKind *stored = kube_catalogue_find_stored (api->catalogue, dot + 1, plural);
  g_autoptr (GPtrArray) others = others_of_group (api, dot + 1, name);

  if (stored != NULL)
    kube_catalogue_end (api->catalogue, stored);
  for (guint i = 0; i < others->len; i++)
    settle (api, others->pdata[i]);
}

void
kube_definition_settle (KubeApi *api, const KubeKind *kind, const char *name)
{
  SimObject *definition = sim_store_get (api->store, kind, "", name);

  if (definition != NULL)
    settle (api, definition);
  else
    withdraw (api, name);
}
