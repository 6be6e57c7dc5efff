/* SPDX-License-Identifier: Apache-2.0 */
/* A request is answered at the instant that the wall clock makes it: first the world catches up,
 * then the control API, or the world's own front door, has the word.
 *
 * At speed "max" a client that polls for the end of an update is not kept waiting: AWS's waiters
 * sleep 30 seconds of wall time between two polls and nothing can change that, so the poll itself
 * runs the world to the next change of the node group's status. */
#include "config.h"

#include "sim/lab/lab.h"

#include <string.h>

#include "sim/aws/eks/workflow.h"
#include "sim/http/listen.h"
#include "sim/http/visitor.h"
#include "sim/kube/kinds/rbac.h"
#include "sim/kube/verbs/api.h"
#include "sim/lab/control.h"

#define MAX_HASTE (24 * DD_HOUR)

static void
hasten (SimLab *lab, const SimRequest *request)
{
  SimWorld *world = lab->world;
  DdUsec limit = MIN (sim_stage_now (world->stage) + MAX_HASTE, sim_pacing_limit (lab->pacing));
  guint64 serial = aws_eks_polled_serial (world->cloud, request);

  while (serial != 0 && aws_eks_polled_serial (world->cloud, request) == serial
         && sim_stage_now (world->stage) < limit && sim_world_step (world))
    ;
  if (serial != 0)
    sim_pacing_resynchronise (lab->pacing);
}

static SimResponse *
answer (const SimRequest *request, gpointer data)
{
  SimLab *lab = data;
  const char *fault
      = sim_visitor_fault (request->headers, lab->tls ? "https" : "http", lab->local_only);
  SimResponse *response;

  if (fault != NULL)
    return sim_control_refuse (fault);
  sim_pacing_catch_up (lab->pacing);
  if (sim_control_is_for (request))
    {
      response = sim_control_handle (lab, request);
      sim_pacing_resynchronise (lab->pacing);
      return response;
    }
  if (sim_pacing_speed (lab->pacing)->hasten)
    hasten (lab, request);
  response = sim_router_handle (lab->world, request);
  sim_pacing_settle (lab->pacing);
  return response;
}

static DdUsec
lab_now (gpointer data)
{
  return sim_stage_now (((SimLab *) data)->world->stage);
}

/* A cluster has an authority even where nobody has to know it, as describe-cluster always tells of
 * one. */
static gboolean
make_authority (SimLab *lab, GError **error)
{
  const char *pem;

  lab->authority = sim_authority_new (sim_pacing_start (), error);
  if (lab->authority == NULL)
    return FALSE;
  pem = sim_authority_pem (lab->authority);
  lab->authority_data = g_base64_encode ((const guchar *) pem, strlen (pem));
  return TRUE;
}

static gboolean
certify_both (SimLab *lab, const char *address, SimCredential *out_credential, GError **error)
{
  static const char *const masters[] = { "system:masters", NULL };
  g_auto (GStrv) names = NULL;
  g_autoptr (GInetSocketAddress) parsed = sim_listen_parse (address, error);

  if (parsed == NULL)
    return FALSE;
  names = sim_listen_names (address);
  return sim_authority_certify_client (lab->authority, "kubernetes-admin", masters, &lab->admin,
                                       error)
         && sim_authority_certify_server (lab->authority, (const char *const *) names,
                                          out_credential, error);
}

static gboolean
open_door (SimLab *lab, const SimLabOptions *options, GError **error)
{
  g_auto (SimCredential) credential = { NULL };
  SimServerOptions door = {
    .address = options->address,
    .idle_seconds = options->idle_seconds,
    .handler = answer,
    .now = lab_now,
    .data = lab,
  };

  if (!make_authority (lab, error)
      || (options->tls && !certify_both (lab, options->address, &credential, error)))
    return FALSE;
  door.certificate = credential.certificate;
  door.key = credential.key;
  door.client_ca = options->tls ? sim_authority_pem (lab->authority) : NULL;
  lab->tls = options->tls;
  lab->local_only = sim_listen_is_loopback (options->address);
  lab->server = sim_server_new (&door, error);
  return lab->server != NULL;
}

