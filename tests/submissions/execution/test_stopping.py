"""Why code stopped, from the worker to the sentence: names and shapes of the failing line, and plain words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from verify.reading.wiring.plan_records import Argument, ArrayBinding, DictMaker, Plan, Runnable, Step
from verify.submissions.execution.answers import Refused, to_stopped, unpacked
from verify.submissions.execution.coding import encoded
from verify.submissions.execution.inside.driver import Driver
from verify.submissions.execution.messages import Load, Operand, Operation, Run, Stopped
from verify.submissions.execution.stopping import error_in_words, told_of

SHAPES = {"X": np.ones((4, 11)), "D": np.ones((7, 11)), "v": np.ones(3)}


def stopped_in(line: str) -> Refused:
    """Return how a function with this line ends, as the judge reads it."""
    driver = Driver()
    code = f"import numpy as np\ndef f(X, D, v):\n    cache = {{'A1': D.T}}\n    T = None\n    {line}\n"
    driver.handle(encoded(Load((Runnable(None, 1, code),))), {})
    given = tuple(Argument(name, ArrayBinding(name)) for name in SHAPES)
    plan = Plan(DictMaker(), steps=(Step("f", "backward", given),))
    with pytest.raises(Refused) as refused:
        unpacked(*driver.handle(encoded(Run(plan)), SHAPES))
    assert refused.value.place == (None, 5)
    return refused.value


@pytest.mark.parametrize(
    ("line", "said", "advice"),
    [
        ("return D @ X", "D is (7, 11), X is (4, 11)", "X.T is missing"),
        ("return np.dot(D, X)", "D is (7, 11), X is (4, 11)", "X.T is missing"),
        ("return D.dot(X) / 3", "D is (7, 11), X is (4, 11)", "X.T is missing"),
        ("return X @ cache['A1'].T", "X is (4, 11), cache['A1'].T is (7, 11)", "cache['A1'] fits without .T"),
        ("return X @ (D - 1)", "X is (4, 11), D - 1 is (7, 11)", "(D - 1).T is missing"),
        ("return X @ v", "X is (4, 11), v is (3,)", ""),
        ("return D.T + D", "D.T is (11, 7), D is (7, 11)", "one of them is transposed"),
        ("D -= X", "D is (7, 11), X is (4, 11)", ""),
        ("return T @ X", "T is None where the line calculates with it", ""),
        ("return 2 * T", "T is None where the line calculates with it", ""),
    ],
)
def test_the_line_is_told_in_its_own_names(line: str, said: str, advice: str) -> None:
    refused = stopped_in(line)
    assert (str(refused), refused.advice) == (said, advice)


def test_what_is_no_calculation_is_told_as_python_does() -> None:
    assert str(stopped_in("return cache['A2']")) == "KeyError: 'A2'"
    assert str(stopped_in("raise NotImplementedError")) == "the code there is not written yet (NotImplementedError)"
    assert str(stopped_in("exit()")) == "the code ends itself there, as exit() does"


WORDS = {
    "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
    "(n?,k),(k,m?)->(n?,m?) (size 4 is different from 7)":
        "ValueError: a matrix product of two arrays that do not fit: 7 on the left side, 4 on the right side",
    "ValueError: shapes (7,784) and (11,784) not aligned: 784 (dim 1) != 11 (dim 0)":
        "ValueError: a matrix product of shapes (7, 784) and (11, 784): 784 and 11 should be equal",
    "ValueError: operands could not be broadcast together with shapes (11,7) (7,11) ":
        "ValueError: the shapes (11, 7) and (7, 11) do not fit together entry by entry",
    "ValueError: non-broadcastable output operand with shape (1,7) doesn't match the broadcast shape (11,7)":
        "ValueError: a result of shape (11, 7) does not fit into an array of shape (1, 7)",
    "UnboundLocalError: cannot access local variable 'dW1' where it is not associated with a value":
        "dW1 is used before it has a value",
    "ModuleNotFoundError: No module named 'torch'":
        "the module torch is not installed here and does not lie beside the file",
    "MemoryError: Unable to allocate 9 GiB": "the memory limit was reached (Unable to allocate 9 GiB)",
    "_ArrayMemoryError: Unable to allocate 9 GiB": "the memory limit was reached (Unable to allocate 9 GiB)",
    "OSError: [Errno 12] Cannot allocate memory": "the memory limit was reached",
    "RecursionError: maximum recursion depth exceeded": "functions call each other without an end, or too deep",
    "ZeroDivisionError: division by zero": "ZeroDivisionError: division by zero",
}  # fmt: skip


@pytest.mark.parametrize("error", WORDS)
def test_errors_are_told_in_plain_words(error: str) -> None:
    assert error_in_words(error) == WORDS[error]


def test_what_numpy_says_today_is_among_the_words() -> None:
    for calculation in (
        lambda: np.ones((2, 3)) @ np.ones((2, 3)), lambda: np.dot(np.ones((2, 3)), np.ones((2, 3))),
        lambda: np.ones((2, 3)) + np.ones((3, 2)), lambda: np.add(np.ones((2, 3)), 1, out=np.ones((1, 3))),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"\d") as error:
            calculation()
        told = error_in_words(f"ValueError: {error.value}")
        assert not re.search("gufunc|broadcast|aligned|core dimension", told), told


@pytest.mark.parametrize(
    "sent",
    [3, [], ["@"], ["@", 3], ["@", [["X", [1], ""]] * 3], ["@", [["X", "wide", ""]]], [1, []], ["@", [[1, [1], ""]]]],
)
def test_a_calculation_that_is_not_formed_as_agreed_is_left_out(sent: Any) -> None:
    assert to_stopped({"error": "ValueError: x", "operation": sent}) == Stopped("ValueError: x")


def test_long_texts_of_a_calculation_are_cut() -> None:
    found = to_stopped({"error": "ValueError", "operation": ["@" * 9, [["X" * 999, [1] * 99, ""], ["D", None, "str"]]]})
    assert found.operation == Operation("@@", (Operand("X" * 60, (1,) * 8), Operand("D", None, "str")))


def test_shapes_that_fit_are_not_blamed() -> None:
    fitting = Operation("@", (Operand("A", (2, 3)), Operand("B", (3, 2))))
    assert told_of(Stopped("ValueError: other", None, fitting)).said == "ValueError: other"
