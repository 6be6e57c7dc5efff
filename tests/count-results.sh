#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints "N passed, N failed[, N skipped]" for the tests that `make check` ran in the build folders $@:
# single tests where a program counts them (Check, TAP), else one for the script as a whole.
# Exits 1 when a test failed or none ran.
set -eu
passed=0 failed=0 skipped=0
for trs in $(for folder; do ls "$folder"/tests/*.trs 2>/dev/null; done); do
  log=${trs%.trs}.log
  result=$(sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' "$trs" | head -n 1)
  counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log")
  if [ -n "$counts" ]; then
    # one line for each suite runner in the program
    while read -r checks failures errors; do
      failed=$((failed + failures + errors))
      passed=$((passed + checks - failures - errors))
    done <<TEXT
$counts
TEXT
    case $counts-$result in *' 0 0-FAIL' | *' 0 0-ERROR') failed=$((failed + 1)) ;; esac
  elif grep -Eq '^(not )?ok ' "$log"; then
    s=$(grep -Ec '^ok .*# SKIP' "$log" || :)
    n=$(grep -Ec '^not ok ' "$log" || :)
    o=$(grep -Ec '^ok ' "$log" || :)
    skipped=$((skipped + s)) failed=$((failed + n)) passed=$((passed + o - s))
    case $n-$result in 0-FAIL | 0-ERROR) failed=$((failed + 1)) ;; esac
  else
    case $result in
      PASS) passed=$((passed + 1)) ;;
      SKIP) skipped=$((skipped + 1)) ;;
      *) failed=$((failed + 1)) ;;
    esac
  fi
done
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
