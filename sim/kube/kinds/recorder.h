/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/recorder.h: how components tell people about objects */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* Records a core/v1 Event about OBJECT (TYPE "Normal" or "Warning") as COMPONENT's recorder would:
 * the same text again raises count and lastTimestamp. HOST may be NULL. */
void kube_record_event (KubeApi *api, const SimObject *object, const char *component,
                        const char *host, const char *type, const char *reason,
                        const char *message_format, ...) G_GNUC_PRINTF (7, 8);

G_END_DECLS
