"""The numbers that a file compares its own with: which of them are limits of what it computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program


def limits_of(folder: Path, code: str) -> list[tuple[float | str, bool]]:
    file = folder / "one.py"
    file.write_text("def function(Z, e, Y):\n" + "".join(f"    {line}\n" for line in code.splitlines()))
    return [(one.size, one.guards) for one in Program(read(file)).limits]


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
    assert (limit, False) in limits_of(tmp_path, code)
    assert all(size == limit or isinstance(size, str) for size, _ in limits_of(tmp_path, code))


@pytest.mark.parametrize(
    "code",
    [
        "dW = np.clip(dW, -5, 5)\n",  # a gradient is judged before it is cut off
        "P = np.clip(P, 1e-9, 1 - 1e-9)\n",
        "A = np.maximum(Z, 0)\n",
        "s = Z.max(axis=1, keepdims=True)\n",
        "s = Z.max(1, keepdims=True)\n",
        "s = np.max(Z, 1)\n",
        "for epoch in range(100):\n    if epoch % 10 == 0 or epoch < 10:\n        pass\n",
        "n = min(10, len(Y))\n",
        "while Z:\n    waited += 1\n    if waited > 10:\n        break\n",
        "if Z.ndim > 1:\n    pass\n",
        "ok = Z > True\n",
    ],
)
def test_what_guards_or_counts_is_none(tmp_path: Path, code: str) -> None:
    assert [one for one in limits_of(tmp_path, code) if not isinstance(one[0], str)] == []


def test_beside_an_exponential_it_may_be_a_guard_and_so_it_may_where_a_probability_is_cut_off(tmp_path: Path) -> None:
    assert limits_of(tmp_path, "A = 1 / (1 + np.exp(np.clip(-Z, -10, 10)))\n") == [(10.0, True)]
    assert limits_of(tmp_path, "A = np.clip(Z, -3, 3)\n") == [(3.0, False)]
    ((size, guards),) = limits_of(tmp_path, "P = np.clip(Z, 0.02, 0.98)\n")
    assert guards
    assert float(size) == pytest.approx(3.912, abs=1e-3)  # where a sigmoid is 0.98


def test_a_name_is_told_where_no_number_stands_beside_it_and_data_outside_functions_have_no_limits(
    tmp_path: Path,
) -> None:
    assert limits_of(tmp_path, "A = np.minimum(Z, cap)\n") == [("Z", False), ("cap", False)]
    assert limits_of(tmp_path, "A = np.clip(Z, 0, self.cap)\n") == [("cap", False)]
    assert limits_of(tmp_path, "A = np.clip(Z, 0, cfg['cap'])\n") == [("cap", False)]
    file = tmp_path / "one.py"
    file.write_text("y = (X ** 2 > 4).astype(float)\n")
    assert Program(read(file)).limits == ()
