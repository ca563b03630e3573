"""What the code under test computes with, as a type."""

from __future__ import annotations

from typing import Any, TypeAlias

Array: TypeAlias = Any
"""A NumPy array of any dtype, an array of exact numbers, or a tensor: what the code under test computes with."""

Option: TypeAlias = Any
"""What NumPy takes beside arrays and is only passed on: a dtype, an axis, a shape, a key between brackets."""
