/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/scheduler-private.h"
#include "sim/kube/controllers/volumes.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/storage.h"

/* What a pod's claims say of where it may run: a bound one means the nodes that its volume can be
 * reached from, one that waits for its first pod any node that a volume can be found or made for,
 * and one that is ReadWriteOncePod no node while another pod has it. Imitates: kube-scheduler's
 * plugins VolumeRestrictions and VolumeBinding.
 *
 * A real scheduler binds the pod when its volumes are; here it is bound at once, and its kubelet
 * waits for them. No driver fails, and so it comes to the same. */

struct _SimVolumes
{
  char *refusal;      /* no node will do; NULL: some may */
  GPtrArray *volumes; /* of the claims that are bound, as references */
  GPtrArray *open;    /* claims without a volume, as references */
  GPtrArray *holders; /* pods with a node that have a claim for one pod alone, as references */
};

static SimVolumes *
volumes_new (void)
{
  SimVolumes *volumes = g_new0 (SimVolumes, 1);

  volumes->volumes = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  volumes->open = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  volumes->holders = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  return volumes;
}

static gboolean
is_for_one_pod (const SimObject *claim)
{
  return g_strcmp0 (dd_value_path_string (claim->value, "spec.accessModes.0"), "ReadWriteOncePod")
         == 0;
}

static void
add_holders (SimVolumes *volumes, SimActors *actors, const SimObject *claim)
{
  g_autoptr (GPtrArray) pods = sim_store_list (actors->store, &kube_pod, claim->namespace_);

  for (guint i = 0; i < pods->len; i++)
    {
      SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);
      g_autoptr (GPtrArray) claims = sim_pod_claims (pod);

      if (view->node_name != NULL && !view->finished
          && g_ptr_array_find_with_equal_func (claims, claim->name, g_str_equal, NULL))
        g_ptr_array_add (volumes->holders, sim_object_ref (pod));
    }
}

/* Imitates: PreFilter and podHasPVCs. Returns why no node will do. */
static char *
add_claim (SimVolumes *volumes, SimActors *actors, const SimObject *pod, const char *name)
{
  SimObject *claim
      = sim_store_get (actors->store, &kube_persistent_volume_claim, pod->namespace_, name);
  const char *phase, *volume_name;
  SimObject *volume;

  if (claim == NULL)
    return g_strdup_printf ("persistentvolumeclaim \"%s\" not found", name);
  phase = dd_value_path_string (claim->value, "status.phase");
  volume_name = dd_value_path_string (claim->value, "spec.volumeName");
  if (g_strcmp0 (phase, "Lost") == 0)
    return g_strdup_printf ("persistentvolumeclaim \"%s\" bound to non-existent persistentvolume "
                            "\"%s\"",
                            name, volume_name);
  if (sim_is_terminating (claim))
    return g_strdup_printf ("persistentvolumeclaim \"%s\" is being deleted", name);
  if (is_for_one_pod (claim))
    add_holders (volumes, actors, claim);
  volume = volume_name != NULL
               ? sim_store_get (actors->store, &kube_persistent_volume, "", volume_name)
               : NULL;
  if (volume != NULL)
    g_ptr_array_add (volumes->volumes, sim_object_ref (volume));
  else if (volume_name != NULL || !sim_class_waits (sim_claim_class (actors, claim)))
    return g_strdup ("pod has unbound immediate PersistentVolumeClaims");
  else
    g_ptr_array_add (volumes->open, sim_object_ref (claim));
  return NULL;
}

SimVolumes *
sim_volumes_new (SimActors *actors, const SimObject *pod)
{
  g_autoptr (GPtrArray) claims = sim_pod_claims (pod);
  SimVolumes *volumes;

  if (claims->len == 0)
    return NULL;
  volumes = volumes_new ();
  for (guint i = 0; i < claims->len && volumes->refusal == NULL; i++)
    volumes->refusal = add_claim (volumes, actors, pod, g_ptr_array_index (claims, i));
  return volumes;
}

void
sim_volumes_free (SimVolumes *volumes)
{
  if (volumes == NULL)
    return;
  g_free (volumes->refusal);
  g_ptr_array_unref (volumes->volumes);
  g_ptr_array_unref (volumes->open);
  g_ptr_array_unref (volumes->holders);
  g_free (volumes);
}

const char *
sim_volumes_refusal (const SimVolumes *volumes)
{
  return volumes != NULL ? volumes->refusal : NULL;
}

gboolean
sim_volumes_are_held (const SimAttempt *attempt)
{
  for (guint i = 0; attempt->volumes != NULL && i < attempt->volumes->holders->len; i++)
    {
      const SimObject *holder = g_ptr_array_index (attempt->volumes->holders, i);

      if (attempt->absent == NULL || !g_hash_table_contains (attempt->absent, holder->uid))
        return TRUE;
    }
  return FALSE;
}

const char *
sim_volumes_conflict (const SimAttempt *attempt, const SimNodeInfo *node)
{
  const SimVolumes *volumes = attempt->volumes;

  for (guint i = 0; volumes != NULL && i < volumes->volumes->len; i++)
    if (!sim_volume_reaches (g_ptr_array_index (volumes->volumes, i), node->node->name,
                             node->view->labels))
      return attempt->actors->api->minor >= 33
                 ? "node(s) didn't match PersistentVolume's node affinity"
                 : "node(s) had volume node affinity conflict";
  for (guint i = 0; volumes != NULL && i < volumes->open->len; i++)
    {
      const SimObject *claim = g_ptr_array_index (volumes->open, i);
      const SimObject *class = sim_claim_class (attempt->actors, claim);

      if ((!sim_class_provisions (class) || !sim_class_allows (class, node->view->labels))
          && sim_volume_for (attempt->actors, claim, node->node) == NULL)
        return "node(s) didn't find available persistent volumes to bind";
    }
  return NULL;
}

static gboolean
select_node (SimActors *actors, const SimObject *claim, const char *node, GError **error)
{
  g_autoptr (DdValue) patch
      = dd_value_with (NULL, dd_string (node), "metadata", "annotations", KUBE_SELECTED_NODE, NULL);
  g_autoptr (SimObject) written
      = sim_write_merge (actors, &sim_actor_scheduler, "update", claim, patch, error);

  return written != NULL;
}

/* A volume that is there comes before one that would have to be made. Imitates: PreBind. */
gboolean
sim_volumes_bind (const SimAttempt *attempt, const SimObject *node, GError **error)
{
  const SimVolumes *volumes = attempt->volumes;

  for (guint i = 0; volumes != NULL && i < volumes->open->len; i++)
    {
      const SimObject *claim = g_ptr_array_index (volumes->open, i);
      const SimObject *volume = sim_volume_for (attempt->actors, claim, node);

      if (volume != NULL && !sim_volume_is_of (volume, claim)
          && !sim_volume_promise (attempt->actors, &sim_actor_scheduler, volume, claim, error))
        return FALSE;
      if (!select_node (attempt->actors, claim, node->name, error))
        return FALSE;
    }
  return TRUE;
}
