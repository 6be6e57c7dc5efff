/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of writes: dryRun, fieldValidation, DeleteOptions.
 *
 * Imitates: apimachinery's meta/v1/validation. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/verbs.h"

static gboolean refuse (GError **error, const char *options_kind, const char *field,
                        const char *why_format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
refuse (GError **error, const char *options_kind, const char *field, const char *why_format, ...)
{
  g_autofree char *why = NULL;
  DdValue *causes;
  va_list args;

  va_start (args, why_format);
  why = g_strdup_vprintf (why_format, args);
  va_end (args);
  causes = dd_array (dd_object ("reason", dd_string ("FieldValueNotSupported"), "message",
                                dd_string (why), "field", dd_string (field), NULL),
                     NULL);
  kube_set_error (error, KUBE_INVALID,
                  dd_object ("group", dd_string ("meta.k8s.io"), "kind", dd_string (options_kind),
                             "causes", causes, NULL),
                  "%s.meta.k8s.io \"\" is invalid: %s: %s", options_kind, field, why);
  return FALSE;
}

/* "All" is the only value there is. */
static gboolean
check_dry_run (const char *value, const char *options_kind, gboolean *out_dry_run, GError **error)
{
  if (value == NULL || value[0] == '\0')
    return TRUE;
  if (strcmp (value, "All") != 0)
    return refuse (error, options_kind, "dryRun",
                   "Unsupported value: []string{\"%s\"}: supported values: \"All\"", value);
  *out_dry_run = TRUE;
  return TRUE;
}

gboolean
kube_dry_run (const KubeRequest *request, const DdValue *body, const char *options_kind,
              gboolean *out_dry_run, GError **error)
{
  const DdValue *list = dd_value_member (body, "dryRun");

  for (gsize i = 0; i < dd_value_length (list); i++)
    if (!check_dry_run (dd_value_string (dd_value_element (list, i)), options_kind, out_dry_run,
                        error))
      return FALSE;
  return check_dry_run (kube_request_query (request, "dryRun"), options_kind, out_dry_run, error);
}

static const struct
{
  const char *name;
  KubeFieldValidation value;
} validations[] = {
  { "", KUBE_FIELDS_WARN },
  { "Ignore", KUBE_FIELDS_IGNORE },
  { "Strict", KUBE_FIELDS_STRICT },
  { "Warn", KUBE_FIELDS_WARN },
};

gboolean
kube_write_options (KubeRequest *request, const char *options_kind, GPtrArray *duplicates,
                    KubeWrite *out_write, GError **error)
{
  const char *validation = kube_request_query (request, "fieldValidation");

  *out_write = (KubeWrite) {
    .fields = KUBE_FIELDS_WARN,
    .duplicates = duplicates,
    .out_warnings = request->warnings,
  };
  if (!kube_dry_run (request, NULL, options_kind, &out_write->dry_run, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (validations); i++)
    if (strcmp (validation != NULL ? validation : "", validations[i].name) == 0)
      {
        out_write->fields = validations[i].value;
        return TRUE;
      }
  return refuse (error, options_kind, "fieldValidation",
                 "Unsupported value: \"%s\": supported values: \"\", \"Ignore\", \"Strict\", "
                 "\"Warn\"",
                 validation);
}

static const char *
either (const KubeRequest *request, const DdValue *body, const char *name)
{
  const char *text = dd_value_path_string (body, name);

  return text != NULL ? text : kube_request_query (request, name);
}

static gboolean
check_propagation (const char *policy, GError **error)
{
  if (policy == NULL || strcmp (policy, "Foreground") == 0 || strcmp (policy, "Background") == 0
      || strcmp (policy, "Orphan") == 0)
    return TRUE;
  return refuse (error, "DeleteOptions", "propagationPolicy",
                 "Unsupported value: \"%s\": supported values: \"Foreground\", \"Background\", "
                 "\"Orphan\", \"nil\"",
                 policy);
}

gboolean
kube_delete_options (const KubeRequest *request, const DdValue *body, KubeDelete *out_options,
                     GError **error)
{
  const char *orphan = kube_request_query (request, "orphanDependents");

  *out_options = KUBE_DELETE_DEFAULT;
  out_options->uid = dd_value_path_string (body, "preconditions.uid");
  out_options->resource_version = dd_value_path_string (body, "preconditions.resourceVersion");
  out_options->propagation = either (request, body, "propagationPolicy");
  if (out_options->propagation == NULL && orphan != NULL)
    out_options->propagation
        = kube_request_flag (request, "orphanDependents") ? "Orphan" : "Background";
  if (!kube_request_integer (request, "gracePeriodSeconds", &out_options->grace_seconds, error))
    return FALSE;
  if (dd_value_member (body, "gracePeriodSeconds") != NULL)
    out_options->grace_seconds = dd_value_path_int (body, "gracePeriodSeconds", -1);
  return check_propagation (out_options->propagation, error)
         && kube_dry_run (request, body, "DeleteOptions", &out_options->dry_run, error);
}
