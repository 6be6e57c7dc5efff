/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/identity-reviews.c: the tables of SelfSubjectReview (who am I?) and of TokenReview
 * (who is it?), and of what asks for a token
 *
 * Imitates: Kubernetes API Reference, authentication.k8s.io v1; what UserInfo calls extra is told
 * in JSON alone, for its lists of texts have no row here. */
#include "config.h"

#include "base/time.h"
#include "sim/kube/kinds/reviews.h"

#define GROUP "authentication.k8s.io"
#define AUDIENCE "https://kubernetes.default.svc.cluster.local"

static const KubeField user_fields[] = {
  { "username", KUBE_STRING, 1, KUBE_DOC ("Name that is his alone."), KUBE_ASKED },
  { "uid", KUBE_STRING, 2, KUBE_DOC ("Tells apart who had the name before."), KUBE_ASKED },
  KUBE_LIST_OF_STRINGS ("groups", 3, KUBE_DOC ("Groups that he is in."), KUBE_ASKED),
  { NULL },
};

const KubeStruct kube_user_info = {
  "io.k8s.api.authentication.v1.UserInfo",
  "Whom the server takes somebody for.",
  user_fields,
};

const KubeColumn kube_no_columns[] = { { NULL } };

DdValue *
kube_review_answer (const DdValue *body, DdValue *spec, DdValue *status)
{
  DdValue *metadata = dd_value_ref (dd_value_member (body, "metadata"));

  if (metadata == NULL)
    metadata = dd_object_empty ();
  dd_value_set (&metadata, "creationTimestamp", dd_null ());
  return dd_object ("metadata", metadata, "spec", spec, "status", status, NULL);
}

/* ---- SelfSubjectReview ---- */

static const KubeField self_status_fields[] = {
  KUBE_OBJECT_OF ("userInfo", kube_user_info, 1, KUBE_DOC ("Who asks."), KUBE_ASKED),
  { NULL },
};

static const KubeStruct self_status = {
  "io.k8s.api.authentication.v1.SelfSubjectReviewStatus",
  "The answer to who asks.",
  self_status_fields,
};

static const KubeField self_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("status", self_status, 2, KUBE_DOC ("The answer."), KUBE_ASKED),
  { NULL },
};

static const KubeStruct self = {
  "io.k8s.api.authentication.v1.SelfSubjectReview",
  "Asks whom the server takes the asker for.",
  self_fields,
};

static DdValue *
answer_self (KubeApi *api, const KubeUser *user, const char *namespace_ G_GNUC_UNUSED,
             const DdValue *body G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  char *now = dd_time_to_iso8601 (sim_stage_now (api->stage));

  return dd_object ("metadata", dd_object ("creationTimestamp", dd_string_take (now), NULL),
                    "status", dd_object ("userInfo", kube_user_to_value (user), NULL), NULL);
}

const KubeKind kube_self_subject_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "SelfSubjectReview",
  .plural = "selfsubjectreviews",
  .singular = "selfsubjectreview",
  .flags = KUBE_IS_ASKED,
  .type = &self,
  .columns = kube_no_columns,
  .answer = answer_self,
};

/* ---- TokenReview ---- */

static const KubeField token_spec_fields[] = {
  { "token", KUBE_STRING, 1, KUBE_DOC ("The token in question."), KUBE_ASKED },
  KUBE_LIST_OF_STRINGS ("audiences", 2, KUBE_DOC ("For whom it should be; the server if empty."),
                        KUBE_ASKED),
  { NULL },
};

static const KubeStruct token_spec = {
  "io.k8s.api.authentication.v1.TokenReviewSpec",
  "A token.",
  token_spec_fields,
};

static const KubeField token_status_fields[] = {
  { "authenticated", KUBE_BOOL, 1, KUBE_DOC ("Whether it is somebody's."), KUBE_ASKED },
  KUBE_OBJECT_OF ("user", kube_user_info, 2, KUBE_DOC ("Whose."), KUBE_ASKED),
  KUBE_LIST_OF_STRINGS ("audiences", 4, KUBE_DOC ("For whom it is, of those who were named."),
                        KUBE_ASKED),
  { "error", KUBE_STRING, 3, KUBE_DOC ("Why it is nobody's."), KUBE_ASKED },
  { NULL },
};

static const KubeStruct token_status = {
  "io.k8s.api.authentication.v1.TokenReviewStatus",
  "Whose a token is.",
  token_status_fields,
};

static const KubeField token_fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", token_spec, 2, .required = TRUE, KUBE_DOC ("The question."), KUBE_ASKED),
  KUBE_OBJECT_OF ("status", token_status, 3, KUBE_DOC ("The answer."), KUBE_ASKED),
  { NULL },
};

static const KubeStruct token = {
  "io.k8s.api.authentication.v1.TokenReview",
  "Asks whose a token is.",
  token_fields,
};

static gboolean
is_for (const DdValue *audiences)
{
  for (gsize i = 0; i < dd_value_length (audiences); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (audiences, i)), AUDIENCE) == 0)
      return TRUE;
  return dd_value_length (audiences) == 0;
}

static DdValue *
answer_token (KubeApi *api, const KubeUser *asker G_GNUC_UNUSED,
              const char *namespace_ G_GNUC_UNUSED, const DdValue *body, GError **error)
{
  const char *text = dd_value_path_string (body, "spec.token");
  const DdValue *audiences = dd_value_path (body, "spec.audiences");
  g_autoptr (KubeUser) user = NULL;
  DdValue *spec = dd_value_ref (dd_value_member (body, "spec"));

  if (text == NULL || text[0] == '\0')
    {
      dd_value_unref (spec);
      kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                      "token is required for TokenReview in authentication");
      return NULL;
    }
  user = is_for (audiences) ? kube_bearer_find (api, text) : NULL;
  if (user == NULL)
    return kube_review_answer (body, spec,
                               dd_object ("user", dd_object_empty (), "error",
                                          dd_string ("[invalid bearer token, token lookup failed]"),
                                          NULL));
  kube_user_add_group (user, KUBE_AUTHENTICATED);
  return kube_review_answer (body, spec,
                             dd_object ("authenticated", dd_bool (TRUE), "user",
                                        kube_user_to_value (user), "audiences",
                                        dd_array (dd_string (AUDIENCE), NULL), NULL));
}

const KubeKind kube_token_review = {
  .group = GROUP,
  .version = "v1",
  .kind = "TokenReview",
  .plural = "tokenreviews",
  .singular = "tokenreview",
  .flags = KUBE_IS_ASKED,
  .type = &token,
  .columns = kube_no_columns,
  .answer = answer_token,
};
