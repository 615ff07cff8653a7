"""Builds the fuzzer: .build/fuzz/fuzzer, every reader of the project behind libFuzzer, with sanitizers.

The modules that own readers are compiled again with libFuzzer's counters and AddressSanitizer, C code with
UndefinedBehaviorSanitizer too; all other objects are those of the release build, which must be up to date. How each module
is compiled and what the program is linked with is read from that build's manifest, so Package.swift says it once.
Only the standard library of Python is needed."""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = ROOT / "Tests/fuzz/harness"
OUT = ROOT / ".build/fuzz"
# In the order of their imports.
SWIFT_MODULES = ["ImageFiles", "Images", "Policies", "Interop", "Spaces", "HTTPServer", "Datasets", "Torch", "RunStore",
                 "Command"]
C_MODULES = ["CImageDecoders"]
SWIFT_FLAGS = ["-sanitize=address,fuzzer", "-enable-testing"]
C_FLAGS = ["-fsanitize=address,undefined,fuzzer-no-link", "-fno-sanitize-recover=undefined"]


class Manifest:
    """The commands of the last release build."""

    def __init__(self) -> None:
        path = ROOT / ".build/release.yaml"
        if not path.exists():
            sys.exit("fuzz: there is no release build; run swift build -c release")
        found = re.findall(r"^    args: (\[.*\])$", path.read_text(), re.MULTILINE)
        self.commands = [json.loads(line) for line in found]

    def swift(self, module: str) -> list[str]:
        return self.only(module, lambda args: "-emit-module" in args and args[args.index("-module-name") + 1] == module)

    def link(self) -> list[str]:
        return self.only("pba", lambda args: "-emit-executable" in args and args[args.index("-o") + 1].endswith("/pba"))

    def c(self, module: str) -> list[list[str]]:
        folder = f"/Sources/{module}/"
        return [args for args in self.commands if "-c" in args and folder in args[args.index("-c") + 1]]

    def only(self, name: str, fits: Callable[[list[str]], object]) -> list[str]:
        found = [args for args in self.commands if fits(args)]
        if len(found) != 1:
            sys.exit(f"fuzz: found {len(found)} commands for {name} in .build/release.yaml, expected one")
        return found[0]


def replaced(args: list[str], option: str, value: str) -> list[str]:
    place = args.index(option) + 1
    return args[:place] + [value] + args[place + 1:]


def without(args: list[str], *dropped: str) -> list[str]:
    """The arguments without these pairs of option and value, and without these that stand alone."""
    pairs = {option for option in dropped if option.endswith(" ")}
    result, skip = [], False
    for argument in args:
        if not skip and argument + " " not in pairs and argument not in dropped:
            result.append(argument)
        skip = not skip and argument + " " in pairs
    return result


def run(heading: str, args: list[str]) -> None:
    print(f"fuzz: {heading}", flush=True)
    finished = subprocess.run(args, cwd=ROOT, capture_output=True, text=True)
    if finished.returncode != 0:
        messages = finished.stdout + finished.stderr
        sys.exit(f"{messages}\nfuzz: {heading} failed")


