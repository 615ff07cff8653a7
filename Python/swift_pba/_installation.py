"""Where what is built is: beside this package in an installed wheel, or in the build folder of its checkout."""

from __future__ import annotations

from pathlib import Path


def find(installed: str, built: str, error: type[Exception], cure: str) -> Path:
    """Find a file of the wheel, or of the checkout.

    Parameters
    ----------
    installed : str
        Its path within the package.
    built : str
        Its name in the build folder.
    error : type
        What is raised where it is in neither.
    cure : str
        What makes it, in a checkout.
    """
    package = Path(__file__).resolve().parent
    places = package / installed, package.parents[1] / ".build" / "release" / built
    for path in places:
        if path.exists():
            return path
    raise error(f"swift_pba: found neither {places[0]} nor {places[1]}; install the wheel of swift-pba, or {cure}")
