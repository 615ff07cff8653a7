#!/usr/bin/env python3
"""Runs each command of `pba-benchmark`, smallest: the form of what it prints, what it refuses.

    check_benchmarks.py --benchmark PATH --pba PATH

Speed itself is no matter here: a busy machine must not fail this. A rival of a few lines takes the place of Python's
libraries, so that the conversation with rivals is checked without them. Needs only Python's standard library.
"""

import contextlib
import itertools
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import name_of, parser_for, run_all  # noqa: E402
from case_runner import program as program_path  # noqa: E402

BENCHMARKS = Path(__file__).resolve().parents[2] / "Benchmarks"
RIVALS = BENCHMARKS / "rivals"

# Answers as Benchmarks/rivals/augment.py does, always 500 µs for one rival and 1000 for the other.
RIVAL = """
import json, sys
print(json.dumps({"versions": {"Nobody": "1.2.3"}}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    assert ("pipeline" in question) != ("operation" in question), question
    if "pipeline" in question:
        assert all(0 <= p <= 1 and 0 <= m <= 9 for _, p, m in question["pipeline"]["policy"]), question
    print(json.dumps({"microseconds": {"fast": 500.0, "slow": 1000.0}}), flush=True)
"""
LACKING = """print('{"error": "python lacks pillow; install with: pip"}')"""
OPERATIONS = {"Rotate", "TranslateX", "TranslateY", "Brightness", "Color", "Invert", "Sharpness", "Posterize", "ShearX",
              "Solarize", "ShearY", "Equalize", "AutoContrast", "Cutout", "Contrast"}


def run(
    command: Sequence[str | Path], folder: Path | None = None, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300,
                          env={**os.environ, **(variables or {})})


def report(*command: str | Path, **options: Any) -> dict[str, Any]:
    done = run(command, **options)
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr.strip()[-300:]}"
    return json.loads(done.stdout)


def check_measured(value: dict[str, float], n: int) -> None:
    assert value["n"] == n and 0 < value["lowest"] <= value["median"] <= value["highest"], value


def check_augment(program: str) -> None:
    found = report(program, "augment", "--rounds", "2", "--size", "8", "--size", "19", "--size", "8", "--json")
    check_measured(found["pipeline"]["pba"], 2)
    assert found["pipeline"]["rivals"] == {} and "ratio" not in found["pipeline"]
    measured = [(o["operation"], o["size"]) for o in found["operations"]]
    names = {name for name, _ in measured}
    assert names >= OPERATIONS and sorted(measured) == sorted((name, side) for name in names for side in (8, 19)), measured
    for operation in found["operations"]:
        check_measured(operation["times"]["pba"], 2)
    assert [tail["images"] for tail in found["tail"]] == [8, 128]
    for tail in found["tail"]:
        for key in ("tail", "copy", "ratio"):
            check_measured(tail[key], 2)
    assert [threads["images"] for threads in found["threads"]] == [128, 1024]
    for threads in found["threads"]:
        for key in ("one", "several", "ratio"):
            check_measured(threads[key], 2)
    machine = found["machine"]
    assert machine["cores"] >= 1 and machine["processor"] and {"pba", "libtorch"} <= set(machine["versions"]), machine


def check_text(program: str) -> None:
    """What people read has an empty line between its parts."""
    done = run([program, "augment", "--part", "tail", "--part", "threads", "--rounds", "1"])
    assert done.returncode == 0 and "\\n" not in done.stdout and done.stdout.count("\n\nthe ") == 4, done.stdout


def check_instructions(program: str) -> None:
    small = [program, "augment", "--part", "tail", "--rounds", "1", "--json"]
    assert report(*small, variables={"PBA_SIMD": "plain"})["machine"]["pixelInstructions"] == "plain"
    done = run(small, variables={"PBA_SIMD": "mmx"})
    assert done.returncode == 64 and "PBA_SIMD: found 'mmx'" in done.stderr and "plain" in done.stderr, done.stderr


