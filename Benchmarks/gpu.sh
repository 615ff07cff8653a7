#!/usr/bin/env bash
# The two searches on one GPU that RESULTS.md has goals for, how busy they keep it, what their time goes into, and whether
# recorded and plain steps decide alike. One command gives every figure; started again on the same folder it leaves out
# what is there.
#
#   Benchmarks/gpu.sh [--short] FOLDER [ROUNDS] [PBA]
#
# Needs an NVIDIA GPU, nvidia-smi, python3, and a libtorch with CUDA: LIBTORCH=$(python3 -c 'import torch; print(torch.__path__[0])').
# `pba doctor` must say that CUDA graphs are used. CUDA_VISIBLE_DEVICES chooses among several GPUs.
#
# The long form trains on SVHN and CIFAR-10 where `pba data list` finds them (PBA_DATA names another --data-dir). --short
# takes images that the program makes, of the same shapes and numbers, since time does not depend on what they show; it
# stops each search after 150 s and says how long the whole would take, so it ends within 8 minutes.
# PBA_DEVICE=cpu rehearses the script on a machine without a GPU, with tiny networks and PBA_LIMIT in place of 150s; such
# figures mean nothing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
short=
if [ "${1:-}" = --short ]; then
  short=yes
  shift
fi
folder=${1:?usage: Benchmarks/gpu.sh [--short] FOLDER [ROUNDS] [PBA]}
rounds=${2:-1}
pba=${3:-$root/pba}
device=${PBA_DEVICE:-cuda}
gpu=${CUDA_VISIBLE_DEVICES:-0}
gpu=${gpu%%,*}
common=(--device "$device" ${PBA_DATA:+--data-dir "$PBA_DATA"})

fail() {
  printf 'gpu.sh: %s\n' "$@" >&2
  exit 1
}
if [ "$device" = cpu ]; then
  common+=(--model wrn_10_1 --train-size 256 --validation-size 256)
else
  command -v nvidia-smi >/dev/null || fail "no nvidia-smi found; this measures an NVIDIA GPU"
  graphs=$("$pba" doctor --json | sed -n 's/.*"cudaGraphs" *: *"\(.*\)".*/\1/p')
  case $graphs in
    used:*) ;;
    *) fail "CUDA graphs are not used here; pba doctor says: ${graphs:-nothing about them}" ;;
  esac
fi
decisions=(--epochs 24)
limit=()
if [ -n "$short" ]; then
  decisions=(--epochs 6 --population 4) # some thousands of images
  common+=(--dataset noise)
  limit=(--stop-after "${PBA_LIMIT:-150s}")
fi
mkdir -p "$folder"

sampler=
trap '[ -z "$sampler" ] || kill "$sampler" 2>/dev/null || true' EXIT

measure() { # NAME OPTION...: one search, with its time and a sample of the GPU every fifth of a second
  local name=$1 began ended code=0
  shift
  [ ! -e "$folder/$name.seconds" ] || return 0
  rm -rf "${folder:?}/$name"
  : >"$folder/$name.samples"
  if [ "$device" != cpu ]; then
    nvidia-smi -i "$gpu" --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits -lms 200 \
      >"$folder/$name.samples" &
    sampler=$!
  fi
  began=$(date +%s.%N)
  "$pba" reproduce search "$@" "${common[@]}" --run "$folder/$name" >"$folder/$name.txt" || code=$?
  ended=$(date +%s.%N)
  if [ -n "$sampler" ]; then
    kill "$sampler" && wait "$sampler" 2>/dev/null || true
    sampler=
  fi
  # 75: stopped in order, as --stop-after asks.
  [ "$code" = 0 ] || [ "$code" = 75 ] || fail "the search $name ended with exit code $code"
  awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.1f\n", b - a }' >"$folder/$name.seconds"
}

row() { # NAME GOAL
  local whole
  whole=$(python3 "$root/Benchmarks/search_time.py" --whole "$folder/$1")
  awk -F', *' -v name="$1" -v goal="$2" -v seconds="$(cat "$folder/$1.seconds")" -v whole="$whole" '
    { busy += $1; if ($2 > most) most = $2; n++ }
    END { printf "| %s | %s s | %s | %s | %.0f %% | %d MiB | %d |\n", name, seconds, whole, goal, n ? busy / n : 0, most, n }' \
    "$folder/$1.samples"
}

for round in $(seq "$rounds"); do
  measure "rsvhn-$round" rsvhn --precision bf16 ${limit[@]+"${limit[@]}"}
  measure "rcifar10-$round" rcifar10 --precision bf16 ${limit[@]+"${limit[@]}"}
done
# Written before the rest is measured, so that a call that is cut off leaves the figures that it is for.
{
  if [ "$device" != cpu ]; then
    nvidia-smi -i "$gpu" --query-gpu=name,driver_version,memory.total --format=csv,noheader
  fi
  "$pba" doctor | head -6
  printf '\n| search | measured | whole | goal | GPU busy, mean | GPU memory at most | samples |\n|---|---|---|---|---|---|---|\n'
  for round in $(seq "$rounds"); do
    row "rsvhn-$round" "120 s"
    row "rcifar10-$round" "600 s"
  done
  printf '\nWhat the time of a segment goes into:\n\n'
  python3 "$root/Benchmarks/search_time.py" "$folder/rsvhn-1" "$folder/rcifar10-1"
} | tee "$folder/gpu.md"

# The same decisions, whichever way the steps reach the device: fp32, few epochs, equal files.
for path in plain graph; do
  used=$path
  [ "$device" != cpu ] || used=plain # a CPU has no other
  PBA_DEVICE_PATH=$used measure "decisions-$path" rsvhn --precision fp32 "${decisions[@]}"
done
{
  same=same
  cmp -s "$folder/decisions-plain/schedule.json" "$folder/decisions-graph/schedule.json" || same=other
  for file in "$folder"/decisions-plain/checkpoints/*.safetensors; do
    cmp -s "$file" "$folder/decisions-graph/checkpoints/$(basename "$file")" || same=other
  done
  printf '\nplain and recorded steps, fp32, %s and %s s: %s schedule and weights\n' \
    "$(cat "$folder/decisions-plain.seconds")" "$(cat "$folder/decisions-graph.seconds")" "$same"
} | tee -a "$folder/gpu.md"
grep -q ': same schedule' "$folder/gpu.md"
