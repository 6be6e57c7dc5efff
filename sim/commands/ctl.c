/* SPDX-License-Identifier: Apache-2.0 */
/* drydock ctl: one call of the control API of a running `drydock serve`. */
#include "config.h"

#include <gio/gio.h>

#include "net/http-transport.h"
#include "sim/commands/commands.h"
#include "sim/lab/condition.h"
#include "sim/lab/control.h"
#include "sim/scenario/schema.h"

#define DEFAULT_ENDPOINT "http://127.0.0.1:4566"
#define SERVICE "drydock"

static char *
describe_operations (void)
{
  g_autofree char *conditions = sim_condition_help ();
  GString *out = g_string_new ("Operations:\n");

  for (const SimControlOperation *row = sim_control_operations; row->name != NULL; row++)
    {
      g_autofree char *usage
          = g_strdup_printf ("%s %s", row->name, row->example != NULL ? row->example : "");

      g_string_append_printf (out, "  %-24s %s\n", usage, row->summary);
    }
  g_string_append_printf (out,
                          "\nConditions:\n%s"
                          "\nExamples:\n"
                          "  drydock ctl status\n"
                          "  drydock ctl skip 15m\n"
                          "  drydock ctl until event drain.started\n"
                          "  drydock ctl --endpoint http://127.0.0.1:8080 speed max\n"
                          "\nThe endpoint is AWS_ENDPOINT_URL, or " DEFAULT_ENDPOINT
                          "; over TLS the\n"
                          "authorities in AWS_CA_BUNDLE are trusted.\n",
                          conditions);
  return g_string_free (out, FALSE);
}

static gboolean
parse_flags (int *argc, char ***argv, char **out_endpoint, gboolean *out_json, GError **error)
{
  const GOptionEntry entries[] = {
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, out_endpoint, "Where the server listens", "URL" },
    { "json", 0, 0, G_OPTION_ARG_NONE, out_json, "Print the answer as it came", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context
      = g_option_context_new ("OPERATION [ARGUMENT...] - drive the clock of a running server");
  g_autofree char *description = describe_operations ();

  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/* ---- the call ---- */

static const SimControlOperation *
find_operation (const char *name, GError **error)
{
  const SimControlOperation *row = name != NULL ? sim_control_find (name) : NULL;
  const char *names[32] = { NULL };
  g_autofree char *hint = NULL;

  if (row != NULL)
    return row;
  for (guint i = 0; sim_control_operations[i].name != NULL && i + 1 < G_N_ELEMENTS (names); i++)
    names[i] = sim_control_operations[i].name;
  hint = name != NULL ? sim_did_you_mean (name, names) : g_strdup ("");
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s%s%s; see drydock ctl --help",
               name != NULL ? "no such operation: " : "an operation is missing",
               name != NULL ? name : "", hint);
  return NULL;
}

static DdRequest *
make_request (const SimControlOperation *row, char **words, GError **error)
{
  g_autofree char *target = g_strconcat (SIM_CONTROL_PREFIX, row->name, NULL);
  g_autofree char *argument = g_strjoinv (" ", words);
  DdRequest *request;

  if ((row->argument != NULL) != (*argument != '\0'))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s %s%s", row->name,
                   row->argument != NULL ? "needs an argument, such as " : "takes no argument",
                   row->argument != NULL ? row->example : "");
      return NULL;
    }
  request = dd_request_new (SERVICE, row->method, target);
  dd_headers_add (request->headers, SIM_CONTROL_HEADER, "1");
  request->timeout = 10 * DD_MINUTE; /* `until` may have a long way to go */
  if (row->argument != NULL)
    {
      g_autoptr (DdValue) body = dd_object (row->argument, dd_string (argument), NULL);

      dd_headers_add (request->headers, "Content-Type", "application/json");
      request->body = dd_value_to_bytes (body);
    }
  return request;
}

typedef struct
{
  gboolean done;
  guint status;
  DdValue *answer;
  GError *error;
} Call;

static void
take_reply (const DdReply *reply, gpointer data)
{
  Call *call = data;

  call->done = TRUE;
  call->status = reply->status;
  if (reply->error != NULL)
    call->error = g_error_copy (reply->error);
  else
    call->answer = dd_value_parse_bytes (reply->body, &call->error);
}

