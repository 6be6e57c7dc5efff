/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/marks.h"

static const struct
{
  DdWrites write;
  const char *name;
} names[] = {
  { DD_WRITE_TAINT, "taint" },
  { DD_WRITE_CORDON, "cordon" },
  { DD_WRITE_NO_LOAD_BALANCER, "no-load-balancer" },
  { DD_WRITE_PROTECTION, "scale-down-disabled" },
};

DdWrites
dd_marks_from_knobs (const DdKnobs *knobs)
{
  DdWrites writes = 0;

  if (knobs->mark_outdated != DD_MARK_CORDON)
    writes |= DD_WRITE_TAINT;
  if (knobs->mark_outdated != DD_MARK_TAINT)
    writes |= DD_WRITE_CORDON;
  if (knobs->lb_label_timing == DD_LB_LABEL_SCALE_UP)
    writes |= DD_WRITE_NO_LOAD_BALANCER;
  return writes;
}

DdWrites
dd_marks_on_node (const DdKubeNode *node)
{
  DdWrites writes = 0;

  if (dd_kube_node_has_taint (node, DD_TAINT_KEY, DD_TAINT_EFFECT))
    writes |= DD_WRITE_TAINT;
  if (node->unschedulable)
    writes |= DD_WRITE_CORDON;
  if (node->no_load_balancer)
    writes |= DD_WRITE_NO_LOAD_BALANCER;
  if (node->protected_)
    writes |= DD_WRITE_PROTECTION;
  return writes;
}

char *
dd_marks_to_text (DdWrites writes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (writes & names[i].write)
      g_string_append_printf (text, "%s%s", text->len == 0 ? "" : "+", names[i].name);
  return g_string_free (text, FALSE);
}

/* A merge patch replaces a list as a whole, so the node's other taints are repeated. */
static DdValue *
taints_with (const DdKubeNode *node, gboolean remove)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (node->taints); i++)
    {
      const DdValue *taint = dd_value_element (node->taints, i);

      if (g_strcmp0 (dd_value_path_string (taint, "key"), DD_TAINT_KEY) != 0
          || g_strcmp0 (dd_value_path_string (taint, "effect"), DD_TAINT_EFFECT) != 0)
        dd_builder_add (&list, dd_value_ref (taint));
    }
  if (!remove)
    dd_builder_add (&list,
                    dd_object ("key", dd_string (DD_TAINT_KEY), "value", dd_string (DD_TAINT_VALUE),
                               "effect", dd_string (DD_TAINT_EFFECT), NULL));
  return dd_builder_end (&list);
}

DdValue *
dd_marks_patch (const DdKubeNode *node, DdWrites writes, gboolean remove)
{
  DdWrites there = dd_marks_on_node (node);
  DdWrites wanted = remove ? (writes & there) : (writes & ~there);
  DdValue *spec = NULL;
  DdValue *metadata = NULL;

  if (wanted == 0)
    return NULL;
  if (wanted & DD_WRITE_CORDON)
    dd_value_set (&spec, "unschedulable", remove ? dd_null () : dd_bool (TRUE));
  if (wanted & DD_WRITE_TAINT)
    {
      /* Somebody else may be changing the list: the server must refuse if it moved. */
      dd_value_set (&spec, "taints", taints_with (node, remove));
      dd_value_set (&metadata, "resourceVersion", dd_string (node->resource_version));
    }
  if (wanted & DD_WRITE_NO_LOAD_BALANCER)
    {
      DdValue *leaf = remove ? dd_null () : dd_string ("true");
      DdValue *next = dd_value_with (metadata, leaf, "labels", DD_LABEL_NO_LOAD_BALANCER, NULL);

      dd_value_unref (metadata);
      metadata = next;
    }
  if (wanted & DD_WRITE_PROTECTION)
    {
      DdValue *leaf = remove ? dd_null () : dd_string ("true");
      DdValue *next = dd_value_with (metadata, leaf, "annotations", DD_ANNOTATION_PROTECTED, NULL);

      dd_value_unref (metadata);
      metadata = next;
    }
  return dd_object ("metadata", metadata, "spec", spec, NULL);
}

DdWrites
dd_marks_of_leaving (const DdKnobs *knobs)
{
  gboolean label = knobs->lb_label_timing == DD_LB_LABEL_AFTER_DRAIN;

  return DD_WRITE_CORDON | (label ? DD_WRITE_NO_LOAD_BALANCER : 0);
}
