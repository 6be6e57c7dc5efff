/* SPDX-License-Identifier: Apache-2.0 */
/* PATCH: the patch formats over the stored object, then the same rules as for a PUT.
 *
 * Imitates: Kubernetes API Concepts, Patching resources; apiserver's handlers/patch.go. */
#include "config.h"

#include <string.h>

#include "base/yaml.h"
#include "sim/kube/patch/patch.h"
#include "sim/kube/serve/verbs.h"

typedef DdValue *(*PatchFunc) (const KubeStruct *type, const DdValue *current, const DdValue *patch,
                               GError **error);

static DdValue *
apply_json_patch (const KubeStruct *type G_GNUC_UNUSED, const DdValue *current,
                  const DdValue *patch, GError **error)
{
  return kube_json_patch (current, patch, error);
}

static DdValue *
apply_merge (const KubeStruct *type G_GNUC_UNUSED, const DdValue *current, const DdValue *patch,
             GError **error)
{
  if (dd_value_type (patch) == DD_OBJECT)
    return dd_value_merge (current, patch);
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "error decoding patch: json: cannot unmarshal %s into Go value of type "
               "map[string]interface {}",
               dd_type_name (dd_value_type (patch)));
  return NULL;
}

static const struct
{
  const char *media_type;
  PatchFunc apply;
} formats[] = {
  { "application/json-patch+json", apply_json_patch },
  { "application/merge-patch+json", apply_merge },
  { "application/strategic-merge-patch+json", kube_strategic_merge },
};

static gboolean
applies_to (const KubeKind *kind, PatchFunc apply)
{
  return kind->schema == NULL || apply != kube_strategic_merge;
}

/* No type says how to merge lists. Imitates: what a real server answers. */
static void
refuse_strategic (GError **error)
{
  kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, NULL,
                  "the body of the request was in an unknown format - accepted media types "
                  "include: application/json-patch+json, application/merge-patch+json, "
                  "application/apply-patch+yaml");
}

static void
refuse_format (const KubeRequest *request, GError **error)
{
  if (!kube_is_apply (request))
    {
      kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, dd_object_empty (),
                      "415: Unsupported Media Type");
      return;
    }
  sim_stage_trace (request->api->stage, "kube-apiserver", DD_EVENT_NOT_MODELLED, request->path,
                   dd_object ("service", dd_string ("kubernetes"), "operation",
                              dd_string ("server-side apply"), NULL));
  kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, dd_object_empty (),
                  "server-side apply (application/apply-patch+yaml) of this subresource is not "
                  "modelled by Drydock - accepted media types include: "
                  "application/json-patch+json, application/merge-patch+json, "
                  "application/strategic-merge-patch+json");
}

static DdValue *
parse_patch (const KubeRequest *request, GError **error)
{
  gsize length = 0;
  const char *text
      = request->wire->body != NULL ? g_bytes_get_data (request->wire->body, &length) : NULL;
  DdJsonLimits limits = { .allow_duplicate_keys = TRUE };
  g_autoptr (GError) problem = NULL;
  DdValue *patch = dd_value_parse (text != NULL ? text : "", length, &limits, &problem);

  if (patch == NULL)
    g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST, "error decoding patch: %s",
                 kube_json_problem (text != NULL ? text : "", length, problem));
  return patch;
}

DdValue *
kube_patch_apply (const KubeRequest *request, const KubeStruct *type, const DdValue *current,
                  GError **error)
{
  g_autofree char *media_type = kube_request_content_type (request);
  g_autoptr (DdValue) patch = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (media_type, formats[i].media_type) == 0)
      {
        if (!applies_to (request->kind, formats[i].apply))
          {
            refuse_strategic (error);
            return NULL;
          }
        patch = parse_patch (request, error);
        return patch != NULL ? formats[i].apply (type, current, patch, error) : NULL;
      }
  refuse_format (request, error);
  return NULL;
}

/* ---- server-side apply ---- */

static DdValue *
parse_yaml (const char *text, gsize length, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("body", text, length, &problem);

  if (file == NULL)
    g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST, "error decoding YAML: %s", problem->message);
  else if (file->documents->len == 1)
    return dd_value_ref (((DdYaml *) file->documents->pdata[0])->value);
  else
    g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
                 "error decoding YAML: there must be exactly one document");
  return NULL;
}

