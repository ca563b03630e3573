"""Names that are given differences alone."""

import ast

import pytest

from verify.reading.program.differences import differences_in


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("error = Yhat - Y", {"error"}),
        ("error = np.dot(w, X[i]) + b - y[i]", {"error"}),
        ("error = y - predict(X)", {"error"}),
        ("error = abs(Yhat - Y)", {"error"}),
        ("error = Yhat - Y\nerror = error ** 2", set()),
        ("error = data_term + penalty", set()),
        ("loss = -np.mean(Y * np.log(Yhat))", set()),
        ("loss = np.mean((Yhat - Y) ** 2)", set()),
    ],
)
def test_what_is_a_difference_alone(code: str, names: set[str]) -> None:
    assert differences_in(ast.parse(code)) == names
