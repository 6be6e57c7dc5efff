/* SPDX-License-Identifier: Apache-2.0 */
/* The store: order, indexes, revisions, watch logs. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kube/kind.h"

static const KubeKind thing = {
  .group = "example.com",
  .version = "v1",
  .kind = "Thing",
  .plural = "things",
  .namespaced = TRUE,
  .indexes = (const char *const[]) { "spec.place", NULL },
};
static const KubeKind core = { .group = "", .version = "v1", .kind = "Core", .plural = "cores" };

static SimStore *store;

static void
setup (void)
{
  store = sim_store_new ();
}

static void
teardown (void)
{
  g_clear_pointer (&store, sim_store_free);
}

static DdValue *
thing_value (const char *namespace_, const char *name, const char *place, const char *owner)
{
  g_autofree char *uid = g_strdup_printf ("uid-%s-%s", namespace_, name);
  DdValue *owners
      = owner != NULL ? dd_array (dd_object ("uid", dd_string (owner), NULL), NULL) : NULL;

  return dd_object ("metadata",
                    dd_object ("name", dd_string (name), "namespace", dd_string (namespace_), "uid",
                               dd_string (uid), "ownerReferences", owners, NULL),
                    "spec", dd_object ("place", dd_string (place), NULL), NULL);
}

static SimObject *
put (const char *namespace_, const char *name, const char *place)
{
  return sim_store_put (store, &thing, thing_value (namespace_, name, place, NULL));
}

static char *
names_in (GPtrArray *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const SimObject *object = list->pdata[i];

      g_string_append_printf (text, "%s%s/%s", i > 0 ? " " : "", object->namespace_, object->name);
    }
  g_ptr_array_unref (list);
  return g_string_free (text, FALSE);
}

START_TEST (lists_are_in_the_order_of_etcd_keys)
{
  g_autofree char *all = NULL;
  g_autofree char *one = NULL;

  put ("app", "b", "x");
  put ("app-2", "a", "x");
  put ("app", "a", "x");
  put ("apple", "z", "x");
  all = names_in (sim_store_list (store, &thing, NULL));
  one = names_in (sim_store_list (store, &thing, "app"));

  ck_assert_str_eq (all, "app-2/a app/a app/b apple/z");
  ck_assert_str_eq (one, "app/a app/b");
}
END_TEST

START_TEST (every_write_is_a_new_revision_and_old_ones_stay_as_they_were)
{
  g_autoptr (SimObject) first = sim_object_ref (put ("app", "a", "x"));
  SimObject *second = put ("app", "a", "y");

  ck_assert_uint_eq (first->revision, 1);
  ck_assert_uint_eq (second->revision, 2);
  ck_assert_uint_eq (sim_store_revision (store), 2);
  ck_assert_str_eq (dd_value_path_string (first->value, "metadata.resourceVersion"), "1");
  ck_assert_str_eq (dd_value_path_string (second->value, "metadata.resourceVersion"), "2");
  ck_assert_str_eq (dd_value_path_string (first->value, "spec.place"), "x");
  ck_assert_ptr_eq (sim_store_get (store, &thing, "app", "a"), second);
  ck_assert_ptr_eq (sim_store_get_by_uid (store, "uid-app-a"), second);
  ck_assert_uint_eq (sim_store_count (store, &thing), 1);
}
END_TEST

START_TEST (bytes_carry_kind_and_version_and_list_items_do_not)
{
  SimObject *object = put ("app", "a", "x");
  SimObject *plain = sim_store_put (
      store, &core, dd_object ("metadata", dd_object ("name", dd_string ("c"), NULL), NULL));
  g_autoptr (GString) item = g_string_new (NULL);
  gsize size;
  const char *bytes = g_bytes_get_data (sim_object_bytes (object), &size);
  const char *start
      = "{\"kind\":\"Thing\",\"apiVersion\":\"example.com/v1\",\"metadata\":{\"name\"";

  ck_assert_int_eq (strncmp (bytes, start, strlen (start)), 0);
  ck_assert_ptr_eq (sim_object_bytes (object), sim_object_bytes (object));
  sim_object_write_item (object, item);
  ck_assert_int_eq (strncmp (item->str, "{\"metadata\":{\"name\"", 19), 0);
  g_string_truncate (item, 0);
  sim_object_write_item (plain, item);
  ck_assert_str_eq (item->str, "{\"metadata\":{\"name\":\"c\",\"resourceVersion\":\"2\"}}");
}
END_TEST

START_TEST (indexes_follow_the_objects)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *gone = NULL;

  put ("app", "b", "x");
  put ("app", "a", "x");
  before = names_in (sim_store_list_by (store, &thing, "spec.place", "x"));
  put ("app", "b", "y");
  after = names_in (sim_store_list_by (store, &thing, "spec.place", "x"));
  sim_store_remove (store, sim_store_get (store, &thing, "app", "a"));
  gone = names_in (sim_store_list_by (store, &thing, "spec.place", "x"));

  ck_assert_str_eq (before, "app/a app/b");
  ck_assert_str_eq (after, "app/a");
  ck_assert_str_eq (gone, "");
  ck_assert_ptr_null (sim_store_get_by_uid (store, "uid-app-a"));
}
END_TEST

START_TEST (dependents_are_found_by_their_owners_uid)
{
  g_autofree char *both = NULL;
  g_autofree char *rest = NULL;

  sim_store_put (store, &thing, thing_value ("app", "b", "x", "owner"));
  sim_store_put (store, &thing, thing_value ("app", "a", "x", "owner"));
  both = names_in (sim_store_dependents (store, "owner"));
  sim_store_put (store, &thing, thing_value ("app", "b", "x", "other"));
  rest = names_in (sim_store_dependents (store, "owner"));

  ck_assert_str_eq (both, "app/a app/b");
  ck_assert_str_eq (rest, "app/a");
}
END_TEST

static void
note_change (SimStore *source G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  static const char letters[] = { 'A', 'M', 'D' };

  g_string_append_printf (data, "%c%s@%" G_GUINT64_FORMAT " ", letters[change->type],
                          change->object->name, change->revision);
}

START_TEST (subscribers_hear_of_their_kind_in_order)
{
  g_autoptr (GString) heard = g_string_new (NULL);

  sim_store_subscribe (store, &thing, note_change, heard);
  put ("app", "a", "x");
  sim_store_put (store, &core,
                 dd_object ("metadata", dd_object ("name", dd_string ("c"), NULL), NULL));
  put ("app", "a", "y");
  sim_store_remove (store, sim_store_get (store, &thing, "app", "a"));
  sim_store_unsubscribe (store, note_change, heard);
  put ("app", "a", "x");

  ck_assert_str_eq (heard->str, "Aa@1 Ma@3 Da@4 ");
}
END_TEST

START_TEST (a_watcher_reads_what_came_after_its_revision)
{
  guint64 cursor, oldest;
  gboolean expired;
  const SimChange *change;

  put ("app", "a", "x");
  put ("app", "a", "y");
  sim_store_remove (store, sim_store_get (store, &thing, "app", "a"));
  ck_assert (sim_store_log_seek (store, &thing, 1, &cursor, &oldest));
  change = sim_store_log_next (store, &thing, &cursor, &expired);
  ck_assert_int_eq (change->type, SIM_MODIFIED);
  ck_assert_str_eq (dd_value_path_string (change->previous->value, "spec.place"), "x");
  change = sim_store_log_next (store, &thing, &cursor, &expired);
  ck_assert_int_eq (change->type, SIM_DELETED);
  ck_assert_str_eq (dd_value_path_string (change->object->value, "metadata.resourceVersion"), "3");
  ck_assert_ptr_null (sim_store_log_next (store, &thing, &cursor, &expired));
  ck_assert (!expired);
}
END_TEST

START_TEST (a_log_forgets_its_beginning_and_says_so)
{
  guint64 slow, cursor, oldest = 0;
  gboolean expired;

  ck_assert (sim_store_log_seek (store, &thing, 0, &slow, &oldest));
  for (int i = 0; i < 20000; i++)
    put ("app", "a", i % 2 != 0 ? "x" : "y");

  ck_assert_ptr_null (sim_store_log_next (store, &thing, &slow, &expired));
  ck_assert (expired);
  ck_assert (!sim_store_log_seek (store, &thing, 5, &cursor, &oldest));
  ck_assert_uint_gt (oldest, 5);
  ck_assert (sim_store_log_seek (store, &thing, oldest, &cursor, &oldest));
  ck_assert_uint_eq (sim_store_log_next (store, &thing, &cursor, &expired)->revision, oldest + 1);
}
END_TEST

START_TEST (ten_thousand_objects_are_kept_apart)
{
  g_autoptr (GPtrArray) all = NULL;

  for (int i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("thing-%05d", (i * 7919) % 10000);

      put ("app", name, "x");
    }
  all = sim_store_list (store, &thing, "app");
  ck_assert_uint_eq (all->len, 10000);
  for (guint i = 1; i < all->len; i++)
    ck_assert_int_lt (
        strcmp (((SimObject *) all->pdata[i - 1])->name, ((SimObject *) all->pdata[i])->name), 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("store");
  TCase *tests = tcase_create ("store");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, lists_are_in_the_order_of_etcd_keys);
  tcase_add_test (tests, every_write_is_a_new_revision_and_old_ones_stay_as_they_were);
  tcase_add_test (tests, bytes_carry_kind_and_version_and_list_items_do_not);
  tcase_add_test (tests, indexes_follow_the_objects);
  tcase_add_test (tests, dependents_are_found_by_their_owners_uid);
  tcase_add_test (tests, subscribers_hear_of_their_kind_in_order);
  tcase_add_test (tests, a_watcher_reads_what_came_after_its_revision);
  tcase_add_test (tests, a_log_forgets_its_beginning_and_says_so);
  tcase_add_test (tests, ten_thousand_objects_are_kept_apart);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
