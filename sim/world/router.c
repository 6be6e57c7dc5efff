/* SPDX-License-Identifier: Apache-2.0 */
/* sim/world/router.c: which service a request is for
 *
 * One port serves all of AWS and one Kubernetes API server. The signature's credential scope names
 * the service; where there is none the target header, the form's Version and the path still tell.
 * Nothing collides, since Kubernetes clients never sign. */
#include "config.h"

#include "sim/world/router.h"

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/protocol/protocol.h"
#include "sim/aws/protocol/service.h"
#include "sim/kube/verbs/api.h"

static const AwsService *const services[]
    = { &aws_eks, &aws_autoscaling, &aws_ec2, &aws_ssm, &aws_sts };

static const AwsService *
service_named (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (g_strcmp0 (services[i]->name, name) == 0)
      return services[i];
  return NULL;
}

/* "AKIDEXAMPLE/20260131/us-west-2/autoscaling/aws4_request" -> "autoscaling" */
static char *
service_of_scope (const char *credential)
{
  g_auto (GStrv) parts = g_strsplit (credential, "/", 6);

  return g_strv_length (parts) == 5 && *parts[3] != '\0' ? g_strdup (parts[3]) : NULL;
}

/* Imitates: AWS Signature Version 4: the scope in the Authorization header or, presigned, in the
 * query string. */
static char *
signed_service (const SimRequest *request)
{
  const char *authorization = dd_headers_get (request->headers, "Authorization");
  const char *credential = authorization != NULL ? strstr (authorization, "Credential=") : NULL;
  g_autofree char *scope = NULL;

  if (credential != NULL)
    {
      credential += strlen ("Credential=");
      scope = g_strndup (credential, strcspn (credential, ", "));
    }
  else if (strstr (request->target, "X-Amz-Credential=") != NULL)
    scope = aws_form_parameter (request, "X-Amz-Credential");
  return scope != NULL ? service_of_scope (scope) : NULL;
}

static gboolean
path_begins (const char *target, const char *prefix)
{
  gsize length = strlen (prefix);

  return strncmp (target, prefix, length) == 0
         && (target[length] == '\0' || strchr ("/?", target[length]) != NULL);
}

/* Only a form at the root can be a query-protocol request. */
static const AwsService *
service_of_form (const SimRequest *request)
{
  g_autofree char *version = NULL;

  if (!g_str_equal (request->target, "/") && !g_str_has_prefix (request->target, "/?"))
    return NULL;
  version = aws_form_parameter (request, "Version");
  for (guint i = 0; version != NULL && i < G_N_ELEMENTS (services); i++)
    if (services[i]->namespace_ != NULL && g_strcmp0 (services[i]->version, version) == 0)
      return services[i];
  return NULL;
}

static const AwsService *
unsigned_service (const SimRequest *request)
{
  static const char *const eks_paths[] = { "/clusters", "/cluster-versions", "/tags" };
  const char *target = dd_headers_get (request->headers, "X-Amz-Target");

  if (target != NULL && g_str_has_prefix (target, "AmazonSSM."))
    return &aws_ssm;
  for (guint i = 0; i < G_N_ELEMENTS (eks_paths); i++)
    if (path_begins (request->target, eks_paths[i]))
      return &aws_eks;
  return service_of_form (request);
}

/* A service of AWS that Drydock does not play at all. Its protocol is guessed from the request, so
 * that the client can read the refusal. */
static SimResponse *
refuse_service (SimWorld *world, const SimRequest *request, const char *name)
{
  g_autofree char *action = aws_form_parameter (request, "Action");
  const char *target = dd_headers_get (request->headers, "X-Amz-Target");
  const char *operation = target != NULL ? target : action != NULL ? action : request->target;
  g_autofree char *request_id = dd_random_uuid (world->cloud->request_ids);
  g_autofree char *message
      = g_strdup_printf ("The service %s (%s) is not modelled by Drydock.", name, operation);
  AwsService stranger = { name, "http://amazonaws.com/doc/", "", AWS_REST_JSON, NULL, 0 };
  AwsRefusal refusal = {
    .code = aws_error_code_name (AWS_NOT_MODELLED),
    .status = aws_error_code_status (AWS_NOT_MODELLED),
    .message = message,
  };

  if (target != NULL || action != NULL)
    stranger.protocol = target != NULL ? AWS_JSON_1_1 : AWS_QUERY;
  sim_stage_trace (world->stage, "router", DD_EVENT_NOT_MODELLED, NULL,
                   dd_object ("service", dd_string (name), "operation", dd_string (operation),
                              "why", dd_string ("service"), NULL));
  return aws_protocol_of (&stranger)->refuse (&stranger, &refusal, request_id);
}

SimResponse *
sim_router_handle (SimWorld *world, const SimRequest *request)
{
  g_autofree char *name = signed_service (request);
  const AwsService *service = name != NULL ? service_named (name) : unsigned_service (request);

  if (service != NULL)
    return aws_service_handle (service, aws_cloud_door (world->cloud), request);
  if (name != NULL)
    return refuse_service (world, request, name);
  return kube_api_handle (world->kube, request);
}
