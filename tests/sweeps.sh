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
  name=$(basename "$scenario" .yaml)
  held=yes
  out=$("$drydock" explore --seeds "1..$seeds" --faults swarm "$scenario" 2>&1) || held=
  # A swarm that never stung has shown nothing.
  struck=$(echo "$out" | sed -n 's/.*; \([0-9]*\) faults struck, in \([0-9]*\) of them$/\1 in \2/p')
  if [ -n "$held" ] && [ -n "$struck" ]; then
    echo "ok $n - $name keeps its promises under $seeds swarms of faults, which struck $struck of them"
  else
    echo "not ok $n - $name keeps its promises under $seeds swarms of faults, which struck ${struck:-never}"
    echo "$out" | sed 's/^/# /'
    failed=1
  fi
done
echo "1..$n"
exit $failed
