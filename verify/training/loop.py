"""The lab's training loop with the hand-written network: the same random streams, the same updates, bit for bit.

`intended` goes through all samples in every epoch. `as-written` is the lab's loop, which goes over
range(0, X_train.shape[1], batch): over the features, where the samples were meant.

Images stay bytes; each batch is converted when it is used. The matrix products run in one thread, so
that the numbers do not depend on the machine's cores; the evaluation after an epoch runs in another
thread while the next epoch trains.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from verify.arrays import Array
from verify.evidence.records import Ending, Epoch
from verify.lab.handwritten import Network
from verify.nets.cases import initial_params
from verify.training.data import Dataset
from verify.training.reading import Bytes

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Loop = Literal["intended", "as-written"]
Watch = Callable[[int, dict[str, Array], Array, Array], None]

CLASSES: Final = 10
_CHUNK: Final = 1000  # samples evaluated at once: their floats fit in the cache
_EXPLODED: Final = 3.0  # times the first loss, as the mean of the last updates
_LAST: Final = 50
_TOLD: Final = 25  # updates between two words to the progress bar


@dataclass(frozen=True)
class Settings:
    """How to train; the defaults are the lab's."""

    loop: Loop = "intended"
    epochs: int = 50
    batch: int = 128
    eta: float = 0.1
    hidden: int = 128
    seed: int = 42
    dtype: Literal["float64", "float32"] = "float64"

    def sizes(self, data: Dataset) -> tuple[int, int, int]:
        """Return n_x, n_h, n_y."""
        return data.X_train.shape[1], self.hidden, CLASSES

    def reach(self, data: Dataset) -> int:
        """Return where the loop over batches ends: after the last sample, or where the lab's range ends, if before."""
        n, n_x = data.X_train.shape
        return int(n if self.loop == "intended" else min(n, n_x))

    def updates_an_epoch(self, data: Dataset) -> int:
        """Return how many updates an epoch has."""
        return -(-self.reach(data) // self.batch)


@dataclass
class State:
    """What training carries from one epoch to the next: enough to go on as if it had never stopped."""

    params: dict[str, Array]
    random: np.random.RandomState
    order: Array  # where each row of the shuffled X_train stands in the file
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)


@dataclass(frozen=True)
class Ended:
    """How a training ended, and why where it did not complete."""

    status: Ending
    why: str = ""


class Progress(Protocol):
    """Who wants to know how far it is."""

    def begin(self, title: str, updates: int, done: int) -> None:
        """A training of so many updates begins, of which some are done."""

    def update(self, done: int, loss: float, accuracy: float) -> None:
        """So many updates are done; loss and accuracy on the last batch."""

    def epoch(self, epoch: Epoch, of: int) -> None:
        """An epoch has been evaluated."""


def start(data: Dataset, settings: Settings) -> State:
    """Return the state before the first update: the lab's `init_params`, then its generator goes on to shuffle."""
    random = np.random.RandomState(settings.seed)
    params = initial_params(random, settings.sizes(data))
    return State(
        {name: value.astype(settings.dtype) for name, value in params.items()},
        random,
        np.arange(len(data.X_train)),
    )


def batches(data: Dataset, settings: Settings, order: Array) -> Iterator[tuple[Array, Array]]:
    """Yield X (m x n_x, from 0 to 1) and Y (m x n_y, one-hot) of each batch; X is overwritten by the next one."""
    bytes_ = np.empty((settings.batch, data.X_train.shape[1]), np.uint8)
    floats = np.empty(bytes_.shape, settings.dtype)
    one_hot = np.eye(CLASSES, dtype=settings.dtype)
    for first in range(0, settings.reach(data), settings.batch):
        rows = order[first : first + settings.batch]
        m = len(rows)
        np.take(data.X_train, rows, axis=0, out=bytes_[:m], mode="clip")  # the default mode would copy once more
        yield np.divide(bytes_[:m], float(data.white), out=floats[:m]), one_hot[data.y_train[rows]]


def evaluate(
    network: Network, params: dict[str, Array], images: Bytes, labels: Bytes, white: int
) -> tuple[float, float]:
    """Return the loss and the accuracy on a whole set."""
    dtype = params["W1"].dtype
    one_hot = np.eye(CLASSES, dtype=dtype)
    floats = np.empty((_CHUNK, images.shape[1]), dtype)
    loss = accuracy = 0.0
    with np.errstate(all="ignore"):
        for first in range(0, len(images), _CHUNK):
            chunk = images[first : first + _CHUNK]
            X = np.divide(chunk, float(white), out=floats[: len(chunk)])
            found = network.loss_accuracy(network.forward(params, X)[0], one_hot[labels[first : first + _CHUNK]])
            loss += float(found[0]) * len(chunk)
            accuracy += float(found[1]) * len(chunk)
    return loss / len(images), accuracy / len(images)


