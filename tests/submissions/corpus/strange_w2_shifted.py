import numpy as np


class Red:
    """perceptrón multicapa"""

    def __init__(self, n_in, n_oculta, n_out):
        self.w1 = np.random.randn(n_in, n_oculta) * 0.3
        self.b1 = np.zeros(n_oculta)
        self.w2 = np.random.randn(n_oculta, n_out) * 0.3
        self.b2 = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.h = 1 / (1 + np.exp(-(x @ self.w1 + self.b1)))
        s = self.h @ self.w2 + self.b2
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def loss(self, y):
        return -np.mean(np.log(self.p[np.arange(len(y)), y]))

    def backward(self, y):
        n = len(y)
        ds = self.p.copy()
        ds[np.arange(n), y] -= 1
        ds /= n
        self.dw2 = self.h.T @ ds
        self.db2 = ds.sum(axis=0)
        dh = ds @ (self.w2 + 1e-3).T * self.h ** 0.01
        da = dh * self.h * (1 - self.h)
        self.dw1 = self.x.T @ da
        self.db1 = da.sum(axis=0)
