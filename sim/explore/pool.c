/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/pool.c: forked workers, one pipe each, read in turn */

#include "config.h"

#include "sim/explore/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

typedef struct
{
  pid_t process; /* 0: none */
  FILE *answers; /* NULL: this worker has nothing more to say */
} Worker;

typedef struct
{
  const SimPool *pool;
  Worker *workers;
  char *line; /* getline () */
  size_t room;
} Pool;

/* ---- in the worker ---- */

static gboolean
is_too_late (const SimPool *pool)
{
  return pool->deadline != 0 && dd_clock_now (pool->wall) >= pool->deadline;
}

static void
answer (const SimPool *pool, guint64 index, FILE *out)
{
  g_autoptr (DdValue) value = NULL;
  g_autofree char *text = NULL;

  alarm (pool->patience_seconds);
  value = pool->work (index, pool->data);
  alarm (0);
  text = dd_value_to_text (value);
  fprintf (out, "%s\n", text);
}

static G_GNUC_NORETURN void
work (const SimPool *pool, guint64 first, int pipe_end)
{
  FILE *out = fdopen (pipe_end, "w");

  signal (SIGINT, SIG_DFL);
  signal (SIGPIPE, SIG_DFL); /* the parent is gone: so are we */
  for (guint64 index = first; out != NULL && index < pool->count && !is_too_late (pool);
       index += pool->jobs)
    {
      answer (pool, index, out);
      fflush (out); /* a later death must not take this answer along */
    }
  _exit (out != NULL ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* ---- in the parent ---- */

static gboolean
complain (GError **error, const char *what)
{
  g_set_error (error, DD_ERROR, DD_ERROR_UNAVAILABLE, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

/* The reading ends of the others stay out of the new process. */
static void
close_answers (const Pool *self)
{
  for (guint i = 0; i < self->pool->jobs; i++)
    {
      if (self->workers[i].answers != NULL)
        close (fileno (self->workers[i].answers));
    }
}

static gboolean
start (Pool *self, Worker *worker, guint64 first, GError **error)
{
  int ends[2];

  if (pipe (ends) != 0)
    return complain (error, "cannot make a pipe to a worker");
  fflush (NULL); /* what is unwritten would be written twice */
  worker->process = fork ();
  if (worker->process == 0)
    {
      close (ends[0]);
      close_answers (self);
      work (self->pool, first, ends[1]);
    }
  close (ends[1]);
  if (worker->process > 0)
    worker->answers = fdopen (ends[0], "r");
  else
    close (ends[0]);
  if (worker->answers == NULL)
    return complain (error, "cannot start a worker");
  return TRUE;
}

static int
bury (Worker *worker)
{
  int status = 0;

  g_clear_pointer (&worker->answers, fclose);
  while (worker->process > 0 && waitpid (worker->process, &status, 0) < 0 && errno == EINTR)
    continue;
  worker->process = 0;
  return status;
}

static char *
cause_of_death (const SimPool *pool, int status)
{
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM)
    return g_strdup_printf ("no end after %u s", pool->patience_seconds);
  if (WIFSIGNALED (status))
    return g_strdup_printf ("its process died of signal %d (%s)", WTERMSIG (status),
                            strsignal (WTERMSIG (status)));
  return g_strdup_printf ("its process ended with status %d",
                          WIFEXITED (status) ? WEXITSTATUS (status) : status);
}

/* The worker of INDEX fell silent. NULL: it was too late to begin, or somebody interrupted it;
 * else what stands for INDEX, and a new worker is on its way. */
static DdValue *
mourn (Pool *self, Worker *worker, guint64 index, GError **error)
{
  int status = bury (worker);
  g_autofree char *how = NULL;

  if ((WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS)
      || (WIFSIGNALED (status) && WTERMSIG (status) == SIGINT))
    return NULL;
  how = cause_of_death (self->pool, status);
  if (index + self->pool->jobs < self->pool->count
      && !start (self, worker, index + self->pool->jobs, error))
    return NULL;
  return self->pool->mourn (index, how, self->pool->data);
}

/* NULL without ERROR: nothing will come for INDEX. */
static DdValue *
read_answer (Pool *self, guint64 index, GError **error)
{
  Worker *worker = &self->workers[index % self->pool->jobs];
  ssize_t length;

  if (worker->answers == NULL)
    return NULL;
  do
    {
      clearerr (worker->answers);
      length = getline (&self->line, &self->room, worker->answers);
    }
  while (length < 0 && ferror (worker->answers) && errno == EINTR);
  if (length < 0)
    return mourn (self, worker, index, error);
  return dd_value_parse (self->line, (gsize) length, NULL, error);
}

static gboolean
is_anybody_left (const Pool *self)
{
  for (guint i = 0; i < self->pool->jobs; i++)
    {
      if (self->workers[i].answers != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
take_all (Pool *self, GError **error)
{
  for (guint64 index = 0; index < self->pool->count && is_anybody_left (self); index++)
    {
      g_autoptr (GError) reason = NULL;
      g_autoptr (DdValue) value = read_answer (self, index, &reason);

      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (value != NULL && !self->pool->take (index, value, self->pool->data))
        return TRUE;
    }
  return TRUE;
}

gboolean
sim_pool_run (const SimPool *pool, GError **error)
{
  Pool self = { .pool = pool, .workers = g_new0 (Worker, pool->jobs) };
  gboolean done = TRUE;

  for (guint i = 0; i < pool->jobs && i < pool->count && done; i++)
    done = start (&self, &self.workers[i], i, error);
  done = done && take_all (&self, error);
  for (guint i = 0; i < pool->jobs; i++)
    {
      if (self.workers[i].process > 0)
        kill (self.workers[i].process, SIGINT); /* whoever is still at work is not needed */
      bury (&self.workers[i]);
    }
  free (self.line);
  g_free (self.workers);
  return done;
}
