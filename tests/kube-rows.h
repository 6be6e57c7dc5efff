/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kube-rows.h: requests and what their answers say, as the rows of a table */
#pragma once

#include "kube-ask.h"

/* A request, and what its answer says: part of the object, or the whole message behind the name of
 * what was refused. In bodies and objects ' stands for ". */
typedef struct
{
  const char *method, *target, *body;
  guint status;
  const char *says;
} Row;

static inline char *
quoted (const char *text)
{
  return text != NULL ? g_strdelimit (g_strdup (text), "'", '"') : NULL;
}

static inline void
check_refusal (const DdValue *status, const Row *row)
{
  const char *message = dd_value_path_string (status, "message");
  const char *colon = strstr (message, "is invalid: ");
  const char *why = colon != NULL ? colon + strlen ("is invalid: ") : message;

  ck_assert_msg (strcmp (why, row->says) == 0, "%s %s\ngot    %s\nwanted %s", row->method,
                 row->body, why, row->says);
}

static inline void
check_rows (const Row *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      gboolean patches = strcmp (rows[i].method, "PATCH") == 0;
      Manner manner = { .type = patches ? "application/merge-patch+json" : NULL };
      g_autofree char *body = quoted (rows[i].body);
      g_autofree char *says = quoted (rows[i].says);
      g_autoptr (SimResponse) response = ask_in (manner, rows[i].method, rows[i].target, body);
      g_autofree char *text = text_of (response);
      g_autoptr (DdValue) value = value_of (response);

      ck_assert_msg (response->status == rows[i].status, "%s %s: %u %s", rows[i].method,
                     rows[i].body, response->status, text);
      if (response->status >= 400)
        check_refusal (value, &rows[i]);
      else if (says != NULL)
        ck_assert_msg (strstr (text, says) != NULL, "%s\ngot    %s\nwanted %s", rows[i].body, text,
                       says);
    }
}
