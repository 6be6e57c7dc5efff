/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/networking.h: what ingresses and network policies have in common */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

#define KUBE_NETWORKING "networking.k8s.io"

/* Why no field of theirs acts. */
#define KUBE_NO_TRAFFIC "There is no traffic."

/* Adds what is wrong with a port's number or name. */
void kube_port_validate_number (gint64 number, const char *field, KubeCauses *causes);
void kube_port_validate_name (const char *name, const char *field, KubeCauses *causes);

G_END_DECLS
