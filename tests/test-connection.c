/* SPDX-License-Identifier: Apache-2.0 */
/* The way to AWS and the cluster, from what is configured to what goes over the wire. */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/value.h"
#include "commands/upgrade-options.h"
#include "fake-certificates.h"
#include "fake-server.h"
#include "wire.h"

static FakeAuthority *authority;
static char *certificate, *key, *directory, *bundle;
static FakeServer *aws, *cluster;
static gboolean cluster_refuses_once;

static char *
play_cluster (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  (void) call;
  (void) out_type;
  (void) data;
  if (cluster_refuses_once)
    *out_status = 401;
  cluster_refuses_once = FALSE;
  return g_strdup ("{\"gitVersion\":\"v1.30.0\"}");
}

static char *
play_aws (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  const char *pem = fake_authority_pem (authority);
  g_autofree char *ca = g_base64_encode ((const guchar *) pem, strlen (pem));

  (void) data;
  if (g_str_equal (call->target, "/clusters/shop"))
    return g_strdup_printf ("{\"cluster\":{\"name\":\"shop\",\"version\":\"1.30\",\"endpoint\":"
                            "\"%s\",\"certificateAuthority\":{\"data\":\"%s\"}}}",
                            fake_server_url (cluster), ca);
  if (strstr (call->body, "Action=AssumeRole") != NULL)
    {
      *out_type = "text/xml";
      return g_strdup ("<R><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>"
                       "<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
                       "</Credentials></AssumeRoleResult></R>");
    }
  *out_status = g_str_has_prefix (call->target, "/clusters/") ? 403 : 404;
  return g_strdup ("{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}");
}

static void
setup (void)
{
  static const char *const unwanted[] = { "AWS_PROFILE", "AWS_SESSION_TOKEN", "KUBECONFIG",
                                          "AWS_ENDPOINT_URL_EKS", "AWS_USE_FIPS_ENDPOINT" };
  FakeServerOptions options = { .answer = play_aws };

  authority = fake_authority_new ();
  fake_authority_certify (authority, "api.example", "127.0.0.1", FALSE, &certificate, &key);
  options.certificate = certificate;
  options.key = key;
  aws = fake_server_new (&options);
  options.answer = play_cluster;
  cluster = fake_server_new (&options);
  cluster_refuses_once = FALSE;
  directory = g_dir_make_tmp ("drydock-XXXXXX", NULL);
  bundle = g_build_filename (directory, "ca.pem", NULL);
  ck_assert (g_file_set_contents (bundle, fake_authority_pem (authority), -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_unsetenv (unwanted[i]);
  g_setenv ("AWS_CONFIG_FILE", "/nonexistent", TRUE);
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", TRUE);
  g_setenv ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", TRUE);
  g_setenv ("AWS_SECRET_ACCESS_KEY", "secret", TRUE);
  g_setenv ("AWS_REGION", "eu-west-1", TRUE);
  g_setenv ("AWS_CA_BUNDLE", bundle, TRUE);
  g_setenv ("AWS_ENDPOINT_URL", fake_server_url (aws), TRUE);
}

static void
teardown (void)
{
  g_unlink (bundle);
  g_rmdir (directory);
  g_clear_pointer (&bundle, g_free);
  g_clear_pointer (&directory, g_free);
  g_clear_pointer (&aws, fake_server_free);
  g_clear_pointer (&cluster, fake_server_free);
  g_clear_pointer (&authority, fake_authority_free);
  g_clear_pointer (&certificate, g_free);
  g_clear_pointer (&key, g_free);
}

typedef struct
{
  gboolean done;
  guint status;
  char *message;
} Outcome;

static void
take (const DdReply *reply, gpointer data)
{
  Outcome *outcome = data;

  outcome->done = TRUE;
  outcome->status = reply->status;
  outcome->message = reply->error != NULL ? g_strdup (reply->error->message) : NULL;
}

static guint
ask_cluster (DdConnection *connection)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  Outcome outcome = { FALSE };

  dd_transport_send (dd_connection_transport (connection),
                     dd_request_new ("kubernetes", "GET", "/version"), take, &outcome);
  while (!outcome.done)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no reply");
    }
  ck_assert_msg (outcome.message == NULL, "%s", outcome.message);
  return outcome.status;
}

static const char *
proof_of (guint index)
{
  return dd_headers_get (fake_server_call (cluster, index)->headers, "Authorization");
}

