"""What one pass of a loop that trains shows: the parameters, the loss on the way, the gradients, and their rate.

Names and numbers of the pass say it; whether a gradient is right plays no part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Parameter, Structure
from verify.reading.program.functions import Function
from verify.reading.program.literal_rates import NAME as LITERAL
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import bare, data_of, holds_samples, is_parameter, meaning_of, roles_of
from verify.reading.wiring.plan_records import Path
from verify.reading.wiring.structure import chain
from verify.submissions.execution.answers import Leaves, Where
from verify.submissions.execution.gradients import plain
from verify.submissions.execution.messages import RETURNED
from verify.submissions.trials.containers import name_of

_ALIKE: Final = 1e-9  # of the largest entry: steps in floats that are this near are one and the same
_LOSS: Final = re.compile(r"^(?!.*(grad|prev|best|old|val|test|last|min|d_?(loss|cost))).*(loss|cost)")
_ERROR: Final = re.compile(r"^(?!.*(grad|prev|best|old|val|test|last|min|delta|d_)).*(err|mse)")
_ERRORS: Final = ("error", "err", "mse", "e", "erreur", "rmse", "mae", "sse", "rms", "huber")
_STATE: Final = re.compile(
    r"v|m|s|vel|velocit(y|ies)|momentums?|mom|moments?|[vms]_?(d?[wb]\d*|t|hat|db|dw).*|adam.*|cache.*|squared.*"
)
_HOLDER: Final = re.compile(r"params?|parameters|thetas?|weights|poids|pesos|par[aá]metros|param[eè]tres")
_SURELY: Final = re.compile(r"lr|eta|l_?rate|learning_?rate|learn_rate|step_?size|_learning_rate__")
_HELD_OUT: Final = re.compile(r"val|test|dev|hold")
_MATRIX: Final = re.compile(r"[A-Z]\d*")  # U and V may be the weights of a net
_DATA: Final = ("X", "Y", "Yhat", "cache", "epochs", "m")


def last_name(path: Path) -> str:
    """Return the last name in a path: W1 of params["W1"], weights of self.weights[0]."""
    return next((str(name) for kind, name in reversed(path) if kind != "item"), "")


def root_of(path: Path) -> str:
    """Return the first name in a path: params of params["W1"]."""
    return str(path[0][1]) if path else ""


def is_rate(path: Path) -> bool:
    """Whether a learning rate stands there, by its name."""
    return meaning_of(last_name(path)) == "rate"


def is_surely_rate(path: Path, loop: Loop) -> bool:
    """Whether a learning rate stands there and nothing else is called so: alpha is also the slope of a leaky ReLU."""
    return last_name(path) in loop.scales or _SURELY.fullmatch(last_name(path).lower()) is not None


def rates_in(made: Mapping[Path, Array], structure: Structure, loop: Loop) -> tuple[Path, ...]:
    """Return where the learning rate stands before the loop: by its name, or by what the updates multiply steps by.

    A number in the text that was given a name stands besides.
    """
    every = tuple(path for path, value in made.items() if is_rate(path) and np.size(value) == 1)
    literal = tuple(path for path in every if root_of(path) == LITERAL)
    named = tuple(path for path in every if path not in literal)
    if named:
        return (*named, *literal)
    parameters = {one.path for one in structure.parameters}
    used = tuple(
        path for path, value in made.items()
        if last_name(path) in loop.scales and np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
        and path not in parameters and path[-1][0] != "item"
    )  # fmt: skip
    return (*(used if len({last_name(path) for path in used}) == 1 else ()), *literal)


def has_scales(found: Leaves, loop: Loop) -> bool:
    """Whether a factor of the steps is a number with a point."""
    return any(
        path and last_name(path) in loop.scales and np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
        and not is_gradient(path)
        for (_, path), value in found.items()
    )  # fmt: skip


def is_gradient(path: Path) -> bool:
    """Whether a name is that of a gradient: dW1, grad_b, or anything in what is called grads."""
    names = [str(name) for kind, name in path if kind != "item"]
    called = any(meaning_of(name) == "grads" or name.lower() in ("g", "gs") for name in names[: max(1, len(names) - 1)])
    return called or any(bare(name) != name.lower().replace("_", "").strip() for name in names[-1:])


def is_data_or_gradient(path: Path) -> bool:
    """Whether a name is that of data or of a gradient."""
    return is_gradient(path) or meaning_of(last_name(path)) in ("X", "Y")


def may_be_kept(path: Path) -> bool:
    """Whether what stands there may be an optimiser's: v["dW1"] is its velocity, grads["dW1"] a gradient."""
    return is_state(path) or not is_data_or_gradient(path)


