/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/aws/eks/eks.h"
#include "sim/http/loopback.h"
#include "sim/world/router.h"
#include "sim/scenario/world.h"
#include "sim/world/world.h"

static SimWorldFile *file;

static void
setup (void)
{
  g_autoptr (GError) error = NULL;
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *path = g_build_filename (srcdir, "scenarios/worlds/eks-workshop.yaml", NULL);

  file = sim_world_file_load (path, &error);
  ck_assert_msg (file != NULL, "%s", error != NULL ? error->message : "");
}

static void
teardown (void)
{
  g_clear_pointer (&file, sim_world_file_free);
}

static SimWorld *
make_world (void)
{
  g_autoptr (GError) error = NULL;
  const SimFurnish furnish = { .seed = 11 };
  SimWorld *world = sim_world_furnish (file, &furnish, &error);

  ck_assert_msg (world != NULL, "%s", error != NULL ? error->message : "");
  return world;
}

static SimCarrier *
loopback_for (SimWorld *world)
{
  g_autoptr (GError) error = NULL;
  SimCarrier *carrier = sim_carrier_new_loopback (world, &error);

  ck_assert_msg (carrier != NULL, "%s", error != NULL ? error->message : "");
  return carrier;
}

/* ---- one request ---- */

static const struct
{
  const char *service, *method, *target, *content_type, *body;
} requests[] = {
  { "kubernetes", "GET", "/version", NULL, NULL },
  { "kubernetes", "GET", "/api/v1/nodes", NULL, NULL },
  { "kubernetes", "GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnone", NULL, NULL },
  { "kubernetes", "GET", "/api/v1/nodes/no-such-node", NULL, NULL },
  { "kubernetes", "PATCH", "/api/v1/nodes/no-such-node", "application/merge-patch+json", "{}" },
  { "kubernetes", "POST", "/api/v1/namespaces", "application/json", "{" },
  { "kubernetes", "DELETE", "/api/v1/namespaces/none", NULL, NULL },
  { "kubernetes", "GET", "/no/such%2Fplace", NULL, NULL },
  { "eks", "GET", "/clusters/eks-workshop", NULL, NULL },
  { "eks", "GET", "/clusters/eks-workshop/node-groups/default", NULL, NULL },
  { "eks", "GET", "/clusters/none", NULL, NULL },
  { "eks", "POST", "/clusters/none/node-groups/none/update-version", "application/json", "{}" },
  { "autoscaling", "POST", "/", "application/x-www-form-urlencoded",
    "Action=DescribeAutoScalingGroups&Version=2011-01-01" },
  { "ec2", "POST", "/", "application/x-www-form-urlencoded",
    "Action=DescribeSubnets&Version=2016-11-15" },
};

static DdReply *
carry (SimCarrier *carrier, guint i)
{
  g_autoptr (DdRequest) request
      = dd_request_new (requests[i].service, requests[i].method, requests[i].target);

  if (requests[i].content_type != NULL)
    dd_headers_add (request->headers, "Content-Type", requests[i].content_type);
  if (requests[i].body != NULL)
    request->body = g_bytes_new_static (requests[i].body, strlen (requests[i].body));
  return carrier->klass->carry (carrier, request);
}

/* Two worlds of one seed: neither request changes what the other one sees. */
START_TEST (both_carriers_bring_the_same_answer)
{
  g_autoptr (SimWorld) near = make_world ();
  g_autoptr (SimWorld) far = make_world ();
  SimCarrier *direct = sim_carrier_new_direct (near);
  SimCarrier *loopback = loopback_for (far);

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (DdReply) left = carry (direct, i);
      g_autoptr (DdReply) right = carry (loopback, i);

      ck_assert_msg (right->error == NULL, "%s", right->error ? right->error->message : "");
      ck_assert_msg (left->status == right->status, "%s %s: %u and %u", requests[i].method,
                     requests[i].target, left->status, right->status);
      ck_assert_str_eq (dd_headers_get (left->headers, "Content-Type"),
                        dd_headers_get (right->headers, "Content-Type"));
      ck_assert_msg (g_bytes_equal (left->body, right->body), "%s %s:\n%.*s\n%.*s",
                     requests[i].method, requests[i].target, (int) g_bytes_get_size (left->body),
                     (const char *) g_bytes_get_data (left->body, NULL),
                     (int) g_bytes_get_size (right->body),
                     (const char *) g_bytes_get_data (right->body, NULL));
    }
  direct->klass->free (direct);
  loopback->klass->free (loopback);
}
END_TEST

/* ---- a whole upgrade ---- */

static void
order_update (SimWorld *world)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  const SimRequest request = {
    .method = "POST",
    .target = "/clusters/eks-workshop/node-groups/default/update-version",
    .headers = headers,
    .body = body,
  };
  g_autoptr (SimResponse) response = NULL;

  dd_headers_add (headers, "Content-Type", "application/json");
  response = sim_router_handle (world, &request);
  ck_assert_uint_eq (response->status, 200);
}

static char *
digest_of_an_upgrade (gboolean loopback)
{
  g_autoptr (SimWorld) world = make_world ();
  AwsNodegroup *group = aws_eks_nodegroup (world->cloud, "eks-workshop", "default");

  if (loopback)
    sim_transport_set_carrier (world->transport, loopback_for (world));
  order_update (world);
  while (g_str_equal (aws_nodegroup_status (group), "UPDATING"))
    ck_assert (sim_world_step (world));
  ck_assert_str_eq (aws_update_status (aws_nodegroup_last_update (group)), "Successful");
  return sim_trace_digest (world->stage->trace);
}

START_TEST (an_upgrade_leaves_the_same_trace_on_both)
{
  g_autofree char *direct = digest_of_an_upgrade (FALSE);
  g_autofree char *loopback = digest_of_an_upgrade (TRUE);

  ck_assert_str_eq (direct, loopback);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("loopback");
  TCase *tcase = tcase_create ("all");

  tcase_set_timeout (tcase, 60);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, both_carriers_bring_the_same_answer);
  tcase_add_test (tcase, an_upgrade_leaves_the_same_trace_on_both);
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
