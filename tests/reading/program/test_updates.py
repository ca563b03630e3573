"""Where parameters are changed step by step, and a learning rate that stands in the text as a number."""

import ast

import pytest

from verify.reading.program.functions import Function, function_of
from verify.reading.program.literal_rates import NAME, literal_rate, with_name
from verify.reading.program.updates import stepped_in, updates_in


def functions_of_text(code: str) -> list[Function]:
    return [function_of(one, None, None) for one in ast.parse(code).body if isinstance(one, ast.FunctionDef)]


@pytest.mark.parametrize(
    ("code", "targets"),
    [
        ("W, b = W - lr * dW, b - lr * db", ["W", "b"]),
        ("params = [p - lr * g for p, g in zip(params, grads)]", ["params"]),
        ("net = tuple(p - lr * g for p, g in zip(net, grads))", ["net"]),
        ("params = {k: params[k] - lr * grads[k] for k in params}", ["params"]),
        ("errors = [p - t for p, t in zip(outputs, targets)]", []),
    ],
)
def test_steps_of_several_parameters_at_once_are_steps(code: str, targets: list[str]) -> None:
    assert [ast.unparse(one.target) for one in updates_in(ast.parse(code))] == targets


def test_what_is_added_with_the_factor_of_every_step_is_a_step() -> None:
    code = "U += lr * H.T.dot(d)\nc += lr * np.sum(d)\ntotal += np.sum(d)"
    assert stepped_in(ast.parse(code)) == {"U", "c"}


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("step(W, dW)", f"step(W, dW, lr={NAME})"),
        ("step(W, dW,)", f"step(W, dW,lr={NAME})"),
        ("step(W, dW, 0.1)", f"step(W, dW, {NAME})"),
        ("step(W, lr=0.1, dW=dW)", f"step(W, lr={NAME}, dW=dW)"),
        ("step(*both)", "step(*both)"),
    ],
)
def test_a_rate_that_a_call_gives_or_leaves_out_becomes_a_name(call: str, named: str) -> None:
    code = f"def step(W, dW, lr=0.1):\n    W -= lr * dW\nfor i in x:\n    {call}"
    rate = literal_rate([ast.parse(code)], functions_of_text(code))
    found = code if rate is None else with_name(code, rate)
    assert found.splitlines()[-1].strip() == named
    ast.parse(found)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (
            "for i in x:\n    W -= 0.5 * dW\n    b -= 0.5 * db",
            f"for i in x:\n    W -= {NAME} * dW\n    b -= {NAME} * db",
        ),
        ("for i in x:\n    W += X.T.dot(d)", f"for i in x:\n    W += {NAME} * (X.T.dot(d))"),
        ("for i in x:\n    W -= 0.5 * dW\n    b -= 0.1 * db", None),
        ("for i in x:\n    W -= lr * dW", None),
    ],
)
def test_a_rate_in_the_text_of_updates_becomes_a_name(code: str, named: str | None) -> None:
    rate = literal_rate([ast.parse(code)], ())
    assert (None if rate is None else with_name(code, rate)) == named
    assert rate is None or rate.value in (0.5, 1.0)
