"""How a mistake is named in a layer of a network, and what is said of it."""

from __future__ import annotations

from verify.mistakes.mistake import Mistake, activation_of
from verify.nets.net import ACTIVATIONS, Net


def known_as(mistake: Mistake, net: Net, layer: int) -> str:
    """Return the mistake's name with its layer: dZ2-not-averaged, dZ1-one-minus-A1, dZ1-without-tanh."""
    step = "dZ" if mistake.step == "dZL" else mistake.step
    return f"{step}{layer}-{_filled(mistake.name, net, layer)}"


def sentence_of(mistake: Mistake, net: Net, layer: int) -> str:
    """Return the sentence about a mistake in this layer of this network."""
    sentence = mistake.sentence.replace("{derivative}", _derivative(net, layer))
    if mistake.k is not None:
        sentence = sentence.replace("{k}", f"{float(mistake.k):.4g}")
    return _filled(sentence, net, layer)


def _derivative(net: Net, layer: int) -> str:
    """Return the derivative of the layer's activation as mathematics, for a sentence: 1 - A1^2."""
    name = activation_of(net, layer)
    formula = ACTIVATIONS[name].formula.format(A=f"A{layer}", Z=f"Z{layer}") if name in ACTIVATIONS else ""
    return (formula[1:-1] if formula.startswith("(") else formula).replace("**", "^")


def _filled(template: str, net: Net, layer: int) -> str:
    for placeholder, text in (
        ("{f}", activation_of(net, layer)),
        ("{l}", str(layer)),
        ("{l-1}", str(layer - 1)),
        ("{l+1}", str(layer + 1)),
    ):
        template = template.replace(placeholder, text)
    return template
