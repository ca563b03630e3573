"""The comparer: each kind of knowledge, entries that were not asked, and whatever may stand where a gradient should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.evidence.records import Comparison
from verify.exact import pair_field
from verify.exact.numbers import ExactArray, PairWorld, World
from verify.judgement.comparison import all_zero, compare, mismatches, without_numbers
from verify.judgement.messages import Subject
from verify.oracles.derivative import Derivative

W = np.array([[1.0, -2.0, 4.0], [0.5, 0.0, 8.0]])
WORLDS = {"field": World(1), "pair_field": PairWorld(1)}


def numeric(gradient: Any = W, bound: Any = 1e-6) -> Derivative:
    value = np.asarray(gradient, dtype=float)
    return Derivative(kind="numeric", gradient={"W": value}, bound={"W": np.broadcast_to(bound, value.shape)}, note="n")


def exact(world: Any, gradient: Any = W, near: bool = True) -> Derivative:
    number = world.constant(gradient)
    shadow = {"W": number.shadow} if near else {}
    return Derivative(kind="exact", gradient={"W": number.value}, note="every entry", world=world, near=shadow)


def along(world: Any, gradient: Any = W) -> Derivative:
    number = world.constant(gradient)
    direction = world.field.random(number.shape, np.random.default_rng(3))
    total = world.field.total(world.field.multiply(number.value, direction), None, keepdims=False)
    return Derivative(kind="exact", gradient={"W": total}, note="one", world=world, directions={"W": direction})


def compared(known: Derivative | list[Derivative], *values: Any, **settings: Any) -> Comparison:
    points = known if isinstance(known, list) else [known]
    results = [(point, {"W": value}) for point, value in zip(points, values, strict=True)]
    (found,) = compare("oracle", results, Subject("the code"), ["W"], **settings)
    return found


KINDS = {
    "numeric": (numeric(), lambda value: value),
    **{f"exact {name}": (exact(world), world.constant) for name, world in WORLDS.items()},
    **{f"along {name}": (along(world), world.constant) for name, world in WORLDS.items()},
}
WORDS = {"numeric": ("agrees", "differs"), "exact": ("identical", "different")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_gradient_passes_and_each_single_wrong_entry_fails(kind: str) -> None:
    known, number = KINDS[kind]
    right, wrong = WORDS[known.kind]
    found = compared(known, number(W))
    assert (found.verdict, found.entries, found.mismatched, found.message) == (right, 6, 0, None)
    for index in np.ndindex(W.shape):
        moved = W.copy()
        moved[index] += 2.0**-10
        found = compared(known, number(moved))
        assert (found.verdict, found.mismatched) == (wrong, 1)
        if found.worst is not None:
            assert found.worst.index == index
        assert (found.worst is None) == kind.startswith("along")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (1.0, "shape ()"),
        ([[1.0]], "shape ()"),
        (W.T, "shape (3, 2)"),
        (W[None], "shape (1, 2, 3)"),
        (W.ravel(), "shape (6,)"),
        (W + 0j, "dtype complex128"),
        (np.full(W.shape, "a"), "dtype <U1"),
        (np.full(W.shape, None), "dtype object"),
    ],
    ids=str,
)
def test_what_is_no_real_array_of_the_shape_is_wrong_in_every_entry(kind: str, value: Any, said: str) -> None:
    known, _ = KINDS[kind]
    found = compared(known, value)
    assert (found.verdict, found.entries, found.mismatched) == (WORDS[known.kind][1], 6, 6)
    assert found.message == f"dW: the code gives {said}, expected real numbers of shape (2, 3)"
    (missing,) = compare("oracle", [(known, {})], Subject("the code"), ["W"])
    assert missing.message == "dW: the code gives nothing, expected real numbers of shape (2, 3)"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_wrong_where_it_stands(kind: str, lost: float) -> None:
    known, _ = KINDS[kind]
    value = W.copy()
    value[1, 0] = lost
    found = compared(known, value)
    assert (found.verdict, found.mismatched) == (WORDS[known.kind][1], 1)
    assert found.message is not None
    if kind.startswith("along"):
        assert found.message == "dW: the derivative along a random direction is different as an exact number"
    else:
        assert (
            found.message
            == f"dW[1, 0]: the code gives {lost:.6g}, the derivative is 0.5; not a number can't be a gradient"
        )


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.float32])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_any_real_dtype_are_numbers(kind: str, dtype: Any) -> None:
    known, _ = KINDS[kind]
    ones = replace(known, gradient=of_ones(known))
    assert compared(ones, np.ones(W.shape, dtype)).verdict == WORDS[known.kind][0]
    assert compared(ones, np.zeros(W.shape, dtype)).verdict == WORDS[known.kind][1]


def of_ones(known: Derivative) -> dict[str, Any]:
    if known.kind == "numeric":
        return {"W": np.ones(W.shape)}
    one = known.world.constant(np.ones(W.shape)).value
    if known.directions is None:
        return {"W": one}
    field = known.world.field
    return {"W": field.total(field.multiply(one, known.directions["W"]), None, keepdims=False)}


def test_pairs_are_equal_by_their_p_parts_alone() -> None:
    world = WORLDS["pair_field"]
    number = world.constant(W)
    other_q = ExactArray(world, number.value ^ np.uint64(1), None, number.shadow)
    other_p = ExactArray(world, number.value ^ np.uint64(1 << 32), None, number.shadow)
    assert compared(exact(world), other_q).verdict == "identical"
    assert compared(exact(world), other_p).verdict == "different"
    zero = pair_field.pack(np.zeros(W.shape, np.uint64), np.ones(W.shape, np.uint64))
    assert all_zero(replace(exact(world), gradient={"W": zero}), "W")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.floats(-12, -2), st.sampled_from([-1.0, 1.0]))
def test_ten_bounds_more_are_caught_and_a_tenth_of_one_is_not(seed: int, digits: float, sign: float) -> None:
    generator = np.random.default_rng(seed)
    gradient = generator.normal(size=(3, 2))
    relative = 10.0**digits
    known = numeric(gradient, relative * np.abs(gradient))
    assert compared(known, gradient * (1 + sign * 10 * relative)).verdict == "differs"
    assert compared(known, gradient * (1 + sign * relative / 10)).verdict == "agrees"
    one = gradient.copy()
    one[2, 1] *= 1 + sign * 10 * relative
    found = compared(known, one)
    assert (found.verdict, found.mismatched) == ("differs", 1)
    assert found.worst is not None
    assert found.worst.index == (2, 1)


def test_entries_that_were_not_asked_do_not_count() -> None:
    masked = W.copy()
    masked[0, 1] = masked[1, 2] = np.nan
    value = W.copy()
    value[0, 1], value[1, 2] = np.nan, 1e9
    found = compared(numeric(masked), value)
    assert (found.verdict, found.entries, found.mismatched) == ("agrees", 4, 0)
    assert found.note == "4 of 6 entries; n"
    value[0, 0] = 2.0
    found = compared(numeric(masked), value)
    assert (found.verdict, found.entries, found.mismatched) == ("differs", 4, 1)
    assert found.worst is not None
    assert found.worst.index == (0, 0)


def test_an_entry_whose_bound_is_not_known_was_not_asked_and_an_infinite_bound_allows_all_but_nan() -> None:
    bound = np.full(W.shape, 1e-6)
    bound[0, 0], bound[0, 1] = np.nan, np.inf
    value = W + [[5.0, 5.0, 0.0], [0.0, 0.0, 0.0]]
    assert compared(numeric(W, bound), value).verdict == "agrees"
    value[0, 1] = np.nan
    assert compared(numeric(W, bound), value).verdict == "differs"


def test_nothing_asked_is_vacuous_and_never_a_pass() -> None:
    found = compared(numeric(np.full(W.shape, np.nan)), W)
    assert (found.verdict, found.entries, found.worst, found.detects) == ("vacuous", 0, None, None)


@pytest.mark.parametrize("kind", ["numeric", "field", "pair_field"])
def test_agreement_with_nothing_but_zeros_is_vacuous_and_a_difference_is_wrong(kind: str) -> None:
    zeros = np.zeros(W.shape)
    known = numeric(zeros) if kind == "numeric" else exact(WORLDS[kind], zeros)
    assert all_zero(known, "W")
    found = compared(known, zeros)
    assert (found.verdict, found.detects) == ("vacuous", None)
    assert compared(known, zeros + 1.0).verdict == WORDS[known.kind][1]
    assert compared(known, zeros, vacuous={"W": False}).verdict == WORDS[known.kind][0]


def test_what_agreement_shows_may_be_decided_elsewhere() -> None:
    assert compared(numeric(), W, vacuous={"W": True}).verdict == "vacuous"
    assert compared(numeric(), 2 * W, vacuous={"W": True}).verdict == "differs"


def test_the_first_point_at_which_it_is_wrong_is_told() -> None:
    second = numeric(3 * W)
    found = compared([numeric(), second], W, 3 * W)
    assert (found.verdict, found.message) == ("agrees", None)
    found = compared([numeric(), second], W, 6 * W)
    assert found.verdict == "differs"
    assert found.worst is not None
    assert found.worst.expected == 3 * W[found.worst.index]
    zero = numeric(np.zeros(W.shape))
    assert compared([zero, numeric()], np.zeros(W.shape), W).verdict == "agrees"


def test_what_would_have_been_caught_is_the_bound_in_units_of_the_entry() -> None:
    found = compared(numeric(W, 1e-6), W)
    assert found.detects == pytest.approx(2e-6)  # of 0.5; the entry that is 0 does not count
    assert found.detects_typically == pytest.approx(5e-7)
    assert compared(exact(WORLDS["field"]), W).detects == 0.0
    assert compared(numeric(W, 1e-6), 2 * W).detects is None


def test_a_mask_says_which_entries_differ() -> None:
    value = W.copy()
    value[1, 1] = 1.0
    for known in (numeric(), *(exact(world) for world in WORLDS.values())):
        assert np.argwhere(mismatches(known, "W", value)).tolist() == [[1, 1]]


def test_without_numbers_only_a_message_makes_every_entry_wrong() -> None:
    assert without_numbers("exact", "W", "could not judge", 6, "why").mismatched == 0
    assert without_numbers("exact", "W", "different", 6, "why", "it stops").mismatched == 6
