/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "whole-event.h"

#include <string.h>

DdEvent
event_called (const char *name)
{
  const DdEventRow *row = dd_event_find (name);

  if (row == NULL)
    g_error ("no event is called %s", name);
  return (DdEvent) (row - dd_events);
}

static DdValue *
empty_value (DdType type)
{
  switch (type)
    {
    case DD_BOOL:
      return dd_bool (FALSE);
    case DD_INT:
      return dd_int (0);
    case DD_STRING:
      return dd_string ("");
    case DD_ARRAY:
      return dd_array_empty ();
    case DD_NULL:
    case DD_DOUBLE:
    case DD_OBJECT:
      break;
    }
  g_error ("no detail is of the type %s", dd_type_name (type));
}

static DdValue *
complete (const DdDetail *required, DdValue *details)
{
  for (guint i = 0; i < DD_MOST_DETAILS && required[i] != DD_DETAIL_NONE; i++)
    {
      const DdDetailRow *detail = &dd_details[required[i]];

      if (dd_value_member (details, detail->name) == NULL)
        dd_value_set (&details, detail->name, empty_value (detail->type));
    }
  return details;
}

void
tell_whole (DdTrace *trace, const char *what, const char *subject, DdValue *details)
{
  DdEvent event = event_called (what);
  const DdEventRow *row = &dd_events[event];
  g_autofree char *actor = g_strndup (row->actors, strcspn (row->actors, " "));

  dd_trace (trace, actor, event, subject, complete (row->required, details));
}
