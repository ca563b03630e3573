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

A wrong gradient is not an error: it is a verdict, until somebody asks for it to be one.
"""

from __future__ import annotations


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
