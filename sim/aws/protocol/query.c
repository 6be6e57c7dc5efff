/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/query.c: reads the AWS query protocol (Auto Scaling, STS) and its EC2 dialect
 *
 * A form's dotted names ("Filter.1.Value.2") are first hung into a tree, whatever their order, and
 * the tree is then read along the operation's row. What the row does not know is refused by name.
 * Imitates: AWS query protocol and EC2 query protocol (Smithy). */
#include "config.h"

#include "sim/aws/protocol/protocol.h"

#define MAX_DEPTH 24
#define MAX_PARAMETERS 20000

/* ---- forms ---- */

static char *
form_unescape (const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);

  g_strdelimit (copy, "+", ' ');
  return g_uri_unescape_string (copy, NULL);
}

gboolean
aws_form_parse (const char *text, gsize length, AwsPairFunc func, gpointer data)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *stop = memchr (text, '&', end - text);
      const char *pair_end = stop != NULL ? stop : end;
      const char *equals = memchr (text, '=', pair_end - text);
      const char *name_end = equals != NULL ? equals : pair_end;
      g_autofree char *name = form_unescape (text, name_end - text);
      g_autofree char *value
          = equals != NULL ? form_unescape (equals + 1, pair_end - equals - 1) : g_strdup ("");

      if (name == NULL || value == NULL || !g_utf8_validate (name, -1, NULL)
          || !g_utf8_validate (value, -1, NULL))
        return FALSE;
      if (*name != '\0' && !func (name, value, data))
        return FALSE;
      text = pair_end + 1;
    }
  return TRUE;
}

/* Both places where a query request may carry its parameters. */
static gboolean
request_parse (const SimRequest *request, AwsPairFunc func, gpointer data)
{
  const char *query = strchr (request->target, '?');
  gsize size = 0;
  const char *body = request->body != NULL ? g_bytes_get_data (request->body, &size) : NULL;

  return (query == NULL || aws_form_parse (query + 1, strlen (query + 1), func, data))
         && (size == 0 || aws_form_parse (body, size, func, data));
}

typedef struct
{
  const char *name;
  char *value;
} Wanted;

static gboolean
take_wanted (const char *name, const char *value, gpointer data)
{
  Wanted *wanted = data;

  if (strcmp (name, wanted->name) != 0)
    return TRUE;
  wanted->value = g_strdup (value);
  return FALSE;
}

char *
aws_form_parameter (const SimRequest *request, const char *name)
{
  Wanted wanted = { name, NULL };

  request_parse (request, take_wanted, &wanted);
  return wanted.value;
}

/* ---- the tree ---- */

typedef struct _Node Node;
struct _Node
{
  char *name;
  char *value;         /* NULL: only children */
  GPtrArray *children; /* of Node, as they came */
  GHashTable *by_name; /* the same; for look-up only */
};

static void
node_free (gpointer data)
{
  Node *node = data;

  g_clear_pointer (&node->by_name, g_hash_table_unref);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node->name);
  g_free (node->value);
  g_free (node);
}

static Node *
node_new (const char *name, gsize length)
{
  Node *node = g_new0 (Node, 1);

  node->name = g_strndup (name, length);
  node->children = g_ptr_array_new_with_free_func (node_free);
  node->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return node;
}

static Node *
node_child (const Node *node, const char *name)
{
  return g_hash_table_lookup (node->by_name, name);
}

static Node *
node_make_child (Node *node, const char *name, gsize length)
{
  Node *child = node_new (name, length);
  Node *old = node_child (node, child->name);

  if (old != NULL)
    {
      node_free (child);
      return old;
    }
  g_ptr_array_add (node->children, child);
  g_hash_table_insert (node->by_name, child->name, child);
  return child;
}

typedef struct
{
  Node *root;
  guint n_parameters;
} TreeBuilder;

/* What every request may carry beside its operation's own parameters. */
static gboolean
is_envelope (const char *name)
{
  static const char *const names[]
      = { "Action",  "Version",         "AWSAccessKeyId",   "Signature",     "Timestamp",
          "Expires", "SignatureMethod", "SignatureVersion", "SecurityToken", NULL };

  return g_strv_contains (names, name) || g_ascii_strncasecmp (name, "X-Amz-", 6) == 0;
}

static gboolean
hang_pair (const char *name, const char *value, gpointer data)
{
  TreeBuilder *builder = data;
  Node *node = builder->root;
  guint depth = 0;

  if (is_envelope (name))
    return TRUE;
  if (++builder->n_parameters > MAX_PARAMETERS)
    return FALSE;
  for (;;)
    {
      gsize length = strcspn (name, ".");

      node = node_make_child (node, name, length);
      if (name[length] == '\0')
        break;
      if (++depth > MAX_DEPTH)
        return FALSE;
      name += length + 1;
    }
  g_free (node->value);
  node->value = g_strdup (value);
  return TRUE;
}

/* ---- reading along the row ---- */

static gboolean
is_ec2 (const AwsCall *call)
{
  return call->service->protocol == AWS_EC2;
}

static const char *
wire_name (const AwsField *field)
{
  return field->wire_name != NULL ? field->wire_name : field->name;
}

