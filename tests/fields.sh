#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the kinds' tables say of their fields: `drydock explain` shows it, what acts is read by code, and what is asked for
# and not modelled is told in every format, be it a field or a whole kind. Prints TAP.
drydock=${DRYDOCK:-./drydock}
srcdir=${srcdir:-.}
here=$(mktemp -d) || exit 99
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$here"' EXIT
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
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

# ends STATUS COMMAND...: what is wrong with how COMMAND ends; $here/out and $here/err have its words.
ends () {
  wanted=$1
  shift
  "$@" >"$here/out" 2>"$here/err"
  got=$?
  [ "$got" -eq "$wanted" ] || { echo "$*: status $got, not $wanted"; head -n 5 "$here/err"; }
}

# lacks FILE PATTERN...: the patterns that FILE does not hold.
lacks () {
  file=$1
  shift
  for pattern; do grep -Eq -- "$pattern" "$here/$file" || echo "no /$pattern/ in $file"; done
}

# ---- explain ----

result 'without a path it lists the kinds' "$(ends 0 "$drydock" explain
  lacks out '^pods +po +v1 +Pod$' '^deployments +deploy +apps/v1 +Deployment$')"
result 'a field is told with its type, its default, its part and its description' "$(ends 0 "$drydock" explain pod.spec
  lacks out '^  schedulerName <string> default "default-scheduler"$' '^    not modelled: in a cluster, another scheduler ' \
    '^    inert: Every container may run as it asks to\.$' '^    one of: Always, OnFailure, Never$' '^  containers <\[\]Container> required$')"
result 'a kind goes by its plural, its short name and its name in any case' "$(
  for name in pods po Pod POD; do ends 0 "$drydock" explain "$name.spec.containers.lifecycle"; lacks out '^  preStop '; done)"
result 'what stands beneath an inert field is inert with it' "$(ends 0 "$drydock" explain pod.spec.volumes.nfs.server
  lacks out '^    inert: The server is taken to answer\.$')"
result '--recursive gives each field a line, and stops where it acts no more' "$(
  ends 0 "$drydock" explain pod.spec.volumes --recursive
  lacks out '^  ephemeral <EphemeralVolumeSource> +not modelled$' '^  name <string> +acts$'
  grep volumeClaimTemplate "$here/out")"
result 'an unknown kind or field is refused with what was probably meant' "$(
  ends 2 "$drydock" explain pdo; lacks err "no kind 'pdo' .did you mean"
  ends 2 "$drydock" explain deploy.spec.replcas; lacks err "deploy.spec has no field 'replcas' .did you mean replicas"
  ends 2 "$drydock" explain pod.spec.nodeName.x; lacks err "pod.spec.nodeName has no field 'x'"
  ends 2 "$drydock" explain pod..spec; ends 2 "$drydock" explain pod.; ends 2 "$drydock" explain ''
  ends 2 "$drydock" explain pod.spec pod.spec)"

# ---- what acts is read ----

# Code is what is outside the tables; whatever quotes a name there, alone or in a path, reads or writes it. What is only
# validated does not act.
find "$srcdir/sim/kube" -name '*.c' ! -name 'pod-validate.c' -exec cat {} + |
  awk '/^(static )?const KubeField .*\{$/ { table = 1 } !table && !/\\$/; /^};$/ { table = 0 }' |
  grep -Eo '"[A-Za-z0-9./]+"' | tr -d '"' | tr '.' '\n' | sort -u >"$here/read"
for path in pod.spec deployment.spec daemonset.spec replicaset.spec statefulset.spec job.spec pdb.spec node.spec lease.spec \
  configmap pvc.spec pv.spec storageclass hpa.spec; do
  "$drydock" explain --recursive "$path"
done | sed -n 's/^ *\([A-Za-z]*\) <.* acts$/\1/p' | sort -u >"$here/acting"
result 'there are fields that act, and code that reads' "$(
  [ "$(wc -l <"$here/acting")" -gt 100 ] || echo 'hardly any field acts'
  lacks read '^nodeSelector$' '^unhealthyPodEvictionPolicy$')"
result 'what nothing reads is not taken for read' "$(grep -Ex 'livenessProbe|hostPID|workingDir|podCIDR|stopSignal|successThreshold' "$here/read")"
result 'every field that is said to act is read somewhere' "$(grep -vxFf "$here/read" "$here/acting")"

# ---- what is asked for and not modelled ----

deployment () { # $1: name
  cat <<TEXT
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1}
spec:
  replicas: 1
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      runtimeClassName: gvisor
      containers: [{name: a, image: a}]
