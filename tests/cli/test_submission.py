"""`verify` about somebody's own code: what goes to the judge, what comes out, and refusals in one line."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.command_line import Run, Said
from verify import Evidence
from verify.errors import BadInput
from verify.evidence.records import Replay, Verdict
from verify.evidence.submission import Offer, Setting, Submission
from verify.reading.wiring.conventions import CHOICES, KEYS, read_convention
from verify.sandbox import cage
from verify.submissions.explanation.convention_text import convention_text

TOLD = (
    Setting("backward", "rückwärts", "by name"), Setting("samples", "columns", "told"), Setting("outputs", "10", "stated"),
)  # fmt: skip
OWN = ["convention", "forward", "backward", "loss", "update", "init", "class", "samples", "labels", "outputs", "timeout",
       "memory", "require-cage"]  # fmt: skip
VALUES = {
    "samples": "rows",
    "labels": "flat",
    "outputs": "3",
    "timeout": "5",
    "memory": "512",
    "require-cage": "rlimits",
}


def evidence(verdict: Verdict = "correct", convention: tuple[Setting, ...] = TOLD) -> Evidence:
    """Evidence of a submission, as a judge gives it."""
    own = Submission(
        "student.py", "py", "c0ffee", (), (), convention, 3, (), (), (), "rlimits", ("memory",), "is sound"
    )
    return Evidence(
        "student.py", verdict, f"{verdict.capitalize()}: so it is.", (), (), (), (), {}, (), (), (), (),
        Replay("verify grads student.py", 42, {}, {}), submission=own,
    )  # fmt: skip


class Judge:
    """Stands for the judge: keeps what it was asked, and answers or raises what it is told to."""

    def __init__(self) -> None:
        self.answer: Evidence | BaseException = evidence()
        self.asked: dict[str, Any] = {}

    def __call__(self, path: Path, **given: Any) -> Evidence:
        self.asked = {"path": path, **given}
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    made, module = Judge(), ModuleType("verify.submissions.judge")
    module.check_submission = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "verify.submissions.judge", module)
    return made


def refused(said: Said, expected: str) -> None:
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("verify: ")
    assert len(said.err.splitlines()) == 1
    assert expected in said.err


# What goes to the judge


def test_the_judge_gets_the_path_and_the_usual_limits(run: Run, judge: Judge) -> None:
    assert run("grads", "some/student.py").status == 0
    assert judge.asked == {
        "path": Path("some/student.py"), "convention": {}, "level": None, "seconds": 20.0, "memory": 2048,
        "command": "verify grads student.py", "seed": None,
    }  # fmt: skip


def test_every_option_reaches_the_judge_and_the_replay(run: Run, judge: Judge) -> None:
    words = ["--forward", "f", "--backward", "b", "--loss", "l", "--update", "u", "--init", "i", "--class", "C",
             "--samples", "vector", "--labels", "integers-column", "--outputs", "7"]  # fmt: skip
    limits = ["--timeout", "1.5", "--memory", "512", "--require-cage", "landlock"]
    assert run("grads", "student.py", *words, *limits, "--seed", "7").status == 0
    assert judge.asked["convention"] == {
        "forward": "f", "backward": "b", "loss": "l", "update": "u", "init": "i", "class": "C", "samples": "vector",
        "labels": "integers-column", "outputs": "7",
    }  # fmt: skip
    assert (judge.asked["level"], judge.asked["seconds"], judge.asked["memory"]) == ("landlock", 1.5, 512)
    assert judge.asked["seed"] == 7
    assert judge.asked["command"] == f"verify grads student.py {' '.join(words)} {' '.join(limits)}"


def test_options_win_over_the_convention_file(run: Run, judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "my convention.toml"
    path.write_text('samples = "rows"\nlabels = "flat"\noutputs = 3\n', encoding="utf-8")
    assert run("grads", "a b.ipynb", "--convention", str(path), "--samples", "columns").status == 0
    assert judge.asked["convention"] == {"samples": "columns", "labels": "flat", "outputs": "3"}
    expected = "verify grads 'a b.ipynb' --convention 'my convention.toml' --samples columns"
    assert judge.asked["command"] == expected
    assert str(tmp_path) not in judge.asked["command"]


# What comes out


@pytest.mark.parametrize(("verdict", "status"), [("correct", 0), ("wrong", 1), ("could not judge", 3)])
def test_the_exit_status_is_that_of_the_verdict(run: Run, judge: Judge, verdict: Verdict, status: int) -> None:
    judge.answer = evidence(verdict)
    said = run("grads", "student.py")
    assert (said.status, said.err) == (status, "")
    assert said.out.splitlines()[0] == "Gradients of student.py"
    assert said.out.splitlines()[2] == f"{verdict.capitalize()}: so it is."


def test_json_on_standard_output_stands_alone(run: Run, judge: Judge) -> None:
    said = run("grads", "student.py", "--json", "-")
    assert said.out == evidence().to_json()
    assert json.loads(said.out)["submission"]["file"] == "student.py"


def test_the_convention_on_standard_output_stands_alone_and_is_read_back(
    run: Run, judge: Judge, tmp_path: Path
) -> None:
    said = run("grads", "student.py", "--write-convention", "-")
    assert said.status == 0
    path = tmp_path / "c.toml"
    path.write_text(said.out, encoding="utf-8")
    assert read_convention(path) == {"backward": "rückwärts", "samples": "columns", "outputs": "10"}


def test_the_convention_to_a_path_is_written_beside_what_is_shown(run: Run, judge: Judge, tmp_path: Path) -> None:
    path, other = tmp_path / "c.toml", tmp_path / "e.json"
    said = run("grads", "student.py", "--write-convention", str(path), "--json", str(other))
    assert said.out.startswith("Gradients of student.py\n")
    assert path.read_text(encoding="utf-8") == convention_text(evidence())
    assert other.read_text(encoding="utf-8") == evidence().to_json()


def test_what_the_judge_refuses_is_one_line(run: Run, judge: Judge) -> None:
    judge.answer = BadInput("x.py: there is no such file; expected a Python file (.py)\n\x1b[31m")
    refused(run("grads", "x.py"), "x.py: there is no such file; expected a Python file (.py) \\x1b[31m")


def test_ctrl_c_is_one_line_and_exits_with_130(run: Run, judge: Judge) -> None:
    judge.answer = KeyboardInterrupt()
    said = run("grads", "student.py")
    assert (said.status, said.out, said.err.strip()) == (130, "", "verify: interrupted")


# The report


def test_a_report_about_a_submission_has_its_name_and_no_training(run: Run, judge: Judge, tmp_path: Path) -> None:
    judge.answer = evidence("wrong")
    said = run("report", "in/lab1 (1).ipynb", "--out", str(tmp_path), "--samples", "rows", "--timeout", "3")
    assert (said.status, said.err) == (1, "")
    folder = tmp_path / "lab1-1"
    assert said.out.splitlines() == [
        "Wrong: so it is.",
        f"The report is in {folder}: report.html, report.md, evidence.json.",
    ]
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.md", "evidence.json"}
    assert judge.asked["command"] == "verify report 'lab1 (1).ipynb' --samples rows --timeout 3"
    assert judge.asked["seed"] is None
    assert "Gradients of student.py" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_report_about_a_submission_is_replayed_by_its_seed(run: Run, judge: Judge, tmp_path: Path) -> None:
    assert run("report", "student.py", "--out", str(tmp_path), "--seed", "7").status == 0
    assert (judge.asked["command"], judge.asked["seed"]) == ("verify report student.py", 7)


def test_a_seed_is_refused_in_a_report_about_the_lab(run: Run) -> None:
    refused(run("report", "--seed", "7"), "--seed: is about a submission; expected verify report SUBMISSION --seed ...")


def test_a_report_takes_another_name_and_is_rendered_again_from_its_evidence(
    run: Run, judge: Judge, tmp_path: Path
) -> None:
    assert run("report", "student.py", "--out", str(tmp_path), "--name", "first").status == 0
    path = tmp_path / "first" / "evidence.json"
    assert run("report", "--from", str(path), "--out", str(tmp_path), "--name", "second").status == 0
    for name in ("report.html", "report.md", "evidence.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.mark.parametrize(("file", "folder"), [("...py", "submission"), ("-x-.py", "x"), ("été 1.py", "été-1")])
def test_a_strange_name_becomes_the_name_of_a_folder(
    run: Run, judge: Judge, tmp_path: Path, file: str, folder: str
) -> None:
    assert run("report", "--out", str(tmp_path), "--", file).status == 0
    assert [path.name for path in tmp_path.iterdir()] == [folder]


# Cages


def test_cage_says_what_is_offered_and_exits_with_0(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = tuple(Offer(level, level == "rlimits", "not here", ("a",), ("b",)) for level in cage.LEVELS)
    monkeypatch.setattr("verify.sandbox.cage.offers", lambda: offered)
    said = run("cage")
    assert (said.status, said.err) == (0, "")
    assert [said.out.index(f"\n{level}: ") for level in cage.LEVELS] == sorted(
        said.out.index(f"\n{level}: ") for level in cage.LEVELS
    )
    assert "\nrlimits: available, and used\n" in said.out


# Refusals


@pytest.mark.parametrize("command", ["grads", "report"])
@pytest.mark.parametrize("name", OWN)
def test_what_is_about_a_submission_is_refused_without_one(run: Run, command: str, name: str) -> None:
    said = run(command, f"--{name}", VALUES.get(name, "x"))
    refused(said, f"--{name}: is about a submission; expected verify {command} SUBMISSION --{name} ...")


@pytest.mark.parametrize(
    "words",
    [
        *(("grads", *more) for more in (("--mistake", "db2-mean"), ("--sizes", "2,3,2"), ("--batch", "3"),
                                        ("--oracle", "exact"))),
        *(("report", *more) for more in (("--mistake", "db2-mean"), ("--data", "x"), ("--dataset", "auto"),
                                         ("--epochs", "50"), ("--quick",), ("--from", "e.json"), ("--no-digits",))),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_about_the_lab_is_refused_with_a_submission(run: Run, judge: Judge, words: tuple[str, ...]) -> None:
    refused(run(words[0], "student.py", *words[1:]), f"{words[1]}: is about the lab's own network; leave it out")
    assert judge.asked == {}


ERRORS = [
    (("--samples", "row"), "--samples row: expected one of rows, columns, vector, did you mean rows?"),
    (("--labels", "onehot"), "--labels onehot: expected one of one-hot, integers, integers-column, flat, did you mean"),
    (("--outputs", "0"), "--outputs 0: expected a whole number from 1 to 10000"),
    (("--outputs", "x"), "'--outputs'"),
    (("--forward", "Net.forward"), "--forward Net.forward: expected the name of a function or method, without its class"),
    (("--class", "for"), "--class for: expected the name of a class"),
    (("--backward", ""), "--backward : expected the name of a function"),
    (("--timeout", "0"), "--timeout 0: expected a number of seconds above 0"),
    (("--timeout", "nan"), "--timeout nan: expected a number of seconds above 0"),
    (("--timeout", "inf"), "--timeout inf: expected a number of seconds above 0"),
    (("--memory", "1"), "--memory 1: expected a whole number of MiB from 256 to 1048576"),
    (("--require-cage", "landlok"), "--require-cage landlok: expected one of bubblewrap, landlock, user, rlimits, did you mean"),
    (("--convention", ""), "--convention: expected a path, got nothing"),
    (("--convention", "absent.toml"), "absent.toml: there is no such file; expected a convention in TOML"),
    (("--write-convention", ""), "--write-convention: expected the path of a file to write, or - for standard output"),
    (("--write-convention", "no/folder/c.toml"), "there is no folder no/folder"),
    (("--write-convention", "-", "--json", "-"), "--write-convention: standard output is where --json writes"),
    (("--seed", "-1"), "--seed -1: expected a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"), ERRORS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_an_option_that_means_nothing_is_refused_before_any_work(
    run: Run, judge: Judge, words: tuple[str, ...], expected: str
) -> None:
    refused(run("grads", "student.py", *words), expected)
    assert judge.asked == {}


@pytest.mark.parametrize("command", ["grads", "report"])
def test_no_path_at_all_is_refused(run: Run, judge: Judge, command: str) -> None:
    refused(run(command, ""), "SUBMISSION: expected a path, got nothing")


# Conventions as TOML


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('smaples = "rows"', "smaples: no such key; expected one of forward, backward, loss, update, init, class, samples, "
                             "labels, outputs, did you mean samples?"),
        ('samples = "row"', "samples = row: expected one of rows, columns, vector, did you mean rows?"),
        ("samples = 3", "samples = 3: expected one of rows, columns, vector"),
        ('labels = ["one-hot"]', "labels = ['one-hot']: expected one of one-hot"),
        ('outputs = "10"', "outputs = 10: expected a whole number from 1 to 10000, like 10"),
        ("outputs = true", "outputs = true: expected a whole number"),
        ("outputs = 1.5", "outputs = 1.5: expected a whole number"),
        (f"outputs = 0x{'f' * 9000}", "outputs = (a very large number): expected a whole number"),
        (f"outputs = {'9' * 6000}", "is not TOML (a value is too large or too deep)"),
        (f"forward = {'[' * 100_000}", "is not TOML (a value is too large or too deep)"),
        ('forward = "a b"', "forward = a b: expected the name of a function or method, without its class"),
        ('forward = "lambda"', "forward = lambda: expected the name of a function"),
        ("[class]", "class = {}: expected the name of a class"),
        ("samples", "is not TOML (Expected '=' after a key"),
        (f'loss = "{"x y" * 100}"', f"loss = {('x y' * 100)[:60]}...: expected"),
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_convention_that_tells_nothing_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_convention(written(tmp_path, text))
    assert expected in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "c.toml"))


def test_a_convention_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is no text; expected a convention in TOML"):
        read_convention(tmp_path / "c.toml")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_its_comment_and_is_read_back(tmp_path: Path, key: str) -> None:
    for value in CHOICES.get(key, ("10",) if key == "outputs" else ("f", "été", "変換", "_x9")):
        text = convention_text(evidence(convention=(Setting(key, value, "by name"),)))
        assert all(f"# {meaning}\n" in text for meaning in KEYS.values())
        assert read_convention(written(tmp_path, text)) == {key: value}


@pytest.mark.parametrize("key", KEYS)
def test_a_line_that_is_not_told_can_be_told_by_taking_its_sign_away(tmp_path: Path, key: str) -> None:
    lines = convention_text(evidence(convention=())).splitlines()
    assert read_convention(written(tmp_path, "\n".join(lines))) == {}
    told = [line.removeprefix("# ") if line.startswith(f"# {key} = ") else line for line in lines]
    assert list(read_convention(written(tmp_path, "\n".join(told)))) == [key]


HOSTILE = [
    'f"\nsamples = "rows',
    "a\nb = 1",
    "\x1b[31m",
    "\u202e",
    "x\\",
    '"""',
    "\r",
    "\x00",
    "\udc80",
    "𝒇 '",
    "# x",
    "\u2028y = 1",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("key", [*KEYS, "parameters"])
def test_no_text_from_outside_gets_out_of_its_comment(tmp_path: Path, key: str, name: str) -> None:
    settings = (Setting(key, name, "by name"), Setting(name, name, "implied"))
    made = evidence(convention=settings)
    assert made.submission is not None
    text = convention_text(replace(made, submission=replace(made.submission, file=name)))
    assert read_convention(written(tmp_path, text)) == {}
    assert all(sign.isprintable() or sign == "\n" for sign in text)
    assert all(line.startswith("#") or not line for line in text.split("\n"))


def test_what_is_implied_is_not_told(tmp_path: Path) -> None:
    text = convention_text(
        evidence(convention=(Setting("loss", "mse", "implied"), Setting("network", "tanh", "by its numbers")))
    )
    assert read_convention(written(tmp_path, text)) == {}
    assert "# implied: mse\n" in text
    assert "# network: tanh\n" in text


def test_evidence_of_the_lab_has_no_convention() -> None:
    with pytest.raises(BadInput, match="not about a submission"):
        convention_text(replace(evidence(), submission=None))
