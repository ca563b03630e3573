"""`verify report`: where it writes what, exit statuses, evidence rendered again, errors as a contract, Ctrl-C."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import Run, Said, apart, interrupted
from verify import Evidence

pytestmark = pytest.mark.slow

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
TEXTS = {"evidence.json", "report.html", "report.md"}
CHECKED = {f"{name}.{ending}" for name in ("kill-matrix", "step-sizes") for ending in ("svg", "png")}
LEARNED = {"learning-curves.svg", "learning-curves.png"}
DIGITS = {"digits.svg", "digits.png"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def evidence_in(folder: Path) -> Evidence:
    return Evidence.from_json((folder / "evidence.json").read_text(encoding="utf-8"))


def refused(said: Said, expected: str) -> None:
    assert said.status == 2
    assert said.out == ""
    assert said.err.startswith("verify: ")
    assert len(said.err.splitlines()) == 1
    assert expected in said.err
    assert "Traceback" not in said.err


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    """What `verify report --quick` says in a process of its own, and the folder of all reports."""
    out = tmp_path_factory.mktemp("quick") / "reports"
    return apart("report", "--quick", "--out", str(out)), out


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    out = tmp_path_factory.mktemp("trained")
    said = apart("report", "--dataset", "digits", "--epochs", "2", "--out", str(out), "--name", "trained")
    return said, out / "trained"


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where work is begun."""

    def begun(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    for name in ("lab.check.check_network", "lab.check.check_cases", "training.end_to_end.check_training"):
        monkeypatch.setattr(f"verify.{name}", begun)


# What it writes


def test_a_quick_report_says_its_verdict_and_where_it_is(quick: tuple[Said, Path]) -> None:
    said, out = quick
    assert (said.status, said.err) == (0, "")
    first, second = said.out.splitlines()
    assert first == (
        "Correct: dW1, db1, dW2 and db2 are the derivative of the textbook loss: 101,952 entries in 7 cases by symbolic "
        "and exact, 182 of them in 6 cases by balls, central-difference and complex-step. Of 9 cases, 2 are vacuous and "
        "not counted."
    )
    assert second == f"The report is in {out / 'report'}: report.html, report.md, evidence.json."
    assert [path.name for path in out.iterdir()] == ["report"]
    assert set(files(out / "report")) == TEXTS | CHECKED
    evidence = evidence_in(out / "report")
    assert evidence.sentence == first
    assert evidence.training is None
    assert evidence.replay.command == "verify report --quick"
    assert b'<h1 class="good">Correct</h1>' in files(out / "report")["report.html"]


def test_a_whole_report_has_the_made_cases_and_the_training(trained: tuple[Said, Path]) -> None:
    said, folder = trained
    assert said.status == 0
    assert said.err.startswith("NOT MNIST: ")
    assert said.out.startswith("Correct: ")
    assert set(files(folder)) == TEXTS | CHECKED | LEARNED | DIGITS
    evidence = evidence_in(folder)
    assert evidence.training is not None
    assert [run.loop for run in evidence.training.runs] == ["intended", "as-written"]
    assert {case.weights for case in evidence.cases} == {"ordinary", "saturated", "trained"}
    assert len(evidence.cases) > 9
    assert {finding.name for finding in evidence.findings} >= {"eps-in-the-loss", "the-range-runs-over-features"}
    assert evidence.replay.command == "verify report --dataset digits --epochs 2"
    html = files(folder)["report.html"].decode()
    for anchor in ("shown", "gradients", "derivation", "power", "steps", "learning", "findings", "trusted", "replay"):
        assert f'<section id="{anchor}"' in html
    for data in files(folder).values():
        assert str(folder.parent).encode() not in data


def test_a_planted_mistake_exits_with_1_and_the_report_names_it(run: Run, tmp_path: Path) -> None:
    said = run("report", "--quick", "--mistake", "dZ1-one-minus-A1", "--out", str(tmp_path), "--name", "wrong")
    assert said.status == 1
    assert said.out.startswith("Wrong: dW1 and db1 are not the derivative of the textbook loss.\n")
    evidence = evidence_in(tmp_path / "wrong")
    assert [found.name for found in evidence.diagnoses] == ["dZ1-one-minus-A1"]
    assert evidence.replay.command == "verify report --quick --mistake dZ1-one-minus-A1"
    markdown = (tmp_path / "wrong" / "report.md").read_text(encoding="utf-8")
    assert markdown.startswith("# Wrong\n")
    assert "dZ1 = dA1 * (1 - A1)\n" in markdown
    assert "dZ1 = dA1 * (1 - np.square(A1))\n" in markdown


def test_without_digits_there_is_no_picture_of_them_and_no_pixel(
    run: Run, trained: tuple[Said, Path], tmp_path: Path
) -> None:
    _, folder = trained
    words = ("report", "--from", str(folder / "evidence.json"), "--no-digits", "--out", str(tmp_path))
    assert run(*words).status == 0
    found = files(tmp_path / "report")
    assert set(found) == TEXTS | CHECKED | LEARNED
    before = evidence_in(folder)
    assert before.training is not None
    pixels = [row for digit in before.training.data.digits for row in digit.rows if set(row) != {"0"}]
    assert len(pixels) > 50
    assert all(row.encode() in files(folder)["evidence.json"] for row in pixels)
    for content in found.values():
        assert not [row for row in pixels if row.encode() in content]
    for name in ("report.html", "report.md"):
        assert b"digits.svg" not in found[name]
        assert b"First digits" not in found[name]
        assert b"ten first training images" not in found[name]
    assert evidence_in(tmp_path / "report") == before.without_digits()


def test_without_digits_holds_for_a_report_that_is_run_too(run: Run, tmp_path: Path) -> None:
    words = ("report", "--dataset", "digits", "--epochs", "1", "--no-digits", "--out", str(tmp_path))
    assert run(*words).status in (0, 3)
    assert set(files(tmp_path / "report")) == TEXTS | CHECKED | LEARNED
    training = evidence_in(tmp_path / "report").training
    assert training is not None
    assert training.data.digits == ()


# Evidence rendered again


@pytest.mark.usefixtures("never")
def test_evidence_renders_the_same_bytes_and_the_same_status(
    run: Run, quick: tuple[Said, Path], trained: tuple[Said, Path], tmp_path: Path
) -> None:
    for folder, name in ((quick[1] / "report", "quick"), (trained[1], "trained")):
        said = run("report", "--from", str(folder / "evidence.json"), "--out", str(tmp_path), "--name", name)
        assert (said.status, said.err) == (0, "")
        assert files(tmp_path / name) == files(folder)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("verdict", "status"), [("correct", 0), ("wrong", 1), ("could not judge", 3)])
