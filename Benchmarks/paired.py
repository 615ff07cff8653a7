#!/usr/bin/env python3
"""One table of several comparisons of the same policies with other seeds, from their summary.json.

    Benchmarks/paired.py SUMMARY... [--against POLICY]... [--without POLICY]...

For each policy the mean test accuracy over all seeds, and its differences to other policies, of trainings with the same
seed; each with half of a 95 % interval by Student's t. By default the differences are to the first policy, to TrivialAugment,
and to the schedule pba.json, where they were compared.

Below it stands what all trainings say together; `--without` leaves a policy out of that:

- half of a 95 % interval for the difference of two policies, from the residuals of a two-way analysis of variance, accuracy =
  policy + seed. It takes the scatter for the same under each policy, in return for many more degrees of freedom.
- how often chance alone gives means that differ as much: a permutation test that exchanges the policies within each seed. Of
  many pairs some differ by more than the interval above, so for all pairs at once it has a margin of its own.
"""

import argparse
import json
import math
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

# Student's t, two-sided, 95 %, for 1, 2, ... degrees of freedom.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
     2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]
EXCHANGES = 10_000
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
                    if not 0 <= entry["accuracy"] <= 1:
                        raise ValueError(f"the accuracy {entry['accuracy']}")
                    if entry["seed"] in of_policy:
                        fail.error(f"{path}: found {row['policy']} with seed {entry['seed']} once more, expected other seeds")
                    of_policy[entry["seed"]] = entry["accuracy"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            fail.error(f"{path}: found no summary of a comparison ({error})")
    if empty := [policy for policy, of_policy in found.items() if not of_policy]:
        fail.error(f"found no accuracy of {', '.join(empty)}, expected one for a seed at least")
    if not found:
        fail.error("found no policy in what was given, expected rows of a comparison")
    return found


def interval(values: list[float], sign: str = "") -> str:
    """The mean in percent or points, and half of its interval."""
    mean = f"{100 * statistics.mean(values):{sign}.2f}".replace("-", "−")
    if len(values) < 2:
        return mean
    return f"{mean} ± {100 * student(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values)):.2f}"


def student(freedom: int) -> float:
    """The quantile; with more degrees of freedom than the table has, that of its last, which is a little too wide."""
    return T[min(freedom, len(T)) - 1]


def together(results: Results) -> Iterator[str]:
    """What the trainings say together of the policies, over the seeds that all have."""
    every = sorted({seed for of_policy in results.values() for seed in of_policy})
    seeds = [seed for seed in every if all(seed in of_policy for of_policy in results.values())]
    if missing := [seed for seed in every if seed not in seeds]:
        yield f"Not every policy has {listed(missing)}, which is left out of what follows."
    if len(results) < 2 or len(seeds) < 2:
        yield f"All together: found {len(results)} policies with {len(seeds)} seeds that all have, expected two of both or more."
        return
    by_seed = [[100 * of_policy[seed] for of_policy in results.values()] for seed in seeds]
    deviation, freedom = residual_deviation(by_seed)
    half = student(freedom) * deviation * math.sqrt(2 / len(seeds))
    yield (
        f"{len(results)} policies with {listed(seeds)}: residual standard deviation {deviation:.2f} points after the effects of "
        f"policy and seed ({freedom} degrees of freedom), so the difference of two policies chosen beforehand has ± {half:.2f}.")
    if len(results) > 2:
        share, margin = by_chance(by_seed)
        yield (
            f"Policies exchanged within each seed, {EXCHANGES:,} times: means scatter as much in {100 * share:.1f} % of cases, "
            f"and the largest difference of any two is above {margin:.2f} points in 5 %.")


def residual_deviation(by_seed: list[list[float]]) -> tuple[float, int]:
    """The standard deviation of accuracy about policy + seed, and its degrees of freedom."""
    of_policy, of_seed = means(by_seed), [statistics.mean(values) for values in by_seed]
    middle = statistics.mean(of_seed)
    squares = sum(
        (value - policy - seed + middle) ** 2
        for values, seed in zip(by_seed, of_seed, strict=True) for value, policy in zip(values, of_policy, strict=True))
    freedom = (len(of_policy) - 1) * (len(of_seed) - 1)
    return math.sqrt(squares / freedom), freedom


def by_chance(by_seed: list[list[float]]) -> tuple[float, float]:
    """How often the policies' means vary at least as much after an exchange, and the range that is exceeded in 5 % of them."""
    generator, exchanged = random.Random(0), [list(values) for values in by_seed]
    variance = statistics.pvariance(means(by_seed))
    count, ranges = 0, []
    for _ in range(EXCHANGES):
        for values in exchanged:
            generator.shuffle(values)
        found = means(exchanged)
        count += statistics.pvariance(found) >= variance * (1 - 1e-9)
        ranges.append(max(found) - min(found))
    return count / EXCHANGES, sorted(ranges)[math.ceil(0.95 * EXCHANGES) - 1]


def means(by_seed: list[list[float]]) -> list[float]:
    """The mean of each policy over the seeds."""
    return [sum(values) / len(values) for values in zip(*by_seed, strict=True)]


def listed(seeds: list[int]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def difference(results: Results, policy: str, other: str) -> str:
    shared = sorted(results[policy].keys() & results[other].keys())
    if policy == other or not shared:
        return "–"
    return interval([results[policy][seed] - results[other][seed] for seed in shared], "+")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("summaries", nargs="+", metavar="SUMMARY")
    parser.add_argument("--against", action="append", metavar="POLICY", help="a policy that the others are compared with")
    parser.add_argument("--without", action="append", default=[], metavar="POLICY", help="left out of what is said of all")
    options = parser.parse_args()
    results = read(options.summaries, parser)
    against = options.against or [next(iter(results)), *(name for name in ("trivialaugment", "pba.json") if name in results)]
    for option, names in (("--against", against), ("--without", options.without)):
        for name in names:
            if name not in results:
                parser.error(f"{option} {name}: found no such policy, expected one of {', '.join(results)}")
    print("| policy | accuracy, % | n |" + "".join(f" − {name} |" for name in against))
    print("|---|---|---|" + "---|" * len(against))
    for policy, values in results.items():
        differences = "".join(f" {difference(results, policy, other)} |" for other in against)
        print(f"| {policy} | {interval(list(values.values()))} | {len(values)} |{differences}")
    for line in together({policy: values for policy, values in results.items() if policy not in options.without}):
        print(f"\n{line}")


if __name__ == "__main__":
    main()
