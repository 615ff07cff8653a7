#!/usr/bin/env python3
"""Disturbs searches by worker processes in every way, and asks each to end as the undisturbed one in a single process.

    kill_workers.py --pba PROGRAM [--full]

Workers are killed every 20 to 250 ms, stopped, and replaced by ones that lie; the coordinator is killed and asked to stop.
Each search must leave the same schedule, checkpoints and metrics, and no process. The short form takes less than a minute.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kill"))
from case_runner import Report, parser_for, require, tell  # noqa: E402
from processes import Family, killing, started  # noqa: E402
from runs import Case, Program, compare, is_begun  # noqa: E402

SEARCH = ["search", "--dataset", "bundled", "--train-size", "64", "--validation-size", "32", "--model", "wrn_10_1",
          "--batch-size", "32", "--epochs", "4", "--interval", "1", "--population", "4", "--learning-rate", "0.05"]
WORKERS = ["--workers", "2", "--retries", "1000"]
PATIENCE = 240
LIAR = Path(__file__).resolve().parent / "lying_worker.py"
ORPHAN_SECONDS = 3


class WorkerCase(Case):
    """A search by workers, with a family of processes of its own."""

    def __init__(self, program: Program, folder: Path, name: str, *extra: str, **environment: str) -> None:
        super().__init__(program, [*SEARCH, *WORKERS], folder, name, extra)
        self.resume = ["search", "--resume", *WORKERS, *extra, "--run", str(self.run)]
        self.family = Family()
        self.environment = self.family.environment(**environment)
        self.before: list[str] = []

    def started(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return started([*self.before, self.program.path, *self.arguments()], self.environment, self.log)

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def arguments(self) -> list[str]:
        return self.resume if (self.run / "run.sqlite").exists() and is_begun(self.run) else self.begin

    def wait(self, process: subprocess.Popen[bytes], condition: Callable[[], Any]) -> Any:
        """Waits until something holds, and gives it; None where the search has ended before."""
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None:
            if found := condition():
                return found
            require(time.monotonic() < deadline, self.text()[-400:])
            time.sleep(0.01)
        return None

    def wait_for_workers(self, process: subprocess.Popen[bytes]) -> list[int] | None:
        """Waits until the search has workers, and gives their numbers; None where it has ended before."""
        return self.wait(process, lambda: self.family.workers(process.pid))

    def wait_for_segments(self, process: subprocess.Popen[bytes]) -> None:
        """Waits until a segment has left its checkpoint, and so the next ones train."""
        folder = self.run / "checkpoints"
        found = self.wait(process, lambda: folder.is_dir() and any(folder.iterdir()))
        require(found, f"the search ended before a segment was seen: {self.text()[-400:]}")

    def ended(self, process: subprocess.Popen[bytes], code: int = 0) -> None:
        found = self.program.end(process, PATIENCE)
        require(found == code, f"exit code {found}, expected {code}: {self.text()[-800:]}")
        self.require_nobody_left()

    def require_nobody_left(self) -> None:
        left = self.family.left_after(ORPHAN_SECONDS)
        self.family.end()
        require(not left, f"{len(left)} processes are left after {ORPHAN_SECONDS} s")


class Disturbances:
    def __init__(self, program: Program, folder: Path, seed: int) -> None:
        self.program, self.folder, self.seed = program, folder, seed
        case = Case(program, [*SEARCH, "--concurrency", "2"], folder, "undisturbed")
        self.expected = case.undisturbed().result()

    def same(self, case: WorkerCase) -> None:
        compare(case.result(), self.expected)

    def case(self, name: str, *extra: str, **environment: str) -> WorkerCase:
        return WorkerCase(self.program, self.folder, name, *extra, **environment)

    def undisturbed(self) -> None:
        case = self.case("workers")
        with case.started() as process:
            case.ended(process)
        self.same(case)

    def ignored_ends(self) -> None:
        """Whoever starts the search may have had it ignore the ends of children."""
        case = self.case("ignored-ends")
        case.before = ["/bin/sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"]
        with case.started() as process:
            worker = case.wait_for_workers(process)
            require(worker, f"no worker was seen: {case.text()[-400:]}")
            os.kill(worker[0], signal.SIGKILL)
            case.ended(process)
        self.same(case)
        tell(case.text(), "ended by signal 9 (Killed)")

    def kill_workers(self, number: int, most: int) -> str:
        generator = random.Random(f"{self.seed} workers {number}")
        case = self.case(f"killed-{number}")
        with case.started() as process, killing(case.family, process.pid, generator, most) as killed:
            case.ended(process)
        self.same(case)
        require(killed, "no worker was killed")
        return f"{len(killed)} workers killed"

    def kill_everybody(self, number: int, most: int) -> str:
        """Kills workers, and now and then the coordinator too."""
        generator = random.Random(f"{self.seed} everybody {number}")
        case = self.case(f"resumed-{number}")
        coordinators = workers = 0
        while coordinators < most:
            with case.started() as process:
                with killing(case.family, process.pid, generator, 3) as killed:
                    case.wait_for_workers(process)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(generator.uniform(0.1, 2))
                        break
                    process.kill()
                    process.wait()
                    coordinators += 1
                workers += len(killed)
            case.require_nobody_left()
        with case.started() as process:
            case.ended(process)
        self.same(case)
        require(coordinators and workers, f"{coordinators} coordinators and {workers} workers were killed, expected some of both")
        return f"{coordinators} coordinators and {workers} workers killed"

    def stop_worker(self) -> None:
        """A worker that the system stops is silent, and is replaced."""
        case = self.case("stopped")
        with case.started() as process:
            case.wait_for_segments(process)
            workers = case.wait_for_workers(process)
            require(workers, f"no worker was seen: {case.text()[-400:]}")
            os.kill(workers[0], signal.SIGSTOP)
            case.ended(process)
        self.same(case)
        tell(case.text(), "was silent for 20 s", "trying again")

    def interrupt(self, number: int) -> None:
        """Asked to stop, a search ends soon, says how to continue, and leaves nobody."""
        name = signal.Signals(number).name
        case = self.case(f"interrupted-{name}")
        with case.started() as process:
            case.wait_for_segments(process)
            time.sleep(random.Random(f"{self.seed} {number}").uniform(0, 0.2))
            process.send_signal(number)
            case.ended(process, 128 + number)
        tell(case.text().splitlines()[-1], "Error: stopped", "continue with pba search --resume")
        with case.started() as process:
            case.ended(process)
        self.same(case)

    def lie(self, kind: str, *extra: str, lies: int = 2, error: str = "", words: str = "") -> None:
        """A search whose first workers lie, each in one way."""
        name = "-".join((kind, *extra))
        place = self.folder / f"lies-{name}"
        place.mkdir()
        for number in range(lies):
            (place / str(number)).touch()
        case = self.case(name, *extra, PBA_WORKER=str(LIAR), PBA_LIE=kind, PBA_LIES=str(place),
                         PBA_TRUE_WORKER=self.program.path)
        with case.started() as process:
            case.ended(process, 1 if error else 0)
        if error:
            tell(case.text().splitlines()[-1], error)
            for file in place.iterdir():
                file.unlink()
            with case.started() as process:
                case.ended(process)
        else:
            require(not list(place.iterdir()), "not all lies were used")
        if words:
            tell(case.text(), words)
        self.same(case)

    def end_of_retries(self) -> None:
        """A worker that is lost each time ends the search with what happened to each attempt."""
        self.lie(
            "HalfALine", "--retries", "2", lies=6,
            error="all 3 attempts failed: attempt 1: worker", words="continue with --resume")


def worker_alone(program: str) -> None:
    """What a library prints cannot be taken for a message, and the end of the input is the end."""
    with subprocess.Popen([program, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        tell(worker.stdout.readline().decode(), '"t":"hello"', '"protocol":[1,1]', f'"pid":{worker.pid}')
        channels = [os.readlink(f"/proc/{worker.pid}/fd/{number}") for number in range(3)]
        require(channels[0] == "/dev/null" and channels[1] == channels[2], str(channels))
        worker.stdin.close()
        require(worker.wait(1) == 0, f"exit code {worker.returncode}")


def orphan(program: str) -> None:
    """A worker whose parent is gone ends, also where its input stays open."""
    family = Family()
    script = f'"{program}" worker <&3 & wait'
    with subprocess.Popen(
            ["/bin/sh", "-c", f"exec 3<&0; {script}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=family.environment()) as shell:
        tell(shell.stdout.readline().decode(), '"t":"hello"')
        require(len(family.members()) == 2, "no worker beside the shell")
        shell.kill()
        shell.wait()
        left = family.left_after(1.5)
        family.end()
        require(not left, "it is still there after 1.5 s")


def lies(disturbances: Disturbances, full: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    lie = disturbances.lie
    digest = "sent a digest that its checkpoint does not have; trying again"
    yield "a wrong digest", lambda: lie("WrongDigest", words=digest)
    yield "a damaged checkpoint", lambda: lie("DamagedCheckpoint", words=digest)
    yield "no checkpoint", lambda: lie("NoCheckpoint", words=digest)
    yield "forged results", lambda: lie("Forged")
    yield "answers that come late", lambda: lie("Late")
    yield "megabytes of noise", lambda: lie("Noise")
    yield "a line without end", lambda: lie("Endless", words="sent a line of more than 1048576 bytes; trying again")
    yield "half a line", lambda: lie("HalfALine", words="ended with code 0; trying again")
    yield "a message with a wrong value", lambda: lie(
        "NotReadable", words="score: found another kind of value, expected a number; trying again")
    yield "no memory", lambda: lie("Stubborn", words="had no memory left: no memory; trying again")
    yield "another version of the protocol", lambda: lie(
        "OtherVersion", error="speaks protocol 2 to 3, expected 1; install the same version")
    yield "no progress", lambda: lie("Stuck", "--progress-limit", "5s", words="reported no progress for 5s; trying again")
    yield "a segment that takes too long", lambda: lie(
        "Stuck", "--segment-limit", "8s", words="took longer than 8s; trying again")
    yield "never ready", lambda: lie("NeverReady", words="was silent for 20 s before it was ready; trying again")
    yield "retries used up", disturbances.end_of_retries
    if full:
        yield "never a greeting", lambda: lie("Mute", words="did not greet within 1 min 0 s; trying again")


def main() -> None:
    parser = parser_for(__doc__, selects=True)
    parser.add_argument("--full", action="store_true", help="40 searches with workers killed, 20 with coordinators too")
    parser.add_argument("--seed", type=int, default=0, help="what the random times are drawn from")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="pba-workers-") as name:
        disturbances = Disturbances(Program(options.pba, PATIENCE), Path(name), options.seed)
        workers, everybody = (40, 20) if options.full else (3, 2)
        most = 30 if options.full else 8
        cases = [
            # The ones that wait first.
            ("SIGSTOP", disturbances.stop_worker),
            *reversed([(f"a worker with {words}", lie) for words, lie in lies(disturbances, options.full)]),
            ("workers in peace", disturbances.undisturbed),
            ("ignored ends of children", disturbances.ignored_ends),
            *((f"workers killed, search {n}", lambda n=n: disturbances.kill_workers(n, most)) for n in range(workers)),
            *((f"coordinators killed too, search {n}", lambda n=n: disturbances.kill_everybody(n, 5 if options.full else 3))
              for n in range(everybody)),
            ("a worker alone", lambda: worker_alone(options.pba)),
            ("a worker without a parent", lambda: orphan(options.pba)),
            ("SIGINT", lambda: disturbances.interrupt(signal.SIGINT)),
            ("SIGTERM", lambda: disturbances.interrupt(signal.SIGTERM)),
        ]

        # Most cases wait for something; the slow ones begin first.
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            attempts = [pool.submit(report.attempt, name, case) for name, case in cases if options.only in name]
        for attempt in attempts:
            attempt.result()
    report.finish()


if __name__ == "__main__":
    main()
