/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/volumes.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/kinds/storage.h"

/* Gives each claim a volume, one that is there or one that a driver makes, and takes volumes away
 * whose claim is gone. A claim whose class waits for its first pod is left alone until the
 * scheduler has written down the node. A new volume can be reached from the zone of that node
 * alone; without one, the zone is drawn from the claim's name, and the ordinals of a StatefulSet
 * take turns. Imitates: Kubernetes, Persistent Volumes; the controllers persistentvolume-binder and
 * CSI external-provisioner, with the EBS CSI driver behind it.
 *
 * A claim that grows is given what it asks for at once.
 *
 * Not imitated: a driver that fails. */

#define COMPONENT "persistentvolume-controller"
/* The annotation that a claim has once its driver was asked. */
#define ASKED "volume.kubernetes.io/storage-provisioner"
#define ZONE_LABEL "topology.kubernetes.io/zone"

typedef struct
{
  SimActors *actors;
  SimController *claims;
  SimController *volumes;
  GHashTable *due; /* uid of a claim, or name of a volume -> when its driver is done, as a DdUsec */
} Binder;

/* TRUE once a DELAY that begins now has passed; until then QUEUE runs the object again. */
static gboolean
has_taken (Binder *self, SimController *queue, const SimObject *object, const char *key,
           SimDelay delay)
{
  SimStage *stage = self->actors->stage;
  DdUsec now = sim_stage_now (stage);
  DdUsec *due = g_hash_table_lookup (self->due, key);

  if (due == NULL)
    {
      due = g_new (DdUsec, 1);
      *due = now + sim_latency_draw (stage->latency, delay);
      g_hash_table_insert (self->due, g_strdup (key), due);
    }
  if (*due > now)
    {
      sim_controller_add_after (queue, object->namespace_, object->name, *due - now);
      return FALSE;
    }
  g_hash_table_remove (self->due, key);
  return TRUE;
}

/* ---- claims ---- */

static void G_GNUC_PRINTF (6, 7)
    record (Binder *self, const SimObject *object, const char *who, const char *type,
            const char *reason, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  kube_record_event (self->actors->api, object, who, NULL, type, reason, "%s", message);
}

static void
post_bound (Binder *self, SimObject *claim, const SimObject *volume)
{
  const DdValue *modes = dd_value_path (volume->value, "spec.accessModes");
  const DdValue *capacity = dd_value_path (volume->value, "spec.capacity");

  sim_actors_post_status (self->actors, &sim_actor_volume_binder, claim,
                          dd_object ("phase", dd_string ("Bound"), "accessModes",
                                     modes != NULL ? dd_value_ref (modes) : NULL, "capacity",
                                     capacity != NULL ? dd_value_ref (capacity) : NULL, NULL));
}

/* The server lets nobody ask for more whose class does not allow it. Imitates: external-resizer. */
static gboolean
grow (Binder *self, const SimObject *claim, SimObject **volume, GError **error)
{
  const DdValue *wanted = dd_value_path (claim->value, "spec.resources.requests.storage");
  const DdValue *had = dd_value_path (claim->value, "status.capacity.storage");
  g_autoptr (DdValue) patch = NULL;
  SimObject *grown;

  if (had == NULL || kube_storage_size (wanted) <= kube_storage_size (had)
      || kube_storage_size (wanted)
             <= kube_storage_size (dd_value_path ((*volume)->value, "spec.capacity.storage")))
    return TRUE;
  patch = dd_value_with_path (NULL, "spec.capacity.storage", dd_value_ref (wanted));
  grown = sim_write_merge (self->actors, &sim_actor_volume_binder, "update", *volume, patch, error);
  if (grown == NULL)
    return FALSE;
  sim_object_unref (*volume);
  *volume = grown;
  return TRUE;
}

