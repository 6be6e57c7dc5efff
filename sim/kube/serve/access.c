/* SPDX-License-Identifier: Apache-2.0 */
/* What a request is about, before anybody knows whether there is such a thing: who may not do it
 * does not learn.
 *
 * Imitates: apiserver's endpoints/request.RequestInfoFactory. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/request.h"

#define SELECTED "metadata.name="

static const char *
part (const KubeRequest *self, guint index)
{
  return index < self->segments->len ? self->segments->pdata[index] : "";
}

static const char *
verb_of_method (const char *method)
{
  static const struct
  {
    const char *method, *verb;
  } verbs[] = { { "POST", "create" }, { "GET", "get" },     { "HEAD", "get" },
                { "PUT", "update" },  { "PATCH", "patch" }, { "DELETE", "delete" } };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].method, method) == 0)
      return verbs[i].verb;
  return "";
}

static void
take_path (KubeRequest *self)
{
  self->verb = g_ascii_strdown (self->wire->method, -1);
  self->access = (KubeAccess) { self->verb, self->path, "", "", "", "", "" };
}

/* "namespaces/NS/RES" is in a namespace, and so is "namespaces/NS" itself. */
static guint
take_namespace (KubeRequest *self, guint at)
{
  const char *third = part (self, at + 2);

  if (strcmp (part (self, at), kube_kind_of_scopes ()->plural) != 0
      || part (self, at + 1)[0] == '\0')
    return at;
  self->access.namespace_ = part (self, at + 1);
  return third[0] != '\0' && strcmp (third, "status") != 0 && strcmp (third, "finalize") != 0
             ? at + 2
             : at;
}

/* The one name that a list is limited to; NULL: there is none. */
static char *
name_of_selector (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_has_prefix (parts[i], SELECTED))
      return g_strdup (parts[i] + strlen (SELECTED) + (parts[i][strlen (SELECTED)] == '='));
  return NULL;
}

/* A list of one name is about that one; what names nothing is about all. */
static void
take_verb (KubeRequest *self, gboolean watched)
{
  const char *verb = verb_of_method (self->wire->method);
  gboolean all = self->access.name[0] == '\0';

  if (watched || (all && strcmp (verb, "get") == 0 && kube_request_flag (self, "watch")))
    verb = "watch";
  else if (all && strcmp (verb, "get") == 0)
    verb = "list";
  else if (all && strcmp (verb, "delete") == 0)
    verb = "deletecollection";
  self->access.verb = verb;
  if (all && strcmp (verb, "create") != 0)
    self->named = name_of_selector (kube_request_query (self, "fieldSelector"));
  if (self->named != NULL)
    self->access.name = self->named;
}

void
kube_request_take_access (KubeRequest *self)
{
  gboolean core = strcmp (part (self, 0), "api") == 0;
  guint at = core ? 2 : 3;
  gboolean watched = strcmp (part (self, at), "watch") == 0;

  if ((!core && strcmp (part (self, 0), "apis") != 0) || self->segments->len <= at)
    {
      take_path (self);
      return;
    }
  self->access = (KubeAccess) { "", NULL, core ? "" : part (self, 1), "", "", "", "" };
  at = take_namespace (self, watched ? at + 1 : at);
  self->access.resource = part (self, at);
  self->access.name = part (self, at + 1);
  self->access.subresource = part (self, at + 2);
  take_verb (self, watched);
}
