"""The exact oracle says identical for the lab's backward, and different for anything else by any amount."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from verify.exact import field
from verify.exact.numbers import ExactArray, NotExpressible, World
from verify.lab import network
from verify.nets.cases import FULL_SIZES, PARAMETERS, SMALL_SIZES, make_case
from verify.oracles.base import Known, textbook_loss
from verify.oracles.exact import POINTS, exact, exact_targets

FULL = make_case(FULL_SIZES, 4)


def gradient_of_code(known: Known, code=network) -> dict[str, ExactArray]:
    return code.backward(known.X, known.params, code.forward(known.params, known.X)[1], known.Y)


def identical(known: Known, name: str, value: ExactArray) -> bool:
    if known.directions is None:
        return value.value.tolist() == known.gradient[name].tolist()
    along = field.total(field.multiply(value.value, known.directions[name]), None, keepdims=False)
    return int(along) == int(known.gradient[name])


def without_the_batch(X, params, outputs, Y):
    return {name: value * Y.shape[0] for name, value in network.backward(X, params, outputs, Y).items()}


@pytest.mark.parametrize("sizes", SMALL_SIZES)
@pytest.mark.parametrize("targets", ["one-hot", "soft"])
@pytest.mark.parametrize("weights", ["ordinary", "saturated"])
def test_the_labs_backward_is_identical_in_every_entry(sizes, targets, weights):
    points = exact(network, make_case(sizes, 4, targets, weights), textbook_loss)
    assert len(points) == POINTS == 2
    for known in points:
        code = gradient_of_code(known)
        assert all(identical(known, name, code[name]) for name in PARAMETERS)


@pytest.mark.parametrize("m", [1, 2, 3, 7])
def test_the_labs_backward_is_identical_at_any_batch(m):
    for known in exact(network, make_case((3, 4, 3), m, "soft"), textbook_loss):
        code = gradient_of_code(known)
        assert all(identical(known, name, code[name]) for name in PARAMETERS)


def test_the_labs_backward_is_identical_at_full_size():
    for known in exact(network, FULL, textbook_loss):
        code = gradient_of_code(known)
        assert known.directions is not None
        assert all(identical(known, name, code[name]) for name in PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("amount", [1, 1e-10, -1e-15, 1e-300])
def test_one_entry_that_is_off_by_any_amount_is_different(name, amount):
    for known in exact(network, make_case((4, 5, 3), 4), textbook_loss):
        value = gradient_of_code(known)[name]
        off = np.zeros(value.shape)
        off.flat[-1] = amount
        assert identical(known, name, value)
        assert not identical(known, name, value + off)


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMETERS)
def test_one_entry_that_is_off_is_different_at_full_size_along_the_direction(name):
    known = exact(network, FULL, textbook_loss)[0]
    value = gradient_of_code(known)[name]
    off = np.zeros(value.shape)
    off.flat[7] = 1e-12
    assert not identical(known, name, value + off)


@pytest.mark.parametrize("case", [make_case((3, 4, 3), 4), FULL], ids=["small", "full"])
def test_wrong_code_is_different(case):
    wrong = SimpleNamespace(forward=network.forward, backward=without_the_batch)
    for known in exact(network, case, textbook_loss):
        code = gradient_of_code(known, wrong)
        assert not any(identical(known, name, code[name]) for name in PARAMETERS)


def test_rows_that_do_not_sum_to_one_make_the_labs_backward_different():
    for known in exact(network, make_case((3, 4, 3), 4, "any"), textbook_loss):
        code = gradient_of_code(known)
        assert not any(identical(known, name, code[name]) for name in PARAMETERS)


def test_the_textbook_gradient_is_not_that_of_the_implemented_loss():
    def implemented(Yhat, Y):
        return network.loss_accuracy(Yhat, Y)[0]

    for known in exact(network, make_case((3, 4, 3), 4), implemented):
        code = gradient_of_code(known)
        assert not any(identical(known, name, code[name]) for name in PARAMETERS)


@pytest.mark.parametrize("sizes", [*SMALL_SIZES, FULL_SIZES])
def test_soft_targets_sum_to_exactly_one_in_the_field(sizes):
    Y = exact_targets(World(1), make_case(sizes, 5, "soft"))
    assert [sum(row) % field.PRIME for row in Y.value.tolist()] == [1] * 5


def test_one_hot_targets_stay_zeros_and_ones_and_any_targets_are_free():
    assert (
        exact_targets(World(1), make_case((3, 4, 3), 5)).value.tolist()
        == make_case((3, 4, 3), 5).Y.astype(int).tolist()
    )
    free = exact_targets(World(1), make_case((3, 4, 3), 5, "any"))
    assert all(sum(row) % field.PRIME != 1 for row in free.value.tolist())


def test_the_two_points_are_different_points_over_the_same_shadow():
    one, other = exact(network, make_case((2, 3, 2), 3), textbook_loss)
    assert np.all(one.params["W1"].value != other.params["W1"].value)
    assert np.array_equal(one.params["W1"].shadow, other.params["W1"].shadow)


def test_the_same_case_gives_the_same_points():
    case = make_case((2, 3, 2), 3)
    one, again = (exact(network, case, textbook_loss)[0] for _ in range(2))
    assert one.gradient["W1"].tolist() == again.gradient["W1"].tolist()


def test_a_net_with_one_class_has_the_gradient_zero():
    for known in exact(network, make_case((1, 2, 1), 3), textbook_loss):
        assert not any(np.any(known.gradient[name]) for name in PARAMETERS)


def test_a_loss_that_does_not_depend_on_a_parameter_has_the_gradient_zero_there():
    for known in exact(network, make_case((2, 3, 2), 3), lambda Yhat, Y: np.sum(Y)):
        assert not any(np.any(known.gradient[name]) for name in PARAMETERS)


def test_a_forward_pass_beyond_exact_numbers_is_refused_by_name():
    strange = SimpleNamespace(forward=lambda params, X: (np.sqrt(X), {}))
    with pytest.raises(NotExpressible, match=r"np\.sqrt"):
        exact(strange, make_case((2, 3, 2), 3), textbook_loss)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_no_number_is_different_and_not_a_crash(value):
    from types import SimpleNamespace

    from verify.lab.check import check_case
    from verify.lab.planting import BY_NAME, network_with

    planted = network_with(BY_NAME["db2-mean"]).module

    def backward(X, params, outputs, Y):
        return {**planted.backward(X, params, outputs, Y), "b2": np.full(params["b2"].shape, value)}

    network = SimpleNamespace(forward=planted.forward, loss_accuracy=planted.loss_accuracy, backward=backward)
    found = check_case(network, make_case((2, 3, 2), 3), ("exact",)).comparisons
    assert {one.parameter: one.verdict for one in found} == dict.fromkeys(("W1", "b1", "W2"), "identical") | {
        "b2": "different"
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (3.0, "shape ()"),
        ([[1.0, 2.0]], "shape ()"),
        (np.zeros((2, 1)), "shape (2, 1)"),
        (np.full((1, 2), None), "dtype object"),
        (np.full((1, 2), "a"), "dtype <U1"),
        (np.full((1, 2), 1j), "dtype complex128"),
    ],
    ids=str,
)
@pytest.mark.parametrize("oracle", ["exact", "symbolic", "complex-step", "central-difference"])
def test_what_is_no_real_array_of_the_right_shape_is_wrong_and_said_so(oracle, value, said):
    from verify.lab.check import check_case

    def backward(X, params, outputs, Y):
        return {**network.backward(X, params, outputs, Y), "b2": value}

    changed = SimpleNamespace(**{**vars(network), "backward": backward})
    found = check_case(changed, make_case((2, 3, 2), 3), (oracle,)).comparisons
    (b2,) = [one for one in found if one.parameter == "b2"]
    assert b2.verdict in ("different", "differs")
    assert b2.message == f"db2: backward gives {said}, expected real numbers of shape (1, 2)"
    assert [one.verdict for one in found if one.parameter != "b2"].count(b2.verdict) == 0
