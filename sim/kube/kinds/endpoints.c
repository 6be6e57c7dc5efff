/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/endpoints.c: the tables of Endpoints and of EndpointSlice, which took their place
 *
 * Imitates: Kubernetes API Reference, Endpoints v1 core and EndpointSlice v1 discovery.k8s.io;
 * pkg/apis/core/validation, ValidateEndpoints; pkg/apis/discovery/validation. */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/networking.h"
#include "sim/kube/kinds/structs.h"

#define MAX_ENDPOINTS 1000

/* ---- Endpoints ---- */

static const KubeField address_fields[] = {
  { "ip", KUBE_STRING, 1, KUBE_DOC ("Address of the pod.") },
  { "hostname", KUBE_STRING, 3, KUBE_DOC ("Its name within the service.") },
  { "nodeName", KUBE_STRING, 4, .pointer = TRUE, KUBE_DOC ("Node that it runs on.") },
  KUBE_OBJECT_OF ("targetRef", kube_object_reference, 2, .pointer = TRUE,
                  KUBE_DOC ("The pod itself.")),
  { NULL },
};

static const KubeStruct address = {
  "io.k8s.api.core.v1.EndpointAddress",
  "A pod behind a service.",
  address_fields,
  .atomic = TRUE,
};

static const KubeField port_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Name of the service's port.") },
  { "port", KUBE_INT, 2, .fallback = "0", KUBE_DOC ("Port of the pods.") },
  { "protocol", KUBE_STRING, 3, .fallback = "\"TCP\"", .values = KUBE_VALUES ("SCTP", "TCP", "UDP"),
    KUBE_DOC ("TCP (default), UDP or SCTP.") },
  { "appProtocol", KUBE_STRING, 4, .pointer = TRUE, KUBE_DOC ("What is spoken there.") },
  { NULL },
};

static const KubeStruct port = {
  "io.k8s.api.core.v1.EndpointPort",
  "A port of the pods behind a service.",
  port_fields,
  .atomic = TRUE,
};

static const KubeField subset_fields[] = {
  KUBE_LIST_OF ("addresses", address, 1, KUBE_DOC ("Pods that are ready.")),
  KUBE_LIST_OF ("notReadyAddresses", address, 2, KUBE_DOC ("Pods that are not.")),
  KUBE_LIST_OF ("ports", port, 3, KUBE_DOC ("Ports of all of them.")),
  { NULL },
};

static const KubeStruct subset = {
  "io.k8s.api.core.v1.EndpointSubset",
  "Pods that have the same ports.",
  subset_fields,
};

static const KubeField endpoints_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_LIST_OF ("subsets", subset, 2, KUBE_DOC ("The pods behind the service of the same name."),
                KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct endpoints_type = {
  "io.k8s.api.core.v1.Endpoints",
  "The pods behind a service, all in one object.",
  endpoints_fields,
};

/* ---- EndpointSlice ---- */

static const KubeField conditions_fields[] = {
  { "ready", KUBE_BOOL, 1, .pointer = TRUE, KUBE_DOC ("Whether it takes new connections.") },
  { "serving", KUBE_BOOL, 2, .pointer = TRUE, KUBE_DOC ("The same, be it leaving or not.") },
  { "terminating", KUBE_BOOL, 3, .pointer = TRUE, KUBE_DOC ("Whether it is leaving.") },
  { NULL },
};

static const KubeStruct conditions = {
  "io.k8s.api.discovery.v1.EndpointConditions",
  "The state of an endpoint.",
  conditions_fields,
};

static const KubeField zone_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Name of the zone.") },
  { NULL },
};

static const KubeStruct zone = {
  "io.k8s.api.discovery.v1.ForZone",
  "A zone whose clients should use an endpoint.",
  zone_fields,
};

static const KubeField hints_fields[] = {
  KUBE_LIST_OF ("forZones", zone, 1, KUBE_DOC ("Zones whose clients should use it.")),
  { NULL },
};

static const KubeStruct hints = {
  "io.k8s.api.discovery.v1.EndpointHints",
  "Who should use an endpoint.",
  hints_fields,
};

static const KubeField endpoint_fields[] = {
  KUBE_LIST_OF_STRINGS ("addresses", 1, KUBE_DOC ("Its addresses, of which the first counts.")),
  KUBE_OBJECT_OF ("conditions", conditions, 2, .fallback = "{}", KUBE_DOC ("Its state.")),
  { "hostname", KUBE_STRING, 3, .pointer = TRUE, KUBE_DOC ("Its name within the service.") },
  KUBE_OBJECT_OF ("targetRef", kube_object_reference, 4, .pointer = TRUE,
                  KUBE_DOC ("The pod itself.")),
  KUBE_MAP_OF_STRINGS ("deprecatedTopology", 5, KUBE_DOC ("Where it is, as v1beta1 had it.")),
  { "nodeName", KUBE_STRING, 6, .pointer = TRUE, KUBE_DOC ("Node that it runs on.") },
  { "zone", KUBE_STRING, 7, .pointer = TRUE, KUBE_DOC ("Zone of that node.") },
  KUBE_OBJECT_OF ("hints", hints, 8, .pointer = TRUE, KUBE_DOC ("Who should use it.")),
  { NULL },
};

