/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions of custom resources: what is served for them, how their schemas hold, and how they
 * go. */
#include "config.h"

#include <string.h>

#include "kube-rows.h"

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define WIDGETS "/apis/example.com/v1/namespaces/app/widgets"
#define GADGETS "/apis/example.com/v1/gadgets"

static void define (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* A definition; ' stands for ". */
static void
define (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;
  g_autoptr (DdValue) defined = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  body = quoted (text);
  defined = asked (201, "POST", DEFINITIONS, body);
}

/* Widgets of example.com, namespaced, in version v1, whose spec has SCHEMA. */
static void
define_widgets (const char *schema)
{
  define ("{'metadata':{'name':'widgets.example.com'},'spec':{'group':'example.com','scope':"
          "'Namespaced','names':{'plural':'widgets','kind':'Widget'},'versions':[{'name':'v1',"
          "'served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object','properties':"
          "{'spec':%s}}}}]}}",
          schema);
}

/* In refusals, too, ' stands for ", and ` for '. */
static void
check (const Row *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *says = quoted (rows[i].says);
      Row row = rows[i];

      row.says = says != NULL && row.status >= 400 ? g_strdelimit (says, "`", '\'') : says;
      check_rows (&row, 1);
    }
}

/* ---- as recorded ---- */

/* A Table without what differs between two runs, and without what columns say of themselves. */
static DdValue *
plain_table (const DdValue *value)
{
  const DdValue *columns = dd_value_member (value, "columnDefinitions");
  const DdValue *rows = dd_value_member (value, "rows");
  g_auto (DdBuilder) plain = dd_builder_array ();
  DdValue *table = comparable (value);

  for (gsize i = 0; i < dd_value_length (columns); i++)
    dd_builder_add (
        &plain, i == 0 ? dd_value_with_member (dd_value_element (columns, i), "description", NULL)
                       : dd_value_ref (dd_value_element (columns, i)));
  dd_value_set (&table, "columnDefinitions", dd_builder_end (&plain));
  plain = dd_builder_array ();
  for (gsize i = 0; i < dd_value_length (rows); i++)
    dd_builder_add (&plain, dd_value_ref (dd_value_path (dd_value_element (rows, i), "cells")));
  dd_value_set (&table, "rows", dd_builder_end (&plain));
  return table;
}

/* VALUE without what differs between two runs. */
static DdValue *
timeless (const DdValue *value)
{
  DdValue *plain = g_strcmp0 (dd_value_path_string (value, "kind"), "Table") == 0
                       ? plain_table (value)
                       : comparable (value);
  gsize count = dd_value_length (dd_value_path (plain, "status.conditions"));
  g_auto (DdBuilder) conditions = dd_builder_array ();

  for (gsize i = 0; i < count; i++)
    dd_builder_add (
        &conditions,
        dd_value_with_member (dd_value_element (dd_value_path (plain, "status.conditions"), i),
                              "lastTransitionTime", NULL));
  if (count > 0)
    dd_value_set (&plain, "status.conditions", dd_builder_end (&conditions));
  return plain;
}

static void
check_recorded (const GoldenExchange *exchange)
{
  g_autoptr (SimResponse) response = ask_as_recorded (exchange);
  g_autoptr (DdValue) wanted = dd_value_parse (exchange->body, strlen (exchange->body), NULL, NULL);
  g_autoptr (DdValue) got = value_of (response);
  g_autoptr (DdValue) plain_wanted = timeless (wanted);
  g_autoptr (DdValue) plain_got = timeless (got);
  g_autofree char *what = g_strdup_printf ("%s %s", exchange->method, exchange->target);

  ck_assert_uint_eq (response->status, exchange->status);
  assert_same (plain_got, plain_wanted, what);
}

/* The order of the members counts where a client prints them as they came. */
static void
check_order (const char *target, const char *start)
{
  g_autoptr (SimResponse) response = ask ("GET", target, NULL);
  g_autofree char *text = text_of (response);

  ck_assert_msg (g_str_has_prefix (text, start), "%s", text);
}

