/* SPDX-License-Identifier: Apache-2.0 */
/* aws/xml.h: the XML that AWS's query services answer with, read into values */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* The content of the root element: an element with children becomes an object, a list (children
 * all named "member" or "item") an array, everything else its text; so every scalar is a string,
 * and an empty list is "". DD_ERROR_INVALID when BODY is malformed, deep or large beyond reason,
 * or not of that shape. */
DdValue *dd_xml_parse (GBytes *body, GError **error);

/* The number in the text of OBJECT's member KEY; FALLBACK when there is none. */
gint64 dd_xml_int (const DdValue *object, const char *key, gint64 fallback);

G_END_DECLS
