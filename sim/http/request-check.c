/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd is lenient about framing: it takes Content-Length beside Transfer-Encoding, two
 * lengths, a missing Host and the absolute form. An API server is not, so these rules stand in
 * front of every service. What passes them is well-formed: a target of printable ASCII that starts
 * with '/', whose escapes decode to UTF-8 without NUL, header names that are tokens and header
 * values in UTF-8 without control characters.
 *
 * Releases of libmicrohttpd differ in how much of this they refuse by themselves, before we are
 * asked. Where one of them does, ours is the same status, so that it is the same on all; what none
 * of our rules can see is listed in tests/test-http-server.c, with what each release answers.
 *
 * Imitates: RFC 9112, sections 3.2, 5.1, 6.1 and 6.3, as Go's net/http applies them in front of a
 * kube-apiserver; the body limit is the API server's own (3 MiB). One status is another: both say
 * 501 of a transfer coding that is not known, but libmicrohttpd 1.0 says 400 before anybody else
 * can speak. */
#include "config.h"

#include "sim/http/request-check.h"

#include <string.h>

/* RFC 9110, section 5.6.2. */
#define TOKEN_CHARACTERS \
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

typedef struct
{
  const char *version, *method, *target;
  const DdHeaders *headers;
} Request;

static guint
count_header (const DdHeaders *headers, const char *name)
{
  guint count = 0;

  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    count += g_ascii_strcasecmp (headers->pairs->pdata[i], name) == 0;
  return count;
}

static gboolean
method_is_no_token (const Request *request)
{
  gsize length = strspn (request->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

  return length == 0 || length > 20 || request->method[length] != '\0';
}

static gboolean
target_is_not_a_path (const Request *request)
{
  return request->target[0] != '/';
}

static gboolean
target_has_raw_bytes (const Request *request)
{
  for (const char *p = request->target; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return TRUE;
  return FALSE;
}

static gboolean
target_has_bad_escapes (const Request *request)
{
  gsize length = strlen (request->target);
  g_autoptr (GString) decoded = NULL;

  if (memchr (request->target, '%', length) == NULL)
    return FALSE;
  decoded = g_string_sized_new (length);
  for (const char *p = request->target; *p != '\0'; p++)
    if (*p != '%')
      g_string_append_c (decoded, *p);
    else if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
      return TRUE;
    else
      {
        g_string_append_c (decoded,
                           (char) (g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2])));
        p += 2;
      }
  return !g_utf8_validate_len (decoded->str, decoded->len, NULL)
         || memchr (decoded->str, '\0', decoded->len) != NULL;
}

static gboolean
host_is_missing (const Request *request)
{
  return strcmp (request->version, "HTTP/1.1") == 0 && count_header (request->headers, "Host") == 0;
}

static gboolean
host_is_repeated (const Request *request)
{
  return count_header (request->headers, "Host") > 1;
}

/* "Transfer-Encoding : chunked" above all: who skips the blank and who does not see two requests.
 */
static gboolean
header_name_is_no_token (const Request *request)
{
  const GPtrArray *pairs = request->headers->pairs;

  for (guint i = 0; i + 1 < pairs->len; i += 2)
    {
      const char *name = pairs->pdata[i];

      if (name[0] == '\0' || name[strspn (name, TOKEN_CHARACTERS)] != '\0')
        return TRUE;
    }
  return FALSE;
}

static gboolean
header_has_controls (const Request *request)
{
  const GPtrArray *pairs = request->headers->pairs;

  for (guint i = 1; i < pairs->len; i += 2)
    for (const char *p = pairs->pdata[i]; *p != '\0'; p++)
      if (g_ascii_iscntrl (*p) && *p != '\t')
        return TRUE;
  return FALSE;
}

static gboolean
header_is_not_utf8 (const Request *request)
{
  const GPtrArray *pairs = request->headers->pairs;

  for (guint i = 0; i < pairs->len; i++)
    if (!g_utf8_validate (pairs->pdata[i], -1, NULL))
      return TRUE;
  return FALSE;
}

static gboolean
length_and_coding (const Request *request)
{
  return count_header (request->headers, "Content-Length") > 0
         && count_header (request->headers, "Transfer-Encoding") > 0;
}

static gboolean
length_is_repeated (const Request *request)
{
  return count_header (request->headers, "Content-Length") > 1;
}

static gboolean
length_is_no_number (const Request *request)
{
  const char *length = dd_headers_get (request->headers, "Content-Length");

  return length != NULL && (length[0] == '\0' || length[strspn (length, "0123456789")] != '\0');
}

static gboolean
coding_is_unknown (const Request *request)
{
  const char *coding = dd_headers_get (request->headers, "Transfer-Encoding");

  return coding != NULL
         && (g_ascii_strcasecmp (coding, "chunked") != 0
             || count_header (request->headers, "Transfer-Encoding") > 1);
}

/* A number that no integer holds is read as the largest one. */
static gboolean
body_is_too_large (const Request *request)
{
  const char *length = dd_headers_get (request->headers, "Content-Length");

  return length != NULL && g_ascii_strtoull (length, NULL, 10) > SIM_MAX_BODY_BYTES;
}

static const struct
{
  gboolean (*applies) (const Request *request);
  guint status;
  const char *sentence;
} faults[] = {
  { method_is_no_token, 400, "malformed method" },
  { target_is_not_a_path, 400, "the request target is not a path" },
  { target_has_raw_bytes, 400, "the request target holds bytes that have to be percent-encoded" },
  { target_has_bad_escapes, 400, "the percent-encoding of the request target is not valid UTF-8" },
  { header_is_not_utf8, 400, "a header is not valid UTF-8" },
  { header_name_is_no_token, 400, "malformed header name" },
  { header_has_controls, 400, "a header holds control characters" },
  { host_is_missing, 400, "missing required Host header" },
  { host_is_repeated, 400, "too many Host headers" },
  { length_and_coding, 400, "Content-Length together with Transfer-Encoding" },
  { length_is_repeated, 400, "too many Content-Length headers" },
  { length_is_no_number, 400, "Content-Length is not a number" },
  { coding_is_unknown, 400, "unsupported transfer encoding" },
  { body_is_too_large, 413, "request body too large: limit is 3145728 bytes" },
};

const char *
sim_request_fault (const char *version, const char *method, const char *target,
                   const DdHeaders *headers, guint *out_status)
{
  const Request request = { version, method, target, headers };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (faults[i].applies (&request))
      {
        *out_status = faults[i].status;
        return faults[i].sentence;
      }
  return NULL;
}