static const KubeStruct endpoint = {
  "io.k8s.api.discovery.v1.Endpoint",
  "A pod, or what else stands behind a service.",
  endpoint_fields,
};

static const KubeField slice_port_fields[] = {
  { "name", KUBE_STRING, 1, .pointer = TRUE, .fallback = "\"\"",
    KUBE_DOC ("Name of the service's port.") },
  { "protocol", KUBE_STRING, 2, .pointer = TRUE, .fallback = "\"TCP\"",
    .values = KUBE_VALUES ("SCTP", "TCP", "UDP"), KUBE_DOC ("TCP (default), UDP or SCTP.") },
  { "port", KUBE_INT, 3, .pointer = TRUE, KUBE_DOC ("Port of the endpoints; all if unset.") },
  { "appProtocol", KUBE_STRING, 4, .pointer = TRUE, KUBE_DOC ("What is spoken there.") },
  { NULL },
};

static const KubeStruct slice_port = {
  "io.k8s.api.discovery.v1.EndpointPort",
  "A port of the endpoints of a slice.",
  slice_port_fields,
  .atomic = TRUE,
};

/* A server answers with null where there are none. */
static const KubeField slice_fields[] = {
  KUBE_TYPE_FIELDS,
  { "addressType", KUBE_STRING, 4, .required = TRUE, .values = KUBE_VALUES ("FQDN", "IPv4", "IPv6"),
    KUBE_DOC ("What all of the addresses are; fixed at creation."), KUBE_INERT (KUBE_NO_TRAFFIC) },
  KUBE_LIST_OF ("endpoints", endpoint, 2, .fallback = "null",
                KUBE_DOC ("The pods, at most a thousand."), KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF ("ports", slice_port, 3, .fallback = "null", KUBE_DOC ("Ports of all of them."),
                KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct slice_type = {
  "io.k8s.api.discovery.v1.EndpointSlice",
  "Some of the pods behind a service.",
  slice_fields,
};

/* ---- columns; imitates: formatEndpoints and its like of pkg/printers/internalversion ---- */

#define SHOWN 3

/* The first three of TEXTS, and how many more there are. */
static DdValue *
first_of (const GPtrArray *texts, const char *absent)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < texts->len && i < SHOWN; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", (const char *) texts->pdata[i]);
  if (texts->len > SHOWN)
    g_string_append_printf (text, " + %u more...", texts->len - SHOWN);
  return dd_string (text->len > 0 ? text->str : absent);
}

static void
add_addresses (const DdValue *addresses, const DdValue *its_port, GPtrArray *texts)
{
  for (gsize i = 0; i < dd_value_length (addresses); i++)
    {
      const char *ip = dd_value_path_string (dd_value_element (addresses, i), "ip");
      gboolean bracketed = strchr (ip, ':') != NULL && its_port != NULL;

      g_ptr_array_add (texts, its_port == NULL
                                  ? g_strdup (ip)
                                  : g_strdup_printf ("%s%s%s:%" G_GINT64_FORMAT,
                                                     bracketed ? "[" : "", ip, bracketed ? "]" : "",
                                                     dd_value_path_int (its_port, "port", 0)));
    }
}

static DdValue *
subsets_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *subsets = dd_value_member (object->value, "subsets");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < dd_value_length (subsets); i++)
    {
      const DdValue *its = dd_value_element (subsets, i);
      const DdValue *ports = dd_value_member (its, "ports");

      if (dd_value_length (ports) == 0)
        add_addresses (dd_value_member (its, "addresses"), NULL, texts);
      for (gsize p = 0; p < dd_value_length (ports); p++)
        add_addresses (dd_value_member (its, "addresses"), dd_value_element (ports, p), texts);
    }
  if (dd_value_length (subsets) == 0)
    return dd_string ("<none>");
  return first_of (texts, "");
}

static DdValue *
slice_ports_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *ports = dd_value_member (object->value, "ports");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      const DdValue *its = dd_value_element (ports, i);
      gint64 number = dd_value_path_int (its, "port", 0);

      g_ptr_array_add (texts, dd_value_member (its, "port") != NULL
                                  ? g_strdup_printf ("%" G_GINT64_FORMAT, number)
                                  : g_strdup (dd_value_path_string (its, "name")));
    }
  return first_of (texts, "<unset>");
}