static DdConnection *
connect_to (const char *name, const DdConnectionFlags *flags)
{
  g_autoptr (GError) error = NULL;
  DdConnection *connection = dd_connection_new (flags, name, &error);

  ck_assert_msg (connection != NULL, "%s", error ? error->message : "");
  return connection;
}

static void
expect_refusal (const char *name, const DdConnectionFlags *flags, const char *part)
{
  g_autoptr (GError) error = NULL;
  DdConnection *connection = dd_connection_new (flags, name, &error);

  ck_assert_ptr_null (connection);
  ck_assert_msg (strstr (error->message, part) != NULL, "%s", error->message);
}

START_TEST (a_cluster_is_reached_by_its_description_and_a_token_of_our_own)
{
  g_autoptr (DdConnection) connection = connect_to ("shop", &(DdConnectionFlags) { 0 });
  const FakeCall *description = fake_server_call (aws, fake_server_count (aws) - 1);

  ck_assert_str_eq (description->target, "/clusters/shop");
  ck_assert_ptr_nonnull (
      strstr (dd_headers_get (description->headers, "Authorization"), "AKIDEXAMPLE/"));
  ck_assert_uint_eq (ask_cluster (connection), 200);
  ck_assert (g_str_has_prefix (proof_of (0), "Bearer k8s-aws-v1."));
  ck_assert_ptr_null (strstr (proof_of (0), "secret"));
}
END_TEST

START_TEST (a_token_that_is_refused_is_made_anew)
{
  g_autoptr (DdConnection) connection
      = connect_to ("shop", &(DdConnectionFlags) { .qps = (char *) "100" });

  cluster_refuses_once = TRUE;
  ck_assert_uint_eq (ask_cluster (connection), 200);
  ck_assert_uint_eq (fake_server_count (cluster), 2);
}
END_TEST

/* STS is asked over the same TLS as everything else, and what it gives is what EKS is asked with.
 */
START_TEST (a_role_out_of_a_profile_is_assumed_over_tls)
{
  g_autofree char *path = g_build_filename (directory, "config", NULL);
  g_autoptr (DdConnection) connection = NULL;
  const FakeCall *description;

  ck_assert (g_file_set_contents (path,
                                  "[profile r]\nrole_arn = arn:aws:iam::1:role/r\n"
                                  "credential_source = Environment\nregion = eu-west-1\n",
                                  -1, NULL));
  g_setenv ("AWS_CONFIG_FILE", path, TRUE);
  connection = connect_to ("shop", &(DdConnectionFlags) { .aws_profile = (char *) "r" });
  ck_assert_ptr_nonnull (connection);
  description = fake_server_call (aws, fake_server_count (aws) - 1);
  ck_assert_ptr_nonnull (
      strstr (dd_headers_get (description->headers, "Authorization"), "Credential=ROLE/"));
  ck_assert_str_eq (dd_headers_get (description->headers, "X-Amz-Security-Token"), "T");
  g_unlink (path);
}
END_TEST

START_TEST (a_kubeconfig_comes_before_the_description)
{
  const char *pem = fake_authority_pem (authority);
  g_autofree char *ca = g_base64_encode ((const guchar *) pem, strlen (pem));
  g_autofree char *text = g_strdup_printf (
      "clusters: [{name: c, cluster: {server: '%s', certificate-authority-data: %s}}]\n"
      "users: [{name: u, user: {token: from-kubeconfig}}]\n"
      "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n",
      fake_server_url (cluster), ca);
  g_autofree char *path = g_build_filename (directory, "kubeconfig", NULL);
  g_autoptr (DdConnection) connection = NULL;

  ck_assert (g_file_set_contents (path, text, -1, NULL));
  connection = connect_to ("shop", &(DdConnectionFlags) { .kubeconfig = path });
  ck_assert_uint_eq (ask_cluster (connection), 200);
  ck_assert_str_eq (proof_of (0), "Bearer from-kubeconfig");
  g_unlink (path);
}
END_TEST

