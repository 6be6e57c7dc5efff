/* SPDX-License-Identifier: Apache-2.0 */
/* base/output.h: files that a person asked for: whether they can be written, and writing them
 *
 * Links are followed. A regular file appears whole or not at all; what is no regular file (a FIFO,
 * a device, standard output by its name) is written in place, and stays what it is. */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* Before the work begins; changes nothing. PATH may be NULL, which is fine. DD_ERROR_INVALID says
 * which path, and why not. */
gboolean dd_output_check (const char *path, GError **error);
/* The same, and that nothing else of the command is read from or written to that file, as CLAIMED
 * has it (of char *, owned; made by g_ptr_array_new_with_free_func (g_free)). What is no regular
 * file may be shared. */
gboolean dd_output_claim (GPtrArray *claimed, const char *path, GError **error);
/* PATH is read by the command, and so must not be written. */
void dd_output_protect (GPtrArray *claimed, const char *path);
/* Whether writing PATH replaces a file, or makes one; FALSE: it is written in place. */
gboolean dd_output_is_regular (const char *path);
/* DD_ERROR_UNAVAILABLE names the path. */
gboolean dd_output_write (const char *path, const char *text, gsize length, GError **error);
/* What nobody but its owner may read. */
gboolean dd_output_write_secret (const char *path, const char *text, gsize length, GError **error);
/* For what is written as it comes: a regular file is emptied. NULL with DD_ERROR_UNAVAILABLE. */
FILE *dd_output_open (const char *path, GError **error);
/* At the end of the program (atexit): what did not reach standard output is told and makes the
 * program fail, unless the reader has had enough and is gone. */
void dd_output_watch_stdout (void);

G_END_DECLS
