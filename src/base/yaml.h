/* SPDX-License-Identifier: Apache-2.0 */
/* src/base/yaml.h: YAML as JSON values, with the place in the text kept for every node */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _SimYamlFile SimYamlFile;
typedef struct _SimYaml SimYaml;

/* One node of a document. Plain and read-only; the file owns it. */
struct _SimYaml
{
  const SimYamlFile *file;
  DdValue *value; /* the node and all below it, typed as kubectl would type it */
  char *text;     /* a scalar as it was written, so that 1.30 is not only 1.3; else NULL */
  gboolean quoted;
  guint line, column;  /* from 1 */
  GPtrArray *children; /* of SimYaml: elements, or the values of a mapping in order; NULL: scalar */
  GPtrArray *keys;     /* of SimYaml: a mapping's keys, in step with CHILDREN; else NULL */
};

struct _SimYamlFile
{
  char *name;
  char *text;
  GPtrArray *documents; /* of SimYaml; empty documents are left out */
  GPtrArray *warnings;  /* of char *, each with its place: what YAML reads otherwise than meant */
};

#define SIM_YAML_MAX_BYTES (3 * 1024 * 1024)
#define SIM_YAML_MAX_DEPTH 64
#define SIM_YAML_MAX_NODES 500000
#define SIM_YAML_MAX_KEYS 4096 /* in one mapping */
#define SIM_YAML_MAX_WARNINGS 20

/* DD_ERROR_INVALID with "NAME:LINE:COLUMN: what", the line and a caret for anything that is not
 * well-formed, repeats a key, uses an alias, a merge key or a tag, or is too deep or too large. */
SimYamlFile *sim_yaml_parse (const char *name, const char *text, gsize length, GError **error);
void sim_yaml_file_free (SimYamlFile *file);

/* NODE's value, but a number whose text says more than the number (1.30 is not 1.3) is that text. A
 * new reference. */
DdValue *sim_yaml_document (const SimYaml *node);

/* NULL when NODE is NULL, no mapping, or has no such key. */
const SimYaml *sim_yaml_member (const SimYaml *node, const char *key);
const SimYaml *sim_yaml_key (const SimYaml *node, const char *key);
const SimYaml *sim_yaml_element (const SimYaml *node, guint index);
guint sim_yaml_length (const SimYaml *node);

/* A DD_ERROR_INVALID that points at NODE. */
void sim_yaml_set_error (GError **error, const SimYaml *node, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The same text for other uses; caller frees. */
char *sim_yaml_point (const SimYamlFile *file, guint line, guint column, const char *message);

/* The scalar TEXT as kubectl reads it (private to yaml.c and its tests). *OUT_WARNING, when not
 * NULL, says what a reader may not have meant; it is static text. */
DdValue *sim_yaml_scalar (const char *text, const char **out_warning);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimYamlFile, sim_yaml_file_free)

G_END_DECLS