def inputs_in(made: Mapping[Path, Array], moved: Mapping[Path, Array]) -> dict[Path, Array]:
    """Return the inputs that stand before the loop and that the pass does not change: those of training, and others."""
    return {
        path: value for path, value in made.items()
        if path not in moved and np.ndim(value) > 0 and (_is_input(path, value) or _is_of_a_pair(path))
    }  # fmt: skip


def _is_input(path: Path, value: Array) -> bool:
    called = meaning_of(last_name(path)) == "X" or _HELD_OUT.search(last_name(path).lower())
    return bool(called) and np.asarray(value).dtype.kind == "f"


def _is_of_a_pair(path: Path) -> bool:
    """Whether the input of a sample stands there, in a list of pairs: training_data[2][0]."""
    return len(path) > 2 and path[-2][0] == path[-1][0] == "item" and path[-1][1] == 0 and holds_samples(root_of(path))


def is_state(path: Path) -> bool:
    """Whether a name is that of an optimiser's state: velocities, moments, caches of squares."""
    names = [str(name) for kind, name in path if kind != "item"]
    return any(_STATE.fullmatch(name.lower()) and not _MATRIX.fullmatch(name) for name in names)


def _parameter_like(made: Mapping[Path, Array]) -> dict[Path, Array]:
    """Return the arrays that may be parameters, those that are named so where any is."""
    arrays = {
        path: value for path, value in made.items()
        if np.asarray(value).dtype.kind == "f" and not is_state(path) and not is_gradient(path)
        and meaning_of(root_of(path)) not in _DATA
        and meaning_of(last_name(path)) not in ("X", "Y", "Yhat", "rate", "penalty")
    }  # fmt: skip
    named = {path: value for path, value in arrays.items() if is_parameter(last_name(path)) or _is_held(path)}
    held = {last_name(path) for path in named if _is_held(path)}  # others of these names are an optimiser's
    if named:
        return {path: value for path, value in named.items() if _is_held(path) or last_name(path) not in held}
    return {
        path: value for path, value in arrays.items()
        if (np.ndim(value) > 0 and data_of(last_name(path)) is None) or last_name(path).lower().startswith("b")
    }  # fmt: skip


def _is_held(path: Path) -> bool:
    """Whether something stands in a dictionary that is called as parameters: A of theta["A"]."""
    names = [str(name) for kind, name in path if kind != "item"]
    return len(names) > 1 and path[-1][0] == "key" and _HOLDER.fullmatch(names[-2].lower()) is not None


def _shapes(found: Mapping[Path, Array]) -> list[tuple[str, Path, tuple[int, ...]]]:
    return [(name_of(path, None), path, np.shape(value)) for path, value in found.items()]


def moved_in(made: Mapping[Path, Array], found: Leaves) -> dict[Path, Array]:
    """Return the numbers that stand before the loop and are others after the pass.

    What is called as a parameter, begins as a whole number and ends with a point, as b = 0 does, is taken as one with
    a point.
    """
    after = {path: value for (section, path), value in found.items() if section == "update"}
    moved = {
        path: value for path, value in made.items()
        if path in after and np.shape(after[path]) == np.shape(value) and np.asarray(value).dtype.kind in "fiu"
        and not np.array_equal(after[path], value, equal_nan=True)
    }  # fmt: skip
    return {
        path: np.asarray(value, dtype=float) if _begins_whole(path, value, after[path]) else value
        for path, value in moved.items()
    }


