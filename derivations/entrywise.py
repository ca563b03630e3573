"""Prove the gradients again at given sizes, entry by entry: another road, with other things trusted.

Every tanh and every exp of the network becomes an indeterminate of its own; an identity in those
implies the identity. `cancel` then decides whether `entry - formula` is the zero rational function.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sympy import Add, Expr, Matrix, Symbol, cancel, diff, exp, log, ones, tanh

from derivations.claims import PARAMETERS, STATEMENTS
from derivations.evaluate import gradients
from derivations.notation import Expression


@dataclass(frozen=True)
class EntrywiseProof:
    """How many entries of one gradient are proved at sizes (m, n_x, n_h, n_y), and which are not."""

    name: str
    sizes: tuple[int, int, int, int]
    entries: int
    not_proved: tuple[tuple[int, int], ...]

    @property
    def proved(self) -> bool:
        """Whether every entry is proved."""
        return not self.not_proved


class Network:
    """The network at given sizes with a symbol in every entry; the rows of Y sum to 1 by construction."""

    def __init__(self, m: int, n_x: int, n_h: int, n_y: int) -> None:
        self.sizes = (m, n_x, n_h, n_y)
        shapes = {"X": (m, n_x), "Y": (m, n_y), "W1": (n_x, n_h), "b1": (1, n_h), "W2": (n_h, n_y), "b2": (1, n_y)}
        known = {name: _symbols(name, *shape) for name, shape in shapes.items()}
        X, Y, W1, b1, W2, b2 = known.values()
        for row in range(m):
            Y[row, n_y - 1] = 1 - sum(Y[row, column] for column in range(n_y - 1))
        A1 = (X * W1 + ones(m, 1) * b1).applyfunc(tanh)
        Z2 = A1 * W2 + ones(m, 1) * b2
        powers = Z2.applyfunc(exp)
        Yhat = Matrix(m, n_y, lambda row, column: powers[row, column] / sum(powers[row, :]))
        self.variables = {name: known[name] for name in PARAMETERS}
        matrices = {**known, "A1": A1, "Yhat": Yhat}
        self.arrays = {name: np.array(value, dtype=object) for name, value in matrices.items()}
        self.loss = -sum(Y[entry] * log(Yhat[entry]) for entry in range(m * n_y)) / m
        self._tanhs = {value: Symbol(f"T{number}", real=True) for number, value in enumerate(_distinct(A1))}
        self._exps = {
            value.args[0].xreplace(self._tanhs): Symbol(f"E{number}", positive=True)
            for number, value in enumerate(_distinct(powers))
        }

    def opaque(self, expression: Expr) -> Expr:
        """Replace tanh and exp by indeterminates, exp(n u) by E**n: else a true identity looks false."""

        def power(part: Expr) -> Expr:
            factor, argument = part.args[0].primitive()
            if argument not in self._exps:
                factor, argument = -factor, Add(*[-term for term in Add.make_args(argument)])
            return self._exps[argument] ** factor

        return expression.xreplace(self._tanhs).replace(lambda part: isinstance(part, exp), power)


def prove_entrywise(
    sizes: tuple[int, int, int, int], changed: dict[str, Expression] | None = None
) -> tuple[EntrywiseProof, ...]:
    """Prove dW1, db1, dW2, db2 at sizes (m, n_x, n_h, n_y), entry by entry.

    `changed` puts other statements in the place of the claims, so that a test can see one refused.
    """
    network = Network(*sizes)
    proofs = []
    for parameter, formula in gradients(network.arrays, statements={**STATEMENTS, **(changed or {})}).items():
        variable = network.variables[parameter]
        wrong = []
        for row in range(variable.rows):
            for column in range(variable.cols):
                difference = diff(network.loss, variable[row, column]) - formula[row, column]
                if cancel(network.opaque(difference)) != 0:
                    wrong.append((row, column))
        proofs.append(EntrywiseProof(f"d{parameter}", sizes, variable.rows * variable.cols, tuple(wrong)))
    return tuple(proofs)


def _symbols(name: str, rows: int, columns: int) -> Expression:
    return Matrix(rows, columns, lambda row, column: Symbol(f"{name}_{row}_{column}", real=True))


def _distinct(values: Expression) -> list[Expr]:
    return sorted({value for value in values if value.free_symbols}, key=str)
