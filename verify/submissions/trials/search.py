"""Finding out how a submission wants to be called: trial calls with small, distinct sizes, judged by what comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from verify.nets.net import OVER_SAMPLES
from verify.nets.structure import Structure
from verify.reading.program.functions import Function
from verify.reading.program.literal_rates import NAME as LITERAL_RATE
from verify.reading.program.updates import rate_in
from verify.reading.program.vocabulary import meaning_of
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan import RATE, Container, Known, arguments, loss_arguments, step_of
from verify.reading.wiring.plan_records import Argument, ArrayBinding, CallMaker, ResultBinding, Step, ValueBinding
from verify.reading.wiring.points import Point, make_point
from verify.reading.wiring.roles import Roles
from verify.reading.wiring.structure import BATCH, resized
from verify.submissions.execution.answers import Leaves, Refused, Where, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import match_gradients, with_fit
from verify.submissions.trials.containers import structures
from verify.submissions.trials.recognition import canonical_output, implied, recognise_net, recognise_objective

LABELS: Final = ("one-hot", "integers", "integers-column", "flat")
_ALWAYS_1: Final = "a softmax over one output is 1 whatever comes in: nothing depends on the parameters"
_MOST: Final = 300  # trial calls before no other reading of who is who is begun
_ENOUGH: Final = 90  # trial calls before the best reading so far is taken


class Trials:
    """The search for the reading: it asks a worker, and keeps the best."""

    def __init__(self, ask: Ask, candidates: Candidates) -> None:
        self.ask, self.candidates = ask, candidates
        self.best: Reading | None = None
        self.count = 0
        self.complaints: list[Refused] = []
        self.stopped: dict[int, Refused] = {}  # by the number of sizes: where only the backward pass stopped
        self._seen: dict[tuple[object, ...], Leaves | Refused] = {}

    def find(self, fixed: Mapping[str, str], outputs: int | None) -> Reading | None:
        """Return the reading that explains most, or None; the complaints say why trials failed.

        Whether its gradient is right plays no part.
        """
        for roles in self.candidates.roles:
            for reading in self._readings(roles, fixed, outputs, self.candidates.per_sample):
                if self.best is None or reading.worth > self.best.worth:
                    self.best = reading
                if reading.worth >= self._most:
                    return replace(reading, trials=self.count)
                if self.count > _ENOUGH and self.best is not None and self.best.gradients:
                    return replace(self.best, trials=self.count)
            if self.count > _MOST:
                break
            if self.best is not None and self.best.net is not None and len(self.best.gradients) > 0:
                break
        return None if self.best is None else replace(self.best, trials=self.count)

    @property
    def refusals(self) -> list[Refused]:
        """Where trials stopped: first in backward passes alone."""
        return [*self.stopped.values(), *self.complaints]

    @property
    def _most(self) -> float:
        """What a reading is worth that leaves nothing to wish for."""
        return 4 + (0 if self.candidates.declared is None else 2.5) + 4

    def _readings(
        self, roles: Roles, fixed: Mapping[str, str], outputs: int | None, per_sample: bool
    ) -> Iterator[Reading]:
        for structure, container in structures(self.ask, roles, outputs, self.complaints):
            if len(structure.sizes) < max(self.stopped, default=0):
                continue  # a smaller net could hide what stops in a larger one
            found = list(self._of_one(roles, structure, container, fixed, per_sample))
            yield from (_with_rivals(one, found) for one in found)
            if any(one.summed for one in found) and outputs is None and structure.sizes[-1] > 1:
                narrow = resized(structure, (*structure.sizes[:-1], 1))
                found = list(self._of_one(roles, narrow, container, fixed, per_sample))
                yield from (_with_rivals(one, found) for one in found)

    def _of_one(
        self, roles: Roles, structure: Structure, container: Container, fixed: Mapping[str, str], per_sample: bool
    ) -> Iterator[Reading]:
        """Yield the readings with parameters of these shapes."""
        fitting = False
        for samples in ("rows", "columns", "mixed"):
            if fixed.get("samples") in (None, samples):
                for reading in self._with_labels(roles, structure, container, samples, BATCH, fixed):
                    misfits = per_sample and not reading.fits
                    fitting = fitting or (bool(reading.gradients) and not misfits)
                    if not misfits:
                        yield reading
        for samples in () if fitting else ("columns", "vector", "rows") if per_sample else ("vector",):
            if fixed.get("samples") in (None, samples):
                yield from self._with_labels(roles, structure, container, samples, 1, fixed)

    def _with_labels(
        self,
        roles: Roles,
        structure: Structure,
        container: Container,
        samples: str,
        batch: int,
        fixed: Mapping[str, str],
    ) -> Iterator[Reading]:
        point = make_point(structure, batch, seed=3)
        settings = self._settings(roles, batch)
        torch = self.candidates.torch
        base = Reading(roles, structure, container, samples, "one-hot", batch, settings, (), (), torch=torch)
        for labels in LABELS:
            if fixed.get("labels") not in (None, labels) or (labels == "flat" and structure.sizes[-1] > 1):
                continue
            if labels.startswith("integers") and structure.sizes[-1] == 1:
                continue
            for choice in range(2):
                try:
                    yield self._tried(replace(base, labels=labels), point, choice)
                    break
                except Refused as refused:
                    self.complaints.append(refused)
                    if refused.step == "forward" and not _uses_labels(roles.forward):
                        return

    def _tried(self, reading: Reading, point: Point, choice: int) -> Reading:
        roles = reading.roles
        known = Known(reading.container, reading.structure.parameters, reading.batch, made_by=roles.init)
        forward: list[Step] = []
        found: Leaves = {}
        if roles.forward is not None:
            given = arguments(roles.forward, known)
            if given is None:
                raise Refused(f"the arguments of {roles.forward.name} are not understood")
            forward = [step_of(roles.forward, "forward", given)]
            try:
                found = self._run(reading, forward, point)
            except Refused as refused:
                raise Refused(str(refused), refused.place, "forward") from None
            known.results["forward"] = roles.forward
            reading = self._with_net(replace(reading, forward_steps=tuple(forward)), found, point)
            where = reading.yhat or _first_output(found, point, roles.forward)
            known.yhat = (where[0], where[1]) if where and where[0] == "forward" else None
        backward_steps = list(forward)
        judged = roles.backward or roles.update
        assert judged is not None
        for role, function in (("backward", roles.backward), ("update", roles.update)):
            if function is not None:
                given = arguments(function, known, role, choice)
                if given is None:
                    missing = [name for name in function.arguments if meaning_of(name) is None]
                    raise Refused(f"the arguments {', '.join(missing)} of {function.name} are not understood")
                backward_steps.append(step_of(function, role, given))
                known.results[role] = function
        try:
            found = self._run(reading, backward_steps, point)
        except Refused as refused:
            if reading.net is not None:  # the forward pass is understood: what stops is the backward pass itself
                self.stopped.setdefault(len(reading.structure.sizes), refused)
            raise
        reading = replace(reading, backward_steps=tuple(backward_steps))
        if reading.net is None:
            reading = self._with_net(reading, found, point)
        reading = self._with_loss(reading, known, found)
        reading = match_gradients(replace(reading, sources=known.sources), found, point)
        if reading.applied and not is_given_a_rate(reading):
            reading = replace(reading, rate=rate_in(judged.tree)[0])
        return with_fit(reading, found, point)

    def again(self, reading: Reading) -> Reading:
        """Return the reading with what comes out for other parameters of it. Raises Refused where the code stops."""
        point = reading.point
        bare = replace(reading, net=None, yhat=None, gradients={}, objective=None, misfit=0.0)
        found = self._run(bare, reading.backward_steps, point)
        bare = self._with_net(bare, found, point)
        if bare.net is not None:
            bare = replace(bare, objective=reading.objective, misfit=reading.misfit)
        return with_fit(match_gradients(bare, found, point), found, point)

    def has_loss(self, reading: Reading) -> bool:
        """Whether the forward pass and the loss run for the parameters of a reading."""
        if reading.loss is None or reading.loss[0] == "backward":
            return False
        try:
            found = self._run(reading, reading.forward_steps, reading.point)
        except Refused:
            return False
        return reading.loss in found

    def _run(self, reading: Reading, steps: Sequence[Step], point: Point) -> Leaves:
        """Return what comes out; one and the same call, which several readings may try, is made once."""
        self.count += 1
        request, arrays = reading.run(steps, local_names=True, after=True), reading.arrays(point)
        asked = repr(request), *((name, one.dtype.str, one.shape, one.tobytes()) for name, one in arrays.items())
        if asked not in self._seen:
            try:
                self._seen[asked] = unpacked(*self.ask(request, arrays))
            except Refused as refused:
                self._seen[asked] = refused
        found = self._seen[asked]
        if isinstance(found, Refused):
            raise found.with_traceback(None)
        return dict(found)

    def _with_net(self, reading: Reading, found: Leaves, point: Point) -> Reading:
        if reading.structure.sizes[-1] == 1 and _is_always_1(found, len(point.X)):
            raise Refused(_ALWAYS_1)
        layers = reading.structure.layers(point.params)
        known = recognise_net(layers, point.X, found)
        single_precision = False
        if known is None:
            known = recognise_net(layers, point.X, found, single_precision=True)
            single_precision = known is not None
        if known is None and any(one.kind == "Wb" for one in reading.structure.parameters):
            flipped = tuple(replace(one, bias_first=True) for one in reading.structure.parameters)
            structure = replace(reading.structure, parameters=flipped)
            known = recognise_net(structure.layers(point.params), point.X, found)
            if known:
                reading = replace(reading, structure=structure)
        if known is None:
            return reading
        if known[0].output.startswith("softmax") and reading.structure.sizes[-1] == 1:
            raise Refused(_ALWAYS_1)
        return replace(reading, net=known[0], yhat=known[1], single_precision=single_precision)

    def _with_loss(self, reading: Reading, known: Known, found: Leaves) -> Reading:
        """Find the loss as a function, as a part of what the backward pass returns, or as a local name."""
        roles = reading.roles
        steps: list[Step] = []
        place: Where | None = None
        if roles.loss is not None and roles.loss is not roles.backward:
            place, steps = self._own_loss(reading, known, roles.loss)
        if place is None:
            steps = list(reading.backward_steps)
            place = scalar_in(found, "backward") if roles.loss is not None and roles.loss is roles.backward else None
            place = place or _named_scalar(found, self._differences(roles))
        if place is None:
            return self._implied(reading)
        reading = replace(reading, loss=place, forward_steps=tuple(steps))
        if reading.net is None or reading.net.output in OVER_SAMPLES:
            return reading
        points = []
        for seed in (4, 5, 6):
            point = make_point(reading.structure, reading.batch, seed=seed)
            try:
                value = self._run(reading, steps, point)[place]
            except (Refused, KeyError):
                return self._implied(reading)
            layers = reading.structure.layers(point.params)
            points.append((reading.net.forward(layers, point.X), layers, point.Y, float(np.real(value).reshape(-1)[0])))
        K, net = reading.structure.sizes[-1], reading.net
        fit = recognise_objective(points, reading.batch, K, single_precision=reading.single_precision)
        if fit is None and net.output == "identity":  # what was seen may be the logits of an output that was not kept
            for output in ("softmax", "sigmoid") if K > 1 else ("sigmoid",):
                other = replace(net, output=output)
                seen = [(other.forward(layers, trace.A[0]), layers, Y, J) for trace, layers, Y, J in points]
                fit = recognise_objective(seen, reading.batch, K, single_precision=reading.single_precision)
                if fit is not None:
                    net = other
                    break
        if fit is None and net.output == "identity":  # some intermediate array, by chance
            return replace(reading, net=None, yhat=None)
        return reading if fit is None else replace(reading, net=net, objective=fit[0], misfit=fit[1])

    def _differences(self, roles: Roles) -> set[tuple[str, str]]:
        """Return the names that are differences alone, with the section they stand in: they are no loss."""
        every = {one.name: one for one in (*self.candidates.functions, *roles.all)}
        sections = [(f"locals {name}", one) for name, one in every.items()]
        sections += [(role, one) for role, one in (("backward", roles.backward), ("update", roles.update)) if one]
        return {(section, name) for section, one in sections for name in one.differences}

    def _own_loss(self, reading: Reading, known: Known, function: Function) -> tuple[Where | None, list[Step]]:
        """Return where the value of the loss function stands, and the steps that give it."""
        for given in loss_arguments(function, known):
            uses = any(isinstance(one, ResultBinding) and one.role == "backward" for _, one in given)
            steps = [*(reading.backward_steps if uses else reading.forward_steps), step_of(function, "loss", given)]
            try:
                values = self._run(reading, steps, make_point(reading.structure, reading.batch, seed=4))
            except Refused as refused:
                self.complaints.append(Refused(str(refused), refused.place, "loss"))
                continue
            place = scalar_in(values, "loss")
            if place is not None and np.isfinite(values[place]).all():
                return place, steps
        return None, []

    def _implied(self, reading: Reading) -> Reading:
        """Return the reading with the loss that its output layer implies; never where the file declares one."""
        if self.candidates.declared is not None or reading.net is None or reading.net.output in OVER_SAMPLES:
            return reading
        return replace(reading, objective=implied(reading.net, reading.batch))

    def _settings(self, roles: Roles, batch: int) -> tuple[Argument, ...]:
        """Return the global names that the functions read and that the judge has to give."""
        found: list[Argument] = []
        for name in self.candidates.missing:
            meaning = meaning_of(name)
            if meaning in ("X", "Y"):
                found.append(Argument(name, ArrayBinding(str(meaning))))
            elif meaning == "m":
                found.append(Argument(name, ValueBinding(batch)))
        read = {name for one in roles.all for name in one.names}
        given = {name for one in roles.all for name in one.arguments}
        for name in (*self.candidates.constants, *self.candidates.missing):
            if name in read and name not in given and name not in dict(found):
                if meaning_of(name) == "rate":
                    found.append(Argument(name, ValueBinding(RATE)))
        literal = self.candidates.program.literal_rate
        if literal is not None and literal.is_in_updates:
            found.append(Argument(LITERAL_RATE, ValueBinding(RATE)))
        return tuple(found)


def _with_rivals(reading: Reading, found: Sequence[Reading]) -> Reading:
    """Return the reading with what is only assumed in it: another way to give it explains as much of the submission."""
    rivals = [one for one in found if one.worth >= reading.worth]
    assumed = {"samples" for one in rivals if one.samples != reading.samples}
    assumed |= {"labels" for one in rivals if one.samples == reading.samples and one.labels != reading.labels}
    return replace(reading, assumed=frozenset(assumed))


def is_given_a_rate(reading: Reading) -> bool:
    """Whether an argument or a global name that is called a learning rate was given the judge's own."""
    maker = reading.container.maker
    given = [one for step in reading.backward_steps for one in step.arguments]
    given += [*(maker.arguments if isinstance(maker, CallMaker) else ()), *reading.settings]
    return ValueBinding(RATE) in [one.binding for one in given]


