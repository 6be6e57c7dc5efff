/* SPDX-License-Identifier: Apache-2.0 */
/* Label and field selectors: the grammar of the query parameters and what they match.
 *
 * Imitates: Kubernetes, Labels and Selectors, and Field Selectors; the texts of the errors are
 * those of apimachinery's labels and fields packages.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/names.h"
#include "sim/kube/selectors.h"

typedef enum
{
  EQUALS,
  DIFFERS,
  IN,
  NOT_IN,
  EXISTS,
  ABSENT,
  GREATER,
  LESS,
} Operator;

typedef struct
{
  char *key;
  Operator operator;
  GPtrArray *values; /* of char *; empty for EXISTS and ABSENT */
} Requirement;

struct _KubeSelector
{
  GPtrArray *requirements;
};

static Requirement *
requirement_new (const char *key, Operator operator)
{
  Requirement *requirement = g_new0 (Requirement, 1);

  requirement->key = g_strdup (key);
  requirement->operator= operator;
  requirement->values = g_ptr_array_new_with_free_func (g_free);
  return requirement;
}

static void
requirement_free (gpointer data)
{
  Requirement *requirement = data;

  g_free (requirement->key);
  g_ptr_array_unref (requirement->values);
  g_free (requirement);
}

static KubeSelector *
selector_new (void)
{
  KubeSelector *selector = g_new0 (KubeSelector, 1);

  selector->requirements = g_ptr_array_new_with_free_func (requirement_free);
  return selector;
}

void
kube_selector_free (KubeSelector *selector)
{
  if (selector == NULL)
    return;
  g_ptr_array_unref (selector->requirements);
  g_free (selector);
}

/* ---- matching ---- */

static gboolean
has_value (const Requirement *requirement, const char *value)
{
  return g_ptr_array_find_with_equal_func (requirement->values, value, g_str_equal, NULL);
}

static gboolean
parse_integer (const char *text, gint64 *out)
{
  char *end;

  errno = 0;
  *out = g_ascii_strtoll (text, &end, 10);
  return errno == 0 && end != text && *end == '\0';
}

static gboolean
compares (const Requirement *requirement, const char *value)
{
  gint64 has, bound;

  if (value == NULL || !parse_integer (value, &has)
      || !parse_integer (requirement->values->pdata[0], &bound))
    return FALSE;
  return requirement->operator== GREATER ? has > bound : has<bound;
}

/* VALUE is NULL when the key is absent. */
static gboolean
meets (const Requirement *requirement, const char *value)
{
  switch (requirement->operator)
    {
    case EQUALS:
    case IN:
      return value != NULL && has_value (requirement, value);
    case DIFFERS:
    case NOT_IN:
      return value == NULL || !has_value (requirement, value);
    case EXISTS:
      return value != NULL;
    case ABSENT:
      return value == NULL;
    case GREATER:
    case LESS:
      return compares (requirement, value);
    }
  g_assert_not_reached ();
}

gboolean
kube_label_query_matches (const KubeSelector *selector, const DdValue *labels)
{
  for (guint i = 0; selector != NULL && i < selector->requirements->len; i++)
    {
      const Requirement *requirement = selector->requirements->pdata[i];

      if (!meets (requirement, dd_value_string (dd_value_member (labels, requirement->key))))
        return FALSE;
    }
  return TRUE;
}

/* ---- the lexer of label queries ---- */

typedef enum
{
  TOKEN_END,
  TOKEN_WORD,
  TOKEN_COMMA,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_NOT,
  TOKEN_EQUALS,
  TOKEN_DOUBLE_EQUALS,
  TOKEN_NOT_EQUALS,
  TOKEN_GREATER,
  TOKEN_LESS,
  TOKEN_IN,
  TOKEN_NOT_IN,
  TOKEN_ERROR,
} TokenType;

typedef struct
{
  const char *at;
  TokenType type;
  char *text; /* of the present token */
  GError **error;
} Parser;

static const struct
{
  const char *text;
  TokenType type;
} symbols[] = {
  { "==", TOKEN_DOUBLE_EQUALS }, { "!=", TOKEN_NOT_EQUALS },
  { "=", TOKEN_EQUALS },         { "!", TOKEN_NOT },
  { ">", TOKEN_GREATER },        { "<", TOKEN_LESS },
  { "(", TOKEN_OPEN },           { ")", TOKEN_CLOSE },
  { ",", TOKEN_COMMA },
};

