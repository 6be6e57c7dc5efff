/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-defaults.c: the defaults of a pod's spec that depend on other fields
 *
 * Imitates: Kubernetes' pkg/apis/core/v1/defaults.go. What depends on nothing is in the tables. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/structs.h"

/* "Always" for no tag or :latest, else "IfNotPresent"; a digest counts as a tag. */
static const char *
pull_policy_of (const char *image)
{
  const char *slash, *tag;

  if (image == NULL)
    return "IfNotPresent";
  if (strchr (image, '@') != NULL)
    return "IfNotPresent";
  slash = strrchr (image, '/');
  tag = strrchr (slash != NULL ? slash : image, ':');
  return tag == NULL || strcmp (tag, ":latest") == 0 ? "Always" : "IfNotPresent";
}

/* A limit without a request is also the request. */
static void
default_requests (DdValue **container)
{
  const DdValue *limits = dd_value_path (*container, "resources.limits");
  g_autoptr (DdValue) requests = NULL;

  if (dd_value_length (limits) == 0)
    return;
  requests = dd_value_ref (dd_value_path (*container, "resources.requests"));
  for (gsize i = 0; i < dd_value_length (limits); i++)
    {
      const char *resource = dd_value_key (limits, i);
      DdValue *extended;

      if (dd_value_member (requests, resource) != NULL)
        continue;
      extended = dd_value_with_member (requests, resource, dd_value_ref (dd_value_nth (limits, i)));
      dd_value_unref (requests);
      requests = extended;
    }
  dd_value_set (container, "resources.requests", g_steal_pointer (&requests));
}

/* Under hostNetwork a container port is a host port. */
static void
default_host_ports (DdValue **container)
{
  const DdValue *ports = dd_value_member (*container, "ports");
  g_auto (DdBuilder) changed = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (ports); i++)
    {
      const DdValue *port = dd_value_element (ports, i);

      if (dd_value_path_int (port, "hostPort", 0) != 0)
        dd_builder_add (&changed, dd_value_ref (port));
      else
        dd_builder_add (&changed, dd_value_with_member (
                                      port, "hostPort",
                                      dd_value_ref (dd_value_member (port, "containerPort"))));
    }
  if (dd_value_length (ports) > 0)
    dd_value_set (container, "ports", dd_builder_end (&changed));
}

static DdValue *
container_with_defaults (const DdValue *container, gboolean host_network)
{
  DdValue *changed = dd_value_ref (container);

  if (dd_value_member (changed, "imagePullPolicy") == NULL)
    dd_value_set (&changed, "imagePullPolicy",
                  dd_string (pull_policy_of (dd_value_path_string (changed, "image"))));
  default_requests (&changed);
  if (host_network)
    default_host_ports (&changed);
  return changed;
}

static void
default_containers (DdValue **spec, const char *list)
{
  const DdValue *containers = dd_value_member (*spec, list);
  gboolean host_network = dd_value_path_bool (*spec, "hostNetwork", FALSE);
  g_auto (DdBuilder) changed = dd_builder_array ();
  gboolean any = FALSE;

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      DdValue *complete = container_with_defaults (container, host_network);

      any = any || complete != container;
      dd_builder_add (&changed, complete);
    }
  if (any)
    dd_value_set (spec, list, dd_builder_end (&changed));
}

void
kube_pod_spec_set_defaults (DdValue **spec)
{
  if (dd_value_type (*spec) != DD_OBJECT)
    return;
  default_containers (spec, "initContainers");
  default_containers (spec, "containers");
  /* The deprecated alias always agrees with the account. */
  if (dd_value_member (*spec, "serviceAccountName") == NULL
      && dd_value_member (*spec, "serviceAccount") != NULL)
    dd_value_set (spec, "serviceAccountName",
                  dd_value_ref (dd_value_member (*spec, "serviceAccount")));
  if (dd_value_member (*spec, "serviceAccountName") != NULL
      && !dd_value_equal (dd_value_member (*spec, "serviceAccountName"),
                          dd_value_member (*spec, "serviceAccount")))
    dd_value_set (spec, "serviceAccount",
                  dd_value_ref (dd_value_member (*spec, "serviceAccountName")));
}

void
kube_template_set_defaults (DdValue **object)
{
  const DdValue *spec = dd_value_path (*object, "spec.template.spec");
  g_autoptr (DdValue) complete = NULL;

  if (spec == NULL)
    return;
  /* The server's typed encoding writes the time that a template never has. */
  if (dd_value_path (*object, "spec.template.metadata.creationTimestamp") == NULL)
    dd_value_set (object, "spec.template.metadata.creationTimestamp", dd_null ());
  complete = dd_value_ref (spec);
  kube_pod_spec_set_defaults (&complete);
  if (complete != spec)
    dd_value_set (object, "spec.template.spec", g_steal_pointer (&complete));
}
