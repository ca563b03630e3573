"""The canary: a worker stand-in that answers with right numbers, whatever it is asked, is caught."""

from __future__ import annotations

import json
import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.places import RIGHT
from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function, function_of, parsed
from verify.reading.wiring.plan_records import Runnable, ValueBinding
from verify.sandbox.session import Worker
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask
from verify.submissions.execution.canary import Canary
from verify.submissions.execution.messages import Request, Run
from verify.submissions.judge import check_submission

Answer = tuple[Mapping[str, object], dict[str, Any]]
LEAF = [["backward", [["key", "W"]], "0"]]


def stand_in(gradient: Callable[..., Any]) -> Ask:
    def ask(request: Request, arrays: Any) -> Answer:
        assert isinstance(request, Run)
        factor = dict(request.plan.steps[0].arguments)["s"]
        assert isinstance(factor, ValueBinding)
        return {"leaves": LEAF}, {"0": gradient(arrays["X"], arrays["W"], arrays["Y"], factor.value)}

    return ask


def right(X: Any, W: Any, Y: Any) -> Any:
    return X.T @ (X @ W - Y)


def test_an_honest_worker_is_sound() -> None:
    assert Canary().is_sound(stand_in(lambda X, W, Y, s: s * right(X, W, Y)))


FORGED = {
    "the right gradient": lambda X, W, Y, s: right(X, W, Y),
    "the mean": lambda X, W, Y, s: right(X, W, Y) / len(X),
    "nearly what was asked": lambda X, W, Y, s: s * right(X, W, Y) * (1 + 1e-9),
    "zeros": lambda X, W, Y, s: 0 * W,
    "not numbers": lambda X, W, Y, s: W + np.nan,
    "another shape": lambda X, W, Y, s: s * right(X, W, Y).T,
    "one entry": lambda X, W, Y, s: np.asarray(1.0),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_worker_that_answers_something_else_is_caught(forged: Callable[..., Any]) -> None:
    # A canary whose factor happens to be 1 has right numbers: one in a million has, and this is another.
    canary = Canary()
    canary.factor = 1.5
    assert not canary.is_sound(stand_in(forged))


def test_a_worker_that_answers_with_nothing_or_an_error_is_caught() -> None:
    def refusing(request: Request, arrays: Any) -> Answer:
        raise Refused("no")

    assert not Canary().is_sound(lambda request, arrays: ({"leaves": []}, {}))
    assert not Canary().is_sound(lambda request, arrays: ({"error": "NameError"}, {}))
    assert not Canary().is_sound(refusing)


def test_no_two_canaries_have_the_same_name_or_factor() -> None:
    many = [Canary() for _ in range(20)]
    assert len({one.name for one in many}) == 20
    assert len({one.factor for one in many}) > 15
    assert all(1 <= one.factor < 17 for one in many)


def test_its_function_stands_behind_the_submission_and_is_wrong_by_the_factor() -> None:
    canary, draw = Canary(), np.random.default_rng(0)
    before = [Runnable(None, 1, "a = 1\n", defines=("a",))]
    *first, ours = canary.among(before)
    assert first == before
    assert ours.defines == (canary.name,)
    room: dict[str, Any] = {}
    exec(ours.code, room)
    X, W, Y = draw.normal(size=(5, 4)), draw.normal(size=(4, 3)), draw.normal(size=(5, 3))
    assert np.allclose(room[canary.name](X, W, Y, 3.0)["W"], 3 * right(X, W, Y))


Pair = namedtuple("Pair", "W b")
W = np.arange(6.0).reshape(2, 3)
RETURNED: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "dict": ({"W": W}, lambda found: found["W"]),
    "tuple": ((1, W), lambda found: found[1]),
    "list of dicts": ([{"W": W}], lambda found: found[0]["W"]),
    "namedtuple": (Pair(W, 2.0), lambda found: found.W),
    "object": (SimpleNamespace(W=W), lambda found: found.W),
    "array": (W, lambda found: found),
}


def twin_of(source: str, canary: Canary, owner: str | None = None, **room: Any) -> dict[str, Any]:
    tree = parsed(source)[0]
    function = function_of(tree if owner is None else tree.body[0], owner, None)  # type: ignore[attr-defined, arg-type]
    assert isinstance(function, Function)
    assert isinstance(function.place, Place)
    exec(source, room)
    exec(canary.twin(function).code, room)
    return room


@pytest.mark.parametrize(("returned", "part"), RETURNED.values(), ids=RETURNED)
def test_the_twin_multiplies_every_array_that_a_function_returns(returned: Any, part: Callable[[Any], Any]) -> None:
    canary = Canary()
    canary.factor = 2.5
    room = twin_of("def backward(X, *, Y):\n    return given\n", canary, given=returned)
    assert np.array_equal(part(room["backward"](1, Y=2)), 2.5 * W)


def test_the_twin_of_a_method_is_a_method() -> None:
    canary = Canary()
    canary.factor = 2.5
    source = "class Net:\n    def backward(self, X):\n        return {'W': X * self.k}\n    k = 2\n"
    room = twin_of(source, canary, "Net")
    assert np.array_equal(room["Net"]().backward(W)["W"], 5 * W)


def test_only_what_is_exactly_so_wrong_is_twice_wrong() -> None:
    canary = Canary()
    canary.factor = 1.5
    given = {"W1": W, "b1": W[:1]}
    assert canary.is_twice_wrong(given, {name: 1.5 * value for name, value in given.items()})
    assert not canary.is_twice_wrong(given, given)
    assert not canary.is_twice_wrong(given, {"W1": 1.5 * W, "b1": W[:1]})
    assert not canary.is_twice_wrong(given, {"W1": 1.5 * W})
    assert not canary.is_twice_wrong(given, {"W1": 1.5 * W.T, "b1": 1.5 * W[:1]})


@pytest.mark.slow
def test_the_judge_catches_a_worker_that_knows_the_right_answer_to_the_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, forged = Worker.ask, []

    def ask(self: Worker, header: dict[str, Any], arrays: Any = None, seconds: float | None = None) -> Answer:
        called = [str(step.get("call")) for step in header.get("steps", ())]
        if any(re.fullmatch("f[0-9a-f]{16}", name) for name in called):
            forged.append(called)
            return {"leaves": LEAF}, {"0": right(arrays["X"], arrays["W"], arrays["Y"])}
        return honest(self, header, arrays, seconds)

    assert check_submission(RIGHT).verdict == "correct"
    monkeypatch.setattr(Worker, "ask", ask)
    evidence = check_submission(RIGHT)
    assert forged
    assert evidence.verdict == "could not judge"
    assert "tampered" in evidence.sentence


def test_the_judge_catches_workers_that_answer_the_same_whatever_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, heard, replayed = Worker.ask, {}, []

    def ask(self: Worker, header: dict[str, Any], arrays: Any = None, seconds: float | None = None) -> Answer:
        if header.get("do") != "run":
            return honest(self, header, arrays, seconds)
        sent = {name: np.asarray(value).tobytes().hex() for name, value in (arrays or {}).items()}
        key = json.dumps([header, sent], sort_keys=True, default=str)
        if key in heard:
            replayed.append(key)
        else:
            heard[key] = honest(self, header, arrays, seconds)
        return heard[key]

    monkeypatch.setattr(Worker, "ask", ask)
    evidence = check_submission(RIGHT)
    assert replayed
    assert evidence.verdict == "could not judge"
    assert "tampered" in evidence.sentence
