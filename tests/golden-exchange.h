/* SPDX-License-Identifier: Apache-2.0 */
/* tests/golden-exchange.h: reads the recorded exchanges under tests/golden/kube */
#pragma once

#include <string.h>

#include <check.h>

#include "base/transport.h"
#include "base/value.h"

/* One request and its answer. */
typedef struct
{
  char *method;
  char *target;
  DdHeaders *headers; /* that were sent */
  char *text;         /* the body that was sent, as it was; NULL: none */
  DdValue *sent;      /* the same as JSON; NULL: no JSON body */
  guint status;
  char *body;       /* the last line of the answer that is an object */
  GPtrArray *lines; /* all of them: the events of a watch */
} GoldenExchange;

static inline void
golden_exchange_free (gpointer data)
{
  GoldenExchange *exchange = data;

  g_free (exchange->method);
  g_free (exchange->target);
  dd_headers_unref (exchange->headers);
  g_free (exchange->text);
  g_clear_pointer (&exchange->lines, g_ptr_array_unref);
  dd_value_unref (exchange->sent);
  g_free (exchange->body);
  g_free (exchange);
}

/* A header, or a line of the body behind the empty line. */
static inline void
golden_read_sent (GoldenExchange *exchange, const char *line)
{
  g_auto (GStrv) pair = NULL;
  char *longer;

  if (exchange->text == NULL)
    {
      pair = g_strsplit (line, ": ", 2);
      if (line[0] == '\0')
        exchange->text = g_strdup ("");
      else if (pair[1] != NULL)
        dd_headers_add (exchange->headers, pair[0], pair[1]);
      return;
    }
  longer = g_strconcat (exchange->text, exchange->text[0] != '\0' ? "\n" : "", line, NULL);
  g_free (exchange->text);
  exchange->text = longer;
}

static inline void
golden_read_line (GoldenExchange *exchange, const char *line)
{
  g_auto (GStrv) words = NULL;

  if (line[0] == '>' && exchange->method != NULL)
    golden_read_sent (exchange, line[1] == ' ' ? line + 2 : line + 1);
  if (g_str_has_prefix (line, "> {") || g_str_has_prefix (line, "> ["))
    {
      dd_value_unref (exchange->sent);
      exchange->sent = dd_value_parse (line + 2, strlen (line + 2), NULL, NULL);
    }
  else if (g_str_has_prefix (line, "> ") && exchange->method == NULL)
    {
      words = g_strsplit (line + 2, " ", 3);
      exchange->method = g_strdup (words[0]);
      exchange->target = g_strdup (words[1]);
    }
  else if (g_str_has_prefix (line, "< HTTP/1.1 "))
    exchange->status = (guint) g_ascii_strtoull (line + strlen ("< HTTP/1.1 "), NULL, 10);
  else if (line[0] == '{' && line[1] != '\0')
    {
      g_free (exchange->body);
      exchange->body = g_strdup (line);
      g_ptr_array_add (exchange->lines, g_strdup (line));
    }
}

static inline GPtrArray *
golden_read (const char *name)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *path
      = g_build_filename (top != NULL ? top : ".", "tests", "golden", "kube", name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  GPtrArray *exchanges = g_ptr_array_new_with_free_func (golden_exchange_free);

  ck_assert_msg (g_file_get_contents (path, &text, NULL, NULL), "cannot read %s", path);
  parts = g_strsplit (text, "================\n", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) lines = g_strsplit (parts[i], "\n", -1);
      GoldenExchange *exchange = g_new0 (GoldenExchange, 1);

      exchange->headers = dd_headers_new ();
      exchange->lines = g_ptr_array_new_with_free_func (g_free);
      for (guint j = 0; lines[j] != NULL; j++)
        golden_read_line (exchange, lines[j]);
      g_ptr_array_add (exchanges, exchange);
    }
  return exchanges;
}

/* The answer's body, with the text FROM, which belonged to the recorded run, put right. FROM may
 * be NULL. */
static inline DdValue *
golden_body (const GoldenExchange *exchange, const char *from, const char *to)
{
  g_autoptr (GString) text = g_string_new (exchange->body);
  DdValue *value;

  if (from != NULL)
    g_string_replace (text, from, to, 0);
  value = dd_value_parse (text->str, text->len, NULL, NULL);
  ck_assert_ptr_nonnull (value);
  return value;
}
