"""The committed sample is what today's renderer makes of its evidence."""

from __future__ import annotations

import pytest

from tests.places import ROOT
from verify.evidence.records import Evidence
from verify.report import html, markdown
from verify.report.document import document

SAMPLE = ROOT / "reports" / "lab1"


@pytest.fixture(scope="module")
def evidence():
    return Evidence.from_json((SAMPLE / "evidence.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(evidence):
    return document(evidence)


@pytest.mark.slow
def test_its_markdown_is_rendered_from_its_evidence(report):
    assert (SAMPLE / "report.md").read_text(encoding="utf-8") == markdown.text(report)


def test_its_page_says_the_same_as_its_evidence(report):
    def words(page: str) -> list[str]:  # without the pictures: their letters stand where Matplotlib's version puts them
        while "<svg" in page:
            page = page[: page.index("<svg")] + page[page.index("</svg>") + len("</svg>") :]
        return page.splitlines()

    assert words((SAMPLE / "report.html").read_text(encoding="utf-8")) == words(html.page(report))


def test_it_is_of_the_lab_on_the_real_mnist_and_shows_both_trainings(evidence):
    assert evidence.verdict == "correct"
    assert evidence.training.data.name == "MNIST"
    intended, as_written = evidence.training.runs
    assert (intended.updates, round(intended.epochs[-1].test_accuracy, 3)) == (23_450, 0.964)
    assert (as_written.updates, round(as_written.epochs[-1].test_accuracy, 3)) == (350, 0.875)
    assert len(evidence.findings) >= 12


def test_it_holds_no_pixel_of_the_set(evidence):
    assert evidence.training.data.digits == ()
    assert not list(SAMPLE.glob("digits*"))


def test_its_pictures_are_beside_it(report):
    text = (SAMPLE / "report.md").read_text(encoding="utf-8")
    for name in ("kill-matrix", "step-sizes", "learning-curves"):
        assert f"]({name}.svg)" in text
        assert (SAMPLE / f"{name}.svg").exists()
