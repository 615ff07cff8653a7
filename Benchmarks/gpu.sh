#!/usr/bin/env bash
# The two searches on one GPU that RESULTS.md has goals for, how busy they keep it, and whether recorded and plain steps
# decide alike. One command gives every figure; started again on the same folder it leaves out what is there.
#
#   Benchmarks/gpu.sh FOLDER [ROUNDS] [PBA]
#
# Needs an NVIDIA GPU, nvidia-smi, SVHN and CIFAR-10 where `pba data list` finds them (PBA_DATA names another --data-dir),
# and a libtorch with CUDA: LIBTORCH=$(python3 -c 'import torch; print(torch.__path__[0])'). `pba doctor` must say that CUDA
# graphs are used. CUDA_VISIBLE_DEVICES chooses among several GPUs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: Benchmarks/gpu.sh FOLDER [ROUNDS] [PBA]}
rounds=${2:-1}
pba=${3:-$root/pba}
gpu=${CUDA_VISIBLE_DEVICES:-0}
gpu=${gpu%%,*}
data=(${PBA_DATA:+--data-dir "$PBA_DATA"})

fail() {
  printf 'gpu.sh: %s\n' "$@" >&2
  exit 1
}
command -v nvidia-smi >/dev/null || fail "no nvidia-smi found; this measures an NVIDIA GPU"
graphs=$("$pba" doctor --json | sed -n 's/.*"cudaGraphs" *: *"\(.*\)".*/\1/p')
case $graphs in
  used:*) ;;
  *) fail "CUDA graphs are not used here; pba doctor says: ${graphs:-nothing about them}" ;;
esac
mkdir -p "$folder"

sampler=
trap '[ -z "$sampler" ] || kill "$sampler" 2>/dev/null || true' EXIT

measure() { # NAME OPTION...: one search, with its time and a sample of the GPU every fifth of a second
  local name=$1 began ended
  shift
  [ ! -e "$folder/$name.seconds" ] || return 0
  rm -rf "${folder:?}/$name"
  nvidia-smi -i "$gpu" --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits -lms 200 \
    >"$folder/$name.samples" &
  sampler=$!
  began=$(date +%s.%N)
  "$pba" reproduce search "$@" --device cuda ${data[@]+"${data[@]}"} --run "$folder/$name" >"$folder/$name.txt"
  ended=$(date +%s.%N)
  kill "$sampler" && wait "$sampler" 2>/dev/null || true
  sampler=
  awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.1f\n", b - a }' >"$folder/$name.seconds"
}

row() { # NAME GOAL
  awk -F', *' -v name="$1" -v goal="$2" -v seconds="$(cat "$folder/$1.seconds")" '
    { busy += $1; if ($2 > most) most = $2; n++ }
    END { printf "| %s | %s s | %s s | %.0f %% | %d MiB | %d |\n", name, seconds, goal, n ? busy / n : 0, most, n }' \
    "$folder/$1.samples"
}

for round in $(seq "$rounds"); do
  measure "rsvhn-$round" rsvhn --precision bf16
  measure "rcifar10-$round" rcifar10 --precision bf16
done
# The same decisions, whichever way the steps reach the device: fp32, few epochs, equal files.
for path in plain graph; do
  PBA_DEVICE_PATH=$path measure "decisions-$path" rsvhn --precision fp32 --epochs 24
done

{
  nvidia-smi -i "$gpu" --query-gpu=name,driver_version,memory.total --format=csv,noheader
  "$pba" doctor | head -6
  printf '\n| search | time | goal | GPU busy, mean | GPU memory at most | samples |\n|---|---|---|---|---|---|\n'
  for round in $(seq "$rounds"); do
    row "rsvhn-$round" 120
    row "rcifar10-$round" 600
  done
  row decisions-plain -
  row decisions-graph -
  same=same
  cmp -s "$folder/decisions-plain/schedule.json" "$folder/decisions-graph/schedule.json" || same=other
  for file in "$folder"/decisions-plain/checkpoints/*.safetensors; do
    cmp -s "$file" "$folder/decisions-graph/checkpoints/$(basename "$file")" || same=other
  done
  printf '\nplain and recorded steps, fp32: %s schedule and weights\n' "$same"
} | tee "$folder/gpu.md"
grep -q ': same schedule' "$folder/gpu.md"
