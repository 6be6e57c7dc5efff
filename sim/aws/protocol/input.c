/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/input.c: the checks that an operation's row asks for
 *
 * Each family of services has its own words for a bad request; the table below holds them. */
#include "config.h"

#include "base/time.h"
#include "sim/aws/protocol/protocol.h"

/* Imitates: Amazon EC2 API Reference, Error codes, for EC2; the "1 validation error detected" texts
 * of the services built on AWS's own framework for the others. */
static const struct
{
  AwsErrorCode missing, invalid, unknown;
  gboolean ec2;
} complaints[] = {
  [AWS_REST_JSON] = { AWS_INVALID_PARAMETER, AWS_INVALID_PARAMETER, AWS_INVALID_PARAMETER, FALSE },
  [AWS_JSON_1_1]
  = { AWS_VALIDATION_EXCEPTION, AWS_VALIDATION_EXCEPTION, AWS_VALIDATION_EXCEPTION, FALSE },
  [AWS_QUERY] = { AWS_VALIDATION, AWS_VALIDATION, AWS_VALIDATION, FALSE },
  [AWS_EC2] = { AWS_MISSING_PARAMETER, AWS_INVALID_PARAMETER_VALUE, AWS_UNKNOWN_PARAMETER, TRUE },
};

static const char *const type_names[] = {
  [AWS_STRING] = "a string",   [AWS_INTEGER] = "an integer",
  [AWS_BOOLEAN] = "a boolean", [AWS_TIMESTAMP] = "a timestamp",
  [AWS_LIST] = "a list",       [AWS_STRUCTURE] = "a structure",
  [AWS_MAP] = "a map",
};

/* "autoScalingGroupName": the frameworks name members with a small first letter. */
static char *
member_path (const char *path)
{
  char *text = g_strdup (path);

  text[0] = g_ascii_tolower (text[0]);
  return text;
}

static gboolean
refuse_missing (const AwsCall *call, const char *path, GError **error)
{
  AwsProtocol protocol = call->service->protocol;
  g_autofree char *member = member_path (path);

  if (complaints[protocol].ec2)
    g_set_error (error, AWS_ERROR, complaints[protocol].missing,
                 "The request must contain the parameter %s", path);
  else
    g_set_error (error, AWS_ERROR, complaints[protocol].missing,
                 "1 validation error detected: Value null at '%s' failed to satisfy constraint: "
                 "Member must not be null",
                 member);
  return FALSE;
}

static gboolean refuse_value (const AwsCall *call, const char *path, const DdValue *value,
                              GError **error, const char *format, ...) G_GNUC_PRINTF (5, 6);

static gboolean
refuse_value (const AwsCall *call, const char *path, const DdValue *value, GError **error,
              const char *format, ...)
{
  AwsProtocol protocol = call->service->protocol;
  const char *string = dd_value_string (value);
  g_autofree char *shown = string != NULL ? g_strdup (string) : dd_value_to_text (value);
  g_autofree char *member = member_path (path);
  g_autofree char *constraint = NULL;
  va_list args;

  va_start (args, format);
  constraint = g_strdup_vprintf (format, args);
  va_end (args);
  if (complaints[protocol].ec2)
    g_set_error (error, AWS_ERROR, complaints[protocol].invalid,
                 "Value (%s) for parameter %s is invalid. %s", shown, path, constraint);
  else
    g_set_error (error, AWS_ERROR, complaints[protocol].invalid,
                 "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s",
                 shown, member, constraint);
  return FALSE;
}

void
aws_refuse_field (AwsCall *call, const char *path, GError **error)
{
  AwsProtocol protocol = call->service->protocol;

  call->not_modelled = TRUE;
  if (complaints[protocol].ec2)
    g_set_error (error, AWS_ERROR, complaints[protocol].unknown,
                 "The parameter %s is not recognized", path);
  else
    g_set_error (error, AWS_ERROR, complaints[protocol].unknown,
                 "The parameter %s of %s is not modelled by Drydock.", path, call->name);
}

static gboolean
integer_from_text (const char *text, gint64 *out_value)
{
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, out_value, NULL);
}

DdValue *
aws_scalar_from_text (AwsCall *call, AwsType type, const char *text, const char *path,
                      GError **error)
{
  g_autoptr (DdValue) value = dd_string (text);
  gint64 integer;

  switch (type)
    {
    case AWS_STRING:
    case AWS_TIMESTAMP:
      return g_steal_pointer (&value);
    case AWS_INTEGER:
      if (integer_from_text (text, &integer))
        return dd_int (integer);
      break;
    case AWS_BOOLEAN:
      if (g_ascii_strcasecmp (text, "true") == 0 || g_ascii_strcasecmp (text, "false") == 0)
        return dd_bool (g_ascii_strcasecmp (text, "true") == 0);
      break;
    case AWS_LIST:
    case AWS_STRUCTURE:
    case AWS_MAP:
      break;
    }
  refuse_value (call, path, value, error, "Member must be %s", type_names[type]);
  return NULL;
}

/* ---- checks ---- */

