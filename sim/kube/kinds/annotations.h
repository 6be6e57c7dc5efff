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
#define KUBE_EXIT_CODE KUBE_DRYDOCK_PREFIX "exit-code"
#define KUBE_STOP_CODE KUBE_DRYDOCK_PREFIX "stop-code"
#define KUBE_PRE_STOP KUBE_DRYDOCK_PREFIX "pre-stop"
#define KUBE_POST_START KUBE_DRYDOCK_PREFIX "post-start"
#define KUBE_CPU_USAGE KUBE_DRYDOCK_PREFIX "cpu-usage"
#define KUBE_MEMORY_USAGE KUBE_DRYDOCK_PREFIX "memory-usage"
#define KUBE_CPU_LOAD KUBE_DRYDOCK_PREFIX "cpu-load"
#define KUBE_MEMORY_LOAD KUBE_DRYDOCK_PREFIX "memory-load"
#define KUBE_UNKNOWN_AMOUNT "unknown"

typedef enum
{
  KUBE_ANNOTATION_FLAG, /* "true" or "false" */
  KUBE_ANNOTATION_DURATION,
  KUBE_ANNOTATION_CODE,   /* "0" to "255" */
  KUBE_ANNOTATION_AMOUNT, /* a quantity, or KUBE_UNKNOWN_AMOUNT */
} KubeAnnotationType;

typedef struct
{
  const char *name;
  KubeAnnotationType type;
  const char *meaning;
} KubeAnnotation;

/* Ended by a row without a name. */
extern const KubeAnnotation kube_annotations[];

/* FALSE: TEXT is no exit code. */
gboolean kube_exit_code_from_text (const char *text, int *out_code);

G_END_DECLS
