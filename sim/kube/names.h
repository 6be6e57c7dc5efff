/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/names.h: what names, label keys and label values may look like */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* What Kubernetes makes names of that somebody else begins, and how long their suffix is: no vowels
 * and no digits like them, so that no words come of it (k8s.io/apimachinery/pkg/util/rand,
 * k8s.io/apiserver/pkg/storage/names). */
#define KUBE_NAME_ALPHABET "bcdfghjklmnpqrstvwxz2456789"
#define KUBE_NAME_SUFFIX 5

/* Each returns NULL when TEXT is fine, else what is wrong with it, in apimachinery's words. */
const char *kube_name_check (KubeNameRule rule, const char *text);
const char *kube_name_check_qualified (const char *text); /* "example.com/my-label" */
const char *kube_name_check_label_value (const char *text);

G_END_DECLS
