"""In a notebook an Evidence shows itself."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.there import there
from verify.integrations import display
from verify.lab.check import check_network
from verify.lab.planting import BY_NAME
from verify.nets.cases import make_case


@pytest.fixture(scope="module")
def right():
    return check_network(cases=[make_case((2, 3, 2), 3)], oracles=("exact", "complex-step"))


def test_the_html_holds_the_verdict_and_the_table_and_nothing_that_runs(right):
    root = ET.fromstring(display.html(right).strip())
    assert (
        "".join(there(root.find("p")).itertext())
        == "dW1, db1, dW2 and db2 are the derivative of the textbook loss: 17 entries in 1 case by exact and complex-step."
    )
    rows = ["".join(row.itertext()).split() for row in root.iter("tr")]
    assert [row[:2] for row in rows[1:3]] == [["dW1", "exact"], ["dW1", "complex-step"]]
    assert not list(root.iter("script"))


def test_the_markdown_holds_the_same(right):
    text = display.markdown(right)
    assert text.startswith("**dW1, db1, dW2 and db2 are the derivative")
    assert "| `dW1` | exact | identical |" in text


@pytest.mark.slow
def test_a_wrong_one_says_so():
    wrong = check_network(cases=[make_case((2, 3, 2), 3)], oracles=("exact",), mistake=BY_NAME["dW2-sign"])
    assert "dW2 is not the derivative of the textbook loss" in display.html(wrong)
    assert "dW2 is not the derivative of the textbook loss" in display.markdown(wrong)
