/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/perfetto.c: lives as slices, curves as counters, evictions as arrows
 *
 * The format is the Trace Event Format of the Chromium project: "X" slices, "C" counters, "i"
 * instants, "s" and "f" ends of an arrow, "M" names. It knows two levels, processes and threads:
 * nodes are processes, sorted by zone, and pods are threads in them. */

#include "config.h"

#include "sim/sinks/perfetto.h"

#include <string.h>

#define WORLD_PROCESS 1 /* phases, faults, counters */
#define FIRST_NODE_PROCESS 10
#define NODE_THREAD 1

typedef struct
{
  const SimHistory *history;
  FILE *out;
  gboolean any;
  GHashTable *processes; /* node -> its number; for look-up only */
  GHashTable *threads;   /* pod -> its number; for look-up only */
} Writer;

/* Takes EVENT. */
static void
write_event (Writer *self, DdValue *event)
{
  g_autofree char *text = dd_value_to_text (event);

  fprintf (self->out, "%s%s", self->any ? ",\n" : "\n", text);
  self->any = TRUE;
  dd_value_unref (event);
}

static void
write_name (Writer *self, const char *what, gint64 process, gint64 thread, const char *name)
{
  write_event (self, dd_object ("ph", dd_string ("M"), "name", dd_string (what), "pid",
                                dd_int (process), "tid", dd_int (thread), "args",
                                dd_object ("name", dd_string (name), NULL), NULL));
}

static void
write_order (Writer *self, gint64 process, gint64 order)
{
  write_event (self, dd_object ("ph", dd_string ("M"), "name", dd_string ("process_sort_index"),
                                "pid", dd_int (process), "args",
                                dd_object ("sort_index", dd_int (order), NULL), NULL));
}

/* ---- lives ---- */

static void
write_life (Writer *self, const SimLife *life, gint64 process, gint64 thread)
{
  for (guint i = 0; i < life->spans->len; i++)
    {
      const SimSpan *span = &g_array_index (life->spans, SimSpan, i);

      write_event (self, dd_object ("ph", dd_string ("X"), "name", dd_string (span->state), "cat",
                                    dd_string ("state"), "ts", dd_int (span->from), "dur",
                                    dd_int (span->to - span->from), "pid", dd_int (process), "tid",
                                    dd_int (thread), NULL));
    }
}

static gint
compare_by_zone (gconstpointer a, gconstpointer b)
{
  const SimLife *first = *(SimLife *const *) a, *second = *(SimLife *const *) b;
  int order = strcmp (first->zone, second->zone);

  return order != 0 ? order : strcmp (first->name, second->name);
}

static void
write_nodes (Writer *self)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  for (guint i = 0; i < self->history->nodes->len; i++)
    g_ptr_array_add (nodes, g_ptr_array_index (self->history->nodes, i));
  g_ptr_array_sort (nodes, compare_by_zone);
  for (guint i = 0; i < nodes->len; i++)
    {
      const SimLife *node = g_ptr_array_index (nodes, i);
      gint64 process = FIRST_NODE_PROCESS + i;
      g_autofree char *name = g_strdup_printf ("%s %s", node->zone, node->name);

      g_hash_table_insert (self->processes, node->name, GSIZE_TO_POINTER ((gsize) process));
      write_name (self, "process_name", process, NODE_THREAD, name);
      write_name (self, "thread_name", process, NODE_THREAD, "node");
      write_order (self, process, process);
      write_life (self, node, process, NODE_THREAD);
    }
}

/* A pod that was never bound lives in the world's own process. */
static gint64
process_of (const Writer *self, const SimLife *pod)
{
  gsize process = GPOINTER_TO_SIZE (g_hash_table_lookup (self->processes, pod->node));

  return process != 0 ? (gint64) process : WORLD_PROCESS;
}

static void
write_pods (Writer *self)
{
  for (guint i = 0; i < self->history->pods->len; i++)
    {
      const SimLife *pod = g_ptr_array_index (self->history->pods, i);
      gint64 thread = NODE_THREAD + 1 + i;

      g_hash_table_insert (self->threads, pod->name, GSIZE_TO_POINTER ((gsize) thread));
      write_name (self, "thread_name", process_of (self, pod), thread, pod->name);
      write_life (self, pod, process_of (self, pod), thread);
    }
}

/* ---- curves ---- */

static void
write_curve (Writer *self, const SimCurve *curve)
{
  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);
      gboolean has_floor = point->floor >= 0;

      write_event (self,
                   dd_object ("ph", dd_string ("C"), "name", dd_string (curve->name), "ts",
                              dd_int (point->time), "pid", dd_int (WORLD_PROCESS), "args",
                              dd_object (has_floor ? "healthy" : "ready", dd_int (point->value),
                                         "needed", has_floor ? dd_int (point->floor) : NULL, NULL),
                              NULL));
    }
}

static void
write_curves (Writer *self, const GPtrArray *curves)
{
  for (guint i = 0; i < curves->len; i++)
    write_curve (self, g_ptr_array_index (curves, i));
}

/* ---- marks ---- */

