"""Threads share transforms, and processes fork while other threads are at work: the bits stay the same and nothing hangs."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
from pictures import mapping, picture
from swift_pba import _library

SIZES = [(9, 14), (32, 32), (40, 21)]
IMAGES = {size: np.stack([picture(*size, seed) for seed in range(24)]) for size in SIZES}


def batches(policy: str = "rcifar10") -> pba.BatchAugment:
    return pba.BatchAugment(policy, epochs=20, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.25))


def keys(epoch: int) -> list[pba.Key]:
    return [pba.Key(31 * place, epoch) for place in range(24)]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_eight_threads_on_one_transform(threads: int) -> None:
    single, whole = pba.Augment("trivialaugment-wide", epochs=None), batches()
    work = [(size, epoch) for size in SIZES for epoch in range(8)]
    expected = [
        (whole(IMAGES[size], keys(epoch)).tobytes(), single.apply(IMAGES[size][3], epoch=epoch, index=5).tobytes())
        for size, epoch in work]
    starting = threading.Barrier(8)

    def hammer(number: int) -> int:
        starting.wait()
        count = 0
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            place = (7 * number + 5 * count) % len(work)
            size, epoch = work[place]
            assert whole(IMAGES[size], keys(epoch), threads=threads).tobytes() == expected[place][0]
            assert single.apply(IMAGES[size][3], epoch=epoch, index=5).tobytes() == expected[place][1]
            with pytest.raises(ValueError, match=f"height: found {40000 + number}"):
                single.explain(epoch=0, index=0, size=(40000 + number, 1))
            with pytest.raises(ValueError, match=r"places\[0\]: found -" + str(number + 1)):
                whole(IMAGES[size], keys(epoch)[:1], places=[-number - 1])
            if count % 16 == 0:
                # Opened and closed beside the others' calls.
                assert batches()(IMAGES[size], keys(epoch)).tobytes() == expected[place][0]
            count += 1
        return count

    with ThreadPoolExecutor(8) as pool:
        assert min(pool.map(hammer, range(8))) > 0


def longest_pause(call: Callable[[], object]) -> float:
    """Return for what part of a call of another thread this one stood still at a stretch."""
    took = []

    def timed() -> None:
        before = time.perf_counter()
        call()
        took.append(time.perf_counter() - before)

    thread = threading.Thread(target=timed)
    longest, last = 0.0, time.perf_counter()
    thread.start()
    while not took and thread.is_alive():
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    thread.join()
    return longest / took[0]


def test_the_interpreter_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call gives up the interpreter's lock: another thread of Python goes on during a single one."""
    # A large image, so that a call takes many times as long as the system's scheduler lets a thread wait.
    large = np.tile(picture(300, 300), (10, 10, 1))
    policy = mapping((1, [("Sharpness", 10, 9), ("Rotate", 10, 9)]), counts=(0.0, 0.0, 1.0))
    whole = pba.BatchAugment(policy, epochs=None, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.25))
    single = pba.Augment(policy, epochs=None)

    def one_batch() -> None:
        whole(large[None], [pba.Key(0, 0)], threads=1)

    def one_image() -> None:
        single.apply(large, epoch=0, index=0)

    calls = (one_batch, one_image)
    for call in calls:
        call()
        assert min(longest_pause(call) for _ in range(5)) < 0.25, call
    # The same functions of the same library, with the lock kept.
    keeping = ctypes.PyDLL(str(_library.find_library()))
    for name in ("pba_batch", "pba_images"):
        function, known = getattr(keeping, name), getattr(_library.loaded(), name)
        function.restype, function.argtypes = known.restype, known.argtypes
    monkeypatch.setattr(_library, "loaded", lambda: keeping)
    for call in calls:
        assert max(longest_pause(call) for _ in range(5)) > 0.5, call


def child(whole: pba.BatchAugment, single: pba.Augment, expected: Any, result: int) -> None:
    """What a forked process does; it must end by os._exit, whatever happens."""
    code = 3
    try:
        signal.alarm(60)
        for threads in (2, 1, 4):
            ours = (
                whole(IMAGES[32, 32], keys(3), threads=threads).tobytes(),
                batches()(IMAGES[32, 32], keys(3), threads=threads).tobytes(),
                single.apply(IMAGES[40, 21][0], epoch=2, index=9).tobytes(),
                pba.Augment("trivialaugment-wide", epochs=None).apply(IMAGES[40, 21][0], epoch=2, index=9).tobytes())
            if ours != (expected[0], expected[0], expected[1], expected[1]):
                code = 4
                break
        else:
            code = 0
        os.write(result, b"x")
    finally:
        os._exit(code)


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_forks_amid_calls_of_other_threads(full: bool) -> None:
    whole, single = batches(), pba.Augment("trivialaugment-wide", epochs=None)
    expected = (
        whole(IMAGES[32, 32], keys(3), threads=1).tobytes(), single.apply(IMAGES[40, 21][0], epoch=2, index=9).tobytes())
    stopping = threading.Event()

    def work(number: int) -> int:
        calls = 0
        while not stopping.is_set():
            whole(IMAGES[SIZES[number % 3]], keys(calls % 20), threads=4)
            if number == 3:
                # Locks and caches of opening are held by now and then too.
                batches(("rsvhn", "autoaugment", "none")[calls % 3])
            calls += 1
        return calls

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, number) for number in range(4)]
        try:
            for round in range(400 if full else 60):
                reading, writing = os.pipe()
                process = os.fork()
                if process == 0:
                    child(whole, single, expected, writing)
                os.close(writing)
                _, status = os.waitpid(process, 0)
                told = os.read(reading, 1)
                os.close(reading)
                assert os.waitstatus_to_exitcode(status) == 0 and told == b"x", (
                    f"child {round} ended with {os.waitstatus_to_exitcode(status)}: -14 is a hang, 4 are other bits")
                # And this process still has its helpers.
                assert whole(IMAGES[32, 32], keys(3), threads=4).tobytes() == expected[0]
        finally:
            stopping.set()
        assert min(worker.result() for worker in workers) > 0


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_of_a_child() -> None:
    whole, single = batches(), pba.Augment("trivialaugment-wide", epochs=None)
    expected = (
        whole(IMAGES[32, 32], keys(3), threads=4).tobytes(), single.apply(IMAGES[40, 21][0], epoch=2, index=9).tobytes())
    for _ in range(5):
        process = os.fork()
        if process == 0:
            code = 5
            try:
                signal.alarm(60)
                reading, writing = os.pipe()
                if whole(IMAGES[32, 32], keys(3), threads=2).tobytes() == expected[0]:
                    grandchild = os.fork()
                    if grandchild == 0:
                        child(whole, single, expected, writing)
                    _, status = os.waitpid(grandchild, 0)
                    code = os.waitstatus_to_exitcode(status)
            finally:
                os._exit(abs(code))
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == 0
