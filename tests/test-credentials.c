/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/credential-chain.h"
#include "aws/eks-token.h"
#include "aws/instance-metadata.h"
#include "base/error.h"
#include "base/random.h"
#include "base/time.h"
#include "base/value.h"
#include "fake-server.h"
#include "wire.h"

#define EXPIRY "2030-01-01T00:00:00Z"

static char *directory;
static char **environment;

static void
put (const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  ck_assert (g_file_set_contents (path, content, -1, NULL));
}

static void
set (const char *name, const char *value)
{
  environment = g_environ_setenv (environment, name, value, TRUE);
}

static void
set_path (const char *name, const char *file)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);

  set (name, path);
}

static void
setup (void)
{
  directory = g_dir_make_tmp ("drydock-XXXXXX", NULL);
  environment = g_new0 (char *, 1);
  set ("HOME", directory);
  set ("PATH", g_getenv ("PATH"));
  set_path ("AWS_CONFIG_FILE", "config");
  set_path ("AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

static void
teardown (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
  g_clear_pointer (&directory, g_free);
  g_clear_pointer (&environment, g_strfreev);
}

/* ---- asking ---- */

typedef struct
{
  gboolean done;
  DdCredentials *credentials;
  char *region;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  dd_credentials_free (outcome->credentials);
  g_free (outcome->region);
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note (DdCredentials *credentials, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  ck_assert ((credentials == NULL) != (error == NULL));
  outcome->done = TRUE;
  outcome->credentials = credentials == NULL ? NULL : dd_credentials_ref (credentials);
  outcome->error = error == NULL ? NULL : g_error_copy (error);
}

static void
note_region (const char *region, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  outcome->done = TRUE;
  outcome->region = g_strdup (region);
  outcome->error = error == NULL ? NULL : g_error_copy (error);
}

static void
wait_for (const Outcome *outcome)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (!outcome->done)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no credentials and no error");
    }
}

/* What PROFILE (NULL: none was named) and the environment lead to. */
static Outcome
resolve (const char *profile)
{
  Outcome outcome = { FALSE };
  g_autoptr (DdAwsSettings) settings = dd_aws_settings_load (environment, profile, &outcome.error);
  g_autoptr (DdCredentialSource) source = NULL;

  if (settings != NULL)
    source = dd_credential_chain_choose (settings, "us-west-2", &outcome.error);
  if (source != NULL)
    {
      dd_credential_source_fetch (source, note, &outcome);
      wait_for (&outcome);
    }
  return outcome;
}

static void
expect_key (const char *profile, const char *key)
{
  g_auto (Outcome) outcome = resolve (profile);

  ck_assert_msg (outcome.credentials != NULL, "%s", outcome.error->message);
  ck_assert_str_eq (outcome.credentials->access_key, key);
}

static void
expect_refusal (const char *profile, const char *part)
{
  g_auto (Outcome) outcome = resolve (profile);

  ck_assert_ptr_null (outcome.credentials);
  ck_assert_msg (strstr (outcome.error->message, part) != NULL, "%s", outcome.error->message);
  ck_assert_msg (strstr (outcome.error->message, "SECRET") == NULL, "a secret is told: %s",
                 outcome.error->message);
}

/* ---- files and environment ---- */

START_TEST (the_environment_comes_before_the_default_profile)
{
  put ("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = SECRET\n");
  expect_key (NULL, "FILE");
  set ("AWS_ACCESS_KEY_ID", "ENV");
  set ("AWS_SECRET_ACCESS_KEY", "SECRET");
  expect_key (NULL, "ENV");
  expect_key ("default", "FILE");
}
END_TEST

START_TEST (the_credentials_file_comes_before_the_config_file)
{
  put ("config", "[profile a]\naws_access_key_id=CONFIG\naws_secret_access_key=SECRET\n"
                 "[profile \"with blank\"]\naws_access_key_id=BLANK\naws_secret_access_key=S\n"
                 "# a comment\n; another\n[sso-session x]\nsso_region = us-east-1\n");
  put ("credentials", "[a]\naws_access_key_id=CREDENTIALS\n");
  expect_key ("a", "CREDENTIALS");
  expect_key ("with blank", "BLANK");
  set ("AWS_PROFILE", "a");
  expect_key (NULL, "CREDENTIALS");
}
END_TEST

START_TEST (a_profile_that_is_not_there_is_missed)
{
  expect_refusal ("nobody", "no profile 'nobody'");
  set ("AWS_PROFILE", "nobody");
  expect_refusal (NULL, "no profile 'nobody'");
}
END_TEST

static const struct
{
  const char *config, *profile, *part;
} refused[] = {
  { "[profile a]\nsso_session = x\n", "a", "export-credentials --profile a" },
  { "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\n"
    "source_profile = a\n",
    "a", "leads back to itself" },
  { "[profile a]\nrole_arn = r\nsource_profile = a\n", "a", "has no keys" },
  { "[profile a]\nrole_arn = r\n", "a", "one of source_profile and credential_source" },
  { "[profile a]\nrole_arn = r\nsource_profile = b\ncredential_source = Environment\n", "a",
    "one of source_profile and credential_source" },
  { "[profile a]\nrole_arn = r\ncredential_source = Elsewhere\n", "a", "no source of this name" },
  { "[profile a]\nrole_arn = r\nsource_profile = gone\n", "a", "no profile 'gone'" },
  { "[profile a]\nrole_arn = r\nmfa_serial = m\nsource_profile = a\n", "a", "mfa_serial" },
  { "[profile a]\nregion = eu-west-1\n", "a", "holds no credentials" },
  { "[profile a\n", "a", "line 1: no section" },
  { "[profile a]\nSECRETSECRET\n", "a", "line 2: neither a section" },
  { "[profile a]\ncredential_process = /nonexistent/program\n", "a", "cannot run" },
  { "[profile a]\ncredential_process = 'unbalanced\n", "a", "no command" },
  { "[profile a]\ncredential_process = sh -c \"echo SECRET\"\n", "a", "Version" },
  { "[profile a]\ncredential_process = sh -c \"exit 3\"\n", "a", "status 3" },
  { "[profile a]\ncredential_process = sh -c \"yes SECRET\"\n", "a", "more than" },
  { "[profile a]\nrole_arn = r\nweb_identity_token_file = /nonexistent\n", "a",
    "no web identity token" },
};

START_TEST (what_makes_no_sense_is_refused_by_name)
{
  put ("config", refused[_i].config);
  expect_refusal (refused[_i].profile, refused[_i].part);
}
END_TEST

START_TEST (a_file_beyond_reason_is_refused)
{
  g_autofree char *huge = g_strnfill (2 * 1024 * 1024, '#');

  put ("config", huge);
  expect_refusal (NULL, "too large");
  put ("config", "[profile \xff\xfe]\n");
  expect_refusal (NULL, "UTF-8");
}
END_TEST

/* Whatever a byte becomes, the answer is credentials or an error. */
START_TEST (damaged_files_do_no_harm)
{
  static const char whole[] = "[default]\nregion = eu-west-1\n[profile \"a b\"]\n"
                              "aws_access_key_id = K\naws_secret_access_key = S\n"
                              "[services x]\neks =\n  endpoint_url = http://h\n";
  g_autoptr (DdRandom) random = dd_random_new (12);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup (whole);
      g_autoptr (GError) error = NULL;
      g_autoptr (DdAwsSettings) settings = NULL;

      for (guint n = 0; n < 3; n++)
        text[dd_random_between (random, 0, sizeof whole - 2)]
            = (char) dd_random_between (random, 1, 255);
      put ("config", text);
      settings = dd_aws_settings_load (environment, NULL, &error);
      ck_assert ((settings == NULL) == (error != NULL));
    }
}
END_TEST

