/* SPDX-License-Identifier: Apache-2.0 */
/* aws/ec2.h: versions of launch templates, and the states of instances */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef struct
{
  char *template_id;
  gint64 number;
  char *image;     /* NULL: the version names none */
  char *user_data; /* base64, as on the wire; NULL: none */
  DdValue *data;   /* all of its launchTemplateData, spelled as in the answer; NULL: empty */
} DdTemplateVersion;

/* VERSION may also be "$Latest" or "$Default". */
DdRequest *dd_ec2_describe_template_version (const char *template_id, const char *version);
DdTemplateVersion *dd_template_version_from_reply (const DdReply *reply, GError **error);
void dd_template_version_free (DdTemplateVersion *version);

/* A new version like SOURCE with another image and user data. Asking again with the same TOKEN
 * makes no second one. */
DdRequest *dd_ec2_create_template_version (const DdTemplateVersion *source, const char *image,
                                           const char *user_data, const char *description,
                                           const char *token);
/* A new version of TEMPLATE_ID that holds DATA, spelled as DdTemplateVersion.data, and nothing
 * else.
 */
DdRequest *dd_ec2_create_template_version_of (const char *template_id, const DdValue *data,
                                              const char *description, const char *token);
/* The number of the version that was made. */
gboolean dd_template_version_number_from_reply (const DdReply *reply, gint64 *out_number,
                                                GError **error);

DdRequest *dd_ec2_delete_template_version (const char *template_id, gint64 number);
/* Nothing of it is left, by this request or by one before. */
gboolean dd_template_version_is_deleted (const DdReply *reply);

/* IDS are char *. When EC2 has forgotten one of them, about an hour after its end, the answer is
 * DD_ERROR_NOT_FOUND for all, and its message names those. */
DdRequest *dd_ec2_describe_instances (GPtrArray *ids);
/* Instance id to the name of its state, both strings. */
GHashTable *dd_instance_states_from_reply (const DdReply *reply, GError **error);

typedef struct
{
  char *id, *zone;
  gint64 free_addresses;
} DdSubnet;

/* IDS are char *, at least one. */
DdRequest *dd_ec2_describe_subnets (GPtrArray *ids);
/* Of DdSubnet, in the order of the answer; NULL for what is no such answer. */
GPtrArray *dd_subnets_from_reply (const DdReply *reply, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdTemplateVersion, dd_template_version_free)

G_END_DECLS