static TokenType
scan (Parser *parser)
{
  gsize length;

  parser->at += strspn (parser->at, " \t\r\n");
  g_clear_pointer (&parser->text, g_free);
  if (*parser->at == '\0')
    {
      parser->text = g_strdup ("");
      return TOKEN_END;
    }
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    if (g_str_has_prefix (parser->at, symbols[i].text))
      {
        parser->text = g_strdup (symbols[i].text);
        parser->at += strlen (symbols[i].text);
        return symbols[i].type;
      }
  length = strcspn (parser->at, " \t\r\n=!><(),");
  parser->text = g_strndup (parser->at, length);
  parser->at += length;
  return TOKEN_WORD;
}

static void
advance (Parser *parser)
{
  parser->type = scan (parser);
}

/* "in" and "notin" are operators only where an operator may stand. */
static void
advance_to_operator (Parser *parser)
{
  advance (parser);
  if (parser->type == TOKEN_WORD && strcmp (parser->text, "in") == 0)
    parser->type = TOKEN_IN;
  else if (parser->type == TOKEN_WORD && strcmp (parser->text, "notin") == 0)
    parser->type = TOKEN_NOT_IN;
}

static gboolean refuse_requirement (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse_requirement (GError **error, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  kube_set_error (error, KUBE_BAD_REQUEST, NULL, "unable to parse requirement: %s", why);
  return FALSE;
}

static gboolean
expected (Parser *parser, const char *what)
{
  return refuse_requirement (parser->error, "found '%s', expected: %s", parser->text, what);
}

/* ---- the parser of label queries ---- */

/* "(a,b)"; empty values are allowed, as the real grammar does. */
static gboolean
parse_set (Parser *parser, Requirement *requirement)
{
  if (parser->type != TOKEN_OPEN)
    return expected (parser, "'('");
  for (;;)
    {
      advance (parser);
      if (parser->type == TOKEN_WORD)
        {
          g_ptr_array_add (requirement->values, g_strdup (parser->text));
          advance (parser);
        }
      else if (parser->type == TOKEN_COMMA || parser->type == TOKEN_CLOSE)
        g_ptr_array_add (requirement->values, g_strdup (""));
      if (parser->type == TOKEN_CLOSE)
        break;
      if (parser->type != TOKEN_COMMA)
        return expected (parser, "',', or ')'");
    }
  advance (parser);
  return TRUE;
}

static gboolean
parse_exact (Parser *parser, Requirement *requirement)
{
  if (parser->type == TOKEN_END || parser->type == TOKEN_COMMA)
    {
      g_ptr_array_add (requirement->values, g_strdup (""));
      return TRUE;
    }
  if (parser->type != TOKEN_WORD)
    return expected (parser, "identifier");
  g_ptr_array_add (requirement->values, g_strdup (parser->text));
  advance (parser);
  return TRUE;
}

static gboolean
operator_of (TokenType type, Operator *out)
{
  static const struct
  {
    TokenType type;
    Operator operator;
  } operators[] = {
    { TOKEN_IN, IN },
    { TOKEN_NOT_IN, NOT_IN },
    { TOKEN_EQUALS, EQUALS },
    { TOKEN_DOUBLE_EQUALS, EQUALS },
    { TOKEN_NOT_EQUALS, DIFFERS },
    { TOKEN_GREATER, GREATER },
    { TOKEN_LESS, LESS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (operators[i].type == type)
      {
        *out = operators[i].operator;
        return TRUE;
      }
  return FALSE;
}

static gboolean
check_requirement (const Requirement *requirement, GError **error)
{
  const char *problem = kube_name_check_qualified (requirement->key);
  gint64 bound;

  if (problem != NULL)
    return refuse_requirement (error, "key: Invalid value: \"%s\": %s", requirement->key, problem);
  if ((requirement->operator== GREATER || requirement->operator== LESS)
      && !parse_integer (requirement->values->pdata[0], &bound))
    return refuse_requirement (error,
                               "values[0]: Invalid value: \"%s\": for 'Gt', 'Lt' operators, the "
                               "value must be an integer",
                               (char *) requirement->values->pdata[0]);
  for (guint i = 0; i < requirement->values->len; i++)
    {
      const char *value = requirement->values->pdata[i];

      problem = kube_name_check_label_value (value);
      if (problem != NULL)
        return refuse_requirement (error, "values[%u][%s]: Invalid value: \"%s\": %s", i,
                                   requirement->key, value, problem);
    }
  return TRUE;
}

/* One of: key, !key, key OP value, key in (..), key notin (..). */
static Requirement *
parse_requirement (Parser *parser)
{
  gboolean negated = parser->type == TOKEN_NOT;
  Requirement *requirement;
  gboolean ok = TRUE;

  if (negated)
    advance (parser);
  if (parser->type != TOKEN_WORD)
    {
      expected (parser, negated ? "identifier" : "!, identifier, or 'end of string'");
      return NULL;
    }
  requirement = requirement_new (parser->text, negated ? ABSENT : EXISTS);
  advance_to_operator (parser);
  if (!negated && parser->type != TOKEN_END && parser->type != TOKEN_COMMA)
    {
      if (operator_of (parser->type, &requirement->operator))
        {
          advance (parser);
          ok = requirement->operator== IN || requirement->operator== NOT_IN
                   ? parse_set (parser, requirement)
                   : parse_exact (parser, requirement);
        }
      else
        ok = expected (parser, "in, notin, =, ==, !=, gt, lt");
    }
  if (ok && check_requirement (requirement, parser->error))
    return requirement;
  requirement_free (requirement);
  return NULL;
}

static gboolean
parse_requirements (Parser *parser, KubeSelector *selector)
{
  for (;;)
    {
      Requirement *requirement = parse_requirement (parser);

      if (requirement == NULL)
        return FALSE;
      g_ptr_array_add (selector->requirements, requirement);
      if (parser->type == TOKEN_END)
        return TRUE;
      if (parser->type != TOKEN_COMMA)
        return expected (parser, "',' or 'end of string'");
      advance (parser);
      if (parser->type != TOKEN_WORD && parser->type != TOKEN_NOT)
        return expected (parser, "identifier after ','");
    }
}

KubeSelector *
kube_label_query_parse (const char *text, GError **error)
{
  g_autoptr (KubeSelector) selector = NULL;
  Parser parser = { .at = text, .error = error };
  gboolean ok;

  if (text == NULL)
    return NULL;
  advance (&parser);
  if (parser.type == TOKEN_END)
    {
      g_free (parser.text);
      return NULL;
    }
  selector = selector_new ();
  ok = parse_requirements (&parser, selector);
  g_free (parser.text);
  return ok ? g_steal_pointer (&selector) : NULL;
}

static DdValue *
requirement_to_value (const Requirement *requirement)
{
  static const char *const words[] = {
    [EQUALS] = "In",    [IN] = "In",         [DIFFERS] = "NotIn",
    [NOT_IN] = "NotIn", [EXISTS] = "Exists", [ABSENT] = "DoesNotExist",
    [GREATER] = NULL,   [LESS] = NULL,
  };
  const char *word = words[requirement->operator];
  gboolean any = requirement->operator== EXISTS || requirement->operator== ABSENT;
  g_auto (DdBuilder) values = dd_builder_array ();

  for (guint i = 0; !any && i < requirement->values->len; i++)
    dd_builder_add (&values, dd_string (requirement->values->pdata[i]));
  return word != NULL
             ? dd_object ("key", dd_string (requirement->key), "operator", dd_string (word),
                          "values", any ? NULL : dd_builder_end (&values), NULL)
             : NULL;
}

DdValue *
kube_label_query_to_selector (const char *text)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KubeSelector) selector = kube_label_query_parse (text, &problem);
  g_auto (DdBuilder) expressions = dd_builder_array ();

  if (text == NULL || problem != NULL)
    return NULL;
  for (guint i = 0; selector != NULL && i < selector->requirements->len; i++)
    {
      DdValue *expression = requirement_to_value (selector->requirements->pdata[i]);

      if (expression == NULL)
        return NULL;
      dd_builder_add (&expressions, expression);
    }
  return dd_object ("matchExpressions", dd_builder_end (&expressions), NULL);
}

/* ---- field queries ---- */

static gboolean
is_selectable (const KubeKind *kind, const char *field)
{
  if (strcmp (field, "metadata.name") == 0)
    return TRUE;
  if (strcmp (field, "metadata.namespace") == 0)
    return kind->namespaced;
  return kind->selectable_fields != NULL && g_strv_contains (kind->selectable_fields, field);
}

/* "\\", "\," and "\=" stand for the character; any other backslash is a mistake. */
static char *
unescape (const char *text, gsize length, GError **error)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\\' && (i + 1 == length || strchr ("\\,=", text[i + 1]) == NULL))
        {
          g_autofree char *value = g_strndup (text, length);

          kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                          "invalid field selector: invalid escape sequence in value: %s", value);
          return NULL;
        }
      if (text[i] == '\\')
        i++;
      g_string_append_c (plain, text[i]);
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/* Up to the next comma that no backslash protects. */
static gsize
term_length (const char *text)
{
  gsize length = 0;

  while (text[length] != '\0' && text[length] != ',')
    length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
  return length;
}

