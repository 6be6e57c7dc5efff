/* SPDX-License-Identifier: Apache-2.0 */
/* WATCH: one line of JSON, or one frame of protobuf, for every change.
 *
 * A watch is a cursor in the store's log. It begins with what exists (no resourceVersion, or "0")
 * or right after a revision; then every change is turned into an event by the selectors: what
 * begins to match is ADDED, what stops matching is DELETED. Lines are made when the front door
 * reads, so a watch costs nothing while nobody reads, and one that reads too slowly falls out of
 * the log and is told so (410 Expired).
 *
 * Time is the world's: timeoutSeconds ends the stream on the virtual clock. Without it a watch has
 * no end: the half to whole hour after which a real server hangs up protects a real server, and in
 * here an hour may pass while a learner blinks. Bookmarks are sent when something was written and
 * the last event is a minute old; an idle world has nothing to mark, so no timer is needed.
 *
 * Imitates: Kubernetes API Concepts, Efficient detection of changes, and Watch bookmarks. */
#include "config.h"

#include <string.h>

#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/serve/list.h"
#include "sim/kube/serve/table.h"
#include "sim/kube/serve/watch.h"

#define BOOKMARK_INTERVAL DD_MINUTE
#define MAX_TIMEOUT_SECONDS (24 * 3600)

typedef struct
{
  SimStream base;
  KubeRequest *request;
  KubeListOptions options;
  GPtrArray *initial; /* of SimObject: still to be sent as ADDED; NULL when done */
  guint next_initial;
  guint64 after;  /* changes up to this revision are old news */
  guint64 cursor; /* in the log */
  guint64 marked; /* the revision that the client knows of */
  DdUsec spoke;   /* when the last event was sent */
  guint64 timer;
  gboolean bookmarks; /* the client wants them */
  gboolean initial_bookmark, final_bookmark;
  gboolean with_columns;
  gboolean finished, broken; /* the end, after what is left to say; the end at once */
  gboolean asleep;
  GBytes *line; /* being sent */
  gsize sent;
} KubeWatch;

static SimStage *
stage_of (const KubeWatch *self)
{
  return self->request->api->stage;
}

/* ---- lines ---- */

static void
send_bytes (KubeWatch *self, GString *bytes)
{
  g_assert (self->line == NULL);
  self->line = g_string_free_to_bytes (bytes);
  self->sent = 0;
  self->spoke = sim_stage_now (stage_of (self));
}

static void
send_text (KubeWatch *self, GString *text)
{
  send_bytes (self, g_string_append (text, "}\n"));
}

static GString *
begin_event (const char *type)
{
  GString *text = g_string_new ("{\"type\":\"");

  g_string_append (text, type);
  return g_string_append (text, "\",\"object\":");
}

static void
send_value (KubeWatch *self, const char *type, DdValue *value)
{
  g_autoptr (DdValue) taken = value;
  GString *text;

  if (self->request->protobuf)
    {
      text = g_string_new (NULL);
      kube_envelope_write_event (type, taken, text);
      send_bytes (self, text);
      return;
    }
  text = begin_event (type);
  dd_value_write (taken, text);
  send_text (self, text);
}

/* Columns are named in the first event only. */
static DdValue *
table_of (KubeWatch *self, SimObject *object)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  const DdValue *revision = dd_value_path (object->value, "metadata.resourceVersion");
  gboolean with_columns = self->with_columns;

  g_ptr_array_add (one, object);
  self->with_columns = FALSE;
  return kube_table_new (self->request, one,
                         dd_object ("resourceVersion", dd_value_ref (revision), NULL),
                         with_columns);
}

