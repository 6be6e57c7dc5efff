/* SPDX-License-Identifier: Apache-2.0 */
/* Looking kinds up by what a path or a body calls them. */
#include "config.h"

#include <string.h>

#include "sim/kube/kind.h"

gboolean
kube_kind_is (const KubeKind *kind, const char *group, const char *version, const char *plural)
{
  return strcmp (kind->plural, plural) == 0 && strcmp (kind->group, group) == 0
         && strcmp (kind->version, version) == 0;
}

gboolean
kube_kind_is_called (const KubeKind *kind, const char *api_version, const char *name)
{
  const char *slash = strchr (api_version, '/');
  const char *version = slash != NULL ? slash + 1 : api_version;
  gsize group_length = slash != NULL ? (gsize) (slash - api_version) : 0;

  return strcmp (kind->kind, name) == 0 && strcmp (kind->version, version) == 0
         && strlen (kind->group) == group_length
         && strncmp (kind->group, api_version, group_length) == 0;
}

const KubeKind *
kube_kind_find (const char *group, const char *version, const char *plural)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (kube_kind_is (kube_kinds[i], group, version, plural))
      return kube_kinds[i];
  return NULL;
}

const KubeKind *
kube_kind_find_by_name (const char *api_version, const char *kind)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (kube_kind_is_called (kube_kinds[i], api_version, kind))
      return kube_kinds[i];
  return NULL;
}

const KubeField *
kube_field_find (const KubeStruct *type, const char *name)
{
  for (const KubeField *field = type != NULL ? type->fields : NULL;
       field != NULL && field->name != NULL; field++)
    if (strcmp (field->name, name) == 0)
      return field;
  return NULL;
}

const KubeStruct *
kube_type_find (const char *api_version, const char *kind)
{
  const KubeKind *found = kube_kind_find_by_name (api_version, kind);

  if (found != NULL)
    return (found->flags & KUBE_JSON_ONLY) ? NULL : found->type;
  for (guint i = 0; i < kube_n_messages; i++)
    if (strcmp (kube_messages[i].kind, kind) == 0)
      return kube_messages[i].type;
  return NULL;
}

const KubeKind *
kube_kind_of_scopes (void)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (kube_kinds[i]->flags & KUBE_IS_SCOPE)
      return kube_kinds[i];
  g_assert_not_reached ();
}

const KubeKind *
kube_kind_stored (const KubeKind *kind)
{
  return kind->stored_as != NULL ? kind->stored_as : kind;
}

char *
kube_kind_api_version (const KubeKind *kind)
{
  return g_strconcat (kind->group, kind->group[0] != '\0' ? "/" : "", kind->version, NULL);
}

char *
kube_kind_resource (const KubeKind *kind)
{
  return g_strconcat (kind->plural, kind->group[0] != '\0' ? "." : "", kind->group, NULL);
}