static gboolean
has_type (const DdValue *value, AwsType type)
{
  DdUsec instant;

  switch (type)
    {
    case AWS_STRING:
      return dd_value_type (value) == DD_STRING;
    case AWS_INTEGER:
      return dd_value_type (value) == DD_INT;
    case AWS_BOOLEAN:
      return dd_value_type (value) == DD_BOOL;
    case AWS_TIMESTAMP:
      return dd_value_type (value) == DD_INT || dd_value_type (value) == DD_DOUBLE
             || (dd_value_type (value) == DD_STRING
                 && dd_time_from_iso8601 (dd_value_string (value), &instant));
    case AWS_LIST:
      return dd_value_type (value) == DD_ARRAY;
    case AWS_STRUCTURE:
    case AWS_MAP:
      return dd_value_type (value) == DD_OBJECT;
    }
  return FALSE;
}

static gboolean
is_one_of (const char *text, const char *const *values)
{
  return values == NULL || g_strv_contains (values, text);
}

static gboolean
check_scalar (const AwsCall *call, const AwsField *field, const DdValue *value, const char *path,
              GError **error)
{
  const char *text = dd_value_string (value);
  const char *what = text != NULL ? "length" : "value";
  gint64 size = text != NULL ? g_utf8_strlen (text, -1) : dd_value_int (value, 0);
  g_autofree char *allowed = NULL;

  if (text != NULL && !is_one_of (text, field->values))
    {
      allowed = g_strjoinv (", ", (char **) field->values);
      return refuse_value (call, path, value, error, "Member must satisfy enum value set: [%s]",
                           allowed);
    }
  if ((field->min == 0 && field->max == 0) || dd_value_type (value) == DD_BOOL)
    return TRUE;
  if (size > field->max)
    return refuse_value (call, path, value, error,
                         "Member must have %s less than or equal to %" G_GINT64_FORMAT, what,
                         field->max);
  if (size < field->min)
    return refuse_value (call, path, value, error,
                         "Member must have %s greater than or equal to %" G_GINT64_FORMAT, what,
                         field->min);
  return TRUE;
}

static gboolean check_structure (AwsCall *call, const AwsField *fields, const DdValue *value,
                                 const char *path, GError **error);

static gboolean
check_element (AwsCall *call, const AwsField *field, const DdValue *element, const char *path,
               GError **error)
{
  AwsType type = field->members != NULL ? AWS_STRUCTURE : field->element;

  if (!has_type (element, type))
    return refuse_value (call, path, element, error, "Member must be %s", type_names[type]);
  if (field->members != NULL)
    return check_structure (call, field->members, element, path, error);
  if (dd_value_type (element) == DD_STRING && !is_one_of (dd_value_string (element), field->values))
    return check_scalar (call, field, element, path, error);
  return TRUE;
}

static gboolean
check_list (AwsCall *call, const AwsField *field, const DdValue *list, const char *path,
            GError **error)
{
  gsize length = dd_value_length (list);

  if (field->max > 0 && length > (gsize) field->max)
    return refuse_value (call, path, list, error,
                         "Member must have length less than or equal to %" G_GINT64_FORMAT,
                         field->max);
  if (length < (gsize) field->min)
    return refuse_value (call, path, list, error,
                         "Member must have length greater than or equal to %" G_GINT64_FORMAT,
                         field->min);
  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s.%" G_GSIZE_FORMAT, path, i + 1);

      if (!check_element (call, field, dd_value_element (list, i), inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_map (const AwsCall *call, const DdValue *map, const char *path, GError **error)
{
  for (gsize i = 0; i < dd_value_length (map); i++)
    if (dd_value_type (dd_value_nth (map, i)) != DD_STRING)
      return refuse_value (call, path, map, error, "Map value must be a string");
  return TRUE;
}

static gboolean
check_value (AwsCall *call, const AwsField *field, const DdValue *value, const char *path,
             GError **error)
{
  if (!has_type (value, field->type))
    return refuse_value (call, path, value, error, "Member must be %s", type_names[field->type]);
  switch (field->type)
    {
    case AWS_STRING:
    case AWS_INTEGER:
    case AWS_BOOLEAN:
    case AWS_TIMESTAMP:
      return check_scalar (call, field, value, path, error);
    case AWS_LIST:
      return check_list (call, field, value, path, error);
    case AWS_STRUCTURE:
      return check_structure (call, field->members, value, path, error);
    case AWS_MAP:
      return check_map (call, value, path, error);
    }
  return FALSE;
}

static char *
inner_path (const char *outer, const char *name)
{
  return *outer == '\0' ? g_strdup (name) : g_strdup_printf ("%s.%s", outer, name);
}

static const AwsField *
field_named (const AwsField *fields, const char *name)
{
  for (; fields->name != NULL; fields++)
    if (strcmp (fields->name, name) == 0)
      return fields;
  return NULL;
}

static gboolean
check_structure (AwsCall *call, const AwsField *fields, const DdValue *value, const char *path,
                 GError **error)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const char *name = dd_value_key (value, i);
      const AwsField *field = field_named (fields, name);
      g_autofree char *inner = inner_path (path, name);

      if (field == NULL)
        {
          aws_refuse_field (call, inner, error);
          return FALSE;
        }
      if (!check_value (call, field, dd_value_nth (value, i), inner, error))
        return FALSE;
    }
  for (const AwsField *field = fields; field->name != NULL; field++)
    if (field->required && dd_value_member (value, field->name) == NULL)
      {
        g_autofree char *inner = inner_path (path, field->name);

        return refuse_missing (call, inner, error);
      }
  return TRUE;
}

gboolean
aws_input_check (AwsCall *call, GError **error)
{
  return check_structure (call, call->operation->input, call->input, "", error);
}
