#!/usr/bin/env python3
"""One table of several comparisons of the same policies with other seeds, from their summary.json.

    Benchmarks/paired.py SUMMARY... [--against POLICY]...

For each policy the mean test accuracy over all seeds, and its differences to other policies, of trainings with the same
seed; each with half of a 95 % interval by Student's t. By default the differences are to the first policy, to TrivialAugment,
and to the schedule pba.json, where they were compared.

Below it stands the interval of all differences together: half of a 95 % interval for the difference of any two policies, from
the scatter of all trainings about accuracy = policy + seed (the residuals of a two-way analysis of variance). It takes the
scatter for the same under each policy, in return for many more degrees of freedom.
"""

import argparse
import json
import math
import statistics
from pathlib import Path

# Student's t, two-sided, 95 %, for 1, 2, ... degrees of freedom.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
     2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]
# Test accuracy by policy and seed.
Results = dict[str, dict[int, float]]


def read(paths: list[str], fail: argparse.ArgumentParser) -> Results:
    found: Results = {}
    for path in paths:
        try:
            rows = json.loads(Path(path).read_text())["rows"]
            for row in rows:
                of_policy = found.setdefault(row["policy"], {})
                for entry in row["entries"]:
                    if entry.get("accuracy") is None:
                        continue
                    if entry["seed"] in of_policy:
                        fail.error(f"{path}: found {row['policy']} with seed {entry['seed']} once more, expected other seeds")
                    of_policy[entry["seed"]] = entry["accuracy"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            fail.error(f"{path}: found no summary of a comparison ({error})")
    return found


def interval(values: list[float], sign: str = "") -> str:
    """The mean in percent or points, and half of its interval."""
    mean = f"{100 * statistics.mean(values):{sign}.2f}"
    if len(values) < 2:
        return mean
    return f"{mean} ± {100 * student(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values)):.2f}"


def student(freedom: int) -> float:
    """The quantile; with more degrees of freedom than the table has, that of its last, which is a little too wide."""
    return T[min(freedom, len(T)) - 1]


def common_interval(results: Results) -> str:
    """What the trainings together say of the difference of any two policies; nothing with fewer than two seeds that all have."""
    seeds = sorted(set.intersection(*(set(of_policy) for of_policy in results.values())))
    if len(results) < 2 or len(seeds) < 2:
        return ""
    of_policy = {policy: statistics.mean(values[seed] for seed in seeds) for policy, values in results.items()}
    of_seed = {seed: statistics.mean(values[seed] for values in results.values()) for seed in seeds}
    mean = statistics.mean(of_seed.values())
    squares = sum(
        (values[seed] - of_policy[policy] - of_seed[seed] + mean) ** 2 for policy, values in results.items() for seed in seeds)
    freedom = (len(results) - 1) * (len(seeds) - 1)
    deviation = 100 * math.sqrt(squares / freedom)
    half = student(freedom) * deviation * math.sqrt(2 / len(seeds))
    return (
        f"All {len(results)} policies with {len(seeds)} seeds: a training scatters by {deviation:.2f} points about policy + seed "
        f"({freedom} degrees of freedom), so the difference of two policies has ± {half:.2f}.")


def difference(results: Results, policy: str, other: str) -> str:
    shared = sorted(results[policy].keys() & results[other].keys())
    if policy == other or not shared:
        return "–"
    return interval([results[policy][seed] - results[other][seed] for seed in shared], "+")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("summaries", nargs="+", metavar="SUMMARY")
    parser.add_argument("--against", action="append", metavar="POLICY", help="a policy that the others are compared with")
    options = parser.parse_args()
    results = read(options.summaries, parser)
    against = options.against or [next(iter(results)), *(name for name in ("trivialaugment", "pba.json") if name in results)]
    for name in against:
        if name not in results:
            parser.error(f"--against {name}: found no such policy, expected one of {', '.join(results)}")
    print("| policy | accuracy, % | n |" + "".join(f" − {name} |" for name in against))
    print("|---|---|---|" + "---|" * len(against))
    for policy, values in results.items():
        differences = "".join(f" {difference(results, policy, other)} |" for other in against)
        print(f"| {policy} | {interval(list(values.values()))} | {len(values)} |{differences}")
    if together := common_interval(results):
        print(f"\n{together}")


if __name__ == "__main__":
    main()
