"""Arithmetic in the finite field of p = 2^61 - 1 elements, on whole NumPy arrays of uint64.

2^61 = 1 (mod p), so a product is split into halves and folded; a matrix product is five exact
float64 products of 21-bit limbs. Every function takes and returns values in [0, p).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from verify.arrays import Array

Field = npt.NDArray[np.uint64]

PRIME: Final = (1 << 61) - 1
ONE: Final[Field] = np.asarray(1, dtype=np.uint64)
MINUS_ONE: Final[Field] = np.asarray(PRIME - 1, dtype=np.uint64)
_P: Final = np.uint64(PRIME)
_LIMB: Final = 21
_LONGEST: Final = (1 << (53 - 2 * _LIMB)) // 3  # terms of three limb products that a float64 sums exactly


def _u(value: int) -> np.uint64:
    return np.uint64(value)


def reduce(x: Field) -> Field:
    """Return x mod p for any x below 2^64."""
    folded = (x & _P) + (x >> _u(61))
    return folded - _P * (folded >= _P)


def add(x: Field, y: Field) -> Field:
    """Return x + y mod p."""
    return reduce(x + y)


def subtract(x: Field, y: Field) -> Field:
    """Return x - y mod p."""
    return reduce(x + (_P - y))


def multiply(x: Field, y: Field) -> Field:
    """Return x y mod p, from 30- and 31-bit halves."""
    x1, x0, y1, y0 = x >> _u(31), x & _u(0x7FFFFFFF), y >> _u(31), y & _u(0x7FFFFFFF)
    middle = x1 * y0 + x0 * y1  # below 2^62; times 2^31
    folded = (middle >> _u(30)) + ((middle & _u(0x3FFFFFFF)) << _u(31))
    return reduce(x1 * y1 * _u(2) + folded + reduce(x0 * y0))


def _shifted(x: Field, bits: int) -> Field:
    """Return x 2^bits mod p: a rotation of 61 bits."""
    bits %= 61
    low = (x & _u((1 << (61 - bits)) - 1)) << _u(bits)
    return low + (x >> _u(61 - bits))


def total(x: Field, axis: int | tuple[int, ...] | None, *, keepdims: bool) -> Field:
    """Return the sum of x over the axes, mod p."""
    high = np.asarray(np.sum(x >> _u(32), axis=axis, keepdims=keepdims, dtype=np.uint64))
    low = np.asarray(np.sum(x & _u(0xFFFFFFFF), axis=axis, keepdims=keepdims, dtype=np.uint64))
    return np.asarray(reduce(_shifted(reduce(high), 32) + reduce(low)), dtype=np.uint64)


def inverse(x: Field) -> Field:
    """Return 1/x mod p. Raises ZeroDivisionError where an entry is 0."""
    values = x.ravel().tolist()
    if 0 in values:
        raise ZeroDivisionError("an exact number is divided by zero")
    return np.array([pow(value, -1, PRIME) for value in values], dtype=np.uint64).reshape(x.shape)


def matmul(x: Field, y: Field) -> Field:
    """Return the matrix product x @ y mod p, with NumPy's rules for stacks of matrices."""
    terms = x.shape[-1]
    if terms > _LONGEST:
        half = terms // 2
        return add(matmul(x[..., :half], y[..., :half, :]), matmul(x[..., half:], y[..., half:, :]))
    limbs_x, limbs_y = _limbs(x), _limbs(y)
    result: Field | None = None
    for shift in range(5):  # the limbs whose product stands for the same power of 2, side by side in one product
        pairs = [(a, shift - a) for a in range(3) if 0 <= shift - a <= 2]
        left = np.concatenate([limbs_x[a] for a, _ in pairs], axis=-1)
        right = np.concatenate([limbs_y[b] for _, b in pairs], axis=-2)
        group = _shifted(reduce(np.matmul(left, right).astype(np.uint64)), shift * _LIMB)
        result = group if result is None else result + group
    assert result is not None
    return reduce(result)


def _limbs(x: Field) -> list[npt.NDArray[np.float64]]:
    mask = _u((1 << _LIMB) - 1)
    return [((x >> _u(_LIMB * part)) & mask).astype(np.float64) for part in range(3)]


def from_fraction(numerator: int, denominator: int) -> int:
    """Return numerator/denominator mod p."""
    return numerator * pow(denominator, -1, PRIME) % PRIME


def random(shape: tuple[int, ...], generator: np.random.Generator) -> Field:
    """Return independent uniform elements of the field."""
    return generator.integers(0, PRIME, shape, dtype=np.uint64)


def same(x: Field, y: Field) -> Array:
    """Return a mask of the entries that are equal."""
    return x == y
