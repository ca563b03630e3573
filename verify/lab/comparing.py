"""A network under test, run at the points that an oracle knows, and compared there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verify.balls.refusal import NoBalls
from verify.evidence.records import Comparison
from verify.exact.numbers import NotExpressible
from verify.judgement.comparison import WORDS, Gradients, without_numbers
from verify.judgement.comparison import compare as compare_gradients
from verify.judgement.messages import Subject, stopped
from verify.lab.handwritten import Network
from verify.nets.cases import Case
from verify.oracles.base import Known

WHO: Final = "backward"


def handwritten(network: Network, known: Known) -> Gradients:
    """Return what the handwritten `backward` gives at the oracle's point, after its own `forward`."""
    outputs = network.forward(known.params, known.X)[1]
    return network.backward(known.X, known.params, outputs, known.Y)


def compare(
    oracle: str, points: list[Known], network: Network, case: Case, vacuous: Mapping[str, bool]
) -> list[Comparison]:
    """Return one comparison a parameter: the worst of all points at which the oracle knows the gradient."""
    subject = Subject(WHO, {"m": case.m, "n_y": case.sizes[-1]})
    try:
        results = [(known, handwritten(network, known)) for known in points]
    except (NotExpressible, NoBalls) as missing:
        return does_not_apply(oracle, case, missing)
    except MemoryError:
        raise  # the machine's, not the network's
    except Exception as error:
        _, wrong = WORDS[points[0].kind]
        said = stopped(subject, error)
        return [
            without_numbers(oracle, name, wrong, value.size, points[0].note, said)
            for name, value in case.params.items()
        ]
    return compare_gradients(oracle, results, subject, case.params, vacuous)


def does_not_apply(oracle: str, case: Case, why: NotExpressible | NoBalls) -> list[Comparison]:
    """Return *could not judge* for every parameter, with the reason."""
    note = f"balls do not apply: {why}" if isinstance(why, NoBalls) else f"exact numbers can't express {why}"
    return [without_numbers(oracle, name, "could not judge", v.size, note) for name, v in case.params.items()]
