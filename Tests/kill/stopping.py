"""What SIGINT, SIGTERM and SIGHUP do to a run: one asks it to stop, a second one of the former ends it, and none is lost
after it is over."""

import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

from runs import Case, Moment, after, tail

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure  # noqa: E402

SOON_SECONDS = 20  # until a step and what is being written are done: far below a second where nothing else runs
AT_ONCE_SECONDS = 3
ATTEMPTS = 6
ANSWER = "once more ends at once"


def stop(case: Case, moment: Moment, number: int) -> None:
    """Sends one signal when the moment comes. The run must end by itself, soon, and say how to continue."""
    has_come = moment(case.run)
    with case.program.running(case.arguments(), case.log) as process:
        if not case.program.wait_for(has_come, process):
            raise Failure(f"it ended with code {process.returncode} before it was stopped: {tail(case.log)}")
        process.send_signal(number)
        code = case.program.end(process, SOON_SECONDS)
    require_stopped(code, number, case.log)


def require_stopped(code: int, number: int, log: Path) -> None:
    require_code(code, number, log)
    if not says_how_to_continue(log):
        raise Failure(f"no word of how to continue: {tail(log)}")


def require_code(code: int, number: int, log: Path) -> None:
    if code != 128 + number:
        raise Failure(f"exit code {code} when stopped, expected {128 + number}: {tail(log)}")


def says_how_to_continue(log: Path) -> bool:
    last = log.read_text().splitlines()[-1]
    return last.startswith("Error: stopped") and "continue with pba " in last


def answers(log: Path, begin: int) -> bool:
    """Whether the first signal is answered, after so many bytes of the log."""
    return ANSWER.encode() in log.read_bytes()[begin:]


def lose_terminal(case: Case, moment: Moment) -> None:
    """Sends SIGHUP twice and more, as a terminal may; the run must end by itself, soon, and say how to continue."""
    has_come = moment(case.run)
    with case.program.running(case.arguments(), case.log) as process:
        if not case.program.wait_for(has_come, process):
            raise Failure(f"it ended with code {process.returncode} before it was stopped: {tail(case.log)}")
        process.send_signal(signal.SIGHUP)
        # It may end between the two, by chance.
        if case.program.wait_for(partial(answers, case.log, 0), process):
            process.send_signal(signal.SIGHUP)
        code = case.program.end(process, SOON_SECONDS)
    require_stopped(code, signal.SIGHUP, case.log)


def stop_twice(case: Case, duration: float, number: int) -> None:
    """Sends one signal at some time and a second when the first is answered, which must end the run at once.

    A run may stop between the two, by chance; it is continued then, and sent two signals again. One that has ended before the
    first, as the machine was less busy than when its duration was taken, is begun again.
    """
    for attempt in range(ATTEMPTS):
        has_come = after(duration * 0.4 / 2**attempt)(case.run)
        with case.program.running(case.arguments(), case.log) as process:
            if not case.program.wait_for(has_come, process):
                if process.returncode != 0:
                    raise Failure(f"exit code {process.returncode} before it was stopped: {tail(case.log)}")
                shutil.rmtree(case.run)
                continue
            begin = case.log.stat().st_size
            process.send_signal(number)
            if not case.program.wait_for(partial(answers, case.log, begin), process):
                if process.returncode == -number:  # it had hardly started
                    continue
                require_stopped(process.returncode, number, case.log)
                continue
            process.send_signal(number)
            code = case.program.end(process, AT_ONCE_SECONDS)
        # Stopped by the first signal, it says how to continue; ended by the second, nothing.
        require_code(code, number, case.log)
        if not says_how_to_continue(case.log):
            return
    raise Failure(f"the run never got the second signal in time, in {ATTEMPTS} attempts")


def end_after_session(case: Case, last_note: str, number: int) -> None:
    """Sends signals to a search that is over and waits for a reader of its result. One must end it as any program.

    The last note comes a moment before the search lets go of the signals, so they are sent until one does.
    """
    reader, writer = os.pipe()
    try:
        fill(writer)
        with case.program.running(case.begin, case.log, output=writer) as process:
            if not case.program.wait_for(lambda: last_note in case.log.read_text(), process):
                raise Failure(f"exit code {process.returncode} although nobody reads the result: {tail(case.log)}")

            def ended() -> bool:
                process.send_signal(number)
                return process.poll() is not None

            case.program.wait_for(ended, process)
        if process.returncode != -number:
            raise Failure(f"exit code {process.returncode}, expected the end by {signal.Signals(number).name}")
    finally:
        os.close(reader)
        os.close(writer)


def fill(writer: int) -> None:
    """Fills a pipe, so that whoever writes to it waits."""
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, bytes(4096))
    except BlockingIOError:
        os.set_blocking(writer, True)