static DdValue *
slice_endpoints_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *list = dd_value_member (object->value, "endpoints");
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *addresses = dd_value_member (dd_value_element (list, i), "addresses");

      for (gsize a = 0; a < dd_value_length (addresses); a++)
        g_ptr_array_add (texts, (gpointer) dd_value_string (dd_value_element (addresses, a)));
    }
  return first_of (texts, "<unset>");
}

static const KubeColumn endpoints_columns[] = {
  KUBE_NAME_COLUMN,
  { "Endpoints", "string", .path = "subsets", .cell = subsets_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

static const KubeColumn slice_columns[] = {
  KUBE_NAME_COLUMN,
  { "AddressType", "string", .path = "addressType" },
  { "Ports", "string", .path = "ports", .cell = slice_ports_cell },
  { "Endpoints", "string", .path = "endpoints", .cell = slice_endpoints_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- their rules ---- */

static void
validate_addresses (const DdValue *list, const char *field, KubeCauses *causes)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const char *ip = dd_value_path_string (dd_value_element (list, i), "ip");
      g_autofree char *its_field = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "].ip", field, i);

      if (ip == NULL || !g_hostname_is_ip_address (ip))
        kube_causes_add (causes, "FieldValueInvalid", its_field,
                         "Invalid value: \"%s\": must be a valid IP address, (e.g. 10.9.8.7 or "
                         "2001:db8::ffff)",
                         ip != NULL ? ip : "");
    }
}

static void
validate_ports (const DdValue *ports, const char *field, KubeCauses *causes)
{
  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      const DdValue *its = dd_value_element (ports, i);
      g_autofree char *name_field = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "].name", field, i);
      g_autofree char *port_field = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "].port", field, i);

      if (dd_value_length (ports) > 1 && dd_value_member (its, "name") == NULL)
        kube_causes_add (causes, "FieldValueRequired", name_field, "Required value");
      kube_port_validate_number (dd_value_path_int (its, "port", 0), port_field, causes);
    }
}

static void
validate_endpoints (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  const DdValue *subsets = dd_value_member (object, "subsets");

  for (gsize i = 0; i < dd_value_length (subsets); i++)
    {
      const DdValue *its = dd_value_element (subsets, i);
      g_autofree char *field = g_strdup_printf ("subsets[%" G_GSIZE_FORMAT "]", i);
      g_autofree char *ready_field = g_strconcat (field, ".addresses", NULL);
      g_autofree char *other_field = g_strconcat (field, ".notReadyAddresses", NULL);
      g_autofree char *ports_field = g_strconcat (field, ".ports", NULL);

      if (dd_value_member (its, "addresses") == NULL
          && dd_value_member (its, "notReadyAddresses") == NULL)
        kube_causes_add (causes, "FieldValueRequired", field,
                         "Required value: must specify `addresses` or `notReadyAddresses`");
      validate_addresses (dd_value_member (its, "addresses"), ready_field, causes);
      validate_addresses (dd_value_member (its, "notReadyAddresses"), other_field, causes);
      validate_ports (dd_value_member (its, "ports"), ports_field, causes);
    }
}

static void
validate_slice (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *list = dd_value_member (object, "endpoints");
  const char *address_type = dd_value_path_string (object, "addressType");

  if (dd_value_length (list) > MAX_ENDPOINTS)
    kube_causes_add (causes, "FieldValueTooMany", "endpoints",
                     "Too many: %" G_GSIZE_FORMAT ": must have at most %d items",
                     dd_value_length (list), MAX_ENDPOINTS);
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      g_autofree char *field = g_strdup_printf ("endpoints[%" G_GSIZE_FORMAT "].addresses", i);

      if (dd_value_member (dd_value_element (list, i), "addresses") == NULL)
        kube_causes_add (causes, "FieldValueRequired", field,
                         "Required value: must contain at least 1 address");
    }
  if (old != NULL && g_strcmp0 (dd_value_path_string (old, "addressType"), address_type) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "addressType",
                     "Invalid value: \"%s\": field is immutable", address_type);
}

const KubeKind kube_endpoints = {
  .group = "",
  .version = "v1",
  .kind = "Endpoints",
  .plural = "endpoints",
  .singular = "endpoints",
  .short_names = KUBE_VALUES ("ep"),
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .storage = "services/endpoints",
  .type = &endpoints_type,
  .columns = endpoints_columns,
  .validate = validate_endpoints,
};

const KubeKind kube_endpoint_slice = {
  .group = "discovery.k8s.io",
  .version = "v1",
  .kind = "EndpointSlice",
  .plural = "endpointslices",
  .singular = "endpointslice",
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION | KUBE_IS_ALL_SPEC,
  .type = &slice_type,
  .columns = slice_columns,
  .validate = validate_slice,
};