START_TEST (a_process_prints_credentials_that_expire)
{
  g_auto (Outcome) outcome = { FALSE };
  DdUsec expiry;

  put ("answer.json", "{\"Version\":1,\"AccessKeyId\":\"PROCESS\",\"SecretAccessKey\":\"SECRET\","
                      "\"SessionToken\":\"T\",\"Expiration\":\"" EXPIRY "\"}");
  {
    g_autofree char *text
        = g_strdup_printf ("[profile p]\ncredential_process = cat '%s/answer.json'\n", directory);

    put ("config", text);
  }
  outcome = resolve ("p");
  ck_assert_ptr_nonnull (outcome.credentials);
  ck_assert_str_eq (outcome.credentials->access_key, "PROCESS");
  ck_assert_str_eq (outcome.credentials->session_token, "T");
  ck_assert (dd_time_from_iso8601 (EXPIRY, &expiry));
  ck_assert_int_eq (outcome.credentials->expires, expiry);
}
END_TEST

START_TEST (endpoints_and_the_region_come_out_of_the_same_places)
{
  g_autoptr (DdAwsSettings) settings = NULL;

  put ("config", "[default]\nregion = eu-west-1\nendpoint_url = http://profile\nservices = lab\n"
                 "[services lab]\neks =\n  endpoint_url = http://services-eks\n  other = 1\n"
                 "auto_scaling =\n  endpoint_url = http://services-asg\n");
  set ("AWS_ENDPOINT_URL_EKS", "http://variable-eks");
  settings = dd_aws_settings_load (environment, NULL, NULL);
  ck_assert_str_eq (dd_aws_settings_endpoint (settings, "eks"), "http://variable-eks");
  ck_assert_str_eq (dd_aws_settings_endpoint (settings, "autoscaling"), "http://services-asg");
  ck_assert_str_eq (dd_aws_settings_endpoint (settings, "ec2"), "http://profile");
  ck_assert_str_eq (dd_aws_settings_region (settings), "eu-west-1");
  ck_assert_ptr_null (dd_aws_settings_endpoint (settings, "kubernetes"));

  g_clear_pointer (&settings, dd_aws_settings_free);
  set ("AWS_ENDPOINT_URL", "http://all");
  set ("AWS_REGION", "us-east-2");
  settings = dd_aws_settings_load (environment, NULL, NULL);
  ck_assert_str_eq (dd_aws_settings_endpoint (settings, "eks"), "http://variable-eks");
  ck_assert_str_eq (dd_aws_settings_endpoint (settings, "autoscaling"), "http://all");
  ck_assert_str_eq (dd_aws_settings_region (settings), "us-east-2");

  g_clear_pointer (&settings, dd_aws_settings_free);
  set ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  settings = dd_aws_settings_load (environment, NULL, NULL);
  ck_assert_ptr_null (dd_aws_settings_endpoint (settings, "eks"));
}
END_TEST

