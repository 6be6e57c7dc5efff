/* SPDX-License-Identifier: Apache-2.0 */
/* commands/lock-file.h: one process at a time, by a file that says who it is */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdLockFile DdLockFile;

/* Makes PATH and holds it until it is freed or the process ends, however it ends. NOW is what
 * others are told of since when. DD_ERROR_REFUSED when another one has it, and the message says
 * who; DD_ERROR_INVALID when PATH can be no lock. */
DdLockFile *dd_lock_file_take (const char *path, const char *now, GError **error);
void dd_lock_file_free (DdLockFile *lock);

/* "process 123 on host shop-1, since 2026-01-31T09:30:00Z"; NULL: nobody has it. Takes and makes
 * nothing. Caller frees. */
char *dd_lock_file_holder (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdLockFile, dd_lock_file_free)

G_END_DECLS
