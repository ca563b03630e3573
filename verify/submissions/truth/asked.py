"""What a submission answers at the points where it is judged, and whether it is really its code that answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.balls.refusal import NoBalls
from verify.exact.numbers import NotExpressible
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.canary import Canary
from verify.submissions.execution.measuring import in_exact_numbers, in_floats
from verify.submissions.truth.balls import given_in_balls
from verify.submissions.truth.oracles import Seen

Given = Mapping[str, Any]
_MOST_IN_BALLS: Final = 20_000  # numbers that a pass computes; a ball takes a thousand times as long as a float

TAMPERED: Final = (
    "the channel was tampered with: a function of verify's own, known to be wrong, did not come back wrong"
)


def answers(ask: Ask, reading: Reading, points: Sequence[Point], canary: Canary) -> Seen:
    """Ask for every gradient, before anything that decides is asked; the canary somewhere in between."""
    sung = secrets.randbelow(len(points))
    floats, exact, balls, sound, notes = [], [], [], True, list[str]()
    leaves: Leaves = {}
    for number, point in enumerate(points):
        if number == sung:
            sound = canary.is_sound(ask)
        at, found = in_floats(ask, reading, point)
        floats.append(at)
        leaves = leaves or found
    again, _ = in_floats(ask, reading, points[0])
    differing = changed(floats[0].given, again.given)
    unexplained = changed(added(floats[-1].given, floats[0].given), again.given)
    try:
        if reading.torch:
            raise NotExpressible("tensors of PyTorch")
        exact = [in_exact_numbers(ask, reading, *one) for one in zip(points, floats, strict=True)]
    except NotExpressible as operation:
        exact = []
        notes.append(f"exact numbers can't express {operation}")
    large = sum(np.size(value) for value in leaves.values()) > _MOST_IN_BALLS
    try:
        balls = [] if large else given_in_balls(ask, reading, points, floats)
    except NoBalls as reason:
        notes.append(f"balls do not apply: {reason}")
    sound = sound and canary.is_sound(ask)
    adds = not set(differing) & set(unexplained)
    return Seen(floats, exact, balls, leaves, adds, differing, sound, large, notes)


def twin(ask: Ask, reading: Reading, point: Point, canary: Canary, seen: Seen) -> str:
    """Return what is wrong where the submission's own function, spoiled on purpose, does not come back spoiled.

    `ask` reaches a worker that has loaded the submission and the spoiled function.
    """
    judged = reading.roles.backward
    assert judged is not None
    try:
        spoiled, _ = in_floats(ask, reading, point)
    except Refused:
        return ""  # it cannot be spoiled this way; the other canary was heard
    if canary.is_twice_wrong(seen.floats[0].given, spoiled.given):
        return ""
    if not changed(seen.floats[0].given, spoiled.given):
        return TAMPERED
    return (
        f"what was judged is not what {judged.name} returns: multiplied by a known factor there, the gradients did not "
        "come back multiplied by it"
    )


def changed(first: Given, second: Given) -> tuple[str, ...]:
    """Return the names under which two calls do not give the same."""
    return tuple(
        name for name, value in first.items()
        if name not in second or np.shape(value) != np.shape(second[name])
        or not np.allclose(value, second[name], rtol=1e-6, equal_nan=True)
    )  # fmt: skip


def added(first: Given, second: Given) -> dict[str, Any]:
    """Return the sums of what two calls give under the same name and in the same shape."""
    return {
        name: value + second[name] for name, value in first.items()
        if name in second and np.shape(value) == np.shape(second[name])
    }  # fmt: skip
