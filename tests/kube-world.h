/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kube-world.h: the smallest world in which an API server works: a clock, chance and a trace
 */
#pragma once

#include <check.h>

#include "sim/kube/verbs/api.h"

static SimStage *stage;
static KubeApi *api;
static GString *traced; /* "what subject;" of every event */

static inline DdValue *json (const char *format, ...) G_GNUC_PRINTF (1, 2);

static inline DdValue *
json (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  DdValue *value;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  value = dd_value_parse (text, strlen (text), NULL, &error);
  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");
  return value;
}

static inline const KubeKind *
kind (const char *api_version, const char *name)
{
  const KubeKind *found = kube_kind_find_by_name (api_version, name);

  ck_assert_msg (found != NULL, "no kind %s %s", api_version, name);
  return found;
}

static inline SimObject *
create (const KubeKind *of, const char *namespace_, DdValue *object)
{
  g_autoptr (GError) error = NULL;
  SimObject *created = kube_create (api, of, namespace_, object, &error);

  ck_assert_msg (created != NULL, "%s", error != NULL ? error->message : "");
  dd_value_unref (object);
  return created;
}

static inline SimObject *
stored (const KubeKind *of, const char *namespace_, const char *name)
{
  return sim_store_get (api->store, of, namespace_, name);
}

static inline void
assert_status (const GError *error, DdValue *recorded)
{
  g_autoptr (DdValue) status = NULL;
  g_autofree char *got = NULL;
  g_autofree char *wanted = dd_value_to_text (recorded);

  ck_assert_ptr_nonnull (error);
  status = kube_error_to_status (error);
  got = dd_value_to_text (status);
  ck_assert_msg (dd_value_equal (status, recorded), "got    %s\nwanted %s", got, wanted);
  dd_value_unref (recorded);
}

static inline void
note_event (const SimEvent *event, gpointer data)
{
  g_autofree char *details = event->details != NULL ? dd_value_to_text (event->details) : NULL;

  g_string_append_printf (data, "%s %s %s;", event->what, event->subject,
                          details != NULL ? details : "");
}

/* Who the callers of recorded requests are, by what stands for their tokens. */
#define ADMIN "<admin: group system:masters>"
#define ALICE "<alice: group devs>"

static inline void
start_world (void)
{
  stage = sim_stage_new (7, 1795465984 * DD_SECOND); /* 2026-11-23T20:33:04Z */
  sim_trace_begin (stage->trace);
  traced = g_string_new (NULL);
  sim_trace_add_reader (stage->trace, note_event, traced);
  api = kube_api_new (stage, 32);
  kube_door_add_token (&api->door, ADMIN, "admin", "admin-uid",
                       (const char *const[]) { KUBE_MASTERS, NULL });
  kube_door_add_token (&api->door, ALICE, "alice", NULL, (const char *const[]) { "devs", NULL });
  sim_object_unref (
      create (kind ("v1", "Namespace"), NULL, json ("{\"metadata\":{\"name\":\"app\"}}")));
  sim_object_unref (create (kind ("v1", "ServiceAccount"), "app",
                            json ("{\"metadata\":{\"name\":\"default\"}}")));
}

static inline void
stop_world (void)
{
  g_clear_pointer (&api, kube_api_free);
  g_string_free (traced, TRUE);
  g_clear_pointer (&stage, sim_stage_free);
}

static inline void
pass (DdUsec delay)
{
  sim_clock_advance_to (stage->clock, sim_clock_now (stage->clock) + delay);
}

/* A pod of NAME on NODE (NULL: not bound), with the label app=NAME's first word. */
static inline SimObject *
create_pod (const char *name, const char *app, const char *node)
{
  g_autofree char *bound = node != NULL ? g_strdup_printf (",\"nodeName\":\"%s\"", node) : NULL;

  return create (kind ("v1", "Pod"), "app",
                 json ("{\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"%s\"}},"
                       "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"img:1\"}]%s}}",
                       name, app, bound != NULL ? bound : ""));
}