/* What a controller makes of an object asks for nothing that the object did not. */
static void
look_at_change (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  SimLab *lab = data;
  guint told = lab->unmodelled->len;

  if (change->type == SIM_DELETED
      || dd_value_path (change->object->value, "metadata.ownerReferences.0") != NULL)
    return;
  sim_unmodelled_add_object (lab->unmodelled, change->object, change->previous);
  for (guint i = told; lab->tell != NULL && i < lab->unmodelled->len; i++)
    lab->tell (g_ptr_array_index (lab->unmodelled, i));
}

/* ---- who is let in ---- */

gboolean
sim_lab_token_check (const char *text, GError **error)
{
  const char *equals = strchr (text, '=');

  if (equals != NULL && equals > text && equals[1] != '\0' && equals[1] != ',')
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--token wants TOKEN=USER, or TOKEN=USER,GROUP,...");
  return FALSE;
}

static void
add_token (KubeDoor *door, const char *text)
{
  const char *equals = strchr (text, '=');
  g_autofree char *token = g_strndup (text, (gsize) (equals - text));
  g_auto (GStrv) names = g_strsplit (equals + 1, ",", -1);

  kube_door_add_token (door, token, names[0], NULL, (const char *const *) names + 1);
}

/* The wall clock's, by which clients date their tokens. */
static DdUsec
client_time (gpointer lab)
{
  return sim_pacing_limit (((SimLab *) lab)->pacing);
}

static void
let_clients_in (SimLab *lab)
{
  KubeDoor *door = &lab->world->kube->door;

  door->asks = lab->tls;
  aws_eks_trust_tokens (lab->world->cloud, client_time, lab);
  for (guint i = 0; lab->tokens != NULL && lab->tokens[i] != NULL; i++)
    add_token (door, lab->tokens[i]);
  if (lab->rbac)
    kube_rbac_enforce (lab->world->kube);
}

gboolean
sim_lab_reset (SimLab *lab, GError **error)
{
  g_autoptr (SimWorld) fresh = sim_world_furnish (lab->file, &lab->furnish, error);

  if (fresh == NULL
      || !sim_eks_workflow_set_profile (aws_eks_workflow (fresh->cloud), lab->profile, error))
    return FALSE;
  if (lab->faults != NULL)
    sim_faults_file_apply (lab->faults, fresh);
  sim_server_end_streams (lab->server);
  sim_world_free (lab->world);
  lab->world = g_steal_pointer (&fresh);
  sim_pacing_set_world (lab->pacing, lab->world);
  sim_store_subscribe (lab->world->kube->store, NULL, look_at_change, lab);
  let_clients_in (lab);
  return TRUE;
}

SimLab *
sim_lab_new (const SimLabOptions *options, GError **error)
{
  g_autoptr (SimLab) lab = g_new0 (SimLab, 1);

  lab->file = sim_world_file_load (options->world_place, error);
  if (lab->file == NULL)
    return NULL;
  if (options->faults_place != NULL)
    lab->faults = sim_faults_file_load (options->faults_place, error);
  if ((options->faults_place != NULL && lab->faults == NULL) || !open_door (lab, options, error))
    return NULL;
  lab->tell = options->tell;
  lab->unmodelled = sim_unmodelled_new ();
  lab->furnish.seed = options->seed;
  lab->furnish.notes_actors = TRUE;
  lab->furnish.start = sim_pacing_start ();
  lab->furnish.endpoint = sim_server_url (lab->server);
  lab->furnish.certificate_authority = lab->authority_data;
  lab->profile = g_strdup (options->profile);
  lab->rbac = options->rbac;
  lab->tokens = g_strdupv ((char **) options->tokens);
  lab->pacing = sim_pacing_new (NULL, &options->speed);
  if (!sim_lab_reset (lab, error))
    return NULL;
  return g_steal_pointer (&lab);
}

void
sim_lab_free (SimLab *lab)
{
  if (lab == NULL)
    return;
  sim_pacing_free (lab->pacing);
  sim_server_free (lab->server);
  sim_world_free (lab->world);
  sim_faults_file_free (lab->faults);
  sim_world_file_free (lab->file);
  g_clear_pointer (&lab->unmodelled, g_ptr_array_unref);
  sim_authority_free (lab->authority);
  sim_credential_clear (&lab->admin);
  g_free (lab->authority_data);
  g_strfreev (lab->tokens);
  g_free (lab->profile);
  g_free (lab);
}
