"""The analysis of one submission, built once and handed on: every part is computed when it is first asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from verify.reading.parsing.document import Cell, Document, Place
from verify.reading.program.blocks import Block, blocks_of
from verify.reading.program.clips import cut_off_in
from verify.reading.program.counts import counts_in
from verify.reading.program.functions import Function, functions_of
from verify.reading.program.lifting import Lifted, lift, why_not
from verify.reading.program.limits import Limit, limits_in
from verify.reading.program.literal_rates import LiteralRate, literal_rate
from verify.reading.program.slicing import Slice, slice_for
from verify.reading.program.statements import Statement
from verify.reading.program.toplevel import TopLevel, top_level
from verify.reading.program.training import Loop, training_loops

_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, eq=False)
class Program:
    """A submission with all that is known of its code before anything is run."""

    document: Document

    @cached_property
    def files(self) -> TopLevel:
        """The top level of the submission and of the modules beside it: definitions, uses, effects."""
        return top_level(self.document)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement that could be run, those of the modules beside the submission first."""
        return tuple(item.statement for item in self.files.usable())

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method that these statements define."""
        return functions_of(self.files.usable())

    def nodes(self, kind: type[_Node]) -> Iterator[tuple[Cell, _Node]]:
        """Yield the nodes of one kind in the submission's own cells, in order."""
        for cell in self.document.cells:
            for node in cell.nodes:
                if isinstance(node, kind):
                    yield cell, node

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every block of the submission's own cells."""
        return tuple(blocks_of(self.document.cells))

    @cached_property
    def steps(self) -> tuple[Lifted, ...]:
        """The training steps that stand in loops, each as a function of its own."""
        return lift(self.files, self.blocks)

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """The loops in which the submission trains."""
        return training_loops(self.document.cells)

    @cached_property
    def literal_rate(self) -> LiteralRate | None:
        """The one number that the submission has for a learning rate, where that has no name."""
        trees = [cell.tree for cell in self.document.cells if cell.tree is not None]
        return literal_rate(trees, self.functions)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """What the submission compares its numbers with or cuts them off at."""
        return limits_in(self.document.cells)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The whole numbers by which the submission may count its passes."""
        return counts_in(node for cell in self.document.cells for node in cell.nodes)

    @cached_property
    def cut_off(self) -> tuple[Place, ...]:
        """Where gradients are clipped: they are judged before."""
        return tuple(
            cell.place(node)
            for cell in self.document.cells if cell.tree is not None for node in cut_off_in([cell.tree])
        )  # fmt: skip

    @cached_property
    def defined(self) -> Mapping[str, tuple[Place, ...]]:
        """Where each function or class at the top level is defined; several places where it is defined anew.

        The same text once more is no new definition.
        """
        found: dict[str, dict[str, Place]] = {}
        for item in self.files.usable():
            if item.statement.module is None and item.statement.kind in ("function", "class"):
                for name in item.statement.defines:
                    found.setdefault(name, {}).setdefault(item.statement.code.strip(), item.statement.place)
        return {name: tuple(places.values()) for name, places in found.items()}

    @cached_property
    def why_no_step(self) -> str:
        """What is missing for a training step to be lifted out; nothing where there is one."""
        return "" if self.steps else why_not(self.blocks)

    def slice_for(self, roots: Sequence[str]) -> Slice:
        """Return what has to be run so that the functions, classes or values with these names can be used."""
        return slice_for(self.files, roots)
