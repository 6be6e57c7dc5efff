/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as clients put them on the wire, and what goes back: four protocols, one router. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "aws-fixture.h"

#include "sim/stage/faults.h"
#include "sim/world/router.h"

typedef struct
{
  const char *method, *target, *body;
  const char *scope;      /* the service in the credential scope; NULL: not signed */
  const char *amz_target; /* X-Amz-Target; NULL: none */
} Wire;

static SimResponse *
send (const Wire *wire)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autoptr (GBytes) body
      = wire->body != NULL ? g_bytes_new (wire->body, strlen (wire->body)) : NULL;
  SimRequest request = { wire->method, wire->target, headers, body };

  if (wire->scope != NULL)
    {
      g_autofree char *authorization
          = g_strdup_printf ("AWS4-HMAC-SHA256 Credential=AK/20260101/us-west-2/%s/aws4_request, "
                             "SignedHeaders=host, Signature=0",
                             wire->scope);

      dd_headers_add (headers, "Authorization", authorization);
    }
  if (wire->amz_target != NULL)
    dd_headers_add (headers, "X-Amz-Target", wire->amz_target);
  return sim_router_handle (world, &request);
}

static char *
text_of (const SimResponse *response)
{
  gsize size;
  const char *data = g_bytes_get_data (response->body, &size);

  return g_strndup (data, size);
}

/* Sends a form to the root as a signed client of SERVICE does. */
static char *
form (const char *service, const char *body, guint expected_status)
{
  Wire wire = { "POST", "/", body, service, NULL };
  g_autoptr (SimResponse) response = send (&wire);
  char *text = text_of (response);

  ck_assert_msg (response->status == expected_status, "%u: %s", response->status, text);
  return text;
}

/* What lies between the first <NAME> and </NAME>; caller frees. */
static char *
element (const char *xml, const char *name)
{
  g_autofree char *open = g_strdup_printf ("<%s>", name);
  g_autofree char *close = g_strdup_printf ("</%s>", name);
  const char *start = strstr (xml, open);
  const char *end = start != NULL ? strstr (start, close) : NULL;

  ck_assert_msg (end != NULL, "no %s in %s", name, xml);
  start += strlen (open);
  return g_strndup (start, end - start);
}

static void
ck_element (const char *xml, const char *name, const char *expected)
{
  g_autofree char *text = element (xml, name);

  ck_assert_str_eq (text, expected);
}

/* ---- which service ---- */

static const struct
{
  Wire wire;
  const char *begins; /* of the body */
} routes[] = {
  { { "POST", "/", "Action=DescribeRegions&Version=2016-11-15", NULL, NULL },
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeRegionsResponse "
    "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>" },
  { { "POST", "/", "Action=DescribeTerminationPolicyTypes&Version=2011-01-01", NULL, NULL },
    "<DescribeTerminationPolicyTypesResponse "
    "xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"
    "<DescribeTerminationPolicyTypesResult><TerminationPolicyTypes><member>Default</member>" },
  { { "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", NULL, NULL, NULL },
    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">" },
  { { "GET",
      "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential="
      "AK%2F20260101%2Fus-west-2%2Fsts%2Faws4_request&X-Amz-Expires=60",
      NULL, NULL, NULL },
    "<GetCallerIdentityResponse " },
  { { "GET", "/clusters", NULL, NULL, NULL }, "{\"clusters\":[]" },
  { { "GET", "/clusters", NULL, "eks", NULL }, "{\"clusters\":[]" },
  { { "POST", "/", "{\"Names\":[\"/none\"]}", NULL, "AmazonSSM.GetParameters" },
    "{\"Parameters\":[],\"InvalidParameters\":[\"/none\"]}" },
  { { "POST", "/", "{}", "dynamodb", "DynamoDB_20120810.ListTables" },
    "{\"__type\":\"NotImplemented\",\"message\":\"The service dynamodb "
    "(DynamoDB_20120810.ListTables) is not modelled by Drydock.\"}" },
  { { "POST", "/", "Action=ListUsers&Version=2010-05-08", "iam", NULL },
    "<ErrorResponse xmlns=\"http://amazonaws.com/doc/\"><Error><Type>Receiver</Type><Code>"
    "NotImplemented</Code><Message>The service iam (ListUsers) is not modelled by Drydock." },
};