def _is_always_1(found: Leaves, m: int) -> bool:
    """Whether the forward pass gives 1 for every sample."""
    given = [value for (section, _), value in found.items() if section == "forward" and np.size(value) == m > 1]
    return any(np.asarray(value).dtype.kind == "f" and np.all(np.asarray(value) == 1) for value in given)


def _uses_labels(function: Function | None) -> bool:
    return function is None or any(meaning_of(name) == "Y" for name in function.arguments)


def _first_output(found: Leaves, point: Point, forward: Function) -> Where | None:
    """Return where the forward pass's output stands, told by its shape; what is called Z goes into it."""
    m, K = point.Y.shape
    outputs = [
        where for where, value in found.items()
        if where[0] == "forward" and canonical_output(value, m, K) is not None
    ]  # fmt: skip
    return next((where for where in outputs if not _is_before_activation(where, forward)), next(iter(outputs), None))


def _is_before_activation(where: Where, forward: Function) -> bool:
    names = [str(name) for kind, name in where[1] if kind != "item"]
    places = [int(name) for kind, name in where[1] if kind == "item"]
    if not names and places and places[0] < len(forward.returned):
        names = [forward.returned[places[0]] or ""]
    return bool(names) and names[-1].lower().startswith(("z", "logit", "net", "score"))


def scalar_in(found: Leaves, section: str) -> Where | None:
    """Return the first single number that a function returned."""
    return next((where for where, value in found.items() if where[0] == section and np.size(value) == 1), None)


def _named_scalar(found: Leaves, but: Collection[tuple[str, str]]) -> Where | None:
    """Return a single number that is called a loss, among what the backward pass returned and its local names."""
    sections, candidates = ("backward", "update", "container"), list[tuple[bool, int, Where]]()
    for where, value in found.items():
        name = str(where[1][-1][1]) if where[1] else ""
        last, inside = name.lower(), where[0] in sections or where[0].startswith("locals")
        if inside and (where[0], name) not in but and np.size(value) == 1 and np.asarray(value).dtype.kind == "f":
            if "loss" in last or "cost" in last or last in ("j", "error", "perte", "cout", "erreur"):
                candidates.append((last not in ("loss", "cost", "j"), len(candidates), where))
    return min(candidates)[2] if candidates else None
