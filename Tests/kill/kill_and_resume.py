#!/usr/bin/env python3
"""Ends real runs of pba by signals at many moments, continues them, and compares with runs left in peace.

    kill_and_resume.py --pba PATH [--seed N] [--keep FOLDER]

A search must end with the same schedule.json and the same checkpoints, byte for byte, a training with the same
checkpoints, and a comparison with the same summary; metrics.jsonl must say the same but for the seconds. An asynchronous search
must so with one trial at a time; with several its order is chance, and it must end whole. Most runs are ended by SIGKILL, which
leaves them no time. SIGINT, SIGTERM and SIGHUP ask them to stop: they must do so soon and say how to continue, and end at once
when asked twice by one of the former. A moment is something the run directory shows, which is watched for; or a time, a share
of how long the undisturbed run took, mostly drawn from a fixed seed. Needs only Python's standard library. Prints a line a case
and a closing line `N passed, M failed`; exits 1 if any failed.
"""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from asynchronous import check_whole
from runs import (
    Case,
    ComparisonCase,
    Left,
    Moment,
    Program,
    after,
    changes,
    compare,
    in_training,
    journal_appears,
    new_checkpoints,
    tail,
    writing,
)
from stopping import end_after_session, lose_terminal, stop, stop_twice

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, Report, parser_for  # noqa: E402

# Everything is computed on the CPU, where results repeat bit for bit.
SEARCH = """search --dataset bundled --train-size 128 --validation-size 100 --model wrn_10_1 --population 4 --epochs 6
  --interval 2 --batch-size 32 --device cpu""".split()
ASYNCHRONOUS = [*SEARCH, "--asynchronous"]
TRAINING = """train --dataset bundled --train-size 256 --model wrn_10_1 --epochs 4 --batch-size 64 --policy rcifar10
  --device cpu""".split()
# Validated after every epoch, with a best checkpoint kept, and ended by its patience.
VALIDATED_TRAINING = """train --dataset bundled --train-size 256 --validation-size 200 --model wrn_10_1 --epochs 30
  --batch-size 64 --policy rcifar10 --validate-every 1 --patience 2
  --label-smoothing 0.1 --class-weights balanced --device cpu""".split()
# The schedule is a file, of which the comparison keeps a copy.
COMPARISON = """compare --dataset bundled --train-size 128 --model wrn_10_1 --epochs 2 --batch-size 64 --device cpu
  --seeds 2""".split()
RANDOM_KILLS = 4
WATCHED_RUNS = 5  # in which the moments of a case must come, one after another

# --- cases -------------------------------------------------------------------------------------------------------

# Name, moments one after another, further options. Moments count from the start of the process they end.
Kill = tuple[str, list[Moment], Sequence[str]]
# Name, and what ends a run of which the time undisturbed is known.
Stop = tuple[str, Callable[[Case, float], None]]
SEARCH_CASES: list[Kill] = [
    ("as the journal appears", [journal_appears], ()),
    ("as the journal appears, three times over", [journal_appears] * 3, ()),
    ("while the settings or the schedule are half-written", [writing(".")] * 2, ()),
    ("while a checkpoint is half-written", [writing("checkpoints")], ()),
    ("while a checkpoint is half-written, four times over", [writing("checkpoints")] * 4, ()),
    ("after the 1st checkpoint", [new_checkpoints(1)], ()),
    ("after the 4th checkpoint", [new_checkpoints(4)], ()),
    ("after every 2nd checkpoint", [new_checkpoints(2)] * 5, ()),
    ("as schedule.json is first written", [changes("schedule.json")], ()),
    ("whenever schedule.json changes", [changes("schedule.json")] * 2, ()),
    ("as metrics.jsonl grows", [changes("metrics.jsonl")] * 2, ()),
    ("after the 7th checkpoint, one trial at a time", [new_checkpoints(7)], ("--concurrency", "1")),
]
ASYNCHRONOUS_CASES: list[Kill] = [
    ("as the journal appears", [journal_appears], ()),
    ("while a checkpoint is half-written, four times over", [writing("checkpoints")] * 4, ()),
    ("after every 2nd checkpoint", [new_checkpoints(2)] * 5, ()),
    ("as schedule.json is first written", [changes("schedule.json")], ()),
    ("whenever metrics.jsonl changes", [changes("metrics.jsonl")] * 5, ()),
]
TRAINING_CASES: list[Kill] = [
    ("as the journal appears", [journal_appears], ()),
    ("while a checkpoint is half-written", [writing("checkpoints")] * 2, ()),
    ("after the 1st and the next 2nd checkpoint", [new_checkpoints(1), new_checkpoints(2)], ()),
    ("as metrics.jsonl grows", [changes("metrics.jsonl")] * 2, ()),
]
VALIDATED_TRAINING_CASES: list[Kill] = [
    ("while a checkpoint is half-written", [writing("checkpoints")] * 3, ()),
    ("after the 2nd checkpoint and the next", [new_checkpoints(2), new_checkpoints(1)], ()),
    ("as metrics.jsonl grows", [changes("metrics.jsonl")] * 3, ()),
]
COMPARISON_CASES: list[Kill] = [
    ("as the journal appears", [journal_appears] * 2, ()),
    ("as it keeps the schedule", [changes("schedules/2.json")], ()),
    ("while a training writes a checkpoint", [in_training(0, writing("checkpoints"))] * 2, ()),
    ("as a training's metrics.jsonl grows", [in_training(1, changes("metrics.jsonl"))], ()),
    ("as summary.json appears", [changes("summary.json")], ()),
]


