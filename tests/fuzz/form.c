/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: any text may be read, and what the clients write the services read. The input is a form
 * by itself, and JSON whose members are set in one. */
#include "config.h"

#include "aws/form.h"
#include "fuzz.h"
#include "sim/aws/protocol/protocol.h"

static gboolean
take_pair (const char *name, const char *value, gpointer data)
{
  g_assert (*name != '\0');
  g_assert (g_utf8_validate (name, -1, NULL));
  g_assert (g_utf8_validate (value, -1, NULL));
  return TRUE;
}

int
fuzz_form (const guint8 *data, gsize size)
{
  g_autoptr (DdValue) tree = dd_value_parse ((const char *) data, size, NULL, NULL);
  g_autoptr (DdRequest) request = NULL;
  DdForm *form;
  gsize length;
  const char *body;

  aws_form_parse ((const char *) data, size, take_pair, NULL);
  if (tree == NULL)
    return 0;
  form = dd_form_new ("autoscaling", "Fuzz", "2011-01-01");
  dd_form_set_tree (form, "Tree", tree);
  request = dd_form_to_request (form);
  body = g_bytes_get_data (request->body, &length);
  g_assert (aws_form_parse (body, length, take_pair, NULL));
  return 0;
}
