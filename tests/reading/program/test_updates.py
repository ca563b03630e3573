"""Where parameters are changed step by step, and a learning rate that stands in the text as a number."""

import ast

import pytest

from verify.reading.program.literal_rates import NAME, literal_rate, with_name
from verify.reading.program.updates import stepped_in, updates_in


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