START_TEST (requests_find_their_service)
{
  g_autoptr (SimResponse) response = send (&routes[_i].wire);
  g_autofree char *text = text_of (response);

  ck_assert_msg (g_str_has_prefix (text, routes[_i].begins), "%s", text);
  ck_assert_ptr_nonnull (dd_headers_get (response->headers, "x-amzn-RequestId"));
}
END_TEST

/* ---- query ---- */

START_TEST (query_lists_are_members)
{
  g_autofree char *ids = subnets (1);
  g_autofree char *create = g_strdup_printf (
      "Action=CreateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=a%%26b&MinSize=0"
      "&MaxSize=3&LaunchTemplate.LaunchTemplateName=nodes&LaunchTemplate.Version=%%24Latest"
      "&VPCZoneIdentifier=%s&Tags.member.2.Key=k2&Tags.member.2.Value=%%3Cv%%3E"
      "&Tags.member.1.Key=k1&Tags.member.1.Value=+v&Tags.member.1.PropagateAtLaunch=true",
      ids);
  g_autofree char *created = form ("autoscaling", create, 200);
  g_autofree char *groups = form ("autoscaling",
                                  "Action=DescribeAutoScalingGroups&Version=2011-01-01"
                                  "&AutoScalingGroupNames.member.1=a%26b",
                                  200);
  g_autofree char *group = element (groups, "AutoScalingGroups");
  g_autofree char *tags = element (group, "Tags");

  ck_assert_ptr_null (strstr (created, "Result"));
  ck_element (group, "Version", "$Latest");
  ck_element (group, "Instances", "");
  ck_assert_str_eq (
      tags, "<member><ResourceId>a&amp;b</ResourceId><ResourceType>auto-scaling-group"
            "</ResourceType><Key>k1</Key><Value> v</Value><PropagateAtLaunch>true"
            "</PropagateAtLaunch></member><member><ResourceId>a&amp;b</ResourceId>"
            "<ResourceType>auto-scaling-group</ResourceType><Key>k2</Key><Value>&lt;v&gt;</Value>"
            "<PropagateAtLaunch>false</PropagateAtLaunch></member>");
}
END_TEST

START_TEST (ec2_lists_are_flat_on_the_way_in_and_items_on_the_way_out)
{
  g_autofree char *zones = form ("ec2",
                                 "Action=DescribeAvailabilityZones&Version=2016-11-15"
                                 "&ZoneName.1=us-west-2b&Filter.1.Name=state"
                                 "&Filter.1.Value.1=nothing&Filter.1.Value.2=avail%2A",
                                 200);

  ck_assert_ptr_nonnull (strstr (zones, "<availabilityZoneInfo><item>"));
  ck_element (zones, "zoneName", "us-west-2b");
  ck_assert_ptr_null (strstr (zones, "us-west-2a"));
}
END_TEST

