/* SPDX-License-Identifier: Apache-2.0 */
/* drydock serve: a world behind an HTTP port, for the real aws and kubectl. */
#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/output.h"
#include "sim/commands/commands.h"
#include "sim/lab/lab-files.h"
#include "sim/http/listen.h"

#define IDLE_SECONDS 300
#define SWEEP_SECONDS 15

typedef struct
{
  char *world, *faults, *listen, *speed, *seed, *env, *kubeconfig, *ca, *profile, *port;
  char *authorization;
  char **tokens;
  gboolean tls;
} ServeFlags;

static void
serve_flags_clear (ServeFlags *flags)
{
  g_free (flags->world);
  g_free (flags->faults);
  g_free (flags->listen);
  g_free (flags->speed);
  g_free (flags->seed);
  g_free (flags->env);
  g_free (flags->kubeconfig);
  g_free (flags->ca);
  g_free (flags->authorization);
  g_strfreev (flags->tokens);
  g_free (flags->profile);
  g_free (flags->port);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServeFlags, serve_flags_clear)

static const char examples[]
    = "Examples:\n"
      "  drydock serve                                  the workshop's world on 127.0.0.1:4566\n"
      "  drydock serve --listen 127.0.0.1:0             on a free port\n"
      "  drydock serve --env lab.sh --kubeconfig lab.kubeconfig\n"
      "                                                 then, in another terminal: . ./lab.sh\n"
      "  drydock serve --tls --env lab.sh               over TLS, with a certificate made now\n"
      "  drydock serve --speed max                      `aws eks wait` returns at its first poll\n"
      "  drydock serve --faults scenarios/throttled.yaml\n"
      "                                                 its requests go wrong as in the scenario\n"
      "  drydock serve --world scenarios/worlds/nine-nodes.yaml --seed 7 --speed paused\n"
      "\n"
      "Speeds: 60x (a minute a second), 1x, any other factor, max (60x, and a client that polls\n"
      "for the end of an update is not kept waiting), paused. `drydock ctl` changes it later.\n"
      "Ctrl-C ends it.\n";

/* What nobody can trust nobody can use. */
static gboolean
check_tls (const ServeFlags *flags, GError **error)
{
  const char *fault = NULL;

  if (flags->tls && flags->ca == NULL && flags->env == NULL && flags->kubeconfig == NULL)
    fault = "--tls needs --env, --kubeconfig or --ca, a file to tell clients whom to trust";
  else if (flags->ca != NULL && !flags->tls)
    fault = "--ca needs --tls: there is nothing to trust in plain HTTP";
  if (fault != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, fault);
  return fault == NULL;
}

static gboolean
parse_flags (int *argc, char ***argv, ServeFlags *flags, GError **error)
{
  const GOptionEntry entries[] = {
    { "world", 'w', 0, G_OPTION_ARG_FILENAME, &flags->world, "The world's description", "FILE" },
    { "faults", 'f', 0, G_OPTION_ARG_FILENAME, &flags->faults,
      "What goes wrong: the faults of a scenario (see drydock run --language)", "FILE" },
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &flags->listen,
      "Address and port (127.0.0.1:4566; port 0 picks one)", "HOST:PORT" },
    { "port", 'p', 0, G_OPTION_ARG_STRING, &flags->port, "Short for --listen 127.0.0.1:PORT",
      "PORT" },
    { "speed", 's', 0, G_OPTION_ARG_STRING, &flags->speed, "How fast time runs (60x)",
      "60x|1x|max|paused" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &flags->seed, "Where chance begins (1)", "N" },
    { "env", 'e', 0, G_OPTION_ARG_FILENAME, &flags->env, "Write the shell exports here", "FILE" },
    { "kubeconfig", 'k', 0, G_OPTION_ARG_FILENAME, &flags->kubeconfig, "Write a kubeconfig here",
      "FILE" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &flags->tls,
      "Speak TLS, by a certificate that is made now, to kubectl and aws alike", NULL },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &flags->ca,
      "Write the certificate here that clients have to trust (with --tls)", "FILE" },
    { "token", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->tokens,
      "Whom the API server knows by a bearer token; may be given again", "TOKEN=USER[,GROUP...]" },
    { "authorization", 0, 0, G_OPTION_ARG_STRING, &flags->authorization,
      "What the API server allows whom it knows: everything, or what roles say (always-allow)",
      "always-allow|rbac" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &flags->profile,
      "How EKS behaves where its documentation leaves it open", "workshop|documented|observed" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- an EKS to practise on");

  g_option_context_set_description (context, examples);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (flags->port != NULL && flags->listen != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "--port and --listen both say where; give one of them");
      return FALSE;
    }
  if (!check_tls (flags, error))
    return FALSE;
  if (flags->port != NULL)
    flags->listen = g_strconcat ("127.0.0.1:", flags->port, NULL);
  if (*argc == 1)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "'%s' is one word too many",
               (*argv)[1]);
  return FALSE;
}

