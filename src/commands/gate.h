/* SPDX-License-Identifier: Apache-2.0 */
/* commands/gate.h: a DdTransport that can be closed: from then on nothing is sent */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct _DdGate DdGate;

/* INNER is borrowed. */
DdGate *dd_gate_new (DdTransport *inner);
void dd_gate_free (DdGate *gate);
DdTransport *dd_gate_interface (DdGate *gate);

/* What is on its way stays so; what comes later is not sent, and never answered. */
void dd_gate_close (DdGate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdGate, dd_gate_free)

G_END_DECLS
