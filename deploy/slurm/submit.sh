#!/bin/bash
# Submits the shards and, behind them, merge and fit:
#   RUNS=/scratch/me/facts SHARDS=32 deploy/slurm/submit.sh [options of "hneurons identify"]
# With a container: RUN="apptainer exec --bind /scratch h-neurons.sif". Started again, it goes on with what is there.
set -eu
: "${RUNS:?give the folder of the shards, on a file system that all nodes see}"
: "${SHARDS:?give the number of shards}"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$RUNS"
export RUNS SHARDS
array=$(sbatch --parsable --array="0-$((SHARDS - 1))" "$here/identify.sbatch" "$@")
# --parsable prints JOB or JOB;CLUSTER. Said at once: what is stopped here has submitted the shards, and starting again
# does no harm, since a shard that is being written refuses a second process.
echo "shards: job ${array%%;*}"
merge=$(sbatch --parsable --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes "$here/merge-fit.sbatch")
echo "merge and fit: job ${merge%%;*}, result: $RUNS/set.json"