# What is done to a run, and how: given the case and how long the undisturbed run took.
SEARCH_STOPS: list[Stop] = [
    ("stopped by SIGINT after the 1st checkpoint", lambda case, _: stop(case, new_checkpoints(1), signal.SIGINT)),
    ("stopped by SIGTERM as metrics.jsonl grows", lambda case, _: stop(case, changes("metrics.jsonl"), signal.SIGTERM)),
    ("stopped by the loss of its terminal", lambda case, _: lose_terminal(case, new_checkpoints(2))),
    ("ended by SIGINT twice", lambda case, duration: stop_twice(case, duration, signal.SIGINT)),
    ("ended by SIGTERM twice", lambda case, duration: stop_twice(case, duration, signal.SIGTERM)),
    ("ended by SIGINT when it is over", lambda case, _: end_after_session(case, SEARCH_LAST_NOTE, signal.SIGINT)),
]
# Continued with one trial at a time, as the run was begun.
ASYNCHRONOUS_STOPS: list[Stop] = [
    ("stopped by SIGINT after the 3rd checkpoint", lambda case, _: stop(case, new_checkpoints(3), signal.SIGINT)),
]
SEARCH_LAST_NOTE = "generation 3: best is trial"
TRAINING_STOPS: list[Stop] = [
    ("stopped by SIGINT after the 1st checkpoint", lambda case, _: stop(case, new_checkpoints(1), signal.SIGINT)),
    ("stopped by SIGTERM as metrics.jsonl grows", lambda case, _: stop(case, changes("metrics.jsonl"), signal.SIGTERM)),
    ("ended by SIGINT twice", lambda case, duration: stop_twice(case, duration, signal.SIGINT)),
    ("ended by SIGTERM twice", lambda case, duration: stop_twice(case, duration, signal.SIGTERM)),
]
COMPARISON_STOPS: list[Stop] = [
    ("stopped by SIGINT as a training's metrics.jsonl grows",
     lambda case, _: stop(case, in_training(0, changes("metrics.jsonl")), signal.SIGINT)),
]


def random_moments(generator: random.Random, duration: float) -> list[Moment]:
    return [after(duration * generator.uniform(0.02, 0.6)) for _ in range(RANDOM_KILLS)]


Value = TypeVar("Value")


class Kills(Report):
    """Cases that give a value, and a remark for the line that says how they ended."""

    def value_of(self, name: str, body: Callable[[], tuple[Value, str]]) -> Value | None:
        """Runs one case; returns what it gives, None if it failed."""
        found: list[Value] = []

        def case() -> str | None:
            value, remark = body()
            found.append(value)
            return remark or None

        self.attempt(name, case)
        return found[0] if found else None


