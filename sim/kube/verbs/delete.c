/* SPDX-License-Identifier: Apache-2.0 */
/* DELETE: preconditions, finalizers, grace.
 *
 * Four things may happen. A kind with grace is marked with its deadline and stays until the kubelet
 * deletes it with grace 0. An object with finalizers is marked and stays until the last one is
 * taken off. A namespace is marked and stays until its .spec.finalizers are empty. Everything else
 * is gone at once.
 *
 * Imitates: apiserver's rest.BeforeDelete and the generic registry's Delete; Kubernetes, Garbage
 * Collection, Cascading deletion. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/verbs/rules.h"

/* ---- preconditions ---- */

/* These errors name the Kind where others have the plural. */
static gboolean refuse_precondition (const SimObject *object, GError **error, const char *format,
                                     ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse_precondition (const SimObject *object, GError **error, const char *format, ...)
{
  const KubeKind *kind = object->kind;
  gboolean grouped = kind->group[0] != '\0';
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  kube_set_error (error, KUBE_CONFLICT,
                  dd_object ("name", dd_string (object->name), "group",
                             grouped ? dd_string (kind->group) : NULL, "kind",
                             dd_string (kind->kind), NULL),
                  "Operation cannot be fulfilled on %s%s%s \"%s\": %s", kind->kind,
                  grouped ? "." : "", kind->group, object->name, why);
  return FALSE;
}

static gboolean
check_preconditions (const SimObject *object, const KubeDelete *options, GError **error)
{
  const char *revision = dd_value_path_string (object->value, "metadata.resourceVersion");

  if (options->uid != NULL && strcmp (options->uid, object->uid) != 0)
    return refuse_precondition (object, error,
                                "the UID in the precondition (%s) does not match the UID in record "
                                "(%s). The object might have been deleted and then recreated",
                                options->uid, object->uid);
  if (options->resource_version != NULL && strcmp (options->resource_version, revision) != 0)
    return refuse_precondition (object, error,
                                "the ResourceVersion in the precondition (%s) does not match the "
                                "ResourceVersion in record (%s). The object might have been "
                                "modified",
                                options->resource_version, revision);
  return TRUE;
}

/* ---- finalizers of the garbage collector ---- */

static gboolean
has_finalizer (const DdValue *finalizers, const char *name)
{
  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), name) == 0)
      return TRUE;
  return FALSE;
}

/* The finalizer that the propagation policy asks for, or NULL: the request's, else what the object
 * already carries, else the kind's default. */
static const char *
wanted_finalizer (const SimObject *object, const char *propagation)
{
  const DdValue *finalizers = dd_value_at (object->value, "metadata", "finalizers", NULL);

  if (g_strcmp0 (propagation, "Orphan") == 0)
    return "orphan";
  if (g_strcmp0 (propagation, "Foreground") == 0)
    return "foregroundDeletion";
  if (propagation != NULL)
    return NULL;
  if (has_finalizer (finalizers, "orphan"))
    return "orphan";
  if (has_finalizer (finalizers, "foregroundDeletion"))
    return "foregroundDeletion";
  return (object->kind->flags & KUBE_ORPHANS_BY_DEFAULT) ? "orphan" : NULL;
}

static DdValue *
with_collector_finalizer (const SimObject *object, const char *wanted)
{
  const DdValue *finalizers = dd_value_at (object->value, "metadata", "finalizers", NULL);
  g_auto (DdBuilder) kept = dd_builder_array ();
  DdValue *list;

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    {
      const DdValue *finalizer = dd_value_element (finalizers, i);
      const char *name = dd_value_string (finalizer);

      if (g_strcmp0 (name, "orphan") != 0 && g_strcmp0 (name, "foregroundDeletion") != 0)
        dd_builder_add (&kept, dd_value_ref (finalizer));
    }
  dd_builder_add (&kept, dd_string (wanted));
  list = dd_builder_end (&kept);
  if (dd_value_equal (list, finalizers) || (finalizers == NULL && dd_value_length (list) == 0))
    {
      dd_value_unref (list);
      return dd_value_ref (object->value);
    }
  if (dd_value_length (list) == 0)
    g_clear_pointer (&list, dd_value_unref);
  return dd_value_with (object->value, list, "metadata", "finalizers", NULL);
}

/* ---- marks ---- */

static void
put_into_metadata (DdValue **object, const char *key, DdValue *value)
{
  DdValue *changed = dd_value_with (*object, value, "metadata", key, NULL);

  dd_value_unref (*object);
  *object = changed;
}

static void
mark (DdValue **object, DdUsec deadline, gint64 grace)
{
  gint64 generation = dd_value_path_int (*object, "metadata.generation", 0);
  gboolean first = !kube_is_terminating (*object);

  put_into_metadata (object, "deletionTimestamp", dd_string_take (dd_time_to_iso8601 (deadline)));
  put_into_metadata (object, "deletionGracePeriodSeconds", dd_int (grace));
  if (first && generation > 0)
    put_into_metadata (object, "generation", dd_int (generation + 1));
}

