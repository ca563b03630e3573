"""How the file was read, in words: what everything was taken for, how that is known, and the place that says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from verify.evidence.submission import Bound, How, Setting
from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.program.literal_rates import NAME as LITERAL_RATE
from verify.reading.program.vocabulary import size_of
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    CallMaker,
    FunctionBinding,
    GlobalsMaker,
    MadeBinding,
    ParamBinding,
    ParamsBinding,
    ResultBinding,
    Step,
    TrainingMaker,
    ValueBinding,
)
from verify.reading.wiring.provenance import Source, Width
from verify.reading.wiring.structure import OUTPUTS
from verify.submissions.execution.calling import Reading
from verify.submissions.explanation.doubts import by_name
from verify.submissions.explanation.losses import BODY, evaluated, is_lifted, place_of
from verify.submissions.trials.search import is_given_a_rate

OWN_DATA: Final = "the file's own data"
_BY_NUMBERS: Final[How] = "by its numbers"


def settings_of(reading: Reading, candidates: Candidates) -> tuple[Setting, ...]:
    """Return what was found out about the submission, with what it rests on."""
    return (*_functions(reading, candidates), *_shapes(reading, candidates), *_meaning(reading, candidates))


def _setting(name: str, value: str, source: Source) -> Setting:
    return Setting(name, value, source.how, "" if source.place is None else str(source.place))


def _functions(reading: Reading, candidates: Candidates) -> Iterator[Setting]:
    roles, told, loop = reading.roles, candidates.told, _loop(reading)
    if roles.owner is not None:
        yield Setting("class", roles.owner, "told" if "class" in told else "by name")
    if loop is not None:
        yield _setting("training", "its own loop, for one pass", Source("stated", loop))
    for role in () if loop is not None else ("init", "forward", "backward", "update"):
        function: Function | None = getattr(roles, role)
        if is_lifted(function, candidates):
            yield _setting(role, BODY, Source("stated", function.place))
        elif function is not None and function.name != "__init__":
            yield _setting(role, function.name, Source("told" if role in told else "by name", function.place))
    loss = evaluated(reading, candidates)
    if loss is not None:
        yield _setting("loss", loss.words, loss.source)
    elif roles.loss is not None and loop is None:
        how: How = "told" if "loss" in told else "by name"
        yield Setting("loss", roles.loss.name, how, f"{roles.loss.place}, not evaluated")


def _shapes(reading: Reading, candidates: Candidates) -> Iterator[Setting]:
    if has_own_data(reading):
        yield _setting("data", OWN_DATA, Source("stated", _loop(reading)))
    else:
        for name, value in (("samples", reading.samples), ("labels", reading.labels)):
            assumed = name in reading.assumed
            yield Setting(
                name, value, "told" if name in candidates.told else "assumed" if assumed else "by elimination"
            )
    width = candidates.width or (_tried(reading) if is_chain(reading) else None)
    if width is not None:
        yield _setting("outputs", str(width.value), width.source)
    shapes = "; ".join(f"{one.name} {one.shape}" for one in reading.structure.parameters)
    yield _setting("parameters", shapes, _of_parameters(reading, candidates))


def _meaning(reading: Reading, candidates: Candidates) -> Iterator[Setting]:
    loop = _loop(reading)
    if reading.applied:
        said = "before minus after an update, over the rate"
        yield _setting("gradient", said, Source("by elimination") if loop is None else Source("stated", loop))
        rate = _of_rate(reading, candidates)
        by_rightness = rate.how == "assumed" and loop is None
        chosen = ", of the file's numbers the one with which most is right" if by_rightness else ""
        yield _setting("rate", f"{reading.rate:g}{chosen}", rate)
    else:
        yield Setting("gradient", "as returned or kept", "by name" if by_name(reading) else "by elimination")
    yield Setting("network", reading.net.words if reading.net else "of no known kind", _BY_NUMBERS)
    if reading.objective is not None:
        how: How = "implied" if reading.objective.implied else _BY_NUMBERS
        yield Setting("objective", reading.objective.words, how)
    if candidates.lacks_numpy:
        yield Setting("np", "NumPy, which the file does not import", "assumed")
    if reading.torch:
        yield Setting("number format", "PyTorch tensors", "stated")
    elif reading.single_precision:
        yield Setting("number format", "float32", _BY_NUMBERS)


def has_own_data(reading: Reading) -> bool:
    """Whether the training takes data of the file's own: nothing gives it others."""
    maker = reading.container.maker
    if not isinstance(maker, TrainingMaker):
        return False
    given = [*maker.arguments, *(maker.owner.arguments if maker.owner is not None else ()), *reading.settings]
    return not any(one.binding in (ArrayBinding("X"), ArrayBinding("Y")) for one in given)


