/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "base/value.h"
#include "kube/credentials.h"
#include "wire.h"

/* ---- files ---- */

#define CONTEXTS \
  "contexts:\n- name: other\n  context: {cluster: c0, user: u}\n- name: lab\n  context:\n" \
  "    cluster: c1\n    user: u\n"
#define HTTPS \
  "clusters:\n- {name: c1, cluster: {server: 'https://h'}}\n" CONTEXTS "current-context: lab\n"
#define USER(content) HTTPS "users:\n- {name: u, user: {" content "}}\n"
#define PEM "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="

static const struct
{
  const char *text, *server, *problem;
} kubeconfigs[] = {
  { "clusters:\n- cluster:\n    server: http://127.0.0.1:1\n  name: c0\n- cluster:\n    server: "
    "http://127.0.0.1:4566\n  name: c1\n" CONTEXTS "current-context: lab\n",
    "http://127.0.0.1:4566", NULL },
  { "{\"clusters\":[{\"name\":\"c1\",\"cluster\":{\"server\":\"http://h:1\"}}],\"contexts\":[{"
    "\"name\":\"lab\",\"context\":{\"cluster\":\"c1\"}}],\"current-context\":\"lab\"}",
    "http://h:1", NULL },
  { HTTPS, "https://h", NULL },
  { USER ("token: null, exec: ~"), "https://h", NULL },
  { "clusters: []\n" CONTEXTS "current-context: lab\n", NULL,
    "config:5:3: its current context (lab) does not lead" },
  { CONTEXTS, NULL, "(none)" },
  { HTTPS "---\nclusters: []\n", "https://h", NULL },
  { "clusters:\n- cluster: {server: 'http://nameless'}\n- {name: c1, cluster: {server: "
    "'https://h'}}\n" CONTEXTS "current-context: lab\n",
    "https://h", NULL },
  { "a: &x 1\nb: *x\n", NULL, "config:2:4: aliases (*)" },
  { "a: [", NULL, "config:2:1: did not find expected" },
  { HTTPS "current-context: other\n", NULL, "config:11:1: duplicate key \"current-context\"" },
  { USER ("token: 'SECRET"), NULL, "config:13:1: found unexpected end of stream" },
  { USER ("password: !SECRET x"), NULL, "config:12:30: tags (!) are not supported" },
  { USER ("password: *SECRET"), NULL, "config:12:30: aliases (*) are not supported" },
  { "", NULL, "(none)" },
  { "- a\n- b: {c: d}\n", NULL, "(none)" },
  { "\xff\xfe\xfd", NULL, "config: not UTF-8 text (byte 0)" },
  { "clusters:\n- {name: c1, cluster: {server: 'https://h', insecure-skip-tls-verify: "
    "true}}\n" CONTEXTS "current-context: lab\n",
    NULL, "context lab: config:2:71: insecure-skip-tls-verify: a server" },
  { "clusters:\n- {name: c1, cluster: {server: 'https://h', insecure-skip-tls-verify: "
    "yes}}\n" CONTEXTS "current-context: lab\n",
    NULL, "insecure-skip-tls-verify" },
  { "clusters:\n- {name: c1, cluster: {server: 'https://h', certificate-authority-data: "
    "xxxx}}\n" CONTEXTS "current-context: lab\n",
    NULL, "certificate-authority-data holds no PEM" },
  { "clusters:\n- {name: c1, cluster: {server: 'https://h', certificate-authority: "
    "gone.crt}}\n" CONTEXTS "current-context: lab\n",
    NULL, "/somewhere/gone.crt: there is no such file" },
  { USER ("auth-provider: {name: oidc}"), NULL, "user.auth-provider.name is not supported" },
  { USER ("username: a, password: SECRET"), NULL, "config:12:30: user.username is not supported" },
  { USER ("as: admin"), NULL, "user.as is not supported" },
  { USER ("client-certificate-data: " PEM), NULL, "one is there without the other" },
  { USER ("exec: {command: x}"), NULL, "apiVersion (none)" },
  { USER ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}"), NULL,
    "v1alpha1 is not supported" },
  { USER ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: No}"),
    NULL, "interactiveMode No" },
  { USER ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, args: [a, [SECRET]]}"),
    NULL, "config:12:94: exec: an argument must be text" },
  { USER ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, env: [{value: "
          "SECRET}]}"),
    NULL, "exec: a variable of env has no name" },
};

