#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every AWS answer of tests/wire-calls.json, held strictly against the service models that botocore
# publishes: members, types, lists, enums, namespaces, error shapes. Prints TAP.
top=${srcdir:-.}
drydock=${DRYDOCK:-build/drydock}

python=$(command -v python3) && "$python" -c 'import botocore, jmespath' 2>/dev/null || {
  echo '1..1'
  echo 'ok 1 - wire # SKIP python3 with botocore is not installed'
  exit 0
}

home=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$home"' EXIT
"$drydock" serve --listen 127.0.0.1:0 --speed 60x >"$home/out" 2>&1 &
server=$!
url=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  url=$(sed -n 's/^drydock ready on //p' "$home/out")
  [ -n "$url" ] && break
  sleep 0.2
done
if [ -z "$url" ]; then
  echo '1..1'
  echo 'not ok 1 - the server answers'
  sed 's/^/# /' "$home/out"
  exit 1
fi

HOME=$home AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
  "$python" "$top/tests/wire/wire_check.py" --endpoint "$url" --region us-west-2 \
  "$top/tests/wire-calls.json" >"$home/wire" 2>&1
status=$?
passed=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed.*/\1/p' "$home/wire" | tail -n 1)
failed=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed.*/\1/p' "$home/wire" | tail -n 1)
sed 's/^/# /' "$home/wire"
n=0
while [ "$n" -lt "${passed:-0}" ]; do
  n=$((n + 1))
  echo "ok $n - call on the wire"
done
i=0
while [ "$i" -lt "${failed:-1}" ]; do
  i=$((i + 1)) n=$((n + 1))
  echo "not ok $n - call on the wire, see above"
done
echo "1..$n"
exit $status