static gboolean
follow_bound (Binder *self, SimObject *claim, const char *name, GError **error)
{
  SimObject *found = sim_store_get (self->actors->store, &kube_persistent_volume, "", name);
  g_autoptr (SimObject) volume = found != NULL ? sim_object_ref (found) : NULL;
  const char *phase = dd_value_path_string (claim->value, "status.phase");

  if (volume == NULL)
    {
      if (g_strcmp0 (phase, "Bound") != 0)
        return TRUE; /* it may still be made */
      record (self, claim, COMPONENT, "Warning", "ClaimLost",
              "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
      sim_actors_post_status (self->actors, &sim_actor_volume_binder, claim,
                              dd_object ("phase", dd_string ("Lost"), NULL));
      return TRUE;
    }
  if (dd_value_path (volume->value, "spec.claimRef.uid") == NULL
      && (dd_value_path (volume->value, "spec.claimRef") == NULL
          || sim_volume_is_of (volume, claim)))
    return sim_volume_promise (self->actors, &sim_actor_volume_binder, volume, claim, error);
  if (!sim_volume_is_of (volume, claim))
    return TRUE;
  if (!grow (self, claim, &volume, error))
    return FALSE;
  post_bound (self, claim, volume);
  return TRUE;
}

static gboolean
bind_to (Binder *self, const SimObject *claim, const SimObject *volume, GError **error)
{
  g_autoptr (DdValue) patch = dd_object (
      "metadata",
      dd_object ("annotations",
                 dd_object ("pv.kubernetes.io/bind-completed", dd_string ("yes"),
                            "pv.kubernetes.io/bound-by-controller", dd_string ("yes"), NULL),
                 NULL),
      "spec", dd_object ("volumeName", dd_string (volume->name), NULL), NULL);
  g_autoptr (SimObject) written = NULL;

  if (dd_value_path (volume->value, "spec.claimRef.uid") == NULL
      && !sim_volume_promise (self->actors, &sim_actor_volume_binder, volume, claim, error))
    return FALSE;
  written = sim_write_merge (self->actors, &sim_actor_volume_binder, "update", claim, patch, error);
  return written != NULL;
}

static const char *
selected_node (const SimObject *claim)
{
  return dd_value_string (
      dd_value_at (claim->value, "metadata", "annotations", KUBE_SELECTED_NODE, NULL));
}

static int
compare_zones (gconstpointer left, gconstpointer right)
{
  return g_strcmp0 (*(const char *const *) left, *(const char *const *) right);
}

/* Imitates: the external provisioner's getPVCNameHashAndIndexOffset: claims of a StatefulSet differ
 * by their ordinal. */
static const char *
zone_by_name (Binder *self, const SimObject *claim, const SimObject *class)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (self->actors->store, &kube_node, NULL);
  g_autoptr (GPtrArray) zones = g_ptr_array_new ();
  const char *dash = strrchr (claim->name, '-');
  gboolean numbered
      = dash != NULL && dash[1] != '\0' && strspn (dash + 1, "0123456789") == strlen (dash + 1);
  guint offset = numbered ? (guint) g_ascii_strtoull (dash + 1, NULL, 10) : 0;
  gsize length = numbered ? (gsize) (dash - claim->name) : strlen (claim->name);
  guint32 hash = 2166136261u; /* FNV-1a */

  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *node = kube_node_view (g_ptr_array_index (nodes, i));
      const char *zone = g_intern_string (node->zone);

      if (zone != NULL && sim_class_allows (class, node->labels)
          && !g_ptr_array_find (zones, zone, NULL))
        g_ptr_array_add (zones, (gpointer) zone);
    }
  if (zones->len == 0)
    return NULL;
  g_ptr_array_sort (zones, compare_zones);
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) claim->name[i]) * 16777619u;
  return g_ptr_array_index (zones, (hash + offset) % zones->len);
}

static const char *
zone_for (Binder *self, const SimObject *claim, const SimObject *class)
{
  const char *name = selected_node (claim);
  const SimObject *node;

  if (name == NULL)
    return zone_by_name (self, claim, class);
  node = sim_store_get (self->actors->store, &kube_node, "", name);
  return node != NULL ? g_intern_string (kube_node_view (node)->zone) : NULL;
}

