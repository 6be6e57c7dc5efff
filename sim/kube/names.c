/* SPDX-License-Identifier: Apache-2.0 */
/* What names, label keys and label values may look like.
 *
 * Imitates: Kubernetes, Object Names and IDs, and Labels and Selectors, Syntax and character set;
 * the texts are those of apimachinery's util/validation. */
#include "config.h"

#include <string.h>

#include "sim/kube/names.h"

#define MAX_LABEL 63
#define MAX_SUBDOMAIN 253

#define SUBDOMAIN_TEXT \
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " \
  "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used " \
  "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
#define LABEL_TEXT \
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and " \
  "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used " \
  "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
#define LABEL_1035_TEXT \
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " \
  "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " \
  "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
#define QUALIFIED_TEXT \
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " \
  "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for " \
  "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

static gboolean
is_lower_or_digit (char c)
{
  return g_ascii_islower (c) || g_ascii_isdigit (c);
}

/* [a-z0-9]([-a-z0-9]*[a-z0-9])? */
static gboolean
is_label (const char *text, gsize length)
{
  if (length == 0 || !is_lower_or_digit (text[0]) || !is_lower_or_digit (text[length - 1]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!is_lower_or_digit (text[i]) && text[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
is_subdomain (const char *text)
{
  for (;;)
    {
      gsize length = strcspn (text, ".");

      if (!is_label (text, length))
        return FALSE;
      if (text[length] == '\0')
        return TRUE;
      text += length + 1;
    }
}

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9] */
static gboolean
is_name_part (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || !g_ascii_isalnum (text[0]) || !g_ascii_isalnum (text[length - 1]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-_.", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

static const char *
check_segment (const char *text)
{
  if (strcmp (text, ".") == 0)
    return "may not be '.'";
  if (strcmp (text, "..") == 0)
    return "may not be '..'";
  if (strchr (text, '/') != NULL)
    return "may not contain '/'";
  return strchr (text, '%') != NULL ? "may not contain '%'" : NULL;
}

const char *
kube_name_check (KubeNameRule rule, const char *text)
{
  gsize length = strlen (text);

  switch (rule)
    {
    case KUBE_NAME_SUBDOMAIN:
      if (length > MAX_SUBDOMAIN)
        return "must be no more than 253 characters";
      return is_subdomain (text) ? NULL : SUBDOMAIN_TEXT;
    case KUBE_NAME_LABEL:
      if (length > MAX_LABEL)
        return "must be no more than 63 characters";
      return is_label (text, length) ? NULL : LABEL_TEXT;
    case KUBE_NAME_LABEL_1035:
      if (length > MAX_LABEL)
        return "must be no more than 63 characters";
      return is_label (text, length) && g_ascii_islower (text[0]) ? NULL : LABEL_1035_TEXT;
    case KUBE_NAME_PATH_SEGMENT:
      return check_segment (text);
    }
  g_assert_not_reached ();
}

static const char *
check_prefix (const char *prefix)
{
  if (prefix[0] == '\0')
    return "prefix part must be non-empty";
  if (strlen (prefix) > MAX_SUBDOMAIN)
    return "prefix part must be no more than 253 characters";
  return is_subdomain (prefix) ? NULL : "prefix part " SUBDOMAIN_TEXT;
}

const char *
kube_name_check_qualified (const char *text)
{
  const char *slash = strchr (text, '/');
  const char *name = slash != NULL ? slash + 1 : text;

  if (slash != NULL && strchr (name, '/') != NULL)
    return "a qualified name " QUALIFIED_TEXT
           " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  if (slash != NULL)
    {
      g_autofree char *prefix = g_strndup (text, (gsize) (slash - text));
      const char *problem = check_prefix (prefix);

      if (problem != NULL)
        return problem;
    }
  if (name[0] == '\0')
    return "name part must be non-empty";
  if (strlen (name) > MAX_LABEL)
    return "name part must be no more than 63 characters";
  return is_name_part (name) ? NULL : "name part " QUALIFIED_TEXT;
}

const char *
kube_name_check_label_value (const char *text)
{
  if (strlen (text) > MAX_LABEL)
    return "must be no more than 63 characters";
  if (text[0] == '\0' || is_name_part (text))
    return NULL;
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
         "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
         "'my_value',  or '12345', regex used for validation is "
         "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}
