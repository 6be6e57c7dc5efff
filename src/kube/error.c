/* SPDX-License-Identifier: Apache-2.0 */
/* A Kubernetes server words every failure as a Status object. Its HTTP code says nearly everything;
 * two answers of the Eviction API have to be told from their look-alikes: 429 from a disruption
 * budget (cause DisruptionBudget) is not the 429 of API priority and fairness, and 500 because of
 * two budgets is not a server in trouble. */
#include "config.h"

#include "kube/error.h"

#include <string.h>

#include "net/api-error.h"
#include "base/value.h"

#define TWO_BUDGETS "more than one PodDisruptionBudget"

/* The cause that names a disruption budget, or NULL. */
static const char *
budget_cause (const DdValue *status)
{
  const DdValue *causes = dd_value_at (status, "details", "causes", NULL);

  for (gsize i = 0; i < dd_value_length (causes); i++)
    {
      const DdValue *cause = dd_value_element (causes, i);

      if (g_strcmp0 (dd_value_path_string (cause, "reason"), "DisruptionBudget") == 0)
        {
          const char *message = dd_value_path_string (cause, "message");

          return message == NULL ? "" : message;
        }
    }
  return NULL;
}

static gboolean
names_two_budgets (const DdValue *status)
{
  const char *message = dd_value_path_string (status, "message");

  return message != NULL && strstr (message, TWO_BUDGETS) != NULL;
}

static DdError
error_from_status (guint code, const DdValue *status)
{
  const char *message = dd_value_path_string (status, "message");

  if (code == 429 && budget_cause (status) != NULL)
    return DD_ERROR_REFUSED;
  return dd_api_error_find ("kubernetes", NULL, code, message)->error;
}

const char *
dd_kube_reply_hint (const DdReply *reply)
{
  g_autoptr (DdValue) status = NULL;

  if (reply->error != NULL)
    return NULL;
  if (reply->body != NULL)
    status = dd_value_parse_bytes (reply->body, NULL);
  return dd_api_error_find ("kubernetes", NULL, reply->status,
                            dd_value_path_string (status, "message"))
      ->hint;
}

gboolean
dd_kube_reply_check (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) status = NULL;
  const char *message;

  if (reply->error != NULL)
    {
      g_propagate_error (error, g_error_copy (reply->error));
      return FALSE;
    }
  if (reply->status >= 200 && reply->status < 300 && reply->body != NULL)
    return TRUE;

  if (reply->body != NULL)
    status = dd_value_parse_bytes (reply->body, NULL);
  message = dd_value_path_string (status, "message");
  if (message != NULL)
    g_set_error_literal (error, DD_ERROR, (int) error_from_status (reply->status, status), message);
  else
    g_set_error (error, DD_ERROR, (int) error_from_status (reply->status, status), "HTTP status %u",
                 reply->status);
  return FALSE;
}

/* "The disruption budget NAME needs 3 healthy pods and has 3 currently", or "... NAME is still
 * being processed by the server." */
static void
read_budget (const char *cause, DdEviction *eviction)
{
  static const char opening[] = "The disruption budget ";
  g_auto (GStrv) words = NULL;
  guint n;

  if (cause == NULL || !g_str_has_prefix (cause, opening))
    return;
  words = g_strsplit (cause + strlen (opening), " ", -1);
  n = g_strv_length (words);
  if (n > 0)
    eviction->budget = g_strdup (words[0]);
  if (n >= 7 && g_str_equal (words[1], "needs") && g_str_equal (words[6], "has")
      && words[7] != NULL)
    {
      eviction->needs = g_ascii_strtoll (words[2], NULL, 10);
      eviction->has = g_ascii_strtoll (words[7], NULL, 10);
    }
}

/* A 403 of access control; the Eviction API also says 403 about odd budgets and dying namespaces.
 */
static gboolean
is_denied (guint code, const DdValue *status)
{
  const char *message = dd_value_path_string (status, "message");

  return code == 401
         || (code == 403 && message != NULL && strstr (message, "cannot create resource") != NULL);
}

static DdEvictionVerdict
verdict_from_status (guint code, const DdValue *status)
{
  if (code >= 200 && code < 300)
    return DD_EVICTION_ACCEPTED;
  if (code == 404)
    return DD_EVICTION_GONE;
  if (code == 429 && budget_cause (status) != NULL)
    return DD_EVICTION_REFUSED;
  if (code == 500 && names_two_budgets (status))
    return DD_EVICTION_AMBIGUOUS;
  return is_denied (code, status) ? DD_EVICTION_DENIED : DD_EVICTION_FAILED;
}

DdEviction *
dd_eviction_from_reply (const DdReply *reply, const GError *error)
{
  DdEviction *eviction = g_new0 (DdEviction, 1);
  g_autoptr (DdValue) status = NULL;

  if (reply->error == NULL && reply->body != NULL)
    status = dd_value_parse_bytes (reply->body, NULL);
  eviction->verdict = verdict_from_status (reply->status, status);
  eviction->needs = -1;
  eviction->has = -1;
  eviction->message = error == NULL ? NULL : g_strdup (error->message);
  read_budget (budget_cause (status), eviction);
  return eviction;
}

void
dd_eviction_free (DdEviction *eviction)
{
  if (eviction == NULL)
    return;
  g_free (eviction->budget);
  g_free (eviction->message);
  g_free (eviction);
}
