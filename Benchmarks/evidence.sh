#!/usr/bin/env bash
# The comparisons of RESULTS.md on real images: a search and a comparison on reduced CIFAR-10, and both again on
# Fashion-MNIST. Started again on the same folder it continues where it stopped. About 70 minutes on two cores.
#
#   Benchmarks/evidence.sh FOLDER [PBA]
#
# CIFAR-10 and Fashion-MNIST must be where `pba data list` finds them; PBA_DATA names another --data-dir.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: Benchmarks/evidence.sh FOLDER [PBA]}
pba=${2:-$root/pba}
recipe=(--model wrn_16_1 --epochs 48 --precision bf16 --threads 1 --concurrency 2 --device cpu
  ${PBA_DATA:+--data-dir "$PBA_DATA"})
mkdir -p "$folder"

run() { # NAME COMMAND OPTION...: begins a run, or continues it; keeps what it prints and the time
  local name=$1 command=$2
  shift 2
  [ -e "$folder/$name.txt" ] && return
  local began=$SECONDS partial
  if [ -e "$folder/$name/run.sqlite" ]; then set -- --resume "$@"; fi
  partial=$(mktemp "$folder/$name.partial.XXXXXX") # a name that nobody can foresee
  "$pba" "$command" "$@" "${recipe[@]}" --run "$folder/$name" >"$partial"
  printf 'took %d s in this go\n' $((SECONDS - began)) >>"$partial"
  mv "$partial" "$folder/$name.txt"
}

others=none,cutout,autoaugment,randaugment,trivialaugment,rcifar10,rcifar10@shuffled

run cifar10-search search --dataset cifar10 --train-size 4000 --validation-size 2000 --population 16
run cifar10-compare compare --dataset cifar10 --train-size 4000 --seed 1 --seeds 3 \
  --policies "$others,$folder/cifar10-search/schedule.json"
run fashion-search search --dataset fashion-mnist --train-size 2000 --validation-size 2000 --population 16
run fashion-compare compare --dataset fashion-mnist --train-size 2000 --seed 1 --seeds 3 \
  --policies "$others,$folder/fashion-search/schedule.json"
