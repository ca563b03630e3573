import numpy as np


class Regressor:
    """One hidden layer; the loss is the root of the mean square."""

    def __init__(self, inputs, hidden, outputs):
        self.W1 = np.random.normal(0, 0.3, (inputs, hidden))
        self.b1 = np.zeros(hidden)
        self.W2 = np.random.normal(0, 0.3, (hidden, outputs))
        self.b2 = np.zeros(outputs)

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.out = self.A1 @ self.W2 + self.b2
        return self.out

    def loss(self, X, Y):
        return np.sqrt(np.mean((self.forward(X) - Y) ** 2))

    def backward(self, X, Y):
        out = self.forward(X)
        root = np.sqrt(np.mean((out - Y) ** 2))
        delta = (out - Y) / Y.size
        hidden = delta @ self.W2.T * (1 - self.A1 ** 2)
        return {"W1": X.T @ hidden, "b1": hidden.sum(0), "W2": self.A1.T @ delta, "b2": delta.sum(0)}