static void
tell_unmodelled (const SimUnmodelled *what)
{
  g_autofree char *text = sim_unmodelled_text (what);

  g_printerr ("drydock: %s\n", text);
}

static gboolean
read_authorization (const char *text, gboolean *out_rbac, GError **error)
{
  *out_rbac = g_strcmp0 (text, "rbac") == 0;
  if (*out_rbac || text == NULL || strcmp (text, "always-allow") == 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--authorization is always-allow or rbac, not '%s'", text);
  return FALSE;
}

static gboolean
read_options (const ServeFlags *flags, SimLabOptions *options, GError **error)
{
  options->world_place = flags->world != NULL ? flags->world : SIM_DEFAULT_WORLD;
  options->faults_place = flags->faults;
  options->address = flags->listen != NULL ? flags->listen : "127.0.0.1:4566";
  options->profile = flags->profile != NULL ? flags->profile : "workshop";
  options->tls = flags->tls;
  options->tokens = (const char *const *) flags->tokens;
  options->idle_seconds = IDLE_SECONDS;
  options->tell = tell_unmodelled;
  options->seed = 1;
  if (!read_authorization (flags->authorization, &options->rbac, error))
    return FALSE;
  for (guint i = 0; flags->tokens != NULL && flags->tokens[i] != NULL; i++)
    if (!sim_lab_token_check (flags->tokens[i], error))
      return FALSE;
  if (flags->seed != NULL
      && !g_ascii_string_to_unsigned (flags->seed, 10, 0, G_MAXINT64, &options->seed, error))
    {
      g_prefix_error (error, "--seed: ");
      return FALSE;
    }
  return sim_speed_parse (flags->speed != NULL ? flags->speed : "60x", &options->speed, error);
}

/* Each client holds a descriptor; the soft limit is often 1,024. */
static void
raise_descriptor_limit (void)
{
  struct rlimit files;

  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
}

static void
tell_all (const GPtrArray *unmodelled)
{
  for (guint i = 0; i < unmodelled->len; i++)
    tell_unmodelled (g_ptr_array_index (unmodelled, i));
}

static void
warn_about (const SimLab *lab, const char *address)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) unmodelled = sim_unmodelled_new ();

  sim_world_file_add_unmodelled (lab->file, unmodelled);
  tell_all (unmodelled);
  sim_world_file_add_warnings (lab->file, NULL, warnings);
  if (lab->faults != NULL)
    sim_faults_file_add_warnings (lab->faults, warnings);
  for (guint i = 0; i < warnings->len; i++)
    g_printerr ("drydock: %s\n", (const char *) warnings->pdata[i]);
  if (!sim_listen_is_loopback (address))
    g_printerr ("drydock: %s can be reached from other machines, and nobody has to log in\n",
                address);
}

/* An --env gets a file beside it for what its exports name and nobody has given a place: GIVEN may
 * be NULL. NULL: there is to be no such file. */
static char *
place_of (const ServeFlags *flags, const char *given, const char *suffix)
{
  if (given != NULL)
    return g_strdup (given);
  if (flags->env == NULL || !dd_output_is_regular (flags->env))
    return NULL;
  return g_strconcat (flags->env, suffix, NULL);
}

static char *
kubeconfig_place (const ServeFlags *flags)
{
  return place_of (flags, flags->kubeconfig, ".kubeconfig");
}

static char *
authority_place (const ServeFlags *flags)
{
  return flags->tls ? place_of (flags, flags->ca, ".ca.pem") : NULL;
}

