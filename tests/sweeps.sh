#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every scenario under drawn faults, seed by seed, in a bounded form. Prints TAP. SEEDS says how many
# seeds each scenario gets; `make soak` says many.
drydock=${DRYDOCK:-./drydock}
srcdir=${srcdir:-.}
seeds=${SEEDS:-8}
n=0 failed=0

for scenario in "$srcdir"/scenarios/*.yaml; do
  n=$((n + 1))
  if out=$("$drydock" explore --seeds "1..$seeds" --faults swarm "$scenario" 2>&1); then
    echo "ok $n - $(basename "$scenario" .yaml) keeps its promises under $seeds swarms of faults"
  else
    echo "not ok $n - $(basename "$scenario" .yaml) keeps its promises under $seeds swarms of faults"
    echo "$out" | sed 's/^/# /'
    failed=1
  fi
done
echo "1..$n"
exit $failed
