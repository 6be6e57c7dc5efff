/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a request apart: path, query, what the client accepts.
 *
 * Imitates: apiserver's endpoints/request.RequestInfoFactory and handlers/negotiation. */
#include "config.h"

#include <string.h>

#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/serve/request.h"

/* ---- decoding ---- */

/* Percent-decoded text that is UTF-8 without NUL, or NULL. */
static char *
decode (const char *text, gsize length, gboolean plus_is_space)
{
  g_autofree char *copy = g_strndup (text, length);
  g_autofree char *decoded = NULL;

  if (plus_is_space)
    g_strdelimit (copy, "+", ' ');
  decoded = g_uri_unescape_string (copy, NULL);
  return decoded != NULL && g_utf8_validate (decoded, -1, NULL) ? g_steal_pointer (&decoded) : NULL;
}

static void
take_segments (KubeRequest *self, const char *path, gsize length)
{
  g_autofree char *raw = g_strndup (path, length);
  g_auto (GStrv) parts = g_strsplit (raw[0] == '/' ? raw + 1 : raw, "/", -1);
  guint count = g_strv_length (parts);

  if (count > 0 && parts[count - 1][0] == '\0')
    count--; /* a slash at the end means nothing */
  for (guint i = 0; i < count; i++)
    {
      char *segment = decode (parts[i], strlen (parts[i]), FALSE);

      g_ptr_array_add (self->segments, segment != NULL ? segment : g_strdup (""));
    }
  self->path = decode (path, length, FALSE);
  if (self->path == NULL)
    self->path = g_strdup ("");
}

static void
take_query (KubeRequest *self, const char *query)
{
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      gsize length = strcspn (pairs[i], "=");
      const char *value = pairs[i][length] == '=' ? pairs[i] + length + 1 : "";
      g_autofree char *name = decode (pairs[i], length, TRUE);
      char *decoded = decode (value, strlen (value), TRUE);

      if (name == NULL || name[0] == '\0' || decoded == NULL)
        {
          g_free (decoded);
          continue; /* as net/url drops what it cannot decode */
        }
      g_ptr_array_add (self->query, g_steal_pointer (&name));
      g_ptr_array_add (self->query, decoded);
    }
}

static gboolean
is_for_people (const KubeRequest *self)
{
  static const char *const readers[] = { "curl", "Wget", "Mozilla/5.0" };
  const char *agent = dd_headers_get (self->wire->headers, "User-Agent");

  if (kube_request_query (self, "pretty") != NULL)
    return kube_request_flag (self, "pretty");
  for (guint i = 0; agent != NULL && i < G_N_ELEMENTS (readers); i++)
    if (g_str_has_prefix (agent, readers[i]))
      return TRUE;
  return FALSE;
}

KubeRequest *
kube_request_new (KubeApi *api, const SimRequest *wire)
{
  KubeRequest *self = g_new0 (KubeRequest, 1);
  gsize length = strcspn (wire->target, "?");

  self->api = api;
  self->wire = wire;
  self->segments = g_ptr_array_new_with_free_func (g_free);
  self->query = g_ptr_array_new_with_free_func (g_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->shape_version = "v1";
  take_segments (self, wire->target, length);
  if (wire->target[length] == '?')
    take_query (self, wire->target + length + 1);
  self->pretty = is_for_people (self);
  kube_request_take_access (self);
  return self;
}

void
kube_request_free (KubeRequest *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_clear_pointer (&self->query, g_ptr_array_unref);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_free (self->path);
  g_free (self->namespace_);
  g_free (self->name);
  g_free (self->subresource);
  g_clear_pointer (&self->user, kube_user_free);
  g_free (self->verb);
  g_free (self->named);
  g_free (self->manager);
  g_free (self);
}

/* ---- parameters ---- */

const char *
kube_request_query (const KubeRequest *self, const char *name)
{
  for (guint i = 0; i + 1 < self->query->len; i += 2)
    if (strcmp (self->query->pdata[i], name) == 0)
      return self->query->pdata[i + 1];
  return NULL;
}

gboolean
kube_request_flag (const KubeRequest *self, const char *name)
{
  const char *value = kube_request_query (self, name);

  return value != NULL && g_ascii_strcasecmp (value, "false") != 0 && strcmp (value, "0") != 0;
}

gboolean
kube_request_integer (const KubeRequest *self, const char *name, gint64 *out_value, GError **error)
{
  const char *text = kube_request_query (self, name);
  char *end = NULL;
  gint64 value;

  if (text == NULL || text[0] == '\0')
    return TRUE;
  value = g_ascii_strtoll (text, &end, 10);
  if (g_ascii_isspace (text[0]) || *end != '\0' || value == G_MAXINT64 || value == G_MININT64)
    {
      g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
                   "strconv.ParseInt: parsing \"%s\": invalid syntax", text);
      return FALSE;
    }
  *out_value = value;
  return TRUE;
}