START_TEST (what_cannot_work_is_refused_before_anything_begins)
{
  expect_refusal ("other", &(DdConnectionFlags) { 0 }, "allow the role");
  expect_refusal ("shop", &(DdConnectionFlags) { .qps = (char *) "-1" }, "--qps");
  expect_refusal ("shop", &(DdConnectionFlags) { .qps = (char *) "0" }, "--qps");
  expect_refusal ("shop", &(DdConnectionFlags) { .qps = (char *) "nan" }, "--qps");
  expect_refusal ("shop", &(DdConnectionFlags) { .qps = (char *) "inf" }, "--qps");
  expect_refusal ("shop", &(DdConnectionFlags) { .time_scale = (char *) "inf" }, "--time-scale");
  expect_refusal ("shop", &(DdConnectionFlags) { .region = (char *) "x.evil.example" },
                  "no region");
  expect_refusal ("shop", &(DdConnectionFlags) { .aws_profile = (char *) "nobody" },
                  "no profile 'nobody'");
  expect_refusal ("shop", &(DdConnectionFlags) { .endpoint = (char *) "nonsense" }, "no endpoint");
  g_setenv ("AWS_USE_FIPS_ENDPOINT", "true", TRUE);
  expect_refusal ("shop", &(DdConnectionFlags) { 0 }, "AWS_USE_FIPS_ENDPOINT");
  g_unsetenv ("AWS_USE_FIPS_ENDPOINT");
}
END_TEST

START_TEST (aws_is_not_believed_without_its_authority)
{
  g_unsetenv ("AWS_CA_BUNDLE");
  expect_refusal ("shop", &(DdConnectionFlags) { 0 }, "eks: GET /clusters/shop");
  ck_assert_uint_eq (fake_server_count (aws), 0);
}
END_TEST

/* ---- who looks after a managed group ---- */

static const struct
{
  const char *flag, *variable; /* where AWS is, by --endpoint-url and by AWS_ENDPOINT_URL */
  gboolean at_aws;
} places[] = {
  { NULL, NULL, TRUE },
  { NULL, "http://127.0.0.1:4566", FALSE },
  { "http://127.0.0.1:4566", NULL, FALSE },
  { "https://lab.example:4566", NULL, FALSE },
  { "https://amazonaws.com.example", NULL, FALSE },
  { NULL, "https://eks.us-west-2.amazonaws.com", TRUE },
  { "https://vpce-0a1b.eks.us-west-2.vpce.amazonaws.com", NULL, TRUE },
  { "https://EKS.cn-north-1.AmazonAWS.com.cn", NULL, TRUE },
  { "https://eks.us-west-2.api.aws", "http://127.0.0.1:4566", TRUE },
};

static void
go_to_place (int i, DdUpgradeFlags *flags)
{
  flags->connection.endpoint = (char *) places[i].flag;
  if (places[i].variable != NULL)
    g_setenv ("AWS_ENDPOINT_URL", places[i].variable, TRUE);
  else
    g_unsetenv ("AWS_ENDPOINT_URL");
}

START_TEST (a_managed_group_at_aws_is_left_to_eks)
{
  DdUpgradeFlags flags
      = { .max_unavailable = -1, .cluster = (char *) "shop", .nodegroup = (char *) "blue" };
  g_autoptr (GError) error = NULL;
  DdUpgradeOptions options;

  go_to_place (_i, &flags);
  ck_assert (dd_upgrade_flags_to_options (&flags, &options, &error) == !places[_i].at_aws);
  if (places[_i].at_aws)
    {
      ck_assert_ptr_nonnull (
          strstr (error->message, "drydock watch --cluster shop --nodegroup blue --start"));
      ck_assert_ptr_nonnull (strstr (error->message, "--take-over-managed"));
    }
  flags.take_over_managed = TRUE;
  ck_assert (dd_upgrade_flags_to_options (&flags, &options, NULL));
  ck_assert (!options.spares_managed);
}
END_TEST

START_TEST (a_group_of_ones_own_at_aws_must_not_be_managed)
{
  DdUpgradeFlags flags = { .max_unavailable = -1,
                           .cluster = (char *) "shop",
                           .scaling_group = (char *) "shop-nodes" };
  DdUpgradeOptions options;

  go_to_place (_i, &flags);
  ck_assert (dd_upgrade_flags_to_options (&flags, &options, NULL));
  ck_assert (options.spares_managed == places[_i].at_aws);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("connection");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, a_cluster_is_reached_by_its_description_and_a_token_of_our_own);
  tcase_add_test (tests, a_token_that_is_refused_is_made_anew);
  tcase_add_test (tests, a_role_out_of_a_profile_is_assumed_over_tls);
  tcase_add_test (tests, a_kubeconfig_comes_before_the_description);
  tcase_add_test (tests, what_cannot_work_is_refused_before_anything_begins);
  tcase_add_test (tests, aws_is_not_believed_without_its_authority);
  tcase_add_loop_test (tests, a_managed_group_at_aws_is_left_to_eks, 0, G_N_ELEMENTS (places));
  tcase_add_loop_test (tests, a_group_of_ones_own_at_aws_must_not_be_managed, 0,
                       G_N_ELEMENTS (places));
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
