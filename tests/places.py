"""Where things stand, once for all tests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SHARED: Final = ROOT.parent / "shared"
LAB: Final = SHARED / "lab1" / "lab1.ipynb"
REAL_MNIST: Final = SHARED / "mnist" / "mnist.npz"
SCHEMA: Final = ROOT / "verify" / "evidence" / "evidence.schema.json"
SUBMISSIONS: Final = ROOT / "tests" / "submissions"
CORPUS: Final = SUBMISSIONS / "corpus"
RIGHT: Final = CORPUS / "right_columns_dict_tanh_ce.py"
DRIVER: Final = SUBMISSIONS / "hostile_driver.py"