def fingerprint(*parts: object) -> str:
    """A digest of commands, and of the files that are paths."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, pathlib.Path) else repr(part).encode())
    return digest.hexdigest()


class Stage:
    """A step that is left out where nothing it depends on has changed."""

    def __init__(self, name: str, mark: str) -> None:
        self.file, self.mark = OUT / f"{name}.stamp", mark
        self.is_fresh = self.file.exists() and self.file.read_text() == mark
        self.file.unlink(missing_ok=True) if not self.is_fresh else None

    def done(self) -> None:
        self.file.write_text(self.mark)


def build_swift(manifest: Manifest, module: str, upstream: list[str]) -> tuple[pathlib.Path, str]:
    args = manifest.swift(module)
    sources = [word[1:] for word in args if word.startswith("@")][0]
    files = [pathlib.Path(line) for line in pathlib.Path(sources).read_text().split("\n") if line]
    files = [pathlib.Path(str(file).strip("'\"")) for file in files]
    target = OUT / f"{module}.o"
    args = without(args, "-output-file-map ", "-emit-objc-header-path ", "-emit-objc-header", "-emit-dependencies",
                   "-serialize-diagnostics", "-parseable-output", "-num-threads ", "-index-store-path ")
    args = replaced(args, "-emit-module-path", str(OUT / f"Modules/{module}.swiftmodule"))
    args = args[:1] + ["-I", str(OUT / "Modules")] + args[1:] + SWIFT_FLAGS + ["-o", str(target)]
    stage = Stage(module, fingerprint(upstream, args, *files))
    if not stage.is_fresh:
        run(f"compiling {module}", args)
        stage.done()
    return target, stage.mark


def build_c(manifest: Manifest, module: str) -> tuple[list[pathlib.Path], list[str]]:
    targets, marks = [], []
    headers = sorted((ROOT / "Sources" / module).rglob("*.h"))
    for args in manifest.c(module):
        source = pathlib.Path(args[args.index("-c") + 1])
        target = OUT / f"{module}-{source.name}.o"
        args = without(args, "-MD", "-MT ", "-MF ")
        args = replaced(args, "-o", str(target)) + C_FLAGS
        stage = Stage(target.stem, fingerprint(args, source, *headers))
        if not stage.is_fresh:
            run(f"compiling {source.name}", args)
            stage.done()
        targets.append(target)
        marks.append(stage.mark)
    return targets, marks


def build_harness(manifest: Manifest, upstream: list[str]) -> tuple[pathlib.Path, str]:
    args = manifest.swift("Command")
    files = sorted(HARNESS.glob("*.swift"))
    flags = [word for place, word in enumerate(args)
             if word == "-Xcc" or args[place - 1] in ("-Xcc", "-target", "-swift-version", "-package-name", "-I")
             or word in ("-target", "-swift-version", "-package-name", "-I") or word.startswith("-I/")]
    target = OUT / "harness.o"
    args = [args[0], "-module-name", "FuzzHarness", "-parse-as-library", "-whole-module-optimization", "-O", "-g", "-c",
            "-I", str(OUT / "Modules"), *flags, *SWIFT_FLAGS, *map(str, files), "-o", str(target)]
    stage = Stage("harness", fingerprint(upstream, args, *files))
    if not stage.is_fresh:
        run("compiling the harness", args)
        stage.done()
    return target, stage.mark


def link(manifest: Manifest, ours: list[pathlib.Path], marks: list[str]) -> None:
    args = manifest.link()
    listed = [word[1:] for word in args if word.startswith("@")][0]
    again = tuple(f"/{module}.build/" for module in SWIFT_MODULES + C_MODULES)
    objects = [line.strip("'\"") for line in pathlib.Path(listed).read_text().split("\n") if line]
    # CProcess wraps what the sanitizers wrap; of it the program's own main alone has need, which is not run.
    objects = [path for path in objects if not any(folder in path for folder in (*again, "/CProcess.build/"))]
    listing = OUT / "objects.list"
    listing.write_text("".join(f"'{path}'\n" for path in [*objects, *map(str, ours)]))
    args = [f"@{listing}" if word.startswith("@") else word for word in args]
    # The program's own standard library comes with a flag that hides the functions of archives, the sanitizers' too.
    archives = ("CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections")
    args = without(args, "-static-stdlib", *(f"-l{name}" for name in archives))
    # The program's own main gives way to libFuzzer's.
    start = args.index("--defsym") - 1
    args = args[:start] + args[start + 4:]
    args = replaced(args, "-o", str(OUT / "fuzzer")) + ["-sanitize=address,fuzzer"]
    for name in ("cprocess_expect_refusals", "cprocess_explain_faults", "cprocess_with_stack"):
        args += ["-Xlinker", f"--defsym={name}=0"]
    kept = [(path, pathlib.Path(path).stat().st_mtime_ns) for path in objects]
    stage = Stage("fuzzer", fingerprint(args, marks, kept))
    if not stage.is_fresh or not (OUT / "fuzzer").exists():
        run("linking", args)
        stage.done()


def build() -> pathlib.Path:
    (OUT / "Modules").mkdir(parents=True, exist_ok=True)
    manifest = Manifest()
    objects, marks = [], []
    for module in C_MODULES:
        targets, new = build_c(manifest, module)
        objects += targets
        marks += new
    for module in SWIFT_MODULES:
        target, mark = build_swift(manifest, module, marks)
        objects.append(target)
        marks = marks + [mark]
    target, mark = build_harness(manifest, marks)
    link(manifest, objects + [target], marks + [mark])
    return OUT / "fuzzer"


if __name__ == "__main__":
    build()
