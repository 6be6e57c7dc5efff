/* SPDX-License-Identifier: Apache-2.0 */
/* Whole requests to a small world that is made for each: a line "METHOD TARGET", headers, an empty
 * line and a body, as HTTP has them. What the front
 * door lets in is answered, and the world goes on for a
 * minute with whatever was accepted. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "sim/http/request-check.h"
#include "sim/scenario/world.h"
#include "sim/world/router.h"

#define MOST_EVENTS 3000

static const char small_world[]
    = "cluster: {name: lab, version: \"1.30\"}\n"
      "nodegroups: [{name: default, desired: 1, min: 1, max: 2, release: 1.30.0-20240625}]\n"
      "workloads: [{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: b}}]\n";

static SimWorldFile *
world_file (void)
{
  static DdYamlFile *text;
  static SimWorldFile *file;

  if (file == NULL)
    {
      g_autoptr (GError) error = NULL;

      text = dd_yaml_parse ("world", small_world, strlen (small_world), &error);
      g_assert_no_error (error);
      file = sim_world_file_new (text->documents->pdata[0], "world", &error);
      g_assert_no_error (error);
    }
  return file;
}

static gboolean
read_head (FuzzInput *input, DdHeaders *headers, char **out_method, char **out_target)
{
  g_autofree char *line = fuzz_line (input);
  char *blank = strchr (line, ' ');

  if (blank == NULL)
    return FALSE;
  *out_method = g_strndup (line, blank - line);
  *out_target = g_strdup (blank + 1);
  for (;;)
    {
      g_autofree char *header = fuzz_line (input);
      char *colon = strchr (header, ':');

      if (*header == '\0')
        return TRUE;
      if (colon == NULL || colon == header)
        return FALSE;
      *colon = '\0';
      dd_headers_add (headers, header, g_strstrip (colon + 1));
    }
}

static void
read_stream (SimResponse *response)
{
  char buffer[4096];

  while (response->stream->klass->read (response->stream, buffer, sizeof buffer) > 0)
    ;
}

static void
send (const SimRequest *request)
{
  SimFurnish furnish = { .seed = 5 };
  g_autoptr (SimWorld) world = sim_world_furnish (world_file (), &furnish, NULL);
  g_autoptr (SimResponse) response = sim_router_handle (world, request);

  g_assert_cmpuint (response->status, >=, 200);
  g_assert_cmpuint (response->status, <, 600);
  world->max_events = sim_clock_events (world->stage->clock) + MOST_EVENTS;
  if (response->stream != NULL)
    read_stream (response);
  sim_world_run_for (world, DD_MINUTE);
  if (response->stream != NULL)
    read_stream (response);
  g_clear_pointer (&response, sim_response_free);
}

int
fuzz_router (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GBytes) body = NULL;
  guint status;

  if (!read_head (&input, headers, &method, &target)
      || sim_request_fault ("HTTP/1.0", method, target, headers, &status) != NULL)
    return 0;
  body = g_bytes_new (input.data, input.size);
  send (&(SimRequest) { method, target, headers, input.size > 0 ? body : NULL });
  return 0;
}
