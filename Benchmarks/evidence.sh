#!/usr/bin/env bash
# What a policy is worth where augmentation matters: 1,000 images of CIFAR-10, 200 epochs. Two searches with the same
# budget, one of PBA and one of random policies, then every policy with the same seeds. Started again on the same folder
# it continues where it stopped. About three hours on two idle cores.
#
#   Benchmarks/evidence.sh FOLDER [PBA [SEEDS]]
#
# CIFAR-10 must be where `pba data list` finds it; PBA_DATA names another --data-dir.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: Benchmarks/evidence.sh FOLDER [PBA [SEEDS]]}
pba=${2:-$root/pba}
seeds=${3:-3}
recipe=(--dataset cifar10 --train-size 1000 --model wrn_16_2 --epochs 200 --precision fp32 --threads 1 --device cpu
  ${PBA_DATA:+--data-dir "$PBA_DATA"})
mkdir -p "$folder"
. "$root/Benchmarks/resumable.sh"

# A search validates on 1,000 images that no training sees; a comparison measures on the 10,000 test images.
run pba search "${recipe[@]}" --validation-size 1000 --population 8
run random search "${recipe[@]}" --validation-size 1000 --population 8 --explorer random

own=$folder/pba/schedule.json
policies=none,cutout,autoaugment,randaugment,trivialaugment,rcifar10,rcifar10@shuffled,rcifar10@last
policies=$policies,$own,$own@shuffled,$own@last,$folder/random/schedule.json
run compare compare "${recipe[@]}" --seed 1 --seeds "$seeds" --policies "$policies"
# The questions: does the schedule beat what costs nothing, another order of itself, and policies drawn at random?
for policy in none trivialaugment rcifar10 "$own"; do
  "$pba" compare --resume --run "$folder/compare" --against "$policy"
done | tee "$folder/differences.txt"
