/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kube-ask.h: requests to the API server of tests/kube-world.h, as a client would send them
 */
#pragma once

#include "golden-exchange.h"
#include "kube-world.h"

#define AS_TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

typedef struct
{
  const char *accept; /* NULL: application/json */
  const char *type;   /* of the body; NULL: application/json */
  const char *agent;
} Manner;

static inline SimResponse *
ask_in (Manner manner, const char *method, const char *target, const char *body)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  SimRequest request = { method, target, headers, bytes };

  dd_headers_add (headers, "Accept", manner.accept != NULL ? manner.accept : "application/json");
  if (manner.agent != NULL)
    dd_headers_add (headers, "User-Agent", manner.agent);
  if (body != NULL)
    dd_headers_add (headers, "Content-Type",
                    manner.type != NULL ? manner.type : "application/json");
  return kube_api_handle (api, &request);
}

static inline SimResponse *
ask (const char *method, const char *target, const char *body)
{
  return ask_in ((Manner) { 0 }, method, target, body);
}

static inline char *
text_of (const SimResponse *response)
{
  gsize length = 0;
  const char *text = response->body != NULL ? g_bytes_get_data (response->body, &length) : NULL;

  return g_strndup (text != NULL ? text : "", length);
}

static inline DdValue *
value_of (const SimResponse *response)
{
  g_autofree char *text = text_of (response);
  DdValue *value = dd_value_parse (text, strlen (text), NULL, NULL);

  ck_assert_msg (value != NULL, "no JSON: %s", text);
  return value;
}

/* The answer's value; its status must be STATUS. */
static inline DdValue *
asked (guint status, const char *method, const char *target, const char *body)
{
  g_autoptr (SimResponse) response = ask (method, target, body);
  g_autofree char *text = text_of (response);

  ck_assert_msg (response->status == status, "%s %s: %u %s", method, target, response->status,
                 text);
  return value_of (response);
}

static inline SimResponse *
ask_as_recorded (const GoldenExchange *exchange)
{
  g_autoptr (GBytes) body
      = exchange->text != NULL ? g_bytes_new (exchange->text, strlen (exchange->text)) : NULL;
  SimRequest request = { exchange->method, exchange->target, exchange->headers, body };

  return kube_api_handle (api, &request);
}

/* VALUE without what differs between two runs, or is not modelled: managed fields. */
static inline DdValue *
comparable (const DdValue *value)
{
  static const char *const own[]
      = { "metadata.managedFields", "metadata.uid", "metadata.resourceVersion",
          "metadata.creationTimestamp", "metadata.generation" };
  DdValue *plain = dd_value_ref (value);

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    dd_value_set (&plain, own[i], NULL);
  return plain;
}

static inline void
assert_same (const DdValue *got, const DdValue *wanted, const char *what)
{
  g_autofree char *left = got != NULL ? dd_value_to_text (got) : g_strdup ("nothing");
  g_autofree char *right = wanted != NULL ? dd_value_to_text (wanted) : g_strdup ("nothing");

  ck_assert_msg (dd_value_equal (got, wanted), "%s\ngot    %s\nwanted %s", what, left, right);
}

/* Puts the recorded answer of FILE's exchange AT into the store as it is: an object, or the items
 * of a list. Returns how many they are. */
static inline guint
put_recorded (const char *file, guint at, const char *api_version, const char *kind_name)
{
  g_autoptr (GPtrArray) exchanges = golden_read (file);
  g_autoptr (DdValue) body = golden_body (exchanges->pdata[at], NULL, NULL);
  const DdValue *items = dd_value_member (body, "items");
  const KubeKind *of = kind (api_version, kind_name);

  for (gsize i = 0; i < MAX (dd_value_length (items), 1); i++)
    {
      DdValue *object = dd_value_ref (items != NULL ? dd_value_element (items, i) : body);

      dd_value_set (&object, "kind", NULL);
      dd_value_set (&object, "apiVersion", NULL);
      dd_value_set (&object, "metadata.managedFields", NULL);
      sim_store_put (api->store, of, object);
    }
  return MAX ((guint) dd_value_length (items), 1);
}
