"""The pictures of a training: the same bytes for the same evidence, legible in grey, safe inside a page."""

from __future__ import annotations

import math
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import pytest

from tests.places import ROOT
from tests.there import there
from verify.errors import BadInput
from verify.evidence.records import Evidence, Run
from verify.report.pictures import Picture, learning_curves, ten_digits, write_figures
from verify.report.pictures.curves import _LOOKS, _curves
from verify.report.pictures.digits import _pixels, _row_of_digits
from verify.report.pictures.drawing import style
from verify.training.data import find_dataset
from verify.training.end_to_end import check_training
from verify.training.loop import Settings

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return check_training(find_dataset(None, "digits"), Settings(epochs=2, hidden=16), oracles=("complex-step",))


def with_runs(evidence: Evidence, *runs: Run) -> Evidence:
    return replace(evidence, training=replace(there(evidence.training), runs=runs))


def with_data(evidence: Evidence, **changes) -> Evidence:
    training = there(evidence.training)
    return replace(evidence, training=replace(training, data=replace(training.data, **changes)))


def words(picture: Picture) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def drawn(evidence: Evidence):
    """The figure itself, laid out as it is drawn."""
    with style("test"):
        figure = _curves(there(evidence.training).runs)
        figure.draw_without_rendering()
    return figure


def changed(run: Run, **of_last_epoch) -> Run:
    return replace(run, epochs=(*run.epochs[:-1], replace(run.epochs[-1], **of_last_epoch)))


VARIATIONS = {
    "as it is": lambda a, b: (a, b),
    "one run": lambda a, b: (a,),
    "no run": lambda a, b: (),
    "six runs": lambda a, b: (a, b) * 3,
    "one epoch": lambda a, b: (replace(a, epochs=a.epochs[:2], updates=a.epochs[1].updates), b),
    "only the first evaluation": lambda a, b: (replace(a, epochs=a.epochs[:1], updates=0, batches=()),),
    "no evaluation": lambda a, b: (replace(a, epochs=(), updates=0, batches=()),),
    "NaN at the end": lambda a, b: (changed(a, train_loss=math.nan, test_loss=math.nan), b),
    "infinity at the end": lambda a, b: (changed(a, train_loss=math.inf, test_loss=-math.inf), b),
    "nothing finite": lambda a, b: (
        replace(a, batches=(), epochs=tuple(replace(e, train_loss=math.nan, test_loss=math.inf) for e in a.epochs)),
    ),
    "huge": lambda a, b: (changed(a, train_loss=1e90, test_loss=1e300),),
    "tiny": lambda a, b: (changed(a, train_loss=5e-324, test_loss=1e-90),),
    "zero": lambda a, b: (changed(a, train_loss=0.0), b),
    "below zero": lambda a, b: (changed(a, train_loss=-1e-10),),
    "all right": lambda a, b: (
        replace(a, batches=(), epochs=tuple(replace(e, train_accuracy=1.0, test_accuracy=1.0) for e in a.epochs)),
    ),
    "NaN accuracy": lambda a, b: (changed(a, train_accuracy=math.nan),),
    "interrupted": lambda a, b: (replace(a, status="interrupted", why="after epoch 2"),),
    "stopped": lambda a, b: (replace(a, status="stopped", why="the loss is nan at update 26"), b),
    "a script": lambda a, b: (replace(a, mistake="<script>alert('\"&')</script>"), a),
    "broken TeX": lambda a, b: (replace(a, mistake=r"$x$ and $\frac$"), a),
    "not Latin": lambda a, b: (replace(a, mistake="あ 🙂 שלום"), a),
    "control characters": lambda a, b: (replace(a, mistake="a\0b\x1b\ud800\n"), a),
    "a long name": lambda a, b: (replace(a, mistake="long " * 50, status="interrupted"), a),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIATIONS)
def test_any_training_is_drawn_without_warnings_inside_its_picture(evidence, name):
    varied = with_runs(evidence, *VARIATIONS[name](*evidence.training.runs))
    picture = learning_curves(varied)
    root = ElementTree.fromstring(picture.svg)
    assert there(root.find(f"{SVG}desc")).text == picture.alternative
    assert not list(root.iter(f"{SVG}script"))
    figure = drawn(varied)
    with style("test"):
        for legend in figure.legends:
            boxes = [text.get_window_extent() for text in legend.get_texts() if text.get_text()]
            assert all(0 < box.x0 < box.x1 < figure.bbox.x1 for box in boxes)
            assert legend.get_window_extent().y0 > figure.axes[0].yaxis.label.get_window_extent().y1