static gboolean
add_term (KubeSelector *selector, const KubeKind *kind, const char *text, gsize length,
          GError **error)
{
  g_autofree char *term = g_strndup (text, length);
  gsize name_length = strcspn (term, "=!");
  const char *rest = term + name_length;
  g_autofree char *field = g_strndup (term, name_length);
  gboolean differs = g_str_has_prefix (rest, "!=");
  gsize skip = differs || g_str_has_prefix (rest, "==") ? 2 : 1;
  Requirement *requirement;
  char *value;

  if (*rest == '\0' || (*rest == '!' && !differs))
    {
      kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                      "invalid selector: '%s'; can't understand '%s'", term, term);
      return FALSE;
    }
  if (!is_selectable (kind, field))
    {
      kube_set_error (error, KUBE_BAD_REQUEST, NULL, "field label not supported: %s", field);
      return FALSE;
    }
  value = unescape (rest + skip, strlen (rest + skip), error);
  if (value == NULL)
    return FALSE;
  requirement = requirement_new (field, differs ? DIFFERS : EQUALS);
  g_ptr_array_add (requirement->values, value);
  g_ptr_array_add (selector->requirements, requirement);
  return TRUE;
}

KubeSelector *
kube_field_query_parse (const KubeKind *kind, const char *text, GError **error)
{
  g_autoptr (KubeSelector) selector = NULL;

  if (text == NULL || *text == '\0')
    return NULL;
  selector = selector_new ();
  while (*text != '\0')
    {
      gsize length = term_length (text);

      if (length > 0 && !add_term (selector, kind, text, length, error))
        return NULL;
      text += length + (text[length] == ',');
    }
  return g_steal_pointer (&selector);
}

