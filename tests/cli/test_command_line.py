"""The command line: exit statuses, what goes where, and the texts of errors as a contract."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

import verify.evidence.records
import verify.evidence.schema
from tests.command_line import Run, Said, apart
from tests.places import SCHEMA
from verify import Evidence
from verify.lab.planting import MISTAKES

SMALL = ("grads", "--sizes", "2,3,2")
EXIT_WORDS = {0: "correct", 1: "a gradient is wrong", 2: "usage", 3: "could not judge", 4: "a fault of verify"}


# Exit statuses


def test_the_right_network_exits_with_0_and_says_correct(run: Run) -> None:
    said = run(*SMALL)
    assert (said.status, said.err) == (0, "")
    assert "\nCorrect: dW1, db1, dW2 and db2 are the derivative of the textbook loss: " in said.out
    for word in ("dW1", "db1", "dW2", "db2", "identical", "agrees", "2-3-2"):
        assert word in said.out
    for word in ("different", "differs", "Wrong"):
        assert f" {word} " not in said.out.split("Findings")[0]


def test_a_mistake_exits_with_1_and_is_named_with_its_line(run: Run) -> None:
    said = run(*SMALL, "--mistake", "dW1-sign")
    assert (said.status, said.err) == (1, "")
    assert "Wrong: dW1 is not the derivative of the textbook loss." in said.out
    assert "dW1-sign: The sign is turned." in said.out
    assert "dW1 = -np.dot(X.T, dZ1)" in said.out
    assert "verify explain dW1" in said.out
    assert "different" in said.out


def test_a_vacuous_case_exits_with_3_and_says_why(run: Run) -> None:
    said = run("grads", "--sizes", "1,2,1", "--oracle", "exact")
    assert (said.status, said.err) == (3, "")
    text = " ".join(said.out.split())
    assert "Could not judge" in text
    assert "softmax over one class is constantly 1" in text
    assert "vacuous" in text
    assert "Correct" not in text


def test_a_usage_error_exits_with_2_in_a_process_of_its_own() -> None:
    said = apart("grads", "--sizes", "2,3")
    assert (said.status, said.out) == (2, "")
    assert said.err == "verify: --sizes 2,3: expected three whole numbers from 1, n_x,n_h,n_y, like --sizes 2,3,2\n"


# What is printed


def test_without_a_word_it_shows_its_help(run: Run) -> None:
    said = run()
    assert said == run("--help")
    assert (said.status, said.err) == (0, "")
    assert "Usage: verify" in said.out


@pytest.mark.parametrize("words", [("--help",), ("grads", "--help"), ("mistakes", "--help"), ("explain", "--help")])
def test_help_is_help_and_exits_with_0(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert (said.status, said.err) == (0, "")
    assert "Usage: verify" in said.out


def test_help_states_the_exit_statuses(run: Run) -> None:
    said = " ".join(run("--help").out.split())
    assert all(f"{number} {text}" in said for number, text in EXIT_WORDS.items())


def test_several_sizes_oracles_and_a_seed_are_all_honoured(run: Run) -> None:
    said = run("grads", "--sizes", "2,3,2", "--sizes", "3,2,3", "--oracle", "exact", "--oracle", "complex-step",
               "--seed", "7", "--batch", "2", "--json", "-")  # fmt: skip
    evidence = Evidence.from_json(said.out)
    assert {case.sizes for case in evidence.cases} == {(2, 3, 2), (3, 2, 3)}
    assert {case.m for case in evidence.cases} == {2}
    assert {case.seed for case in evidence.cases} == {7}
    assert evidence.oracles == ("exact", "complex-step")
    assert evidence.replay.seed == 7


@pytest.mark.slow
def test_the_replay_command_gives_the_same_evidence_again(run: Run) -> None:
    first = run("grads", "--sizes", "2,3,2", "--seed", "5", "--batch", "3", "--mistake", "db1-mean", "--json", "-")
    program, *words = Evidence.from_json(first.out).replay.command.split()
    assert program == "verify"
    again = run(*words, "--json", "-")
    assert again.out == first.out


def test_mistakes_lists_every_mistake_with_its_line_and_its_sentence(run: Run) -> None:
    said = run("mistakes")
    assert (said.status, said.err) == (0, "")
    text = " ".join(said.out.split())
    for mistake in MISTAKES:
        assert mistake.name in said.out.splitlines()
        assert mistake.sentence in text
        assert f"{mistake.step} = {mistake.wrong}" in text


def test_explain_takes_a_step_or_its_parameter_and_prints_reasons_and_proofs(run: Run) -> None:
    step, parameter = run("explain", "dW1"), run("explain", "W1")
    assert (step.status, step.err) == (0, "")
    assert parameter.out == step.out
    assert "dJ/dW1 = X^T dZ1" in step.out
    assert "because" in step.out
    assert "rows of Y sum to 1" in step.out
    assert "proved" in step.out
    assert "not proved" not in step.out
    assert "dJ/dW2" not in step.out  # nothing that dW1 does not rest on


@pytest.mark.parametrize("name", ["dZ2", "dW2", "db2", "dA1", "dZ1", "db1", "b2"])
def test_explain_ends_with_the_gradient_that_was_asked_for(run: Run, name: str) -> None:
    said = run("explain", name)
    assert said.status == 0
    last = [line for line in said.out.splitlines() if " = " in line and line[:1].isdigit()][-1]
    assert f"dJ/d{name.removeprefix('d')} = " in last


@pytest.mark.slow
def test_a_process_exits_as_its_verdict_says_and_piped_text_holds_no_escape_codes_and_no_trailing_spaces() -> None:
    # Colours are asked for by nobody: a pipe is plain even where a terminal would not be.
    said = apart(*SMALL, "--oracle", "exact", "--mistake", "dW1-sign", TERM="xterm-256color")
    assert said.status == 1
    assert "\x1b" not in said.out + said.err
    assert said.err == ""
    assert said.out.isascii()
    assert not [line for line in said.out.splitlines() if line != line.rstrip()]


@pytest.mark.slow
def test_no_color_takes_the_colours_from_a_terminal_that_has_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    words = (*SMALL, "--oracle", "exact", "--mistake", "dW1-sign")
    red = "\x1b[1;31m"
    assert red in run(*words).out  # a terminal: so the next line can fail
    monkeypatch.setenv("NO_COLOR", "1")
    plain = run(*words).out
    assert red not in plain
    assert "31m" not in plain
    assert "Wrong: dW1" in plain


# JSON


def test_json_on_standard_output_is_json_only_and_round_trips(run: Run) -> None:
    said = run(*SMALL, "--json", "-")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out)["verdict"] == "correct"
    evidence = Evidence.from_json(said.out)
    assert evidence.to_json() == said.out
    assert Evidence.from_json(evidence.to_json()) == evidence


@pytest.mark.parametrize("words", [SMALL, (*SMALL, "--mistake", "dZ2-is-dYhat"), ("grads", "--sizes", "1,2,1")])
def test_json_is_what_the_published_schema_describes(run: Run, words: tuple[str, ...]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = SCHEMA
    if not path.exists():
        pytest.skip("verify/evidence/evidence.schema.json is not generated")
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    evidence = json.loads(run(*words, "--json", "-").out)
    validator.validate(evidence)
    assert not validator.is_valid({**evidence, "verdict": "perhaps"})
    assert not validator.is_valid({key: value for key, value in evidence.items() if key != "sentence"})


def test_the_published_schema_is_the_one_that_the_code_generates() -> None:
    path = SCHEMA
    if not path.exists():
        pytest.skip("verify/evidence/evidence.schema.json is not generated")
    assert path.read_text(encoding="utf-8") == verify.evidence.schema.schema_text()


def test_json_to_a_path_writes_the_whole_file_and_still_prints_the_report(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text("an older file that is longer than nothing", encoding="utf-8")
    said = run(*SMALL, "--mistake", "db2-mean", "--json", str(path))
    assert (said.status, said.err) == (1, "")
    assert "Wrong: db2" in said.out
    written = path.read_text(encoding="utf-8")
    assert Evidence.from_json(written).verdict == "wrong"
    assert written == run(*SMALL, "--mistake", "db2-mean", "--json", "-").out
    assert [found.name for found in tmp_path.iterdir()] == ["evidence.json"]  # no temporary file is left


def test_a_refused_command_leaves_an_older_file_as_it_was(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text("older", encoding="utf-8")
    assert run("grads", "--sizes", "nonsense", "--json", str(path)).status == 2
    assert path.read_text(encoding="utf-8") == "older"


# Errors, as a contract: one line on standard error that says what would be right

THREE = "expected three whole numbers from 1, n_x,n_h,n_y, like --sizes 2,3,2"
BATCH = "expected a whole number of samples from 1 to 10000"
SEED = "expected a whole number from 0 to 4294967295"
STEPS = "expected W1, b1, W2 or b2, or one of dZ2, dW2, db2, dA1, dZ1, dW1, db1"

ERRORS: list[tuple[tuple[str, ...], str]] = [
    *(
        (("grads", "--sizes", text), f"--sizes {text}: {THREE}")
        for text in ("0,1,2", "1,0,2", "1,2,0", "a,b", "2,3", "2,3,2,2", "",
                     "1e9,2,2", "-1,2,3", "2.0,3,2", "2,,3", ",,")
    ),
    (("grads", "--sizes", "1000000000,1,1"), "more than 5,000,000 parameters; the lab's own net has 101,770"),
    (("grads", "--sizes", f"{'9' * 5000},1,1"), THREE),
    (("grads", "--sizes", "2,3,2", "--sizes", "2,3"), f"--sizes 2,3: {THREE}"),
    (("grads", "--batch", "0"), f"--batch 0: {BATCH}"),
    (("grads", "--batch", "-3"), f"--batch -3: {BATCH}"),
    (("grads", "--batch", "10001"), f"--batch 10001: {BATCH}"),
    (("grads", "--batch", "x"), "'--batch'"),
    (("grads", "--batch", "x"), "integer"),
    (("grads", "--batch", "1.5"), "integer"),
    (("grads", "--seed", "-1"), f"--seed -1: {SEED}"),
    (("grads", "--seed", "4294967296"), f"--seed 4294967296: {SEED}"),
    (("grads", "--seed", "x"), "'--seed'"),
    (("grads", "--seed", "x"), "integer"),
    (("grads", "--oracle", "nope"), "--oracle nope: no such oracle; expected one of balls, symbolic, exact, centr"),
    (("grads", "--oracle", "exact", "--oracle", "Exact"), "--oracle Exact: no such oracle"),
    (("grads", "--mistake", "nope"), "--mistake nope: no such mistake; see: verify mistakes"),
    (("grads", "--mistake", "dW1-sing"), "did you mean dW1-sign?"),
    (("grads", "--mistake", "dZ1-one-minus-a1"), "did you mean dZ1-one-minus-A1?"),
    (("nope",), "No such command 'nope'"),
    (("nope",), "See: verify --help"),
    (("grad",), "Did you mean 'grads'?"),
    (("--nope",), "No such option: --nope"),
    (("grads", "--nope"), "No such option: --nope"),
    (("grads", "extra"), "extra"),
    (("mistakes", "extra"), "extra"),
    (("explain",), "Missing argument 'PARAMETER'"),
    (("explain", "nonsense"), f"nonsense: {STEPS}"),
    (("explain", "dw1"), f"dw1: {STEPS}"),
    (("explain", ""), STEPS),
    (("explain", "dW1", "dW2"), "dW2"),
    *((("grads", option), f"Option '{option}' requires an argument") for option in
      ("--sizes", "--batch", "--seed", "--oracle", "--mistake", "--json")),
]  # fmt: skip


def refused(said: Said, expected: str) -> None:
    assert said.status == 2
    assert said.out == ""
    assert said.err.startswith("verify: ")
    assert said.err.endswith("\n")
    assert len(said.err.splitlines()) == 1
    assert expected in said.err
    assert "Traceback" not in said.err
    assert "?." not in said.err


@pytest.mark.parametrize(
    ("words", "expected"), ERRORS, ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else ""
)
def test_what_is_wrong_is_refused_in_one_line_that_says_what_would_be_right(
    run: Run, words: tuple[str, ...], expected: str
) -> None:
    refused(run(*words), expected)


def test_json_into_a_folder_that_is_not_there_is_refused_before_any_work(run: Run, tmp_path: Path) -> None:
    refused(run("grads", "--json", str(tmp_path / "absent" / "e.json")), f"there is no folder {tmp_path / 'absent'}")
    assert list(tmp_path.iterdir()) == []


def test_json_onto_a_folder_is_refused(run: Run, tmp_path: Path) -> None:
    refused(run("grads", "--json", str(tmp_path)), "is a folder; expected the name of a file to write")


def test_json_below_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    refused(run("grads", "--json", str(tmp_path / "file" / "e.json")), "there is no folder")


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_json_into_a_read_only_folder_is_refused(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        refused(run("grads", "--json", str(tmp_path / "e.json")), "can't be written to; write elsewhere")
    finally:
        tmp_path.chmod(0o700)


def test_an_error_that_verify_does_not_know_is_a_fault_with_its_place_and_no_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("verify.lab.check.check_network", broken)
    said = run(*SMALL)
    assert (said.status, said.out) == (4, "")
    assert said.err.startswith("verify: could not judge: a fault of verify")
    assert "ZeroDivisionError: a bug (verify/cli/grads.py, line " in said.err
    assert said.err.count("\n") == 1


def test_ctrl_c_is_one_line_and_exits_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verify.lab.check.check_network", interrupted)
    said = run(*SMALL)
    assert (said.status, said.out) == (130, "")
    assert said.err.strip() == "verify: interrupted"


def test_the_version_is_one_line(run: Run) -> None:
    said = run("--version")
    assert (said.status, said.err) == (0, "")
    assert re.fullmatch(r"verify \d+\.\d+\.\d+\n", said.out)
