"""A report as one HTML file: no script, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from verify.evidence import Evidence
from verify.report.blocks import Report
from verify.report.document import document
from verify.report.formulas import mathml


def page(report: Report) -> str:
    """Return the whole page."""
    return str(_template("report.html.j2").render(report=report, kind=_kind))


def fragment(evidence: Evidence) -> str:
    """Return the verdict and the table of gradients, to stand in a notebook."""
    return str(_template("fragment.html.j2").render(report=document(evidence), kind=_kind))


def _kind(block: Any) -> str:
    return type(block).__name__


def _formula(latex: str) -> Markup:
    try:
        return Markup(mathml(latex))
    except ValueError:  # evidence from elsewhere; ours is tested to be drawn
        return Markup("<code>{}</code>").format(latex)


def _svg(text: str) -> Markup:
    return Markup(text)  # drawn by us, with its texts escaped


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(formula=_formula, svg=_svg)
    return environment.get_template(name)
