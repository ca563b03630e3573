"""A training saved and gone on with is the one that never stopped; what is no such file is refused in one line."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verify.errors import BadInput
from verify.lab import network
from verify.training.checkpoint import resume, save
from verify.training.loop import Settings, start, train


def go_on(data, settings, state):
    with ThreadPoolExecutor(1) as pool:
        assert train(network, data, settings, state, pool).status == "complete"
    return state


def trained(data, settings):
    return go_on(data, settings, start(data, settings))


@pytest.fixture
def file(digits, tmp_path):
    """A training of two epochs, saved; the folder holds nothing else."""
    settings = Settings(epochs=2, hidden=16)
    save(tmp_path / "t.npz", trained(digits, settings), settings, digits, None)
    return tmp_path / "t.npz"


def again(path, data, epochs=4, mistake=None, **given):
    return resume(path, Settings(epochs=epochs, **given), set(given), data, mistake)


def same(one, other):
    assert one.losses == other.losses
    assert one.accuracies == other.accuracies
    assert np.array_equal(one.order, other.order)
    assert np.array_equal(one.random.get_state()[1], other.random.get_state()[1])
    assert one.random.get_state()[2:] == other.random.get_state()[2:]
    for name, value in one.params.items():
        assert other.params[name].dtype == value.dtype
        assert np.array_equal(other.params[name], value), name
    first, second = ([replace(epoch, seconds=0.0) for epoch in state.epochs] for state in (one, other))
    assert first == second


# Going on


@pytest.mark.parametrize(
    "given",
    [{}, {"dtype": "float32"}, {"loop": "as-written"}, {"loop": "as-written", "dtype": "float32", "batch": 50},
     {"seed": 7, "eta": 0.03, "batch": 100}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("pauses", [(2,), (1, 3)], ids=["once", "twice"])
def test_a_training_that_paused_is_the_one_that_did_not(digits, tmp_path, given, pauses):
    whole = trained(digits, Settings(epochs=5, hidden=16, **given))
    settings = Settings(epochs=pauses[0], hidden=16, **given)
    state = trained(digits, settings)
    for epochs in (*pauses[1:], 5):
        save(tmp_path / "t.npz", state, settings, digits, None)
        state, settings = resume(tmp_path / "t.npz", Settings(epochs=epochs), set(), digits, None)
        go_on(digits, settings, state)
    same(whole, state)


def test_what_is_read_is_what_was_saved_seconds_too(digits, file):
    saved = trained(digits, Settings(epochs=2, hidden=16))
    state, settings = again(file, digits)
    same(saved, state)
    assert all(epoch.seconds > 0 for epoch in state.epochs[1:])
    assert settings == Settings(epochs=4, hidden=16)


def test_settings_that_are_not_given_come_from_the_file(digits, tmp_path):
    own = Settings("as-written", 1, 50, 0.25, 8, 5, "float32")
    save(tmp_path / "t.npz", trained(digits, own), own, digits, None)
    assert again(tmp_path / "t.npz", digits, 3)[1] == replace(own, epochs=3)
    assert again(tmp_path / "t.npz", digits, 3, eta=0.25, seed=5)[1] == replace(own, epochs=3)


def test_gone_on_with_the_mistake_that_it_was_trained_with(digits, tmp_path):
    settings = Settings(epochs=1, hidden=8)
    save(tmp_path / "t.npz", trained(digits, settings), settings, digits, "dZ2-doubled")
    assert len(again(tmp_path / "t.npz", digits, mistake="dZ2-doubled")[0].losses) == 12


# Writing


@pytest.mark.parametrize("function", ["fsync", "replace", "rename"])
def test_the_file_is_complete_or_the_older_one(digits, tmp_path, monkeypatch, function):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    path, settings = tmp_path / "t.npz", Settings(epochs=1, hidden=8)
    state = trained(digits, settings)
    path.write_bytes(b"older")
    monkeypatch.setattr(os, function, full)
    if function == "rename":  # not what the file is moved by
        save(path, state, settings, digits, None)
        assert path.read_bytes() != b"older"
        return
    with pytest.raises(BadInput, match=r"No space left on device.*nothing was changed"):
        save(path, state, settings, digits, None)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_without_an_older_file_there_is_none_when_writing_fails(digits, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    settings = Settings(epochs=1, hidden=8)
    state = trained(digits, settings)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput):
        save(tmp_path / "t.npz", state, settings, digits, None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_by_now_is_one_line(digits, tmp_path):
    settings = Settings(epochs=1, hidden=8)
    with pytest.raises(BadInput, match="there is no folder"):
        save(tmp_path / "gone" / "t.npz", trained(digits, settings), settings, digits, None)


def test_the_file_names_no_folder_and_holds_no_pickle(file, tmp_path):
    with np.load(file, allow_pickle=False) as arrays:
        assert set(arrays.files) == {
            "W1", "b1", "W2", "b2", "keys", "order", "losses", "accuracies", "about",
        }  # fmt: skip
        assert str(tmp_path) not in str(arrays["about"])


# What is refused


def refused(path, data, match, **given):
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(BadInput, match=match) as said:
        again(path, data, **given)
    line = str(said.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert len(line) < 500 + len(str(path))
    assert (path.read_bytes() if path.is_file() else None) == before


FOREIGN = "not a training that verify saved"


def altered(path, **changed):
    """Write the file anew with these arrays; a function is applied to what is there, None leaves one out."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for name, value in changed.items():
        arrays[name] = value(arrays[name]) if callable(value) else value
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})


