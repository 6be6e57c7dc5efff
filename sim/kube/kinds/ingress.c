/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/ingress.c: the Ingress table
 *
 * Imitates: Kubernetes API Reference, Ingress v1 networking.k8s.io; pkg/apis/networking/validation,
 * ValidateIngressCreate; plugin/pkg/admission/network/defaultingressclass. */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/networking.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"

#define CLASS_ANNOTATION "kubernetes.io/ingress.class"
#define DEFAULT_CLASS_ANNOTATION "ingressclass.kubernetes.io/is-default-class"

/* ---- the table ---- */

static const KubeField port_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Port of the service by its name.") },
  { "number", KUBE_INT, 2, KUBE_DOC ("The same by its number.") },
  { NULL },
};

static const KubeStruct port = {
  "io.k8s.api.networking.v1.ServiceBackendPort",
  "A port of a service, by name or number.",
  port_fields,
  .atomic = TRUE,
};

static const KubeField service_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Service in the namespace of the ingress.") },
  KUBE_OBJECT_OF ("port", port, 2, .fallback = "{}", KUBE_DOC ("Which port of it.")),
  { NULL },
};

static const KubeStruct service = {
  "io.k8s.api.networking.v1.IngressServiceBackend",
  "A service that requests are sent to.",
  service_fields,
};

static const KubeField backend_fields[] = {
  KUBE_OBJECT_OF ("service", service, 4, .pointer = TRUE,
                  KUBE_DOC ("Service that requests are sent to.")),
  KUBE_OBJECT_OF ("resource", kube_typed_reference, 3, .pointer = TRUE,
                  KUBE_DOC ("Another object that answers them, instead of a service.")),
  { NULL },
};

static const KubeStruct backend = {
  "io.k8s.api.networking.v1.IngressBackend",
  "Who answers requests.",
  backend_fields,
};

static const KubeField tls_fields[] = {
  KUBE_LIST_OF_STRINGS ("hosts", 1, KUBE_DOC ("Hosts that the certificate is for.")),
  { "secretName", KUBE_STRING, 2, KUBE_DOC ("Secret with the certificate and its key.") },
  { NULL },
};

static const KubeStruct tls = {
  "io.k8s.api.networking.v1.IngressTLS",
  "A certificate for some hosts.",
  tls_fields,
};

static const KubeField path_fields[] = {
  { "path", KUBE_STRING, 1, KUBE_DOC ("Path of the request that is asked for, from its slash.") },
  { "pathType", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("Exact, Prefix (by whole elements), or ImplementationSpecific.") },
  KUBE_OBJECT_OF ("backend", backend, 2, .fallback = "{}", KUBE_DOC ("Who answers then.")),
  { NULL },
};

static const KubeStruct path = {
  "io.k8s.api.networking.v1.HTTPIngressPath",
  "Requests for a path, and who answers them.",
  path_fields,
};

static const KubeField http_fields[] = {
  KUBE_LIST_OF ("paths", path, 1, .required = TRUE, KUBE_DOC ("Paths and who answers for them.")),
  { NULL },
};

static const KubeStruct http = {
  "io.k8s.api.networking.v1.HTTPIngressRuleValue",
  "Who answers for which paths.",
  http_fields,
};

