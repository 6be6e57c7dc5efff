/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns which fields of an object.
 *
 * An owner is a manager, how it writes (Apply or Update), through which subresource and, for
 * updates, in which version of the API. A write takes what it changes from all others; an apply
 * must not, unless it is forced to.
 *
 * Imitates: apimachinery's util/managedfields, the chain of managers that NewDefaultFieldManager
 * makes, and structured-merge-diff's merge.Updater. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/last-applied.h"
#include "sim/kube/apply/owners.h"
#include "sim/kube/apply/typed.h"
#include "sim/kube/error.h"

/* More updaters than this, and the oldest become one. */
#define MOST_UPDATERS 10
#define ANCIENT "ancient-changes"
/* Who owns what stood in an object that nobody had been noted for. */
#define BEFORE_FIRST "before-first-apply"

/* ---- what nobody owns ---- */

static const DdValue *
nobodys_fields (void)
{
  static const char *const in_metadata[]
      = { "name",        "namespace",  "creationTimestamp", "selfLink",       "uid",
          "clusterName", "generation", "managedFields",     "resourceVersion" };
  static DdValue *set = NULL;

  if (set == NULL)
    {
      g_auto (DdBuilder) metadata = dd_builder_object ();
      g_auto (DdBuilder) top = dd_builder_object ();

      for (guint i = 0; i < G_N_ELEMENTS (in_metadata); i++)
        {
          g_autofree char *step = kube_step_name (in_metadata[i]);

          dd_builder_set (&metadata, step, dd_object_empty ());
        }
      dd_builder_set (&top, "f:apiVersion", dd_object_empty ());
      dd_builder_set (&top, "f:kind", dd_object_empty ());
      dd_builder_set (&top, "f:metadata", kube_field_set_node (TRUE, &metadata));
      set = kube_field_set_node (FALSE, &top);
    }
  return set;
}

/* Takes SET. */
static DdValue *
what_can_be_owned (DdValue *set)
{
  g_autoptr (DdValue) taken = set;

  return kube_field_set_difference (taken, nobodys_fields ());
}

/* Takes SET. */
static DdValue *
without_reset (const KubeWriter *writer, DdValue *set)
{
  g_autoptr (DdValue) taken = set;

  return kube_field_set_without (taken, writer->reset);
}

/* ---- a change, and whom it takes fields from ---- */

static void
compare (const KubeWriter *writer, const DdValue *before, const DdValue *after,
         KubeComparison *out_comparison)
{
  kube_typed_compare (writer->kind, before, after, out_comparison);
  out_comparison->added = without_reset (writer, out_comparison->added);
  out_comparison->modified = without_reset (writer, out_comparison->modified);
  out_comparison->removed = without_reset (writer, out_comparison->removed);
}

/* Versions of a custom resource have the same fields, where no webhook converts them. */
static gboolean
is_understood (const KubeKind *kind, const char *api_version)
{
  g_autofree char *served = kube_kind_api_version (kind);
  gsize group = strlen (kind->group);

  if (kind->schema != NULL)
    return strncmp (api_version, served, group + 1) == 0;
  return strcmp (api_version, served) == 0;
}

/* Owners in a version of the API that is not served can no longer be understood. */
static void
drop_unserved (const KubeWriter *writer, GPtrArray *owners)
{
  for (guint i = 0; i < owners->len; i++)
    {
      KubeOwner *owner = owners->pdata[i];

      if (!is_understood (writer->kind, owner->api_version))
        kube_owner_set_fields (owner, NULL);
    }
  kube_owners_drop_idle (owners);
}

/* Everybody but SELF (may be NULL) loses what was TAKEN and what was REMOVED. */
static void
take_from_others (GPtrArray *owners, const KubeOwner *self, const DdValue *taken,
                  const DdValue *removed)
{
  for (guint i = 0; i < owners->len; i++)
    {
      KubeOwner *owner = owners->pdata[i];
      g_autoptr (DdValue) kept = NULL;

      if (owner == self)
        continue;
      kept = kube_field_set_difference (owner->set, taken);
      kube_owner_set_fields (owner, kube_field_set_difference (kept, removed));
    }
  kube_owners_drop_idle (owners);
}

/* ---- updates ---- */

