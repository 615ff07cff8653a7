"""Keeps one worker on a node of a cluster: when its actor is gone, in whatever way, the worker's processes are ended.

An actor runs this text with `python -c`, so that the node needs no package for it. The first argument is the descriptor of a
pipe that stays open as long as the actor lives, the others are the worker's command. Standard input and output are the worker's
alone. It ends with the worker's exit code, or 128 and the number of the signal that ended the worker.
"""

import ctypes
import os
import select
import signal
import sys

SET_DEATH_SIGNAL = 1  # of prctl


def become_worker(command: list[str], keeper: int) -> None:
    """Become the worker, as the leader of a process group, which ends when the keeper does."""
    try:
        os.setpgid(0, 0)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == keeper:
            os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]} cannot be started: {error.strerror}\n".encode())
    os._exit(127)


def wait_for_end(life: int, woken: int, worker: int) -> None:
    """Wait until the worker has ended, or the other end of the pipe is closed."""
    while life not in select.select([life, woken], [], [])[0]:
        os.read(woken, 512)  # the worker was stopped or continued, or has ended
        if os.waitid(os.P_PID, worker, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return


def keep(life: int, command: list[str]) -> int:
    """Start the worker, wait for its end or the actor's, end what is left of its group, and return its exit code."""
    os.set_inheritable(life, False)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    keeper, worker = os.getpid(), os.fork()
    if worker == 0:
        become_worker(command, keeper)
    nothing = os.open(os.devnull, os.O_RDWR)
    for channel in (0, 1, 2):  # their other ends see when the worker has closed them
        os.dup2(nothing, channel)
    wait_for_end(life, woken, worker)
    try:
        os.killpg(worker, signal.SIGKILL)  # its number is not given again before it is waited for
    except ProcessLookupError:  # it has no group yet
        os.kill(worker, signal.SIGKILL)
    except PermissionError:  # all of it has ended, as macOS says it
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), sys.argv[2:]))
