#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The real clients against `drydock serve`: the EKS workshop's five commands as they stand in its
# text, and the everyday verbs of every kubectl that is installed; and json-glib-validate on
# what the commands print. Prints TAP. A client that is
# missing is skipped; each one runs in a HOME of its own.
#
# DRYDOCK names the program (./drydock), KUBECTLS the kubectls to try.

set -u

DRYDOCK=$(readlink -f "${DRYDOCK:-./drydock}")
T=$(mktemp -d) || exit 99
here=$(pwd)
server=
number=0
failures=0

cleanup ()
{
  [ -n "$server" ] && kill "$server" 2>/dev/null
  rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok ()
{
  number=$((number + 1))
  echo "ok $number - $1"
}

not_ok ()
{
  number=$((number + 1))
  failures=$((failures + 1))
  echo "not ok $number - $1"
  [ -f "$T/output" ] && tail -n 20 "$T/output" | sed 's/^/# /'
}

skip ()
{
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2"
}

# check NAME COMMAND...: the command succeeds; what it says is in $T/output.
check ()
{
  what=$1
  shift
  if timeout 120 "$@" >"$T/output" 2>&1 </dev/null; then ok "$what"; else not_ok "$what"; fi
}

# says NAME PATTERN: the output of the last check holds PATTERN.
says ()
{
  if grep -Eq -- "$2" "$T/output"; then ok "$1"; else not_ok "$1: no /$2/"; fi
}

# A fresh HOME, so that no client sees the caches and settings of another one.
new_home ()
{
  HOME=$(mktemp -d "$T/home.XXXXXX")
  export HOME
}

wait_for_line ()
{
  tries=0
  until grep -Eq "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -gt 200 ] && return 1
    sleep 0.05
  done
}

# start_server [OPTION...]
start_server ()
{
  rm -f "$T/server" # or the line of the one before is taken for this one's
  "$DRYDOCK" serve --port 0 --speed max --env "$T/lab.sh" --kubeconfig "$T/kubeconfig" "$@" \
    >"$T/server" 2>&1 &
  server=$!
  wait_for_line "$T/server" '^drydock ready on https?://127\.0\.0\.1:[0-9]+$'
}

stop_server ()
{
  kill -INT "$server"
  wait "$server"
  [ $? -eq 0 ] && ok "Ctrl-C ends the server cleanly" || not_ok "Ctrl-C ends the server cleanly"
  server=
}

# ---- the workshop ----

# Source: EKS Workshop, "Upgrading managed node groups".
cat >"$T/workshop.sh" <<'END'
EKS_VERSION=$(aws eks describe-cluster --name $EKS_CLUSTER_NAME --query "cluster.version" --output text)
echo "version $EKS_VERSION"
aws ssm get-parameter --name /aws/service/eks/optimized-ami/$EKS_VERSION/amazon-linux-2/recommended/image_id --region $AWS_REGION --query "Parameter.Value" --output text
aws eks update-nodegroup-version --cluster-name $EKS_CLUSTER_NAME --nodegroup-name $EKS_DEFAULT_MNG_NAME
kubectl get nodes --watch >watched 2>&1 &
watch=$!
until [ -s watched ]; do sleep 0.1; done
aws eks wait nodegroup-active --cluster-name $EKS_CLUSTER_NAME --nodegroup-name $EKS_DEFAULT_MNG_NAME
echo "waited $?"
sleep 1
kill $watch
END

workshop ()
{
  for client in aws kubectl; do
    if ! command -v $client >/dev/null; then
      skip "the workshop's five commands" "$client is not installed"
      return
    fi
  done
  new_home
  cd "$HOME" || return
  check "the workshop's five commands run" sh "$T/workshop.sh"
  cd "$here" || return
  says "describe-cluster tells the version" '^version 1\.[0-9]+$'
  says "get-parameter tells the newest AMI" '^ami-0fcd72f3118e0dd88$'
  says "update-nodegroup-version begins an update" '"status": "InProgress"'
  says "wait nodegroup-active returns at once" '^waited 0$'
  cp "$HOME/watched" "$T/output"
  says "the watch shows nodes that join" ' NotReady '
  says "the watch shows nodes that are Ready" ' Ready '
  says "the watch shows nodes that are drained" 'SchedulingDisabled'
  check "the nodes can be listed afterwards" kubectl get nodes --no-headers
  if grep -q SchedulingDisabled "$T/output"; then
    not_ok "no old node is left"
  else
    ok "no old node is left"
  fi
  check "list-updates names the update" aws eks list-updates --name "$EKS_CLUSTER_NAME" \
    --nodegroup-name "$EKS_DEFAULT_MNG_NAME" --query 'updateIds[0]' --output text
  update=$(cat "$T/output")
  check "describe-update answers" aws eks describe-update --name "$EKS_CLUSTER_NAME" \
    --nodegroup-name "$EKS_DEFAULT_MNG_NAME" --update-id "$update" --query update.status \
    --output text
  says "the update was successful" '^Successful$'
  check "update-kubeconfig writes a kubeconfig" aws eks update-kubeconfig \
    --name "$EKS_CLUSTER_NAME" --kubeconfig "$HOME/config"
  check "kubectl works with it" kubectl --kubeconfig "$HOME/config" get nodes
}

# ---- every kubectl ----

cat >"$T/manifest.yaml" <<'END'
apiVersion: v1
kind: Namespace
metadata:
  name: clients
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: clients
data:
  colour: blue
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: clients
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
END

cat >"$T/network.yaml" <<'END'
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: nginx
  annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
spec:
  controller: k8s.io/ingress-nginx
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  tls:
  - {hosts: [shop.example.com], secretName: certificate}
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports:
    - port: 80
END

cat >"$T/rest.yaml" <<'END'
apiVersion: v1
kind: Endpoints
metadata:
  name: outside
subsets:
- addresses: [{ip: 192.0.2.1}]
  ports: [{port: 443}]
---
apiVersion: v1
kind: LimitRange
metadata:
  name: most
spec:
  limits:
  - {type: Container, max: {cpu: 2}}
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata:
  name: efs.csi.aws.com
spec:
  attachRequired: false
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: rules
webhooks:
- name: rules.example.com
  clientConfig: {url: "https://rules.example.com/check"}
  sideEffects: None
  admissionReviewVersions: [v1]
END

# Kinds that a cluster only stores, of $who in the namespace typed.
stored_kinds ()
{
  check "$who: create secret" "$kubectl" -n typed create secret generic key --from-literal=colour=blue
  if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=web -keyout "$T/key.pem" -out "$T/certificate.pem" 2>/dev/null
    check "$who: create secret tls" "$kubectl" -n typed create secret tls certificate \
      --cert="$T/certificate.pem" --key="$T/key.pem"
    check "$who: get secret tls" "$kubectl" -n typed get secret certificate
    says "$who: it has its type" '^certificate +kubernetes\.io/tls +2 '
  else
    skip "$who: create secret tls" "openssl is not installed"
  fi
  check "$who: create secret docker-registry" "$kubectl" -n typed create secret docker-registry pull \
    --docker-server=registry.example.com --docker-username=robot --docker-password=secret
  check "$who: get secrets" "$kubectl" -n typed get secrets
  says "$who: each has its type" '^pull +kubernetes\.io/dockerconfigjson +1 '
  check "$who: describe secret" "$kubectl" -n typed describe secret key
  says "$who: it tells the size and no more" '^colour: +4 bytes$'
  check "$who: create role" "$kubectl" -n typed create role reader --verb=get,list --resource=pods
  check "$who: create clusterrole" "$kubectl" create clusterrole "$who:probe" --verb=get \
    --non-resource-url=/healthz
  check "$who: create rolebinding" "$kubectl" -n typed create rolebinding readers --role=reader \
    --serviceaccount=typed:robot --group=people
  check "$who: create clusterrolebinding" "$kubectl" create clusterrolebinding "$who:probe" \
    --clusterrole="$who:probe" --user=somebody
  check "$who: get roles" "$kubectl" -n typed get roles
  says "$who: they have the time when they were made" '^reader +[0-9-]+T[0-9:]+Z$'
  check "$who: get rolebindings" "$kubectl" -n typed get rolebindings -o wide
  says "$who: they have the role and who is given it" '^readers +Role/reader .* people +typed/robot$'
  check "$who: describe role" "$kubectl" -n typed describe role reader
  says "$who: its rules are told" '^  pods +\[\] +\[\] +\[get list\]$'
}

cat >"$T/shelf.yaml" <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: shelf, labels: {room: cellar}}
data: {colour: blue, height: "2"}
END
sed 's/blue/green/' "$T/shelf.yaml" >"$T/green.yaml"

