/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-admission.c: what the default admission plugins add to a new pod
 *
 * Imitates: Kubernetes' ServiceAccount and DefaultTolerationSeconds admission plugins,
 * and the strategy's PrepareForCreate (phase and quality of service). */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/priority-class.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/names.h"
#include "sim/kube/schema/quantity.h"

#define TOKEN_PATH "/var/run/secrets/kubernetes.io/serviceaccount"

static const char *
name_of (const DdValue *pod)
{
  const char *name = dd_value_path_string (pod, "metadata.name");

  return name != NULL ? name : "";
}

/* ---- DefaultTolerationSeconds ---- */

static gboolean
tolerates (const DdValue *tolerations, const char *key)
{
  for (gsize i = 0; i < dd_value_length (tolerations); i++)
    {
      const DdValue *toleration = dd_value_element (tolerations, i);
      const char *its_key = dd_value_path_string (toleration, "key");
      const char *effect = dd_value_path_string (toleration, "effect");

      if ((its_key == NULL || its_key[0] == '\0' || strcmp (its_key, key) == 0)
          && (effect == NULL || effect[0] == '\0' || strcmp (effect, "NoExecute") == 0))
        return TRUE;
    }
  return FALSE;
}

static void
admit_tolerations (DdValue **pod)
{
  static const char *const keys[]
      = { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" };
  const DdValue *given = dd_value_path (*pod, "spec.tolerations");
  g_auto (DdBuilder) all = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (given); i++)
    dd_builder_add (&all, dd_value_ref (dd_value_element (given, i)));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!tolerates (given, keys[i]))
      dd_builder_add (&all,
                      dd_object ("key", dd_word (keys[i]), "operator", dd_word ("Exists"), "effect",
                                 dd_word ("NoExecute"), "tolerationSeconds", dd_int (300), NULL));
  dd_value_set (pod, "spec.tolerations", dd_builder_end (&all));
}

/* ---- ServiceAccount ---- */

static gboolean
mounts_token (const DdValue *container)
{
  const DdValue *mounts = dd_value_member (container, "volumeMounts");

  for (gsize i = 0; i < dd_value_length (mounts); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (mounts, i), "mountPath"), TOKEN_PATH)
        == 0)
      return TRUE;
  return FALSE;
}

/* TRUE when at least one container of LIST now mounts VOLUME. */
static gboolean
mount_token (DdValue **pod, const char *list, const char *volume)
{
  g_autofree char *path = g_strconcat ("spec.", list, NULL);
  const DdValue *containers = dd_value_path (*pod, path);
  g_auto (DdBuilder) changed = dd_builder_array ();
  gboolean any = FALSE;

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      DdValue *mounts;

      if (mounts_token (container))
        {
          dd_builder_add (&changed, dd_value_ref (container));
          continue;
        }
      mounts = dd_value_with_element (dd_value_member (container, "volumeMounts"),
                                      dd_object ("name", dd_string (volume), "readOnly",
                                                 dd_bool (TRUE), "mountPath", dd_word (TOKEN_PATH),
                                                 NULL));
      dd_builder_add (&changed, dd_value_with_member (container, "volumeMounts", mounts));
      any = TRUE;
    }
  if (any)
    dd_value_set (pod, path, dd_builder_end (&changed));
  return any;
}

/* The same for every pod, and so there is only one. */
static DdValue *
token_sources (void)
{
  static const char text[]
      = "{\"sources\":["
        "{\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},"
        "{\"configMap\":{\"name\":\"kube-root-ca.crt\",\"items\":"
        "[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}},"
        "{\"downwardAPI\":{\"items\":[{\"path\":\"namespace\","
        "\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.namespace\"}}]}}],"
        "\"defaultMode\":420}";
  static DdValue *sources = NULL;

  if (sources == NULL)
    sources = dd_value_parse (text, strlen (text), NULL, NULL);
  g_assert (sources != NULL);
  return dd_value_ref (sources);
}

