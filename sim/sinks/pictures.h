/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/pictures.h: the files of pictures that a rehearsal was asked for */
#pragma once

#include "sim/scenario/scenario.h"
#include "sim/sinks/history.h"
#include "sim/sinks/timeline.h"
#include "sim/sinks/updates.h"

G_BEGIN_DECLS

typedef struct
{
  char *perfetto_path, *html_path; /* NULL: not wanted */
  gboolean one_of_many; /* the scenario's name goes before the suffix: out.html, out.NAME.html */

  char *replay; /* the command that gives this rehearsal again; NULL: not known */

  SimHistorian *historian; /* while the world goes on */
  SimTimeline *timeline;
  FILE *telling;       /* into STORY */
  SimHistory *history; /* after it, as the rest */
  SimUpdates *updates;
  char *story;
  size_t story_length;
} SimPictures;

void sim_pictures_clear (SimPictures *pictures);
/* Whether the files of SCENARIO can be written, before anything is rehearsed; CLAIMED as for
 * dd_output_claim (). */
gboolean sim_pictures_check (const SimPictures *pictures, const char *scenario, GPtrArray *claimed,
                             GError **error);
/* When the world begins, and when it ends; they do nothing when no picture is wanted. */
void sim_pictures_attend (SimPictures *pictures, SimWorld *world);
void sim_pictures_dismiss (SimPictures *pictures, SimWorld *world);
/* DD_ERROR_UNAVAILABLE names the file that could not be written. */
gboolean sim_pictures_write (SimPictures *pictures, const SimOutcome *outcome, const char *about,
                             GError **error);
/* The page of a scenario that could not be rehearsed, and why not; no other picture. */
gboolean sim_pictures_write_error (SimPictures *pictures, const char *scenario, const char *message,
                                   GError **error);

G_END_DECLS
