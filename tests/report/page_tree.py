"""A page as a tree, for the tests that read reports: what is not well nested fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from tests.report.evidences import reported
from verify.report.html import page

VOID = {"meta", "br", "img", "link", "input", "hr", "base", "source", "embed"}
TITLES = {
    "wrong": "What is wrong",
    "shown": "What was shown",
    "gradients": "The gradients",
    "derivation": "The derivation",
    "power": "What would have been seen",
    "steps": "Error against step size",
    "learning": "Does it learn?",
    "findings": "Findings in the lab",
    "trusted": "What is trusted",
    "replay": "To replay every figure",
}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        joined = "".join(one if isinstance(one, str) else one.text for one in self.inside)
        return " ".join(joined.split())

    def all(self, *tags: str) -> list[Element]:
        found = [self] if not tags or self.tag in tags else []
        return found + [one for child in self.inside if isinstance(child, Element) for one in child.all(*tags)]

    def one(self, tag: str) -> Element:
        (found,) = self.all(tag)
        return found


class Tree(HTMLParser):
    """The page as a tree; what is not well nested fails."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.others: list[str] = []
        self.feed(text)
        self.close()
        assert [one.tag for one in self.open] == [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


@cache
def html(name: str) -> str:
    return page(reported(name))


def tree(text: str) -> Element:
    parsed = Tree(text)
    assert not parsed.others
    return parsed.open[0]


def sections(root: Element) -> dict[str, Element]:
    return {section.attributes["id"]: section for section in root.all("section")}


def caption(table: Element) -> str:
    return table.one("caption").text


@cache
def parsed(name: str) -> Element:
    return tree(html(name))


def shape(text: str) -> list[tuple[str, frozenset[str]]]:
    root = tree(text)
    for svg in root.all("svg"):  # as many letters as fit: how it is drawn depends on its texts
        assert {one.tag for one in svg.all()} <= {"svg", "title", "desc", "g", "path", "defs", "use", "rect", "text",
                                                  "tspan", "clippath", "image", "pattern"}  # fmt: skip
        assert not [name for one in svg.all() for name in one.attributes if name.startswith("on")]
        svg.inside.clear()
    return [(one.tag, frozenset(one.attributes)) for one in root.all()]
