"""`verify cage`: what this machine offers to run somebody's code apart."""

from __future__ import annotations


def cage() -> None:
    """Say what this machine offers to run somebody's code apart, and what each cage promises and leaves open."""
    from verify.report.terminal import console, render_cages
    from verify.sandbox.cage import offers

    render_cages(offers(), console())
