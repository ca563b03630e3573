"""Right files, edited: what is true of them is found without verify, and no verdict on them is false (a sample)."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.edits import edits, neutral
from tests.edits.bases import Base, bases, handed_in
from tests.edits.campaign import Case, Said, edited, said, table, told, unchanged
from tests.edits.probes import PROBES
from tests.edits.truth import Truth, truth

COUNT, SEED = 16, 3  # one of each base, of which every fourth is judged here


@pytest.mark.parametrize("name", list(bases()))
def test_every_base_is_right_by_central_differences(name: str) -> None:
    assert truth(name, bases()[name].text) == Truth("right")


def test_every_base_has_a_probe_and_the_styles_are_many() -> None:
    assert set(PROBES) == set(bases())
    assert len(bases()) >= 12


@pytest.mark.parametrize(
    ("name", "before", "after", "word", "why"),
    [
        ("columns_dict_tanh", "(1 - A1 ** 2)", "(1 - A1)", "wrong", "the gradient of W1"),
        ("columns_dict_tanh", "m = X.shape[1]", "m = X.shape[0]", "wrong", "the gradient of W1"),
        ("columns_dict_tanh", '["b1"] - learning', '["b1"] + learning', "wrong", "the update of b1"),
        ("columns_dict_tanh", "rate * grads", "rate * 2 * grads", "not defined", "not at one rate"),
        ("columns_dict_tanh", "randn(n_h, n_x) * 0.1", "randn(n_h, n_x) * 0.2", "right", ""),
        ("columns_dict_tanh", "np.log(A2)", "np.log(A2 - 7)", "not defined", "not finite"),
        ("columns_dict_tanh", ", keepdims=True) / m\n    dA1", ") / m\n    dA1", "wrong", "the gradient of b2"),
        ("rows_tuple_relu", "db2 = dscores.sum(axis=0)", "db2 = dscores.sum(axis=0, keepdims=True)", "wrong", "of b2"),
        ("notebook_rows_tanh", "sum(dZ2, axis=0, keepdims=True)", "sum(dZ2, axis=0)", "not defined", "right but for its shape"),
        ("rows_tuple_relu", "(Z1 > 0)", "(Z1 >= 0)", "right", ""),
        ("notebook_no_bias_loop", "l2_error = l2 - y", "l2_error = 2 * (l2 - y)", "wrong", ""),
        ("deep_dict_loop", "grads[\"dW\" + str(l)] =", "grads[\"dW\" + str(l)] = 1e-6 +", "wrong", "of W1"),
        ("class_attributes_sigmoid", "self.dW2 =", "self.dW2 = getattr(self, 'dW2', 0) +", "wrong", "the update of W2"),
        ("list_of_dicts", "import numpy as np", "import numpy as np\nwhile True: pass", "not defined", "no end"),
    ],
)  # fmt: skip
def test_what_is_true_of_an_edit(
    name: str, before: str, after: str, word: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.edits.truth.SECONDS", 2)
    text = bases()[name].text
    assert before in text
    found = truth(name, text.replace(before, after, 1))
    assert (found.word, why in found.why) == (word, True), found


def test_a_backward_pass_that_stops_on_a_batch_is_never_correct() -> None:
    base = bases()["class_attributes_sigmoid"]
    text = base.text.replace("np.dot(dz2, self.W2.T)", "np.dot(dz2.T, self.W2.T)")
    found = truth(base.name, text)
    assert (found.word, found.stops) == ("not defined", True)
    assert Said(Case(base.name, "transposed", "how", text, found), "correct", "").complaint == "miss"
    driver = truth(
        "columns_dict_tanh", bases()["columns_dict_tanh"].text.replace("params = update(params", "params = upd(params")
    )
    assert (driver.word, driver.stops) == ("not defined", False)


def test_edits_are_of_every_kind_and_of_one_line() -> None:
    base, draw = bases()["class_attributes_sigmoid"], random.Random(1)
    assert {one.kind for one in edits.edits(base)} == set(edits.KINDS)
    for _ in range(20):
        pairs = zip(base.text.splitlines(), edits.drawn(base, draw).text.splitlines(), strict=True)
        assert sum(before != after for before, after in pairs) == 1


@pytest.mark.parametrize("name", list(bases()))
def test_changes_that_change_nothing_are_right(name: str) -> None:
    draw = random.Random(2)
    for _ in range(4):
        one = neutral.drawn(bases()[name], draw)
        assert one.text != bases()[name].text
        assert truth(name, one.text, one.names).word == "right", one


def test_a_seed_gives_the_same_files() -> None:
    assert [one.text for one in edited(2, 9)] == [one.text for one in edited(2, 9)]
    assert [one.text for one in unchanged(2, 9)] == [one.text for one in unchanged(2, 9)]
    assert [one.text for one in edited(2, 9)] != [one.text for one in edited(2, 8)]


def test_what_is_handed_in_says_nothing_of_what_is_true(tmp_path: Path) -> None:
    base = bases()["notebook_rows_tanh"]
    path = handed_in(base, base.text, tmp_path)
    assert path.name == "homework.ipynb"
    from verify.reading.parsing.reading import read

    source = "\n".join(cell.source for cell in read(path).cells)
    assert re.sub(r"\s+", "", re.sub(r"(?m)^#.*$", "", base.text)) == re.sub(r"\s+", "", source)


@pytest.mark.parametrize(
    ("word", "verdict", "complaint"),
    [
        ("wrong", "correct", "miss"), ("right", "wrong", "false alarm"), ("not defined", "correct", ""), ("right", "fault", "fault"),
        ("right", "could not judge", ""), ("wrong", "could not judge", ""), ("not defined", "fault", "fault"), ("wrong", "wrong", ""),
    ],
)  # fmt: skip
def test_what_is_a_miss_and_what_a_false_alarm(word: str, verdict: str, complaint: str) -> None:
    text = bases()["columns_dict_tanh"].text.replace("A2 - Y", "Y - A2")
    one = Said(Case("columns_dict_tanh", "renamed", "how", text, Truth(word)), verdict, "said")  # type: ignore[arg-type]
    assert one.complaint == complaint
    assert "+    dZ2 = Y - A2" in told(one)
    counts = [line[12:].split() for line in table([one]).splitlines()[1:4]]
    assert sum(int(count) for row in counts for count in row) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("made", "first"), [(edited, 0), (unchanged, 2)])
def test_no_verdict_on_a_sample_is_false(made, first: int) -> None:
    for case in made(COUNT, SEED)[first::4]:
        one = said(case)
        assert one.complaint == "", told(one)


def test_a_base_is_what_stands_in_its_file() -> None:
    assert Base("notebook_x", "").is_notebook
    assert not Base("x", "").is_notebook
