import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size), "b2": np.zeros(output_size),
        }

    def loss(self, X, y, reg=0.05):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        N = X.shape[0]
        h1 = X @ W1 + b1
        h1_relu = np.maximum(h1, 0)
        scores = h1_relu @ W2 + b2
        scores -= np.max(scores, axis=1, keepdims=True)
        P = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        loss = np.sum(-np.log(P[np.arange(N), y])) / N
        loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        dP = P.copy()
        dP[np.arange(N), y] -= 1
        dP /= N
        grads = {}
        grads["W2"] = h1_relu.T @ dP + 2 * reg * W2
        grads["b2"] = dP.sum(axis=0)
        dh1 = (dP @ W2.T) * (h1 > 0)
        grads["W1"] = X.T @ dh1 + 2 * reg * W1
        grads["b1"] = dh1.sum(axis=0)
        return loss, grads
