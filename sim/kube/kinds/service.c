/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/service.c: the Service table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField port_fields[] = {
  { "name", KUBE_STRING, 1,
    KUBE_DOC ("DNS label, needed and unique where there are several ports.") },
  { "protocol", KUBE_STRING, 2, .fallback = "\"TCP\"", .values = KUBE_VALUES ("SCTP", "TCP", "UDP"),
    KUBE_DOC ("TCP (default), UDP or SCTP.") },
  { "appProtocol", KUBE_STRING, 6, .pointer = TRUE,
    KUBE_DOC ("Hint at what is spoken on it, such as https or kubernetes.io/h2c.") },
  { "port", KUBE_INT, 3, .required = TRUE,
    KUBE_DOC ("Number that clients connect to, 1 to 65535.") },
  { "targetPort", KUBE_INT_OR_STRING, 4,
    KUBE_DOC ("Where pods listen, by number or container port name; same as port by default.") },
  { "nodePort", KUBE_INT, 5,
    KUBE_DOC ("Port opened on every node for NodePort and LoadBalancer; chosen from 30000-32767 if "
              "unset.") },
  { NULL },
};

static const KubeStruct port = {
  "io.k8s.api.core.v1.ServicePort",
  "One way in, and where it leads.",
  port_fields,
};

static const KubeField client_ip_fields[] = {
  { "timeoutSeconds", KUBE_INT, 1, .pointer = TRUE, .fallback = "10800",
    KUBE_DOC ("Idle seconds until a client may get another pod, 1 to 86400; default 10800.") },
  { NULL },
};

static const KubeStruct client_ip = {
  "io.k8s.api.core.v1.ClientIPConfig",
  "How long a client address stays with its pod.",
  client_ip_fields,
};

static const KubeField affinity_config_fields[] = {
  KUBE_OBJECT_OF ("clientIP", client_ip, 1, .pointer = TRUE,
                  KUBE_DOC ("Settings for sessionAffinity ClientIP.")),
  { NULL },
};

static const KubeStruct affinity_config = {
  "io.k8s.api.core.v1.SessionAffinityConfig",
  "Fine tuning of sessionAffinity.",
  affinity_config_fields,
};

