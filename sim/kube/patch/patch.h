/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/patch/patch.h: the patch formats: each turns a document and a patch into a new document
 */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* RFC 6902. Every failing operation is a KUBE_INVALID in the API server's words, a document that is
 * no patch a KUBE_BAD_REQUEST. */
DdValue *kube_json_patch (const DdValue *document, const DdValue *patch, GError **error);

/* Strategic merge by TYPE's merge keys, with $patch, $retainKeys, $setElementOrder/LIST and
 * $deleteFromPrimitiveList/LIST. */
DdValue *kube_strategic_merge (const KubeStruct *type, const DdValue *document,
                               const DdValue *patch, GError **error);

G_END_DECLS
