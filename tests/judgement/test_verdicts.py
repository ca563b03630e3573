"""From comparisons to a verdict: one failure is enough, silence is no pass, and the worst case is the one that is told."""

from __future__ import annotations

import pytest

from verify.evidence.records import FAILS, PASSES, CaseEvidence, Comparison, Word, Worst
from verify.judgement.verdicts import caught, summary, verdict_of


def compared(
    word: Word,
    parameter: str = "W1",
    oracle: str = "exact",
    *,
    error: float | None = None,
    detects: float | None = None,
) -> Comparison:
    worst = None if error is None else Worst((0, 0), 1.0 + error, 1.0, error, 1e-9)
    return Comparison(parameter, oracle, word, 6, int(word in FAILS), worst, detects, detects, "", None)


def case(name: str, *comparisons: Comparison) -> CaseEvidence:
    return CaseEvidence(name, (2, 3, 2), 4, "one-hot", "ordinary", 1, comparisons, None, None)


def judged(*cases: CaseEvidence, oracles: tuple[str, ...] = ("exact", "symbolic")) -> str:
    return verdict_of(summary(cases, oracles))


@pytest.mark.parametrize("fails", FAILS)
@pytest.mark.parametrize("passes", PASSES)
def test_one_failure_makes_it_wrong_however_many_pass(passes: Word, fails: Word) -> None:
    assert judged(case("a", compared(passes)), case("b", compared(passes))) == "correct"
    assert judged(case("a", compared(passes)), case("b", compared(fails)), case("c", compared(passes))) == "wrong"
    assert judged(case("a", compared(passes), compared(fails, oracle="symbolic"))) == "wrong"
    assert judged(case("a", compared(passes), compared(fails, "b2"))) == "wrong"


@pytest.mark.parametrize("silent", ["vacuous", "could not judge"])
def test_a_parameter_about_which_nothing_passes_leaves_no_verdict(silent: Word) -> None:
    assert judged(case("a", compared(silent))) == "could not judge"
    assert judged(case("a", compared(PASSES[0]), compared(silent, "b2"))) == "could not judge"
    assert judged(case("a", compared(silent), compared(PASSES[0], oracle="symbolic"))) == "correct"
    assert judged(case("a", compared(silent)), case("b", compared(PASSES[0]))) == "correct"


def test_nothing_compared_is_no_verdict() -> None:
    assert judged() == "could not judge"
    assert judged(case("a")) == "could not judge"


def test_a_row_tells_of_the_worst_case_and_counts_all() -> None:
    cases = [
        case("near", compared("agrees", error=1e-12)),
        case("far", compared("differs", error=1e-3)),
        case("farther", compared("differs", error=1e-1)),
        case("blind", compared("vacuous")),
    ]
    (row,) = summary(cases, ("exact", "symbolic"))
    assert (row.verdict, row.case, row.mismatched, row.entries) == ("differs", "farther", 2, 18)
    assert row.counts == {"agrees": 1, "differs": 2, "vacuous": 1}


def test_a_failure_is_worse_than_any_error_that_still_passes() -> None:
    cases = [case("passes", compared("agrees", error=1e6)), case("fails", compared("differs", error=1e-6))]
    (row,) = summary(cases, ("exact",))
    assert (row.verdict, row.case) == ("differs", "fails")


def test_an_oracle_catches_what_it_would_have_caught_in_its_weakest_gradient() -> None:
    cases = [case("a", compared("agrees", detects=1e-9), compared("agrees", "b1", detects=1e-6))]
    (found,) = caught(summary(cases, ("exact",)))
    assert (found.oracle, found.everywhere) == ("exact", 1e-6)
    assert caught(summary([case("a", compared("vacuous"))], ("exact",))) == ()
