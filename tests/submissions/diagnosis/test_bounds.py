"""What is about submissions alone: how much wider a bound becomes, and which shapes a gradient may have."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from verify.judgement.comparison import mismatches
from verify.oracles.derivative import Derivative
from verify.submissions.diagnosis.bounds import with_roundoff
from verify.submissions.execution.shapes import fits, in_shape

G = {"W": np.array([[2.0, -4.0], [np.nan, 1.0]]), "b": np.array([1e-6, 1e3])}
KNOWN = Derivative(
    kind="numeric", gradient=G, bound={"W": np.where(np.isnan(G["W"]), np.nan, 1e-12), "b": np.zeros(2)}, note="h"
)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("epsilon", [False, True])
def test_a_bound_holds_the_roundoff_of_the_number_format_and_what_an_eps_moves(single: bool, epsilon: bool) -> None:
    wide = with_roundoff(KNOWN, single_precision=single, moved=1e-5 if epsilon else 0.0)
    relative = (2e-4 if single else 1e-11) * (4 + 1) / 4 + (1e-5 if epsilon else 0.0)
    assert wide.bound["W"][0] == pytest.approx([4 * relative + 1e-12] * 2)
    assert np.isnan(wide.bound["W"][1, 0])
    assert wide.note == ("h, within what the eps or clip in the loss moves" if epsilon else "h")
    for factor, wrong in ((10, True), (0.1, False)):
        moved = G["W"] + [[0.0, 4 * factor * relative], [0.0, 0.0]]
        assert bool(np.any(mismatches(wide, "W", moved))) == wrong


@pytest.mark.parametrize(
    ("given", "shape", "does"),
    [
        ((3,), (1, 3), True),
        ((1, 3), (1, 3), True),
        ((3, 1), (1, 3), False),
        ((3,), (3, 1), False),
        ((1, 3), (3,), True),  # b - db has an axis more, and as many numbers
        ((), (1, 1), True),
        ((2, 3), (3, 2), False),
        ((1,), (1, 3), False),
    ],
)
def test_a_gradient_fits_where_it_broadcasts_to_its_parameter_and_to_no_more(given, shape, does) -> None:
    value = np.arange(float(np.prod(given))).reshape(given)
    assert fits(value, shape) == does
    one = SimpleNamespace(name="b", shape=shape)
    reading = SimpleNamespace(structure=SimpleNamespace(parameters=[one]))
    found = in_shape(reading, {"b": value, "other": value})  # type: ignore[arg-type]
    assert found["b"].shape == (shape if does else given)
    assert found["other"] is value
