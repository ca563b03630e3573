"""Whether a gradient is had by finite differences, as its text says."""

import ast

import pytest

from verify.submissions.diagnosis.by_machine import divides_by_a_step


@pytest.mark.parametrize(
    ("code", "does"),
    [
        ("(J(W + h) - J(W - h)) / (2 * h)", True),
        ("(J(W + eps) - J(W)) / eps", True),
        ("(up - down) / 2e-5", True),
        ("dW / m", False),
        ("(Yhat - Y) / len(Y)", False),
        ("1 / (1 + np.exp(-z))", False),
        ("dW / X.shape[0]", False),
        ("loss / 2.0", False),
    ],
)
def test_what_divides_by_a_step(code: str, does: bool) -> None:
    assert any(divides_by_a_step(node) for node in ast.walk(ast.parse(code))) == does
