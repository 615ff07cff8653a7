"""`python -m swift_pba.worker`: one worker, which a search starts and speaks to on its standard input."""

import os
import sys


def main() -> None:
    """Serve until the coordinator ends."""
    if sys.argv[1:] or os.isatty(0):
        sys.exit("Error: this is a worker, which pba search starts and speaks to in lines of JSON; see docs/worker-protocol.md")
    if sys.flags.hash_randomization and os.environ.get("PYTHONHASHSEED", "random") == "random":
        # The order of a set of texts would be another in each process.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    # A file of the working folder must not take the place of a module, as it would not on another machine.
    if sys.path[0] == os.getcwd() != os.path.dirname(os.path.dirname(os.path.dirname(__file__))):
        del sys.path[0]
    # Before anything is imported that might print.
    from .channel import Channel

    channel = Channel.of_standard_streams()
    from .service import serve

    try:
        code = serve(channel)
    finally:
        channel.end_children()
    sys.exit(code)


if __name__ == "__main__":
    main()