def check_rivals(program: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = [program, "augment", "--rivals", "--python", sys.executable, "--rounds", "3", "--part",
                 "operations", "--part", "pipeline", "--operation", "Invert", "--size", "8", "--json"]
        rivals = folder / "Benchmarks" / "rivals"
        rivals.mkdir(parents=True)
        (rivals / "augment.py").write_text(RIVAL)
        found = report(*small, folder=folder)
        assert found["machine"]["versions"]["Nobody"] == "1.2.3"
        for times in (found["pipeline"], found["operations"][0]["times"]):
            assert times["fastestRival"] == "fast" and times["rivals"]["slow"]["median"] == 1000, times
            check_measured(times["ratio"], 3)
            assert abs(times["ratio"]["highest"] - 500 / times["pba"]["lowest"]) < 1e-6 * times["ratio"]["highest"], times
        for text, expected in [(LACKING, "python lacks pillow; install with"), ("raise SystemExit(3)", "ended with code 3"),
                               ("print('hello')", "hello")]:
            (rivals / "augment.py").write_text(text)
            done = run(small, folder)
            assert done.returncode == 1 and expected in done.stderr, (text, done.returncode, done.stderr)
        small[small.index(sys.executable)] = str(folder / "nothing")
        done = run(small, folder)
        assert done.returncode == 1 and "nothing: no such program" in done.stderr and "--python" in done.stderr, done
        small[small.index(str(folder / "nothing"))] = str(folder)
        done = run(small, folder)
        assert done.returncode == 1 and f"{folder}: a folder, not a program" in done.stderr, done


def check_train(program: str) -> None:
    found = report(program, "train", "--model", "wrn_10_1", "--batch-size", "2", "--steps", "2", "--rounds", "2",
                   "--json")
    assert len(found["seconds"]) == 4 and min(found["seconds"]) > 0 and found["parameters"] == 75290, found
    assert found["steps"] == 2 and found["rounds"] == 2, found


def check_simulated_search(program: str) -> None:
    found = report(program, "search", "--simulate", "--population", "6", "--epochs", "4", "--json")
    assert found["segments"] == 24 and found["generations"] == 4 and found["population"] == 6, found
    assert 0 < found["seconds"] and found["journalBytes"] > 0 and found["secondsToResume"] > 0, found


def check_workers(program: str) -> None:
    for more in [], ["--asynchronous"]:
        found = report(program, "workers", "--workers", "3", "--generations", "3", "--seconds", "0.05", *more, "--json")
        assert found["workers"] == 3 and found["segments"] == 9 and found["secondsOfSegments"] == 0.1, found
        assert found["seconds"] >= 0.1 and 0 < found["segmentsPerSecond"] <= 60 and found["processorShare"] > 0, found


EXPLORERS = ["pba", "pba-random-start", "random", "pb2", "mf-pbt"]


def explorer_rows(setting: dict[str, Any]) -> dict[str, Any]:
    return {result["explorer"]: result for result in setting["results"]}


def check_explorers(program: str) -> None:
    small = [program, "explorers", "--epochs", "6", "--population", "8", "--json"]
    found, first = report(*small, "--seeds", "2"), report(*small, "--seeds", "1")
    assert len(found["settings"]) == 8 and found["seeds"] == 2, found
    for setting, of_first in zip(found["settings"], first["settings"], strict=True):
        rows, alone = explorer_rows(setting), explorer_rows(of_first)
        assert list(rows) == [*EXPLORERS, "none", "best"], rows
        for row, key in ((row, key) for row in rows for key in ("difference", "differenceToRandom")):
            other = "pba" if key == "difference" else "random"
            # What the second seed has, and the difference of each seed.
            of = {name: [alone[name]["regret"]["mean"], 2 * rows[name]["regret"]["mean"] - alone[name]["regret"]["mean"]]
                  for name in (row, other)}
            paired = [mine - theirs for mine, theirs in zip(of[row], of[other], strict=True)]
            # Student's t of one degree of freedom.
            margin = 12.706204736174698 * abs(paired[0] - paired[1]) / 2
            assert abs(rows[row][key]["mean"] - sum(paired) / 2) < 1e-9, (row, key, rows, alone)
            assert abs(rows[row][key]["margin"] - margin) < 1e-9, (row, key, rows, alone)
            assert "margin" not in alone[row][key] and rows[row][key]["count"] == 2, (row, key)

    def figures(report: dict[str, Any]) -> list[Any]:
        return [[{**result, "seconds": 0} for result in setting["results"]] for setting in report["settings"]]

    assert figures(report(*small, "--seeds", "2")) == figures(found), "another result of the same seeds"
    some = report(*small, "--seeds", "1", "--explorer", "mf-pbt")["settings"][0]["results"]
    assert [row["explorer"] for row in some] == ["pba", "mf-pbt", "none", "best"], some
    assert not any("differenceToRandom" in row for row in some), some
    done = run([program, "explorers", "--population", "4"])
    assert done.returncode == 64 and "expected 8 or more with mf-pbt" in done.stderr, done
    done = run([program, "explorers", "--explorer", "nobody"])
    assert done.returncode == 64 and "expected one of pba, pba-random-start, random" in done.stderr, done
    done = run([program, "explorers", "--seeds", "2", "--epochs", "6", "--population", "8", "--explorer", "random"])
    lines = done.stdout.split("\n\n")[0].splitlines()
    assert done.returncode == 0 and [line.split()[0] for line in lines[1:]] == ["pba", "random", "none", "best"], done
    assert all("to pba: " in line and "to random: " in line and "±" in line for line in lines[1:]), done.stdout


def check_known_best(program: str) -> None:
    """The regrets of doing nothing and of the best schedule are those that follow from the best strengths."""
    # The strengths that an operation can have: the mean of probability times magnitude over its two entries.
    single = {probability * magnitude for probability in range(11) for magnitude in range(10)}
    steps = sorted({(one + other) / 180 for one in single for other in single})
    # No best strength is above 0.7. The mean squared distance from them costs 4 times the 40 points that a training is worth.
    gap = max(above - below for below, above in itertools.pairwise(steps) if below < 0.7)
    for epochs, interval in ((7, 3), (6, 1), (5, 9)):
        found = report(program, "explorers", "--seeds", "3", "--epochs", str(epochs), "--interval", str(interval),
                       "--population", "8", "--explorer", "random", "--json")
        assert [task["seed"] for task in found["tasks"]] == [0, 1, 2], found["tasks"]
        for setting in found["settings"]:
            none, best = [], []
            for task in found["tasks"]:
                assert len(task["first"]) == len(task["last"]) == 15 and 0 <= min(task["first"] + task["last"]), task
                assert max(task["first"] + task["last"]) < 0.7, task
                ends = [(0 if setting["grows"] else first, last) for first, last in zip(task["first"], task["last"], strict=True)]
                # The mean over the epochs of the square of first + (last - first) · (epoch + 1/2) / epochs.
                squares = [first * last + (last - first) ** 2 * (1 / 3 - 1 / (12 * epochs**2)) for first, last in ends]
                none.append(160 * sum(squares) / 15)
                lost = 0.0
                for start in range(0, epochs, interval):
                    of_interval = range(start, min(start + interval, epochs))
                    for first, last in ends:
                        wanted = [first + (last - first) * (epoch + 0.5) / epochs for epoch in of_interval]
                        lost += min(sum((strength - one) ** 2 for one in wanted) for strength in steps)
                best.append(160 * lost / 15 / epochs)
            rows = explorer_rows(setting)
            for name, expected in (("none", none), ("best", best)):
                assert abs(rows[name]["regret"]["mean"] - sum(expected) / 3) < 1e-9, (name, epochs, expected, rows[name])
            # With a policy of its own for each epoch only the steps are in the way of the best strengths.
            assert interval > 1 or 0 < rows["best"]["regret"]["mean"] <= 160 * (gap / 2) ** 2 < 0.01, (gap, rows["best"])
            lowest = min(row["regret"]["mean"] for name, row in rows.items() if name != "best")
            assert rows["best"]["regret"]["mean"] < lowest, rows


def check_starts_and_trap(program: str) -> None:
    """Without a comparison the rules make no difference, and at the last epoch the trap none."""
    def regrets(*more: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        found = report(program, "explorers", *more, "--json")
        return [(setting, {name: row["regret"] for name, row in explorer_rows(setting).items()}) for setting in found["settings"]]

    once = regrets("--epochs", "1", "--population", "24", "--seeds", "12")
    for _, rows in once:
        assert rows["pba"] == rows["none"], rows
        assert rows["random"] == rows["pba-random-start"] == rows["mf-pbt"] != rows["none"], rows
    often = regrets("--epochs", "6", "--interval", "2", "--population", "8", "--seeds", "5")
    for _, rows in often:
        # `pb2` begins like `random` and has little time here to find something better.
        names = [name for name in EXPLORERS if name != "pb2"]
        assert len({str(rows[name]) for name in names}) == len(names), rows

    def pairs(results: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The regrets of each setting without the trap, and with it."""
        same = {(setting["grows"], setting["noise"], setting["hasTrap"]): rows for setting, rows in results}
        assert len(same) == 8, same
        return [(rows, same[grows, noise, True]) for (grows, noise, trapped), rows in same.items() if not trapped]

    assert all(without == trapped for without, trapped in pairs(once)), once
    # What is measured at the last epoch alone decides what `random` finds; others are compared before.
    assert all(without["random"] == trapped["random"] for without, trapped in pairs(often)), often
    assert any(without["pba"] != trapped["pba"] for without, trapped in pairs(often)), often


def check_search_of_bundled_images(program: str) -> None:
    """The default of the validation images fits a dataset with few."""
    small = "--model wrn_10_1 --population 2 --epochs 2 --interval 2 --train-size 32 --batch-size 32".split()
    found = report(program, "search", "--dataset", "bundled", *small, "--json")
    assert found["rounds"][0]["evaluatedImages"] == 2 * 1000, found


def check_interrupted_search(program: str) -> None:
    """Each signal that asks for an end leaves no folder; where the loss of a terminal is ignored, as by nohup, it goes on."""
    for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
        with tempfile.TemporaryDirectory() as folder, simulating(program, folder) as process:
            stop(process, number)
            assert os.listdir(folder) == [], os.listdir(folder)
    # A reader of the notes that ends by the same Ctrl-C, as `tee` does, changes nothing.
    with tempfile.TemporaryDirectory() as folder, simulating(program, folder) as process:
        process.stderr.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 128 + signal.SIGINT and os.listdir(folder) == [], (process.returncode, os.listdir(folder))
        process.stderr = None  # nothing is left to close
    small = ["--population", "200", "--epochs", "20"]
    with tempfile.TemporaryDirectory() as folder, simulating(program, folder, *small, hangup=signal.SIG_IGN) as process:
        assert process.poll() is None, "it ended before a signal could reach it"
        process.send_signal(signal.SIGHUP)
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0 and os.listdir(folder) == [], (process.returncode, told)


@contextlib.contextmanager
def simulating(
    program: str, folder: str | Path, *arguments: str, hangup: Any = signal.SIG_DFL
) -> Iterator[subprocess.Popen[str]]:
    """A simulated search that has made its folder in this one; this program's caller may have it ignore SIGHUP."""
    command = [program, "search", "--simulate", "--folder", folder, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, hangup)) as process:
        try:
            while process.poll() is None and not os.listdir(folder):
                time.sleep(0.01)
            yield process
        finally:
            process.kill()


def stop(process: subprocess.Popen, number: int) -> None:
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 128 + number and "nothing is kept" in told, (number, process.returncode, told)


def check_unruly_rivals(program: str) -> None:
    """A rival that never ends or never answers goes when the program does, and leaves nothing."""
    arguments = [program, "search", "--dataset", "noise", "--model", "wrn_10_1", "--population", "2", "--epochs", "2",
                 "--interval", "1", "--train-size", "8", "--validation-size", "8", "--batch-size", "8", "--rivals"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        own, work = folder / "python", folder / "work"
        work.mkdir()

        def written(text: str) -> list[str]:
            own.write_text(f"#!{sys.executable}\n{text}")
            own.chmod(0o755)
            return [*arguments, "--folder", str(work), "--python", str(own)]

        done = run(written("while True: print('y')"))
        assert done.returncode == 1 and "not understood: y" in done.stderr, done
        done = run(written(""))
        assert done.returncode == 1 and f"is {own} a Python interpreter?" in done.stderr, done
        own.chmod(0o644)
        done = run([*arguments, "--python", str(own)])
        assert done.returncode == 1 and f"{own}: a file that cannot be run" in done.stderr, done
        assert os.listdir(work) == [], os.listdir(work)

        asked = folder / "asked"
        serve = written(f"import sys; sys.path.insert(0, {str(RIVALS)!r})\n"
                        f"from serving import serve\nimport os, pathlib, time\n"
                        f"def answer(_): pathlib.Path({str(asked)!r}).write_text(str(os.getpid())); time.sleep(1000)\n"
                        f"serve(answer, [])\n")
        for number in (signal.SIGINT, signal.SIGKILL):
            process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while process.poll() is None and not (asked.exists() and asked.read_text()):
                time.sleep(0.01)
            rival = int(asked.read_text())
            asked.unlink()
            process.send_signal(number)
            _, told = process.communicate(timeout=60)
            assert "Traceback" not in told, told
            for _ in range(500):
                if not Path(f"/proc/{rival}").exists():
                    break
                time.sleep(0.01)
            assert not sys.platform.startswith("linux") or not Path(f"/proc/{rival}").exists(), f"{rival} lives after {number}"
            if number == signal.SIGINT:
                assert process.returncode == 128 + number and "nothing is kept" in told, (process.returncode, told)
                assert os.listdir(work) == [], os.listdir(work)


def check_data_folder(program: str) -> None:
    """The help names the folder of datasets of this user."""
    with tempfile.TemporaryDirectory() as home:
        done = run([program, "search", "--help"], variables={"HOME": home, "XDG_CACHE_HOME": ""})
        assert done.returncode == 0 and f"{home}/.cache/pba/data" in done.stdout.replace("\n", "").replace(" ", ""), done.stdout


def check_refusals(program: str) -> None:
    simulated, training = ["search", "--simulate"], "is for searches that train"
    cases = [
        (["augment", "--part", "tail", "--operation", "Invert"], "--operation is for --part operations"),
        (["augment", "--part", "pipeline", "--size", "8"], "--size is for --part operations"),
        (["augment", "--part", "pipeline", "--threads", "2"], "--threads is for --part threads"),
        (["augment", "--part", "tail", "--part", "threads", "--rivals"], "--rivals is for --part pipeline or operations"),
        (simulated + ["--epochs", "3", "--interval", "3"], "--epochs: found 3, expected more than the 3 of --interval"),
        (simulated + ["--concurrency", "auto"], f"--concurrency auto {training}"),
        (simulated + ["--rivals"], f"--rivals {training}"),
        (["search", "--folder", "nowhere"], "--folder: there is no folder 'nowhere'"),
        (["search", "--folder", __file__], "is a file, not a folder"),
        (["search", "--concurrency", "-1"], "--concurrency: found -1"),
        (simulated + ["--folder", ""], "--folder: found an empty text"),
        (["serach"], "did you mean `pba-benchmark search`?"),
    ]
    cases += [([name, "--python", sys.executable], "--python is for --rivals") for name in ("augment", "train", "search")]
    given = {"--model": "wrn_10_1", "--dataset": "noise", "--data-dir": "/tmp", "--train-size": "8",
             "--validation-size": "8", "--batch-size": "8", "--threads": "1", "--precision": "fp32", "--rounds": "1"}
    cases += [(simulated + [option, value], f"{option} {training}") for option, value in given.items()]
    for arguments, expected in cases:
        done = run([program, *arguments])
        assert done.returncode == 64 and expected in done.stderr, (arguments, done.returncode, done.stderr)


def check_hint(pba: str) -> None:
    """Where the benchmarks were, one line says where they are, and the help does not name the command."""
    for arguments in ([], ["augment", "--rivals"], ["search", "--simulate", "--json"]):
        done = run([pba, "benchmark", *arguments])
        assert done.returncode == 64 and done.stdout == "", done
        assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1 and "Benchmarks/run" in done.stderr, done
    done = run([pba, "--help"])
    assert done.returncode == 0 and "benchmark" not in done.stdout, done.stdout


def check_tables_of_comparisons(pba: str) -> None:
    """The table of several comparisons has the figures of `pba compare`, also where their seeds are apart."""
    compare = [pba, "compare", *"--dataset bundled --model wrn_10_1 --batch-size 32 --train-size 64 --epochs 1".split(),
               *"--device cpu --threads 1 --policies none,rcifar10".split()]
    with tempfile.TemporaryDirectory() as folder:
        for seed, count in ((1, 3), (1, 1), (2, 2)):
            done = run([*compare, "--seed", str(seed), "--seeds", str(count), "--run", f"{folder}/{seed}-{count}"])
            assert done.returncode == 0, done.stderr
        whole = Path(folder, "1-3", "summary.json")
        none, policy = json.loads(whole.read_text())["rows"]
        accuracy, difference = policy["accuracy"], policy["difference"]
        row = (f"| rcifar10 | {100 * accuracy['mean']:.2f} ± {100 * accuracy['margin']:.2f} | 3 "
               f"| {100 * difference['mean']:+.2f} ± {100 * difference['margin']:.2f} |").replace("-", "−")
        for paths in ([whole], [Path(folder, part, "summary.json") for part in ("1-1", "2-2")]):
            done = run([sys.executable, BENCHMARKS / "paired.py", *paths])
            assert done.returncode == 0 and done.stdout.splitlines()[3] == row, (row, done)
            # Of two policies the interval of all differences is that of the one difference.
            assert done.stdout.endswith(f" has ± {100 * difference['margin']:.2f}.\n"), done
        done = run([sys.executable, BENCHMARKS / "paired.py", whole, "--against", "nobody"])
        assert done.returncode == 2 and "expected one of none, rcifar10" in done.stderr, done


def check_what_all_trainings_say() -> None:
    """Of made-up trainings: the interval, computed by hand, and the permutation test, against all 216 permutations."""
    policies = {"a": [50, 51, 52], "b": [52, 52, 55], "c": [54, 56, 55]}
    means = [[sum(values) / 3 for values in zip(*columns, strict=True)] for columns in itertools.product(
        *(itertools.permutations(column) for column in zip(*policies.values(), strict=True)))]
    assert len(means) == 216
    share = sum(statistics.pvariance(of_one) >= statistics.pvariance(means[0]) - 1e-9 for of_one in means) / 216
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in range(3):
            rows = [{"policy": name, "entries": [{"seed": seed + 1, "accuracy": values[seed] / 100}]}
                    for name, values in policies.items()]
            paths.append(Path(folder, f"{seed}.json"))
            paths[-1].write_text(json.dumps({"rows": rows}))
        said = run([sys.executable, BENCHMARKS / "paired.py", *paths]).stdout.split("\n\n")
        # The residuals are 0, but twice 1 and twice −1, with 4 degrees of freedom: 2.776 · 1.00 · √(2/3) = 2.27.
        assert "3 policies with seeds 1, 2, 3: residual standard deviation 1.00 " in said[1] and "± 2.27." in said[1], said
        found = re.search(r"as much in ([\d.]+) % .* above ([\d.]+) points", said[2])
        assert found and abs(float(found[1]) / 100 - share) < 0.01, (said, share)
        assert sum(max(each) - min(each) > float(found[2]) + 0.01 for each in means) <= 0.05 * 216, said
        assert sum(max(each) - min(each) > float(found[2]) - 0.01 for each in means) > 0.05 * 216, said
        # One training less: its seed is left out, and that is said.
        paths[2].write_text(json.dumps({"rows": rows[:2]}))
        said = run([sys.executable, BENCHMARKS / "paired.py", *paths]).stdout
        assert "Not every policy has seed 3" in said and "with seeds 1, 2: " in said, said
        said = run([sys.executable, BENCHMARKS / "paired.py", *paths, "--without", "c"]).stdout
        assert "2 policies with seeds 1, 2, 3: " in said and "exchanged" not in said, said
        for rows, words in [
            ([], "found no policy"), ([{"policy": "a", "entries": []}], "found no accuracy of a"),
            ([{"policy": "a", "entries": [{"seed": 1, "accuracy": float("nan")}]}], "the accuracy nan"),
            ([{"policy": "a", "entries": ["q"]}], "no summary of a comparison"),
        ]:
            paths[0].write_text(json.dumps({"rows": rows}))
            done = run([sys.executable, BENCHMARKS / "paired.py", paths[0]])
            assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, (words, done)


def check_arguments_of_the_evidence() -> None:
    """The script of the evidence refuses arguments before it makes anything."""
    with tempfile.TemporaryDirectory() as folder:
        script, place = BENCHMARKS / "evidence.sh", Path(folder, "out")
        program = Path(folder, "pba")
        program.write_text("#!/bin/sh\nexit 9\n")
        program.chmod(0o755)
        for arguments, variables, words in [
            ([], {}, "usage: "), ([place, folder], {}, "found no program"),
            ([place, program, "3-1"], {}, 'found the seeds "3-1"'), ([place, program, "a-b"], {}, 'found the seeds "a-b"'),
            ([place, program], {"PBA_SCHEDULES": folder}, "found no pba.json"),
        ]:
            done = run([script, *map(str, arguments)], variables=variables)
            assert done.returncode == 64 and words in done.stderr and not place.exists(), (arguments, done)


def check_foresight() -> None:
    """What early measurements say of the end: of ten comparisons whose order is first that of the end, and then the opposite."""
    with tempfile.TemporaryDirectory() as folder:
        metrics = Path(folder, "metrics.jsonl")
        accuracies = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.1, 0.2], *[[0.4, 0.5, 0.65]] * 7]
        lines = [{"epochs": 2 * number, "trial": trial, "validationAccuracy": accuracy}
                 for number, of_all in enumerate(accuracies, 1) for trial, accuracy in enumerate(of_all)]
        metrics.write_text("".join(json.dumps(line) + "\n" for line in lines))
        said = run([sys.executable, BENCHMARKS / "foresight.py", metrics]).stdout.splitlines()
        assert said[0] == "3 trials, 10 comparisons; at the end 40.0, 50.0, 65.0 %, mean 51.7 %" and len(said) == 13, said
        assert said[3:6] == [
            "| 2 to 2 | 10.0 | +1.00 | 65.0 |", "| 4 to 4 | 10.0 | −1.00 | 40.0 |", "| 6 to 6 | 5.8 | +0.00 | 52.5 |"], said
        more = [{**line, "epochs": line["epochs"] + 1, "validationAccuracy": 1 - line["validationAccuracy"]}
                for line in lines[:-3]]
        metrics.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *more]))
        said = run([sys.executable, BENCHMARKS / "foresight.py", metrics]).stdout.splitlines()
        assert said[4] == "| 3 to 4 | 10.0 | −1.00 | 40.0 |" and said[5] == "| 5 to 6 | 7.9 | +0.50 | 58.8 |", said
        equal = [{**line, "validationAccuracy": 0.1} for line in lines]
        metrics.write_text("".join(json.dumps(line) + "\n" for line in equal))
        assert "| 2 to 2 | 0.0 | +0.00 | 10.0 |" in run([sys.executable, BENCHMARKS / "foresight.py", metrics]).stdout
        for wrong, words in [
            (lines[1:], "without a measurement"), (lines[::3], "found 1 trial"), (lines[:6], "found 2 comparisons"),
            ([*lines, lines[0]], "trial 0 at epoch 2 twice"), ([[1]], "no metrics of a search"),
            ([{**lines[0], "validationAccuracy": float("nan")}], "accuracy nan"),
        ]:
            metrics.write_text("".join(json.dumps(line) + "\n" for line in wrong))
            done = run([sys.executable, BENCHMARKS / "foresight.py", metrics])
            assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, (words, done)


