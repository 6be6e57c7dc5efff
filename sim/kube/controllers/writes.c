/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/writes.c: faults before the writes of controllers
 *
 * To an API server its own controllers are clients like any other: an admission webhook that fails
 * closed, a quota or a missing permission refuses them too. Imitates: Kubernetes, Dynamic Admission
 * Control, Failure policy ("the API request is rejected", whoever sent it). */
#include "config.h"

#include "sim/kube/controllers/writes.h"

#include "sim/kube/scale.h"

#include "sim/kube/kinds/pod.h"
#include "sim/kube/owners.h"
#include "sim/stage/faults.h"

static gboolean
is_its_own (const SimActorClass *who, const char *operation)
{
  for (guint i = 0; who->writes[i] != NULL; i++)
    if (g_pattern_match_simple (who->writes[i], operation))
      return TRUE;
  return FALSE;
}

static const SimFault *
find_fault (SimActors *actors, const SimActorClass *who, const char *operation, GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  return sim_faults_refuse (actors->stage->faults, "kubernetes", operation, who->name,
                            (const char *const *) names->pdata);
}

/* FALSE, with ERROR as the API server words it, when a fault refuses OPERATION on what NAMES know
 * it by. */
static gboolean
is_let_through (SimActors *actors, const SimActorClass *who, const char *operation,
                GPtrArray *names, GError **error)
{
  const SimFault *fault;
  g_autofree char *message = NULL;

  g_assert (is_its_own (who, operation));
  fault = find_fault (actors, who, operation, names);
  if (fault == NULL)
    return TRUE;
  message = kube_reason_message (fault->error, fault->message);
  kube_set_error (error, kube_reason_code (fault->error), NULL, "%s", message);
  return FALSE;
}

static gboolean
may_touch (SimActors *actors, const SimActorClass *who, const char *verb, const SimObject *object,
           const char *subresource, GError **error)
{
  g_autofree char *operation = g_strconcat (verb, " ", object->kind->plural,
                                            subresource != NULL ? "/" : NULL, subresource, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (sim_faults_ask_for_names (actors->stage->faults))
    kube_add_names (actors->store, object->kind, object->namespace_, object->name, names);
  else
    g_ptr_array_add (names, g_strdup (object->name));
  return is_let_through (actors, who, operation, names, error);
}

/* How WHO writes: it is noted in managedFields, where actors are noted at all. */
static KubeWrite
write_by (SimActors *actors, const SimActorClass *who, const char *subresource)
{
  return (KubeWrite) { .manager = kube_actor (actors->api, sim_actor_manager (who)),
                       .subresource = subresource };
}

SimObject *
sim_write_create (SimActors *actors, const SimActorClass *who, const KubeKind *kind,
                  const char *namespace_, const DdValue *value, GError **error)
{
  g_autofree char *operation = g_strconcat ("create ", kind->plural, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  KubeWrite how = write_by (actors, who, NULL);

  kube_add_names_of_new (actors->store, kind, namespace_, value, names);
  return is_let_through (actors, who, operation, names, error)
             ? kube_create_with (actors->api, kind, namespace_, value, &how, error)
             : NULL;
}

SimObject *
sim_write_merge (SimActors *actors, const SimActorClass *who, const char *verb,
                 const SimObject *object, const DdValue *patch, GError **error)
{
  KubeWrite how = write_by (actors, who, NULL);

  return may_touch (actors, who, verb, object, NULL, error)
             ? kube_merge_with (actors->api, object, patch, &how, error)
             : NULL;
}

gboolean
sim_write_scale (SimActors *actors, const SimActorClass *who, const SimObject *object,
                 gint64 replicas, GError **error)
{
  KubeWrite how = write_by (actors, who, "scale");
  g_autoptr (SimObject) now = NULL;
  g_autoptr (DdValue) wanted = NULL;
  g_autoptr (SimObject) scaled = NULL;

  if (!may_touch (actors, who, "update", object, "scale", error))
    return FALSE;
  now = kube_get (actors->api, object->kind, object->namespace_, object->name, error);
  if (now == NULL)
    return FALSE;
  wanted = kube_scale_with (now, replicas);
  scaled = kube_update_with (actors->api, object->kind, object->namespace_, object->name,
                             KUBE_PART_MAIN, wanted, &how, error);

  return scaled != NULL;
}

SimObject *
sim_write_delete (SimActors *actors, const SimActorClass *who, const SimObject *object,
                  const KubeDelete *options, GError **error)
{
  return may_touch (actors, who, "delete", object, NULL, error) ? kube_delete (
             actors->api, object->kind, object->namespace_, object->name, options, error)
                                                                : NULL;
}

SimObject *
sim_write_finalize (SimActors *actors, const SimActorClass *who, const SimObject *space,
                    GError **error)
{
  g_autoptr (DdValue) final = dd_value_with (space->value, NULL, "spec", "finalizers", NULL);

  return may_touch (actors, who, "update", space, "finalize", error) ? kube_update_with (
             actors->api, space->kind, NULL, space->name, KUBE_PART_FINALIZE, final, NULL, error)
                                                                     : NULL;
}

gboolean
sim_write_bind (SimActors *actors, const SimActorClass *who, const SimObject *pod, const char *node,
                GError **error)
{
  return may_touch (actors, who, "create", pod, "binding", error)
         && kube_bind (actors->api, pod->namespace_, pod->name, node, error);
}