# ends_with NAME STATUS COMMAND...: the command ends with STATUS; what it says is in $T/output.
ends_with ()
{
  what=$1 wanted=$2
  shift 2
  timeout 120 "$@" >"$T/output" 2>&1 </dev/null
  if [ $? -eq "$wanted" ]; then ok "$what"; else not_ok "$what"; fi
}

# Server-side apply by $who, in the namespace typed.
server_side_apply ()
{
  check "$who: apply --server-side" "$kubectl" -n typed apply --server-side -f "$T/shelf.yaml"
  says "$who: it says so" 'configmap/shelf serverside-applied'
  version=$("$kubectl" -n typed get configmap shelf -o 'jsonpath={.metadata.resourceVersion}')
  check "$who: apply --server-side again" "$kubectl" -n typed apply --server-side -f "$T/shelf.yaml"
  check "$who: get its version" "$kubectl" -n typed get configmap shelf \
    -o 'jsonpath={.metadata.resourceVersion}'
  says "$who: nothing was written" "^$version\$"
  check "$who: patch what was applied" "$kubectl" -n typed patch configmap shelf --type merge \
    -p '{"data":{"colour":"red"}}'
  ends_with "$who: diff --server-side" 1 "$kubectl" -n typed diff --server-side --force-conflicts \
    -f "$T/shelf.yaml"
  says "$who: it shows what would change" '^\+ +colour: blue$'
  ends_with "$who: apply --server-side over the patch" 1 "$kubectl" -n typed apply --server-side \
    -f "$T/shelf.yaml"
  says "$who: it conflicts" 'conflict with "kubectl-patch" using v1: \.data\.colour$'
  check "$who: apply --server-side --force-conflicts" "$kubectl" -n typed apply --server-side \
    --force-conflicts -f "$T/shelf.yaml"
  check "$who: get what it made" "$kubectl" -n typed get configmap shelf -o json
  says "$who: it is as it was applied" '"colour": "blue"'
  if [ "$minor" -ge 21 ]; then
    check "$who: get --show-managed-fields" "$kubectl" -n typed get configmap shelf -o yaml \
      --show-managed-fields
    says "$who: they name the applier" '^ +manager: kubectl$'
    says "$who: and its fields" '^ +f:colour: \{\}$'
  else
    skip "$who: get --show-managed-fields" "before 1.21 there is no such flag"
  fi
  check "$who: delete what was applied" "$kubectl" -n typed delete configmap shelf
  check "$who: apply on the client's side" "$kubectl" -n typed apply -f "$T/shelf.yaml"
  check "$who: go on with --server-side" "$kubectl" -n typed apply --server-side -f "$T/green.yaml"
  says "$who: that is no conflict" 'configmap/shelf serverside-applied$'
  check "$who: apply view-last-applied" "$kubectl" -n typed apply view-last-applied configmap/shelf
  says "$who: it follows the server's side" 'colour: green'
  check "$who: go back to the client's side" "$kubectl" -n typed apply -f "$T/shelf.yaml"
  says "$who: that works" 'configmap/shelf configured'
}

