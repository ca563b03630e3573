"""An Evidence as a report: which sections it has, in which order, and what stands in them."""

from __future__ import annotations

from verify.evidence.records import FAILS, PASSES, CaseEvidence, Evidence, Row, Step
from verify.report.blocks import (
    Block,
    Cell,
    Code,
    Column,
    Derivation,
    Drawing,
    Formula,
    Paragraph,
    Points,
    Report,
    Section,
    Table,
    Tone,
)
from verify.report.learning import learning
from verify.report.numbers import entry, error
from verify.report.pictures import kill_matrix, step_sizes
from verify.report.safe import made_visible
from verify.report.submission import about, parameters, questions, worst_entries
from verify.wording import count

TONES: dict[str, Tone] = {"correct": "good", "wrong": "wrong", "could not judge": "warning"}
WORDS: dict[str, Tone] = {
    "different": "wrong", "differs": "wrong", "vacuous": "warning", "could not judge": "warning",
    "not proved": "wrong",
}  # fmt: skip


def document(evidence: Evidence) -> Report:
    """Return the report on this evidence; the wrong thing comes first. All its texts are made visible."""
    evidence = made_visible(evidence)
    shown, gradients = _shown(evidence), _gradients(evidence)
    sections = (
        _wrong(evidence),
        questions(evidence),
        *((shown, gradients) if evidence.submission is None else (gradients, shown)),
        _derivation(evidence),
        _power(evidence),
        _steps(evidence),
        *learning(evidence),
        *about(evidence),
        _findings(evidence),
        _trusted(evidence),
        _replay(evidence),
    )
    return Report(
        title=f"Gradients of {evidence.subject}",
        verdict=evidence.verdict,
        tone=TONES[evidence.verdict],
        sentence=_after(f"{evidence.verdict}: ", evidence.sentence),
        sections=tuple(section for section in sections if section.blocks),
    )


def _after(verdict: str, sentence: str) -> str:
    """Return the sentence without the verdict that stands over it already."""
    if not sentence.lower().startswith(verdict):
        return sentence
    rest = sentence[len(verdict) :]
    return rest if rest.startswith("d") else rest[:1].upper() + rest[1:]


def _shown(evidence: Evidence) -> Section:
    """Say in a few points what was shown, and what was not."""
    shown: list[tuple[str, str]] = []
    for oracle in evidence.oracles:
        words = " and ".join(dict.fromkeys(row.verdict for row in evidence.summary if row.oracle == oracle))
        seen = [one.sentence for one in evidence.coverage if one.oracle == oracle]
        shown += [(oracle, f"{words}: {sentence}." if sentence else f"{words}.") for sentence in seen or [""] if words]
    proved = [step for step in evidence.derivation if "not proved" not in step.proofs.values()]
    if evidence.derivation:
        shown.append(
            ("the formulas", f"{len(proved)} of {count(len(evidence.derivation), 'claim')} proved for all sizes.")
        )
    if evidence.training:
        run = evidence.training.runs[0]
        shown.append(
            (
                "the training",
                f"{run.title}: {run.status}, {count(run.updates, 'update')} on {evidence.training.data.name}.",
            )
        )
    blocks: list[Block] = [Points(tuple(shown))] if shown else []
    if evidence.training and evidence.training.data.note:
        blocks.insert(0, Paragraph(evidence.training.data.note, "warning"))
    not_shown = _not_shown(evidence)
    if not_shown:
        blocks += [Paragraph("What was not shown:"), Points(tuple(("", text) for text in not_shown))]
    return Section("shown", "What was shown", tuple(blocks))


def _not_shown(evidence: Evidence) -> list[str]:
    found = [f"{one[:1].upper()}{one[1:]}." for one in evidence.unjudged]
    vacuous = [case.name for case in evidence.cases if case.power and case.power.vacuous]
    if vacuous:
        found.append(f"{count(len(vacuous), 'case')} could not have failed, which shows nothing: {', '.join(vacuous)}.")
    missing = [step.name for step in evidence.derivation if "not proved" in step.proofs.values()]
    if missing:
        found.append(f"Not proved: {', '.join(missing)}.")
    unseen = [name for name in evidence.mistakes if not any(_seen(case, name) for case in evidence.cases)]
    if unseen:
        found.append(f"No case sees these planted mistakes: {', '.join(unseen)}.")
    if "exact" not in evidence.oracles and evidence.oracles:
        found.append("Errors below the bounds; an exact check was not among the oracles.")
    if evidence.training is None and evidence.submission is None:
        found.append("Whether the network learns: nothing was trained.")
    elif evidence.training is not None and evidence.training.runs[0].status != "complete":
        run = evidence.training.runs[0]
        found.append(f"How far the training would have come: it was {run.status}, {run.why}.")
    return found


