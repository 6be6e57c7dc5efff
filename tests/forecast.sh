#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `drydock forecast` over dumps with known answers, as a person calls it. Prints TAP.
drydock=${DRYDOCK:-./drydock}
source=$(cd "${srcdir:-.}" && pwd)
T=$(mktemp -d) || exit 99
trap 'rm -rf "$T"' EXIT
n=0 failed=0

check () { # $1: the sentence; then a command that must succeed
  sentence=$1
  shift
  n=$((n + 1))
  if "$@" >"$T/out" 2>&1; then
    echo "ok $n - $sentence"
  else
    echo "not ok $n - $sentence"
    sed 's/^/# /' "$T/out"
    failed=1
  fi
}

# forecast STATUS NAME ARGUMENT...: of the dump NAME; what it says goes to $T/NAME.
forecast () {
  wanted=$1 name=$2
  shift 2
  test -f "$T/$name.yaml" || "$drydock" import "$source/tests/dumps/$name.json" -o "$T/$name.yaml" || return 1
  "$drydock" forecast --seeds 20 "$@" "$T/$name.yaml" >"$T/$name" 2>"$T/err"
  status=$?
  cat "$T/$name" "$T/err"
  test $status -eq "$wanted"
}

refused () { # $1: what must be said; then arguments
  words=$1
  shift
  "$drydock" forecast "$@" >"$T/said" 2>&1
  status=$?
  cat "$T/said"
  test $status -eq 2 && grep -q -- "$words" "$T/said"
}

says () { # $1: a dump; $2: what must be said of it
  cat "$T/$1"
  grep -q -- "$2" "$T/$1"
}

silent () { # $1: a dump; $2: what must not be said of it
  cat "$T/$1"
  ! grep -q -- "$2" "$T/$1"
}

check 'a budget that never lets go fails the update' forecast 1 blocked
check 'in every rehearsal' says blocked '^FAILS: .* node group blue fails in 20 of 20 rehearsals'
check 'and is a blocker, by its owner' says blocked '^  Deployment shop/single: in 20 of 20'
check 'with its pod, its node and since when' \
  says blocked 'pod shop/single-7d9c6b8f5-aaaaa on node ip-10-0-2-10.us-west-2.compute.internal, refused since 5m'
check 'and its arithmetic' \
  says blocked 'budget shop/single (minAvailable 1 of 1 pod) needs 1 healthy and has 1: 0 may leave'
check 'the smallest change that clears it was rehearsed' \
  says blocked 'clears it: replicas 2. Rehearsed again, the update succeeds in 20 of 20:'
check 'and is a command' says blocked \
  "^ *kubectl patch deployment single --namespace shop --type merge --patch '{\"spec\":{\"replicas\":2}}'$"
check 'no bound is told of what failed' silent blocked 'None failed'

check 'a world without budgets passes' forecast 0 passing
check 'in every rehearsal' says passing '^PASSES: .* node group blue succeeds in 20 of 20 rehearsals'
check 'and the failures that were not seen have a bound' says passing 'fewer than 15 % of such updates fail'
check 'nobody blocks it' silent passing '[Bb]lockers'
check 'two of three pods are always ready' says passing 'Deployment shop/web .* 2 of 3 '
check 'it has all phases, and no roll-back' sh -c \
  "grep -Eq '^  setup ' '$T/passing' && grep -Eq '^  scale-down ' '$T/passing' && ! grep -q roll-back '$T/passing'"
check 'and stays below what clients wait' says passing 'nodegroup-active gives up after 40m: too early in 0 of 20'
check 'it grows meanwhile' says passing 'nodes: 3 now, up to 10 meanwhile'

check 'a budget that only passes through zero passes' forecast 0 transient
check 'it is told that it held the update up' says transient '^  budget shop/web: an eviction waited for up to '
check 'and is none of the blockers' silent transient '^Blockers'

check 'a pod that no node takes does not fail an update' forecast 0 pending
check 'and is told of, with why' says pending "shop/gpu, in 20 of 20: 0/[0-9]* nodes are available: .*node affinity"
check 'as one that was down before' says pending 'Deployment shop/gpu .* 0 of 1 .*; down before'

check 'two budgets that never let go are two blockers' forecast 1 two-blockers
check 'one whose budget grows with its pods' says two-blockers 'budget shop/web (maxUnavailable 0 of 3 pods) needs 3'
check 'gets another change' says two-blockers \
  "kubectl patch poddisruptionbudget web .* --patch '{\"spec\":{\"maxUnavailable\":1,\"minAvailable\":null}}'$"
check 'which alone lets nothing pass' says two-blockers 'maxUnavailable 1. Rehearsed again, the update succeeds in 0 of 20:'
check 'but with the other one' says two-blockers 'replicas 2. Rehearsed again with those above, the update succeeds in 20 of 20:'
check 'beside one that never lets go' forecast 1 transient-beside-blocked
check 'which alone is a blocker' says transient-beside-blocked '^  Deployment shop/single: in 20 of 20'
check 'a budget that passes through zero is none' \
  silent transient-beside-blocked '^  Deployment shop/web: '
check 'a pod that crashes is held by its budget' forecast 1 unhealthy
check 'as it has too few healthy ones' says unhealthy '(minAvailable 1 of 1 pod) needs 1 healthy and has 0: 0 may leave'
check 'and the least that helps is to let it go' says unhealthy \
  'clears it: unhealthyPodEvictionPolicy AlwaysAllow. .* succeeds in 20 of 20:'
