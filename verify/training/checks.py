"""What a training of right gradients shows: gradients on its own batches, a loss that falls, an accuracy reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from verify.arrays import Array
from verify.evidence.records import CaseEvidence, Check, Epoch, Run
from verify.lab.check import check_case
from verify.lab.handwritten import Network
from verify.nets.cases import Case
from verify.training.data import Dataset
from verify.training.loop import Settings
from verify.wording import count

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

ORACLES: Final = ("exact", "central-difference", "complex-step")
# Test accuracy of the lab's settings, as measured; the check allows three standard errors of a proportion below.
REACHED: Final = {
    ("MNIST", "intended"): 0.964,
    ("MNIST", "as-written"): 0.875,
}
_STANDARD_ERRORS: Final = 3.0


class GradientChecks:
    """The gradients of the network on real batches, at the first update, in the middle and at the last one."""

    def __init__(
        self, network: Network, data: Dataset, settings: Settings, oracles: Sequence[str], pool: Executor, done: int
    ) -> None:
        self.network, self.data, self.settings, self.oracles, self.pool = network, data, settings, oracles, pool
        total = settings.epochs * settings.updates_an_epoch(data)
        self.updates = (done + 1, (done + 1 + total) // 2)
        self.an_epoch = settings.updates_an_epoch(data)
        self.last: Case | None = None
        self.found: dict[str, Future[CaseEvidence]] = {}

    def watch(self, update: int, params: dict[str, Array], X: Array, Y: Array) -> None:
        """Keep what is checked: it is checked in another thread, in float64, while the training goes on."""
        if update in self.updates:
            self._check(self._case(update, params, X, Y))
        if update % self.an_epoch == 0:
            self.last = self._case(update, params, X, Y)

    def results(self) -> tuple[CaseEvidence, ...]:
        """Return what was found; the last batch of the last epoch is checked now."""
        if self.last is not None:
            self._check(self.last)
        return tuple(future.result() for future in self.found.values())

    def _case(self, update: int, params: dict[str, Array], X: Array, Y: Array) -> Case:
        copies = {name: value.astype(np.float64) for name, value in params.items()}
        sizes, title = self.settings.sizes(self.data), f"update {update:,}, m={len(X)}"
        X, Y = X.astype(np.float64), Y.astype(np.float64)
        return Case(sizes, len(X), "one-hot", "trained", self.settings.seed, X, Y, copies, title)

    def _check(self, case: Case) -> None:
        def check() -> CaseEvidence:
            with np.errstate(all="ignore"):
                return check_case(self.network, case, self.oracles)

        if case.name not in self.found:
            self.found[case.name] = self.pool.submit(check)


def learning_checks(run: Run, data: Dataset, *, decides: bool) -> tuple[Check, ...]:
    """Return whether the loss fell and the accuracy was reached, for one run; nothing for one that had to stop."""
    if run.status == "stopped":
        return ()
    return replace(_loss_falls(run), decides=decides), replace(_accuracy_reached(run, data), decides=decides)


def _loss_falls(run: Run) -> Check:
    before, after = run.epochs[0].train_loss, run.epochs[-1].train_loss
    falls = after < before
    said = (
        f"{run.title}: the loss on the training set goes from {before:.6g} to {after:.6g} in "
        f"{count(run.updates, 'update')}{'' if falls else ': it does not fall'}."
    )
    return Check("loss-falls", "agrees" if falls else "differs", after, before, said)


def _accuracy_reached(run: Run, data: Dataset) -> Check:
    reached = run.epochs[-1].test_accuracy
    n = len(data.y_test)
    usual = REACHED.get((data.name, run.loop)) if _is_the_labs(run) else None
    commonest = float(np.bincount(data.y_test).max()) / n
    if usual is not None:
        bound = usual - _STANDARD_ERRORS * _standard_error(usual, n)
        meaning = f"the lab's settings reach {usual:.3f}, less three standard errors of {n:,} test images"
    else:
        bound = commonest + _STANDARD_ERRORS * _standard_error(commonest, n)
        meaning = "what always naming the commonest digit reaches, and three standard errors"
    enough = reached > bound
    said = (
        f"{run.title}: test accuracy {reached:.4f} {'is above' if enough else 'does not reach'} {bound:.4f}: {meaning}."
    )
    return Check("accuracy-reached", "agrees" if enough else "differs", reached, bound, said)


def _is_the_labs(run: Run) -> bool:
    lab = Settings()
    same = (run.batch, run.eta, run.seed, run.dtype) == (lab.batch, lab.eta, lab.seed, lab.dtype)
    return same and run.sizes[1] == lab.hidden and run.epochs_wanted == lab.epochs and run.status == "complete"


def _standard_error(p: float, n: int) -> float:
    return math.sqrt(p * (1 - p) / n)


def lost(right: Epoch, wrong: Epoch, n: int) -> bool:
    """Whether the second accuracy is lower than the first by more than three standard errors of n test images."""
    allowed = _STANDARD_ERRORS * math.sqrt(2) * _standard_error(right.test_accuracy, n)
    return right.test_accuracy - wrong.test_accuracy > allowed
