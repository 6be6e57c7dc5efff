#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `drydock upgrade` as a process of its own against a served world: killed in the middle of whatever it does and taken up
# again, interrupted, kept from working twice at once, and without room for its journal. What holds is asked of the
# world: of its Auto Scaling group and its nodes. Prints TAP.
drydock=${DRYDOCK:-./drydock}
here=$(mktemp -d) || exit 99
server= engine=
trap '[ -z "$engine" ] || kill -9 $engine 2>/dev/null; [ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$here"' EXIT
n=0 failed=0
command -v curl >/dev/null || { echo '1..0 # SKIP curl is not installed'; exit 0; }
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY AWS_ENDPOINT_URL AWS_PROFILE KUBECONFIG
XDG_STATE_HOME=$here/state
export XDG_STATE_HOME

result () { # $1: the sentence that holds, $2: what breaks it (empty: nothing)
  n=$((n + 1))
  if [ -z "$2" ]; then
    echo "ok $n - $1"
  else
    echo "not ok $n - $1"
    echo "$2" | sed 's/^/# /'
    failed=1
  fi
}

wait_for () { # $1: a file, $2: what it will say; not longer than the process $3 lives
  while ! grep -q -- "$2" "$1" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || { grep -q -- "$2" "$1"; return; }
    sleep 0.02
  done
}

serve () { # $1: how fast; what follows goes to `serve`
  : >"$here/served"
  speed=$1
  shift
  "$drydock" serve --port 0 --speed "$speed" "$@" >"$here/served" 2>&1 &
  server=$!
  wait_for "$here/served" '^drydock ready on http' $server
  url=$(sed -n 's/^drydock ready on //p' "$here/served")
}

leave () {
  kill "$server"
  wait "$server" 2>/dev/null
  server=
}

upgrade () { "$drydock" upgrade --cluster eks-workshop --nodegroup default --endpoint-url "$url" "$@"; }

begin () { # what `upgrade` does, beside us; what it says goes to $here/said
  : >"$here/said"
  "$drydock" upgrade --cluster eks-workshop --nodegroup default --endpoint-url "$url" "$@" >"$here/said" 2>&1 &
  engine=$!
}

rest () { "$drydock" ctl --endpoint "$url" until idle >/dev/null 2>&1; } # whoever leaves has left

ask () { curl -sS --noproxy '*' "$@"; }

# "min 3 max 6 desired 3 version 1": the group, as Auto Scaling has it
group () {
  ask -d 'Action=DescribeAutoScalingGroups&Version=2011-01-01' "$url/" |
    sed 's|.*<Version>\([0-9]*\)</Version></LaunchTemplateSpecification>.*<MinSize>\([0-9]*\)</MinSize><MaxSize>\([0-9]*\)</MaxSize><DesiredCapacity>\([0-9]*\)<.*|min \2 max \3 desired \4 version \1|'
}

# "3 ami-0": how many nodes have which image; then every node that is cordoned, tainted or not to be scaled down
nodes () {
  ask "$url/api/v1/nodes" >"$here/nodes"
  sed -n 's|.*"eks.amazonaws.com/nodegroup-image": "\(.*\)".*|\1|p' "$here/nodes" | sort | uniq -c | sed 's/^ *//'
  grep -E '"unschedulable"|"taints"|scale-down-disabled|exclude-from-external' "$here/nodes"
}

versions () {
  template=$(ask -d 'Action=DescribeAutoScalingGroups&Version=2011-01-01' "$url/" |
    sed 's|.*<LaunchTemplateId>\(lt-[0-9a-f]*\)<.*|\1|')
  ask -d "Action=DescribeLaunchTemplateVersions&Version=2016-11-15&LaunchTemplateId=$template" "$url/" |
    grep -o '<versionNumber>[0-9]*' | wc -l | tr -d ' '
}

journals () { find "$here/state" -type f 2>/dev/null; }

old='min 3 max 6 desired 3 version 1'
new='min 3 max 6 desired 3 version 2'

# ---- killed, and taken up again ----

serve 240x
result 'the world is as it begins' "$([ "$(group)" = "$old" ] || group)"

# ---- what is asked amiss ----

while IFS='|' read -r arguments words; do
  result "upgrade $arguments: refused, as $words" "$(
    # shellcheck disable=SC2086
    "$drydock" upgrade --cluster eks-workshop --endpoint-url "$url" $arguments >"$here/said" 2>&1
    status=$?
    [ $status -eq 2 ] || echo "status $status, not 2"
    grep -q -- "$words" "$here/said" || cat "$here/said"
    grep 'when it has passed' "$here/said"
    [ "$(group)" = "$old" ] || group)"