START_TEST (a_definition_and_its_objects_answer_as_recorded)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("crd.txt");

  for (guint i = 0; i < exchanges->len; i++)
    {
      const GoldenExchange *exchange = g_ptr_array_index (exchanges, i);

      check_recorded (exchange);
    }
  check_order (WIDGETS "/w", "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":"
                             "{\"creationTimestamp\":");
  check_order (WIDGETS, "{\"apiVersion\":\"example.com/v1\",\"items\":[{\"apiVersion\":");
}
END_TEST

/* ---- serving ---- */

START_TEST (every_version_shows_the_same_objects)
{
  static const Row rows[] = {
    { "POST", "/apis/example.com/v1beta1/gadgets",
      "{'apiVersion':'example.com/v1beta1','kind':'Gadget','metadata':{'name':'g'},'size':1}", 201,
      "{'apiVersion':'example.com/v1beta1','kind':'Gadget'" },
    { "GET", GADGETS "/g", NULL, 200, "{'apiVersion':'example.com/v1','kind':'Gadget'" },
    { "GET", GADGETS, NULL, 200,
      "{'apiVersion':'example.com/v1','items':[{'apiVersion':'example.com/v1'" },
    { "PATCH", GADGETS "/g", "{'size':2}", 200, "'generation':2" },
    { "GET", "/apis/example.com/v1beta1/gadgets/g", NULL, 200, "'size':2" },
    { "GET", "/apis/example.com/v1alpha1/gadgets/g", NULL, 404,
      "the server could not find the requested resource" },
    { "GET", "/apis/example.com", NULL, 200,
      "'versions':[{'groupVersion':'example.com/v1','version':'v1'},{'groupVersion':"
      "'example.com/v1beta1','version':'v1beta1'}],'preferredVersion':{'groupVersion':"
      "'example.com/v1','version':'v1'}" },
    { "DELETE", "/apis/example.com/v1beta1/gadgets", NULL, 200, "'name':'g'" },
    { "GET", GADGETS, NULL, 200, "'items':[]" },
  };

  define ("{'metadata':{'name':'gadgets.example.com'},'spec':{'group':'example.com','scope':"
          "'Cluster','names':{'plural':'gadgets','kind':'Gadget'},'versions':[{'name':'v1beta1',"
          "'served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object',"
          "'x-kubernetes-preserve-unknown-fields':true}}},{'name':'v1','served':true,'storage':"
          "false,'schema':{'openAPIV3Schema':{'type':'object',"
          "'x-kubernetes-preserve-unknown-fields':true}}},{'name':'v1alpha1','served':false,"
          "'storage':false,'schema':{'openAPIV3Schema':{'type':'object'}}}]}}");
  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

START_TEST (a_definition_may_change_under_its_objects)
{
  static const Row rows[] = {
    { "POST", WIDGETS,
      "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w'},"
      "'spec':{'a':1}}",
      201, "'spec':{'a':1}" },
    { "PATCH", DEFINITIONS "/widgets.example.com",
      "{'spec':{'versions':[{'name':'v1','served':false,'storage':false,'schema':{'openAPIV3Schema'"
      ":"
      "{'type':'object'}}},{'name':'v2','served':true,'storage':true,'schema':{'openAPIV3Schema':"
      "{'type':'object','properties':{'spec':{'type':'object','properties':{'a':{'type':'integer'},"
      "'b':{'type':'string'}}}}}}}]}}",
      200, "'storedVersions':['v1','v2']" },
    { "GET", WIDGETS "/w", NULL, 404, "the server could not find the requested resource" },
    { "PATCH", "/apis/example.com/v2/namespaces/app/widgets/w", "{'spec':{'b':'x'}}", 200,
      "'spec':{'a':1,'b':'x'}" },
    { "PATCH", DEFINITIONS "/widgets.example.com", "{'spec':{'names':{'kind':'Thing'}}}", 422,
      "spec.names.kind: Invalid value: 'Thing': field is immutable" },
    { "PATCH", DEFINITIONS "/widgets.example.com",
      "{'spec':{'versions':[{'name':'v2','served':"
      "true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}]}}",
      422, "status.storedVersions[0]: Invalid value: 'v1': must appear in spec.versions" },
  };

  define_widgets ("{'type':'object','properties':{'a':{'type':'integer'}}}");
  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

START_TEST (a_definition_goes_with_its_objects)
{
  static const Row rows[] = {
    { "POST", WIDGETS, "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'a'}}",
      201, "" },
    { "POST", WIDGETS,
      "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'b',"
      "'finalizers':['example.com/wait']}}",
      201, "" },
    { "DELETE", DEFINITIONS "/widgets.example.com", NULL, 200,
      "'finalizers':['customresourcecleanup.apiextensions.k8s.io']" },
    { "GET", WIDGETS "/a", NULL, 404, "widgets.example.com 'a' not found" },
    { "GET", DEFINITIONS "/widgets.example.com", NULL, 200,
      "'type':'Terminating','status':'True'" },
    { "POST", WIDGETS, "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'c'}}",
      405, "create not allowed while custom resource definition is terminating" },
    { "PATCH", WIDGETS "/b", "{'metadata':{'finalizers':null}}", 200, "" },
    { "GET", DEFINITIONS "/widgets.example.com", NULL, 404,
      "customresourcedefinitions.apiextensions.k8s.io 'widgets.example.com' not found" },
  };

  define_widgets ("{'type':'object'}");
  check (rows, G_N_ELEMENTS (rows));
  sim_response_free (ask ("GET", WIDGETS, NULL));
  ck_assert_ptr_null (kube_catalogue_find (api->catalogue, "example.com", "v1", "widgets"));
}
END_TEST

START_TEST (a_name_serves_one_definition)
{
  static const char things[]
      = "{'metadata':{'name':'things.example.com'},'spec':{'group':'example.com','scope':"
        "'Namespaced','names':{'plural':'things','kind':'Widget'},'versions':[{'name':'v1',"
        "'served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}]}}";
  static const Row taken[] = {
    { "GET", DEFINITIONS "/things.example.com", NULL, 200,
      "'reason':'ListKindConflict','message':'\\'WidgetList\\' is already in use'" },
    { "GET", "/apis/example.com/v1/namespaces/app/things", NULL, 404,
      "the server could not find the requested resource" },
    { "DELETE", DEFINITIONS "/widgets.example.com", NULL, 200, "" },
    { "GET", DEFINITIONS "/things.example.com", NULL, 200, "'reason':'InitialNamesAccepted'" },
    { "GET", "/apis/example.com/v1/namespaces/app/things", NULL, 200, "'items':[]" },
  };

  define_widgets ("{'type':'object'}");
  define ("%s", things);
  check (taken, G_N_ELEMENTS (taken));
}
END_TEST

START_TEST (what_is_not_modelled_is_told)
{
  static const Row rows[] = {
    { "GET", "/apis/example.com/v2/namespaces/app/widgets", NULL, 500,
      "conversion webhook for example.com/v1, Kind=Widget failed: conversion webhooks are not "
      "modelled by Drydock" },
    { "GET", WIDGETS, NULL, 200, "'items':[]" },
  };

  define ("{'metadata':{'name':'widgets.example.com'},'spec':{'group':'example.com','scope':"
          "'Namespaced','names':{'plural':'widgets','kind':'Widget'},'conversion':{'strategy':"
          "'Webhook','webhook':{'conversionReviewVersions':['v1']}},'versions':[{'name':'v1',"
          "'served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object','properties':"
          "{'spec':{'type':'object','x-kubernetes-validations':[{'rule':'self.a > 1'}]}}}}},"
          "{'name':'v2','served':true,'storage':false,'schema':{'openAPIV3Schema':{'type':"
          "'object'}}}]}}");
  ck_assert_ptr_nonnull (strstr (traced->str, "not-modelled widgets.example.com {\"service\":"
                                              "\"kubernetes\",\"operation\":"
                                              "\"x-kubernetes-validations\"};"));
  ck_assert_ptr_nonnull (strstr (traced->str, "\"operation\":\"conversion webhook\"}"));
  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

START_TEST (definitions_are_refused_in_the_servers_words)
{
#define VERSION(schema) \
  "'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':" schema "}}" \
  "]"
#define DEFINITION(name, group, rest) \
  "{'metadata':{'name':'" name "'},'spec':{'group':'" group \
  "','scope':'Namespaced','names':{'plural':'widgets','kind':'Widget'}," rest "}}"
  static const Row rows[] = {
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.other.com", "example.com", VERSION ("{'type':'object'}")), 422,
      "metadata.name: Invalid value: 'widgets.other.com': must be "
      "spec.names.plural+'.'+spec.group" },
    { "POST", DEFINITIONS, DEFINITION ("widgets.x", "x", VERSION ("{'type':'object'}")), 422,
      "spec.group: Invalid value: 'x': should be a domain with at least one dot" },
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.x.k8s.io", "x.k8s.io", VERSION ("{'type':'object'}")), 422,
      "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must "
      "have approval annotation 'api-approved.kubernetes.io', see "
      "https://github.com/kubernetes/enhancements/pull/1111" },
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.example.com", "example.com",
                  "'versions':[{'name':'v1','served':true,'storage':true}]"),
      422, "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required" },
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.example.com", "example.com",
                  VERSION ("{'type':'object','properties':{'a':{}}}")),
      422,
      "spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not be "
      "empty for specified object fields" },
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.example.com", "example.com",
                  VERSION ("{'type':'object','properties':{'a':{'type':'array'}}}")),
      422,
      "spec.versions[0].schema.openAPIV3Schema.properties[a].items: Required value: must be "
      "specified" },
    { "POST", DEFINITIONS,
      DEFINITION ("widgets.example.com", "example.com",
                  VERSION ("{'type':'object','anyOf':[{'type':'object'}]}")),
      422,
      "spec.versions[0].schema.openAPIV3Schema.anyOf[0].type: Forbidden: must be empty to be "
      "structural" },
    { "POST", DEFINITIONS,
      DEFINITION (
          "widgets.example.com", "example.com",
          VERSION ("{'type':'object','properties':{'a':{'type':'integer','default':'x'}}}")),
      422,
      "spec.versions[0].schema.openAPIV3Schema.properties[a].default: Invalid value: 'string': "
      "spec.versions[0].schema.openAPIV3Schema.properties[a].default in body must be of type "
      "integer: 'string'" },
    { "POST", DEFINITIONS "?fieldValidation=Strict",
      DEFINITION (
          "widgets.example.com", "example.com",
          VERSION ("{'type':'object','properties':{'a':{'type':'array','items':{'typo':1}}}}")),
      400,
      "CustomResourceDefinition in version 'v1' cannot be handled as a "
      "CustomResourceDefinition: strict decoding error: unknown field "
      "'spec.versions[0].schema.openAPIV3Schema.properties.a.items.typo'" },
  };

  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

