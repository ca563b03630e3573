"""Where parameters are changed step by step."""

import ast

import pytest

from verify.reading.program.updates import stepped_in, updates_in


@pytest.mark.parametrize(
    ("code", "targets"),
    [
        ("W, b = W - lr * dW, b - lr * db", ["W", "b"]),
        ("params = [p - lr * g for p, g in zip(params, grads)]", ["params"]),
        ("params = {k: params[k] - lr * grads[k] for k in params}", ["params"]),
        ("errors = [p - t for p, t in zip(outputs, targets)]", []),
        ("W, b = X - Y, Y - X", []),
    ],
)
def test_steps_of_several_parameters_at_once_are_steps(code: str, targets: list[str]) -> None:
    assert [ast.unparse(one.target) for one in updates_in(ast.parse(code))] == targets


def test_what_is_added_with_the_factor_of_every_step_is_a_step() -> None:
    code = "U += lr * H.T.dot(d)\nc += lr * np.sum(d)\ntotal += np.sum(d)"
    assert stepped_in(ast.parse(code)) == {"U", "c"}
