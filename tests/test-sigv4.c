/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "net/sigv4.h"
#include "base/value.h"

static DdValue *golden;
static DdCredentials *example;

static void
setup (void)
{
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *path = g_build_filename (srcdir, "tests/golden/sigv4-botocore.json", NULL);
  g_autofree char *text = NULL;
  gsize length;

  ck_assert (g_file_get_contents (path, &text, &length, NULL));
  golden = dd_value_parse (text, length, NULL, NULL);
  ck_assert_ptr_nonnull (golden);
  example = dd_credentials_new ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL);
}

static void
teardown (void)
{
  g_clear_pointer (&golden, dd_value_unref);
  g_clear_pointer (&example, dd_credentials_free);
}

/* ---- what AWS publishes ---- */

static const struct
{
  const char *name, *service, *target, *host, *content_type, *signature;
} published[] = {
  /* AWS Signature Version 4 test suite, get-vanilla. */
  { "get-vanilla", "service", "/", "example.amazonaws.com", NULL,
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
  /* AWS General Reference, "Examples of the complete Signature Version 4 signing process". */
  { "ListUsers", "iam", "/?Action=ListUsers&Version=2010-05-08", "iam.amazonaws.com",
    "application/x-www-form-urlencoded; charset=utf-8",
    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7" },
};

START_TEST (the_published_examples_come_out)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  DdSigned what = { .service = published[_i].service,
                    .region = "us-east-1",
                    .method = "GET",
                    .target = published[_i].target,
                    .headers = headers };
  g_autofree char *authorization = NULL;

  dd_headers_add (headers, "Host", published[_i].host);
  dd_headers_add (headers, "X-Amz-Date", "20150830T123600Z");
  dd_headers_add (headers, "User-Agent", "is not signed");
  if (published[_i].content_type != NULL)
    dd_headers_add (headers, "Content-Type", published[_i].content_type);
  authorization = dd_sigv4_authorization (&what, example);
  ck_assert_msg (g_str_has_suffix (authorization, published[_i].signature), "%s: %s",
                 published[_i].name, authorization);
}
END_TEST

/* ---- what botocore signs ---- */

START_TEST (every_request_is_signed_as_botocore_signs_it)
{
  const DdValue *cases = dd_value_member (golden, "cases");

  ck_assert_uint_ge (dd_value_length (cases), 13);
  for (gsize i = 0; i < dd_value_length (cases); i++)
    {
      const DdValue *one = dd_value_element (cases, i);
      const DdValue *pairs = dd_value_member (one, "headers");
      const char *body = dd_value_path_string (one, "body");
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
      g_autoptr (DdHeaders) headers = dd_headers_new ();
      DdSigned what = { .service = dd_value_path_string (one, "service"),
                        .region = dd_value_path_string (golden, "region"),
                        .method = dd_value_path_string (one, "method"),
                        .target = dd_value_path_string (one, "target"),
                        .headers = headers,
                        .body = bytes };
      g_autofree char *canonical = NULL;
      g_autofree char *authorization = NULL;

      for (gsize j = 0; j < dd_value_length (pairs); j++)
        dd_headers_add (headers,
                        dd_value_string (dd_value_element (dd_value_element (pairs, j), 0)),
                        dd_value_string (dd_value_element (dd_value_element (pairs, j), 1)));
      canonical = dd_sigv4_canonical_request (&what);
      authorization = dd_sigv4_authorization (&what, example);
      ck_assert_str_eq (canonical, dd_value_path_string (one, "canonical"));
      ck_assert_str_eq (authorization, dd_value_path_string (one, "authorization"));
    }
}
END_TEST

START_TEST (blanks_in_header_values_are_folded)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  DdSigned what = { "eks", "us-west-2", "GET", "/", headers, NULL };
  g_autofree char *canonical = NULL;

  dd_headers_add (headers, "X-Amz-Meta", "  a   b  ");
  dd_headers_add (headers, "x-amz-meta", "c");
  dd_headers_add (headers, "X-Amz-Empty", "   ");
  canonical = dd_sigv4_canonical_request (&what);
  ck_assert_ptr_nonnull (strstr (canonical, "\nx-amz-empty:\nx-amz-meta:a b,c\n"));
}
END_TEST

START_TEST (the_date_is_basic_iso_8601)
{
  g_autofree char *date = dd_sigv4_date (G_GINT64_CONSTANT (1440938160) * DD_SECOND + 999999);

  ck_assert_str_eq (date, "20150830T123600Z");
}
END_TEST

START_TEST (credentials_come_from_the_environment_or_are_missed)
{
  char *without[] = { "AWS_SECRET_ACCESS_KEY=secret", NULL };
  char *with[]
      = { "AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdCredentials) credentials = NULL;

  ck_assert_ptr_null (dd_credentials_from_environment (without, &error));
  ck_assert_ptr_nonnull (strstr (error->message, "AWS_ACCESS_KEY_ID"));

  credentials = dd_credentials_from_environment (with, NULL);
  ck_assert_str_eq (credentials->access_key, "key");
  ck_assert_str_eq (credentials->secret_key, "secret");
  ck_assert_ptr_null (credentials->session_token);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("sigv4");
  TCase *tcase = tcase_create ("all");

  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_loop_test (tcase, the_published_examples_come_out, 0, G_N_ELEMENTS (published));
  tcase_add_test (tcase, every_request_is_signed_as_botocore_signs_it);
  tcase_add_test (tcase, blanks_in_header_values_are_folded);
  tcase_add_test (tcase, the_date_is_basic_iso_8601);
  tcase_add_test (tcase, credentials_come_from_the_environment_or_are_missed);
  suite_add_tcase (suite, tcase);
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