START_TEST (a_deprecated_version_is_warned_of)
{
  static const struct
  {
    const char *version, *warning;
  } rows[] = {
    { "v1alpha1",
      "299 - \"example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget\"" },
    { "v1beta1", "299 - \"go on\"" },
    { "v1", NULL },
  };

  define (
      "{'metadata':{'name':'widgets.example.com'},'spec':{'group':'example.com','scope':"
      "'Namespaced','names':{'plural':'widgets','kind':'Widget'},'versions':[{'name':'v1alpha1',"
      "'served':true,'storage':false,'deprecated':true,'schema':{'openAPIV3Schema':{'type':"
      "'object'}}},{'name':'v1beta1','served':true,'storage':false,'deprecated':true,"
      "'deprecationWarning':'go on','schema':{'openAPIV3Schema':{'type':'object'}}},{'name':'v1',"
      "'served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}]}}");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *target
          = g_strdup_printf ("/apis/example.com/%s/namespaces/app/widgets", rows[i].version);
      g_autoptr (SimResponse) response = ask ("GET", target, NULL);

      ck_assert_pstr_eq (dd_headers_get (response->headers, "Warning"), rows[i].warning);
    }
}
END_TEST

/* ---- schemas ---- */

START_TEST (schemas_prune_fill_and_refuse)
{
#define WIDGET(spec) \
  "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w'},'spec':" spec "}"
  static const struct
  {
    const char *schema, *spec;
    guint status;
    const char *says;
  } rows[] = {
    /* what stays */
    { "{'type':'object','properties':{'a':{'type':'object'}}}", "{'a':{'b':1},'c':2}", 201,
      "'spec':{'a':{}}" },
    { "{'type':'object','properties':{'a':{'type':'object','x-kubernetes-preserve-unknown-fields':"
      "true}}}",
      "{'a':{'b':{'c':1}}}", 201, "'spec':{'a':{'b':{'c':1}}}" },
    { "{'type':'object','properties':{'a':{'type':'object','additionalProperties':{'type':'object',"
      "'properties':{'x':{'type':'integer'}}}}}}",
      "{'a':{'k':{'x':1,'y':2}}}", 201, "'spec':{'a':{'k':{'x':1}}}" },
    { "{'type':'object','properties':{'a':{'type':'array','items':{'type':'object','properties':{"
      "'x':{'type':'integer'}}}}}}",
      "{'a':[{'y':1},{'x':2}]}", 201, "'spec':{'a':[{},{'x':2}]}" },
    { "{'type':'object','properties':{'a':{'type':'object','x-kubernetes-embedded-resource':true,"
      "'x-kubernetes-preserve-unknown-fields':true}}}",
      "{'a':{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'}}}", 201,
      "'a':{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'}}" },
    /* defaults, also within what a default makes; null counts for nothing, or for itself */
    { "{'type':'object','properties':{'a':{'type':'object','default':{},'required':['b'],'"
      "properties':{'b':{'type':"
      "'integer','default':7}}}}}",
      "{}", 201, "'spec':{'a':{'b':7}}" },
    { "{'type':'object','properties':{'a':{'type':'integer','default':7}}}", "{'a':null}", 201,
      "'spec':{'a':7}" },
    { "{'type':'object','properties':{'a':{'type':'integer'}}}", "{'a':null}", 201, "'spec':{}" },
    { "{'type':'object','properties':{'a':{'type':'integer','nullable':true,'default':7}}}",
      "{'a':null}", 201, "'spec':{'a':null}" },
    /* types */
    { "{'type':'object','properties':{'replicas':{'type':'integer'}}}", "{'replicas':'3'}", 422,
      "spec.replicas: Invalid value: 'string': spec.replicas in body must be of type integer: "
      "'string'" },
    { "{'type':'object','properties':{'a':{'type':'number'}}}", "{'a':1}", 201, "'a':1" },
    { "{'type':'object','properties':{'a':{'x-kubernetes-int-or-string':true}}}", "{'a':true}", 422,
      "spec.a: Invalid value: 'boolean': spec.a in body must be of type integer,string: "
      "'boolean'" },
    { "{'type':'object','properties':{'a':{'x-kubernetes-int-or-string':true,'anyOf':[{'type':"
      "'integer'},{'type':'string'}]}}}",
      "{'a':'10%'}", 201, "'a':'10%'" },
    { "{'type':'object','properties':{'a':{'type':'array','items':{'type':'string'}}}}",
      "{'a':['x',1]}", 422,
      "spec.a[1]: Invalid value: 'integer': spec.a[1] in body must be of type string: 'integer'" },
    /* numbers, texts, counts */
    { "{'type':'object','properties':{'a':{'type':'integer','maximum':5,'exclusiveMaximum':true}}}",
      "{'a':5}", 422, "spec.a: Invalid value: 5: spec.a in body should be less than 5" },
    { "{'type':'object','properties':{'a':{'type':'integer','multipleOf':2}}}", "{'a':3}", 422,
      "spec.a: Invalid value: 3: spec.a in body should be a multiple of 2" },
    { "{'type':'object','properties':{'a':{'type':'string','minLength':2}}}", "{'a':'x'}", 422,
      "spec.a: Invalid value: 'x': spec.a in body should be at least 2 chars long" },
    { "{'type':'object','properties':{'a':{'type':'string','maxLength':2}}}", "{'a':'xyz'}", 422,
      "spec.a: Too long: may not be more than 2 bytes" },
    { "{'type':'object','properties':{'a':{'type':'string','pattern':'^[a-z]+$'}}}", "{'a':'A'}",
      422, "spec.a: Invalid value: 'A': spec.a in body should match `^[a-z]+$`" },
    { "{'type':'object','properties':{'a':{'type':'string','format':'date-time'}}}", "{'a':'now'}",
      422, "spec.a: Invalid value: 'now': spec.a in body must be of type date-time: 'now'" },
    { "{'type':'object','properties':{'a':{'type':'array','minItems':1,'items':{'type':'string'}}}"
      "}",
      "{'a':[]}", 422, "spec.a: Invalid value: 0: spec.a in body should have at least 1 items" },
    { "{'type':'object','properties':{'a':{'type':'array','maxItems':1,'items':{'type':'string'}}}"
      "}",
      "{'a':['x','y']}", 422, "spec.a: Too many: 2: must have at most 1 items" },
    { "{'type':'object','required':['a'],'properties':{'a':{'type':'string'}}}", "{}", 422,
      "spec.a: Required value" },
    { "{'type':'object','properties':{'a':{'type':'array','x-kubernetes-list-type':'map',"
      "'x-kubernetes-list-map-keys':['k'],'items':{'type':'object','properties':{'k':{'type':"
      "'string'}}}}}}",
      "{'a':[{'k':'x'},{'k':'x'}]}", 422,
      "spec.a[1]: Duplicate value: map[string]interface {}{'k':'x'}" },
    /* combinations */
    { "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}},'oneOf':["
      "{'required':['a']},{'required':['b']}]}",
      "{}", 422,
      "[<nil>: Invalid value: '': 'spec' must validate one and only one schema (oneOf). Found none "
      "valid, spec.a: Required value]" },
    { "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}},'oneOf':["
      "{'required':['a']},{'required':['b']}]}",
      "{'a':'x','b':'y'}", 422,
      "<nil>: Invalid value: '': 'spec' must validate one and only one schema (oneOf). Found 2 "
      "valid alternatives" },
    { "{'type':'object','properties':{'a':{'type':'string'}},'not':{'required':['a']}}",
      "{'a':'x'}", 422, "<nil>: Invalid value: '': 'spec' must not validate the schema (not)" },
    { "{'type':'object','properties':{'a':{'type':'string','anyOf':[{'pattern':'^x'},{'maxLength':"
      "1}]}}}",
      "{'a':'y'}", 201, "'a':'y'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf ("{'apiVersion':'example.com/v1','kind':'Widget',"
                                               "'metadata':{'name':'w'},'spec':%s}",
                                               rows[i].spec);
      const Row row = { "POST", WIDGETS, body, rows[i].status, rows[i].says };
      static const Row end = { "DELETE", DEFINITIONS "/widgets.example.com", NULL, 200, "" };

      define_widgets (rows[i].schema);
      check (&row, 1);
      check (&end, 1);
    }
}
END_TEST

START_TEST (what_stays_as_it_was_may_break_a_newer_schema)
{
  static const Row rows[] = {
    { "POST", WIDGETS, WIDGET ("{'a':'long','b':'x'}"), 201, "" },
    { "PATCH", DEFINITIONS "/widgets.example.com",
      "{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':"
      "{'type':'object','properties':{'spec':{'type':'object','properties':{'a':{'type':'string',"
      "'maxLength':1},'b':{'type':'string'}}}}}}}]}}",
      200, "" },
    { "PATCH", WIDGETS "/w", "{'spec':{'b':'y'}}", 200, "'b':'y'" },
    { "PATCH", WIDGETS "/w", "{'spec':{'a':'longer'}}", 422,
      "spec.a: Too long: may not be more than 1 bytes" },
  };

  define_widgets ("{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}}}");
  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

/* ---- columns and scales ---- */

/* The cell of a column of TYPE at PATH, of a widget two minutes old. */
static DdValue *
cell_at (const char *type, const char *path)
{
  g_autoptr (DdValue) text = dd_string (path);
  g_autofree char *json_path = dd_value_to_text (text);
  g_autofree char *column = g_strdup_printf (
      "[{\"op\":\"add\",\"path\":\"/spec/versions/0/additionalPrinterColumns\",\"value\":"
      "[{\"name\":\"C\",\"type\":\"%s\",\"jsonPath\":%s}]}]",
      type, json_path);
  g_autoptr (SimResponse) changed = ask_in ((Manner) { .type = "application/json-patch+json" },
                                            "PATCH", DEFINITIONS "/widgets.example.com", column);
  g_autoptr (SimResponse) response
      = ask_in ((Manner) { .accept = AS_TABLE }, "GET", WIDGETS "/w", NULL);
  g_autoptr (DdValue) table = value_of (response);
  g_autofree char *answer = text_of (changed);

  ck_assert_msg (changed->status == 200, "%s", answer);
  return dd_value_ref (dd_value_path (table, "rows.0.cells.1"));
}

START_TEST (columns_are_found_by_their_paths)
{
  static const struct
  {
    const char *type, *path, *cell;
  } rows[] = {
    { "string", ".spec.list[0].name", "'a'" },
    { "string", ".spec.list[-1].name", "'b'" },
    { "string", ".spec.list[*].name", "'a'" },
    { "string", ".spec.list[?(@.name==\"b\")].value", "'2'" },
    { "string", ".spec.list[?(@.name == 'b')].value", "'2'" },
    { "integer", ".spec.list[?(@.name!=\"a\")].value", "2" },
    { "integer", ".spec.list[?(@.value>=2)].value", "2" },
    { "string", ".spec.list[?(@.on==true)].name", "'a'" },
    { "string", ".spec.list[?(@.value)].name", "'b'" },
    { "string", ".spec.list[?(@.off)].name", "null" },
    { "boolean", ".spec.list[0].on", "true" },
    { "boolean", ".spec.list[0].name", "null" },
    { "number", ".spec.list[1].value", "2" },
    { "string", ".metadata.labels.app\\.kubernetes\\.io/name", "'shop'" },
    { "string", ".metadata.labels['app.kubernetes.io/name']", "'shop'" },
    { "string", ".spec['list'][1].name", "'b'" },
    { "string", ".spec.list[1]", "'{\\'name\\':\\'b\\',\\'value\\':2}'" },
    { "date", ".metadata.creationTimestamp", "'2m'" },
    { "date", ".spec.list[0].name", "'<invalid>'" },
    { "date", ".spec.nothing", "null" },
  };
  static const Row made = { "POST", WIDGETS,
                            "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w',"
                            "'labels':{'app.kubernetes.io/name':'shop'}},'spec':{'list':[{'name':"
                            "'a','on':true},{'name':'b','value':2}]}}",
                            201, "" };

  define_widgets ("{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
  check (&made, 1);
  pass (2 * DD_MINUTE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) cell = cell_at (rows[i].type, rows[i].path);
      g_autofree char *wanted = quoted (rows[i].cell);
      g_autofree char *got = dd_value_to_text (cell);

      ck_assert_msg (strcmp (got, wanted) == 0, "%s: %s, not %s", rows[i].path, got, wanted);
    }
}
END_TEST

START_TEST (a_path_that_is_none_is_refused)
{
  static const char *const paths[] = { "spec.a",      ".spec..a",           ".spec.list[0:1]",
                                       ".spec.list[", ".spec.list[?(@.a==", ".spec.list[?(a==1)]",
                                       ".spec.a b[x]" };

  define_widgets ("{'type':'object'}");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *column = g_strdup_printf (
          "[{\"op\":\"add\",\"path\":\"/spec/versions/0/additionalPrinterColumns\",\"value\":"
          "[{\"name\":\"C\",\"type\":\"string\",\"jsonPath\":\"%s\"}]}]",
          paths[i]);
      g_autoptr (SimResponse) response
          = ask_in ((Manner) { .type = "application/json-patch+json" }, "PATCH",
                    DEFINITIONS "/widgets.example.com", column);

      ck_assert_msg (response->status == 422, "%s is taken", paths[i]);
    }
}
END_TEST

START_TEST (a_custom_resource_is_scaled_where_its_definition_says)
{
  static const Row rows[] = {
    { "POST", WIDGETS,
      "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w'},'spec':{'size':2},"
      "'status':{'pods':9}}",
      201, "'spec':{'size':2}}" },
    { "PATCH", WIDGETS "/w/status", "{'status':{'pods':1,'pick':'app=w,tier in (a,b)'}}", 200,
      "'generation':1" },
    { "GET", WIDGETS "/w/scale", NULL, 200,
      "'spec':{'replicas':2},'status':{'replicas':1,'selector':'app=w,tier in (a,b)'}}" },
    { "PATCH", WIDGETS "/w/scale", "{'spec':{'replicas':3}}", 200, "'spec':{'replicas':3}" },
    { "GET", WIDGETS "/w", NULL, 200, "'spec':{'size':3}" },
    { "PATCH", WIDGETS "/w/scale", "{'spec':{'replicas':7}}", 422,
      "spec.size: Invalid value: 7: spec.size in body should be less than or equal to 5" },
    { "POST", WIDGETS, "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'v'}}",
      201, "" },
    { "GET", WIDGETS "/v/scale", NULL, 500,
      "Internal error occurred: the spec replicas field '.spec.size' does not exist" },
    { "GET", "/apis/example.com/v1", NULL, 200,
      "{'name':'widgets/scale','singularName':'','namespaced':true,'group':'autoscaling','version':"
      "'v1','kind':'Scale','verbs':['get','patch','update']}" },
  };

  define ("{'metadata':{'name':'widgets.example.com'},'spec':{'group':'example.com','scope':"
          "'Namespaced','names':{'plural':'widgets','kind':'Widget'},'versions':[{'name':'v1',"
          "'served':true,'storage':true,'subresources':{'status':{},'scale':{'specReplicasPath':"
          "'.spec.size','statusReplicasPath':'.status.pods','labelSelectorPath':'.status.pick'}},"
          "'schema':{'openAPIV3Schema':{'type':'object','properties':{'spec':{'type':'object',"
          "'properties':{'size':{'type':'integer','maximum':5}}},'status':{'type':'object',"
          "'properties':{'pods':{'type':'integer'},'pick':{'type':'string'}}}}}}}]}}");
  check (rows, G_N_ELEMENTS (rows));
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("custom-resources");
  TCase *tests = tcase_create ("definitions and their objects");

  tcase_add_checked_fixture (tests, start_world, stop_world);
  tcase_add_test (tests, a_definition_and_its_objects_answer_as_recorded);
  tcase_add_test (tests, every_version_shows_the_same_objects);
  tcase_add_test (tests, a_definition_may_change_under_its_objects);
  tcase_add_test (tests, a_definition_goes_with_its_objects);
  tcase_add_test (tests, a_name_serves_one_definition);
  tcase_add_test (tests, what_is_not_modelled_is_told);
  tcase_add_test (tests, definitions_are_refused_in_the_servers_words);
  tcase_add_test (tests, a_deprecated_version_is_warned_of);
  tcase_add_test (tests, schemas_prune_fill_and_refuse);
  tcase_add_test (tests, what_stays_as_it_was_may_break_a_newer_schema);
  tcase_add_test (tests, columns_are_found_by_their_paths);
  tcase_add_test (tests, a_path_that_is_none_is_refused);
  tcase_add_test (tests, a_custom_resource_is_scaled_where_its_definition_says);
  suite_add_tcase (suite, tests);
  return suite;
}

int
main (void)
{
  SRunner *runner = srunner_create (make_suite ());
  int failed;

  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
