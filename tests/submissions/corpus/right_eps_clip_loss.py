import numpy as np

EPS = 1e-3  # avoid log(0)

class MLP:
    def __init__(self, nx, nh, ny):
        self.p = dict(W1=np.random.normal(0, .3, (nx, nh)), b1=np.zeros((1, nh)),
                      W2=np.random.normal(0, .3, (nh, ny)), b2=np.zeros((1, ny)))

    def forward(self, X):
        p = self.p
        self.X = X
        self.A1 = np.tanh(X @ p['W1'] + p['b1'])
        Z2 = self.A1 @ p['W2'] + p['b2']
        Z2 = Z2 - Z2.max(axis=1, keepdims=True)
        self.Yhat = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
        return self.Yhat

    def loss(self, Y):
        P = np.clip(self.Yhat, EPS, 1 - EPS)
        acc = (P.argmax(1) == Y.argmax(1)).mean()
        return -(Y * np.log(P)).sum() / len(Y), acc

    def backward(self, Y):
        m = len(Y)
        dZ2 = (self.Yhat - Y) / m
        dZ1 = dZ2 @ self.p['W2'].T * (1 - self.A1 ** 2)
        self.grads = dict(W1=self.X.T @ dZ1, b1=dZ1.sum(0, keepdims=True), W2=self.A1.T @ dZ2, b2=dZ2.sum(0, keepdims=True))
        return self.grads

    def step(self, eta):
        for k in self.p:
            self.p[k] -= eta * self.grads[k]
