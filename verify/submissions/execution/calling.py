"""One way to call a submission, and what came out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from verify.nets.net import OVER_SAMPLES, Net, Objective
from verify.submissions.execution.answers import Where
from verify.submissions.wiring.plan import RATE, Container
from verify.submissions.wiring.points import Point, labels_for
from verify.submissions.wiring.roles import Roles
from verify.submissions.wiring.structure import Structure

DRIVER: Final = "verify.submissions.execution.inside.driver"  # what a worker in the sandbox runs
Ask = Callable[[dict[str, Any], Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]]


@dataclass(frozen=True)
class Reading:
    """One way to call a submission, and what came out: the judge works with the best."""

    roles: Roles
    structure: Structure
    container: Container
    samples: str
    labels: str
    batch: int
    settings: tuple[tuple[str, Any], ...]
    forward_steps: tuple[Any, ...]
    backward_steps: tuple[Any, ...]
    net: Net | None = None
    yhat: Where | None = None
    objective: Objective | None = None
    misfit: float = 0.0
    loss: Where | None = None
    gradients: Mapping[str, Where] = field(default_factory=dict)
    applied: bool = False
    rate: float = RATE
    right: float = 0.0  # the part of the parameters whose gradient is the truth, in floats
    torch: bool = False
    single_precision: bool = False  # computes in float32
    trials: int = 0
    fits: bool = True  # every gradient has the shape of its parameter

    @property
    def worth(self) -> float:
        """How well the reading fits what came out."""
        net = 0.0 if self.net is None else 2.0 if self.net.output in OVER_SAMPLES else 4.0
        loss = 2.0 * (self.objective is not None and not self.objective.implied) + 0.5 * (self.loss is not None)
        found = len(self.gradients) / max(1, len(self.structure.parameters))
        return net + loss + 3 * found + 3 * self.right

    def plan(self, steps: Sequence[Any], point: Point) -> dict[str, Any]:
        """Return the plan that calls these steps at a point of this reading's kind."""
        return {
            "maker": self.container.maker,
            "params": [[[list(step) for step in one.path], one.name] for one in self.structure.parameters],
            "steps": list(steps),
            "set": [list(entry) for entry in self.settings],
            **({"torch": True} if self.torch else {}),
        }

    def arrays(self, point: Point) -> dict[str, Any]:
        """Return the point as the submission wants it."""
        return {
            **{one.name: point.params[one.name] for one in self.structure.parameters},
            "X": self.inputs(point.X),
            "Y": labels_for(point.Y, self.samples, self.labels),
        }

    def inputs(self, X: Any) -> Any:
        """Return X (m x n_x) as the submission wants it."""
        return X[0] if self.samples == "vector" else X.T if self.samples == "columns" else X
