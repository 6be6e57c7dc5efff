/* SPDX-License-Identifier: Apache-2.0 */
/* LIST: selectors, pages and versions.
 *
 * A page goes on where the last one stopped, in the state of the first page's revision: what was
 * written since is undone with the help of the watch log, which holds the previous state of every
 * object that it saw change. When the log no longer reaches back the page is 410 Expired, with a
 * token that goes on in the present.
 *
 * Imitates: Kubernetes API Concepts, Retrieving large results sets in chunks, and Resource
 * versions; apiserver's storage/continue.go and etcd3/errors.go for the texts. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/list.h"
#include "sim/kube/serve/page-token.h"
#include "sim/kube/serve/table.h"

/* ---- parameters ---- */

static gboolean
parse_revision (KubeListOptions *options, GError **error)
{
  const char *text = options->revision_text;
  char *end = NULL;

  if (text == NULL || text[0] == '\0')
    return TRUE;
  if (g_ascii_isdigit (text[0]))
    options->revision = g_ascii_strtoull (text, &end, 10);
  if (end != NULL && *end == '\0')
    return TRUE;
  kube_set_error (error, KUBE_UNSPECIFIED, NULL,
                  "resourceVersion: Invalid value: \"%s\": strconv.ParseUint: parsing \"%s\": "
                  "invalid syntax",
                  text, text);
  return FALSE;
}

static gboolean
refuse_option (GError **error, const char *reason, const char *field, const char *why)
{
  DdValue *causes = dd_array (dd_object ("reason", dd_string (reason), "message", dd_string (why),
                                         "field", dd_string (field), NULL),
                              NULL);

  kube_set_error (error, KUBE_INVALID,
                  dd_object ("group", dd_string ("meta.k8s.io"), "kind", dd_string ("ListOptions"),
                             "causes", causes, NULL),
                  "ListOptions.meta.k8s.io \"\" is invalid: %s: %s", field, why);
  return FALSE;
}

static gboolean
check_match (const KubeRequest *request, const KubeListOptions *options, GError **error)
{
  gboolean has_revision = options->revision_text != NULL && options->revision_text[0] != '\0';

  if (options->match == NULL)
    return TRUE;
  if (request->watch && !kube_request_flag (request, "sendInitialEvents"))
    return refuse_option (error, "FieldValueForbidden", "resourceVersionMatch",
                          "Forbidden: resourceVersionMatch is forbidden for watch");
  if (!request->watch && !has_revision)
    return refuse_option (error, "FieldValueForbidden", "resourceVersionMatch",
                          "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
                          "provided");
  if (options->continue_ != NULL)
    return refuse_option (error, "FieldValueForbidden", "resourceVersionMatch",
                          "Forbidden: resourceVersionMatch is forbidden when continue is provided");
  if (strcmp (options->match, "Exact") != 0 && strcmp (options->match, "NotOlderThan") != 0)
    {
      g_autofree char *why = g_strdup_printf (
          "Unsupported value: \"%s\": supported values: \"Exact\", \"NotOlderThan\"",
          options->match);
      return refuse_option (error, "FieldValueNotSupported", "resourceVersionMatch", why);
    }
  if (strcmp (options->match, "Exact") == 0 && g_strcmp0 (options->revision_text, "0") == 0)
    return refuse_option (error, "FieldValueForbidden", "resourceVersionMatch",
                          "Forbidden: resourceVersionMatch \"Exact\" is forbidden for "
                          "resourceVersion \"0\"");
  return TRUE;
}

static const char *
given (const KubeRequest *request, const char *name)
{
  const char *text = kube_request_query (request, name);

  return text != NULL && text[0] != '\0' ? text : NULL;
}

