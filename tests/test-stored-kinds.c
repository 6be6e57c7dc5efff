/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that a cluster only stores: what a server fills in, and what it refuses with which words.
 */
#include "config.h"

#include <string.h>

#include "kube-rows.h"

#define SECRETS "/api/v1/namespaces/app/secrets"
#define CONFIG_MAPS "/api/v1/namespaces/app/configmaps"
#define RBAC "/apis/rbac.authorization.k8s.io/v1/"
#define ROLES RBAC "namespaces/app/roles"
#define BINDINGS RBAC "namespaces/app/rolebindings"
#define ENDPOINTS "/api/v1/namespaces/app/endpoints"
#define SLICES "/apis/discovery.k8s.io/v1/namespaces/app/endpointslices"
#define LIMITS "/api/v1/namespaces/app/limitranges"
#define QUOTAS "/api/v1/namespaces/app/resourcequotas"
#define TEMPLATES "/api/v1/namespaces/app/podtemplates"
#define DRIVERS "/apis/storage.k8s.io/v1/csidrivers"
#define WEBHOOKS "/apis/admissionregistration.k8s.io/v1/"
#define NETWORKING "/apis/networking.k8s.io/v1/"
#define INGRESSES NETWORKING "namespaces/app/ingresses"
#define POLICIES NETWORKING "namespaces/app/networkpolicies"

/* The cells of the only object at TARGET. */
static void
check_cells (const char *target, const char *cells)
{
  g_autofree char *text = quoted (cells);
  g_autoptr (DdValue) wanted = json ("%s", text);
  g_autoptr (SimResponse) response = ask_in ((Manner) { .accept = AS_TABLE }, "GET", target, NULL);
  g_autoptr (DdValue) table = value_of (response);

  ck_assert_uint_eq (dd_value_length (dd_value_member (table, "rows")), 1);
  assert_same (dd_value_path (table, "rows.0.cells"), wanted, target);
}

/* ---- one kind in two shapes ---- */

#define SCALERS_V1 "/apis/autoscaling/v1/namespaces/app/horizontalpodautoscalers"
#define SCALERS_V2 "/apis/autoscaling/v2/namespaces/app/horizontalpodautoscalers"
#define ALPHA "autoscaling.alpha.kubernetes.io/"
#define OF_WEB "'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'web'}"

