#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the commands print and write, and what they say when they cannot. Prints TAP.
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

ends_with () { # $1: the status; $2: what must be said; then a command
  wanted=$1 words=$2
  shift 2
  "$@" >"$T/said" 2>&1
  status=$?
  test $status -eq "$wanted" || echo "status $status"
  cat "$T/said"
  test $status -eq "$wanted" && grep -q -- "$words" "$T/said"
}

run () { "$drydock" run --transport direct "$@"; }

cat >"$T/fails.yaml" <<TEXT
about: A step is refused, and the update fails.
seed: 7
world: $source/scenarios/worlds/three-zones.yaml
steps:
  - at: 0s
    patch: {kind: PodDisruptionBudget, name: web, namespace: shop, merge: {spec: {minAvailable: 3}}}
  - at: 30s
    eks: {operation: UpdateNodegroupVersion, input: {clusterName: eks-workshop, nodegroupName: other}}
  - at: 1m
    eks: {operation: UpdateNodegroupVersion, input: {clusterName: eks-workshop, nodegroupName: default}}
expect:
  - at end:
    update: {nodegroup: default, status: Successful}
TEXT

for format in human tap json junit github; do
  check "$format says why an update failed" \
    ends_with 1 'PodEvictionFailure.*' run -q --format $format "$T/fails.yaml"
  check "$format names the pod, the budget and what to do" \
    grep -q 'shop/web-.*budget web needs 3 healthy pods.*relax the budget' "$T/said"
done
step_first () {
  run --format tap "$T/fails.yaml" | grep -n 'yaml:[0-9]*: ' >"$T/lines"
  cat "$T/lines"
  sed -n 1p "$T/lines" | grep -q 'yaml:7: step'
}
check 'a failed step is told before its consequences' step_first
check 'a file that cannot be read has its record' \
  ends_with 2 '"file":"/nonexistent","result":"error","why":' run --format json /nonexistent

echo "1..$n"
exit $failed
