/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wire-door.h: waits for a front door of ours, on the test's own thread */
#pragma once

#include "wire.h"

#include "sim/http/server.h"

static inline void
wire_wait_until_gone (const SimServer *server)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (sim_server_streams (server) > 0 || sim_server_connections (server) > 0)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "%u streams, %u connections stay",
                     sim_server_streams (server), sim_server_connections (server));
    }
}