static DdValue *
token_volume (const char *name)
{
  return dd_object ("name", dd_string (name), "projected", token_sources (), NULL);
}

static void
admit_token (KubeApi *api, DdValue **pod, const SimObject *account)
{
  gboolean wanted = dd_value_path_bool (account != NULL ? account->value : NULL,
                                        "automountServiceAccountToken", TRUE);
  g_autofree char *suffix = NULL;
  g_autofree char *name = NULL;
  gboolean mounted;

  if (!dd_value_path_bool (*pod, "spec.automountServiceAccountToken", wanted))
    return;
  suffix = dd_random_text (api->names, KUBE_NAME_ALPHABET, KUBE_NAME_SUFFIX);
  name = g_strconcat ("kube-api-access-", suffix, NULL);
  mounted = mount_token (pod, "initContainers", name);
  mounted = mount_token (pod, "containers", name) || mounted;
  if (mounted)
    dd_value_set (
        pod, "spec.volumes",
        dd_value_with_element (dd_value_path (*pod, "spec.volumes"), token_volume (name)));
}

/* A pod needs its account. Only the namespace's own "default", which a controller makes a moment
 * after the namespace, is not waited for: clients that create both at once would otherwise have to
 * try again. */
static gboolean
admit_service_account (KubeApi *api, DdValue **pod, GError **error)
{
  const char *namespace_ = dd_value_path_string (*pod, "metadata.namespace");
  const char *name;
  const SimObject *account;

  if (dd_value_at (*pod, "metadata", "annotations", "kubernetes.io/config.mirror", NULL) != NULL)
    return TRUE;
  if (dd_value_path (*pod, "spec.serviceAccountName") == NULL)
    {
      dd_value_set (pod, "spec.serviceAccountName", dd_word ("default"));
      dd_value_set (pod, "spec.serviceAccount", dd_word ("default"));
    }
  name = dd_value_path_string (*pod, "spec.serviceAccountName");
  account = sim_store_get (api->store, &kube_service_account, namespace_, name);
  if (account == NULL && strcmp (name, "default") != 0)
    return kube_set_forbidden (
        error, &kube_pod, name_of (*pod),
        "error looking up service account %s/%s: serviceaccount \"%s\" not found", namespace_, name,
        name);
  admit_token (api, pod, account);
  return TRUE;
}

/* ---- label keys of affinity terms ---- */

/* SELECTOR with a requirement more for each of KEYS that the pod has. */
static DdValue *
selector_with_keys (const DdValue *selector, const DdValue *keys, const char *operator,
                    const DdValue * labels)
{
  DdValue *all = dd_value_ref (selector);

  for (gsize i = 0; i < dd_value_length (keys); i++)
    {
      const char *key = dd_value_string (dd_value_element (keys, i));
      const DdValue *value = dd_value_member (labels, key);

      if (value != NULL)
        dd_value_set (&all, "matchExpressions",
                      dd_value_with_element (
                          dd_value_member (all, "matchExpressions"),
                          dd_object ("key", dd_string (key), "operator", dd_word (operator),
                                     "values", dd_array (dd_value_ref (value), NULL), NULL)));
    }
  return all;
}

static DdValue *
term_with_keys (const DdValue *term, const DdValue *labels)
{
  const DdValue *selector = dd_value_member (term, "labelSelector");
  const DdValue *match = dd_value_member (term, "matchLabelKeys");
  const DdValue *mismatch = dd_value_member (term, "mismatchLabelKeys");
  g_autoptr (DdValue) narrowed = NULL;

  if (selector == NULL || dd_value_length (match) + dd_value_length (mismatch) == 0)
    return dd_value_ref (term);
  narrowed = selector_with_keys (selector, match, "In", labels);
  return dd_value_with_member (term, "labelSelector",
                               selector_with_keys (narrowed, mismatch, "NotIn", labels));
}

