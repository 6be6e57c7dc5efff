/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/role-binding.c: the tables of RoleBinding and ClusterRoleBinding, which differ in
 * their reach alone
 *
 * Imitates: Kubernetes API Reference, RoleBinding and ClusterRoleBinding v1
 * rbac.authorization.k8s.io; pkg/apis/rbac/v1, SetDefaults; pkg/apis/rbac/validation,
 * ValidateRoleBinding and ValidateClusterRoleBinding. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/rbac.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"

/* ---- the tables ---- */

static const KubeField subject_fields[] = {
  { "kind", KUBE_STRING, 1, KUBE_DOC ("ServiceAccount, User or Group."),
    KUBE_INERT (KUBE_NOT_ENFORCED) },
  { "apiGroup", KUBE_STRING, 2,
    KUBE_DOC ("Group of the kind: " KUBE_RBAC " for users and groups, empty for accounts."),
    KUBE_INERT (KUBE_NOT_ENFORCED) },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("Who it is."),
    KUBE_INERT (KUBE_NOT_ENFORCED) },
  { "namespace", KUBE_STRING, 4, KUBE_DOC ("Namespace of a service account."),
    KUBE_INERT (KUBE_NOT_ENFORCED) },
  { NULL },
};

static const KubeStruct subject = {
  "io.k8s.api.rbac.v1.Subject",
  "A user, a group or a service account.",
  subject_fields,
  .atomic = TRUE,
};

static const KubeField reference_fields[] = {
  { "apiGroup", KUBE_STRING, 1, .fallback = "\"" KUBE_RBAC "\"", .values = KUBE_VALUES (KUBE_RBAC),
    KUBE_DOC ("Group of the role."), KUBE_INERT (KUBE_NOT_ENFORCED) },
  { "kind", KUBE_STRING, 2, KUBE_DOC ("Role or ClusterRole."), KUBE_INERT (KUBE_NOT_ENFORCED) },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("Name of the role."),
    KUBE_INERT (KUBE_NOT_ENFORCED) },
  { NULL },
};

static const KubeStruct reference = {
  "io.k8s.api.rbac.v1.RoleRef",
  "The role that is given.",
  reference_fields,
  .atomic = TRUE,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_LIST_OF ("subjects", subject, 2, KUBE_DOC ("Who is given the role."),
                KUBE_INERT (KUBE_NOT_ENFORCED)),
  KUBE_OBJECT_OF ("roleRef", reference, 3, .required = TRUE, .fallback = "{}",
                  KUBE_DOC ("The role that they are given; it can never be changed."),
                  KUBE_INERT (KUBE_NOT_ENFORCED)),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.rbac.v1.RoleBinding",
  "Gives a role to users, groups and service accounts, within a namespace.",
  fields,
};

static const KubeStruct cluster_type = {
  "io.k8s.api.rbac.v1.ClusterRoleBinding",
  "Gives a cluster role to users, groups and service accounts, everywhere.",
  fields,
};

/* ---- columns; imitates: kubectl get rolebindings -o wide ---- */

static gboolean
is_of_kind (const DdValue *its, const char *kind)
{
  return g_strcmp0 (dd_value_path_string (its, "kind"), kind) == 0;
}

static DdValue *
role_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_printf ("%s/%s", dd_value_path_string (object->value, "roleRef.kind"),
                           dd_value_path_string (object->value, "roleRef.name"));
}

static DdValue *
names_of_kind (const SimObject *object, const char *kind)
{
  const DdValue *subjects = dd_value_member (object->value, "subjects");
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (subjects); i++)
    {
      const DdValue *its = dd_value_element (subjects, i);
      const char *namespace_ = dd_value_path_string (its, "namespace");

      if (!is_of_kind (its, kind))
        continue;
      g_string_append (text, text->len > 0 ? ", " : "");
      if (strcmp (kind, "ServiceAccount") == 0)
        g_string_append_printf (text, "%s/", namespace_ != NULL ? namespace_ : "");
      g_string_append (text, dd_value_path_string (its, "name"));
    }
  return dd_string_take (g_string_free (text, FALSE));
}

static DdValue *
users_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return names_of_kind (object, "User");
}

static DdValue *
groups_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return names_of_kind (object, "Group");
}

static DdValue *
accounts_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return names_of_kind (object, "ServiceAccount");
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Role", "string", .path = "roleRef", .cell = role_cell },
  KUBE_AGE_COLUMN,
  { "Users", "string", .priority = 1, .cell = users_cell,
    KUBE_DOC ("Users who are given the role.") },
  { "Groups", "string", .priority = 1, .cell = groups_cell,
    KUBE_DOC ("Groups that are given the role.") },
  { "ServiceAccounts", "string", .priority = 1, .cell = accounts_cell,
    KUBE_DOC ("Service accounts that are given the role.") },
  { NULL },
};

/* ---- defaults ---- */

