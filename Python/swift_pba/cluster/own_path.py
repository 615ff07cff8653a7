"""Where the programs of this folder find modules."""

import os
import sys


def leave_working_folder() -> None:
    """Keep files of the working folder from taking the place of modules, as Python with `-m` would let them."""
    if sys.path[0] == os.getcwd() != os.path.dirname(os.path.dirname(os.path.dirname(__file__))):
        del sys.path[0]