static void
resolve_label_keys (DdValue **pod, const char *path)
{
  const DdValue *terms = dd_value_path (*pod, path);
  const DdValue *labels = dd_value_path (*pod, "metadata.labels");
  g_auto (DdBuilder) all = dd_builder_array ();
  gboolean any = FALSE;

  for (gsize i = 0; i < dd_value_length (terms); i++)
    {
      const DdValue *term = dd_value_element (terms, i);
      const DdValue *inner = dd_value_member (term, "podAffinityTerm");
      DdValue *changed = inner == NULL ? term_with_keys (term, labels)
                                       : dd_value_with_member (term, "podAffinityTerm",
                                                               term_with_keys (inner, labels));

      any = any || changed != term;
      dd_builder_add (&all, changed);
    }
  if (any)
    dd_value_set (pod, path, dd_builder_end (&all));
}

/* The keys become requirements once, when the pod is made. Imitates: kubernetes/kubernetes,
 * pkg/registry/core/pod, applyMatchLabelKeysAndMismatchLabelKeys (on by default since 1.31). */
static void
admit_label_keys (const KubeApi *api, DdValue **pod)
{
  static const char *const paths[] = {
    "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution",
    "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution",
    "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
    "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution",
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths) && api->minor >= 31; i++)
    resolve_label_keys (pod, paths[i]);
}

/* ---- quality of service ---- */

static gboolean
amounts_are_equal (const DdValue *a, const DdValue *b)
{
  gint64 left, right;

  return kube_quantity_to_milli (a, &left) && kube_quantity_to_milli (b, &right) && left == right;
}

static void
note_container_resources (const DdValue *container, gboolean *any, gboolean *all)
{
  static const char *const resources[] = { "cpu", "memory" };

  for (guint i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      const DdValue *request = dd_value_at (container, "resources", "requests", resources[i], NULL);
      const DdValue *limit = dd_value_at (container, "resources", "limits", resources[i], NULL);

      *any = *any || request != NULL || limit != NULL;
      *all = *all && limit != NULL && (request == NULL || amounts_are_equal (request, limit));
    }
}

/* Guaranteed: every container has equal requests and limits of both; BestEffort: none has any. */
static const char *
quality_of_service (const DdValue *pod)
{
  static const char *const lists[] = { "spec.initContainers", "spec.containers" };
  gboolean any = FALSE, all = TRUE;

  for (guint l = 0; l < G_N_ELEMENTS (lists); l++)
    {
      const DdValue *containers = dd_value_path (pod, lists[l]);

      for (gsize i = 0; i < dd_value_length (containers); i++)
        note_container_resources (dd_value_element (containers, i), &any, &all);
    }
  return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
}

static DdValue *
gated_conditions (const DdValue *pod)
{
  if (dd_value_length (dd_value_path (pod, "spec.schedulingGates")) == 0)
    return NULL;
  return dd_array (dd_object ("type", dd_string ("PodScheduled"), "status", dd_string ("False"),
                              "lastProbeTime", dd_null (), "lastTransitionTime", dd_null (),
                              "reason", dd_string ("SchedulingGated"), "message",
                              dd_string ("Scheduling is blocked due to non-empty scheduling gates"),
                              NULL),
                   NULL);
}

gboolean
kube_pod_admit (KubeApi *api, DdValue **pod, GError **error)
{
  if (!admit_service_account (api, pod, error))
    return FALSE;
  admit_tolerations (pod);
  if (!kube_priority_admit (api, pod, error))
    return FALSE;
  admit_label_keys (api, pod);
  if (dd_value_path (*pod, "spec.enableServiceLinks") == NULL)
    dd_value_set (pod, "spec.enableServiceLinks", dd_bool (TRUE));
  dd_value_set (pod, "status",
                dd_object ("phase", dd_string ("Pending"), "conditions", gated_conditions (*pod),
                           "qosClass", dd_string (quality_of_service (*pod)), NULL));
  return TRUE;
}
