#!/usr/bin/env python3
"""What a measurement during a search says of the end: of one by random policies, in which nobody copies.

    Benchmarks/foresight.py METRICS...

METRICS is `metrics.jsonl` of a search with `--explorer random`. For several comparisons on the way: the spread of the trials'
validation accuracies, their rank correlation (Spearman) with those at the end, and what the trial that is best then has at the
end. It is the same images that all are measured on, so a part of the correlation is theirs.
"""

import argparse
import json
import math
import statistics
from collections.abc import Iterator
from pathlib import Path

PARTS = 10  # of the search, at whose ends there is a row
# Validation accuracy in percent by epoch and trial.
Measured = dict[int, dict[int, float]]


def read(path: str, fail: argparse.ArgumentParser) -> Measured:
    found: Measured = {}
    try:
        for line in Path(path).read_text().splitlines():
            row = json.loads(line)
            if row.get("validationAccuracy") is not None:
                found.setdefault(row["epochs"], {})[row["trial"]] = 100 * row["validationAccuracy"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fail.error(f"{path}: found no metrics of a search ({error})")
    if not found or any(of_epoch.keys() != found[max(found)].keys() for of_epoch in found.values()):
        fail.error(f"{path}: found trials without a measurement, expected one of each at every comparison")
    return found


def ranks(values: list[float]) -> list[float]:
    """The rank of each value from 1; equal values share theirs."""
    return [sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2 for value in values]


def rows(measured: Measured) -> Iterator[str]:
    epochs = sorted(measured)
    end = measured[epochs[-1]]
    for part in range(1, PARTS + 1):
        epoch = epochs[math.ceil(part * len(epochs) / PARTS) - 1]
        now = measured[epoch]
        values, ends = [now[trial] for trial in end], list(end.values())
        foremost = [end[trial] for trial, value in now.items() if value == max(values)]
        yield (
            f"| {epoch} | {min(values):.1f} to {max(values):.1f} | {statistics.stdev(values):.1f} "
            f"| {statistics.correlation(ranks(values), ranks(ends)):+.2f} | {statistics.mean(foremost):.1f} |").replace("-", "−")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("metrics", nargs="+", metavar="METRICS")
    for path in parser.parse_args().metrics:
        measured = read(path, parser)
        end = measured[max(measured)]
        ends = ", ".join(f"{value:.1f}" for value in end.values())
        print(f"{path}: {len(end)} trials, {len(measured)} comparisons; at the end {ends} %")
        print("| epoch | accuracy, % | standard deviation | rank correlation with the end | the best then, at the end |")
        print("|---|---|---|---|---|")
        print("\n".join(rows(measured)))


if __name__ == "__main__":
    main()
