"""What somebody may tell about a submission instead of having it inferred: its keys, read and written as TOML."""

from __future__ import annotations

import keyword
import tomllib
import unicodedata
from pathlib import Path
from typing import Final

from verify.errors import BadInput
from verify.files import read_text
from verify.reading.wiring.structure import MOST_OUTPUTS
from verify.wording import nearest

KEYS: Final = {
    "forward": "the function or method that is the forward pass",
    "backward": "the function or method that returns the gradients",
    "loss": "the function or method that is the loss",
    "update": "the function or method that takes a step down the gradient",
    "init": "the function that makes the parameters",
    "class": "the class whose methods these are",
    "samples": "what stands for a sample: the rows of X, its columns, or X is a vector, one sample at a time",
    "labels": "how Y is given: one-hot, integers of shape (m,) or in a column, or flat: numbers of shape (m,)",
    "outputs": "how many units the output layer has",
}
CHOICES: Final = {
    "samples": ("rows", "columns", "vector"),
    "labels": ("one-hot", "integers", "integers-column", "flat"),
}
_LONGEST: Final = 60  # characters of a wrong value that a message shows


def checked(key: str, value: str | int, where: str) -> str:
    """Return the value of a key as a text: a choice, a name of Python in its normal form, or a whole number.

    Raises BadInput, which begins with `where`, for anything else.
    """
    if key == "outputs":
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_OUTPUTS:
            return str(value)
        raise BadInput(f"{where} {_shown(value)}: expected a whole number from 1 to {MOST_OUTPUTS}, like 10")
    if key in CHOICES:
        if value in CHOICES[key]:
            return str(value)
        close = nearest(value, CHOICES[key]) if isinstance(value, str) else ""
        raise BadInput(f"{where} {_shown(value)}: expected one of {', '.join(CHOICES[key])}{close}")
    if isinstance(value, str):
        name = unicodedata.normalize("NFKC", value)  # as Python reads names
        if name.isidentifier() and not keyword.iskeyword(name):
            return name
    what = "the name of a class" if key == "class" else "the name of a function or method, without its class"
    raise BadInput(f"{where} {_shown(value)}: expected {what}, as it stands in the file")


def read_convention(path: Path) -> dict[str, str]:
    """Return what a TOML file tells about a submission, each value as a text.

    Raises BadInput, with the key, the value and what is expected, for what is no TOML or tells something else.
    """
    text = read_text(path, "a convention in TOML, as --write-convention writes it")
    try:
        told = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error).strip() if isinstance(error, tomllib.TOMLDecodeError) else "a value is too large or too deep"
        raise BadInput(f'{path}: is not TOML ({said}); expected lines like samples = "rows"') from error
    for key in told:
        if key not in KEYS:
            close = nearest(key, list(KEYS))
            raise BadInput(f"{path}: {_cut(key)}: no such key; expected one of {', '.join(KEYS)}{close}")
    return {key: checked(key, value, f"{path}: {key} =") for key, value in told.items()}


def _shown(value: object) -> str:
    try:
        return _cut(value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value))
    except ValueError:  # Python writes no number of more than some thousand digits
        return "(a very large number)"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
