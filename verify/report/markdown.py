"""A report as Markdown for GitHub: `$$` formulas, tables of few columns, pictures beside the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verify.evidence.records import Evidence
from verify.report.blocks import Cell, Report, Table
from verify.report.document import document
from verify.report.formulas import mathml
from verify.report.templating import kind, template

_WIDEST = 5  # columns that a phone shows; what is left over goes into the last one


def text(report: Report) -> str:
    """Return the whole text. Its pictures are expected beside it, as `<name>.svg`."""
    filled = template("report.md.j2", autoescape=False, md=escaped, table=_rendered, formula=formula).render(
        report=report, kind=kind
    )
    return re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"


def fragment(evidence: Evidence) -> str:
    """Return the verdict and the tables of gradients, to stand in a notebook."""
    report = document(evidence)
    wanted = [section for section in report.sections if section.anchor in ("wrong", "gradients")]
    tables = ["\n".join(_table(block)) for section in wanted for block in section.blocks if isinstance(block, Table)]
    return "\n\n".join([f"**{escaped(report.sentence)}**", *tables]) + "\n"


def escaped(text: str) -> str:
    r"""Return the text so that no Markdown parser takes any of it for markup.

    >>> print(escaped("<b> *a* | [x](y) $z$"))
    \<b\> \*a\* \| \[x\](y) \$z\$
    """
    text = re.sub(r"([\\`*_\[\]<>#|~$&])", r"\\\1", " ".join(text.split()))
    text = re.sub(r"(?<=[a-zA-Z]):(?=//)|(?<=www)\.|@", lambda found: f"{found.group()}\u200b", text)  # no autolinks
    return re.sub(r"^([-+](?=[\s-]|$)|=)|^(\d+)([.)])(?=\s|$)", r"\2\\\1\3", text)  # no lists, no headings


def code(text: str) -> str:
    """Return the text as a code span; backticks inside it get a longer fence, a pipe would end the cell."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")


def formula(left: str, right: str) -> str:
    """Return left = right as a display formula; as code where it is not of the tested part of LaTeX."""
    try:
        mathml(left)
        mathml(right)
    except ValueError:
        return code(f"{left} = {right}")
    return f"$$\n{left} = {right}\n$$"


def _cell(cell: Cell) -> str:
    written = code(cell.text) if cell.kind == "code" and cell.text else escaped(cell.text)
    return f"**{written}**" if cell.tone in ("wrong", "warning") and written else written


def _rendered(table: Table) -> str:
    return "\n".join(_table(table))


def _table(table: Table) -> Iterator[str]:
    """Yield the lines of a table of at most five columns; the columns beyond stand in words in the last."""
    columns = table.columns[:_WIDEST]
    yield "| " + " | ".join(escaped(column.title) for column in columns) + " |"
    yield "|" + "|".join(" --: " if column.figures else " :-- " for column in columns) + "|"
    for row in table.rows:
        cells = [_cell(cell) for cell in row]
        more = [
            f"{escaped(column.title)} {cell}"
            for column, cell in zip(table.columns[_WIDEST:], cells[_WIDEST:], strict=True)
        ]
        cells[_WIDEST - 1 :] = ["; ".join([*cells[_WIDEST - 1 : _WIDEST], *more])] if len(cells) >= _WIDEST else []
        yield "| " + " | ".join(cells) + " |"
