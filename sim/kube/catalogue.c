/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds that one server serves. */
#include "config.h"

#include "sim/kube/catalogue.h"

#include <string.h>

typedef struct
{
  KubeKind *kind;
  GDestroyNotify free_func;
  gboolean ended;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  kept->free_func (kept->kind);
  g_free (kept);
}

KubeCatalogue *
kube_catalogue_new (void)
{
  KubeCatalogue *self = g_new0 (KubeCatalogue, 1);

  self->kinds = g_ptr_array_new ();
  self->kept = g_ptr_array_new_with_free_func (kept_free);
  for (guint i = 0; i < kube_n_kinds; i++)
    g_ptr_array_add (self->kinds, (gpointer) kube_kinds[i]);
  return self;
}

void
kube_catalogue_free (KubeCatalogue *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->kinds);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

const KubeKind *
kube_catalogue_find (const KubeCatalogue *self, const char *group, const char *version,
                     const char *plural)
{
  for (guint i = 0; i < self->kinds->len; i++)
    if (kube_kind_is (self->kinds->pdata[i], group, version, plural))
      return self->kinds->pdata[i];
  return NULL;
}

const KubeKind *
kube_catalogue_find_by_name (const KubeCatalogue *self, const char *api_version, const char *kind)
{
  for (guint i = 0; i < self->kinds->len; i++)
    if (kube_kind_is_called (self->kinds->pdata[i], api_version, kind))
      return self->kinds->pdata[i];
  return NULL;
}

gboolean
kube_catalogue_has_group (const KubeCatalogue *self, const char *group)
{
  for (guint i = 0; i < self->kinds->len; i++)
    if (strcmp (((const KubeKind *) self->kinds->pdata[i])->group, group) == 0)
      return TRUE;
  return FALSE;
}

/* ---- what was defined while it ran ---- */

/* "v1beta2": 1, "beta" and 2. FALSE when VERSION is not written so. */
static gboolean
read_version (const char *version, guint64 *out_major, guint *out_level, guint64 *out_minor)
{
  static const char *const levels[] = { "alpha", "beta" };
  char *rest = NULL;

  if (version[0] != 'v' || !g_ascii_isdigit (version[1]))
    return FALSE;
  *out_major = g_ascii_strtoull (version + 1, &rest, 10);
  *out_level = G_N_ELEMENTS (levels);
  *out_minor = 0;
  if (*rest == '\0')
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_str_has_prefix (rest, levels[i]) && g_ascii_isdigit (rest[strlen (levels[i])]))
      {
        *out_level = i;
        *out_minor = g_ascii_strtoull (rest + strlen (levels[i]), &rest, 10);
        return *rest == '\0';
      }
  return FALSE;
}

/* Imitates: Kubernetes, CustomResourceDefinition Versioning, Version priority. */
int
kube_version_compare (const char *a, const char *b)
{
  guint64 major[2], minor[2];
  guint level[2];
  gboolean first = read_version (a, &major[0], &level[0], &minor[0]);
  gboolean second = read_version (b, &major[1], &level[1], &minor[1]);

  if (!first && !second)
    return strcmp (a, b);
  if (!first || !second)
    return first ? -1 : 1;
  if (level[0] != level[1])
    return level[0] > level[1] ? -1 : 1;
  if (major[0] != major[1])
    return major[0] > major[1] ? -1 : 1;
  return minor[0] > minor[1] ? -1 : minor[0] < minor[1];
}

static int
compare_kinds (const KubeKind *a, const KubeKind *b)
{
  int order = strcmp (a->group, b->group);

  if (order == 0)
    order = kube_version_compare (a->version, b->version);
  return order != 0 ? order : strcmp (a->plural, b->plural);
}

void
kube_catalogue_keep (KubeCatalogue *self, KubeKind *kind, GDestroyNotify free_func)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->kind = kind;
  kept->free_func = free_func;
  g_ptr_array_add (self->kept, kept);
}

void
kube_catalogue_offer (KubeCatalogue *self, KubeKind *kind, GDestroyNotify free_func)
{
  guint place = kube_n_kinds;

  kube_catalogue_keep (self, kind, free_func);
  while (place < self->kinds->len && compare_kinds (self->kinds->pdata[place], kind) <= 0)
    place++;
  g_ptr_array_insert (self->kinds, (gint) place, kind);
}

void
kube_catalogue_withdraw (KubeCatalogue *self, const KubeKind *stored)
{
  for (guint i = self->kinds->len; i-- > kube_n_kinds;)
    if (kube_kind_stored (self->kinds->pdata[i]) == stored)
      g_ptr_array_remove_index (self->kinds, i);
}

void
kube_catalogue_end (KubeCatalogue *self, const KubeKind *stored)
{
  kube_catalogue_withdraw (self, stored);
  for (guint i = 0; i < self->kept->len; i++)
    {
      Kept *kept = g_ptr_array_index (self->kept, i);

      kept->ended = kept->ended || kept->kind == stored;
    }
}

KubeKind *
kube_catalogue_find_stored (const KubeCatalogue *self, const char *group, const char *plural)
{
  for (guint i = 0; i < self->kept->len; i++)
    {
      const Kept *kept = g_ptr_array_index (self->kept, i);

      if (!kept->ended && kept->kind->stored_as == NULL && strcmp (kept->kind->plural, plural) == 0
          && strcmp (kept->kind->group, group) == 0)
        return kept->kind;
    }
  return NULL;
}
