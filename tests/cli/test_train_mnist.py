"""`verify train-mnist`: what it prints where, exit statuses, errors as a contract, Ctrl-C, and no MNIST anywhere."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from tests.command_line import Run, Said, apart, interrupted
from verify import Evidence

DIGITS = ("train-mnist", "--dataset", "digits", "--hidden", "16", "--oracle", "complex-step")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")


# What it prints


@pytest.mark.slow
def test_digits_in_ten_epochs_are_learned_and_the_status_is_0() -> None:
    said = apart(*DIGITS, "--epochs", "10")
    assert said.status == 0
    assert "Correct: on 3 real batches the gradients are the derivative of the textbook loss, and " in " ".join(
        said.out.split()
    )
    assert "Traceback" not in said.out + said.err
    for title in ("Data", "Training", "Does it learn?", "Findings"):
        assert title in said.out.splitlines()
    assert "\x1b" not in said.out + said.err
    assert not [line for line in said.out.splitlines() if line != line.rstrip()]


@pytest.mark.slow
def test_the_default_oracles_and_two_epochs_are_correct(run: Run) -> None:
    said = run("train-mnist", "--dataset", "digits", "--epochs", "2", "--hidden", "32")
    assert said.status == 0
    sentence = " ".join(said.out.split())
    assert "Correct: on 3 real batches the gradients are the derivative of the textbook loss, and " in sentence


def test_progress_goes_to_standard_error_and_evidence_to_standard_output(run: Run) -> None:
    said = run(*DIGITS, "--epochs", "3")
    told = [line for line in said.err.splitlines() if ": epoch " in line]
    assert [line.split(",")[0] for line in told] == [
        f"{loop}: epoch {n} of 3" for loop in ("intended", "as-written") for n in range(4)
    ]
    assert ": epoch " not in said.out
    assert said.err.startswith("NOT MNIST: ")
    assert len(said.err.splitlines()) == 9


def test_json_on_standard_output_is_json_only(run: Run) -> None:
    said = run(*DIGITS, "--epochs", "10", "--json", "-")
    evidence = Evidence.from_json(said.out)
    assert evidence.to_json() == said.out
    assert json.loads(said.out)["verdict"] == "correct"
    assert evidence.training is not None
    assert evidence.training.runs[0].sizes == (64, 16, 10)
    assert ": epoch " in said.err


def test_every_setting_arrives(run: Run) -> None:
    said = run(*DIGITS[:3], "--oracle", "complex-step", "--epochs", "2", "--hidden", "20", "--batch", "100", "--eta", "0.2",
               "--seed", "7", "--dtype", "float32", "--loop", "as-written", "--json", "-")  # fmt: skip
    training = Evidence.from_json(said.out).training
    assert training is not None
    (one,) = training.runs
    assert (one.loop, one.epochs_wanted, one.batch, one.eta, one.sizes[1], one.seed, one.dtype) == (
        "as-written", 2, 100, 0.2, 20, 7, "float32",
    )  # fmt: skip


def test_the_replay_command_gives_the_same_training_again(run: Run) -> None:
    def without_seconds(text: str) -> dict[str, object]:
        told: dict[str, object] = json.loads(text, object_hook=lambda o: {k: v for k, v in o.items() if k != "seconds"})
        return told

    first = run(*DIGITS, "--epochs", "2", "--mistake", "dZ2-doubled", "--eta", "0.05", "--json", "-")
    program, *words = Evidence.from_json(first.out).replay.command.split()
    assert program == "verify"
    assert without_seconds(run(*words, "--json", "-").out) == without_seconds(first.out)


def test_the_evidence_names_no_folder_of_this_machine(run: Run, tmp_path: Path) -> None:
    said = run(*DIGITS, "--epochs", "1", "--save", str(tmp_path / "t.npz"), "--json", "-")
    assert str(tmp_path) not in said.out
    resumed = run(*DIGITS, "--epochs", "2", "--resume", str(tmp_path / "t.npz"), "--json", "-")
    assert str(tmp_path) not in resumed.out
    assert Evidence.from_json(resumed.out).replay.command.endswith("--resume t.npz")


# Exit statuses


def test_a_planted_mistake_exits_with_1_and_says_what_it_costs(run: Run) -> None:
    said = run(*DIGITS, "--epochs", "3", "--mistake", "dZ2-doubled")
    text = " ".join(said.out.split())
    assert said.status == 1
    assert "Wrong: dW1, db1, dW2 and db2 are not the derivative of the textbook loss." in text
    assert "What the mistake costs caught by complex-step: dW1, db1, dW2, db2" in text
    assert "Judged by its accuracy alone, this backward pass would seem right." in text


def test_what_can_not_learn_exits_with_3(run: Run) -> None:
    said = run(*DIGITS, "--epochs", "2", "--eta", "1e-12")
    assert said.status == 3
    assert "Could not judge: " in said.out
    assert "Correct:" not in said.out


def test_what_explodes_exits_with_3_and_its_table_can_be_read(run: Run) -> None:
    said = run(*DIGITS, "--epochs", "2", "--eta", "1e9")
    assert said.status == 3
    assert "the settings are to blame" in " ".join(said.out.split())
    headers = [line.split() for line in said.out.splitlines() if line.split()[:1] == ["loop"]]
    assert headers == [["loop", "epoch", "updates", "train", "loss", "accuracy", "test", "loss", "accuracy", "time"]]


# Saving and going on


@pytest.mark.slow
def test_what_was_saved_goes_on_as_if_it_had_not_stopped(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "t.npz")
    assert run(*DIGITS, "--epochs", "2", "--save", file).status in (0, 3)
    resumed = Evidence.from_json(run(*DIGITS, "--epochs", "4", "--resume", file, "--json", "-").out).training
    whole = Evidence.from_json(run(*DIGITS, "--epochs", "4", "--json", "-").out).training
    assert resumed is not None
    assert whole is not None
    assert resumed.runs[0].batches == whole.runs[0].batches
    assert [epoch.test_loss for epoch in resumed.runs[0].epochs] == [epoch.test_loss for epoch in whole.runs[0].epochs]
    assert [found.name for found in tmp_path.iterdir()] == ["t.npz"]


def test_going_on_takes_the_settings_from_the_file(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "t.npz")
    short = ("train-mnist", "--dataset", "digits", "--oracle", "complex-step")
    run(*short, "--hidden", "20", "--eta", "0.2", "--epochs", "1", "--save", file)
    training = Evidence.from_json(run(*short, "--epochs", "2", "--resume", file, "--json", "-").out).training
    assert training is not None
    assert (training.runs[0].sizes, training.runs[0].eta) == ((64, 20, 10), 0.2)
    refused(run(*short, "--eta", "0.1", "--resume", file), "was trained with --eta 0.2, not 0.1; leave --eta out")


# Errors: one line that says what would be right

ERRORS: list[tuple[tuple[str, ...], str]] = [
    (("--epochs", "0"), "--epochs 0: expected a whole number of epochs from 1 to 10000"),
    (("--epochs", "-1"), "--epochs -1: expected a whole number of epochs from 1 to 10000"),
    (("--epochs", "10001"), "--epochs 10001: expected a whole number of epochs from 1 to 10000"),
    (("--epochs", "x"), "'--epochs'"),
    (("--epochs", "1.5"), "integer"),
    (("--batch", "0"), "--batch 0: expected a whole number of samples from 1 to 10000"),
    (("--hidden", "0"), "--hidden 0: expected a whole number of hidden units from 1 to 10000"),
    (("--seed", "-1"), "--seed -1: expected a whole number from 0 to 4294967295"),
    (("--seed", "4294967296"), "--seed 4294967296: expected a whole number"),
    *((("--eta", eta), "expected a learning rate above 0, like 0.1") for eta in ("-1", "0", "nan", "inf", "-inf")),
    (("--eta", "x"), "'--eta'"),
    (("--loop", "as-writen"), "--loop as-writen: expected one of intended, as-written, did you mean as-written?"),
    (("--loop", "sideways"), "--loop sideways: expected one of intended, as-written"),
    (("--loop", ""), "--loop"),
    (("--dtype", "float46"), "--dtype float46: expected one of float64, float32, did you mean float64?"),
    (("--dataset", "mnits"), "--dataset mnits: expected one of auto, mnist, digits, did you mean mnist?"),
    (("--dataset", ""), "expected one of auto, mnist, digits"),
    (("--mistake", "dZ2-double"), "--mistake dZ2-double: no such mistake, did you mean dZ2-doubled?"),
    (("--oracle", "nope"), "--oracle nope: no such oracle; expected one of"),
    (("--json", ""), "--json: expected the path of a file to write, or - for standard output"),
    *(((option, ""), f"{option}: expected a path, got nothing") for option in
      ("--data", "--save", "--resume", "--figures")),
    *(((option,), f"Option '{option}' requires an argument") for option in
      ("--data", "--dataset", "--loop", "--epochs", "--batch", "--eta", "--hidden", "--seed", "--dtype", "--mistake",
       "--oracle", "--save", "--resume", "--figures", "--json")),
    (("--momentum", "1"), "No such option: --momentum"),
    (("extra",), "extra"),
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


@pytest.mark.parametrize(("words", "expected"), ERRORS, ids=lambda v: " ".join(v)[:40] if isinstance(v, tuple) else "")
def test_what_is_wrong_is_refused_in_one_line(run: Run, words: tuple[str, ...], expected: str) -> None:
    digits = () if "--dataset" in words else ("--dataset", "digits")
    refused(run("train-mnist", *digits, *words), expected)


@pytest.mark.parametrize(
    ("option", "name", "expected"),
    [
        ("--save", "t.npy", "expected the name of a file that ends in .npz"),
        ("--save", "t", "expected the name of a file that ends in .npz"),
        ("--save", "absent/t.npz", "there is no folder"),
        ("--save", "folder.npz", "is a folder; expected the name of a file to write"),
        ("--json", "absent/e.json", "there is no folder"),
        ("--figures", "file", "is a file; expected a folder to write into"),
        ("--figures", "absent/figures", "there is no folder"),
        ("--resume", "absent.npz", "there is no such file; expected one that --save wrote"),
        ("--resume", "file", "not a training that verify saved"),
        ("--resume", "folder.npz", "expected one that --save wrote"),
    ],
)
def test_a_path_that_can_not_be_is_refused_before_any_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, name: str, expected: str
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr("verify.training.end_to_end.check_training", never)
    (tmp_path / "file").write_text("nonsense", encoding="utf-8")
    (tmp_path / "folder.npz").mkdir()
    before = sorted(tmp_path.iterdir())
    refused(run(*DIGITS, option, str(tmp_path / name)), expected)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("dataset", ["mnist", "auto"])
def test_data_that_is_not_there_is_refused(run: Run, tmp_path: Path, dataset: str) -> None:
    refused(run("train-mnist", "--dataset", dataset, "--data", str(tmp_path / "absent.npz")), "no such file")


def test_data_together_with_digits_is_refused(run: Run, tmp_path: Path) -> None:
    refused(run("train-mnist", "--dataset", "digits", "--data", str(tmp_path)), "expected only one of the two")


def test_a_mistake_that_the_file_was_not_trained_with_is_refused(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "t.npz")
    run(*DIGITS, "--epochs", "1", "--save", file)
    refused(run(*DIGITS, "--epochs", "2", "--resume", file, "--mistake", "dZ2-sign"), "was trained with no mistake")
    refused(run(*DIGITS, "--epochs", "1", "--resume", file), "has 1 epoch already; ask for more in all")


def test_help_states_every_option(run: Run) -> None:
    said = run("train-mnist", "--help")
    assert (said.status, said.err) == (0, "")
    for option in ("data", "dataset", "loop", "epochs", "batch", "eta", "hidden", "seed", "dtype", "mistake", "oracle",
                   "twin", "save", "resume", "figures", "json"):  # fmt: skip
        assert f"--{option} " in said.out


# Ctrl-C


@POSIX
@pytest.mark.slow
def test_ctrl_c_ends_after_an_epoch_keeps_what_was_learned_and_exits_with_130(run: Run, tmp_path: Path) -> None:
    file, told = str(tmp_path / "t.npz"), tmp_path / "e.json"
    said = interrupted(1, *DIGITS, "--epochs", "10000", "--save", file, "--json", str(told))
    assert said.status == 130
    assert "Traceback" not in said.out + said.err
    assert "Ctrl-C: ends after this epoch and keeps what was learned; once more ends at once." in said.err
    assert "Interrupted after epoch " in said.out
    evidence = Evidence.from_json(told.read_text(encoding="utf-8"))
    assert evidence.training is not None
    (one,) = evidence.training.runs
    assert one.status == "interrupted"
    assert (one.updates, one.epochs[-1].number) == (60, 5)
    assert "after epoch 5" in one.why
    resumed = Evidence.from_json(run(*DIGITS, "--epochs", "6", "--resume", file, "--json", "-").out).training
    assert resumed is not None
    assert [(epoch.number, epoch.test_loss) for epoch in resumed.runs[0].epochs][:6] == [
        (epoch.number, epoch.test_loss) for epoch in one.epochs
    ]
    assert resumed.runs[0].status == "complete"


@pytest.mark.slow
@POSIX
def test_ctrl_c_twice_ends_at_once_in_one_line(tmp_path: Path) -> None:
    said = interrupted(2, *DIGITS, "--epochs", "10000", "--save", str(tmp_path / "t.npz"))
    assert said.status == 130
    assert said.out == ""
    ended = [line for line in said.err.splitlines() if ": epoch " not in line and not line.startswith("NOT MNIST")]
    assert [line.split(":")[0] for line in ended] == ["Ctrl-C", "verify"]
    assert ended[-1] == "verify: interrupted"
    assert list(tmp_path.iterdir()) == []


# No MNIST anywhere


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without MNIST, where every way into the network ends at a port that is closed."""
    (tmp_path / "home").mkdir()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ways = ("http_proxy", "https_proxy", "all_proxy")
    return {
        "HOME": str(tmp_path / "home"),
        "KERAS_HOME": str(tmp_path / "home" / ".keras"),
        "VERIFY_OFFLINE": "",
        **{name: proxy for way in ways for name in (way, way.upper())},
        "no_proxy": "",
        "NO_PROXY": "",
    }