static const struct
{
  const char *service, *body, *code, *message;
} form_refusals[] = {
  { "ec2", "Action=DescribeVolumes&Version=2016-11-15", "InvalidAction",
    "The operation DescribeVolumes of ec2 is not modelled by Drydock." },
  { "autoscaling", "Action=PutScalingPolicy&Version=2011-01-01", "InvalidAction",
    "The operation PutScalingPolicy of autoscaling is not modelled by Drydock." },
  { "ec2", "Version=2016-11-15", "InvalidAction",
    "The operation without Action of ec2 is not modelled by Drydock." },
  { "ec2", "Action=DescribeVpcs&Colour=blue", "UnknownParameter",
    "The parameter Colour is not recognized" },
  { "autoscaling", "Action=DescribeTags&Filters.member.1.Name=key&Filters.member.1.Size=3",
    "ValidationError",
    "The parameter Filters.member.1.Size of DescribeTags is not modelled by Drydock." },
  { "ec2", "Action=DescribeVpcs&MaxResults=many", "InvalidParameterValue",
    "Value (many) for parameter MaxResults is invalid. Member must be an integer" },
  { "ec2", "Action=DescribeVpcs&MaxResults=1", "InvalidParameterValue",
    "Value (1) for parameter MaxResults is invalid. Member must have value greater than or equal "
    "to 5" },
  { "autoscaling", "Action=SetDesiredCapacity&AutoScalingGroupName=g", "ValidationError",
    "1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: "
    "Member must not be null" },
  { "autoscaling", "Action=DescribeTags&MaxRecords=101", "ValidationError",
    "1 validation error detected: Value '101' at 'maxRecords' failed to satisfy constraint: Member "
    "must have value less than or equal to 100" },
  { "ec2", "Action=DescribeVpcs&VpcId.x=1", "UnknownParameter",
    "The parameter VpcId.x is not recognized" },
  { "ec2", "Action=DescribeVpcs&VpcId.1=%FF", "InvalidParameterValue",
    "The request's parameters cannot be read: they are malformed, too deep or too many." },
  { "ec2", "Action=DescribeVolumes&a=%ZZ", "InvalidParameterValue",
    "The request's parameters cannot be read: they are malformed, too deep or too many." },
  { "ec2", "Action=DescribeVpcs&a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z=1",
    "InvalidParameterValue",
    "The request's parameters cannot be read: they are malformed, too deep or too many." },
};

START_TEST (forms_that_make_no_sense_are_refused_in_words)
{
  g_autofree char *text = form (form_refusals[_i].service, form_refusals[_i].body, 400);

  ck_element (text, "Code", form_refusals[_i].code);
  ck_element (text, "Message", form_refusals[_i].message);
}
END_TEST

START_TEST (control_characters_never_reach_xml)
{
  g_autofree char *text = form ("ec2", "Action=DescribeVpcs&VpcId.1=a%01b", 400);

  ck_element (text, "Message",
              "The vpc ID 'a\xef\xbf\xbd"
              "b' does not exist");
}
END_TEST

START_TEST (empty_lists_and_repeated_envelope_are_accepted)
{
  g_autofree char *text = form ("autoscaling",
                                "Action=DescribeAutoScalingGroups&AutoScalingGroupNames="
                                "&Version=2011-01-01&SignatureMethod=HmacSHA256",
                                200);

  ck_element (text, "AutoScalingGroups", "");
}
END_TEST

/* ---- JSON ---- */

static const struct
{
  Wire wire;
  guint status;
  const char *type; /* x-amzn-ErrorType, or "__type" in the body */
  const char *message;
} json_refusals[] = {
  { { "POST", "/", "{", "ssm", "AmazonSSM.GetParameter" }, 400, "SerializationException", NULL },
  { { "POST", "/", "[]", "ssm", "AmazonSSM.GetParameter" },
    400,
    "SerializationException",
    "The body is array, not an object" },
  { { "POST", "/", "{\"Name\":null}", "ssm", "AmazonSSM.GetParameter" },
    400,
    "ValidationException",
    "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must "
    "not be null" },
  { { "POST", "/", "{}", "ssm", "AmazonSSM.PutParameter" },
    400,
    "UnknownOperationException",
    "The operation PutParameter of ssm is not modelled by Drydock." },
  { { "POST", "/", "{\"Name\":7}", "ssm", "AmazonSSM.GetParameter" },
    400,
    "ValidationException",
    "1 validation error detected: Value '7' at 'name' failed to satisfy constraint: Member must be "
    "a string" },
  { { "GET", "/nodes-in-space", NULL, "eks", NULL },
    400,
    "UnknownOperationException",
    "The operation GET /nodes-in-space of eks is not modelled by Drydock." },
  { { "GET", "/clusters?maxResults=0", NULL, "eks", NULL },
    400,
    "InvalidParameterException",
    "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member "
    "must have value greater than or equal to 1" },
  { { "GET", "/clusters/no%20such", NULL, "eks", NULL },
    404,
    "ResourceNotFoundException",
    "No cluster found for name: no such." },
};

