/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/reasons.h"

#include "base/time.h"

#define TELL_AGAIN (5 * DD_MINUTE)

typedef struct
{
  char *key, *subject, *text;
  DdEvent what;
  DdValue *details;
  DdUsec since, patience, told; /* told 0: not yet */
  guint count;
  gboolean stands; /* noted since things were settled last */
} Reason;

struct _DdReasons
{
  GPtrArray *list; /* of Reason, in the order they appeared; a handful */
};

static void
reason_free (gpointer data)
{
  Reason *reason = data;

  g_free (reason->key);
  g_free (reason->subject);
  g_free (reason->text);
  dd_value_unref (reason->details);
  g_free (reason);
}

DdReasons *
dd_reasons_new (void)
{
  DdReasons *self = g_new0 (DdReasons, 1);

  self->list = g_ptr_array_new_with_free_func (reason_free);
  return self;
}

void
dd_reasons_free (DdReasons *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_free (self);
}

static Reason *
find (DdReasons *self, const char *key, DdUsec now)
{
  Reason *reason;

  for (guint i = 0; i < self->list->len; i++)
    {
      reason = g_ptr_array_index (self->list, i);
      if (g_str_equal (reason->key, key))
        return reason;
    }
  reason = g_new0 (Reason, 1);
  reason->key = g_strdup (key);
  reason->since = now;
  g_ptr_array_add (self->list, reason);
  return reason;
}

void
dd_reasons_note (DdReasons *self, DdUsec now, const char *key, DdUsec patience, DdEvent what,
                 const char *subject, DdValue *details, char *text)
{
  Reason *reason = find (self, key, now);

  reason->patience = patience;
  reason->what = what;
  g_free (reason->subject);
  reason->subject = g_strdup (subject);
  dd_value_unref (reason->details);
  reason->details = details;
  g_free (reason->text);
  reason->text = text;
  reason->count++;
  reason->stands = TRUE;
}

static gboolean
is_due (const Reason *reason, DdUsec now)
{
  if (now - reason->since < reason->patience)
    return FALSE;
  return reason->told == 0 || now - reason->told >= TELL_AGAIN;
}

void
dd_reasons_settle (DdReasons *self, DdUsec now, DdReasonTell tell, gpointer data)
{
  for (guint i = self->list->len; i > 0; i--)
    if (!((Reason *) g_ptr_array_index (self->list, i - 1))->stands)
      g_ptr_array_remove_index (self->list, i - 1);
  for (guint i = 0; i < self->list->len; i++)
    {
      Reason *reason = g_ptr_array_index (self->list, i);

      reason->stands = FALSE;
      if (!is_due (reason, now))
        continue;
      reason->told = now;
      tell (reason->what, reason->subject, reason->details, reason->count, data);
    }
}

char *
dd_reasons_explain (const DdReasons *self, DdUsec now)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < self->list->len; i++)
    {
      const Reason *reason = g_ptr_array_index (self->list, i);
      DdUsec age = (now - reason->since) / DD_SECOND * DD_SECOND;
      g_autofree char *lasted = dd_duration_to_text (age);

      g_string_append_printf (out, "%s%s, for %s", i > 0 ? "\n" : "", reason->text, lasted);
    }
  return out->len == 0 ? NULL : g_strdup (out->str);
}
