"""What training passes to an argument that has a default."""

from pathlib import Path

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.wiring.passed import passed_otherwise
from verify.reading.wiring.roles import find_roles

CODE = """\
import numpy as np

def forward(X, W1, b1, noisy=False, unused=0, verbose=False):
    A1 = np.tanh(X @ W1 + b1)
    if verbose:
        print(A1)
    return A1 * mask if noisy else A1

def backward(X, Y, A1):
    dZ1 = (A1 - Y) * (1 - A1 ** 2)
    return X.T @ dZ1, dZ1.sum(0)

for k in range(9):
    A1 = forward(X, W1, b1{passed})
    dW1, db1 = backward(X, Y, A1)
print(forward(X, W1, b1, noisy=True))
"""


@pytest.mark.parametrize(
    ("passed", "found"),
    [
        ("", None),
        (", noisy=True", ("noisy", "True")),
        (", True", ("noisy", "True")),
        (", flag", ("noisy", "flag")),
        (", noisy=False", None),
        (", unused=3", None),
        (", verbose=True", None),
    ],
)
def test_what_training_gives_instead_of_a_default(passed, found, tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(CODE.format(passed=passed))
    program = Program(read(tmp_path / "lab.py"))
    roles = next(one for one in find_roles(program.functions) if one.backward is not None)
    one = passed_otherwise(program, roles, ())
    assert (None if one is None else (one.argument, one.text)) == found
    assert passed_otherwise(program, roles, {("forward", "noisy")}) is None
