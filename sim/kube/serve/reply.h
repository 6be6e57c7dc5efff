/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/reply.h: answers of the API server, in the form that the client accepts; private
 * to the HTTP side */
#pragma once

#include "sim/kube/serve/request.h"

G_BEGIN_DECLS

/* The headers that every answer has, and its warnings; private to those who answer with a body of
 * their own (a watch). */
SimResponse *kube_reply_start (const KubeRequest *request, guint status, const char *content_type,
                               GBytes *body);
/* JSON, pretty JSON, YAML or, for what has a table, protobuf; takes VALUE. */
SimResponse *kube_reply_value (const KubeRequest *request, guint status, DdValue *value);
/* JSON that is written already; takes BYTES. Not for clients that want another form. */
SimResponse *kube_reply_json (const KubeRequest *request, guint status, GBytes *bytes);
gboolean kube_reply_is_plain (const KubeRequest *request);
/* text/plain; charset=utf-8. */
SimResponse *kube_reply_text (const KubeRequest *request, guint status, const char *text);
/* A Status with its HTTP code and, where it has one, Retry-After. Takes ERROR. */
SimResponse *kube_reply_error (const KubeRequest *request, GError *error);
/* One object in the shape asked for. */
SimResponse *kube_reply_object (const KubeRequest *request, guint status, SimObject *object);
/* The whole object as the wire has it: kind and apiVersion in front. */
DdValue *kube_object_to_value (const SimObject *object);

/* sim/kube/serve/yaml-text.c: VALUE as block-style YAML with sorted keys, as sigs.k8s.io/yaml
 * writes it; caller frees. */
char *kube_yaml_text (const DdValue *value);

G_END_DECLS
