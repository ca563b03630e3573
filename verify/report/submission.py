"""What is shown of a submission besides its gradients: lines for the terminal, sections for the reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from verify.evidence.records import Evidence
from verify.evidence.submission import Answer, Bound, Lines, Setting, Submission
from verify.report.blocks import Block, Cell, Column, Paragraph, Points, Section, Table, Tone
from verify.wording import count

Shown = tuple[str, list[RenderableType]]
_Known = tuple[str, str, Setting | Bound]  # a name, what it is, and how that is known

_TONES: dict[str, Tone] = {"correct": "good", "wrong": "wrong", "could not judge": "warning"}
_ANSWERS: dict[str, Tone] = {"yes": "good", "no": "wrong", "not known": "warning"}
_STYLES = {"no": "bold red", "not known": "yellow"}
_KNOWN = {"told": "bold", "stated": "bold", "assumed": "yellow"}
_MEANS = {
    "told": "by an option",
    "stated": "the file's own text says it, and was followed",
    "by name": "it is called so",
    "by elimination": "nothing else that was tried runs, fits and explains as much",
    "assumed": "one way of several; it runs, and nothing shows that no other is meant",
    "implied": "by its output layer; the file has no loss",
    "by its numbers": "it gives the same at random points",
}
_MOST = 8  # cells, or stretches of lines, that a line of the terminal names
_LONGEST = 100  # characters of a line of code in a table


# --- the terminal -------------------------------------------------------------------------------------------------


def opening(evidence: Evidence) -> list[Shown]:
    """Return what the terminal shows of a submission in front of its table: what is wrong, and the two answers."""
    submission = evidence.submission
    if submission is None:
        return []
    wrong = [one for one in submission.parameters if one.verdict == "wrong"]
    unknown = [one for one in submission.parameters if one.verdict == "could not judge"]
    answers: list[RenderableType] = [
        Text(f"{one.question} {_answered(one)}", style=_STYLES.get(one.answer, "")) for one in submission.answers
    ]
    return [
        ("What is wrong", [Text(_pair(one.parameter, one.worst), style="red") for one in wrong]),
        ("What could not be judged", [Text(_pair(one.parameter, one.worst), style="yellow") for one in unknown]),
        ("Two questions", answers),
    ]


def closing(evidence: Evidence) -> list[Shown]:
    """Return what the terminal shows of a submission after its table: how it was read and run."""
    submission = evidence.submission
    if submission is None:
        return []
    remarks: list[RenderableType] = []
    for one in submission.remarks:
        remarks.append(Text(_pair(one.name, one.sentence)))
        line = Text(_pair(place(one.cell, one.line, one.line), one.text))
        remarks.append(Padding(line, (0, 0, 0, 2), expand=False))
    return [
        (_found_in(submission), _readings(submission)),
        (f"What was read of {submission.file}", _read(submission)),
        ("Remarks", remarks),
        ("Run apart", _run(submission)),
    ]


def _readings(submission: Submission) -> list[RenderableType]:
    """Return two tables, of what things are and of what arguments were given, and what their words mean."""
    things: list[_Known] = [(one.name, one.value, one) for one in submission.convention]
    given: list[_Known] = []
    for (function, _), several in _by_function(submission).items():
        name = f"{function}(...)" if function.isidentifier() else function or "global names"
        given.append((name, "; ".join(f"{one.argument} = {one.value}" for one in several), several[0]))
    legend = Text("; ".join(f"{how}: {what}" for how, what in _means(submission)), style="dim")
    tables: list[RenderableType] = [_table(rows) for rows in (things, given) if rows]
    return [*tables, legend] if tables else []


def _table(rows: Iterable[_Known]) -> Grid:
    table = Grid(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for name, value, one in rows:
        table.add_row(Text(name), Text(value), Text(known(one), style=_KNOWN.get(one.how, "dim")))
    return table


def _by_function(submission: Submission) -> dict[tuple[str, str], list[Bound]]:
    """Return what arguments were given, those of one function that are known in the same way together."""
    found: dict[tuple[str, str], list[Bound]] = {}
    for one in submission.bindings:
        found.setdefault((one.function, known(one)), []).append(one)
    return found


def _means(submission: Submission) -> list[tuple[str, str]]:
    """Return what the words mean that say here how something is known."""
    used = {one.how for one in submission.convention} | {one.how for one in submission.bindings}
    return [(how, what) for how, what in _MEANS.items() if how in used]


def _read(submission: Submission) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if submission.used:
        lines.append(Text(f"used: {_amount(submission.used)} ({_places(submission.used)})"))
    for why in dict.fromkeys(one.why for one in submission.dropped):
        same = [one for one in submission.dropped if one.why == why]
        lines.append(Text(f"dropped: {_amount(same)} ({_places(same)}): {why}"))
    return lines


def _run(submission: Submission) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if submission.cage:
        lines.append(
            Text(f"in the cage {submission.cage}, which promises {'; '.join(submission.promises) or 'nothing'}")
        )
    if submission.canary:
        lines.append(Text(f"canary: {submission.canary}"))
    return lines


# --- the reports --------------------------------------------------------------------------------------------------


def worst_entries(evidence: Evidence) -> list[Block]:
    """Return what is said of each gradient of a submission that is not right."""
    if evidence.submission is None:
        return []
    blocks: list[Block] = []
    for verdict, said in (("wrong", "The worst entry of each gradient that is wrong:"),
                          ("could not judge", "What could not be judged:")):  # fmt: skip
        found = tuple((one.parameter, one.worst) for one in evidence.submission.parameters if one.verdict == verdict)
        if found:
            blocks += [Paragraph(said), Points(found)]
    return blocks


def questions(evidence: Evidence) -> Section:
    """Return the section with the two questions; without blocks where there is no submission."""
    answers = () if evidence.submission is None else evidence.submission.answers
    rows = tuple(
        (Cell(_some(one.question)), Cell(one.answer, tone=_ANSWERS[one.answer]), Cell(_some(one.sentence)))
        for one in answers
    )
    columns = (Column("question", prose=True), Column("answer"), Column("because", prose=True))
    table = Table("Two questions, two answers", columns, rows)
    return Section("questions", "Two questions", (table,) if rows else ())


def parameters(evidence: Evidence) -> list[Block]:
    """Return the table of the verdict on each gradient of a submission."""
    if evidence.submission is None or not evidence.submission.parameters:
        return []
    rows = tuple(
        (Cell(_some(one.parameter), "code"), Cell(one.verdict, tone=_TONES[one.verdict]), Cell(_some(one.worst)))
        for one in evidence.submission.parameters
    )
    columns = (Column("gradient of"), Column("verdict"), Column("worst entry", prose=True))
    return [Table("Each gradient, by the name of its parameter", columns, rows)]


def about(evidence: Evidence) -> tuple[Section, ...]:
    """Return the sections about how a submission was called, read and run; none without one."""
    submission = evidence.submission
    if submission is None:
        return ()
    return (
        Section("convention", "How the file was read", tuple(_called(submission))),
        Section("lines", "What was read of it", tuple(_lines(submission))),
        Section("remarks", "Remarks on the code", tuple(_remarks(submission))),
        Section("cage", "How it was run apart", tuple(_apart(submission))),
    )


def _called(submission: Submission) -> Iterable[Block]:
    rows = tuple(
        (Cell(_some(one.name)), Cell(_some(one.value), "code"), Cell(known(one))) for one in submission.convention
    )
    given = tuple(
        (
            Cell(_some(one.function) if one.function else "global names", "code" if one.function else "words"),
            Cell(_some(one.argument), "code"), Cell(_some(one.value)), Cell(known(one)),
        )
        for one in submission.bindings
    )  # fmt: skip
    if rows:
        yield Paragraph(
            f"Found in {count(submission.trials, 'trial call')}. To correct it, write it to a file with "
            "--write-convention, edit the file, and give it to --convention."
        )
        yield Table("What it was taken for", (Column("of"), Column("value"), Column("how it is known")), rows)
    if given:
        columns = (Column("function"), Column("argument"), Column("was given", prose=True), Column("how it is known"))
        yield Table("What each argument was given", columns, given)
    if rows or given:
        yield Points(tuple(_means(submission)))


def _lines(submission: Submission) -> Iterable[Block]:
    for lines, said, caption in (
        (submission.used, "used", "Lines that were used, and what for"),
        (submission.dropped, "dropped", "Lines that were dropped, and why"),
    ):
        if lines:
            yield Paragraph(f"{_amount(lines)} of {submission.file} {'was' if _number(lines) == 1 else 'were'} {said}.")
            rows = tuple(
                (Cell(place(one.cell, one.first, one.last)), Cell(_short(one.text), "code"), Cell(_some(one.why)))
                for one in lines
            )
            yield Table(caption, (Column("where"), Column("what"), Column("why", prose=True)), rows, folded=True)


def _remarks(submission: Submission) -> Iterable[Block]:
    rows = tuple(
        (
            Cell(_some(one.name)), Cell(place(one.cell, one.line, one.line)), Cell(_short(one.text), "code"),
            Cell(_some(one.sentence)),
        )
        for one in submission.remarks
    )  # fmt: skip
    if rows:
        yield Paragraph("What is worth knowing, and makes no gradient wrong:")
        columns = (Column("remark"), Column("where"), Column("line"), Column("what it is", prose=True))
        yield Table("Remarks", columns, rows)


def _apart(submission: Submission) -> Iterable[Block]:
    if submission.cage:
        yield Paragraph(f"It ran in the cage {submission.cage}{', which promises:' if submission.promises else '.'}")
    if submission.promises:
        yield Points(tuple(("", promise) for promise in submission.promises))
    if submission.canary:
        yield Paragraph(f"The canary, a gradient of verify's own that is known to be wrong: {submission.canary}")


# --- in words -----------------------------------------------------------------------------------------------------


def place(cell: int | None, first: int, last: int) -> str:
    """Return where lines stand: `cell 3, lines 1 to 5`, or `line 7` of a .py file."""
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    return lines if cell is None else f"cell {cell}, {lines}"


def known(one: Setting | Bound) -> str:
    """Return how something is known, with the place that says it."""
    return f"{one.how}, {one.where}" if one.where else one.how


def _answered(one: Answer) -> str:
    return _pair(one.answer[:1].upper() + one.answer[1:], one.sentence)


def _found_in(submission: Submission) -> str:
    return f"How the file was read, found in {count(submission.trials, 'trial call')}"


def _pair(name: str, text: str) -> str:
    return f"{name}: {text}" if text else name


def _number(lines: Iterable[Lines]) -> int:
    return sum(one.last - one.first + 1 for one in lines)


def _amount(lines: Iterable[Lines]) -> str:
    return count(_number(lines), "line")


def _places(lines: Sequence[Lines]) -> str:
    """Return the cells of some lines, or where they stand in a .py file; of many, the first."""
    cells = list(dict.fromkeys(str(one.cell) for one in lines if one.cell is not None))
    stretches = [f"{one.first}" if one.first == one.last else f"{one.first}-{one.last}" for one in lines]
    found = cells or stretches
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    single = len(found) == 1 and "-" not in found[0]
    return f"{'cell' if cells else 'line'}{'' if single else 's'} {', '.join(found[:_MOST])}{more}"


def _some(text: str) -> str:
    return text if text.strip() else "-"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return _some(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
