"""The canary: gradients that are known to be wrong go through the same channel.

One is a function of our own; the other is the submission's own backward pass, its results multiplied by a secret
factor. If they do not come back exactly as wrong as they are, somebody answers in the place of the functions.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.submissions.execution.answers import Refused, unpacked
from verify.submissions.execution.calling import Ask
from verify.submissions.program.functions import Function

_TWIN: Final = """
def NAME_times(value):
    if isinstance(value, dict):
        return {key: NAME_times(part) for key, part in value.items()}
    if isinstance(value, list):
        return [NAME_times(part) for part in value]
    if isinstance(value, tuple):
        parts = [NAME_times(part) for part in value]
        return type(value)(*parts) if hasattr(value, '_fields') else tuple(parts)
    if hasattr(value, '__dict__') and not hasattr(value, 'shape'):
        for key, part in list(vars(value).items()):
            setattr(value, key, NAME_times(part))
        return value
    return value * FACTOR if hasattr(value, 'shape') or isinstance(value, float) else value

def NAME_twin(function):
    return lambda *given, **named: NAME_times(function(*given, **named))

WHERE = NAME_twin(WHERE)
"""


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

    def twin(self, judged: Function) -> dict[str, Any]:
        """Return a statement that multiplies all that the judged function returns by the secret factor."""
        where = f"{judged.owner}.{judged.name}" if judged.owner else judged.name
        code = _TWIN.replace("NAME", self.name).replace("FACTOR", repr(self.factor)).replace("WHERE", where)
        return {"cell": None, "line": 1, "code": code, "module": None, "defines": []}

    def is_twice_wrong(self, given: Mapping[str, Any], spoiled: Mapping[str, Any]) -> bool:
        """Whether the gradient of the twin is the gradient times the factor."""
        return all(
            name in spoiled and np.shape(value) == np.shape(spoiled[name])
            and np.allclose(spoiled[name], self.factor * value, rtol=1e-6, atol=1e-9, equal_nan=True)
            for name, value in given.items()
        )  # fmt: skip

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
