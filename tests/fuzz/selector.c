/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors: a label query, a field query of pods, and a metav1.LabelSelector, a line each, and
 * the pod that they are asked about. The engine and the world must see the last alike. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "kube/selector.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/selectors.h"

static DdValue *
line_value (FuzzInput *input)
{
  g_autofree char *text = fuzz_line (input);

  return dd_value_parse (text, strlen (text), NULL, NULL);
}

/* What a server would have made of a selector: all that either of them ever sees. */
static DdValue *
decode_selector (const DdValue *sent)
{
  g_autoptr (DdValue) budget
      = dd_value_with_path (NULL, "spec.selector", sent != NULL ? dd_value_ref (sent) : NULL);
  g_autoptr (DdValue) decoded
      = kube_schema_decode (&kube_pod_disruption_budget, budget, NULL, NULL, NULL);

  return dd_value_ref (dd_value_path (decoded, "spec.selector"));
}

static void
ask_labels (const char *query, const DdValue *labels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KubeSelector) selector = kube_label_query_parse (query, &error);

  g_assert (selector == NULL || error == NULL);
  if (error == NULL)
    kube_label_query_matches (selector, labels);
}

static void
ask_fields (const char *query, SimObject *pod)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KubeSelector) selector = kube_field_query_parse (&kube_pod, query, &error);

  g_assert (selector == NULL || error == NULL);
  if (error == NULL && pod != NULL)
    kube_field_query_matches (selector, pod);
  if (error == NULL)
    kube_field_query_wants (selector, "spec.nodeName");
}

static void
ask_selector (const DdValue *selector, const DdValue *labels)
{
  g_autofree char *text = kube_label_selector_to_text (selector);
  g_autofree char *labels_text = kube_labels_to_text (labels);

  g_assert (text != NULL);
  g_assert (labels_text != NULL);
  g_assert (kube_label_selector_matches (selector, labels)
            == dd_selector_matches (selector, labels));
}

int
fuzz_selector (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *labels_query = fuzz_line (&input);
  g_autofree char *fields_query = fuzz_line (&input);
  g_autoptr (DdValue) sent_selector = line_value (&input);
  g_autoptr (DdValue) selector = decode_selector (sent_selector);
  g_autoptr (DdValue) sent = line_value (&input);
  g_autoptr (DdValue) decoded
      = sent != NULL ? kube_schema_decode (&kube_pod, sent, NULL, NULL, NULL) : NULL;
  g_autoptr (SimObject) pod = decoded != NULL && dd_value_path_string (decoded, "metadata.name")
                                  ? sim_object_new (&kube_pod, dd_value_ref (decoded), 1)
                                  : NULL;
  const DdValue *labels = dd_value_path (decoded, "metadata.labels");

  ask_labels (labels_query, labels);
  ask_fields (fields_query, pod);
  ask_selector (selector, labels);
  return 0;
}
