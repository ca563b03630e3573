"""What every verdict trusts, on the lab's network and on somebody else's code."""

from __future__ import annotations

from typing import Final

MACHINE: Final = (
    "Python, NumPy and the machine below them; verify's own comparer (its tests plant mistakes and ask to see them)"
)
BALLS: Final = (
    "balls: python-flint's balls hold what they say (Arb's rigorous arithmetic), and NumPy's functions on them, in "
    "verify/balls, are NumPy's",
    "balls: the slope of the loss only rises or only falls within 1e-30 of the point; the gap of the two one-sided "
    "quotients is then all that a step leaves out",
)
