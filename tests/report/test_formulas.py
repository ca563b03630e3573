"""Formulas become MathML whole, or not at all."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from verify.lab.derivation import derivation
from verify.report.formulas import mathml


@pytest.fixture(scope="module")
def steps():
    return derivation(direct=True)


def test_every_formula_of_the_derivation_is_written_as_mathml(steps):
    for step in steps:
        for latex in (step.left_latex, step.latex, f"= {step.latex}"):
            root = ET.fromstring(mathml(latex))
            assert root.tag.endswith("math")
            assert not [text for text in root.itertext() if "\\" in text or "&" in text]


def test_the_names_of_the_code_are_in_the_formula(steps):
    (dW2,) = [step for step in steps if step.name == "dW2"]
    text = "".join(ET.fromstring(mathml(dW2.latex)).itertext())
    assert text == "A1⊤dZ2"


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{aligned} a &= b \end{aligned}",
        r"\foo{x}",
        "a & b",
        r"a \\ b",
        r"\text{x}",
        r"\href{x}{y}",
        "<script>",
        "$$ x",
        "`x`",
    ],
)
def test_what_is_not_tested_is_refused(latex):
    with pytest.raises(ValueError, match="is not in the tested part of LaTeX"):
        mathml(latex)
