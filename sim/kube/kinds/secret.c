/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/secret.c: the Secret table
 *
 * Imitates: Kubernetes API Reference, Secret v1 core; pkg/apis/core/validation, ValidateSecret. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/entries.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

#define ACCOUNT_NAME "kubernetes.io/service-account.name"

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { "immutable", KUBE_BOOL, 5, .pointer = TRUE,
    KUBE_DOC ("True freezes data for good; labels and annotations still change."), KUBE_ACTS },
  { "data", KUBE_MAP, 2, .element = KUBE_BYTES,
    KUBE_DOC ("Entries as base64, by key of letters, digits, dashes, underscores and dots."),
    KUBE_INERT ("No program here reads it.") },
  KUBE_MAP_OF_STRINGS (
      "stringData", 4,
      KUBE_DOC ("Entries as plain text, which win over those of data; written, never read back."),
      KUBE_INERT ("It becomes data.")),
  { "type", KUBE_STRING, 3, .fallback = "\"Opaque\"",
    KUBE_DOC ("Who the secret is for, and so which keys it must have; fixed at creation."),
    KUBE_INERT ("Nobody here looks for a secret of a type.") },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Secret",
  "Passwords, keys and tokens that pods read as environment variables or mounted files.",
  fields,
};

static DdValue *
data_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) dd_value_length (dd_value_member (object->value, "data")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Type", "string", .path = "type" },
  { "Data", "string", .path = "data", .cell = data_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- stringData ---- */

static void
take_string_data (DdValue **secret)
{
  g_autoptr (DdValue) texts = dd_value_ref (dd_value_member (*secret, "stringData"));
  g_autoptr (DdValue) data = dd_value_ref (dd_value_member (*secret, "data"));

  if (texts == NULL)
    return;
  for (gsize i = 0; i < dd_value_length (texts); i++)
    {
      const char *text = dd_value_string (dd_value_nth (texts, i));
      DdValue *bytes = dd_string_take (
          g_base64_encode ((const guchar *) text, text != NULL ? strlen (text) : 0));
      DdValue *with = dd_value_with_member (data, dd_value_key (texts, i), bytes);

      dd_value_unref (data);
      data = with;
    }
  dd_value_set (secret, "stringData", NULL);
  dd_value_set (secret, "data", g_steal_pointer (&data));
}

/* ---- what each type must have ---- */

static void
require_entry (const DdValue *secret, const char *key, gboolean filled, KubeCauses *causes)
{
  g_autofree char *path = g_strdup_printf ("data[%s]", key);
  const DdValue *entry = dd_value_member (dd_value_member (secret, "data"), key);

  if (entry == NULL || (filled && dd_value_string (entry)[0] == '\0'))
    kube_causes_add (causes, "FieldValueRequired", path, "Required value");
}

/* What Go says when it wants an object of JSON and finds TEXT; NULL: it is one. Deeper inside,
 * where the parser of JSON is another, the words are ours. */
static char *
why_no_json_object (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_value_parse (text, length, NULL, &error);
  gsize at = 0;

  if (value != NULL && dd_value_type (value) == DD_OBJECT)
    return NULL;
  if (value != NULL)
    return g_strdup_printf ("json: cannot unmarshal %s into Go value of type "
                            "map[string]interface {}",
                            dd_value_type (value) == DD_ARRAY    ? "array"
                            : dd_value_type (value) == DD_STRING ? "string"
                            : dd_value_type (value) == DD_BOOL   ? "bool"
                                                                 : "number");
  while (at < length && g_ascii_isspace (text[at]))
    at++;
  if (at == length)
    return g_strdup ("unexpected end of JSON input");
  if (g_ascii_isprint (text[at]) && strchr ("{[\"-0123456789tfn", text[at]) == NULL)
    return g_strdup_printf ("invalid character '%c' looking for beginning of value", text[at]);
  return g_strdup (error->message);
}

static void
require_json_entry (const DdValue *secret, const char *key, KubeCauses *causes)
{
  const char *entry = dd_value_string (dd_value_member (dd_value_member (secret, "data"), key));
  g_autofree char *path = g_strdup_printf ("data[%s]", key);
  g_autofree guchar *bytes = NULL;
  g_autofree char *problem = NULL;
  gsize length;

  if (entry == NULL)
    {
      kube_causes_add (causes, "FieldValueRequired", path, "Required value");
      return;
    }
  bytes = g_base64_decode (entry, &length);
  problem = why_no_json_object ((const char *) bytes, length);
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", path,
                     "Invalid value: \"<secret contents redacted>\": %s", problem);
}

static void
require_account (const DdValue *secret, KubeCauses *causes)
{
  const char *name
      = dd_value_string (dd_value_at (secret, "metadata", "annotations", ACCOUNT_NAME, NULL));

  if (name == NULL || name[0] == '\0')
    kube_causes_add (causes, "FieldValueRequired", "metadata.annotations[" ACCOUNT_NAME "]",
                     "Required value");
}

/* One of them is enough. */
static void
require_name_or_password (const DdValue *secret, KubeCauses *causes)
{
  const DdValue *data = dd_value_member (secret, "data");

  if (dd_value_member (data, "username") != NULL || dd_value_member (data, "password") != NULL)
    return;
  require_entry (secret, "username", FALSE, causes);
  require_entry (secret, "password", FALSE, causes);
}

static void
validate_type (const DdValue *secret, const char *its_type, KubeCauses *causes)
{
  if (strcmp (its_type, "kubernetes.io/service-account-token") == 0)
    require_account (secret, causes);
  else if (strcmp (its_type, "kubernetes.io/dockercfg") == 0)
    require_json_entry (secret, ".dockercfg", causes);
  else if (strcmp (its_type, "kubernetes.io/dockerconfigjson") == 0)
    require_json_entry (secret, ".dockerconfigjson", causes);
  else if (strcmp (its_type, "kubernetes.io/basic-auth") == 0)
    require_name_or_password (secret, causes);
  else if (strcmp (its_type, "kubernetes.io/ssh-auth") == 0)
    require_entry (secret, "ssh-privatekey", TRUE, causes);
  else if (strcmp (its_type, "kubernetes.io/tls") == 0)
    {
      require_entry (secret, "tls.crt", FALSE, causes);
      require_entry (secret, "tls.key", FALSE, causes);
    }
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const char *its_type = dd_value_path_string (object, "type");

  if (old != NULL && g_strcmp0 (dd_value_path_string (old, "type"), its_type) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "type",
                     "Invalid value: \"%s\": field is immutable", its_type);
  kube_entries_validate_immutable (old, object, KUBE_VALUES ("data"), causes);
  if (kube_entries_validate (dd_value_member (object, "data"), "data", TRUE, causes)
      > KUBE_MAX_ENTRIES_BYTES)
    kube_causes_add (causes, "FieldValueTooLong", "data", "Too long: may not be more than %d bytes",
                     KUBE_MAX_ENTRIES_BYTES);
  validate_type (object, its_type, causes);
}

const KubeKind kube_secret = {
  .group = "",
  .version = "v1",
  .kind = "Secret",
  .plural = "secrets",
  .singular = "secret",
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("type"),
  .set_defaults = take_string_data,
  .validate = validate,
};
