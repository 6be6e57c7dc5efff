/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/other-kinds.c: what a manifest may hold that nothing here acts on
 *
 * A team's manifests and charts bring jobs, hooks and custom resources with their workloads.
 * Such an object is kept aside, and told with what a cluster would make of it. A kind of
 * Kubernetes' own groups that is not in the table does not exist in the versions that are modelled:
 * it is misspelt, or has been removed. Imitates: `kubectl api-resources` of 1.27 to 1.33 and the
 * Deprecated API Migration Guide. */

#include "config.h"

#include "sim/scenario/other-kinds.h"

#include <string.h>

#include "sim/kube/kind.h"
#include "sim/kube/kinds/kinds.h"

#define INERT "it is stored, and decides nothing about where pods run or when they leave"
#define ADMITS "it may refuse or change what is written"

static const struct
{
  const char *api_version, *kind, *effect;
} rows[] = {
  { "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", ADMITS },
  { "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", ADMITS },
  { "apiregistration.k8s.io/v1", "APIService", INERT },
  { "certificates.k8s.io/v1", "CertificateSigningRequest", INERT },
  { "events.k8s.io/v1", "Event", INERT },
  { "flowcontrol.apiserver.k8s.io/v1", "FlowSchema", INERT },
  { "flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", INERT },
  { "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", INERT },
  { "flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", INERT },
  { "node.k8s.io/v1", "RuntimeClass",
    "its overhead and node selector count for pods that name it" },
  { "storage.k8s.io/v1", "VolumeAttachment", "it attaches a volume to a node" },
  { "v1", "ReplicationController", "it keeps so many pods running" },
};

static gboolean
is_in_group (const char *api_version, const char *group, gsize length)
{
  const char *slash = strchr (api_version, '/');

  return slash != NULL && (gsize) (slash - api_version) == length
         && strncmp (api_version, group, length) == 0;
}

/* Kubernetes' own: without a domain, or known to a table. */
static gboolean
is_own_group (const char *api_version)
{
  const char *slash = strchr (api_version, '/');
  gsize length = slash != NULL ? (gsize) (slash - api_version) : 0;

  if (memchr (api_version, '.', length) == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_in_group (rows[i].api_version, api_version, length))
      return TRUE;
  for (guint i = 0; i < kube_n_kinds; i++)
    if (strlen (kube_kinds[i]->group) == length
        && strncmp (kube_kinds[i]->group, api_version, length) == 0)
      return TRUE;
  return FALSE;
}

const char *
sim_other_kind_effect (const char *api_version, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].api_version, api_version) == 0 && strcmp (rows[i].kind, kind) == 0)
      return rows[i].effect;
  return is_own_group (api_version) ? NULL : "its controller does with it whatever it does";
}

char *
sim_other_kind_version (const char *kind)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (strcmp (kube_kinds[i]->kind, kind) == 0)
      return kube_kind_api_version (kube_kinds[i]);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].kind, kind) == 0)
      return g_strdup (rows[i].api_version);
  return NULL;
}
