"""The points of a judgement are secret: drawn anew for each run, told in the evidence, replayed by `--seed N`."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import Run
from tests.places import CORPUS, RIGHT
from tests.seeds import campaign
from tests.seeds.campaign import FALSE, Said, complaint, drawn, renamed, told
from verify.evidence.records import Evidence
from verify.nets.structure import Parameter, Structure
from verify.oracles.moving import some_entries
from verify.reading.wiring.points import Point, make_point, points_of
from verify.submissions.judge import check_submission

WRONG = CORPUS / "wrong_sign_of_the_update.py"
STRUCTURE = Structure((Parameter("W1", (("key", "W1"),), (3, 2), 1),), (3, 2))
# One by functions, one by training, one notebook, one in whose constants rounding is measured, one in floats.
SAMPLE = [
    "right_log_cosh_loss",
    "right_syn_loop_no_bias",
    "wrong_one_minus_a1_notebook",
    "wrong_small_loss",
    "strange_rounded",
]


def same(first: Point, second: Point) -> bool:
    return bool(np.array_equal(first.X, second.X) and np.array_equal(first.params["W1"], second.params["W1"]))


def test_a_seed_gives_the_same_points_and_another_seed_others() -> None:
    first, second = points_of(STRUCTURE, 5, 11)
    again, _ = points_of(STRUCTURE, 5, 11)
    other, _ = points_of(STRUCTURE, 5, 12)
    assert same(first, again)
    assert not same(first, second)
    assert not same(first, other)


def test_no_point_of_trial_calls_is_one_at_which_is_judged() -> None:
    known = [make_point(STRUCTURE, 5, seed) for seed in (3, 4, 5, 6)]
    assert not any(same(one, other) for one in known for other in points_of(STRUCTURE, 5, 123_456))


def test_what_else_is_drawn_at_a_point_follows_from_its_seed_and_differs_by_purpose() -> None:
    one, again, other = (make_point(STRUCTURE, 5, seed) for seed in (11, 11, 12))
    assert one.drawn_for("entries") == again.drawn_for("entries")
    assert len({one.drawn_for("entries"), one.drawn_for("directions"), other.drawn_for("entries")}) == 3
    assert all(0 <= make_point(STRUCTURE, 5, seed).drawn_for("x") < 2**60 for seed in range(50))


def test_which_entries_of_a_large_net_are_looked_at_is_not_known_beforehand() -> None:
    params = {"W": np.zeros((30, 30))}
    found = [some_entries(params, 25, make_point(STRUCTURE, 5, seed).drawn_for("entries")).entry for seed in (1, 1, 2)]
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_without_a_seed_one_is_drawn_and_with_it_the_same_evidence_comes_out() -> None:
    first, second = check_submission(WRONG), check_submission(WRONG)
    assert first.replay.seed != second.replay.seed
    assert first.replay.command == f"verify grads {WRONG.name} --seed {first.replay.seed}"
    assert {one.seed for one in first.cases} == {first.replay.seed}
    assert check_submission(WRONG, seed=first.replay.seed).to_json() == first.to_json()


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_the_same_seed_gives_the_same_evidence_whatever_was_judged(name: str) -> None:
    (path,) = CORPUS.glob(f"{name}*")
    assert check_submission(path, seed=5).to_json() == check_submission(path, seed=5).to_json()


def test_the_command_that_is_printed_and_reported_replays(run: Run, tmp_path: Path) -> None:
    said = run("grads", str(RIGHT), "--require-cage", "rlimits", "--json", str(tmp_path / "first.json"))
    first = Evidence.from_json((tmp_path / "first.json").read_text())
    command = f"verify grads {RIGHT.name} --require-cage rlimits --seed {first.replay.seed}"
    assert f"replay: {command}" in " ".join(said.out.split())
    words = [str(RIGHT), *command.split()[3:]]
    run("grads", *words, "--json", str(tmp_path / "second.json"))
    assert (tmp_path / "second.json").read_text() == (tmp_path / "first.json").read_text()
    assert run("report", "--from", str(tmp_path / "first.json"), "--out", str(tmp_path), "--name", "r").status == 0
    for name in ("report.html", "report.md"):
        shown = re.sub(r"\s+", " ", (tmp_path / "r" / name).read_text().replace("\\", ""))
        assert command in shown


# The campaign


def of(*verdicts: str) -> list[Said]:
    return [Said("x.py", seed, verdict, (), f"{verdict} so.") for seed, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "true", "part"),
    [
        (("correct", "correct"), "correct", ""),
        (("could not judge", "could not judge"), "correct", ""),
        (("correct", "could not judge"), "correct", "CHANGES"),
        (("correct", "wrong"), "correct", "FALSE"),
        (("correct", "correct"), "wrong", "FALSE"),
        (("wrong", "wrong"), "correct", "FALSE"),
        (("correct", "fault"), "correct", "FAULT"),
        (("correct", "correct"), "could not judge", ""),
    ],
)
def test_what_the_campaign_complains_of(verdicts: tuple[str, ...], true: str, part: str) -> None:
    found = complaint(of(*verdicts), true)
    assert (part in found, bool(found)) == (True, bool(part))
    assert set(FALSE) == {"correct", "wrong"}


def test_a_change_is_told_with_a_seed_that_replays_each_verdict() -> None:
    text = told(of("correct", "could not judge", "correct"), "correct")
    assert "2 times correct, so with --seed 0: correct so." in text
    assert "1 times could not judge, so with --seed 1" in text


def test_another_name_of_a_mistake_is_told_and_is_no_failure() -> None:
    found = [Said("x.py", seed, "wrong", names, "") for seed, names in enumerate((("a",), ("a",), ()))]
    assert complaint(found, "wrong") == ""
    assert renamed(found) == "named otherwise: x.py: 2 times a; 1 times none (--seed 2)"
    assert renamed(found[:2]) == ""


def test_the_seeds_of_the_campaign_are_many_and_the_same_each_time() -> None:
    assert drawn(100, 1) == drawn(100, 1) != drawn(100, 2)
    assert len(set(drawn(100, 1))) == 100


@pytest.mark.slow
def test_no_verdict_on_a_sample_changes_with_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--count", "3", "--seed", "7", "--files", *SAMPLE]) == 0
    assert f"{len(SAMPLE)} files at 3 seeds each" in capsys.readouterr().out