def test_the_status_is_that_of_the_verdict(
    run: Run, quick: tuple[Said, Path], tmp_path: Path, verdict, status: int
) -> None:
    given = replace(evidence_in(quick[1] / "report"), verdict=verdict)
    (tmp_path / "given.json").write_text(given.to_json(), encoding="utf-8")
    assert run("report", "--from", str(tmp_path / "given.json"), "--out", str(tmp_path)).status == status


@pytest.mark.usefixtures("never")
def test_a_report_can_be_rendered_over_itself(run: Run, quick: tuple[Said, Path], tmp_path: Path) -> None:
    before = files(quick[1] / "report")
    (tmp_path / "report").mkdir()
    for name, content in before.items():
        (tmp_path / "report" / name).write_bytes(content)
    (tmp_path / "report" / "report.md").write_text("edited", encoding="utf-8")
    assert run("report", "--from", str(tmp_path / "report" / "evidence.json"), "--out", str(tmp_path)).status == 0
    assert files(tmp_path / "report") == before


# Errors: one line that says what would be right


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("absent.json", "there is no such file; expected an evidence.json that verify wrote"),
        ("folder", "is no file; expected an evidence.json that verify wrote"),
        ("binary", "is no text; expected an evidence.json that verify wrote"),
        ("garbage", "not the evidence of this version: at the top, "),
        ("empty", "not the evidence of this version: at the top, "),
        ("list", "not the evidence of this version: at the top, "),
        ("version", "not the evidence of this version: at schema, "),
        ("more", "not the evidence of this version: at more, "),
        ("verdict", "not the evidence of this version: at verdict, "),
        ("worst", "not the evidence of this version: at summary.0.entries, "),
        ("deep", "not the evidence of this version: "),
    ],
)
def test_what_is_no_evidence_is_refused(
    run: Run, quick: tuple[Said, Path], tmp_path: Path, name: str, expected: str
) -> None:
    told = json.loads((quick[1] / "report" / "evidence.json").read_text(encoding="utf-8"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    others = {
        "garbage": "nonsense\nof two lines",
        "empty": "",
        "list": "[]",
        "version": json.dumps({**told, "schema": "verify-evidence/2"}),
        "more": json.dumps({**told, "more": 1}),
        "verdict": json.dumps({**told, "verdict": "<b>fine</b>"}),
        "worst": json.dumps({**told, "summary": [{**told["summary"][0], "entries": "many"}]}),
        "deep": "[" * 100_000,
    }
    for file, content in others.items():
        (tmp_path / file).write_text(content, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    refused(run("report", "--from", str(tmp_path / name), "--out", str(tmp_path)), expected)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *((("--name", name), "expected the name of a folder: letters, digits, and - _ . between them") for name in
          ("../x", "", ".", "..", "a/b", "/x", " x", "x ", "-x", ".x", "a\\b", "a\nb", "x\n", "a:b", "\x1b[31m")),
        (("--out", ""), "--out: expected a folder, got nothing"),
        (("--epochs", "0"), "--epochs 0: expected a whole number of epochs from 1 to 10000"),
        (("--dataset", "mnits"), "--dataset mnits: expected one of auto, mnist, digits, did you mean mnist?"),
        (("--mistake", "dZ2-double"), "--mistake dZ2-double: no such mistake, did you mean dZ2-doubled?"),
        *(((option,), f"Option '{option}' requires an argument") for option in
          ("--out", "--name", "--data", "--dataset", "--epochs", "--mistake", "--from")),
        (("extra",), "extra"),
        (("--form", "x"), "No such option"),
        (("--data", "x", "--dataset", "digits"), "expected only one of the two"),
        (("--data", "absent.npz"), "no such file"),
        (("--data", ""), "--data: expected a path, got nothing"),
        (("--from", ""), "--from: expected a path, got nothing"),
    ],
    ids=lambda v: " ".join(v)[:40] if isinstance(v, tuple) else "",
)  # fmt: skip
def test_what_is_wrong_is_refused_before_any_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(run("report", *words), expected)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    "words", [("--mistake", "dZ2-doubled"), ("--quick",), ("--data", "x"), ("--dataset", "digits"), ("--epochs", "3")]
)
def test_from_stands_alone(run: Run, quick: tuple[Said, Path], tmp_path: Path, words: tuple[str, ...]) -> None:
    given = str(quick[1] / "report" / "evidence.json")
    refused(
        run("report", "--from", given, *words, "--out", str(tmp_path)),
        "--from: renders evidence that is there already; leave",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("never")
def test_a_folder_of_something_else_is_refused_before_any_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    refused(run("report", "--out", str(tmp_path / "file")), "nothing can be written into file; give another --out")
    refused(run("report", "--out", str(tmp_path), "--name", "file"), "is a file or a link; expected a folder")
    refused(
        run("report", "--out", str(tmp_path), "--name", "thesis"), "holds chapter.txt; only an older report is replaced"
    )
    assert (tmp_path / "thesis" / "chapter.txt").read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 2


def test_names_of_every_language_are_names(run: Run, quick: tuple[Said, Path], tmp_path: Path) -> None:
    for name in ("Übung 1", "lab-1_v2.final", "演習"):
        given = str(quick[1] / "report" / "evidence.json")
        assert run("report", "--from", given, "--out", str(tmp_path), "--name", name).status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"Übung 1", "lab-1_v2.final", "演習"}