def _begins_whole(path: Path, before: Array, after: Array) -> bool:
    whole = np.asarray(before).dtype.kind in "iu" and np.asarray(after).dtype.kind == "f"
    return whole and is_parameter(last_name(path))


def is_reshaped(made: Mapping[Path, Array], found: Leaves) -> bool:
    """Whether a parameter has another shape after the pass."""
    return any(
        np.shape(found["update", path]) != np.shape(value)
        for path, value in _parameter_like(made).items() if is_parameter(last_name(path)) and ("update", path) in found
    )  # fmt: skip


def _belongs(path: Path, value: Array, stems: set[str]) -> bool:
    """Whether a whole number is a parameter that never moves: called as others that do, or a bias that is 0."""
    if np.asarray(value).dtype.kind not in "iu" or not is_parameter(last_name(path)):
        return False
    low = last_name(path).lower()
    return re.sub(r"[\d_]+", "", low) in stems or (low.startswith("b") and not np.any(value))


def stepped_alone(made: Mapping[Path, Array], moved: Mapping[Path, Array], loop: Loop) -> dict[Path, Array]:
    """Return the arrays from which an update takes a step that is 0: b of b -= rate * sum(p - t), which is none."""
    return {
        path: value for path, value in made.items()
        if path not in moved and _is_stepped(path, loop) and np.ndim(value) > 0
        and np.asarray(value).dtype.kind == "f" and not is_data_or_gradient(path)
    }  # fmt: skip


def _is_stepped(path: Path, loop: Loop) -> bool:
    """Whether an update takes a step from what stands there: from a name, or from an attribute of an object."""
    kind, name = path[-1]
    return name in loop.stepped and (len(path) == 1 or (kind == "attribute" and not is_state(path)))


def left_alone(made: Mapping[Path, Array], moved: Mapping[Path, Array], mentioned: set[str]) -> dict[Path, Array]:
    """Return the parameters that the pass leaves as they are although it changes others: their update is forgotten.

    Those of another net, whose names are not `mentioned` on the way, are none; where nothing is, all are meant. Nor is
    an array alone where all that move are held together, or of quite another name: the weights of classes beside
    params["W1"], those of samples beside theta.
    """
    names = {plain(name_of(path, None)) for path in moved}
    found = {path: value for path, value in _parameter_like(made).items() if is_parameter(last_name(path))}
    mine = {path for path in moved if is_parameter(last_name(path))}
    stems = {re.sub(r"[\d_]+", "", last_name(path).lower()) for path in mine}
    found |= {path: np.asarray(value, dtype=float) for path, value in made.items() if _belongs(path, value, stems)}
    return {
        path: value for path, value in found.items()
        if mine and path not in moved and plain(name_of(path, None)) not in names and not _is_alone(path, mine)
        and _is_kin(path, stems)
        and (not mentioned or root_of(path) in mentioned)
    }  # fmt: skip


def _is_kin(path: Path, stems: set[str]) -> bool:
    """Whether a name is like those of parameters that move: W2 beside W1, W_out beside W, b beside W, W beside b."""
    stem = re.sub(r"[\d_]+", "", last_name(path).lower())
    biases = {one for one in stems if one.startswith("b")}
    if stem.startswith("b") or stem in stems or stems == biases:
        return True
    return not stem.startswith("weight") and any(stem.startswith(one) or one.startswith(stem) for one in stems - biases)


def _is_alone(path: Path, mine: set[Path]) -> bool:
    return len(path) == 1 and all(len(one) > 1 for one in mine)


