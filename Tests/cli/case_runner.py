"""Runs the cases of a script, each in a folder of its own, and ends with code 1 when one has failed."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def run_cases(description, cases, make):
    """`make` gives a case what it works with, from the path of the program and its folder."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--pba", required=True, help="the program to test")
    parser.add_argument("--only", help="a part of a case's name")
    arguments = parser.parse_args()
    pba, failed = os.path.abspath(arguments.pba), 0
    chosen = [case for case in cases if (arguments.only or "") in case.__name__]
    if not chosen:
        parser.error(f"--only {arguments.only}: no case has that in its name")
    for case in chosen:
        with tempfile.TemporaryDirectory() as name:
            try:
                case(make(pba, Path(name).resolve()))
            except (AssertionError, OSError, subprocess.TimeoutExpired) as fault:
                failed += 1
                print(f"FAILED {case.__name__.replace('_', ' ')}\n       {fault}")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(failed > 0)