/* ---- Accept ---- */

typedef struct
{
  char *type;                 /* "application/json" */
  char *group, *version, *as; /* NULL when not given */
  double quality;
  guint place;
} MediaRange;

static void
media_range_free (gpointer data)
{
  MediaRange *range = data;

  g_free (range->type);
  g_free (range->group);
  g_free (range->version);
  g_free (range->as);
  g_free (range);
}

static void
take_parameter (MediaRange *range, const char *name, const char *value)
{
  char **holder = strcmp (name, "g") == 0    ? &range->group
                  : strcmp (name, "v") == 0  ? &range->version
                  : strcmp (name, "as") == 0 ? &range->as
                                             : NULL;

  if (strcmp (name, "q") == 0)
    range->quality = g_ascii_strtod (value, NULL);
  if (holder == NULL)
    return;
  g_free (*holder);
  *holder = g_strdup (value);
}

static MediaRange *
media_range_parse (const char *text, guint place)
{
  MediaRange *range = g_new0 (MediaRange, 1);
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  range->quality = 1;
  range->place = place;
  range->type = g_ascii_strdown (parts[0] != NULL ? g_strstrip (parts[0]) : "", -1);
  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      char *value = strchr (parts[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      take_parameter (range, g_strstrip (parts[i]), g_strstrip (value));
    }
  return range;
}

/* Higher quality first, then the client's own order. */
static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const MediaRange *left = *(MediaRange *const *) a, *right = *(MediaRange *const *) b;

  if (left->quality != right->quality)
    return left->quality > right->quality ? -1 : 1;
  return left->place < right->place ? -1 : 1;
}

static GPtrArray *
accepted_ranges (const KubeRequest *self)
{
  const char *accept = dd_headers_get (self->wire->headers, "Accept");
  GPtrArray *ranges = g_ptr_array_new_with_free_func (media_range_free);
  g_auto (GStrv) parts = g_strsplit (accept != NULL && accept[0] != '\0' ? accept : "*/*", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_ptr_array_add (ranges, media_range_parse (parts[i], i));
  g_ptr_array_sort (ranges, compare_ranges);
  return ranges;
}

static gboolean
is_json (const MediaRange *range)
{
  return strcmp (range->type, "application/json") == 0 || strcmp (range->type, "*/*") == 0
         || strcmp (range->type, "application/*") == 0;
}

static gboolean
take_shape (KubeRequest *self, const MediaRange *range)
{
  static const struct
  {
    const char *as;
    KubeShape shape;
  } shapes[] = {
    { "Table", KUBE_SHAPE_TABLE },
    { "PartialObjectMetadata", KUBE_SHAPE_METADATA },
    { "PartialObjectMetadataList", KUBE_SHAPE_METADATA },
  };

  if (range->as == NULL)
    {
      self->shape = KUBE_SHAPE_OBJECT;
      return TRUE;
    }
  if (g_strcmp0 (range->group, "meta.k8s.io") != 0
      || (g_strcmp0 (range->version, "v1") != 0 && g_strcmp0 (range->version, "v1beta1") != 0))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strcmp (range->as, shapes[i].as) == 0)
      {
        self->shape = shapes[i].shape;
        self->shape_version = strcmp (range->version, "v1") == 0 ? "v1" : "v1beta1";
        return TRUE;
      }
  return FALSE;
}

/* Tables have no protobuf, nor have custom resources. */
static gboolean
has_form (const KubeRequest *self, const MediaRange *range)
{
  if (strcmp (range->type, KUBE_PROTOBUF) == 0)
    return g_strcmp0 (range->as, "Table") != 0
           && (self->kind == NULL || (self->kind->flags & KUBE_JSON_ONLY) == 0);
  return strcmp (range->type, "application/yaml") == 0 || is_json (range);
}

