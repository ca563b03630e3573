"""One file becomes a document: its cells of code, parsed one by one; the modules beside it are not looked at."""

from __future__ import annotations

import hashlib
from pathlib import Path

from verify.errors import BadInput
from verify.reading.parsing.cells import cell_of
from verify.reading.parsing.document import Document
from verify.reading.parsing.files import EXPECTED, check_amount, python_text
from verify.reading.parsing.notebooks import code_cells


def document_of(path: Path, content: bytes) -> Document:
    """Return what stands in a file with this content. Raises BadInput where it is no code at all."""
    if not content.strip():
        raise BadInput(f"{path}: is empty; {EXPECTED} with code in it")
    kind = path.suffix.lower()[1:]
    sources = [(None, python_text(path, content))] if kind == "py" else code_cells(path, content)
    check_amount(path, sum(len(source) for _, source in sources))
    cells = tuple(cell_of(number, source) for number, source in sources)
    return Document(path.name, kind, hashlib.sha256(content).hexdigest(), cells)
