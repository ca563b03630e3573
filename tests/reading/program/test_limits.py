"""The numbers that a file compares its own with: which of them are limits of what it computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program


def limit_of(folder: Path, code: str) -> tuple[float, bool] | None:
    file = folder / "one.py"
    file.write_text(code)
    found = Program(read(file)).limit
    return None if found is None else (found.value, found.guards)


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("A = np.minimum(np.maximum(Z, 0), 6)\n", 6.0),
        ("mask = (Z > -2.5) & (Z < 2.5)\n", 2.5),
        ("def huber(e, delta=1.5):\n    return np.where(np.abs(e) <= delta, e ** 2, delta * np.abs(e))\n", 1.5),
        ("def huber(e, *, delta=1.5):\n    return np.abs(e) <= delta\n", 1.5),
        (
            "class Net:\n    def __init__(self):\n        self.cap = 4\n    def f(self, Z):\n        return Z < self.cap\n",
            4.0,
        ),
        ("A = Z.clip(-1, max=1)\n", 1.0),
    ],
)
def test_a_number_that_cuts_off_or_is_compared_with_is_a_limit(tmp_path: Path, code: str, limit: float) -> None:
    assert limit_of(tmp_path, code) == (limit, False)


@pytest.mark.parametrize(
    "code",
    [
        "dW = np.clip(dW, -5, 5)\n",  # a gradient is judged before it is cut off
        "P = np.clip(P, 1e-9, 0.999)\n",
        "A = np.exp(np.clip(Z, -500, 500))\n",
        "A = np.maximum(Z, 0)\n",
        "if epoch % 10 == 0:\n    pass\n",
        "ok = P > True\n",
    ],
)
def test_what_guards_or_counts_is_none(tmp_path: Path, code: str) -> None:
    assert limit_of(tmp_path, code) is None


def test_an_even_clip_at_a_larger_number_may_guard_an_exponential(tmp_path: Path) -> None:
    assert limit_of(tmp_path, "A = 1 / (1 + np.exp(np.clip(-Z, -10, 10)))\n") == (10.0, True)
    assert limit_of(tmp_path, "A = np.clip(Z, -3, 3)\n") == (3.0, False)
