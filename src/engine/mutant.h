/* SPDX-License-Identifier: Apache-2.0 */
/* engine/mutant.h: the engine broken on purpose, one way at a time, to see whether anybody notices
 *
 * A test suite is worth what it catches. Each row is a mistake that an engine like ours could make;
 * built with -DDRYDOCK_MUTANTS, as tests/test-mutants is, one of them can be switched on, and some
 * scenario must then fail or some invariant break. In the program itself DD_MUTANT () is 0, and
 * nothing of this is there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DD_MUTANTS(X) \
  X (SKIP_POST_DRAIN_WAIT, "skip-post-drain-wait", "terminates right after the cordon") \
  X (SKIP_CORDON, "skip-cordon", "terminates a node that was never cordoned") \
  X (TERMINATE_UNDRAINED, "terminate-undrained", "does not drain at all") \
  X (TERMINATE_BEFORE_EMPTY, "terminate-before-empty", "does not wait for evicted pods to leave") \
  X (COUNT_REFUSAL_AS_SUCCESS, "count-refusal-as-success", "takes 429 for an eviction") \
  X (IGNORE_BUDGETS, "ignore-budgets", "deletes pods where it should evict them") \
  X (EVICT_DAEMON_PODS, "evict-daemon-pods", "evicts the pods of DaemonSets too") \
  X (KEEP_ENDED_PODS, "keep-ended-pods", "leaves pods that have run to their end on the node") \
  X (IGNORE_FINALIZERS, "ignore-finalizers", "does not wait for pods of which nothing runs") \
  X (NEVER_GIVE_UP, "never-give-up", "knows no end of tries and time for a drain") \
  X (GIVE_UP_AT_ONCE, "give-up-at-once", "fails at the first refusal") \
  X (FORCE_ALWAYS, "force-always", "deletes what is left although nobody said force") \
  X (DELETE_FOR_EVER, "delete-for-ever", "forces out again and again what comes back") \
  X (FORCE_NEVER, "force-never", "fails although it was told to force") \
  X (DROP_ZONE_RULE, "drop-zone-rule", "does not care where the new nodes are") \
  X (IGNORE_READINESS, "ignore-readiness", "counts new nodes that are not Ready") \
  X (WAIT_FOR_NOBODY, "wait-for-nobody", "waits for instances that somebody has called off") \
  X (RAISE_BY_ONE, "raise-by-one", "adds one node, not twice the zones") \
  X (SKIP_MARK, "skip-mark", "leaves outdated nodes schedulable") \
  X (MARK_UPDATED, "mark-updated", "marks updated nodes as well") \
  X (REPLACE_UPDATED, "replace-updated", "replaces updated nodes as well") \
  X (IGNORE_PARALLELISM, "ignore-parallelism", "takes one node more at a time than allowed") \
  X (EMPTY_ON, "empty-on", "goes on emptying a group that does not fill up again") \
  X (EMPTY_BACK, "empty-back", "rolls back although the group does not fill up again") \
  X (ALL_OR_NONE, "all-or-none", \
     "rolls back with groups too large, as not all could leave at once") \
  X (HURRY_MINIMAL, "hurry-minimal", "MINIMAL takes the next node before the last is replaced") \
  X (SHRINK_UNREADY, "shrink-unready", "scales down while instances have not joined") \
  X (SHRINK_CLOSED, "shrink-closed", "scales down although every node is cordoned") \
  X (IGNORE_STAYERS, "ignore-stayers", "calls it a success when instances that should go stay") \
  X (DECREMENT_ON_TERMINATE, "decrement-on-terminate", "shrinks the group with each termination") \
  X (FORGET_SIZES, "forget-sizes", "does not scale down") \
  X (SCALE_DOWN_AT_ONCE, "scale-down-at-once", "takes desired down in one step") \
  X (LOWER_DESIRED_UNDRAINED, "lower-desired-undrained", "trusts a hook that is not there") \
  X (EMPTY_THE_UNFILLED, "empty-the-unfilled", "lets nodes leave before places that none fills") \
  X (LEAVE_CLAIMS_BEHIND, "leave-claims-behind", "lets the last node of a claim's zone leave") \
  X (REFILL_ANYWHERE, "refill-anywhere", "rolls back without regard to where the places are") \
  X (WRITE_SIZES_BLINDLY, "write-sizes-blindly", "tries sizes again without a look at the group") \
  X (FORGET_OWN_CORDONS, "forget-own-cordons", "leaves nodes cordoned that it did not terminate") \
  X (FIGHT_OVER_SIZES, "fight-over-sizes", "scales down although somebody else scaled up") \
  X (KEEP_TEMPLATE, "keep-template", "does not point the group at the new template version") \
  X (KEEP_PROTECTION, "keep-protection", "leaves new nodes protected from scale-in") \
  X (NO_ROLL_BACK, "no-roll-back", "leaves everything as it is after a failure") \
  X (ABANDON_THE_CLUSTER, "abandon-the-cluster", "leaves cordons behind when AWS refuses") \
  X (SPEND_THE_LAST, "spend-the-last", "lets the last nodes leave although none joins") \
  X (NEVER_RETRY, "never-retry", "fails at the first 5xx") \
  X (SKIP_LAST_LOOK, "skip-last-look", "does not look at a node again before terminating it") \
  X (RETIRE_UNDRAINED, "retire-undrained", "rolls back without draining the new nodes") \
  X (FORGET_LOST_MARKS, "forget-lost-marks", "does not know a mark whose answer was lost") \
  X (FORGET_UNANSWERED_MARKS, "forget-unanswered-marks", "knows a mark by its answer alone") \
  X (DROP_LATE_PROTECTION, "drop-late-protection", "does not wait for a protection under way") \
  X (COUNT_NEW_ALONE, "count-new-alone", "evens out the new nodes, not all that stay") \
  X (CROWD_THE_STUCK, "crowd-the-stuck", "leaves one too many where a node could not be drained") \
  X (CROWD_ZONES, "crowd-zones", "takes nodes from zones that fall behind those of kept ones") \
  X (KEEP_CORDONS, "keep-cordons", "leaves new nodes cordoned that could not be emptied") \
  X (LEAVE_STRANDED, "leave-stranded", "leaves nodes closed that pods have no other place than") \
  X (CUT_PLACES_OFF, "cut-places-off", "cuts off the places of new nodes that had left before") \
  X (RETIRE_AT_ONCE, "retire-at-once", "lets as many new nodes leave one zone as may leave") \
  X (KEEP_NEW_TEMPLATE, "keep-new-template", "fails without a node replaced and keeps the image") \
  X (CALL_IT_ROLL_BACK, "call-it-roll-back", "tells a clean-up as a roll-back") \
  X (CLEAN_IMPATIENTLY, "clean-impatiently", "gives up cleaning when an API is away") \
  X (ADVISE_ONE_MORE, "advise-one-more", "advises one more replica where that cannot help") \
  X (BE_IMPATIENT, "be-impatient", "gives up an API that is away for a minute") \
  X (OBEY_ANY_REFUSAL, "obey-any-refusal", "takes a 403 for an answer where it was let in before") \
  X (FAIL_ON_CONFLICT, "fail-on-conflict", "takes a conflict for an answer") \
  X (TRUST_THE_CLUSTER, "trust-the-cluster", \
     "updates a group whose instances are nodes elsewhere") \
  X (TRUST_THE_PROCESSES, "trust-the-processes", "begins although the group would not follow") \
  X (FORGET_THE_REFERENCE, "forget-the-reference", "takes $Latest for a version like any other") \
  X (TRUST_THE_IMAGE, "trust-the-image", \
     "takes another version of a launch template for the same, as its image is") \
  X (IGNORE_NEW_SIZE, "ignore-new-size", "goes back to a size that nobody wants any more") \
  X (IGNORE_NEW_LIMITS, "ignore-new-limits", "goes below a minimum that somebody raised") \
  X (CALL_IT_DONE, "call-it-done", "has nothing to replace in a group that is short of nodes") \
  X (MISCOUNT, "miscount", "says that it replaced one node more") \
  X (LIE_ABOUT_FAILURE, "lie-about-failure", "reports success where it failed")

typedef enum
{
  DD_MUTANT_NONE,
#define X(id, name, mistake) DD_MUTANT_##id,
  DD_MUTANTS (X)
#undef X
      DD_N_MUTANTS
} DdMutant;

#ifdef DRYDOCK_MUTANTS
extern DdMutant dd_mutant;
const char *dd_mutant_name (DdMutant mutant);
const char *dd_mutant_mistake (DdMutant mutant);
#define DD_MUTANT(id) (G_UNLIKELY (dd_mutant == DD_MUTANT_##id))
#else
#define DD_MUTANT(id) 0
#endif

G_END_DECLS
