/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/annotations.c: nobody runs real programs here, so annotations say what they do */

#include "config.h"

#include "sim/kube/kinds/annotations.h"

gboolean
kube_exit_code_from_text (const char *text, int *out_code)
{
  guint64 code;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 255, &code, NULL))
    return FALSE;
  *out_code = (int) code;
  return TRUE;
}

const KubeAnnotation kube_annotations[] = {
  { KUBE_READY_AFTER, KUBE_ANNOTATION_DURATION,
    "the readiness probe passes that long after the start" },
  { KUBE_NEVER_READY, KUBE_ANNOTATION_FLAG, "it never passes" },
  { KUBE_STOP_AFTER, KUBE_ANNOTATION_DURATION, "the programs need that long to end after SIGTERM" },
  { KUBE_IGNORES_SIGTERM, KUBE_ANNOTATION_FLAG, "they run until they are killed" },
  { KUBE_CRASH_LOOP, KUBE_ANNOTATION_FLAG, "they fail right after each start" },
  { KUBE_EXIT_AFTER, KUBE_ANNOTATION_DURATION, "they end by themselves" },
  { KUBE_EXIT_CODE, KUBE_ANNOTATION_CODE, "the exit code with which they do, or crash" },
  { KUBE_STOP_CODE, KUBE_ANNOTATION_CODE, "the exit code with which they end after SIGTERM" },
  { KUBE_PRE_STOP, KUBE_ANNOTATION_DURATION, "the preStop hooks take that long, whatever they do" },
  { KUBE_POST_START, KUBE_ANNOTATION_DURATION, "the postStart hooks take that long" },
  { KUBE_CPU_USAGE, KUBE_ANNOTATION_AMOUNT, "a running pod uses that much CPU; nothing if absent" },
  { KUBE_MEMORY_USAGE, KUBE_ANNOTATION_AMOUNT, "the same of memory" },
  { KUBE_CPU_LOAD, KUBE_ANNOTATION_AMOUNT, "Ready pods of one workload share that much CPU" },
  { KUBE_MEMORY_LOAD, KUBE_ANNOTATION_AMOUNT, "the same of memory" },
  { NULL },
};