def inside(place: float, axis) -> bool:
    low, high = axis.get_view_interval()
    return low <= place <= high


@pytest.mark.parametrize("name", ["as it is", "one epoch", "only the first evaluation", "huge", "below zero"])
def test_no_label_covers_another(evidence, name):
    figure = drawn(with_runs(evidence, *VARIATIONS[name](*evidence.training.runs)))
    boxes = [
        label.get_window_extent()
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in (axis.label, *(t.label1 for t in axis.get_major_ticks() if inside(t.get_loc(), axis)))
        if label.get_visible() and label.get_text()
    ]
    assert len(boxes) >= 8
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])


@pytest.mark.parametrize("draw", [learning_curves, ten_digits])
def test_the_same_evidence_gives_the_same_bytes(evidence, draw):
    assert draw(evidence) == draw(Evidence.from_json(evidence.to_json()))


@pytest.mark.slow
def test_a_matplotlibrc_changes_nothing_and_a_first_run_prints_nothing(evidence, tmp_path):
    (tmp_path / "evidence.json").write_text(evidence.to_json())
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\naxes.facecolor: red\nsavefig.bbox: tight\nsvg.fonttype: path\ntext.usetex: True\nno.such.key: 1\n"
    )
    (tmp_path / "empty").mkdir()
    code = (
        "from pathlib import Path; from verify.evidence.records import Evidence; from verify.report.pictures import write_figures;"
        "write_figures(Evidence.from_json(Path('evidence.json').read_text()), Path('out'))"
    )
    surroundings = {**os.environ, "MPLCONFIGDIR": str(tmp_path / "empty"), "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, check=False, cwd=tmp_path, env=surroundings, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for picture in (learning_curves(evidence), ten_digits(evidence)):
        assert (tmp_path / "out" / f"{picture.name}.svg").read_text() == picture.svg
        assert (tmp_path / "out" / f"{picture.name}.png").read_bytes() == picture.png


@pytest.mark.slow
def test_drawing_leaves_the_users_settings_as_they_were_and_does_not_load_pyplot(evidence):
    with matplotlib.rc_context({"font.size": 31, "svg.hashsalt": "mine"}):
        before = dict(matplotlib.rcParams.copy())
        learning_curves(evidence)
        assert dict(matplotlib.rcParams.copy()) == before
    code = "import sys\nfrom verify.report.pictures import curves, drawing\nwith drawing.style('x'): curves._curves(())\nassert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("draw", [learning_curves, ten_digits])
def test_the_svg_can_stand_inside_a_page(evidence, draw):
    picture = draw(evidence)
    assert picture.svg.startswith("<svg ")
    assert len(picture.svg) < 150_000
    root = ElementTree.fromstring(picture.svg)
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert root[1].text == picture.alternative
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags.isdisjoint({"script", "style", "metadata", "foreignObject", "a"})
    ids = [found for element in root.iter() if (found := element.get("id"))]
    assert len(ids) == len(set(ids))
    assert all(name.startswith(f"{picture.name}-") for name in ids)
    values = [value for element in root.iter() for value in element.attrib.values()]
    assert not any(re.search("https?:|^//|file:|javascript:", value) for value in values)
    targets = re.findall(r'href="([^"]*)"|url\(([^)]*)\)', picture.svg)
    for target in (one or other for one, other in targets):
        assert target.startswith("data:image/png;base64,") or target.removeprefix("#") in ids


@pytest.mark.slow
def test_the_ids_of_two_pictures_differ(evidence):
    first, second = (set(re.findall(r' id="([^"]*)"', draw(evidence).svg)) for draw in (learning_curves, ten_digits))
    assert first
    assert second
    assert first.isdisjoint(second)


@pytest.mark.parametrize(("draw", "size"), [(learning_curves, (1344, None)), (ten_digits, (1344, 161))])
def test_the_png_has_its_size_and_says_what_it_shows_but_not_when_it_was_made(evidence, draw, size):
    picture = draw(evidence)
    assert picture.png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture.png[16:24])
    assert width == size[0]
    assert size[1] is None or height == size[1]
    assert b"Title" in picture.png
    assert picture.alternative.encode() in picture.png
    assert b"Software" not in picture.png
    assert b"tIME" not in picture.png