static void
send_object (KubeWatch *self, const char *type, SimObject *stored)
{
  g_autoptr (SimObject) object = sim_object_as (stored, self->request->kind);
  GString *text;
  gsize length;
  const char *bytes;

  self->marked = MAX (self->marked, object->revision);
  if (self->request->shape == KUBE_SHAPE_TABLE)
    {
      send_value (self, type, table_of (self, object));
      return;
    }
  if (self->request->shape == KUBE_SHAPE_METADATA)
    {
      send_value (self, type, kube_partial_metadata (object, self->request->shape_version));
      return;
    }
  if (self->request->protobuf)
    {
      send_value (self, type, kube_object_to_value (object));
      return;
    }
  text = begin_event (type);
  bytes = g_bytes_get_data (sim_object_bytes (object), &length);
  g_string_append_len (text, bytes, (gssize) length);
  send_text (self, text);
}

static DdValue *
bookmark_metadata (guint64 revision, gboolean ends_initial)
{
  DdValue *annotations
      = ends_initial ? dd_object ("k8s.io/initial-events-end", dd_string ("true"), NULL) : NULL;

  return dd_object ("resourceVersion", dd_string_printf ("%" G_GUINT64_FORMAT, revision),
                    "creationTimestamp", dd_null (), "annotations", annotations, NULL);
}

static void
send_bookmark (KubeWatch *self, gboolean ends_initial)
{
  const KubeRequest *request = self->request;
  guint64 revision = sim_store_revision (request->api->store);
  DdValue *metadata = bookmark_metadata (revision, ends_initial);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  self->marked = revision;
  if (request->shape == KUBE_SHAPE_TABLE)
    send_value (self, "BOOKMARK", kube_table_new (request, none, metadata, FALSE));
  else if (request->shape == KUBE_SHAPE_METADATA)
    send_value (self, "BOOKMARK",
                dd_object ("kind", dd_string ("PartialObjectMetadata"), "apiVersion",
                           dd_string_printf ("meta.k8s.io/%s", request->shape_version), "metadata",
                           metadata, NULL));
  else
    send_value (self, "BOOKMARK",
                dd_object ("kind", dd_string (request->kind->kind), "apiVersion",
                           dd_string_take (kube_kind_api_version (request->kind)), "metadata",
                           metadata, NULL));
}

/* A plain Status, whatever the shape; the stream ends after it. */
static void
send_expired (KubeWatch *self, guint64 asked, guint64 oldest)
{
  g_autoptr (GError) error = g_error_new (
      KUBE_ERROR, KUBE_EXPIRED,
      "too old resource version: %" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT ")", asked, oldest);

  self->finished = self->broken = TRUE;
  send_value (self, "ERROR", kube_error_to_status (error));
}

/* ---- changes as events ---- */

/* PREVIOUS as a watcher sees it leave: with the revision of the change that made it leave. */
static void
send_departure (KubeWatch *self, const SimChange *change)
{
  DdValue *value = dd_value_with (change->previous->value,
                                  dd_string_printf ("%" G_GUINT64_FORMAT, change->revision),
                                  "metadata", "resourceVersion", NULL);
  g_autoptr (SimObject) leaving = sim_object_new (change->object->kind, value, change->revision);

  send_object (self, "DELETED", leaving);
}

/* FALSE when the watcher sees nothing of it. */
static gboolean
send_change (KubeWatch *self, const SimChange *change)
{
  gboolean matched
      = change->previous != NULL && kube_selects (self->request, &self->options, change->previous);
  gboolean matches
      = change->type != SIM_DELETED && kube_selects (self->request, &self->options, change->object);

  if (change->type == SIM_DELETED && matched)
    send_object (self, "DELETED", change->object);
  else if (matches)
    send_object (self, matched ? "MODIFIED" : "ADDED", change->object);
  else if (matched)
    send_departure (self, change);
  else
    return FALSE;
  return TRUE;
}

static gboolean
send_initial (KubeWatch *self)
{
  if (self->initial == NULL)
    return FALSE;
  if (self->next_initial < self->initial->len)
    {
      send_object (self, "ADDED", self->initial->pdata[self->next_initial++]);
      return TRUE;
    }
  g_clear_pointer (&self->initial, g_ptr_array_unref);
  if (!self->initial_bookmark)
    return FALSE;
  self->initial_bookmark = FALSE;
  send_bookmark (self, TRUE);
  return TRUE;
}

