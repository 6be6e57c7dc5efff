/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/config-map.c: the ConfigMap table */
#include "config.h"

#include "sim/kube/kinds/entries.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { "immutable", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("True freezes data and binaryData for good; labels and annotations still change."),
    KUBE_ACTS },
  KUBE_MAP_OF_STRINGS (
      "data", 2,
      KUBE_DOC ("Settings as UTF-8 text, by key of letters, digits, dashes, underscores and dots."),
      KUBE_INERT ("No program here reads it.")),
  { "binaryData", KUBE_MAP, 3, .element = KUBE_BYTES,
    KUBE_DOC (
        "Further entries as base64, for bytes that are not UTF-8; no key may be in data too."),
    KUBE_INERT ("No program here reads it.") },
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.ConfigMap",
  "Settings that pods read as environment variables or mounted files.",
  fields,
};

static DdValue *
data_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) (dd_value_length (dd_value_member (object->value, "data"))
                           + dd_value_length (dd_value_member (object->value, "binaryData"))));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Data", "string", .path = "data", .cell = data_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* Both sorts of entries share their keys and the limit of their size. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *data = dd_value_member (object, "data");
  const DdValue *binary = dd_value_member (object, "binaryData");
  gsize size = kube_entries_validate (data, "data", FALSE, causes)
               + kube_entries_validate (binary, "binaryData", TRUE, causes);

  for (gsize i = 0; i < dd_value_length (data); i++)
    if (dd_value_member (binary, dd_value_key (data, i)) != NULL)
      {
        const char *key = dd_value_key (data, i);
        g_autofree char *path = g_strdup_printf ("data[%s]", key);

        kube_causes_add (causes, "FieldValueInvalid", path,
                         "Invalid value: \"%s\": duplicate of key present in binaryData", key);
      }
  if (size > KUBE_MAX_ENTRIES_BYTES)
    kube_causes_add (causes, "FieldValueTooLong", "[]", "Too long: may not be more than %d bytes",
                     KUBE_MAX_ENTRIES_BYTES);
  kube_entries_validate_immutable (old, object, KUBE_VALUES ("data", "binaryData"), causes);
}

const KubeKind kube_config_map = {
  .group = "",
  .version = "v1",
  .kind = "ConfigMap",
  .plural = "configmaps",
  .singular = "configmap",
  .short_names = KUBE_VALUES ("cm"),
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
