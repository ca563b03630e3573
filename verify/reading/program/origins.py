"""Which module beside the submission an import means: by its name, or by its place in a package."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


def origin_of(node: ast.ImportFrom, module: str | None, modules: Collection[str | None]) -> str:
    """Return the full name of the module that `from ... import` takes from; nothing for `from . import x` at the top.

    `module` is where the import stands, `modules` are all that lie beside the submission.
    """
    if not node.level:
        return node.module or ""
    package = module or ""
    if not any(one is not None and one.startswith(f"{package}.") for one in modules):  # a module, no package
        package = package.rpartition(".")[0]
    return ".".join(filter(None, (package, node.module)))