TEXT
}
{ deployment web; echo ---; deployment api; echo ---; deployment cart; } >"$here/shop.yaml"
cat >"$here/asks.yaml" <<'TEXT'
about: Objects ask for what is not modelled.
for: 10m
world:
  cluster: {name: one, version: "1.32"}
  nodegroups: [{name: default, desired: 2}]
  workloads: [shop.yaml]
steps:
  - at: 1m
    apply:
      apiVersion: v1
      kind: Pod
      metadata: {name: one}
      spec:
        schedulerName: mine
        containers: [{name: a, image: a}]
  - at: 2m
    patch: {kind: Deployment, name: web, merge: {spec: {template: {spec: {schedulerName: mine}}}}}
expect:
  - at end:
    match: {kind: Deployment, metadata: {name: web}}
    count: {min: 1}
TEXT
sed '/runtimeClassName/d' "$here/shop.yaml" >"$here/plain.yaml"
sed -e '/schedulerName: mine$/d' -e 's/schedulerName: mine/schedulerName: default-scheduler/; s/shop.yaml/plain.yaml/' \
  "$here/asks.yaml" >"$here/modelled.yaml"

first='Deployment default/web and 2 more: spec.template.spec.runtimeClassName is not modelled'
run () { "$drydock" run --transport direct "$@"; }

result 'people hear of it with its place, the object, the field and what a cluster would do' "$(
  ends 0 run "$here/asks.yaml"
  lacks out "^  asked   $first\$" '/shop.yaml:10:7: in a cluster, the RuntimeClass would add ' \
    '^  asked   Pod default/one: spec.schedulerName is not modelled$' '/asks.yaml:14:9: in a cluster, another scheduler' \
    '^  asked   patch of a Deployment: spec.template.spec.schedulerName is not modelled$' '/asks.yaml:17:75: '
  [ "$(grep -c "^  asked   $first" "$here/out")" -eq 2 ] || echo 'it is not told both before the story and after it'
  ends 0 run --quiet "$here/asks.yaml"
  [ "$(grep -c "^  asked   $first" "$here/out")" -eq 1 ] || echo 'it is not told once without the story')"
result 'TAP has it as a comment' "$(ends 0 run --format tap "$here/asks.yaml"
  lacks out "^# .*/shop.yaml:10:7: $first: in a cluster, " '^# .*/asks.yaml:14:9: Pod default/one: ')"
result 'JUnit has it in the words of the suite' "$(ends 0 run --format junit "$here/asks.yaml"
  lacks out "<system-out>.*/shop.yaml:10:7: $first: in a cluster, " 'failures="0"')"
result 'GitHub has a warning at its line' "$(ends 0 run --format github "$here/asks.yaml"
  lacks out '^::warning file=.*/shop.yaml,line=10,col=7,title=Deployment default/web and 2 more%3A .*::in a cluster, ' \
    '^::warning file=.*/asks.yaml,line=14,col=9,')"
result 'JSON has a list of it' "$(ends 0 run --format json "$here/asks.yaml"
  lacks out '"not_modelled":\[\{"file":"[^"]*/shop.yaml","line":10,"column":7,"object":"Deployment default/web","more":2,' \
    '"field":"spec.schedulerName","effect":"another scheduler')"
result 'the page has a part about it' "$(ends 0 run --html "$here/page.html" "$here/asks.yaml"
  lacks page.html '<h2>What is asked for and not modelled</h2>' "<pre>$first\$" 'shop.yaml:10:7</span>')"
result 'an exploration tells it once at its end' "$(
  ends 0 "$drydock" explore --jobs 1 --seeds 1..3 "$here/asks.yaml"
  [ "$(grep -c "^  asked   $first" "$here/out")" -eq 1 ] || echo 'it is not told once'
  ends 0 "$drydock" explore --jobs 1 --seeds 1..3 --format json "$here/asks.yaml"
  lacks out '"not_modelled":\[\{.*"scenario":"asks"\}')"

result '--strict makes it a failure at its place, in every format' "$(
  ends 1 run --quiet --strict "$here/asks.yaml"; lacks out "^  FAILED  $first\$" '/shop.yaml:10, decided at'
  grep asked "$here/out"
  ends 1 run --strict --format tap "$here/asks.yaml"; lacks out '^not ok 1' "^# .*/shop.yaml:10: $first"
  ends 1 run --strict --format junit "$here/asks.yaml"; lacks out 'failures="3"' "<failure message=\"$first"
  ends 1 run --strict --format github "$here/asks.yaml"; lacks out '^::error file=.*/shop.yaml,line=10,'
  grep '^::warning' "$here/out"
  ends 1 run --strict --format json "$here/asks.yaml"; lacks out '"result":"failed"' '"not_modelled":\[\{')"
