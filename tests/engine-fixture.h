/* SPDX-License-Identifier: Apache-2.0 */
/* tests/engine-fixture.h: one engine on one fake group, and what came of it */
#pragma once

#include "engine/engine.h"
#include "fake-group.h"

G_BEGIN_DECLS

/* Everything of one test; made anew for each. */
typedef struct
{
  FakeClock *clock;
  FakeTransport *transport;
  FakeTrace *trace;
  FakeGroup *group;
  DdRandom *random;
  DdEngine *engine;
  DdUpgradeOptions options; /* profile workshop, to be changed before the run */

  gboolean done, succeeded, refused;
  char *code, *message, *explanation, *ids, *release;
  guint replaced;
  char *plan; /* JSON, or why there is none */
} EngineFixture;

extern EngineFixture fix;

void engine_fixture_setup (void);
void engine_fixture_teardown (void); /* and nothing may be left under way */
void engine_fixture_make_group (guint count, guint zones);
void engine_fixture_start (void);
void engine_fixture_run (void);
void engine_fixture_plan (void);

G_END_DECLS
