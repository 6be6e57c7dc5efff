/* SPDX-License-Identifier: Apache-2.0 */
/* The signature of one request, in the four steps of its description: canonical request, string to
 * sign, signing key, signature.
 *
 * The path is encoded a second time, as every service but S3 wants it, and the query is sorted by
 * bytes, key before value, so that "ab=1" comes after "a=2" although '=' sorts after 'b'.
 *
 * Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request". */
#include "config.h"

#include "net/sigv4.h"

#include <string.h>

#include "base/time.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define KEY_BYTES 32

/* ---- hashes ---- */

static void
hmac (const guint8 *key, gsize key_length, const char *text, guint8 out_digest[KEY_BYTES])
{
  gsize length = KEY_BYTES;
  GHmac *state = g_hmac_new (G_CHECKSUM_SHA256, key, key_length);

  g_hmac_update (state, (const guchar *) text, -1);
  g_hmac_get_digest (state, out_digest, &length);
  g_hmac_unref (state);
}

static char *
body_hash (GBytes *body)
{
  if (body == NULL)
    return g_compute_checksum_for_string (G_CHECKSUM_SHA256, "", 0);
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
}

/* ---- the canonical request ---- */

static void
append_path (GString *out, const char *target)
{
  for (const char *p = target; *p != '\0' && *p != '?'; p++)
    if (g_ascii_isalnum (*p) || strchr ("-_.~/", *p) != NULL)
      g_string_append_c (out, *p);
    else
      g_string_append_printf (out, "%%%02X", (guchar) *p);
  g_string_append_c (out, '\n');
}

/* One "key=value" of the query, as bytes of the target. */
typedef struct
{
  const char *key, *value;
  gsize key_length, value_length;
} Pair;

static int
compare_bytes (const char *a, gsize a_length, const char *b, gsize b_length)
{
  int order = memcmp (a, b, MIN (a_length, b_length));

  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *left = a, *right = b;
  int order = compare_bytes (left->key, left->key_length, right->key, right->key_length);

  if (order != 0)
    return order;
  return compare_bytes (left->value, left->value_length, right->value, right->value_length);
}

static GArray *
split_query (const char *query)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  while (*query != '\0')
    {
      gsize length = strcspn (query, "&");
      const char *equals = memchr (query, '=', length);
      const char *end = query + length;
      Pair pair = { .key = query, .key_length = length, .value = end };

      if (equals != NULL)
        pair = (Pair) { query, equals + 1, equals - query, end - equals - 1 };
      if (length > 0)
        g_array_append_val (pairs, pair);
      query = *end == '&' ? end + 1 : end;
    }
  return pairs;
}

static void
append_query (GString *out, const char *target)
{
  const char *mark = strchr (target, '?');
  g_autoptr (GArray) pairs = split_query (mark != NULL ? mark + 1 : "");

  g_array_sort (pairs, compare_pairs);
  for (guint i = 0; i < pairs->len; i++)
    {
      const Pair *pair = &g_array_index (pairs, Pair, i);

      if (i > 0)
        g_string_append_c (out, '&');
      g_string_append_len (out, pair->key, pair->key_length);
      g_string_append_c (out, '=');
      g_string_append_len (out, pair->value, pair->value_length);
    }
  g_string_append_c (out, '\n');
}