/* Puts two updaters together as ANCIENT, with the time of the later one. */
static void
put_together (GPtrArray *owners, KubeOwner *oldest, KubeOwner *next)
{
  g_autoptr (DdValue) both = kube_field_set_union (oldest->set, next->set);
  KubeOwner *together = kube_owner_new (ANCIENT, FALSE, next->api_version, "", next->time, NULL);
  KubeOwner *former;

  g_ptr_array_remove (owners, next);
  g_ptr_array_remove (owners, oldest);
  former = kube_owners_find (owners, together->id);
  together->set = kube_field_set_union (both, former != NULL ? former->set : NULL);
  kube_owners_put (owners, together);
}

/* Of more than MOST_UPDATERS the two oldest of a version become one; FALSE when there are not so
 * many, or no two of a version. */
static gboolean
thin_updaters (GPtrArray *owners)
{
  g_autoptr (GPtrArray) updaters = g_ptr_array_new ();

  for (guint i = 0; i < owners->len; i++)
    if (!((KubeOwner *) owners->pdata[i])->applied)
      g_ptr_array_add (updaters, owners->pdata[i]);
  if (updaters->len <= MOST_UPDATERS)
    return FALSE;
  g_ptr_array_sort (updaters, kube_owner_compare);
  for (guint i = 0; i < updaters->len; i++)
    for (guint j = i + 1; j < updaters->len; j++)
      {
        KubeOwner *oldest = updaters->pdata[i], *next = updaters->pdata[j];

        if (strcmp (oldest->api_version, next->api_version) != 0)
          continue;
        put_together (owners, oldest, next);
        return TRUE;
      }
  return FALSE;
}

/* Notes in OWNERS that the writer, as an updater called MANAGER, made AFTER of BEFORE. */
static void
note_update (const KubeWriter *writer, const char *manager, GPtrArray *owners,
             const DdValue *before, const DdValue *after)
{
  g_autofree char *api_version = kube_kind_api_version (writer->kind);
  g_auto (KubeComparison) change = { 0 };
  g_autoptr (DdValue) changed = NULL;
  g_autoptr (DdValue) own = NULL;
  KubeOwner *self, *former;

  drop_unserved (writer, owners);
  compare (writer, before, after, &change);
  changed = kube_field_set_union (change.modified, change.added);
  take_from_others (owners, NULL, changed, change.removed);
  own = what_can_be_owned (dd_value_ref (changed));
  if (own != NULL)
    {
      self = kube_owner_new (manager, FALSE, api_version, writer->subresource, writer->time, NULL);
      former = kube_owners_find (owners, self->id);
      self->set = kube_field_set_union (own, former != NULL ? former->set : NULL);
      kube_owners_put (owners, self);
    }
  while (thin_updaters (owners))
    ;
}

/* [] and [{}] ask for a fresh start. */
static gboolean
is_reset (const DdValue *entries)
{
  return entries != NULL
         && (dd_value_length (entries) == 0
             || (dd_value_length (entries) == 1
                 && dd_value_length (dd_value_element (entries, 0)) == 0));
}

/* Who owned OBJECT's fields before it is written: it may say so itself, unless it is written
 * through a subresource. */
static GPtrArray *
owners_before (const KubeWriter *writer, const DdValue *old, const DdValue *object)
{
  GPtrArray *owners = NULL;

  if (writer->subresource[0] == '\0')
    {
      if (is_reset (kube_owners_entries (object)))
        return kube_owners_new ();
      owners = kube_owners_read (kube_owners_entries (object), NULL);
    }
  if (owners == NULL || owners->len == 0)
    {
      g_clear_pointer (&owners, g_ptr_array_unref);
      owners = kube_owners_read (kube_owners_entries (old), NULL);
    }
  return owners != NULL ? owners : kube_owners_new ();
}

static DdValue *
without_entries (const DdValue *object)
{
  return kube_owners_entries (object) != NULL
             ? dd_value_with (object, NULL, "metadata", "managedFields", NULL)
             : dd_value_ref (object);
}

const char *
kube_writer_manager (const KubeWriter *writer)
{
  return writer->manager[0] != '\0' ? writer->manager : "unknown";
}