gboolean
kube_list_options_parse (const KubeRequest *request, KubeListOptions *out_options, GError **error)
{
  g_auto (KubeListOptions) options = { 0 };
  GError *problem = NULL;

  options.revision_text = kube_request_query (request, "resourceVersion");
  options.match = given (request, "resourceVersionMatch");
  options.continue_ = given (request, "continue");
  if (!kube_request_integer (request, "limit", &options.limit, error)
      || !kube_request_integer (request, "timeoutSeconds", &options.timeout_seconds, error))
    return FALSE;
  options.labels = kube_label_query_parse (kube_request_query (request, "labelSelector"), &problem);
  if (problem == NULL)
    options.fields = kube_field_query_parse (
        request->kind, kube_request_query (request, "fieldSelector"), &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  if (!check_match (request, &options, error) || !parse_revision (&options, error))
    return FALSE;
  *out_options = options;
  options = (KubeListOptions) { 0 };
  return TRUE;
}

void
kube_list_options_clear (KubeListOptions *options)
{
  g_clear_pointer (&options->labels, kube_selector_free);
  g_clear_pointer (&options->fields, kube_selector_free);
}

gboolean
kube_check_revision (const KubeApi *api, guint64 revision, GError **error)
{
  guint64 current = sim_store_revision (api->store);
  DdValue *causes;

  if (revision <= current)
    return TRUE;
  causes = dd_array (dd_object ("reason", dd_string ("ResourceVersionTooLarge"), "message",
                                dd_string ("Too large resource version"), NULL),
                     NULL);
  kube_set_error (
      error, KUBE_TIMEOUT, dd_object ("causes", causes, "retryAfterSeconds", dd_int (1), NULL),
      "Timeout: Too large resource version: %" G_GUINT64_FORMAT ", current: %" G_GUINT64_FORMAT,
      revision, current);
  return FALSE;
}

/* ---- selecting ---- */

gboolean
kube_selects (const KubeRequest *request, const KubeListOptions *options, const SimObject *object)
{
  if (request->namespace_ != NULL && strcmp (object->namespace_, request->namespace_) != 0)
    return FALSE;
  if (request->name != NULL && strcmp (object->name, request->name) != 0)
    return FALSE;
  return kube_label_query_matches (options->labels,
                                   dd_value_at (object->value, "metadata", "labels", NULL))
         && kube_field_query_matches (options->fields, object);
}

/* What an index or a name answers, else everything of the namespace. */
static GPtrArray *
candidates (const KubeRequest *request, const KubeListOptions *options)
{
  const KubeKind *kind = request->kind;
  const char *name = request->name != NULL
                         ? request->name
                         : kube_field_query_wants (options->fields, "metadata.name");
  const char *scope = kind->namespaced ? request->namespace_ : "";

  if (name != NULL && scope != NULL)
    {
      GPtrArray *one = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
      SimObject *object = sim_store_get (request->api->store, kind, scope, name);

      if (object != NULL)
        g_ptr_array_add (one, sim_object_ref (object));
      return one;
    }
  for (guint i = 0; kind->indexes != NULL && kind->indexes[i] != NULL; i++)
    {
      const char *wanted = kube_field_query_wants (options->fields, kind->indexes[i]);

      if (wanted != NULL && wanted[0] != '\0')
        return sim_store_list_by (request->api->store, kind, kind->indexes[i], wanted);
    }
  return sim_store_list (request->api->store, kind, kind->namespaced ? request->namespace_ : NULL);
}

/* Brings what changes by itself up to date; a read may be the first to notice. */
static void
refresh_all (const KubeRequest *request, GPtrArray *objects)
{
  if (!kube_is_refreshed (request->api, request->kind))
    return;
  for (guint i = 0; i < objects->len; i++)
    {
      SimObject *object = objects->pdata[i];
      SimObject *fresh;

      kube_refresh (request->api, object);
      fresh = sim_store_get (request->api->store, object->kind, object->namespace_, object->name);
      if (fresh == NULL || fresh == object)
        continue;
      objects->pdata[i] = sim_object_ref (fresh);
      sim_object_unref (object);
    }
}

static GPtrArray *
keep_selected (const KubeRequest *request, const KubeListOptions *options, GPtrArray *objects)
{
  GPtrArray *kept = g_ptr_array_new_full (objects->len, (GDestroyNotify) sim_object_unref);

  for (guint i = 0; i < objects->len; i++)
    if (kube_selects (request, options, objects->pdata[i]))
      g_ptr_array_add (kept, sim_object_ref (objects->pdata[i]));
  return kept;
}

GPtrArray *
kube_select_objects (const KubeRequest *request, const KubeListOptions *options)
{
  g_autoptr (GPtrArray) all = candidates (request, options);

  refresh_all (request, all);
  return keep_selected (request, options, all);
}

/* ---- the state of an older revision ---- */

static char *
key_of (const SimObject *object)
{
  return object->namespace_[0] != '\0' ? g_strconcat (object->namespace_, "/", object->name, NULL)
                                       : g_strdup (object->name);
}

static int
compare_objects (gconstpointer a, gconstpointer b)
{
  const SimObject *left = *(SimObject *const *) a, *right = *(SimObject *const *) b;
  int order = strcmp (left->namespace_, right->namespace_);

  return order != 0 ? order : strcmp (left->name, right->name);
}

static void
unref_if_any (gpointer object)
{
  if (object != NULL)
    sim_object_unref (object);
}

/* For every object that changed after REVISION, what it was before the first of these changes
 * (NULL: it did not exist). NULL when the log does not reach back that far. */
static GHashTable *
undo_since (const KubeRequest *request, guint64 revision)
{
  SimStore *store = request->api->store;
  g_autoptr (GHashTable) undo
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_if_any);
  guint64 cursor, oldest;
  gboolean expired = FALSE;
  const SimChange *change;

  if (!sim_store_log_seek (store, request->kind, revision, &cursor, &oldest))
    return NULL;
  while ((change = sim_store_log_next (store, request->kind, &cursor, &expired)) != NULL)
    {
      g_autofree char *key = key_of (change->object);

      if (change->revision > revision && !g_hash_table_contains (undo, key))
        g_hash_table_insert (undo, g_steal_pointer (&key),
                             change->previous != NULL ? sim_object_ref (change->previous) : NULL);
    }
  return expired ? NULL : g_steal_pointer (&undo);
}

