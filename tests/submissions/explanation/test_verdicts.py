"""What is said about a submission that could not be judged: no verdict, one sentence, and all that was read of it."""

from __future__ import annotations

import pytest

from tests.places import RIGHT
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.wiring.finding import Candidates, find_candidates
from verify.submissions.explanation.scope import ALWAYS
from verify.submissions.explanation.verdicts import Context, could_not_judge


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(read(RIGHT), f"verify grads {RIGHT.name}", 42, "rlimits")


@pytest.fixture(scope="module")
def candidates(context: Context) -> Candidates:
    return find_candidates(Program(context.document), {})


def test_no_verdict_is_one_sentence_whatever_the_reason_holds(context: Context, candidates: Candidates) -> None:
    evidence = could_not_judge(context, candidates, "it stopped\n  after   20 seconds")
    assert evidence.verdict == "could not judge"
    assert evidence.sentence == "Could not judge: it stopped after 20 seconds."
    assert (evidence.summary, evidence.cases, evidence.diagnoses, evidence.caught) == ((), (), (), ())


def test_what_was_read_and_what_is_trusted_is_said_without_a_verdict_too(
    context: Context, candidates: Candidates
) -> None:
    evidence = could_not_judge(context, candidates, "nothing was called")
    assert evidence.submission is not None
    assert evidence.submission.file == RIGHT.name
    assert evidence.submission.sha256 == context.document.sha256
    assert evidence.submission.cage == "rlimits"
    assert set(ALWAYS) <= set(evidence.trusted)
    assert (evidence.replay.command, evidence.replay.seed) == (f"verify grads {RIGHT.name}", 42)


def test_neither_question_is_answered_by_yes_where_nothing_was_judged(context: Context, candidates: Candidates) -> None:
    evidence = could_not_judge(context, candidates, "nothing was called")
    assert evidence.submission is not None
    assert all(one.answer != "yes" for one in evidence.submission.answers)
