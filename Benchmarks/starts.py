#!/usr/bin/env python3
"""Milliseconds from start to end of commands that train nothing: the median, lowest and highest of several.

    Benchmarks/starts.py PBA [ROUNDS]
"""

import statistics
import subprocess
import sys
import time

COMMANDS = [
    "--version", "schedule show rcifar10", "schedule export rcifar10", "policy list", "policy show rcifar10", "data list",
    "--generate-completion-script bash",
]


def milliseconds(program: str, command: str) -> float:
    began = time.perf_counter()
    subprocess.run([program, *command.split()], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for command in COMMANDS:
        milliseconds(program, command)  # reads the files in
        taken = [milliseconds(program, command) for _ in range(rounds)]
        print(f"{statistics.median(taken):6.1f} [{min(taken):.1f}, {max(taken):.1f}]  {command}")


if __name__ == "__main__":
    main()