def train(
    network: Network,
    data: Dataset,
    settings: Settings,
    state: State,
    pool: Executor,
    *,
    watch: Watch | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> Ended:
    """Train until `settings.epochs` are done or `stop()` says so after an epoch; `state` is where it has come to.

    `watch(update, params, X, Y)` is called before each update, counted from 1; what it keeps it must copy.
    Stops at the update whose loss is not finite, or where the mean loss of 50 updates exceeds three times the first.
    """
    training = _Training(network, data, settings, state, pool, progress)
    np.empty(3_000_000)  # freed at once: malloc then keeps blocks of an array's size, with no page faults an update
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        if not state.epochs:
            training.evaluate_later(0, 0.0)
        for number in range(_epochs_done(state) + 1, settings.epochs + 1):
            began = time.perf_counter()
            try:
                why = training.epoch(watch)
            except _Failed as failed:  # half an update is made: there is nothing to evaluate
                training.wait()
                return Ended("stopped", str(failed))
            training.evaluate_later(number, time.perf_counter() - began)
            training.collect()
            if why or (stop() and number < settings.epochs):
                training.wait()
                return Ended("stopped", why) if why else Ended("interrupted", f"after epoch {number}")
        training.wait()
    return Ended("complete")


def _epochs_done(state: State) -> int:
    return state.epochs[-1].number if state.epochs else 0


class _Failed(Exception):
    """The hand-written functions stopped with an error."""


class _Training:
    """One training under way, with the evaluations that have not come back yet."""

    def __init__(
        self,
        network: Network,
        data: Dataset,
        settings: Settings,
        state: State,
        pool: Executor,
        progress: Progress | None,
    ) -> None:
        self.network, self.data, self.settings, self.state = network, data, settings, state
        self.pool, self.progress = pool, progress
        self.pending: list[Future[Epoch]] = []

    def epoch(self, watch: Watch | None) -> str | None:
        """Train one epoch; return why it had to stop, or None. Raises _Failed where an update can't be made."""
        network, state, eta = self.network, self.state, self.settings.eta
        # X_train = X_train[perm], as the lab shuffles what is shuffled already.
        state.order = state.order[state.random.permutation(len(state.order))]
        for X, Y in batches(self.data, self.settings, state.order):
            if watch is not None:
                watch(len(state.losses) + 1, state.params, X, Y)
            try:
                Yhat, outputs = network.forward(state.params, X)
                network.sgd(state.params, network.backward(X, state.params, outputs, Y), eta)
                loss, accuracy = network.loss_accuracy(Yhat, Y)
            except (ValueError, ArithmeticError, TypeError) as error:  # a planted mistake of the wrong shape
                raise _Failed(f"update {len(state.losses) + 1:,} ends in {type(error).__name__}: {error}") from error
            state.losses.append(float(loss))
            state.accuracies.append(float(accuracy))
            if why := self._explosion():
                return why
            if self.progress and len(state.losses) % _TOLD == 0:
                self.progress.update(len(state.losses), state.losses[-1], state.accuracies[-1])
        return None

    def _explosion(self) -> str | None:
        losses = self.state.losses
        if not np.isfinite(losses[-1]):
            return f"the loss is {losses[-1]} at update {len(losses):,}"
        if losses[-1] > _EXPLODED * losses[0]:
            mean = sum(losses[-_LAST:]) / len(losses[-_LAST:])
            if mean > _EXPLODED * losses[0]:
                return (
                    f"the loss explodes: {mean:.3g} on average up to update {len(losses):,}, "
                    f"more than {_EXPLODED:g} times the first, {losses[0]:.3g}"
                )
        return None

    def evaluate_later(self, number: int, seconds: float) -> None:
        """Evaluate the parameters as they are now on both sets, in another thread."""
        params = {name: value.copy() for name, value in self.state.params.items()}
        updates, network, data = len(self.state.losses), self.network, self.data

        def both() -> Epoch:
            train = evaluate(network, params, data.X_train, data.y_train, data.white)
            test = evaluate(network, params, data.X_test, data.y_test, data.white)
            return Epoch(number, updates, *train, *test, seconds)

        self.pending.append(self.pool.submit(both))

    def collect(self) -> None:
        """Take the evaluations that have come back, in the order of their epochs."""
        while self.pending and self.pending[0].done():
            self._take()

    def wait(self) -> None:
        """Take all evaluations."""
        while self.pending:
            self._take()

    def _take(self) -> None:
        self.state.epochs.append(self.pending.pop(0).result())
        if self.progress:
            self.progress.epoch(self.state.epochs[-1], self.settings.epochs)
