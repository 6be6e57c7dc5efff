/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line leaves open an unfinished update has decided; what it says must be what
 * that update is about. */
#include "config.h"

#include "commands/journal-target.h"

#include <string.h>

#include "base/error.h"
#include "engine/journal.h"

#define MOST_NAME 80
#define DIGEST_LENGTH 16

/* The group: all must agree. */
static const char *const identity[] = { "api_server", "cluster", "nodegroup", "asg" };

/* What it becomes. Not said on the command line it is FALLBACK of the update's own document. */
static const struct
{
  const char *name, *flag, *fallback;
} wishes[] = {
  { "release", "--release-version", "release" },
  { "version", "--kubernetes-version", NULL },
  { "launch_template_version", "--launch-template-version", "source_version" },
  { "image", "--image-id", "image" },
  { "max_unavailable", "--max-unavailable", "parallelism" },
};

gboolean
dd_journal_target_check (const DdValue *target, GError **error)
{
  gboolean managed = dd_value_path_string (target, "nodegroup") != NULL;
  gboolean own = dd_value_path_string (target, "asg") != NULL;
  const DdValue *knobs = dd_value_member (target, "knobs");
  const char *wrong = NULL;

  if (dd_value_path_string (target, "api_server") == NULL
      || dd_value_path_string (target, "cluster") == NULL)
    wrong = "target: it names no cluster";
  else if (managed == own)
    wrong = "target: it names no group";
  else if (knobs == NULL || dd_value_type (knobs) != DD_OBJECT)
    wrong = "target: it has no knobs";
  if (wrong != NULL)
    g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, wrong);
  return wrong == NULL;
}

/* ---- its names ---- */

static const char *
group_of (const DdValue *target)
{
  const char *own = dd_value_path_string (target, "asg");

  return own != NULL ? own : dd_value_path_string (target, "nodegroup");
}

char *
dd_journal_target_describe (const DdValue *target)
{
  return g_strdup_printf ("%s %s of cluster %s at %s",
                          dd_value_member (target, "asg") != NULL ? "Auto Scaling group"
                                                                  : "node group",
                          group_of (target), dd_value_path_string (target, "cluster"),
                          dd_value_path_string (target, "api_server"));
}

char *
dd_journal_target_file_name (const DdValue *target)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *name
      = g_strdup_printf ("%s-%s", dd_value_path_string (target, "cluster"), group_of (target));
  g_autofree char *digest = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (identity); i++)
    {
      const char *part = dd_value_path_string (target, identity[i]);

      g_string_append (all, part != NULL ? part : "");
      g_string_append_c (all, '\n');
    }
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, (gssize) all->len);
  g_strcanon (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_", '_');
  return g_strdup_printf ("%.*s-%.*s.json", MOST_NAME, name, DIGEST_LENGTH, digest);
}

/* ---- two of them ---- */

static char *
scalar_to_text (const DdValue *value)
{
  if (value == NULL)
    return NULL;
  return dd_value_type (value) == DD_STRING ? g_strdup (dd_value_string (value))
                                            : dd_value_to_text (value);
}

/* "1.30" of "1.30.0-20240703" */
static char *
minor_of (const char *release)
{
  const char *dot = strchr (release, '.');
  const char *end = dot == NULL ? NULL : strchr (dot + 1, '.');

  return end == NULL ? g_strdup (release) : g_strndup (release, (gsize) (end - release));
}

static char *
decided (const DdValue *former, const DdValue *update, guint wish)
{
  const DdValue *said = dd_value_member (former, wishes[wish].name);

  if (said != NULL)
    return scalar_to_text (said);
  if (wishes[wish].fallback != NULL)
    return scalar_to_text (dd_value_member (update, wishes[wish].fallback));
  return minor_of (dd_value_path_string (update, "release"));
}

static void
add_difference (GString *out, const char *flag, const char *there, const char *here)
{
  g_string_append_printf (out, "%s%s %s, and %s was asked for", out->len > 0 ? "; " : "", flag,
                          there != NULL ? there : "none", here);
}

static void
compare_wishes (const DdValue *former, const DdValue *update, const DdValue *asked, GString *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    {
      g_autofree char *here = scalar_to_text (dd_value_member (asked, wishes[i].name));
      g_autofree char *there = decided (former, update, i);

      if (here != NULL && g_strcmp0 (here, there) != 0)
        add_difference (out, wishes[i].flag, there, here);
    }
}

static void
compare_knobs (const DdValue *former, const DdValue *asked, GString *out)
{
  for (gsize i = 0; i < dd_value_length (asked); i++)
    {
      const char *name = dd_value_key (asked, i);
      const char *there = dd_value_string (dd_value_member (former, name));
      const char *here = dd_value_string (dd_value_nth (asked, i));
      g_autofree char *flag = g_strdup_printf ("--knob %s", name);

      if (g_strcmp0 (here, there) != 0)
        add_difference (out, flag, there != NULL ? there : "unknown", here);
    }
}

static gboolean
is_same_group (const DdValue *former, const DdValue *asked, GError **error)
{
  g_autofree char *there = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (identity); i++)
    if (g_strcmp0 (dd_value_path_string (former, identity[i]),
                   dd_value_path_string (asked, identity[i]))
        != 0)
      {
        there = dd_journal_target_describe (former);
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                     "it is the journal of an unfinished update of %s", there);
        return FALSE;
      }
  return TRUE;
}

DdValue *
dd_journal_target_merge (const DdValue *former, const DdValue *update, const DdValue *asked,
                         GError **error)
{
  g_autoptr (GString) differences = g_string_new (NULL);
  g_autofree char *stood = NULL;

  if (!is_same_group (former, asked, error))
    return NULL;
  compare_wishes (former, update, asked, differences);
  compare_knobs (dd_value_member (former, "knobs"), dd_value_member (asked, "knobs"), differences);
  if (differences->len == 0)
    return dd_value_merge (former, asked);
  stood = dd_journal_describe (update);
  g_set_error (error, DD_ERROR, DD_ERROR_REFUSED,
               "an unfinished update of this group (%s) has another target: %s\nNothing was "
               "changed. Finish it first, with what it was begun with, or --abandon it: its "
               "journal is set aside, and what it changed stays.",
               stood, differences->str);
  return NULL;
}
