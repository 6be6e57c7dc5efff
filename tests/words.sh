#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every word of a scenario is checked: a good one is misspelt in one place after the other, and each is refused with
# the place and what was probably meant. Every event that the sources tell of has its row. Prints TAP.
drydock=${DRYDOCK:-./drydock}
srcdir=${srcdir:-.}
here=$(mktemp -d) || exit 99
trap 'rm -rf "$here"' EXIT
n=0 failed=0

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

cat >"$here/good.yaml" <<TEXT
about: A scenario that uses many of the words that there are, each of them once.
source: our own
seed: 3
profile: documented
knobs:
  join_timeout: 20m
  wave: sliding
for: 3h
max_events: 1000000
latencies:
  node.register: 40s
world:
  region: us-west-2
  account: "123456789012"
  zones: [us-west-2d]
  cluster: {name: one, version: "1.30"}
  nodegroups:
    - name: default
      desired: 2
      ami_type: AL2_x86_64
      update: {maxUnavailable: 1, updateStrategy: DEFAULT}
      labels: {team: a}
  workloads:
    - apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        replicas: 2
        strategy: {type: RollingUpdate}
        selector: {matchLabels: {app: web}}
        template:
          metadata:
            labels: {app: web}
            annotations: {drydock.dev/ready-after: 10s, drydock.dev/ignores-sigterm: "true", drydock.dev/cpu-usage: 250m}
          spec:
            terminationGracePeriodSeconds: 20
            containers:
              - name: web
                image: registry.example/web:1
                readinessProbe: {periodSeconds: 5, tcpSocket: {port: 80}}
    - apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web, namespace: shop}
      spec: {minAvailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data, namespace: shop}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
steps:
  - at: 1m
    eks: {operation: ListNodegroups, input: {clusterName: one}}
  - after: {event: step.started, actor: scenario, subject: "*"}
    plus: 1s
    patch: {kind: Deployment, name: web, namespace: shop, merge: {spec: {minReadySeconds: 1}}}
  - at: 2m
    cordon: {match: {metadata: {name: "*"}}, pick: 1}
  - at: 3m
    engine: {action: start, nodegroup: default}
    fails: no engine
  - whenever: {event: pod.ready}
    until: 5m
    taint: {key: a, effect: PreferNoSchedule, pick: 1}
  - at: 4m
    every: 20s
    until: 6m
    for each: {kind: Node, spec: {taints: [{key: a}]}}
    untaint: {key: a}
faults:
  - {service: eks, operation: DescribeNodegroup, error: ThrottlingException, times: 1, may not strike: true}
  - {service: kubernetes, operation: list pods, error: InternalError, retry_after: 1, may not strike: true}
  - {service: kubernetes, operation: create pods, by: daemonset, error: Forbidden, may not strike: true}
  - {service: kubernetes, operation: list nodes, by: client, unreachable: true, may not strike: true}
  - {service: instance, operation: launch, error: VcpuLimitExceeded, may not strike: true}
  - {service: pod, operation: pull, probability: 0.5, may not strike: true}
expect:
  - within: 1h
    match: {kind: Node, spec: {unschedulable: true}}
    count: {min: 1}
  - at end:
    match: {kind: Pod, status: {conditions: [{type: Ready, lastProbeTime: null}]}}
    count: {at: 0}
  - always:
    until: 1m
    nodegroup: {nodegroupName: default, status: ACTIVE}
  - event: {event: update.failed, details: {code: NodeCreationFailure, resources: [], explanation: "*"}}
    count: 0
  - never:
    update: {nodegroup: default, status: Successful}
  - never:
    update: {nodegroup: default, errors: [{errorCode: PodEvictionFailure}]}
  - never:
    after: {event: wave.started}
    nodegroup: {nodegroupName: default, scalingConfig: {minSize: 7}, health: {issues: [{code: AsgInstanceLaunchFailures}]}}
  - never:
    group: {nodegroup: default, Instances: [{LifecycleState: Standby}], SuspendedProcesses: {has length: 9}}
  - never:
    match: {kind: Node, spec: {taints: [{key: x, effect: NoExecute}], podCIDRs: {has length: 3}}}
  - never:
    match: {kind: Pod, status: {phase: Failed, conditions: [{type: Ready, status: "True"}]}}
  - event: {event: phase.entered, details: {phase: roll-back}}
    count: 0
  - event: {event: fault.injected, details: {service: {is not: sts}, connection: broken}}
    count: {min: 1, max: 99}
  - trace: [pod.bound, {event: pod.ready, actor: kubelet}]
  - event: {event: drain.refused-by-budget, details: {try: {at least: 2}, needs: 3, node: {is not: a}}}
    count: 0
  - event: {event: "*", details: {pods: {has length: 7}, force: null}}
    count: 0
  - event: {event: update.started, details: {zones: [us-west-2a, us-west-2b], force: true}}
    count: 0
  - gap: {from: {event: node.registered}, to: {event: node.ready}, at most: 1h}
