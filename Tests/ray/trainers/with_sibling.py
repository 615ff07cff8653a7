"""A trainer whose file imports another of its folder."""

from sums import Sums


class Sibling(Sums):
    """The same, under another name."""