def run_cases(
    kind: str,
    command: list[str],
    options: Sequence[str],
    cases: Sequence[Kill],
    stops: Sequence[Stop],
    random_cases: int,
    program: Program,
    folder: Path,
    generator: random.Random,
    report: Kills,
    make: type[Case] = Case,
) -> None:
    """Runs one command undisturbed and then ended in every way; `options` are those of the first and most."""

    def undisturbed() -> tuple[tuple[Left, float], str]:
        started = time.monotonic()
        result = make(program, command, folder, f"{kind}-undisturbed", options).undisturbed().result()
        return (result, time.monotonic() - started), ""

    reference = report.value_of(f"{kind} undisturbed", undisturbed)
    if reference is None:
        return
    expected, duration = reference

    def disturbed(name: str, moments: list[Moment], extra: Sequence[str] | None = None) -> int:
        case = make(program, command, folder, f"{kind}-{name}", extra or options)
        kills = case.killed_at(moments)
        compare(case.result(), expected)
        return kills

    def watched(name: int, moments: list[Moment], extra: Sequence[str] | None) -> tuple[bool, str]:
        # What lasts a millisecond is not always seen where other programs want the cores too.
        for attempt in range(WATCHED_RUNS):
            kills = disturbed(f"{name}-{attempt}", moments, extra)
            if kills == len(moments):
                return True, f"killed {kills} times"
        raise Failure(f"{WATCHED_RUNS} runs ended before they were killed {len(moments)} times; the last was {kills} times")

    def timed(name: str) -> tuple[bool, str]:
        # The machine may have become faster since the undisturbed run; then the times are drawn shorter.
        for halvings in range(6):
            kills = disturbed(f"{name}-{halvings}", random_moments(generator, duration / 2**halvings))
            if kills:
                return True, f"killed {kills} times"
        raise Failure("the run always ended before it could be killed")

    def stopped(number: int, end: Callable[[Case, float], None]) -> tuple[bool, str]:
        case = make(program, command, folder, f"{kind}-stopped-{number}", options)
        end(case, duration)
        case.killed_at([])
        compare(case.result(), expected)
        return True, ""

    for number, (name, moments, extra) in enumerate(cases):
        report.value_of(f"{kind} killed {name}", partial(watched, number, moments, extra))
    for number in range(random_cases):
        report.value_of(f"{kind} killed at random times", partial(timed, f"random-{number}"))
    for number, (name, end) in enumerate(stops):
        report.value_of(f"{kind} {name}", partial(stopped, number, end))


def end_several_at_once(program: Program, folder: Path, generator: random.Random, report: Kills) -> None:
    """Kills asynchronous searches of two trials at once; each must end whole."""
    cases: list[tuple[str, list[Moment]]] = [
        ("left in peace", []),
        ("killed as the journal appears", [journal_appears]),
        ("killed while a checkpoint is half-written, three times over", [writing("checkpoints")] * 3),
        ("killed after every 2nd checkpoint", [new_checkpoints(2)] * 4),
        ("killed whenever metrics.jsonl changes", [changes("metrics.jsonl")] * 4),
        ("killed at random times", [after(generator.uniform(0.2, 2)) for _ in range(RANDOM_KILLS)]),
    ]

    def end(number: int, moments: list[Moment]) -> tuple[bool, str]:
        case = Case(program, ASYNCHRONOUS, folder, f"several-{number}", ("--concurrency", "2"))
        kills = case.killed_at(moments)
        check_whole(case.run, population=4, epochs=6)
        return True, f"killed {kills} times"

    for number, (name, moments) in enumerate(cases):
        report.value_of(f"asynchronous search, two trials at once, {name}", partial(end, number, moments))


