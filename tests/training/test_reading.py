"""MNIST's two forms are read as they were written, and every file that can't be read gets its one line."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.training.made_mnist import made, write_idx, write_npz
from verify.errors import BadInput
from verify.training import idx, npz
from verify.training.idx import NAMES, idx_form, read_idx_folder
from verify.training.npz import KEYS, read_npz
from verify.training.reading import Arrays

IMAGES, LABELS = NAMES[0], NAMES[1]
ROOT_READS_ALL = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def same(found: Arrays, expected: Arrays) -> bool:
    return all(
        one.dtype == np.uint8 and one.flags.c_contiguous and np.array_equal(one, other)
        for one, other in zip(found, expected, strict=True)
    )


def line(read, path: Path) -> str:
    """What is said about this path, without its folder."""
    with pytest.raises(BadInput) as said:
        read(path)
    text = str(said.value)
    assert "\n" not in text
    assert len(text) < 400
    assert text.startswith(str(path))
    return text.removeprefix(f"{path.parent}{os.sep}").replace(str(path.parent), "FOLDER")


def test_an_npz_is_read_as_it_was_written(tmp_path):
    assert same(read_npz(write_npz(tmp_path / "mnist.npz")), made())


@pytest.mark.parametrize("dtype", [np.int8, np.int64, ">i4", np.uint64])
def test_labels_may_be_integers_of_any_type(tmp_path, dtype):
    labels = made().y_train.astype(dtype)
    assert same(read_npz(write_npz(tmp_path / "mnist.npz", y_train=labels)), made())


def test_an_npz_in_fortran_order_and_without_compression_is_read(tmp_path):
    arrays = {**made()._asdict(), "x_train": np.asfortranarray(made().x_train)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    assert same(read_npz(tmp_path / "mnist.npz"), made())


def test_an_npz_that_python_2_wrote_is_read_without_a_warning(tmp_path):
    with zipfile.ZipFile(tmp_path / "old.npz", "w") as archive:
        for key, array in made()._asdict().items():
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array)
            shape = re.sub(rb"(\d+)(,|\))", rb"\1L\2", stream.getvalue()[10:128])
            header = shape.rstrip(b" \n").ljust(117) + b"\n"
            archive.writestr(f"{key}.npy", b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header + array.tobytes())
    assert same(read_npz(tmp_path / "old.npz"), made())


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_an_idx_folder_is_read_as_it_was_written(tmp_path, dotted, zipped):
    assert same(read_idx_folder(write_idx(tmp_path, dotted, zipped)), made())


def test_an_idx_file_is_gzipped_by_what_it_holds_and_not_by_its_name(tmp_path):
    write_idx(tmp_path, zipped=True)
    (tmp_path / f"{LABELS}.gz").write_bytes(idx_form(made().y_train))
    (tmp_path / f"{IMAGES}.gz").rename(tmp_path / IMAGES)
    assert same(read_idx_folder(tmp_path), made())


def test_folders_of_the_names_of_the_files_are_passed_over(tmp_path):
    write_idx(tmp_path, dotted=True)
    for name in NAMES:
        (tmp_path / name).mkdir()
    assert same(read_idx_folder(tmp_path), made())


def objects():
    return np.array([1, None, {}], dtype=object)


CONTENT = [
    ({"x_train": None}, "mnist.npz: has no x_train; it holds y_train, x_test, y_test; expected x_train, y_train,"),
    ({"x_train": objects()}, "x_train holds Python objects, expected uint8: .* pickles, which can run code, and are"),
    ({"y_test": objects()}, "y_test holds Python objects"),
    ({"x_test": np.zeros((3, 28, 28))}, "x_test holds float64, expected uint8: store bytes 0 to 255"),
    ({"x_test": np.zeros((3, 28, 28), np.int16)}, "x_test holds int16, expected uint8: store bytes 0 to 255"),
    ({"x_train": np.zeros((5, 784), np.uint8)}, r"x_train has shape \(5, 784\), expected \(m, 28, 28\): .*reshape"),
    ({"x_train": np.zeros((5, 28, 28, 1), np.uint8)}, r"has shape \(5, 28, 28, 1\), .* an axis too many; reshape"),
    ({"x_train": np.zeros((5, 32, 32, 3), np.uint8)}, r"x_train has shape \(5, 32, 32, 3\), .* 28 by 28 pixels"),
    ({"x_train": np.zeros((), np.uint8)}, r"x_train has shape \(\), expected \(m, 28, 28\)"),
    ({"x_train": np.zeros((0, 28, 28), np.uint8)}, "x_train has no samples, expected at least one"),
    (
        {"y_train": np.eye(10)[:5]},
        r"y_train has shape \(5, 10\), expected \(5,\): one label 0 to 9 an image; give the labels before to_categ",
    ),
    ({"y_train": np.zeros((5, 1), int)}, r"y_train has shape \(5, 1\), expected \(5,\): .*as one row"),
    ({"y_train": np.zeros(5)}, "y_train holds float64, expected whole numbers"),
    ({"y_train": np.zeros(5, "m8[s]")}, r"y_train holds timedelta64\[s\], expected whole numbers"),
    ({"y_test": np.zeros(5, int)}, "y_test has 5 labels for 3 images, expected one label 0 to 9 an image"),
    ({"y_train": np.array([0, 9, 10, 11, 0])}, r"y_train has the label 10 at \[2\], expected 0 to 9"),
    ({"y_train": np.array([0, 1, 2, 3, -1])}, r"y_train has the label -1 at \[4\], expected 0 to 9"),
]


@pytest.mark.parametrize(("changed", "said"), CONTENT, ids=[said[:40] for _, said in CONTENT])
def test_arrays_that_are_not_mnists_form_get_their_line(tmp_path, changed, said):
    text = line(read_npz, write_npz(tmp_path / "mnist.npz", **changed))
    assert text.startswith("mnist.npz: ")
    assert re.search(said, text), text


def write_docx(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(12):
            archive.writestr(f"word/a\nb{number}.xml", "<a/>")


def cut(path: Path) -> None:
    whole = write_npz(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def damage(path: Path) -> None:
    whole = bytearray(write_npz(path).read_bytes())
    whole[500:520] = bytes(20)  # in the midst of x_train's compressed bytes
    path.write_bytes(whole)


def one_bit(path: Path) -> None:
    np.savez(path, **made()._asdict())  # not compressed, so only the check sum can tell
    whole = bytearray(path.read_bytes())
    whole[1000] ^= 1
    path.write_bytes(whole)


def bomb(path: Path) -> None:
    """A zip whose directory declares two billion bytes for x_train."""
    whole = write_npz(path).read_bytes()
    at = whole.index(b"PK\1\2") + 24
    path.write_bytes(whole[:at] + struct.pack("<I", 2_000_000_000) + whole[at + 4 :])


def greedy(path: Path) -> None:
    """An array whose header promises more than any machine has."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": (10**15, 28, 28)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", stream.getvalue())