START_TEST (a_kubeconfig_leads_to_the_server_of_its_current_context)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdKubeconfig) config = dd_kubeconfig_parse (
      kubeconfigs[_i].text, strlen (kubeconfigs[_i].text), "config", "/somewhere", NULL, &error);

  ck_assert_pstr_eq (config == NULL ? NULL : config->server, kubeconfigs[_i].server);
  if (kubeconfigs[_i].problem == NULL)
    return;
  ck_assert_msg (strstr (error->message, kubeconfigs[_i].problem) != NULL, "%s", error->message);
  ck_assert_ptr_null (strstr (error->message, "SECRET"));
}
END_TEST

START_TEST (a_kubeconfig_nested_without_end_is_refused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  DdKubeconfig *config;

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, '[');
  config = dd_kubeconfig_parse (text->str, text->len, "config", "/", NULL, &error);
  ck_assert_ptr_null (config);
  ck_assert_ptr_nonnull (error);
}
END_TEST

/* Whatever a byte becomes, the answer is a configuration or an error. */
START_TEST (damaged_kubeconfigs_do_no_harm)
{
  static const char whole[] = HTTPS
      "users:\n- {name: u, user: {exec: {command: x, args: [a], env: [{name: N, value: v}], "
      "apiVersion: client.authentication.k8s.io/v1}, client-key-data: " PEM "}}\n";
  g_autoptr (DdRandom) random = dd_random_new (11);

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *text = g_strdup (whole);
      g_autoptr (GError) error = NULL;
      g_autoptr (DdKubeconfig) config = NULL;

      for (guint n = 0; n < 3; n++)
        text[dd_random_between (random, 0, sizeof whole - 2)]
            = (char) dd_random_between (random, 1, 255);
      config = dd_kubeconfig_parse (text, sizeof whole - 1, "config", "/", NULL, &error);
      ck_assert ((config == NULL) == (error != NULL));
    }
}
END_TEST

START_TEST (the_first_of_several_files_wins_and_missing_ones_are_passed_over)
{
  g_autofree char *directory = g_dir_make_tmp ("drydock-XXXXXX", NULL);
  g_autofree char *one = g_build_filename (directory, "one", NULL);
  g_autofree char *two = g_build_filename (directory, "two", NULL);
  g_autofree char *paths = g_strconcat (directory, "/gone::", one, ":", two, NULL);
  g_autoptr (DdKubeconfig) current = NULL;
  g_autoptr (DdKubeconfig) other = NULL;
  g_autoptr (GError) error = NULL;
  DdKubeconfig *missing;

  g_file_set_contents (one, "clusters:\n- {name: c1, cluster: {server: 'http://one'}}\n", -1, NULL);
  g_file_set_contents (two,
                       "clusters:\n- {name: c1, cluster: {server: 'http://two'}}\n"
                       "- {name: c0, cluster: {server: 'http://zero'}}\n" CONTEXTS
                       "current-context: lab\n",
                       -1, NULL);
  current = dd_kubeconfig_load (paths, NULL, NULL);
  ck_assert_str_eq (current->server, "http://one");
  other = dd_kubeconfig_load (paths, "other", NULL);
  ck_assert_str_eq (other->server, "http://zero");
  missing = dd_kubeconfig_load (paths, "nowhere", &error);
  ck_assert_ptr_null (missing);
  ck_assert_ptr_nonnull (strstr (error->message, "the context (nowhere)"));
  g_unlink (one);
  g_unlink (two);
  g_rmdir (directory);
}
END_TEST

/* ---- proof ---- */

static char *directory;

