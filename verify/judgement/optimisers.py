"""The rules by which known optimisers make steps of gradients; which of them gave the steps that were seen.

With g the gradient and s what is taken from the parameters, in pass t = 1, 2, ..., all states 0 before the first:

- momentum: s_t = beta s_{t-1} + alpha g_t;
- Nesterov: s_t = beta s_{t-1} + alpha ((1 + beta) g_t - beta g_{t-1});
- Adagrad: s_t = alpha g_t / (sqrt(v_t) + eps), v_t = v_{t-1} + g_t^2;
- RMSprop: the same with v_t = beta v_{t-1} + (1 - beta) g_t^2;
- Adam: s_t = alpha m_t / (sqrt(v_t) + eps), m_t = beta_1 m_{t-1} + (1 - beta_1) g_t, v_t as in RMSprop with beta_2,
  both or neither over 1 - beta^t.

Sources: Sutskever et al. 2013 (momentum, Nesterov), Duchi et al. 2011 (Adagrad), Tieleman and Hinton 2012 (RMSprop),
Kingma and Ba 2015 (Adam). eps may stand under the root, and with corrected moments also beside the uncorrected root.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array

_NEAR: Final = 1e-9  # of the largest entry: what is left of a step when a rule is taken away
_WRITTEN: Final = 1e-6  # a beta that is found is one that is written, up to this
_SMALL: Final = 1e-3  # an eps is no larger
_DECAYS: Final = 0.3  # a beta is no smaller
_MOST: Final = 8  # numbers of each kind that are tried


PLAIN: Final = "gradient descent"
_FEWEST: Final = 5  # passes: of one parameter alone, three numbers are fitted


class Rule(NamedTuple):
    """A known optimiser, and the numbers that it was found with, in words."""

    name: str
    numbers: str

    def __str__(self) -> str:
        """Return both: Adam (beta_1 = 0.9, beta_2 = 0.999, eps = 1e-08)."""
        return f"{self.name} ({self.numbers})" if self.numbers else self.name


def rule_of(
    gradients: Sequence[Sequence[Array]], steps: Sequence[Sequence[Array]], numbers: Collection[float]
) -> Rule | None:
    """Return the rule that makes these steps of these gradients, in the passes from the first on, or None.

    Of every pass there is a row of each parameter. All follow one rule, or some are moved along their gradients alone.
    `numbers` are those that the code holds: a beta or an eps is one of them. The rate is what fits; it is positive.
    """
    if len(steps) < _FEWEST or not all(np.all(np.isfinite(one)) for row in (*gradients, *steps) for one in row):
        return None
    every = range(len(steps[0]))
    together = _one_rule(_of(gradients, every), _of(steps, every), numbers)
    if together is not None:
        return together
    found = [_one_rule(_of(gradients, [place]), _of(steps, [place]), numbers) for place in every]
    plain = [place for place, one in enumerate(found) if one is not None and one.name == PLAIN]
    if plain and not _is_multiple(_of(steps, plain), _of(gradients, plain)):
        return None  # at several rates
    others = {one for one in found if one is None or one.name != PLAIN}
    return others.pop() if len(others) == 1 else None


def _of(rows: Sequence[Sequence[Array]], places: Iterable[int]) -> list[Array]:
    """Return of every pass what belongs to some of the parameters, in one row."""
    places = list(places)
    return [np.concatenate([row[place] for place in places]) for row in rows]


def _one_rule(gradients: Sequence[Array], steps: Sequence[Array], numbers: Collection[float]) -> Rule | None:
    found = _linear(gradients, steps, numbers)
    if found is not None:
        return found
    adaptive = _adaptive(gradients, numbers)
    return next((rule for rule, expected in adaptive if _is_multiple(steps, expected)), None)


def _linear(gradients: Sequence[Array], steps: Sequence[Array], numbers: Collection[float]) -> Rule | None:
    """Return plain steps, momentum or Nesterov's, where each step is so made of the one before it and of gradients."""
    if _is_multiple(steps, gradients):
        return Rule(PLAIN, "")
    scales = [_largest(one) for one in steps[1:]]  # every pass counts as much as every other
    before, taken = _scaled(steps[:-1], scales), _scaled(steps[1:], scales)
    here, last = _scaled(gradients[1:], scales), _scaled(gradients[:-1], scales)
    beta, alpha, rest = np.linalg.lstsq(np.stack([before, here, last], axis=1), taken, rcond=None)[0]
    written = any(abs(beta - one) <= _WRITTEN for one in numbers if 0 < one < 1)
    if not written or alpha <= 0 or not _near(taken, beta * before + alpha * here + rest * last):
        return None
    if not _near(steps[0], alpha * gradients[0]):
        return None
    if abs(rest) <= _NEAR * alpha:
        return Rule("momentum", f"beta = {beta:.6g}")
    if abs(rest + beta * alpha / (1 + beta)) <= _NEAR * alpha:
        return Rule("Nesterov's momentum", f"beta = {beta:.6g}")
    return None


