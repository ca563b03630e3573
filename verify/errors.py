"""Every way in which verify says that it was asked something it can't do.

    VerifyError
    ├── BadInput              an input that cannot be used (also a ValueError); exit 2
    │   ├── WrongShape        an array does not have the shape of its parameter
    │   ├── WrongType         integers, objects or something else where floats are needed
    │   ├── NotFinite         NaN or infinity
    │   ├── NotDeterministic  two calls with the same arguments differ
    │   └── ChangedArgument   a function changed what it was given
    ├── WrongGradient         raised by `evidence.raise_if_wrong()` alone (also an AssertionError)
    ├── CouldNotJudge         this machine does not give what judging needs, like memory; exit 3
    └── MissingPackage        an optional package is needed and absent; exit 2

A wrong gradient is not an error: it is a verdict, until somebody asks for it to be one. What any exception says is
shown by `text_of` and `said`.
"""

from __future__ import annotations

from typing import Final

_NAME: Final = type.__dict__["__name__"]  # what a class is called, whatever its metaclass answers


class VerifyError(Exception):
    """Base of all errors that verify raises on purpose; its text is one line that says what would be right."""


class BadInput(VerifyError, ValueError):
    """An input that cannot be used."""


class WrongShape(BadInput):
    """An array does not have the shape of its parameter."""


class WrongType(BadInput):
    """Not floating-point numbers."""


class NotFinite(BadInput):
    """NaN or infinity where a number is needed."""


class NotDeterministic(BadInput):
    """Two calls with the same arguments gave different results."""


class ChangedArgument(BadInput):
    """A function changed its argument in place."""


class WrongGradient(VerifyError, AssertionError):
    """A gradient is wrong; the text is the sentence of the evidence."""


class CouldNotJudge(VerifyError):
    """This machine does not give what judging needs: memory, or a temporary folder."""


class MissingPackage(VerifyError):
    """An optional package is needed and not installed."""


def text_of(error: BaseException, longest: int = 300, survive: type[BaseException] = Exception) -> str:
    """Return the text of an exception in one line, cut where it is longer; a broken `__str__` is no obstacle.

    `survive` is what may be raised while the text is made. In a cage that is everything; outside of it an interrupt
    must pass.
    """
    try:
        return " ".join(str(error).split())[:longest]
    except survive:
        return "its text can't be shown"


def said(error: BaseException, longest: int = 300, survive: type[BaseException] = Exception) -> str:
    """Return "TypeName: text" in one line, or the name alone where there is no text."""
    name, text = _NAME.__get__(type(error)), text_of(error, longest, survive)
    return f"{name}: {text}" if text else str(name)
