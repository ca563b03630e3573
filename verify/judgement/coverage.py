"""What each oracle saw: how many entries in how many cases, at how many points, one by one or in sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verify.evidence.records import FAILS, PASSES, Against, CaseEvidence, Comparison, Coverage
from verify.wording import count

_MOST = 3  # cases that are named


def coverage(cases: Sequence[CaseEvidence], losses: Mapping[Against, str]) -> tuple[Coverage, ...]:
    """Return what every oracle saw; `losses` says in words what was differentiated. What is vacuous does not count."""
    found = [
        _of_one(case, one, losses[one.against])
        for case in cases for one in case.comparisons if one.verdict in (*PASSES, *FAILS)
    ]  # fmt: skip
    return together(found)


def together(found: Iterable[Coverage]) -> tuple[Coverage, ...]:
    """Return one record for each oracle and loss."""
    groups: dict[tuple[str, str], list[Coverage]] = {}
    for one in found:
        groups.setdefault((one.oracle, one.against), []).append(one)
    return tuple(
        _covered(
            oracle, against, sum(one.entries for one in group), sum(one.along for one in group),
            (min(one.points[0] for one in group), max(one.points[1] for one in group)),
            tuple(dict.fromkeys(case for one in group for case in one.cases)),
        )
        for (oracle, against), group in groups.items()
    )  # fmt: skip


def _of_one(case: CaseEvidence, one: Comparison, against: str) -> Coverage:
    along = one.entries if one.along else 0
    return _covered(one.oracle, against, one.entries, along, (one.points, one.points), (case.name,))


def _covered(
    oracle: str, against: str, entries: int, along: int, points: tuple[int, int], cases: tuple[str, ...]
) -> Coverage:
    fewest, most = points
    how_often = count(fewest, "point") if fewest == most else f"{fewest} to {most} points"
    where = f" ({listed(cases)})" if len(cases) <= _MOST else f", in {count(len(cases), 'case')}"
    sentence = (
        f"{count(entries, 'entry', 'entries')}{_how(entries, along)}, at {how_often}"
        f"{' each' if len(cases) > 1 else ''}{where}; against {against}"
    )
    return Coverage(oracle, against, entries, along, points, cases, sentence)


def _how(entries: int, along: int) -> str:
    """Say which entries were seen in a sum: their derivative along one random direction."""
    if not along:
        return " one by one"
    which = "" if along == entries else f" ({along:,} of them"
    return f"{which} in sums, one random direction a gradient{')' if which else ''}"


def seen_by(found: Sequence[Coverage]) -> str:
    """Return how many entries in how many cases which oracles saw, those that saw most first."""
    groups: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for one in found:
        groups.setdefault((one.entries, one.cases), []).append(one.oracle)
    said, widest = list[str](), set[str]()
    for (entries, cases), oracles in sorted(groups.items(), key=lambda group: -group[0][0]):
        part_of_those = set(cases) < widest
        which = f"{entries:,} of them" if part_of_those else count(entries, "entry", "entries")
        said.append(f"{which} in {count(len(cases), 'case')} by {listed(oracles)}")
        widest = widest or set(cases)
    return ", ".join(said)


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words.

    >>> listed(["balls", "exact", "symbolic"])
    'balls, exact and symbolic'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