def version_3(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\3\0" + bytes(100))


def no_npy(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", "5, 0, 4")


FILES = {
    "missing": (lambda path: None, "mnist.npz: no such file; expected Keras's mnist.npz or a folder with the four IDX"),
    "empty": (lambda path: path.touch(), "mnist.npz: is empty; expected"),
    "folder": (lambda path: path.mkdir(), "mnist.npz: is a folder; expected a file"),
    "pipe": (lambda path: os.mkfifo(path), "mnist.npz: is a device or a pipe; expected"),
    "device": (lambda path: path.symlink_to(os.devnull), "mnist.npz: is a device or a pipe; expected"),
    "ring of links": (lambda path: path.symlink_to(path), "mnist.npz: can't be read .*[Ll]ink"),
    "npy": (lambda path: path.write_bytes(b"\x93NUMPY\1\0v\0{}"), "is no npz file but one array in a .npy file; exp"),
    "PDF": (lambda path: path.write_bytes(b"%PDF-1.7"), "is no npz file but a PDF; expected"),
    "HDF5": (lambda path: path.write_bytes(b"\x89HDF\r\n"), "is no npz file but an HDF5 file; expected"),
    "web page": (lambda path: path.write_bytes(b"<!doctype html>"), "is no npz file but a web page or XML; exp"),
    "text": (lambda path: path.write_text("5"), "mnist.npz: is no npz file; expected"),
    "docx": (write_docx, r"has no x_train; it holds word/a\\nb0.xml, .*word/a\\nb7.xml, ...; expected x_train, y_"),
    "no members": (lambda path: zipfile.ZipFile(path, "w").close(), "has no x_train; it holds nothing; expected x_"),
    "IDX file": (lambda path: path.write_bytes(idx_form(made().x_train)), "is one file of the IDX form; .* FOLDER$"),
    "gzip": (lambda path: path.write_bytes(gzip.compress(b"5")), "is one file of the IDX form; expected the folder"),
    "truncated": (cut, "mnist.npz: is truncated or damaged .*; download or write it again"),
    "corrupt": (damage, "mnist.npz: x_train is damaged .*; download or write it again"),
    "one bit": (one_bit, "mnist.npz: x_train is damaged .*CRC.*; download or write it again"),
    "bomb": (bomb, "mnist.npz: x_train would unpack to 2,000,000,000 bytes, expected at most 1,000,000,000"),
    "greedy": (greedy, "x_train has 0 bytes of data, expected the 784,000,000,000,000,000 of its shape"),
    "version 3": (version_3, "x_train is in version 3.0 of .npy, expected 1.0 or 2.0"),
    "no npy": (no_npy, "x_train is damaged .*; download or write it again"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_npz_of_mnist_gets_its_line(tmp_path, name):
    make, said = FILES[name]
    make(tmp_path / "mnist.npz")
    text = line(read_npz, tmp_path / "mnist.npz")
    assert re.search(said, text), text


def test_the_name_of_one_idx_file_is_enough_to_say_that_the_folder_is_expected(tmp_path):
    (tmp_path / IMAGES).write_text("not found")
    assert line(read_npz, tmp_path / IMAGES).endswith(
        ": is one file of the IDX form; expected the folder that holds all four: FOLDER"
    )


def test_a_pickle_in_an_npz_is_never_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "run"),))

    evil = np.empty(1, dtype=object)
    evil[0] = Evil()
    assert "Python objects" in line(read_npz, write_npz(tmp_path / "mnist.npz", x_train=evil))
    assert not (tmp_path / "run").exists()


@ROOT_READS_ALL
def test_a_file_that_may_not_be_read_gets_its_line(tmp_path):
    write_npz(tmp_path / "mnist.npz").chmod(0)
    assert "can't be read (Permission denied)" in line(read_npz, tmp_path / "mnist.npz")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_what_the_system_refuses_is_said_in_its_words(tmp_path, monkeypatch, error):
    def refused(*_):
        raise error

    path = write_npz(tmp_path / "mnist.npz")
    monkeypatch.setattr("builtins.open", refused)
    assert f"can't be read ({error.strerror})" in line(read_npz, path)


def test_a_disk_that_fails_while_reading_is_said(tmp_path, monkeypatch):
    class Failing(io.BytesIO):
        def read(self, *_):
            raise OSError(5, "Input/output error")

    path = write_idx(tmp_path) / "mnist.npz"
    for module in (npz, idx):
        monkeypatch.setattr(module, "open_regular", lambda _: Failing())
    assert "mnist.npz: can't be read (Input/output error)" in line(read_npz, path)
    with pytest.raises(BadInput, match=rf"{IMAGES}: can't be read \(Input/output error\)$"):
        read_idx_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "escaped"), [("a\nb.npz", "a\\nb.npz"), ("a\udcff.npz", "a\\udcff.npz"), ("a\0b", "a\\x00b")]
)
def test_a_name_that_would_break_the_line_is_escaped(name, escaped):
    with pytest.raises(BadInput) as said:
        read_npz(Path(name))
    assert str(said.value).startswith(f"{escaped}: ")
    assert str(said.value).isprintable()


