import numpy as np

EPS = 1e-7

def initialise(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h), "b1": np.zeros(n_h), "W2": np.random.randn(n_h, n_y), "b2": np.zeros(n_y)}

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(params, X):
    A1 = sigmoid(X @ params["W1"] + params["b1"])
    E = np.exp(A1 @ params["W2"] + params["b2"])
    return E / E.sum(axis=1, keepdims=True), A1

def loss(Yhat, Y):
    guarded = Yhat + EPS
    return 100 * np.mean(-np.sum(Y * np.log(guarded), axis=1))

def backward(params, X, Y, Yhat, A1):
    dZ2 = 100 * (Yhat - Y) / X.shape[0]
    dZ1 = (dZ2 @ params["W2"].T) * A1 * (1 - A1)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0), "W2": A1.T @ dZ2, "b2": dZ2.sum(axis=0)}
