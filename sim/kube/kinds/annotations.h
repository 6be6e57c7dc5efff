/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/annotations.h: the annotations by which a scenario shapes the programs of a pod */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define KUBE_DRYDOCK_PREFIX "drydock.dev/"
#define KUBE_READY_AFTER KUBE_DRYDOCK_PREFIX "ready-after"
#define KUBE_NEVER_READY KUBE_DRYDOCK_PREFIX "never-ready"
#define KUBE_STOP_AFTER KUBE_DRYDOCK_PREFIX "stop-after"
#define KUBE_IGNORES_SIGTERM KUBE_DRYDOCK_PREFIX "ignores-sigterm"
#define KUBE_CRASH_LOOP KUBE_DRYDOCK_PREFIX "crash-loop"
#define KUBE_EXIT_AFTER KUBE_DRYDOCK_PREFIX "exit-after"
#define KUBE_PRE_STOP KUBE_DRYDOCK_PREFIX "pre-stop"
#define KUBE_POST_START KUBE_DRYDOCK_PREFIX "post-start"

typedef struct
{
  const char *name;
  gboolean is_duration; /* else "true" or "false" */
  const char *meaning;
} KubeAnnotation;

/* Ended by a row without a name. */
extern const KubeAnnotation kube_annotations[];

G_END_DECLS
