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

printf 'about: <b>\nworld: [' >"$T/broken.yaml"
check 'a scenario that cannot be read is bad input' \
  ends_with 2 'broken.yaml:3' run --html "$T/broken.html" "$T/broken.yaml"
check 'and its page says why, rather than what an earlier one said' \
  grep -q 'could not be rehearsed' "$T/broken.html"
check 'with the place' grep -q 'broken.yaml:3:' "$T/broken.html"

# ---- files that cannot be written are told before anything is rehearsed ----

good=$source/scenarios/ami-upgrade.yaml
for option in --trace --report --perfetto --html; do
  check "run $option" ends_with 2 'drydock run: /nonexistent/x: No such' \
    run --format json $option /nonexistent/x "$good"
  check 'and nothing was rehearsed' sh -c "! grep -q result '$T/said'"
done
check 'a folder is no file' ends_with 2 'Is a directory' run --html "$T" "$good"
check 'nor is one of several' ends_with 2 'nonexistent/x.ami-upgrade: ' \
  run --html /nonexistent/x "$good" "$T/fails.yaml"
check 'explore --results' ends_with 2 'drydock explore: /nonexistent/x: No such' \
  "$drydock" explore --seeds 1..2 --results /nonexistent/x "$good"
check 'merge --output' ends_with 2 'drydock merge: /nonexistent/x: No such' \
  "$drydock" merge -o /nonexistent/x /dev/null
check 'shrink --output' ends_with 2 'drydock shrink: /nonexistent/x: No such' \
  "$drydock" shrink -o /nonexistent/x "$T/fails.yaml"
for option in --trace --report --metrics-file; do
  for command in upgrade watch; do
    check "$command $option" ends_with 2 "drydock $command: /nonexistent/x: No such" "$drydock" \
      $command --cluster c --nodegroup n --endpoint-url http://127.0.0.1:9 $option /nonexistent/x
  done
done

# ---- nor does anything overwrite what the same command reads or writes ----

mine="$T/mine.yaml"
cp "$good" "$mine"
ln -s mine.yaml "$T/also-mine"
both='mine.* would be overwritten'
for option in --trace --report --perfetto --html; do
  check "run $option over its scenario" ends_with 2 "$both" run $option "$T/also-mine" "$mine"
done
check 'explore --results' ends_with 2 "$both" "$drydock" explore --seeds 1 --results "$mine" "$mine"
check 'shrink --output' ends_with 2 "$both" "$drydock" shrink --output "$mine" "$mine"
check 'serve --env' ends_with 2 "$both" timeout 20 "$drydock" serve -p 0 --faults "$mine" --env "$mine"
check 'the scenario is what it was' cmp "$good" "$mine"
check 'two outputs are two files' ends_with 2 'new.*overwritten' run --trace "$T/new" --html "$T/./new" "$good"
mkdir "$T/other"
cp "$good" "$T/other/mine.yaml"
check 'also those of two scenarios that are called the same' \
  ends_with 2 'page.mine.html.*overwritten' run --html "$T/page.html" "$mine" "$T/other/mine.yaml"
for command in upgrade watch; do
  check "$command has two as well" ends_with 2 'new.*overwritten' "$drydock" $command --cluster c \
    --nodegroup n --endpoint-url http://127.0.0.1:9 --trace "$T/new" --metrics-file "$T/new"
done
check 'all of them may go where nothing is kept' run -q --trace /dev/null --html /dev/null "$good"

# ---- what is no regular file stays what it is ----

mkfifo "$T/pipe"
check 'a scenario can come from a pipe, and every command reads it once' sh -c "cat '$good' >'$T/pipe' &
  '$drydock' explore -j 1 --seeds 1..2 '$T/pipe'; status=\$?; wait; test \$status -eq 0"
check 'a pipe without an end is told' ends_with 2 'bytes are more than' \
  sh -c "yes 'about: x' >'$T/pipe' 2>&1 & '$drydock' run '$T/pipe'"
rm -f "$T/pipe"

for option in --report --html --perfetto --trace; do
  mkfifo "$T/fifo"
  check "run $option writes into a FIFO" sh -c "cat '$T/fifo' >'$T/read' &
    '$drydock' run -q --transport direct $option '$T/fifo' '$good'; status=\$?
    wait; test \$status -eq 0 && test -s '$T/read' && test -p '$T/fifo'"
  rm -f "$T/fifo"
  echo old >"$T/file"
  ln -sf file "$T/link"
  check "run $option follows a link" sh -c "'$drydock' run -q --transport direct $option '$T/link' '$good' \
    && test -h '$T/link' && test \$(wc -c <'$T/file') -gt 100"
  ln -sf new "$T/link"
  check 'also to what is not there yet' sh -c "'$drydock' run -q --transport direct $option '$T/link' '$good' \
    && test -h '$T/link' && test -s '$T/new'"
  rm -f "$T/new"