static DdValue *
affinity_to (const char *zone)
{
  if (zone == NULL)
    return NULL;
  return dd_object (
      "required",
      dd_object ("nodeSelectorTerms",
                 dd_array (dd_object ("matchExpressions",
                                      dd_array (dd_object ("key", dd_string (ZONE_LABEL),
                                                           "operator", dd_string ("In"), "values",
                                                           dd_array (dd_string (zone), NULL), NULL),
                                                NULL),
                                      NULL),
                           NULL),
                 NULL),
      NULL);
}

static DdValue *
volume_value (const SimObject *claim, const SimObject *class, const char *zone)
{
  const DdValue *spec = dd_value_member (claim->value, "spec");
  const DdValue *policy = dd_value_member (class->value, "reclaimPolicy");
  const char *driver = sim_class_driver (class);
  g_autofree char *handle = g_strndup (claim->uid + strlen (claim->uid) - 12, 12);

  return dd_object (
      "metadata",
      dd_object ("name", dd_string_printf ("pvc-%s", claim->uid), "annotations",
                 dd_object ("pv.kubernetes.io/provisioned-by", dd_string (driver), NULL), NULL),
      "spec",
      dd_object ("capacity", dd_value_ref (dd_value_path (spec, "resources.requests")),
                 "accessModes", dd_value_ref (dd_value_member (spec, "accessModes")), "claimRef",
                 dd_object ("kind", dd_string ("PersistentVolumeClaim"), "namespace",
                            dd_string (claim->namespace_), "name", dd_string (claim->name), "uid",
                            dd_string (claim->uid), "apiVersion", dd_string ("v1"), NULL),
                 "persistentVolumeReclaimPolicy", dd_value_ref (policy), "storageClassName",
                 dd_string (class->name), "volumeMode",
                 dd_value_ref (dd_value_member (spec, "volumeMode")), "csi",
                 dd_object ("driver", dd_string (driver), "volumeHandle",
                            dd_string_printf ("vol-00000%s", handle), "fsType",
                            zone != NULL ? dd_string ("ext4") : NULL, NULL),
                 "nodeAffinity", affinity_to (zone), NULL),
      NULL);
}

/* The node is gone before its volume was made: the scheduler must choose again. */
static gboolean
unselect (Binder *self, const SimObject *claim, GError **error)
{
  g_autoptr (DdValue) patch
      = dd_value_with (NULL, dd_null (), "metadata", "annotations", KUBE_SELECTED_NODE, NULL);
  g_autoptr (SimObject) written
      = sim_write_merge (self->actors, &sim_actor_volume_binder, "update", claim, patch, error);

  return written != NULL;
}

/* Imitates: setClaimProvisioner, and who tells what from then on. */
static gboolean
ask_driver (Binder *self, const SimObject *claim, const char *driver, GError **error)
{
  g_autofree char *provisioner = g_strdup_printf ("%s_controller", driver);
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) written = NULL;

  if (dd_value_at (claim->value, "metadata", "annotations", ASKED, NULL) != NULL)
    return TRUE;
  patch = dd_value_with (NULL, dd_string (driver), "metadata", "annotations", ASKED, NULL);
  written = sim_write_merge (self->actors, &sim_actor_volume_binder, "update", claim, patch, error);
  if (written == NULL)
    return FALSE;
  record (self, claim, COMPONENT, "Normal", "ExternalProvisioning",
          "Waiting for a volume to be created either by the external provisioner '%s' or manually "
          "by the system administrator. If volume creation is delayed, please verify that the "
          "provisioner is running and correctly registered.",
          driver);
  record (self, claim, provisioner, "Normal", "Provisioning",
          "External provisioner is provisioning volume for claim \"%s/%s\"", claim->namespace_,
          claim->name);
  return TRUE;
}

