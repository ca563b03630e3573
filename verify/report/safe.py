"""Text from outside that can do nothing but be read: no terminal escapes, no turned lines, no invisible signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

Any_ = TypeVar("Any_")


def visible(text: str) -> str:
    r"""Return the text with every control and formatting character written out, and lines joined.

    >>> visible("a\x1b[31mb\nc")
    'a\\x1b[31mb c'
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t ":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return ascii(character)[1:-1]
    return character


def made_visible(value: Any_) -> Any_:
    """Return an Evidence, or a part of one, with all its texts made visible."""
    result: Any = value
    if isinstance(value, str):
        result = visible(value)
    elif isinstance(value, tuple):
        result = tuple(made_visible(one) for one in value)
    elif isinstance(value, Mapping):
        result = {made_visible(key): made_visible(one) for key, one in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        result = type(value)(**{one.name: made_visible(getattr(value, one.name)) for one in fields(value)})
    return result  # type: ignore[no-any-return]
