/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/aws/protocol/error.h"

/* The further members of an error's shape travel with the GError. */
typedef struct
{
  DdValue *details;
} AwsErrorPrivate;

static void
aws_error_private_init (AwsErrorPrivate *private)
{
  private->details = NULL;
}

static void
aws_error_private_copy (const AwsErrorPrivate *source, AwsErrorPrivate *copy)
{
  copy->details = source->details != NULL ? dd_value_ref (source->details) : NULL;
}

static void
aws_error_private_clear (AwsErrorPrivate *private)
{
  g_clear_pointer (&private->details, dd_value_unref);
}

G_DEFINE_EXTENDED_ERROR (AwsError, aws_error)

static const struct
{
  const char *name;
  guint status;
} codes[AWS_N_ERRORS] = {
#define X(id, code, http_status) [id] = { code, http_status },
  AWS_ERRORS (X)
#undef X
};

void
aws_set_error (GError **error, AwsErrorCode code, DdValue *details, const char *format, ...)
{
  g_autoptr (DdValue) taken = details;
  GError *made;
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  made = g_error_new_valist (AWS_ERROR, (int) code, format, args);
  va_end (args);
  aws_error_get_private (made)->details = g_steal_pointer (&taken);
  g_propagate_error (error, made);
}

const DdValue *
aws_error_details (const GError *error)
{
  return g_error_matches (error, AWS_ERROR, error->code)
             ? aws_error_get_private ((GError *) error)->details
             : NULL;
}

const char *
aws_error_code_name (AwsErrorCode code)
{
  return codes[code].name;
}

guint
aws_error_code_status (AwsErrorCode code)
{
  return codes[code].status;
}

gboolean
aws_error_code_from_name (const char *name, AwsErrorCode *out_code)
{
  for (guint i = 0; i < AWS_N_ERRORS; i++)
    if (g_strcmp0 (codes[i].name, name) == 0)
      {
        *out_code = i;
        return TRUE;
      }
  return FALSE;
}
