/* SPDX-License-Identifier: Apache-2.0 */
/* As much of JSON Schema (2020-12) as the schemas that Drydock writes are made of */
#pragma once

#include "base/value.h"

/* NULL when VALUE is as SCHEMA says, else what is wrong, which the caller frees. A keyword that is
 * not known here is an error, as it would not be checked. */
char *json_schema_check (const DdValue *schema, const DdValue *value);
