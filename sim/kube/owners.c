/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/owners.c: up the owner references */

#include "config.h"

#include "sim/kube/owners.h"

#define MOST_OWNERS 8 /* one above the other: references may go in a circle */

static const DdValue *
controller_reference (const DdValue *object)
{
  const DdValue *owners = dd_value_path (object, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      const DdValue *owner = dd_value_element (owners, i);

      if (dd_value_path_bool (owner, "controller", FALSE))
        return owner;
    }
  return NULL;
}

static SimObject *
owner_by_reference (SimStore *store, const DdValue *object)
{
  const char *uid = dd_value_path_string (controller_reference (object), "uid");

  return uid != NULL ? sim_store_get_by_uid (store, uid) : NULL;
}

SimObject *
kube_owner_of (SimStore *store, const SimObject *object)
{
  return owner_by_reference (store, object->value);
}

static void
add_names_of (const KubeKind *kind, const char *namespace_, const char *name, GPtrArray *names)
{
  g_ptr_array_add (names, g_strdup (name));
  if (namespace_ != NULL && *namespace_ != '\0')
    g_ptr_array_add (names, g_strdup_printf ("%s/%s", namespace_, name));
  g_ptr_array_add (names, g_strdup_printf ("%s/%s", kind->kind, name));
}

/* OBJECT, which may be NULL, and the workloads above it. */
static void
add_owners (SimStore *store, const SimObject *object, GPtrArray *names)
{
  for (guint i = 0; object != NULL && i < MOST_OWNERS; i++)
    {
      add_names_of (object->kind, object->namespace_, object->name, names);
      object = kube_owner_of (store, object);
    }
}

void
kube_add_names_of_new (SimStore *store, const KubeKind *kind, const char *namespace_,
                       const DdValue *value, GPtrArray *names)
{
  const char *name = dd_value_path_string (value, "metadata.name");

  if (name == NULL)
    name = dd_value_path_string (value, "metadata.generateName");
  if (name != NULL)
    add_names_of (kind, namespace_, name, names);
  add_owners (store, owner_by_reference (store, value), names);
}

void
kube_add_names (SimStore *store, const KubeKind *kind, const char *namespace_, const char *name,
                GPtrArray *names)
{
  const SimObject *object = sim_store_get (store, kind, namespace_ != NULL ? namespace_ : "", name);

  add_names_of (kind, namespace_, name, names);
  if (object != NULL)
    add_owners (store, kube_owner_of (store, object), names);
}