START_TEST (json_that_makes_no_sense_is_refused_in_words)
{
  g_autoptr (SimResponse) response = send (&json_refusals[_i].wire);
  g_autoptr (DdValue) body = dd_value_parse_bytes (response->body, NULL);
  const char *type = dd_headers_get (response->headers, "x-amzn-ErrorType");

  if (type == NULL)
    type = dd_value_path_string (body, "__type");
  ck_assert_str_eq (type, json_refusals[_i].type);
  ck_assert_uint_eq (response->status, json_refusals[_i].status);
  if (json_refusals[_i].message != NULL)
    ck_assert_str_eq (dd_value_path_string (body, "message"), json_refusals[_i].message);
}
END_TEST

/* ---- faults ---- */

START_TEST (faults_speak_the_services_language)
{
  SimFault ec2 = { .service = (char *) "ec2",
                   .operation = (char *) "DescribeVpcs",
                   .error = (char *) "RequestLimitExceeded",
                   .times = 1 };
  SimFault autoscaling = { .service = (char *) "autoscaling",
                           .subject = (char *) "g",
                           .error = (char *) "Throttling",
                           .retry_after_seconds = 3 };
  Wire wire = { "POST", "/", "Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=g",
                "autoscaling", NULL };
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  sim_trace_begin (world->stage->trace);
  sim_faults_add (world->stage->faults, &ec2);
  sim_faults_add (world->stage->faults, &autoscaling);
  first = form ("ec2", "Action=DescribeVpcs", 503);
  ck_element (first, "Message", "Request limit exceeded.");
  second = form ("ec2", "Action=DescribeVpcs", 200);
  response = send (&wire);
  ck_assert_uint_eq (response->status, 400);
  ck_assert_str_eq (dd_headers_get (response->headers, "Retry-After"), "3");
}
END_TEST

static guint n_not_modelled;

static void
count_not_modelled (const SimEvent *event, gpointer data)
{
  (void) data;
  n_not_modelled += g_str_equal (event->what, "not-modelled");
}

START_TEST (what_is_not_modelled_is_traced)
{
  g_autofree char *operation = NULL;
  g_autofree char *field = NULL;
  g_autofree char *fine = NULL;

  n_not_modelled = 0;
  sim_trace_add_reader (world->stage->trace, count_not_modelled, NULL);
  sim_trace_begin (world->stage->trace);
  operation = form ("ec2", "Action=DescribeVolumes", 400);
  field = form ("ec2", "Action=DescribeVpcs&Colour=blue", 400);
  fine = form ("ec2", "Action=DescribeVpcs&MaxResults=1", 400);
  ck_assert_uint_eq (n_not_modelled, 2);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("aws-protocol");
  TCase *tc = tcase_create ("protocol");
  SRunner *runner;
  int failed;

  tcase_add_checked_fixture (tc, aws_setup, aws_teardown);
  tcase_add_loop_test (tc, requests_find_their_service, 0, G_N_ELEMENTS (routes));
  tcase_add_test (tc, query_lists_are_members);
  tcase_add_test (tc, ec2_lists_are_flat_on_the_way_in_and_items_on_the_way_out);
  tcase_add_loop_test (tc, forms_that_make_no_sense_are_refused_in_words, 0,
                       G_N_ELEMENTS (form_refusals));
  tcase_add_test (tc, control_characters_never_reach_xml);
  tcase_add_test (tc, empty_lists_and_repeated_envelope_are_accepted);
  tcase_add_loop_test (tc, json_that_makes_no_sense_is_refused_in_words, 0,
                       G_N_ELEMENTS (json_refusals));
  tcase_add_test (tc, faults_speak_the_services_language);
  tcase_add_test (tc, what_is_not_modelled_is_traced);
  suite_add_tcase (suite, tc);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