def _adaptive(gradients: Sequence[Array], numbers: Collection[float]) -> Iterator[tuple[Rule, list[Array]]]:
    """Yield every adaptive rule with the numbers at hand, and the steps that it makes at the rate 1."""
    betas = sorted({one for one in numbers if _DECAYS <= one < 1})[:_MOST]
    small = sorted({one for one in numbers if 0 < one <= _SMALL})[:_MOST]
    sums = [*np.cumsum([g * g for g in gradients], axis=0)]
    for eps, under in product([0.0, *small], (False, True)):
        yield Rule("Adagrad", f"eps = {eps:g}"), _over(gradients, sums, eps, under)
        for second in betas:
            v = _averages([g * g for g in gradients], second)
            yield Rule("RMSprop", f"beta = {second:g}, eps = {eps:g}"), _over(gradients, v, eps, under)
            for first in betas:
                if first < second or len(betas) == 1:
                    told = f"beta_1 = {first:g}, beta_2 = {second:g}, eps = {eps:g}"
                    m = _averages(gradients, first)
                    yield Rule("Adam without its corrections", told), _over(m, v, eps, under)
                    exact = _corrected(m, first), _corrected(v, second)
                    yield Rule("Adam", told), _over(*exact, eps, under)
                    yield Rule("Adam", told), _over(exact[0], exact[1], eps, under, second)


def _averages(values: Sequence[Array], beta: float) -> list[Array]:
    """Return the running averages beta a + (1 - beta) x, from 0 on."""
    found: list[Array] = []
    for value in values:
        found.append((beta * found[-1] if found else 0.0) + (1 - beta) * value)
    return found


def _corrected(averages: Sequence[Array], beta: float) -> list[Array]:
    return [one / (1 - beta**t) for t, one in enumerate(averages, 1)]


def _over(
    values: Sequence[Array], squares: Sequence[Array], eps: float, under: bool, beta: float | None = None
) -> list[Array]:
    """Return each value over the root of its square and eps; with a beta, eps stands beside the uncorrected root."""
    found = []
    for t, (value, square) in enumerate(zip(values, squares, strict=True), 1):
        beside = eps if beta is None else eps / np.sqrt(1 - beta**t)
        root = np.sqrt(square + beside) if under else np.sqrt(square) + beside
        with np.errstate(all="ignore"):
            found.append(np.where(value == 0, 0.0, value / root))
    return found


def _is_multiple(steps: Sequence[Array], expected: Sequence[Array]) -> bool:
    """Whether all steps are the expected ones times one positive rate."""
    scales = [_largest(one) for one in steps]
    taken, made = _scaled(steps, scales), _scaled(expected, scales)
    if not np.all(np.isfinite(made)) or not np.any(made):
        return False
    with np.errstate(all="ignore"):
        rate = float(taken @ made / (made @ made))
    return rate > 0 and _near(taken, rate * made)


def _largest(values: Array) -> float:
    return max(float(np.max(np.abs(values), initial=0.0)), 1e-300)


def _scaled(rows: Sequence[Array], scales: Sequence[float]) -> Array:
    with np.errstate(all="ignore"):
        return np.concatenate([row / scale for row, scale in zip(rows, scales, strict=True)])


def _near(first: Array, second: Array) -> bool:
    return bool(np.max(np.abs(first - second)) <= _NEAR * _largest(first))
