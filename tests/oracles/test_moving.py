"""Single entries that are moved: which, where they stand, and that the point itself is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from verify.oracles.moving import one_at_a_time, some_entries

PARAMS = {"W": np.arange(6.0).reshape(2, 3), "b": np.array([[10.0, 11.0]])}


def test_every_entry_is_moved_once_in_c_order() -> None:
    moves = some_entries(PARAMS)
    assert len(moves) == 8
    assert moves.at.tolist() == [0, 1, 2, 3, 4, 5, 10, 11]
    assert moves.which.tolist() == [0] * 6 + [1] * 2


def test_some_entries_are_always_the_same_and_none_twice() -> None:
    moves, again = some_entries(PARAMS, 3), some_entries(PARAMS, 3)
    assert moves.which.tolist() == [0, 0, 0, 1, 1]
    assert moves.entry.tolist() == again.entry.tolist()
    assert len(set(moves.entry[:3].tolist())) == 3


def test_numbers_go_where_their_entries_stand_and_nan_where_none_was_asked() -> None:
    moves = some_entries(PARAMS, 4)
    found = moves.arranged(moves.at)
    for name, value in PARAMS.items():
        asked = ~np.isnan(found[name])
        assert found[name].shape == value.shape
        assert np.array_equal(found[name][asked], value[asked])
    assert [int(np.isnan(value).sum()) for value in found.values()] == [2, 0]


@pytest.mark.parametrize("step", [0.5, 0.5j])
@pytest.mark.parametrize("order", ["C", "F"])
def test_one_entry_moves_at_a_time_and_the_point_stays(step: complex, order: str) -> None:
    params = {name: np.array(value, order=order) for name, value in PARAMS.items()}  # type: ignore[call-overload]
    moves, seen = some_entries(params), []

    def J(moved: dict[str, np.ndarray]) -> complex:
        seen.append([(name, *index) for name in params for index in np.argwhere(moved[name] != PARAMS[name]).tolist()])
        return complex(np.sum(moved["W"]) + np.sum(moved["b"])) if isinstance(step, complex) else np.sum(moved["W"])

    losses = one_at_a_time(J, params)(moves.which, moves.entry, np.full(8, step))
    assert seen == [[("W", *index)] for index in np.ndindex(2, 3)] + [[("b", *index)] for index in np.ndindex(1, 2)]
    assert losses.dtype == np.asarray(step).dtype
    assert losses.tolist() == ([36 + 0.5j] * 8 if isinstance(step, complex) else [15.5] * 6 + [15.0] * 2)
    assert all(np.array_equal(params[name], PARAMS[name]) for name in PARAMS)