def test_no_damage_to_an_npz_is_a_traceback(tmp_path):
    path, said = tmp_path / "mnist.npz", []
    for seed in range(300):
        draw = np.random.default_rng(seed)
        (np.savez if seed % 2 else np.savez_compressed)(path, **made(1, 1)._asdict())
        whole = bytearray(path.read_bytes())
        headers = [found.start() for found in re.finditer(rb"PK|\x93NUMPY", whole)]
        for at in draw.choice(headers) + draw.integers(0, 100, draw.integers(1, 5)):
            whole[at % len(whole)] = draw.integers(0, 256)
        path.write_bytes(whole)
        try:
            assert same(read_npz(path), made(1, 1))  # no harm was done, to a date, say
        except BadInput as error:
            said.append(str(error))
    assert 100 < len(said) < 300
    assert all(text.isprintable() for text in said)


def folder_without(folder: Path, *names: str) -> Path:
    write_idx(folder)
    for name in names:
        (folder / name).unlink()
    return folder


def test_missing_files_of_a_folder_are_named(tmp_path):
    text = line(read_idx_folder, folder_without(tmp_path / "d", LABELS, NAMES[2]))
    assert text == f"d: has no {LABELS}, no {NAMES[2]} (plain or .gz); expected the four IDX files"


def test_a_folder_that_holds_kerass_file_is_told_to_name_it(tmp_path):
    write_npz(tmp_path / "mnist.npz")
    with pytest.raises(BadInput, match=r"; give .*mnist\.npz itself$"):
        read_idx_folder(tmp_path)


