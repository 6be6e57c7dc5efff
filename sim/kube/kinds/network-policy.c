/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/network-policy.c: the NetworkPolicy table
 *
 * Imitates: Kubernetes API Reference, NetworkPolicy v1 networking.k8s.io; pkg/apis/networking/v1,
 * SetDefaults_NetworkPolicy; pkg/apis/networking/validation, ValidateNetworkPolicySpec. */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/networking.h"
#include "sim/kube/kinds/structs.h"

/* ---- the table ---- */

static const KubeField block_fields[] = {
  { "cidr", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("A network, such as 10.0.0.0/8.") },
  KUBE_LIST_OF_STRINGS ("except", 2, KUBE_DOC ("Networks within it that are left out.")),
  { NULL },
};

static const KubeStruct block = {
  "io.k8s.api.networking.v1.IPBlock",
  "A network without some parts of it.",
  block_fields,
};

static const KubeField peer_fields[] = {
  KUBE_OBJECT_OF ("podSelector", kube_label_selector, 1, .pointer = TRUE,
                  KUBE_DOC ("Pods by label, of this namespace or of those selected.")),
  KUBE_OBJECT_OF ("namespaceSelector", kube_label_selector, 2, .pointer = TRUE,
                  KUBE_DOC ("Namespaces by label, whose pods are meant.")),
  KUBE_OBJECT_OF ("ipBlock", block, 3, .pointer = TRUE,
                  KUBE_DOC ("A network, instead of selectors.")),
  { NULL },
};

static const KubeStruct peer = {
  "io.k8s.api.networking.v1.NetworkPolicyPeer",
  "Who is at the other end.",
  peer_fields,
};

static const KubeField port_fields[] = {
  { "protocol", KUBE_STRING, 1, .pointer = TRUE, .fallback = "\"TCP\"",
    .values = KUBE_VALUES ("TCP", "UDP", "SCTP"), KUBE_DOC ("TCP (default), UDP or SCTP.") },
  { "port", KUBE_INT_OR_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("Number, or name of a container's port; all if unset.") },
  { "endPort", KUBE_INT, 3, .pointer = TRUE, KUBE_DOC ("Last number of a range from port.") },
  { NULL },
};

static const KubeStruct port = {
  "io.k8s.api.networking.v1.NetworkPolicyPort",
  "A port, or a range of them.",
  port_fields,
};

static const KubeField ingress_fields[] = {
  KUBE_LIST_OF ("ports", port, 1, KUBE_DOC ("Ports that are open; all if empty.")),
  KUBE_LIST_OF ("from", peer, 2, KUBE_DOC ("Who may come in; everybody if empty.")),
  { NULL },
};

static const KubeStruct ingress = {
  "io.k8s.api.networking.v1.NetworkPolicyIngressRule",
  "Traffic that may come in.",
  ingress_fields,
};

static const KubeField egress_fields[] = {
  KUBE_LIST_OF ("ports", port, 1, KUBE_DOC ("Ports that may be reached; all if empty.")),
  KUBE_LIST_OF ("to", peer, 2, KUBE_DOC ("Who may be reached; everybody if empty.")),
  { NULL },
};

static const KubeStruct egress = {
  "io.k8s.api.networking.v1.NetworkPolicyEgressRule",
  "Traffic that may go out.",
  egress_fields,
};

static const KubeField spec_fields[] = {
  KUBE_OBJECT_OF ("podSelector", kube_label_selector, 1, .fallback = "{}",
                  KUBE_DOC ("Pods of the namespace that it is for, by label; {} for all."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF ("ingress", ingress, 2, KUBE_DOC ("Traffic that may come in."),
                KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF ("egress", egress, 3, KUBE_DOC ("Traffic that may go out."),
                KUBE_INERT (KUBE_NO_TRAFFIC)),
  KUBE_LIST_OF_STRINGS ("policyTypes", 4, .values = KUBE_VALUES ("Ingress", "Egress"),
                        KUBE_DOC ("Directions that are limited: Ingress, and Egress where there "
                                  "are rules for it, if unset."),
                        KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.networking.v1.NetworkPolicySpec",
  "Which pods it is for, and what may reach them or be reached.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Which pods it is for, and what may reach them or be reached."),
                  KUBE_INERT (KUBE_NO_TRAFFIC)),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.networking.v1.NetworkPolicy",
  "Limits what pods may reach, and be reached by.",
  fields,
};

static DdValue *
selector_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (
      kube_label_selector_to_text (dd_value_path (object->value, "spec.podSelector")));
}

/* Imitates: kubectl get networkpolicies. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Pod-Selector", "string", .path = "spec.podSelector", .cell = selector_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- defaults ---- */

static void
set_defaults (DdValue **object)
{
  gboolean outwards = dd_value_length (dd_value_path (*object, "spec.egress")) > 0;

  if (dd_value_path (*object, "spec.policyTypes") == NULL)
    dd_value_set (object, "spec.policyTypes",
                  dd_array (dd_string ("Ingress"), outwards ? dd_string ("Egress") : NULL, NULL));
}

/* ---- its rules ---- */

/* Adds what is wrong with a port or a peer, found at FIELD. */
typedef void (*ValidateFunc) (const DdValue *its, const char *field, KubeCauses *causes);

static void
validate_end_port (const DdValue *its, const char *field, KubeCauses *causes)
{
  const DdValue *start = dd_value_member (its, "port");
  gint64 end = dd_value_path_int (its, "endPort", 0);
  const char *problem = NULL;

  if (start == NULL)
    problem = "may not be specified when `port` is not specified";
  else if (dd_value_type (start) == DD_STRING)
    problem = "may not be specified when `port` is non-numeric";
  else if (end < dd_value_int (start, 0))
    problem = "must be greater than or equal to `port`";
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: %" G_GINT64_FORMAT ": %s",
                     end, problem);
  if (start != NULL && dd_value_type (start) == DD_INT)
    kube_port_validate_number (end, field, causes);
}