for faults in none swarm; do
  result "so it does under every seed, with --faults $faults, and the replay fails as well" "$(
    ends 1 "$drydock" explore --jobs 1 --strict --faults $faults --seeds 1..3 "$here/asks.yaml"
    lacks out "^    $first" 'replay: drydock run .*--strict '
    replay=$(sed -n 's/^ *replay: drydock run //p' "$here/out" | head -n 1)
    eval "ends 1 \"\$drydock\" run $replay"; lacks out "^  FAILED  $first")"
done
result 'who asks for nothing beyond hears nothing, and --strict holds' "$(
  ends 0 run --strict "$here/modelled.yaml"; grep '^  asked\|is not modelled$' "$here/out"
  ends 0 run --strict --format json "$here/modelled.yaml"; lacks out '"not_modelled":\[\]')"

# A scenario that is kept here may ask only for what its readers are better told.
result 'the scenarios of this folder ask for what is modelled' "$(
  for scenario in "$srcdir"/scenarios/*.yaml; do
    run --format tap "$scenario"
  done 2>&1 | grep 'is not modelled: in a cluster')"

# ---- objects of kinds that manifests define ----

cat >"$here/rings.yaml" <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rings.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: rings, kind: Ring}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {size: {type: integer, minimum: 1, default: 1}, labels: {type: object, additionalProperties: true}}
              x-kubernetes-validations: [{rule: self.size < 9}]
END
defined () { # $1: manifests behind the definition
  cat <<END
about: A chart defines kinds and has objects of them.
for: 5m
world: {cluster: {name: c}, nodegroups: [{name: a, desired: 1, max: 2}], workloads: [rings.yaml$1]}
expect:
  - at end:
    match: {kind: CustomResourceDefinition, status: {conditions: [{type: Established, status: "True"}]}}
END
}
ring="{apiVersion: example.com/v1, kind: Ring, metadata: {name: one, namespace: shop}, spec"
defined ", $ring: {size: 2}}" >"$here/defined.yaml"
defined ", $ring: {size: 0}}" >"$here/defined-wrong.yaml"
defined ", $ring: {seize: 2}}" >"$here/defined-unknown.yaml"
defined ", {apiVersion: example.com/v2, kind: Ring, metadata: {name: one}}" >"$here/defined-elsewhere.yaml"
result 'an object of a kind that a manifest before it defines is stored, and rules that are not modelled are told' "$(
  ends 0 "$drydock" run "$here/defined.yaml"
  lacks out 'openAPIV3Schema.*x-kubernetes-validations is not modelled$' 'what breaks its rules, which are in CEL, would be refused'
  grep ' Ring ' "$here/out")"
result 'and is refused as its definition says' "$(
  ends 2 "$drydock" run "$here/defined-wrong.yaml"
  lacks err 'Ring.example.com "one" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'
  ends 2 "$drydock" run "$here/defined-unknown.yaml"; lacks err 'unknown field "spec.seize" in a Ring')"
result 'a version that it does not define is kept aside' "$(
  ends 0 "$drydock" run "$here/defined-elsewhere.yaml"; lacks out '^  asked   Ring default/one: kind is not modelled$|^  asked   Ring one: kind is not modelled$')"
result 'the tree of a type that contains itself ends' "$(
  ends 0 "$drydock" explain crd.spec.versions.schema --recursive; lacks out '^ *properties <map\[string\]JSONSchemaProps> +acts$'
  [ "$(wc -l <"$here/out")" -lt 200 ] || echo "$(wc -l <"$here/out") lines")"

# ---- objects that nothing acts on ----

cat >"$here/chart.yaml" <<'END'
apiVersion: v1
kind: List
items:
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, uid: 0-1, resourceVersion: "12",
       creationTimestamp: "2025-01-01T00:00:00Z", generation: 3, managedFields: [{manager: kubectl}]},
     spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},
       spec: {containers: [{name: a, image: a}]}}}, status: {replicas: 7}}
---
{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: late}}
---
{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: PriorityLevelConfiguration, metadata: {name: late}}
---
{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: robot}}
---
{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: shop}, stringData: {colour: blue}}
---
{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: late, namespace: shop}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: own}, spec: {replicas: 0,
  selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: a, image: a}]}}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: own, labels: {team: a}}}
END
kept () { # $1: the file of manifests
  cat <<END
about: A chart brings more than workloads.
for: 5m
world: {cluster: {name: c}, nodegroups: [{name: a, desired: 1, max: 2}], workloads: [$1]}
expect:
  - at end:
    match: {kind: Deployment, metadata: {name: web, namespace: shop}, status: {readyReplicas: 1}}
  - at end:
    match: {kind: Namespace, metadata: {name: own, labels: {team: a}}}
  - at end:
    match: {kind: Secret, metadata: {name: key, namespace: shop}, data: {colour: Ymx1ZQ==}}
END
}
kept chart.yaml >"$here/kept.yaml"
result 'a kind that nothing acts on is kept aside, and told with what a cluster would do' "$(
  ends 0 "$drydock" run "$here/kept.yaml"
  lacks out '^  asked   FlowSchema late and 2 more: kind is not modelled$' '/chart.yaml:9:1: in a cluster, it is stored' \
    '^  asked   Rollout shop/late: kind is not modelled$' 'its controller does'
  ends 1 "$drydock" run --strict "$here/kept.yaml"; lacks out '^  FAILED  Rollout shop/late')"
result 'a namespace that no manifest makes is made and told, once' "$(ends 0 "$drydock" run "$here/kept.yaml"
  lacks err '^warning: .*/chart.yaml:4:5: namespace shop is made, as no manifest makes it'
  [ "$(grep -c '^warning' "$here/err")" -eq 1 ] || cat "$here/err")"
