"""The terminal's face of an Evidence: the table of gradients, the power, the findings, one sentence.

Colours and rules on a terminal; plain ASCII text where the output is a file or a pipe. `NO_COLOR` is respected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verify.evidence.records import FAILS, CaseEvidence, Evidence, Row, Step
from verify.report.numbers import entry, error
from verify.report.safe import made_visible
from verify.report.submission import closing, opening
from verify.report.training import training_sections
from verify.wording import count

if TYPE_CHECKING:
    from verify.evidence.submission import Offer

_STYLE = {"correct": "bold green", "wrong": "bold red", "could not judge": "bold yellow"}
_WORD_STYLE = {"different": "bold red", "differs": "bold red", "vacuous": "yellow", "could not judge": "yellow"}
_PLAIN_WIDTH = 118
_WIDEST = 10_000
_NEEDED = 3  # columns: gradient, oracle, verdict
_SURVIVORS = 4  # names of unseen mistakes that a line has room for


def console(file: IO[str] | None = None) -> Console:
    """Return where to render to: as wide as the terminal, or 118 columns of plain text in a file or pipe."""
    out = Console(file=file, highlight=False, emoji=False, markup=False)
    if not out.is_terminal:
        out = Console(file=file, highlight=False, emoji=False, markup=False, width=_PLAIN_WIDTH, color_system=None)
    return out


def render(evidence: Evidence, out: Console) -> None:
    """Print the whole evidence: table, failures, power, derivation, findings, replay, verdict.

    Of a submission, the verdict and what is wrong come first, and the verdict once more at the end.

    What texts from outside hold is shown and does nothing: escapes are written out.
    """
    shown = made_visible(evidence)
    _without_spaces(out, lambda: _render(shown, out))


def _without_spaces(out: Console, draw: Callable[[], None]) -> None:
    """Draw; a file has no use for the spaces that fill a line."""
    if out.is_terminal:
        draw()
        return
    with out.capture() as printed:
        draw()
    out.file.write("\n".join(line.rstrip() for line in printed.get().split("\n")))


def _render(evidence: Evidence, out: Console) -> None:
    out.print(Text(f"Gradients of {evidence.subject}", style="bold"))
    if evidence.submission is not None:
        out.print()
        out.print(_verdict(evidence))
        for title, lines in (_diagnoses(evidence), *opening(evidence)):
            _section(out, title, lines)
    if evidence.summary:
        out.print()
        out.print(_gradients(evidence.summary, out))
    _section(out, "What each oracle saw", _seen_by(evidence))
    about_training = training_sections(evidence, plain=not out.is_terminal)
    about_gradients = [_power(evidence), _order(evidence), _proofs(evidence), _findings(evidence)]
    if evidence.submission is None:
        about_gradients = [_failures(evidence), _diagnoses(evidence), *about_gradients]
    for title, lines in (*about_training, *about_gradients, *closing(evidence)):
        _section(out, title, lines)
    out.print()
    out.print(Text(f"replay: {_command(evidence)}   {_versions(evidence)}", style="dim"))
    out.print()
    out.print(_verdict(evidence))


def _verdict(evidence: Evidence) -> Text:
    return Text(evidence.sentence, style=_STYLE[evidence.verdict])


def render_cages(offers: Sequence[Offer], out: Console) -> None:
    """Print what this machine offers to run somebody's code apart, one level after the other."""
    shown = made_visible(tuple(offers))
    _without_spaces(out, lambda: _render_cages(shown, out))


def _render_cages(offers: Sequence[Offer], out: Console) -> None:
    used = next((one.level for one in offers if one.available), None)
    out.print(Text("Cages for somebody's code, the strongest first", style="bold"))
    for one in offers:
        out.print()
        if one.available:
            said, style = "available" + (", and used" if one.level == used else ""), "bold green"
        else:
            said, style = f"not available on this machine: {one.why}", "bold yellow"
        out.print(Text(f"{one.level}: {said}", style=style))
        for title, points in (
            ("promises" if one.available else "would promise", one.promises),
            ("leaves open", one.leaves),
        ):
            out.print(_indented(Text(title)))
            for point in points:
                out.print(_indented(Text(f"- {point}"), 4))
    out.print()
    if used is None:
        out.print(Text("No submission can be run on this machine: no cage is available.", style="bold yellow"))
    else:
        out.print(
            Text(f"verify grads SUBMISSION uses {used}; --require-cage LEVEL refuses anything weaker than LEVEL.")
        )