gboolean
kube_request_negotiate (KubeRequest *self, GError **error)
{
  g_autoptr (GPtrArray) ranges = accepted_ranges (self);

  for (guint i = 0; i < ranges->len; i++)
    {
      const MediaRange *range = ranges->pdata[i];

      if (!has_form (self, range) || !take_shape (self, range))
        continue;
      self->yaml = strcmp (range->type, "application/yaml") == 0;
      self->protobuf = strcmp (range->type, KUBE_PROTOBUF) == 0;
      return TRUE;
    }
  self->pretty = TRUE;
  kube_set_error (error, KUBE_NOT_ACCEPTABLE, dd_object_empty (),
                  "406: Not Acceptable\n\nAvailable representations: application/json, "
                  "application/yaml, " KUBE_PROTOBUF);
  return FALSE;
}

const char *
kube_request_accepts_as (const KubeRequest *self, const char *group, const char *as,
                         const char *const *versions)
{
  g_autoptr (GPtrArray) ranges = accepted_ranges (self);

  for (guint i = 0; i < ranges->len; i++)
    {
      const MediaRange *range = ranges->pdata[i];

      if (!is_json (range))
        continue;
      if (range->as == NULL)
        return NULL; /* plain JSON comes first */
      if (strcmp (range->as, as) != 0 || g_strcmp0 (range->group, group) != 0)
        continue;
      for (guint v = 0; versions[v] != NULL; v++)
        if (g_strcmp0 (range->version, versions[v]) == 0)
          return versions[v];
    }
  return NULL;
}

/* ---- paths ---- */

static const char *
segment (const KubeRequest *self, guint index)
{
  return index < self->segments->len ? self->segments->pdata[index] : NULL;
}

/* RES[/NAME[/SUB]] at FIRST; FALSE when there is more. */
static gboolean
take_resource (KubeRequest *self, const char *group, const char *version, guint first)
{
  const char *plural = segment (self, first);

  if (plural == NULL || self->segments->len > first + 3)
    return FALSE;
  for (guint i = first; i < self->segments->len; i++)
    if (segment (self, i)[0] == '\0')
      return FALSE;
  self->kind = kube_catalogue_find (self->api->catalogue, group, version, plural);
  self->name = g_strdup (segment (self, first + 1));
  self->subresource = g_strdup (segment (self, first + 2));
  return self->kind != NULL;
}

/* "namespaces/NS/RES..." is a resource in a namespace, unless RES is a subresource of the
 * namespace itself. */
static gboolean
names_a_namespace (const KubeRequest *self, guint at)
{
  const char *first = segment (self, at), *third = segment (self, at + 2);

  return g_strcmp0 (first, kube_kind_of_scopes ()->plural) == 0 && third != NULL
         && strcmp (third, "status") != 0 && strcmp (third, "finalize") != 0;
}

static gboolean
take_scoped_resource (KubeRequest *self, const char *group, const char *version, guint at)
{
  gboolean scoped;

  if (g_strcmp0 (segment (self, at), "watch") == 0)
    {
      self->watch = TRUE;
      at++;
    }
  scoped = names_a_namespace (self, at);
  if (scoped)
    self->namespace_ = g_strdup (segment (self, at + 1));
  if (!take_resource (self, group, version, scoped ? at + 2 : at))
    return FALSE;
  if (scoped)
    return self->kind->namespaced && self->namespace_[0] != '\0';
  return !self->kind->namespaced || self->name == NULL;
}

gboolean
kube_request_resolve (KubeRequest *self, gboolean *out_unknown_group)
{
  gboolean core = g_strcmp0 (segment (self, 0), "api") == 0;
  const char *group = core ? "" : segment (self, 1);
  const char *version = segment (self, core ? 1 : 2);

  *out_unknown_group = group == NULL || !kube_catalogue_has_group (self->api->catalogue, group);
  self->watch = kube_request_flag (self, "watch");
  if (*out_unknown_group || version == NULL)
    return FALSE;
  return take_scoped_resource (self, group, version, core ? 2 : 3);
}
