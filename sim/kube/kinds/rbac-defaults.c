/* SPDX-License-Identifier: Apache-2.0 */
/* The roles and bindings that a server with RBAC has from the beginning, as far as users meet them;
 * those of controllers and nodes are missing, as what moves by itself is asked nothing.
 *
 * Imitates: Kubernetes, Using RBAC Authorization, "Default roles and role bindings";
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/rbac.h"

/* JSON in single quotes. */
#define READ "'get','list','watch'"
#define WRITE "'create','delete','deletecollection','patch','update'"
#define RULE(verbs_, group_, ...) \
  "{'verbs':[" verbs_ "],'apiGroups':['" group_ "'],'resources':[" __VA_ARGS__ "]}"
#define GATHERS(from_) \
  "{'clusterRoleSelectors':[{'matchLabels':{'" KUBE_RBAC "/aggregate-to-" from_ "':'true'}}]}"

/* clang-format off */
static const struct
{
  const char *name;
  const char *gathered_by; /* what gathers it up: "edit"; NULL: nothing */
  const char *aggregation; /* NULL: none */
  const char *rules;       /* without the brackets of their list */
} roles[] = {
  { "cluster-admin", NULL, NULL,
    RULE ("'*'", "*", "'*'") ",{'verbs':['*'],'nonResourceURLs':['*']}" },
  { "system:discovery", NULL, NULL,
    "{'verbs':['get'],'nonResourceURLs':['/api','/api/*','/apis','/apis/*','/healthz','/livez',"
    "'/openapi','/openapi/*','/readyz','/version','/version/']}" },
  { "system:public-info-viewer", NULL, NULL,
    "{'verbs':['get'],'nonResourceURLs':['/healthz','/livez','/readyz','/version','/version/']}" },
  { "system:basic-user", NULL, NULL,
    RULE ("'create'", "authorization.k8s.io", "'selfsubjectaccessreviews','selfsubjectrulesreviews'")
    "," RULE ("'create'", "authentication.k8s.io", "'selfsubjectreviews'") },
  { "admin", NULL, GATHERS ("admin"), "" },
  { "edit", "admin", GATHERS ("edit"), "" },
  { "view", "edit", GATHERS ("view"), "" },
  { "system:aggregate-to-admin", "admin", NULL,
    RULE ("'create'", "authorization.k8s.io", "'localsubjectaccessreviews'")
    "," RULE (WRITE "," READ, KUBE_RBAC, "'rolebindings','roles'") },
  { "system:aggregate-to-edit", "edit", NULL,
    RULE (READ, "", "'pods/attach','pods/exec','pods/portforward','pods/proxy','secrets','services/proxy'")
    "," RULE ("'impersonate'", "", "'serviceaccounts'")
    "," RULE (WRITE, "", "'pods','pods/attach','pods/exec','pods/portforward','pods/proxy'")
    "," RULE ("'create'", "", "'pods/eviction'")
    "," RULE (WRITE, "", "'configmaps','events','persistentvolumeclaims','replicationcontrollers',"
              "'replicationcontrollers/scale','secrets','serviceaccounts','services','services/proxy'")
    "," RULE ("'create'", "", "'serviceaccounts/token'")
    "," RULE (WRITE, "apps", "'daemonsets','deployments','deployments/rollback','deployments/scale',"
              "'replicasets','replicasets/scale','statefulsets','statefulsets/scale'")
    "," RULE (WRITE, "autoscaling", "'horizontalpodautoscalers'")
    "," RULE (WRITE, "batch", "'cronjobs','jobs'")
    "," RULE (WRITE, "policy", "'poddisruptionbudgets'")
    "," RULE (WRITE, "networking.k8s.io", "'ingresses','networkpolicies'")
    "," RULE (WRITE "," READ, "coordination.k8s.io", "'leases'") },
  { "system:aggregate-to-view", "view", NULL,
    RULE (READ, "", "'configmaps','endpoints','persistentvolumeclaims','persistentvolumeclaims/status',"
          "'pods','replicationcontrollers','replicationcontrollers/scale','serviceaccounts',"
          "'services','services/status'")
    "," RULE (READ, "", "'bindings','events','limitranges','namespaces/status','pods/log','pods/status',"
              "'replicationcontrollers/status','resourcequotas','resourcequotas/status'")
    "," RULE (READ, "", "'namespaces'")
    "," RULE (READ, "discovery.k8s.io", "'endpointslices'")
    "," RULE (READ, "apps", "'controllerrevisions','daemonsets','daemonsets/status','deployments',"
              "'deployments/scale','deployments/status','replicasets','replicasets/scale',"
              "'replicasets/status','statefulsets','statefulsets/scale','statefulsets/status'")
    "," RULE (READ, "autoscaling", "'horizontalpodautoscalers','horizontalpodautoscalers/status'")
    "," RULE (READ, "batch", "'cronjobs','cronjobs/status','jobs','jobs/status'")
    "," RULE (READ, "policy", "'poddisruptionbudgets','poddisruptionbudgets/status'")
    "," RULE (READ, "networking.k8s.io", "'ingresses','ingresses/status','networkpolicies'") },
};
/* clang-format on */