def render_mistakes(mistakes: Mapping[str, tuple[str, str]], out: Console) -> None:
    """Print the catalogue: name, the wrong line, the sentence."""
    for name, (line, sentence) in mistakes.items():
        out.print(Text(name, style="bold"))
        out.print(_indented(Text(line), 4))
        out.print(_indented(Text(sentence, style="italic"), 4))


def render_steps(title: str, steps: Iterable[Step], out: Console) -> None:
    """Print a derivation: left side = right side, because; hypotheses; proofs."""
    out.print(Text(title, style="bold"))
    for number, step in enumerate(steps, 1):
        out.print()
        out.print(Text(f"{number}. {step.left} = {step.right}", style="bold"))
        out.print(_indented(Text(f"because {step.reason}"), 3))
        if step.hypotheses:
            out.print(_indented(Text(f"hypothesis: {', '.join(step.hypotheses)}", style="yellow"), 3))
        shown = ", ".join(f"{proof} ({method})" for method, proof in step.proofs.items())
        out.print(_indented(Text(f"for all sizes: {shown}"), 3))


def _section(out: Console, title: str, lines: list[RenderableType]) -> None:
    if not lines:
        return
    out.print()
    out.print(Text(title, style="bold"))
    for line in lines:
        out.print(_indented(line))


def _indented(line: RenderableType, by: int = 2) -> Padding:
    return Padding(line, (0, 0, 0, by), expand=False)


def _gradients(rows: Sequence[Row], out: Console) -> Table:
    """Return the table of gradients; a narrow terminal gets fewer columns, never shortened words."""
    columns = [column for column in _COLUMNS if out.width >= column.from_width]
    while True:
        table = _table(rows, columns, plain=not out.is_terminal)
        wide = out.measure(table, options=out.options.update_width(_WIDEST)).maximum
        if wide <= out.width or len(columns) == _NEEDED:
            return table
        columns.pop()  # the names of somebody's parameters can be long


def _table(rows: Iterable[Row], columns: Sequence[_Column], *, plain: bool) -> Table:
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.title, justify="right" if column.is_number else "left", no_wrap=True)
    previous = None
    for row in rows:
        first = row.parameter != previous
        if first and previous is not None:
            table.add_row()
        style = _WORD_STYLE.get(row.verdict, "green")
        cells = [Text(column.cell(row), style=style if column.title == "verdict" else "") for column in columns]
        table.add_row(Text(f"d{row.parameter}" if first else ""), *cells[1:])
        previous = row.parameter
    return table


def _magnitude(row: Row, value: float | None) -> str:
    return error(value) if row.worst else "none" if row.verdict == "identical" else "-"


@dataclass(frozen=True)
class _Column:
    title: str
    cell: Callable[[Row], str]
    from_width: int = 0
    is_number: bool = False


_COLUMNS = (
    _Column("", lambda row: f"d{row.parameter}"),
    _Column("oracle", lambda row: row.oracle),
    _Column("verdict", lambda row: row.verdict),
    _Column("worst error", lambda row: _magnitude(row, row.worst.error if row.worst else None), 60, is_number=True),
    _Column("bound", lambda row: _magnitude(row, row.worst.bound if row.worst else None), 60, is_number=True),
    _Column("at", lambda row: entry(row.parameter, row.worst), 78),
    _Column("in the case", lambda row: row.case if row.worst or row.verdict in FAILS else "-", 114),
    _Column("wrong entries", lambda row: f"{row.mismatched:,} of {row.entries:,}", 114, is_number=True),
)


def _seen_by(evidence: Evidence) -> list[RenderableType]:
    lines: list[RenderableType] = [Text(f"{one.oracle}: {one.sentence}") for one in evidence.coverage]
    return [*lines, *(Text(f"not judged: {one}", style="dim") for one in evidence.unjudged)]