TEXT
sed -i.bak 's/count: {at: 0}/count: {max: 100}/' "$here/good.yaml"

"$drydock" run -q --transport direct "$here/good.yaml" >"$here/out" 2>&1
status=$?
result 'the scenario that is to be misspelt can be read' "$([ $status -lt 2 ] || cat "$here/out")"

# $1: a word as it stands, in lines that match $2; $3: as it is misspelt. What is told: the place, and the word.
misspell () {
  line=$(grep -nE "$2" "$here/good.yaml" | head -n 1 | cut -d: -f1)
  sed "${line}s|$1|$3|" "$here/good.yaml" >"$here/bad.yaml"
  cmp -s "$here/good.yaml" "$here/bad.yaml" && { result "$1 is there" "no line like $2"; return; }
  "$drydock" run -q --transport direct "$here/bad.yaml" >"$here/out" 2>&1
  status=$?
  hint=${4-did you mean $1}
  result "$3 for $1 is refused" "$(
    [ $status -eq 2 ] || echo "exit status $status"
    grep -qE "^$here/bad.yaml:$line:[0-9]+: " "$here/out" || { echo "not told at line $line:"; head -n 3 "$here/out"; }
    grep -qF "$hint" "$here/out" || { echo "it does not say \"$hint\":"; head -n 3 "$here/out"; })"
}

while read -r word line wrong; do
  misspell "$word" "$line" "$wrong"