done <<'END'
--nodegroup nope|No node group found for name: nope
--nodegroup nope --dry-run|No node group found for name: nope
--nodegroup default --release-version 9.9|9.9 is not valid for kubernetes version
--nodegroup default --kubernetes-version 1.99|should be equal to Cluster kubernetes version
--nodegroup default --max-unavailable 0|go with --asg
--asg nope|Auto Scaling group nope does not exist
--asg nope --max-unavailable 0|from 1 to 100
--nodegroup default --force=false|--force takes no value
--nodegroup default --dry-run=no|--dry-run takes no value
END
result 'nothing is remembered of that' "$(journals)"
former=$(nodes)

begin
wait_for "$here/said" 'wave 1: ' $engine
kill -STOP $engine # it keeps its lock, however slow the machine is
pid=$engine
before=$(group)
upgrade --trace "$here/trace" >"$here/second" 2>&1
status=$?
result 'a second engine is refused, and told of the first' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -q "at work on this group: process $pid on host $(uname -n), since 20" "$here/second" || cat "$here/second"
  [ ! -e "$here/trace" ] || echo 'it wrote its trace')"
upgrade --dry-run >"$here/second" 2>&1
status=$?
result 'a plan can be made meanwhile, and tells of the first' "$(
  [ $status -eq 0 ] || echo "exit status $status"
  grep -q "^Another drydock upgrade is at work.*process $pid" "$here/second" \
    && grep -q '^There is an unfinished update of node group default' "$here/second" \
    && grep -q '^Plan .nothing was changed' "$here/second" || cat "$here/second")"
kill -9 $engine
wait $engine 2>/dev/null
stood=$(group)
result 'what is killed leaves a grown group' "$([ "$before" != "$old" ] && [ "$stood" != "$old" ] || echo "$before, $stood")"

upgrade --release-version 1.29.0-20240315 >"$here/other" 2>&1
status=$?
result 'another release is refused until the update is over' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -q 'another target: --release-version 1.30.0-20240703, and 1.29.0-20240315 was asked for' "$here/other" \
    && grep -q 'abandon' "$here/other" || cat "$here/other")"
upgrade --knob drain_budget=5m >"$here/other" 2>&1
status=$?
result 'so are other settings' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -q -- '--knob drain_budget 15m, and 5m was asked for' "$here/other" || cat "$here/other")"

journal=$(journals | grep 'json$')
cp "$journal" "$here/kept"
head -c 700 "$here/kept" >"$journal"
upgrade >"$here/other" 2>&1
status=$?
result 'half a journal is refused, and kept' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -qF "$journal" "$here/other" || cat "$here/other"
  head -c 700 "$here/kept" | cmp - "$journal")"
cp "$here/kept" "$journal"
result 'none of these changed the group' "$([ "$(group)" = "$stood" ] || echo "$stood, then $(group)")"

# Each of these is killed when it says so. What comes too late, because the update is over, is no kill.
killed=0
for moment in 'wave [12]: ' 'is empty after' 'wave [23]: ' 'desired size -> 7' 'desired size -> 5'; do
  begin
  wait_for "$here/said" "$moment" $engine && kill -9 $engine 2>/dev/null
  wait $engine 2>/dev/null
  [ $? -eq 137 ] && killed=$((killed + 1))
  grep -q '^Going on with an unfinished update of node group default' "$here/said" || break
done
engine=
result 'it is killed again and again, and each time it goes on' "$([ $killed -ge 3 ] || { echo "$killed kills"; cat "$here/said"; })"
upgrade >"$here/said" 2>&1
status=$?
result 'in the end the update has succeeded' "$([ $status -eq 0 ] || { echo "exit status $status"; cat "$here/said"; })"
rest
result 'the sizes are those from before it, and the group points to one new version' "$(
  [ "$(group)" = "$new" ] || group
  [ "$(versions)" = 2 ] || echo "$(versions) versions of the launch template")"
result 'three new nodes are there, unmarked, and no old one' "$(
  found=$(nodes)
  [ "$found" = '3 ami-0fcd72f3118e0dd88' ] || echo "$found, before it $former")"
result 'nothing is remembered of it' "$(journals)"
upgrade --resume >"$here/other" 2>&1
status=$?
result 'there is nothing more to go on with' "$(
  [ $status -eq 2 ] && grep -q 'there is no unfinished update' "$here/other" || { echo "exit status $status"; cat "$here/other"; })"
leave

# ---- interrupted ----

serve 240x
begin --journal "$here/mine"
wait_for "$here/said" 'draining ' $engine
kill -TERM $engine
wait $engine
status=$?
engine=
result 'an interrupted update says where it stopped and where that stands' "$(
  [ $status -eq 1 ] || echo "exit status $status"
  grep -q '^Interrupted: stopped in phase upgrade' "$here/said" \
    && grep -qF "The same command goes on from there ($here/mine)" "$here/said" || cat "$here/said"
  [ -z "$(journals)" ] || journals)"
upgrade --journal "$here/mine" --resume >"$here/said" 2>&1
status=$?
result 'and is brought to its end' "$(
  [ $status -eq 0 ] || { echo "exit status $status"; cat "$here/said"; }
  [ "$(group)" = "$new" ] || group
  [ ! -e "$here/mine" ] || echo 'the journal is still there')"