static GPtrArray *
objects_at (const KubeRequest *request, guint64 revision)
{
  g_autoptr (GHashTable) undo = undo_since (request, revision);
  g_autoptr (GPtrArray) now = NULL;
  GPtrArray *then;
  GHashTableIter iter;
  gpointer previous;

  if (undo == NULL)
    return NULL;
  now = sim_store_list (request->api->store, request->kind,
                        request->kind->namespaced ? request->namespace_ : NULL);
  then = g_ptr_array_new_full (now->len, (GDestroyNotify) sim_object_unref);
  for (guint i = 0; i < now->len; i++)
    {
      g_autofree char *key = key_of (now->pdata[i]);

      if (!g_hash_table_contains (undo, key))
        g_ptr_array_add (then, sim_object_ref (now->pdata[i]));
    }
  g_hash_table_iter_init (&iter, undo); /* in any order: sorted below */
  while (g_hash_table_iter_next (&iter, NULL, &previous))
    if (previous != NULL)
      g_ptr_array_add (then, sim_object_ref (previous));
  g_ptr_array_sort (then, compare_objects);
  return then;
}

/* ---- pages ---- */

typedef struct
{
  GPtrArray *objects; /* all that are selected, from the page's beginning on */
  guint64 revision;
} Listing;

static void
listing_clear (Listing *listing)
{
  g_clear_pointer (&listing->objects, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

/* A page of one namespace knows the objects by name only. */
static int
compare_with_key (const KubeRequest *request, const SimObject *object, const char *key)
{
  const char *slash = strchr (key, '/');
  g_autofree char *namespace_ = NULL;
  int order;

  if (request->namespace_ != NULL || slash == NULL)
    return strcmp (object->name, slash != NULL ? slash + 1 : key);
  namespace_ = g_strndup (key, (gsize) (slash - key));
  order = strcmp (object->namespace_, namespace_);
  return order != 0 ? order : strcmp (object->name, slash + 1);
}

static void
skip_to (const KubeRequest *request, GPtrArray *objects, const char *key)
{
  guint seen = 0;

  while (seen < objects->len && compare_with_key (request, objects->pdata[seen], key) <= 0)
    seen++;
  if (seen > 0)
    g_ptr_array_remove_range (objects, 0, seen);
}

static gboolean
expire (const char *start, GError **error)
{
  if (start == NULL)
    {
      kube_set_error (error, KUBE_EXPIRED, NULL,
                      "The resourceVersion for the provided list is too old.");
      return FALSE;
    }
  kube_set_error (
      error, KUBE_EXPIRED, NULL,
      "The provided continue parameter is too old to display a consistent list result. You can "
      "start a new list without the continue parameter, or use the continue token in this response "
      "to retrieve the remainder of the results. Continuing with the provided token results in an "
      "inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.");
  return FALSE;
}

static gboolean
list_at (const KubeRequest *request, const KubeListOptions *options, guint64 revision,
         const char *start, Listing *listing, GError **error)
{
  g_autoptr (GPtrArray) then = objects_at (request, revision);

  if (then == NULL)
    return expire (start, error);
  listing->objects = keep_selected (request, options, then);
  listing->revision = revision;
  return TRUE;
}

static gboolean
list_now (const KubeRequest *request, const KubeListOptions *options, Listing *listing)
{
  listing->objects = kube_select_objects (request, options);
  listing->revision = sim_store_revision (request->api->store);
  return TRUE;
}

static gboolean
list_after (const KubeRequest *request, const KubeListOptions *options, const KubePageToken *token,
            Listing *listing, GError **error)
{
  gboolean held = token->revision < 0 ? list_now (request, options, listing)
                                      : list_at (request, options, (guint64) token->revision,
                                                 token->start, listing, error);

  if (held)
    skip_to (request, listing->objects, token->start);
  return held;
}

static gboolean
make_listing (const KubeRequest *request, const KubeListOptions *options,
              const KubePageToken *token, Listing *listing, GError **error)
{
  if (token->start != NULL)
    return list_after (request, options, token, listing, error);
  if (!kube_check_revision (request->api, options->revision, error))
    return FALSE;
  if (g_strcmp0 (options->match, "Exact") == 0
      && options->revision < sim_store_revision (request->api->store))
    return list_at (request, options, options->revision, NULL, listing, error);
  return list_now (request, options, listing);
}

/* Cuts LISTING to the page's length and says in the list's metadata how to go on. */
static DdValue *
cut_page (const KubeRequest *request, const KubeListOptions *options, Listing *listing)
{
  gboolean cached = g_strcmp0 (options->revision_text, "0") == 0; /* the cache knows no limit */
  g_autofree char *key = NULL;
  guint rest = 0;
  const SimObject *last;

  if (options->limit > 0 && !cached && listing->objects->len > options->limit)
    {
      rest = listing->objects->len - (guint) options->limit;
      g_ptr_array_set_size (listing->objects, (gint) options->limit);
      last = listing->objects->pdata[options->limit - 1];
      key = request->namespace_ != NULL ? g_strdup (last->name) : key_of (last);
    }
  return dd_object (
      "resourceVersion", dd_string_printf ("%" G_GUINT64_FORMAT, listing->revision), "continue",
      key != NULL ? dd_string_take (kube_page_token_write ((gint64) listing->revision, key)) : NULL,
      "remainingItemCount",
      rest > 0 && options->labels == NULL && options->fields == NULL ? dd_int (rest) : NULL, NULL);
}

/* ---- the answer ---- */

static gsize
prefix_length (const KubeKind *kind)
{
  g_autofree char *version = kube_kind_api_version (kind);

  return strlen ("{\"kind\":\"\",\"apiVersion\":\"\",") + strlen (kind->kind) + strlen (version);
}

/* The kept bytes of every object, without the kind and apiVersion that items of a list leave out:
 * one allocation, and a memory copy for each. */
static GBytes *
list_bytes (const KubeKind *kind, const GPtrArray *objects, const DdValue *metadata)
{
  g_autofree char *version = kube_kind_api_version (kind);
  g_autofree char *meta = dd_value_to_text (metadata);
  g_autofree char *head
      = g_strdup_printf ("{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":%s,\"items\":[",
                         kind->kind, version, meta);
  gsize skipped = prefix_length (kind), size = strlen (head) + 2;
  GString *out;

  for (guint i = 0; i < objects->len; i++)
    size += g_bytes_get_size (sim_object_bytes (objects->pdata[i])) + 1;
  out = g_string_sized_new (size);
  g_string_append (out, head);
  for (guint i = 0; i < objects->len; i++)
    {
      gsize length;
      const char *text = g_bytes_get_data (sim_object_bytes (objects->pdata[i]), &length);

      g_string_append (out, i > 0 ? ",{" : "{");
      g_string_append_len (out, text + skipped, (gssize) (length - skipped));
    }
  g_string_append (out, "]}");
  return g_string_free_to_bytes (out);
}

/* A list of custom resources has every item whole, and as all of them its members in order. */
static DdValue *
custom_list (const KubeKind *kind, const GPtrArray *objects, const DdValue *metadata)
{
  g_auto (DdBuilder) items = dd_builder_array ();
  g_autoptr (DdValue) list = NULL;
  g_autoptr (DdValue) described = dd_value_ref (metadata);

  if (dd_value_member (metadata, "continue") == NULL)
    dd_value_set (&described, "continue", dd_string (""));
  for (guint i = 0; i < objects->len; i++)
    {
      g_autoptr (SimObject) shown = sim_object_as (objects->pdata[i], kind);

      dd_builder_add (&items, kube_object_to_value (shown));
    }
  list = dd_object ("apiVersion", dd_string_take (kube_kind_api_version (kind)), "items",
                    dd_builder_end (&items), "kind", dd_string (kind->list_kind), "metadata",
                    g_steal_pointer (&described), NULL);
  return dd_value_sorted (list);
}

static DdValue *
list_value (const KubeRequest *request, const GPtrArray *objects, DdValue *metadata)
{
  const KubeKind *kind = request->kind;
  g_auto (DdBuilder) items = dd_builder_array ();

  if (kind->schema != NULL && request->shape == KUBE_SHAPE_OBJECT)
    {
      g_autoptr (DdValue) taken = metadata;
      return custom_list (kind, objects, taken);
    }
  for (guint i = 0; i < objects->len; i++)
    dd_builder_add (&items, request->shape == KUBE_SHAPE_METADATA
                                ? kube_partial_metadata (objects->pdata[i], request->shape_version)
                                : dd_value_ref (((SimObject *) objects->pdata[i])->value));
  if (request->shape == KUBE_SHAPE_METADATA)
    return dd_object ("kind", dd_string ("PartialObjectMetadataList"), "apiVersion",
                      dd_string_printf ("meta.k8s.io/%s", request->shape_version), "metadata",
                      metadata, "items", dd_builder_end (&items), NULL);
  return dd_object ("kind", dd_string_printf ("%sList", kind->kind), "apiVersion",
                    dd_string_take (kube_kind_api_version (kind)), "metadata", metadata, "items",
                    dd_builder_end (&items), NULL);
}

SimResponse *
kube_reply_list (const KubeRequest *request, const GPtrArray *objects, DdValue *metadata)
{
  if (request->shape == KUBE_SHAPE_TABLE)
    return kube_reply_value (request, 200, kube_table_new (request, objects, metadata, TRUE));
  if (request->shape == KUBE_SHAPE_OBJECT && kube_reply_is_plain (request)
      && request->kind->schema == NULL)
    {
      g_autoptr (DdValue) taken = metadata;
      return kube_reply_json (request, 200, list_bytes (request->kind, objects, taken));
    }
  return kube_reply_value (request, 200, list_value (request, objects, metadata));
}

/* A page that expired tells how to go on all the same. */
static SimResponse *
reply_expired (const KubeRequest *request, const KubePageToken *token, GError *error)
{
  g_autoptr (GError) taken = error;
  g_autofree char *next = kube_page_token_write (-1, token->start);
  g_autoptr (DdValue) status = kube_error_to_status (taken);

  return kube_reply_value (request, 410,
                           dd_value_with_path (status, "metadata.continue", dd_string (next)));
}

SimResponse *
kube_list_handle (KubeRequest *request)
{
  g_auto (KubeListOptions) options = { 0 };
  g_auto (Listing) listing = { 0 };
  g_auto (KubePageToken) token = { 0 };
  GError *error = NULL;

  if (!kube_list_options_parse (request, &options, &error) || !kube_table_check (request, &error))
    return kube_reply_error (request, error);
  if (options.continue_ != NULL && options.revision_text != NULL && options.revision_text[0] != '\0'
      && strcmp (options.revision_text, "0") != 0)
    g_set_error (&error, KUBE_ERROR, KUBE_BAD_REQUEST,
                 "specifying resource version is not allowed when using continue");
  else if (options.continue_ != NULL)
    kube_page_token_parse (options.continue_, &token, &error);
  if (error != NULL)
    return kube_reply_error (request, error);
  if (!make_listing (request, &options, &token, &listing, &error))
    return token.start != NULL && g_error_matches (error, KUBE_ERROR, KUBE_EXPIRED)
               ? reply_expired (request, &token, error)
               : kube_reply_error (request, error);
  return kube_reply_list (request, listing.objects, cut_page (request, &options, &listing));
}
