"""Which data is trained on, where it is searched for, and what is said where it is not MNIST."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.places import REAL_MNIST as REAL
from tests.training.made_mnist import made, write_idx, write_npz
from verify.errors import BadInput, MissingPackage
from verify.training import data
from verify.training.data import HELP, MNIST, find_dataset
from verify.training.download import DownloadFailed
from verify.training.idx import idx_form
from verify.training.reading import Arrays

UNKNOWN = "unknown data in MNIST's form"
DIGITS = "scikit-learn's 8 by 8 digits"
real = pytest.mark.skipif(not REAL.is_file(), reason="MNIST is not here")


@pytest.fixture(autouse=True)
def keras(tmp_path, monkeypatch) -> Path:
    """Nothing is found: no variable, an empty cache, no download. The path where Keras's cache would be."""
    home = tmp_path / "keras"
    (home / "datasets").mkdir(parents=True)
    monkeypatch.delenv("VERIFY_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.delenv("VERIFY_OFFLINE")
    monkeypatch.setattr(data, "download", nothing)
    return home / "datasets" / "mnist.npz"


def nothing(target: Path) -> Arrays:
    """What the download does here: no test touches the network."""
    raise DownloadFailed("no connection to the server")


def downloaded(target: Path) -> Arrays:
    return made(7, 1)


def never(target: Path) -> Arrays:
    pytest.fail("a download was tried")


def refused(**wanted) -> str:
    with pytest.raises(BadInput) as said:
        find_dataset(**wanted)
    assert str(said.value).isprintable()
    return str(said.value)


@pytest.mark.parametrize("form", ["npz", "idx"])
def test_a_path_is_read_and_said_without_its_folder(tmp_path, form):
    path = write_npz(tmp_path / "mine.npz") if form == "npz" else write_idx(tmp_path / "mine")
    found = find_dataset(path)
    assert found.name == UNKNOWN
    assert found.source == ("the file given, mine.npz" if form == "npz" else "the folder given, mine")
    assert (found.X_train.shape, found.X_test.shape, found.shape, found.white) == ((5, 784), (3, 784), (28, 28), 255)
    assert np.array_equal(found.X_train, made().x_train.reshape(5, 784))
    assert np.array_equal(found.y_test, made().y_test)
    assert all(
        array.dtype == np.uint8 and array.flags.c_contiguous
        for array in (found.X_train, found.y_train, found.X_test, found.y_test)
    )


def test_the_folder_one_stands_in_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(write_idx(tmp_path / "mine"))
    assert find_dataset(Path()).source == "the folder given"


def test_md5_sums_are_those_of_the_idx_files(tmp_path):
    folder = write_idx(tmp_path / "mine")
    found = find_dataset(folder)
    assert found.md5 == {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    assert list(found.md5) == list(MNIST)


def test_a_path_goes_before_all_that_could_be_found(tmp_path, monkeypatch, keras):
    write_npz(keras)
    monkeypatch.setenv("VERIFY_MNIST", str(write_npz(tmp_path / "variable.npz")))
    assert find_dataset(write_npz(tmp_path / "path.npz"), "mnist").source == "the file given, path.npz"


def test_a_path_that_can_not_be_read_is_refused_whatever_else_is_there(tmp_path, keras):
    write_npz(keras)
    missing = tmp_path / "missing.npz"
    assert refused(path=missing).startswith(f"{missing}: no such file; expected Keras's mnist.npz or a folder")


def test_a_path_together_with_the_digits_is_refused(tmp_path):
    assert "given together with scikit-learn's digits" in refused(path=tmp_path / "mnist.npz", wanted="digits")


def test_the_variable_goes_before_the_cache(tmp_path, monkeypatch, keras):
    write_npz(keras)
    monkeypatch.setenv("VERIFY_MNIST", str(write_npz(tmp_path / "variable.npz")))
    assert find_dataset().source == "VERIFY_MNIST, variable.npz"


def test_a_variable_that_can_not_be_read_is_refused_whatever_else_is_there(tmp_path, monkeypatch, keras):
    write_npz(keras)
    monkeypatch.setenv("VERIFY_MNIST", str(tmp_path))
    assert refused().startswith(f"VERIFY_MNIST: {tmp_path}: has no train-images-idx3-ubyte")


def test_an_empty_variable_is_none(monkeypatch, keras):
    monkeypatch.setenv("VERIFY_MNIST", "")
    write_npz(keras)
    assert find_dataset().source == "the Keras cache"


def test_kerass_cache_is_read_without_loading_tensorflow(tmp_path, keras):
    write_npz(keras)
    code = """
import sys
from verify.training.data import find_dataset
print(find_dataset().source, *(name for name in ("tensorflow", "sklearn", "sympy") if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "the Keras cache\n"


def test_without_keras_home_the_cache_is_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    (tmp_path / "me" / ".keras" / "datasets").mkdir(parents=True)
    write_npz(tmp_path / "me" / ".keras" / "datasets" / "mnist.npz")
    assert find_dataset().source == "the Keras cache"


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut short", b"<html>"])
def test_a_damaged_cache_is_passed_over_for_the_download(monkeypatch, keras, content):
    keras.write_bytes(content)
    monkeypatch.setattr(data, "download", downloaded)
    found = find_dataset()
    assert (found.source, len(found.X_train)) == ("a download of Keras's mnist.npz", 7)


def test_nothing_is_downloaded_where_the_cache_has_it(monkeypatch, keras):
    monkeypatch.setattr(data, "download", never)
    write_npz(keras)
    assert find_dataset().source == "the Keras cache"


@pytest.mark.parametrize("value", ["1", "yes"])
def test_nothing_is_downloaded_where_the_reader_wants_it_so(monkeypatch, value):
    monkeypatch.setattr(data, "download", never)
    monkeypatch.setenv("VERIFY_OFFLINE", value)
    note = find_dataset().note
    assert note.startswith("NOT MNIST: no MNIST was found")
    assert ". VERIFY_OFFLINE is set, so it was not downloaded. Give MNIST by" in note


@pytest.mark.parametrize("value", ["", "0"])
def test_offline_that_is_empty_or_0_forbids_nothing(monkeypatch, value):
    monkeypatch.setattr(data, "download", downloaded)
    monkeypatch.setenv("VERIFY_OFFLINE", value)
    assert find_dataset().source == "a download of Keras's mnist.npz"


def test_the_download_is_told_where_kerass_cache_is(monkeypatch, keras):
    told = []

    def downloaded(target):
        told.append(target)
        return made()

    monkeypatch.setattr(data, "download", downloaded)
    find_dataset()
    assert told == [keras]


def test_where_there_is_no_mnist_the_digits_stand_in_and_say_so_loudly():
    found = find_dataset()
    assert found.name == DIGITS
    assert found.note.startswith("NOT MNIST: no MNIST was found, so this runs on scikit-learn's 1,797 handwritten")
    assert found.note.endswith(f". The download failed: no connection to the server. {HELP}")
    assert found.note.isprintable()


def test_where_mnist_is_wanted_the_digits_do_not_stand_in():
    text = refused(wanted="mnist")
    assert text == f"MNIST: none was found. The download failed: no connection to the server. {HELP}"


@pytest.mark.parametrize("way", ["--data mnist.npz", "--data FOLDER", "VERIFY_MNIST", "four IDX files"])
def test_the_help_names_every_way_to_give_mnist(way):
    assert way in HELP


def test_digits_are_taken_at_once_where_they_are_wanted(monkeypatch, keras):
    write_npz(keras)
    monkeypatch.setenv("VERIFY_MNIST", "missing")
    found = find_dataset(wanted="digits")
    assert found.name == DIGITS
    assert found.source.startswith("scikit-learn 1.")
    assert found.note == "NOT MNIST: these are scikit-learn's 1,797 handwritten digits of 8 by 8 pixels, as asked for."


def test_the_digits_are_scikit_learns_in_their_order():
    from sklearn.datasets import load_digits

    values, labels = load_digits(return_X_y=True)
    found = find_dataset(wanted="digits")
    assert (found.X_train.shape, found.X_test.shape, found.shape) == ((1437, 64), (360, 64), (8, 8))
    assert np.array_equal(np.vstack([found.X_train, found.X_test]), values)
    assert np.array_equal(np.concatenate([found.y_train, found.y_test]), labels)
    assert found.white == found.X_train.max() == 16
    assert {found.X_train.dtype, found.y_train.dtype} == {np.dtype(np.uint8)}
    assert set(found.md5) == set(MNIST)


def test_a_missing_scikit_learn_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPackage, match=r"need scikit-learn.*pip install scikit-learn, or give MNIST by --data$"):
        find_dataset()


@real
def test_mnist_is_recognised(tmp_path, monkeypatch, keras):
    found = find_dataset(REAL)
    assert (found.name, found.source, found.note) == ("MNIST", "the file given, mnist.npz", "")
    assert (found.X_train.shape, found.X_test.shape) == ((60_000, 784), (10_000, 784))
    assert found.md5 == MNIST
    keras.symlink_to(REAL)
    assert (find_dataset(wanted="mnist").name, find_dataset().source) == ("MNIST", "the Keras cache")


@real
@pytest.mark.parametrize("which", range(4))
def test_mnist_with_one_byte_changed_is_unknown_and_the_file_is_named(monkeypatch, which):
    found = find_dataset(REAL)
    arrays = [found.X_train.reshape(-1, 28, 28), found.y_train, found.X_test.reshape(-1, 28, 28), found.y_test]
    arrays[which].flat[0] ^= 1
    monkeypatch.setattr(data, "download", lambda target: Arrays(*arrays))
    found = find_dataset()
    assert found.name == UNKNOWN
    name = list(MNIST)[which]
    assert found.note == f"NOT MNIST: other MD5 sums have {name}; this runs on unknown data in MNIST's form."


def test_an_interrupt_during_the_download_stops_the_search(monkeypatch):
    def interrupted(target):
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "download", interrupted)
    with pytest.raises(KeyboardInterrupt):
        find_dataset()


def test_the_sums_are_of_the_form_that_the_files_have():
    assert idx_form(np.zeros((1, 2, 3), np.uint8)) == b"\0\0\x08\x03\0\0\0\1\0\0\0\2\0\0\0\3" + bytes(6)
    assert idx_form(np.array([7], np.uint8)) == b"\0\0\x08\x01\0\0\0\1\7"