static const char *
unless_empty (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

/* Takes REQUEST. */
static DdValue *
call_server (const char *endpoint, DdRequest *request, GError **error)
{
  const DdHttpOptions options = { .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION };
  g_autoptr (DdHttpTransport) transport = dd_http_transport_new (&options);
  const DdTlsOptions tls = { .ca_file = unless_empty (g_getenv ("AWS_CA_BUNDLE")) };
  Call call = { FALSE };

  if (!dd_http_transport_set_endpoint (transport, SERVICE, endpoint, error)
      || !dd_http_transport_set_tls (transport, SERVICE, &tls, error))
    {
      dd_request_free (request);
      return NULL;
    }
  dd_transport_send (dd_http_transport_interface (transport), request, take_reply, &call);
  while (!call.done)
    g_main_context_iteration (NULL, TRUE);
  if (call.error != NULL)
    {
      g_propagate_prefixed_error (error, call.error,
                                  "%s does not answer as drydock does: ", endpoint);
      return NULL;
    }
  if (call.status == 200)
    return call.answer;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
               dd_value_string (dd_value_member (call.answer, "error")));
  dd_value_unref (call.answer);
  return NULL;
}

/* ---- the answer ---- */

static void
print_nodegroup (const DdValue *group)
{
  const DdValue *update = dd_value_member (group, "update");

  if (group == NULL)
    return;
  g_print ("node group  %s %s\n", dd_value_path_string (group, "name"),
           dd_value_path_string (group, "status"));
  if (update != NULL)
    g_print ("update      %s %s\n", dd_value_path_string (update, "type"),
             dd_value_path_string (update, "status"));
  if (dd_value_path_string (group, "explanation") != NULL)
    g_print ("because     %s\n", dd_value_path_string (group, "explanation"));
}

static void
print_answer (const DdValue *answer)
{
  const DdValue *nodes = dd_value_member (answer, "nodes");
  const char *reason = dd_value_path_string (answer, "reason");

  g_print ("time        %s (%s since the beginning), speed %s\n",
           dd_value_path_string (answer, "time"), dd_value_path_string (answer, "elapsed"),
           dd_value_path_string (answer, "speed"));
  if (dd_value_member (answer, "cluster") != NULL)
    g_print ("cluster     %s, seed %" G_GINT64_FORMAT "\n",
             dd_value_path_string (answer, "cluster"), dd_value_path_int (answer, "seed", 0));
  print_nodegroup (dd_value_member (answer, "nodegroup"));
  if (nodes != NULL)
    g_print ("nodes       %d, %d ready, %d unschedulable\n",
             (int) dd_value_path_int (nodes, "total", 0),
             (int) dd_value_path_int (nodes, "ready", 0),
             (int) dd_value_path_int (nodes, "unschedulable", 0));
  if (dd_value_member (answer, "condition") != NULL)
    g_print ("condition   %s %s%s%s\n", dd_value_path_string (answer, "condition"),
             reason == NULL ? "holds" : "does not hold", reason != NULL ? ": " : "",
             reason != NULL ? reason : "");
}

static const char *
endpoint_or_default (const char *given)
{
  const char *environment = unless_empty (g_getenv ("AWS_ENDPOINT_URL"));

  if (given != NULL)
    return given;
  return environment != NULL ? environment : DEFAULT_ENDPOINT;
}

static int
run_ctl (int argc, char **argv)
{
  g_autofree char *endpoint = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) answer = NULL;
  const SimControlOperation *row = NULL;
  DdRequest *request = NULL;
  gboolean json = FALSE;

  if (parse_flags (&argc, &argv, &endpoint, &json, &error))
    row = find_operation (argc > 1 ? argv[1] : NULL, &error);
  if (row != NULL)
    request = make_request (row, argv + 2, &error);
  if (request != NULL)
    answer = call_server (endpoint_or_default (endpoint), request, &error);
  if (answer == NULL)
    {
      g_printerr ("drydock ctl: %s\n", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  if (json)
    {
      g_autofree char *text = dd_value_to_text (answer);

      g_print ("%s\n", text);
    }
  else
    print_answer (answer);
  return dd_value_path_bool (answer, "held", TRUE) ? DD_EXIT_OK : DD_EXIT_FAILED;
}

const DdCommand dd_command_ctl = {
  .name = "ctl",
  .summary = "drive the clock of a running server",
  .run = run_ctl,
  .switches = (const char *const[]) { "json", NULL },
};