def test_help_states_every_option(run: Run) -> None:
    said = run("report", "--help")
    assert (said.status, said.err) == (0, "")
    for option in ("out", "name", "quick", "data", "dataset", "epochs", "mistake", "no-digits", "from"):
        assert f"--{option} " in said.out


# Ctrl-C


@POSIX
def test_ctrl_c_during_the_training_reports_what_was_learned_and_exits_with_130(tmp_path: Path) -> None:
    said = interrupted(1, "report", "--dataset", "digits", "--epochs", "10000", "--out", str(tmp_path))
    assert said.status == 130
    assert "Traceback" not in said.out + said.err
    assert "Ctrl-C: ends after this epoch and keeps what was learned; once more ends at once." in said.err
    assert said.out.startswith("Interrupted after epoch 5")
    evidence = evidence_in(tmp_path / "report")
    assert evidence.interrupted
    for name in ("report.html", "report.md"):
        told = (tmp_path / "report" / name).read_text(encoding="utf-8")
        assert "Interrupted after epoch 5" in told
        assert "intended: interrupted, after epoch 5" in told
        assert "Traceback" not in told


@POSIX
def test_ctrl_c_twice_leaves_no_report(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    said = interrupted(2, "report", "--dataset", "digits", "--epochs", "10000", "--out", str(out))
    assert (said.status, said.out) == (130, "")
    assert said.err.splitlines()[-1] == "verify: interrupted"
    assert not out.exists() or not list(out.iterdir())
