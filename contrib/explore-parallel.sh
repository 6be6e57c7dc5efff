#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Explores with GNU parallel: one process per shard, on this machine or on those of --sshloginfile.
#
#   contrib/explore-parallel.sh SEEDS SHARDS RESULTS SCENARIO...
#   contrib/explore-parallel.sh 1..100000 16 results.jsonl scenarios/ami-upgrade.yaml
#
# DRYDOCK names the program (drydock); FAULTS is none or swarm; PARALLEL_OPTIONS goes to parallel.
set -eu

if [ $# -lt 4 ]; then
  sed -n 's/^# \{0,1\}//p' "$0" | sed 1d >&2
  exit 2
fi
seeds=$1 shards=$2 results=$3
shift 3
drydock=${DRYDOCK:-drydock}
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT

# 101 and more: parallel itself failed. A shard in which something failed ends with 1, which merge
# tells again.
parallel ${PARALLEL_OPTIONS:-} --halt soon,fail=1 \
  "'$drydock' explore --jobs 1 --seeds '$seeds' --faults '${FAULTS:-none}' --shard {}/$shards \
     --results '$parts'/{}.jsonl $* >/dev/null || test \$? -eq 1" \
  ::: $(seq "$shards")
"$drydock" merge --output "$results" "$parts"/*.jsonl