/* JSON is read as such, as clients with large objects send it. */
static DdValue *
parse_config_text (const char *text, gsize length, GPtrArray *duplicates, GError **error)
{
  DdJsonLimits limits = { .allow_duplicate_keys = TRUE };
  DdValue *config = NULL;

  if (length > DD_JSON_MAX_BYTES)
    {
      kube_set_error (error, KUBE_TOO_LARGE, dd_object_empty (),
                      "Request entity too large: limit is %d", DD_JSON_MAX_BYTES);
      return NULL;
    }
  if (length > 0 && text[0] == '{')
    config = dd_value_parse_with_duplicates (text, length, &limits, duplicates, NULL);
  if (config != NULL)
    return config;
  g_ptr_array_set_size (duplicates, 0);
  return parse_yaml (text, length, error);
}

static DdValue *
parse_config (const KubeRequest *request, GPtrArray *duplicates, GError **error)
{
  gsize length = 0;
  const char *text
      = request->wire->body != NULL ? g_bytes_get_data (request->wire->body, &length) : NULL;
  g_autoptr (DdValue) config
      = parse_config_text (text != NULL ? text : "", length, duplicates, error);

  if (config == NULL || dd_value_type (config) == DD_OBJECT)
    return g_steal_pointer (&config);
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "error decoding YAML: json: cannot unmarshal %s into Go value of type "
               "map[string]interface {}",
               dd_type_name (dd_value_type (config)));
  return NULL;
}

/* What says a thing twice goes by fieldValidation. */
static gboolean
check_duplicates (const KubeRequest *request, const GPtrArray *duplicates, const KubeWrite *write,
                  GError **error)
{
  for (guint i = 0; i < duplicates->len; i++)
    {
      const char *path = duplicates->pdata[i];

      if (write->fields == KUBE_FIELDS_STRICT)
        {
          kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                          "error strict decoding YAML: duplicate field \"%s\"", path);
          return FALSE;
        }
      if (write->fields == KUBE_FIELDS_WARN)
        g_ptr_array_add (request->warnings, g_strdup_printf ("duplicate field \"%s\"", path));
    }
  return TRUE;
}

/* What the table lacks is refused while applying, whatever fieldValidation says. */
static SimObject *
apply_part (KubeRequest *request, KubePart part, gboolean *out_created, GError **error)
{
  g_autoptr (GPtrArray) duplicates = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DdValue) config = NULL;
  KubeWrite write;

  if (!kube_write_options (request, "PatchOptions", NULL, &write, error))
    return NULL;
  config = parse_config (request, duplicates, error);
  if (config == NULL || !check_duplicates (request, duplicates, &write, error))
    return NULL;
  write.fields = KUBE_FIELDS_IGNORE;
  return kube_apply (request->api, request->kind, request->namespace_, request->name, part, config,
                     &write, out_created, error);
}

/* ---- the handlers ---- */

static SimObject *
patch_part (KubeRequest *request, KubePart part, GError **error)
{
  const KubeKind *kind = request->kind;
  g_autofree char *api_version = kube_kind_api_version (kind);
  g_autoptr (SimObject) old = NULL;
  g_autoptr (SimObject) shown = NULL;
  g_autoptr (DdValue) current = NULL;
  g_autoptr (DdValue) patched = NULL;
  KubeWrite write;

  if (!kube_write_options (request, "PatchOptions", NULL, &write, error))
    return NULL;
  old = kube_get (request->api, kind, request->namespace_, request->name, error);
  if (old == NULL)
    return NULL;
  shown = sim_object_as (old, kind);
  current = kube_object_to_value (shown);
  patched = kube_patch_apply (request, kind->type, current, error);
  if (patched == NULL || !kube_check_type (patched, api_version, kind->kind, error))
    return NULL;
  return kube_update_with (request->api, kind, request->namespace_, request->name, part, patched,
                           &write, error);
}

static SimResponse *
handle_part (KubeRequest *request, KubePart part)
{
  gboolean created = FALSE;
  GError *error = NULL;
  g_autoptr (SimObject) object = kube_is_apply (request)
                                     ? apply_part (request, part, &created, &error)
                                     : patch_part (request, part, &error);

  return object != NULL ? kube_reply_object (request, created ? 201 : 200, object)
                        : kube_reply_error (request, error);
}

SimResponse *
kube_patch_handle (KubeRequest *request)
{
  return handle_part (request, KUBE_PART_MAIN);
}

SimResponse *
kube_patch_status_handle (KubeRequest *request)
{
  return handle_part (request, KUBE_PART_STATUS);
}
