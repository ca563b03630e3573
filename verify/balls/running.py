"""A function of Python that runs on balls: the same code, with stand-ins for NumPy, math and float among its globals.

Nothing of the caller's is changed: the function is made anew with globals of its own, and so are those that it calls in
the same module.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from verify.arrays import Option
from verify.balls.stand_ins import others
from verify.balls.world import BallWorld
from verify.exact.numpy_proxy import proxy, stand_ins


def on_balls(function: Callable[..., Any], world: BallWorld) -> Callable[..., Any]:
    """Return the function as it runs on balls of this world; what is no function of Python stays as it is."""
    made: Callable[..., Any] = _Anew(world).made(function)
    return made


class _Anew:
    def __init__(self, world: BallWorld) -> None:
        self.numpy = proxy(world)
        self.spaces: dict[int, dict[str, Any]] = {}
        self.functions: dict[int, Any] = {}

    def made(self, value: Option) -> Option:
        """Return a function or a bound method made anew, and everything else as it is."""
        if isinstance(value, types.MethodType):
            return types.MethodType(self.made(value.__func__), value.__self__)
        if not isinstance(value, types.FunctionType):
            return value
        if id(value) not in self.functions:
            cells = None if value.__closure__ is None else tuple(types.CellType() for _ in value.__closure__)
            anew = types.FunctionType(
                value.__code__, self._space(value.__globals__), value.__name__, value.__defaults__, cells
            )
            anew.__kwdefaults__ = value.__kwdefaults__
            self.functions[id(value)] = anew
            for cell, before in zip(cells or (), value.__closure__ or (), strict=True):
                try:
                    cell.cell_contents = self._in_a_cell(before.cell_contents)
                except ValueError:  # a name that has no value yet
                    continue
        return self.functions[id(value)]

    def _in_a_cell(self, value: Option) -> Option:
        found = stand_ins({"it": value}, self.numpy) | others({"it": value, "float": float})
        return found.get("it", self.made(value))

    def _space(self, space: dict[str, Any]) -> dict[str, Any]:
        if id(space) not in self.spaces:
            anew = self.spaces[id(space)] = dict(space)
            anew |= stand_ins(space, self.numpy) | others(space)
            for name, value in space.items():
                if isinstance(value, types.FunctionType) and value.__globals__ is space:
                    anew[name] = self.made(value)
        return self.spaces[id(space)]
