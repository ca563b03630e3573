"""The deep nets that are judged, what is true of each by central differences, and what verify says.

python -m tests.deep.nets [WORDS]      judges those whose name has all the words, and prints a line for each
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.deep.styles import MISTAKES, STYLES

GAPS: Final = Path(__file__).with_name("gaps.txt")
DEPTHS: Final = range(2, 9)
SAMPLES, STEP, EQUAL, UNEQUAL = 7, 1e-5, 1e-8, 1e-6


@dataclass(frozen=True)
class Deep:
    """A net of so many layers in a style, right or with one mistake below its second layer from the top."""

    style: str
    layers: int
    mistake: str = ""

    @property
    def text(self) -> str:
        return self._style.text(self.layers, self.mistake)

    @property
    def _style(self) -> Any:
        return next(one for one in STYLES if one.title == self.style)

    @property
    def should_be(self) -> str:
        return "wrong" if self.mistake else "correct"

    def is_right(self) -> bool:
        """Whether the gradient is that of the file's own loss, along random directions."""
        space: dict[str, Any] = {"__name__": "deep"}
        exec(compile(self.text, "<deep>", "exec"), space)
        draw = np.random.default_rng(5)
        sizes = [4, *(5 + n % 3 for n in range(self.layers - 1)), 3]
        Ws = [draw.normal(0, 0.7, pair) for pair in itertools.pairwise(sizes)]
        bs = [draw.normal(0, 0.4, (1, n)) for n in sizes[1:]]
        X, Y = draw.normal(size=(SAMPLES, 4)), np.eye(3)[draw.permutation(SAMPLES) % 3]
        _, *grads = self._style.measure(space, Ws, bs, X, Y)
        errors = []
        for arrays, given in zip((Ws, bs), grads, strict=True):
            for layer, grad in enumerate(given):
                assert grad.shape == arrays[layer].shape
                held, along = arrays[layer], draw.normal(size=grad.shape)
                along /= np.linalg.norm(along)
                ends = []
                for sign in (1, -1):
                    arrays[layer] = held + sign * STEP * along
                    ends.append(float(self._style.measure(space, Ws, bs, X, Y)[0]))
                arrays[layer] = held
                errors.append(abs((ends[0] - ends[1]) / (2 * STEP) - np.sum(grad * along)))
        assert not EQUAL < max(errors) < UNEQUAL, f"{self}: {max(errors):.0e} is neither right nor wrong"
        return bool(max(errors) < EQUAL)

    def __str__(self) -> str:
        return f"{self.style} | {self.layers} layers | {self.mistake or 'right'}"


def nets() -> list[Deep]:
    """Return the right nets of 2 to 8 layers, and wrong ones of 3 to 8: each style makes each mistake."""
    titles = [style.title for style in STYLES]
    right = [Deep(title, layers) for title in titles for layers in DEPTHS]
    wrong = {
        Deep(title, layers, list(MISTAKES)[(number + layers) % len(MISTAKES)])
        for number, title in enumerate(titles)
        for layers in DEPTHS[1:]
    }
    return right + sorted(wrong, key=str)


def twelve() -> list[Deep]:
    """Return nets of 12 layers, right and wrong: the search for a mistake in them has an end."""
    return [Deep(style.title, 12, mistake) for style in STYLES for mistake in ("", next(iter(MISTAKES)))]


@cache
def gaps() -> dict[str, str]:
    """Return what is said today of the nets that are not judged as they should be."""
    lines = [line for line in GAPS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split(" -> ", 1) for line in lines)


def verdict(net: Deep) -> str:
    from verify.submissions.judge import check_submission

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "homework.py"
        path.write_text(net.text, encoding="utf-8")
        evidence = check_submission(path, seed=42)
    return "fault" if evidence.kind == "fault of verify" else evidence.verdict


def complaint(net: Deep, said: str) -> str:
    """Return in one line what is not as it should be; nothing where all is, or where it is a listed gap."""
    gap = gaps().get(str(net))
    if said == net.should_be:
        return f"{net} is judged as it should be: its line in gaps.txt can go" if gap else ""
    return "" if said == gap else f"{net} -> {said}"


def main(words: Sequence[str]) -> int:
    found = 0
    for net in nets():
        if all(word in str(net) for word in words):
            start = time.perf_counter()
            said = verdict(net)
            mark = "" if said == net.should_be else "   <--"
            print(f"{net} -> {said}{mark}   {time.perf_counter() - start:.1f} s", flush=True)
            found += bool(complaint(net, said))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
