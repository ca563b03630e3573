"""The observed order of the central difference: its error must fall with the square of the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from verify.evidence.records import Order
from verify.oracles.difference import ladder


def order_along(
    J: Callable[[Mapping[str, Any]], float],
    params: Mapping[str, Any],
    gradient: Mapping[str, Any],
    noise: float,
    seed: int,
) -> Order | None:
    """Return the ladder of steps along one random direction, against the gradient's slope along it.

    None where J can't be had at a step of the ladder.
    """
    generator = np.random.default_rng(seed)
    direction = {name: generator.normal(size=value.shape) for name, value in params.items()}
    slope = sum(float(np.sum(gradient[name] * direction[name])) for name in params)

    def along(t: float) -> float:
        return J({name: value + t * direction[name] for name, value in params.items()})

    try:
        found = ladder(along, noise)
    except Exception:  # a step so long leaves where the loss is defined; nothing but the order is lost
        return None
    return Order(found.steps, tuple(abs(difference - slope) for difference in found.differences), found.order)
