"""The canary: a function of our own whose gradient is known to be wrong goes through the same channel.

If it does not come back exactly as wrong as it is, somebody answers in the place of the functions.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from verify.submissions.calling import Ask, Refused, unpacked


class Canary:
    """A wrong gradient of |X W - Y|^2 / m under a name that nobody can know: its factor is a secret."""

    def __init__(self) -> None:
        self.name = "f" + secrets.token_hex(8)
        self.factor = 1 + secrets.randbelow(1 << 20) / (1 << 16)
        self.answer: Mapping[str, Any] = {}

    def among(self, statements: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the statements of a submission with the canary's function behind them."""
        code = f"def {self.name}(X, W, Y, s):\n    return {{'W': s * (X.T @ (X @ W - Y))}}\n"
        ours = {"cell": None, "line": 1, "code": code, "module": None, "defines": [self.name]}
        return [*statements, ours]

    def is_sound(self, ask: Ask) -> bool:
        """Whether the wrong gradient comes back, to the last digits, at a random point."""
        generator = np.random.default_rng(secrets.randbits(64))
        X, W, Y = generator.normal(size=(5, 4)), generator.normal(size=(4, 3)), generator.normal(size=(5, 3))
        names = [[name, {"is": "array", "name": name}] for name in ("X", "W", "Y")]
        arguments = [*names, ["s", {"is": "value", "value": self.factor}]]
        plan = {
            "do": "run", "maker": {"kind": "dict"}, "params": [],
            "steps": [{"call": self.name, "as": "backward", "arguments": arguments}],
        }  # fmt: skip
        try:
            found = unpacked(*ask(plan, {"X": X, "W": W, "Y": Y}))
        except Refused:
            return False
        value = found.get(("backward", (("key", "W"),)))
        wrong = self.factor * (X.T @ (X @ W - Y))
        return (
            value is not None
            and np.shape(value) == wrong.shape
            and bool(np.allclose(value, wrong, rtol=1e-12, atol=1e-12))
        )
