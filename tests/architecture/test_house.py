"""The rules of the house, each derived from one table and shown to be able to fail."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.house import EXCEPTIONS, HOUSE, NEVER
from tests.places import ROOT


def modules(root: Path) -> dict[str, Path]:
    """Every module of the project by its dotted name; a package has the name of its folder."""
    paths = sorted([*root.glob("verify/**/*.py"), *root.glob("derivations/**/*.py")])
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(path: Path, known: dict[str, Path], name: str) -> Iterator[str]:
    """The modules of the project that a file imports, anywhere in it, under TYPE_CHECKING and by name too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{one.name}" if f"{base}.{one.name}" in known else base for one in node.names]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            names = [str(node.args[0].value)] if called in ("import_module", "__import__") else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):  # loaded by its name, somewhere
            names = [node.value]
        yield from (one for one in names if one in known and one != name and "." in one)


@cache
def graph(root: Path) -> dict[str, set[str]]:
    known = modules(root)
    return {name: set(imported(path, known, name)) for name, path in known.items()}


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def room_of(name: str) -> str:
    """The innermost room of the table that holds a module."""
    return max((room for room in HOUSE if within(name, room)), key=len)


def violations(root: Path) -> list[str]:
    """Every import that the table does not allow, and no exception names."""
    found = []
    for name, others in graph(root).items():
        room = room_of(name)
        allowed = [room, *(part if part == "derivations" else f"verify.{part}" for part in HOUSE[room].may)]
        for other in sorted(others):
            if room_of(other) != room and not any(within(other, one) for one in allowed):
                if (name, other) not in EXCEPTIONS:
                    found.append(f"{name} imports {other}: {room} may not")
    return found


def circles(root: Path) -> list[list[str]]:
    """Every set of modules that import each other, directly or round about."""
    arrows = graph(root)
    reach = {name: _reached(name, arrows) for name in arrows}
    found = {tuple(sorted(one for one in reach[name] if name in reach[one])) for name in arrows if name in reach[name]}
    return [list(one) for one in sorted(found)]


def _reached(name: str, arrows: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [*arrows[name]]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += arrows[one]
    return seen


def test_no_module_imports_what_its_room_may_not():
    assert "verify.submissions.judge" in modules(ROOT)
    assert violations(ROOT) == []


def test_there_is_no_circle():
    assert circles(ROOT) == []


def test_every_room_stands_in_the_table_and_every_room_of_the_table_stands():
    known = modules(ROOT)
    assert [room for room in HOUSE if room not in known] == []
    rooms = {name for name, path in known.items() if path.name == "__init__.py" and name.count(".") <= 1}
    assert {room_of(name) for name in rooms} == rooms


def astray(known: Iterable[str]) -> list[str]:
    """The modules that stand in no room of their own, but loose beside the rooms of a package."""
    loose = {
        "verify": {"verify"},
        "verify.reading": {"verify.reading"},
        "verify.submissions": {"verify.submissions", "verify.submissions.judge"},
    }
    return [name for name in known if name not in loose.get(room_of(name), {name})]


def test_no_module_stands_loose_beside_the_rooms():
    assert astray(modules(ROOT)) == []
    assert astray(["verify.helpers", "verify.submissions.newroom.a", "verify.submissions.judge", "verify.files"]) == [
        "verify.helpers",
        "verify.submissions.newroom.a",
    ]


def test_every_exception_is_still_needed_and_names_the_issue_that_ends_it():
    arrows = graph(ROOT)
    assert [pair for pair in EXCEPTIONS if pair[1] not in arrows.get(pair[0], ())] == []
    assert all(reason.startswith("issue ") for reason in EXCEPTIONS.values())


def test_the_table_itself_has_no_circle_among_its_rooms():
    arrows = {
        room: {f"verify.{part}" if part != "derivations" else part for part in HOUSE[room].may} & set(HOUSE) - {room}
        for room in HOUSE
    }
    arrows["verify.submissions"] = {room for room in HOUSE if room.startswith("verify.submissions.")}
    for room, others in arrows.items():
        if room.startswith("verify.submissions."):
            others.discard("verify.submissions")
    assert [room for room in arrows if room in _reached(room, arrows)] == []


def test_no_room_holds_more_than_a_fifth_of_the_code_and_those_of_submissions_together_less_than_35_percent():
    known = modules(ROOT)
    lines = {name: len(path.read_text().splitlines()) for name, path in known.items()}
    whole = sum(lines.values())
    share = {room: sum(n for name, n in lines.items() if room_of(name) == room) / whole for room in HOUSE}
    assert {room: part for room, part in share.items() if part > 0.20} == {}
    assert sum(part for room, part in share.items() if within(room, "verify.submissions")) < 0.35


# Each rule is shown to say no.


def a_tree(root: Path, files: dict[str, str]) -> Path:
    for where, source in files.items():
        (root / where).parent.mkdir(parents=True, exist_ok=True)
        (root / where).write_text(source)
    return root


def _forbidden() -> list[tuple[str, str]]:
    """For each room one module of another room that it may not import."""
    pairs = []
    for room, (may, _) in HOUSE.items():
        allowed = {room, *(part if part == "derivations" else f"verify.{part}" for part in may)}
        for other in HOUSE:
            if other not in ("verify", "verify.reading", "verify.submissions", room) and not any(
                within(other, one) for one in allowed
            ):
                pairs.append((room, other))
                break
    return pairs


@pytest.mark.parametrize(("room", "other"), _forbidden())
@pytest.mark.parametrize("how", ["from {0} import x", "import {0}", "if TYPE_CHECKING:\n    from {0} import x",
                                 "def f():\n    from {0} import x", "import_module('{0}')"])  # fmt: skip
def test_an_import_that_a_room_may_not_have_is_reported(tmp_path, room, other, how):
    mine, theirs = f"{room}.part", f"{other}.part"
    root = a_tree(tmp_path, {f"{theirs.replace('.', '/')}.py": "", f"{mine.replace('.', '/')}.py": how.format(theirs)})
    assert violations(root) == [f"{mine} imports {theirs}: {room} may not"]


def test_every_room_has_something_that_it_may_not_import():
    assert {room for room, _ in _forbidden()} >= {room for room in HOUSE if room not in ("verify", "verify.cli")}


@pytest.mark.parametrize(
    "files",
    [
        {"verify/exact/a.py": "from verify.exact import b", "verify/exact/b.py": "from verify.exact.a import x"},
        {"verify/exact/a.py": "from verify.exact.b import x",
         "verify/exact/b.py": "if TYPE_CHECKING:\n    from verify.exact.a import x"},
        {"verify/exact/a.py": "from .b import x", "verify/exact/b.py": "def f():\n    import verify.exact.a"},
    ],
)  # fmt: skip
def test_a_circle_is_reported(tmp_path, files):
    root = a_tree(tmp_path, {"verify/exact/__init__.py": "", **files})
    assert circles(root) == [["verify.exact.a", "verify.exact.b"]]


# What importing a module loads from outside


def loads(name: str, never: tuple[str, ...]) -> list[str]:
    code = f"import {name}, sys; print(*[one for one in {never!r} if one in sys.modules])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("name", NEVER)
def test_importing_a_module_loads_nothing_that_it_must_never_load(name):
    assert loads(name, NEVER[name]) == []


def test_a_module_that_is_loaded_is_reported():
    assert loads("verify.nets.net", ("numpy", "sympy")) == ["numpy"]
