"""The convention of a submission as a TOML file to be edited and given back."""

from __future__ import annotations

from typing import Final

from verify.errors import BadInput
from verify.evidence.records import Evidence
from verify.reading.wiring.conventions import KEYS, checked

_EXAMPLES: Final = {"samples": '"rows"', "labels": '"one-hot"', "outputs": "10", "class": '"Network"'}


def convention_text(evidence: Evidence) -> str:
    """Return the convention of a submission as TOML to be edited; `read_convention` reads what is known of it back.

    A key of which nothing is known, what was only assumed, and what was inferred besides, stand in comments.
    Raises BadInput for evidence that is not about a submission.
    """
    if evidence.submission is None:
        raise BadInput("a convention: the evidence is not about a submission, which alone has one")
    found = {setting.name: setting for setting in evidence.submission.convention}
    lines = [
        f"# How {_printable(evidence.submission.file)} was read. Change what is wrong, and give this file back with",
        "# --convention. What stands behind a # is not told, and is inferred again.",
    ]
    for key, meaning in KEYS.items():
        setting = found.pop(key, None)
        known = None if setting is None or setting.how in ("implied", "assumed") else _known(key, setting.value)
        lines += ["", f"# {meaning}"]
        if setting is not None and known is None:
            lines.append(f"# {setting.how}: {_printable(setting.value)}")
        lines.append(f"# {key} = {_EXAMPLES.get(key, _quoted(key))}" if known is None else f"{key} = {known}")
    if found:
        lines += ["", "# What can't be told, but was inferred:"]
        lines += [f"# {_printable(setting.name)}: {_printable(setting.value)}" for setting in found.values()]
    return "\n".join(lines) + "\n"


def _known(key: str, value: str) -> str | None:
    """Return the value as it is written in TOML, or None where it is not one that could be told."""
    try:
        if key == "outputs":
            return checked(key, int(value), "")
        return _quoted(checked(key, value, ""))
    except ValueError:  # no number; BadInput is one too
        return None


def _quoted(text: str) -> str:
    r"""Return a text as a basic string of TOML.

    >>> print(_quoted('a"b\\c'))
    "a\"b\\c"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_printable(escaped)}"'


def _printable(text: str) -> str:
    r"""Return a text in which what does not print is written as TOML writes it, such as \u001B."""
    return "".join(
        one if one.isprintable() else f"\\u{ord(one):04X}" if ord(one) < 0x10000 else f"\\U{ord(one):08X}"
        for one in text
    )
