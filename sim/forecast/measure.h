/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/measure.h: one rehearsal of an update, and what its owner would ask of it
 *
 * {"seed":7,"result":"failed","code":"PodEvictionFailure","why":"..","seconds":2030.5,
 *  "longest_seconds":2030.5,"phases":{"setup":61.2,..},
 *  "blockers":[{"owner":"Deployment shop/api","pod":"shop/api-..","node":"ip-..",
 *               "budget":"shop/api","rule":"minAvailable 1","needs":1,"has":1,"expected":1,
 *               "replicas":1,"since_seconds":301.5}],
 *  "held_up":[{"budget":"shop/web","seconds":12.1}],
 *  "size":{"nodes":3,"peak_nodes":6,"vcpus":6,"peak_vcpus":12},
 *  "workloads":[{"name":"Deployment shop/web","evictions":3,"again":1,"deleted":0,"wanted":3,
 *                "least_ready":2,"down_seconds":0.5}],
 *  "pods":{"evictions":3,"again":1,"deleted":0,"down_seconds":0.5},
 *  "pending":[{"owner":"Deployment shop/gpu","pod":"shop/gpu-..","why":".."}],
 *  "broken":[{"what":"invariant ..","why":".."}]}
 *
 * "result" is passed, failed (by EKS), refused (EKS begins no update) or error (no rehearsal at
 * all). All seconds are virtual ones. */
#pragma once

#include "sim/scenario/scenario.h"

G_BEGIN_DECLS

/* A new reference. */
DdValue *sim_forecast_measure (const SimScenario *scenario, guint64 seed);
/* What stands for a rehearsal that could not be made, or that took its process down. BAD_INPUT: the
 * world cannot be made, whatever the seed. */
DdValue *sim_forecast_measure_of_error (guint64 seed, const char *how, gboolean bad_input);

G_END_DECLS
