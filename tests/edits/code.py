"""A changed file as something to call: run as a program, its functions by the names of the base, its loop cut open."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Final

WRAPPER: Final = "Wrapped"  # the class into which a harmless change puts all functions


@dataclass
class Code:
    """The text, executed; `names` says what the names of the base are called in it."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    space: dict[str, Any] = field(default_factory=dict)
    loop: tuple[CodeType, str] | None = None

    def __post_init__(self) -> None:
        self.space = _executed(ast.parse(self.text), "__main__")

    def __getitem__(self, name: str) -> Any:
        """Return a function, a class or a global by its name in the base."""
        return _found(self.space, self.name(name))

    def name(self, name: str) -> str:
        return self.names.get(name, name)

    def with_start(self, function: str, start: Mapping[str, Any]) -> Any:
        """Return a driver whose variables have these values when its first loop begins."""
        tree = ast.parse(self.text)
        given = {self.name(name): value for name, value in start.items()}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == self.name(function):
                _, number = _loop(node.body)
                node.body[number:number] = [ast.parse(f"{name} = __given__[{name!r}]").body[0] for name in given]
        space = _executed(ast.fix_missing_locations(tree), "library", {"__given__": given})
        return _found(space, self.name(function))

    def one_pass(self, values: Mapping[str, Any], number: int = 0) -> Code:
        """Run the body of the module's own loop once, after these globals were set; what came out is looked up here."""
        self.space.update({self.name(name): value for name, value in values.items()})
        if self.loop is None:
            found, _ = _loop(ast.parse(self.text).body)
            self.loop = compile(ast.Module(found.body, []), "<loop>", "exec"), ast.unparse(found.target)
        body, counter = self.loop
        self.space[counter] = number
        exec(body, self.space)
        return self


def _executed(tree: ast.Module, name: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": name, **(more or {})}
    exec(compile(tree, "<submission>", "exec"), space)
    return space


def _found(space: dict[str, Any], name: str) -> Any:
    if name not in space and WRAPPER in space:
        return getattr(space[WRAPPER](), name)
    return space[name]


def _loop(body: list[ast.stmt]) -> tuple[ast.For, int]:
    for number, statement in enumerate(body):
        if isinstance(statement, ast.For):
            return statement, number
    raise LookupError("there is no loop")