static DdValue *read_structure (AwsCall *call, const AwsField *fields, const Node *node,
                                const char *path, GError **error);

static DdValue *
read_scalar (AwsCall *call, AwsType type, const Node *node, const char *path, GError **error)
{
  if (node->children->len > 0)
    {
      g_autofree char *inner
          = g_strdup_printf ("%s.%s", path, ((Node *) node->children->pdata[0])->name);

      aws_refuse_field (call, inner, error);
      return NULL;
    }
  return aws_scalar_from_text (call, type, node->value, path, error);
}

static gint64
node_index (const Node *node)
{
  gint64 index;

  return g_ascii_string_to_signed (node->name, 10, 0, G_MAXINT32, &index, NULL) ? index : -1;
}

static int
compare_indexes (gconstpointer a, gconstpointer b)
{
  gint64 difference = node_index (*(Node *const *) a) - node_index (*(Node *const *) b);

  return (difference > 0) - (difference < 0);
}

static DdValue *
read_element (AwsCall *call, const AwsField *field, const Node *node, const char *path,
              GError **error)
{
  g_autofree char *inner = g_strdup_printf ("%s.%s", path, node->name);

  if (node_index (node) < 0)
    {
      aws_refuse_field (call, inner, error);
      return NULL;
    }
  return field->members != NULL ? read_structure (call, field->members, node, inner, error)
                                : read_scalar (call, field->element, node, inner, error);
}

/* "Names.member.1", or in EC2's flat lists "Name.1"; "Names=" is an empty list. */
static DdValue *
read_list (AwsCall *call, const AwsField *field, const Node *node, const char *path, GError **error)
{
  const Node *holder = is_ec2 (call) ? node : node_child (node, "member");
  g_autofree char *outer = g_strconcat (path, is_ec2 (call) ? "" : ".member", NULL);
  g_auto (DdBuilder) list = dd_builder_array ();
  g_autoptr (GPtrArray) sorted = NULL;

  if (holder == NULL && node->children->len == 0)
    return dd_array_empty ();
  if (holder == NULL)
    {
      aws_refuse_field (call, path, error);
      return NULL;
    }
  /* Not a copy: that would own the nodes a second time. */
  sorted = g_ptr_array_new ();
  g_ptr_array_extend (sorted, holder->children, NULL, NULL);
  g_ptr_array_sort (sorted, compare_indexes);
  for (guint i = 0; i < sorted->len; i++)
    {
      DdValue *element = read_element (call, field, sorted->pdata[i], outer, error);

      if (element == NULL)
        return NULL;
      dd_builder_add (&list, element);
    }
  return dd_builder_end (&list);
}

static DdValue *
read_field (AwsCall *call, const AwsField *field, const Node *node, const char *path,
            GError **error)
{
  switch (field->type)
    {
    case AWS_STRING:
    case AWS_INTEGER:
    case AWS_BOOLEAN:
    case AWS_TIMESTAMP:
      return read_scalar (call, field->type, node, path, error);
    case AWS_LIST:
      return read_list (call, field, node, path, error);
    case AWS_STRUCTURE:
      return read_structure (call, field->members, node, path, error);
    case AWS_MAP:
      break; /* no operation of these services has one in its input */
    }
  aws_refuse_field (call, path, error);
  return NULL;
}

static const AwsField *
field_on_wire (const AwsField *fields, const char *name)
{
  for (; fields->name != NULL; fields++)
    if (strcmp (wire_name (fields), name) == 0)
      return fields;
  return NULL;
}

static DdValue *
read_structure (AwsCall *call, const AwsField *fields, const Node *node, const char *path,
                GError **error)
{
  g_auto (DdBuilder) structure = dd_builder_object ();

  for (guint i = 0; i < node->children->len; i++)
    {
      const Node *child = node->children->pdata[i];
      const AwsField *field = field_on_wire (fields, child->name);
      g_autofree char *inner
          = *path != '\0' ? g_strdup_printf ("%s.%s", path, child->name) : g_strdup (child->name);
      DdValue *value;

      if (field == NULL)
        {
          aws_refuse_field (call, inner, error);
          return NULL;
        }
      value = read_field (call, field, child, inner, error);
      if (value == NULL)
        return NULL;
      dd_builder_set (&structure, field->name, value);
    }
  return dd_builder_end (&structure);
}

gboolean
aws_query_read (AwsCall *call, const SimRequest *request, GError **error)
{
  TreeBuilder builder = { node_new ("", 0), 0 };
  gboolean parsed = request_parse (request, hang_pair, &builder);

  call->name = aws_form_parameter (request, "Action");
  call->operation = aws_service_operation (call->service, call->name);
  if (call->name == NULL)
    call->name = g_strdup ("without Action");
  if (!parsed)
    g_set_error (error, AWS_ERROR, is_ec2 (call) ? AWS_INVALID_PARAMETER_VALUE : AWS_VALIDATION,
                 "The request's parameters cannot be read: they are malformed, too deep or too "
                 "many.");
  else if (call->operation != NULL)
    call->input = read_structure (call, call->operation->input, builder.root, "", error);
  node_free (builder.root);
  return parsed && (call->operation == NULL || call->input != NULL);
}
