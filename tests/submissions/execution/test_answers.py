"""What a worker answers is checked as it comes in; a malformed answer is *could not judge*, and no fault of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from verify.balls.packing import PARTS
from verify.balls.world import BallWorld
from verify.exact.numbers import ExactArray
from verify.exact.world import PairWorld
from verify.sandbox.session import Failed
from verify.submissions.execution.answers import Refused, ball_losses, loaded, losses, made, met, unpacked
from verify.submissions.execution.messages import Broken

ONE = {"0": np.ones(2)}


def test_leaves_arrive_under_their_section_and_path() -> None:
    header = {"leaves": [["backward", [["key", "dW1"]], "0"], ["after", [["item", 2], ["attribute", "b"]], "1"]]}
    arrays = {**ONE, "1": np.zeros(3)}
    found = unpacked(header, arrays)
    assert list(found) == [("backward", (("key", "dW1"),)), ("after", (("item", 2), ("attribute", "b")))]
    assert [id(value) for value in found.values()] == [id(value) for value in arrays.values()]


@pytest.mark.parametrize(
    "leaves",
    [
        None, 5, "leaves", {"a": 1}, [5], [["a", []]], [[1, [], "0"]], [["a", "b", "0"]], [["a", [5], "0"]],
        [["a", [["key"]], "0"]], [["a", [["call", "f"]], "0"]], [["a", [["item", "x"]], "0"]],
        [["a", [["attribute", 3]], "0"]], [["a", [["key", None]], "0"]], [["a", [["key", True]], "0"]],
        [["a", [["key", [1]]], "0"]], [["a", [], "1"]], [["a", [], None]],
        [["a", [], 0]], [["a", [["item", -1]], "0"]], [["a", [["item", 1 << 40]], "0"]], [["a", [["key", 1 << 70]], "0"]],
        [["a", [["key", "x" * 1001]], "0"]], [["x" * 1001, [], "0"]], [["a", [], "0", 1]],
        [["a", [], "0"], ["b", [], "0"]],
    ],
)  # fmt: skip
def test_leaves_that_are_not_formed_as_agreed_are_refused(leaves: Any) -> None:
    with pytest.raises(Failed, match="not formed as agreed") as failed:
        unpacked({"leaves": leaves}, ONE)
    assert failed.value.kind == "message"


def test_an_exact_number_is_put_together_from_its_parts() -> None:
    arrays = {"0": np.ones(2), "0.value": np.ones(2, np.uint64), "0.slope": np.ones((3, 2), np.uint64)}
    found = unpacked({"leaves": [["a", [], "0"]]}, arrays, PairWorld(1))
    assert isinstance(found["a", ()], ExactArray)


@pytest.mark.parametrize(
    "part",
    [
        {"0.value": np.ones(3, np.uint64)}, {"0.value": np.ones(2)}, {"0": np.ones(2, complex)},
        {"0.slope": np.ones((3, 3), np.uint64)}, {"0.slope": np.ones((3, 2))}, {"0.slope": np.ones(2, np.uint64)},
    ],
)  # fmt: skip
def test_parts_of_an_exact_number_that_do_not_fit_each_other_are_refused(part: dict[str, Any]) -> None:
    arrays = {"0": np.ones(2), "0.value": np.ones(2, np.uint64), "0.slope": np.ones((3, 2), np.uint64), **part}
    with pytest.raises(Failed, match="exact number"):
        unpacked({"leaves": [["a", [], "0"]]}, arrays, PairWorld(1))


def test_an_error_of_the_code_is_cut_and_keeps_its_place() -> None:
    with pytest.raises(Refused) as refused:
        unpacked({"error": "x" * 10**6, "place": [None, 3]}, {})
    assert len(str(refused.value)) == 500
    assert refused.value.place == (None, 3)


@pytest.mark.parametrize(
    "place", [None, 5, [], [1], [1, 2, 3], ["1", 2], [1, "2"], [1, None], {"cell": 1}, [1, -1], [1, 1 << 40]]
)
def test_a_place_that_is_none_is_left_out(place: Any) -> None:
    with pytest.raises(Refused) as refused:
        unpacked({"error": "x", "place": place}, {})
    assert refused.value.place is None


@pytest.mark.parametrize("J", [None, np.ones(2), np.ones((3, 1)), np.ones(3, bool), np.ones(3, int)])
def test_losses_of_another_number_or_kind_are_refused(J: Any) -> None:
    with pytest.raises(Failed, match="3 losses were asked for"):
        losses({}, {} if J is None else {"losses": J}, 3)


def test_losses_of_floats_or_complex_numbers_are_taken() -> None:
    for dtype in (float, np.float32, complex):
        assert losses({}, {"losses": np.ones(3, dtype)}, 3).shape == (3,)


def test_what_failed_while_the_code_was_loaded_is_said() -> None:
    assert loaded({"failed": [{"index": 1, "error": "NameError: x"}]}, 2) == (Broken(1, "NameError: x"),)
    assert loaded({"failed": [{"index": 0, "error": "x" * 10**6}]}, 2) == (Broken(0, "x" * 500),)
    with pytest.raises(Failed, match="stopped while it was loaded: KeyError"):
        loaded({"error": "KeyError: 1"}, 2)


@pytest.mark.parametrize("failed", [
        None, 5, [5], [{}], {"error": "x"}, [{"index": 0}], [{"error": "x"}], [{"index": 0, "error": 1}],
        [{"index": 2, "error": "x"}], [{"index": -1, "error": "x"}], [{"index": "0", "error": "x"}],
        [{"index": True, "error": "x"}], [{"index": 1, "error": "x"}] * 2,
        [{"index": 1, "error": "x"}, {"index": 0, "error": "x"}], [{"index": 0, "error": "x", "more": 1}],
    ],
)  # fmt: skip
def test_an_answer_to_loading_that_is_not_formed_as_agreed_is_refused(failed: Any) -> None:
    with pytest.raises(Failed, match="not formed as agreed"):
        loaded({"failed": failed}, 2)


@pytest.mark.parametrize("error", [None, 5, ["x"], {"error": "x"}])
def test_an_error_that_is_no_text_is_refused(error: Any) -> None:
    for ask in (
        lambda header: unpacked(header, {}),
        lambda header: losses(header, {}, 1),
        lambda header: loaded(header, 1),
    ):
        with pytest.raises(Failed, match="its error is no text"):
            ask({"error": error})


def test_what_a_worker_says_is_cut_where_it_is_shown() -> None:
    for header in (
        {"leaves": [["a", [["x" * 10**6, "y"]], "0"]]},
        {"leaves": "\x1b" * 10**6},
        {"leaves": [], "x" * 10**6: 1},
    ):
        with pytest.raises(Failed) as failed:
            unpacked(header, ONE)
        assert len(failed.value.reason) < 300
        assert "\x1b" not in failed.value.reason


def test_what_was_made_is_given_by_its_path() -> None:
    found = made({"leaves": [["made", [["key", "W1"]], "0"]]}, ONE)
    assert list(found) == [(("key", "W1"),)]
    with pytest.raises(Failed, match="more than what was made"):
        made({"leaves": [["made", [], "0"], ["backward", [], "1"]]}, {**ONE, "1": np.ones(1)})
    with pytest.raises(Refused, match="ValueError: x"):
        made({"error": "ValueError: x", "place": None}, {})


@pytest.mark.parametrize("shape", [(0,), (1 << 40, 0), ((1 << 20) + 1, 1)])
def test_an_array_that_no_net_of_its_shape_could_be_made_of_is_no_parameter(shape: tuple[int, ...]) -> None:
    # The points that the judge makes have axes as long: nobody may have it take terabytes.
    arrays = {"0": np.ones((4, 3)), "1": np.zeros(shape, bool)}
    header = {"leaves": [["made", [["key", "W1"]], "0"], ["made", [["key", "W2"]], "1"]]}
    assert [path[0][1] for path in made(header, arrays)] == ["W1"]


FORGED = [
    None, np.zeros(3), np.zeros((2, PARTS)), np.zeros((3, PARTS + 1)), np.zeros((3, PARTS), np.float32),
    np.zeros((3, PARTS), complex), np.full((3, PARTS), np.nan), np.full((3, PARTS), np.inf), np.full((3, PARTS), -1.0),
]  # fmt: skip


@pytest.mark.parametrize("J", FORGED)
def test_losses_that_are_no_balls_are_refused(J: Any) -> None:
    assert ball_losses({}, {"losses": np.ones((3, PARTS))}, 3, BallWorld()).shape == (3,)
    with pytest.raises(Failed, match="not formed as agreed") as failed:
        ball_losses({}, {} if J is None else {"losses": J}, 3, BallWorld())
    assert failed.value.kind == "message"


@pytest.mark.parametrize("ball", FORGED[1:])
def test_a_gradient_that_is_no_balls_is_refused(ball: Any) -> None:
    header = {"leaves": [["a", [], "0"]]}
    assert unpacked(header, {"0": np.ones(3), "0.ball": np.ones((3, PARTS))}, balls=BallWorld())["a", ()].shape == (3,)
    with pytest.raises(Failed, match="not formed as agreed"):
        unpacked(header, {"0": np.ones(3), "0.ball": ball}, balls=BallWorld())


@pytest.mark.parametrize("flags", [None, np.zeros(3), np.zeros(2, bool), np.zeros((3, 1), bool)])
def test_what_was_met_on_the_way_is_three_flags(flags: Any) -> None:
    assert met({"met": np.array([True, False, True])}) == ("guard", "rounding")
    with pytest.raises(Failed, match="what was met"):
        met({} if flags is None else {"met": flags})
