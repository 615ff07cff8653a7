"""Own trainers: a class that trains a network of yours for a few epochs at a time, which a search calls for each trial.

`python -m swift_pba.trainer init FILE.py` writes an example, `python -m swift_pba.trainer check FILE.py` tries one.
"""

from __future__ import annotations

from .segment import Segment, Stop, Trainer

__all__ = ["Segment", "Stop", "Trainer"]