DdValue *
kube_managed_update (const KubeWriter *writer, const DdValue *old, DdValue *object)
{
  g_autoptr (DdValue) taken = object;
  g_autoptr (GPtrArray) owners = owners_before (writer, old, taken);
  g_autoptr (DdValue) before
      = old != NULL ? without_entries (old) : dd_value_ref (kube_typed_empty (writer->kind));
  g_autoptr (DdValue) after = without_entries (taken);

  if (owners->len > 0 || old == NULL)
    note_update (writer, kube_writer_manager (writer), owners, before, after);
  return kube_owners_write (owners, g_steal_pointer (&after));
}

/* ---- pruning ---- */

static DdValue *
fields_with_parents (const KubeKind *kind, const DdValue *object)
{
  g_autoptr (DdValue) fields = kube_typed_fields (kind, object);

  return kube_typed_with_parents (kind, fields);
}

static DdValue *
all_owned (const GPtrArray *owners)
{
  DdValue *all = NULL;

  for (guint i = 0; i < owners->len; i++)
    {
      DdValue *more = kube_field_set_union (all, ((KubeOwner *) owners->pdata[i])->set);

      dd_value_unref (all);
      all = more;
    }
  return all;
}

/* MERGED without what is neither left in PRUNED nor owned by anybody. */
static DdValue *
add_back_owned (const KubeKind *kind, const DdValue *merged, const DdValue *pruned,
                const GPtrArray *owners)
{
  g_autoptr (DdValue) owned = all_owned (owners);
  g_autoptr (DdValue) owned_whole = kube_typed_with_parents (kind, owned);
  g_autoptr (DdValue) left = fields_with_parents (kind, pruned);
  g_autoptr (DdValue) kept = kube_field_set_union (left, owned_whole);
  g_autoptr (DdValue) all = fields_with_parents (kind, merged);
  g_autoptr (DdValue) gone = kube_field_set_difference (all, kept);

  return kube_typed_remove (kind, merged, gone);
}

/* MERGED without what PRUNED lacks and the writer owned before: what nobody owns stays. */
static DdValue *
add_back_dangling (const KubeKind *kind, const DdValue *merged, const DdValue *pruned,
                   const DdValue *last_whole)
{
  g_autoptr (DdValue) left = fields_with_parents (kind, pruned);
  g_autoptr (DdValue) all = fields_with_parents (kind, merged);
  g_autoptr (DdValue) lost = kube_field_set_difference (all, left);
  g_autoptr (DdValue) gone = kube_field_set_intersection (lost, last_whole);

  return kube_typed_remove (kind, merged, gone);
}

/* MERGED (taken) without what the writer applied LAST time and neither it nor anybody else among
 * OWNERS does now. */
static DdValue *
prune (const KubeKind *kind, DdValue *merged, const GPtrArray *owners, const DdValue *last)
{
  g_autoptr (DdValue) taken = merged;
  g_autoptr (DdValue) last_whole = NULL;
  g_autoptr (DdValue) bare = NULL;
  g_autoptr (DdValue) pruned = NULL;

  if (last == NULL)
    return g_steal_pointer (&taken);
  last_whole = kube_typed_with_parents (kind, last);
  bare = kube_typed_remove (kind, taken, last_whole);
  pruned = add_back_owned (kind, taken, bare, owners);
  return add_back_dangling (kind, taken, pruned, last_whole);
}

/* ---- applying ---- */

/* "apps/v1, Kind=Deployment", "/v1, Kind=Pod"; caller frees. */
static char *
type_text (const char *api_version, const char *kind)
{
  return g_strdup_printf ("%s%s, Kind=%s", strchr (api_version, '/') != NULL ? "" : "/",
                          api_version, kind);
}

