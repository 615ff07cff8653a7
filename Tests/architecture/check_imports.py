"""Compares what each module imports with the table of ARCHITECTURE.md and with Package.swift.

An import or #include that the table does not have, one that it has and nothing uses, a module without a row, a row that imports
one of its own layer or above, and a target whose dependencies are not its imports are each a finding. So is an option of the
command line in the code of a module that Command stands on. Only the standard library of Python is needed."""

import argparse
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, require, run_all  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The folder of a module's sources, where it is not Sources/NAME.
ELSEWHERE = {
    "Recipes": ROOT / "Recipes/Reader", "Spaces": ROOT / "Spaces/Reader",
    "pba-benchmark": ROOT / "Benchmarks/Sources/pba-benchmark",
}
SYSTEM = {"Glibc", "Darwin", "Musl", "Synchronization", "Swift"}  # the standard library and the C library
PACKAGES = {"ArgumentParser", "GRDB", "GRDBSQLite", "Yams", "Foundation", "FoundationEssentials"}
# Where there is no FoundationEssentials, Foundation holds what it has; that is no import of the rest.
ESSENTIALS = re.compile(
    r"#if canImport\(FoundationEssentials\)\n  (import FoundationEssentials)\n#else\n  import Foundation\n#endif")
# The name in the table of what a header belongs to, by the beginning of its path.
LIBRARIES = {
    "torch/": "libtorch", "ATen/": "libtorch", "c10/": "libtorch", "oneapi/dnnl/": "libtorch", "ATen/cuda/": "CUDA's headers",
    "png.h": "libpng", "zlib.h": "zlib", "curl/": "libcurl", "openssl/": "OpenSSL",
    "jpeglib.h": "libjpeg", "jerror.h": "libjpeg", "webp/": "libwebp", "tiff": "libtiff", "gif_lib.h": "giflib",
}
# The standard library of C, the system's and the compiler's own.
C_HEADERS = set("""errno fcntl glob limits math poll setjmp signal stdarg stdatomic stdbool stddef stdint stdio stdlib string
    ucontext dlfcn pthread unistd immintrin arm_neon sys/auxv sys/mman sys/param sys/resource sys/syscall sys/vfs""".split())
# Headers that are included without linking what they belong to.
HEADERS_ALONE = {("ATenBackend", "CTorch"), ("ATenBackend", "CTorchCUDA")}
LOADED_LATER = " when first needed"
SWIFT_IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\(\w+\))? +)*(?:(?:public|package|internal|private|fileprivate) +)?"
    r"import +(?:(?:struct|class|enum|protocol|func|var|let|typealias) +)?(\w+)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def modules() -> dict[str, pathlib.Path]:
    found = {path.name: path for path in (ROOT / "Sources").iterdir() if path.is_dir()}
    return found | ELSEWHERE


def swift_imports(text: str) -> set[str]:
    return set(SWIFT_IMPORT.findall(ESSENTIALS.sub(r"\1", text))) - SYSTEM


def includes(path: pathlib.Path, folders: dict[str, pathlib.Path]) -> set[str]:
    """What a C file includes of other modules and of libraries."""
    found = set()
    for kind, name in INCLUDE.findall(path.read_text()):
        if kind == '"':
            target = (path.parent / name).resolve()
            owner = [module for module, folder in folders.items() if folder in target.parents]
            found.update(set(owner) - {module for module, folder in folders.items() if folder in path.parents})
        else:
            found |= owners_of_header(name)
    return found


def owners_of_header(name: str) -> set[str]:
    """What a header in angle brackets belongs to: nothing for the standard libraries of C and C++, itself if nobody knows."""
    owners = {library for start, library in LIBRARIES.items() if name.startswith(start)}
    is_standard = name.removesuffix(".h") in C_HEADERS if name.endswith(".h") else "/" not in name and "." not in name
    return owners or (set() if is_standard else {f"<{name}>"})


def imports_of_sources(folders: dict[str, pathlib.Path]) -> dict[str, set[str]]:
    result = {}
    for module, folder in folders.items():
        found = set()
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".swift":
                found |= swift_imports(path.read_text())
            elif path.suffix in (".h", ".hpp", ".c", ".cpp", ".inc"):
                found |= includes(path, folders)
        result[module] = found - {module}
    return result


def table(text: str) -> dict[str, tuple[int, set[str]]]:
    """Layer and imports of each module by the table under 'Modules'."""
    rows = {}
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or not cells[0].isdigit():
            continue
        names = re.findall(r"`([\w-]+)`", cells[1])
        imported = {name.strip() for name in cells[3].split(",")} - {"nothing"}
        imported = {name for name in imported if not name.endswith(LOADED_LATER)}
        for name in names:
            rows[name] = (int(cells[0]), imported)
    return rows


def dependencies() -> dict[str, set[str]]:
    """What Package.swift, and that of the benchmarks, say that each target depends on."""
    result = {}
    for package in (ROOT, ROOT / "Benchmarks"):
        said = subprocess.run(["swift", "package", "describe", "--type", "json"], cwd=package, capture_output=True, text=True)
        if said.returncode != 0:
            raise Failure(f"swift package describe failed in {package}\n{said.stderr}")
        for target in json.loads(said.stdout)["targets"]:
            result[target["name"]] = set(target.get("target_dependencies", [])) | set(target.get("product_dependencies", []))
    return result


