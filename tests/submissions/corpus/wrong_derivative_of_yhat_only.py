import numpy as np


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def forward(X: np.ndarray, params: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    h = np.tanh(X @ params["W1"] + params["b1"])
    return softmax(h @ params["W2"] + params["b2"]), h


def cross_entropy(Y_hat: np.ndarray, Y: np.ndarray) -> float:
    return float(-np.sum(Y * np.log(Y_hat)) / Y.shape[0])


def backward(X: np.ndarray, Y: np.ndarray, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Backpropagation."""
    Y_hat, h = forward(X, params)
    n = X.shape[0]
    dZ2 = -(Y / Y_hat) / n
    dZ1 = (dZ2 @ params["W2"].T) * (1 - h**2)
    return {
        "W1": X.T @ dZ1,
        "b1": dZ1.sum(axis=0, keepdims=True),
        "W2": h.T @ dZ2,
        "b2": dZ2.sum(axis=0, keepdims=True),
    }
