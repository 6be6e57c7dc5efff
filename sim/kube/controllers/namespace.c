/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/writes.h"

/* Furnishes new namespaces with the service account and the root certificate that pods expect, and
 * empties those that are being deleted. Imitates: Kubernetes, Namespaces; service account
 * controller; root CA publisher. */

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *closing; /* names of namespaces being deleted */
} Namespaces;

static gboolean
ensure (Namespaces *self, const KubeKind *kind, const char *space, const char *name, DdValue *extra,
        GError **error)
{
  g_autoptr (DdValue) rest = extra;
  g_autoptr (DdValue) value = NULL;
  g_autoptr (SimObject) created = NULL;

  if (sim_store_get (self->actors->store, kind, space, name) != NULL)
    return TRUE;
  value = dd_value_with (rest, dd_string (name), "metadata", "name", NULL);
  created = sim_write_create (self->actors, &sim_actor_namespace, kind, space, value, error);
  return created != NULL;
}

static gboolean
furnish (Namespaces *self, const char *name, GError **error)
{
  static const char description[] = "Certificates by which pods know the API server.";
  DdValue *annotations = dd_object ("kubernetes.io/description", dd_string (description), NULL);

  return ensure (self, &kube_service_account, name, "default", dd_object_empty (), error)
         && ensure (self, &kube_config_map, name, "kube-root-ca.crt",
                    dd_object ("metadata", dd_object ("annotations", annotations, NULL), "data",
                               dd_object ("ca.crt", dd_string (""), NULL), NULL),
                    error);
}

/* Asks every object of KIND to go; returns how many are still there, since pods take their time.
 * The first refusal is *PROBLEM. */
static guint
empty_kind (Namespaces *self, const KubeKind *kind, const char *name, GError **problem)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (GPtrArray) objects = sim_store_list (self->actors->store, kind, name);
  g_autoptr (GPtrArray) left = NULL;

  options.propagation = "Background";
  for (guint i = 0; i < objects->len; i++)
    {
      const SimObject *object = g_ptr_array_index (objects, i);
      g_autoptr (SimObject) deleted = NULL;

      if (!sim_is_terminating (object))
        deleted = sim_write_delete (self->actors, &sim_actor_namespace, object, &options,
                                    *problem == NULL ? problem : NULL);
    }
  left = sim_store_list (self->actors->store, kind, name);
  return left->len;
}

/* Of several versions of a kind the first has all objects. */
static gboolean
is_first_version (const GPtrArray *kinds, guint at)
{
  const KubeKind *kind = g_ptr_array_index (kinds, at);

  for (guint i = 0; i < at; i++)
    if (kube_kind_stored (g_ptr_array_index (kinds, i)) == kube_kind_stored (kind))
      return FALSE;
  return TRUE;
}

/* Adds what is left of each kind to LEFT, in the words of the namespace's conditions. */
static guint
empty (Namespaces *self, const char *name, GString *left, GError **problem)
{
  const GPtrArray *kinds = self->actors->api->catalogue->kinds;
  guint remaining = 0;

  for (guint i = 0; i < kinds->len; i++)
    {
      const KubeKind *kind = g_ptr_array_index (kinds, i);
      gboolean counts = kind->namespaced && is_first_version (kinds, i);
      guint n = counts ? empty_kind (self, kind, name, problem) : 0;

      if (n > 0)
        g_string_append_printf (left, "%s%s.%s has %u resource instances",
                                left->len > 0 ? ", " : "", kind->plural, kind->group, n);
      remaining += n;
    }
  return remaining;
}

/* The five conditions of a namespace on its way out; problems of discovery cannot happen here. */
static void
report (Namespaces *self, SimObject *space, const char *left)
{
  g_autofree char *remaining = g_strdup_printf ("Some resources are remaining: %s", left);
  const struct
  {
    const char *type, *status, *reason, *message;
  } rows[] = {
    { "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered",
      "All resources successfully discovered" },
    { "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
      "All legacy kube types successfully parsed" },
    { "NamespaceDeletionContentFailure", "False", "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization" },
    { "NamespaceContentRemaining", "True", "SomeResourcesRemain", remaining },
    { "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
      "All content-preserving finalizers finished" },
  };
  DdValue *status = dd_value_ref (dd_value_member (space->value, "status"));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) plain = status;

      status = sim_status_with_condition (
          plain,
          dd_object ("type", dd_string (rows[i].type), "status", dd_string (rows[i].status),
                     "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
                     dd_string (rows[i].reason), "message", dd_string (rows[i].message), NULL));
    }
  sim_actors_post_status (self->actors, &sim_actor_namespace, space, status);
}

static gboolean
close_namespace (Namespaces *self, SimObject *space, GError **error)
{
  g_autoptr (GString) left = g_string_new (NULL);
  g_autoptr (SimObject) finalized = NULL;
  g_autoptr (GError) problem = NULL;

  if (empty (self, space->name, left, &problem) > 0)
    {
      report (self, space, left->str);
      if (problem == NULL)
        return TRUE; /* what leaves brings the next run */
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  finalized = sim_write_finalize (self->actors, &sim_actor_namespace, space, error);
  return finalized != NULL;
}

static gboolean
reconcile (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *name, GError **error)
{
  Namespaces *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_namespace, "", name);
  g_autoptr (SimObject) space = found != NULL ? sim_object_ref (found) : NULL;

  if (space == NULL)
    return TRUE;
  if (sim_is_terminating (space))
    return close_namespace (self, space, error);
  return furnish (self, name, error);
}

static void
object_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Namespaces *self = data;
  const SimObject *object = change->object;

  if (object->kind == &kube_namespace)
    {
      if (change->type == SIM_DELETED)
        g_hash_table_remove (self->closing, object->name);
      else if (sim_is_terminating (object))
        g_hash_table_add (self->closing, g_strdup (object->name));
      sim_controller_add (self->queue, "", object->name);
    }
  else if (change->type == SIM_DELETED
           && (object->kind == &kube_service_account || object->kind == &kube_config_map
               || g_hash_table_contains (self->closing, object->namespace_)))
    sim_controller_add (self->queue, "", object->namespace_);
}

static gpointer
start (SimActors *actors)
{
  Namespaces *self = g_new0 (Namespaces, 1);
  g_autoptr (GPtrArray) present = sim_store_list (actors->store, &kube_namespace, NULL);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->closing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sim_store_subscribe (actors->store, NULL, object_changed, self);
  for (guint i = 0; i < present->len; i++)
    sim_controller_add (self->queue, "", ((SimObject *) g_ptr_array_index (present, i))->name);
  return self;
}

static void
stop (gpointer data)
{
  Namespaces *self = data;

  sim_store_unsubscribe (self->actors->store, object_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->closing);
  g_free (self);
}

static const char *const writes[] = { "create serviceaccounts", "create configmaps", "delete *",
                                      "update namespaces/finalize", NULL };

const SimActorClass sim_actor_namespace = { "namespace", start, stop, writes };
