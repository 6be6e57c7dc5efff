/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-fixture.h"

#include <check.h>

EngineFixture fix;

void
engine_fixture_setup (void)
{
  fix = (EngineFixture) { .options = { .cluster = "lab", .nodegroup = "default" } };
  ck_assert (dd_knobs_from_profile ("workshop", &fix.options.knobs, NULL));
  fix.clock = fake_clock_new ();
  fix.trace = fake_trace_new (fix.clock);
  fix.random = dd_random_new (7);
}

void
engine_fixture_make_group (guint count, guint zones)
{
  fix.group = fake_group_new (fix.clock, count, zones);
  fix.transport = fake_transport_new (fix.clock, fake_group_handle, fix.group);
}

static void
forget_outcome (void)
{
  g_clear_pointer (&fix.code, g_free);
  g_clear_pointer (&fix.message, g_free);
  g_clear_pointer (&fix.explanation, g_free);
  g_clear_pointer (&fix.ids, g_free);
  g_clear_pointer (&fix.release, g_free);
  g_clear_pointer (&fix.plan, g_free);
  fix.done = FALSE;
}

void
engine_fixture_teardown (void)
{
  g_clear_pointer (&fix.engine, dd_engine_free);
  ck_assert_uint_eq (fake_clock_pending (fix.clock), 0);
  g_clear_pointer (&fix.transport, fake_transport_free);
  g_clear_pointer (&fix.group, fake_group_free);
  g_clear_pointer (&fix.random, dd_random_free);
  g_clear_pointer (&fix.trace, fake_trace_free);
  g_clear_pointer (&fix.clock, fake_clock_free);
  forget_outcome ();
}

static void
note_done (G_GNUC_UNUSED DdEngine *engine, const DdUpgradeResult *result,
           G_GNUC_UNUSED gpointer data)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < result->resource_ids->len; i++)
    g_string_append_printf (ids, "%s%s", i == 0 ? "" : " ",
                            (char *) g_ptr_array_index (result->resource_ids, i));
  ck_assert (!fix.done);
  fix.done = TRUE;
  fix.succeeded = result->succeeded;
  fix.refused = result->refused;
  fix.replaced = result->replaced;
  fix.code = g_strdup (result->error_code);
  fix.message = g_strdup (result->error_message);
  fix.explanation = g_strdup (result->explanation);
  fix.release = g_strdup (result->release_version);
  fix.ids = g_strdup (ids->str);
}

static void
make_engine (void)
{
  DdEngineContext context
      = { fake_transport_interface (fix.transport), fake_clock_interface (fix.clock), fix.random,
          fake_trace_interface (fix.trace) };

  g_clear_pointer (&fix.engine, dd_engine_free);
  forget_outcome ();
  fix.engine = dd_engine_new (&context, &fix.options, note_done, NULL);
}

void
engine_fixture_start (void)
{
  make_engine ();
  dd_engine_start (fix.engine);
}

static void
run_until_done (void)
{
  while (!fix.done && fake_clock_step (fix.clock))
    ;
  ck_assert_msg (fix.done, "it never ended:\n%s", fake_trace_text (fix.trace));
}

void
engine_fixture_run (void)
{
  engine_fixture_start ();
  run_until_done ();
}

static void
note_planned (const DdValue *value, const GError *error, G_GNUC_UNUSED gpointer data)
{
  fix.done = TRUE;
  fix.plan = value == NULL ? g_strdup (error->message) : dd_value_to_text (value);
}

void
engine_fixture_plan (void)
{
  make_engine ();
  dd_engine_plan (fix.engine, note_planned, NULL);
  run_until_done ();
}
