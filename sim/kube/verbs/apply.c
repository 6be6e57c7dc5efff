/* SPDX-License-Identifier: Apache-2.0 */
/* PATCH by application/apply-patch+yaml, and how every write from outside is noted in
 * managedFields.
 *
 * Imitates: apiserver's handlers/patch.go, applyPatcher; the reset fields of the registry's
 * strategies. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/apply/managed.h"
#include "sim/kube/apply/typed.h"
#include "sim/kube/verbs/rules.h"

/* ---- who writes ---- */

/* A status is written through its subresource alone, which leaves all else as it is. */
static gboolean
is_reset (const KubeKind *kind, KubePart part, const char *name)
{
  if (part == KUBE_PART_MAIN)
    return (kind->subresources & KUBE_SUB_STATUS) && strcmp (name, "status") == 0;
  return strcmp (name, "metadata") != 0 && strcmp (name, "status") != 0
         && !kube_schema_is_type_meta (name);
}

static void
add_if_reset (DdBuilder *fields, const KubeKind *kind, KubePart part, const char *name)
{
  g_autofree char *step = kube_step_name (name);

  if (is_reset (kind, part, name))
    dd_builder_set (fields, step, dd_object_empty ());
}

static DdValue *
reset_fields (const KubeKind *kind, KubePart part)
{
  const DdValue *properties = dd_value_member (kind->schema, "properties");
  g_auto (DdBuilder) fields = dd_builder_object ();

  for (const KubeField *field = kind->type->fields; field->name != NULL; field++)
    add_if_reset (&fields, kind, part, field->name);
  for (gsize i = 0; i < dd_value_length (properties); i++)
    add_if_reset (&fields, kind, part, dd_value_key (properties, i));
  if (part == KUBE_PART_STATUS)
    dd_builder_set (&fields, "f:metadata",
                    dd_object ("f:ownerReferences", dd_object_empty (), NULL));
  return kube_field_set_node (FALSE, &fields);
}

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "";
}

/* [] as a client sends it is gone once it is decoded. */
static gboolean
sends_no_owners (const DdValue *sent)
{
  const DdValue *entries = dd_value_at (sent, "metadata", "managedFields", NULL);

  return entries != NULL && dd_value_type (entries) == DD_ARRAY && dd_value_length (entries) == 0;
}

static void
restore_owners (const DdValue *old, DdValue **object)
{
  const DdValue *entries = dd_value_at (old, "metadata", "managedFields", NULL);

  if (entries != dd_value_at (*object, "metadata", "managedFields", NULL))
    dd_value_set (object, "metadata.managedFields", dd_value_ref (entries));
}

DdValue *
kube_note_writer (KubeApi *api, const KubeKind *kind, KubePart part, const DdValue *old,
                  const DdValue *sent, DdValue *object, const KubeWrite *options)
{
  g_autoptr (DdValue) taken = object;
  g_autoptr (DdValue) reset = NULL;
  g_autofree char *time = NULL;
  KubeWriter writer;

  if (options->owned)
    return g_steal_pointer (&taken);
  if (options->manager == NULL)
    {
      restore_owners (old, &taken);
      return g_steal_pointer (&taken);
    }
  if (sends_no_owners (sent))
    dd_value_set (&taken, "metadata.managedFields", dd_array_empty ());
  reset = part != KUBE_PART_FINALIZE ? reset_fields (kind, part) : NULL;
  time = dd_time_to_iso8601 (sim_stage_now (api->stage));
  writer
      = (KubeWriter) { kind, options->manager, text_or_none (options->subresource), time, reset };
  return kube_managed_update (&writer, old, g_steal_pointer (&taken));
}

/* ---- applying ---- */

static DdValue *
lay_over (KubeApi *api, const KubeKind *kind, KubePart part, const DdValue *live,
          const DdValue *config, const KubeWrite *options, GError **error)
{
  g_autoptr (DdValue) reset = reset_fields (kind, part);
  g_autofree char *time = dd_time_to_iso8601 (sim_stage_now (api->stage));
  KubeWriter writer
      = { kind, text_or_none (options->manager), text_or_none (options->subresource), time, reset };

  return kube_managed_apply (&writer, live, config, options->force, error);
}

static SimObject *
create_by_apply (KubeApi *api, const KubeKind *kind, const char *scope, const char *name,
                 const DdValue *config, const KubeWrite *options, GError **error)
{
  const char *uid = dd_value_path_string (config, "metadata.uid");
  g_autoptr (DdValue) made = lay_over (api, kind, KUBE_PART_MAIN, NULL, config, options, error);
  KubeWrite how = *options;

  if (made == NULL || !kube_check_name (name, made, error))
    return NULL;
  if (uid != NULL)
    {
      kube_set_conflict (error, kind, name,
                         "uid mismatch: the provided object specified uid %s, and no existing "
                         "object was found",
                         uid);
      return NULL;
    }
  how.owned = TRUE;
  return kube_create_with (api, kind, scope, made, &how, error);
}

/* Who owns what is noted in the fields of the stored version. */
static void
refuse_converted (const KubeKind *kind, GError **error)
{
  g_autofree char *asked = kube_kind_api_version (kind);
  g_autofree char *kept = kube_kind_api_version (kube_kind_stored (kind));

  kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, dd_object_empty (),
                  "server-side apply (application/apply-patch+yaml) of %s in %s is not modelled by "
                  "Drydock: apply it as %s",
                  kind->kind, asked, kept);
}

SimObject *
kube_apply (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
            KubePart part, const DdValue *config, const KubeWrite *options, gboolean *out_created,
            GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  g_autoptr (SimObject) live = sim_store_get (api->store, kind, scope, name);
  g_autoptr (DdValue) made = NULL;
  KubeWrite how = *options;

  if (kind->to_stored != NULL)
    {
      refuse_converted (kind, error);
      return NULL;
    }
  *out_created = live == NULL;
  if (live == NULL && part == KUBE_PART_MAIN)
    return create_by_apply (api, kind, scope, name, config, options, error);
  if (live == NULL)
    {
      kube_set_not_found (error, kind, name);
      return NULL;
    }
  sim_object_ref (live);
  made = lay_over (api, kind, part, live->value, config, options, error);
  if (made == NULL)
    return NULL;
  how.owned = TRUE;
  return kube_update_with (api, kind, scope, name, part, made, &how, error);
}
