"""The complex step on a net: every entry by a forward pass of its own, or by one moved column on the full net."""

from __future__ import annotations

from typing import Final

from verify.arrays import Array
from verify.nets.cases import Case, Floats
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.imaginary import STEP, imaginary_slopes
from verify.oracles.moving import one_at_a_time, some_entries
from verify.oracles.roundoff import bounded_gradient
from verify.oracles.structured import moved_losses

# Differentiation by the forward pass rounds each product twice more than the backward formula does.
_OPERATIONS: Final = 8.0


def complex_step(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return Im J / h for every entry: one forward pass an entry, one column an entry on the full net.

    Bound: the round-off of the gradient's operations, for this oracle and for the handwritten code.
    """
    gradient = _by_columns(network, case) if case.full else _every_entry(network, case, loss)
    rounded = bounded_gradient(case)
    bound = {name: (1 + _OPERATIONS) * value.error for name, value in rounded.items()}
    return [
        Known(
            kind="numeric",
            gradient=gradient,
            bound=bound,
            note=f"h = {STEP:.0e} i",
            X=case.X,
            Y=case.Y,
            params=case.params,
        )
    ]


def _every_entry(network: Forward, case: Case, loss: Loss) -> dict[str, Floats]:
    def J(params: dict[str, Array]) -> Array:
        return loss(network.forward(params, case.X)[0], case.Y)

    moves = some_entries(case.params)
    return moves.arranged(imaginary_slopes(one_at_a_time(J, case.params), moves))


def _by_columns(network: Forward, case: Case) -> dict[str, Floats]:
    return {name: moved_losses(network, case, name, STEP * 1j).imag / STEP for name in case.params}