/* Each binds the role of its name. */
static const struct
{
  const char *name;
  const char *const groups[3];
} bindings[] = {
  { "cluster-admin", { KUBE_MASTERS } },
  { "system:basic-user", { KUBE_AUTHENTICATED } },
  { "system:discovery", { KUBE_AUTHENTICATED } },
  { "system:public-info-viewer", { KUBE_AUTHENTICATED, "system:unauthenticated" } },
};

static DdValue *
metadata_of (const char *name, const char *gathered_by)
{
  g_autofree char *label = g_strdup_printf (KUBE_RBAC "/aggregate-to-%s", gathered_by);
  DdValue *labels = dd_object ("kubernetes.io/bootstrapping", dd_string ("rbac-defaults"), label,
                               gathered_by != NULL ? dd_string ("true") : NULL, NULL);

  return dd_object (
      "name", dd_string (name), "labels", labels, "annotations",
      dd_object ("rbac.authorization.kubernetes.io/autoupdate", dd_string ("true"), NULL), NULL);
}

static DdValue *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  DdValue *value = dd_value_parse (json, strlen (json), NULL, NULL);

  g_assert (value != NULL);
  return value;
}

/* What a world's description has made by that name stays. Takes OBJECT. */
static void
create (KubeApi *api, const KubeKind *kind, DdValue *object)
{
  g_autoptr (DdValue) taken = object;
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) made = kube_create (api, kind, NULL, taken, &error);

  g_assert (made != NULL || g_error_matches (error, KUBE_ERROR, KUBE_ALREADY_EXISTS));
}

static void
create_role (KubeApi *api, guint i)
{
  g_autofree char *rules = g_strdup_printf ("[%s]", roles[i].rules);

  create (api, &kube_cluster_role,
          dd_object ("metadata", metadata_of (roles[i].name, roles[i].gathered_by),
                     "aggregationRule",
                     roles[i].aggregation != NULL ? parse (roles[i].aggregation) : NULL, "rules",
                     parse (rules), NULL));
}

static void
create_binding (KubeApi *api, guint i)
{
  g_auto (DdBuilder) subjects = dd_builder_array ();

  for (guint g = 0; bindings[i].groups[g] != NULL; g++)
    dd_builder_add (&subjects,
                    dd_object ("kind", dd_string ("Group"), "apiGroup", dd_string (KUBE_RBAC),
                               "name", dd_string (bindings[i].groups[g]), NULL));
  create (api, &kube_cluster_role_binding,
          dd_object ("metadata", metadata_of (bindings[i].name, NULL), "subjects",
                     dd_builder_end (&subjects), "roleRef",
                     dd_object ("apiGroup", dd_string (KUBE_RBAC), "kind",
                                dd_string (kube_cluster_role.kind), "name",
                                dd_string (bindings[i].name), NULL),
                     NULL));
}

void
kube_rbac_create_defaults (KubeApi *api)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    create_role (api, i);
  for (guint i = 0; i < G_N_ELEMENTS (bindings); i++)
    create_binding (api, i);
}
