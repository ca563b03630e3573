import functools
import time
from dataclasses import dataclass, fields

import numpy as np


def timed(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = func(*args, **kwargs)
        wrapper.total += time.perf_counter() - start
        return result
    wrapper.total = 0.0
    return wrapper


@dataclass
class Weights:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray

    @classmethod
    def random(cls, n_in: int, n_hidden: int, n_out: int) -> "Weights":
        return cls(np.random.randn(n_hidden, n_in), np.zeros((n_hidden, 1)), np.random.randn(n_out, n_hidden), np.zeros((n_out, 1)))


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


@timed
def forward(w: Weights, X: np.ndarray) -> dict:
    Z1 = w.W1 @ X + w.b1
    A1 = np.tanh(Z1)
    Z2 = w.W2 @ A1 + w.b2
    return dict(X=X, Z1=Z1, A1=A1, Z2=Z2, A2=softmax(Z2))


def loss(cache: dict, y: np.ndarray) -> float:
    return float(-np.log(cache["A2"][y, np.arange(y.size)]).mean())


@timed
def backward(w: Weights, cache: dict, y: np.ndarray) -> Weights:
    K, m = cache["A2"].shape
    Y = np.zeros((K, m))
    Y[y, np.arange(m)] = 1
    dZ2 = (cache["A2"] - Y) / m
    dZ1 = w.W2.T @ dZ2 * (1 - cache["A1"] ** 2)
    return Weights(
        W1=dZ1 @ cache["X"].T,
        b1=dZ1.sum(axis=1, keepdims=True),
        W2=dZ2 @ cache["A1"].T,
        b2=dZ2.sum(axis=1, keepdims=True),
    )


def update(w: Weights, g: Weights, lr: float) -> None:
    for f in fields(w):
        setattr(w, f.name, getattr(w, f.name) - lr * getattr(g, f.name))