def structure_of(
    moved: Mapping[Path, Array], sizes: tuple[int, ...], loop: Loop, besides: Sequence[Path] = ()
) -> tuple[Structure | None, bool]:
    """Return the parameters among what changed, and whether anything else of their shapes changed too.

    An array from which an update takes a step is a parameter, whatever it is called: V, c, U and d. `besides` are
    others that are known to be some.
    """
    mine = _parameter_like(moved)
    stepped: dict[Path, Array] = {
        path: value for path, value in moved.items()
        if _is_stepped(path, loop) and np.ndim(value) > 0 and np.asarray(value).dtype.kind == "f"
        and not is_gradient(path)
    }  # fmt: skip
    if set(mine) <= set(stepped):
        mine = stepped
    if besides:
        mine = {path: value for path, value in moved.items() if path in mine or path in besides}
    if not mine:
        return None, False
    shapes = {np.shape(value) for value in mine.values()}
    others = any(path not in mine and np.shape(value) in shapes and np.ndim(value) > 0 for path, value in moved.items())
    plain = all(np.ndim(value) in (1, 2) for value in mine.values())
    for lies in (None, True) if plain else ():
        found = _chained(mine, lies)
        if found is not None and len({one.name for one in found.parameters}) == len(mine):
            if (found.sizes[0], found.sizes[-1]) == (sizes[0], sizes[-1]):
                return found, others
    names: dict[str, int] = {}
    parameters = []
    for name, path, shape in _shapes(mine):
        names[name] = names.get(name, 0) + 1
        told = name if names[name] == 1 else f"{name}_{names[name]}"
        parameters.append(Parameter(told, path, shape, 1, "W" if len(shape) == 2 else "b"))
    return Structure(tuple(parameters), sizes), others


def _chained(mine: Mapping[Path, Array], lies: bool | None) -> Structure | None:
    """Return the layers that parameters make up; where some are not called as parameters, in the order given."""
    if all(is_parameter(last_name(path)) for path in mine):
        return chain(_shapes(mine), transposed=lies)
    usual = [("W" if np.ndim(value) == 2 else "b", path, np.shape(value)) for path, value in mine.items()]
    found = chain(usual, transposed=lies)
    if found is None:
        return None
    names = {path: name for name, path, _ in _shapes(mine)}
    return replace(found, parameters=tuple(replace(one, name=names[one.path]) for one in found.parameters))


def outputs_of(made: Mapping[Path, Array], structure: Structure) -> int | None:
    """Return how many units the output layer has, where the shapes of the parameters say it."""
    if len(structure.sizes) > 2:
        return structure.sizes[-1]
    every = {last for _, last in widths_of(made)}
    return every.pop() if len(every) == 1 else None


def widths_of(made: Mapping[Path, Array]) -> list[tuple[int, int]]:
    """Return the widths of input and output that parameters of these shapes may have, read either way."""
    shapes = _shapes({path: value for path, value in _parameter_like(made).items() if np.ndim(value) in (1, 2)})
    found = [chain(shapes, transposed=lies) for lies in (None, True)]
    return list(dict.fromkeys((one.sizes[0], one.sizes[-1]) for one in found if one is not None))