static const KubeField spec_fields[] = {
  KUBE_LIST_OF (
      "ports", port, 1, .merge_key = "port", .list_key = "protocol",
      KUBE_DOC ("Ports that the service offers; at least one unless headless or ExternalName."),
      KUBE_INERT ("There is no traffic.")),
  KUBE_MAP_OF_STRINGS (
      "selector", 2, .atomic = TRUE,
      KUBE_DOC ("Labels of the pods behind it; if empty, others must provide the endpoints."),
      KUBE_INERT ("There is no traffic.")),
  { "clusterIP", KUBE_STRING, 3,
    KUBE_DOC ("Virtual address, chosen by the server if unset; None for a headless service."),
    KUBE_INERT ("There is no traffic.") },
  KUBE_LIST_OF_STRINGS (
      "clusterIPs", 18,
      KUBE_DOC ("Virtual addresses, one for each family; the first equals clusterIP."),
      KUBE_INERT ("There is no traffic.")),
  { "type", KUBE_STRING, 4, .fallback = "\"ClusterIP\"",
    .values = KUBE_VALUES ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
    KUBE_DOC ("ClusterIP (default) is internal; NodePort and LoadBalancer open it outwards; "
              "ExternalName is an alias."),
    KUBE_NOT_MODELLED ("nodes or a load balancer would bring in traffic, which those that leave "
                       "are taken out of; here there is none") },
  KUBE_LIST_OF_STRINGS (
      "externalIPs", 5,
      KUBE_DOC ("Further addresses whose traffic nodes accept; the user must route them there."),
      KUBE_INERT ("There is no traffic.")),
  { "sessionAffinity", KUBE_STRING, 7, .fallback = "\"None\"",
    .values = KUBE_VALUES ("ClientIP", "None"),
    KUBE_DOC ("ClientIP sends a client to the same pod each time; None (default) does not."),
    KUBE_INERT ("There is no traffic.") },
  { "loadBalancerIP", KUBE_STRING, 8,
    KUBE_DOC ("Obsolete: address asked of the load balancer, heeded by some providers only."),
    KUBE_INERT ("There is no traffic.") },
  KUBE_LIST_OF_STRINGS (
      "loadBalancerSourceRanges", 9,
      KUBE_DOC ("Client networks, in CIDR form, that the load balancer lets in; empty for all."),
      KUBE_INERT ("There is no traffic.")),
  { "externalName", KUBE_STRING, 10,
    KUBE_DOC ("DNS name that an ExternalName service resolves to, by CNAME."),
    KUBE_INERT ("There is no traffic.") },
  { "externalTrafficPolicy", KUBE_STRING, 11, .values = KUBE_VALUES ("Cluster", "Local"),
    KUBE_DOC ("Local keeps outside traffic on the node it reaches and preserves client addresses; "
              "Cluster spreads it."),
    KUBE_INERT ("There is no traffic.") },
  { "healthCheckNodePort", KUBE_INT, 12,
    KUBE_DOC (
        "Node port that tells load balancers of local pods, under externalTrafficPolicy Local."),
    KUBE_INERT ("There is no traffic.") },
  { "publishNotReadyAddresses", KUBE_BOOL, 13,
    KUBE_DOC ("True makes unready pods endpoints as well, as peer discovery needs; default false."),
    KUBE_INERT ("There is no traffic.") },
  KUBE_OBJECT_OF ("sessionAffinityConfig", affinity_config, 14, .pointer = TRUE,
                  KUBE_DOC ("How sessionAffinity behaves; used with ClientIP only."),
                  KUBE_INERT ("There is no traffic.")),
  KUBE_LIST_OF_STRINGS ("ipFamilies", 19,
                        KUBE_DOC ("IPv4, IPv6 or both; the first decides the family of clusterIP."),
                        KUBE_INERT ("There is no traffic.")),
  { "ipFamilyPolicy", KUBE_STRING, 17, .pointer = TRUE,
    .values = KUBE_VALUES ("PreferDualStack", "RequireDualStack", "SingleStack"),
    KUBE_DOC ("SingleStack (default) for one family, RequireDualStack for two, PreferDualStack "
              "where possible."),
    KUBE_INERT ("There is no traffic.") },
  { "allocateLoadBalancerNodePorts", KUBE_BOOL, 20, .pointer = TRUE,
    KUBE_DOC ("False spares the node ports of a LoadBalancer that reaches pods directly; default "
              "true."),
    KUBE_INERT ("There is no traffic.") },
  { "loadBalancerClass", KUBE_STRING, 21, .pointer = TRUE,
    KUBE_DOC ("Controller to provide the load balancer, the cloud's own if unset; fixed once set."),
    KUBE_INERT ("There is no traffic.") },
  { "internalTrafficPolicy", KUBE_STRING, 22, .pointer = TRUE,
    .values = KUBE_VALUES ("Cluster", "Local"),
    KUBE_DOC ("Cluster (default) uses all endpoints for traffic from inside, Local only those on "
              "the client's node."),
    KUBE_INERT ("There is no traffic.") },
  { "trafficDistribution", KUBE_STRING, 23, .pointer = TRUE,
    KUBE_DOC ("PreferClose favours endpoints in the zone of the client; unset for no preference."),
    KUBE_INERT ("There is no traffic.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.ServiceSpec",
  "Ports, the pods behind them, and who may reach them.",
  spec_fields,
};

static const KubeField ingress_fields[] = {
  { "ip", KUBE_STRING, 1, KUBE_DOC ("Address of the load balancer, where it has a fixed one.") },
  { "hostname", KUBE_STRING, 2, KUBE_DOC ("DNS name of the load balancer, as AWS gives it.") },
  { "ipMode", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC (
        "VIP if packets arrive addressed to ip, Proxy if readdressed on the way; needs ip.") },
  { NULL },
};

static const KubeStruct ingress = {
  "io.k8s.api.core.v1.LoadBalancerIngress",
  "One address under which the load balancer is reached.",
  ingress_fields,
};

static const KubeField load_balancer_fields[] = {
  KUBE_LIST_OF (
      "ingress", ingress, 1,
      KUBE_DOC ("Addresses under which the service is reached from outside; empty until ready.")),
  { NULL },
};

static const KubeStruct load_balancer = {
  "io.k8s.api.core.v1.LoadBalancerStatus",
  "What a cloud has provided for a LoadBalancer service.",
  load_balancer_fields,
};

static const KubeField status_fields[] = {
  KUBE_OBJECT_OF ("loadBalancer", load_balancer, 1, .fallback = "{}",
                  KUBE_DOC ("Outcome for type LoadBalancer; empty for other types.")),
  KUBE_LIST_OF ("conditions", kube_condition, 2, .merge_key = "type",
                KUBE_DOC ("Reports on the service, such as LoadBalancerPortsError.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.ServiceStatus",
  "How the service is reached from outside, if at all.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Ports, selector and exposure that the user wants."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Written by the controller of the load balancer."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Service",
  "A lasting name and address for a changing set of pods.",
  fields,
};

/* ---- columns; imitates: printService of pkg/printers/internalversion ---- */

static gboolean
has_type (const DdValue *service, const char *wanted)
{
  return g_strcmp0 (dd_value_path_string (service, "spec.type"), wanted) == 0;
}

static char *
join_texts (const DdValue *list)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *text = dd_value_string (dd_value_element (list, i));

      g_string_append_printf (out, "%s%s", i > 0 ? "," : "", text != NULL ? text : "");
    }
  return g_string_free (out, FALSE);
}

static char *
ingress_text (const DdValue *service)
{
  const DdValue *list = dd_value_path (service, "status.loadBalancer.ingress");
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *entry = dd_value_element (list, i);
      const char *ip = dd_value_path_string (entry, "ip");
      const char *host = dd_value_path_string (entry, "hostname");

      g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "",
                              ip != NULL && ip[0] != '\0' ? ip
                              : host != NULL              ? host
                                                          : "");
    }
  return g_string_free (out, FALSE);
}

