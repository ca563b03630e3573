"""One way to call a submission, and what came out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import OVER_SAMPLES, Net, Objective
from verify.nets.structure import Structure
from verify.reading.wiring.plan import RATE, Container
from verify.reading.wiring.plan_records import Argument, Maker, Path, Plan, Slot, Step
from verify.reading.wiring.points import Point, labels_for, make_point, points_of
from verify.reading.wiring.provenance import Sources
from verify.reading.wiring.roles import Roles
from verify.sandbox.session import Worker
from verify.submissions.execution.answers import Header, Where, made
from verify.submissions.execution.coding import encoded
from verify.submissions.execution.messages import Digits, Make, Request, Run

DRIVER: Final = "verify.submissions.execution.inside.driver"  # what a worker in the sandbox runs
STILL: Final = "at rest"  # a step that trains with the rate 0: its losses are those of the parameters before it
Ask = Callable[[Request, Mapping[str, Array]], tuple[Header, Mapping[str, Array]]]


def asking(worker: Worker) -> Ask:
    """Return how a worker is asked: its requests are records, its answers still JSON that nobody has checked."""
    return lambda request, arrays: worker.ask(encoded(request), arrays)


def make(ask: Ask, maker: Maker, arrays: Mapping[str, Array], settings: tuple[Argument, ...] = ()) -> dict[Path, Array]:
    """Return the arrays in the container of the parameters that the submission makes."""
    return made(*ask(Make(maker, settings), arrays))


@dataclass(frozen=True)
class Reading:
    """One way to call a submission, and what came out: the judge works with the best."""

    roles: Roles
    structure: Structure
    container: Container
    samples: str
    labels: str
    batch: int
    settings: tuple[Argument, ...]
    forward_steps: tuple[Step, ...]
    backward_steps: tuple[Step, ...]
    net: Net | None = None
    yhat: Where | None = None
    objective: Objective | None = None
    misfit: float = 0.0
    loss: Where | None = None
    gradients: Mapping[str, Where] = field(default_factory=dict)
    applied: bool = False
    rate: float = RATE
    torch: bool = False
    single_precision: bool = False  # computes in float32
    trials: int = 0
    fits: bool = True  # every gradient has the shape of its parameter
    summed: bool = False  # a single number is the gradient of several: what is meant has one output
    rates: tuple[Path, ...] = ()  # where the learning rate stands before the loop that trains
    sources: Sources = field(default_factory=dict)  # how it is known what each argument is given
    assumed: frozenset[str] = frozenset()  # samples, labels: another way runs as well, or none other was tried
    data: tuple[Slot, ...] = ()  # where our X and Y are put before the loop that trains, in the place of the file's own
    repeats: int = 1  # so often the samples of a point are handed over, where a loop takes one at a time
    part: int = 0  # samples of a batch, where the file's own batch would be larger than our data

    @property
    def worth(self) -> float:
        """How much of the submission the reading explains; whether its gradient is right plays no part."""
        net = 0.0 if self.net is None else 2.0 if self.net.output in OVER_SAMPLES else 4.0
        loss = 2.0 * (self.objective is not None and not self.objective.implied) + 0.5 * (self.loss is not None)
        found = len(self.gradients) / max(1, len(self.structure.parameters))
        return net + loss + 3 * found + 1.0 * self.fits

    @property
    def point(self) -> Point:
        """The point at which trial calls are looked at: always the same, and nothing is judged there."""
        return make_point(self.structure, self.batch, seed=3)

    def points(self, seed: int) -> list[Point]:
        """Return the points at which it is judged."""
        return points_of(self.structure, self.batch, seed)

    @property
    def updated(self) -> dict[str, Where]:
        """Where each parameter stands after the last step."""
        return {one.name: ("after", one.path) for one in self.structure.parameters}

    def made_by(self, maker: Maker) -> Reading:
        """Return the reading with another maker of its parameters, such as the same training cut elsewhere."""
        return replace(self, container=replace(self.container, maker=maker))

    def against_that_of(self, other: Reading) -> Reading:
        """Return the reading with the loss of another."""
        return replace(self, loss=other.loss, forward_steps=other.forward_steps)

    def plan(self, steps: Sequence[Step]) -> Plan:
        """Return the plan that calls these steps in the way of this reading."""
        slots = tuple(Slot(one.path, one.name) for one in self.structure.parameters)
        still = any(step.name == STILL for step in steps)
        slots += tuple(Slot(path, STILL if still else "rate") for path in self.rates)
        slots += self.data
        return Plan(self.container.maker, slots, tuple(steps), self.settings, self.torch)

    def run(
        self,
        steps: Sequence[Step],
        *,
        key: int | None = None,
        local_names: bool = False,
        after: bool = False,
        container: bool = False,
        calls: bool = False,
        digits: Digits | None = None,
        only: Sequence[Where] = (),
    ) -> Run:
        """Return the request to follow these steps; the answer holds more where more is asked for."""
        return Run(self.plan(steps), key, local_names, after, container, calls, digits, tuple(only))

    def arrays(self, point: Point) -> dict[str, Array]:
        """Return the point as the submission wants it."""
        return {
            **{one.name: point.params[one.name] for one in self.structure.parameters},
            "X": self.inputs(point.X),
            "Y": self.targets(point.Y),
            **self.rest,
        }

    @property
    def rest(self) -> dict[str, Array]:
        """What is put in besides the point: the rate, and the rate 0; how many samples a batch has."""
        rates = {"rate": np.array(RATE), STILL: np.array(0.0)} if self.rates else {}
        return {**rates, "part": np.array(self.part)} if self.part else rates

    def targets(self, Y: Array) -> Array:
        """Return Y (m x n_y) as the submission wants it."""
        return labels_for(Y[np.arange(self.repeats * len(Y)) % len(Y)], self.samples, self.labels)

    def inputs(self, X: Array) -> Array:
        """Return X (m x n_x) as the submission wants it."""
        if self.repeats > 1:
            X = X[np.arange(self.repeats * X.shape[0]) % X.shape[0]]
        return X[0] if self.samples == "vector" else X.T if self.samples == "columns" else X