static gboolean
send_next_change (KubeWatch *self)
{
  SimStore *store = self->request->api->store;
  gboolean expired = FALSE;
  const SimChange *change;

  while ((change = sim_store_log_next (store, self->request->kind, &self->cursor, &expired))
         != NULL)
    if (change->revision > self->after && send_change (self, change))
      return TRUE;
  if (!expired)
    return FALSE;
  send_expired (self, self->marked, sim_store_revision (store));
  return TRUE;
}

static gboolean
bookmark_is_due (const KubeWatch *self)
{
  return self->bookmarks && sim_store_revision (self->request->api->store) > self->marked
         && (self->finished || sim_stage_now (stage_of (self)) - self->spoke >= BOOKMARK_INTERVAL);
}

/* A custom resource may be served no more, and with it goes whoever watches it. */
static gboolean
is_served (const KubeWatch *self)
{
  const KubeKind *kind = self->request->kind;

  return kind->schema == NULL
         || kube_catalogue_find (self->request->api->catalogue, kind->group, kind->version,
                                 kind->plural)
                != NULL;
}

/* The next line; FALSE when there is nothing to say now. */
static gboolean
next_line (KubeWatch *self)
{
  if (self->broken)
    return FALSE;
  if (send_initial (self) || send_next_change (self))
    return TRUE;
  if (!self->final_bookmark && !bookmark_is_due (self))
    return FALSE;
  self->final_bookmark = FALSE;
  send_bookmark (self, FALSE);
  return TRUE;
}

/* ---- the stream ---- */

static gsize
copy_line (KubeWatch *self, char *buffer, gsize max)
{
  gsize length;
  const char *text = g_bytes_get_data (self->line, &length);
  gsize count = MIN (length - self->sent, max);

  memcpy (buffer, text + self->sent, count);
  self->sent += count;
  if (self->sent == length)
    g_clear_pointer (&self->line, g_bytes_unref);
  return count;
}

static gssize
watch_read (SimStream *stream, char *buffer, gsize max)
{
  KubeWatch *self = (KubeWatch *) stream;
  gsize total = 0;

  self->asleep = FALSE;
  while (total < max && (self->line != NULL || next_line (self)))
    total += copy_line (self, buffer + total, max - total);
  if (total > 0)
    return (gssize) total;
  if (self->finished || !is_served (self))
    return -1;
  self->asleep = TRUE;
  return 0;
}

static void
wake (KubeWatch *self)
{
  if (!self->asleep || self->base.wake == NULL)
    return;
  self->asleep = FALSE;
  self->base.wake (self->base.wake_data);
}

/* What was served because of the object that changed may be served no more when it has settled. */
static gboolean
may_end (const KubeWatch *self, const SimChange *change)
{
  return self->request->kind->schema != NULL && change->object->kind->deletion_finalizer != NULL;
}

static void
note_change (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  KubeWatch *self = data;

  if (change->object->kind == kube_kind_stored (self->request->kind) || bookmark_is_due (self)
      || may_end (self, change))
    wake (self);
}

static void
time_out (gpointer data)
{
  KubeWatch *self = data;

  self->timer = 0;
  self->finished = TRUE;
  self->final_bookmark = self->bookmarks;
  wake (self);
}

static void
watch_free (SimStream *stream)
{
  KubeWatch *self = (KubeWatch *) stream;

  sim_store_unsubscribe (self->request->api->store, note_change, self);
  sim_clock_cancel (stage_of (self)->clock, self->timer);
  kube_list_options_clear (&self->options);
  g_clear_pointer (&self->initial, g_ptr_array_unref);
  g_clear_pointer (&self->line, g_bytes_unref);
  kube_request_free (self->request);
  g_free (self);
}

static const SimStreamClass watch_class = { watch_read, watch_free };

/* ---- beginning ---- */

