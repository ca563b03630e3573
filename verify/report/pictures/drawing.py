"""What all pictures share: how they look, and how a figure of Matplotlib becomes an SVG and a PNG.

The same evidence gives the same bytes. The SVG starts at its root element and can stand inside an HTML page: its ids
begin with the picture's name, it has no style sheet of its own and asks for nothing from elsewhere.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from verify.errors import BadInput
from verify.evidence.records import Evidence, Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Matplotlib tells its user by this logger that it builds a font cache or has nowhere to keep it.
logging.getLogger("matplotlib").addHandler(logging.NullHandler())

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_FONTS: Final = "'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif"
_DPI: Final = 168  # a digit of 48 points is then 112 pixels wide: 4 for each of 28 pixels, 14 for each of 8
WIDTH: Final = 576.0  # of most pictures, in points
GREY: Final = "#4d4d4d"
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],  # comes with Matplotlib, so the layout is the same everywhere
    "font.size": 8.5,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **{f"{axis}tick.color": GREY for axis in "xy"},
    **{f"{axis}tick.labelcolor": "black" for axis in "xy"},
    **{f"{axis}tick.major.width": 0.6 for axis in "xy"},
}


@dataclass(frozen=True)
class Picture:
    """One picture: the name of its files, what it shows in words, and both files."""

    name: str
    alternative: str
    svg: str
    png: bytes


def training(evidence: Evidence) -> Training:
    """Return the training that the evidence holds. Raises BadInput where there is none."""
    if evidence.training is None:
        raise BadInput("the evidence holds no training; expected that of verify train-mnist")
    return evidence.training


@contextmanager
def style(name: str) -> Iterator[None]:
    """Draw as this module says, whatever the user's matplotlibrc says; afterwards all is as it was."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(Glyph .* missing from font|Matplotlib currently does not support)")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": name})
        yield


def picture(name: str, heading: str, words: str, draw: Callable[[], Figure]) -> Picture:
    """Return the figure that `draw` makes, as both files, with a title and what it shows in words."""
    words = clean(words)
    svg, png = BytesIO(), BytesIO()
    with style(name):
        figure = draw()
        figure.savefig(svg, format="svg", dpi=_DPI, metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": None, "Title": heading, "Description": words})
    return Picture(name, words, _inline(svg.getvalue(), name, heading, words), png.getvalue())


def clean(text: str) -> str:
    """Return the text without characters that XML can't hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _inline(svg: bytes, name: str, heading: str, words: str) -> str:
    """Return Matplotlib's SVG from its root element on, made fit to stand beside others in a page."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")]:
            parent.remove(child)  # the style would hold for the whole page
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key in ("href", f"{{{_XLINK}}}href") and value.startswith("#"):
                element.set(key, f"#{name}-{value[1:]}")
            else:
                own = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", value)
                element.set(key, own.replace("'DejaVu Sans'", _FONTS))
    for place, (tag, text) in enumerate((("title", heading), ("desc", words))):
        root.insert(place, ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"}))
        root[place].text, root[place].tail = text, "\n "
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc", "stroke-linejoin": "round"})
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