/* Source: pkg/apis/autoscaling/v1, conversion_test.go and conversion.go. */
START_TEST (an_autoscaler_is_the_same_in_both_versions)
{
  static const Row rows[] = {
    { "POST", SCALERS_V1,
      "{'metadata':{'name':'a'},'spec':{" OF_WEB ",'maxReplicas':5,"
      "'targetCPUUtilizationPercentage':70}}",
      201, "'minReplicas':1,'maxReplicas':5,'targetCPUUtilizationPercentage':70}" },
    { "GET", SCALERS_V2 "/a", NULL, 200,
      "'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization',"
      "'averageUtilization':70}}}]" },
    /* none is said: that of autoscaling/v2 */
    { "POST", SCALERS_V1, "{'metadata':{'name':'b'},'spec':{" OF_WEB ",'maxReplicas':5}}", 201,
      "'targetCPUUtilizationPercentage':80}" },
    { "POST", SCALERS_V2,
      "{'metadata':{'name':'c'},'spec':{" OF_WEB ",'maxReplicas':5,'metrics':[{'type':'Resource',"
      "'resource':{'name':'memory','target':{'type':'AverageValue','averageValue':'1Gi'}}},"
      "{'type':'External','external':{'metric':{'name':'queue','selector':{'matchLabels':{'q':'x'}}"
      "},'target':{'type':'Value','value':'30'}}}],'behavior':{'scaleDown':{"
      "'stabilizationWindowSeconds':60}}}}",
      201, "'stabilizationWindowSeconds':60" },
    { "GET", SCALERS_V1 "/c", NULL, 200,
      ALPHA "metrics':'[{\\'type\\':\\'Resource\\',\\'resource\\':{\\'name\\':\\'memory\\',"
            "\\'targetAverageValue\\':\\'1Gi\\'}},{\\'type\\':\\'External\\',\\'external\\':{"
            "\\'metricName\\':\\'queue\\',\\'metricSelector\\':{\\'matchLabels\\':{\\'q\\':"
            "\\'x\\'}},\\'targetValue\\':\\'30\\'}}]'" },
    { "GET", SCALERS_V1 "/c", NULL, 200,
      "\\'ScaleDown\\':{\\'StabilizationWindowSeconds\\':60,\\'SelectPolicy\\':\\'Max\\',"
      "\\'Policies\\':[{\\'Type\\':\\'Percent\\',\\'Value\\':100,\\'PeriodSeconds\\':15}]}}'" },
    /* what it has no field for outlives a change */
    { "PATCH", SCALERS_V1 "/c", "{'spec':{'maxReplicas':9}}", 200, "'maxReplicas':9" },
    { "GET", SCALERS_V2 "/c", NULL, 200,
      "'metrics':[{'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue',"
      "'averageValue':'1Gi'}}},{'type':'External','external':{'metric':{'name':'queue','selector':"
      "{'matchLabels':{'q':'x'}}},'target':{'type':'Value','value':'30'}}}]" },
    { "GET", SCALERS_V2 "/c", NULL, 200, "'scaleDown':{'selectPolicy':'Max'," },
    { "GET", SCALERS_V2 "/c", NULL, 200, "'stabilizationWindowSeconds':60" },
    /* an annotation that is no JSON says nothing, and is gone */
    { "POST", SCALERS_V1,
      "{'metadata':{'name':'d','annotations':{'" ALPHA "metrics':'[{','x':'y'}},'spec':{" OF_WEB
      ",'maxReplicas':5}}",
      201, "'annotations':{'x':'y'}" },
    { "PUT", SCALERS_V1 "/a/status",
      "{'metadata':{'name':'a','annotations':{'" ALPHA
      "conditions':'[{\\'type\\':\\'AbleToScale\\',\\'status\\':\\'True\\'}]'}},'spec':{" OF_WEB
      ",'maxReplicas':5},'status':{'currentReplicas':2,'desiredReplicas':3}}",
      200, "'status':{'currentReplicas':2,'desiredReplicas':3}" },
    { "GET", SCALERS_V2 "/a", NULL, 200, "'conditions':[{'type':'AbleToScale','status':'True'," },
    { "POST", SCALERS_V1, "{'metadata':{'name':'e'},'spec':{" OF_WEB ",'maxReplicas':0}}", 422,
      "[spec.maxReplicas: Invalid value: 0: must be greater than 0, spec.maxReplicas: Invalid "
      "value: 0: must be greater than or equal to `minReplicas`]" },
    { "DELETE", SCALERS_V1 "/b", NULL, 200, "'kind':'Status'" },
    { "DELETE", SCALERS_V1 "/c", NULL, 200, NULL },
    { "DELETE", SCALERS_V2 "/d", NULL, 200, NULL },
    { "GET", SCALERS_V1 "/b", NULL, 404, "horizontalpodautoscalers.autoscaling \"b\" not found" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (SCALERS_V1, "['a','Deployment/web','cpu: <unknown>/70%','1','5','2','0s']");
}
END_TEST

/* Fields are owned in the version that is stored. */
START_TEST (an_autoscaler_is_applied_in_the_version_that_is_stored)
{
  g_autoptr (SimResponse) response = ask_in ((Manner) { .type = "application/apply-patch+yaml" },
                                             "PATCH", SCALERS_V1 "/a?fieldManager=me", "{}");
  g_autofree char *text = text_of (response);

  ck_assert_uint_eq (response->status, 415);
  ck_assert_ptr_nonnull (strstr (text, "apply it as autoscaling/v2"));
}
END_TEST

/* ---- drivers of volumes ---- */

#define CSI_NODES "/apis/storage.k8s.io/v1/csinodes"
#define CAPACITIES "/apis/storage.k8s.io/v1/namespaces/app/csistoragecapacities"

/* Source: pkg/apis/storage/validation, TestCSINodeValidation and
 * TestCSIStorageCapacityValidation. */
START_TEST (what_a_driver_tells_of_its_nodes_is_kept)
{
  static const Row rows[] = {
    { "POST", CSI_NODES,
      "{'metadata':{'name':'n'},'spec':{'drivers':[{'name':'ebs.csi.aws.com','nodeID':'i-1',"
      "'allocatable':{'count':25}}]}}",
      201,
      "'spec':{'drivers':[{'name':'ebs.csi.aws.com','nodeID':'i-1','topologyKeys':null,"
      "'allocatable':{'count':25}}]}" },
    { "POST", CSI_NODES,
      "{'metadata':{'name':'o'},'spec':{'drivers':[{'name':'d','nodeID':'a'},{'name':'d','nodeID':"
      "'b','allocatable':{'count':-1}}]}}",
      422,
      "[spec.drivers[1].name: Duplicate value: \"d\", spec.drivers[1].allocatable.count: Invalid "
      "value: -1: must be greater than or equal to 0]" },
    { "POST", CSI_NODES, "{'metadata':{'name':'o'},'spec':{'drivers':[{'name':'d'}]}}", 422,
      "spec.drivers[0].nodeID: Required value" },
    { "POST", CAPACITIES, "{'metadata':{'name':'c'},'storageClassName':'gp3','capacity':'9Gi'}",
      201, "'storageClassName':'gp3','capacity':'9Gi'" },
    { "POST", CAPACITIES, "{'metadata':{'name':'d'}}", 422, "storageClassName: Required value" },
    { "PATCH", CAPACITIES "/c", "{'capacity':'8Gi'}", 200, "'capacity':'8Gi'" },
    { "PATCH", CAPACITIES "/c", "{'storageClassName':'gp2'}", 422,
      "storageClassName: Invalid value: \"gp2\": field is immutable" },
    { "GET", CSI_NODES "/n", NULL, 200, "'kind':'CSINode'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (CSI_NODES, "['n',1,'0s']");
  check_cells (CAPACITIES, "['c','gp3','8Gi']");
}
END_TEST

/* ---- secrets ---- */

#define IMMUTABLE "Forbidden: field is immutable when `immutable` is set"
#define KEY_TEXT \
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', " \
  " or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

START_TEST (a_secret_holds_bytes_under_keys)
{
  static const Row rows[] = {
    { "POST", SECRETS,
      "{'metadata':{'name':'a'},'data':{'k':'eA==','l':'eQ=='},'stringData':{'k':'v','m':''}}", 201,
      "'data':{'k':'dg==','l':'eQ==','m':''},'type':'Opaque'}" },
    { "POST", SECRETS, "{'metadata':{'name':'b'},'data':{'k':'YWFh\\nYmJi\\n'},'immutable':true}",
      201, "'immutable':true,'data':{'k':'YWFhYmJi'}" },
    { "PATCH", SECRETS "/a", "{'stringData':{'l':'w'}}", 200, "'l':'dw=='" },
    { "PATCH", SECRETS "/a", "{'type':'mine'}", 422,
      "type: Invalid value: \"mine\": field is immutable" },
    { "PATCH", SECRETS "/b", "{'stringData':{'z':'w'}}", 422, "data: " IMMUTABLE },
    { "PATCH", SECRETS "/b", "{'immutable':null}", 422, "immutable: " IMMUTABLE },
    { "PATCH", SECRETS "/b", "{'metadata':{'labels':{'c':'d'}}}", 200, "'c':'d'" },
    { "POST", SECRETS, "{'metadata':{'name':'c'},'data':{'a b':'eA=='}}", 422,
      "data[a b]: Invalid value: \"a b\": " KEY_TEXT },
    { "POST", SECRETS, "{'metadata':{'name':'c'},'data':{'..':'eA=='}}", 422,
      "data[..]: Invalid value: \"..\": must not be '..'" },
    { "GET", SECRETS "?fieldSelector=type%3Dmine", NULL, 200, "'items':[]" },
    { "DELETE", SECRETS "/a", NULL, 200, "'kind':'Status'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (SECRETS, "['b','Opaque',1,'0s']");
}
END_TEST

/* Imitates: Go's encoding/base64. */
START_TEST (base64_that_is_none_is_refused_at_its_byte)
{
  static const struct
  {
    const char *text;
    int at; /* -1: it is taken */
  } rows[] = {
    { "", -1 },    { "YQ==", -1 }, { "YWI=", -1 }, { "YWJj", -1 }, { "YQ=\\n=", -1 },
    { "Y Q=", 1 }, { "abc", 0 },   { "abcde", 4 }, { "=", 0 },     { "a===", 1 },
    { "ab=", 3 },  { "ab=c", 2 },  { "ab==c", 4 }, { "abc=d", 4 }, { "YWJj-", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"metadata\":{\"generateName\":\"s-\"},\"data\":{\"k\":\"%s\"}}", rows[i].text);
      g_autofree char *wanted = g_strdup_printf (
          "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 "
          "data at input byte %d",
          rows[i].at);
      g_autoptr (DdValue) value = asked (rows[i].at < 0 ? 201 : 400, "POST", SECRETS, body);

      if (rows[i].at >= 0)
        ck_assert_str_eq (dd_value_path_string (value, "message"), wanted);
    }
}
END_TEST

#define TYPED(type, rest) "{'metadata':{'name':'t'},'type':'kubernetes.io/" type "'," rest "}"
#define REDACTED "Invalid value: \"<secret contents redacted>\": "

START_TEST (the_type_of_a_secret_demands_keys)
{
  static const Row rows[] = {
    { "POST", SECRETS, TYPED ("tls", "'data':{'tls.crt':''}"), 422,
      "data[tls.key]: Required value" },
    { "POST", SECRETS, TYPED ("ssh-auth", "'stringData':{'ssh-privatekey':''}"), 422,
      "data[ssh-privatekey]: Required value" },
    { "POST", SECRETS, TYPED ("basic-auth", "'stringData':{'user':'a'}"), 422,
      "[data[username]: Required value, data[password]: Required value]" },
    { "POST", SECRETS, TYPED ("dockercfg", "'data':{}"), 422, "data[.dockercfg]: Required value" },
    { "POST", SECRETS, TYPED ("dockercfg", "'stringData':{'.dockercfg':'[]'}"), 422,
      "data[.dockercfg]: " REDACTED
      "json: cannot unmarshal array into Go value of type map[string]interface {}" },
    { "POST", SECRETS, TYPED ("dockerconfigjson", "'stringData':{'.dockerconfigjson':' hi'}"), 422,
      "data[.dockerconfigjson]: " REDACTED "invalid character 'h' looking for beginning of value" },
    { "POST", SECRETS, TYPED ("dockerconfigjson", "'stringData':{'.dockerconfigjson':''}"), 422,
      "data[.dockerconfigjson]: " REDACTED "unexpected end of JSON input" },
    { "POST", SECRETS, TYPED ("service-account-token", "'data':{}"), 422,
      "metadata.annotations[kubernetes.io/service-account.name]: Required value" },
    { "POST", SECRETS, TYPED ("basic-auth", "'stringData':{'password':'a'}"), 201, "'password'" },
    { "DELETE", SECRETS "/t", NULL, 200, NULL },
    { "POST", SECRETS, TYPED ("tls", "'stringData':{'tls.crt':'a','tls.key':'b'}"), 201,
      "'tls.key'" },
    { "DELETE", SECRETS "/t", NULL, 200, NULL },
    { "POST", SECRETS, TYPED ("dockercfg", "'stringData':{'.dockercfg':'{}'}"), 201, "'e30='" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}
END_TEST

/* A MiB and one byte more, of both that have this limit. */
START_TEST (entries_have_a_limit_together)
{
  static const struct
  {
    const char *target, *member;
    const char *field;
  } rows[] = {
    { SECRETS, "stringData", "data" },
    { CONFIG_MAPS, "data", "[]" },
  };
  g_autofree char *half = g_strnfill (512 * 1024, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fits
          = g_strdup_printf ("{\"metadata\":{\"name\":\"l\"},\"%s\":{\"a\":\"%s\",\"b\":\"%s\"}}",
                             rows[i].member, half, half);
      g_autofree char *more
          = g_strdup_printf ("{\"metadata\":{\"name\":\"m\"},\"%s\":{\"a\":\"%s\",\"b\":\"%sa\"}}",
                             rows[i].member, half, half);
      g_autofree char *wanted = g_strdup_printf (
          "is invalid: %s: Too long: may not be more than 1048576 bytes", rows[i].field);
      g_autoptr (DdValue) made = asked (201, "POST", rows[i].target, fits);
      g_autoptr (DdValue) refused = asked (422, "POST", rows[i].target, more);

      ck_assert_str_eq (dd_value_path_string (made, "metadata.name"), "l");
      ck_assert (g_str_has_suffix (dd_value_path_string (refused, "message"), wanted));
    }
}
END_TEST

START_TEST (a_config_map_has_the_keys_of_a_secret)
{
  static const Row rows[] = {
    { "POST", CONFIG_MAPS, "{'metadata':{'name':'a'},'data':{'a/b':'x'}}", 422,
      "data[a/b]: Invalid value: \"a/b\": " KEY_TEXT },
    { "POST", CONFIG_MAPS, "{'metadata':{'name':'a'},'binaryData':{'..x':''}}", 422,
      "binaryData[..x]: Invalid value: \"..x\": must not start with '..'" },
    { "POST", CONFIG_MAPS, "{'metadata':{'name':'a'},'data':{'k':'x'},'binaryData':{'k':'eA=='}}",
      422, "data[k]: Invalid value: \"k\": duplicate of key present in binaryData" },
    { "POST", CONFIG_MAPS, "{'metadata':{'name':'a'},'data':{'k':'x'},'immutable':true}", 201,
      NULL },
    { "PATCH", CONFIG_MAPS "/a", "{'data':{'k':'y'}}", 422, "data: " IMMUTABLE },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}
END_TEST

/* ---- roles and bindings ---- */

START_TEST (a_role_says_what_may_be_done)
{
  static const Row rows[] = {
    { "POST", ROLES,
      "{'metadata':{'name':'system:reader'},'rules':[{'verbs':['get'],'apiGroups':[''],"
      "'resources':['pods']}]}",
      201, "'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]" },
    { "POST", ROLES, "{'metadata':{'name':'a/b'}}", 422,
      "metadata.name: Invalid value: \"a/b\": may not contain '/'" },
    { "POST", ROLES, "{'metadata':{'name':'a'},'rules':[{'verbs':[]}]}", 422,
      "[rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: "
      "Required value: resource rules must supply at least one api group, rules[0].resources: "
      "Required value: resource rules must supply at least one resource]" },
    { "POST", ROLES,
      "{'metadata':{'name':'a'},'rules':[{'verbs':['get'],'nonResourceURLs':['/a']}]}", 422,
      "rules[0].nonResourceURLs: Invalid value: []string{\"/a\"}: namespaced rules cannot apply to "
      "non-resource URLs" },
    { "POST", RBAC "clusterroles",
      "{'metadata':{'name':'a'},'rules':[{'verbs':['get'],'nonResourceURLs':['/a','/b'],"
      "'apiGroups':['']}]}",
      422,
      "rules[0].nonResourceURLs: Invalid value: []string{\"/a\", \"/b\"}: rules cannot apply to "
      "both "
      "regular resources and non-resource URLs" },
    { "POST", RBAC "clusterroles", "{'metadata':{'name':'a'},'aggregationRule':{}}", 422,
      "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector "
      "required if aggregationRule is non-nil" },
    { "POST", RBAC "clusterroles",
      "{'metadata':{'name':'a'},'aggregationRule':{'clusterRoleSelectors':[{}]}}", 201,
      "'rules':null,'aggregationRule':{'clusterRoleSelectors':[{}]}" },
    { "DELETE", ROLES "/system:reader", NULL, 200, "'kind':'Status'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}
END_TEST

#define READER "'roleRef':{'kind':'Role','name':'reader'}"

START_TEST (a_binding_keeps_its_role)
{
  static const Row rows[] = {
    { "POST", BINDINGS,
      "{'metadata':{'name':'a'}," READER
      ",'subjects':[{'kind':'User','name':'eva'},{'kind':'Group','name':'ops'},"
      "{'kind':'ServiceAccount','name':'robot'}]}",
      201,
      "'subjects':[{'kind':'User','apiGroup':'rbac.authorization.k8s.io','name':'eva'},"
      "{'kind':'Group','apiGroup':'rbac.authorization.k8s.io','name':'ops'},"
      "{'kind':'ServiceAccount','name':'robot'}],"
      "'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'reader'}" },
    { "PATCH", BINDINGS "/a",
      "{'subjects':[{'kind':'User','name':'eva'},"
      "{'kind':'ServiceAccount','name':'robot','namespace':'app'}]}",
      200, NULL },
    { "PATCH", BINDINGS "/a", "{'roleRef':{'name':'writer'}}", 422,
      "roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", "
      "Kind:\"Role\", Name:\"writer\"}: cannot change roleRef" },
    { "POST", BINDINGS, "{'metadata':{'name':'b'}}", 422,
      "[roleRef.kind: Unsupported value: \"\": supported values: \"Role\", \"ClusterRole\", "
      "roleRef.name: Required value]" },
    { "POST", BINDINGS,
      "{'metadata':{'name':'b'}," READER
      ",'subjects':[{'kind':'Robot','name':'a'},{'kind':'User','apiGroup':'x','name':'a'},"
      "{'kind':'ServiceAccount','name':'A'}]}",
      422,
      "[subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", "
      "\"User\", \"Group\", subjects[1].apiGroup: Unsupported value: \"x\": supported values: "
      "\"rbac.authorization.k8s.io\", subjects[2].name: Invalid value: \"A\": a lowercase RFC 1123 "
      "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]" },
    { "POST", RBAC "clusterrolebindings",
      "{'metadata':{'name':'b'}," READER ",'subjects':[{'kind':'ServiceAccount','name':'a'}]}", 422,
      "[roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\", "
      "subjects[0].namespace: Required value]" },
    { "POST", RBAC "clusterrolebindings",
      "{'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'..'}}", 422,
      "roleRef.name: Invalid value: \"..\": may not be '..'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (BINDINGS, "['a','Role/reader','0s','eva','','app/robot']");
}
END_TEST

/* ---- the network ---- */

#define NAMED "'metadata':{'name':'x'},"
#define BACKEND "'backend':{'service':{'name':'web','port':{'number':80}}}"
/* An ingress with one path of one rule. */
#define WITH_PATH(path) "{" NAMED "'spec':{'rules':[{'http':{'paths':[{" path "}]}}]}}"
#define PATH_FIELD "spec.rules[0].http.paths[0]"

START_TEST (an_ingress_is_checked_field_by_field)
{
  static const Row rows[] = {
    { "POST", INGRESSES, "{" NAMED "'spec':{}}", 422,
      "spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must "
      "be specified" },
    { "POST", INGRESSES, WITH_PATH (BACKEND), 422,
      PATH_FIELD ".pathType: Required value: pathType must be specified" },
    { "POST", INGRESSES, WITH_PATH ("'pathType':'Some'," BACKEND), 422,
      PATH_FIELD ".pathType: Unsupported value: \"Some\": supported values: \"Exact\", "
                 "\"ImplementationSpecific\", \"Prefix\"" },
    { "POST", INGRESSES, WITH_PATH ("'pathType':'Prefix','path':'a//b/.'," BACKEND), 422,
      "[" PATH_FIELD ".path: Invalid value: \"a//b/.\": must be an absolute path, " PATH_FIELD
      ".path: Invalid value: \"a//b/.\": must not contain '//', " PATH_FIELD
      ".path: Invalid value: \"a//b/.\": cannot end with '/.']" },
    { "POST", INGRESSES, WITH_PATH ("'pathType':'Exact','path':'/'"), 422,
      PATH_FIELD ".backend: Invalid value: \"\": resource or service backend is required" },
    { "POST", INGRESSES,
      WITH_PATH ("'pathType':'Exact','path':'/','backend':{'service':{'name':'Web'}}"), 422,
      "[" PATH_FIELD ".backend.service.name: Invalid value: \"Web\": a DNS-1035 label must consist "
      "of lower case alphanumeric characters or '-', start with an alphabetic character, and end "
      "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
      "'[a-z]([-a-z0-9]*[a-z0-9])?'), " PATH_FIELD
      ".backend: Required value: port name or number is required]" },
    { "POST", INGRESSES,
      "{" NAMED "'spec':{'defaultBackend':{'service':{'name':'web','port':{'name':'a','number':1}},"
      "'resource':{'kind':'a','name':'b'}}}}",
      422,
      "spec.defaultBackend: Invalid value: \"\": cannot set both resource and service backends" },
    { "POST", INGRESSES,
      "{" NAMED
      "'spec':{'defaultBackend':{'service':{'name':'web','port':{'name':'-','number':0}}}}}",
      422,
      "[spec.defaultBackend.service.port.name: Invalid value: \"-\": must contain at least one "
      "letter "
      "(a-z), spec.defaultBackend.service.port.name: Invalid value: \"-\": must not begin or end "
      "with "
      "a hyphen]" },
    { "POST", INGRESSES, "{" NAMED "'spec':{'rules':[{'host':'1.2.3.4'},{'host':'*.a.b'}]}}", 422,
      "spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address" },
    { "POST", INGRESSES,
      "{'metadata':{'name':'x','annotations':{'kubernetes.io/ingress.class':'a'}},"
      "'spec':{'ingressClassName':'b','rules':[{}]}}",
      422,
      "annotations.kubernetes.io/ingress.class: Invalid value: \"a\": must match "
      "`ingressClassName` "
      "when both are specified" },
    { "POST", INGRESSES, WITH_PATH ("'pathType':'ImplementationSpecific'," BACKEND), 201,
      "'status':{'loadBalancer':{}}" },
    { "PATCH", INGRESSES "/x/status",
      "{'status':{'loadBalancer':{'ingress':[{'hostname':'b.com'},{'ip':'1.2.3.4'}]}}}", 200,
      "'generation':1" },
    { "PATCH", INGRESSES "/x",
      "{'spec':{'ingressClassName':'nginx','tls':[{'hosts':['a.com']}],'rules':["
      "{'host':'a.com'},{'host':'b.com'},{'host':'c.com'},{'host':'d.com'}]}}",
      200, "'generation':2" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (INGRESSES, "['x','nginx','a.com,b.com,c.com + 1 more...','1.2.3.4,b.com','80, 443',"
                          "'0s']");
}
END_TEST

#define DEFAULT_CLASS "'annotations':{'ingressclass.kubernetes.io/is-default-class':'true'}"
#define CLASSES NETWORKING "ingressclasses"

START_TEST (an_ingress_gets_the_default_class)
{
  static const Row rows[] = {
    { "POST", CLASSES,
      "{'metadata':{'name':'old'," DEFAULT_CLASS "},'spec':{'controller':'a.com/b'}}", 201,
      "'generation':1" },
    { "POST", CLASSES, "{'metadata':{'name':'own'},'spec':{'controller':'a.com/b'}}", 201, NULL },
    { "POST", INGRESSES, "{" NAMED "'spec':{'rules':[{}]}}", 201, "'ingressClassName':'old'" },
    { "POST", INGRESSES,
      "{'metadata':{'name':'y','annotations':{'kubernetes.io/ingress.class':'a'}},"
      "'spec':{'rules':[{}]}}",
      201, "'spec':{'rules':[{}]}" },
    { "POST", CLASSES, "{" NAMED "'spec':{}}", 422, "spec.controller: Required value" },
    { "POST", CLASSES, "{" NAMED "'spec':{'controller':'a.com'}}", 422,
      "spec.controller: Invalid value: \"a.com\": must be a domain-prefixed path (such as "
      "\"acme.io/foo\")" },
    { "POST", CLASSES,
      "{" NAMED "'spec':{'controller':'a.com/b','parameters':{'kind':'k','name':'n',"
      "'scope':'Namespace'}}}",
      422, "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'" },
    { "POST", CLASSES,
      "{" NAMED "'spec':{'controller':'a.com/b','parameters':{'kind':'k','name':'n',"
      "'namespace':'app'}}}",
      422, "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'" },
    { "PATCH", CLASSES "/own", "{'spec':{'controller':'a.com/c'}}", 422,
      "spec.controller: Invalid value: \"a.com/c\": field is immutable" },
    { "PATCH", CLASSES "/own", "{'spec':{'parameters':{'apiGroup':'g.io','kind':'k','name':'n'}}}",
      200, "'scope':'Cluster'" },
    { "DELETE", CLASSES "/old", NULL, 200, "'kind':'Status'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (CLASSES, "['own','a.com/b','k.g.io/n','0s']");
}
END_TEST

#define RULE(rule) "{" NAMED "'spec':{'ingress':[{" rule "}]}}"

START_TEST (a_network_policy_is_checked_field_by_field)
{
  static const Row rows[] = {
    { "POST", POLICIES, RULE ("'from':[{}]"), 422,
      "spec.ingress[0].from[0]: Required value: must specify a peer" },
    { "POST", POLICIES, RULE ("'from':[{'podSelector':{},'ipBlock':{'cidr':'10.0.0.0/8'}}]"), 422,
      "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer" },
    { "POST", POLICIES, RULE ("'from':[{'ipBlock':{'cidr':'10.0.0.0'}}]"), 422,
      "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.0\": must be a valid CIDR "
      "value, (e.g. 10.9.8.0/24 or 2001:db8::/64)" },
    { "POST", POLICIES,
      RULE ("'from':[{'ipBlock':{'cidr':'10.0.0.0/9','except':['10.64.0.0/10','10.128.0.0/10',"
            "'10.0.0.0/9','fd00::/16']}}]"),
      422,
      "[spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"10.128.0.0/10\": must be a "
      "strict subset of `cidr`, spec.ingress[0].from[0].ipBlock.except[2]: Invalid value: "
      "\"10.0.0.0/9\": must be a strict subset of `cidr`, "
      "spec.ingress[0].from[0].ipBlock.except[3]: "
      "Invalid value: \"fd00::/16\": must be a strict subset of `cidr`]" },
    { "POST", POLICIES,
      RULE ("'ports':[{'port':70000},{'endPort':2},{'port':'dns','endPort':2},"
            "{'port':9,'endPort':2}]"),
      422,
      "[spec.ingress[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, "
      "inclusive, "
      "spec.ingress[0].ports[1].endPort: Invalid value: 2: may not be specified when `port` is not "
      "specified, spec.ingress[0].ports[2].endPort: Invalid value: 2: may not be specified when "
      "`port` is non-numeric, spec.ingress[0].ports[3].endPort: Invalid value: 2: must be greater "
      "than or equal to `port`]" },
    { "POST", POLICIES, "{" NAMED "'spec':{'policyTypes':['Both']}}", 422,
      "spec.policyTypes[0]: Unsupported value: \"Both\": supported values: \"Ingress\", "
      "\"Egress\"" },
    { "POST", POLICIES, "{'metadata':{'name':'in'},'spec':{'ingress':[{'ports':[{'port':80}]}]}}",
      201,
      "'spec':{'podSelector':{},'ingress':[{'ports':[{'protocol':'TCP','port':80}]}],"
      "'policyTypes':['Ingress']}" },
    { "POST", POLICIES, "{" NAMED "'spec':{'podSelector':{'matchLabels':{'a':'b'}},'egress':[{}]}}",
      201, "'policyTypes':['Ingress','Egress']" },
    { "DELETE", POLICIES "/in", NULL, 200, "'kind':'Status'" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (POLICIES, "['x','a=b','0s']");
}
END_TEST

/* ---- what stands behind services ---- */

START_TEST (endpoints_are_addresses_and_ports)
{
  static const Row rows[] = {
    { "POST", ENDPOINTS, "{" NAMED "'subsets':[{}]}", 422,
      "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`" },
    { "POST", ENDPOINTS,
      "{" NAMED
      "'subsets':[{'addresses':[{'ip':'web'}],'ports':[{'port':0},{'name':'a','port':1}]}]}",
      422,
      "[subsets[0].addresses[0].ip: Invalid value: \"web\": must be a valid IP address, (e.g. "
      "10.9.8.7 or 2001:db8::ffff), subsets[0].ports[0].name: Required value, "
      "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive]" },
    { "POST", ENDPOINTS,
      "{" NAMED "'subsets':[{'addresses':[{'ip':'10.0.0.1'},{'ip':'fd00::1'}],"
      "'ports':[{'name':'a','port':80},{'name':'b','port':81}]}]}",
      201, "'ports':[{'name':'a','port':80,'protocol':'TCP'}," },
    { "DELETE", ENDPOINTS "/x", NULL, 200, "'kind':'Status'" },
    { "POST", ENDPOINTS,
      "{" NAMED "'subsets':[{'addresses':[{'ip':'10.0.0.1'},{'ip':'fd00::1'}],"
      "'ports':[{'name':'a','port':80},{'name':'b','port':81}]}]}",
      201, NULL },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (ENDPOINTS, "['x','10.0.0.1:80,[fd00::1]:80,10.0.0.1:81 + 1 more...','0s']");
}
END_TEST

START_TEST (a_slice_is_of_one_sort_of_addresses)
{
  static const Row rows[] = {
    { "POST", SLICES, "{" NAMED "'endpoints':[]}", 422, "addressType: Required value" },
    { "POST", SLICES, "{" NAMED "'addressType':'IP'}", 422,
      "addressType: Unsupported value: \"IP\": supported values: \"FQDN\", \"IPv4\", \"IPv6\"" },
    { "POST", SLICES, "{" NAMED "'addressType':'IPv4','endpoints':[{}]}", 422,
      "endpoints[0].addresses: Required value: must contain at least 1 address" },
    { "POST", SLICES,
      "{" NAMED "'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1']}],"
      "'ports':[{'port':80},{'name':'all'}]}",
      201,
      "'addressType':'IPv4',"
      "'endpoints':[{'addresses':['10.0.0.1'],'conditions':{}}],"
      "'ports':[{'name':'','protocol':'TCP','port':80},{'name':'all','protocol':'TCP'}]}" },
    { "PATCH", SLICES "/x", "{'metadata':{'labels':{'a':'b'}}}", 200, "'generation':1" },
    { "PATCH", SLICES "/x", "{'endpoints':[{'addresses':['10.0.0.2','10.0.0.3']}]}", 200,
      "'generation':2" },
    { "PATCH", SLICES "/x", "{'addressType':'IPv6'}", 422,
      "addressType: Invalid value: \"IPv6\": field is immutable" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (SLICES, "['x','IPv4','80,all','10.0.0.2,10.0.0.3','0s']");
}
END_TEST

/* ---- limits, templates, drivers and webhooks ---- */

START_TEST (limits_are_filled_in_and_kept)
{
  static const Row rows[] = {
    { "POST", LIMITS,
      "{" NAMED "'spec':{'limits':[{'type':'Container','max':{'cpu':'2'},'min':{'memory':'1Mi'}},"
      "{'type':'Pod','max':{'cpu':'4'}}]}}",
      201,
      "'limits':[{'type':'Container','max':{'cpu':'2'},'min':{'memory':'1Mi'},"
      "'default':{'cpu':'2'},'defaultRequest':{'cpu':'2','memory':'1Mi'}},"
      "{'type':'Pod','max':{'cpu':'4'}}]" },
    { "POST", LIMITS,
      "{" NAMED "'spec':{'limits':[{'type':'Pod','max':{'cpu':'1'},"
      "'min':{'cpu':'1100m'}}]}}",
      422,
      "spec.limits[0].min[cpu]: Invalid value: \"1100m\": min value 1100m is greater than max "
      "value "
      "1" },
    { "POST", QUOTAS, "{" NAMED "'spec':{'hard':{'pods':'-1'}}}", 422,
      "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0" },
    { "POST", QUOTAS, "{" NAMED "'spec':{'hard':{'pods':'4','limits.cpu':'2'}}}", 201,
      "'status':{}" },
    { "PATCH", QUOTAS "/x/status",
      "{'status':{'hard':{'pods':'4','limits.cpu':'2','requests.cpu':'1'},'used':{'pods':'3'}}}",
      200, "'used':{'pods':'3'}" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (LIMITS, "['x','2026-11-23T20:33:04Z']");
  check_cells (QUOTAS, "['x','0s','pods: 3/4, requests.cpu: 0/1','limits.cpu: 0/2']");
}
END_TEST

START_TEST (the_age_of_a_quota_moved_in_1_33)
{
  static const Row rows[] = { { "POST", QUOTAS, "{" NAMED "'spec':{}}", 201, "'status':{}" } };

  check_rows (rows, G_N_ELEMENTS (rows));
  api->minor = 33;
  check_cells (QUOTAS, "['x','','','0s']");
}
END_TEST

START_TEST (a_template_is_filled_in_as_a_pod_is)
{
  static const Row rows[] = {
    { "POST", TEMPLATES,
      "{" NAMED "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':"
      "[{'name':'web','image':'web'},{'name':'log','image':'log:1'}]}}}",
      201, "'imagePullPolicy':'Always'" },
    { "PATCH", TEMPLATES "/x", "{'template':{'metadata':{'labels':{'a':'c'}}}}", 200,
      "'generation':2" },
    { "POST", TEMPLATES,
      "{'metadata':{'name':'y'},'template':{'spec':{'containers':"
      "[{'name':'A','image':'a'}]}}}",
      422,
      "template.spec.containers[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must "
      "consist of lower case alphanumeric characters or '-', and must start and end with an "
      "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (TEMPLATES, "['x','web,log','web,log:1','a=c']");
}
END_TEST

START_TEST (a_driver_has_defaults)
{
  static const Row rows[] = {
    { "POST", DRIVERS, "{'metadata':{'name':'ebs.csi.aws.com'},'spec':{'attachRequired':false}}",
      201,
      "'spec':{'attachRequired':false,'podInfoOnMount':false,'volumeLifecycleModes':['Persistent'],"
      "'storageCapacity':false,'fsGroupPolicy':'ReadWriteOnceWithFSType','requiresRepublish':false,"
      "'seLinuxMount':false}" },
    { "POST", DRIVERS, "{'metadata':{'name':'b'},'spec':{'volumeLifecycleModes':['Short']}}", 422,
      "spec.volumeLifecycleModes: Unsupported value: \"Short\": supported values: \"Ephemeral\", "
      "\"Persistent\"" },
    { "POST", DRIVERS, "{'metadata':{'name':'b'},'spec':{'fsGroupPolicy':'All'}}", 422,
      "spec.fsGroupPolicy: Unsupported value: \"All\": supported values: \"File\", \"None\", "
      "\"ReadWriteOnceWithFSType\"" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (DRIVERS, "['ebs.csi.aws.com',false,false,false,'<unset>',false,'Persistent','0s']");
}
END_TEST

#define VALIDATING WEBHOOKS "validatingwebhookconfigurations"
#define MUTATING WEBHOOKS "mutatingwebhookconfigurations"

START_TEST (webhooks_are_kept)
{
  static const Row rows[] = {
    { "POST", VALIDATING, "{" NAMED "'webhooks':[{'name':'a.b'}]}", 422,
      "[webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments "
      "separated by dots, webhooks[0].clientConfig: Required value: exactly one of url or service "
      "is "
      "required, webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun, "
      "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1]" },
    { "POST", MUTATING,
      "{" NAMED
      "'webhooks':[{'name':'a.b.c','clientConfig':{'service':{'namespace':'n','name':'s'}},"
      "'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods']"
      "}],"
      "'sideEffects':'None','admissionReviewVersions':['v1']}]}",
      201,
      "'clientConfig':{'service':{'namespace':'n','name':'s','port':443}},"
      "'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods']"
      ","
      "'scope':'*'}],'failurePolicy':'Fail','matchPolicy':'Equivalent','namespaceSelector':{},"
      "'objectSelector':{},'sideEffects':'None','timeoutSeconds':10,'admissionReviewVersions':['v1'"
      "],"
      "'reinvocationPolicy':'Never'}]" },
    { "PATCH", MUTATING "/x", "{'webhooks':null}", 200, "'generation':2" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
  check_cells (MUTATING, "['x',0,'0s']");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("stored-kinds");
  TCase *tcase = tcase_create ("stored-kinds");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_test (tcase, what_a_driver_tells_of_its_nodes_is_kept);
  tcase_add_test (tcase, an_autoscaler_is_the_same_in_both_versions);
  tcase_add_test (tcase, an_autoscaler_is_applied_in_the_version_that_is_stored);
  tcase_add_test (tcase, a_secret_holds_bytes_under_keys);
  tcase_add_test (tcase, base64_that_is_none_is_refused_at_its_byte);
  tcase_add_test (tcase, the_type_of_a_secret_demands_keys);
  tcase_add_test (tcase, entries_have_a_limit_together);
  tcase_add_test (tcase, a_config_map_has_the_keys_of_a_secret);
  tcase_add_test (tcase, a_role_says_what_may_be_done);
  tcase_add_test (tcase, a_binding_keeps_its_role);
  tcase_add_test (tcase, an_ingress_is_checked_field_by_field);
  tcase_add_test (tcase, an_ingress_gets_the_default_class);
  tcase_add_test (tcase, a_network_policy_is_checked_field_by_field);
  tcase_add_test (tcase, endpoints_are_addresses_and_ports);
  tcase_add_test (tcase, a_slice_is_of_one_sort_of_addresses);
  tcase_add_test (tcase, limits_are_filled_in_and_kept);
  tcase_add_test (tcase, the_age_of_a_quota_moved_in_1_33);
  tcase_add_test (tcase, a_template_is_filled_in_as_a_pod_is);
  tcase_add_test (tcase, a_driver_has_defaults);
  tcase_add_test (tcase, webhooks_are_kept);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
