# The layers stand in a package beside the file, and share their arrays with a dictionary of parameters.
import numpy as np
from blocks.dense import Dense, Squash


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.params = {
            "W1": np.random.randn(n_in, n_hidden), "b1": np.zeros((1, n_hidden)),
            "W2": np.random.randn(n_hidden, n_out), "b2": np.zeros((1, n_out)),
        }
        self.first, self.middle = Dense(self.params["W1"], self.params["b1"]), Squash()
        self.last = Dense(self.params["W2"], self.params["b2"])

    def predict(self, X):
        return self.last.forward(self.middle.forward(self.first.forward(X)))

    def loss(self, X, Y):
        return 0.5 * np.sum((self.predict(X) - Y) ** 2)

    def gradient(self, X, Y):
        d = self.last.backward(self.predict(X) - Y)
        self.first.backward(self.middle.backward(d))
        return {"W1": self.first.dW, "b1": self.first.db, "W2": self.last.dW, "b2": self.last.db}
