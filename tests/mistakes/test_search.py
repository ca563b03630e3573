"""Every mistake of the catalogue, planted on a net where it has a meaning, is named, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.there import there
from verify.mistakes.apply import mutated
from verify.mistakes.catalogue import BY_ID, OF_A_STEP
from verify.mistakes.mistake import Mistake, Place, places
from verify.mistakes.names import known_as
from verify.mistakes.search import name_mistakes
from verify.nets.net import Net, Objective
from verify.nets.observation import Observation
from verify.reading.wiring.plan import Container
from verify.reading.wiring.plan_records import DictMaker
from verify.reading.wiring.points import make_point
from verify.reading.wiring.roles import Roles
from verify.reading.wiring.structure import made_up
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import in_own_shapes

NAMES = [(name, (("key", name),)) for name in ("W1", "b1", "W2", "b2")]
STRUCTURE = there(made_up(NAMES, (4, 7, 3), transposed=False, bias="row"))
MEAN = Fraction(1, 11)
NETS = [
    (Net(("tanh",), "softmax"), Objective("cross-entropy", "mean", MEAN)),
    (Net(("sigmoid",), "sigmoid"), Objective("binary-cross-entropy", "mean", MEAN, Fraction(1, 50))),
    (Net(("relu",), "tanh"), Objective("squared-error", "mean", MEAN)),
    (Net(("tanh",), "sigmoid"), Objective("squared-error", "mean", MEAN)),
]


def reading(net: Net, objective: Objective) -> Reading:
    nobody = Roles(None, None, None, None, None, None)
    plain = Reading(nobody, STRUCTURE, Container(DictMaker()), "rows", "one-hot", 11, (), (), ())
    return replace(plain, net=net, objective=objective)


def at(one: Reading, guess: dict[Place, Mistake], seed: int) -> Observation | None:
    assert one.net is not None
    assert one.objective is not None
    point = make_point(one.structure, one.batch, seed)
    layers = one.structure.layers(point.params)
    gradient = mutated(one.net, one.objective, one.net.forward(layers, point.X), layers, point.Y, guess, rate=one.rate)
    if gradient is None:
        return None
    try:
        given = in_own_shapes(one, gradient.dW, gradient.db)
    except ValueError:
        given = {name: gradient.db[int(name[1])] if name[0] == "b" else gradient.dW[int(name[1])] for name, _ in NAMES}
    return Observation(point.X, point.Y, point.params, given)


def named(one: Reading, guess: dict[Place, Mistake]) -> set[str] | None:
    """Return what a planted guess is named, or None where it has no meaning or no effect there."""
    points = [seen for seed in (1, 2) if (seen := at(one, guess, seed))]
    right = there(at(one, {}, 1))
    if len(points) < 2:
        return None
    same = [
        np.shape(points[0].given[n]) == np.shape(right.given[n])
        and np.allclose(points[0].given[n], right.given[n], rtol=1e-7)
        for n in right.given
    ]
    if all(same):
        return None
    found = name_mistakes(one, points, [])
    assert one.net is not None
    return {known_as(row, one.net, layer) for named in found for (_, layer), row in named.guess}


# Two names for the same numbers, on these nets: (its name, the name that is said).
EQUALS = {
    # Through a softmax or a sigmoid with its own loss dZ2 is c (Yhat - Y), and without a derivative 2 c (Yhat - Y).
    ("dZ2-without-softmax", "dZ2-doubled"),
    ("dZ2-without-sigmoid", "dZ2-doubled"),
    # Behind a softmax each row of dZ2 adds up to zero, and so does all of it.
    ("db2-mean-over-everything", "db2-summed-over-everything"),
    ("db2-summed-over-everything-and-averaged", "db2-summed-over-everything"),
    ("db2-summed-over-everything-not-averaged", "db2-summed-over-everything"),
    ("db2-summed-over-classes-not-averaged", "db2-summed-over-classes"),
    ("db2-mean-over-classes", "db2-summed-over-classes"),
    # The activation of a ReLU is its own mask times Z.
    ("dZ1-times-A1", "dZ1-relu-of-A-as-value"),
}


@pytest.mark.parametrize("row", OF_A_STEP, ids=[f"{one.step}-{one.name}" for one in OF_A_STEP])
def test_a_mistake_changes_the_gradient_and_is_named_or_a_documented_equal(row: Mistake) -> None:
    exactly_named = 0
    for net, objective in NETS:
        one = reading(net, objective)
        for place in [place for place in places(2) if place[0] == row.step]:
            found = named(one, {place: row})
            if found is None:
                continue
            expected = known_as(row, net, place[1])
            assert found == {expected} or {(expected, other) for other in found} <= EQUALS, (net, expected, found)
            assert found, (net, expected)
            exactly_named += found == {expected}
    assert exactly_named


@pytest.mark.parametrize("name", ["dW-averaged-twice", "dW-last-sample-missing", "db-mean", "db-sign"])
def test_a_mistake_made_in_every_layer_is_named_once_with_every_layer(name: str) -> None:
    row = next(one for one in OF_A_STEP if f"{one.step}-{one.name}" == name)
    net, objective = NETS[0]
    one = reading(net, objective)
    points = [there(at(one, {(row.step, 2): row, (row.step, 1): row}, seed)) for seed in (1, 2)]
    found = name_mistakes(one, points, [])
    assert [sorted(mistake.guess, key=lambda entry: entry[0]) for mistake in found] == [
        [((row.step, 1), row), ((row.step, 2), row)]
    ]


def test_a_mistake_that_fits_at_one_point_only_has_no_name() -> None:
    row = BY_ID["db", "mean"]
    one = reading(*NETS[0])
    first, second = (there(at(one, {("db", 2): row}, seed)) for seed in (1, 2))
    assert name_mistakes(one, [first, second], []) != ()
    assert name_mistakes(one, [first, there(at(one, {}, 2))], []) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [("db-mean", "dZ-one-minus-A{l}"), ("dW-averaged-twice", "dA-sign"), ("dZL-not-averaged", "dZ-without-{f}")],
)
def test_a_pair_is_named_as_both(first: str, second: str) -> None:
    by_name = {f"{one.step}-{one.name}": one for one in OF_A_STEP}
    one, two = by_name[first], by_name[second]
    net, objective = NETS[0]
    guess: dict[Place, Mistake] = {(one.step, 2): one, (two.step, 1): two}
    assert named(reading(net, objective), guess) == {known_as(one, net, 2), known_as(two, net, 1)}


@pytest.mark.parametrize("factor", [1.37, 1.0001, 0.9])
def test_what_the_catalogue_does_not_know_has_no_name(factor: float) -> None:
    one = reading(*NETS[0])
    points = []
    for seed in (1, 2):
        point = at(one, {}, seed)
        assert point is not None
        given = {name: value.copy() for name, value in point.given.items()}
        given["W1"][:, 0] *= factor
        points.append(replace(point, given=given))
    assert name_mistakes(one, points, []) == ()


def test_a_penalty_that_the_loss_does_not_have_is_named_with_another_mistake() -> None:
    by_name = {f"{one.step}-{one.name}": one for one in OF_A_STEP}
    one, net = reading(*NETS[0]), NETS[0][0]
    points = []
    for seed in (1, 2):
        point = at(one, {("dA", 1): by_name["dA-sign"]}, seed)
        assert point is not None
        points.append(replace(point, given={**point.given, "W2": point.given["W2"] + 0.125 * point.params["W2"]}))
    found = name_mistakes(one, points, [])
    assert {known_as(row, net, layer) for named in found for (_, layer), row in named.guess} == {
        "dW2-weight-decay", "dA1-sign",
    }  # fmt: skip
