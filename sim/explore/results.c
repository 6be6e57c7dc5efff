/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/results.c: records in files, one JSON object per line */

#include "config.h"

#include "sim/explore/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sim/explore/record.h"

/* What stands in the file of a part that had nothing to do, so that it is told from one that was
 * lost. */
static const char nothing_to_do[] = "{\"rehearsals\":0}\n";

static gboolean
read_record (const char *path, guint number, const char *line, gsize length, GPtrArray *records,
             GError **error)
{
  g_autoptr (DdValue) value = NULL;

  if (length == 0 || line[length - 1] != '\n')
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s:%u: the last line was cut off; was the run still going on?", path, number);
      return FALSE;
    }
  value = dd_value_parse (line, length, NULL, error);
  if (value == NULL || !sim_record_check (value, error))
    {
      g_prefix_error (error, "%s:%u: ", path, number);
      return FALSE;
    }
  g_ptr_array_add (records, g_steal_pointer (&value));
  return TRUE;
}

gboolean
sim_results_read (const char *path, GPtrArray *records, GError **error)
{
  FILE *file = fopen (path, "r");
  char *line = NULL;
  size_t room = 0;
  guint before = records->len;
  ssize_t length;
  gboolean good = TRUE;
  gboolean said_so = FALSE;

  if (file == NULL)
    {
      g_set_error (error, DD_ERROR, errno == ENOENT ? DD_ERROR_NOT_FOUND : DD_ERROR_UNAVAILABLE,
                   "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  for (guint number = 1; good && (length = getline (&line, &room, file)) >= 0; number++)
    {
      if (strcmp (line, nothing_to_do) == 0)
        said_so = TRUE;
      else
        good = read_record (path, number, line, (gsize) length, records, error);
    }
  if (good && ferror (file))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (errno));
      good = FALSE;
    }
  if (good && records->len == before && !said_so)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: it is empty; did the run end before its first rehearsal?", path);
      good = FALSE;
    }
  free (line);
  fclose (file);
  return good;
}

static gint
compare_records (gconstpointer a, gconstpointer b)
{
  return sim_record_compare (*(DdValue *const *) a, *(DdValue *const *) b);
}

static gboolean
refuse_conflict (const DdValue *a, const DdValue *b, GError **error)
{
  g_autofree char *first = dd_value_to_text (a), *second = dd_value_to_text (b);

  g_set_error (error, DD_ERROR, DD_ERROR_CONFLICT,
               "two records of the same rehearsal differ; were they made by two versions?\n"
               "  %s\n  %s",
               first, second);
  return FALSE;
}

gboolean
sim_results_join (GPtrArray *records, guint *out_repeated, GError **error)
{
  guint kept = 0;

  g_ptr_array_sort (records, compare_records);
  for (guint i = 0; i < records->len; i++)
    {
      DdValue *record = g_ptr_array_index (records, i);
      DdValue *last = kept > 0 ? g_ptr_array_index (records, kept - 1) : NULL;

      if (last == NULL || sim_record_compare (last, record) != 0)
        {
          /* Swapped, so that each reference stays in the array exactly once. */
          records->pdata[i] = records->pdata[kept];
          records->pdata[kept++] = record;
        }
      else if (!dd_value_equal (last, record))
        return refuse_conflict (last, record, error);
    }
  if (out_repeated != NULL)
    *out_repeated = records->len - kept;
  g_ptr_array_set_size (records, (gint) kept);
  return TRUE;
}

void
sim_results_write (const DdValue *record, FILE *out)
{
  g_autofree char *text = dd_value_to_text (record);

  fprintf (out, "%s\n", text);
}

void
sim_results_write_nothing (FILE *out)
{
  fputs (nothing_to_do, out);
}
