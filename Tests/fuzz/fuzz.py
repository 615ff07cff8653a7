"""Attacks every reader of files and requests with libFuzzer: a finding ends with code 1, keeps its input and says how to
see it again.

A finding is a crash, a trap, an error of the sanitizers, a leak, more than 10 seconds for an input, or memory far beyond it.
Only the standard library of Python is needed."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build_fuzzer
import seeds

ROOT = pathlib.Path(__file__).resolve().parents[2]
FINDINGS = ROOT / ".build/fuzz/findings"
# The largest input; the readers' own limits on memory are some hundreds of bytes for a byte.
LONGEST = {"pickle": 16384, "cifar-binary": 16384, "original-log": 8192, "ray-results": 8192, "http-request": 8192}
LIMITS = ["-timeout=10", "-rss_limit_mb=2560", "-malloc_limit_mb=512"]


def check_fuzzer(fuzzer: pathlib.Path) -> None:
    """Ends the program where the fuzzer passes over what it must find, or finds what is not there."""
    for content in ("nothing", "trap", "write past the end", "leak", "memory", "hang"):
        with tempfile.TemporaryDirectory(prefix="pba-fuzz-") as folder:
            file = pathlib.Path(folder, "input")
            file.write_text(content)
            environment = dict(environment_for("self-test"), TMPDIR=folder)
            result = subprocess.run([fuzzer, *LIMITS, "-timeout=1", f"-artifact_prefix={folder}/", file], env=environment,
                                    capture_output=True)
        if (result.returncode == 0) != (content == "nothing"):
            sys.exit(f"fuzz: the fuzzer ended with code {result.returncode} for the input '{content}' of its own test")


def environment_for(reader: str) -> dict[str, str]:
    # Swift's own account of a crash would hold libFuzzer's up.
    environment = dict(os.environ, FUZZ_READER=reader, SWIFT_BACKTRACE="enable=no")
    environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:allocator_may_return_null=1")
    return environment


def attack(fuzzer: pathlib.Path, reader: str, amount: str, seed: int) -> tuple[str, str | None]:
    """Runs one reader; returns a line about it, and the whole output where there was a finding."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pba-fuzz-", dir=memory) as folder:
        folder = pathlib.Path(folder)
        for name in ("corpus", "seeds", "findings", "tmp"):
            (folder / name).mkdir()
        for place, content in enumerate(seeds.of(reader)):
            (folder / "seeds" / f"{place:03}").write_bytes(content)
        words = "".join(f'"{word}"\n' for word in seeds.words_of(reader))
        (folder / "words").write_text(words)
        environment = dict(environment_for(reader), TMPDIR=str(folder / "tmp"))
        command = [fuzzer, *LIMITS, f"-max_len={LONGEST.get(reader, 4096)}", f"-seed={seed}", amount,
                   *([f"-dict={folder}/words"] if words else []), "-print_final_stats=1",
                   f"-artifact_prefix={folder}/findings/", folder / "corpus", folder / "seeds"]
        result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                errors="replace")
        inputs = sorted((folder / "findings").iterdir())
        if result.returncode == 0 and not inputs:
            return line(reader, result.stdout), None
        FINDINGS.mkdir(parents=True, exist_ok=True)
        kept = [shutil.copy(path, FINDINGS / f"{reader}-{path.name}") for path in inputs]
    words = f"{reader}: a finding (libFuzzer ended with code {result.returncode})"
    for path in kept:
        words += f"\n  to see it again: FUZZ_READER={reader} .build/fuzz/fuzzer {pathlib.Path(path).relative_to(ROOT)}"
    return words, result.stdout


def line(reader: str, output: str) -> str:
    runs = re.search(r"number_of_executed_units:\s+(\d+)", output)
    covered = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)/", output)
    seconds = re.findall(r"Done \d+ runs in (\d+) second", output)
    memory = re.search(r"peak_rss_mb:\s+(\d+)", output)
    edges, features, inputs = covered[-1] if covered else ("?", "?", "?")
    return (f"{reader:18} {int(runs[1]) if runs else 0:9,} inputs in {seconds[-1] if seconds else '?'} s; {edges} edges, "
            f"{features} features, {inputs} inputs kept; {memory[1] if memory else '?'} MB at most")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"one of {' '.join(seeds.READERS)}; without any, all")
    parser.add_argument("--seconds", type=int, default=60, help="how long each reader is attacked (60)")
    parser.add_argument("--runs", type=int, help="how many inputs each reader gets, instead of seconds")
    parser.add_argument("--jobs", type=int, default=2, help="how many readers at once (2)")
    parser.add_argument("--seed", type=int, default=0, help="of libFuzzer's numbers; 0, by default, is another one each time")
    chosen = parser.parse_args()
    for name in chosen.readers:
        if name not in seeds.READERS:
            parser.error(f"there is no reader '{name}'; there are {' '.join(seeds.READERS)}")
    subprocess.run(["swift", "build", "-c", "release", "--product", "pba", "-q"], cwd=ROOT, check=True)
    fuzzer = build_fuzzer.build()
    check_fuzzer(fuzzer)
    amount = f"-runs={chosen.runs}" if chosen.runs else f"-max_total_time={chosen.seconds}"
    failed = False
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        tasks = [pool.submit(attack, fuzzer, reader, amount, chosen.seed) for reader in chosen.readers or seeds.READERS]
        for task in concurrent.futures.as_completed(tasks):
            words, output = task.result()
            failed = failed or output is not None
            print((output or "") + words, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
