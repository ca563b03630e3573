"""What every array of ours is that stands in for NumPy's while somebody's code runs: exact numbers, balls."""

from __future__ import annotations


class StandIn:
    """An array that is none of NumPy's and looks like one."""

    @property
    def ndim(self) -> int:
        """The number of axes."""
        raise NotImplementedError
