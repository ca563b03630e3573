import numpy as np

def initialise(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h), "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y), "b2": np.zeros((1, n_y))}

def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    E = np.exp(A1 @ params["W2"] + params["b2"])
    return E / E.sum(axis=1, keepdims=True), A1

def loss(Yhat, Y, eps=1e-6):
    return -np.sum(Y * np.log(Yhat + eps)) / len(Y)

def backward(params, X, Y, Yhat, A1, eps=1e-6):
    dYhat = -Y / (Yhat + eps) / len(Y)
    dZ2 = Yhat * (dYhat - np.sum(dYhat * Yhat, axis=1, keepdims=True))
    dZ1 = (dZ2 @ params["W2"].T) * (1 - A1 ** 2)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0, keepdims=True), "W2": A1.T @ dZ2, "b2": dZ2.sum(axis=0, keepdims=True)}
