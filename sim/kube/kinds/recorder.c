/* SPDX-License-Identifier: Apache-2.0 */
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

#include "sim/kube/kinds/recorder.h"

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/verbs/rules.h"

#define EVENT_LIFETIME DD_HOUR
#define MOST_OF_A_NAME 236

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

struct _KubeRecorder
{
  GHashTable *events; /* key -> Record, for look-up only */
  GQueue expiry;      /* of Record, the one that expires first at the head */
  guint64 stamp;      /* of the newest one's name, and what is before it there */
  char *prefix;
};

static void
recorder_free (gpointer data)
{
  KubeRecorder *recorder = data;

  g_queue_clear (&recorder->expiry);
  g_hash_table_unref (recorder->events);
  g_free (recorder->prefix);
  g_free (recorder);
}

static KubeRecorder *
recorder_of (KubeApi *api)
{
  if (api->recorder == NULL)
    {
      api->recorder = g_new0 (KubeRecorder, 1);
      api->recorder->events = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, record_free);
      api->recorder_free = recorder_free;
    }
  return api->recorder;
}

static void
forget (KubeApi *api, Record *record)
{
  SimObject *event = sim_store_get (api->store, &kube_event, record->namespace_, record->name);

  if (event != NULL)
    sim_store_remove (api->store, event);
  g_queue_delete_link (&recorder_of (api)->expiry, record->link);
  g_hash_table_remove (recorder_of (api)->events, record->key);
}

static void
forget_what_expired (KubeApi *api)
{
  DdUsec now = sim_stage_now (api->stage);

  for (;;)
    {
      Record *oldest = g_queue_peek_head (&recorder_of (api)->expiry);

      if (oldest == NULL || oldest->expires > now)
        return;
      forget (api, oldest);
    }
}

static void
touch (KubeApi *api, Record *record)
{
  record->expires = sim_stage_now (api->stage) + EVENT_LIFETIME;
  g_queue_unlink (&recorder_of (api)->expiry, record->link);
  g_queue_push_tail_link (&recorder_of (api)->expiry, record->link);
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

/* "<object>.<nanoseconds in hex>". */
static char *
stamped_name (const SimObject *about, guint64 stamp)
{
  static const char digits[] = "0123456789abcdef";
  char text[17];

  for (guint i = 16; i-- > 0; stamp >>= 4)
    text[i] = digits[stamp & 15];
  text[16] = '\0';
  if (strlen (about->name) > MOST_OF_A_NAME)
    return g_strdup_printf ("%.*s.%s", MOST_OF_A_NAME, about->name, text);
  return g_strconcat (about->name, ".", text, NULL);
}

/* Two in one instant differ in the last digits, which no clock of ours reaches. A ReplicaSet may
 * say a thousand things at once: the search goes on where the last one for the same object ended.
 */
static char *
free_name (KubeApi *api, const SimObject *about)
{
  KubeRecorder *recorder = recorder_of (api);
  guint64 stamp = (guint64) sim_stage_now (api->stage) * 1000;
  const char *namespace_ = namespace_of_event (about);

  if (g_strcmp0 (recorder->prefix, about->name) != 0)
    {
      g_free (recorder->prefix);
      recorder->prefix = g_strdup (about->name);
    }
  else if (recorder->stamp >= stamp)
    stamp = recorder->stamp;
  for (;; stamp++)
    {
      g_autofree char *name = stamped_name (about, stamp);

      if (sim_store_get (api->store, &kube_event, namespace_, name) != NULL)
        continue;
      recorder->stamp = stamp;
      return g_steal_pointer (&name);
    }
}

/* A kubelet knows its own Node by name only, and gives the name as the uid. */
static gboolean
is_about_itself (const SimObject *about, const char *host)
{
  return about->namespace_[0] == '\0' && g_strcmp0 (about->name, host) == 0;
}

/* Events are the most of what a large world holds, so they share their texts with their objects. */
static DdValue *
text_of (const SimObject *about, const char *key)
{
  const DdValue *text = dd_value_at (about->value, "metadata", key, NULL);

  return text != NULL ? dd_value_ref (text) : NULL;
}

static DdValue *
involved_object (const SimObject *about, const char *host)
{
  if (is_about_itself (about, host))
    return dd_object ("kind", dd_word (about->kind->kind), "name", text_of (about, "name"), "uid",
                      text_of (about, "name"), NULL);
  return dd_object ("kind", dd_word (about->kind->kind), "namespace", text_of (about, "namespace"),
                    "name", text_of (about, "name"), "uid", text_of (about, "uid"), "apiVersion",
                    dd_string_take (kube_kind_api_version (about->kind)), "resourceVersion",
                    text_of (about, "resourceVersion"), NULL);
}

static DdValue *
event_value (KubeApi *api, const SimObject *about, const Text *text, const char *name)
{
  g_autoptr (DdValue) now = dd_string_take (dd_time_to_iso8601 (sim_stage_now (api->stage)));
  g_autoptr (DdValue) host = dd_string (text->host != NULL ? text->host : "");
  DdValue *space = about->namespace_[0] != '\0' ? text_of (about, "namespace") : NULL;
  DdValue *metadata = dd_object ("name", dd_string (name), "namespace",
                                 space != NULL ? space : dd_word ("default"), "uid",
                                 dd_string_take (dd_random_uuid (api->uids)), "resourceVersion",
                                 dd_word (""), "creationTimestamp", dd_value_ref (now), NULL);

  return dd_object (
      "metadata", metadata, "involvedObject", involved_object (about, text->host), "reason",
      dd_word (text->reason), "message", dd_string (text->message), "source",
      dd_object ("component", dd_word (text->component), "host",
                 text->host != NULL ? dd_value_ref (host) : NULL, NULL),
      "firstTimestamp", dd_value_ref (now), "lastTimestamp", dd_value_ref (now), "count",
      dd_int (1), "type", dd_word (text->type), "eventTime", dd_null (), "reportingComponent",
      dd_word (text->component), "reportingInstance", dd_value_ref (host), NULL);
}

static void
record_new (KubeApi *api, const SimObject *about, const Text *text, char *key)
{
  Record *record = g_new0 (Record, 1);

  record->key = key;
  record->namespace_ = g_strdup (namespace_of_event (about));
  record->name = free_name (api, about);
  record->expires = sim_stage_now (api->stage) + EVENT_LIFETIME;
  g_queue_push_tail (&recorder_of (api)->expiry, record);
  record->link = g_queue_peek_tail_link (&recorder_of (api)->expiry);
  g_hash_table_insert (recorder_of (api)->events, record->key, record);
  sim_store_put (api->store, &kube_event, event_value (api, about, text, record->name));
}

static void
raise_count (KubeApi *api, Record *record, const SimObject *event)
{
  gint64 count = dd_value_path_int (event->value, "count", 1);
  DdValue *counted = dd_value_with_member (event->value, "count", dd_int (count + 1));
  DdValue *changed = dd_value_with_member (
      counted, "lastTimestamp", dd_string_take (dd_time_to_iso8601 (sim_stage_now (api->stage))));

  dd_value_unref (counted);
  sim_store_put (api->store, event->kind, changed);
  touch (api, record);
}

/* An API server refuses new events where the namespace is missing or ends, and recorders ignore
 * that. */
static gboolean
namespace_takes_events (KubeApi *api, const char *namespace_)
{
  return kube_namespace_admits (api, &kube_event, namespace_, "", NULL);
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
  record = g_hash_table_lookup (recorder_of (api)->events, key);
  event = record != NULL ? sim_store_get (api->store, &kube_event, record->namespace_, record->name)
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