static void
setup (void)
{
  directory = g_dir_make_tmp ("drydock-XXXXXX", NULL);
}

static char *
path_of (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

static void
teardown (void)
{
  static const char *const names[] = { "plugin", "count", "token", "info" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);

      g_unlink (path);
    }
  g_rmdir (directory);
  g_clear_pointer (&directory, g_free);
}

/* A shell script, run by its path from the kubeconfig's directory. */
static void
write_plugin (const char *body)
{
  g_autofree char *path = path_of ("plugin");
  g_autofree char *text = g_strconcat ("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n", body, NULL);

  ck_assert (g_file_set_contents (path, text, -1, NULL));
  g_chmod (path, 0700);
}

#define PLUGIN(version) \
  USER ("exec: {command: ./plugin, apiVersion: client.authentication.k8s.io/" version \
        ", args: [get, token], env: [{name: COLOUR, value: blue}], interactiveMode: Never, " \
        "provideClusterInfo: true}")
#define ANSWER(version, status) \
  "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/" version \
  "\",\"status\":{" status "}}"

typedef struct
{
  gboolean done;
  DdCredentials *credentials;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  dd_credentials_free (outcome->credentials);
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note (DdCredentials *credentials, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  outcome->done = TRUE;
  outcome->credentials = credentials == NULL ? NULL : dd_credentials_ref (credentials);
  outcome->error = error == NULL ? NULL : g_error_copy (error);
}

static Outcome
prove (const char *text)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  g_auto (GStrv) environment = g_get_environ ();
  Outcome outcome = { FALSE };
  g_autoptr (DdKubeconfig) config
      = dd_kubeconfig_parse (text, strlen (text), "config", directory, NULL, &outcome.error);
  g_autoptr (DdCredentialSource) source = NULL;

  if (config != NULL)
    source = dd_kube_credentials_new (config, environment, &outcome.error);
  if (source == NULL)
    return outcome;
  dd_credential_source_fetch (source, note, &outcome);
  while (!outcome.done)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no proof and no error");
    }
  return outcome;
}

START_TEST (a_token_is_taken_as_it_is)
{
  g_auto (Outcome) outcome = prove (USER ("token: abc"));

  ck_assert_str_eq (outcome.credentials->bearer, "abc");
  ck_assert_int_eq (outcome.credentials->expires, 0);
}
END_TEST

START_TEST (a_token_file_is_read_again_after_a_while)
{
  g_autofree char *path = path_of ("token");
  g_auto (Outcome) missing = prove (USER ("tokenFile: token"));
  g_auto (Outcome) outcome = { FALSE };

  ck_assert_ptr_nonnull (strstr (missing.error->message, "no token"));
  g_file_set_contents (path, "from-file\n", -1, NULL);
  outcome = prove (USER ("tokenFile: token"));
  ck_assert_str_eq (outcome.credentials->bearer, "from-file");
  ck_assert_int_gt (outcome.credentials->expires, 0);
}
END_TEST

START_TEST (nothing_is_proven_in_the_clear)
{
  g_auto (Outcome) outcome
      = prove ("clusters:\n- {name: c1, cluster: {server: 'http://h'}}\n" CONTEXTS
               "current-context: lab\nusers:\n- {name: u, user: {token: abc}}\n");

  ck_assert_ptr_null (outcome.credentials);
  ck_assert_ptr_null (outcome.error);
}
END_TEST

START_TEST (a_plugin_is_told_what_is_wanted_and_prints_a_token)
{
  g_autofree char *info_path = path_of ("info");
  g_autofree char *info = NULL;
  g_autoptr (DdValue) document = NULL;
  g_auto (Outcome) outcome = { FALSE };

  write_plugin ("echo \"$KUBERNETES_EXEC_INFO\" > info\n"
                "echo '" ANSWER ("v1", "\"token\":\"'$1-$2-$COLOUR'\",\"expirationTimestamp\":"
                                       "\"2030-01-01T00:00:00Z\"") "'\n");
  outcome = prove (PLUGIN ("v1"));
  ck_assert_msg (outcome.credentials != NULL, "%s", outcome.error->message);
  ck_assert_str_eq (outcome.credentials->bearer, "get-token-blue");
  ck_assert_int_gt (outcome.credentials->expires, 0);
  ck_assert (g_file_get_contents (info_path, &info, NULL, NULL));
  document = dd_value_parse (info, strlen (info), NULL, NULL);
  ck_assert_str_eq (dd_value_path_string (document, "spec.cluster.server"), "https://h");
  ck_assert (!dd_value_path_bool (document, "spec.interactive", TRUE));
}
END_TEST