static gboolean
is_signed (const char *name)
{
  return g_str_equal (name, "host") || g_str_equal (name, "content-type")
         || g_str_equal (name, "content-md5") || g_str_has_prefix (name, "x-amz-");
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of HEADERS that WANTED says yes to, lower case, sorted. */
static GPtrArray *
names_of (const DdHeaders *headers, gboolean (*wanted) (const char *name))
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    {
      g_autofree char *name = g_ascii_strdown (headers->pairs->pdata[i], -1);

      if (wanted (name) && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static GPtrArray *
signed_names (const DdHeaders *headers)
{
  return names_of (headers, is_signed);
}

static gboolean
is_any (G_GNUC_UNUSED const char *name)
{
  return TRUE;
}

static GPtrArray *
all_names (const DdHeaders *headers)
{
  return names_of (headers, is_any);
}

static char *
joined (const GPtrArray *names)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ";" : "", (const char *) names->pdata[i]);
  return g_string_free (out, FALSE);
}

/* Without blanks around it, and one blank for each run of them. */
static void
append_folded (GString *out, const char *value)
{
  gsize start = out->len;

  for (const char *p = value; *p != '\0'; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (out, *p);
    else if (out->len > start && out->str[out->len - 1] != ' ')
      g_string_append_c (out, ' ');
  if (out->len > start && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
}

/* A repeated header is one line, its values in the order they are sent. */
static void
append_header (GString *out, const DdHeaders *headers, const char *name)
{
  gboolean first = TRUE;

  g_string_append_printf (out, "%s:", name);
  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    if (g_ascii_strcasecmp (headers->pairs->pdata[i], name) == 0)
      {
        g_string_append (out, first ? "" : ",");
        append_folded (out, headers->pairs->pdata[i + 1]);
        first = FALSE;
      }
  g_string_append_c (out, '\n');
}

static char *
canonical_request (const DdSigned *what, const GPtrArray *names, const char *name_list)
{
  g_autofree char *hash = body_hash (what->body);
  GString *out = g_string_new (what->method);

  g_string_append_c (out, '\n');
  append_path (out, what->target);
  append_query (out, what->target);
  for (guint i = 0; i < names->len; i++)
    append_header (out, what->headers, names->pdata[i]);
  g_string_append_printf (out, "\n%s\n%s", name_list, hash);
  return g_string_free (out, FALSE);
}

char *
dd_sigv4_canonical_request (const DdSigned *what)
{
  g_autoptr (GPtrArray) names = signed_names (what->headers);
  g_autofree char *name_list = joined (names);

  return canonical_request (what, names, name_list);
}

/* ---- the signature ---- */

static char *
signature_of (const char *secret_key, const char *day, const DdSigned *what, const char *text)
{
  const char *const steps[] = { day, what->region, what->service, "aws4_request", text };
  g_autofree char *secret = g_strconcat ("AWS4", secret_key, NULL);
  guint8 key[KEY_BYTES];
  GString *hex = g_string_new (NULL);

  hmac ((const guint8 *) secret, strlen (secret), steps[0], key);
  for (guint i = 1; i < G_N_ELEMENTS (steps); i++)
    {
      guint8 next[KEY_BYTES];

      hmac (key, KEY_BYTES, steps[i], next);
      memcpy (key, next, KEY_BYTES);
    }
  for (guint i = 0; i < KEY_BYTES; i++)
    g_string_append_printf (hex, "%02x", key[i]);
  return g_string_free (hex, FALSE);
}

/* "20260131/us-west-2/eks/aws4_request": for what DATE's signing key is good. */
static char *
scope_of (const DdSigned *what, const char *date)
{
  return g_strdup_printf ("%.8s/%s/%s/aws4_request", date, what->region, what->service);
}

static char *
sign (const DdSigned *what, const DdCredentials *credentials, const char *date, const char *scope,
      const GPtrArray *names, const char *name_list)
{
  g_autofree char *day = g_strndup (date, 8);
  g_autofree char *canonical = canonical_request (what, names, name_list);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *text = g_strdup_printf (ALGORITHM "\n%s\n%s\n%s", date, scope, hash);

  return signature_of (credentials->secret_key, day, what, text);
}

char *
dd_sigv4_authorization (const DdSigned *what, const DdCredentials *credentials)
{
  const char *date = dd_headers_get (what->headers, "X-Amz-Date");
  g_autofree char *scope = scope_of (what, date);
  g_autoptr (GPtrArray) names = signed_names (what->headers);
  g_autofree char *name_list = joined (names);
  g_autofree char *signature = sign (what, credentials, date, scope, names, name_list);

  return g_strdup_printf (ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                          credentials->access_key, scope, name_list, signature);
}

static void
append_parameter (GString *target, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (target, "%c%s=%s", strchr (target->str, '?') == NULL ? '?' : '&', name,
                          escaped);
}

/* The same source, "Add the signature to the query string"; the order of the parameters is
 * botocore's. Every header that is there is signed. */
char *
dd_sigv4_presign (const DdSigned *what, const DdCredentials *credentials, DdUsec instant,
                  DdUsec lifetime)
{
  g_autofree char *date = dd_sigv4_date (instant);
  g_autofree char *scope = scope_of (what, date);
  g_autofree char *who = g_strdup_printf ("%s/%s", credentials->access_key, scope);
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, lifetime / DD_SECOND);
  g_autoptr (GPtrArray) names = all_names (what->headers);
  g_autofree char *name_list = joined (names);
  g_autofree char *signature = NULL;
  g_autoptr (GString) target = g_string_new (what->target);
  DdSigned presigned = *what;

  append_parameter (target, "X-Amz-Algorithm", ALGORITHM);
  append_parameter (target, "X-Amz-Credential", who);
  append_parameter (target, "X-Amz-Date", date);
  append_parameter (target, "X-Amz-Expires", seconds);
  append_parameter (target, "X-Amz-SignedHeaders", name_list);
  if (credentials->session_token != NULL)
    append_parameter (target, "X-Amz-Security-Token", credentials->session_token);
  presigned.target = target->str;
  signature = sign (&presigned, credentials, date, scope, names, name_list);
  append_parameter (target, "X-Amz-Signature", signature);
  return g_strdup (target->str);
}

char *
dd_sigv4_date (DdUsec instant)
{
  g_autofree char *iso = dd_time_to_iso8601 (instant);
  GString *out = g_string_new (NULL);

  for (const char *p = iso; *p != '\0'; p++)
    if (*p != '-' && *p != ':')
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}