static DdValue *
external_ip_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  g_autofree char *own = join_texts (dd_value_path (object->value, "spec.externalIPs"));
  g_autofree char *points = ingress_text (object->value);
  const char *name = dd_value_path_string (object->value, "spec.externalName");

  if (has_type (object->value, "ExternalName"))
    return dd_string (name != NULL ? name : "");
  if (!has_type (object->value, "LoadBalancer"))
    return dd_string (own[0] != '\0' ? own : "<none>");
  if (own[0] == '\0' && points[0] == '\0')
    return dd_string ("<pending>");
  return dd_string_printf ("%s%s%s", points, own[0] != '\0' && points[0] != '\0' ? "," : "", own);
}

static DdValue *
ports_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *ports = dd_value_path (object->value, "spec.ports");
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      const DdValue *its = dd_value_element (ports, i);
      gint64 on_node = dd_value_path_int (its, "nodePort", 0);

      g_string_append_printf (out, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                              dd_value_path_int (its, "port", 0));
      if (on_node > 0)
        g_string_append_printf (out, ":%" G_GINT64_FORMAT, on_node);
      g_string_append_printf (out, "/%s", dd_value_path_string (its, "protocol"));
    }
  return out->len > 0 ? dd_string_take (g_string_free (out, FALSE))
                      : (g_string_free (out, TRUE), dd_string ("<none>"));
}