def loss_in(
    found: Leaves, loop: Loop, made: Mapping[Path, Array] | None = None, functions: Sequence[Function] = ()
) -> tuple[Where | None, bool]:
    """Return the loss that was computed in the pass: a number that is called so, or that a function called so gave.

    What a function gives that another of the file calls for its loss is a part of it. The second says that it is called
    an error, beside another that looks like a loss, or is what the loop adds up over its passes from 0 on: it may be
    shown, and another be meant.
    """
    candidates: list[tuple[int, int, Where]] = []
    sections = {section for section, _ in found}
    residuals = {f"locals {one.name}": one.differences for one in functions}
    for where, value in found.items():
        section, path = where
        if np.size(value) != 1 or np.asarray(value).dtype.kind != "f" or not path or not np.all(np.isfinite(value)):
            continue
        function, last = section.removeprefix("locals "), last_name(path).lower()
        own = section in ("update", f"locals {loop.function}")
        if len(path) == 1 and path[0][1] in loop.sums and own:
            if made is not None and _begins_at_0(made.get(path)) and (_LOSS.search(last) or _ERROR.search(last)):
                candidates.append((4, len(candidates), where))
            continue
        given = section.startswith("locals ") and path == (("key", RETURNED),)
        if given and "loss" in roles_of(function)[:1]:
            candidates.append((0, len(candidates), where))
        elif (own and path[-1][1] in loop.differences) or path[-1][1] in residuals.get(section, ()):
            continue
        elif last in ("loss", "cost", "j", "perte", "cout"):
            candidates.append((1, len(candidates), where))
        elif _LOSS.search(last):
            candidates.append((2, len(candidates), where))
        elif last in _ERRORS and own:
            candidates.append((4 if path[-1][1] in loop.watched else 3, len(candidates), where))
    inner = {
        name for name, callers in _parts_of(functions).items() if any(f"locals {one}" in sections for one in callers)
    }
    candidates = [one for one in candidates if one[0] != 0 or one[2][0].removeprefix("locals ") not in inner]
    if not candidates:
        return None, False
    best = min(candidates)
    if best[0] == 0:  # what a function gave may be a part of what the loop calls its loss: compute_cost(A2, Y) / m
        called = [one for one in candidates if one[0] in (1, 2) and one[2][0] == "update"]
        best = next((one for one in called if not np.isclose(found[one[2]], found[best[2]], rtol=_ALIKE)), best)
    same = [where for kind, _, where in candidates if kind == best[0] == 2]
    named = [(where, float(np.asarray(found[where]).reshape(()))) for where in same]
    total = next((where for where, value in named if _is_the_sum(value, [one for _, one in named])), None)
    several = len({value for _, value in named}) > 1 and total is None  # which of them is meant is not known
    rivals = best[0] == 3 and _has_rivals(found, loop, best[2])
    return total or best[2], several or rivals or best[0] == 4


def _has_rivals(found: Leaves, loop: Loop, where: Where) -> bool:
    """Whether the loop computes another number that looks like a loss, beside the one that is called an error."""
    number = float(np.asarray(found[where]).reshape(()))
    others = [value for (section, path), value in found.items() if _is_computed(section, path, value, loop)]
    return any(not np.isclose(float(np.asarray(value).reshape(())), number, rtol=_ALIKE) for value in others)


def _is_computed(section: str, path: Path, value: Array, loop: Loop) -> bool:
    own = section in ("update", f"locals {loop.function}") and len(path) == 1 and path[0][1] in loop.computed
    return own and np.size(value) == 1 and np.asarray(value).dtype.kind == "f" and bool(np.all(np.isfinite(value)))


def _parts_of(functions: Sequence[Function]) -> dict[str, set[str]]:
    """Return the losses that other losses call, of one sample or of one term, each with those that call it."""
    losses = [one for one in functions if "loss" in roles_of(one.name)[:1]]
    return {
        one.name: {other.name for other in losses if one.name in other.calls and other.name != one.name}
        for one in losses
    }


def shows_several(found: Leaves) -> bool:
    """Whether a pass shows losses of different values, by their names: whose gradient a parameter has is not known."""
    values = {
        float(np.asarray(value).reshape(())) for (section, path), value in found.items()
        if section == "update" and path and np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
        and _LOSS.search(last_name(path).lower())
    }  # fmt: skip
    return len(values) > 1


def _is_the_sum(value: float, every: list[float]) -> bool:
    """Whether a loss is the sum of the others."""
    others = {one for one in every if one != value}
    return len(others) > 1 and bool(np.isclose(value, sum(others), rtol=_ALIKE))


def _begins_at_0(value: Array | None) -> bool:
    return value is not None and np.size(value) == 1 and not np.any(value)
