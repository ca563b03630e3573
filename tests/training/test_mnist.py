"""The whole lab on the real MNIST, once, as a user runs it: the figures that the project states.

Marked `mnist`; skipped where the real file is not beside the project.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Whole:
    evidence: Evidence
    status: int
    megabytes: float
    tensorflow: bool
    progress: list[str]


@pytest.fixture(scope="module")
def whole() -> Whole:
    words = ["train-mnist", "--data", str(MNIST), "--json", "-"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, *words], capture_output=True, text=True, timeout=HANGS, check=True
    )
    *progress, last = done.stderr.splitlines()
    status, kilobytes, tensorflow = last.split()
    json.loads(done.stdout)
    return Whole(Evidence.from_json(done.stdout), int(status), int(kilobytes) / 1024, tensorflow == "True", progress)


def test_the_verdict_is_correct(whole):
    assert (whole.evidence.verdict, whole.status) == ("correct", 0)
    assert whole.evidence.training.data.name == "MNIST"
    assert whole.evidence.training.data.note == ""
    assert whole.evidence.sentence.startswith("Correct: ")
    assert "23,450 updates" in whole.evidence.sentence
    assert "0.964" in whole.evidence.sentence


def test_as_intended_it_reaches_what_is_stated(whole):
    run = whole.evidence.training.runs[0]
    assert (run.loop, run.status, run.updates, run.updates_an_epoch) == ("intended", "complete", 23_450, 469)
    assert (round(run.epochs[-1].test_accuracy, 3), round(run.epochs[-1].test_loss, 3)) == (0.964, 0.113)


def test_as_the_lab_wrote_it_it_reaches_what_is_stated(whole):
    run = whole.evidence.training.runs[1]
    assert (run.loop, run.status, run.updates, run.updates_an_epoch) == ("as-written", "complete", 350, 7)
    assert (round(run.epochs[-1].test_accuracy, 3), round(run.epochs[-1].test_loss, 3)) == (0.875, 0.413)


def test_the_finding_holds_both(whole):
    (finding,) = [one for one in whole.evidence.findings if one.name == "the-range-runs-over-features"]
    assert finding.figures["updates as written"] == 350
    assert finding.figures["updates as intended"] == 23_450
    assert "over 784 features, where the 60,000 samples were meant" in finding.sentence
    assert "7 updates instead of 469, on 896 samples" in finding.sentence
    assert "350 updates reach test accuracy 0.875 and test loss 0.413" in finding.sentence
    assert "23,450 updates reach 0.964 and 0.113" in finding.sentence


def test_every_check_agrees_by_the_bounds_of_the_labs_settings(whole):
    assert [check.verdict for check in whole.evidence.training.checks] == ["agrees"] * 4
    bounds = [check.bound for check in whole.evidence.training.checks if check.name == "accuracy-reached"]
    assert bounds == [pytest.approx(0.9584, abs=1e-4), pytest.approx(0.8651, abs=1e-4)]


def test_the_gradients_of_all_101_770_entries_are_checked_on_three_real_batches(whole):
    assert [case.name for case in whole.evidence.cases] == [
        "update 1, m=128", "update 11,725, m=96", "update 23,450, m=96",
    ]  # fmt: skip
    for case in whole.evidence.cases:
        for oracle in whole.evidence.oracles:
            of = [one for one in case.comparisons if one.oracle == oracle]
            assert sum(one.entries for one in of) == 101_770
            assert all(one.verdict in PASSES and one.mismatched == 0 for one in of)


def test_the_memory_stays_below_600_megabytes(whole):
    if not whole.megabytes:
        pytest.skip("this system does not tell the peak of a process's memory")
    assert 50 < whole.megabytes < 600


def test_tensorflow_is_not_loaded(whole):
    assert not whole.tensorflow


def test_progress_is_a_line_an_epoch_on_standard_error(whole):
    assert len([line for line in whole.progress if line.startswith("intended: epoch ")]) == 51
    assert len([line for line in whole.progress if line.startswith("as-written: epoch ")]) == 51
    assert len(whole.progress) == 102