static void
validate_port (const DdValue *its, const char *field, KubeCauses *causes)
{
  const DdValue *start = dd_value_member (its, "port");
  g_autofree char *start_field = g_strconcat (field, ".port", NULL);
  g_autofree char *end_field = g_strconcat (field, ".endPort", NULL);

  if (start != NULL && dd_value_type (start) == DD_INT)
    kube_port_validate_number (dd_value_int (start, 0), start_field, causes);
  if (dd_value_member (its, "endPort") != NULL)
    validate_end_port (its, end_field, causes);
  if (start != NULL && dd_value_type (start) == DD_STRING)
    kube_port_validate_name (dd_value_string (start), start_field, causes);
}

/* The address and the length of "10.0.0.0/8"; NULL when it is none. */
static GInetAddress *
read_network (const char *text, guint *out_length)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  g_autoptr (GInetAddress) address
      = parts[0] != NULL && parts[1] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;
  guint64 length;

  if (address == NULL
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, g_inet_address_get_native_size (address) * 8,
                                      &length, NULL))
    return NULL;
  *out_length = (guint) length;
  return g_steal_pointer (&address);
}

static gboolean
is_within (GInetAddress *inner, GInetAddress *outer, guint length)
{
  const guint8 *a = g_inet_address_to_bytes (inner), *b = g_inet_address_to_bytes (outer);

  if (g_inet_address_get_family (inner) != g_inet_address_get_family (outer))
    return FALSE;
  for (guint bit = 0; bit < length; bit++)
    if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8)) & 1)
      return FALSE;
  return TRUE;
}

static GInetAddress *
validate_network (const char *text, const char *field, guint *out_length, KubeCauses *causes)
{
  GInetAddress *address = read_network (text, out_length);

  if (address == NULL)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: \"%s\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or "
                     "2001:db8::/64)",
                     text);
  return address;
}

static void
validate_block (const DdValue *its, const char *field, KubeCauses *causes)
{
  const char *text = dd_value_path_string (its, "cidr");
  const DdValue *except = dd_value_member (its, "except");
  g_autofree char *whole_field = g_strconcat (field, ".cidr", NULL);
  guint length = 0;
  g_autoptr (GInetAddress) whole
      = text != NULL ? validate_network (text, whole_field, &length, causes) : NULL;

  if (text == NULL)
    kube_causes_add (causes, "FieldValueRequired", whole_field, "Required value");
  for (gsize i = 0; i < dd_value_length (except) && whole != NULL; i++)
    {
      const char *part_text = dd_value_string (dd_value_element (except, i));
      g_autofree char *part_field = g_strdup_printf ("%s.except[%" G_GSIZE_FORMAT "]", field, i);
      guint part_length = 0;
      g_autoptr (GInetAddress) part
          = validate_network (part_text, part_field, &part_length, causes);

      if (part != NULL && (length >= part_length || !is_within (part, whole, length)))
        kube_causes_add (causes, "FieldValueInvalid", part_field,
                         "Invalid value: \"%s\": must be a strict subset of `cidr`", part_text);
    }
}

static void
validate_peer (const DdValue *its, const char *field, KubeCauses *causes)
{
  const DdValue *network = dd_value_member (its, "ipBlock");
  gboolean selects = dd_value_member (its, "podSelector") != NULL
                     || dd_value_member (its, "namespaceSelector") != NULL;
  g_autofree char *network_field = g_strconcat (field, ".ipBlock", NULL);

  if (network != NULL)
    validate_block (network, network_field, causes);
  if (network == NULL && !selects)
    kube_causes_add (causes, "FieldValueRequired", field, "Required value: must specify a peer");
  else if (network != NULL && selects)
    kube_causes_add (causes, "FieldValueForbidden", field,
                     "Forbidden: may not specify both ipBlock and another peer");
}

static void
validate_each (const DdValue *rule, const char *field, const char *member, ValidateFunc validate,
               KubeCauses *causes)
{
  const DdValue *list = dd_value_member (rule, member);

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      g_autofree char *its_field = g_strdup_printf ("%s.%s[%" G_GSIZE_FORMAT "]", field, member, i);

      validate (dd_value_element (list, i), its_field, causes);
    }
}

/* PEERS: "from" or "to". */
static void
validate_rules (const DdValue *object, const char *member, const char *peers, KubeCauses *causes)
{
  const DdValue *rules = dd_value_member (dd_value_member (object, "spec"), member);

  for (gsize i = 0; i < dd_value_length (rules); i++)
    {
      const DdValue *its = dd_value_element (rules, i);
      g_autofree char *field = g_strdup_printf ("spec.%s[%" G_GSIZE_FORMAT "]", member, i);

      validate_each (its, field, "ports", validate_port, causes);
      validate_each (its, field, peers, validate_peer, causes);
    }
}

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  validate_rules (object, "ingress", "from", causes);
  validate_rules (object, "egress", "to", causes);
}

const KubeKind kube_network_policy = {
  .group = KUBE_NETWORKING,
  .version = "v1",
  .kind = "NetworkPolicy",
  .plural = "networkpolicies",
  .singular = "networkpolicy",
  .short_names = KUBE_VALUES ("netpol"),
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
