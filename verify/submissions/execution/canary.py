"""The canary: gradients that are known to be wrong go through the same channel.

One is a function of our own; the other is the submission's own backward pass, its results multiplied by a secret
factor. If they do not come back exactly as wrong as they are, somebody answers in the place of the functions.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.reading.program.functions import Function
from verify.reading.wiring.plan_records import Argument, ArrayBinding, DictMaker, Plan, Runnable, Step, ValueBinding
from verify.submissions.execution.answers import Refused, unpacked
from verify.submissions.execution.calling import Ask
from verify.submissions.execution.messages import Run

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
    if hasattr(value, 'shape') or isinstance(value, float):
        return value * FACTOR
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError('what is returned cannot be multiplied')

def NAME_twin(function):
    return lambda *given, **named: NAME_times(function(*given, **named))

WHERE = NAME_twin(WHERE)
"""


def _in_class(owner: str, name: str) -> str:
    """Return the name of a method as it is known outside its class: Python mangles the private ones."""
    private = name.startswith("__") and not name.endswith("__")
    return f"_{owner.lstrip('_')}{name}" if private else name


class Canary:
    """A wrong gradient of |X W - Y|^2 / m under a name that nobody can know: its factor is a secret."""

    def __init__(self) -> None:
        self.name = "f" + secrets.token_hex(8)
        self.factor = 1 + secrets.randbelow(1 << 20) / (1 << 16)

    def among(self, statements: Sequence[Runnable]) -> tuple[Runnable, ...]:
        """Return the statements of a submission with the canary's function behind them."""
        code = f"def {self.name}(X, W, Y, s):\n    return {{'W': s * (X.T @ (X @ W - Y))}}\n"
        return (*statements, Runnable(None, 1, code, defines=(self.name,)))

    def twin(self, judged: Function) -> Runnable:
        """Return a statement that multiplies all that the judged function returns by the secret factor."""
        where = f"{judged.owner}.{_in_class(judged.owner, judged.name)}" if judged.owner else judged.name
        code = _TWIN.replace("NAME", self.name).replace("FACTOR", repr(self.factor)).replace("WHERE", where)
        return Runnable(None, 1, code)

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
        names = [Argument(name, ArrayBinding(name)) for name in ("X", "W", "Y")]
        step = Step(self.name, "backward", (*names, Argument("s", ValueBinding(self.factor))))
        try:
            found = unpacked(*ask(Run(Plan(DictMaker(), steps=(step,))), {"X": X, "W": W, "Y": Y}))
        except Refused:
            return False
        value = found.get(("backward", (("key", "W"),)))
        wrong = self.factor * (X.T @ (X @ W - Y))
        return (
            value is not None
            and np.shape(value) == wrong.shape
            and bool(np.allclose(value, wrong, rtol=1e-12, atol=1e-12))
        )
