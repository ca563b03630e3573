"""The balls oracle on the lab's network: right to 20 digits and more, on small nets and on the lab's own."""

from __future__ import annotations

import numpy as np
import pytest

from verify.balls.quotient import along
from verify.lab import network
from verify.lab.comparing import handwritten
from verify.nets.cases import FULL_SIZES, PARAMETERS, make_case
from verify.oracles.balls import ball_targets, balls
from verify.oracles.base import textbook_loss
from verify.oracles.symbolic import at_digits


@pytest.mark.parametrize("targets", ["one-hot", "soft"])
@pytest.mark.parametrize("sizes", [(2, 3, 2), (4, 5, 3)])
def test_it_agrees_with_the_claims_and_with_the_handwritten_code_in_balls(sizes, targets):
    case = make_case(sizes, 4, targets)
    (known,) = balls(network, case, textbook_loss)
    given, true = handwritten(network, known), at_digits(case)
    for name in PARAMETERS:
        np.testing.assert_allclose(known.in_floats().gradient[name], true[name], rtol=1e-12, atol=1e-15)
        pairs = zip(known.gradient[name].ravel(), given[name].value.ravel(), strict=True)
        assert all(one.overlaps(other) for one, other in pairs)
        assert np.max(known.in_floats().bound[name]) < 1e-25


def test_on_the_full_net_one_direction_a_parameter_tells_an_error_of_one_entry():
    (known,) = balls(network, make_case(FULL_SIZES, 1), textbook_loss)
    given = handwritten(network, known)
    assert known.directions is not None
    for name in PARAMETERS:
        assert known.gradient[name].overlaps(along(given[name], known.directions[name]))
    wrong = given["b2"].copy()
    wrong[0, 0] = wrong[0, 0] * (1 + np.float64(2.0**-50))
    assert not known.gradient["b2"].overlaps(along(wrong, known.directions["b2"]))


def test_rows_of_soft_targets_sum_to_exactly_one():
    from verify.balls.world import BallWorld

    Y = ball_targets(BallWorld(), make_case((3, 4, 3), 5, "soft"))
    assert all(one.contains(1) for one in np.sum(Y, axis=1).value.tolist())