static gboolean
check_config (const KubeWriter *writer, const DdValue *config, GError **error)
{
  g_autofree char *served = kube_kind_api_version (writer->kind);
  const char *api_version = kube_text_member (config, "apiVersion");
  const char *kind = kube_text_member (config, "kind");
  const DdValue *metadata = dd_value_member (config, "metadata");
  g_autofree char *type = type_text (api_version, kind);
  g_autoptr (GError) problem = NULL;

  if (strcmp (api_version, served) != 0 || strcmp (kind, writer->kind->kind) != 0)
    kube_set_error (error, KUBE_BAD_REQUEST, NULL, "invalid object type: %s", type);
  else if (dd_value_member (metadata, "managedFields") != NULL
           && dd_value_type (dd_value_member (metadata, "managedFields")) != DD_NULL)
    kube_set_error (error, KUBE_BAD_REQUEST, NULL, "metadata.managedFields must be nil");
  else if (!kube_typed_check (writer->kind, config, &problem))
    kube_set_error (error, KUBE_UNSPECIFIED, NULL,
                    "failed to create typed patch object (%s/%s; %s): %s",
                    kube_text_member (metadata, "namespace"), kube_text_member (metadata, "name"),
                    type, problem->message);
  else
    return TRUE;
  return FALSE;
}

/* CONFIG without what the store does not keep. */
static DdValue *
without_type (const DdValue *config)
{
  g_autoptr (DdValue) bare = dd_value_with_member (config, "kind", NULL);

  return dd_value_with_member (bare, "apiVersion", NULL);
}

/* Who owns LIVE's fields. Where nobody was noted, somebody did before all applying. */
static GPtrArray *
owners_of_live (const KubeWriter *writer, const DdValue *live, const DdValue *bare, GError **error)
{
  g_autoptr (GError) problem = NULL;
  GPtrArray *owners = kube_owners_read (kube_owners_entries (live), &problem);

  if (owners == NULL)
    kube_set_error (error, KUBE_UNSPECIFIED, NULL, "failed to decode managed fields: %s",
                    problem->message);
  else if (owners->len == 0 && live != NULL)
    note_update (writer, BEFORE_FIRST, owners, kube_typed_empty (writer->kind), bare);
  return owners;
}

/* Puts the writer among OWNERS with the fields of CONFIG; what it owned before is in *OUT_LAST. */
static KubeOwner *
enter_applier (const KubeWriter *writer, GPtrArray *owners, const DdValue *config,
               DdValue **out_last)
{
  g_autofree char *api_version = kube_kind_api_version (writer->kind);
  DdValue *set = without_reset (writer, kube_typed_fields (writer->kind, config));
  KubeOwner *self = kube_owner_new (kube_writer_manager (writer), TRUE, api_version,
                                    writer->subresource, NULL, set);
  const KubeOwner *former = kube_owners_find (owners, self->id);

  *out_last = former != NULL ? dd_value_ref (former->set) : NULL;
  self->time = former != NULL ? g_strdup (former->time) : NULL;
  kube_owners_put (owners, self);
  return self;
}

DdValue *
kube_managed_apply (const KubeWriter *writer, const DdValue *live, const DdValue *config,
                    gboolean force, GError **error)
{
  const KubeKind *kind = writer->kind;
  g_autoptr (DdValue) bare = without_entries (live != NULL ? live : dd_object_empty ());
  g_autoptr (GPtrArray) owners = NULL;
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (DdValue) wanted = NULL;
  g_autoptr (DdValue) last = NULL;
  g_autoptr (DdValue) made = NULL;
  g_autoptr (DdValue) changed = NULL;
  g_autoptr (DdValue) allowed = NULL;
  g_auto (KubeComparison) change = { 0 };
  KubeOwner *self;

  if (!check_config (writer, config, error))
    return NULL;
  owners = owners_of_live (writer, live, bare, error);
  if (owners == NULL)
    return NULL;
  drop_unserved (writer, owners);
  wanted = without_type (config);
  self = enter_applier (writer, owners, wanted, &last);
  made = prune (kind, kube_typed_merge (kind, bare, wanted), owners, last);
  compare (writer, bare, made, &change);
  changed = kube_field_set_union (change.modified, change.added);
  allowed = kube_last_applied_fields (writer, bare);
  conflicts = kube_conflicts_find (owners, self, changed, allowed);
  if (conflicts->len > 0 && !force)
    {
      kube_conflicts_set_error (conflicts, error);
      return NULL;
    }
  kube_owner_set_fields (self, what_can_be_owned (dd_value_ref (self->set)));
  g_free (self->time);
  self->time = g_strdup (writer->time);
  take_from_others (owners, self, changed, change.removed);
  made = kube_owners_write (owners, g_steal_pointer (&made));
  return kube_last_applied_keep (writer, config, g_steal_pointer (&made));
}
