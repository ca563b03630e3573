import numpy as np

class NN:
    def __init__(self, d, h, k):
        self.W1, self.b1 = np.random.randn(d, h) * .1, np.zeros(h)
        self.W2, self.b2 = np.random.randn(h, k) * .1, np.zeros(k)

    def forward(self, X):
        self.X, self.Z1 = X, X @ self.W1 + self.b1
        self.A1 = np.maximum(0, self.Z1)
        Z2 = self.A1 @ self.W2 + self.b2
        e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
        self.P = e / e.sum(axis=1, keepdims=True)
        return self.P

    def loss(self, y):
        return -np.log(self.P[np.arange(len(y)), y]).mean()

    def backward(self, y):
        m = len(y)
        dZ2 = self.P.copy()
        dZ2[np.arange(m), y] -= 1
        dZ2 /= m
        self.dW2 = self.A1.T @ dZ2
        self.db2 = np.sum(dZ2)
        dZ1 = dZ2 @ self.W2.T
        dZ1[self.Z1 <= 0] = 0
        self.dW1 = self.X.T @ dZ1
        self.db1 = np.mean(dZ1, axis=0)

    def step(self, lr):
        for k in ("W1", "b1", "W2", "b2"):
            setattr(self, k, getattr(self, k) - lr * getattr(self, "d" + k))
