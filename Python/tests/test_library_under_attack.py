"""The C functions are attacked by a program under AddressSanitizer: 10⁵ calls, or 2·10⁶ with --full."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pictures import mapping

HERE = Path(__file__).parent
INCLUDE = HERE.parents[1] / "Sources" / "PythonLibrary"


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Build the program that attacks the library."""
    compiler = shutil.which("clang") or shutil.which("cc")
    assert compiler, "found neither clang nor cc, expected a C compiler with AddressSanitizer"
    folder = tmp_path_factory.mktemp("attack")
    subprocess.run(
        [compiler, "-std=gnu17", "-O1", "-g", "-w", "-fsanitize=address", "-I", INCLUDE, HERE / "fuzz_library.c", "-o",
         folder / "fuzz", "-ldl", "-lpthread"], check=True, capture_output=True)
    schedule = folder / "schedule.json"
    schedule.write_text(json.dumps(mapping((2, [("Rotate", 9, 8), ("Invert", 5, 3)]), (3, [("Cutout", 7, 9), ("ShearX", 7, 9)]))))

    def run(library: str, seed: int, calls: int, threads: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [folder / "fuzz", library, str(seed), str(calls), "500", str(threads), schedule], capture_output=True, text=True,
            check=False, timeout=600, env=os.environ | {"ASAN_OPTIONS": "detect_leaks=1"})

    return run


@pytest.mark.parametrize(("seed", "calls", "threads"), [
    (1, 40_000, 1), (2, 60_000, 3), *(pytest.param(seed, 400_000, 1 + seed % 8, marks=pytest.mark.full) for seed in range(3, 8))])
def test_no_call_harms(
    attack: Callable[..., subprocess.CompletedProcess[str]], seed: int, calls: int, threads: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = attack(os.environ["PBA_LIBRARY"], seed, calls, threads)
    assert done.returncode == 0 and not done.stderr, f"ended with {done.returncode}: {done.stderr[:8000]}"
    *functions, summary = done.stdout.splitlines()
    # What is refused at once attacks nothing: of each function some calls go to their end.
    for line in functions:
        good, refused = map(int, re.findall(r"(\d+) (?:succeeded|refused)", line))
        assert good > calls // 400 and refused > calls // 400, done.stdout
    assert len(functions) == 8 and int(summary.split()[0]) > 0.95 * calls, summary
    with capsys.disabled():
        print(f" [{threads} threads: {summary}]", end="")


@pytest.mark.full
@pytest.mark.parametrize("instructions", ["plain", "avx2"])
def test_no_call_touches_other_memory_of_the_library(instructions: str, tmp_path: Path) -> None:
    """Valgrind sees each byte that the library reads and writes, its own memory too; it knows no larger instructions."""
    for tool in ("valgrind", "strip"):
        assert shutil.which(tool), f"found no {tool}, which this test works with: apt-get install valgrind binutils"
    library, attack, schedule = tmp_path / "library.so", tmp_path / "attack", tmp_path / "schedule.json"
    # Valgrind cannot read what a debugger is given.
    subprocess.run(["strip", "-S", "-o", library, os.environ["PBA_LIBRARY"]], check=True)
    compiler = shutil.which("clang") or "cc"
    subprocess.run(
        [compiler, "-std=gnu17", "-O1", "-w", "-I", INCLUDE, HERE / "fuzz_library.c", "-o", attack, "-ldl", "-lpthread"],
        check=True)
    schedule.write_text(json.dumps(mapping((5, [("Cutout", 7, 9), ("ShearX", 7, 9)]))))
    done = subprocess.run(
        ["valgrind", "-q", "--num-callers=30", attack, library, "5", "3000", "400", "2", schedule], check=False,
        capture_output=True, text=True, timeout=600, env=os.environ | {"PBA_SIMD": instructions})
    # Valgrind reports reads past the end in the system's loader as well, so only findings in the library count.
    assert done.returncode == 0 and "library.so" not in done.stderr, done.stderr[:8000]
    assert int(done.stdout.splitlines()[-1].split()[0]) > 1000


BROKEN = {
    "reads after the images": "(void)*(volatile const unsigned char *)(images + 3 * count * height * width); return 0;",
    "writes after the output": "((volatile unsigned char *)output)[3 * count * height * width] = 1; return 0;",
    "writes before the output": "((volatile unsigned char *)output)[-1] = 1; return 0;",
    "frees twice": "free(held); free(held); return 0;",
    "forgets memory": "held = malloc(100); held = 0; return 0;",
    "has no message": "if (room > 0 && message) *message = 0; return -1;",
    "ends no message": "if (room > 0 && message) for (long long i = 0; i < room; i += 1) message[i] = 'x'; return -1;"}


@pytest.mark.parametrize("fault", BROKEN)
def test_the_attack_notices(fault: str, attack: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """A library with one fault in `pba_images`, and otherwise harmless, does not pass."""
    compiler = shutil.which("clang") or "cc"
    for name, options in (("broken", [f"-DFAULT={BROKEN[fault]}"]), ("whole", [])):
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-w", "-I", INCLUDE, *options, HERE / "broken_library.c", "-o",
             tmp_path / f"{name}.so"], check=True)
    done = attack(str(tmp_path / "broken.so"), 1, 3000, 1)
    assert done.returncode != 0 and ("AddressSanitizer" in done.stderr or "fuzz_library:" in done.stderr), done
    done = attack(str(tmp_path / "whole.so"), 1, 3000, 1)
    assert done.returncode == 0, done