def extend_and_kill(program: Program, folder: Path, report: Kills) -> None:
    """Gives finished trainings more epochs and kills them meanwhile; each must end as one that was left in peace."""
    cases = [("left in peace", []), ("killed as the settings are written", [changes("config.yaml")]),
             ("killed after its first checkpoint", [new_checkpoints(1)]),
             ("killed while a checkpoint is half-written, twice", [writing("checkpoints")] * 2)]
    expected = None

    def end(number: int, moments: list[Moment]) -> tuple[bool, str]:
        nonlocal expected
        case = Case(program, TRAINING, folder, f"longer-{number}").undisturbed()
        longer = [*case.resume, "--epochs", "7"]
        for moment in moments:
            program.kill_at(moment, case.run, longer, case.log)
        code = program.finish(longer, case.log)
        if code != 0:
            raise Failure(f"exit code {code}: {tail(case.log)}")
        if len(case.result()["metrics.jsonl"]) != 7:
            raise Failure(f"{len(case.result()['metrics.jsonl'])} epochs, expected 7")
        expected = expected or case.result()
        compare(case.result(), expected)
        return True, ""

    for number, (name, moments) in enumerate(cases):
        report.value_of(f"longer training {name}", partial(end, number, moments))


def lose_schedule(case: Case, schedule: Path) -> tuple[bool, str]:
    """Kills a comparison and takes away the schedule file it named: its own copy must do."""
    program = case.program
    if not program.kill_at(changes("schedules/3.json"), case.run, case.arguments(), case.log):
        raise Failure("the run ended before it was killed")
    schedule.unlink()
    code = program.finish(case.arguments(), case.log)
    if code != 0:
        raise Failure(f"exit code {code} when continued: {tail(case.log)}")
    undisturbed = case.run.parent / "comparison-undisturbed" / "summary.json"
    if case.result()["summary.json"] != undisturbed.read_bytes():
        raise Failure("summary.json differs from that of the undisturbed run")
    return True, ""


def stop_quickstart(program: Program, folder: Path) -> tuple[bool, str]:
    """Asks a quickstart to stop while it searches. It is long, so it is not continued."""
    case = Case(program, ["quickstart"], folder, "quickstart")
    stop(case, lambda run: new_checkpoints(1)(run / "search"), signal.SIGTERM)
    return True, ""


def main() -> None:
    # Who runs this in the background of a shell has SIGINT ignored, and what this starts would go on ignoring it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = parser_for(__doc__)
    parser.add_argument("--seed", type=int, default=0, help="what the random times are drawn from")
    parser.add_argument("--patience", type=float, default=300, help="seconds after which a process is taken to hang")
    parser.add_argument("--keep", type=Path, help="an empty folder for the runs, kept; otherwise they are deleted")
    options = parser.parse_args()
    program = Program(options.pba, options.patience)
    generator = random.Random(options.seed)
    report = Kills()

    def run(folder: Path) -> None:
        search = ("--concurrency", "2")
        run_cases("search", SEARCH, search, SEARCH_CASES, SEARCH_STOPS, 3, program, folder, generator, report)
        alone = ("--concurrency", "1")
        run_cases("asynchronous search", ASYNCHRONOUS, alone, ASYNCHRONOUS_CASES, ASYNCHRONOUS_STOPS, 2, program, folder,
                  generator, report)
        end_several_at_once(program, folder, generator, report)
        run_cases("training", TRAINING, (), TRAINING_CASES, TRAINING_STOPS, 2, program, folder, generator, report)
        run_cases("validated training", VALIDATED_TRAINING, (), VALIDATED_TRAINING_CASES, [], 2, program, folder, generator,
                  report)
        extend_and_kill(program, folder, report)
        schedule = folder / "learnt.json"
        program.finish(["schedule", "stretch", "rcifar10", "--epochs", "50", "-o", str(schedule)], folder / "stretch.log")
        comparison = [*COMPARISON, "--policies", f"none,{schedule},{schedule}@shuffled"]
        at_once = ("--concurrency", "2")
        run_cases("comparison", comparison, at_once, COMPARISON_CASES, COMPARISON_STOPS, 2, program, folder, generator,
                  report, make=ComparisonCase)
        report.value_of("comparison killed, continued without its schedule file",
                       lambda: lose_schedule(ComparisonCase(program, comparison, folder, "lost", at_once), schedule))
        report.value_of("quickstart stopped by SIGTERM", lambda: stop_quickstart(program, folder))

    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        if any(options.keep.iterdir()):
            parser.error(f"{options.keep}: not empty; name a new folder")
        run(options.keep)
    else:
        with tempfile.TemporaryDirectory(prefix="pba-kill-") as folder:
            run(Path(folder))
    report.finish()


if __name__ == "__main__":
    main()
