"""The wiring that a submission states itself: its own training, ended after one pass of its loop.

Nothing is guessed that the loop says: which function gets what, in which order gradients are unpacked, which of two
definitions is in force, and what is done with the gradients. Whether they are right plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Structure
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import meaning_of
from verify.reading.wiring.batches import PART
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.makers import Makers, given_shapes
from verify.reading.wiring.others import superseded, takes_several
from verify.reading.wiring.plan import Container
from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    Cut,
    Path,
    Step,
    TrainingMaker,
    ValueBinding,
)
from verify.reading.wiring.points import make_point
from verify.reading.wiring.roles import Roles
from verify.reading.wiring.structure import BATCH, OUTPUTS, SIZES
from verify.submissions.execution.answers import Header, Leaves, Refused, unpacked
from verify.submissions.execution.calling import STILL, Ask, Reading, make
from verify.submissions.execution.messages import Request
from verify.submissions.trials.implied import is_net_at, own_data, with_net
from verify.submissions.trials.in_parts import in_parts, is_part
from verify.submissions.trials.losses import ONE_PASS, Losses, others_in
from verify.submissions.trials.one_pass import (
    has_scales,
    inputs_in,
    is_reshaped,
    is_surely_rate,
    left_alone,
    moved_in,
    outputs_of,
    rates_in,
    root_of,
    stepped_alone,
    structure_of,
    widths_of,
)
from verify.submissions.trials.one_point import begins_a_state, besides, felt_by, keeps_a_state, true_rates
from verify.submissions.trials.one_step import (
    as_stepped,
    is_doubled,
    is_scheduled,
    with_decay,
    with_gradients,
)
from verify.submissions.trials.training_step import Trained
from verify.submissions.trials.unnamed import unnamed_parameters

_LABELS: Final = (("one-hot", "flat"), ("one-hot", "integers"))  # of one output, of several
NO_CHANGE: Final = "no parameter changes in one pass of the loop that trains"
_SKIPPED: Final = 3  # passes that go by where the first shows no loss
_LOOPS: Final = 6  # loops that are tried
_AT_REST: Final = (Step(STILL, "update", ()),)


class _Way(NamedTuple):
    """How data are handed over: rows, columns or a vector, the labels, how often, and whether in batches of a part."""

    samples: str
    labels: str
    repeats: int = 1
    part: bool = False


class Trainings:
    """The search for the training step of a submission."""

    def __init__(self, ask: Ask, candidates: Candidates) -> None:
        self.candidates, self.count = candidates, 0
        self.makers = Makers(candidates)

        def counted(request: Request, arrays: Mapping[str, Array]) -> tuple[Header, Mapping[str, Array]]:
            self.count += 1
            return ask(request, arrays)

        self.ask: Ask = counted
        given: dict[str, Binding] = {"X": ArrayBinding("X"), "Y": ArrayBinding("Y"), "m": ValueBinding(BATCH)}
        missing = [(name, meaning_of(name)) for name in candidates.slice.missing]
        self.settings = tuple(Argument(name, given[str(one)]) for name, one in missing if one in given)
        self.complaints: list[Refused] = []
        self.losses = Losses(self.ask, candidates, self.complaints)
        self.outputs: int | None = None  # that are told, or that the file states

    @property
    def apart(self) -> str:
        """Why the loss of a training is not that of its step."""
        return self.losses.apart

    def find(self, fixed: Mapping[str, str], outputs: int | None) -> Trained | None:
        """Return the first training step that runs and changes parameters; best one that computes a loss.

        Else one whose net is of a known kind.
        """
        self.outputs = outputs
        best: Trained | None = None
        for loop in self.candidates.loops[:_LOOPS]:
            if loop.many or superseded(self.candidates, loop) is not None:
                continue
            for found in self._of(loop, fixed, outputs):
                if found.reading.loss is not None and not found.weak:
                    return found
                if best is None or _known(found) > _known(best):
                    best = found
        return best

    def of_program(self, fixed: Mapping[str, str], name: str) -> Trained | None:
        """Return the training step that is reached where the submission is run as its own main program.

        Its own data, sizes and arguments are in force; only data that are not there are ours.
        """
        best: Trained | None = None
        for loop in self.candidates.loops[:_LOOPS]:
            if loop.many:
                continue
            maker = TrainingMaker(Cut(loop.cell, loop.place.line, loop.names), name)
            ran = False
            for last, samples, repeats in _KINDS:
                if fixed.get("samples") not in (None, samples) or (ran and last != _KINDS[0][0]):
                    continue
                for labels in ("flat", "one-hot") if last == 1 else ("one-hot", "integers"):
                    try:
                        found = self._at_own_sizes(loop, maker, last, _Way(samples, labels, repeats))
                    except Refused as refused:
                        self.complaints.append(refused)
                        continue
                    ran = True
                    found = self._with_our_data(found)
                    if found.reading.loss is not None and not found.weak:
                        return found
                    if best is None or _known(found) > _known(best):
                        best = found
                    break
                if best is not None and best.loop is loop and (_known(best) == 3 or best.reading.net is not None):
                    return best
        return best

    def _at_own_sizes(self, loop: Loop, maker: TrainingMaker, last: int, way: _Way) -> Trained:
        """Return the step with the widths that the program's own parameters have, where their shapes say them."""
        found = self._first_shown(loop, maker, Structure((), (SIZES[0], last)), way)
        point = found.reading.point
        own = widths_of({one.path: point.params[one.name] for one in found.reading.structure.parameters})
        if len(own) == 1 and own[0] != (found.reading.structure.sizes[0], found.reading.structure.sizes[-1]):
            with suppress(Refused):
                return self._first_shown(loop, maker, Structure((), own[0]), way)
        return found

    def _with_our_data(self, trained: Trained) -> Trained:
        """Return the step with our X and Y in the place of its own data, where that shows a net of a known kind."""
        reading = trained.reading
        if _has_loss(trained) or reading.net is not None or self.candidates.declared is not None:
            return trained
        made = make(self.ask, reading.container.maker, reading.arrays(reading.point))
        for data, samples, labels, batch in own_data(made, reading.structure.sizes):
            bare = Structure((), reading.structure.sizes)
            placed = replace(reading, structure=bare, data=data, samples=samples, labels=labels, batch=batch, repeats=1)
            alone = replace(placed, batch=1, repeats=batch)
            for one in (placed, alone) if samples == "rows" else (placed,):
                with suppress(Refused):
                    found = self._pass(trained.loop, one, made)
                    beside = besides(self.ask, found.reading, ONE_PASS, made)
                    if beside:
                        self.losses.apart = (
                            self.losses.apart or f"its steps depend on {beside} as well, made before the loop"
                        )
                    elif found.reading.net is not None:
                        return found
        return trained

    def _of(self, loop: Loop, fixed: Mapping[str, str], outputs: int | None) -> Iterator[Trained]:
        for last, depth in product((OUTPUTS, 1) if outputs is None else (outputs,), (3, 2)):
            maker = self.makers.of_loop(loop, (*SIZES[:depth], last))
            if maker is None:
                return
            tried = product(given_shapes(maker, last), ("rows", "columns", "vector"), _LABELS[last > 1])
            for shapes, samples, labels in tried:
                if fixed.get("samples") in (None, samples) and fixed.get("labels") in (None, labels):
                    found = self._in_batches(loop, maker, shapes, _Way(samples, labels))
                    if found is None:
                        continue
                    found = replace(found, reading=replace(found.reading, assumed=_first_of(found.reading)))
                    found = replace(found, penalised=self._penalised(found.reading))
                    yield found
                    if _known(found) == 0 and samples == "rows" and self.candidates.declared is None:
                        with suppress(Refused):
                            found = self._run(loop, maker, shapes, _Way(samples, labels, BATCH))
                            yield found
                    if _known(found) > 0:
                        return
                    break

    def _penalised(self, reading: Reading) -> tuple[Reading, str] | None:
        maker = reading.container.maker
        more = self.makers.with_penalty(maker) if isinstance(maker, TrainingMaker) else None
        return None if more is None else (reading.made_by(more[0]), more[1])

    def _in_batches(self, loop: Loop, maker: TrainingMaker, shapes: Structure, way: _Way) -> Trained | None:
        """Return the step with batches that are a part of our samples, where the file says how large its batches are.

        Only where such a step shows a loss; else the step with batches as large as the file's own. An epoch whose one
        batch are all samples takes one step.
        """
        if loop.several:
            maker = self.makers.in_batches(maker, loop, BATCH)
        whole = self._tried(lambda: self._first_shown(loop, maker, shapes, way))
        if whole is not None and (whole.reading.loss is None or whole.weak):
            return whole
        part = self._tried(
            lambda: self._run(loop, self.makers.in_batches(maker, loop, PART), shapes, way._replace(part=True))
        )
        if part is None or part.reading.loss is None or part.weak:
            return whole
        return replace(part, whole=whole)

    def _first_shown(self, loop: Loop, maker: TrainingMaker, shapes: Structure, way: _Way) -> Trained:
        """Return the step of the first pass, or of a later one where only that shows a loss.

        The first sample may be all 0, and then hide what a weight does.
        """
        first: Trained | None = None
        try:
            first = self._run(loop, maker, shapes, way)
        except Refused as stopped:
            if NO_CHANGE not in str(stopped):
                raise  # what the first pass leaves, such as a bias of another shape, a later one may take for granted
            self.complaints.append(stopped)
        if first is not None and first.reading.loss is not None:
            return first
        later = self._tried(lambda: self._run(loop, replace(maker, skipped=_SKIPPED), shapes, way))
        if later is not None and later.reading.loss is not None:
            return later
        if first is None:
            raise Refused(NO_CHANGE)
        return first

    def _tried(self, run: Callable[[], Trained]) -> Trained | None:
        try:
            return run()
        except Refused as refused:
            self.complaints.append(refused)
            return None

    def _run(self, loop: Loop, maker: TrainingMaker, shapes: Structure, way: _Way) -> Trained:
        """Return the step with data that lie so; the widths are those of the parameters that stand before the loop."""
        widths = (shapes.sizes[0], shapes.sizes[-1])
        base = self._before(loop, maker, shapes, way)
        made = self._at(base, maker)
        others = [own for own in widths_of(made) if own != widths and BATCH not in own]
        try:
            found = self._pass(loop, in_parts(base, made, loop) if way.part else base, made)
        except Refused as refused:
            for own in others:
                with suppress(Refused):
                    return self._at_widths(loop, maker, own, way)
            raise refused from None
        if len(others) == 1 and others[0][-1] != widths[-1]:  # what ran may have broadcast one output over several
            with suppress(Refused):
                return self._at_widths(loop, maker, others[0], way)
        return found

    def _at_widths(self, loop: Loop, maker: TrainingMaker, widths: tuple[int, int], way: _Way) -> Trained:
        base = self._before(loop, maker, Structure((), widths), way)
        try:
            made = self._at(base, maker)
            return self._pass(loop, in_parts(base, made, loop) if way.part else base, made)
        except Refused as refused:
            self.complaints.append(refused)
            raise

    def _pass(self, loop: Loop, base: Reading, made: Mapping[Path, Array], known: tuple[Path, ...] = ()) -> Trained:
        """Return the step as one pass shows it: what changes, by which rate, and the loss on the way."""
        found = unpacked(*self.ask(base.run(ONE_PASS, local_names=True, after=True), base.arrays(base.point)))
        moved = moved_in(made, found)
        if is_reshaped(made, found):
            raise Refused("a parameter has another shape after the pass: what is taken from it was broadcast")
        moved |= left_alone(made, moved, self._mentioned(loop)) | stepped_alone(made, moved, loop)
        drawn = {path for path in moved if len(path) == 1 and root_of(path) in loop.drawn}  # bx is a batch of x
        moved = {path: value for path, value in moved.items() if path not in drawn}
        moved |= {path: np.asarray(made[path], dtype=float) for path in known}
        structure, others = structure_of(moved, base.structure.sizes, loop, known)
        if structure is None:
            raise Refused(NO_CHANGE)
        if any(BATCH in own for own in widths_of(moved)):
            raise Refused("the loop that trains takes samples for features, or features for samples")
        called = replace(base, structure=structure, rates=rates_in(made, structure, loop))
        rates = true_rates(self.ask, called, ONE_PASS)
        reading = replace(called, rates=rates, forward_steps=_AT_REST if rates else ONE_PASS)
        found = unpacked(*self.ask(reading.run(ONE_PASS, local_names=True, after=True), reading.arrays(reading.point)))
        self._refuse_several_steps(reading, loop, found)
        others = others and keeps_a_state(self.ask, reading, ONE_PASS, moved)
        others = others or begins_a_state(self.ask, reading, ONE_PASS, made, found)
        tried = bool(base.structure.parameters) or (self.outputs is None and base.structure.sizes[-1] == OUTPUTS)
        if reading.part and not is_part(felt_by(self.ask, reading, ONE_PASS)):
            raise Refused("its steps are of other samples than its batch size says")
        besides_it = (inputs_in(made, moved), *others_in(moved, reading))
        reading, weak, shown = self.losses.of_step(reading, found, loop, made, besides_it)
        if more := () if known else unnamed_parameters(self.ask, reading, ONE_PASS, made, moved):
            return self._pass(loop, base, made, more)
        if (reading.loss is None or weak) and self.candidates.declared is None:
            reading = self._confirmed(with_net(reading, found))
        outputs = None if base.structure.parameters else outputs_of(made, structure)
        reading = replace(with_gradients(reading, found, loop, others), trials=self.count)
        return Trained(
            reading, loop, outputs, tried, others, weak=weak, found=found, shown=shown,
            decayed=None if others else with_decay(reading, found),
            scheduled=is_scheduled(reading, found),
            unnamed=not rates and reading.rate == 1.0 and has_scales(found, loop),
            stepped=None if others else as_stepped(reading, found, loop),
            rivals=tuple(reading.against_that_of(one) for one in self.losses.rivals),
            bent=not rates and any(is_surely_rate(path, loop) for path in called.rates),
        )  # fmt: skip

    def _refuse_several_steps(self, reading: Reading, loop: Loop, found: Leaves) -> None:
        """Raise Refused where one pass takes several steps: what is seen after it belongs to no single point.

        A single step is twice as long at twice the rate.
        """
        if not loop.several and not takes_several(self.candidates, loop):
            return
        arrays = reading.arrays(reading.point)
        if reading.rates:
            again = self.ask(reading.run(ONE_PASS, after=True), {**arrays, "rate": 2 * arrays["rate"]})
            if is_doubled(reading, found, unpacked(*again)):
                return
        raise Refused("one pass of the loop that trains takes several steps, and the loop within it can't be run")

    def _confirmed(self, reading: Reading) -> Reading:
        """Return the reading with its net where other points show the same, else without one."""
        for seed in (11, 12, 13) if reading.net is not None else ():
            point = make_point(reading.structure, reading.batch, seed=seed)
            found = unpacked(*self.ask(reading.run(ONE_PASS, local_names=True, after=True), reading.arrays(point)))
            if not is_net_at(reading, found, point):
                return replace(reading, net=None, yhat=None)
        return reading

    def _mentioned(self, loop: Loop) -> set[str]:
        """Return the names that a loop at the top level reads, itself or in functions; nothing of another loop."""
        if not loop.code:
            return set()
        return self.candidates.names_from(loop)

    def _at(self, base: Reading, maker: TrainingMaker) -> dict[Path, Array]:
        return make(self.ask, maker, base.arrays(base.point), base.settings)

    def _before(self, loop: Loop, maker: TrainingMaker, shapes: Structure, way: _Way) -> Reading:
        roles = self.candidates.roles[0] if self.candidates.roles else Roles(loop.owner, None, None, None, None, None)
        batch = 1 if way.samples == "vector" or way.repeats > 1 else BATCH
        return Reading(
            roles, shapes, Container(maker), way.samples, way.labels, batch, self.settings, ONE_PASS, ONE_PASS,
            applied=True, torch=self.candidates.torch, repeats=way.repeats, sources=self.makers.sources,
        )  # fmt: skip


# Outputs, how samples lie, and how often one is repeated where a loop takes one at a time.
_KINDS: Final = tuple(
    (last, samples, repeats)
    for last in (1, OUTPUTS) for samples, repeats in (("rows", 1), ("rows", BATCH), ("columns", 1))
)  # fmt: skip


def _known(trained: Trained) -> int:
    """How much is known of what a step goes down: a loss that it computes, or a net that implies one."""
    return 2 * _has_loss(trained) + (trained.reading.net is not None)


def _has_loss(trained: Trained) -> bool:
    """Whether a step computes a loss, and no number only that is shown."""
    return trained.reading.loss is not None and trained.reading.loss not in trained.shown


def _first_of(reading: Reading) -> frozenset[str]:
    """Return what is only assumed: of the ways that are tried in turn, the first ran and no other was tried."""
    first = {"samples": reading.samples == "rows", "labels": reading.labels in ("one-hot", "flat")}
    return frozenset(name for name, is_first in first.items() if is_first)
