"""Hostile code inside a wrong submission: it is never called correct, nothing outside changes, and the judge goes on."""

from __future__ import annotations

import re
import textwrap
import time
from pathlib import Path

import pytest

from tests.patience import HANGS
from tests.places import SUBMISSIONS as HERE
from verify.submissions.judge import check_submission

pytestmark = pytest.mark.slow

HOSTILE = sorted((HERE / "hostile").glob("*.py"))
WRONG = (HERE / "corpus" / "wrong_db2_summed_over_everything.py").read_text()
RIGHT = HERE / "corpus" / "right_columns_dict_tanh_ce.py"
SECONDS = 2.0


def planted(hostile: Path, canary: Path) -> str:
    """Return a wrong submission whose backward pass runs the hostile code first."""
    source = hostile.read_text().replace("@CANARY@", str(canary)).replace("@PORT@", "9")
    body = "\n".join(line for line in source.splitlines() if not line.startswith("from __future__"))
    called = re.sub(r"(def backward\([^\n]*\):\n)", r"\1    helper()\n", WRONG)
    assert called != WRONG
    return f"{called}\n\ndef helper():\n{textwrap.indent(body, '    ')}\n    return None\n"


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda path: path.stem)
def test_hostile_code_is_never_called_correct(hostile: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    submission = tmp_path / "handed in" / "lab.py"
    submission.parent.mkdir()
    submission.write_text(planted(hostile, canary))
    before, start = submission.read_bytes(), time.monotonic()
    evidence = check_submission(submission, seconds=SECONDS)
    assert evidence.verdict in ("wrong", "could not judge")
    assert time.monotonic() - start < HANGS
    assert canary.read_text() == "untouched"
    assert submission.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["canary", "handed in"]


@pytest.mark.parametrize("forger", sorted((HERE / "forgers").glob("*.py")), ids=lambda path: path.stem)
def test_a_forged_answer_is_found_out(forger: Path) -> None:
    evidence = check_submission(forger)
    assert evidence.verdict == "could not judge"
    assert "tampered" in evidence.sentence


def test_the_next_submission_is_judged(tmp_path: Path) -> None:
    submission = tmp_path / "lab.py"
    submission.write_text(planted(HERE / "hostile" / "endless_loop.py", tmp_path / "canary"))
    assert check_submission(submission, seconds=1.0).verdict == "could not judge"
    assert check_submission(RIGHT).verdict == "correct"