static DdValue *
golden (const char *name)
{
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *path = g_build_filename (srcdir, "tests/golden", name, NULL);
  g_autofree char *text = NULL;
  DdValue *value;
  gsize length;

  ck_assert (g_file_get_contents (path, &text, &length, NULL));
  value = dd_value_parse (text, length, NULL, NULL);
  ck_assert_ptr_nonnull (value);
  return value;
}

START_TEST (the_endpoints_of_aws_are_where_botocore_finds_them)
{
  g_autoptr (DdValue) document = golden ("aws-endpoints-botocore.json");
  const DdValue *rows = dd_value_member (document, "endpoints");

  ck_assert_uint_ge (dd_value_length (rows), 200);
  for (gsize i = 0; i < dd_value_length (rows); i++)
    {
      const DdValue *row = dd_value_element (rows, i);
      g_autofree char *url
          = dd_endpoint_of_aws (dd_value_path_string (row, "0"), dd_value_path_string (row, "1"));

      ck_assert_str_eq (url, dd_value_path_string (row, "2"));
    }
}
END_TEST

/* ---- STS ---- */

#define ROLE_ANSWER(operation) \
  "<" operation "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" operation \
  "Result><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>" \
  "<SessionToken>T</SessionToken><Expiration>" EXPIRY "</Expiration></Credentials></" operation \
  "Result></" operation "Response>"

