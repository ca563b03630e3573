"""The end-to-end check: right gradients also learn. Data, runs, checks -> Evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from verify.evidence.records import FAILS, CaseEvidence, Check, Cost, DataUsed, Digit, Evidence, Run, Stretch, Training
from verify.faults import judged_or_fault
from verify.lab.check import judge, subject_of
from verify.lab.handwritten import Network
from verify.lab.planting import WrongStep
from verify.oracles import NAMES
from verify.training.checks import ORACLES, GradientChecks, learning_checks, lost
from verify.training.data import Dataset
from verify.training.lab_findings import training_findings
from verify.training.loop import Ended, Progress, Settings, State, start, train
from verify.training.sentence import training_sentence
from verify.training.twin import NAME as TWIN
from verify.training.twin import keras_twin

_POINTS: Final = 500  # of a curve over the updates; more are not seen in a picture


@dataclass
class Trained:
    """One training that has ended: its state can be saved, its run is evidence."""

    state: State
    settings: Settings
    run: Run
    cases: tuple[CaseEvidence, ...]


@judged_or_fault
def check_training(  # noqa: PLR0913  # the options of the command, each by keyword with a default
    data: Dataset,
    settings: Settings | None = None,
    *,
    mistake: WrongStep | None = None,
    oracles: Sequence[str] = ORACLES,
    twin: bool = False,
    state: State | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    keep: Callable[[State, Settings], None] = lambda state, settings: None,
    beside: tuple[CaseEvidence, ...] = (),
    whole: bool = False,
    command: str = "verify train-mnist",
) -> Evidence:
    """Return the verdict on the hand-written network from training it on this data.

    With the loop as intended, the loop as the lab wrote it is run for comparison too, or, with a `mistake`, the
    network without it. `state` is a training to go on with; `keep(state, settings)` gets the training when it has
    ended at the end of an epoch. `stop()` is asked after every epoch. The cases `beside` are judged together
    with those of the training, `whole` is as in `check_network`.
    Raises MissingPackage where an oracle or the twin needs a package that is not installed.
    """
    settings = settings or Settings()
    network, _ = subject_of(mistake)
    twins = (keras_twin(network, data, settings),) if twin else ()
    with _pool() as pool:
        trainer = _Trainer(data, pool, stop, progress)
        main = trainer.run(network, settings, mistake.name if mistake else None, state, oracles)
        if main.run.status != "stopped":
            keep(main.state, settings)
        runs = [main.run]
        if main.run.status != "interrupted" and settings.loop == "intended":
            compared = settings if mistake else replace(settings, loop="as-written")
            runs.append(trainer.run(subject_of(None)[0], compared).run)
    checks = (*twins, *learning_checks(main.run, data, decides=True))
    checks += tuple(check for other in runs[1:] for check in learning_checks(other, data, decides=False))
    used = dict.fromkeys((*oracles, *(one.oracle for case in beside for one in case.comparisons)))
    evidence = judge(
        (*beside, *main.cases), mistake=mistake, oracles=tuple(name for name in NAMES if name in used),
        command=command, seed=settings.seed, whole=whole,
    )  # fmt: skip
    found = (*evidence.findings, *training_findings(network, data, runs)) if mistake is None else ()
    cost = _cost(evidence, runs, checks, data) if mistake else None
    training = Training(_data_used(data), tuple(runs), checks, cost)
    evidence = replace(evidence, findings=found, training=training)
    if any(check.verdict in FAILS for check in twins):
        evidence = replace(evidence, verdict="wrong")
    elif evidence.verdict == "correct" and not _learned(main.run, checks):
        evidence = replace(evidence, verdict="could not judge")
    return replace(evidence, sentence=training_sentence(evidence))


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Give threads for evaluations and checks; what they have not begun is dropped when an error ends the work."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


@dataclass(frozen=True)
class _Trainer:
    """What all runs of one check have in common."""

    data: Dataset
    pool: ThreadPoolExecutor
    stop: Callable[[], bool]
    progress: Progress | None

    def run(
        self,
        network: Network,
        settings: Settings,
        mistake: str | None = None,
        state: State | None = None,
        oracles: Sequence[str] = (),
    ) -> Trained:
        """Train this network, on from `state` where there is one; the oracles look at gradients on its batches."""
        data, progress = self.data, self.progress
        state = state or start(data, settings)
        done, an_epoch = len(state.losses), settings.updates_an_epoch(data)
        if progress:
            title = f"{settings.loop}, with {mistake}" if mistake else settings.loop
            progress.begin(title, settings.epochs * an_epoch, done)
        checks = GradientChecks(network, data, settings, oracles, self.pool, done)
        watch = checks.watch if oracles else None
        ended = train(network, data, settings, state, self.pool, watch=watch, stop=self.stop, progress=progress)
        return Trained(state, settings, _evidence(data, settings, state, ended, mistake), checks.results())


def _evidence(data: Dataset, settings: Settings, state: State, ended: Ended, mistake: str | None) -> Run:
    return Run(
        loop=settings.loop,
        mistake=mistake,
        sizes=settings.sizes(data),
        epochs_wanted=settings.epochs,
        batch=settings.batch,
        eta=settings.eta,
        seed=settings.seed,
        dtype=settings.dtype,
        updates_an_epoch=settings.updates_an_epoch(data),
        status=ended.status,
        why=ended.why,
        updates=len(state.losses),
        first_loss=state.losses[0] if state.losses else float("nan"),
        epochs=tuple(state.epochs),
        batches=_stretches(state),
        seconds=sum(epoch.seconds for epoch in state.epochs),
    )


def _stretches(state: State) -> tuple[Stretch, ...]:
    """Return the history of the batches, in at most 500 means over consecutive updates."""
    n = len(state.losses)
    length = max(1, -(-n // _POINTS))
    losses, accuracies = np.array(state.losses), np.array(state.accuracies)
    return tuple(
        Stretch(min(first + length, n), float(losses[first : first + length].mean()),
                float(accuracies[first : first + length].mean()))
        for first in range(0, n, length)
    )  # fmt: skip


def _data_used(data: Dataset) -> DataUsed:
    width = data.shape[1]
    digits = tuple(
        Digit(int(label), tuple(row.tobytes().hex() for row in image.reshape(-1, width)))
        for image, label in zip(data.X_train[:10], data.y_train[:10], strict=True)
    )
    return DataUsed(
        data.name, data.source, data.note, data.shape, data.white,
        len(data.X_train), len(data.X_test), dict(data.md5), digits,
    )  # fmt: skip


def _learned(run: Run, checks: Sequence[Check]) -> bool:
    return run.status == "complete" and not any(check.verdict in FAILS for check in checks if check.decides)


def _cost(evidence: Evidence, runs: Sequence[Run], checks: Sequence[Check], data: Dataset) -> Cost:
    """Return what a planted mistake costs: the accuracy lost, or (the dangerous case) not lost."""
    failed = [row for row in evidence.summary if row.verdict in FAILS]
    names = {oracle: tuple(row.parameter for row in failed if row.oracle == oracle) for oracle in evidence.oracles}
    caught = {oracle: parameters for oracle, parameters in names.items() if parameters}
    caught |= {check.name: () for check in checks if check.name == TWIN and check.verdict in FAILS}
    wrong = runs[0]
    if wrong.status == "stopped":
        return Cost(caught, True, f"The training stops: {wrong.why}.")
    if wrong.status != "complete" or len(runs) < 2 or runs[1].status != "complete":
        return Cost(caught, None, "There are no two complete runs, with the mistake and without, to compare.")
    with_mistake, without = wrong.epochs[-1], runs[1].epochs[-1]
    figures = f"test accuracy {with_mistake.test_accuracy:.4f} with the mistake, {without.test_accuracy:.4f} without"
    if lost(without, with_mistake, len(data.y_test)):
        return Cost(caught, True, f"The training loses by it: {figures}.")
    return Cost(
        caught,
        False,
        f"The training does not show it: {figures}, within the chance of {len(data.y_test):,} test images.",
    )
