/* The event recorder: what components tell people about objects.
 *
 * The same text about the same object by the same component is one Event whose count rises. Events
 * live for an hour after they were last written; what is over is forgotten when the next one is
 * recorded, so that an idle world stays idle.
 *
 * Imitates: Kubernetes API Reference, Event v1 core; client-go's tools/record; the API server's
 * --event-ttl of one hour. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/events.h"
#include "sim/kube/rules.h"

#define EVENT_LIFETIME DD_HOUR

/* One Event the recorder may still raise. */
typedef struct
{
  char *key; /* what makes two events the same */
  char *namespace_;
  char *name;
  DdUsec expires;
  GList *link; /* its place in the queue, oldest first */
} Record;

static void
record_free (gpointer data)
{
  Record *record = data;

  g_free (record->key);
  g_free (record->namespace_);
  g_free (record->name);
  g_free (record);
}

void
kube_events_start (KubeApi *api)
{
  api->events = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, record_free);
  api->event_expiry = g_queue_new ();
}

void
kube_events_stop (KubeApi *api)
{
  g_clear_pointer (&api->event_expiry, g_queue_free);
  g_clear_pointer (&api->events, g_hash_table_unref);
}

static const KubeKind *
event_kind (void)
{
  return kube_kind_find ("", "v1", "events");
}

static void
forget (KubeApi *api, Record *record)
{
  SimObject *event = sim_store_get (api->store, event_kind (), record->namespace_, record->name);

  if (event != NULL)
    sim_store_remove (api->store, event);
  g_queue_delete_link (api->event_expiry, record->link);
  g_hash_table_remove (api->events, record->key);
}

static void
forget_what_expired (KubeApi *api)
{
  DdUsec now = sim_world_now (api->world);

  for (;;)
    {
      Record *oldest = g_queue_peek_head (api->event_expiry);

      if (oldest == NULL || oldest->expires > now)
        return;
      forget (api, oldest);
    }
}

static void
touch (KubeApi *api, Record *record)
{
  record->expires = sim_world_now (api->world) + EVENT_LIFETIME;
  g_queue_unlink (api->event_expiry, record->link);
  g_queue_push_tail_link (api->event_expiry, record->link);
}

/* ---- writing ---- */

typedef struct
{
  const char *component;
  const char *host;
  const char *type;
  const char *reason;
  const char *message;
} Text;

/* Objects without a namespace have their events in "default". */
static const char *
namespace_of_event (const SimObject *about)
{
  return about->namespace_[0] != '\0' ? about->namespace_ : "default";
}

/* "<object>.<nanoseconds in hex>"; two in one instant differ in the last digits, which no clock of
 * ours reaches. */
static char *
free_name (KubeApi *api, const SimObject *about)
{
  guint64 stamp = (guint64) sim_world_now (api->world) * 1000;
  const char *namespace_ = namespace_of_event (about);

  for (;; stamp++)
    {
      g_autofree char *name
          = g_strdup_printf ("%.*s.%016" G_GINT64_MODIFIER "x", 236, about->name, stamp);

      if (sim_store_get (api->store, event_kind (), namespace_, name) == NULL)
        return g_steal_pointer (&name);
    }
}

/* A kubelet knows its own Node by name only, and gives the name as the uid. */
static gboolean
is_about_itself (const SimObject *about, const char *host)
{
  return about->namespace_[0] == '\0' && g_strcmp0 (about->name, host) == 0;
}

static DdValue *
involved_object (const SimObject *about, const char *host)
{
  const char *revision = dd_value_path_string (about->value, "metadata.resourceVersion");

  if (is_about_itself (about, host))
    return dd_object ("kind", dd_string (about->kind->kind), "name", dd_string (about->name), "uid",
                      dd_string (about->name), NULL);
  return dd_object ("kind", dd_string (about->kind->kind), "namespace",
                    about->namespace_[0] != '\0' ? dd_string (about->namespace_) : NULL, "name",
                    dd_string (about->name), "uid", dd_string (about->uid), "apiVersion",
                    dd_string_take (kube_kind_api_version (about->kind)), "resourceVersion",
                    dd_string (revision), NULL);
}

static DdValue *
event_value (KubeApi *api, const SimObject *about, const Text *text, const char *name)
{
  g_autofree char *now = dd_time_to_iso8601 (sim_world_now (api->world));
  DdValue *metadata
      = dd_object ("name", dd_string (name), "namespace", dd_string (namespace_of_event (about)),
                   "uid", dd_string_take (dd_random_uuid (api->uids)), "resourceVersion",
                   dd_string (""), "creationTimestamp", dd_string (now), NULL);

  return dd_object (
      "metadata", metadata, "involvedObject", involved_object (about, text->host), "reason",
      dd_string (text->reason), "message", dd_string (text->message), "source",
      dd_object ("component", dd_string (text->component), "host", dd_string (text->host), NULL),
      "firstTimestamp", dd_string (now), "lastTimestamp", dd_string (now), "count", dd_int (1),
      "type", dd_string (text->type), "eventTime", dd_null (), "reportingComponent",
      dd_string (text->component), "reportingInstance",
      dd_string (text->host != NULL ? text->host : ""), NULL);
}

static void
record_new (KubeApi *api, const SimObject *about, const Text *text, char *key)
{
  Record *record = g_new0 (Record, 1);

  record->key = key;
  record->namespace_ = g_strdup (namespace_of_event (about));
  record->name = free_name (api, about);
  record->expires = sim_world_now (api->world) + EVENT_LIFETIME;
  g_queue_push_tail (api->event_expiry, record);
  record->link = g_queue_peek_tail_link (api->event_expiry);
  g_hash_table_insert (api->events, record->key, record);
  sim_store_put (api->store, event_kind (), event_value (api, about, text, record->name));
}

static void
raise_count (KubeApi *api, Record *record, const SimObject *event)
{
  gint64 count = dd_value_path_int (event->value, "count", 1);
  DdValue *counted = dd_value_with_member (event->value, "count", dd_int (count + 1));
  DdValue *changed = dd_value_with_member (
      counted, "lastTimestamp", dd_string_take (dd_time_to_iso8601 (sim_world_now (api->world))));

  dd_value_unref (counted);
  sim_store_put (api->store, event->kind, changed);
  touch (api, record);
}

/* An API server refuses new events where the namespace is missing or ends, and recorders ignore
 * that. */
static gboolean
namespace_takes_events (KubeApi *api, const char *namespace_)
{
  return kube_namespace_admits (api, event_kind (), namespace_, "", NULL);
}

void
kube_record_event (KubeApi *api, const SimObject *object, const char *component, const char *host,
                   const char *type, const char *reason, const char *message_format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *key = NULL;
  Record *record;
  const SimObject *event;
  va_list args;

  va_start (args, message_format);
  message = g_strdup_vprintf (message_format, args);
  va_end (args);
  forget_what_expired (api);
  key = g_strjoin ("\n", object->kind->kind, object->namespace_, object->name, object->uid,
                   component, host != NULL ? host : "", type, reason, message, NULL);
  record = g_hash_table_lookup (api->events, key);
  event = record != NULL
              ? sim_store_get (api->store, event_kind (), record->namespace_, record->name)
              : NULL;
  if (event != NULL)
    {
      raise_count (api, record, event);
      return;
    }
  if (record != NULL)
    forget (api, record);
  if (namespace_takes_events (api, namespace_of_event (object)))
    record_new (api, object, &(Text) { component, host, type, reason, message },
                g_steal_pointer (&key));
}