static gboolean
provision (Binder *self, const SimObject *claim, const SimObject *class, GError **error)
{
  const char *driver = sim_class_driver (class);
  const char *zone = sim_driver_is_zonal (driver) ? zone_for (self, claim, class) : NULL;
  g_autofree char *provisioner = g_strdup_printf ("%s_controller", driver);
  g_autoptr (DdValue) value = NULL;
  g_autoptr (SimObject) volume = NULL;

  if (zone == NULL && sim_driver_is_zonal (driver))
    return selected_node (claim) == NULL || unselect (self, claim, error);
  if (!ask_driver (self, claim, driver, error))
    return FALSE;
  if (!has_taken (self, self->claims, claim, claim->uid, SIM_DELAY_VOLUME_PROVISION))
    return TRUE;
  value = volume_value (claim, class, zone);
  volume = sim_write_create (self->actors, &sim_actor_volume_binder, &kube_persistent_volume, NULL,
                             value, error);
  if (volume == NULL)
    return FALSE;
  record (self, claim, provisioner, "Normal", "ProvisioningSucceeded",
          "Successfully provisioned volume %s", volume->name);
  return bind_to (self, claim, volume, error);
}

static gboolean
find_volume (Binder *self, const SimObject *claim, GError **error)
{
  const SimObject *found_class = sim_claim_class (self->actors, claim);
  g_autoptr (SimObject) class = found_class != NULL ? sim_object_ref ((SimObject *) found_class)
                                                    : NULL;
  gboolean waits = sim_class_waits (class);
  SimObject *found = sim_volume_for (self->actors, claim, NULL);
  g_autoptr (SimObject) volume = found != NULL ? sim_object_ref (found) : NULL;

  if (volume != NULL && (!waits || sim_volume_is_of (volume, claim)))
    return bind_to (self, claim, volume, error);
  if (waits && selected_node (claim) == NULL)
    {
      record (self, claim, COMPONENT, "Normal", "WaitForFirstConsumer",
              "waiting for first consumer to be created before binding");
      return TRUE;
    }
  if (sim_class_provisions (class))
    return provision (self, claim, class, error);
  if (class == NULL)
    record (self, claim, COMPONENT, "Normal", "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set");
  return TRUE;
}

static gboolean
reconcile_claim (gpointer data, const char *namespace_, const char *name, GError **error)
{
  Binder *self = data;
  SimObject *found
      = sim_store_get (self->actors->store, &kube_persistent_volume_claim, namespace_, name);
  g_autoptr (SimObject) claim = found != NULL ? sim_object_ref (found) : NULL;
  const char *volume;

  if (claim == NULL || sim_is_terminating (claim))
    return TRUE;
  volume = dd_value_path_string (claim->value, "spec.volumeName");
  return volume != NULL ? follow_bound (self, claim, volume, error)
                        : find_volume (self, claim, error);
}

/* ---- volumes ---- */

/* NULL: VOLUME is nobody's, or its claim is gone. */
static const SimObject *
claim_of (Binder *self, const SimObject *volume)
{
  const DdValue *reference = dd_value_path (volume->value, "spec.claimRef");
  const char *namespace_ = dd_value_path_string (reference, "namespace");
  const char *name = dd_value_path_string (reference, "name");
  const SimObject *claim
      = namespace_ != NULL && name != NULL
            ? sim_store_get (self->actors->store, &kube_persistent_volume_claim, namespace_, name)
            : NULL;

  return claim != NULL && sim_volume_is_of (volume, claim) ? claim : NULL;
}

static const char *
phase_of (Binder *self, const SimObject *volume)
{
  if (dd_value_path (volume->value, "spec.claimRef.uid") == NULL)
    return "Available";
  return claim_of (self, volume) != NULL ? "Bound" : "Released";
}

