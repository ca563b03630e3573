import numpy as np

class MLP:
    """simple mlp, 1 hidden layer"""
    def __init__(self, n_in, n_h, n_out):
        self.W1 = np.random.randn(n_in, n_h) * 0.05
        self.b1 = np.zeros(n_h)
        self.W2 = np.random.randn(n_h, n_out) * 0.05
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        self.h = np.maximum(0, X @ self.W1 + self.b1)
        s = self.h @ self.W2 + self.b2
        s -= s.max(axis=1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)

    def loss(self, y):
        return np.mean(-np.log(self.p[np.arange(len(y)), y]))

    def backward(self, y):
        d = self.p.copy()
        d[np.arange(len(y)), y] -= 1
        self.grad_W2 = self.h.T @ d
        self.grad_b2 = d.sum(axis=0)
        d = d @ self.W2.T
        d[self.h <= 0] = 0
        self.grad_W1 = self.X.T @ d
        self.grad_b1 = d.sum(axis=0)
