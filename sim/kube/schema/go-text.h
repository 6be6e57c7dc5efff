/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/go-text.h: how Go prints the values that error texts quote */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* map[string]string{"a":"b"}, map[string]string(nil); caller frees. */
char *kube_go_string_map (const DdValue *map);
/* map[image:x ports:[map[containerPort:80]]], as %v prints decoded JSON; caller frees. */
char *kube_go_value (const DdValue *value);
/* v1.LabelSelector{MatchLabels:..., MatchExpressions:...}; caller frees. */
char *kube_go_label_selector (const DdValue *selector);

G_END_DECLS
