/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of managedFields: reading, writing, sharing.
 *
 * Imitates: apimachinery's util/managedfields, DecodeManagedFields and EncodeObjectManagedFields.
 */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "sim/kube/apply/managed.h"
#include "sim/kube/apply/owners.h"

/* ---- sharing ---- */

static guint
hash_of (const DdValue *value)
{
  GString *text = g_string_new (NULL);
  guint hash;

  dd_value_write (value, text);
  hash = g_str_hash (text->str);
  g_string_free (text, TRUE);
  return hash;
}

/* VALUE (taken), or what is equal to it and was made before: a thousand pods of one template are
 * written by the same hands. What is met in its place makes room. */
static DdValue *
share (DdValue *value)
{
  static DdValue *made[1024];
  DdValue **slot = &made[hash_of (value) % G_N_ELEMENTS (made)];

  if (dd_value_equal (*slot, value))
    {
      dd_value_unref (value);
      return dd_value_ref (*slot);
    }
  dd_value_unref (*slot);
  *slot = dd_value_ref (value);
  return value;
}

/* ---- owners ---- */

static void
owner_free (gpointer data)
{
  KubeOwner *owner = data;

  g_free (owner->id);
  g_free (owner->manager);
  g_free (owner->api_version);
  g_free (owner->subresource);
  g_free (owner->time);
  dd_value_unref (owner->set);
  g_free (owner);
}

static DdValue *
text_or_nothing (const char *text)
{
  return text[0] != '\0' ? dd_string (text) : NULL;
}

static const char *
operation_of (const KubeOwner *owner)
{
  return owner->applied ? "Apply" : "Update";
}

KubeOwner *
kube_owner_new (const char *manager, gboolean applied, const char *api_version,
                const char *subresource, const char *time, DdValue *set)
{
  KubeOwner *owner = g_new0 (KubeOwner, 1);
  g_autoptr (DdValue) id = NULL;

  owner->manager = g_strdup (manager);
  owner->applied = applied;
  owner->api_version = g_strdup (api_version);
  owner->subresource = g_strdup (subresource != NULL ? subresource : "");
  owner->time = g_strdup (time);
  owner->set = set;
  id = dd_object ("manager", text_or_nothing (manager), "operation",
                  dd_string (operation_of (owner)), "apiVersion",
                  applied ? NULL : dd_string (api_version), "subresource",
                  text_or_nothing (owner->subresource), NULL);
  owner->id = dd_value_to_text (id);
  return owner;
}

GPtrArray *
kube_owners_new (void)
{
  return g_ptr_array_new_with_free_func (owner_free);
}

KubeOwner *
kube_owners_find (const GPtrArray *owners, const char *id)
{
  for (guint i = 0; i < owners->len; i++)
    if (strcmp (((KubeOwner *) owners->pdata[i])->id, id) == 0)
      return owners->pdata[i];
  return NULL;
}

void
kube_owners_put (GPtrArray *owners, KubeOwner *owner)
{
  KubeOwner *former = kube_owners_find (owners, owner->id);

  if (former != NULL)
    g_ptr_array_remove (owners, former);
  g_ptr_array_add (owners, owner);
}

void
kube_owner_set_fields (KubeOwner *owner, DdValue *set)
{
  dd_value_unref (owner->set);
  owner->set = set;
}

void
kube_owners_drop_idle (GPtrArray *owners)
{
  for (guint i = owners->len; i > 0; i--)
    if (((KubeOwner *) owners->pdata[i - 1])->set == NULL)
      g_ptr_array_remove_index (owners, i - 1);
}

/* ---- reading and writing managedFields ---- */

