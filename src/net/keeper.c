/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials are renewed when a tenth of their life is left, and ten minutes before its end at the
 * latest. Whoever asks then starts the fetch and waits for it. A renewal that fails is no loss
 * while the old ones are still good: they are given out, and it is tried again a while later. */
#include "config.h"

#include "net/keeper.h"

#define LONGEST_MARGIN (10 * DD_MINUTE)
#define PAUSE (30 * DD_SECOND)

typedef struct
{
  guint64 id;
  DdCredentialsDone done;
  gpointer data;
} Waiter;

struct _DdKeeper
{
  DdCredentialSource *source;
  DdClock *clock;
  DdCredentials *credentials; /* NULL: none yet, or refused */
  DdUsec renew;               /* from when on they are renewed; 0: never */
  gboolean fetching;
  GQueue waiters; /* of Waiter */
  guint64 last_id;
};

DdKeeper *
dd_keeper_new (DdCredentialSource *source, DdClock *clock)
{
  DdKeeper *self = g_new0 (DdKeeper, 1);

  self->source = source;
  self->clock = clock;
  g_queue_init (&self->waiters);
  return self;
}

void
dd_keeper_free (DdKeeper *self)
{
  if (self == NULL)
    return;
  dd_credential_source_free (self->source);
  dd_credentials_free (self->credentials);
  g_queue_clear_full (&self->waiters, g_free);
  g_free (self);
}

static void
keep (DdKeeper *self, DdCredentials *credentials)
{
  DdUsec now = dd_clock_now (self->clock);

  g_clear_pointer (&self->credentials, dd_credentials_free);
  self->credentials = dd_credentials_ref (credentials);
  self->renew = 0;
  if (credentials->expires != 0)
    self->renew
        = credentials->expires - CLAMP ((credentials->expires - now) / 10, 0, LONGEST_MARGIN);
}

static gboolean
are_good (const DdKeeper *self, DdUsec until)
{
  return self->credentials != NULL && (until == 0 || dd_clock_now (self->clock) < until);
}

/* Those who come while the others are told wait for the next fetch. */
static void
tell_all (DdKeeper *self, DdCredentials *credentials, const GError *error)
{
  for (guint n = g_queue_get_length (&self->waiters); n > 0 && !g_queue_is_empty (&self->waiters);
       n--)
    {
      g_autofree Waiter *waiter = g_queue_pop_head (&self->waiters);

      waiter->done (credentials, error, waiter->data);
    }
}

static void
note_fetched (DdCredentials *credentials, const GError *error, gpointer data)
{
  DdKeeper *self = data;
  g_autoptr (DdCredentials) given = NULL;

  self->fetching = FALSE;
  if (credentials != NULL)
    keep (self, credentials);
  else if (self->credentials != NULL && are_good (self, self->credentials->expires))
    self->renew = dd_clock_now (self->clock) + PAUSE;
  else
    {
      g_autoptr (GError) kept = g_error_copy (error);

      tell_all (self, NULL, kept);
      return;
    }
  given = dd_credentials_ref (self->credentials);
  tell_all (self, given, NULL);
}

void
dd_keeper_get (DdKeeper *self, guint64 *out_id, DdCredentialsDone done, gpointer data)
{
  Waiter *waiter;

  *out_id = 0;
  if (!self->fetching && are_good (self, self->renew))
    {
      g_autoptr (DdCredentials) given = dd_credentials_ref (self->credentials);

      done (given, NULL, data);
      return;
    }
  waiter = g_new0 (Waiter, 1);
  *waiter = (Waiter) { ++self->last_id, done, data };
  *out_id = waiter->id;
  g_queue_push_tail (&self->waiters, waiter);
  if (!self->fetching)
    {
      self->fetching = TRUE;
      dd_credential_source_fetch (self->source, note_fetched, self);
    }
}

void
dd_keeper_forget (DdKeeper *self, guint64 id)
{
  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    if (((Waiter *) link->data)->id == id)
      {
        g_free (link->data);
        g_queue_delete_link (&self->waiters, link);
        return;
      }
}

void
dd_keeper_refuse (DdKeeper *self, DdCredentials *refused)
{
  if (self->credentials == refused)
    g_clear_pointer (&self->credentials, dd_credentials_free);
}

/* ---- as a source ---- */

typedef struct
{
  DdCredentialSource interface;
  DdKeeper *keeper;
  guint64 waiting;
} View;

static void
view_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  View *view = (View *) source;

  dd_keeper_get (view->keeper, &view->waiting, done, data);
}

static void
view_free (DdCredentialSource *source)
{
  View *view = (View *) source;

  dd_keeper_forget (view->keeper, view->waiting);
  g_free (view);
}

DdCredentialSource *
dd_keeper_as_source (DdKeeper *keeper)
{
  static const DdCredentialSourceClass klass = { view_fetch, view_free };
  View *view = g_new0 (View, 1);

  view->interface.klass = &klass;
  view->keeper = keeper;
  return &view->interface;
}
