"""What a test expects to be there; the test fails where it is not."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def there(value: T | None) -> T:
    """Return the value, which is not None."""
    assert value is not None
    return value
