/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/annotations.c: nobody runs real programs here, so annotations say what they do */

#include "config.h"

#include "sim/kube/kinds/annotations.h"

const KubeAnnotation kube_annotations[] = {
  { KUBE_READY_AFTER, TRUE, "the readiness probe passes that long after the start" },
  { KUBE_NEVER_READY, FALSE, "it never passes" },
  { KUBE_STOP_AFTER, TRUE, "the programs need that long to end after SIGTERM" },
  { KUBE_IGNORES_SIGTERM, FALSE, "they run until they are killed" },
  { KUBE_CRASH_LOOP, FALSE, "they fail right after each start" },
  { KUBE_EXIT_AFTER, TRUE, "they end by themselves, with exit code 0" },
  { KUBE_PRE_STOP, TRUE, "the preStop hooks take that long, whatever they do" },
  { KUBE_POST_START, TRUE, "the postStart hooks take that long" },
  { NULL },
};
