"""The loss at points nearby: which single entries are moved, and how the loss is asked for at many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.arrays import Array
from verify.nets.cases import Floats

Indices = npt.NDArray[np.intp]
# (which parameter, which of its entries, what is added to it), three arrays of one length -> the loss at each point
Losses = Callable[[Indices, Indices, Array], Array]


@dataclass(frozen=True, eq=False)
class Moves:
    """Single entries of a point: entry number `entry` (in C order) of parameter number `which`, one pair a move."""

    params: Mapping[str, Floats]
    which: Indices
    entry: Indices

    def __len__(self) -> int:
        return len(self.which)

    @property
    def at(self) -> Floats:
        """The value of each of the entries."""
        values = [np.asarray(value, dtype=float).reshape(-1) for value in self.params.values()]
        pairs = zip(self.which.tolist(), self.entry.tolist(), strict=True)
        return np.array([values[which][entry] for which, entry in pairs], dtype=float)

    def arranged(self, values: Array) -> dict[str, Floats]:
        """Return one number a move as arrays of the parameters' shapes, NaN in the entries that no move names."""
        found = {}
        for number, (name, value) in enumerate(self.params.items()):
            array, mine = np.full(np.size(value), np.nan), self.which == number
            array[self.entry[mine]] = values[mine]
            found[name] = array.reshape(np.shape(value))
        return found


def some_entries(params: Mapping[str, Floats], most: int | None = None, seed: int = 5) -> Moves:
    """Return every entry of a point, or `most` of each parameter, drawn at random: for one seed always the same."""
    generator, which, entry = np.random.default_rng(seed), [], []
    for number, value in enumerate(params.values()):
        every = np.arange(np.size(value))
        chosen = every if most is None else np.sort(generator.permutation(every)[:most])
        which.append(np.full(len(chosen), number))
        entry.append(chosen)
    return Moves(params, np.concatenate(which), np.concatenate(entry))


def one_at_a_time(J: Callable[[dict[str, Array]], Array], params: Mapping[str, Array]) -> Losses:
    """Return the losses of a function of all parameters, which is called once a point. `params` are not changed."""
    names = list(params)

    def losses(which: Indices, entry: Indices, delta: Array) -> Array:
        moved = {name: np.array(value, dtype=np.result_type(value, delta), order="C") for name, value in params.items()}
        found = np.zeros(len(which), dtype=delta.dtype)
        for number, (parameter, index, step) in enumerate(zip(which, entry, delta, strict=True)):
            flat = moved[names[parameter]].reshape(-1)
            kept = flat[index]
            flat[index] = kept + step
            found[number] = J(moved)
            flat[index] = kept
        return found

    return losses
