import numpy as np

class Net:
    def __init__(self, n_in=4, n_hid=10, n_out=3):
        self.W1 = np.random.randn(n_in, n_hid) * 0.1
        self.b1 = np.zeros(n_hid)
        self.W2 = np.random.randn(n_hid, n_out) * 0.1
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        X -= X.mean(axis=0)
        self.X = X
        self.H = np.tanh(X @ self.W1 + self.b1)
        S = self.H @ self.W2 + self.b2
        S = np.exp(S - S.max(axis=1, keepdims=True))
        self.P = S / S.sum(axis=1, keepdims=True)
        return self.P

    def loss(self, Y):
        return -np.sum(Y * np.log(self.P)) / len(Y)

    def backward(self, Y, lr=0.1):
        G = (self.P - Y) / len(Y)
        dW2, db2 = self.H.T @ G, G.sum(axis=0)
        G = G @ self.W2.T * (1 - self.H**2)
        dW1, db1 = self.X.T @ G, G.sum(axis=0)
        self.W1 -= lr * dW1; self.b1 -= lr * db1
        self.W2 -= lr * dW2; self.b2 -= lr * db2
        return dW1, db1, dW2, db2
