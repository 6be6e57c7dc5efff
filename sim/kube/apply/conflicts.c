/* SPDX-License-Identifier: Apache-2.0 */
/* Who stands in the way of an apply, and how a client is told.
 *
 * Imitates: apimachinery's util/managedfields, NewConflictError. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/owners.h"
#include "sim/kube/error.h"

typedef struct
{
  const KubeOwner *owner;
  DdValue *set;
} Conflict;

static void
conflict_free (gpointer data)
{
  Conflict *conflict = data;

  dd_value_unref (conflict->set);
  g_free (conflict);
}

static int
compare_conflicts (gconstpointer a, gconstpointer b)
{
  const Conflict *left = *(Conflict *const *) a, *right = *(Conflict *const *) b;

  return strcmp (left->owner->id, right->owner->id);
}

/* Ordered by owner. */
GPtrArray *
kube_conflicts_find (const GPtrArray *owners, const KubeOwner *self, const DdValue *changed,
                     const DdValue *allowed)
{
  GPtrArray *conflicts = g_ptr_array_new_with_free_func (conflict_free);

  for (guint i = 0; i < owners->len; i++)
    {
      const KubeOwner *owner = owners->pdata[i];
      g_autoptr (DdValue) shared = NULL;
      Conflict *conflict;
      DdValue *set;

      if (owner == self)
        continue;
      shared = kube_field_set_intersection (owner->set, changed);
      set = kube_field_set_difference (shared, allowed);
      if (set == NULL)
        continue;
      conflict = g_new (Conflict, 1);
      *conflict = (Conflict) { owner, set };
      g_ptr_array_add (conflicts, conflict);
    }
  g_ptr_array_sort (conflicts, compare_conflicts);
  return conflicts;
}

/* `"web" with subresource "status" using apps/v1` */
static char *
owner_text (const KubeOwner *owner)
{
  GString *text = g_string_new (NULL);

  dd_append_string (text, owner->manager);
  if (owner->subresource[0] != '\0')
    {
      g_string_append (text, " with subresource ");
      dd_append_string (text, owner->subresource);
    }
  if (!owner->applied)
    g_string_append_printf (text, " using %s", owner->api_version);
  return g_string_free (text, FALSE);
}

/* Adds CONFLICT's causes, and what the message says of it; returns how many fields there are. */
static guint
tell_conflict (const Conflict *conflict, DdBuilder *causes, GString *message)
{
  g_autofree char *who = owner_text (conflict->owner);
  g_autoptr (GPtrArray) paths = kube_field_set_paths (conflict->set);

  g_string_append_printf (message, "%sconflicts with %s:", message->len > 0 ? "\n" : "", who);
  for (guint i = 0; i < paths->len; i++)
    {
      g_string_append_printf (message, "\n- %s", (const char *) paths->pdata[i]);
      dd_builder_add (causes, dd_object ("reason", dd_string ("FieldManagerConflict"), "message",
                                         dd_string_printf ("conflict with %s", who), "field",
                                         dd_string (paths->pdata[i]), NULL));
    }
  return paths->len;
}

void
kube_conflicts_set_error (const GPtrArray *conflicts, GError **error)
{
  g_auto (DdBuilder) builder = dd_builder_array ();
  g_autoptr (GString) message = g_string_new (NULL);
  DdValue *causes;
  guint n = 0;

  for (guint i = 0; i < conflicts->len; i++)
    n += tell_conflict (conflicts->pdata[i], &builder, message);
  causes = dd_builder_end (&builder);
  if (n == 1)
    {
      const DdValue *cause = dd_value_element (causes, 0);

      g_string_printf (message, "%s: %s", dd_value_path_string (cause, "message"),
                       dd_value_path_string (cause, "field"));
    }
  kube_set_error (error, KUBE_CONFLICT, dd_object ("causes", causes, NULL),
                  "Apply failed with %u conflict%s: %s", n, n == 1 ? "" : "s", message->str);
}
