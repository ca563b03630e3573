"""The one way in which balls say that they do not apply, with the reason."""

from __future__ import annotations


class NoBalls(Exception):
    """The code does something that balls can't follow: rounds one to a float, or compares two that overlap."""


class NotSmooth(NoBalls):
    """The loss has a kink or a jump at the point itself, or is not the same from call to call: no derivative."""
