/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/address.h: to which objects of Kubernetes a step is addressed */
#pragma once

#include "base/yaml.h"
#include "sim/kube/verbs/api.h"
#include "sim/scenario/manifest.h"

G_BEGIN_DECLS

typedef enum
{
  SIM_ADDRESS_NOBODY, /* the action is not about an object */
  SIM_ADDRESS_OBJECT, /* its pattern has kind, namespace and name */
  SIM_ADDRESS_NODE,   /* its pattern has match and pick */
} SimAddressing;

typedef struct
{
  SimAddressing how;
  const KubeKind *kind;  /* of the objects; NULL: of none */
  const DdYaml *pattern; /* what stands under the action's key */
  DdValue *each;         /* `for each`, without its kind; NULL: there is none */
  gboolean by_subject;   /* the subject of an event says which */
} SimAddress;

/* What the schema cannot see: that STEP, whose action's PATTERN is addressed HOW, says whom it
 * means, and once. STEP and WORKLOADS, which may define kinds, must outlive *OUT_ADDRESS. */
gboolean sim_address_read (const DdYaml *step, const DdYaml *pattern, SimAddressing how,
                           const SimManifests *workloads, SimAddress *out_address, GError **error);
void sim_address_clear (SimAddress *address);

/* One object that is meant, which need not be there. All are NULL where the step means none. */
typedef struct
{
  const KubeKind *kind;
  char *namespace_, *name;
} SimTarget;

/* Whom ADDRESS means now, in the order of namespace and name; SUBJECT is that of the event to which
 * the step answers, or NULL. A new array of SimTarget. */
GPtrArray *sim_address_targets (const SimAddress *address, const KubeApi *api, const char *subject);

G_END_DECLS
