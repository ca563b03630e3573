import numpy as np


class MLP:
    def __init__(self, d_in, d_hidden, d_out):
        rng = np.random.default_rng(5)
        self.params = {
            "W1": rng.normal(0, 0.3, (d_in, d_hidden)),
            "b1": np.zeros(d_hidden),
            "W2": rng.normal(0, 0.3, (d_hidden, d_out)),
            "b2": np.zeros(d_out),
        }
        self.grads = {}
        self.cache = {}

    def forward(self, X):
        z1 = X @ self.params["W1"] + self.params["b1"]
        a1 = np.maximum(z1, 0)
        out = a1 @ self.params["W2"] + self.params["b2"]
        self.cache = {"X": X, "z1": z1, "a1": a1, "out": out}
        return out

    def loss(self, out, Y):
        return np.mean((out - Y) ** 2)

    def backward(self, Y):
        X, z1, a1, out = self.cache["X"], self.cache["z1"], self.cache["a1"], self.cache["out"]
        dout = 2 * (out - Y) / out.size
        self.grads["W2"] = a1.T @ dout
        self.grads["b2"] = dout.sum(axis=0)
        da1 = dout @ self.params["W2"].T
        dz1 = da1 * (z1 > 0)
        self.grads["W1"] = X.T @ dz1
        self.grads["b1"] = dz1.sum(axis=0)
        return self.grads

    def step(self, lr):
        for key in self.params:
            self.params[key] = self.params[key] - lr * self.grads[key]

    def train(self, X, Y, epochs=10, batch_size=8, lr=0.01):
        for epoch in range(epochs):
            for start in range(0, len(X), batch_size):
                xb = X[start:start + batch_size]
                yb = Y[start:start + batch_size]
                out = self.forward(xb)
                loss = self.loss(out, yb)
                self.backward(yb)
                self.step(lr)
            print(epoch, loss)
