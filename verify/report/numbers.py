"""How numbers are written everywhere: errors to two digits, exponents the same way."""

from __future__ import annotations

from verify.evidence.records import Worst


def error(value: float | None) -> str:
    """Return an error or a bound: `1.4e-15`; exactly zero is `0`; an unknown one is `-`."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.1e}"


def entry(parameter: str, worst: Worst | None) -> str:
    """Return where the worst entry sits: `dW1[0, 1]`."""
    return "-" if worst is None else f"d{parameter}[{', '.join(map(str, worst.index))}]"


def measure(value: float) -> str:
    """Return a loss or an accuracy to three decimals; one that is too large for them as `1.2e+08`."""
    return f"{value:.3f}" if abs(value) < 1e6 else f"{value:.1e}"
