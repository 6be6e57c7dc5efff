/* SPDX-License-Identifier: Apache-2.0 */
/* net/keeper.h: credentials that are fetched when they are needed and renewed before they expire
 */
#pragma once

#include "net/credentials.h"

G_BEGIN_DECLS

typedef struct _DdKeeper DdKeeper;

/* Takes SOURCE; CLOCK, which tells the true time, is borrowed. */
DdKeeper *dd_keeper_new (DdCredentialSource *source, DdClock *clock);
/* Those who wait are forgotten. */
void dd_keeper_free (DdKeeper *keeper);

/* DONE runs once, perhaps from within; it may free its own data, but not KEEPER. Several may wait
 * at a time. *OUT_ID is written before DONE can run and never after, so that it may lie in what
 * DONE frees; it is 0 when nothing has to be fetched. */
void dd_keeper_get (DdKeeper *keeper, guint64 *out_id, DdCredentialsDone done, gpointer data);
/* DONE will not run. The id of one that has run, or 0, does nothing. */
void dd_keeper_forget (DdKeeper *keeper, guint64 id);
/* A server refused REFUSED: they are not given out again. */
void dd_keeper_refuse (DdKeeper *keeper, DdCredentials *refused);
/* A view of KEEPER as the source of something else. */
DdCredentialSource *dd_keeper_as_source (DdKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdKeeper, dd_keeper_free)

G_END_DECLS