def check_script_for_gpus(pba: str) -> None:
    """The script for a GPU, rehearsed on the processor: its table has the projected whole, and both ways decide alike."""
    with tempfile.TemporaryDirectory() as folder:
        done = run([BENCHMARKS / "gpu.sh", "--short", f"{folder}/gpu", "1", pba],
                   variables={"PBA_DEVICE": "cpu", "PBA_LIMIT": "3s"})
        assert done.returncode == 0, (done.returncode, done.stderr[-400:])
        table = Path(folder, "gpu", "gpu.md").read_text()
        for words in ("| rsvhn-1 | ", "| rcifar10-1 | ", " same schedule and weights", "| search | segments |"):
            assert words in table, (words, table)


def main() -> None:
    # Who runs this in the background of a shell has SIGINT ignored, and what this starts would go on ignoring it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = parser_for(__doc__, selects=True)
    parser.add_argument("--benchmark", required=True, type=program_path, help="the program pba-benchmark")
    options = parser.parse_args()
    checks = [check_augment, check_text, check_instructions, check_rivals, check_train, check_simulated_search, check_workers,
              check_explorers, check_known_best, check_starts_and_trap, check_search_of_bundled_images, check_interrupted_search,
              check_unruly_rivals, check_data_folder, check_refusals]
    cases = [(name_of(check), partial(check, options.benchmark)) for check in checks]
    of_pba = [check_hint, check_tables_of_comparisons, check_script_for_gpus]
    of_scripts = [check_what_all_trainings_say, check_arguments_of_the_evidence, check_foresight]
    cases += [(name_of(check), check) for check in of_scripts]
    run_all([*cases, *((name_of(check), partial(check, options.pba)) for check in of_pba)], options.only)


if __name__ == "__main__":
    main()