static gboolean read_failed (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
read_failed (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

const char *
kube_text_member (const DdValue *entry, const char *name)
{
  const char *text = dd_value_string (dd_value_member (entry, name));

  return text != NULL ? text : "";
}

static gboolean
read_entry (const DdValue *entry, gsize position, GPtrArray *owners, GError **error)
{
  const char *operation = kube_text_member (entry, "operation");
  const char *type = kube_text_member (entry, "fieldsType");
  const DdValue *fields = dd_value_member (entry, "fieldsV1");
  DdValue *set = NULL;

  if (strcmp (operation, "Apply") != 0 && strcmp (operation, "Update") != 0)
    return read_failed (error, "operation must be `Apply` or `Update`");
  if (kube_text_member (entry, "apiVersion")[0] == '\0')
    return read_failed (error, "apiVersion must not be empty");
  if (type[0] == '\0')
    return read_failed (error, "missing fieldsType in managed fields entry %" G_GSIZE_FORMAT,
                        position);
  if (strcmp (type, "FieldsV1") != 0)
    return read_failed (error, "invalid fieldsType \"%s\" in managed fields entry %" G_GSIZE_FORMAT,
                        type, position);
  if (fields != NULL && !kube_field_set_read (fields, &set, error))
    return FALSE;
  kube_owners_put (owners, kube_owner_new (kube_text_member (entry, "manager"),
                                           strcmp (operation, "Apply") == 0,
                                           kube_text_member (entry, "apiVersion"),
                                           kube_text_member (entry, "subresource"),
                                           dd_value_string (dd_value_member (entry, "time")), set));
  return TRUE;
}

const DdValue *
kube_owners_entries (const DdValue *object)
{
  return dd_value_at (object, "metadata", "managedFields", NULL);
}

GPtrArray *
kube_owners_read (const DdValue *entries, GError **error)
{
  g_autoptr (GPtrArray) owners = kube_owners_new ();

  for (gsize i = 0; i < dd_value_length (entries); i++)
    if (!read_entry (dd_value_element (entries, i), i, owners, error))
      return NULL;
  return g_steal_pointer (&owners);
}

/* Times are RFC 3339 in UTC and of one length, so that their order is that of the texts. */
int
kube_owner_compare (gconstpointer a, gconstpointer b)
{
  const KubeOwner *left = *(KubeOwner *const *) a, *right = *(KubeOwner *const *) b;
  int order = strcmp (operation_of (left), operation_of (right));

  if (order == 0)
    order = g_strcmp0 (left->time, right->time);
  if (order == 0)
    order = strcmp (left->manager, right->manager);
  if (order == 0)
    order = strcmp (left->api_version, right->api_version);
  return order != 0 ? order : strcmp (left->subresource, right->subresource);
}

static DdValue *
write_owner (const KubeOwner *owner)
{
  return dd_object ("manager", text_or_nothing (owner->manager), "operation",
                    dd_word (owner->applied ? "Apply" : "Update"), "apiVersion",
                    dd_string (owner->api_version), "time", dd_string (owner->time), "fieldsType",
                    dd_word ("FieldsV1"), "fieldsV1", share (kube_field_set_write (owner->set)),
                    "subresource", text_or_nothing (owner->subresource), NULL);
}

/* OBJECT (taken) with what OWNERS own as its managedFields, at their place in the metadata. */
DdValue *
kube_owners_write (GPtrArray *owners, DdValue *object)
{
  g_autoptr (DdValue) taken = object;
  g_auto (DdBuilder) entries = dd_builder_array ();
  g_autoptr (DdValue) list = NULL;

  kube_owners_drop_idle (owners);
  g_ptr_array_sort (owners, kube_owner_compare);
  for (guint i = 0; i < owners->len; i++)
    dd_builder_add (&entries, write_owner (owners->pdata[i]));
  list = dd_builder_end (&entries);
  return dd_value_with (taken, owners->len > 0 ? share (g_steal_pointer (&list)) : NULL, "metadata",
                        "managedFields", NULL);
}

static gboolean
same_entry (const DdValue *a, const DdValue *b)
{
  g_autoptr (DdValue) left = dd_value_with_member (a, "time", NULL);
  g_autoptr (DdValue) right = dd_value_with_member (b, "time", NULL);

  return dd_value_equal (left, right);
}

/* Times order the entries, so that the one may stand where the other does not. */
gboolean
kube_managed_same (const DdValue *a, const DdValue *b)
{
  gsize n = dd_value_length (a);

  if (a == b)
    return TRUE;
  if (n != dd_value_length (b))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      gboolean found = FALSE;

      for (gsize j = 0; j < n && !found; j++)
        found = same_entry (dd_value_element (a, i), dd_value_element (b, j));
      if (!found)
        return FALSE;
    }
  return TRUE;
}