gboolean
kube_may_leave (const KubeKind *kind, const DdValue *object)
{
  const DdValue *metadata = dd_value_member (object, "metadata");

  if (kube_count_finalizers (object) > 0
      || dd_value_int (dd_value_member (metadata, "deletionGracePeriodSeconds"), 0) > 0)
    return FALSE;
  return !(kind->flags & KUBE_SPEC_FINALIZERS)
         || dd_value_length (dd_value_path (object, "spec.finalizers")) == 0;
}

/* Imitates: the pods' strategy, CheckGracefulDelete. */
static gint64
grace_of (const DdValue *object, gint64 requested)
{
  const char *node = dd_value_path_string (object, "spec.nodeName");
  const char *phase = dd_value_path_string (object, "status.phase");
  gint64 grace = requested >= 0
                     ? requested
                     : dd_value_path_int (object, "spec.terminationGracePeriodSeconds", 0);

  if (node == NULL || node[0] == '\0' || g_strcmp0 (phase, "Failed") == 0
      || g_strcmp0 (phase, "Succeeded") == 0)
    return 0;
  return grace < 0 ? 1 : grace;
}

/* A second DELETE can only shorten the grace, counted from the first. */
static void
shorten (DdValue **object, gint64 requested, DdUsec now)
{
  gint64 grace = dd_value_path_int (*object, "metadata.deletionGracePeriodSeconds", 0);
  DdUsec deadline = now;

  if (requested < 0 || requested >= grace)
    return;
  dd_time_from_iso8601 (dd_value_path_string (*object, "metadata.deletionTimestamp"), &deadline);
  deadline -= (grace - requested) * DD_SECOND;
  if (requested > 0 && deadline < now)
    {
      deadline = now;
      requested = 1;
    }
  mark (object, deadline, requested);
}

static void
mark_with_grace (DdValue **object, gint64 requested, DdUsec now)
{
  gint64 grace;

  if (kube_is_terminating (*object))
    {
      shorten (object, requested, now);
      return;
    }
  grace = grace_of (*object, requested);
  mark (object, now + grace * DD_SECOND, grace);
}

/* Imitates: the namespaces' registry, Delete. */
static void
mark_namespace (DdValue **object, DdUsec now)
{
  if (kube_is_terminating (*object))
    return;
  put_into_metadata (object, "deletionTimestamp", dd_string_take (dd_time_to_iso8601 (now)));
  dd_value_set (object, "status.phase", dd_string ("Terminating"));
}

static void
add_finalizer (DdValue **object, const char *name)
{
  const DdValue *finalizers = dd_value_at (*object, "metadata", "finalizers", NULL);

  if (!has_finalizer (finalizers, name))
    put_into_metadata (object, "finalizers", dd_value_with_element (finalizers, dd_string (name)));
}

/* ---- the decision ---- */

/* OBJECT as it is after the request, and whether that has to be written before it leaves: a watch
 * sees the mark of a graceful kind even when there is no grace left. */
static DdValue *
marked (KubeApi *api, const SimObject *object, const KubeDelete *options, gboolean *out_seen)
{
  const KubeKind *kind = object->kind;
  const char *finalizer = wanted_finalizer (object, options->propagation);
  DdValue *value = with_collector_finalizer (object, finalizer);
  DdUsec now = sim_stage_now (api->stage);

  *out_seen = TRUE;
  if (kind->deletion_finalizer != NULL && !kube_is_terminating (value))
    add_finalizer (&value, kind->deletion_finalizer);
  if (kind->flags & KUBE_GRACEFUL_DELETE)
    mark_with_grace (&value, options->grace_seconds, now);
  else if (kind->flags & KUBE_SPEC_FINALIZERS)
    mark_namespace (&value, now);
  else if (kube_count_finalizers (value) > 0 && !kube_is_terminating (value))
    mark (&value, now, 0);
  else
    *out_seen = FALSE;
  return value;
}

static SimObject *
keep (KubeApi *api, SimObject *object, DdValue *value, gboolean seen, gboolean leaves)
{
  SimObject *left;

  if (!dd_value_equal (object->value, value) && (seen || !leaves))
    object = sim_store_put (api->store, object->kind, value);
  else
    dd_value_unref (value);
  if (leaves)
    object = sim_store_remove (api->store, object);
  left = sim_object_ref (object);
  kube_settle (api, left->kind, left->name);
  return left;
}

static SimObject *
delete_object (KubeApi *api, SimObject *object, const KubeDelete *options, GError **error)
{
  DdValue *value;
  gboolean seen, leaves;

  if (!check_preconditions (object, options, error)
      || (object->kind->prepare_delete != NULL
          && !object->kind->prepare_delete (api, object, error)))
    return NULL;
  value = marked (api, object, options, &seen);
  leaves = kube_may_leave (object->kind, value);
  if (options->out_removed != NULL)
    *options->out_removed = leaves;
  if (options->dry_run)
    return sim_object_new (object->kind, value, object->revision);
  return keep (api, object, value, seen, leaves);
}

SimObject *
kube_delete (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
             const KubeDelete *options, GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  g_autoptr (SimObject) object = sim_store_get (api->store, kind, scope, name);

  if (object == NULL)
    {
      kube_set_not_found (error, kind, name);
      return NULL;
    }
  sim_object_ref (object);
  return delete_object (api, object, options, error);
}
