#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The faults of a served world: they strike who asks and the world's own, those that never struck are told, and what is
# wrong with their file is pointed at. Prints TAP.
drydock=${DRYDOCK:-./drydock}
here=$(mktemp -d) || exit 99
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$here"' EXIT
n=0 failed=0
command -v curl >/dev/null || { echo '1..0 # SKIP curl is not installed'; exit 0; }
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY

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

cat >"$here/faults.yaml" <<TEXT
faults:
  - {service: kubernetes, operation: list nodes, error: Forbidden, message: not you, times: 1}
  - {service: kubernetes, operation: create pods, by: replicaset, error: InternalError, message: failed calling webhook}
  - {service: eks, operation: DescribeNodegroup, subject: default, error: ServerException, from: 30m}
  - {service: kubernetes, operation: list pods, error: Forbidden, from: 30m, may not strike: true}
TEXT

"$drydock" serve --port 0 --speed paused --faults "$here/faults.yaml" >"$here/out" 2>"$here/err" &
server=$!
tries=0
until grep -q '^drydock ready on http' "$here/out"; do
  tries=$((tries + 1))
  [ $tries -gt 200 ] && break
  sleep 0.05
done
url=$(sed -n 's/^drydock ready on //p' "$here/out")
result 'a world with faults is served' "$([ -n "$url" ] || cat "$here/err")"

ask () { curl -sS --noproxy '*' -o "$here/answer" -w '%{http_code}' "$@" 2>&1; }

first=$(ask "$url/api/v1/nodes")
second=$(cat "$here/answer"; ask "$url/api/v1/nodes")
result 'a client is refused as the fault says, and so often' "$(
  [ "$first" = 403 ] || echo "the first answer is $first"
  case $second in *'"not you"'*200) ;; *) echo "then comes $second" ;; esac)"

replicas='{"spec":{"replicas":9}}'
status=$(ask -X PATCH -H 'Content-Type: application/merge-patch+json' -d "$replicas" \
  "$url/apis/apps/v1/namespaces/kube-system/deployments/coredns")
"$drydock" ctl --endpoint "$url" skip 30s >/dev/null 2>"$here/ctl"
ask "$url/api/v1/namespaces/kube-system/events" >/dev/null
result 'so are the controllers of the world' "$(
  [ "$status" = 200 ] || echo "the patch is answered $status"
  grep -q 'Error creating: Internal error occurred: failed calling webhook' "$here/answer" \
    || { cat "$here/ctl"; head -c 600 "$here/answer"; })"

"$drydock" ctl --endpoint "$url" reset >/dev/null 2>&1
third=$(ask "$url/api/v1/nodes")
result 'a new world has them afresh' "$([ "$third" = 403 ] || echo "the first answer is $third")"

kill -INT "$server"
wait "$server"
status=$?
server=
result 'those that never struck are told at the end, and fail nothing' "$(
  [ $status -eq 0 ] || echo "exit status $status"
  grep -q "faults.yaml:3: fault kubernetes create pods by replicaset: it never struck" "$here/err" \
    && grep -q "faults.yaml:4: fault eks DescribeNodegroup of default: it never struck: all was over" "$here/err" \
    || cat "$here/err"
  [ "$(grep -c 'it never struck' "$here/err")" -eq 2 ] || cat "$here/err")"

while IFS='|' read -r text wanted; do
  printf '%b' "$text" >"$here/bad.yaml"
  "$drydock" serve --port 0 --faults "$here/bad.yaml" >"$here/out" 2>&1
  status=$?
  result "a file of faults is checked: $wanted" "$(
    [ $status -eq 2 ] || echo "exit status $status"
    grep -qF "$here/bad.yaml:$wanted" "$here/out" || cat "$here/out")"
done <<'TEXT'
faults:\n  - {service: eks, operation: DescribeNodegruop, error: ServerException}\n|2:31: eks has no operation "DescribeNodegruop" (did you mean DescribeNodegroup?)
faults:\n  - {service: kubernetes, by: replicaste, error: Forbidden}\n|2:31: nobody called "replicaste" asks for anything (did you mean replicaset?)
fault: []\n|1:1: unknown key "fault" in a file of faults (did you mean faults?)
about: x\n|1:1: a file of faults needs the key "faults"
TEXT

echo "1..$n"
exit $failed
