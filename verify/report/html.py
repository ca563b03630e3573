"""A report as one HTML file: no script, nothing loaded from anywhere."""

from __future__ import annotations

from markupsafe import Markup

from verify.evidence.records import Evidence
from verify.report.blocks import Report
from verify.report.document import document
from verify.report.formulas import mathml
from verify.report.templating import kind, template


def page(report: Report) -> str:
    """Return the whole page."""
    return _filled("report.html.j2", report)


def fragment(evidence: Evidence) -> str:
    """Return the verdict and the table of gradients, to stand in a notebook."""
    return _filled("fragment.html.j2", document(evidence))


def _filled(name: str, report: Report) -> str:
    return template(name, autoescape=True, formula=_formula, svg=_svg).render(report=report, kind=kind)


def _formula(latex: str) -> Markup:
    try:
        return Markup(mathml(latex))
    except ValueError:  # evidence from elsewhere; ours is tested to be drawn
        return Markup("<code>{}</code>").format(latex)


def _svg(text: str) -> Markup:
    return Markup(text)  # drawn by us, with its texts escaped