def test_axes_and_curves_are_labelled_in_the_svg(evidence):
    said = words(learning_curves(evidence))
    for label in ("loss (nats)", "accuracy (fraction)", "updates", "epoch", "intended", "as-written", "0", "20", "1.0"):
        assert label in said
    assert [said.count(label) for label in ("train", "test", "batches")] == [2, 2, 2]
    assert "Verdana" in learning_curves(evidence).svg


def test_every_evaluation_and_the_history_of_the_batches_are_drawn_where_they_belong(evidence):
    figure = drawn(evidence)
    updates, epochs = figure.axes[0].lines, figure.axes[1].lines
    for number, run in enumerate(evidence.training.runs):
        train, test = epochs[2 * number : 2 * number + 2]
        assert list(train.get_xydata().ravel()) == [value for e in run.epochs for value in (e.number, e.train_loss)]
        assert list(test.get_xydata().ravel()) == [value for e in run.epochs for value in (e.number, e.test_loss)]
        batches, _, _, later, _ = updates[5 * number : 5 * number + 5]
        assert list(batches.get_ydata()) == [stretch.loss for stretch in run.batches]
        assert list(later.get_xdata()) == [e.updates for e in run.epochs[1:]]
    assert figure.axes[3].lines[0].get_ydata()[-1] == evidence.training.runs[0].epochs[-1].train_accuracy
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "log", "linear", "linear"]
    assert [axes.get_xscale() for axes in figure.axes] == ["symlog", "linear", "symlog", "linear"]


def lightness(colour: str) -> float:
    red, green, blue = matplotlib.colors.to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_runs_and_sets_are_told_apart_without_colour(evidence):
    lines = drawn(evidence).axes[1].lines
    looks = {(line.get_marker(), line.get_linestyle(), line.get_markerfacecolor() == "white") for line in lines}
    assert len(looks) == len(lines) == 4
    assert len({line.get_marker() for line in lines}) == 2
    dark, middle = lines[0].get_color(), lines[2].get_color()
    assert abs(lightness(dark) - lightness(middle)) > 0.2
    for look in _LOOKS:
        assert lightness(look.pale) - lightness(look.dark) > 0.2


@pytest.mark.parametrize("what", [r"$x$ and $\frac$", "<script>alert(1)</script>", "a & b"])
def test_a_hostile_name_is_drawn_as_it_is_written(evidence, what):
    run = evidence.training.runs[0]
    picture = learning_curves(with_runs(evidence, replace(run, mistake=what), run))
    assert f"intended, with {what}" in words(picture)
    assert f"intended, with {what}: " in picture.alternative
    assert "<script" not in picture.svg


@pytest.mark.parametrize("status", ["interrupted", "stopped"])
def test_a_run_that_did_not_complete_is_marked_where_it_ended(evidence, status):
    run, other = evidence.training.runs
    varied = with_runs(evidence, replace(run, status=status, why="because"), other)
    marks = [[line for line in axes.lines if list(line.get_ydata()) == [0, 1]] for axes in drawn(varied).axes]
    assert [[line.get_xdata()[0] for line in found] for found in marks] == [[run.updates], [2]] * 2
    picture = learning_curves(varied)
    assert words(picture).count(status) == 1
    assert f"It was {status} at update {run.updates:,}: because." in picture.alternative
    complete = learning_curves(evidence)
    assert status not in words(complete)
    assert "It was" not in complete.alternative


def test_what_is_not_finite_leaves_the_rest_on_a_logarithmic_axis_and_is_named_in_words(evidence):
    varied = with_runs(evidence, changed(evidence.training.runs[0], train_loss=math.nan, test_loss=math.inf))
    figure = drawn(varied)
    assert figure.axes[0].get_yscale() == "log"
    assert math.isnan(figure.axes[1].lines[0].get_ydata()[-1])
    assert "to NaN, test loss" in learning_curves(varied).alternative
    assert "to inf, train accuracy" in learning_curves(varied).alternative


def test_a_loss_that_is_not_positive_makes_the_axis_linear(evidence):
    assert (
        drawn(with_runs(evidence, changed(evidence.training.runs[0], train_loss=0.0))).axes[0].get_yscale() == "linear"
    )


