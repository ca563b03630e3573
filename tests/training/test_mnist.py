"""The whole lab on the real MNIST, as a user runs it: the figures that the project states.

Marked `mnist`; skipped where the real file is not beside the project. The whole training takes minutes: where
`VERIFY_TRAINED` names the evidence of a report that was made just now, its training is the one that is looked at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import HANGS
from tests.places import REAL_MNIST as MNIST
from verify.evidence.records import PASSES, Evidence

pytestmark = [
    pytest.mark.mnist,
    pytest.mark.skipif(not MNIST.exists(), reason="the real MNIST is not here"),
]
# Runs the command and tells on the last line of standard error what it took and whether TensorFlow was loaded.
PROBE = """
import pathlib, runpy, sys
sys.argv = ["verify", *sys.argv[1:]]
try:
    runpy.run_module("verify", run_name="__main__")
except SystemExit as stopped:
    status = stopped.code
# Not getrusage: that one starts from what the parent process had in memory when it started this one.
status_of = pathlib.Path("/proc/self/status")
lines = status_of.read_text().splitlines() if status_of.exists() else []
peak = next((line.split()[1] for line in lines if line.startswith("VmHWM")), 0)
print(status, peak, "tensorflow" in sys.modules, file=sys.stderr)
"""


EPOCHS = 2  # of what is watched while it trains


@dataclass(frozen=True)
class Ran:
    evidence: Evidence
    status: int
    megabytes: float
    tensorflow: bool
    progress: list[str]


def ran(*more: str) -> Ran:
    words = ["train-mnist", "--data", str(MNIST), "--json", "-", *more]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, *words], capture_output=True, text=True, timeout=HANGS, check=True
    )
    *progress, last = done.stderr.splitlines()
    status, kilobytes, tensorflow = last.split()
    json.loads(done.stdout)
    return Ran(Evidence.from_json(done.stdout), int(status), int(kilobytes) / 1024, tensorflow == "True", progress)


@pytest.fixture(scope="module")
def whole() -> Evidence:
    made = os.environ.get("VERIFY_TRAINED")
    return Evidence.from_json(Path(made).read_text()) if made else ran().evidence


@pytest.fixture(scope="module")
def short() -> Ran:
    return ran("--epochs", str(EPOCHS))


def test_the_verdict_is_correct(whole):
    assert whole.verdict == "correct"
    assert whole.training.data.name == "MNIST"
    assert whole.training.data.note == ""
    assert whole.sentence.startswith("Correct: ")
    assert "23,450 updates" in whole.sentence
    assert "0.964" in whole.sentence


def test_as_intended_it_reaches_what_is_stated(whole):
    run = whole.training.runs[0]
    assert (run.loop, run.status, run.updates, run.updates_an_epoch) == ("intended", "complete", 23_450, 469)
    assert (round(run.epochs[-1].test_accuracy, 3), round(run.epochs[-1].test_loss, 3)) == (0.964, 0.113)


def test_as_the_lab_wrote_it_it_reaches_what_is_stated(whole):
    run = whole.training.runs[1]
    assert (run.loop, run.status, run.updates, run.updates_an_epoch) == ("as-written", "complete", 350, 7)
    assert (round(run.epochs[-1].test_accuracy, 3), round(run.epochs[-1].test_loss, 3)) == (0.875, 0.413)


def test_the_finding_holds_both(whole):
    (finding,) = [one for one in whole.findings if one.name == "the-range-runs-over-features"]
    assert finding.figures["updates as written"] == 350
    assert finding.figures["updates as intended"] == 23_450
    assert "over 784 features, where the 60,000 samples were meant" in finding.sentence
    assert "7 updates instead of 469, on 896 samples" in finding.sentence
    assert "350 updates reach test accuracy 0.875 and test loss 0.413" in finding.sentence
    assert "23,450 updates reach 0.964 and 0.113" in finding.sentence


def test_every_check_agrees_by_the_bounds_of_the_labs_settings(whole):
    assert [check.verdict for check in whole.training.checks] == ["agrees"] * 4
    bounds = [check.bound for check in whole.training.checks if check.name == "accuracy-reached"]
    assert bounds == [pytest.approx(0.9584, abs=1e-4), pytest.approx(0.8651, abs=1e-4)]


def test_the_gradients_of_all_101_770_entries_are_checked_on_three_real_batches(whole):
    real = [case for case in whole.cases if case.name.startswith("update")]
    assert [case.name for case in real] == ["update 1, m=128", "update 11,725, m=96", "update 23,450, m=96"]
    for case in real:
        for oracle in ("exact", "central-difference", "complex-step"):
            of = [one for one in case.comparisons if one.oracle == oracle]
            assert sum(one.entries for one in of) == 101_770
            assert all(one.verdict in PASSES and one.mismatched == 0 for one in of)


def test_the_memory_stays_below_600_megabytes(short):
    if not short.megabytes:
        pytest.skip("this system does not tell the peak of a process's memory")
    assert 50 < short.megabytes < 600


def test_tensorflow_is_not_loaded(short):
    assert not short.tensorflow


def test_a_training_that_reaches_its_accuracy_exits_with_0(short):
    assert (short.evidence.verdict, short.status) == ("correct", 0)


def test_progress_is_a_line_an_epoch_on_standard_error(short):
    assert len([line for line in short.progress if line.startswith("intended: epoch ")]) == EPOCHS + 1
    assert len([line for line in short.progress if line.startswith("as-written: epoch ")]) == EPOCHS + 1
    assert len(short.progress) == 2 * (EPOCHS + 1)
