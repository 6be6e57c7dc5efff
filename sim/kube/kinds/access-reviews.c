/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/access-reviews.c: the tables of the questions what somebody may do
 *
 * Imitates: Kubernetes API Reference, authorization.k8s.io v1; pkg/registry/authorization and
 * pkg/apis/authorization/validation. The selectors that 1.31 let a question narrow itself by have
 * no rows: nothing that answers here looks at them. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/reviews.h"

#define GROUP "authorization.k8s.io"

/* ---- the tables ---- */

static const KubeField resource_fields[] = {
  { "namespace", KUBE_STRING, 1, KUBE_DOC ("Where; empty for everywhere."), KUBE_ASKED },
  { "verb", KUBE_STRING, 2, KUBE_DOC ("What is to be done, such as get; * for all."), KUBE_ASKED },
  { "group", KUBE_STRING, 3, KUBE_DOC ("Group of the resource; * for all."), KUBE_ASKED },
  { "version", KUBE_STRING, 4, KUBE_DOC ("Version of the resource; * for all."), KUBE_ASKED },
  { "resource", KUBE_STRING, 5, KUBE_DOC ("Plural, such as pods; * for all."), KUBE_ASKED },
  { "subresource", KUBE_STRING, 6, KUBE_DOC ("Such as eviction; empty for none."), KUBE_ASKED },
  { "name", KUBE_STRING, 7, KUBE_DOC ("Which one; empty for all."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct resource_attributes = {
  "io.k8s.api.authorization.v1.ResourceAttributes",
  "Something that is to be done to a resource.",
  resource_fields,
};

static const KubeField path_fields[] = {
  { "path", KUBE_STRING, 1, KUBE_DOC ("Path, such as /healthz."), KUBE_ASKED },
  { "verb", KUBE_STRING, 2, KUBE_DOC ("Method in lower case."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct path_attributes = {
  "io.k8s.api.authorization.v1.NonResourceAttributes",
  "Something that is to be done to a path.",
  path_fields,
};

#define ATTRIBUTES \
  KUBE_OBJECT_OF ("resourceAttributes", resource_attributes, 1, .pointer = TRUE, \
                  KUBE_DOC ("What is to be done to a resource."), KUBE_ASKED), \
      KUBE_OBJECT_OF ("nonResourceAttributes", path_attributes, 2, .pointer = TRUE, \
                      KUBE_DOC ("What is to be done to something else."), KUBE_ASKED)

static const KubeField self_spec_fields[] = { ATTRIBUTES, { NULL } };

static const KubeStruct self_spec = {
  "io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
  "What the asker wants to do.",
  self_spec_fields,
};

static const KubeField subject_spec_fields[] = {
  ATTRIBUTES,
  { "user", KUBE_STRING, 3, KUBE_DOC ("Who; may be empty if there are groups."), KUBE_ASKED },
  KUBE_LIST_OF_STRINGS ("groups", 4, KUBE_DOC ("Groups that he is in."), KUBE_ASKED),
  { "uid", KUBE_STRING, 6, KUBE_DOC ("Tells apart who had the name before."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct subject_spec = {
  "io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
  "What somebody wants to do.",
  subject_spec_fields,
};

static const KubeField status_fields[] = {
  { "allowed", KUBE_BOOL, 1, .required = TRUE, KUBE_DOC ("Whether he may."), KUBE_ASKED },
  { "denied", KUBE_BOOL, 4, KUBE_DOC ("Whether somebody forbids it, whoever else allows it."),
    KUBE_ASKED },
  { "reason", KUBE_STRING, 2, KUBE_DOC ("Why, for people."), KUBE_ASKED },
  { "evaluationError", KUBE_STRING, 3, KUBE_DOC ("What went wrong while it was decided."),
    KUBE_ASKED },
  { NULL },
};

static const KubeStruct access_status = {
  "io.k8s.api.authorization.v1.SubjectAccessReviewStatus",
  "Whether somebody may do something.",
  status_fields,
};

#define REVIEW_FIELDS(spec_) \
  { \
    KUBE_TYPE_FIELDS, \
        KUBE_OBJECT_OF ("spec", spec_, 2, .required = TRUE, KUBE_DOC ("The question."), \
                        KUBE_ASKED), \
        KUBE_OBJECT_OF ("status", access_status, 3, KUBE_DOC ("The answer."), KUBE_ASKED), \
        { NULL }, \
  }

static const KubeField self_fields[] = REVIEW_FIELDS (self_spec);
static const KubeField subject_fields[] = REVIEW_FIELDS (subject_spec);

static const KubeStruct self = {
  "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
  "Asks whether the asker may do something.",
  self_fields,
};

static const KubeStruct subject = {
  "io.k8s.api.authorization.v1.SubjectAccessReview",
  "Asks whether somebody may do something.",
  subject_fields,
};

static const KubeStruct local = {
  "io.k8s.api.authorization.v1.LocalSubjectAccessReview",
  "Asks whether somebody may do something within a namespace.",
  subject_fields,
};

static const KubeField rules_spec_fields[] = {
  { "namespace", KUBE_STRING, 1, KUBE_DOC ("Where."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct rules_spec = {
  "io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec",
  "A namespace.",
  rules_spec_fields,
};

static const KubeField resource_rule_fields[] = {
  KUBE_LIST_OF_STRINGS ("verbs", 1, .required = TRUE, KUBE_DOC ("What may be done."), KUBE_ASKED),
  KUBE_LIST_OF_STRINGS ("apiGroups", 2, KUBE_DOC ("Groups of the resources."), KUBE_ASKED),
  KUBE_LIST_OF_STRINGS ("resources", 3, KUBE_DOC ("To what."), KUBE_ASKED),
  KUBE_LIST_OF_STRINGS ("resourceNames", 4, KUBE_DOC ("To which of them; empty for all."),
                        KUBE_ASKED),
  { NULL },
};

static const KubeStruct resource_rule = {
  "io.k8s.api.authorization.v1.ResourceRule",
  "What may be done to resources.",
  resource_rule_fields,
};

static const KubeField path_rule_fields[] = {
  KUBE_LIST_OF_STRINGS ("verbs", 1, .required = TRUE, KUBE_DOC ("What may be done."), KUBE_ASKED),
  KUBE_LIST_OF_STRINGS ("nonResourceURLs", 2, KUBE_DOC ("To which paths."), KUBE_ASKED),
  { NULL },
};

static const KubeStruct path_rule = {
  "io.k8s.api.authorization.v1.NonResourceRule",
  "What may be done to paths.",
  path_rule_fields,
};

static const KubeField rules_status_fields[] = {
  KUBE_LIST_OF ("resourceRules", resource_rule, 1, .required = TRUE,
                KUBE_DOC ("What may be done to resources."), KUBE_ASKED),
  KUBE_LIST_OF ("nonResourceRules", path_rule, 2, .required = TRUE,
                KUBE_DOC ("What may be done to paths."), KUBE_ASKED),
  { "incomplete", KUBE_BOOL, 3, .required = TRUE, KUBE_DOC ("Whether there may be more."),
    KUBE_ASKED },
  { "evaluationError", KUBE_STRING, 4, KUBE_DOC ("Why there may be more."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct rules_status = {
  "io.k8s.api.authorization.v1.SubjectRulesReviewStatus",
  "All that somebody may do in a namespace.",
  rules_status_fields,
};

static const KubeField rules_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", rules_spec, 2, .required = TRUE, KUBE_DOC ("The question."), KUBE_ASKED),
  KUBE_OBJECT_OF ("status", rules_status, 3, KUBE_DOC ("The answer."), KUBE_ASKED),
  { NULL },
};

static const KubeStruct rules = {
  "io.k8s.api.authorization.v1.SelfSubjectRulesReview",
  "Asks for all that the asker may do.",
  rules_fields,
};

/* ---- the answers ---- */

static const char *
text_at (const DdValue *value, const char *path)
{
  const char *text = dd_value_path_string (value, path);

  return text != NULL ? text : "";
}

static KubeAccess
access_of (const DdValue *spec)
{
  const DdValue *its = dd_value_member (spec, "resourceAttributes");
  const DdValue *path = dd_value_member (spec, "nonResourceAttributes");

  if (its == NULL)
    return (KubeAccess) { text_at (path, "verb"), text_at (path, "path"), "", "", "", "", "" };
  return (KubeAccess) { text_at (its, "verb"),        NULL,
                        text_at (its, "group"),       text_at (its, "resource"),
                        text_at (its, "subresource"), text_at (its, "namespace"),
                        text_at (its, "name") };
}

static void
check_attributes (const DdValue *spec, KubeCauses *causes)
{
  gboolean resource = dd_value_member (spec, "resourceAttributes") != NULL;
  gboolean path = dd_value_member (spec, "nonResourceAttributes") != NULL;

  if (resource == path)
    kube_causes_add (causes, "FieldValueInvalid",
                     resource ? "spec.nonResourceAttributes" : "spec.resourceAttributes",
                     resource ? "Invalid value: cannot be specified in combination with "
                                "resourceAttributes"
                              : "Invalid value: \"null\": exactly one of nonResourceAttributes or "
                                "resourceAttributes must be specified");
}

static DdValue *
decide (KubeApi *api, const KubeUser *user, const DdValue *body)
{
  const DdValue *spec = dd_value_member (body, "spec");
  const KubeAccess access = access_of (spec);
  g_autofree char *reason = NULL;
  gboolean allowed = kube_may (api, user, &access, &reason);

  return kube_review_answer (
      body, dd_value_ref (spec),
      dd_object ("allowed", dd_bool (allowed), "reason", dd_string (reason), NULL));
}

static DdValue *
answer_self (KubeApi *api, const KubeUser *user, const char *namespace_ G_GNUC_UNUSED,
             const DdValue *body, GError **error)
{
  g_autoptr (KubeCauses) causes = kube_causes_new ();

  check_attributes (dd_value_member (body, "spec"), causes);
  return kube_causes_check (causes, GROUP, "SelfSubjectAccessReview", "", error)
             ? decide (api, user, body)
             : NULL;
}

static KubeUser *
subject_of (const DdValue *spec)
{
  const DdValue *groups = dd_value_member (spec, "groups");
  KubeUser *user = kube_user_new (text_at (spec, "user"));

  for (gsize i = 0; i < dd_value_length (groups); i++)
    kube_user_add_group (user, dd_value_string (dd_value_element (groups, i)));
  return user;
}

static DdValue *
answer_subject_of (KubeApi *api, const char *kind, const char *namespace_, const DdValue *body,
                   GError **error)
{
  const DdValue *spec = dd_value_member (body, "spec");
  g_autoptr (KubeCauses) causes = kube_causes_new ();
  g_autoptr (KubeUser) user = subject_of (spec);

  check_attributes (spec, causes);
  if (user->name[0] == '\0' && user->groups->len == 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec.user",
                     "Invalid value: \"\": at least one of user or group must be specified");
  if (namespace_ != NULL
      && strcmp (text_at (spec, "resourceAttributes.namespace"), namespace_) != 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec.resourceAttributes.namespace",
                     "Invalid value: \"%s\": must match metadata.namespace",
                     text_at (spec, "resourceAttributes.namespace"));
  return kube_causes_check (causes, GROUP, kind, "", error) ? decide (api, user, body) : NULL;
}

static DdValue *
answer_subject (KubeApi *api, const KubeUser *asker G_GNUC_UNUSED,
                const char *namespace_ G_GNUC_UNUSED, const DdValue *body, GError **error)
{
  return answer_subject_of (api, "SubjectAccessReview", NULL, body, error);
}

static DdValue *
answer_local (KubeApi *api, const KubeUser *asker G_GNUC_UNUSED, const char *namespace_,
              const DdValue *body, GError **error)
{
  return answer_subject_of (api, "LocalSubjectAccessReview", namespace_, body, error);
}

static DdValue *
answer_rules (KubeApi *api, const KubeUser *user, const char *namespace_ G_GNUC_UNUSED,
              const DdValue *body, GError **error)
{
  const char *where = text_at (body, "spec.namespace");

  if (where[0] != '\0')
    return kube_review_answer (body, dd_object_empty (), kube_rules_of (api, user, where));
  kube_set_error (error, KUBE_BAD_REQUEST, NULL, "no namespace on request");
  return NULL;
}

const KubeKind kube_local_subject_access_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "LocalSubjectAccessReview",
  .plural = "localsubjectaccessreviews",
  .singular = "localsubjectaccessreview",
  .namespaced = TRUE,
  .flags = KUBE_IS_ASKED,
  .type = &local,
  .columns = kube_no_columns,
  .answer = answer_local,
};

const KubeKind kube_self_subject_access_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "SelfSubjectAccessReview",
  .plural = "selfsubjectaccessreviews",
  .singular = "selfsubjectaccessreview",
  .flags = KUBE_IS_ASKED,
  .type = &self,
  .columns = kube_no_columns,
  .answer = answer_self,
};

const KubeKind kube_self_subject_rules_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "SelfSubjectRulesReview",
  .plural = "selfsubjectrulesreviews",
  .singular = "selfsubjectrulesreview",
  .flags = KUBE_IS_ASKED,
  .type = &rules,
  .columns = kube_no_columns,
  .answer = answer_rules,
};

const KubeKind kube_subject_access_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "SubjectAccessReview",
  .plural = "subjectaccessreviews",
  .singular = "subjectaccessreview",
  .flags = KUBE_IS_ASKED,
  .type = &subject,
  .columns = kube_no_columns,
  .answer = answer_subject,
};
