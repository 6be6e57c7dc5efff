/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/json-path.h: the columns of custom resources say by JSONPath where their values are */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* What PATH, such as `.status.conditions[?(@.type=="Ready")].status`, leads to in VALUE: borrowed
 * values, in order, in a new array. NULL when PATH is not written as one, or by what is not
 * modelled: unions, slices, and descent to any depth. */
GPtrArray *kube_json_path_find (const DdValue *value, const char *path);

/* Whether the above understands PATH. */
gboolean kube_json_path_is_understood (const char *path);

G_END_DECLS