def _seen(case: CaseEvidence, mistake: str) -> bool:
    return case.power is not None and bool(case.power.seen.get(mistake))


def _wrong(evidence: Evidence) -> Section:
    best: dict[str, Row] = {}
    for row in evidence.summary:
        both = row.worst is not None and row.worst.expected is not None
        if row.message and (both or row.parameter not in best):
            best[row.parameter] = row
    blocks: list[Block] = []
    for found in evidence.diagnoses if evidence.verdict == "wrong" else ():
        blocks.append(Paragraph(f"{found.name}: {found.sentence}", "wrong"))
        blocks.append(Code((found.text,), found.place))
        blocks += [Code((found.should_be,), "It should be")] if found.should_be else []
        blocks += [Paragraph(found.note)] if found.note else []
        blocks += _violated(evidence, found.step)
    explained = evidence.derivation or evidence.submission
    if evidence.verdict == "wrong" and explained and not evidence.diagnoses:
        blocks.append(Paragraph("No mistake of the catalogue gives these numbers.", "wrong"))
    told = worst_entries(evidence)
    if told:
        blocks += told
    elif best:
        blocks.append(Paragraph("The worst entry of each gradient that is wrong:"))
        blocks.append(Points(tuple(("", f"{row.message}, in the case {row.case}.") for row in best.values())))
    title = "What could not be judged" if evidence.submission and evidence.verdict != "wrong" else "What is wrong"
    return Section("wrong", title, tuple(blocks))


def _violated(evidence: Evidence, step: str) -> list[Block]:
    """Return the formula that a mistake in this step violates."""
    violated = [claim for claim in evidence.derivation if claim.name == step]
    if not violated:
        return []
    return [Derivation(tuple(_formula(claim) for claim in violated), "The formula that is violated")]


def _gradients(evidence: Evidence) -> Section:
    columns = (
        Column("gradient"), Column("oracle"), Column("verdict"), Column("worst error", True), Column("bound", True),
        Column("at"), Column("in the case"), Column("wrong entries", True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(f"d{row.parameter}", "code"), Cell(row.oracle),
            Cell(row.verdict, tone=WORDS.get(row.verdict, "good" if row.verdict in PASSES else "")),
            Cell(_magnitude(row, row.worst.error if row.worst else None)),
            Cell(_magnitude(row, row.worst.bound if row.worst else None)),
            Cell(entry(row.parameter, row.worst), "code" if row.worst else "words"),
            Cell(row.case if row.worst or row.verdict in FAILS else "-"),
            Cell(f"{row.mismatched:,} of {row.entries:,}", tone="wrong" if row.mismatched else ""),
        )
        for row in evidence.summary
    )  # fmt: skip
    if not rows:
        return Section("gradients", "The gradients", tuple(parameters(evidence)))
    blocks: list[Block] = [
        *parameters(evidence),
        Paragraph(
            "Each gradient against each independent way to know it, with the largest error relative to its bound. "
            "The exact oracle has no tolerance: identical or different."
        ),
        Table("Gradients by oracle", columns, rows),
    ]
    caught = tuple((one.oracle, _catches(one.typically, one.everywhere)) for one in evidence.caught)
    blocks += [Points(caught)] if caught else []
    return Section("gradients", "The gradients", tuple(blocks))


def _magnitude(row: Row, value: float | None) -> str:
    return error(value) if row.worst else "none" if row.verdict == "identical" else "-"


def _catches(typically: float, everywhere: float) -> str:
    if everywhere == 0:
        return "would have caught any error at all, in every entry."
    return (
        f"would have caught a relative error of {error(typically)} in half of the entries, and of "
        f"{error(everywhere)} in the smallest that it tells from 0."
    )


def _derivation(evidence: Evidence) -> Section:
    if not evidence.derivation:
        return Section("derivation", "The derivation", ())
    intro = Paragraph(
        "From the loss J = -(1/m) Σ Y log Ŷ, for all sizes at once. Direct: SymPy applies the chain rule to the whole "
        "loss. Staged: step by step from the rows above. Each proof is checked by SymPy and six stated identities."
    )
    return Section(
        "derivation",
        "The derivation",
        (intro, Derivation(tuple(_formula(step) for step in evidence.derivation), "Left side = right side, because")),
    )


