"""What every array of ours is that stands in for NumPy's while somebody's code runs: exact numbers, balls."""

from __future__ import annotations

from typing import Any


class StandIn:
    """An array that is none of NumPy's and looks like one; `shadow` are the floats next to its numbers."""

    shadow: Any

    @property
    def ndim(self) -> int:
        """The number of axes."""
        raise NotImplementedError