def about(**changed):
    """Return what changes the description in the file; None leaves a part out."""

    def change(text):
        told = {**json.loads(str(text)), **changed}
        absent = {name for name, value in changed.items() if value is None}
        return np.array(json.dumps({name: value for name, value in told.items() if name not in absent}))

    return change


def test_a_file_that_is_not_there(digits, tmp_path):
    refused(tmp_path / "absent.npz", digits, "there is no such file; expected one that --save wrote")


def test_a_folder(digits, tmp_path):
    refused(tmp_path, digits, "there is no such file|is a folder")


@pytest.mark.parametrize(
    "content",
    [b"", b"text\nin lines\n", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\x93NUMPY\x01\x00", os.urandom(2000)],
    ids=["empty", "text", "a zip's beginning", "an empty zip", "an npy's beginning", "random"],
)
def test_bytes_that_are_no_such_file(digits, tmp_path, content):
    (tmp_path / "t.npz").write_bytes(content)
    refused(tmp_path / "t.npz", digits, FOREIGN)


@pytest.mark.parametrize("part", [0.01, 0.5, 0.9, 0.999])
def test_a_file_cut_short(digits, file, part):
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    refused(file, digits, FOREIGN)


def test_a_file_with_a_flipped_bit(digits, file):
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 3] ^= 16
    file.write_bytes(whole)
    refused(file, digits, FOREIGN)


def test_somebody_elses_npz(digits, tmp_path):
    np.savez(tmp_path / "t.npz", W1=np.zeros((64, 16)))
    refused(tmp_path / "t.npz", digits, FOREIGN)