def test_a_folder_that_is_not_there_or_may_not_be_read_gets_its_line(tmp_path, monkeypatch):
    assert "can't be read (No such file or directory)" in line(read_idx_folder, tmp_path / "d")

    def refused(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refused)
    assert "can't be read (Permission denied); expected a folder" in line(read_idx_folder, tmp_path)


def header(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


GZIPPED = gzip.compress(idx_form(made().x_train), mtime=0)
BAD_IDX = {
    "empty": (IMAGES, b"", "is empty"),
    "empty gzip": (IMAGES, gzip.compress(b""), "ends after 0 bytes, expected a header of 16"),
    "three bytes": (IMAGES, b"\0\0\x08", "ends after 3 bytes, expected a header of 16; download it again"),
    "half a header": (IMAGES, header(2051, 5), "ends after 8 bytes, expected a header of 16; download it again"),
    "half a header of labels": (LABELS, header(2049), "ends after 4 bytes, expected a header of 8"),
    "labels for images": (
        IMAGES,
        header(2049, 5) + bytes(5),
        r"magic number 2049 \(labels\), expected 2051 \(images\)",
    ),
    "images for labels": (LABELS, idx_form(made().x_train), r"number 2051 \(images\), expected 2049 \(labels\)"),
    "web page": (LABELS, b"<!doctype html>", r"has the magic number 1008821359, expected 2049 \(labels\)"),
    "one byte less": (
        LABELS,
        header(2049, 5) + bytes(4),
        r"has 4 bytes of data, expected 5 by its header \(5,\); down",
    ),
    "one byte more": (LABELS, header(2049, 5) + bytes(6), r"has more than 5 bytes of data, expected 5 by its header"),
    "greedy": (IMAGES, header(2051, 2**31, 28, 28), "header promises 1,683,627,180,032 bytes, expected at most 1,000"),
    "bomb": (IMAGES, gzip.compress(header(2051, 5, 28, 28) + bytes(10**7)), "has more than 3,920 bytes of data, expec"),
    "cut gzip": (IMAGES, GZIPPED[:-500], "is a broken gzip file .*; download it again"),
    "gzip without its sum": (IMAGES, GZIPPED[:-8], "is a broken gzip file .*; download it again"),
    "gzip of another sum": (IMAGES, GZIPPED[:-8] + bytes(8), "is a broken gzip file .*CRC.*; download it again"),
    "damaged gzip": (IMAGES, GZIPPED[:12] + b"\xff" * 20 + GZIPPED[32:], "is a broken gzip file .*; download it"),
    "gzip of nothing": (IMAGES, b"\x1f\x8b", "is a broken gzip file .*; download it again"),
    "other pixels": (IMAGES, header(2051, 5, 2, 2) + bytes(20), r"has shape \(5, 2, 2\), expected \(m, 28, 28\)"),
    "no samples": (IMAGES, header(2051, 0, 28, 28), "has no samples, expected at least one image"),
    "other count": (LABELS, header(2049, 4) + bytes(4), "has 4 labels for 5 images, expected one label 0 to 9 an"),
    "label 10": (LABELS, header(2049, 5) + b"\0\0\0\0\x0a", r"has the label 10 at \[4\], expected 0 to 9"),
}


@pytest.mark.parametrize("name", BAD_IDX)
def test_an_idx_file_that_is_wrong_gets_its_line(tmp_path, name):
    where, content, said = BAD_IDX[name]
    (write_idx(tmp_path) / where).write_bytes(content)
    text = line(read_idx_folder, tmp_path).removeprefix(f"{tmp_path.name}{os.sep}")
    assert text.startswith(f"{where}: ")
    assert re.search(said, text), text


def test_a_pipe_among_the_idx_files_is_not_waited_for(tmp_path):
    os.mkfifo(folder_without(tmp_path, IMAGES) / IMAGES)
    assert "is a device or a pipe" in line(read_idx_folder, tmp_path)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_header_that_promises_much_does_not_take_the_memory(tmp_path, zipped):
    content = header(2049, 900_000_000) + bytes(5)
    (write_idx(tmp_path) / LABELS).write_bytes(gzip.compress(content) if zipped else content)
    assert "has 5 bytes of data, expected 900,000,000" in line(read_idx_folder, tmp_path)


def test_the_keys_are_the_fields():
    assert KEYS == ("x_train", "y_train", "x_test", "y_test")