check 'one of three that crashes blocks the others' forecast 1 one-unhealthy
check 'if they are drained before it' says one-unhealthy '^  Deployment shop/web: in \(1[0-9]\|[1-9]\) of 20 rehearsals'
check 'and its own eviction helps them little' says one-unhealthy 'clears it: replicas 4. .* succeeds in 20 of 20:'
check 'two budgets over one pod block it' forecast 1 two-budgets
check 'for ever' says two-budgets 'more than one budget selects the pod'
check 'and nothing small helps' says two-budgets 'no small change clears it$'
check 'a bare pod behind a budget blocks' forecast 1 bare-pod
check 'and only a number that is to stay helps it' says bare-pod 'clears it: minAvailable 0. .* succeeds in 20 of 20:'

# What the printed change says, done by hand.
sed '/^- apiVersion: apps\/v1$/,/^  status:/s/^    replicas: 1$/    replicas: 2/' "$T/blocked.yaml" >"$T/mended.yaml"
check 'the mended world is another one' sh -c "! cmp -s '$T/blocked.yaml' '$T/mended.yaml'"
check 'and passes' forecast 0 mended

# The same with kubectl and aws, in the world as it is served.
mend () {
  "$drydock" serve --port 0 --speed max --world "$T/two-blockers.yaml" --kubeconfig "$T/lab.kubeconfig" \
    --env "$T/lab.env" >"$T/serve" 2>&1 &
  lab=$!
  tries=0
  until test -s "$T/lab.env" || test $tries -eq 300; do tries=$((tries + 1)); sleep 0.1; done
  (
    set -a
    . "$T/lab.env"
    export KUBECONFIG="$T/lab.kubeconfig" AWS_PAGER=""
    group='--cluster-name imported --nodegroup-name blue'
    sed -n 's/^ *kubectl patch /kubectl patch /p' "$T/two-blockers" >"$T/patches"
    test "$(wc -l <"$T/patches")" -eq 2 && sh -e "$T/patches" || exit 1
    id=$(aws eks update-nodegroup-version $group --query update.id --output text) || exit 1
    aws eks wait nodegroup-active $group || exit 1
    aws eks describe-update --name imported --nodegroup-name blue --update-id "$id" \
      --query update.status --output text | tee "$T/status"
    grep -qx Successful "$T/status"
  )
  mended=$?
  kill "$lab"
  wait "$lab"
  return $mended
}
if command -v kubectl >/dev/null && command -v aws >/dev/null; then
  check 'what is printed clears the way for a real kubectl and aws' mend
else
  n=$((n + 1))
  echo "ok $n - what is printed clears the way # SKIP kubectl or aws is not installed"
fi

check 'other settings stand side by side' \
  forecast 1 blocked --what-if maxUnavailable=1,50% --what-if strategy=DEFAULT,MINIMAL --what-if force
check 'every combination of them' sh -c \
  "test \$(sed -n '/^What if/,\$p' '$T/blocked' | grep -c ' of 20 ') -eq 8"
check 'one node more is enough for MINIMAL' says blocked '^  maxUnavailable 1, MINIMAL, no force *20 of 20 .* 4  '
check 'force passes where a budget blocks, and deletes the pod' says blocked \
  '^  maxUnavailable 1, DEFAULT, force *0 of 20 .* 1  *[0-9]*m*[0-9]*s$'

same () {
  forecast 1 blocked --format json --jobs 1 && cp "$T/blocked" "$T/one" \
    && forecast 1 blocked --format json --jobs 7 && cmp "$T/one" "$T/blocked"
}
check 'any number of processes gives the same bytes' same
check 'as one object' says one '^{"rehearsals":20,"failed":20,"failed_percent":100,.*}$'
check 'Markdown has the same answer' forecast 1 blocked --format markdown
check 'as a heading' says blocked '^## FAILS: '
check 'and tables' says blocked '^| in all | '
check 'what may fail often enough passes' forecast 0 blocked --fail-above 100%
check 'the group may be named' forecast 1 blocked --nodegroup blue

check 'a release that EKS refuses is told in its words' forecast 1 passing --release-version 9.9.9-20240101
check 'once' says passing 'EKS refuses to begin in 20 of them'

check 'a group that is not there is bad input' refused 'no node group green' --nodegroup green "$T/passing.yaml"
check 'so is a file that is not there' refused 'No such file\|no such file\|not found\|does not exist' "$T/none.yaml"
check 'no seeds' refused 'seeds takes a number' --seeds 0 "$T/passing.yaml"
check 'a share that is none' refused 'fail-above takes a share' --fail-above 1 "$T/passing.yaml"
check 'a setting that is none' refused 'not .maxUnavailble=1. (did you mean maxUnavailable' --what-if maxUnavailble=1 "$T/passing.yaml"
check 'a number that EKS refuses' refused "not '0'" --what-if maxUnavailable=1,0 "$T/passing.yaml"
check 'a strategy that is none' refused 'takes DEFAULT and MINIMAL' --what-if strategy=FAST "$T/passing.yaml"
check 'a list twice' refused 'in one list' --what-if maxUnavailable=1 --what-if maxUnavailable=2 "$T/passing.yaml"
check 'an unknown format' refused 'did you mean markdown' --format markdwn "$T/passing.yaml"
check 'no world at all' refused 'name one world file'
echo 'nodegroups: [{name: a, desired: 1, instance_types: [m5.largo]}]' >"$T/odd.yaml"
check 'and a world that cannot be made' refused 'm5.largo' "$T/odd.yaml"

echo "1..$n"
exit $failed