/* The end of an arrow binds to the slice that is there at that instant. */
static void
write_arrow_end (Writer *self, const char *phase, gint64 id, gsize thread, DdUsec time)
{
  const SimLife *pod = g_ptr_array_index (self->history->pods, (guint) (thread - NODE_THREAD - 1));

  write_event (self, dd_object ("ph", dd_string (phase), "name", dd_string ("replaced by"), "cat",
                                dd_string ("eviction"), "id", dd_int (id), "ts", dd_int (time),
                                "pid", dd_int (process_of (self, pod)), "tid",
                                dd_int ((gint64) thread), "bp", dd_string ("e"), NULL));
}

static const SimSpan *
span_of (const Writer *self, gsize thread, gboolean last)
{
  const SimLife *pod = thread > NODE_THREAD ? g_ptr_array_index (self->history->pods,
                                                                 (guint) (thread - NODE_THREAD - 1))
                                            : NULL;

  if (pod == NULL || pod->spans->len == 0)
    return NULL;
  return &g_array_index (pod->spans, SimSpan, last ? pod->spans->len - 1 : 0);
}

/* From the beginning of the evicted pod's end to its successor's beginning. */
static void
write_arrow (Writer *self, const SimMark *mark, gint64 id)
{
  gsize old = GPOINTER_TO_SIZE (g_hash_table_lookup (self->threads, mark->text));
  gsize new = GPOINTER_TO_SIZE (g_hash_table_lookup (self->threads, mark->subject));
  const SimSpan *from = span_of (self, old, TRUE), *to = span_of (self, new, FALSE);

  if (from == NULL || to == NULL)
    return;
  write_arrow_end (self, "s", id, old, from->from);
  write_arrow_end (self, "f", id, new, to->from);
}

static const char *
word_of (SimMarkKind kind)
{
  switch (kind)
    {
    case SIM_MARK_PHASE:
      return "phase";
    case SIM_MARK_EVICTED:
      return "evicted";
    case SIM_MARK_REFUSED:
      return "eviction refused";
    case SIM_MARK_REPLACED:
      return "replaced";
    case SIM_MARK_FAULT:
      return "fault";
    case SIM_MARK_FAILURE:
      return "update failed";
    case SIM_MARK_STEP:
      return "step";
    case SIM_MARK_UPDATED:
      return "update over";
    }
  return "";
}

static void
write_instant (Writer *self, const SimMark *mark)
{
  gsize node = GPOINTER_TO_SIZE (g_hash_table_lookup (self->processes, mark->where));
  g_autofree char *name = g_strdup_printf ("%s%s%s", word_of (mark->kind),
                                           *mark->text != '\0' ? ": " : "", mark->text);

  write_event (self, dd_object ("ph", dd_string ("i"), "s", dd_string (node != 0 ? "p" : "g"),
                                "name", dd_string (name), "cat", dd_string (word_of (mark->kind)),
                                "ts", dd_int (mark->time), "pid",
                                dd_int (node != 0 ? (gint64) node : WORLD_PROCESS), "tid",
                                dd_int (NODE_THREAD), "args",
                                dd_object ("subject", dd_string (mark->subject), NULL), NULL));
}

/* A phase lasts until the next one of the same node group, or the end of its update. */
static DdUsec
end_of_phase (const SimHistory *history, guint index)
{
  const SimMark *phase = g_ptr_array_index (history->marks, index);

  for (guint i = index + 1; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if ((mark->kind == SIM_MARK_PHASE || mark->kind == SIM_MARK_UPDATED)
          && strcmp (mark->subject, phase->subject) == 0)
        return mark->time;
    }
  return history->end;
}

static void
write_phase (Writer *self, guint index)
{
  const SimMark *mark = g_ptr_array_index (self->history->marks, index);
  g_autofree char *name = g_strdup_printf ("%s: %s", mark->subject, mark->text);

  write_event (self, dd_object ("ph", dd_string ("X"), "name", dd_string (name), "cat",
                                dd_string ("phase"), "ts", dd_int (mark->time), "dur",
                                dd_int (end_of_phase (self->history, index) - mark->time), "pid",
                                dd_int (WORLD_PROCESS), "tid", dd_int (NODE_THREAD), NULL));
}

static void
write_marks (Writer *self)
{
  for (guint i = 0; i < self->history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (self->history->marks, i);

      if (mark->kind == SIM_MARK_PHASE)
        write_phase (self, i);
      else if (mark->kind == SIM_MARK_REPLACED)
        write_arrow (self, mark, i + 1);
      else
        write_instant (self, mark);
    }
}

void
sim_perfetto_write (const SimHistory *history, const char *title, FILE *out)
{
  Writer self = { .history = history,
                  .out = out,
                  .processes = g_hash_table_new (g_str_hash, g_str_equal),
                  .threads = g_hash_table_new (g_str_hash, g_str_equal) };

  fputs ("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", out);
  write_name (&self, "process_name", WORLD_PROCESS, NODE_THREAD, title);
  write_name (&self, "thread_name", WORLD_PROCESS, NODE_THREAD, "update");
  write_order (&self, WORLD_PROCESS, WORLD_PROCESS);
  write_nodes (&self);
  write_pods (&self);
  write_curves (&self, history->workloads);
  write_curves (&self, history->budgets);
  write_marks (&self);
  fputs ("\n]}\n", out);
  g_hash_table_unref (self.processes);
  g_hash_table_unref (self.threads);
}
