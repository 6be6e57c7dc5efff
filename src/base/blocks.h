/* SPDX-License-Identifier: Apache-2.0 */
/* base/blocks.h: small memory that comes and goes by the million */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Uninitialized. Who frees a block says how large it was. */
gpointer dd_block_new (gsize size);
void dd_block_free (gpointer block, gsize size);

G_END_DECLS
