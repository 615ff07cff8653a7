"""`python -m swift_pba export CHECKPOINT FILE`; any other command goes to the program `pba`."""

import sys

from . import _program


def main() -> None:
    """Export a network, or become the program."""
    if sys.argv[1:2] == ["export"]:
        from . import export

        sys.exit(export.main(sys.argv[2:]))
    _program.main()


if __name__ == "__main__":
    main()