class Pickled:
    """Makes a folder where it is unpickled."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_an_array_of_objects_is_refused_and_not_unpickled(digits, file, tmp_path):
    altered(file, W1=np.array([Pickled(tmp_path / "ran")], dtype=object))
    refused(file, digits, FOREIGN)
    assert not (tmp_path / "ran").exists()
    np.load(file, allow_pickle=True)["W1"]
    assert (tmp_path / "ran").exists()  # so the line before the last can fail


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2", "keys", "order", "losses", "accuracies", "about"])
def test_an_array_that_is_missing(digits, file, name):
    altered(file, **{name: None})
    refused(file, digits, FOREIGN)


@pytest.mark.parametrize(
    "changed",
    [
        {"W1": lambda W1: W1[:-1]},
        {"b1": lambda b1: b1.ravel()},
        {"W2": lambda W2: W2.T},
        {"b2": lambda b2: b2.astype(np.float32)},
        {"W1": lambda W1: W1.astype(complex)},
        {"keys": lambda keys: keys[:-1]},
        {"order": lambda order: order[:-1]},
        {"order": np.zeros_like},
        {"order": lambda order: order.reshape(-1, 1)},
        {"losses": lambda losses: losses[:-1]},
        {"accuracies": lambda accuracies: accuracies[:-1]},
        {"losses": lambda losses: losses.reshape(-1, 1)},
        {"losses": lambda losses: losses.astype(str)},
        {"W1": lambda W1: W1 * float("nan")},
        {"losses": lambda losses: losses * float("nan")},
    ],
    ids=[
        "W1 short", "b1 flat", "W2 turned", "b2 float32", "W1 complex", "keys short", "order short",
        "order zeros", "order a column", "losses short", "accuracies short", "losses a column", "losses text",
        "W1 NaN", "losses NaN",
    ],
)  # fmt: skip
def test_an_array_that_can_not_be(digits, file, changed):
    altered(file, **changed)
    refused(file, digits, FOREIGN)


EPOCH = {"number": 2, "updates": 24, "train_loss": 1.0, "train_accuracy": 0.5, "test_loss": 1.0, "test_accuracy": 0.5}


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "verify-training/2"}, {"format": None},
        {"settings": None}, {"settings": {}}, {"settings": []}, {"settings": {"momentum": 0.9}},
        {"settings": {"loop": "sideways", "epochs": 2, "hidden": 16}},
        {"settings": {"dtype": "int8", "epochs": 2, "hidden": 16}},
        {"settings": {"batch": 0, "epochs": 2, "hidden": 16}},
        {"settings": {"batch": "128", "epochs": 2, "hidden": 16}},
        {"settings": {"eta": "much", "epochs": 2, "hidden": 16}},
        {"settings": {"epochs": 2, "hidden": 17}},
        {"settings": {"epochs": 2, "hidden": "16"}},
        {"data": None}, {"mistake": None}, {"random": None}, {"random": [1, 2]}, {"random": [700, 0, 0.0]}, {"random": "123"},
        {"epochs": None}, {"epochs": []}, {"epochs": 5}, {"epochs": [{}]}, {"epochs": [EPOCH]},
        {"epochs": [{**EPOCH, "seconds": "many"}]},
        {"epochs": [{**EPOCH, "seconds": 1.0, "number": "2"}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_description_that_can_not_be(digits, file, changed):
    altered(file, about=about())
    again(file, digits)  # so that it is the change that is refused
    altered(file, about=about(**changed))
    refused(file, digits, FOREIGN)


@pytest.mark.parametrize("text", ["", "null", "[]", "3", "{", '{"format": "verify-training/1"}', "[" * 100_000])
def test_a_description_that_is_none(digits, file, text):
    altered(file, about=np.array(text))
    refused(file, digits, FOREIGN)


def test_other_data(digits, file):
    other = replace(digits, md5={**digits.md5, "train-images-idx3-ubyte": "0" * 32})
    refused(file, other, r"was trained on other data than .*digits.*; give the same --data")


@pytest.mark.parametrize(
    ("name", "value", "was"),
    [("loop", "as-written", "intended"), ("batch", 64, "128"), ("eta", 0.2, "0.1"), ("hidden", 128, "16"),
     ("seed", 7, "42"), ("dtype", "float32", "float64")],
)  # fmt: skip
def test_another_setting_that_is_given_in_so_many_words(digits, file, name, value, was):
    refused(file, digits, rf"was trained with --{name} {was}, not {value}; leave --{name} out", **{name: value})


def test_another_mistake(digits, file, tmp_path):
    refused(file, digits, "was trained with no mistake, not with --mistake dZ2-doubled", mistake="dZ2-doubled")
    settings = Settings(epochs=1, hidden=8)
    save(tmp_path / "m.npz", trained(digits, settings), settings, digits, "dZ2-sign")
    refused(tmp_path / "m.npz", digits, "was trained with --mistake dZ2-sign, not with no mistake")


@pytest.mark.parametrize("epochs", [1, 2])
def test_enough_epochs_already(digits, file, epochs):
    refused(file, digits, "has 2 epochs already; ask for more in all, like --epochs 12", epochs=epochs)
