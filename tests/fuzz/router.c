/* SPDX-License-Identifier: Apache-2.0 */
/* Whole requests to a small world that is made for them: for each a line "METHOD TARGET", headers,
 * an empty line and a body, as HTTP has them; "====" stands between two. What the front door lets
 * in is answered, and the world goes on with whatever was accepted. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "sim/http/request-check.h"
#include "sim/scenario/world.h"
#include "sim/world/router.h"

#define BETWEEN_REQUESTS "\n====\n"
#define MOST_REQUESTS 32
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

/* ---- a conversation ---- */

typedef struct
{
  SimWorld *world;
  GPtrArray *responses; /* of SimResponse */
} Conversation;

static void
read_streams (const Conversation *self)
{
  char buffer[4096];

  for (guint i = 0; i < self->responses->len; i++)
    {
      SimStream *stream = ((SimResponse *) self->responses->pdata[i])->stream;

      while (stream != NULL && stream->klass->read (stream, buffer, sizeof buffer) > 0)
        ;
    }
}

static void
go_on (const Conversation *self, DdUsec time)
{
  self->world->max_events = sim_clock_events (self->world->stage->clock) + MOST_EVENTS;
  sim_world_run_for (self->world, time);
  read_streams (self);
}

static void
send (const Conversation *self, FuzzInput input)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GBytes) body = NULL;
  SimRequest request = { .headers = headers };
  SimResponse *response;
  guint status;

  if (!read_head (&input, headers, &method, &target)
      || sim_request_fault ("HTTP/1.0", method, target, headers, &status) != NULL)
    return;
  body = g_bytes_new (input.data, input.size);
  request.method = method;
  request.target = target;
  request.body = input.size > 0 ? body : NULL;
  response = sim_router_handle (self->world, &request);
  g_assert_cmpuint (response->status, >=, 200);
  g_assert_cmpuint (response->status, <, 600);
  g_ptr_array_add (self->responses, response);
}

/* What stands before the next line that parts requests; the rest stays. */
static FuzzInput
next_request (FuzzInput *input)
{
  const char *end
      = g_strstr_len ((const char *) input->data, (gssize) input->size, BETWEEN_REQUESTS);
  gsize length = end != NULL ? (gsize) (end - (const char *) input->data) : input->size;
  gsize skipped = end != NULL ? strlen (BETWEEN_REQUESTS) : 0;
  FuzzInput request = { input->data, length };

  input->data += length + skipped;
  input->size -= length + skipped;
  return request;
}

int
fuzz_router (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  SimFurnish furnish = { .seed = 5 };
  g_autoptr (SimWorld) world = sim_world_furnish (world_file (), &furnish, NULL);
  g_autoptr (GPtrArray) responses
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_response_free);
  Conversation conversation = { world, responses };

  for (guint i = 0; i < MOST_REQUESTS && input.size > 0; i++)
    {
      send (&conversation, next_request (&input));
      go_on (&conversation, 5 * DD_SECOND);
    }
  go_on (&conversation, DD_MINUTE);
  return 0;
}
