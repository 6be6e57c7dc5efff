/* SPDX-License-Identifier: Apache-2.0 */
/* src/base/yaml.h: YAML as JSON values, with the place in the text kept for every node */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _DdYamlFile DdYamlFile;
typedef struct _DdYaml DdYaml;

/* One node of a document. Plain and read-only; the file owns it. */
struct _DdYaml
{
  const DdYamlFile *file;
  DdValue *value; /* the node and all below it, typed as kubectl would type it */
  char *text;     /* a scalar as it was written, so that 1.30 is not only 1.3; else NULL */
  gboolean quoted;
  guint line, column;  /* from 1 */
  GPtrArray *children; /* of DdYaml: elements, or the values of a mapping in order; NULL: scalar */
  GPtrArray *keys;     /* of DdYaml: a mapping's keys, in step with CHILDREN; else NULL */
};

struct _DdYamlFile
{
  char *name;
  char *text;
  gboolean secret;
  GPtrArray *documents; /* of DdYaml; empty documents are left out */
  GPtrArray *warnings;  /* of char *, each with its place: what YAML reads otherwise than meant */
};

#define DD_YAML_MAX_BYTES (3 * 1024 * 1024)
#define DD_YAML_MAX_DEPTH 64
#define DD_YAML_MAX_NODES 500000
#define DD_YAML_MAX_KEYS 4096 /* in one mapping */
#define DD_YAML_MAX_WARNINGS 20

/* DD_ERROR_INVALID with "NAME:LINE:COLUMN: what", the line and a caret for anything that is not
 * well-formed, repeats a key, uses an alias, a merge key or a tag, or is too deep or too large. */
DdYamlFile *dd_yaml_parse (const char *name, const char *text, gsize length, GError **error);
/* The same for a TEXT with secrets in it: what is said of it names places and keys, no values. */
DdYamlFile *dd_yaml_parse_secret (const char *name, const char *text, gsize length, GError **error);
void dd_yaml_file_free (DdYamlFile *file);

/* NODE's value, but a number whose text says more than the number (1.30 is not 1.3) is that text. A
 * new reference. */
DdValue *dd_yaml_document (const DdYaml *node);

/* NULL when NODE is NULL, no mapping, or has no such key. */
const DdYaml *dd_yaml_member (const DdYaml *node, const char *key);
const DdYaml *dd_yaml_key (const DdYaml *node, const char *key);
const DdYaml *dd_yaml_element (const DdYaml *node, guint index);
guint dd_yaml_length (const DdYaml *node);

/* A DD_ERROR_INVALID that points at NODE. */
void dd_yaml_set_error (GError **error, const DdYaml *node, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The same text for other uses; caller frees. */
char *dd_yaml_point (const DdYamlFile *file, guint line, guint column, const char *message);

/* The scalar TEXT as kubectl reads it (private to yaml.c and its tests). *OUT_WARNING, when not
 * NULL, says what a reader may not have meant; it is static text. */
DdValue *dd_yaml_scalar (const char *text, const char **out_warning);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdYamlFile, dd_yaml_file_free)

G_END_DECLS