static const KubeField rule_fields[] = {
  { "host", KUBE_STRING, 1, KUBE_DOC ("Host of the request, perhaps *.example.com; unset: any.") },
  KUBE_OBJECT_OF ("http", http, 1, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Who answers for which paths of the host.")),
  { NULL },
};

static const KubeStruct rule = {
  "io.k8s.api.networking.v1.IngressRule",
  "Requests for a host, and who answers them.",
  rule_fields,
};

static const KubeField spec_fields[] = {
  { "ingressClassName", KUBE_STRING, 4, .pointer = TRUE,
    KUBE_DOC ("Class, and so the controller that serves it; the default class if unset."),
    KUBE_INERT (KUBE_NO_TRAFFIC) },
  KUBE_OBJECT_OF ("defaultBackend", backend, 1, .pointer = TRUE,
                  KUBE_DOC ("Who answers requests that no rule is for."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF ("tls", tls, 2, KUBE_DOC ("Certificates, by host."), KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF ("rules", rule, 3, KUBE_DOC ("Who answers which requests."),
                KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.networking.v1.IngressSpec",
  "Requests from outside, and who answers them.",
  spec_fields,
};

static const KubeField port_status_fields[] = {
  { "port", KUBE_INT, 1, .required = TRUE, KUBE_DOC ("Port of the load balancer.") },
  { "protocol", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("TCP, UDP or SCTP.") },
  { "error", KUBE_STRING, 3, .pointer = TRUE, KUBE_DOC ("Why it does not serve.") },
  { NULL },
};

static const KubeStruct port_status = {
  "io.k8s.api.networking.v1.IngressPortStatus",
  "How a port of the load balancer fares.",
  port_status_fields,
};

static const KubeField address_fields[] = {
  { "ip", KUBE_STRING, 1, KUBE_DOC ("Address of the load balancer, where it has a fixed one.") },
  { "hostname", KUBE_STRING, 2, KUBE_DOC ("Its DNS name, as AWS gives it.") },
  KUBE_LIST_OF ("ports", port_status, 4, KUBE_DOC ("How its ports fare.")),
  { NULL },
};

static const KubeStruct address = {
  "io.k8s.api.networking.v1.IngressLoadBalancerIngress",
  "One address under which the ingress is reached.",
  address_fields,
};

static const KubeField load_balancer_fields[] = {
  KUBE_LIST_OF ("ingress", address, 1,
                KUBE_DOC ("Addresses under which the ingress is reached; empty until ready.")),
  { NULL },
};

static const KubeStruct load_balancer = {
  "io.k8s.api.networking.v1.IngressLoadBalancerStatus",
  "What its controller has provided.",
  load_balancer_fields,
};

static const KubeField status_fields[] = {
  KUBE_OBJECT_OF ("loadBalancer", load_balancer, 1, .fallback = "{}",
                  KUBE_DOC ("Where the ingress is reached.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.networking.v1.IngressStatus",
  "Where the ingress is reached.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Requests from outside, and who answers them."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Written by the controller of its class."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.networking.v1.Ingress",
  "Lets requests from outside reach services, by host and path.",
  fields,
};

/* ---- columns; imitates: printIngress of pkg/printers/internalversion ---- */

#define SHOWN_HOSTS 3

static DdValue *
hosts_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *rules = dd_value_path (object->value, "spec.rules");
  g_autoptr (GString) text = g_string_new (NULL);
  guint shown = 0;

  for (gsize i = 0; i < dd_value_length (rules); i++)
    {
      const char *host = dd_value_path_string (dd_value_element (rules, i), "host");

      if (shown == SHOWN_HOSTS)
        {
          g_string_append_printf (text, " + %" G_GSIZE_FORMAT " more...",
                                  dd_value_length (rules) - SHOWN_HOSTS);
          break;
        }
      if (host == NULL)
        continue;
      g_string_append_printf (text, "%s%s", shown > 0 ? "," : "", host);
      shown++;
    }
  return dd_string (shown > 0 ? text->str : "*");
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static DdValue *
address_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *list = dd_value_path (object->value, "status.loadBalancer.ingress");
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *ip = dd_value_path_string (dd_value_element (list, i), "ip");
      const char *host = dd_value_path_string (dd_value_element (list, i), "hostname");

      if (ip != NULL || host != NULL)
        g_ptr_array_add (texts, (gpointer) (ip != NULL ? ip : host));
    }
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  return dd_string_take (g_strjoinv (",", (char **) texts->pdata));
}

static DdValue *
ports_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string (dd_value_length (dd_value_path (object->value, "spec.tls")) > 0 ? "80, 443"
                                                                                    : "80");
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Class", "string", .path = "spec.ingressClassName", .absent = "<none>" },
  { "Hosts", "string", .cell = hosts_cell, KUBE_DOC ("Hosts of the rules, * for any.") },
  { "Address", "string", .path = "status.loadBalancer", .cell = address_cell },
  { "Ports", "string", .cell = ports_cell,
    KUBE_DOC ("Ports that are served: 443 as well where there is a certificate.") },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- the default class ---- */

static const char *
annotation (const DdValue *object, const char *key)
{
  return dd_value_string (dd_value_at (object, "metadata", "annotations", key, NULL));
}

/* The newest that calls itself the default, and of those of one age the first by name. */
static const SimObject *
default_class (KubeApi *api)
{
  g_autoptr (GPtrArray) classes = sim_store_list (api->store, &kube_ingress_class, NULL);
  const SimObject *newest = NULL;
  const char *newest_time = "";

  for (guint i = 0; i < classes->len; i++)
    {
      const SimObject *its = classes->pdata[i];
      const char *time = dd_value_path_string (its->value, "metadata.creationTimestamp");

      if (g_strcmp0 (annotation (its->value, DEFAULT_CLASS_ANNOTATION), "true") != 0
          || g_strcmp0 (time, newest_time) <= 0)
        continue;
      newest = its;
      newest_time = time;
    }
  return newest;
}

static gboolean
prepare_create (KubeApi *api, DdValue **object, GError **error G_GNUC_UNUSED)
{
  const SimObject *class = NULL;

  dd_value_set (object, "status", dd_object ("loadBalancer", dd_object_empty (), NULL));
  if (dd_value_path (*object, "spec.ingressClassName") == NULL
      && annotation (*object, CLASS_ANNOTATION) == NULL)
    class = default_class (api);
  if (class != NULL)
    dd_value_set (object, "spec.ingressClassName", dd_string (class->name));
  return TRUE;
}

/* ---- its rules ---- */

#define WILDCARD_TEXT \
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which " \
  "must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric " \
  "character (e.g. '*.example.com', regex used for validation is " \
  "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

static void
add_invalid (KubeCauses *causes, const char *field, const char *value, const char *problem)
{
  kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", value, problem);
}

static void
validate_host (const char *host, const char *field, KubeCauses *causes)
{
  const char *problem = kube_name_check (KUBE_NAME_SUBDOMAIN, host);

  if (strchr (host, '*') == NULL)
    {
      if (problem != NULL)
        add_invalid (causes, field, host, problem);
    }
  else if (!g_str_has_prefix (host, "*.")
           || kube_name_check (KUBE_NAME_SUBDOMAIN, host + strlen ("*.")) != NULL)
    add_invalid (causes, field, host, WILDCARD_TEXT);
}

static void
validate_service (const DdValue *its, const char *field, KubeCauses *causes)
{
  const char *name = dd_value_path_string (its, "service.name");
  const char *port_name = dd_value_path_string (its, "service.port.name");
  gint64 number = dd_value_path_int (its, "service.port.number", 0);
  const char *problem = name != NULL ? kube_name_check (KUBE_NAME_LABEL_1035, name) : NULL;
  g_autofree char *name_field = g_strconcat (field, ".service.name", NULL);
  g_autofree char *port_name_field = g_strconcat (field, ".service.port.name", NULL);
  g_autofree char *number_field = g_strconcat (field, ".service.port.number", NULL);

  if (name == NULL)
    kube_causes_add (causes, "FieldValueRequired", name_field, "Required value");
  else if (problem != NULL)
    add_invalid (causes, name_field, name, problem);
  if (port_name != NULL && number != 0)
    add_invalid (causes, field, "", "cannot set both port name & port number");
  else if (port_name != NULL)
    kube_port_validate_name (port_name, port_name_field, causes);
  else if (number != 0)
    kube_port_validate_number (number, number_field, causes);
  else
    kube_causes_add (causes, "FieldValueRequired", field,
                     "Required value: port name or number is required");
}

static void
validate_backend (const DdValue *its, const char *field, KubeCauses *causes)
{
  gboolean to_service = dd_value_member (its, "service") != NULL;
  gboolean to_resource = dd_value_member (its, "resource") != NULL;

  if (to_service && to_resource)
    add_invalid (causes, field, "", "cannot set both resource and service backends");
  else if (to_service)
    validate_service (its, field, causes);
  else if (!to_resource)
    add_invalid (causes, field, "", "resource or service backend is required");
}

static void
validate_path_text (const char *text, gboolean loose, const char *field, KubeCauses *causes)
{
  static const char *const sequences[] = { "//", "/./", "/../", "%2f", "%2F" };
  static const char *const ends[] = { "/..", "/." };

  if (text[0] != '/' && !(loose && text[0] == '\0'))
    add_invalid (causes, field, text, "must be an absolute path");
  for (guint i = 0; i < G_N_ELEMENTS (sequences) && !loose; i++)
    if (strstr (text, sequences[i]) != NULL)
      kube_causes_add (causes, "FieldValueInvalid", field,
                       "Invalid value: \"%s\": must not contain '%s'", text, sequences[i]);
  for (guint i = 0; i < G_N_ELEMENTS (ends) && !loose; i++)
    if (g_str_has_suffix (text, ends[i]))
      kube_causes_add (causes, "FieldValueInvalid", field,
                       "Invalid value: \"%s\": cannot end with '%s'", text, ends[i]);
}

static void
validate_path (const DdValue *its, const char *field, KubeCauses *causes)
{
  static const char *const types[] = { "Exact", "Prefix", "ImplementationSpecific", NULL };
  const char *path_type = dd_value_path_string (its, "pathType");
  const char *text = dd_value_path_string (its, "path");
  g_autofree char *type_field = g_strconcat (field, ".pathType", NULL);
  g_autofree char *text_field = g_strconcat (field, ".path", NULL);
  g_autofree char *backend_field = g_strconcat (field, ".backend", NULL);

  if (path_type == NULL)
    {
      kube_causes_add (causes, "FieldValueRequired", type_field,
                       "Required value: pathType must be specified");
      return;
    }
  if (!g_strv_contains (types, path_type))
    kube_causes_add (causes, "FieldValueNotSupported", type_field,
                     "Unsupported value: \"%s\": supported values: \"Exact\", "
                     "\"ImplementationSpecific\", \"Prefix\"",
                     path_type);
  else
    validate_path_text (text != NULL ? text : "", strcmp (path_type, types[2]) == 0, text_field,
                        causes);
  validate_backend (dd_value_member (its, "backend"), backend_field, causes);
}

static void
validate_rule (const DdValue *its, gsize at, KubeCauses *causes)
{
  const char *host = dd_value_path_string (its, "host");
  const DdValue *paths = dd_value_path (its, "http.paths");
  g_autofree char *host_field = g_strdup_printf ("spec.rules[%" G_GSIZE_FORMAT "].host", at);

  if (host != NULL && g_hostname_is_ip_address (host))
    add_invalid (causes, host_field, host, "must be a DNS name, not an IP address");
  if (host != NULL)
    validate_host (host, host_field, causes);
  for (gsize i = 0; i < dd_value_length (paths); i++)
    {
      g_autofree char *field = g_strdup_printf (
          "spec.rules[%" G_GSIZE_FORMAT "].http.paths[%" G_GSIZE_FORMAT "]", at, i);

      validate_path (dd_value_element (paths, i), field, causes);
    }
}

static void
validate_tls (const DdValue *its, gsize at, KubeCauses *causes)
{
  const DdValue *hosts = dd_value_member (its, "hosts");
  const char *secret = dd_value_path_string (its, "secretName");
  const char *problem = secret != NULL ? kube_name_check (KUBE_NAME_SUBDOMAIN, secret) : NULL;
  g_autofree char *field = g_strdup_printf ("spec.tls[%" G_GSIZE_FORMAT "].secretName", at);

  for (gsize i = 0; i < dd_value_length (hosts); i++)
    {
      g_autofree char *host_field
          = g_strdup_printf ("spec.tls[%" G_GSIZE_FORMAT "].hosts[%" G_GSIZE_FORMAT "]", at, i);

      validate_host (dd_value_string (dd_value_element (hosts, i)), host_field, causes);
    }
  if (problem != NULL)
    add_invalid (causes, field, secret, problem);
}

static void
validate_class (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const char *class = dd_value_path_string (object, "spec.ingressClassName");
  const char *annotated = annotation (object, CLASS_ANNOTATION);
  const char *problem = class != NULL ? kube_name_check (KUBE_NAME_SUBDOMAIN, class) : NULL;

  if (problem != NULL)
    add_invalid (causes, "spec.ingressClassName", class, problem);
  if (old == NULL && class != NULL && annotated != NULL && strcmp (class, annotated) != 0)
    add_invalid (causes, "annotations." CLASS_ANNOTATION, annotated,
                 "must match `ingressClassName` when both are specified");
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *by_default = dd_value_path (object, "spec.defaultBackend");
  const DdValue *rules = dd_value_path (object, "spec.rules");
  const DdValue *certificates = dd_value_path (object, "spec.tls");

  if (by_default != NULL)
    validate_backend (by_default, "spec.defaultBackend", causes);
  else if (dd_value_length (rules) == 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec",
                     "Invalid value: []networking.IngressRule(nil): either `defaultBackend` or "
                     "`rules` must be specified");
  for (gsize i = 0; i < dd_value_length (rules); i++)
    validate_rule (dd_value_element (rules, i), i, causes);
  for (gsize i = 0; i < dd_value_length (certificates); i++)
    validate_tls (dd_value_element (certificates, i), i, causes);
  validate_class (old, object, causes);
}

const KubeKind kube_ingress = {
  .group = KUBE_NETWORKING,
  .version = "v1",
  .kind = "Ingress",
  .plural = "ingresses",
  .singular = "ingress",
  .short_names = KUBE_VALUES ("ing"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .storage = "ingress",
  .type = &type,
  .columns = columns,
  .prepare_create = prepare_create,
  .validate = validate,
};