static const struct
{
  const char *body, *part;
} failures[] = {
  { "echo SECRET; exit 1\n", "status 1" },
  { "kill -9 $$\n", "signal 9" },
  { "echo SECRET\n", "no ExecCredential" },
  { "echo '" ANSWER ("v1beta1", "\"token\":\"SECRET\"") "'\n", "another apiVersion" },
  { "echo '" ANSWER ("v1", "") "'\n", "neither a token nor a certificate" },
  { "echo '" ANSWER ("v1", "\"token\":\"a SECRET\"") "'\n", "token is no token" },
  { "echo '" ANSWER ("v1", "\"clientCertificateData\":\"c\"") "'\n", "without a key" },
  { "echo '" ANSWER ("v1", "\"token\":\"t\",\"expirationTimestamp\":\"soon\"") "'\n", "no time" },
  { "yes SECRET\n", "more than" },
};

START_TEST (a_plugin_that_fails_is_named_without_what_it_printed)
{
  g_auto (Outcome) outcome = { FALSE };

  write_plugin (failures[_i].body);
  outcome = prove (PLUGIN ("v1"));
  ck_assert_ptr_null (outcome.credentials);
  ck_assert_msg (strstr (outcome.error->message, failures[_i].part) != NULL, "%s",
                 outcome.error->message);
  ck_assert_ptr_nonnull (strstr (outcome.error->message, "plugin"));
  ck_assert_ptr_null (strstr (outcome.error->message, "SECRET"));
}
END_TEST

START_TEST (a_plugin_that_is_not_there_brings_its_hint)
{
  g_auto (Outcome) outcome
      = prove (USER ("exec: {command: no-such-program-here, installHint: 'install it thus', "
                     "apiVersion: client.authentication.k8s.io/v1beta1}"));

  ck_assert_ptr_null (outcome.credentials);
  ck_assert_ptr_nonnull (strstr (outcome.error->message, "install it thus"));
}
END_TEST

START_TEST (a_plugin_that_must_ask_needs_a_terminal)
{
  g_auto (Outcome) outcome = { FALSE };

  if (isatty (STDIN_FILENO))
    return;
  outcome = prove (USER ("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, "
                         "interactiveMode: Always}"));
  ck_assert_ptr_nonnull (strstr (outcome.error->message, "terminal"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("kubeconfig");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_loop_test (tests, a_kubeconfig_leads_to_the_server_of_its_current_context, 0,
                       G_N_ELEMENTS (kubeconfigs));
  tcase_add_test (tests, a_kubeconfig_nested_without_end_is_refused);
  tcase_add_test (tests, damaged_kubeconfigs_do_no_harm);
  tcase_add_test (tests, the_first_of_several_files_wins_and_missing_ones_are_passed_over);
  tcase_add_test (tests, a_token_is_taken_as_it_is);
  tcase_add_test (tests, a_token_file_is_read_again_after_a_while);
  tcase_add_test (tests, nothing_is_proven_in_the_clear);
  tcase_add_test (tests, a_plugin_is_told_what_is_wanted_and_prints_a_token);
  tcase_add_loop_test (tests, a_plugin_that_fails_is_named_without_what_it_printed, 0,
                       G_N_ELEMENTS (failures));
  tcase_add_test (tests, a_plugin_that_is_not_there_brings_its_hint);
  tcase_add_test (tests, a_plugin_that_must_ask_needs_a_terminal);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