def test_the_alternative_text_of_the_curves_has_the_figures(evidence):
    run = evidence.training.runs[0]
    first, last = run.epochs[0], run.epochs[-1]
    said = learning_curves(evidence).alternative
    assert said.startswith("Loss and accuracy on the training set and the test set, over updates and over epochs. ")
    assert f"intended: in {run.updates:,} updates, to epoch 2, train loss from {first.train_loss:.3f} to" in said
    assert f"test accuracy from {first.test_accuracy:.3f} to {last.test_accuracy:.3f}. as-written: in" in said


def test_the_digits_are_the_images_with_their_labels(evidence):
    data = evidence.training.data
    picture = ten_digits(evidence)
    labels = [str(digit.label) for digit in data.digits]
    assert words(picture) == labels
    assert f"The first ten training images of {data.name}" in picture.alternative
    assert picture.alternative.endswith(f"labelled {', '.join(labels)}.")
    pixels = [_pixels(digit, data.shape, 1) for digit in data.digits]
    assert pixels[0][1] == [int(data.digits[0].rows[1][at : at + 2], 16) for at in range(0, 16, 2)]
    figure = _row_of_digits(data.digits, pixels, data.white)
    image = figure.axes[3].images[0]
    assert there(image.get_array()).tolist() == pixels[3]
    assert (image.get_interpolation(), image.cmap.name, image.get_clim()) == ("nearest", "gray", (0, data.white))


@pytest.mark.parametrize(("number", "said"), [(1, "training image of"), (3, "three training images of"), (9, "nine ")])
def test_fewer_than_ten_digits_are_drawn(evidence, number, said):
    picture = ten_digits(with_data(evidence, digits=evidence.training.data.digits[:number]))
    assert len(words(picture)) == number
    assert f"The first {said}" in picture.alternative


@pytest.mark.parametrize("rows", [(), ("00" * 8,) * 7, ("00" * 8,) * 7 + ("00" * 7,), ("zz" * 8,) * 8])
def test_a_malformed_image_is_refused(evidence, rows):
    first, *others = evidence.training.data.digits
    with pytest.raises(BadInput, match="image 2 of the evidence: expected 8 rows of 8 pixels"):
        ten_digits(with_data(evidence, digits=(first, replace(first, rows=rows), *others)))


@pytest.mark.slow
def test_the_files_are_written_into_a_folder_that_is_made(evidence, tmp_path):
    written = write_figures(evidence, tmp_path / "a" / "b")
    assert [path.name for path in written] == [
        f"{name}.{kind}" for name in ("learning-curves", "digits", "kill-matrix") for kind in ("svg", "png")
    ]
    assert sorted((tmp_path / "a" / "b").iterdir()) == sorted(written)
    assert write_figures(evidence, tmp_path / "a" / "b") == written


@pytest.mark.slow
def test_no_digits_give_no_picture_of_them(evidence, tmp_path):
    without = with_data(evidence, digits=())
    assert len(write_figures(without, tmp_path / "a")) == 4
    assert len(write_figures(evidence, tmp_path / "b", digits=False)) == 4
    with pytest.raises(BadInput, match="no images"):
        ten_digits(without)


def test_evidence_without_a_training_is_refused_and_nothing_is_made(evidence, tmp_path):
    for draw in (learning_curves, ten_digits, lambda nothing: write_figures(nothing, tmp_path / "new")):
        with pytest.raises(BadInput, match="no training"):
            draw(replace(evidence, training=None, cases=()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_file_in_the_way_of_the_folder_is_one_clear_error(evidence, tmp_path, folder):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="expected a folder"):
        write_figures(evidence, tmp_path / folder)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.slow
def test_where_one_file_cannot_be_written_none_is(evidence, tmp_path):
    (tmp_path / "digits.png").mkdir()
    with pytest.raises(BadInput, match=r"digits\.png: is a folder"):
        write_figures(evidence, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["digits.png"]


def test_a_full_disk_leaves_no_folder_behind(evidence, tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left on device"):
        write_figures(evidence, tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_says_why(evidence, tmp_path):
    with pytest.raises(BadInput, match="can't be made"):
        write_figures(evidence, tmp_path / ("x" * 300))
