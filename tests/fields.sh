#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the kinds' tables say of their fields: `drydock explain` shows it, and what acts is read by code. Prints TAP.
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
  lacks out '^  persistentVolumeClaim <PersistentVolumeClaimVolumeSource> +not modelled$' '^  name <string> +acts$'
  grep claimName "$here/out")"
result 'an unknown kind or field is refused with what was probably meant' "$(
  ends 2 "$drydock" explain pdo; lacks err "no kind 'pdo' .did you mean"
  ends 2 "$drydock" explain deploy.spec.replcas; lacks err "deploy.spec has no field 'replcas' .did you mean replicas"
  ends 2 "$drydock" explain pod.spec.nodeName.x; lacks err "pod.spec.nodeName has no field 'x'"
  ends 2 "$drydock" explain pod..spec; ends 2 "$drydock" explain pod.; ends 2 "$drydock" explain ''
  ends 2 "$drydock" explain pod.spec pod.spec)"

# ---- what acts is read ----

# Code is what is outside the tables; whatever quotes a name there, alone or in a path, reads or writes it.
find "$srcdir/sim/kube" -name '*.c' -exec cat {} + |
  awk '/^(static )?const KubeField .*\{$/ { table = 1 } !table && !/\\$/; /^};$/ { table = 0 }' |
  grep -Eo '"[A-Za-z0-9./]+"' | tr -d '"' | tr '.' '\n' | sort -u >"$here/read"
for path in pod.spec deployment.spec daemonset.spec replicaset.spec pdb.spec node.spec lease.spec configmap; do
  "$drydock" explain --recursive "$path"
done | sed -n 's/^ *\([A-Za-z]*\) <.* acts$/\1/p' | sort -u >"$here/acting"
result 'there are fields that act, and code that reads' "$(
  [ "$(wc -l <"$here/acting")" -gt 100 ] || echo 'hardly any field acts'
  lacks read '^nodeSelector$' '^unhealthyPodEvictionPolicy$')"
result 'what nothing reads is not taken for read' "$(grep -Ex 'livenessProbe|hostPID|workingDir|podCIDR|stopSignal|periodSeconds' "$here/read")"
result 'every field that is said to act is read somewhere' "$(grep -vxFf "$here/read" "$here/acting")"

echo "1..$n"
exit $failed