cat >"$T/autoscaler.yaml" <<'END'
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  minReplicas: 2
  maxReplicas: 5
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
END

cat >"$T/rings.yaml" <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rings.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: rings, kind: Ring, shortNames: [rg]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: {type: integer, minimum: 1, default: 3, description: How many are wanted.}
                mode: {type: string, enum: [open, closed]}
            status: {type: object, x-kubernetes-preserve-unknown-fields: true}
END
cat >"$T/ring.yaml" <<'END'
apiVersion: example.com/v1
kind: Ring
metadata: {name: one}
spec: {mode: open}
END

# refused NAME COMMAND...: the command fails; what it says is in $T/output.
refused ()
{
  what=$1
  shift
  if timeout 120 "$@" >"$T/output" 2>&1 </dev/null; then not_ok "$what"; else ok "$what"; fi
}

# A definition and its resources, of $who in the namespace typed.
custom_resources ()
{
  check "$who: apply a definition" "$kubectl" apply -f "$T/rings.yaml"
  check "$who: wait until it is established" "$kubectl" wait crd/rings.example.com \
    --for=condition=Established --timeout=60s
  check "$who: apply a resource of it" "$kubectl" -n typed apply -f "$T/ring.yaml"
  check "$who: apply it again" "$kubectl" -n typed apply -f "$T/ring.yaml"
  says "$who: which changes nothing" '^ring\.example\.com/one unchanged$'
  check "$who: get it by its short name" "$kubectl" -n typed get rg
  says "$who: in the columns of its definition" '^one +3 *$'
  check "$who: scale it" "$kubectl" -n typed scale ring/one --replicas=5
  check "$who: patch it" "$kubectl" -n typed patch ring one --type=json \
    -p '[{"op":"add","path":"/spec/mode","value":"closed"}]'
  check "$who: get it again" "$kubectl" -n typed get ring one
  says "$who: it has the new size" '^one +5 *$'
  refused "$who: a value outside of its schema is refused" "$kubectl" -n typed patch ring one --type=merge \
    -p '{"spec":{"mode":"ajar"}}'
  says "$who: with what would do" 'spec.mode: Unsupported value: "ajar": supported values: "open", "closed"'
  check "$who: explain it" "$kubectl" explain ring.spec.size
  says "$who: from its schema" 'How many are wanted\.'
  check "$who: delete the definition" "$kubectl" delete crd rings.example.com --timeout=60s
  refused "$who: its resources are gone with it" "$kubectl" get --raw /apis/example.com/v1/rings
}