static char *
absolute (const char *place)
{
  return place != NULL ? g_canonicalize_filename (place, NULL) : NULL;
}

/* Before there is a world: a file that cannot be written should cost no time. */
static gboolean
check_outputs (const ServeFlags *flags, GError **error)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *kubeconfig = kubeconfig_place (flags);
  g_autofree char *authority = authority_place (flags);

  dd_output_protect (claimed, flags->world);
  dd_output_protect (claimed, flags->faults);
  return dd_output_claim (claimed, flags->env, error)
         && dd_output_claim (claimed, kubeconfig, error)
         && dd_output_claim (claimed, authority, error);
}

static gboolean
announce (const SimLab *lab, const ServeFlags *flags, GError **error)
{
  g_autofree char *place = kubeconfig_place (flags);
  g_autofree char *path = absolute (place);
  g_autofree char *authority_place_ = authority_place (flags);
  g_autofree char *authority = absolute (authority_place_);
  const char *pem = sim_authority_pem (lab->authority);
  g_autofree char *exports = sim_lab_exports (lab, path, authority);
  g_autofree char *kubeconfig = sim_lab_kubeconfig (lab);

  if ((authority != NULL && !dd_output_write (authority, pem, strlen (pem), error))
      || (path != NULL && !dd_output_write_secret (path, kubeconfig, strlen (kubeconfig), error))
      || (flags->env != NULL
          && !dd_output_write_secret (flags->env, exports, strlen (exports), error)))
    return FALSE;
  g_print ("drydock ready on %s\n\n%s", sim_server_url (lab->server), exports);
  fflush (stdout);
  return TRUE;
}

/* ---- until a signal comes ---- */

static gboolean
quit_loop (int fd, GIOCondition condition, gpointer loop)
{
  (void) fd;
  (void) condition;
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* Ctrl-C and SIGTERM as something to read: GLib's own way would cost a thread. */
static int
open_signals (void)
{
  sigset_t signals;

  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  return signalfd (-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static gboolean
sweep (gpointer server)
{
  sim_server_sweep (server);
  return G_SOURCE_CONTINUE;
}

static void
serve_until_signal (SimLab *lab, int signals)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint ending = g_unix_fd_add (signals, G_IO_IN, quit_loop, loop);
  guint sweeping = g_timeout_add_seconds (SWEEP_SECONDS, sweep, lab->server);

  g_main_loop_run (loop);
  g_source_remove (sweeping);
  g_source_remove (ending);
  close (signals);
}

/* Of what many objects asked for only the first was told. */
static void
tell_more_unmodelled (const SimLab *lab)
{
  for (guint i = 0; i < lab->unmodelled->len; i++)
    {
      const SimUnmodelled *what = g_ptr_array_index (lab->unmodelled, i);

      if (what->more > 0)
        tell_unmodelled (what);
    }
}

/* A fault that nothing met has shown nothing, which its author should know. */
static void
tell_idle_faults (const SimLab *lab)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  if (lab->faults != NULL)
    sim_faults_file_conclude (lab->faults, lab->world, lines);
  for (guint i = 0; i < lines->len; i++)
    g_printerr ("drydock: %s\n", (const char *) lines->pdata[i]);
}

static int
run_serve (int argc, char **argv)
{
  g_auto (ServeFlags) flags = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimLab) lab = NULL;
  SimLabOptions options = { NULL };
  int signals = -1;

  if (parse_flags (&argc, &argv, &flags, &error) && read_options (&flags, &options, &error)
      && check_outputs (&flags, &error))
    {
      raise_descriptor_limit ();
      signals = open_signals ();
      lab = sim_lab_new (&options, &error);
    }
  if (lab == NULL || !announce (lab, &flags, &error))
    {
      g_printerr ("drydock serve: %s\n", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  warn_about (lab, options.address);
  serve_until_signal (lab, signals);
  tell_idle_faults (lab);
  tell_more_unmodelled (lab);
  return DD_EXIT_OK;
}

const DdCommand dd_command_serve = {
  "serve",
  "run a world behind an HTTP port, for the real aws and kubectl",
  run_serve,
  .switches = (const char *const[]) { "tls", NULL },
};
