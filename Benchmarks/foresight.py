#!/usr/bin/env python3
"""What a measurement during a search says of the end: of a search by random policies, in which nobody copies.

    Benchmarks/foresight.py METRICS...

METRICS is `metrics.jsonl` of a search with `--explorer random`; where trials copy, the table means nothing. For each tenth of
the search, as means over its comparisons: the standard deviation of the trials' validation accuracies, their rank correlation
(Spearman) with those at the end, and what the trial that is best then has at the end. All are measured on the same images, so
a part of the correlation is theirs.
"""

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path

PARTS = 10  # of the search, a row for each
# Validation accuracy in percent by epoch and trial.
Measured = dict[int, dict[int, float]]


def read(path: str, fail: argparse.ArgumentParser) -> Measured:
    found: Measured = {}
    try:
        for line in Path(path).read_text().splitlines():
            row = json.loads(line)
            if row.get("validationAccuracy") is not None:
                epochs, trial, accuracy = int(row["epochs"]), int(row["trial"]), float(row["validationAccuracy"])
                if not 0 <= accuracy <= 1:
                    raise ValueError(f"the accuracy {accuracy}")
                if trial in found.setdefault(epochs, {}):
                    raise ValueError(f"trial {trial} at epoch {epochs} twice")
                found[epochs][trial] = 100 * accuracy
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        fail.error(f"{path}: found no metrics of a search ({error})")
    if len(found) < PARTS:
        fail.error(f"{path}: found {len(found)} comparisons, expected {PARTS} or more")
    trials = found[max(found)].keys()
    if len(trials) < 2:
        fail.error(f"{path}: found {len(trials)} trial, expected 2 or more")
    if any(of_epoch.keys() != trials for of_epoch in found.values()):
        fail.error(f"{path}: found trials without a measurement, expected one of each at every comparison")
    return found


def ranks(values: list[float]) -> list[float]:
    """The rank of each value from 1; equal values share theirs."""
    return [sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2 for value in values]


def rows(measured: Measured) -> Iterator[str]:
    epochs = sorted(measured)
    for part in range(PARTS):
        within = epochs[part * len(epochs) // PARTS:(part + 1) * len(epochs) // PARTS]
        figures = [figures_of(measured[epoch], measured[epochs[-1]]) for epoch in within]
        spread, agreement, end = (statistics.mean(values) for values in zip(*figures, strict=True))
        yield f"| {within[0]} to {within[-1]} | {spread:.1f} | {agreement:+.2f} | {end:.1f} |".replace("-", "−")


def figures_of(now: dict[int, float], end: dict[int, float]) -> tuple[float, float, float]:
    """Of one comparison: standard deviation, rank correlation with the end, and what the best one has there."""
    values = [now[trial] for trial in end]
    best = [end[trial] for trial in end if now[trial] == max(values)]
    return statistics.stdev(values), correlation(ranks(values), ranks(list(end.values()))), statistics.mean(best)


def correlation(some: list[float], others: list[float]) -> float:
    """The correlation, 0 where all values of one list are equal, as they say nothing then."""
    return statistics.correlation(some, others) if len(set(some)) > 1 and len(set(others)) > 1 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("metrics", nargs="+", metavar="METRICS")
    for path in parser.parse_args().metrics:
        measured = read(path, parser)
        end = measured[max(measured)]
        ends = ", ".join(f"{value:.1f}" for value in end.values())
        print(f"{len(end)} trials, {len(measured)} comparisons; at the end {ends} %, mean {statistics.mean(end.values()):.1f} %")
        print("| epochs | standard deviation | rank correlation with the end | the best then, at the end |")
        print("|---|---|---|---|")
        print("\n".join(rows(measured)))


if __name__ == "__main__":
    main()
