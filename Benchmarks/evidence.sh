#!/usr/bin/env bash
# What a policy is worth where augmentation matters: 1,000 images of CIFAR-10, 200 epochs. Three searches with the same
# budget, by PBA's rules, by the same rules from random policies, and of random policies alone; then every policy with the
# same seeds. Started again on the same folder it continues where it stopped. Some six hours on two cores.
#
#   Benchmarks/evidence.sh FOLDER [PBA [FIRST-LAST]]
#
# FIRST-LAST are the seeds of the trainings, 1-3 unless given. CIFAR-10 must be where `pba data list` finds it; PBA_DATA
# names another --data-dir. PBA_SCHEDULES names a folder with pba.json, pba-random-start.json and random.json, the schedules
# of searches that are done; then none is made. Benchmarks/evidence has what was found so far. Several goes with other
# seeds make one table:
#
#   Benchmarks/paired.py FOLDER/seeds-*.json --without none --without cutout
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: Benchmarks/evidence.sh FOLDER [PBA [FIRST-LAST]]}
pba=$(realpath "${2:-$root/pba}")
seeds=${3:-1-3}
first=${seeds%-*} last=${seeds#*-}
data=${PBA_DATA:+$(realpath "$PBA_DATA")}
schedules=${PBA_SCHEDULES:+$(realpath "$PBA_SCHEDULES")}
recipe=(--dataset cifar10 --train-size 1000 --model wrn_16_2 --epochs 200 --precision fp32 --threads 1 --device cpu
  ${data:+--data-dir "$data"})
mkdir -p "$folder"
cd "$folder" # the comparison calls a schedule by the name of its file
folder=$PWD
. "$root/Benchmarks/resumable.sh"

for explorer in pba pba-random-start random; do
  if [ -z "$schedules" ]; then
    # A search validates on 1,000 images that no training sees; a comparison measures on the 10,000 test images.
    run "$explorer" search "${recipe[@]}" --validation-size 1000 --population 8 --explorer "$explorer"
  fi
  from=${schedules:+$schedules/$explorer.json}
  [ -e "$explorer.json" ] || cp "${from:-$explorer/schedule.json}" "$explorer.json"
done

policies=none,cutout,autoaugment,randaugment,trivialaugment,rcifar10,rcifar10@shuffled,rcifar10@last
policies=$policies,pba.json,pba.json@shuffled,pba.json@last,random.json,pba-random-start.json,pba-random-start.json@last
run "seeds-$seeds" compare "${recipe[@]}" --seed "$first" --seeds $((last - first + 1)) --policies "$policies"
cp "seeds-$seeds/summary.json" "seeds-$seeds.json"
# The questions: does the schedule beat what costs nothing, another order of itself, and policies drawn at random?
"$root/Benchmarks/paired.py" "seeds-$seeds.json" --without none --without cutout