def _failures(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    best: dict[str, str] = {}
    for row in evidence.summary:
        both_values = row.worst is not None and row.worst.expected is not None
        if row.message and (both_values or row.parameter not in best):
            best[row.parameter] = row.message
    explain = ". See: verify explain d" if evidence.derivation else ""
    lines: list[RenderableType] = [
        Text(text + (explain + parameter if explain else ""), style="red") for parameter, text in best.items()
    ]
    return "What is wrong", lines


def _diagnoses(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    if evidence.verdict != "wrong" or not (evidence.derivation or evidence.submission):
        return "The mistake", []
    if not evidence.diagnoses:
        where = "below" if evidence.submission else "above"
        return "The mistake", [Text(f"no mistake of the catalogue gives these numbers; see the worst entries {where}")]
    lines: list[RenderableType] = []
    for found in evidence.diagnoses:
        lines.append(Text(f"{found.name}: {found.sentence}", style="bold"))
        lines.append(Text(f"{found.place}: {found.text}"))
        lines += [Text(f"{'it should be:':<{len(found.place) + 1}} {found.should_be}")] if found.should_be else []
        lines += [Text(found.note)] if found.note else []
    alone = len(evidence.diagnoses) == 1
    if evidence.submission:
        return "The mistake" if alone else "The mistakes", lines
    return "The mistake (it alone gives exactly these numbers)" if alone else "One of these mistakes", lines


def _power(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    lines: list[RenderableType] = []
    for case in evidence.cases:
        if case.power is not None and not case.power.vacuous:
            lines.append(Text(_seen(case)))
    for case in evidence.cases:
        if case.power is not None and case.power.vacuous:
            lines.append(Text(f"{case.name}: vacuous", style="yellow"))
    reasons = dict.fromkeys(case.power.why for case in evidence.cases if case.power and case.power.why)
    lines += [_indented(Text(f"because {why}"), 2) for why in reasons]
    for caught in evidence.caught:
        if caught.everywhere == 0:
            lines.append(Text(f"{caught.oracle} catches any error at all, in every entry"))
        else:
            lines.append(
                Text(f"{caught.oracle} catches a relative error of {error(caught.typically)} in half of the entries, "
                     f"{error(caught.everywhere)} in the smallest that it tells from 0")
            )  # fmt: skip
    if not evidence.mistakes:
        return "Power: what each oracle would have caught", lines
    return f"Power: which of {count(len(evidence.mistakes), 'planted mistake')} each case sees", lines


def _seen(case: CaseEvidence) -> str:
    assert case.power is not None
    unseen = [name for name, by in case.power.seen.items() if not by]
    text = f"{case.name}: {len(case.power.seen) - len(unseen)} of {len(case.power.seen)}"
    if unseen:
        more = f" and {len(unseen) - _SURVIVORS} more" if len(unseen) > _SURVIVORS else ""
        text += f", not {', '.join(unseen[:_SURVIVORS])}{more}"
    return text


def _order(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    found = [case.order.observed for case in evidence.cases if case.order and case.order.observed is not None]
    title = "Order of the central difference"
    if not found:
        return title, []
    return title, [Text(f"observed {min(found):.2f} to {max(found):.2f} in {count(len(found), 'case')}; expected 2.00")]


def _proofs(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    if not evidence.derivation:
        return "Derivation", []
    missing = [step.name for step in evidence.derivation if "not proved" in step.proofs.values()]
    if missing:
        return "Derivation", [Text(f"not proved: {', '.join(missing)}", style="bold red")]
    number = count(len(evidence.derivation), "claim")
    said = f"{number} proved for all sizes, by SymPy and six stated identities; read them: python -m derivations"
    return "Derivation", [Text(said)]


def _findings(evidence: Evidence) -> tuple[str, list[RenderableType]]:
    return "Findings", [Text(f"{finding.name}: {finding.sentence}") for finding in evidence.findings]


def _command(evidence: Evidence) -> str:
    """Return the command that replays the evidence, and its seed where the command does not say it."""
    command, seed = evidence.replay.command, evidence.replay.seed
    return command if f"--seed {seed} " in f"{command} " else f"{command}   seed {seed}"


def _versions(evidence: Evidence) -> str:
    return ", ".join(f"{name} {version}" for name, version in evidence.replay.versions.items())