def is_chain(reading: Reading) -> bool:
    """Whether the parameters are layers of the sizes that the structure says; of arrays of their own it knows none."""
    sizes = reading.structure.sizes
    return all(
        0 < one.layer < len(sizes)
        and (
            one.kind == "b"
            or sorted(one.shape) == sorted((sizes[one.layer - 1] + (one.kind == "Wb"), sizes[one.layer]))
        )
        for one in reading.structure.parameters
    )


def _loop(reading: Reading) -> Place | None:
    maker = reading.container.maker
    return Place(maker.cut.cell, maker.cut.line) if isinstance(maker, TrainingMaker) else None


def _tried(reading: Reading) -> Width:
    """Return the number of outputs where nothing says it: the first that is tried, or one of which that did not run."""
    last = reading.structure.sizes[-1]
    if isinstance(reading.container.maker, GlobalsMaker) and last != OUTPUTS:
        return Width(last, Source("stated"))  # a net of the file's own arrays is made smaller to no other width
    return Width(last, Source("assumed" if last == OUTPUTS else "by elimination"))


def _of_parameters(reading: Reading, candidates: Candidates) -> Source:
    """Return how the shapes are known: the file makes the arrays, or only their names are there."""
    maker = reading.container.maker
    if isinstance(maker, TrainingMaker):
        own = all(one.name in ("X", "Y") for _, one in maker.arguments if isinstance(one, ArrayBinding))
        return Source("stated" if own else "by elimination", _loop(reading))
    if isinstance(maker, CallMaker):
        return Source("stated", place_of(maker.name, candidates) or _place_of_class(maker.name, candidates))
    if isinstance(maker, GlobalsMaker):
        return Source("stated")
    weights = [one for one in reading.structure.parameters if one.kind != "b"]
    biases = [one.shape for one in reading.structure.parameters if one.kind == "b"]
    first = not any(one.transposed for one in weights) and all(len(one) == 2 and one[0] == 1 for one in biases)
    return Source("assumed" if first else "by elimination")  # of the ways in which arrays may lie


def _place_of_class(name: str, candidates: Candidates) -> Place | None:
    found = (one.place for one in candidates.functions_used if (one.name, one.owner) == ("__init__", name))
    return next(found, None)


def _of_rate(reading: Reading, candidates: Candidates) -> Source:
    """Return how the rate is known: by the name of what is given it, by the text, or not at all."""
    if reading.rates or (_loop(reading) is None and is_given_a_rate(reading)):
        names = {*(str(path[-1][1]) for path in reading.rates), *(one.name for one in reading.settings)}
        return Source("stated" if LITERAL_RATE in names else "by name")
    written = next((one.place for one in candidates.loops if one.rate == reading.rate != 1.0), None)
    return Source("assumed") if written is None else Source("stated", written)


# --- what each argument was given ---------------------------------------------------------------------------------


def bindings_of(reading: Reading, candidates: Candidates) -> tuple[Bound, ...]:
    """Return what every argument of the functions that were called was given, and every global name."""
    return (*_of_makers(reading), *_of_steps(reading, candidates), *_of_names(reading))


