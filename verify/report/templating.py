"""Where the templates are, and how they are filled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2


def template(name: str, *, autoescape: bool, **filters: Callable[..., Any]) -> jinja2.Template:
    """Return a template of this package; a name in it that is not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report"),
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment.get_template(name)


def kind(block: object) -> str:
    """Return what a block of a report is, as templates ask."""
    return type(block).__name__
