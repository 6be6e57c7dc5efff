/* SPDX-License-Identifier: Apache-2.0 */
/* What a document must be to be gone on with. It comes from a file, so it may be anything: a number
 * out of its range or a list with something else in it would lead the engine astray. Members that
 * no row names are left to whoever wrote them. */
#include "config.h"

#include "engine/journal.h"

#include "base/error.h"
#include "engine/private.h"

#define MOST_NODES 1000000
#define ALL_MARKS \
  (DD_WRITE_TAINT | DD_WRITE_CORDON | DD_WRITE_NO_LOAD_BALANCER | DD_WRITE_PROTECTION)

typedef struct _Row Row;

struct _Row
{
  const char *name;
  DdType type;
  gboolean may_lack;
  gint64 min, max;   /* of an integer, and of those in an object without rows */
  const Row *inside; /* of an object; a list holds texts */
};

static gboolean check_rows (const Row *rows, const DdValue *object, GError **error);

static gboolean
complain (GError **error, const char *name, const char *what)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", name, what);
  return FALSE;
}

static gboolean
check_int (const Row *row, const char *name, const DdValue *value, GError **error)
{
  gint64 number = dd_value_int (value, row->min);

  if (dd_value_type (value) == DD_INT && number >= row->min && number <= row->max)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s: it takes a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name,
               row->min, row->max);
  return FALSE;
}

static gboolean
check_inside (const Row *row, const DdValue *value, GError **error)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      if (row->type == DD_ARRAY && dd_value_type (dd_value_element (value, i)) != DD_STRING)
        return complain (error, row->name, "it takes a list of names");
      if (row->type == DD_OBJECT && row->inside == NULL
          && !check_int (row, row->name, dd_value_nth (value, i), error))
        return FALSE;
    }
  return row->inside == NULL || check_rows (row->inside, value, error);
}

static gboolean
check_row (const Row *row, const DdValue *object, GError **error)
{
  const DdValue *value = dd_value_member (object, row->name);

  if (value == NULL)
    return row->may_lack || complain (error, row->name, "it is missing");
  if (row->type == DD_INT)
    return check_int (row, row->name, value, error);
  if (dd_value_type (value) == row->type)
    return check_inside (row, value, error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: it takes %s, not %s", row->name,
               dd_type_name (row->type), dd_type_name (dd_value_type (value)));
  return FALSE;
}

static gboolean
check_rows (const Row *rows, const DdValue *object, GError **error)
{
  for (const Row *row = rows; row->name != NULL; row++)
    if (!check_row (row, object, error))
      return FALSE;
  return TRUE;
}

static const Row size_rows[] = {
  { "min", DD_INT, FALSE, 0, MOST_NODES },
  { "max", DD_INT, FALSE, 0, MOST_NODES },
  { "desired", DD_INT, FALSE, 0, MOST_NODES },
  { NULL },
};

static const Row failure_rows[] = {
  { "code", DD_STRING },
  { "message", DD_STRING, TRUE },
  { "resources", DD_ARRAY },
  { "explanation", DD_STRING, TRUE },
  { "rolls_back", DD_BOOL },
  { "stuck", DD_ARRAY },
  { "retiring", DD_ARRAY },
  { "keeps_new", DD_BOOL },
  { "never_joined", DD_ARRAY, TRUE },
  { NULL },
};

/* snapshot () of journal.c */
static const Row rows[] = {
  { "cluster", DD_STRING },
  { "nodegroup", DD_STRING },
  { "group", DD_STRING },
  { "release", DD_STRING },
  { "image", DD_STRING },
  { "source_version", DD_STRING, TRUE },
  { "phase", DD_INT, FALSE, DD_PHASE_NONE, DD_PHASE_END },
  { "began", DD_INT, TRUE, 0, G_MAXINT64 },
  { "size", DD_OBJECT, .inside = size_rows },
  { "template_version", DD_STRING },
  { "former_number", DD_INT, FALSE, 0, G_MAXINT32 },
  { "pointed_back", DD_BOOL },
  { "token", DD_STRING, TRUE },
  { "target_version", DD_INT, FALSE, 0, G_MAXINT32 },
  { "repointed", DD_BOOL },
  { "growth", DD_INT, FALSE, 0, MOST_NODES },
  { "ready", DD_INT, FALSE, 0, MOST_NODES },
  { "ready_floor", DD_INT, FALSE, -1, MOST_NODES },
  { "desired", DD_INT, FALSE, 0, MOST_NODES },
  { "asked_max", DD_INT, TRUE, 0, MOST_NODES },
  { "former_desired", DD_INT, TRUE, 0, MOST_NODES },
  { "former_max", DD_INT, TRUE, 0, MOST_NODES },
  { "parallelism", DD_INT, FALSE, 1, MOST_NODES },
  { "instances", DD_ARRAY },
  { "nodes", DD_ARRAY },
  { "planned", DD_ARRAY },
  { "marked", DD_OBJECT, FALSE, 0, ALL_MARKS },
  { "protected", DD_BOOL },
  { "failure", DD_OBJECT, TRUE, .inside = failure_rows },
  { NULL },
};

gboolean
dd_journal_check (const DdValue *document, GError **error)
{
  static const Row version = { "schema", DD_INT, FALSE, 0, G_MAXINT32 };

  if (document == NULL || dd_value_type (document) != DD_OBJECT)
    return complain (error, "update", "it takes an object");
  if (!check_row (&version, document, error))
    return FALSE;
  if (dd_value_path_int (document, "schema", 0) == DD_JOURNAL_SCHEMA)
    return check_rows (rows, document, error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "schema: another version of Drydock wrote it (%" G_GINT64_FORMAT
               "; this one reads %d)",
               dd_value_path_int (document, "schema", 0), DD_JOURNAL_SCHEMA);
  return FALSE;
}

/* ---- what it says ---- */

static const char *
phase_name (const DdValue *document)
{
  static const char *const names[] = {
    [DD_PHASE_NONE] = "setup",
    [DD_PHASE_SETUP] = "setup",
    [DD_PHASE_SCALE_UP] = "scale-up",
    [DD_PHASE_UPGRADE] = "upgrade",
    [DD_PHASE_SCALE_DOWN] = "scale-down",
    [DD_PHASE_ROLL_BACK] = "roll-back",
    [DD_PHASE_END] = "end",
  };

  return names[dd_value_path_int (document, "phase", DD_PHASE_NONE)];
}

char *
dd_journal_describe (const DdValue *document)
{
  const char *code = dd_value_path_string (document, "failure.code");

  return g_strdup_printf (
      "release %s, phase %s%s%s; before it desired size %" G_GINT64_FORMAT
      ", maximum %" G_GINT64_FORMAT ", launch template version %s; to replace %" G_GSIZE_FORMAT
      ", marked %" G_GSIZE_FORMAT,
      dd_value_path_string (document, "release"), phase_name (document),
      code != NULL ? " after " : "", code != NULL ? code : "",
      dd_value_path_int (document, "size.desired", 0), dd_value_path_int (document, "size.max", 0),
      dd_value_path_string (document, "template_version"),
      dd_value_length (dd_value_member (document, "planned")),
      dd_value_length (dd_value_member (document, "marked")));
}

gboolean
dd_journal_is_settled (const DdValue *document)
{
  DdPhase phase = (DdPhase) dd_value_path_int (document, "phase", DD_PHASE_NONE);

  return phase == DD_PHASE_END
         || (phase <= DD_PHASE_SETUP && !dd_value_path_bool (document, "repointed", FALSE));
}
