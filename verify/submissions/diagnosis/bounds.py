"""How far a right gradient may be from the derivative of a submission's own loss: by round-off, and an eps in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.oracles.derivative import Derivative

_ROUNDOFF: Final = 1e-11  # of the largest entry: some hundred roundings of a small net, and of a larger one
_ROUNDOFF_IN_FLOAT32: Final = 2e-4
_OTHERS: Final = 1e-3  # of that, in units of the largest entry of all gradients
MOVED: Final = 1e-5  # what an eps or a clip in the loss may move its own derivative, of the largest entry
MOVED_FAR: Final = 1e-3  # the same where a probability is as small as 1e-5: so much is neither right nor wrong


def with_roundoff(known: Derivative, *, single_precision: bool, moved: float) -> Derivative:
    """Return the derivative with the bound that the gradient's own round-off, and an eps in the loss, make wider."""
    scales = {name: _largest(value) for name, value in known.gradient.items()}
    roundoff, largest = _ROUNDOFF_IN_FLOAT32 if single_precision else _ROUNDOFF, max(scales.values())
    bound = {
        name: value + roundoff * (scales[name] + _OTHERS * largest) + moved * scales[name]
        for name, value in known.bound.items()
    }
    besides = ", within what the eps or clip in the loss moves" if moved else ""
    return replace(known, bound=bound, note=f"{known.note}{besides}")


def _largest(value: Array) -> float:
    return float(np.max(np.abs(value), where=np.isfinite(value), initial=0.0))
