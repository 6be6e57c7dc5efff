/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/interrupt.c: SIGINT, noted */
#include "config.h"

#include "sim/commands/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t interrupted;

static void
note_interrupt (int signal_number)
{
  (void) signal_number;
  interrupted = 1;
}

void
sim_catch_interrupts (void)
{
  struct sigaction action = { .sa_handler = note_interrupt };

  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
}

gboolean
sim_was_interrupted (void)
{
  return interrupted != 0;
}