leave

# ---- no room ----

serve 240x
upgrade --dry-run >"$here/said" 2>&1
result 'a plan alone leaves nothing behind' "$([ -z "$(journals)" ] || journals)"
mkdir "$here/full.new" # where the next version of the journal would be written
upgrade --journal "$here/full" >"$here/said" 2>&1
status=$?
result 'without room for its journal an update changes nothing' "$(
  [ $status -eq 1 ] || echo "exit status $status"
  grep -q '^Stopped, because the journal cannot be written' "$here/said" || cat "$here/said"
  [ "$(group)" = "$old" ] || group
  [ "$(versions)" = 1 ] || echo "$(versions) versions of the launch template"
  [ "$(nodes)" = "$former" ] || nodes)"
rmdir "$here/full.new"
begin --journal "$here/full"
wait_for "$here/said" 'draining ' $engine
until mkdir "$here/full.new" 2>/dev/null; do :; done
wait $engine
status=$?
engine=
result 'one that runs out of room stops, and loses nothing' "$(
  [ $status -eq 1 ] || echo "exit status $status"
  grep -q '^Stopped, because the journal cannot be written' "$here/said" \
    && grep -qF "The same command goes on from there ($here/full)" "$here/said" || cat "$here/said")"
rmdir "$here/full.new"
upgrade --journal "$here/full" --resume >"$here/said" 2>&1
status=$?
result 'with room it is brought to its end' "$(
  [ $status -eq 0 ] || { echo "exit status $status"; cat "$here/said"; }
  [ "$(group)" = "$new" ] || group)"
leave

# ---- failed ----

serve 240x
ask -H 'Content-Type: application/json' -o "$here/answer" "$url/apis/policy/v1/namespaces/catalog/poddisruptionbudgets" \
  -d '{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"all","namespace":"catalog"},"spec":{"maxUnavailable":0,"selector":{}}}'
begin --knob drain_budget=1m
wait_for "$here/said" 'is no longer marked' $engine # its first change after the failure: the journal has that by then
kill -9 $engine
wait $engine 2>/dev/null
engine=
result 'what is killed while it puts things back is remembered' "$(
  [ "$(group)" != "$old" ] || group
  [ -n "$(journals)" ] || cat "$here/said")"
upgrade --knob drain_budget=1m >"$here/said" 2>&1
status=$?
rest
nodes >"$here/left" # whose pod must stay is the one that stays marked
result 'the next one goes on putting them back, and then it is over' "$(
  [ $status -eq 1 ] || echo "exit status $status"
  grep -q 'phase upgrade after PodEvictionFailure\|phase roll-back after PodEvictionFailure' "$here/said" \
    && grep -q '^The update has failed: PodEvictionFailure' "$here/said" || cat "$here/said"
  [ "$(group)" = "$old" ] || group
  grep -qx "$former" "$here/left" && [ "$(grep -c taints "$here/left")" = 1 ] || cat "$here/left"
  [ -z "$(journals)" ] || journals)"
leave

# ---- given up ----

serve 600x
echo 'no journal' >"$here/lost"
upgrade --journal "$here/lost" --abandon >"$here/said" 2>&1
status=$?
result 'what is abandoned is set aside, and a new update begins' "$(
  [ $status -eq 0 ] || { echo "exit status $status"; cat "$here/said"; }
  grep -q 'no journal' "$here/lost.abandoned" || ls -l "$here"
  [ "$(group)" = "$new" ] || group)"
leave

# ---- with a launch template of its owner's ----

cat >"$here/world.yaml" <<'END'
cluster: {name: eks-workshop, version: "1.34"}
nodegroups:
  - {name: default, desired: 2, max: 3, launch_template: {name: mine, image: ami-00000000000000001}}
END
serve 240x --world "$here/world.yaml"
ask -o "$here/answer" -d 'Action=CreateLaunchTemplateVersion&Version=2016-11-15&LaunchTemplateName=mine' \
  -d 'LaunchTemplateData.ImageId=ami-00000000000000002' "$url/"
begin --launch-template-version 2
wait_for "$here/said" 'phase: upgrade' $engine
kill -9 $engine
wait $engine 2>/dev/null
engine=
upgrade --launch-template-version 1 >"$here/other" 2>&1
status=$?
result 'an unfinished update to a version of a launch template goes to no other' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -q -- '--launch-template-version 2, and 1 was asked for' "$here/other" || cat "$here/other")"
upgrade >"$here/said" 2>&1
status=$?
rest
result 'and is gone on with: every node runs the image of that version' "$(
  [ $status -eq 0 ] || { echo "exit status $status"; cat "$here/said"; }
  [ "$(nodes)" = '2 ami-00000000000000002' ] || nodes
  [ -z "$(journals)" ] || journals)"
leave

echo "1..$n"
exit $failed
