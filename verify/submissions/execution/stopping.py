"""Why somebody's code stopped, in the names of the code and in plain words: shapes that do not fit, values of None."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from verify.submissions.execution.messages import Operand, Operation, Stopped

Shape = tuple[int, ...]


class Told(NamedTuple):
    """Why code stopped; where shapes do not fit, what follows from them, and the one thing that would make them fit."""

    said: str
    conclusion: str = ""
    advice: str = ""


def told_of(stopped: Stopped) -> Told:
    """Return why code stopped, in plain words without a full stop."""
    told = None if stopped.operation is None else _of_operation(stopped.error, stopped.operation)
    return told or Told(error_in_words(stopped.error))


def _of_operation(error: str, operation: Operation) -> Told | None:
    """Return what is wrong with the two sides of a calculation, None where their shapes and types say nothing."""
    if len(operation.operands) != 2:
        return None
    a, b = operation.operands
    for side in operation.operands:
        if side.type == "NoneType":
            return Told(f"{side.text} is None where the line calculates with it")
    if not error.startswith(("ValueError", "RuntimeError")) or a.shape is None or b.shape is None:
        return None
    said = f"{a.text} is {shown(a.shape)}, {b.text} is {shown(b.shape)}"
    if operation.sign == "@":
        fit = _multiply(a.shape, b.shape)
        return None if fit else Told(said, "they do not fit in a matrix product", _missing(a, b))
    if _broadcast(a.shape, b.shape):
        return None
    turned = "one of them is transposed" if a.shape == b.shape[::-1] else ""
    return Told(said, "they do not fit together entry by entry", turned)


def _missing(a: Operand, b: Operand) -> str:
    """Return the one transposition after which two matrices can be multiplied, where only one does it."""
    assert a.shape is not None
    assert b.shape is not None
    if len(a.shape) != 2 or len(b.shape) != 2:
        return ""
    fitting = [_with_t(one) for one, shapes in ((a, (a.shape[::-1], b.shape)), (b, (a.shape, b.shape[::-1])))
               if _multiply(*shapes)]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return f"one of the two needs a transposition ({fitting[0]}, or {fitting[1]})"
    return ""


def _with_t(side: Operand) -> str:
    """Return in words that a side is to be transposed: X.T is missing, or the .T is one too many."""
    if side.text.endswith(".T"):
        return f"{side.text[:-2]} fits without .T"
    plain = re.fullmatch(r"[\w.\[\]'\"]+", side.text) is not None
    return f"{side.text}.T is missing" if plain else f"({side.text}).T is missing"


def _multiply(a: Shape, b: Shape) -> bool:
    if not a or not b:
        return False
    return a[-1] == (b[-2] if len(b) > 1 else b[0])


def _broadcast(a: Shape, b: Shape) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def shown(shape: Sequence[int]) -> str:
    """Return a shape as Python shows it, and a single number as what it is.

    >>> shown((11, 7)), shown((7,)), shown(())
    ('(11, 7)', '(7,)', 'a single number')
    """
    return str(tuple(shape)) if shape else "a single number"


# What NumPy and Python say, and the same in plain words. Groups are put in by number; shapes get their spaces back.
_WORDS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"matmul: Input operand (\d) has a mismatch in its core dimension \d, with gufunc signature \S+ "
            r"\(size (\d+) is different from (\d+)\)",
            r"a matrix product of two arrays that do not fit: \3 on the left side, \2 on the right side",
        ),
        (
            r"matmul: Input operand \d does not have enough dimensions .*",
            "a matrix product with a single number, where an array is needed",
        ),
        (
            r"shapes \(([\d, ]*)\) and \(([\d, ]*)\) not aligned: (\d+) \(dim \d\) != (\d+) \(dim \d\)",
            r"a matrix product of shapes (\1) and (\2): \3 and \4 should be equal",
        ),
        (
            r"operands could not be broadcast together with shapes \(([\d, ]*)\) \(([\d, ]*)\)",
            r"the shapes (\1) and (\2) do not fit together entry by entry",
        ),
        (
            r"non-broadcastable output operand with shape \(([\d, ]*)\) doesn't match the "
            r"broadcast shape \(([\d, ]*)\)",
            r"a result of shape (\2) does not fit into an array of shape (\1)",
        ),
        (
            r"could not broadcast input array from shape \(([\d, ]*)\) into shape \(([\d, ]*)\)",
            r"an array of shape (\1) does not fit into a place of shape (\2)",
        ),
        (
            r"cannot access local variable '(\w+)' where it is not associated with a value",
            r"\1 is used before it has a value",
        ),
        (r"No module named '([\w.]+)'", r"the module \1 is not installed here and does not lie beside the file"),
        (
            r"cannot access free variable '(\w+)' where .*",
            r"\1 is used before it has a value",
        ),
        (
            r"The truth value of an array with more than one element is ambiguous.*",
            "an array of several numbers stands where one yes or no is needed, as in an if",
        ),
        (
            r"only (?:size-1|length-1) arrays can be converted to Python scalars|"
            r"only 0-dimensional arrays can be converted to Python scalars",
            "an array of several numbers stands where a single number is needed",
        ),
    )
)  # fmt: skip
_KINDS: Final = {
    "MemoryError": "the memory limit was reached",
    "_ArrayMemoryError": "the memory limit was reached",
    "RecursionError": "functions call each other without an end, or too deep",
    "SystemExit": "the code ends itself there, as exit() does",
    "NotImplementedError": "the code there is not written yet (NotImplementedError)",
}


def error_in_words(error: str) -> str:
    """Return an error as "TypeName: text" in plain words; what is not known stays as it is."""
    kind, _, said = error.partition(": ")
    if kind in _KINDS:
        return f"{_KINDS[kind]}{f' ({said})' if said and 'Memory' in kind else ''}"
    if "Cannot allocate memory" in said:
        return _KINDS["MemoryError"]
    for pattern, words in _WORDS:
        found = pattern.search(said)
        if found:
            told = _spaced(found.expand(words))
            return told if kind in ("ModuleNotFoundError", "UnboundLocalError") else f"{kind}: {told}"
    return error


def _spaced(text: str) -> str:
    """Return a text in which the numbers of a shape have a space after the comma, as Python shows them."""
    return re.sub(r"(\d),(\d)", r"\1, \2", text)
