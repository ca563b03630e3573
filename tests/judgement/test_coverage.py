"""What each oracle saw is counted as it was: one by one or in sums, without what is vacuous, once for each entry."""

from __future__ import annotations

from verify.evidence.records import Against, CaseEvidence, Comparison, Word
from verify.judgement.coverage import coverage, seen_by, together

LOSSES: dict[Against, str] = {"": "the loss", "own loss": "its own loss", "formula": "the formula"}


def compared(oracle: str, entries: int, word: Word = "agrees", *, points: int = 1, along: bool = False) -> Comparison:
    return Comparison("W1", oracle, word, entries, 0, None, None, None, "", None, points, along)


def case(name: str, *found: Comparison) -> CaseEvidence:
    return CaseEvidence(name, (2, 3, 2), 3, "one-hot", "ordinary", 1, found, None, None)


def test_every_oracle_has_its_own_count_of_entries_and_cases() -> None:
    small = case("small", compared("exact", 6, "identical", points=2), compared("balls", 6))
    large = case("large", compared("exact", 100, "identical", points=2, along=True))
    exact, balls = coverage([small, large], LOSSES)
    assert (exact.oracle, exact.entries, exact.along, exact.points, exact.cases) == (
        "exact", 106, 100, (2, 2), ("small", "large")
    )  # fmt: skip
    assert (balls.oracle, balls.entries, balls.along, balls.points, balls.cases) == ("balls", 6, 0, (1, 1), ("small",))
    assert exact.sentence == (
        "106 entries (100 of them in sums, one random direction a gradient), at 2 points each (small and large); "
        "against the loss"
    )
    assert balls.sentence == "6 entries one by one, at 1 point (small); against the loss"
    assert seen_by((exact, balls)) == "106 entries in 2 cases by exact, 6 of them in 1 case by balls"


def test_oracles_that_saw_the_same_are_counted_together_and_others_are_no_part_of_them() -> None:
    first = case("first", compared("exact", 6), compared("symbolic", 6))
    other = case("other", compared("balls", 5))
    assert seen_by(coverage([first, other], LOSSES)) == (
        "6 entries in 1 case by exact and symbolic, 5 entries in 1 case by balls"
    )


def test_what_is_vacuous_or_was_not_compared_is_not_counted() -> None:
    found = coverage([case("blind", compared("exact", 6, "vacuous"), compared("balls", 6, "could not judge"))], LOSSES)
    assert found == ()


def test_a_gradient_that_was_wrong_at_the_first_point_was_seen_at_fewer() -> None:
    (balls,) = coverage([case("one", compared("balls", 6, "differs"), compared("balls", 4, points=2))], LOSSES)
    assert balls.points == (1, 2)
    assert balls.sentence == "10 entries one by one, at 1 to 2 points (one); against the loss"


def test_the_same_oracle_against_two_losses_is_said_twice_and_depths_are_added() -> None:
    own = Comparison("W1", "exact", "identical", 6, 0, None, None, None, "", None, 2, False, "own loss")
    formula = Comparison("W2", "exact", "identical", 4, 0, None, None, None, "", None, 2, False, "formula")
    shallow, deep = coverage([case("shallow", own, formula)], LOSSES), coverage([case("deep", own)], LOSSES)
    assert [(one.against, one.entries) for one in shallow] == [("its own loss", 6), ("the formula", 4)]
    both, alone = together((*shallow, *deep))
    assert (both.entries, both.cases, alone.entries, alone.cases) == (12, ("shallow", "deep"), 4, ("shallow",))
