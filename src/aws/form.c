/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/form.h"

struct _DdForm
{
  char *service;
  GString *text;
};

DdForm *
dd_form_new (const char *service, const char *action, const char *version)
{
  DdForm *self = g_new0 (DdForm, 1);

  self->service = g_strdup (service);
  self->text = g_string_new (NULL);
  dd_form_set (self, "Action", action);
  dd_form_set (self, "Version", version);
  return self;
}

void
dd_form_free (DdForm *self)
{
  if (self == NULL)
    return;
  g_free (self->service);
  g_string_free (self->text, TRUE);
  g_free (self);
}

void
dd_form_set (DdForm *self, const char *name, const char *value)
{
  if (value == NULL)
    return;
  if (self->text->len > 0)
    g_string_append_c (self->text, '&');
  g_string_append_uri_escaped (self->text, name, NULL, FALSE);
  g_string_append_c (self->text, '=');
  g_string_append_uri_escaped (self->text, value, NULL, FALSE);
}

void
dd_form_set_int (DdForm *self, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  dd_form_set (self, name, text);
}

void
dd_form_set_bool (DdForm *self, const char *name, gboolean value)
{
  dd_form_set (self, name, value ? "true" : "false");
}

void
dd_form_set_tree (DdForm *self, const char *name, const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (text != NULL && *text != '\0')
    dd_form_set (self, name, text);
  if (value == NULL || text != NULL)
    return;

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      gboolean is_list = dd_value_type (value) == DD_ARRAY;
      g_autofree char *inner = is_list ? g_strdup_printf ("%s.member.%" G_GSIZE_FORMAT, name, i + 1)
                                       : g_strdup_printf ("%s.%s", name, dd_value_key (value, i));

      dd_form_set_tree (self, inner,
                        is_list ? dd_value_element (value, i) : dd_value_nth (value, i));
    }
}

DdRequest *
dd_form_to_request (DdForm *self)
{
  DdRequest *request = dd_request_new (self->service, "POST", "/");

  dd_headers_add (request->headers, "Content-Type",
                  "application/x-www-form-urlencoded; charset=utf-8");
  request->body = g_string_free_to_bytes (g_steal_pointer (&self->text));
  g_free (self->service);
  g_free (self);
  return request;
}
