#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the compiler cannot see: clocks, chance and threads inside the world, words that do not belong.
# Prints TAP, and the longest functions for whoever reads the log.
cd "${srcdir:-.}" || exit 99
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

sources=$(find src sim tests -name '*.[ch]')

result 'the engine and the world read no wall time, no other chance, and start no thread' \
  "$(grep -rnE '\b(g_get_real_time|g_get_monotonic_time|g_random_[a-z]+|g_rand_[a-z]+|g_uuid_[a-z]+|g_usleep|g_thread_new|g_timeout_add[a-z_]*|gettimeofday|clock_gettime|time *\(NULL\))' \
       src/engine sim --include='*.c' | grep -Ev '^sim/(lab/pacing|commands/[a-z-]+)\.c:')"
result 'nothing blocks the one thread on a transfer' \
  "$(grep -rnE 'curl_easy_perform|g_main_loop_run' src/engine src/aws src/kube sim/kube sim/aws sim/scenario)"
result 'no line is longer than 110 columns' \
  "$(echo "$sources" | xargs awk 'length($0) > 110 { print FILENAME ":" FNR }')"
result 'every file opens with what it is' \
  "$(for f in $(find src sim -name '*.h'); do sed -n 2p "$f" | grep -q '^/\*' || echo "$f"; done)"
result 'every source file names its licence' \
  "$(find src sim tests contrib m4 doc -name '*.[chm1]' -o -name '*.sh' -o -name '*.py' -o -name '*.m4' -o -name '*.am' |
     xargs grep -L 'SPDX-License-Identifier: Apache-2.0')"
result 'every header is guarded by #pragma once' \
  "$(find src sim tests -name '*.h' -exec grep -L '#pragma once' {} +)"
result 'no unfinished words' \
  "$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $sources)"
result 'assertions state one thing each' \
  "$(grep -nE 'g_assert \([^;]*&&' $sources)"

echo "1..$n"
echo '# longest functions:'
awk 'FNR == 1 { start = 0 }
     /^[a-z_0-9]+ \(/ { start = FNR; split($0, name, " ") }
     /^}/ { if (start) { printf "%d %s:%s\n", FNR - start, FILENAME, name[1]; start = 0 } }' \
  $sources | sort -rn | head -n 12 | sed 's/^/#   /'
exit $failed
