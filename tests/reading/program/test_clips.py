"""What is cut off of a gradient is taken out of the text that is judged; what else is cut off stays."""

from __future__ import annotations

import ast

import pytest

from verify.reading.program.clips import clips, cut_off_in, without_clips


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("dW = np.clip(dW, -5, 5)\n", "dW = (dW)\n"),
        (
            "for dparam in [dW, db]:\n    np.clip(dparam, -5, 5, out=dparam)\n",
            "for dparam in [dW, db]:\n    (dparam)\n",
        ),
        ("grads['W'] = np.clip(grads['W'], -c, c)\n", "grads['W'] = (grads['W'])\n"),
        ("é = 1; dW = np.clip(dW, a_min=-1, a_max=1)\n", "é = 1; dW = (dW)\n"),
        ("dW = np.clip(dW,\n             -5, 5)\nb = 1\n", "dW = (dW\n)\nb = 1\n"),
    ],
)
def test_a_gradient_that_is_cut_off_is_taken_as_it_was_and_every_line_stays(code: str, left: str) -> None:
    assert without_clips(code) == left
    assert len(cut_off_in([ast.parse(code)])) == 1


@pytest.mark.parametrize(
    "code",
    [
        "P = np.clip(P, 1e-9, 1 - 1e-9)\n",
        "dW = np.clip(dW, 0, 5)\n",
        "dW = np.clip(dW, -1, 5)\n",
        "dW = clip(dW, -1, 1)\n",
        "d = np.clip(y - t, -1, 1)\n",
        "not python (\n",
    ],
)
def test_what_is_cut_off_otherwise_stays(code: str) -> None:
    assert without_clips(code) == code


def test_an_error_or_a_norm_that_is_cut_off_is_known() -> None:
    assert clips(ast.parse("d = np.clip(y - t, -1, 1)"))
    assert clips(ast.parse("dW *= 5 / np.linalg.norm(dW)"))
    assert not clips(ast.parse("dW = np.clip(dW, -1, 1)"))
    assert not clips(ast.parse("P = np.clip(P, 0, 1)"))


def test_gradients_that_are_scaled_where_a_number_is_large_are_clipped_and_those_of_a_layer_are_not() -> None:
    assert clips(ast.parse("if norm > 5:\n    dW = dW * 5 / norm\n"))
    assert not clips(ast.parse("if k > 0:\n    dz = da * (a_in >= 0)\n"))
    assert not clips(ast.parse("if layer != last:\n    dz = da * slope\n"))
