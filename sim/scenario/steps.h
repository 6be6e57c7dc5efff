/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/steps.h: what a scenario does to its world, and when */
#pragma once

#include "base/yaml.h"
#include "sim/scenario/manifest.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimSteps SimSteps;

/* LIST was checked against the schema and must outlive the result.
 * Unknown operations, kinds and files are found here. What WORKLOADS define is known; they must
 * outlive it, too. */
SimSteps *sim_steps_new (const DdYaml *list, const SimManifests *workloads, GError **error);
void sim_steps_free (SimSteps *steps);

/* Adds what its objects and patches ask for and is not modelled to LIST (of SimUnmodelled). */
void sim_steps_add_unmodelled (const SimSteps *steps, GPtrArray *list);

/* Arms every step of a world whose trace has just begun. CLUSTER is where node groups are looked
 * for. */
void sim_steps_begin (SimSteps *steps, SimWorld *world, const char *cluster);
/* FUNC is told the key of each action ("autoscaling", "delete"), and what stands under it, when it
 * is done. */
typedef void (*SimStepFunc) (const char *action, const DdValue *what, gpointer data);
void sim_steps_set_listener (SimSteps *steps, SimStepFunc func, gpointer data);
/* Adds a SimVerdict for each step that failed, was never taken, or was expected to fail. */
void sim_steps_conclude (SimSteps *steps, GPtrArray *verdicts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimSteps, sim_steps_free)

G_END_DECLS