def _of_makers(reading: Reading) -> Iterator[Bound]:
    maker = reading.container.maker
    if isinstance(maker, CallMaker):
        yield from _of_maker(maker.name, maker.arguments, reading)
    elif isinstance(maker, TrainingMaker):
        every = [maker.owner] if maker.owner is not None else []
        every += [binding for _, binding in maker.arguments if isinstance(binding, MadeBinding)]
        for made in dict.fromkeys((one.name, one.arguments) for one in every):
            yield from _of_maker(*made, reading)
        yield from _of_call(maker.name, maker.arguments, reading)


def _of_maker(name: str, arguments: Sequence[Argument], reading: Reading) -> Iterator[Bound]:
    """Yield what a function that makes parameters is given: sizes by the names of its arguments, or in their order."""
    for one in arguments:
        yield Bound(name, one.name, _value(one.binding, reading), "assumed" if size_of(one.name) is None else "by name")


def _of_call(
    function: str, arguments: Sequence[Argument], reading: Reading, shown: str | None = None
) -> Iterator[Bound]:
    for one in arguments:
        source = reading.sources.get((function, one), Source("by name"))
        where = "" if source.place is None else str(source.place)
        yield Bound(shown or function, one.name, _value(one.binding, reading), source.how, where)


def _of_steps(reading: Reading, candidates: Candidates) -> Iterator[Bound]:
    every = {one.role: one for one in (*reading.forward_steps, *reading.backward_steps)}
    trained = isinstance(reading.container.maker, TrainingMaker)
    for step in every.values():
        if not (trained and step.role == "update"):
            lifted = step.role == "update" and is_lifted(reading.roles.update, candidates)
            yield from _of_call(step.name, step.arguments, reading, BODY if lifted else step.name)
            yield from _defaults(step, reading, candidates)


def _defaults(step: Step, reading: Reading, candidates: Candidates) -> Iterator[Bound]:
    """Yield the arguments of a function that keep the default which its own definition states."""
    function = next((one for one in (*reading.roles.all, *candidates.functions) if one.name == step.name), None)
    if function is not None:
        given = {one.name for one in step.arguments}
        for name in function.arguments:
            if name in function.defaults and name not in given:
                yield Bound(step.name, name, "its default", "stated", str(function.place))


def _of_names(reading: Reading) -> Iterator[Bound]:
    for one in reading.settings:
        yield _global_name(one.name, _value(one.binding, reading))
    for path in reading.rates:
        yield _global_name(str(path[-1][1]), f"{reading.rate:g}")


def _global_name(name: str, value: str) -> Bound:
    if name == LITERAL_RATE:
        return Bound("", "the number that updates multiply by", value, "stated")
    return Bound("", name, value, "by name")


def _value(binding: Binding, reading: Reading) -> str:
    match binding:
        case ArrayBinding(name):
            return name if name in ("X", "Y") else f"the parameter {name}"
        case ValueBinding(value):
            return str(list(value)) if isinstance(value, tuple) else str(value)
        case ParamsBinding():
            return "all parameters"
        case ParamBinding(path):
            found = (one.name for one in reading.structure.parameters if one.path == path)
            return f"the parameter {next(found, path[-1][1])}"
        case ResultBinding(role, path):
            return _part(_returned(role, reading), path)
        case FunctionBinding(name):
            return f"the function {name}"
        case MadeBinding(name, _, path):
            return _part(f"what {name} makes", path)


def _returned(role: str, reading: Reading) -> str:
    every = (*reading.forward_steps, *reading.backward_steps)
    trained = isinstance(reading.container.maker, TrainingMaker)
    if trained and role == "update":
        return "the pass"
    return f"what {next((one.name for one in every if one.role == role), role)} returns"


def _part(whole: str, path: Sequence[tuple[str, str | int]]) -> str:
    """Return a part of something in words: its second part, the one called A1, turned round."""
    for kind, name in path:
        if kind == "item":
            whole = f"part {int(name) + 1} of {whole}"
        elif (kind, name) == ("attribute", "T"):
            whole = f"{whole}, transposed"
        else:
            whole = f"{name} of {whole}"
    return whole
