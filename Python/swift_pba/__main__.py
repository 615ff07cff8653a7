"""`python -m swift_pba export CHECKPOINT FILE`; any other command goes to the program `pba`."""

import sys

from . import _program


def main() -> None:
    """Export a network, or become the program."""
    if sys.argv[1:2] == ["export"]:
        try:
            from . import export
        except ImportError as error:
            sys.exit(f"Error: {error}")
        sys.exit(export.main(sys.argv[2:]))
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        print("python -m swift_pba export CHECKPOINT FILE  writes a network as .onnx or .pt2; see export --help.\n", flush=True)
    _program.main()


if __name__ == "__main__":
    main()
