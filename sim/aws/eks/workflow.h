/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/workflow.h: what Amazon EKS does behind its API: updates, and the lifecycle hooks
 * of its nodes */
#pragma once

#include "sim/aws/eks/eks.h"

G_BEGIN_DECLS

/* Listens to the lifecycle hooks of node groups from here on. */
SimEksWorkflow *sim_eks_workflow_new (AwsCloud *cloud);
void sim_eks_workflow_free (SimEksWorkflow *workflow);

/* How its engine behaves from the next update on: a profile ("workshop", which is the default) and
 * single knobs on top of it, spelled as on the command line. */
gboolean sim_eks_workflow_set_profile (SimEksWorkflow *workflow, const char *profile,
                                       GError **error);
gboolean sim_eks_workflow_set_knob (SimEksWorkflow *workflow, const char *name, const char *value,
                                    GError **error);

/* Whether such a profile (NULL: any), or a knob with such a value, can be set. */
gboolean sim_eks_profile_check (const char *profile, GError **error);
gboolean sim_eks_knob_check (const char *name, const char *value, GError **error);
/* A line for each knob: its name, then what it is and may be. Caller frees. */
char *sim_eks_knobs_text (void);

/* Carries out UPDATE, which was accepted just now, and finishes its record. */
void sim_eks_workflow_start (SimEksWorkflow *workflow, AwsUpdate *update);

/* The engine that updates NODEGROUP dies this instant. Requests it has sent are carried out; nobody
 * hears their answers. DD_ERROR_NOT_FOUND when none is at work. */
gboolean sim_eks_workflow_kill_engine (SimEksWorkflow *workflow, const char *cluster,
                                       const char *nodegroup, GError **error);
/* Another engine takes up the update where the journal in its record leaves it. DD_ERROR_NOT_FOUND
 * when no engine was killed. */
gboolean sim_eks_workflow_start_engine (SimEksWorkflow *workflow, const char *cluster,
                                        const char *nodegroup, GError **error);

G_END_DECLS
