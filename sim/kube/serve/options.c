/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of writes: dryRun, fieldValidation, DeleteOptions.
 *
 * Imitates: apimachinery's meta/v1/validation. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/verbs.h"

#define NOT_SUPPORTED "FieldValueNotSupported"
#define MANAGER_BYTES 128

static gboolean refuse (GError **error, const char *options_kind, const char *reason,
                        const char *field, const char *why_format, ...) G_GNUC_PRINTF (5, 6);

static gboolean
refuse (GError **error, const char *options_kind, const char *reason, const char *field,
        const char *why_format, ...)
{
  g_autofree char *why = NULL;
  DdValue *causes;
  va_list args;

  va_start (args, why_format);
  why = g_strdup_vprintf (why_format, args);
  va_end (args);
  causes = dd_array (dd_object ("reason", dd_string (reason), "message", dd_string (why), "field",
                                dd_string (field), NULL),
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
    return refuse (error, options_kind, NOT_SUPPORTED, "dryRun",
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

/* ---- who writes ---- */

/* The User-Agent up to its first slash, without what cannot be printed: "kubectl". */
static char *
agent_name (const char *agent)
{
  GString *name = g_string_new (NULL);

  for (const char *at = agent; *at != '\0' && *at != '/'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);
      gsize length = (gsize) (g_utf8_next_char (at) - at);

      if (name->len + length > MANAGER_BYTES)
        break;
      if (g_unichar_isprint (letter))
        g_string_append_unichar (name, letter);
    }
  return g_string_free (name, FALSE);
}

static const char *
manager_of (KubeRequest *request)
{
  const char *given = kube_request_query (request, "fieldManager");
  const char *agent = dd_headers_get (request->wire->headers, "User-Agent");

  if (given != NULL && given[0] != '\0')
    return given;
  if (request->manager == NULL)
    request->manager = agent_name (agent != NULL && g_utf8_validate (agent, -1, NULL) ? agent : "");
  return request->manager;
}

/* Imitates: apimachinery's ValidateFieldManager. */
static gboolean
check_manager (const KubeRequest *request, const char *options_kind, GError **error)
{
  const char *name = kube_request_query (request, "fieldManager");
  guint position = 0;

  if (name == NULL)
    return TRUE;
  if (strlen (name) > MANAGER_BYTES)
    return refuse (error, options_kind, "FieldValueTooLong", "fieldManager",
                   "Too long: may not be more than %d bytes", MANAGER_BYTES);
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at), position++)
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      {
        g_autoptr (DdValue) quoted = dd_string (name);
        g_autofree char *text = dd_value_to_text (quoted);

        return refuse (error, options_kind, "FieldValueInvalid", "fieldManager",
                       "Invalid value: %s: invalid character U+%04X (at position %u)", text,
                       g_utf8_get_char (at), position);
      }
  return TRUE;
}

gboolean
kube_is_apply (const KubeRequest *request)
{
  g_autofree char *type = kube_request_content_type (request);

  return strcmp (type, "application/apply-patch+yaml") == 0;
}

/* Imitates: apimachinery's ValidatePatchOptions. */
static gboolean
check_apply (const KubeRequest *request, const char *options_kind, GError **error)
{
  const char *manager = kube_request_query (request, "fieldManager");

  if (strcmp (request->wire->method, "PATCH") != 0)
    return TRUE;
  if (!kube_is_apply (request) && kube_request_query (request, "force") != NULL)
    return refuse (error, options_kind, "FieldValueForbidden", "force",
                   "Forbidden: may not be specified for non-apply patch");
  if (kube_is_apply (request) && (manager == NULL || manager[0] == '\0'))
    return refuse (error, options_kind, "FieldValueRequired", "fieldManager",
                   "Required value: is required for apply patch");
  return TRUE;
}

/* ---- how a write is done ---- */

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
    .manager = manager_of (request),
    .subresource = request->subresource,
    .force = kube_request_flag (request, "force"),
  };
  if (!check_apply (request, options_kind, error) || !check_manager (request, options_kind, error)
      || !kube_dry_run (request, NULL, options_kind, &out_write->dry_run, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (validations); i++)
    if (strcmp (validation != NULL ? validation : "", validations[i].name) == 0)
      {
        out_write->fields = validations[i].value;
        return TRUE;
      }
  return refuse (error, options_kind, NOT_SUPPORTED, "fieldValidation",
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
  return refuse (error, "DeleteOptions", NOT_SUPPORTED, "propagationPolicy",
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
