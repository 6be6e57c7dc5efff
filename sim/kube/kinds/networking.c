/* SPDX-License-Identifier: Apache-2.0 */
/* What ingresses and network policies have in common.
 *
 * Imitates: apimachinery's util/validation, IsValidPortNum and IsValidPortName. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/networking.h"

#define MAX_PORT_NAME 15
#define PORT_NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

void
kube_port_validate_number (gint64 number, const char *field, KubeCauses *causes)
{
  if (number < 1 || number > 65535)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: %" G_GINT64_FORMAT ": must be between 1 and 65535, inclusive",
                     number);
}

void
kube_port_validate_name (const char *name, const char *field, KubeCauses *causes)
{
  gsize length = strlen (name);
  const struct
  {
    gboolean wrong;
    const char *problem;
  } checks[] = {
    { length > MAX_PORT_NAME, "must be no more than 15 characters" },
    { name[strspn (name, PORT_NAME_CHARACTERS)] != '\0',
      "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)" },
    { strpbrk (name, "abcdefghijklmnopqrstuvwxyz") == NULL,
      "must contain at least one letter (a-z)" },
    { strstr (name, "--") != NULL, "must not contain consecutive hyphens" },
    { length > 0 && (name[0] == '-' || name[length - 1] == '-'),
      "must not begin or end with a hyphen" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (checks[i].wrong)
      kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", name,
                       checks[i].problem);
}
