/* SPDX-License-Identifier: Apache-2.0 */
/* aws/form.h: a request of AWS's query protocols: one form, posted to "/" */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef struct _DdForm DdForm;

DdForm *dd_form_new (const char *service, const char *action, const char *version);
void dd_form_free (DdForm *form);

/* A NULL value is left out. */
void dd_form_set (DdForm *form, const char *name, const char *value);
void dd_form_set_int (DdForm *form, const char *name, gint64 value);
void dd_form_set_bool (DdForm *form, const char *name, gboolean value);
/* Objects become "NAME.Key", arrays "NAME.member.1"; empty strings, which is how XML spells an
 * absent value, are left out. */
void dd_form_set_tree (DdForm *form, const char *name, const DdValue *value);

/* Frees FORM. */
DdRequest *dd_form_to_request (DdForm *form);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdForm, dd_form_free)

G_END_DECLS
