/* SPDX-License-Identifier: Apache-2.0 */
/* The problems a validation found, and the 422 they become.
 *
 * Imitates: apimachinery's errors.NewInvalid and field.ErrorList.ToAggregate: every problem is a
 * cause, in order; the message names each distinct one once. */
#include "config.h"

#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/schema/causes.h"
#include "sim/kube/schema/field-path.h"

struct _KubeCauses
{
  DdValue *list;       /* metav1.StatusCause objects */
  GPtrArray *messages; /* "field: message" */
  char *beneath;       /* where the next ones lie; NULL: the object itself */
};

KubeCauses *
kube_causes_new (void)
{
  KubeCauses *causes = g_new0 (KubeCauses, 1);

  causes->list = dd_array_empty ();
  causes->messages = g_ptr_array_new_with_free_func (g_free);
  return causes;
}

void
kube_causes_free (KubeCauses *causes)
{
  if (causes == NULL)
    return;
  dd_value_unref (causes->list);
  g_ptr_array_unref (causes->messages);
  g_free (causes->beneath);
  g_free (causes);
}

guint
kube_causes_count (const KubeCauses *causes)
{
  return (guint) dd_value_length (causes->list);
}

void
kube_causes_enter (KubeCauses *causes, const char *path)
{
  g_free (causes->beneath);
  causes->beneath = g_strdup (path);
}

void
kube_causes_add (KubeCauses *causes, const char *reason, const char *field,
                 const char *message_format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *place = causes->beneath != NULL ? g_strconcat (causes->beneath, ".", field, NULL)
                                                   : g_strdup (field);
  char *line;
  DdValue *list;
  va_list args;

  va_start (args, message_format);
  message = g_strdup_vprintf (message_format, args);
  va_end (args);
  list = dd_value_with_element (causes->list,
                                dd_object ("reason", dd_string (reason), "message",
                                           dd_string (message), "field", dd_string (place), NULL));
  dd_value_unref (causes->list);
  causes->list = list;
  line = g_strdup_printf ("%s: %s", place, message);
  if (g_ptr_array_find_with_equal_func (causes->messages, line, g_str_equal, NULL))
    g_free (line);
  else
    g_ptr_array_add (causes->messages, line);
}

static const char *
member_of (const DdValue *cause, const char *key)
{
  return dd_value_string (dd_value_member (cause, key));
}

void
kube_causes_merge (KubeCauses *causes, const KubeStruct *type, const KubeCauses *a,
                   const KubeCauses *b)
{
  gsize i = 0, j = 0;

  while (i < kube_causes_count (a) || j < kube_causes_count (b))
    {
      const DdValue *left = dd_value_element (a->list, i);
      const DdValue *right = dd_value_element (b->list, j);
      gboolean takes_left
          = right == NULL
            || (left != NULL
                && kube_path_compare (type, member_of (left, "field"), member_of (right, "field"))
                       <= 0);
      const DdValue *next = takes_left ? left : right;

      kube_causes_add (causes, member_of (next, "reason"), member_of (next, "field"), "%s",
                       member_of (next, "message"));
      if (takes_left)
        i++;
      else
        j++;
    }
}

static char *
aggregate (const GPtrArray *messages)
{
  GString *text = g_string_new (messages->len > 1 ? "[" : NULL);

  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (char *) messages->pdata[i]);
  if (messages->len > 1)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gboolean
kube_causes_check (const KubeCauses *causes, const char *group, const char *kind, const char *name,
                   GError **error)
{
  g_autofree char *why = NULL;
  gboolean grouped = group[0] != '\0';
  DdValue *details;

  if (kube_causes_count (causes) == 0)
    return TRUE;
  why = aggregate (causes->messages);
  details = dd_object ("name", name[0] != '\0' ? dd_string (name) : NULL, "group",
                       grouped ? dd_string (group) : NULL, "kind", dd_string (kind), "causes",
                       dd_value_ref (causes->list), NULL);
  kube_set_error (error, KUBE_INVALID, details, "%s%s%s \"%s\" is invalid: %s", kind,
                  grouped ? "." : "", group, name, why);
  return FALSE;
}
