"""Reading a submission: a .py or .ipynb becomes cells of code that are parsed one by one; nothing of it is run."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

from verify.reading.parsing.document import Document
from verify.reading.parsing.files import content_of
from verify.reading.parsing.loading import document_of
from verify.reading.parsing.neighbours import neighbours_of


def read(path: Path) -> Document:
    """Return the submission in a .py or .ipynb, with the local modules beside it that it imports.

    A cell that is not Python is kept, with its problem and no tree. Nothing is run and no warning gets out.
    `neighbours` holds those of the neighbours too; theirs are empty.

    Raises BadInput for what can't be read at all: no such file, a folder, another kind of file, too large,
    not text, not a notebook, a notebook in another language, no code in it.
    """
    path = Path(path)
    content = content_of(path)
    with warnings.catch_warnings(action="ignore"):
        document = document_of(path, content)
        return replace(document, neighbours=neighbours_of(path, document.cells))
