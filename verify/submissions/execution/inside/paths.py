"""Where arrays stand inside what a student's code builds: dictionaries, lists, tuples, objects, and nests of these.

A path is a tuple of steps: ("key", name), ("item", number) or ("attribute", name). What `leaves` finds,
`replaced` puts back, so no container needs a case of its own.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

import numpy as np

from verify.exact.stand_in import StandIn

Found = tuple[tuple[str, Any], ...]  # as a Path, but a key may be anything that a dictionary takes
Value: TypeAlias = Any  # whatever a student's code builds
_DEEPEST: Final = 6
_MOST: Final = 400  # leaves of one result; nothing that is judged has more
_PARTS: Final = 40  # of a list, as long as one of samples: what stands beside it is to be found as well
_PLAIN = (str, bytes, int, float, complex, bool, type(None))


def is_array(value: Value) -> bool:
    """Whether this is something that holds numbers: an array, an exact one, a tensor, or one number."""
    return isinstance(value, np.ndarray | np.generic | StandIn | float | int | complex) or is_tensor(value)


def is_tensor(value: Value) -> bool:
    """Whether this is a tensor of PyTorch, said without importing it."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def is_sparse(value: Value) -> bool:
    """Whether this is a sparse matrix of SciPy, said without importing it."""
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "toarray")


def numbers_of(value: Value) -> Value:
    """Return a sparse matrix, or an array of objects that are all plain numbers, as an array; all else as it is."""
    if is_sparse(value):
        return value.toarray()
    if isinstance(value, np.ndarray) and value.dtype.kind == "O" and value.size:
        parts = value.reshape(-1).tolist()
        if all(isinstance(one, float | int | complex | np.number) for one in parts):
            return np.array(parts).reshape(value.shape)
    return value


def _is_of_numbers(value: Value) -> bool:
    """Whether a list holds plain numbers with a point, or lists of as many of them: what tolist() makes."""
    if not value or not all(type(one) is type(value[0]) for one in value):
        return False
    if isinstance(value[0], list):
        return len({len(one) for one in value}) == 1 and all(_is_of_numbers(one) for one in value)
    return type(value[0]) is float


def each_once(value: Value) -> dict[Found, Value]:
    """Return the leaves inside a value without those that stand there already, under another path.

    These are the very array of an earlier one, which a layer was given as well, and all that is inside an object or a
    list that was met before: self of a method, and the global name of the same network.
    """
    seen: dict[int, Found] = {}
    found = _first_leaves(_walk(value, (), {}, once=True))
    for path, leaf in found.items():
        if isinstance(leaf, np.ndarray) or is_tensor(leaf):
            seen.setdefault(id(leaf), path)
    return {path: leaf for path, leaf in found.items() if seen.get(id(leaf), path) == path}


def identical(container: Value, value: Value) -> list[Found]:
    """Return every path in a container at which this very value stands, not one that is equal to it."""
    return [path for path, leaf in leaves(container).items() if leaf is value]


def leaves(value: Value, *, attributes: bool = True) -> dict[Found, Value]:
    """Return the arrays and numbers inside a value, by their paths; lists of plain numbers are arrays too."""
    return _first_leaves(_walk(value, (), {}, attributes))


def _first_leaves(walk: Iterator[tuple[Found, Value]]) -> dict[Found, Value]:
    return dict(islice(walk, _MOST))


def _walk(
    value: Value, path: Found, met: dict[int, Value], attributes: bool = True, once: bool = False
) -> Iterator[tuple[Found, Value]]:
    """Yield the leaves inside a value; a container is not entered within itself, and where `once`, not a second time.

    Those that were `met` are held by their identity, which is theirs for as long.
    """
    value = numbers_of(value)
    if path and isinstance(value, list) and _is_of_numbers(value):
        value = np.array(value)
    if is_array(value):
        if not (isinstance(value, np.ndarray) and value.dtype.kind == "O"):
            yield path, value
            return
        value = list(value)
    if isinstance(value, _PLAIN) or len(path) >= _DEEPEST or id(value) in met:
        return
    met = met if once else {**met}
    met[id(value)] = value
    if isinstance(value, Mapping):
        steps: list[tuple[tuple[str, Any], Value]] = [(("key", key), value[key]) for key in list(value)]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        steps = [(("attribute", name), getattr(value, name)) for name in value._fields]
    elif isinstance(value, list | tuple):
        steps = [(("item", number), part) for number, part in enumerate(value[:_PARTS])]
    elif attributes and hasattr(value, "__dict__") and not isinstance(value, type | types.ModuleType):
        steps = [(("attribute", name), part) for name, part in list(vars(value).items())]
    else:
        return
    for step, part in steps:
        yield from _walk(part, (*path, step), met, attributes, once)


def replaced(value: Value, path: Found, leaf: Value) -> Value:
    """Return the value with this leaf at the path: containers and objects are changed in place, tuples made anew."""
    if not path:
        return leaf
    (kind, name), rest = path[0], path[1:]
    if kind == "key":
        value[name] = replaced(value[name] if rest else None, rest, leaf)
    elif kind == "attribute" and isinstance(value, tuple):
        return value._replace(**{name: replaced(getattr(value, name), rest, leaf)})  # type: ignore[attr-defined]
    elif kind == "attribute":
        setattr(value, name, replaced(getattr(value, name) if rest else None, rest, leaf))
    elif isinstance(value, tuple):
        changed = list(value)
        changed[name] = replaced(value[name], rest, leaf)
        return tuple(changed)
    else:
        value[name] = replaced(value[name] if rest else None, rest, leaf)
    return value


def at(value: Value, path: Found) -> Value:
    """Return what stands at the path. Raises LookupError or AttributeError where nothing does."""
    for kind, name in path:
        value = getattr(value, name) if kind == "attribute" else value[name]
    return value


def found_at(container: Value, path: Found) -> Value:
    """Return what stands at a path, None where nothing does."""
    try:
        return at(container, path)
    except (LookupError, AttributeError, TypeError):
        return None
