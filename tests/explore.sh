#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `drydock explore`, `merge` and `shrink` as a person calls them. Prints TAP.
drydock=${DRYDOCK:-./drydock}
srcdir=${srcdir:-.}
scenario=$srcdir/scenarios/ami-upgrade.yaml
parts=$(mktemp -d) || exit 99
trap 'rm -rf "$parts"' EXIT
n=0 failed=0

check () { # $1: the sentence; then a command that must succeed
  sentence=$1
  shift
  n=$((n + 1))
  if "$@" >"$parts/out" 2>&1; then
    echo "ok $n - $sentence"
  else
    echo "not ok $n - $sentence"
    sed 's/^/# /' "$parts/out"
    failed=1
  fi
}

ends_with () { # $1: the status that the command must end with
  wanted=$1
  shift
  "$@" >/dev/null 2>"$parts/err"
  test $? -eq "$wanted"
}

explore () { "$drydock" explore --seeds 1..9 --faults swarm "$@" "$scenario"; }

check 'many processes give what one gives' explore --jobs 1 --results "$parts/one"
check 'and so do shards' explore --jobs 3 --shard 1/2 --results "$parts/a"
check 'the other shard' explore --shard 2/2 --results "$parts/b"
check 'they are merged' "$drydock" merge "$parts/b" "$parts/a" --output "$parts/merged"
check 'into the same bytes' cmp "$parts/one" "$parts/merged"
check 'a shard that no seed is left for' explore --shard 10/10 --results "$parts/none"
check 'is merged with the others' "$drydock" merge "$parts/b" "$parts/none" "$parts/a" --output "$parts/merged"
check 'and adds nothing' cmp "$parts/one" "$parts/merged"
check 'a part cut off is refused' sh -c "head -c 300 '$parts/one' >'$parts/cut'; ! '$drydock' merge '$parts/cut'"
check 'seeds that make no sense are bad input' ends_with 2 "$drydock" explore --seeds 9..1 "$scenario"
check 'a shard that does not exist is bad input' ends_with 2 "$drydock" explore --shard 3/2 "$scenario"
check 'no processes are bad input' ends_with 2 "$drydock" explore --jobs 0 "$scenario"
check 'a scenario without end is bad input' ends_with 2 "$drydock" run /dev/zero
check 'time that is over is no failure' "$drydock" explore --seeds 1..100000000 --time 1s "$scenario"

cat >"$parts/fails.yaml" <<TEXT
about: A promise that cannot be kept, among much that does not matter.
world: $(cd "$srcdir" && pwd)/scenarios/worlds/nine-nodes.yaml
steps:
  - at: 1m
    eks: {operation: UpdateNodegroupVersion, input: {clusterName: eks-workshop, nodegroupName: default}}
faults:
  - {service: ec2, error: RequestLimitExceeded, times: 2}
  - {service: kubernetes, operation: list pods, delay: 2s, times: 3}
expect:
  - at end:
    update: {nodegroup: default, status: Failed}
TEXT
check 'a scenario that fails is shrunk' "$drydock" shrink "$parts/fails.yaml" -o "$parts/small.yaml"
check 'its faults did not matter' sh -c "! grep -q '^faults' '$parts/small.yaml'"
check 'it is smaller' sh -c "test \$(wc -c <'$parts/small.yaml') -lt 1200"
check 'and still fails' ends_with 1 "$drydock" run --transport direct "$parts/small.yaml"
check 'what holds cannot be shrunk' ends_with 1 "$drydock" shrink "$scenario"

cat >"$parts/idle.yaml" <<TEXT
about: One fault strikes under any seed, one under some, and one under none.
world: $(cd "$srcdir" && pwd)/scenarios/worlds/nine-nodes.yaml
for: 10m
steps:
  - at: 1m
    eks: {operation: ListClusters}
faults:
  - {service: eks, delay: 1s, nth: 1, probability: 0.5}
  - {service: eks, delay: 1s, times: 1, may not strike: true}
  - {service: ssm, operation: GetParameter, error: InternalServerError}
expect:
  - match: {kind: Node}
TEXT
tells_once () { # a fault that no seed meets, with its line, and no other
  "$drydock" explore --seeds 1..9 "$parts/idle.yaml" >"$parts/told" || return 1
  grep 'struck in none' "$parts/told" >"$parts/lines"
  echo 'idle, line 10: fault ssm GetParameter: struck in none of 9 rehearsals' | cmp - "$parts/lines"
}
check 'a fault that no seed meets is told once and fails nothing' tells_once
check 'but a run of it fails' ends_with 1 "$drydock" run --transport direct "$parts/idle.yaml"

echo "1..$n"
exit $failed
