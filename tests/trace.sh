#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The dictionary of the trace: the lists of drydock-trace(5) are what `drydock run --events` prints, and a validator
# of others takes the JSON Schema and the lines. Prints TAP. With --write it writes the lists of the page instead.
drydock=${DRYDOCK:-./drydock}
page=${srcdir:-.}/doc/drydock-trace.5
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

# What is printed, as a manual page has it: the three lists are known by their headings.
as_manual () {
  "$drydock" run --events | sed 's/-/\\-/g' | awk '
    /^A line/ { print ".SH MEMBERS"; next }
    /^Events/ { print ".SH EVENTS"; next }
    /^Details/ { print ".SH DETAILS"; next }
    /^$/ { next }
    /^      / { sub (/^ +/, ""); if (more++) print ".br"; print; next }
    NF == 1 { print ".TP\n.B " $1; more = 0; next }
    { sub (/^ +/, ""); name = $1; sub (/^[^ ]+ +/, ""); type = $0; sub (/  .*/, "", type); sub (/.*  +/, "")
      printf ".TP\n.BR %s \" (%s)\"\n%s\n", name, type, $0 }'
}

# The page with the lists of $1 in the place of its own.
with_lists () {
  awk -v lists="$1" '
    BEGIN { while ((getline line <lists) > 0) { if (line ~ /^\.SH/) at = line; else list[at] = list[at] line "\n" } }
    /^\.SH/ { in_list = 0; at = $0 }
    in_list { next }
    /^\.TP/ && at in list { printf "%s", list[at]; in_list = 1; next }
    { print }' "$page"
}

as_manual >"$here/lists"
with_lists "$here/lists" >"$here/page"
if [ "${1-}" = --write ]; then
  cat "$here/page" >"$page"
  exit
fi

result 'the lists are not empty' "$([ "$(grep -c '^\.TP' "$here/lists")" -gt 100 ] || cat "$here/lists")"
result 'drydock-trace(5) lists what there is (else: sh tests/trace.sh --write)' "$(diff "$page" "$here/page")"
result 'the events are of two formats' "$(
  "$drydock" run --events --format tap >"$here/out" 2>&1 && echo 'tap is taken'
  grep -q "cannot be 'tap'" "$here/out" || cat "$here/out")"

# ---- somebody else's validator ----

"$drydock" run --events --format json >"$here/schema"
for scenario in ami-upgrade pdb-forced zone-without-capacity throttled; do
  "$drydock" run -q --transport direct --trace "$here/$scenario.jsonl" \
    "${srcdir:-.}/scenarios/$scenario.yaml" >/dev/null
done
cat >"$here/validate.py" <<'TEXT'
import json, sys
import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
seen = set()
for name in sys.argv[2:]:
    for line in open(name):
        event = json.loads(line)
        kind = event["event"], *event.get("details", {})
        if kind not in seen:
            seen.add(kind)
            for error in validator.iter_errors(event):
                print(line.strip(), error.message[:200])
event["details"] = {"nonsense": 1}
if validator.is_valid(event):
    print("nonsense is taken")
TEXT
if python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null; then
  result 'python-jsonschema takes the schema and the lines' "$(
    python3 "$here/validate.py" "$here/schema" "$here"/*.jsonl 2>&1)"
else
  n=$((n + 1))
  echo "ok $n - python-jsonschema takes the schema and the lines # SKIP there is no python3 with jsonschema"
fi

echo "1..$n"
exit $failed
