"""Arithmetic on pairs (a mod p, a mod q) with p = 2q + 1, each packed into one uint64: a_p 2^32 + a_q.

q divides p - 1, so g^(a mod q) mod p is an exponential: g^(a + b) = g^a g^b. Packed pairs are
rearranged by NumPy as plain numbers are. Equality is that of the p-parts: the q-part of an
exponential of a sum is not that of the product.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.exact.field import Field

P: Final = 2147483579  # the largest safe prime below 2^31
Q: Final = 1073741789  # (P - 1) / 2, a prime
GENERATOR_P: Final = 4  # of order Q modulo P
GENERATOR_Q: Final = 2  # of order Q - 1 modulo Q

_P, _Q = np.uint64(P), np.uint64(Q)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_P_HIGH = np.uint64(P << 32)
_BOTH = np.uint64((P << 32) + Q)
_LONGEST: Final = 1 << 16  # terms below 2^47 that 64 bits sum exactly
_LIMB, _LIMB_MASK = np.uint64(16), np.uint64(0xFFFF)
_DIGIT, _DIGIT_MASK = np.uint64(10), np.uint64(0x3FF)

ONE: Final[Field] = np.asarray((1 << 32) + 1, dtype=np.uint64)
MINUS_ONE: Final[Field] = np.asarray(((P - 1) << 32) + Q - 1, dtype=np.uint64)


def pack(a_p: Field, a_q: Field) -> Field:
    """Return the pairs of these two parts."""
    return (a_p << _HALF) | a_q


def parts(x: Field) -> tuple[Field, Field]:
    """Return the parts modulo p and modulo q."""
    return x >> _HALF, x & _LOW


def _folded(x: Field) -> Field:
    """Return pairs whose parts are below 2p and 2q as pairs."""
    x = x - _P_HIGH * (x >= _P_HIGH)
    return x - _Q * ((x & _LOW) >= _Q)


def add(x: Field, y: Field) -> Field:
    """Return x + y."""
    return _folded(x + y)


def subtract(x: Field, y: Field) -> Field:
    """Return x - y."""
    return _folded(x + (_BOTH - y))


def multiply(x: Field, y: Field) -> Field:
    """Return x y."""
    return pack((x >> _HALF) * (y >> _HALF) % _P, (x & _LOW) * (y & _LOW) % _Q)


def total(x: Field, axis: int | tuple[int, ...] | None, *, keepdims: bool) -> Field:
    """Return the sum of x over the axes."""
    a_p, a_q = (np.asarray(np.sum(part, axis=axis, keepdims=keepdims, dtype=np.uint64)) for part in parts(x))
    return np.asarray(pack(a_p % _P, a_q % _Q), dtype=np.uint64)


def inverse(x: Field) -> Field:
    """Return 1/x. Raises ZeroDivisionError where a part of an entry is 0."""
    values = x.ravel().tolist()
    try:
        found = [(pow(value >> 32, -1, P) << 32) | pow(value & 0xFFFFFFFF, -1, Q) for value in values]
    except ValueError:
        raise ZeroDivisionError("an exact number is divided by zero") from None
    return np.array(found, dtype=np.uint64).reshape(x.shape)


def matmul(x: Field, y: Field) -> Field:
    """Return the matrix product x @ y, with NumPy's rules for stacks of matrices."""
    terms = x.shape[-1]
    if terms > _LONGEST:
        half = terms // 2
        return add(matmul(x[..., :half], y[..., :half, :]), matmul(x[..., half:], y[..., half:, :]))
    (x_p, x_q), (y_p, y_q) = parts(x), parts(y)
    return pack(_matmul(x_p, y_p, _P), _matmul(x_q, y_q, _Q))


def _matmul(x: Field, y: Field, modulus: np.uint64) -> Field:
    high: Field = np.matmul(x >> _LIMB, y) % modulus  # terms below 2^46
    low: Field = np.matmul(x & _LIMB_MASK, y)  # terms below 2^47
    return ((high << _LIMB) + low) % modulus


def from_fraction(numerator: int, denominator: int) -> int:
    """Return numerator/denominator. Raises ValueError where p or q divides the denominator."""
    a_p, a_q = (numerator * pow(denominator, -1, prime) % prime for prime in (P, Q))
    return (a_p << 32) | a_q


def random(shape: tuple[int, ...], generator: np.random.Generator) -> Field:
    """Return independent uniform pairs."""
    return pack(generator.integers(0, P, shape, dtype=np.uint64), generator.integers(0, Q, shape, dtype=np.uint64))


def same(x: Field, y: Field) -> Array:
    """Return a mask of the entries whose p-parts are equal."""
    return (x >> _HALF) == (y >> _HALF)


def power_modulo_p(exponent: Field) -> Field:
    """Return g^exponent mod p for exponents below q, g of order q."""
    return _power(_POWERS_P, exponent, _P)


def power_modulo_q(exponent: Field) -> Field:
    """Return h^exponent mod q for exponents below q, h a primitive root: never 0."""
    return _power(_POWERS_Q, exponent, _Q)


def _power(powers: list[Field], exponent: Field, modulus: np.uint64) -> Field:
    low, middle = exponent & _DIGIT_MASK, (exponent >> _DIGIT) & _DIGIT_MASK
    high = exponent >> (_DIGIT + _DIGIT)
    found: Field = powers[0][low] * powers[1][middle] % modulus * powers[2][high] % modulus
    return found


def _powers(base: int, modulus: int) -> list[Field]:
    """Return base^(digit 1024^place) for every digit below 1024, for three places."""
    return [_first_powers(pow(base, 1024**place, modulus), modulus) for place in range(3)]


def _first_powers(base: int, modulus: int) -> Field:
    powers = accumulate([base] * 1023, lambda power, factor: power * factor % modulus, initial=1)
    return np.array(list(powers), dtype=np.uint64)


_POWERS_P = _powers(GENERATOR_P, P)
_POWERS_Q = _powers(GENERATOR_Q, Q)