/* The text a field is compared with; an absent field is the empty text. */
static char *
field_value (const SimObject *object, const char *field)
{
  const DdValue *value = dd_value_path (object->value, field);
  char *text = NULL;

  if (object->kind->field_value != NULL)
    text = object->kind->field_value (object, field);
  if (text != NULL)
    return text;
  if (value == NULL || dd_value_type (value) == DD_NULL)
    return g_strdup ("");
  return dd_value_type (value) == DD_STRING ? g_strdup (dd_value_string (value))
                                            : dd_value_to_text (value);
}

gboolean
kube_field_query_matches (const KubeSelector *selector, const SimObject *object)
{
  for (guint i = 0; selector != NULL && i < selector->requirements->len; i++)
    {
      const Requirement *requirement = selector->requirements->pdata[i];
      g_autofree char *value = field_value (object, requirement->key);

      if (!meets (requirement, value))
        return FALSE;
    }
  return TRUE;
}

const char *
kube_field_query_wants (const KubeSelector *selector, const char *field)
{
  for (guint i = 0; selector != NULL && i < selector->requirements->len; i++)
    {
      const Requirement *requirement = selector->requirements->pdata[i];

      if (requirement->operator== EQUALS && strcmp (requirement->key, field) == 0)
        return requirement->values->pdata[0];
    }
  return NULL;
}

/* ---- metav1.LabelSelector ---- */

static gboolean
contains_text (const DdValue *values, const char *text)
{
  for (gsize i = 0; i < dd_value_length (values); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (values, i)), text) == 0)
      return TRUE;
  return FALSE;
}

/* An operator that does not exist matches nothing. */
static gboolean
expression_matches (const DdValue *expression, const DdValue *labels)
{
  const char *key = dd_value_string (dd_value_member (expression, "key"));
  const char *operator= dd_value_string (dd_value_member (expression, "operator"));
  const DdValue *values = dd_value_member (expression, "values");
  const char *label = key != NULL ? dd_value_string (dd_value_member (labels, key)) : NULL;

  if (g_strcmp0 (operator, "In") == 0)
    return label != NULL && contains_text (values, label);
  if (g_strcmp0 (operator, "NotIn") == 0)
    return label == NULL || !contains_text (values, label);
  if (g_strcmp0 (operator, "Exists") == 0)
    return label != NULL;
  return g_strcmp0 (operator, "DoesNotExist") == 0 && label == NULL;
}

gboolean
kube_label_selector_matches (const DdValue *selector, const DdValue *labels)
{
  const DdValue *wanted = dd_value_member (selector, "matchLabels");
  const DdValue *expressions = dd_value_member (selector, "matchExpressions");

  if (selector == NULL || dd_value_type (selector) != DD_OBJECT)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    if (!dd_value_equal (dd_value_nth (wanted, i),
                         dd_value_member (labels, dd_value_key (wanted, i))))
      return FALSE;
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    if (!expression_matches (dd_value_element (expressions, i), labels))
      return FALSE;
  return TRUE;
}
