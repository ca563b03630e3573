"""Why there is no verdict: what stopped stands first, in the names of the code, and then the option that helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verify.reading.program.functions import Function, function_of, parsed
from verify.reading.wiring.roles import Roles
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.explanation.reasons import WHICH, Attempt, failure, reason
from verify.submissions.truth.asked import added, changed


def functions(text: str) -> list[Function]:
    return [function_of(node, None, None) for node in parsed(text)]  # type: ignore[arg-type]


def roles(backward: str, update: str = "") -> Roles:
    found = functions(backward)
    return Roles(None, None, None, found[0], functions(update)[0] if update else None, None)


WRITTEN = roles("def backward(X, Y):\n    return X.T @ Y\n")
STOPPED = Refused(
    "dZ1 is (7, 11), X is (4, 11)", (None, 32), "", "they do not fit in a matrix product", "X.T is missing"
)


def test_what_stopped_stands_first_with_what_would_make_it_fit() -> None:
    assert reason(Attempt([WRITTEN], stopped=STOPPED)).why == (
        "backward stops (line 32): dZ1 is (7, 11), X is (4, 11): X.T is missing"
    )


def test_a_trial_of_verify_s_own_is_not_advised() -> None:
    told = reason(Attempt([WRITTEN], complaints=[STOPPED, STOPPED]))
    assert told.why == (
        "no way was found to call its functions; trials ended with: dZ1 is (7, 11), X is (4, 11): they do not fit in a "
        "matrix product (line 32)"
    )
    assert told.help == WHICH


def test_a_function_that_ran_is_not_told_to_have_stopped() -> None:
    leaves: Leaves = {("type of backward", (("key", "NoneType"),)): np.zeros(())}
    told = reason(Attempt([WRITTEN], stopped=STOPPED, complaints=[STOPPED], ran=True, leaves=leaves))
    assert told.why == "backward returns None (line 1), and no gradient of a parameter is kept elsewhere"
    assert "--backward NAME" in told.help
    shapes: Leaves = {("backward", (("item", 0),)): np.zeros((7, 4)), ("backward", (("item", 1),)): np.zeros(())}
    assert (
        "backward returns (7, 4), a single number (line 1)" in reason(Attempt([WRITTEN], ran=True, leaves=shapes)).why
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "not attempted: backward holds no code yet, only pass (line 2)"),
        ("return None", "not attempted: backward holds no code yet, only return None (line 2)"),
        (
            "dZ = X - Y; dW = None; return dW @ X",
            "not attempted to the end: in backward, dW = None waits for code (line 2)",
        ),
    ],
)
def test_what_is_not_written_is_not_attempted(body: str, said: str) -> None:
    assert reason(Attempt([roles(f"def backward(X, Y):\n    {body}\n")], stopped=STOPPED)).why == said


def test_an_empty_function_that_the_training_calls_is_not_attempted() -> None:
    train = roles("def train(X, Y):\n    g = backward(X, Y)\n    return g['W']\n")
    empty = functions("def backward(X, Y):\n    pass\n")
    stopped = Refused("TypeError: 'NoneType' object is not subscriptable", (None, 3))
    assert reason(Attempt([train], empty, stopped=stopped)).why.startswith("not attempted: backward")
    other = Refused("KeyError: 'W1'", (None, 3))
    assert reason(Attempt([WRITTEN], functions("def update(X):\n    pass\n"), stopped=other)).why.startswith(
        "backward stops"
    )


def test_an_abstract_method_is_no_missing_code() -> None:

    base = replace(functions("def backward(self, X):\n    raise NotImplementedError\n")[0], owner="Layer")
    child = replace(functions("def backward(self, X):\n    return X\n")[0], owner="Dense")
    told = reason(
        Attempt([Roles("Layer", None, None, base, None, None)], [base, child], complaints=[Refused("KeyError: 1")])
    )
    assert told.why.startswith("no way was found")


def test_the_option_for_a_limit_is_named() -> None:
    assert failure("time", "the time limit of 20 s is used up").help.startswith("--timeout")
    assert failure("memory", "killed").help.startswith("--memory")
    assert failure("left", "gone").help == ""
    limit = Refused("the memory limit was reached (Unable to allocate 9 GiB)", (None, 2))
    assert reason(Attempt([WRITTEN], stopped=limit)).help.startswith("--memory")
    assert reason(Attempt([WRITTEN], complaints=[limit])).help.startswith("--memory")


def test_without_parameters_the_maker_is_asked_for() -> None:
    told = reason(Attempt([WRITTEN], broken=["the module torch is not installed here (line 2)"]))
    assert told.why.startswith("no parameters were found")
    assert told.why.endswith("the module torch is not installed here (line 2)")
    assert "--init NAME" in told.help


def test_what_differs_from_call_to_call_and_what_is_added_up() -> None:
    g0, g1 = {"W": np.ones(2), "b": np.ones(1)}, {"W": np.full(2, 3.0), "b": np.ones(1)}
    assert changed(g0, g0) == ()
    assert changed(g0, g1) == ("W",)
    assert changed(g0, {}) == ("W", "b")
    assert changed(added(g0, g1), {"W": np.full(2, 4.0), "b": np.full(1, 2.0)}) == ()
