"""`verify mistakes`: the catalogue."""

from __future__ import annotations


def mistakes() -> None:
    """List the known mistakes, for grads --mistake NAME."""
    from verify.lab.planting import MISTAKES
    from verify.report.terminal import console, render_mistakes

    shown = {one.name: (f"{one.step} = {one.wrong}", one.sentence) for one in MISTAKES}
    render_mistakes(shown, console())
