#!/usr/bin/env bash
# Comparisons with trainings that are too short for augmentation to matter: a search and a comparison on reduced
# CIFAR-10, and both again on Fashion-MNIST. Started again on the same folder it continues where it stopped. About 70
# minutes on two cores.
#
#   Benchmarks/short_trainings.sh FOLDER [PBA]
#
# CIFAR-10 and Fashion-MNIST must be where `pba data list` finds them; PBA_DATA names another --data-dir.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: Benchmarks/short_trainings.sh FOLDER [PBA]}
pba=${2:-$root/pba}
recipe=(--model wrn_16_1 --epochs 48 --precision bf16 --threads 1 --concurrency 2 --device cpu
  ${PBA_DATA:+--data-dir "$PBA_DATA"})
mkdir -p "$folder"

. "$root/Benchmarks/resumable.sh"

others=none,cutout,autoaugment,randaugment,trivialaugment,rcifar10,rcifar10@shuffled

run cifar10-search search --dataset cifar10 --train-size 4000 --validation-size 2000 --population 16 "${recipe[@]}"
run cifar10-compare compare --dataset cifar10 --train-size 4000 --seed 1 --seeds 3 \
  --policies "$others,$folder/cifar10-search/schedule.json" "${recipe[@]}"
run fashion-search search --dataset fashion-mnist --train-size 2000 --validation-size 2000 --population 16 "${recipe[@]}"
run fashion-compare compare --dataset fashion-mnist --train-size 2000 --seed 1 --seeds 3 \
  --policies "$others,$folder/fashion-search/schedule.json" "${recipe[@]}"