done <<'TEXT'
about ^about abuot
seed ^seed sead
for ^for fro
max_events ^max_events max_event
node.register register: node.registr
region region regoin
version cluster: verison
RollingUpdate strategy: RollingUpdat
ThrottlingException ThrottlingE ThrotlingException
daemonset by:.daemonset deamonset
client by:.client cleint
VcpuLimitExceeded Vcpu VcpuLimitExceded
us-west-2d zones: us-wset-2d
desired desired: desird
maxUnavailable maxUnav maxUnavaliable
updateStrategy updateStrat updateStrategie
DEFAULT updateStrat DEFALT
labels team lables
Namespace kind:.Namespace Namespcae
Deployment kind:.Deployment$ Deploiment
metadata name:.web metdata
replicas replicas replica
selector selector: selecter
matchLabels matchLabels matchLabel
template template: tempalte
drydock.dev/ready-after ready-after drydock.dev/redy-after
drydock.dev/ignores-sigterm ignores-sig drydock.dev/ignore-sigterm
drydock.dev/cpu-usage cpu-usage drydock.dev/cpu-use
terminationGracePeriodSeconds terminationG terminationGraceSeconds
containers containers: container
readinessProbe readinessP readynessProbe
periodSeconds periodS periodSecond
PodDisruptionBudget PodDisr PodDisruptionBugdet
minAvailable minAvail minAvaliable
matchExpressions matchExpr matchExpression
operator operator opreator
ReadWriteOnce accessModes: ReadWriteOnec
ListNodegroups ListNode ListNodegroup
input input inptu
clusterName ListNode clusterNmae
step.started step.started step.startd
scenario actor:.scenario scenaro
plus plus: puls
merge merge merg
minReadySeconds minReady minReadySecond
cordon cordon: cordn
pick pick pik
whenever whenever: whenevr
pod.ready whenever: pod.redy
PreferNoSchedule PreferNo PreferNoSchedul
taint taint:..key taitn
untaint untaint: untiant
every every: evrey
until until:.6m untli
taints for.each: tiants
Node for.each: Noed
start action:.start strat
default engine: defualt
service service:.eks servcie
eks service:.eks esk
DescribeNodegroup Describe DescribeNodegruop
InternalError InternalErr InternalErorr
within within wihtin
unschedulable unsched unschedulabel
lastProbeTime lastProbe lastProbTime
always always allways
status nodegroup:.*ACTIVE staus
maxUnavailable update: maxUnavailabel
ACTIVE ACTIVE ACTVE
update.failed update.failed update.fialed
details details detials
resources details: resorces
explanation details: explanaton
try drain.refused tri
needs drain.refused neds
Successful status:.Succ Succesful
errorCode errorCode errorCod
PodEvictionFailure PodEvict PodEvictionFailed
pod.bound trace: pod.bund
kubelet actor:.kubelet kublet
node.ready to: node.redy
wave.started after:..event:.wave wave.strated
minSize scalingConfig: minsiz
issues health: isues
code issues: cod
Instances Instances: Instancse
LifecycleState Lifecycle LifecyclState
Standby Standby Standy
SuspendedProcesses Suspended SuspendedProcess
roll-back phase:.roll-back rollback
sts service:.{is stss
broken connection: brokn
TEXT
misspell documented ^profile documentd
misspell join_timeout join_timeout join_timeuot
misspell sliding wave: slidng 'none of batch, sliding'
misspell 'list pods' list.pods 'list pod'
misspell 'create pods' by:.daemonset 'create nodes' 'daemonset never asks for "create nodes", but for create pods'
misspell 'error: Forbidden' by:.daemonset 'delay: 3s' 'can only be refused'
misspell 'service: eks, op' Describe 'by: client, service: eks, op' 'only what is asked of kubernetes'
misspell 'may not strike' may.not 'may not srtike'
misspell 'pull' operation:.pull pul 'did you mean pod pull'
misspell 'probability: 0.5' operation:.pull 'status: 500' 'status means nothing to pod pull'
misspell 'probability: 0.5' operation:.pull 'for: 0s' 'for: that is no time at all'
misspell 'unreachable: true' unreachable: 'unreachable: true, lose_reply: true' 'in one way, not with both'
misspell 'pick: 1' 'cordon:' 'pick: 0' 'between 1 and 5000'
misspell 'at most' gap: 'at msot'
misspell 'for each' for.each: 'for eahc'
misspell nodegroupName nodegroupName nodegroupNmae '"nodegroupName" says which'
misspell 123456789012 account: 12345 'twelve digits'
misspell 3h ^for 3 'is no duration'
misspell 1h within: 9000000h 'that never comes'
misspell 10s ready-after ten 'is no duration'
misspell 250m cpu-usage 250k.m 'is no amount'
misspell 250m cpu-usage -1 'is no amount'
misspell '"true"' ignores-sig '"yes"' 'is "true" or "false"'
misspell 3 drain.refused '"3"' 'the detail "needs" is of the type integer'
misspell 'at least: 2' drain.refused 'has length: 2' 'the detail "try" is of the type integer'
misspell 'is not: a' drain.refused 'is not: 1' 'the detail "node" is of the type text'
misspell '{has length: 7}' pods: '{at most: 7}' 'the detail "pods" is of the type list of texts'
misspell pods pods: pds 'no event has the detail "pds" (did you mean pods'
misspell true update.started '"yes"' 'the detail "force" is of the type boolean'
misspell us-west-2b update.started 7 'the detail "zones" is of the type list of texts'
misspell zones update.started pod_count 'update.started has no detail "pod_count"'
misspell true unsched '{at.leest: 1}' 'did you mean at least'
misspell '{min: 1, max: 99}' 'max: 99' '{min: 0}' 'nothing could break this'
misspell NoExecute 'key: x, effect' NoExecut 'did you mean NoExecute'
misspell Failed 'phase: Failed' Faild 'did you mean Failed'
misspell True 'type: Ready, status' Treu 'did you mean True'
misspell true unsched ture 'is true or false, which this cannot match'
misspell true unsched '{at least: 1}' 'is true or false, which this cannot match'
misspell 'minSize: 7' minSize 'minSize: "7"' 'minSize is of the type integer'
misspell 'has length: 9' 'has length: 9' 'has lenght: 9' 'did you mean has length'
misspell '{has length: 9}' 'has length: 9' 9 'is of the type list'
misspell 'has length: 3' 'has length: 3' 'has lenght: 3' 'did you mean has length'
misspell 'has length: 3' 'has length: 3' 'has length: "3"' 'is a list, which this cannot match'
misspell 'replicas: 2' replicas 'replicas: two' 'spec.replicas must be a whole number, not a text'
misspell 'app: web' 'matchLabels' 'app: 1' 'spec.selector.matchLabels.app must be a text, not a whole number'

cat >"$here/manifests.yaml" <<TEXT
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replica: 3
  selector: {matchLabels: {app: a}}
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: "a:1"}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fine}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: a}
spec:
  minAvaliable: 3