@pytest.mark.slow
def test_without_mnist_anywhere_it_runs_on_digits_and_says_so_loudly(nowhere: dict[str, str]) -> None:
    said = apart("train-mnist", "--epochs", "10", "--hidden", "16", "--oracle", "complex-step", **nowhere)
    assert said.status == 0
    assert said.err.startswith("NOT MNIST: no MNIST was found, so this runs on scikit-learn's 1,797 handwritten digits")
    assert "The download failed: no connection through the proxy. Give MNIST by --data" in said.err.splitlines()[0]
    text = " ".join(said.out.split())
    assert "NOT MNIST: no MNIST was found" in text
    assert "on scikit-learn's 8 by 8 digits." in text
    assert "on MNIST" not in text


def test_without_mnist_anywhere_asking_for_it_is_refused_with_what_to_do_and_leaves_nothing(
    nowhere: dict[str, str],
) -> None:
    refused(
        apart("train-mnist", "--dataset", "mnist", **nowhere),
        "MNIST: none was found. The download failed: no connection through the proxy. Give MNIST by --data mnist.npz "
        "(Keras's file), by "
        "--data FOLDER with the four IDX files, or by the environment variable VERIFY_MNIST.",
    )
    assert list(Path(nowhere["HOME"]).iterdir()) == []


@pytest.mark.slow
def test_who_wants_no_download_gets_none(nowhere: dict[str, str]) -> None:
    offline = {**nowhere, "VERIFY_OFFLINE": "1"}
    said = apart("train-mnist", "--dataset", "mnist", **offline)
    refused(said, "MNIST: none was found. VERIFY_OFFLINE is set, so it was not downloaded. Give MNIST by --data")


@pytest.mark.slow
def test_a_variable_that_names_nothing_is_refused(nowhere: dict[str, str], tmp_path: Path) -> None:
    refused(apart("train-mnist", VERIFY_MNIST=str(tmp_path / "absent.npz"), **nowhere), "VERIFY_MNIST: ")


# Figures


@pytest.mark.slow
def test_figures_are_svg_and_png_in_a_folder_that_is_made(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    assert run(*DIGITS, "--epochs", "10", "--figures", str(folder)).status == 0
    written = sorted(folder.iterdir())
    names = ("digits", "kill-matrix", "learning-curves")
    assert [file.name for file in written] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert all(file.stat().st_size > 1000 for file in written)