def _formula(step: Step) -> Formula:
    by = {word: [method for method, proof in step.proofs.items() if proof == word] for word in step.proofs.values()}
    shown = "; ".join(f"{word} ({', '.join(methods)})" for word, methods in by.items())
    enters = step.name == "dZ2"
    needs = ", ".join(step.hypotheses)
    return Formula(
        step.name, step.left_latex, step.latex, step.reason, shown,
        f"{needs}: it enters here" if enters and needs else needs,
        "wrong" if "not proved" in step.proofs.values() else "warning" if enters and needs else "",
    )  # fmt: skip


def _power(evidence: Evidence) -> Section:
    cases = [case for case in evidence.cases if case.power is not None]
    if not cases:
        return Section("power", "What would have been seen", ())
    total = len(evidence.mistakes)
    blocks: list[Block] = [
        Paragraph(
            f"A check that can't fail is not a check. Each of {count(total, 'known mistake')} was planted in the "
            "gradient, and every case was asked whether it sees it."
        )
    ]
    picture = kill_matrix(evidence)
    if picture:
        blocks.append(Drawing(picture, "Which planted mistakes each case sees, and by how many oracles."))
    reasons = dict.fromkeys(case.power.why for case in cases if case.power and case.power.vacuous)
    for why in reasons:
        names = [case.name for case in cases if case.power and case.power.vacuous and case.power.why == why]
        blocks.append(Paragraph(f"Vacuous: {', '.join(names)}. {str(why)[:1].upper()}{str(why)[1:]}.", "warning"))
    columns = (
        Column("mistake"),
        Column("what it does", prose=True),
        Column("seen in", True),
        Column("of", True),
        Column("not seen in", prose=True),
    )
    able = [case for case in cases if case.power and not case.power.vacuous]
    rows = []
    for name, sentence in evidence.mistakes.items():
        blind = [case.name for case in able if not _seen(case, name)]
        seen = Cell(str(len(able) - len(blind)), tone="" if able and not blind else "warning")
        rows.append((
            Cell(name, "code"), Cell(sentence), seen,
            Cell(str(len(able))), Cell("; ".join(blind) or "-"),
        ))  # fmt: skip
    blocks.append(Table("Planted mistakes, and the cases that do not see them", columns, tuple(rows), folded=True))
    return Section("power", "What would have been seen", tuple(blocks))


def _steps(evidence: Evidence) -> Section:
    orders = [case.order.observed for case in evidence.cases if case.order and case.order.observed is not None]
    picture = step_sizes(evidence)
    if picture is None:
        return Section("steps", "Error against step size", ())
    said = (
        f"Observed order {min(orders):.2f} to {max(orders):.2f} in {count(len(orders), 'case')}; 2.00 is expected."
        if orders
        else ""
    )
    return Section(
        "steps",
        "Error against step size",
        (
            Paragraph(
                "The error of a central difference falls with the square of its step, until the round-off of the loss, "
                f"divided by the step, takes over. {said}"
            ),
            Drawing(picture, "The error of the central difference against its step, along one direction a case."),
        ),
    )


def _findings(evidence: Evidence) -> Section:
    points = tuple((finding.name, finding.sentence) for finding in evidence.findings)
    return Section(
        "findings", "Findings" if evidence.submission else "Findings in the lab", (Points(points),) if points else ()
    )


def _trusted(evidence: Evidence) -> Section:
    points = tuple(("", text) for text in evidence.trusted)
    return Section("trusted", "What is trusted", (Points(points),) if points else ())


def _replay(evidence: Evidence) -> Section:
    replay = evidence.replay
    versions = tuple((Cell(name), Cell(version)) for name, version in replay.versions.items())
    hashes = [(name, "SHA-256", value) for name, value in replay.sha256.items()]
    if evidence.training:
        hashes += [(name, "MD5", value) for name, value in evidence.training.data.md5.items()]
    if evidence.submission and evidence.submission.sha256 not in replay.sha256.values():
        hashes.append((evidence.submission.file, "SHA-256", evidence.submission.sha256))
    rows = tuple((Cell(name), Cell(kind), Cell(value, "code")) for name, kind, value in hashes)
    of = "judged" if evidence.submission else "judged and trained on"
    blocks = (
        Code((replay.command,), f"the command; seed {replay.seed}"),
        Table("Versions", (Column("package"), Column("version")), versions),
        Table(f"Hashes of what was {of}", (Column("of"), Column("kind"), Column("hash")), rows),
    )
    filled = tuple(block for block in blocks if not isinstance(block, Table) or block.rows)
    return Section("replay", "To replay every figure", filled)