/* ITS with the group of its kind, in the order of its table. */
static DdValue *
with_group (const DdValue *its)
{
  gboolean grouped = is_of_kind (its, "User") || is_of_kind (its, "Group");

  if (!grouped || dd_value_member (its, "apiGroup") != NULL)
    return dd_value_ref (its);
  return dd_object ("kind", dd_value_ref (dd_value_member (its, "kind")), "apiGroup",
                    dd_string (KUBE_RBAC), "name", dd_value_ref (dd_value_member (its, "name")),
                    "namespace", dd_value_ref (dd_value_member (its, "namespace")), NULL);
}

static void
set_defaults (DdValue **object)
{
  const DdValue *subjects = dd_value_member (*object, "subjects");
  g_auto (DdBuilder) all = dd_builder_array ();

  if (dd_value_length (subjects) == 0)
    return;
  for (gsize i = 0; i < dd_value_length (subjects); i++)
    dd_builder_add (&all, with_group (dd_value_element (subjects, i)));
  dd_value_set (object, "subjects", dd_builder_end_like (&all, subjects));
}

/* ---- their rules ---- */

static const char *
text_at (const DdValue *value, const char *path)
{
  const char *text = dd_value_path_string (value, path);

  return text != NULL ? text : "";
}

static void
refuse_value (const char *path, const char *member, const char *value, const char *supported,
              KubeCauses *causes)
{
  g_autofree char *field = g_strdup_printf ("%s.%s", path, member);

  kube_causes_add (causes, "FieldValueNotSupported", field,
                   "Unsupported value: \"%s\": supported values: %s", value, supported);
}

static void
validate_account (const DdValue *its, const char *path, gboolean namespaced, KubeCauses *causes)
{
  const char *name = text_at (its, "name");
  const char *problem = kube_name_check (KUBE_NAME_SUBDOMAIN, name);
  g_autofree char *name_field = g_strdup_printf ("%s.name", path);
  g_autofree char *namespace_field = g_strdup_printf ("%s.namespace", path);

  if (name[0] != '\0' && problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", name_field, "Invalid value: \"%s\": %s", name,
                     problem);
  if (text_at (its, "apiGroup")[0] != '\0')
    refuse_value (path, "apiGroup", text_at (its, "apiGroup"), "\"\"", causes);
  if (!namespaced && text_at (its, "namespace")[0] == '\0')
    kube_causes_add (causes, "FieldValueRequired", namespace_field, "Required value");
}

static void
validate_subjects (const DdValue *object, gboolean namespaced, KubeCauses *causes)
{
  const DdValue *subjects = dd_value_member (object, "subjects");

  for (gsize i = 0; i < dd_value_length (subjects); i++)
    {
      const DdValue *its = dd_value_element (subjects, i);
      g_autofree char *path = g_strdup_printf ("subjects[%" G_GSIZE_FORMAT "]", i);

      if (is_of_kind (its, "ServiceAccount"))
        validate_account (its, path, namespaced, causes);
      else if (!is_of_kind (its, "User") && !is_of_kind (its, "Group"))
        refuse_value (path, "kind", text_at (its, "kind"),
                      "\"ServiceAccount\", \"User\", \"Group\"", causes);
      else if (strcmp (text_at (its, "apiGroup"), KUBE_RBAC) != 0)
        refuse_value (path, "apiGroup", text_at (its, "apiGroup"), "\"" KUBE_RBAC "\"", causes);
    }
}

static void
validate_reference (const DdValue *old, const DdValue *object, gboolean namespaced,
                    KubeCauses *causes)
{
  const DdValue *its = dd_value_member (object, "roleRef");
  const char *name = text_at (its, "name");
  const char *problem = kube_name_check (KUBE_NAME_PATH_SEGMENT, name);

  if (!is_of_kind (its, "ClusterRole") && !(namespaced && is_of_kind (its, "Role")))
    refuse_value ("roleRef", "kind", text_at (its, "kind"),
                  namespaced ? "\"Role\", \"ClusterRole\"" : "\"ClusterRole\"", causes);
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", "roleRef.name", "Invalid value: \"%s\": %s", name,
                     problem);
  if (old != NULL && !dd_value_equal (dd_value_member (old, "roleRef"), its))
    kube_causes_add (causes, "FieldValueInvalid", "roleRef",
                     "Invalid value: rbac.RoleRef{APIGroup:\"%s\", Kind:\"%s\", Name:\"%s\"}: "
                     "cannot change roleRef",
                     text_at (its, "apiGroup"), text_at (its, "kind"), name);
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  validate_reference (old, object, TRUE, causes);
  validate_subjects (object, TRUE, causes);
}

static void
validate_cluster (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  validate_reference (old, object, FALSE, causes);
  validate_subjects (object, FALSE, causes);
}

const KubeKind kube_role_binding = {
  .group = KUBE_RBAC,
  .version = "v1",
  .kind = "RoleBinding",
  .plural = "rolebindings",
  .singular = "rolebinding",
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .name_rule = KUBE_NAME_PATH_SEGMENT,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};

const KubeKind kube_cluster_role_binding = {
  .group = KUBE_RBAC,
  .version = "v1",
  .kind = "ClusterRoleBinding",
  .plural = "clusterrolebindings",
  .singular = "clusterrolebinding",
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .name_rule = KUBE_NAME_PATH_SEGMENT,
  .type = &cluster_type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate_cluster,
};
