"""verify says whether a hand-written backward pass is the gradient of its loss, and shows why.

The public names are below; each is loaded when it is first used, so that `import verify` stays light.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from verify import version

if TYPE_CHECKING:
    from verify.errors import BadInput as BadInput
    from verify.errors import VerifyError as VerifyError
    from verify.evidence.records import Evidence as Evidence
    from verify.lab.check import check_network as check_network
    from verify.library import check_gradients as check_gradients

__version__ = version.VERSION

_HOME = {
    "BadInput": "verify.errors",
    "Evidence": "verify.evidence.records",
    "VerifyError": "verify.errors",
    "check_gradients": "verify.library",
    "check_network": "verify.lab.check",
}

__all__ = ["BadInput", "Evidence", "VerifyError", "check_gradients", "check_network"]


def __getattr__(name: str) -> object:
    import importlib

    if name not in _HOME:
        raise AttributeError(f"verify has no {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOME[name]), name)


if "IPython" in sys.modules:  # a notebook shows evidence as a report
    from verify.integrations import display

    display.register()
