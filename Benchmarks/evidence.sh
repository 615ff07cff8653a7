#!/usr/bin/env bash
# What a policy is worth where augmentation matters: 1,000 images of CIFAR-10, 200 epochs. Four searches with the same
# budget: by PBA's rules; by the same rules from random policies; by the latter with few, late comparisons; and random policies
# alone. Then every policy with the same seeds. Started again on the same folder it continues where it stopped. Some seven
# hours on two cores.
#
#   Benchmarks/evidence.sh FOLDER [PBA [FIRST-LAST]]
#
# FIRST-LAST are the seeds of the trainings, 1-3 unless given. CIFAR-10 must be where `pba data list` finds it; PBA_DATA
# names another --data-dir. PBA_SCHEDULES names a folder with pba.json, pba-random-start.json, late.json and random.json, the
# schedules of searches that are done; then none is made. Benchmarks/evidence has what was found so far. Several goes with other
# seeds make one table:
#
#   Benchmarks/paired.py FOLDER/seeds-*.json --without none --without cutout
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
refuse() { # MESSAGE
  printf '%s\n' "$1" >&2
  exit 64
}
(($# >= 1 && $# <= 3)) || refuse 'usage: Benchmarks/evidence.sh FOLDER [PBA [FIRST-LAST]]'
folder=$1
pba=$(realpath -m "${2:-$root/pba}")
[[ -f $pba && -x $pba ]] || refuse "$pba: found no program, expected pba"
seeds=${3:-1-3}
[[ $seeds =~ ^[0-9]+-[0-9]+$ ]] && ((10#${seeds%-*} <= 10#${seeds#*-})) ||
  refuse "found the seeds \"$seeds\", expected FIRST-LAST, such as 1-3"
first=${seeds%-*} last=${seeds#*-}
data=${PBA_DATA:+$(realpath "$PBA_DATA")}
schedules=${PBA_SCHEDULES:+$(realpath -m "$PBA_SCHEDULES")}
searches=(pba pba-random-start late random)
for search in ${schedules:+"${searches[@]}"}; do
  [ -f "$schedules/$search.json" ] || refuse "$schedules: found no $search.json, expected the schedule of that search"
done
recipe=(--dataset cifar10 --train-size 1000 --model wrn_16_2 --epochs 200 --precision fp32 --threads 1 --device cpu
  ${data:+--data-dir "$data"})
mkdir -p "$folder"
cd "$folder" # the comparison calls a schedule by the name of its file
folder=$PWD
. "$root/Benchmarks/resumable.sh"

for search in "${searches[@]}"; do
  case $search in
    late) rules=(--explorer pba-random-start --interval 20 --burn-in 100) ;;
    *) rules=(--explorer "$search") ;;
  esac
  if [ -z "$schedules" ]; then
    # A search validates on 1,000 images that no training sees; a comparison measures on the 10,000 test images.
    run "$search" search "${recipe[@]}" --validation-size 1000 --population 8 "${rules[@]}"
  fi
  from=$search/schedule.json
  [ -z "$schedules" ] || from=$schedules/$search.json
  if [ -e "$search.json" ] && ! cmp -s "$from" "$search.json"; then
    refuse "$folder/$search.json: found another schedule than $from; give another folder"
  fi
  cp "$from" "$search.json"
done

policies=none,cutout,autoaugment,randaugment,trivialaugment,rcifar10,rcifar10@shuffled,rcifar10@last
policies=$policies,pba.json,pba.json@shuffled,pba.json@last,random.json,pba-random-start.json,pba-random-start.json@last
policies=$policies,late.json,late.json@last
run "seeds-$seeds" compare "${recipe[@]}" --seed "$first" --seeds $((last - first + 1)) --policies "$policies"
grep -q '"late.json"' "seeds-$seeds/summary.json" ||
  refuse "$folder/seeds-$seeds: found a comparison without late.json, of an earlier version of this script; give another folder"
cp "seeds-$seeds/summary.json" "seeds-$seeds.json"
# The questions: does the schedule beat what costs nothing, another order of itself, and policies drawn at random?
"$root/Benchmarks/paired.py" "seeds-$seeds.json" --without none --without cutout