verbs ()
{
  kubectl=$1
  who=$(basename "$kubectl")
  new_home
  check "$who: ctl reset" "$DRYDOCK" ctl reset
  check "$who: version" "$kubectl" version
  check "$who: get nodes" "$kubectl" get nodes -o wide
  says "$who: get nodes shows them Ready" ' Ready '
  check "$who: get pods" "$kubectl" get pods -A
  node=$("$kubectl" get nodes -o 'jsonpath={.items[0].metadata.name}' 2>/dev/null)
  check "$who: describe node" "$kubectl" describe node "$node"
  says "$who: describe node shows its conditions" 'Ready +True'
  check "$who: apply" "$kubectl" apply -f "$T/manifest.yaml"
  says "$who: apply creates" 'deployment.apps/web created'
  check "$who: apply again" "$kubectl" apply -f "$T/manifest.yaml"
  says "$who: apply again changes nothing" 'deployment.apps/web unchanged'
  check "$who: rollout status" "$kubectl" -n clients rollout status deployment/web --timeout=60s
  check "$who: describe deployment" "$kubectl" -n clients describe deployment web
  timeout 60 "$kubectl" get nodes --watch >"$T/watched" 2>&1 &
  watch=$!
  wait_for_line "$T/watched" "$node"
  check "$who: cordon" "$kubectl" cordon "$node"
  cp "$T/watched" "$T/output"
  if wait_for_line "$T/watched" SchedulingDisabled; then
    ok "$who: get --watch shows the cordon"
  else
    not_ok "$who: get --watch shows the cordon"
  fi
  kill $watch 2>/dev/null
  check "$who: drain" "$kubectl" drain "$node" --ignore-daemonsets --delete-emptydir-data \
    --timeout=100s
  says "$who: drain says so" 'drained'
  check "$who: uncordon" "$kubectl" uncordon "$node"
  check "$who: create namespace" "$kubectl" create namespace typed
  check "$who: create deployment" "$kubectl" -n typed create deployment web \
    --image=registry.example.com/web:1 --replicas=2 --port=80
  check "$who: get deployment" "$kubectl" -n typed get deployment web -o 'jsonpath={.spec}'
  says "$who: it is as it was sent" '"replicas":2,.*"image":"registry.example.com/web:1"'
  check "$who: create pdb" "$kubectl" -n typed create pdb web --selector=app=web --min-available=1
  check "$who: get pdb" "$kubectl" -n typed get pdb web -o 'jsonpath={.spec}'
  says "$who: it is as it was sent" '"minAvailable":1'
  check "$who: create serviceaccount" "$kubectl" -n typed create serviceaccount robot
  check "$who: create configmap" "$kubectl" -n typed create configmap settings \
    --from-literal=colour=blue
  check "$who: get configmap" "$kubectl" -n typed get configmap settings -o 'jsonpath={.data}'
  says "$who: it is as it was sent" '"colour":"blue"'
  check "$who: create cronjob" "$kubectl" -n typed create cronjob report \
    --image=registry.example.com/report:1 '--schedule=0 0 1 1 *'
  check "$who: create job from it" "$kubectl" -n typed create job report-now --from=cronjob/report
  check "$who: get cronjob" "$kubectl" -n typed get cronjob report
  says "$who: it says when" '^report +0 0 1 1 \* '
  check "$who: whose the job is" "$kubectl" -n typed get job report-now \
    -o 'jsonpath={.metadata.ownerReferences[0].kind} {.spec.template.spec.containers[0].image}'
  says "$who: it is the cron job's" '^CronJob registry.example.com/report:1'
  check "$who: delete cronjob" "$kubectl" -n typed delete cronjob report
  minor=$("$kubectl" version --client -o json | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p')
  check "$who: autoscale" "$kubectl" -n typed autoscale deployment web --min=2 --max=5 --cpu-percent=80
  check "$who: get what it asked for" "$kubectl" -n typed get horizontalpodautoscalers.v2.autoscaling web \
    -o 'jsonpath={.spec}'
  says "$who: it is as it was sent" '"maxReplicas":5,.*"averageUtilization":80,.*"minReplicas":2,'
  check "$who: get it in autoscaling/v1" "$kubectl" -n typed get horizontalpodautoscalers.v1.autoscaling web \
    -o 'jsonpath={.spec}'
  says "$who: it is the same" '"maxReplicas":5,"minReplicas":2,.*"targetCPUUtilizationPercentage":80'
  check "$who: delete hpa" "$kubectl" -n typed delete hpa web
  check "$who: apply an autoscaler" "$kubectl" -n typed apply -f "$T/autoscaler.yaml"
  check "$who: apply it again" "$kubectl" -n typed apply -f "$T/autoscaler.yaml"
  says "$who: that changes nothing" 'horizontalpodautoscaler.autoscaling/web unchanged'
  check "$who: wait for its first look" "$kubectl" -n typed wait hpa/web --for=condition=AbleToScale \
    --timeout=60s
  check "$who: get hpa" "$kubectl" -n typed get hpa
  says "$who: it says what is aimed at" '^web +Deployment/web +(cpu: )?<unknown>/80% +2 +5 +2 '
  check "$who: describe hpa" "$kubectl" -n typed describe hpa web
  says "$who: describe hpa says what it scales" '^Reference: +Deployment/web'
  says "$who: describe hpa says how far it goes" '^Max replicas: +5'
  says "$who: describe hpa says why it does not" 'ScalingActive +False +FailedGetResourceMetric +the HPA was unable to '
  says "$who: describe hpa has its events" 'Warning +FailedGetResourceMetric .* missing request for cpu in container web of Pod web-'
  check "$who: create service" "$kubectl" -n typed create service clusterip web --tcp=80:8080
  check "$who: get service" "$kubectl" -n typed get service web -o 'jsonpath={.spec.ports}'
  says "$who: it is as it was sent" '"port":80,"protocol":"TCP","targetPort":8080'
  check "$who: create job" "$kubectl" -n typed create job sums --image=registry.example.com/sums:1 -- \
    sleep 20
  check "$who: wait for a job" "$kubectl" -n typed wait --for=condition=complete job/sums --timeout=100s
  check "$who: get jobs" "$kubectl" -n typed get jobs
  says "$who: get jobs shows it complete" '^sums +Complete +1/1 +2[0-9]s'
  check "$who: describe job" "$kubectl" -n typed describe job sums
  says "$who: describe job tells of its pod" 'Pods Statuses: +0 Active \(0 Ready\) / 1 Succeeded / 0 Failed'
  says "$who: describe job tells of its end" 'Completed +.*job-controller +Job completed'
  check "$who: delete job" "$kubectl" -n typed delete job sums --timeout=100s
  stored_kinds
  custom_resources
  server_side_apply
  check "$who: drain without evictions" "$kubectl" drain "$node" --ignore-daemonsets \
    --delete-emptydir-data --disable-eviction --timeout=100s
  check "$who: uncordon again" "$kubectl" uncordon "$node"
  check "$who: delete namespace" "$kubectl" delete namespace typed --timeout=100s
  check "$who: delete -f" "$kubectl" delete -f "$T/manifest.yaml" --ignore-not-found \
    --timeout=100s
  check "$who: delete node" "$kubectl" delete node "$node"
}

every_kubectl ()
{
  if [ -z "$KUBECTLS" ]; then
    skip "the verbs of kubectl" "kubectl is not installed"
    return
  fi
  check "ctl speed" "$DRYDOCK" ctl speed 2000x
  for each in $KUBECTLS; do
    verbs "$each"
  done
}

# ---- what the commands print ----

# is_json NAME FILE...: each file holds one JSON document and not nothing.
is_json ()
{
  what=$1
  shift
  for each in "$@"; do
    if [ ! -s "$each" ]; then
      rm -f "$T/output"
      not_ok "$what: $each is empty"
      return
    fi
  done
  check "$what" json-glib-validate "$@"
}

# are_json_lines NAME FILE: each line is a JSON document; the validator would stop behind the first.
are_json_lines ()
{
  rm -rf "$T/lines"
  mkdir "$T/lines"
  split -l 1 -a 5 "$2" "$T/lines/"
  is_json "$1" "$T"/lines/*
}

printed_json ()
{
  if ! command -v json-glib-validate >/dev/null; then
    skip "what the commands print is JSON" "json-glib-validate is not installed"
    return
  fi
  scenario=${srcdir:-.}/scenarios/ami-upgrade.yaml
  check "run writes its files" "$DRYDOCK" run --quiet --trace "$T/trace" --report "$T/report" \
    --perfetto "$T/perfetto" "$scenario"
  are_json_lines "each line of the trace is JSON" "$T/trace"
  is_json "the report and the trace for Perfetto are JSON" "$T/report" "$T/perfetto"
  "$DRYDOCK" run --format json "$scenario" >"$T/printed"
  is_json "run --format json prints JSON" "$T/printed"
  "$DRYDOCK" explore --seeds 1..3 --faults swarm --results "$T/results" "$scenario" \
    >/dev/null 2>&1
  are_json_lines "each record of explore is JSON" "$T/results"
  "$DRYDOCK" merge --output "$T/merged" "$T/results" >/dev/null 2>&1
  are_json_lines "each record of merge is JSON" "$T/merged"
  "$DRYDOCK" ctl --json status >"$T/status"
  is_json "ctl --json prints JSON" "$T/status"
  echo '{"a":1,}' >"$T/broken"
  check "json-glib-validate refuses what is broken" sh -c "! json-glib-validate '$T/broken'"
}

# ---- TLS ----

tls_of_curl ()
{
  if ! command -v curl >/dev/null; then
    skip "curl over TLS" "curl is not installed"
    return
  fi
  check "curl trusts the authority" curl -sSf --cacert "$AWS_CA_BUNDLE" "$AWS_ENDPOINT_URL/version"
  ends_with "curl trusts nobody else" 60 curl -sS "$AWS_ENDPOINT_URL/version"
  ends_with "plain HTTP is hung up on" 52 curl -sS "http${AWS_ENDPOINT_URL#https}/version"
}

# kubectl runs the exec plugin only over TLS.
tls_of_aws ()
{
  if ! command -v aws >/dev/null; then
    skip "aws over TLS" "aws is not installed"
    return
  fi
  check "aws: update-kubeconfig over TLS" aws eks update-kubeconfig --name "$EKS_CLUSTER_NAME" \
    --kubeconfig "$HOME/config"
  check "aws: it names the authority" grep certificate-authority-data: "$HOME/config"
  for kubectl in $KUBECTLS; do
    check "$(basename "$kubectl"): get nodes by aws eks get-token" "$kubectl" \
      --kubeconfig "$HOME/config" get nodes
    says "$(basename "$kubectl"): there they are" ' Ready '
  done
}

over_tls ()
{
  new_home
  tls_of_curl
  check "ctl speaks to it" "$DRYDOCK" ctl status
  refused "who shows nothing is let in nowhere" curl -sSf --cacert "$AWS_CA_BUNDLE" \
    "$AWS_ENDPOINT_URL/api/v1/nodes"
  for kubectl in $KUBECTLS; do
    who=$(basename "$kubectl")
    check "$who: get nodes over TLS" "$kubectl" get nodes
    # Older ones ask for versions of the question that servers have given up.
    "$kubectl" auth whoami --help >/dev/null 2>&1 || continue
    case $("$kubectl" version --client 2>/dev/null) in *v1.2[0-7].*) continue ;; esac
    check "$who: auth whoami" "$kubectl" auth whoami
    says "$who: it is the certificate's" '^Username +kubernetes-admin'
    check "$who: auth whoami --as" "$kubectl" auth whoami --as bob --as-group devs
    says "$who: it is who was asked for" '^Groups +\[devs system:authenticated\]'
    check "$who: create token" "$kubectl" create token default
    says "$who: it is a token" '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'
  done
  tls_of_aws
}

# ---- roles ----

# Alice is somebody who is given nothing but what is granted here.
alice='--as alice --as-group devs --as-group system:authenticated'

enforced ()
{
  new_home
  for kubectl in $KUBECTLS; do
    who=$(basename "$kubectl")
    refused "$who: without a role nothing is listed" "$kubectl" $alice get nodes
    says "$who: it says so" 'nodes is forbidden: User "alice" cannot list resource "nodes" in API group ""'
    check "$who: bind the role view" "$kubectl" create rolebinding "$who" --clusterrole=view --user=alice
    check "$who: now pods are" "$kubectl" $alice get pods
    ends_with "$who: auth can-i says no" 1 "$kubectl" $alice auth can-i delete pods
    says "$who: no it is" '^no'
    check "$who: auth can-i says yes" "$kubectl" $alice auth can-i list pods
    check "$who: auth can-i --list" "$kubectl" $alice auth can-i --list
    says "$who: it lists pods" '^pods +.*list'
    check "$who: take the role away" "$kubectl" delete rolebinding "$who"
  done
}

# ---- the run ----

: "${KUBECTLS:=$(command -v kubectl) $(ls /usr/lib/google-cloud-sdk/bin/kubectl.1.* 2>/dev/null)}"
KUBECTLS=$(echo $KUBECTLS)
export AWS_PAGER= AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CONFIG_FILE http_proxy HTTP_PROXY https_proxy HTTPS_PROXY

if start_server; then
  ok "the server says where it listens"
  . "$T/lab.sh"
  workshop
  every_kubectl
  printed_json
  stop_server
else
  cp "$T/server" "$T/output"
  not_ok "the server says where it listens"
fi
if start_server --tls; then
  ok "the server says where it listens, over TLS"
  . "$T/lab.sh"
  over_tls
  stop_server
else
  cp "$T/server" "$T/output"
  not_ok "the server says where it listens, over TLS"
fi
if start_server --authorization rbac; then
  ok "the server says where it listens, where roles are enforced"
  . "$T/lab.sh"
  enforced
  stop_server
else
  cp "$T/server" "$T/output"
  not_ok "the server says where it listens, where roles are enforced"
fi
echo "1..$number"
[ "$failures" -eq 0 ]
