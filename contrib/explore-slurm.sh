#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Explores with a Slurm job array: one task per shard.
#
#   SEEDS=1..100000 SCENARIOS='scenarios/ami-upgrade.yaml' sbatch --array=1-16 contrib/explore-slurm.sh
#   drydock merge --output results.jsonl drydock-*.jsonl     # when all have ended
#
# DRYDOCK names the program (drydock); FAULTS is none or swarm; OUT is where the parts go (.).
#SBATCH --job-name=drydock
#SBATCH --cpus-per-task=1
#SBATCH --output=drydock-%A_%a.log
set -eu

: "${SLURM_ARRAY_TASK_ID:?submit me with sbatch --array=1-N}"
: "${SCENARIOS:?name the scenarios}"

# The array may be any 1-N. SCENARIOS is a list, so it is not quoted. Status 1 says that something
# failed: that is a result, which merge tells.
"${DRYDOCK:-drydock}" explore --jobs "${SLURM_CPUS_PER_TASK:-1}" --seeds "${SEEDS:-1..1000}" \
  --faults "${FAULTS:-none}" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --results "${OUT:-.}/drydock-$SLURM_ARRAY_TASK_ID.jsonl" $SCENARIOS || test $? -eq 1