static DdValue *
selector_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (kube_labels_to_text (dd_value_path (object->value, "spec.selector")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Type", "string", .path = "spec.type" },
  { "Cluster-IP", "string", .path = "spec.clusterIP", .absent = "<none>" },
  { "External-IP", "string", .path = "spec.externalIPs", .cell = external_ip_cell },
  { "Port(s)", "string", .path = "spec.ports", .cell = ports_cell },
  KUBE_AGE_COLUMN,
  { "Selector", "string", .priority = 1, .path = "spec.selector", .cell = selector_cell },
  { NULL },
};

/* ---- addresses and ports that the server gives out ---- */

/* EKS gives services 10.100.0.0/16 where the VPC is elsewhere; .1 and .10 of the first net are the
 * API server's and the name server's. Node ports are Kubernetes' default range. */
#define FIRST_ADDRESS 16
#define N_ADDRESSES (65536 - 32)
#define FIRST_NODE_PORT 30000
#define N_NODE_PORTS 2768

static gboolean
address_is_taken (KubeApi *api, const char *address)
{
  g_autoptr (GPtrArray) services = sim_store_list (api->store, &kube_service, NULL);

  for (guint i = 0; i < services->len; i++)
    {
      const SimObject *object = services->pdata[i];

      if (g_strcmp0 (dd_value_path_string (object->value, "spec.clusterIP"), address) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
node_port_is_taken (KubeApi *api, gint64 number)
{
  g_autoptr (GPtrArray) services = sim_store_list (api->store, &kube_service, NULL);

  for (guint i = 0; i < services->len; i++)
    {
      const DdValue *ports
          = dd_value_path (((SimObject *) services->pdata[i])->value, "spec.ports");

      for (gsize p = 0; p < dd_value_length (ports); p++)
        if (dd_value_path_int (dd_value_element (ports, p), "nodePort", 0) == number)
          return TRUE;
    }
  return FALSE;
}

/* Where the search begins depends on the name alone, so that a service has the same address in
 * every run, whatever was drawn before. */
static guint
start_of (const DdValue *service)
{
  g_autofree char *key = g_strconcat (dd_value_path_string (service, "metadata.namespace"), "/",
                                      dd_value_path_string (service, "metadata.name"), NULL);

  return g_str_hash (key);
}

static gboolean
give_address (KubeApi *api, DdValue **service, GError **error)
{
  guint start = start_of (*service);

  if (dd_value_path (*service, "spec.clusterIP") == NULL)
    for (guint i = 0; i <= N_ADDRESSES; i++)
      {
        guint number = FIRST_ADDRESS + (start + i) % N_ADDRESSES;
        g_autofree char *address = g_strdup_printf ("10.100.%u.%u", number >> 8, number & 255);

        if (i == N_ADDRESSES)
          {
            g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                         "Internal error occurred: failed to allocate a serviceIP: range is full");
            return FALSE;
          }
        if (address_is_taken (api, address))
          continue;
        dd_value_set (service, "spec.clusterIP", dd_string (address));
        break;
      }
  if (dd_value_path (*service, "spec.clusterIPs") == NULL)
    dd_value_set (service, "spec.clusterIPs",
                  dd_array (dd_value_ref (dd_value_path (*service, "spec.clusterIP")), NULL));
  return TRUE;
}

static DdValue *
free_node_port (KubeApi *api, guint start)
{
  for (guint i = 0; i < N_NODE_PORTS; i++)
    {
      gint64 number = FIRST_NODE_PORT + (start + i) % N_NODE_PORTS;

      if (!node_port_is_taken (api, number))
        return dd_int (number);
    }
  return NULL;
}

static gboolean
is_exposed (const DdValue *service)
{
  return has_type (service, "NodePort") || has_type (service, "LoadBalancer");
}

static void
default_ports (DdValue **service)
{
  const DdValue *ports = dd_value_path (*service, "spec.ports");
  g_auto (DdBuilder) all = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      DdValue *its = dd_value_ref (dd_value_element (ports, i));

      if (dd_value_member (its, "targetPort") == NULL)
        dd_value_set (&its, "targetPort", dd_value_ref (dd_value_member (its, "port")));
      dd_builder_add (&all, its);
    }
  if (dd_value_length (ports) > 0)
    dd_value_set (service, "spec.ports", dd_builder_end_like (&all, ports));
}

static void
give_node_ports (KubeApi *api, DdValue **service)
{
  const DdValue *ports = dd_value_path (*service, "spec.ports");
  g_auto (DdBuilder) all = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      DdValue *its = dd_value_ref (dd_value_element (ports, i));

      if (dd_value_member (its, "nodePort") == NULL)
        dd_value_set (&its, "nodePort", free_node_port (api, start_of (*service) + (guint) i));
      dd_builder_add (&all, its);
    }
  if (dd_value_length (ports) > 0)
    dd_value_set (service, "spec.ports", dd_builder_end (&all));
}

static void
set_default (DdValue **service, const char *path, DdValue *value)
{
  if (dd_value_path (*service, path) == NULL)
    dd_value_set (service, path, value);
  else
    dd_value_unref (value);
}

/* Imitates: SetDefaults_Service. */
static void
set_defaults (DdValue **service)
{
  default_ports (service);
  if (has_type (*service, "ExternalName"))
    return;
  set_default (service, "spec.internalTrafficPolicy", dd_string ("Cluster"));
  if (is_exposed (*service))
    set_default (service, "spec.externalTrafficPolicy", dd_string ("Cluster"));
  if (has_type (*service, "LoadBalancer"))
    set_default (service, "spec.allocateLoadBalancerNodePorts", dd_bool (TRUE));
}

/* Imitates: the service REST storage's allocation. */
static gboolean
allocate (KubeApi *api, DdValue **service, GError **error)
{
  if (is_exposed (*service))
    give_node_ports (api, service);
  if (has_type (*service, "ExternalName"))
    return TRUE;
  if (!give_address (api, service, error))
    return FALSE;
  set_default (service, "spec.ipFamilies", dd_array (dd_string ("IPv4"), NULL));
  set_default (service, "spec.ipFamilyPolicy", dd_string ("SingleStack"));
  return TRUE;
}

static gboolean
prepare_create (KubeApi *api, DdValue **service, GError **error)
{
  dd_value_set (service, "status", dd_object ("loadBalancer", dd_object_empty (), NULL));
  return allocate (api, service, error);
}

/* An update that does not speak of the address keeps it. */
static gboolean
prepare_update (KubeApi *api, const SimObject *old, DdValue **service, GError **error)
{
  if (!has_type (*service, "ExternalName"))
    {
      set_default (service, "spec.clusterIP",
                   dd_value_ref (dd_value_path (old->value, "spec.clusterIP")));
      set_default (service, "spec.clusterIPs",
                   dd_value_ref (dd_value_path (old->value, "spec.clusterIPs")));
    }
  return allocate (api, service, error);
}

static void
validate (const DdValue *old, const DdValue *service, KubeCauses *causes)
{
  const char *before = dd_value_path_string (old, "spec.clusterIP");
  const char *address = dd_value_path_string (service, "spec.clusterIP");
  gboolean headless = g_strcmp0 (address, "None") == 0;

  if (dd_value_length (dd_value_path (service, "spec.ports")) == 0 && !headless
      && !has_type (service, "ExternalName"))
    kube_causes_add (causes, "FieldValueRequired", "spec.ports", "Required value");
  if (before != NULL && address != NULL && strcmp (before, address) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec.clusterIPs[0]",
                     "Invalid value: [\"%s\"]: may not change once set", address);
}

const KubeKind kube_service = {
  .group = "",
  .version = "v1",
  .kind = "Service",
  .plural = "services",
  .singular = "service",
  .short_names = KUBE_VALUES ("svc"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .name_rule = KUBE_NAME_LABEL_1035,
  .storage = "services/specs",
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("spec.clusterIP", "spec.type"),
  .set_defaults = set_defaults,
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
};
