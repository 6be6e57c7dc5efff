/* SPDX-License-Identifier: Apache-2.0 */
/* Namespace lifecycle: nothing is created where there is no namespace, or in one that ends.
 *
 * Imitates: Kubernetes, Admission Control, NamespaceLifecycle. */
#include "config.h"

#include <string.h>

#include "sim/kube/verbs/rules.h"

static gboolean
refuse_terminating (const KubeKind *kind, const char *namespace_, const char *name, GError **error)
{
  g_autofree char *resource = kube_kind_resource (kind);
  g_autofree char *message = g_strdup_printf ("namespace %s is being terminated", namespace_);
  DdValue *causes
      = dd_array (dd_object ("reason", dd_string ("NamespaceTerminating"), "message",
                             dd_string (message), "field", dd_string ("metadata.namespace"), NULL),
                  NULL);
  DdValue *details = dd_object ("name", name[0] != '\0' ? dd_string (name) : NULL, "group",
                                kind->group[0] != '\0' ? dd_string (kind->group) : NULL, "kind",
                                dd_string (kind->plural), "causes", causes, NULL);

  kube_set_error (error, KUBE_FORBIDDEN, details,
                  "%s \"%s\" is forbidden: unable to create new content in namespace %s because it "
                  "is being terminated",
                  resource, name, namespace_);
  return FALSE;
}

gboolean
kube_namespace_admits (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                       GError **error)
{
  const SimObject *found;

  if (!kind->namespaced)
    return TRUE;
  found = sim_store_get (api->store, kube_kind_of_scopes (), "", namespace_);
  if (found == NULL)
    return kube_set_not_found (error, kube_kind_of_scopes (), namespace_);
  return !kube_is_terminating (found->value) || refuse_terminating (kind, namespace_, name, error);
}