for wrong in 'apps/v1, kind: Deploymnet|did you mean Deployment' 'v1, kind: Sekret|v1 Sekret is not modelled' \
  'policy/v1beta1, kind: PodDisruptionBudget|there is no kind PodDisruptionBudget in policy/v1beta1; it is in policy/v1' \
  'extensions/v1beta1, kind: Ingress|it is in networking.k8s.io/v1' 'apps/v1, kind: ClusterRole|it is in rbac'; do
  result "{apiVersion: ${wrong%|*}} is refused" "$(
    echo "{apiVersion: ${wrong%|*}, metadata: {name: x}}" >"$here/wrong.yaml"
    kept wrong.yaml >"$here/bad.yaml"
    ends 2 "$drydock" run "$here/bad.yaml"; lacks err "^.*/wrong.yaml:1:.*${wrong#*|}")"
done

# ---- a served world ----

if command -v curl >/dev/null; then
  sed -n '/^world:/,/workloads/p' "$here/asks.yaml" | sed '1d; s/^  //' >"$here/world.yaml"
  "$drydock" serve --port 0 --speed paused --world "$here/world.yaml" >"$here/out" 2>"$here/err" &
  server=$!
  tries=0
  until grep -q '^drydock ready on http' "$here/out" || [ $tries -gt 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  url=$(sed -n 's/^drydock ready on //p' "$here/out")
  for name in one two three; do
    curl -sS --noproxy '*' -H 'Content-Type: application/json' -o "$here/answer" "$url/api/v1/namespaces/default/pods" \
      -d "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"$name\"},
           \"spec\":{\"schedulerName\":\"mine\",\"containers\":[{\"name\":\"a\",\"image\":\"a\"}]}}"
  done
  # In protobuf: metadata {name: "four"}, spec {containers {name: "a", image: "a"}, schedulerName: "mine"}.
  printf 'k8s\000\012\011\012\002v1\022\003Pod\022\031\012\006\012\004four\022\017\022\006\012\001a\022\001a\232\001\004mine' |
    curl -sS --noproxy '*' -H 'Content-Type: application/vnd.kubernetes.protobuf' -o "$here/answer" \
      --data-binary @- "$url/api/v1/namespaces/default/pods"
  "$drydock" ctl --endpoint "$url" skip 30s >/dev/null 2>&1
  cp "$here/err" "$here/early"
  kill -INT "$server"
  wait "$server"
  server=
  result 'a served world tells of its own objects' "$(lacks early "^drydock: .*/shop.yaml:10:7: $first: in a cluster")"
  result 'and of what clients make in either form, the first at once and the others at the end' "$(
    lacks early '^drydock: Pod default/one: spec.schedulerName is not modelled: in a cluster, another scheduler'
    lacks err '^drydock: Pod default/one and 3 more: spec.schedulerName is not modelled: '
    [ "$(grep -c 'is not modelled' "$here/early")" -eq 2 ] || cat "$here/early")"
fi

echo "1..$n"
exit $failed