done

in_place () { # the lab's shell exports come out of the FIFO, and its kubeconfig stands behind the link
  mkfifo "$T/fifo"
  : >"$T/config"
  ln -sf config "$T/link"
  timeout -s INT 20 "$drydock" serve -p 0 --env "$T/fifo" --kubeconfig "$T/link" >"$T/served" 2>&1 &
  cat "$T/fifo" >"$T/read"
  kill -INT $!
  wait $!
  cat "$T/served"
  test -p "$T/fifo" && grep -q '^export KUBECONFIG' "$T/read" && test -h "$T/link" && grep -q clusters "$T/config"
}
check 'serve writes its files in place' in_place
check 'and tells of one that cannot be before it serves' ends_with 2 'Is a directory' \
  timeout 20 "$drydock" serve -p 0 --env "$T"
if [ -c /dev/full ]; then
  check 'a full device is told' ends_with 3 '/dev/full: No space' run -q --report /dev/full "$good"
  full () { ends_with 3 'standard output: not everything' sh -c "'$drydock' $1 >/dev/full"; }
  check 'so is a full standard output' full "run --transport direct '$good'"
  check 'of any command' full 'run --language'
  check 'and of its help' full 'run --help'
fi
enough () {
  { "$drydock" run --transport direct "$good" 2>"$T/err"; } | head -n 1 >"$T/first"
  cat "$T/err"
  test ! -s "$T/err" && test -s "$T/first"
}
check 'a reader that had enough is no error' enough

# ---- what is given or left out takes no value ----

bare () {
  for command in import forecast run explore merge shrink explain serve ctl upgrade watch; do
    "$drydock" $command --help | sed -nE "s/^  (-[a-zA-Z], )?--([a-z-]+) .*/$command \\2/p"
  done | grep -v ' help$' >"$T/switches"
  test "$(wc -l <"$T/switches")" -gt 12 || { cat "$T/switches"; return 1; }
  while read -r command switch; do
    ends_with 2 "drydock $command: --$switch takes no value" "$drydock" "$command" "--$switch=no" || return 1
  done <"$T/switches"
}
check 'every switch of every command is refused with a value' bare

# ---- lines to be pasted, records to be joined, scenarios to be shrunk ----

odd="$T/it's a b.yaml"
cp "$T/fails.yaml" "$odd"
replay () {
  "$drydock" explore --seeds 7 "$odd" >"$T/told"
  sed -n 's/^ *replay: //p' "$T/told" >"$T/line"
  cat "$T/told"
  PATH=$(dirname "$(readlink -f "$drydock")"):$PATH sh "$T/line" >"$T/again"
  test $? -eq 1 && grep -q 'FAILED' "$T/again"
}
check 'the line that replays can be pasted' replay
check 'programs are told it too' ends_with 1 '"replay":"drydock run --transport direct --seed 7 ' \
  "$drydock" explore --format json --seeds 7 "$odd"
"$drydock" explore --seeds 1..2 --results "$T/records" "$good" >/dev/null
check 'repeated records are counted once, and told' \
  ends_with 0 '2 records are repeated' "$drydock" merge "$T/records" "$T/records"
check 'really once' grep -q '^2 rehearsals' "$T/said"
: >"$T/empty"
check 'an empty file of records is bad input' \
  ends_with 2 'empty: it is empty' "$drydock" merge "$T/records" "$T/empty"
cat >"$T/window.yaml" <<TEXT
about: What fails has an end.
world: $source/scenarios/worlds/nine-nodes.yaml
steps:
  - at: 1m
    eks: {operation: UpdateNodegroupVersion, input: {clusterName: eks-workshop, nodegroupName: default}}
faults:
  - {service: ssm, error: AccessDeniedException, status: 400, from: 1m, for: 30m}
expect:
  - at end:
    update: {nodegroup: default, status: Successful}
TEXT
check 'what was shrunk is run again' ends_with 0 'it fails in the same way' \
  "$drydock" shrink "$T/window.yaml" -o "$T/small.yaml"
check 'its fault keeps its end' grep -q '^ *for: ' "$T/small.yaml"

echo "1..$n"
exit $failed
