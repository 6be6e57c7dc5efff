/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/event.c: the Event table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/verbs/age.h"

static const KubeField source_fields[] = {
  { "component", KUBE_STRING, 1,
    KUBE_DOC ("Program that reports, such as kubelet or default-scheduler.") },
  { "host", KUBE_STRING, 2, KUBE_DOC ("Node on which that program runs, if it belongs to one.") },
  { NULL },
};

static const KubeStruct source = {
  "io.k8s.api.core.v1.EventSource",
  "Who reported an event in the older format.",
  source_fields,
};

static const KubeField series_fields[] = {
  { "count", KUBE_INT, 1, KUBE_DOC ("Times it has happened, as of lastObservedTime.") },
  { "lastObservedTime", KUBE_MICRO_TIME, 2,
    KUBE_DOC ("When it last happened, to the microsecond.") },
  { NULL },
};

static const KubeStruct series = {
  "io.k8s.api.core.v1.EventSeries",
  "Sums up the repetitions of one event.",
  series_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("involvedObject", kube_object_reference, 2, .required = TRUE,
                  KUBE_DOC ("What the event happened to."),
                  KUBE_INERT ("An event is a note: nothing acts on it.")),
  { "reason", KUBE_STRING, 3,
    KUBE_DOC ("Cause as one CamelCase word for programs, such as FailedScheduling."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "message", KUBE_STRING, 4, KUBE_DOC ("What happened, in a sentence for people."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  KUBE_OBJECT_OF (
      "source", source, 5, .fallback = "{}",
      KUBE_DOC (
          "Who reports, in the older format; newer reporters fill reportingComponent instead."),
      KUBE_INERT ("An event is a note: nothing acts on it.")),
  { "firstTimestamp", KUBE_TIME, 6, .fallback = "null",
    KUBE_DOC ("When it first happened, to the second; set by the reporter."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "lastTimestamp", KUBE_TIME, 7, .fallback = "null",
    KUBE_DOC ("When it last happened, to the second; set by the reporter."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "count", KUBE_INT, 8, KUBE_DOC ("Times it has happened so far, as the reporter counts them."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "type", KUBE_STRING, 9,
    KUBE_DOC ("Normal for the expected, Warning for what may need attention."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "eventTime", KUBE_MICRO_TIME, 10, .fallback = "null",
    KUBE_DOC ("First occurrence, to the microsecond; set by newer reporters instead of "
              "firstTimestamp."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  KUBE_OBJECT_OF ("series", series, 11, .pointer = TRUE,
                  KUBE_DOC ("Repetitions; absent while the event has happened only once."),
                  KUBE_INERT ("An event is a note: nothing acts on it.")),
  { "action", KUBE_STRING, 12,
    KUBE_DOC ("What the reporter did or tried to do, in CamelCase, such as Binding."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  KUBE_OBJECT_OF (
      "related", kube_object_reference, 13, .pointer = TRUE,
      KUBE_DOC ("Another object that had a part in it, such as the node of a scheduled pod."),
      KUBE_INERT ("An event is a note: nothing acts on it.")),
  { "reportingComponent", KUBE_STRING, 14, .fallback = "\"\"",
    KUBE_DOC ("Controller that reports; newer reporters fill this in place of source.component."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { "reportingInstance", KUBE_STRING, 15, .fallback = "\"\"",
    KUBE_DOC ("Which replica or node of the reporting controller it was."),
    KUBE_INERT ("An event is a note: nothing acts on it.") },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Event",
  "A note that something happened to an object; the server drops it after a while.",
  fields,
};

/* ---- columns; imitates: printEvent of pkg/printers/internalversion ---- */

/* The first of several times that is set, or NULL. */
static const DdValue *
first_time (const SimObject *object, const char *const *paths)
{
  for (; *paths != NULL; paths++)
    if (dd_value_string (dd_value_path (object->value, *paths)) != NULL)
      return dd_value_path (object->value, *paths);
  return NULL;
}

static DdValue *
last_seen_cell (KubeApi *api, const SimObject *object)
{
  return dd_string_take (kube_age_text (
      api, first_time (object, KUBE_VALUES ("series.lastObservedTime", "lastTimestamp",
                                            "firstTimestamp", "eventTime"))));
}

static DdValue *
first_seen_cell (KubeApi *api, const SimObject *object)
{
  return dd_string_take (
      kube_age_text (api, first_time (object, KUBE_VALUES ("firstTimestamp", "eventTime"))));
}

static DdValue *
object_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *kind = dd_value_path_string (object->value, "involvedObject.kind");
  const char *name = dd_value_path_string (object->value, "involvedObject.name");
  g_autofree char *lower = g_ascii_strdown (kind != NULL ? kind : "", -1);

  return dd_string_printf ("%s%s%s", lower, name != NULL && name[0] != '\0' ? "/" : "",
                           name != NULL ? name : "");
}

/* "component, host"; a new-style recorder says who it is in reportingComponent. */
static DdValue *
source_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *component = dd_value_path_string (object->value, "source.component");
  const char *host = dd_value_path_string (object->value, "source.host");

  if (component == NULL)
    component = dd_value_path_string (object->value, "reportingComponent");
  if (host == NULL)
    host = dd_value_path_string (object->value, "reportingInstance");
  if (host == NULL || host[0] == '\0')
    return dd_string (component != NULL ? component : "");
  return dd_string_printf ("%s, %s", component != NULL ? component : "", host);
}

static DdValue *
message_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *message = dd_value_path_string (object->value, "message");

  return dd_string_take (g_strstrip (g_strdup (message != NULL ? message : "")));
}

static DdValue *
count_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  gint64 in_series = dd_value_path_int (object->value, "series.count", 0);
  gint64 count = dd_value_path_int (object->value, "count", 0);

  return dd_int (in_series > 0 ? in_series : MAX (count, 1));
}

static const KubeColumn columns[] = {
  { "Last Seen", "string", .path = "lastTimestamp", .cell = last_seen_cell },
  { "Type", "string", .path = "type", .absent = "" },
  { "Reason", "string", .path = "reason", .absent = "" },
  { "Object", "string", .path = "involvedObject", .cell = object_cell },
  { "Subobject", "string", .priority = 1, .path = "involvedObject.fieldPath", .absent = "" },
  { "Source", "string", .priority = 1, .path = "source", .cell = source_cell },
  { "Message", "string", .path = "message", .cell = message_cell },
  { "First Seen", "string", .priority = 1, .path = "firstTimestamp", .cell = first_seen_cell },
  { "Count", "string", .priority = 1, .path = "count", .cell = count_cell },
  { "Name", "string", "name", .priority = 1, .path = "metadata.name" },
  { NULL },
};

static char *
field_value (const SimObject *object, const char *field)
{
  const char *text = dd_value_path_string (
      object->value, strcmp (field, "source") == 0 ? "source.component" : field);

  if (text == NULL && strcmp (field, "source") == 0)
    text = dd_value_path_string (object->value, "reportingComponent");
  return g_strdup (text != NULL ? text : "");
}

const KubeKind kube_event = {
  .group = "",
  .version = "v1",
  .kind = "Event",
  .plural = "events",
  .singular = "event",
  .short_names = KUBE_VALUES ("ev"),
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES (
      "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
      "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
      "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"),
  .field_value = field_value,
};