def check(
    folders: dict[str, pathlib.Path],
    imports: dict[str, set[str]],
    rows: dict[str, tuple[int, set[str]]],
    targets: dict[str, set[str]],
) -> list[str]:
    findings = []
    for module in sorted(folders):
        if module not in rows:
            findings.append(f"{module}: has no row in the table of ARCHITECTURE.md")
            continue
        layer, allowed = rows[module]
        for name in sorted(imports[module] - allowed):
            findings.append(f"{module}: imports {name}, which its row does not allow")
        for name in sorted(allowed - imports[module]):
            findings.append(f"{module}: its row allows {name}, which nothing in it imports")
        for name in sorted(imports[module] & set(rows)):
            if rows[name][0] >= layer:
                findings.append(f"{module}: belongs to layer {layer} and imports {name} of layer {rows[name][0]}")
    for module in sorted(set(rows) - set(folders)):
        findings.append(f"{module}: has a row in the table and no sources")
    for name, needed in sorted(targets.items()):
        if name not in folders:
            continue
        packages = PACKAGES - {"Foundation", "FoundationEssentials"}
        own = {import_ for import_ in imports[name] if import_ in folders or import_ in packages}
        own -= {used for owner, used in HEADERS_ALONE if owner == name}
        for missing in sorted(own - needed):
            findings.append(f"{name}: imports {missing}, which Package.swift does not list among its dependencies")
        for idle in sorted(needed - own):
            findings.append(f"{name}: Package.swift lists {idle}, which nothing in it imports")
    return findings


def code(text: str) -> str:
    """A source without the lines that are comments."""
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("//"))


# A property of a style sheet has the same form, and a call of another program its own options.
OPTION = re.compile(r"(?<!var\()(?<![\w-])--[a-z][\w-]*(?!\w|-|:(?! ))")


def below(top: str, imports: dict[str, set[str]]) -> set[str]:
    """The modules that a module stands on."""
    found, open_ = set(), {top}
    while open_:
        open_ = set().union(*(imports.get(module, set()) for module in open_)) - found
        found |= open_
    return found & set(imports)


def options_named(folders: dict[str, pathlib.Path], imports: dict[str, set[str]]) -> list[str]:
    """Where a module that Command stands on names an option: it must name the setting, which Command calls by its option."""
    findings = []
    for module in sorted(below("Command", imports)):
        for path in sorted(folders[module].rglob("*")):
            if path.suffix in (".swift", ".c", ".cpp", ".h", ".hpp", ".inc"):
                for option in OPTION.findall(code(path.read_text())):
                    findings.append(f"{path.relative_to(ROOT)}: names the option {option}; name the setting, as in ErrorText")
    return findings


def the_check_notices_what_is_wrong() -> None:
    """On a table of two modules."""
    folders = {"Low": ROOT, "High": ROOT}
    rows = {"Low": (0, set()), "High": (1, {"Low"})}
    sound = check(folders, {"Low": set(), "High": {"Low"}}, rows, {"High": {"Low"}})
    assert sound == [], sound
    for imports, targets in [
        ({"Low": {"High"}, "High": {"Low"}}, {}),  # an arrow up
        ({"Low": set(), "High": set()}, {}),  # an arrow less
        ({"Low": {"Yams"}, "High": {"Low"}}, {}),  # an arrow more
        ({"Low": set(), "High": {"Low"}}, {"High": set()}),  # a dependency less
        ({"Low": set(), "High": {"Low"}}, {"High": {"Low", "Yams"}}),  # a dependency more
    ]:
        assert check(folders, imports, rows, targets), (imports, targets)
    assert below("C", {"A": set(), "B": {"A"}, "C": {"B"}, "D": {"A"}}) == {"A", "B"}
    for text, options in [
        ('"lower --train-size"', ["--train-size"]), ('"(--resume) or"', ["--resume"]),
        ("// --resume", []), ('":root{--ink:1}"', []),
        ('"var(--ink)"', []), ('"a--b"', []), ('"--epochs: found"', ["--epochs"]),
    ]:
        assert OPTION.findall(code(text)) == options, text
    for header, owners in [
        ("stdint.h", set()), ("vector", set()), ("torch/torch.h", {"libtorch"}), ("fftw3.h", {"<fftw3.h>"}),
    ]:
        assert owners_of_header(header) == owners, header
    assert swift_imports("@testable import A\npublic import struct B.C\n  import D\n// import E\n") == {"A", "B", "D"}


def the_modules_are_as_the_table_says() -> str:
    folders = modules()
    rows = table((ROOT / "ARCHITECTURE.md").read_text())
    imports = imports_of_sources(folders)
    findings = check(folders, imports, rows, dependencies()) + options_named(folders, imports)
    require(not findings, "\n     ".join(findings))
    return f"{len(folders)} modules"


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    run_all([
        ("the check notices what is wrong", the_check_notices_what_is_wrong),
        ("imports, table and Package.swift agree", the_modules_are_as_the_table_says),
    ])


if __name__ == "__main__":
    main()
