/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lab/control.h: the control API under /_drydock/: drives the clock of a running server */
#pragma once

#include "sim/lab/lab.h"

G_BEGIN_DECLS

#define SIM_CONTROL_PREFIX "/_drydock/"
/* Whoever changes something says this, with any value: a form of a web page cannot. */
#define SIM_CONTROL_HEADER "X-Drydock-Control"

/* POST /_drydock/NAME with {"ARGUMENT": text}, or GET where nothing changes. `drydock ctl` reads
 * the same table. */
typedef struct
{
  const char *name;
  const char *method;
  const char *argument; /* the one member of the body; NULL: none */
  const char *example;  /* of its value; NULL: none */
  const char *summary;
  DdValue *(*run) (SimLab *lab, const char *argument, GError **error);
} SimControlOperation;

/* Ended by a row without a name. */
extern const SimControlOperation sim_control_operations[];
const SimControlOperation *sim_control_find (const char *name);

gboolean sim_control_is_for (const SimRequest *request);
/* JSON in every case; what went wrong is {"error": sentence} with a status of 400, 403, 404, 405 or
 * 500. */
SimResponse *sim_control_refuse (const char *sentence); /* a 403 */
SimResponse *sim_control_handle (SimLab *lab, const SimRequest *request);

G_END_DECLS
