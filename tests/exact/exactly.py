"""What NumPy gives for exact arrays is an exact array, which its types cannot say."""

from __future__ import annotations

from verify.exact.numbers import ExactArray


def exactly(found: object) -> ExactArray:
    """Return what was found, which is an exact array."""
    assert isinstance(found, ExactArray)
    return found