static gboolean
refuse_initial_events (GError **error, const char *field, const char *why)
{
  DdValue *causes = dd_array (dd_object ("reason", dd_string ("FieldValueForbidden"), "message",
                                         dd_string (why), "field", dd_string (field), NULL),
                              NULL);

  kube_set_error (error, KUBE_INVALID,
                  dd_object ("group", dd_string ("meta.k8s.io"), "kind", dd_string ("ListOptions"),
                             "causes", causes, NULL),
                  "ListOptions.meta.k8s.io \"\" is invalid: %s: %s", field, why);
  return FALSE;
}

/* Streaming lists are served from 1.32 on; reflectors fall back when they are refused. */
static gboolean
check_initial_events (const KubeRequest *request, const KubeListOptions *options, GError **error)
{
  if (kube_request_query (request, "sendInitialEvents") == NULL)
    return TRUE;
  if (request->api->minor < 32)
    return refuse_initial_events (error, "sendInitialEvents",
                                  "Forbidden: sendInitialEvents is forbidden for watch unless the "
                                  "WatchList feature gate is enabled");
  if (g_strcmp0 (options->match, "NotOlderThan") != 0)
    return refuse_initial_events (error, "resourceVersionMatch",
                                  "Forbidden: sendInitialEvents requires setting "
                                  "resourceVersionMatch to NotOlderThan");
  return TRUE;
}

static gboolean
wants_initial (const KubeRequest *request, const KubeListOptions *options)
{
  if (kube_request_query (request, "sendInitialEvents") != NULL)
    return kube_request_flag (request, "sendInitialEvents");
  return options->revision == 0;
}

/* Puts the cursor behind the revision asked for, or behind what exists. */
static void
seek (KubeWatch *self)
{
  SimStore *store = self->request->api->store;
  guint64 current = sim_store_revision (store), oldest = 0;

  if (wants_initial (self->request, &self->options))
    self->initial = kube_select_objects (self->request, &self->options);
  self->after = self->initial != NULL || self->options.revision == 0 ? sim_store_revision (store)
                                                                     : self->options.revision;
  self->marked = self->after;
  if (!sim_store_log_seek (store, self->request->kind, MIN (self->after, current), &self->cursor,
                           &oldest))
    send_expired (self, self->options.revision, oldest);
}

static KubeWatch *
watch_new (KubeRequest *request, KubeListOptions *options)
{
  KubeWatch *self = g_new0 (KubeWatch, 1);
  gboolean streaming = kube_request_flag (request, "sendInitialEvents");

  self->base.klass = &watch_class;
  self->request = request;
  self->options = *options;
  *options = (KubeListOptions) { 0 };
  self->bookmarks = kube_request_flag (request, "allowWatchBookmarks");
  self->initial_bookmark = streaming && self->bookmarks;
  self->with_columns = TRUE;
  self->asleep = TRUE;
  self->spoke = sim_stage_now (request->api->stage);
  seek (self);
  sim_store_subscribe (request->api->store,
                       self->bookmarks || request->kind->schema != NULL ? NULL : request->kind,
                       note_change, self);
  if (self->options.timeout_seconds > 0)
    self->timer = sim_clock_after (
        request->api->stage->clock,
        MIN (self->options.timeout_seconds, MAX_TIMEOUT_SECONDS) * DD_SECOND, time_out, self);
  return self;
}

SimResponse *
kube_watch_handle (KubeRequest *request)
{
  g_autoptr (KubeRequest) taken = request;
  g_auto (KubeListOptions) options = { 0 };
  GError *error = NULL;
  SimResponse *response;

  if (!kube_list_options_parse (taken, &options, &error) || !kube_table_check (taken, &error)
      || !check_initial_events (taken, &options, &error))
    return kube_reply_error (taken, error);
  response = kube_reply_start (
      taken, 200, taken->protobuf ? KUBE_PROTOBUF ";stream=watch" : "application/json", NULL);
  response->stream = &watch_new (g_steal_pointer (&taken), &options)->base;
  return response;
}