static gboolean
reclaim (Binder *self, const SimObject *volume, GError **error)
{
  const KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = NULL;

  if (!has_taken (self, self->volumes, volume, volume->name, SIM_DELAY_VOLUME_PROVISION))
    return TRUE;
  deleted = sim_write_delete (self->actors, &sim_actor_volume_binder, volume, &options, error);
  return deleted != NULL;
}

static gboolean
reconcile_volume (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *name,
                  GError **error)
{
  Binder *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_persistent_volume, "", name);
  g_autoptr (SimObject) volume = found != NULL ? sim_object_ref (found) : NULL;
  const char *policy;

  if (volume == NULL)
    return TRUE;
  sim_actors_post_status (self->actors, &sim_actor_volume_binder, volume,
                          dd_object ("phase", dd_string (phase_of (self, volume)), NULL));
  policy = dd_value_path_string (volume->value, "spec.persistentVolumeReclaimPolicy");
  if (!sim_is_terminating (volume) && g_strcmp0 (phase_of (self, volume), "Released") == 0
      && g_strcmp0 (policy, "Delete") == 0)
    return reclaim (self, volume, error);
  return TRUE;
}

/* ---- what wakes it ---- */

static void
claim_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Binder *self = data;
  const char *volume = dd_value_path_string (change->object->value, "spec.volumeName");

  if (change->type == SIM_DELETED)
    g_hash_table_remove (self->due, change->object->uid);
  if (volume != NULL)
    sim_controller_add (self->volumes, "", volume);
}

/* Claims that wait may take it; those that have it must know that it is gone. */
static void
volume_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Binder *self = data;
  g_autoptr (GPtrArray) claims = sim_store_list (store, &kube_persistent_volume_claim, NULL);

  for (guint i = 0; i < claims->len; i++)
    {
      const SimObject *claim = g_ptr_array_index (claims, i);
      const char *has = dd_value_path_string (claim->value, "spec.volumeName");

      if (has == NULL ? change->type == SIM_ADDED : g_str_equal (has, change->object->name))
        sim_controller_add_object (self->claims, claim);
    }
}

/* A zone that nobody was in may be the one that a claim can have its volume in. */
static void
node_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Binder *self = data;
  g_autoptr (GPtrArray) claims = NULL;

  if (change->type == SIM_DELETED || kube_node_view (change->object)->zone == NULL
      || (change->previous != NULL && kube_node_view (change->previous)->zone != NULL))
    return;
  claims = sim_store_list (store, &kube_persistent_volume_claim, NULL);
  for (guint i = 0; i < claims->len; i++)
    if (dd_value_path (((SimObject *) g_ptr_array_index (claims, i))->value, "spec.volumeName")
        == NULL)
      sim_controller_add_object (self->claims, g_ptr_array_index (claims, i));
}

static gpointer
start (SimActors *actors)
{
  Binder *self = g_new0 (Binder, 1);

  self->actors = actors;
  self->claims = sim_controller_new (actors->stage, reconcile_claim, self);
  self->volumes = sim_controller_new (actors->stage, reconcile_volume, self);
  self->due = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sim_controller_watch (self->claims, actors->store, &kube_persistent_volume_claim);
  sim_controller_watch (self->volumes, actors->store, &kube_persistent_volume);
  sim_store_subscribe (actors->store, &kube_persistent_volume_claim, claim_changed, self);
  sim_store_subscribe (actors->store, &kube_persistent_volume, volume_changed, self);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Binder *self = data;

  sim_store_unsubscribe (self->actors->store, claim_changed, self);
  sim_store_unsubscribe (self->actors->store, volume_changed, self);
  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_controller_free (self->claims);
  sim_controller_free (self->volumes);
  g_hash_table_unref (self->due);
  g_free (self);
}

static const char *const writes[]
    = { "create persistentvolumes", "update persistentvolumes", "delete persistentvolumes",
        "update persistentvolumeclaims", NULL };

const SimActorClass sim_actor_volume_binder = { "volume-binder", start, stop, writes };