static char *
give_role (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  (void) data;
  *out_type = "text/xml";
  if (strstr (call->body, "RoleArn=denied") != NULL)
    {
      *out_status = 403;
      return g_strdup ("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                       "<Message>not for you</Message></Error></ErrorResponse>");
    }
  if (strstr (call->body, "Action=AssumeRoleWithWebIdentity") != NULL)
    return g_strdup (ROLE_ANSWER ("AssumeRoleWithWebIdentity"));
  return g_strdup (ROLE_ANSWER ("AssumeRole"));
}

START_TEST (a_role_is_assumed_with_the_credentials_of_another_profile)
{
  g_autoptr (FakeServer) sts = fake_server_new (&(FakeServerOptions) { .answer = give_role });
  const FakeCall *call;

  set ("AWS_ENDPOINT_URL_STS", fake_server_url (sts));
  put ("config", "[profile a]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n"
                 "external_id = x/1\nrole_session_name = me\nduration_seconds = 900\n"
                 "[profile b]\naws_access_key_id = BASE\naws_secret_access_key = SECRET\n"
                 "[profile c]\nrole_arn = outer\nsource_profile = a\n"
                 "[profile d]\nrole_arn = denied\nsource_profile = b\n");
  expect_key ("a", "ROLE");
  call = fake_server_call (sts, 0);
  ck_assert_ptr_nonnull (strstr (call->body, "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"));
  ck_assert_ptr_nonnull (strstr (call->body, "ExternalId=x%2F1"));
  ck_assert_ptr_nonnull (strstr (call->body, "RoleSessionName=me"));
  ck_assert_ptr_nonnull (strstr (call->body, "DurationSeconds=900"));
  ck_assert_ptr_nonnull (
      strstr (dd_headers_get (call->headers, "Authorization"), "Credential=BASE/"));

  expect_key ("c", "ROLE");
  ck_assert_uint_eq (fake_server_count (sts), 3);
  ck_assert_ptr_nonnull (strstr (
      dd_headers_get (fake_server_call (sts, 2)->headers, "Authorization"), "Credential=ROLE/"));
  expect_refusal ("d", "AccessDenied");
}
END_TEST

START_TEST (a_service_account_shows_its_token_unsigned)
{
  g_autoptr (FakeServer) sts = fake_server_new (&(FakeServerOptions) { .answer = give_role });
  const FakeCall *call;

  set ("AWS_ENDPOINT_URL_STS", fake_server_url (sts));
  set ("AWS_ROLE_ARN", "role");
  set_path ("AWS_WEB_IDENTITY_TOKEN_FILE", "token");
  expect_refusal (NULL, "no web identity token");
  put ("token", "ey.J.x\n");
  expect_key (NULL, "ROLE");
  call = fake_server_call (sts, 0);
  ck_assert_ptr_nonnull (strstr (call->body, "WebIdentityToken=ey.J.x"));
  ck_assert_ptr_null (dd_headers_get (call->headers, "Authorization"));
}
END_TEST

/* ---- containers and instances ---- */

#define DOCUMENT(key) \
  "{\"Code\":\"Success\",\"AccessKeyId\":\"" key \
  "\",\"SecretAccessKey\":\"SECRET\",\"Token\":\"T\",\"Expiration\":\"" EXPIRY "\"}"

static char *
serve_metadata (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  const char *role = data;

  (void) out_type;
  if (g_str_equal (call->target, "/latest/api/token"))
    return g_strdup (g_str_equal (call->method, "PUT") ? "imds-token" : "");
  if (g_strcmp0 (dd_headers_get (call->headers, "X-aws-ec2-metadata-token"), "imds-token") != 0)
    *out_status = 401;
  if (g_str_has_suffix (call->target, "/region"))
    return g_strdup ("ap-south-1");
  if (g_str_has_suffix (call->target, "/security-credentials/"))
    return g_strdup (role);
  return g_strdup (DOCUMENT ("INSTANCE"));
}

START_TEST (an_instance_has_its_role_by_version_two_of_its_metadata)
{
  g_autoptr (FakeServer) imds = fake_server_new (
      &(FakeServerOptions) { .answer = serve_metadata, .data = (gpointer) "my-role\n" });
  g_autoptr (DdAwsSettings) settings = NULL;
  g_autoptr (DdCredentialSource) source = NULL;
  g_auto (Outcome) outcome = { FALSE };

  set ("AWS_EC2_METADATA_SERVICE_ENDPOINT", fake_server_url (imds));
  expect_key (NULL, "INSTANCE");
  ck_assert_str_eq (fake_server_call (imds, 0)->method, "PUT");
  ck_assert_str_eq (fake_server_call (imds, 2)->target,
                    "/latest/meta-data/iam/security-credentials/my-role");

  settings = dd_aws_settings_load (environment, NULL, NULL);
  source = dd_instance_metadata_new (settings, NULL);
  dd_instance_metadata_ask_region (source, note_region, &outcome);
  wait_for (&outcome);
  ck_assert_str_eq (outcome.region, "ap-south-1");

  set ("AWS_EC2_METADATA_DISABLED", "true");
  expect_refusal (NULL, "no AWS credentials");
}
END_TEST

static const char *const hostile[] = {
  "",
  "../../x",
  "a b",
  "<html>",
  "line\nline",
  "\xc3\xa4",
  "0123456789012345678901234567890123456789012345678901234567890123456789",
};

START_TEST (an_answer_that_is_no_name_is_not_asked_for)
{
  g_autoptr (FakeServer) imds = fake_server_new (
      &(FakeServerOptions) { .answer = serve_metadata, .data = (gpointer) hostile[_i] });

  set ("AWS_EC2_METADATA_SERVICE_ENDPOINT", fake_server_url (imds));
  expect_refusal (NULL, "answers with no name");
  ck_assert_uint_eq (fake_server_count (imds), 2);
}
END_TEST

static char *
answer_with (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  (void) call;
  (void) out_type;
  if (g_str_equal (data, "huge"))
    return g_strnfill (1024 * 1024, 'x');
  if (g_str_equal (data, "500"))
    *out_status = 500;
  return g_strdup (data);
}

static const struct
{
  const char *body, *part;
} documents[] = {
  { "", "no credentials" },
  { "huge", "too large" },
  { "500", "status 500" },
  { "null", "no credentials" },
  { "[[[", "no credentials" },
  { "{\"AccessKeyId\":\"A\"}", "no credentials" },
  { "{\"AccessKeyId\":\"A\\r\\nX: y\",\"SecretAccessKey\":\"SECRET\"}", "no credentials" },
  { "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"SECRET\",\"Token\":\"a\\nb\"}",
    "no credentials" },
  { "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"SECRET\",\"Expiration\":\"soon\"}", "no time" },
};

START_TEST (a_container_endpoint_that_answers_nonsense_is_refused)
{
  g_autoptr (FakeServer) server = fake_server_new (
      &(FakeServerOptions) { .answer = answer_with, .data = (gpointer) documents[_i].body });

  set ("AWS_CONTAINER_CREDENTIALS_FULL_URI", fake_server_url (server));
  expect_refusal (NULL, documents[_i].part);
}
END_TEST

START_TEST (a_pod_shows_its_token_to_the_container_endpoint)
{
  g_autoptr (FakeServer) server = fake_server_new (
      &(FakeServerOptions) { .answer = answer_with, .data = DOCUMENT ("CONTAINER") });
  g_autofree char *url = g_strconcat (fake_server_url (server), "/v1/credentials?x=1", NULL);

  set ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
  set_path ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "pod-token");
  expect_refusal (NULL, "cannot read");
  put ("pod-token", "a\r\nb");
  expect_refusal (NULL, "no token");
  put ("pod-token", "pod identity\n");
  expect_key (NULL, "CONTAINER");
  ck_assert_str_eq (fake_server_call (server, 0)->target, "/v1/credentials?x=1");
  ck_assert_str_eq (dd_headers_get (fake_server_call (server, 0)->headers, "Authorization"),
                    "pod identity");
}
END_TEST

