"""What a row of the catalogue is: a step, the wrong right side as source text, where it applies, and a sentence.

The text is written in canonical names, those of a layer l of a network whose rows are samples:

    right                       what the step should be; the only name in a mistake of kind `gradient`
    A, A_prev, Z, Z_prev, W     A_l, A_{l-1}, Z_l, Z_{l-1}, W_l
    W_next, dZ_next, dW_next    W_{l+1}, dZ_{l+1}, dW_{l+1}
    dA, dZ                      dA_l, dZ_l, as far as they are computed before the step
    Y, Yhat, m, K               targets, output, number of samples, number of outputs
    c, decay, rate              the factor in front of the loss, of W in dW (from a penalty), the learning rate
    k                           a constant of whoever makes the mistake
    slope                       f_l'(Z_l), written in Z and A;
    slope_at_A, slope_from_Z    the same at A_l instead of Z_l, and with Z_l put in for A_l in its formula
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from verify.nets.net import Net

Step = Literal["dZL", "dW", "db", "dA", "dZ", "gradient"]  # dZL: dZ of the last layer; gradient: any array of any code
Place = tuple[str, int]  # a step and its layer


@dataclass(frozen=True)
class When:
    """Where a mistake has a meaning: for which activations, in which layers, and whether a penalty is needed."""

    activation: tuple[str, ...] = ()  # one of these; any, where it is empty
    other_than: tuple[str, ...] = ()
    layers: Literal["all", "all but the first", "hidden", "last hidden"] = "all"
    penalty: bool = False

    def holds(self, net: Net, layer: int, *, penalty: bool) -> bool:
        """Whether it has a meaning in this layer of this network, whose loss has a penalty or none."""
        name, hidden = activation_of(net, layer), len(net.hidden)
        fits = {"all": True, "all but the first": layer > 1, "hidden": layer <= hidden, "last hidden": layer == hidden}
        return (
            (not self.activation or name in self.activation)
            and name not in self.other_than
            and fits[self.layers]
            and (penalty or not self.penalty)
        )


@dataclass(frozen=True)
class Mistake:
    """One known mistake: `wrong` stands where the right side of `step` should.

    In the name and in the sentence `{f}`, `{l}`, `{l-1}` stand for the activation and the numbers of the layers,
    in the sentence `{derivative}` and `{k}` for the activation's derivative and the constant.
    """

    step: Step
    name: str
    wrong: str
    sentence: str
    when: When = When()
    k: Fraction | None = None


def activation_of(net: Net, layer: int) -> str:
    """Return the name of f_l."""
    return net.hidden[layer - 1] if layer <= len(net.hidden) else net.output


def places(depth: int) -> list[Place]:
    """Return every step of a network of this depth, from the output back."""
    found: list[Place] = []
    for layer in range(depth, 0, -1):
        found += [("dZL", layer)] if layer == depth else [("dA", layer), ("dZ", layer)]
        found += [("dW", layer), ("db", layer)]
    return found