TEXT
printf 'about: x\nworld: {}\nworkloads: [manifests.yaml]\nexpect:\n  - match: {kind: ConfigMap}\n' >"$here/s.yaml"
"$drydock" run -q --transport direct "$here/s.yaml" >"$here/out" 2>&1
status=$?
result 'all that is wrong with a file of manifests is told at once' "$(
  [ $status -eq 2 ] || echo "exit status $status"
  grep -qE 'manifests.yaml:5:3: .*"spec.replica".*replicas' "$here/out" || cat "$here/out"
  grep -qE 'manifests.yaml:17:3: .*"spec.minAvaliable".*minAvailable' "$here/out" || cat "$here/out")"

# ---- what nothing could break ----

cat >"$here/never.yaml" <<TEXT
about: What is expected never to be has a misspelt label, which only a run can see.
world: {nodegroups: [{name: default, desired: 1, labels: {team: a}}]}
expect:
  - match: {kind: Node, metadata: {labels: {taem: a}}}
    count: 0
TEXT
remark='there never was a Node with metadata'
for format in human tap json junit github; do
  "$drydock" run -q --transport direct --format $format "$here/never.yaml" >"$here/out" 2>&1
  status=$?
  result "what nothing could break is told and fails nothing: $format" "$(
    [ $status -eq 0 ] || echo "exit status $status"
    grep -qF "$remark" "$here/out" || cat "$here/out")"
done

# ---- events ----

ids=$(sed -n 's/^  \(DD_EVENT_[A-Z_]*\),$/\1/p' "$srcdir/src/base/events.h" | grep -v DD_EVENT_NONE)
events=$(tr '\n' ' ' <"$srcdir/src/base/events.c" | grep -oE 'EVENT \( *[A-Z_]+, +"[a-z.-]+"' | sed 's/.*"\(.*\)"/\1/')
told="$srcdir/src/engine $srcdir/sim/aws $srcdir/sim/kube $srcdir/sim/scenario $srcdir/sim/stage $srcdir/sim/world"
result 'every event of the table is told of somewhere' "$(for id in $ids; do
  grep -rqw "$id" $told --include='*.c' || echo "$id"
done)"
result 'the language lists them' "$("$drydock" run --language >"$here/out"; for event in $events; do
  grep -qF "  $event " "$here/out" || echo "$event"
done)"

result 'and delays, annotations, knobs, releases and what may go wrong' "$(
  for words in '  node.register$' '  drydock.dev/ready-after ' '  join_timeout ' '  1.30 .* 1.30.0-20240703' \
    '  BOTTLEROCKET_ARM_64$' '    pod pull$' '    DescribeInstances$' '    pods/eviction  *create$'; do
    grep -q "^$words" "$here/out" || echo "$words"
  done)"

echo "1..$n"
exit $failed
