"""Requests and answers are records: each comes back from JSON as it went there, and nothing malformed becomes one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    CallMaker,
    DictMaker,
    FunctionBinding,
    GlobalsMaker,
    ListMaker,
    ListsMaker,
    ObjectMaker,
    ParamBinding,
    ParamsBinding,
    Plan,
    ResultBinding,
    Runnable,
    Slot,
    Step,
    ValueBinding,
)
from verify.sandbox.session import Failed
from verify.submissions.execution.answers import to_listed, to_loaded, to_stopped
from verify.submissions.execution.coding import LONGEST_NAME, Malformed, decoded, encoded, encoded_answer
from verify.submissions.execution.inside.driver import Driver
from verify.submissions.execution.messages import (
    BallLosses,
    Broken,
    Digits,
    Leaf,
    Listed,
    Load,
    Loaded,
    Losses,
    Make,
    Request,
    Run,
    Stopped,
)

NAMES = st.text(max_size=8)
WHOLE = st.integers(-(1 << 60), 1 << 60)
STEPS = (
    st.tuples(st.just("key"), NAMES | WHOLE)
    | st.tuples(st.just("item"), st.integers(0, 400))
    | st.tuples(st.just("attribute"), NAMES)
)


def some(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=3).map(tuple)


PATHS = some(STEPS)
VALUES = WHOLE | st.floats(allow_nan=False) | some(WHOLE)
BINDINGS = (
    st.builds(ArrayBinding, NAMES)
    | st.builds(ValueBinding, VALUES)
    | st.builds(ParamsBinding, st.booleans())
    | st.builds(ParamBinding, PATHS)
    | st.builds(ResultBinding, NAMES, PATHS)
    | st.builds(FunctionBinding, NAMES)
)
ARGUMENTS = some(st.builds(Argument, NAMES, BINDINGS))
LENGTHS = st.integers(0, 100)
MAKERS = (
    st.builds(GlobalsMaker)
    | st.builds(CallMaker, NAMES, ARGUMENTS)
    | st.builds(DictMaker)
    | st.builds(ObjectMaker)
    | st.builds(ListMaker, LENGTHS)
    | st.builds(ListsMaker, some(NAMES), LENGTHS)
)
PLANS = st.builds(
    Plan,
    MAKERS,
    some(st.builds(Slot, PATHS, NAMES)),
    some(st.builds(Step, NAMES, NAMES, ARGUMENTS, st.booleans())),
    ARGUMENTS,
    st.booleans(),
)
RUNNABLES = st.builds(Runnable, st.none() | LENGTHS, WHOLE, NAMES, st.none() | NAMES, some(NAMES))
DIGITS = st.builds(Digits, st.booleans(), LENGTHS)
REQUESTS = (
    st.builds(Load, some(RUNNABLES))
    | st.builds(Make, MAKERS, ARGUMENTS)
    | st.builds(
        Run, PLANS, st.none() | LENGTHS, *[st.booleans()] * 4, st.none() | DIGITS, some(st.tuples(NAMES, PATHS))
    )
    | st.builds(Losses, PLANS, NAMES, PATHS)
    | st.builds(BallLosses, PLANS, NAMES, PATHS, DIGITS)
)
BINDING = Argument("X", ArrayBinding("X"))
PLAN = Plan(
    CallMaker("Net", (Argument("sizes", ValueBinding((4, 7, 3))),)),
    (Slot((("attribute", "W1"),), "W1"), Slot((("key", "b"), ("item", 0)), "b1")),
    (
        Step("forward", "forward", (BINDING, Argument("params", ParamsBinding(True)))),
        Step("backward", "backward", (Argument("cache", ResultBinding("forward", (("item", 1),))),), method=True),
        Step("loss", "loss", (Argument("w", ParamBinding((("key", 1),))), Argument("g", FunctionBinding("g")))),
    ),
    (Argument("m", ValueBinding(11)), Argument("rate", ValueBinding(0.375))),
)
EVERY: list[Request] = [
    Load((Runnable(None, 1, "a = 1", None, ("a",)), Runnable(3, 0, "b = 1", "beside"))),
    *(Make(one) for one in (GlobalsMaker(), DictMaker(), ObjectMaker(), ListMaker(2), ListsMaker(("W", "b"), 2))),
    Run(PLAN, key=5, locals=True, after=True, container=True),
    Run(PLAN, digits=Digits(), only=(("after", (("key", "W1"),)), ("backward", (("item", 0),)))),
    Run(Plan(DictMaker(), torch=True)),
    Losses(PLAN, "loss", (("item", 0),)),
]


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@given(REQUESTS)
def test_a_request_comes_back_from_json_as_it_went(request: Request) -> None:
    assert decoded(through_json(encoded(request))) == request


@pytest.mark.parametrize("request_", EVERY, ids=lambda one: type(one).__name__)
def test_every_kind_of_record_comes_back_with_its_own_types(request_: Request) -> None:
    again = decoded(through_json(encoded(request_)))
    assert repr(again) == repr(request_)  # 1, 1.0 and True are equal, and are not the same to a student's code


@given(some(st.builds(Leaf, NAMES, PATHS, NAMES)))
def test_a_list_of_leaves_comes_back_from_json_as_it_went(leaves: tuple[Leaf, ...]) -> None:
    assert to_listed(through_json(encoded_answer(Listed(leaves)))) == Listed(leaves)


@given(some(st.builds(Broken, LENGTHS, NAMES)))
def test_what_failed_comes_back_from_json_as_it_went(failed: tuple[Broken, ...]) -> None:
    assert to_loaded(through_json(encoded_answer(Loaded(failed)))) == Loaded(failed)


@given(NAMES, st.none() | st.tuples(st.none() | LENGTHS, LENGTHS))
def test_an_error_comes_back_from_json_as_it_went(error: str, place: Any) -> None:
    assert to_stopped(through_json(encoded_answer(Stopped(error, place)))) == Stopped(error, place)


WRONG: tuple[Any, ...] = (None, True, -1, 0.5, "x", [], ["x"], [["x", "y", "z"]], {}, {"is": "x"}, [[["call", "x"]]])


def spoiled(value: Any) -> Iterator[Any]:
    """A JSON value with one part replaced by something else, one field less or one more, in every way."""
    yield from (one for one in WRONG if not _may_be(value, one))
    if isinstance(value, dict):
        yield {**value, "more": 1}
        for name, part in value.items():
            yield {key: one for key, one in value.items() if key != name}
            yield from ({**value, name: one} for one in spoiled(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], one, *value[place + 1 :]] for one in spoiled(part))


def _may_be(value: Any, other: Any) -> bool:
    """Whether the other is of the same JSON type, so that it may be a message too."""
    whole = (int, float)
    return type(value) is type(other) or (type(value) in whole and type(other) in whole)


@pytest.mark.parametrize("request_", EVERY, ids=lambda one: type(one).__name__)
def test_a_request_of_which_any_part_is_spoiled_is_refused_or_is_another_request(request_: Request) -> None:
    whole, refused = through_json(encoded(request_)), list[str]()
    for one in spoiled(whole):
        try:
            again = decoded(one)
        except Malformed as error:
            refused.append(str(error))
        else:  # what is taken says the same in JSON: nothing was dropped or guessed
            assert through_json(encoded(again)) == one
    assert len(refused) > 10
    assert all(0 < len(one) < 300 for one in refused)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_json_does_anything_but_be_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        decoded(value)
    header, arrays = Driver().handle(value, {})
    assert str(header["error"]).startswith("Malformed: ")
    assert header["place"] is None
    assert arrays == {}
    header = {"leaves": [value], "failed": [value]}
    for decode in (to_listed, to_loaded):
        with pytest.raises(Failed, match="not formed as agreed") as failed:
            decode(header)
        assert failed.value.kind == "message"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "a request to do None: expected load, make, run, losses or ball losses"),
        ({"do": "x" * 10**6}, "expected load, make, run, losses or ball losses"),
        ({"do": "make"}, "make is ['do']: expected the fields do, maker, set"),
        ({"do": "make", "maker": {"kind": "tree"}, "set": []}, "maker of kind 'tree': expected globals, call, dict"),
        ({"do": "make", "maker": {"kind": "list", "length": -1}, "set": []}, "maker has -1 entries"),
        (
            {"do": "load", "statements": [5], "cuts": []},
            "statements 0 is 5: expected the fields cell, line, code, module, defines",
        ),
    ],
)
def test_what_is_wrong_with_a_request_is_said_in_one_short_line(value: Any, said: str) -> None:
    with pytest.raises(Malformed) as error:
        decoded(value)
    assert said in str(error.value)
    assert len(str(error.value)) < 200
    assert "\n" not in str(error.value)


# The driver follows the records


def loaded(code: str) -> Driver:
    driver = Driver()
    assert driver.handle(encoded(Load((Runnable(None, 1, code),))), {}) == ({"failed": []}, {})
    return driver


def test_the_driver_gives_each_argument_what_it_is_bound_to() -> None:
    driver = loaded(
        "def first(X, sizes, rate, params):\n"
        "    assert type(sizes) is list and sizes == [4, 7] and rate == 0.5 and params == {'W': 3}\n"
        "    return {'Y': X + 1}\n"
        "def helper(): return 1\n"
        "def second(y, w, f, params):\n"
        "    assert w == 3 and f is helper and params == ('W',) and m == 9\n"
        "    return y\n"
    )
    steps = (
        Step("first", "forward", (
            Argument("X", ArrayBinding("X")), Argument("sizes", ValueBinding((4, 7))),
            Argument("rate", ValueBinding(0.5)), Argument("params", ParamsBinding()),
        )),
        Step("second", "backward", (
            Argument("y", ResultBinding("forward", (("key", "Y"),))), Argument("w", ParamBinding((("key", "W"),))),
            Argument("f", FunctionBinding("helper")), Argument("params", ParamsBinding(True)),
        )),
    )  # fmt: skip
    plan = Plan(DictMaker(), (Slot((("key", "W"),), "W"),), steps, (Argument("m", ValueBinding(9)),))
    arrays = {"X": np.ones(2), "W": np.asarray(3)}
    header, found = driver.handle(through_json(encoded(Run(plan, after=True))), arrays)
    assert [(one.section, one.path) for one in to_listed(header).leaves] == [
        ("forward", (("key", "Y"),)), ("backward", ()), ("after", (("key", "W"),)),
    ]  # fmt: skip
    assert found["1"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("maker", "path"),
    [
        (GlobalsMaker(), (("key", "W"),)), (DictMaker(), (("key", "W"),)), (ObjectMaker(), (("attribute", "W"),)),
        (ListMaker(2), (("item", 1),)), (ListsMaker(("W", "b"), 2), (("key", "W"), ("item", 1))),
        (CallMaker("make", (Argument("n", ValueBinding(2)),)), (("item", 1),)),
    ],
)  # fmt: skip
def test_the_driver_makes_every_container(maker: Any, path: Any) -> None:
    driver = loaded("def make(n): return [None] * n\ndef f(W): return W")
    plan = Plan(maker, (Slot(path, "W"),), (Step("f", "backward", (Argument("W", ParamBinding(path)),)),))
    header, found = driver.handle(encoded(Run(plan)), {"W": np.arange(3.0)})
    assert header == {"leaves": [["backward", [], "0"]]}
    assert found["0"].tolist() == [0, 1, 2]


def test_the_driver_lists_no_path_that_the_judge_would_refuse() -> None:
    # True is a key of a dictionary and a number to Python: it once made the whole answer malformed.
    driver = loaded(
        "class Odd: pass\n"
        "def f():\n"
        f"    return {{True: 1.0, None: 1.0, 1 << 80: 1.0, 'x' * {LONGEST_NAME + 1}: 1.0, (1, 2): 1.0, 2: 2.0, 'W': 3.0}}\n"
        f"def {'f' * LONGEST_NAME}(): return 0\n"
    )
    long = Step("f" * LONGEST_NAME, "forward", ())
    header, _ = driver.handle(encoded(Run(Plan(DictMaker(), steps=(Step("f", "backward", ()), long)), locals=True)), {})
    paths = [one.path for one in to_listed(header).leaves if one.section == "backward"]
    assert paths == [(("key", 2),), (("key", "W"),)]