static const char *const strangers[]
    = { "http://example.com/x", "http://169.254.169.254/latest", "http://10.0.0.1",
        "http://127.0.0.1@example.com/x", "ftp://127.0.0.1/" };

START_TEST (a_stranger_is_not_asked_for_credentials)
{
  set ("AWS_CONTAINER_CREDENTIALS_FULL_URI", strangers[_i]);
  expect_refusal (NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}
END_TEST

/* ---- EKS tokens ---- */

START_TEST (tokens_are_those_of_aws_eks_get_token)
{
  g_autoptr (DdValue) document = golden ("eks-token-botocore.json");
  const DdValue *cases = dd_value_member (document, "tokens");
  DdUsec when;

  ck_assert (dd_time_from_iso8601 (dd_value_path_string (document, "date"), &when));
  ck_assert_uint_ge (dd_value_length (cases), 4);
  for (gsize i = 0; i < dd_value_length (cases); i++)
    {
      const DdValue *one = dd_value_element (cases, i);
      g_autoptr (DdEndpoint) sts = dd_endpoint_parse (dd_value_path_string (one, "sts"), NULL);
      g_autoptr (DdCredentials) credentials = dd_credentials_new (
          dd_value_path_string (one, "access_key"), dd_value_path_string (one, "secret_key"),
          dd_value_path_string (one, "session_token"));
      g_autofree char *token = dd_eks_token (credentials, dd_value_path_string (one, "cluster"),
                                             dd_value_path_string (one, "region"), sts, when);

      ck_assert_str_eq (token, dd_value_path_string (one, "token"));
    }
}
END_TEST

/* The instant that a token was made at: the X-Amz-Date in its URL. */
static gboolean
date_of_token (const char *token, DdUsec *out_date)
{
  g_autofree char *text = g_strdup (strchr (token, '.') + 1);
  g_autofree char *padded = g_strconcat (g_strdelimit (text, "_", '/'), "====", NULL);
  gsize length = 0;
  g_autofree char *url = NULL;
  g_autofree char *iso = NULL;
  const char *date;

  g_strdelimit (padded, "-", '+');
  padded[(strlen (text) + 3) / 4 * 4] = '\0';
  url = (char *) g_base64_decode (padded, &length);
  url = g_realloc (url, length + 1);
  url[length] = '\0';
  date = strstr (url, "X-Amz-Date=");
  if (date == NULL)
    return FALSE;
  date += strlen ("X-Amz-Date=");
  iso = g_strdup_printf ("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date, date + 4, date + 6, date + 9,
                         date + 11, date + 13);
  return dd_time_from_iso8601 (iso, out_date);
}

START_TEST (the_installed_aws_makes_the_same_token)
{
  char *argv[] = { "aws",  "eks",      "get-token", "--region", "us-west-2", "--cluster-name",
                   "shop", "--output", "json",      NULL };
  g_autofree char *program = g_find_program_in_path ("aws");
  g_autoptr (DdCredentials) credentials = dd_credentials_new ("AKIDEXAMPLE", "SECRET", "a/b+c=");
  g_autoptr (DdEndpoint) sts = dd_endpoint_parse ("https://sts.us-west-2.amazonaws.com", NULL);
  g_autofree char *output = NULL;
  g_autoptr (DdValue) document = NULL;
  g_autofree char *ours = NULL;
  const char *token;
  DdUsec date;

  if (program == NULL)
    {
      g_print ("# skipped: no aws is installed\n");
      return;
    }
  g_strfreev (environment);
  environment = g_environ_unsetenv (g_get_environ (), "AWS_ENDPOINT_URL");
  environment = g_environ_unsetenv (environment, "AWS_ENDPOINT_URL_STS");
  environment = g_environ_unsetenv (environment, "AWS_PROFILE");
  set ("AWS_CONFIG_FILE", "/nonexistent");
  set ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  set ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  set ("AWS_SECRET_ACCESS_KEY", "SECRET");
  set ("AWS_SESSION_TOKEN", "a/b+c=");
  set ("AWS_STS_REGIONAL_ENDPOINTS", "regional");
  ck_assert (g_spawn_sync (NULL, argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                           NULL, NULL));
  document = dd_value_parse (output, strlen (output), NULL, NULL);
  token = dd_value_path_string (document, "status.token");
  ck_assert_msg (token != NULL, "aws printed: %s", output);
  ck_assert (date_of_token (token, &date));
  ours = dd_eks_token (credentials, "shop", "us-west-2", sts, date);
  ck_assert_str_eq (ours, token);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("credentials");
  TCase *tests = tcase_create ("all");

  tcase_set_timeout (tests, 60); /* the AWS CLI takes its time to start */
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, the_environment_comes_before_the_default_profile);
  tcase_add_test (tests, the_credentials_file_comes_before_the_config_file);
  tcase_add_test (tests, a_profile_that_is_not_there_is_missed);
  tcase_add_loop_test (tests, what_makes_no_sense_is_refused_by_name, 0, G_N_ELEMENTS (refused));
  tcase_add_test (tests, a_file_beyond_reason_is_refused);
  tcase_add_test (tests, damaged_files_do_no_harm);
  tcase_add_test (tests, a_process_prints_credentials_that_expire);
  tcase_add_test (tests, endpoints_and_the_region_come_out_of_the_same_places);
  tcase_add_test (tests, the_endpoints_of_aws_are_where_botocore_finds_them);
  tcase_add_test (tests, a_role_is_assumed_with_the_credentials_of_another_profile);
  tcase_add_test (tests, a_service_account_shows_its_token_unsigned);
  tcase_add_test (tests, an_instance_has_its_role_by_version_two_of_its_metadata);
  tcase_add_loop_test (tests, an_answer_that_is_no_name_is_not_asked_for, 0,
                       G_N_ELEMENTS (hostile));
  tcase_add_loop_test (tests, a_container_endpoint_that_answers_nonsense_is_refused, 0,
                       G_N_ELEMENTS (documents));
  tcase_add_test (tests, a_pod_shows_its_token_to_the_container_endpoint);
  tcase_add_loop_test (tests, a_stranger_is_not_asked_for_credentials, 0, G_N_ELEMENTS (strangers));
  tcase_add_test (tests, tokens_are_those_of_aws_eks_get_token);
  tcase_add_test (tests, the_installed_aws_makes_the_same_token);
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
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
