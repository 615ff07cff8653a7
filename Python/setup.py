"""Names the wheel for its platform, as it holds a program and a library, and for every Python, as these are not of one."""

import pathlib

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class PlatformWheel(bdist_wheel):
    """A wheel `py3-none-PLATFORM`."""

    def finalize_options(self) -> None:
        """Note that the content is not for every platform."""
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        """Return the tags of Python, of its binary interface, and of the platform."""
        return "py3", "none", super().get_tag()[2]


class PlatformDistribution(Distribution):
    """A package that is installed where libraries are."""

    def has_ext_modules(self) -> bool:
        """Return that it is not for every platform."""
        return True


if not (pathlib.Path(__file__).parent / "swift_pba" / "libpba.so").exists():
    raise SystemExit("swift-pba: found no library beside the package: make the wheel with scripts/wheel, and install that")

setup(cmdclass={"bdist_wheel": PlatformWheel}, distclass=PlatformDistribution)
